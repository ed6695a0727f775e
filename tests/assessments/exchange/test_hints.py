"""Hints travel wherever a format has a place for them, and are named as lost where it has none."""

from typing import Any

import pytest

from assessments.exchange.formats import get_format
from assessments.exchange.raw import listed
from assessments.kinds import get_kind
from tests.assessments import factories
from tests.assessments.exchange.helpers import bilingual, meaning, outside, read, travelled

CHOICE: dict[str, Any] = {
    **bilingual("de", prompt="Was hilft?", feedback=""),
    "options": listed(
        [{"correct": right, **bilingual("de", text=text, feedback="")} for text, right in (("A", True), ("B", False))]
    ),
}
NUMBER: dict[str, Any] = {
    **bilingual("de", prompt="Wie viel?", feedback="Darum", unit=""),
    "answer": "3",
    "tolerance": "0.5",
    "mistakes": [],
}
HINTS = {"hints": listed([bilingual("de", text="Denk an <Montag>"), bilingual("de", text="Lies & zähle\n\nnoch mal")])}


@pytest.mark.parametrize("name", ["moodle", "qti", "xlsx"])
@pytest.mark.parametrize(("kind", "raw"), [("single_choice", CHOICE), ("numeric", NUMBER)])
def test_hints_come_back_as_they_went(name: str, kind: str, raw: dict[str, Any]) -> None:
    item = outside(kind, raw | HINTS)
    back = travelled(name, item)
    assert meaning(kind, back.raw)["hints"] == meaning(kind, item.raw)["hints"] != []
    assert not any("int" in loss and "Montag" in loss for loss in back.losses)
    assert "hints" not in meaning(kind, travelled(name, outside(kind, raw)).raw)


@pytest.mark.parametrize("name", ["gift", "aiken"])
def test_formats_without_hints_say_so(name: str) -> None:
    written = get_format(name).write([outside("single_choice", CHOICE | HINTS)], "de")
    assert any("Hints have no place" in problem.message for problem in written.problems)


def test_a_fourth_hint_and_one_on_a_text_for_people_are_named() -> None:
    hints = "".join(f"<hint><text>Tipp {number}</text></hint>" for number in range(1, 5))
    answers = '<answer fraction="100"><text>true</text></answer><answer fraction="0"><text>false</text></answer>'
    moodle = "<quiz>{}</quiz>".format(
        "".join(
            f'<question type="{kind}"><name><text>{kind}</text></name><questiontext><text>Was</text></questiontext>'
            f"{body}{hints}</question>"
            for kind, body in (("truefalse", answers), ("essay", ""))
        )
    )
    result = read("moodle", moodle)
    taken, by_hand = result.items
    assert [child["value"]["text_de"] for child in taken.raw["hints"]] == ["Tipp 1", "Tipp 2", "Tipp 3"]
    assert [loss for loss in taken.losses if "Tipp" in loss] == ["Hint: “Tipp 4”"]
    assert "hints" not in by_hand.raw
    assert sum("Tipp" in loss for loss in by_hand.losses) == 4


@pytest.mark.parametrize("kind", factories.GRADED)
def test_hints_are_part_of_the_content_and_of_nothing_that_is_sent_before_a_try(kind: str) -> None:
    raw, handler = factories.RAW[kind](), get_kind(kind)
    assert handler.authored(raw) == handler.content(raw), "versions without hints keep their checksum"
    content = handler.authored(raw | factories.hints(marker=" CANARY"))
    assert len(content["hints"]) == 2
    assert "CANARY" not in str(handler.public(content, "de", None))
    assert handler.problems(content) == handler.problems(handler.content(raw))
    raw["hints"] = [{"type": "item", "id": "h", "value": {"text_de": "Nur deutsch", "text_en": ""}}]
    assert len(handler.problems(handler.authored(raw))) == len(handler.problems(content)) + 1


@pytest.mark.parametrize("kind", ["likert", "extended_text"])
def test_where_no_try_is_wrong_there_are_no_hints(kind: str) -> None:
    assert "hints" not in get_kind(kind).authored(factories.RAW[kind]() | factories.hints())
    assert "hints" not in get_kind(kind).block().child_blocks
