"""XLSX: what spreadsheets make of what somebody typed. It is read as it is seen, or named with row and column."""

import re
from collections.abc import Callable
from datetime import date, datetime, time
from io import BytesIO
from time import perf_counter
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest
from openpyxl.comments import Comment

from assessments.exchange.items import FileError, Level, ReadResult
from tests.assessments.exchange.helpers import losses, read

HEADS = ["title", "topic_de", "prompt_de", "prompt_en", "options.text_de", "options.text_en", "options.correct"]
LABELS = ["Name", *[""] * 6]


def sheet_of(
    change: Callable[[Any], None], *, heads: list[Any] | None = None, kind: str = "single_choice"
) -> ReadResult:
    """Two questions in rows 3 and 5, with that change."""
    made = openpyxl.Workbook()
    sheet = made.worksheets[0]
    sheet.title = kind
    for row in (heads or HEADS, LABELS, ["Eins", "M01", "Was?", "What?", "a", "a", "x"], [*[None] * 4, "b", "b"],
                ["Zwei", None, "Und?", "And?", "c", "c", "x"], [*[None] * 4, "d", "d"]):  # fmt: skip
        sheet.append(row)
    change(sheet)
    buffer = BytesIO()
    made.save(buffer)
    return read("xlsx", buffer.getvalue())


def put(place: str, value: Any, number_format: str = "") -> Callable[[Any], None]:
    def change(sheet: Any) -> None:
        sheet[place] = value
        if number_format:
            sheet[place].number_format = number_format

    return change


def first_option(result: ReadResult, language: str) -> str:
    return str(result.items[0].raw["options"][0]["value"][f"text_{language}"])


@pytest.mark.parametrize("place", ["A3", "C3", "E4", "G3"])
def test_a_formula_without_its_result_leaves_its_item_out_with_row_and_column(place: str) -> None:
    result = sheet_of(put(place, '=CONCATENATE("a","b")'))
    (problem,) = result.problems
    head = HEADS["ABCDEFG".index(place[0])]
    assert (problem.level, problem.line, [item.title for item in result.items]) == (Level.ITEM, 3, ["Zwei"])
    assert problem.message.startswith(f"row {place[1]}, {head}: a formula without its result")


def test_the_result_of_a_formula_is_read() -> None:
    """As spreadsheets save it, beside the formula."""
    made = openpyxl.Workbook()
    made.worksheets[0].title = "single_choice"
    for row in (HEADS, LABELS, ["Eins", None, "Was?", None, "=1+1", None, "x"], [*[None] * 4, "b"]):
        made.worksheets[0].append(row)
    buffer = BytesIO()
    made.save(buffer)
    saved = changed(buffer.getvalue(), lambda data: re.sub(rb"<f>1\+1</f><v ?/?>(</v>)?", b"<f>1+1</f><v>2</v>", data))
    assert first_option(read("xlsx", saved), "de") == "2"


def changed(content: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """The workbook with other XML in its first sheet."""
    buffer = BytesIO()
    with ZipFile(BytesIO(content)) as old, ZipFile(buffer, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, change(data) if name == "xl/worksheets/sheet1.xml" else data)
    return buffer.getvalue()


def test_an_error_is_no_answer_but_its_name_in_a_text_is() -> None:
    def error(sheet: Any) -> None:
        sheet["E3"] = "#N/A"
        sheet["E3"].data_type = "e"

    (problem,) = sheet_of(error).problems
    assert problem.message == "row 3, options.text_de: it shows the error #N/A."

    def text(sheet: Any) -> None:
        sheet["E3"].value = "Das ist #N/A"

    assert first_option(sheet_of(text), "de") == "Das ist #N/A"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (date(2026, 3, 1), "2026-03-01"),
        (datetime.combine(date(2026, 3, 1), time(14, 30)), "2026-03-01 14:30"),
        (time(9, 5), "09:05"),
    ],
)
def test_a_date_in_a_text_is_read_and_named(value: Any, shown: str) -> None:
    result = sheet_of(put("E3", value))
    assert first_option(result, "de") == shown
    assert losses(result) == [f"row 3, options.text_de: a date or time, read as “{shown}”; format the cell as text."]


