"""XLSX: both languages in one sheet for each kind; a template to fill in; nothing in it is run by a spreadsheet."""

import zipfile
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings

from assessments.exchange.apply import apply_import
from assessments.exchange.export import export_items
from assessments.exchange.formats import detect, get_format
from assessments.exchange.formats.xlsx_layout import bare, guarded
from assessments.exchange.items import FileError, Level, ReadResult
from assessments.kinds import kinds
from assessments.models import Item
from tests.assessments import factories
from tests.assessments.exchange.helpers import RAWS, TEXTS, meaning, outside, read, travelled


def book(**sheets: list[list[Any]]) -> bytes:
    made = openpyxl.Workbook()
    made.remove(made.worksheets[0])
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    buffer = BytesIO()
    made.save(buffer)
    return buffer.getvalue()


HEADS = ["id", "title", "tags", "prompt_de", "prompt_en", "options.text_de", "options.text_en", "options.correct"]
LABELS = ["" for _head in HEADS]
ROWS = [
    HEADS,
    LABELS,
    ["q-1", "Runde", "M01; Silo", "Was hilft?", "What helps?", "Reden", "Talking", "x"],
    [None, None, None, None, None, "Warten", "Waiting", None],
    ["q-2", "Zwei", None, "Und?", None, "Ja", None, "ja"],
    [None, None, None, None, None, "Nein", None, "nein"],
]


@pytest.mark.parametrize("kind", RAWS)
def test_every_kind_comes_back_as_it_went(kind: str) -> None:
    @settings(max_examples=25, deadline=None)
    @given(RAWS[kind], TEXTS)
    def check(raw: dict[str, Any], title: str) -> None:
        title = " ".join(title.split())
        item = outside(kind, raw, title=title, tags=["M01"], topic_de="Silo", topic_en="=Silo", audience="sales")
        item.difficulty = "hard"
        back = travelled("xlsx", item)
        assert meaning(kind, back.raw) == meaning(kind, raw)
        assert (back.kind, back.identifier, back.tags, back.title) == (kind, item.identifier, ["M01"], title)
        assert (back.topic_de, back.topic_en, back.audience, back.difficulty) == ("Silo", "=Silo", "sales", "hard")

    check()


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_guarding_is_undone_by_reading(text: str) -> None:
    for one in (text, f"'{text}", f"={text}", f"'={text}", f"''@{text}"):
        assert bare(guarded(one)) == one
        assert not guarded(one).startswith(("=", "+", "-", "@"))


def test_a_filled_in_template_is_read_row_by_row() -> None:
    content = book(single_choice=ROWS)
    assert detect(content).name == "xlsx"
    first, second = read("xlsx", content).items
    assert (first.title, first.tags, first.line, first.file) == ("Runde", ["M01", "Silo"], 3, "single_choice")
    assert [(one["value"]["text_en"], one["value"]["correct"]) for one in first.raw["options"]] == [
        ("Talking", True),
        ("Waiting", False),
    ]
    assert (second.raw["prompt_en"], len(second.raw["options"])) == ("", 2)


def test_numbers_and_choices_are_read_as_people_write_them() -> None:
    rows = [
        ["prompt_de", "answer", "tolerance", "mistakes.value"],
        [],
        ["Wie viel?", "1234,5", 0.5, 1e20],
        ["", "", "", "7"],
    ]
    (item,) = read("xlsx", book(numeric=rows)).items
    assert (item.raw["answer"], item.raw["tolerance"]) == ("1234.5", "0.5")
    assert [one["value"]["value"] for one in item.raw["mistakes"]] == ["100000000000000000000", "7"]


@pytest.mark.parametrize(
    ("place", "value", "part"),
    [((3, 8), "vielleicht", "row 4, options.correct"), ((2, 4), None, "no question"), ((2, 2), "x" * 5, "")],
)
def test_faults_name_sheet_row_and_column(place: tuple[int, int], value: Any, part: str) -> None:
    rows = [list(row) for row in ROWS]
    rows[place[0]][place[1] - 1] = value
    if part == "no question":
        rows[2][4] = None
    result = read("xlsx", book(single_choice=rows))
    assert len(result.items) == (1 if part else 2)
    assert [(one.file, one.line, part in one.message) for one in result.problems] == (
        [("single_choice", 3, True)] if part else []
    )


