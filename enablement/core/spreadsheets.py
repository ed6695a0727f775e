"""Cells that no spreadsheet runs, and small tables as CSV or XLSX. What streams has writers of its own (`reports`)."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

import xlsxwriter

# Where a spreadsheet begins to read a formula (OWASP, CSV injection), full-width forms included.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Cell = str | int | float | None
MAX_SHEET_NAME = 31


def defuse(value: str) -> str:
    """Text that a spreadsheet would run as a formula becomes text: an apostrophe stands before it (OWASP)."""
    return f"'{value}" if value.startswith(FORMULA_STARTS) else value


@dataclass(frozen=True)
class Sheet:
    """A table with its name; `head` is the first row. Numbers stay numbers, None is an empty cell."""

    name: str
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]


def csv_bytes(sheets: Sequence[Sheet], *, german: bool) -> bytes:
    """The tables one below the other, each under its name. UTF-8 with a byte order mark, so that Excel reads umlauts.

    German spreadsheets split at semicolons and read a comma as the decimal point.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";" if german else ",", lineterminator="\r\n")
    for number, sheet in enumerate(sheets):
        if number:
            writer.writerow([])
        writer.writerow([defuse(sheet.name)])
        writer.writerow([defuse(cell) for cell in sheet.head])
        writer.writerows([_csv_cell(cell, german=german) for cell in row] for row in sheet.rows)
    return text.getvalue().encode("utf-8-sig")


def _csv_cell(cell: Cell, *, german: bool) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return defuse(cell)
    text = repr(cell)  # a number: a minus before it is no formula
    return text.replace(".", ",") if german else text


def xlsx_bytes(sheets: Sequence[Sheet]) -> bytes:
    """One worksheet for each table, with a head that stays in sight."""
    file = io.BytesIO()
    # Text never becomes a formula, a link or a number; `defuse` stands in front for programs that reopen the file.
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(file, options)
    bold = book.add_format({"bold": True, "bg_color": "#E0F1F3", "bottom": 1, "text_wrap": True, "valign": "top"})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    number = book.add_format({"valign": "top", "num_format": "0.###"})
    for sheet in sheets:
        page = book.add_worksheet(_sheet_name(sheet.name))
        page.freeze_panes(1, 1)
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        for column, title in enumerate(sheet.head):
            page.write_string(0, column, defuse(title), bold)
            texts = [row[column] for row in sheet.rows if isinstance(row[column], str)]
            page.set_column(column, column, min(max([len(title), *(len(str(text)) for text in texts), 9]), 60))
        for line, row in enumerate(sheet.rows, 1):
            for column, cell in enumerate(row):
                if isinstance(cell, str):
                    page.write_string(line, column, defuse(cell), wrap)
                elif cell is not None:
                    page.write_number(line, column, cell, number)
    book.close()
    return file.getvalue()


def _sheet_name(name: str) -> str:
    """Excel refuses some characters and long names."""
    return "".join(" " if letter in "[]:*?/\\" else letter for letter in name).strip("'")[:MAX_SHEET_NAME]
