"""Kinds that travel as Moodle's true/false and essay, through every format that has a place for them."""

from typing import Any

import pytest

from assessments.exchange.items import Level
from tests.assessments.exchange.helpers import bilingual, losses, meaning, outside, read, travelled

TRUE_FALSE = {
    **bilingual("de", prompt="Silos = schlecht?", feedback="Darum: {so}", if_true="Ja#", if_false="Nein"),
    "key": "false",
}
TEXT: dict[str, Any] = {
    **bilingual("de", prompt="Schreib eine Mail.", feedback="Kurz.", sample="Liebe …"),
    "min_words": 50,
    "max_words": 200,
    "rubric": [
        {
            "type": "item",
            "id": "c-1",
            "value": {
                **bilingual("de", name="Ton"),
                "levels": [
                    {"type": "item", "id": f"l-{n}", "value": {**bilingual("de", text=f"Stufe {n}"), "points": n}}
                    for n in range(2)
                ],
            },
        }
    ],
}


@pytest.mark.parametrize("name", ["gift", "moodle", "qti", "xlsx"])
@pytest.mark.parametrize("key", ["true", "false"])
def test_true_or_false(name: str, key: str) -> None:
    raw = {**TRUE_FALSE, "key": key}
    back = travelled(name, outside("true_false", raw))
    assert (back.kind, back.losses) == ("true_false", [])
    assert meaning("true_false", back.raw) == meaning("true_false", raw)


def test_true_or_false_from_moodle_and_gift() -> None:
    first, second = read("gift", "Eins{T}\n\nZwei{FALSE#wrong#right}").items
    assert (first.raw["key"], second.raw["key"]) == ("true", "false")
    assert (second.raw["if_true_de"], second.raw["if_false_de"]) == ("wrong", "right")
    moodle = """<quiz><question type="truefalse"><name><text>N</text></name>
      <questiontext><text>Was</text></questiontext>
      <answer fraction="100" format="moodle_auto_format"><text>true</text><feedback><text>Ja</text></feedback></answer>
      <answer fraction="0" format="moodle_auto_format"><text>false</text><feedback><text>Nein</text></feedback></answer>
      </question></quiz>"""
    (item,) = read("moodle", moodle).items
    assert (item.kind, item.raw["key"], item.raw["if_false_de"]) == ("true_false", "true", "Nein")


def test_a_text_by_hand() -> None:
    assert meaning("extended_text", travelled("xlsx", outside("extended_text", TEXT)).raw) == meaning(
        "extended_text", TEXT
    )
    for name, kept in (("moodle", ("sample_de", "min_words", "max_words")), ("gift", ()), ("qti", ())):
        back = travelled(name, outside("extended_text", TEXT))
        assert (back.kind, back.raw["prompt_de"]) == ("extended_text", "Schreib eine Mail.")
        assert all(back.raw[field] == TEXT[field] for field in kept)
        assert "rubric" not in back.raw, "what a format cannot say stays in the item"


def test_what_the_formats_have_no_place_for_is_named() -> None:
    from assessments.exchange.formats import get_format

    for name, count in (("moodle", 1), ("gift", 2), ("qti", 2)):
        problems = get_format(name).write([outside("extended_text", TEXT)], "de").problems
        assert [problem.level for problem in problems] == [Level.LOSS] * count
    assert "rubric" in losses(read("gift", "Schreib!{}"))[0]


SHORT: dict[str, Any] = {
    **bilingual("de", prompt="Wer trägt Grants Grab?", feedback="Eine Scherzfrage."),
    "match_case": False,
    "answers": [
        {
            "type": "item",
            "id": f"a-{number}",
            "value": {"share": share, **bilingual("de", variants=text, feedback=told)},
        }
        for number, (share, text, told) in enumerate(
            ((100, "niemand\nkeiner", "Genau"), (50, "seine *", "Fast"), (0, "Lincoln", "Nein"))
        )
    ],
}


@pytest.mark.parametrize("name", ["gift", "moodle", "xlsx"])
def test_a_short_text(name: str) -> None:
    back = travelled(name, outside("short_text", SHORT))
    assert back.kind == "short_text"
    for field in ("prompt_de", "feedback_de", "answers"):
        assert meaning("short_text", back.raw)[field] == meaning("short_text", SHORT)[field]


def test_a_short_text_in_qti_without_its_asterisks() -> None:
    from assessments.exchange.formats import get_format

    back = travelled("qti", outside("short_text", SHORT))
    assert [(one["value"]["share"], one["value"]["variants_de"]) for one in back.raw["answers"]] == [
        (100, "niemand\nkeiner"),
        (0, "Lincoln"),
    ]
    said = [problem.message for problem in get_format("qti").write([outside("short_text", SHORT)], "de").problems]
    assert any("seine *" in message for message in said)


def test_short_answers_of_moodle() -> None:
    moodle = """<quiz><question type="shortanswer"><name><text>N</text></name>
      <questiontext><text>Was</text></questiontext><usecase>1</usecase>
      <answer fraction="100"><text>a*</text><feedback><text></text></feedback></answer>
      <answer fraction="33.33333"><text>b</text><feedback><text></text></feedback></answer>
      <answer fraction="-10"><text>c</text><feedback><text>Nein</text></feedback></answer>
      </question></quiz>"""
    (item,) = read("moodle", moodle).items
    assert [(one["value"]["share"], one["value"]["variants_de"]) for one in item.raw["answers"]] == [
        (100, "a*"),
        (33, "b"),
        (0, "c"),
    ]
    assert item.raw["match_case"] is True
    assert len(item.losses) == 2
    assert "full marks" in read("gift", "Was?{=%50%a}").problems[0].message
