"""QTI: how items show and limit themselves elsewhere. What has no place here is named, each with its words."""

import pytest

from assessments.exchange.items import ExchangeItem
from tests.assessments.exchange.helpers import read

HEAD = 'xmlns="http://www.imsglobal.org/xsd/imsqti_v2p2" identifier="Q" title="T"'


def declared(
    cardinality: str, base: str, correct: str = "", mapping: str = "", bounds: str = "", about: str = ""
) -> str:
    """A response with right values, parted by commas, and `value=points`, parted by blanks."""
    values = "".join(f"<value>{value}</value>" for value in correct.split(",") if value)
    entries = "".join('<mapEntry mapKey="{}" mappedValue="{}"/>'.format(*one.split("=")) for one in mapping.split())
    right = f"<correctResponse {about}>{values}</correctResponse>" if values else ""
    mapped = f"<mapping {bounds}>{entries}</mapping>" if entries else ""
    head = f'identifier="R" cardinality="{cardinality}" baseType="{base}"'
    return f"<responseDeclaration {head}>{right}{mapped}</responseDeclaration>"


def many(bounds: str = "") -> str:
    return declared("multiple", "identifier", "A,B", "A=1 B=1 C=-2", bounds)


def word(others: str) -> str:
    return declared("single", "string", "", "Berlin=2 Bonn=1", f'defaultValue="{others}"')


ONE = declared("single", "identifier", "A")
ORDER = declared("ordered", "identifier", "A,B,C")
PAIRS = declared("multiple", "directedPair", "A X,B Y")
TEXT = declared("single", "string")
NUMBER = declared("single", "float", "4")
MATCH = "".join(
    "<simpleMatchSet>"
    + "".join(f'<simpleAssociableChoice identifier="{key}">{key}!</simpleAssociableChoice>' for key in keys)
    + "</simpleMatchSet>"
    for keys in ("AB", "XY")
)


def asked(interaction: str, more: str = "", inside: str = "", *, fixed: str = "") -> str:
    """An interaction; of choices, with three of them."""
    if not inside and interaction in {"choice", "order"}:
        inside = "".join(
            f'<simpleChoice identifier="{key}" fixed="{str(key == fixed).lower()}">{key.lower()}</simpleChoice>'
            for key in "ABC"
        )
    name = f"{interaction}Interaction"
    return f'<{name} responseIdentifier="R" {more}><prompt>Was?</prompt>{inside}</{name}>'


def only(declaration: str, body: str, *, head: str = "", rest: str = "") -> ExchangeItem:
    item = f"<assessmentItem {HEAD} {head}>{declaration}<itemBody>{body}</itemBody>{rest}</assessmentItem>"
    result = read("qti", item)
    assert result.problems == []
    (found,) = result.items
    return found


CHOICE = asked("choice", 'shuffle="true" maxChoices="1"')
OPEN = asked("choice", 'shuffle="true" maxChoices="0"')


