"""Gaps, groups, areas and files in other systems: what comes back means the same, and what cannot is named."""

from typing import Any

import pytest

from assessments.exchange.formats import get_format
from assessments.exchange.items import Level
from tests.assessments import factories
from tests.assessments.exchange.helpers import meaning, outside, read, travelled


def german(raw: Any) -> Any:
    """The same with its German texts alone."""
    if isinstance(raw, dict):
        return {key: "" if key.endswith("_en") else german(value) for key, value in raw.items()}
    return [german(one) for one in raw] if isinstance(raw, list) else raw


def losses_of(format_name: str, kind: str, raw: Any) -> list[str]:
    written = get_format(format_name).write([outside(kind, raw)], "de")
    return [str(problem.message) for problem in written.problems]


GAPS = german(factories.gap_fill_raw(points=(1, 3, 2)))


@pytest.mark.parametrize("name", ["moodle", "xlsx", "qti"])
def test_gaps_keep_their_meaning(name: str) -> None:
    back = travelled(name, outside("gap_fill", GAPS))
    assert back.kind == "gap_fill"
    assert back.losses == []
    if name == "qti":  # `Lead*` and the words on single answers have no place there
        said = " ".join(losses_of(name, "gap_fill", GAPS))
        assert "Lead*" in said
        assert "Feedback on single answers" in said
    without = ("answers.feedback_de", "answers.variants_de") if name == "qti" else ()
    assert meaning("gap_fill", back.raw, without=without) == meaning("gap_fill", GAPS, without=without)


def test_signs_that_cloze_gives_a_meaning_to_survive() -> None:
    raw = german(factories.gap_fill_raw())
    raw["gaps"][0]["value"]["answers"] = [
        {
            "type": "item",
            "id": "a",
            "value": {"share": 100, "variants_de": "a=b\n{c}~#%50%\n1 \\* 2", "feedback_de": "~}#"},
        },
        {"type": "item", "id": "b", "value": {"share": 0, "variants_de": "=falsch", "feedback_de": ""}},
    ]
    back = travelled("moodle", outside("gap_fill", raw))
    assert meaning("gap_fill", back.raw) == meaning("gap_fill", raw)


def cloze(text: str) -> Any:
    xml = f"""<quiz><question type="cloze"><name><text>N</text></name>
      <questiontext format="html"><text><![CDATA[{text}]]></text></questiontext></question></quiz>"""
    return read("moodle", xml)


def test_what_moodle_writes_is_read() -> None:
    (item,) = cloze(
        "<p>Choose.</p><p>The {1:MULTICHOICE:=cat#Yes~dog#No} has {2:NM:=4:0.5#Right} legs, "
        "says {:SAC:%100%Ann~%50%Anne#Nearly~*#Who?}.</p>"
    ).items
    assert item.kind == "gap_fill"
    assert item.raw["text_de"].startswith("The {{1}} has {{2}} legs, says {{3}}.")
    assert item.raw["prompt_de"] == "Choose."
    select, number, text = (gap["value"] for gap in item.raw["gaps"])
    assert [one["value"]["correct"] for one in select["choices"]] == [True, False]
    assert (number["number"], number["tolerance"], number["points"]) == ("4", "0.5", 2)
    assert [one["value"]["share"] for one in text["answers"]] == [100, 50]
    assert text["feedback_de"] == "Who?"
    said = " ".join(item.losses)
    assert "“Yes”" in said
    assert "Upper case" in said


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("No gap at all", "no gap"),
        ("{1:MULTIRESPONSE:=a~=b}", "MULTIRESPONSE"),
        ("{1:MC:a~b}", "one is right"),
        ("{1:NM:=many}", "No number"),
        ("{1:SA:%50%half}", "full marks"),
        ("{1:SA:%..%half}", "no number"),
        ("{1:SA:=a} " * 13, "at most 12"),
    ],
)
def test_what_has_no_place_is_left_out_with_the_reason(text: str, why: str) -> None:
    result = cloze(text)
    assert not result.items
    assert why in result.problems[0].message


