"""How much of a file is read at all. Everything beyond is refused with a sentence, before it costs memory or time."""

from pathlib import Path

from django.utils.translation import gettext as _

from assessments.exchange.items import FileError

MEGABYTE = 1024 * 1024
MAX_BYTES = 32 * MEGABYTE
MAX_ITEMS = 5000
MAX_PROBLEMS = 500
# Of an archive, as its own directory declares it and as it is counted while unpacking.
MAX_ENTRIES = 10_000
MAX_UNPACKED = 128 * MEGABYTE
MAX_ENTRY = 32 * MEGABYTE
MAX_RATIO = 200  # unpacked : packed, of one entry; text rarely reaches 20
RATIO_FROM = MEGABYTE  # smaller entries may be as dense as they like
# Of XML.
MAX_ELEMENTS = 500_000
MAX_DEPTH = 100


def too_large(size: int, most: int = MAX_BYTES) -> FileError:
    return FileError(
        _("The file is larger than %(size)d MB; this one has %(found)d MB.")
        % {"size": most // MEGABYTE, "found": -(-size // MEGABYTE)}
    )


def too_many() -> FileError:
    return FileError(_("More than %(most)d items in one file. Split it.") % {"most": MAX_ITEMS})


def read_file(path: Path) -> bytes:
    """The bytes of a file that is not too large. Raises FileError, and OSError where it cannot be read."""
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise too_large(size)
    with path.open("rb") as file:
        content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:  # it grew, or is no ordinary file
        raise too_large(len(content))
    return content