@pytest.mark.parametrize(
    ("declaration", "body", "said"),
    [
        (ONE, CHOICE, ""),
        (ONE, asked("choice", 'shuffle="true"', fixed="C"), "These keep their places there"),
        (ONE, asked("choice", 'shuffle="false"', fixed="C"), "not to be mixed"),
        (ONE, asked("choice", 'label="Frage 7"'), "Not read: label “Frage 7”"),
        (declared("single", "identifier", "A", about='interpretation="a"'), CHOICE,
         "interpretation “a”"),
        (many(), OPEN, ""),
        (many('lowerBound="0" upperBound="2"'), OPEN, ""),
        (many('lowerBound="-2"'), OPEN, "below zero there (down to -2 points)"),
        (many('upperBound="1"'), OPEN, "There 1 of 2 points are enough"),
        (word("0"), asked("textEntry", 'expectedLength="30"'), ""),
        (word("-0.5"), asked("textEntry"), "Every other answer counts -0.5 points"),
        (word("0"), asked("textEntry", 'expectedLength="7"'), "expects 7 characters"),
        (word("0"), asked("textEntry", 'placeholderText="Stadt"'), "says “Stadt” there"),
        (NUMBER, asked("textEntry", 'base="16"'), "Not read: base 16"),
        (NUMBER, asked("slider", 'lowerBound="0" upperBound="10" step="2"'), "in steps of 2"),
        (ORDER, asked("order", 'shuffle="true" maxChoices="2"'), "Only 2 of its entries"),
        (ORDER, asked("order", 'shuffle="false"'), "not to be mixed"),
        (PAIRS, asked("match", 'shuffle="true" maxAssociations="1"', MATCH), "At most 1 pairs"),
        (TEXT, asked("extendedText", 'expectedLines="10"'), ""),
        (TEXT, asked("extendedText", 'expectedLines="25"'), "has 25 lines"),
        (TEXT, asked("extendedText", 'expectedLength="500"'), "expects 500 characters"),
        (TEXT, asked("extendedText", 'format="xhtml"'), "may be formatted"),
        (TEXT, asked("extendedText", 'maxStrings="3"'), "Several texts"),
        (TEXT, asked("extendedText", 'patternMask="[a-z]"'), "pattern-mask"),
    ],
)  # fmt: skip
def test_settings_without_a_place_are_named(declaration: str, body: str, said: str) -> None:
    usual = ("no rubric yet", "all or nothing", "on a scale")
    losses = [one for one in only(declaration, body).losses if not any(part in one for part in usual)]
    assert any(said in one for one in losses) if said else losses == [], losses


@pytest.mark.parametrize(
    ("head", "more", "said"),
    [
        ('adaptive="false" timeDependent="false"', "", ""),
        ('timeDependent="true"', "", "The time that an answer takes"),
        ('adaptive="true"', "", "It is adaptive there"),
        ('label="L-1"', "", "label “L-1”"),
        ("", '<stylesheet href="styles/exam.css" type="text/css"/>', "stylesheet styles/exam.css"),
        ("", '<outcomeDeclaration identifier="SCORE" baseType="float" normalMinimum="-1"/>', "down to -1 points"),
        (
            "",
            '<outcomeDeclaration identifier="SCORE"><defaultValue><value>1</value></defaultValue></outcomeDeclaration>',
            "begins with 1 points",
        ),
    ],
)
def test_what_an_item_says_of_itself_is_named(head: str, more: str, said: str) -> None:
    losses = only(ONE + more, CHOICE, head=head).losses
    assert any(said in one for one in losses) if said else losses == [], losses


def test_the_title_of_feedback_stands_before_it() -> None:
    feedback = '<modalFeedback outcomeIdentifier="F" identifier="{0}" showHide="show" title="{1}">{2}</modalFeedback>'
    rest = feedback.format("A", "Gut gemacht", "Genau.") + feedback.format("solution", "Lösung", "")
    item = only(ONE, CHOICE, rest=rest)
    assert item.raw["options"][0]["value"]["feedback_de"] == "Gut gemacht\n\nGenau."
    assert (item.raw["feedback_de"], item.losses) == ("Lösung", [])


def test_feedback_for_those_who_did_not_choose_is_none_on_the_choice() -> None:
    hidden = '<feedbackInline outcomeIdentifier="F" identifier="A" showHide="hide">Verpasst.</feedbackInline>'
    inside = f'<simpleChoice identifier="A">a{hidden}</simpleChoice><simpleChoice identifier="B">b</simpleChoice>'
    item = only(ONE, asked("choice", 'shuffle="true"', inside))
    assert item.raw["options"][0]["value"] == {**item.raw["options"][0]["value"], "text_de": "a", "feedback_de": ""}
    assert item.losses == ["Feedback on the answer as a whole: “Verpasst.”"]


def test_rubrics_for_markers_are_named_whole() -> None:
    lines = "".join(f"<p>Zeile {number} der Anweisung für alle, die bewerten.</p>" for number in range(1, 5))
    item = only(ONE, f'<rubricBlock view="scorer">{lines}</rubricBlock>{CHOICE}')
    (said,) = item.losses
    assert said.startswith("Not read: rubric-block (scorer) “Zeile 1 der Anweisung für alle, die bewerten. Zeile 2 der")
    assert "Zeile 4 der Anweisung" in said
    assert item.raw["prompt_de"] == "Was?"
