"""The formats by name, and which of them a file is in."""

import re
from functools import cache

from django.utils.translation import gettext as _

from assessments.exchange.archive import refuse_packed
from assessments.exchange.formats.aiken import Aiken
from assessments.exchange.formats.base import Format
from assessments.exchange.formats.gift import Gift
from assessments.exchange.formats.moodle import Moodle
from assessments.exchange.formats.qti import Qti
from assessments.exchange.formats.xlsx import Xlsx
from assessments.exchange.items import FileError
from assessments.exchange.text import decode

__all__ = ["Format", "chosen", "detect", "formats", "get_format"]

# What stands first in XML, behind its declaration, comments and document type.
_ROOT = re.compile(r"<\s*(?:[\w.-]+:)?([A-Za-z][\w-]*)")
_BEFORE_ROOT = re.compile(r"\s*(?:<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>)", re.DOTALL)
_QTI = frozenset({"assessmentItem", "qti-assessment-item", "assessmentTest", "qti-assessment-test", "questestinterop"})
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
    return formats()[_name(content)]


def chosen(content: bytes, name: str) -> Format:
    """The named format, or the one that the bytes look like. Raises FileError, also when they look like another one.

    A test in XML that is read as GIFT would give questions that nobody has written.
    """
    if not name:
        return detect(content)
    form = get_format(name)
    refuse_packed(content)
    try:
        found = detect(content)
    except FileError:
        return form  # it says itself what is wrong
    certain = found.name not in {"gift", "aiken"} or name == "xlsx" or (found.name, name) == ("aiken", "gift")
    if found is not form and certain:
        labels = {"found": found.label, "named": form.label}
        raise FileError(_("This looks like %(found)s, not like %(named)s.") % labels)
    return form


def _name(content: bytes) -> str:
    if content.startswith(b"PK\x03\x04"):
        # Names stand unpacked in an archive. Three bytes alone would stand in the pictures of many a package, too.
        return "xlsx" if b"xl/workbook." in content else "qti"
    refuse_packed(content)
    text = decode(content)
    if text.lstrip().startswith("<"):
        return _of_root(text)
    return "aiken" if _ANSWER.search(text) and "{" not in text else "gift"


def _of_root(text: str) -> str:
    start = 0
    while before := _BEFORE_ROOT.match(text, start):
        start = before.end()
    root = _ROOT.match(text[start : start + 500].lstrip())
    tag = root.group(1) if root else ""
    if tag == "quiz":
        return "moodle"
    if tag in _QTI:
        return "qti"
    if tag == "manifest":
        raise FileError(_("This is the manifest of a package alone. Import the package, a ZIP file, as a whole."))
    raise FileError(
        _("This file begins with <%(tag)s>. Moodle XML begins with <quiz>, an item of QTI with <assessmentItem>.")
        % {"tag": tag[:40] or "…"}
    )
