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


SHOW = (
    '<setOutcomeValue identifier="F"><baseValue baseType="identifier">feedbackModal_{0}</baseValue></setOutcomeValue>'
)
RULE = (
    '<responseCondition><responseIf><and><match><variable identifier="R"/><correct identifier="R"/></match></and>'
    f"{SHOW.format(1)}</responseIf><responseElse>{SHOW.format(2)}</responseElse></responseCondition>"
)


def feedback(ident: str, text: str) -> str:
    return f'<modalFeedback outcomeIdentifier="F" identifier="{ident}" showHide="show">{text}</modalFeedback>'


def test_feedback_on_right_and_on_other_answers_is_feedback_by_score() -> None:
    """As TAO writes it. Everybody read both as the explanation."""
    both = feedback("feedbackModal_1", "Sehr gut.") + feedback("feedbackModal_2", "Noch einmal.")
    rest = f"<responseProcessing>{RULE}</responseProcessing>{both}"
    item = only(many(), OPEN, rest=rest)
    bands = [(one["value"]["percent"], one["value"]["text_de"]) for one in item.raw["bands"]]
    assert (bands, item.raw["feedback_de"], item.losses) == ([(100, "Sehr gut."), (0, "Noch einmal.")], "", [])
    item = only(ONE, CHOICE, rest=rest)
    assert item.raw["feedback_de"] == ""
    assert [one.rpartition(": ")[2] for one in item.losses] == ["“Sehr gut.”", "“Noch einmal.”"]


def test_several_feedbacks_without_a_rule_are_no_explanation() -> None:
    both = feedback("feedback_1", "Sehr gut.") + feedback("feedback_2", "Noch einmal.")
    item = only(ONE, CHOICE, rest=both)
    assert item.raw["feedback_de"] == ""
    assert [one.rpartition(": ")[2] for one in item.losses] == ["“Sehr gut.”", "“Noch einmal.”"]
    item = only(ONE, CHOICE, rest=feedback("feedback", "Darum."))
    assert (item.raw["feedback_de"], item.losses) == ("Darum.", [])


def test_marks_that_only_outcomes_name_are_said() -> None:
    """As Inspera and Canvas write them."""
    outcome = (
        '<outcomeDeclaration identifier="{0}" cardinality="single" baseType="float"><defaultValue><value>{1}</value>'
        "</defaultValue></outcomeDeclaration>"
    )
    more = outcome.format("SCORE_EACH_WRONG", "-0.5") + outcome.format("SCORE_EACH_CORRECT", "1")
    assert only(ONE + more, CHOICE).losses == ["Its own rules of scoring are not read (SCORE_EACH_WRONG -0.5)."]
    assert "worth 10 points" in only(ONE + outcome.format("MAXSCORE", "10"), CHOICE).losses[0]
    assert only(ONE + outcome.format("MAXSCORE", "1.0"), CHOICE).losses == []


def test_a_second_tolerance_is_named() -> None:
    equal = """<responseCondition><responseIf><equal toleranceMode="absolute" tolerance="{0}"><variable identifier="R"/>
        <correct identifier="R"/></equal><setOutcomeValue identifier="SCORE"><baseValue baseType="float">{1}</baseValue>
        </setOutcomeValue></responseIf></responseCondition>"""
    rules = f"<responseProcessing>{equal.format('1', '1')}{equal.format('5', '0.5')}</responseProcessing>"
    item = only(NUMBER, asked("textEntry"), rest=rules)
    assert item.raw["tolerance"] == "1"
    assert "Of several tolerances there, the first one counts here." in item.losses


def test_two_spellings_that_earn_the_same_do_not_make_capitals_matter() -> None:
    for points, matter in (("Berlin=1 berlin=1", False), ("Berlin=1 berlin=0.5", True)):
        item = only(declared("single", "string", "", points), asked("textEntry"))
        assert item.raw["match_case"] is matter


def test_powers_and_fractions_in_mathml_keep_their_meaning() -> None:
    math = (
        "<p>Löse <math><msup><mi>x</mi><mn>10</mn></msup><mo>=</mo><mfrac><mrow><mn>1</mn><mo>+</mo><mi>a</mi></mrow>"
        "<mn>2</mn></mfrac><msqrt><mi>b</mi></msqrt></math></p>"
    )
    assert only(ONE, math + CHOICE).raw["prompt_de"].startswith("Löse x^(10)=(1+a)/2√(b)")
