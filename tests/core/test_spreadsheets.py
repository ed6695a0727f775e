"""Tables as files: nothing in them runs in a spreadsheet, numbers stay numbers in the reader's language."""

import csv
import io

import openpyxl
import pytest

from enablement.core.spreadsheets import FORMULA_STARTS, Sheet, csv_bytes, xlsx_bytes

EVIL = [f"{start}1+1" for start in FORMULA_STARTS]
SHEETS = [
    Sheet("=Totals", ["Figure", "-Value"], [[text, -0.5] for text in EVIL]),
    Sheet("Items: [all]/*?", ["Item", "People"], [["A", 3], ["B", None]]),
]


@pytest.mark.parametrize("german", [True, False])
def test_csv_runs_no_formula_and_keeps_numbers(german: bool) -> None:
    data = csv_bytes(SHEETS, german=german)
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";" if german else ","))
    assert rows[0] == ["'=Totals"]
    assert [row[0] for row in rows[2 : 2 + len(EVIL)]] == [f"'{text}" for text in EVIL]
    assert {row[1] for row in rows[2 : 2 + len(EVIL)]} == {"-0,5" if german else "-0.5"}
    assert rows[-2:] == [["A", "3"], ["B", ""]]


def test_xlsx_runs_no_formula_and_keeps_numbers() -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(SHEETS)))
    first, second = book.worksheets
    assert all(str(cell.value).startswith("'") for cell in first["A"][1:])
    assert {cell.value for cell in first["B"][1:]} == {-0.5}
    assert {cell.data_type for row in first.rows for cell in row} == {"s", "n"}
    assert [[cell.value for cell in row] for row in second.rows] == [["Item", "People"], ["A", 3], ["B", None]]
