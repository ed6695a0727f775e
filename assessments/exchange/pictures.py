"""A picture on its way with an item: its bytes, checked before anything else sees them.

Outside of the bank an item names a picture by a mark made of its content (`picture:<sha1>`), which Wagtail's own
`file_hash` is, so that the same picture is one picture however often it comes. `library.py` knows what is stored.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cached_property
from io import BytesIO
from pathlib import PurePosixPath
from typing import Any

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring
from django.conf import settings
from django.utils.translation import gettext as _
from PIL import Image as Pillow

from courses.package.reader import svg_problems

MARK = "picture:"
ALT_LENGTH = 300
MAX_PIXELS = 40_000_000  # a camera's file, and 160 MB while it is checked
MAX_ALL_PIXELS = 2_000_000_000  # of one import: about 20 seconds of checking
# What Pillow is allowed to try, and how such a file is called.
_FORMATS = {"PNG": "png", "JPEG": "jpg", "GIF": "gif", "WEBP": "webp", "AVIF": "avif", "MPO": "jpg"}
# Where they end. Pillow itself lets half a picture pass once WeasyPrint is loaded, which tells it to for all.
_ENDS = {"png": b"IEND", "jpg": b"\xff\xd9"}
_LENGTH = re.compile(r"\s*(\d{1,5}(?:\.\d{1,9})?)(?:px)?\s*")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, LookupError, TypeError, ArithmeticError)


_Kind = tuple[str, tuple[int, int]]


@dataclass
class _Checked:
    """What one import has checked so far: each content once, and not more than it may cost."""

    found: dict[str, _Kind] = field(default_factory=dict)
    left: int = field(default_factory=lambda: MAX_ALL_PIXELS)


_checked: ContextVar[_Checked | None] = ContextVar("checked", default=None)


@contextmanager
def bounded_pictures() -> Iterator[None]:
    """Around the reading of one file: small files of huge pictures must not cost minutes."""
    token = _checked.set(_Checked())
    try:
        yield
    finally:
        _checked.reset(token)


class PictureError(Exception):
    """These bytes become no picture of the library. The message says why."""


@dataclass(frozen=True)
class Picture:
    """`name` is a safe file name with the ending that fits the content."""

    name: str
    content: bytes = field(repr=False)
    width: int
    height: int
    alt: str = ""

    @cached_property
    def digest(self) -> str:
        return hashlib.sha1(self.content, usedforsecurity=False).hexdigest()

    @property
    def mark(self) -> str:
        """What an item names it by until it has a number in the library."""
        return f"{MARK}{self.digest}"

    @property
    def content_type(self) -> str:
        ending = PurePosixPath(self.name).suffix.removeprefix(".")
        return {"jpg": "image/jpeg", "svg": "image/svg+xml"}.get(ending, f"image/{ending}")


def read_picture(name: str, content: bytes, alt: str = "") -> Picture:
    """The picture if the library may hold it: whole, of a known sort, not too large. Raises PictureError."""
    most = settings.WAGTAILIMAGES_MAX_UPLOAD_SIZE
    if len(content) > most:
        raise PictureError(_("it is larger than %(size)d MB") % {"size": most // 2**20})
    so_far = _checked.get() or _Checked()
    digest = hashlib.sha1(content, usedforsecurity=False).hexdigest()
    if digest not in so_far.found:
        svg = b"<svg" in content[:4096].lower()
        so_far.found[digest] = ("svg", _drawn(content)) if svg else _painted(content, so_far)
    ending, (width, height) = so_far.found[digest]
    stem = re.sub(r"[^\w-]+", "-", PurePosixPath(name).stem).strip("-")[:60] or "picture"
    return Picture(f"{stem}.{ending}", content, width, height, " ".join(alt.split()))


def _painted(content: bytes, so_far: _Checked) -> _Kind:
    """Read to its last pixel: half a picture would fail only when the item is published."""
    try:
        with Pillow.open(BytesIO(content), formats=list(_FORMATS)) as image:
            so_far.left -= image.width * image.height
            if image.width * image.height > MAX_PIXELS or so_far.left < 0:
                raise PictureError(_("it has too many pixels"))
            ending, size = _FORMATS[str(image.format)], image.size
            image.load()
    except (Pillow.DecompressionBombError, Pillow.DecompressionBombWarning) as error:
        raise PictureError(_("it has too many pixels")) from error
    except _BROKEN as error:
        raise PictureError(_("it is no whole PNG, JPEG, GIF, WebP, AVIF or SVG")) from error
    if content.rfind(_ENDS.get(ending, b"")) < len(content) // 2:
        raise PictureError(_("it is no whole PNG, JPEG, GIF, WebP, AVIF or SVG"))
    return ending, size


def _drawn(content: bytes) -> tuple[int, int]:
    """By the rules for drawings of the course package, and with a size in pixels."""
    try:
        root = None if svg_problems("", content) else fromstring(content)
    except (DefusedXmlException, ParseError, ValueError):
        root = None
    size = [] if root is None else [_LENGTH.fullmatch(root.get(name, "")) for name in ("width", "height")]
    box = [] if root is None else _NUMBER.findall(root.get("viewBox", ""))
    if len(box) != 4 or not all(size):
        raise PictureError(_("this SVG has no size of its own, or holds scripts, styles or references"))
    width, height = (round(float(found[1])) for found in size if found)
    return width, height


def marks_in(value: Any) -> Iterator[str]:
    """The marks that a block's value still names pictures by."""
    return (one for one in _images_in(value) if isinstance(one, str) and one.startswith(MARK))


def numbers_in(value: Any) -> Iterator[int]:
    """The numbers of the library's pictures that a block's value names."""
    return (one for one in _images_in(value) if isinstance(one, int))


def _images_in(value: Any) -> Iterator[Any]:
    """What a block's value names pictures by, at any depth."""
    if isinstance(value, dict):
        for key, child in value.items():
            if key == "image" and not isinstance(child, dict | list):
                yield child
            else:
                yield from _images_in(child)
    elif isinstance(value, list):
        for child in value:
            yield from _images_in(child)


def numbered(value: Any, found: Mapping[str, int | None]) -> Any:
    """The same with the library's numbers in place of the marks that `found` knows."""
    if isinstance(value, dict):
        return {
            key: found.get(child, child) if key == "image" and isinstance(child, str) else numbered(child, found)
            for key, child in value.items()
        }
    return [numbered(child, found) for child in value] if isinstance(value, list) else value


def unpictured(value: Any) -> Any:
    """The same without the pictures that the library does not have yet: for what asks the library."""
    return numbered(value, dict.fromkeys(marks_in(value)))
