"""GIFT and Aiken: what a trainer pastes from Moodle arrives as it was meant, and leaves again without a loss unsaid."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.exchange.formats.gift_reading import parse
from assessments.exchange.items import FileError, Level, Problem
from assessments.exchange.questions import Question
from tests.assessments.exchange.helpers import RAWS, losses, meaning, outside, read, travelled

# Feedback on single pairs and entries, and units, have no place in GIFT.
WITHOUT: dict[str, tuple[str, ...]] = {
    "matching": ("pairs.feedback_de",),
    "ordering": ("entries.feedback_de",),
    "numeric": (".unit_de",),
}


def questions(text: str) -> list[Question]:
    problems: list[Problem] = []
    found = list(parse(text, problems))
    assert problems == []
    return found


def answers(question: Question) -> list[tuple[str, Decimal, str]]:
    return [(answer.text, answer.fraction, answer.feedback) for answer in question.answers]


@pytest.mark.parametrize("kind", RAWS)
def test_every_kind_comes_back_from_gift_as_it_went(kind: str) -> None:
    @settings(max_examples=60, deadline=None)
    @given(RAWS[kind], st.lists(st.sampled_from(["M01", "Vertrieb & Co", "a b"]), max_size=2, unique=True))
    def check(raw: dict[str, Any], tags: list[str]) -> None:
        item = outside(kind, raw, tags=tags, topic_de="Anzeichen/Ursachen")
        if kind == "matching" and any("->" in pair["value"]["text_de"] for pair in raw["pairs"]):
            return  # said in the export: test_an_arrow_inside_an_entry
        back = travelled("gift", item)
        assert meaning(kind, back.raw, without=WITHOUT.get(kind, ())) == meaning(
            kind, raw, without=WITHOUT.get(kind, ())
        )
        assert (back.kind, back.identifier, back.strong) == (kind, item.identifier, True)
        assert (back.title, back.tags, back.topic_de) == (item.title, tags, "Anzeichen/Ursachen")

    check()


def test_the_sample_of_moodles_documentation_is_read() -> None:
    text = """
// true/false
::Q1:: 1+1=2 {T}