def test_gaps_in_another_order_are_said() -> None:
    raw = {**GAPS, "text_de": "Erst {{2}}, dann {{1}} und {{3}}."}
    assert any("another order" in loss for loss in losses_of("moodle", "gap_fill", raw))


@pytest.mark.parametrize("name", ["moodle", "gift", "qti"])
def test_groups_become_a_matching_question(name: str) -> None:
    raw = german(factories.categorise_raw())
    back = travelled(name, outside("categorise", raw))
    assert back.kind == "matching"
    pairs = [(one["value"]["text_de"], one["value"]["match_de"]) for one in back.raw["pairs"]]
    assert pairs == [
        ("Campaign (de)", "Marketing (de)"),
        ("Webinar (de)", "Marketing (de)"),
        ("Offer (de)", "Sales (de)"),
    ]
    assert [one["value"]["text_de"] for one in back.raw["distractors"]] == ["Finance (de)"]
    assert any("matching question" in loss for loss in losses_of(name, "categorise", raw))


@pytest.mark.parametrize("name", ["moodle", "gift", "qti"])
@pytest.mark.parametrize(
    ("key", "several", "kind"), [("+--", False, "single_choice"), ("++-", True, "multiple_choice")]
)
def test_areas_become_the_list_that_they_are_for_a_keyboard(name: str, key: str, several: bool, kind: str) -> None:
    raw = german(factories.hotspot_raw(key, several=several))
    back = travelled(name, outside("hotspot", raw))
    assert back.kind == kind
    assert [one["value"]["text_de"] for one in back.raw["options"]] == [f"Area {number} (de)" for number in (1, 2, 3)]
    assert [one["value"]["correct"] for one in back.raw["options"]] == [sign == "+" for sign in key]
    assert any("picture" in loss for loss in losses_of(name, "hotspot", raw))


@pytest.mark.parametrize(
    ("form", "kept"),
    [
        ("moodle", ("audio", "video", "pdf", "megabytes", "prompt_de", "sample_de", "feedback_de")),
        ("qti", ("audio", "video", "pdf", "megabytes", "prompt_de", "feedback_de")),
    ],
)
def test_a_file_to_hand_in_is_an_essay_without_text_or_an_upload(form: str, kept: tuple[str, ...]) -> None:
    raw = german({**factories.RAW["file_upload"](), "video": False})
    back = travelled(form, outside("file_upload", raw))
    assert back.kind == "file_upload"
    assert {name: back.raw[name] for name in kept} == {name: raw[name] for name in kept}
    assert any("rubric" in loss for loss in losses_of(form, "file_upload", raw))
    for name in ("gift", "aiken"):
        (problem,) = get_format(name).write([outside("file_upload", raw)], "de").problems
        assert problem.level is Level.ITEM


def test_files_of_other_sorts_are_not_taken_over() -> None:
    xml = """<quiz><question type="essay"><name><text>N</text></name><questiontext><text>Was</text></questiontext>
      <responseformat>noinline</responseformat><attachments>2</attachments>%s</question></quiz>"""
    (item,) = read("moodle", xml % "<filetypeslist>.docx,.pdf</filetypeslist>").items
    assert (item.raw["audio"], item.raw["pdf"]) == (False, True)
    assert any("Several files" in loss for loss in item.losses)
    assert not read("moodle", xml % "<filetypeslist>.docx</filetypeslist>").items


@pytest.mark.parametrize(
    "kind", ["likert", "branching", "categorise", "hotspot", "file_upload", "gap_fill", "calculated"]
)
def test_excel_holds_every_kind(kind: str) -> None:
    raw = factories.RAW[kind]()
    back = travelled("xlsx", outside(kind, raw))
    expected, found = meaning(kind, raw), meaning(kind, back.raw)
    for one in (expected, found):
        one.pop("image", None)
    assert found == expected


@pytest.mark.parametrize("kind", ["likert", "branching"])
@pytest.mark.parametrize("name", ["moodle", "gift", "qti", "aiken"])
def test_what_nobody_else_has_is_said(kind: str, name: str) -> None:
    written = get_format(name).write([outside(kind, german(factories.RAW[kind]()))], "de")
    assert written.written == 0
    assert [problem.level for problem in written.problems] == [Level.ITEM]