def test_tags_that_hold_a_comma_come_back() -> None:
    raw = {"prompt_de": "Was?", "options": []}
    tags = ["M01", "a, b", 'so "genannt"', "c;d"]
    assert travelled("xlsx", outside("single_choice", raw, tags=tags)).tags == tags
    rows = [HEADS, LABELS, ["q-1", "Runde", 'M01; "a, b",Silo', *ROWS[2][3:]], ROWS[3]]
    assert read("xlsx", book(single_choice=rows)).items[0].tags == ["M01", "a, b", "Silo"]


def test_unknown_sheets_and_columns_are_named() -> None:
    rows = [[*HEADS, "bonus"], LABELS, [*ROWS[2], 3], ROWS[3]]
    result = read("xlsx", book(single_choice=rows, Notes=[["x"]]))
    assert [problem.level for problem in result.problems] == [Level.LOSS, Level.LOSS]
    assert "bonus" in result.problems[0].message
    with pytest.raises(FileError):
        read("xlsx", book(Notes=[["x"]]))


@pytest.mark.django_db
def test_the_bank_comes_back_and_an_empty_cell_empties() -> None:
    for kind in RAWS:
        factories.item(kind, tags=["M01"], title=kind)
    content = export_items(Item.objects.all(), format_name="xlsx", language="de").content
    again = apply_import(content, format_name="xlsx", language="de", actor=None)
    assert again.counts() == {"new": 0, "changed": 0, "unchanged": 5, "left_out": 0}
    sheets = openpyxl.load_workbook(BytesIO(content))
    sheet = sheets["ordering"]
    heads = [cell.value for cell in sheet[1]]
    sheet.cell(3, heads.index("feedback_de") + 1).value = None
    sheet.cell(3, heads.index("title") + 1).value = "Reihe"
    buffer = BytesIO()
    sheets.save(buffer)
    assert apply_import(buffer.getvalue(), format_name="", language="de", actor=None).counts()["changed"] == 1
    item = Item.objects.get(kind="ordering").get_latest_revision_as_object()
    assert (item.title, item.body[0].value["feedback_de"]) == ("Reihe", "")
    assert item.body[0].value["feedback_en"] != ""


def test_the_template_has_a_sheet_for_each_kind() -> None:
    content = get_format("xlsx").write([], "de").content
    made = openpyxl.load_workbook(BytesIO(content))
    assert made.sheetnames == [name[:31] for name in kinds()]
    assert made["single_choice"]["A2"].value


def test_no_cell_is_a_formula() -> None:
    raw = {
        "prompt_de": '=HYPERLINK("http://x")',
        "options": [{"id": "1", "value": {"text_de": "@SUM(1)", "correct": True}}],
    }
    content = get_format("xlsx").write([outside("single_choice", raw, title="+1")], "de").content
    sheet = openpyxl.load_workbook(BytesIO(content))["single_choice"]
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value]
    assert all(cell.data_type != "f" for cell in cells)
    assert {'\'=HYPERLINK("http://x")', "'@SUM(1)", "'+1"} <= {cell.value for cell in cells}


def refused(content: bytes) -> ReadResult | None:
    with pytest.raises(FileError):
        return read("xlsx", content)
    return None


def test_hostile_and_damaged_workbooks() -> None:
    good = book(single_choice=ROWS)
    refused(good[:500])
    refused(b"PK\x03\x04xl/")

    def changed(name: str, change: Any) -> bytes:
        buffer = BytesIO()
        with zipfile.ZipFile(BytesIO(good)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
            for entry in old.namelist():
                data = old.read(entry)
                new.writestr(entry, change(data) if entry == name else data)
        return buffer.getvalue()

    sheet = "xl/worksheets/sheet1.xml"
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    refused(
        changed(sheet, lambda data: bomb + data.replace(b"<sheetData>", b"<sheetData><row><c><v>&b;</v></c></row>"))
    )
    refused(changed("xl/workbook.xml", lambda data: b"<a"))
    refused(changed(sheet, lambda data: b"\0" * 5_000_000))


def test_too_many_items_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assessments.exchange.formats.xlsx.MAX_ITEMS", 1)
    refused(book(single_choice=ROWS))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "nested", ["5", '[{"x": 1}]', '[{"value": 7}]', '"text"', "[[[]]]", '{"a": "\\u0000"}', "[" * 5000]
)
def test_a_nested_cell_that_holds_anything_costs_its_item_only(nested: str) -> None:
    rows = [["prompt_de", "rubric.name_de", "rubric.levels"], [], ["Schreib!", "Ton", nested]]
    content = book(extended_text=rows, single_choice=ROWS)
    plan = apply_import(content, format_name="xlsx", language="de", actor=None)
    assert plan.counts()["left_out"] == 1, plan.problems
    assert Item.objects.count() == 2
