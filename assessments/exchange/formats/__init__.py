"""The formats by name, and which of them a file is in."""

import re
from functools import cache

from django.utils.translation import gettext as _

from assessments.exchange.formats.aiken import Aiken
from assessments.exchange.formats.base import Format
from assessments.exchange.formats.gift import Gift
from assessments.exchange.formats.moodle import Moodle
from assessments.exchange.formats.qti import Qti
from assessments.exchange.formats.xlsx import Xlsx
from assessments.exchange.items import FileError
from assessments.exchange.text import decode

__all__ = ["Format", "detect", "formats", "get_format"]

_ROOT = re.compile(rb"<\s*(?:[\w.-]+:)?(quiz|assessmentItem|qti-assessment-item|manifest)\b")
_ANSWER = re.compile(r"^\s*ANSWER\s*:", re.IGNORECASE | re.MULTILINE)


@cache
def formats() -> dict[str, Format]:
    """All formats by name, in the order in which they are offered."""
    found: list[Format] = [Xlsx(), Gift(), Moodle(), Qti(), Aiken()]
    return {one.name: one for one in found}


def get_format(name: str) -> Format:
    """The format of that name. Raises KeyError."""
    return formats()[name]


def detect(content: bytes) -> Format:
    """The format that the bytes look like. Raises FileError when none can be told."""
    name = _name(content)
    if name not in formats():
        raise FileError(_("The format of this file cannot be told. Name it."))
    return formats()[name]


def _name(content: bytes) -> str:
    if content.startswith(b"PK\x03\x04"):
        return "xlsx" if b"xl/" in content else "qti"
    text = decode(content)
    if text.lstrip().startswith("<"):
        root = _ROOT.search(text[:20_000].encode())
        return "" if root is None else "moodle" if root.group(1) == b"quiz" else "qti"
    return "aiken" if _ANSWER.search(text) and "{" not in text else "gift"
