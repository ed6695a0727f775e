"""Gap fill: words, numbers and choices in a text, each worth its points."""

import random
import time
from typing import Any

import pytest

from assessments.enums import AnswerState
from assessments.kinds import ParseError, get_kind
from assessments.kinds.gap_fill.layout import spots
from tests.assessments.factories import accepted, gap_fill_raw

KIND = get_kind("gap_fill")
CONTENT = KIND.content(gap_fill_raw())
RIGHT = {"g-1": "Lead", "g-2": "12,5", "g-3": "c-1"}


def score(raw: Any, content: dict[str, Any] = CONTENT) -> str:
    made = KIND.grade(content, KIND.parse(content, raw))
    assert made is not None
    return str(made.score)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (RIGHT, "1.0000"),
        ({**RIGHT, "g-1": " LEADS "}, "1.0000"),
        ({**RIGHT, "g-2": "12.9"}, "1.0000"),
        ({**RIGHT, "g-2": "12,0"}, "1.0000"),
        ({**RIGHT, "g-2": "13,1"}, "0.7500"),
        ({**RIGHT, "g-2": "a lot"}, "0.7500"),
        ({**RIGHT, "g-1": "kontakt"}, "0.8750"),  # half of one point in four
        ({**RIGHT, "g-3": "c-2"}, "0.5000"),
        ({"g-3": "c-1"}, "0.5000"),
        ({"g-2": "12,5"}, "0.2500"),
        ({"g-1": "", "g-2": None}, "0.0000"),
        ({}, "0.0000"),
        (None, "0.0000"),
    ],
)
def test_grading_by_points(raw: Any, expected: str) -> None:
    assert score(raw) == expected


def test_gaps_of_equal_points_share_equally() -> None:
    assert score({"g-1": "Lead"}, KIND.content(gap_fill_raw(points=(1, 1, 1)))) == "0.3333"


@pytest.mark.parametrize(
    "raw", [{"g-9": "x"}, {"g-3": "c-9"}, {"g-3": ["c-1"]}, {"g-1": 5}, {"g-1": "a\0"}, {"g-2": "1" * 33}, ["g-1"], "x"]
)
def test_what_is_no_answer_is_refused(raw: Any) -> None:
    with pytest.raises(ParseError):
        KIND.parse(CONTENT, raw)


def test_gaps_stand_in_the_text_in_the_order_of_each_language() -> None:
    order = KIND.option_order(CONTENT, random.Random(1), shuffle=True)  # noqa: S311
    german, english = (KIND.public(CONTENT, language, order) for language in ("de", "en"))
    assert [piece["id"] for piece in german["pieces"]] == ["g-1", "g-2", "g-3"]
    assert [piece["id"] for piece in english["pieces"]] == ["g-1", "g-3", "g-2"]
    assert [piece["before"] for piece in english["pieces"]] == ["From ", " come customers, with the help of ", " "]
    assert [piece["tail"] for piece in english["pieces"]] == ["", ":", ""]
    assert english["rest"] == " %."
    assert english["pieces"][1]["label"] == "Gap 2 of 3: come customers, with the help of ____ :"


def test_marks_that_the_list_does_not_know_leave_the_text_whole() -> None:
    found, rest = spots("a {{1}} b {{9}} c {{1}} d", [1], "en")
    assert [spot.number for spot in found] == [1]
    assert rest == " b  c  d"


def test_the_review_tells_each_gap_yours_right_and_why() -> None:
    review = KIND.review(CONTENT, {"g-1": "Kontakt", "g-2": "viel"}, "de")
    assert [(gap["yours"], gap["right"], gap["share"]) for gap in review["gaps"]] == [
        ("Kontakt", "Lead…", 50),
        ("viel", "12,5 (± 0,5)", 0),
        ("", "Sales (de)", 0),
    ]
    assert review["yours"] == ["1: Kontakt", "2: viel"]
    assert KIND.remarks(review) == ["Nearly (de)"]
    assert KIND.review(CONTENT, RIGHT, "en")["gaps"][2]["right"] == "12.5 (± 0.5)"


def test_a_number_that_cannot_be_read_is_told_and_leaves_the_question_open() -> None:
    given = {**RIGHT, "g-2": "viel"}
    assert "viel" in KIND.hint(CONTENT, given)
    assert KIND.answer_state(CONTENT, given) is AnswerState.PARTIAL
    assert KIND.answer_state(CONTENT, RIGHT) is AnswerState.ANSWERED
    assert KIND.answer_state(CONTENT, {"g-1": "x"}) is AnswerState.PARTIAL
    assert KIND.hint(CONTENT, RIGHT) == ""


def test_the_count_never_holds_what_was_typed() -> None:
    assert KIND.tally(CONTENT, {"g-1": "my secret", "g-2": "7", "g-3": "c-2"}) == ["g-1:other", "g-2:other", "g-3:c-2"]
    assert KIND.tally(CONTENT, {"g-1": "Leeds"}) == ["g-1:near"]
    assert KIND.tally(CONTENT, None) == ["-"]
    assert KIND.tally_label(CONTENT, "g-3:c-2", "en") == "Gap 3: Nobody (en)"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"text_de": "{{1}} {{2}}"}, "Gap 3 stands 0 times"),
        ({"text_en": "{{1}} {{1}} {{2}} {{3}}"}, "Gap 1 stands 2 times"),
        ({"text_en": "{{1}} {{2}} {{3}} {{4}}"}, "has a gap 4"),
        ({"text_en": ""}, "Text with gaps"),
        ({"gaps": []}, "At least one gap"),
    ],
)
def test_text_and_list_must_agree(change: dict[str, Any], words: str) -> None:
    found = KIND.problems(KIND.content({**gap_fill_raw(), **change}))
    assert any(words in sentence for sentence in found), found


@pytest.mark.parametrize(
    ("place", "change", "words"),
    [
        (0, {"answers": []}, "Gap 1: one answer must earn"),
        (1, {"number": None}, "Gap 2: the right number is missing"),
        (1, {"tolerance": "-1"}, "Gap 2: the tolerance"),
        (1, {"feedback_en": ""}, "Feedback on Gap 2"),
        (2, {"choices": []}, "Gap 3: of at least two choices"),
    ],
)
def test_each_gap_says_what_it_lacks(place: int, change: dict[str, Any], words: str) -> None:
    raw = gap_fill_raw()
    raw["gaps"][place]["value"] |= change
    assert any(words in sentence for sentence in KIND.problems(KIND.content(raw)))


def test_only_choices_can_be_guessed() -> None:
    raw = gap_fill_raw()
    raw["gaps"] = raw["gaps"][2:]
    assert KIND.guess_score(KIND.content(raw)) == 0.5


def test_twelve_hostile_gaps_are_graded_at_once() -> None:
    hostile = accepted(100, "\n".join(["*a" * 30 + "*b"] * 12), "x")
    values = [{"type": "item", "id": f"a-{number}", "value": hostile} for number in range(10)]
    gaps = [{"type": "text", "id": f"g-{number}", "value": {"points": 1, "answers": values}} for number in range(12)]
    content = KIND.content({**gap_fill_raw(), "gaps": gaps})
    started = time.process_time()
    KIND.grade(content, KIND.parse(content, {f"g-{number}": "a" * 80 for number in range(12)}))
    assert time.process_time() - started < 0.05