@pytest.mark.parametrize(
    ("value", "form", "german", "english"),
    [
        (0.5, "0%", "50 %", "50 %"),
        (0.125, "0.0%", "12,5 %", "12.5 %"),
        (3.5, "", "3,5", "3.5"),
        (1e20, "", "100000000000000000000", "100000000000000000000"),
        (7, "", "7", "7"),
        (True, "", "x", "x"),
    ],
)
def test_a_number_in_a_text_is_read_as_it_is_seen(value: Any, form: str, german: str, english: str) -> None:
    assert first_option(sheet_of(put("E3", value, form)), "de") == german
    assert first_option(sheet_of(put("F3", value, form)), "en") == english


def test_names_are_read_with_blanks_and_capitals() -> None:
    result = sheet_of(lambda _sheet: None, heads=[f" {head.upper()}\xa0" for head in HEADS], kind=" Single_Choice ")
    assert (result.problems, [item.title for item in result.items]) == ([], ["Eins", "Zwei"])
    assert first_option(result, "de") == "a"


def test_columns_without_a_name_and_too_far_to_the_right_are_named() -> None:
    def change(sheet: Any) -> None:
        sheet["H4"] = "Wichtig"
        sheet.cell(5, 201).value = "weit rechts"
        sheet["J3"] = "  "

    (problem,) = sheet_of(change).problems
    assert (problem.level, problem.line) == (Level.LOSS, 1)
    assert problem.message == "Columns without a name in the first row are not read: H, GS."


def test_a_second_row_that_holds_no_labels_is_named() -> None:
    def change(sheet: Any) -> None:
        for place, text in zip("ACE", ("Null", "Warum?", "darum"), strict=True):
            sheet[f"{place}2"] = text

    (problem,) = sheet_of(change).problems
    assert (problem.level, problem.line) == (Level.LOSS, 2)
    assert "Null, Warum?, darum" in problem.message


def test_a_template_in_the_other_language_has_labels_too() -> None:
    assert sheet_of(put("B2", "Thema (Deutsch)")).problems == []


def test_merged_cells_that_reach_over_items_or_answers_are_named() -> None:
    def change(sheet: Any) -> None:
        sheet.merge_cells("A3:A4")  # over the rows of one question: as it is meant
        sheet.merge_cells("B3:B6")
        sheet.merge_cells("F5:F6")

    found = [(one.line, one.message) for one in sheet_of(change).problems]
    assert found == [
        (3, "Merged rows 3 to 6, topic_de: their text is read in the first one alone."),
        (5, "Merged rows 5 to 6, options.text_en: their text is read in the first one alone."),
    ]


def test_comments_are_named() -> None:
    def change(sheet: Any) -> None:
        sheet["C3"].comment = Comment("Ist das so?", "Alice")

    assert [one.message for one in sheet_of(change).problems] == ["Comments on cells are not read."]


def test_rows_of_blanks_are_none() -> None:
    assert sheet_of(put("C9", "   ")).problems == []


def test_rows_too_far_below_are_not_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assessments.exchange.formats.xlsx_book.MAX_ROWS", 4)
    with pytest.raises(FileError, match="More than"):
        sheet_of(lambda _sheet: None)


def test_very_many_merged_cells_cost_no_time() -> None:
    made = openpyxl.Workbook()
    made.worksheets[0].title = "single_choice"
    made.worksheets[0].append(HEADS)
    buffer = BytesIO()
    made.save(buffer)
    cells = b"".join(b'<mergeCell ref="A%d:A%d"/>' % (row, row + 1) for row in range(1, 200_000, 2))
    hostile = changed(buffer.getvalue(), lambda data: data + b"<mergeCell " * 300_000 + cells)
    started = perf_counter()
    with pytest.raises(FileError):
        read("xlsx", hostile)
    assert perf_counter() - started < 5
