"""A workbook as rows of plain values, with what stands in it beside them.

openpyxl reads cells in a stream, which keeps large workbooks small, but says nothing there about merged cells and
formulas whose results nobody has saved. Those are looked up in the XML of the sheets.
"""

import posixpath
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from io import BytesIO
from itertools import islice
from typing import Any

import openpyxl
from defusedxml import DefusedXmlException
from django.utils.translation import gettext as _
from openpyxl.utils import column_index_from_string
from openpyxl.utils.exceptions import InvalidFileException

from assessments.exchange.archive import Archive
from assessments.exchange.formats.xlsx_layout import Odd, Percent
from assessments.exchange.items import FileError
from assessments.exchange.limits import MAX_ITEMS, too_many
from assessments.exchange.xml import parse

MAX_COLUMNS = 200
FIRST_ROW = 3
MOST_MERGED = 1000
MAX_ROWS = FIRST_ROW + MAX_ITEMS * 12
_DAMAGED = (
    zipfile.BadZipFile,
    InvalidFileException,
    DefusedXmlException,
    SyntaxError,  # both XML parsers that openpyxl may use raise descendants of it
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    OSError,
    EOFError,
)
_FORMULA = re.compile(rb"<(?:\w+:)?f[ />]")
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^<>]{0,100}\bref=\"([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})\"")

Row = list[Any]


@dataclass(frozen=True)
class Merged:
    """Cells that are one: rows and columns from 1, both ends included."""

    column: int
    first: int
    last: int


@dataclass(frozen=True)
class Sheet:
    """`rows` hold plain values, `Percent` and `Odd`, one more column than is read, so that what is left out shows."""

    name: str
    rows: Iterator[Row]
    merged: Sequence[Merged] = field(default_factory=tuple)


def sheets(content: bytes, archive: Archive) -> Iterator[Sheet]:
    """The sheets of a workbook. Raises FileError for what is none."""
    texts = _xml_of_sheets(archive)
    shown = _opened(content, results=True)
    typed = _opened(content, results=False) if any(_FORMULA.search(text) for text in texts.values()) else None
    for place, sheet in enumerate(shown.worksheets):
        formulas = _cells(typed.worksheets[place]) if typed is not None else None
        yield Sheet(str(sheet.title), _rows(_cells(sheet), formulas), _merged(texts.get(str(sheet.title), b"")))


def beside(archive: Archive) -> Iterator[str]:
    """Sentences about what a workbook holds beside its cells."""
    if any(name.startswith(("xl/comments", "xl/threadedComments/")) for name in archive.names):
        yield _("Comments on cells are not read.")
    if any(name.startswith("xl/media/") for name in archive.names):
        yield _("Pictures in a workbook are not read.")


def _opened(content: bytes, *, results: bool) -> Any:
    """The workbook with the results of its formulas, or with the formulas themselves."""
    try:
        book = openpyxl.load_workbook(BytesIO(content), read_only=True, data_only=results, keep_links=False)
    except _DAMAGED as error:
        raise FileError(_("This workbook cannot be read.")) from error
    return book


def _cells(sheet: Any) -> Iterator[tuple[Any, ...]]:
    try:
        yield from sheet.iter_rows(max_col=MAX_COLUMNS + 1, max_row=MAX_ROWS + 1)
    except _DAMAGED as error:
        raise FileError(_("This workbook cannot be read.")) from error


def _rows(shown: Iterator[tuple[Any, ...]], typed: Iterator[tuple[Any, ...]] | None) -> Iterator[Row]:
    for number, cells in enumerate(shown, 1):
        formulas = next(typed, ()) if typed is not None else ()
        row = [_plain(cell) for cell in cells]
        for place, cell in enumerate(formulas[: len(row)]):
            if row[place] is None and cell.value is not None and cell.data_type == "f":
                row[place] = Odd(fault=_("a formula without its result; open the file in a spreadsheet and save it."))
        if number > MAX_ROWS and any(value not in (None, "") for value in row):
            raise too_many()
        yield row


def _plain(cell: Any) -> Any:
    """The value as it is meant: spreadsheets keep dates and percents as numbers, and errors as texts."""
    value = cell.value
    if value is None:
        return None
    if cell.data_type == "e":
        return Odd(fault=_("it shows the error %(text)s.") % {"text": str(value)[:20]})
    if isinstance(value, date | time | timedelta):
        text = _moment(value)
        return Odd(text, note=_("a date or time, read as “%(text)s”; format the cell as text.") % {"text": text})
    if isinstance(value, int | float) and not isinstance(value, bool) and "%" in str(cell.number_format):
        return Percent(value)
    return value


def _moment(value: date | time | timedelta) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    return value.isoformat("minutes") if isinstance(value, time) else str(value)


def _xml_of_sheets(archive: Archive) -> dict[str, bytes]:
    """Name of each sheet → its XML."""
    book, links = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
    if book not in archive.names or links not in archive.names:
        return {}
    targets = {one.get("Id"): one.get("Target") for one in parse(archive.read(links))}
    named = {
        one.get("name"): targets.get(one.get("id"), "")
        for one in parse(archive.read(book)).walk()
        if one.tag == "sheet"
    }
    paths = {name: posixpath.normpath(posixpath.join("/xl", target)).lstrip("/") for name, target in named.items()}
    return {name: archive.read(path) for name, path in paths.items() if path in archive.names}


def _merged(text: bytes) -> list[Merged]:
    """Cells that are merged over several rows, the first ones of very many."""
    found = (one.groups() for one in islice(_MERGED.finditer(text), MOST_MERGED))
    return [
        Merged(column_index_from_string(left.decode()), int(top), int(bottom))
        for left, top, _right, bottom in found
        if int(bottom) > int(top)
    ]
