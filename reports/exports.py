"""The files: rows as they stream from the report, into CSV or XLSX, with memory that does not grow with the rows.

Rows come in blocks of people, each block one short query: no cursor stays open while a lease is renewed (SQLite would
keep an old snapshot and refuse the write), and the order is still by name. On PostgreSQL the lines of a CSV are written
by COPY, see `reports.copying`.
"""

import csv
import io
from array import array
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Protocol

import xlsxwriter
from django.db import connection
from django.utils import formats, timezone
from django.utils.translation import get_language, gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from enablement.core.spreadsheets import FORMULA_STARTS, defuse
from people.models import User
from reports.copying import copy_rows
from reports.definitions import DEFINITIONS
from reports.enums import RowStatus
from reports.filters import FilterForm, ReportFilters
from reports.selectors import Rows, ordered, report_people, report_rows, with_certificates

PEOPLE_PER_BLOCK = 500
SPOOL_BYTES = 4 * 1024 * 1024
HEAD = (
    _("Person"), _("E-mail"), _("Unit"), _("Function"), pgettext_lazy("module", "Code"), _("Module or path"),
    _("Status"), _("Due date"), _("Completed on"), _("Certificate"), _("Valid until"),
)  # fmt: skip
Row = tuple[str, str, str, str, str, str, str, date | None, date | None, str, date | None]


def blocks(actor: User, filters: ReportFilters, *, times: int = 1) -> Iterator[Rows]:
    """The report's rows by person, in blocks of `times` 500 people. Ids take 8 bytes each; rows stay for a block."""
    people = report_people(actor, filters).order_by("last_name", "first_name", "pk")
    ids = array("q", people.values_list("pk", flat=True).iterator(chunk_size=5000))
    size = PEOPLE_PER_BLOCK * times
    for start in range(0, len(ids), size):
        rows = report_rows(actor, filters).filter(user__in=ids[start : start + size].tolist())
        yield ordered(with_certificates(rows, filters.moment), "person")


def row_values(rows: Rows) -> list[Row]:
    """The cells of these rows."""
    return [_row(values) for values in _values(rows)]


def _values(rows: Any) -> Any:
    return rows.values_list(
        "user__last_name", "user__first_name", "user__email", "user__org_unit__name", *_names("user__function__name"),
        "activity__code", *_names("activity__title"), "status", "due_at", "completed_on", "certificate_number",
        "valid_until",
    )  # fmt: skip


def _languages() -> tuple[str, str]:
    """The reader's and the other one."""
    return ("en", "de") if (get_language() or "").startswith("en") else ("de", "en")


def _names(field: str) -> tuple[str, str]:
    here, other = _languages()
    return f"{field}_{here}", f"{field}_{other}"


def _row(values: tuple[Any, ...]) -> Row:
    (last, first, email, unit, function, function_other, code, title, title_other, status, due, completed, number,
     until) = values  # fmt: skip
    name = ", ".join(part for part in (last, first) if part) or email
    return (
        name, email, unit or "", function or function_other or "", code, title or title_other,
        str(RowStatus(status).label), _day(due), _day(completed), number or "", _day(until),
    )  # fmt: skip


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else timezone.localdate(moment)


class Writer(Protocol):
    """One file being written: blocks of rows, then `close`, which leaves `file` complete and rewound.

    `write` returns how many rows the block had.
    """

    file: IO[bytes]
    times: int  # how much larger than usual a block may be

    def write(self, rows: Rows) -> int: ...

    def close(self) -> None: ...


class CsvWriter:
    """UTF-8 with a byte order mark, so that Excel reads umlauts; semicolons in German, where the comma is decimal."""

    def __init__(self, actor: User, form: FilterForm, filters: ReportFilters) -> None:
        self.file: IO[bytes] = SpooledTemporaryFile(max_size=SPOOL_BYTES)  # noqa: SIM115 - closed by the caller
        self.times = 20 if connection.vendor == "postgresql" else 1  # COPY holds no rows in this process
        self._text = io.TextIOWrapper(self.file, encoding="utf-8-sig", newline="", write_through=True)
        self._delimiter = ";" if _languages()[0] == "de" else ","
        self._csv = csv.writer(self._text, delimiter=self._delimiter, lineterminator="\r\n")
        self._notes = notes(actor, form, filters)
        self._csv.writerow([str(cell) for cell in HEAD])

    def write(self, rows: Rows) -> int:
        if connection.vendor != "postgresql":
            return self.write_cells(row_values(rows))
        starts = "".join(FORMULA_STARTS)
        return copy_rows(rows, self.file, delimiter=self._delimiter, languages=_languages(), starts=starts)

    def write_cells(self, rows: Sequence[Row]) -> int:
        self._csv.writerows(
            [defuse(cell) if isinstance(cell, str) else _text_date(cell) for cell in row] for row in rows
        )
        return len(rows)

    def close(self) -> None:
        self._csv.writerow([])
        for term, text in self._notes:
            self._csv.writerow([defuse(term), defuse(text)])
        self._text.flush()
        self._text.detach()
        self.file.seek(0)


