"""Archives from outside, without being flooded by them: nothing is unpacked to disk, everything is counted."""

import lzma
import re
import zipfile
import zlib
from dataclasses import dataclass
from io import BytesIO

from django.utils.translation import gettext as _

from assessments.exchange.items import FileError
from assessments.exchange.limits import (
    MAX_ENTRIES,
    MAX_ENTRY,
    MAX_RATIO,
    MAX_UNPACKED,
    MEGABYTE,
    RATIO_FROM,
)

_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
    ValueError,
)
_CHUNK = 64 * 1024
_DRIVE = re.compile(r"^[A-Za-z]:")
# End of central directory: its signature, and where in it the number of entries stands (APPNOTE 4.3.16).
_END, _END_SIZE, _COUNT_AT = b"PK\x05\x06", 22, 10


# What files of other programs begin with. An archive without entries is its end alone.
_EMPTY, _GZIP, _OLD_OFFICE, _PDF = _END, b"\x1f\x8b", b"\xd0\xcf\x11\xe0", b"%PDF-"
_OTHER_ARCHIVES = (b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07")


def refuse_packed(content: bytes) -> None:
    """Raises FileError for what other programs pack or keep in their own way, with the way to bring it here."""
    if content.startswith(_EMPTY):
        raise FileError(_("The archive is empty."))
    if content.startswith(_GZIP):
        raise FileError(
            _("This is packed with gzip, like a backup of Moodle. Export the questions there as Moodle XML.")
        )
    if content.startswith(_OLD_OFFICE):
        raise FileError(_("This is a file of an old Office program. Save it as XLSX and import that."))
    if content.startswith(_PDF):
        raise FileError(_("This is a PDF. Questions cannot be read out of it; copy them into one of the formats."))
    if content.startswith(_OTHER_ARCHIVES):
        raise FileError(_("This is an archive, but no ZIP. Pack its content as ZIP, or unpack it."))


@dataclass
class Archive:
    """The entries of a ZIP by name. Sizes that the directory declares were checked; what is read is counted again."""

    file: zipfile.ZipFile
    names: list[str]
    left: int = MAX_UNPACKED

    def read(self, name: str) -> bytes:
        """One entry. Raises FileError when it holds more than it says, or cannot be read."""
        try:
            content = self._read(name)
        except _DAMAGED as error:
            raise FileError(_("The archive is damaged or encrypted.")) from error
        self.left -= len(content)
        return content

    def _read(self, name: str) -> bytes:
        parts = []
        size = 0
        with self.file.open(name) as entry:
            while part := entry.read(_CHUNK):
                size += len(part)
                if size > min(MAX_ENTRY, self.left):
                    raise _bomb()
                parts.append(part)
        return b"".join(parts)


def _bomb() -> FileError:
    return FileError(
        _("The archive unpacks to more than %(size)d MB, or much too densely. It is not read.")
        % {"size": MAX_UNPACKED // MEGABYTE}
    )


def open_archive(content: bytes) -> Archive:
    """The archive if it is harmless. Raises FileError."""
    end = content.rfind(_END, max(0, len(content) - 66_000))
    if end >= 0 and len(content) >= end + _END_SIZE:
        # Counted before the directory is read: a directory of millions of entries would cost the memory itself.
        count = int.from_bytes(content[end + _COUNT_AT : end + _COUNT_AT + 2], "little")
        directory = int.from_bytes(content[end + 12 : end + 16], "little")
        if count > MAX_ENTRIES or (directory != 0xFFFFFFFF and directory > MAX_ENTRIES * 1024):
            raise FileError(_("The archive has more than %(most)d files.") % {"most": MAX_ENTRIES})
    try:
        file = zipfile.ZipFile(BytesIO(content))
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        raise FileError(_("The archive is damaged or encrypted.")) from error
    entries = file.infolist()
    if len(entries) > MAX_ENTRIES:
        raise FileError(_("The archive has more than %(most)d files.") % {"most": MAX_ENTRIES})
    total = 0
    for entry in entries:
        total += entry.file_size
        dense = entry.file_size > RATIO_FROM and entry.file_size > MAX_RATIO * max(entry.compress_size, 1)
        if dense or total > MAX_UNPACKED:
            raise _bomb()
        if unsafe(entry.filename):
            raise FileError(
                _("The archive holds a path that leads out of it: “%(name)s”.") % {"name": entry.filename[:80]}
            )
        if entry.flag_bits & 1:
            raise FileError(_("The archive is damaged or encrypted."))
    return Archive(file, [entry.filename for entry in entries if not entry.is_dir()])


def unsafe(name: str) -> bool:
    """Whether a path is absolute, climbs, or is of another system."""
    return (
        name.startswith(("/", "\\"))
        or "\\" in name
        or bool(_DRIVE.match(name))
        or ".." in name.split("/")
        or "\0" in name
    )