// multiple choice with specified feedback for right and wrong answers
::Q2:: What's between orange and green in the spectrum?
{ =yellow # right; good! ~red # wrong, it's yellow ~blue # wrong, it's yellow }

// fill-in-the-blank
::Q3:: Two plus {=two =2} equals four.

// matching
::Q4:: Which animal eats which food? { =cat -> cat food =dog -> dog food }

// math range question
::Q5:: What is a number from 1 to 5? {#3:2}

// math range specified with interval end points
::Q6:: What is a number from 1 to 5? {#1..5}
// translated on import to the same as Q5, but unavailable from Moodle question interface

// multiple numeric answers with partial credit and feedback
::Q7:: When was Ulysses S. Grant born? {#
         =1822:0      # Correct! Full credit.
         =%50%1822:2  # He was born in 1822. Half credit for being close.
}

// essay
::Q8:: How are you? {}
"""
    found = questions(text)
    assert [one.qtype for one in found] == [
        "truefalse", "multichoice", "shortanswer", "match", "numerical", "numerical", "numerical", "essay",
    ]  # fmt: skip
    assert [one.name for one in found] == [f"Q{number}" for number in range(1, 9)]
    assert answers(found[1])[0] == ("yellow", Decimal(100), "right; good!")
    assert found[2].text == "Two plus _____ equals four."
    assert found[4].answers[0].tolerance == found[5].answers[0].tolerance == 2
    assert found[5].answers[0].text == "3"
    assert answers(found[6])[1][:2] == ("1822", Decimal(50))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"Which\: \{ \} \~ \= \#? {=a\=b ~c\~d ~e\#f}", ("Which: { } ~ = #?", ["a=b", "c~d", "e#f"])),
        (r"Two\nlines{=a ~b}", ("Two\nlines", ["a", "b"])),
        (r"Back\\slash\\n{=a ~b}", ("Back\\slash\\n", ["a", "b"])),
        ("[html]<p>One <b>two</b></p><p>three</p>{=a ~b}", ("One two\n\nthree", ["a", "b"])),
        ("[plain]1 < 2 <b>{=a ~b}", ("1 < 2 <b>", ["a", "b"])),
        ("Fill {=a ~b}.", ("Fill _____.", ["a", "b"])),
        ("Fill{=a ~b}", ("Fill", ["a", "b"])),
        ("Over\n\n{\n=a\n\n~b\n}", ("Over", ["a", "b"])),
    ],
)
def test_escapes_formats_missing_words_and_blank_lines(text: str, expected: tuple[str, list[str]]) -> None:
    if text.startswith("Over"):
        text = text.replace("Over\n\n", "Over ")
    (question,) = questions(text)
    assert (question.text, [answer.text for answer in question.answers]) == expected


@pytest.mark.parametrize(
    ("block", "kind", "key"),
    [
        ("{=right ~wrong ~wrong2}", "single_choice", [True, False, False]),
        ("{~wrong =right#good ~%0%third}", "single_choice", [False, True, False]),
        ("{~%50%a ~%50%b ~%-50%c ~%-50%d}", "multiple_choice", [True, True, False, False]),
        ("{~%33.33333%a ~%33.333%b ~%33.3333%c ~%-100%d}", "multiple_choice", [True, True, True, False]),
    ],
)
def test_the_marks_decide_between_one_and_several_answers(block: str, kind: str, key: list[bool]) -> None:
    result = read("gift", f"::Name::Which? {block}")
    (item,) = result.items
    assert (item.kind, [child["value"]["correct"] for child in item.raw["options"]]) == (kind, key)
    assert losses(result) == []


@pytest.mark.parametrize(
    ("block", "part"),
    [
        ("{=a ~%50%b ~c}", "“b” is worth 50 %"),
        ("{=a =b ~c}", "2 answers earn full marks"),
        ("{~%70%a ~%30%b ~%-100%c}", "“a” is worth 70 %"),
        ("{~%50%a ~%50%b ~%0%c}", "Choosing “c” counts 0 %"),
        ("{#=3:1 =%50%3:2}", "3 ± 2 earns 50 %"),
        ("{#3:1 ~%0%*#Try again}", "Feedback on every other number"),
    ],
)
def test_marks_without_a_place_are_named(block: str, part: str) -> None:
    assert any(part in loss for loss in losses(read("gift", f"How? {block}"))), losses(read("gift", f"How? {block}"))


def test_feedback_ids_tags_and_categories_are_kept() -> None:
    text = """$CATEGORY: $course$/top/Silos/Anzeichen

// question: 17  name: Switch
// [id:abc-1] [tag:M01] [tag:Vertrieb]
::Name::Was?{
    =Ja#Gut!
    ~Nein#Schade.
    ####Darum.
}

$CATEGORY: $course$/top

Und?{=Ja ~Nein}
"""
    first, second = read("gift", text).items
    assert (first.identifier, first.strong, first.tags, first.topic_de) == (
        "abc-1",
        True,
        ["M01", "Vertrieb"],
        "Anzeichen",
    )
    assert first.raw["feedback_de"] == "Darum."
    assert [child["value"]["feedback_de"] for child in first.raw["options"]] == ["Gut!", "Schade."]
    assert (second.topic_de, second.strong, second.line) == ("", False, 13)


@pytest.mark.parametrize(
    ("text", "line", "part"),
    [
        ("Good {=a ~b}\n\nBad {=a ~b", 3, "braces"),
        ("::Open title {=a ~b}\n", 1, "title"),
        ("A {=a} and {=b}", 1, "braces"),
        ("A {nonsense}", 1, "begins with"),
        ("A {#x}", 1, "not a number"),
        ("A {=x -> y =z}", 1, "arrow"),
        ("A {~a}", 1, "two answers"),
    ],
)
def test_faults_name_line_and_reason(text: str, line: int, part: str) -> None:
    found = [problem for problem in read("gift", text).problems if problem.level is Level.ITEM]
    assert [(one.line, part in one.message) for one in found] == [(line, True)], found


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("::a::Was?{~a ~b ~c}", "No answer is marked as right"),
        ("::a::Was?{~%0%a ~%-50%b}", "No answer is marked as right"),
        ("::a::Was?{=%0%a ~b}", "No answer is marked as right"),
        ("::a::Was?{= ~b}", "earns marks has no text"),
        ("::a::Was?{=a ~%20%}", "earns marks has no text"),
        ("::a::Ordne.{=a -> 1 =b -> }", "“b” belongs to nothing"),
        ("::a::", "no answers"),
        ("{=a ~b}", "has no question"),
        ("::a::Was?{=a ~b}\n::b::Und?{T}", "blank line between"),
        ("::a::Was?{T}\n$CATEGORY: b", "blank line between"),
    ],
)
def test_what_cannot_be_asked_is_left_out_with_its_line(text: str, part: str) -> None:
    result = read("gift", f"// Vorweg\n\n{text}\n")
    (problem,) = result.problems
    assert (result.items, problem.level, problem.line) == ([], Level.ITEM, 3)
    assert part in problem.message


def test_a_title_alone_stands_as_the_question() -> None:
    (item,) = read("gift", "::Hauptstadt von Frankreich?::{=Paris ~Rom}").items
    assert item.raw["prompt_de"] == "Hauptstadt von Frankreich?"
    assert item.losses == ["It has a title alone, which stands as its question here."]


def test_lines_stay_lines_where_markup_stands_in_them() -> None:
    """Moodle's own format turns them into line breaks; in HTML they are blanks."""
    for how, text in (("", "eins\nzwei"), ("[moodle]", "eins\nzwei"), ("[html]", "eins zwei")):
        (item,) = read("gift", f"{how}eins\n<b>zwei</b> {{T}}").items
        assert item.raw["prompt_de"] == text


def test_an_order_needs_no_settings() -> None:
    (item,) = read("gift", "Ordne {>\neins\nzwei\ndrei\n}").items
    assert [one["value"]["text_de"] for one in item.raw["entries"]] == ["eins", "zwei", "drei"]


def test_an_answer_without_a_text_is_named() -> None:
    (item,) = read("gift", "Was?{=a ~ ~=b ~}").items
    assert [one["value"]["text_de"] for one in item.raw["options"]] == ["a", "b"]
    assert "A wrong answer without a text is left out." in item.losses


@pytest.mark.parametrize(
    ("marks", "said"),
    [("~%60%a ~%60%b ~%-100%c", "120"), ("~%50%a ~%30%b ~%-100%c", "80"), ("~%33.333%a ~%33.333%b ~%33.333%c", "")],
)
def test_marks_that_do_not_add_up_are_named(marks: str, said: str) -> None:
    sums = [loss for loss in losses(read("gift", f"Was?{{{marks}}}")) if "add up" in loss]
    assert sums == ([f"Its right answers add up to {said} % there; here to 100."] if said else [])


def test_the_category_behind_each_mark_of_files_put_together_is_read() -> None:
    text = "\ufeff$CATEGORY: top/Eins\n\nWas?{T}\n\n\ufeff$CATEGORY: top/Zwei\n\n\ufeff::b::Und?{F}\n"
    result = read("gift", text)
    assert [(item.title, item.topic_de) for item in result.items] == [("Was?", "Eins"), ("b", "Zwei")]


def test_escapes_at_the_end_of_a_line_are_read() -> None:
    text = "::Pfad\\:::C\\:\\\\\nzweite \\#\n{\n=a\\~\n~b\\\\\n~c\\=#nein\\}\n####so\\:\n}"
    (item,) = read("gift", text).items
    assert (item.title, item.raw["prompt_de"], item.raw["feedback_de"]) == ("Pfad:", "C:\\\nzweite #", "so:")
    assert [one["value"]["text_de"] for one in item.raw["options"]] == ["a~", "b\\", "c="]
    assert item.raw["options"][2]["value"]["feedback_de"] == "nein}"


def test_an_arrow_inside_an_entry_is_said_before_it_is_lost() -> None:
    from assessments.exchange.formats import get_format

    raw = {
        "prompt_de": "Was?",
        "pairs": [
            {"type": "item", "id": "1", "value": {"text_de": "a -> b", "match_de": "c"}},
            {"type": "item", "id": "2", "value": {"text_de": "d", "match_de": "e"}},
        ],
        "distractors": [],
    }
    written = get_format("gift").write([outside("matching", raw)], "de")
    assert "arrow" in written.problems[0].message


class TestAiken:
    @settings(max_examples=60, deadline=None)
    @given(RAWS["single_choice"])
    def test_single_choice_comes_back_in_one_line_each(self, raw: dict[str, Any]) -> None:
        def flat(value: Any) -> Any:
            if isinstance(value, dict):
                return {key: flat(child) for key, child in value.items() if not key.startswith("feedback")}
            if isinstance(value, list):
                return [flat(child) for child in value]
            return " ".join(value.split()) if isinstance(value, str) else value

        back = travelled("aiken", outside("single_choice", raw))
        assert flat(meaning("single_choice", back.raw)) == flat(meaning("single_choice", raw))

    @pytest.mark.parametrize(
        "text",
        [
            "Which?\nA. one\nB. two\nANSWER: B\n",
            "Which?\nA) one\nB) two\nANSWER: B",
            "Which?\r\n\r\na. one\r\nb. two\r\nAnswer : b\r\n",
            "\ufeffWhich?\nA. one\nB. two\nANSWER:B\n",
            "Which?\nA.one\n\nB)two\nANSWER: B\n",
        ],
    )
    def test_its_variants_are_read(self, text: str) -> None:
        (item,) = read("aiken", text).items
        assert item.raw["prompt_de"] == "Which?"
        assert [(c["value"]["text_de"], c["value"]["correct"]) for c in item.raw["options"]] == [
            ("one", False),
            ("two", True),
        ]

    def test_several_lines_several_questions_and_several_right_answers(self) -> None:
        text = (
            "First line\nsecond line\nA. I. Kant\nB. b\nmore of b\nANSWER: A\nNext?\nA. x\nB. y\nC. z\nANSWER: A, C\n"
        )
        first, second = read("aiken", text).items
        assert first.raw["prompt_de"] == "First line\nsecond line"
        assert [child["value"]["text_de"] for child in first.raw["options"]] == ["I. Kant", "b\nmore of b"]
        assert (second.kind, [c["value"]["correct"] for c in second.raw["options"]]) == (
            "multiple_choice",
            [True, False, True],
        )

    def test_a_letter_may_be_left_out(self) -> None:
        """The lines after it are answers of their own, not more of the one before; the key goes by the letters."""
        (item,) = read("aiken", "Which?\nA. one\nB. two\nD. four\nE. five\nANSWER: D\n").items
        assert [(c["value"]["text_de"], c["value"]["correct"]) for c in item.raw["options"]] == [
            ("one", False),
            ("two", False),
            ("four", True),
            ("five", False),
        ]

    @pytest.mark.parametrize(
        "text",
        [
            "Which?\nA. one\nB. two\nANSWER: B\nFEEDBACK: Two it is.\n\nNext?\nA. x\nB. y\nANSWER: A\n",
            "Which?\nA. one\nB. two\nExplanation: Two it is.\nANSWER: B\nNext?\nA. x\nB. y\nANSWER: A\n",
        ],
    )
    def test_feedback_of_other_tools_belongs_to_its_question(self, text: str) -> None:
        """It would be the beginning of the next question, or more of the last answer."""
        first, second = read("aiken", text).items
        assert first.raw["feedback_de"] == "Two it is."
        assert [child["value"]["text_de"] for child in first.raw["options"]] == ["one", "two"]
        assert (second.raw["prompt_de"], second.raw["feedback_de"]) == ("Next?", "")

    def test_a_question_may_begin_with_that_word(self) -> None:
        (item,) = read("aiken", "Feedback: who gives it?\nA. one\nB. two\nANSWER: B\n").items
        assert item.raw["prompt_de"] == "Feedback: who gives it?"

    def test_a_forgotten_answer_line_gives_no_question_the_answer_of_the_next(self) -> None:
        text = "Forgotten?\nA. a\nB. b\n\nNext?\nA. x\nB. y\nANSWER: A\n"
        result = read("aiken", text)
        (item,) = result.items
        assert (item.line, item.raw["prompt_de"]) == (5, "Next?")
        assert [child["value"]["text_de"] for child in item.raw["options"]] == ["x", "y"]
        assert [(one.line, one.where, "missing" in one.message) for one in result.problems] == [(1, "Forgotten?", True)]

    @pytest.mark.parametrize(
        ("text", "line", "part"),
        [
            ("Which?\nA. a\nB. b\nANSWER: C\n", 4, "“C”"),
            ("Which?\nA. a\nANSWER: A\n", 3, "two answers"),
            ("Which?\nA. a\nB. b\n", 1, "missing"),
            ("ANSWER: A\n", 1, "without a question"),
        ],
    )
    def test_faults_name_line_and_reason(self, text: str, line: int, part: str) -> None:
        (problem,) = read("aiken", text).problems
        assert (problem.line, part in problem.message) == (line, True)

    def test_what_it_cannot_hold_is_named(self) -> None:
        from assessments.exchange.formats import get_format

        raws = {
            "single_choice": {
                "prompt_de": "Was?",
                "feedback_de": "Darum",
                "options": [
                    {"type": "item", "id": "1", "value": {"text_de": "a", "correct": True}},
                    {"type": "item", "id": "2", "value": {"text_de": "b", "correct": False}},
                ],
            },
            "ordering": {
                "prompt_de": "Wie?",
                "entries": [{"id": str(n), "value": {"text_de": str(n)}} for n in range(3)],
            },
        }
        written = get_format("aiken").write([outside(kind, raw) for kind, raw in raws.items()], "de")
        assert written.written == 1
        assert {problem.level for problem in written.problems} == {Level.LOSS, Level.ITEM}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_encodings(encoding: str) -> None:
    (item,) = read("gift", "::Größe::Wie groß? {=süß ~„herb“}".encode(encoding)).items
    assert (item.title, item.raw["options"][1]["value"]["text_de"]) == ("Größe", "„herb“")


def test_what_is_no_text_is_refused() -> None:
    for content in (b"", b"  \n", b"GIF89a\x00\x00\x01\x00\xff\xfe\x00abc"):
        with pytest.raises(FileError):
            read("gift", content)


def test_too_many_questions_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assessments.exchange.formats.gift_reading.MAX_ITEMS", 3)
    with pytest.raises(FileError):
        read("gift", "Q{=a ~b}\n\n" * 4)