def _text_date(day: date | None) -> str:
    # ISO in the file: a table is for machines too, and no spreadsheet mixes day and month up in it.
    return "" if day is None else day.isoformat()


class XlsxWriter:
    """XLSX in constant memory: each row is written out before the next one comes."""

    def __init__(self, actor: User, form: FilterForm, filters: ReportFilters) -> None:
        self.file: IO[bytes] = SpooledTemporaryFile(max_size=SPOOL_BYTES)  # noqa: SIM115 - closed by the caller
        self.times = 1
        # Text never becomes a formula, a link or a number; `defuse` stands in front for programs that reopen the file.
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
                   "strings_to_numbers": False, "default_date_format": "yyyy-mm-dd"}  # fmt: skip
        self._book = xlsxwriter.Workbook(self.file, options)
        self._date = self._book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
        bold = self._book.add_format({"bold": True, "bg_color": "#E0F1F3", "bottom": 1})
        self._wrap = self._book.add_format({"text_wrap": True, "valign": "top"})
        self._bold = self._book.add_format({"bold": True, "valign": "top"})
        self._notes = notes(actor, form, filters)
        self._sheet = self._book.add_worksheet(gettext("Report"))
        self._sheet.freeze_panes(1, 1)
        self._sheet.repeat_rows(0)
        self._sheet.set_landscape()
        self._sheet.set_paper(9)
        self._sheet.fit_to_pages(1, 0)
        self._sheet.set_footer(f"&L{_header_text(self._notes[1][1])}&R&P / &N")
        for column, width in enumerate((28, 30, 24, 14, 8, 34, 16, 12, 14, 22, 12)):
            self._sheet.set_column(column, column, width)
        for column, cell in enumerate(HEAD):
            self._sheet.write_string(0, column, str(cell), bold)
        self._line = 1

    def write(self, rows: Rows) -> int:
        cells = row_values(rows)
        for row in cells:
            for column, cell in enumerate(row):
                if isinstance(cell, str):
                    self._sheet.write_string(self._line, column, defuse(cell))
                elif cell is not None:
                    self._sheet.write_datetime(
                        self._line, column, datetime.combine(cell, datetime.min.time()), self._date
                    )
            self._line += 1
        return len(cells)

    def close(self) -> None:
        self._sheet.autofilter(0, 0, max(self._line - 1, 1), len(HEAD) - 1)
        about = self._book.add_worksheet(gettext("Filters and definitions"))
        about.set_column(0, 0, 28)
        about.set_column(1, 1, 90)
        for line, (term, text) in enumerate(self._notes):
            about.write_string(line, 0, defuse(term), self._bold)
            about.write_string(line, 1, defuse(text), self._wrap)
        self._book.close()
        self.file.seek(0)


def _header_text(text: str) -> str:
    return text.replace("&", "&&")


def notes(actor: User, form: FilterForm, filters: ReportFilters) -> list[tuple[str, str]]:
    """Title, Stand, view, filters and definitions: what a file must say to be read without the screen."""
    stand = formats.date_format(timezone.localtime(filters.moment), "DATETIME_FORMAT")
    scope = str(actor.hr_scope) if actor.hr_scope else gettext("Whole company")
    lines = [(gettext("Report"), gettext("Completion report")), (gettext("As of"), stand), (gettext("View"), scope)]
    for _name, label, value in form.described():
        lines.append((label, formats.date_format(value, "DATE_FORMAT") if isinstance(value, date) else str(value)))
    return lines + [(str(definition.term), str(definition.text)) for definition in DEFINITIONS]


def row_count(actor: User, filters: ReportFilters) -> int:
    return report_rows(actor, filters).count()
