"""Calculated questions to Moodle and back: what is calculated stays the same, whatever the formula looks like."""

from decimal import Decimal

import pytest

from assessments.exchange.formats import get_format
from assessments.kinds.calculated.exchange import ours, theirs
from assessments.kinds.calculated.formula import compute, parse
from tests.assessments import factories
from tests.assessments.exchange.helpers import losses, meaning, outside, read, travelled

GERMAN = {key: "" if key.endswith("_en") else value for key, value in factories.calculated_raw(feedback_de="").items()}
GERMAN["mistakes"] = [
    {
        "type": "item",
        "id": "m-1",
        "value": {"formula": "deals * price", "feedback_de": "5 % vergessen: {= 5 % * deals}"},
    }
]


@pytest.mark.parametrize(
    ("formula", "moodle"),
    [
        ("a * b * 5 %", "{a}*{b}*(5/100)"),
        ("(a + b) / 2", "({a}+{b})/2"),
        ("a - (b - 1)", "{a}-({b}-1)"),
        ("-a ^ 2 ^ b", "-pow({a},pow(2,{b}))"),
        ("(-a) ^ 2", "pow(-{a},2)"),
        ("ln(a) + mod(a, 3) + max(a; b)", "log({a})+fmod({a},3)+max({a},{b})"),
        ("a / (b / 2)", "{a}/({b}/2)"),
    ],
)
def test_formulas_mean_the_same_there_and_back(formula: str, moodle: str) -> None:
    assert theirs(formula) == moodle
    values = {"a": Decimal(7), "b": Decimal("1.5")}
    assert compute(parse(ours(moodle)), values) == compute(parse(formula), values)


@pytest.mark.parametrize("name", ["moodle", "xlsx"])
@pytest.mark.parametrize(
    "fields", [{}, {"tolerance": "2.5", "tolerance_in": "percent", "decimals": 1}, {"tolerance": "10"}]
)
def test_a_calculated_question_keeps_its_meaning(name: str, fields: dict[str, str]) -> None:
    raw = {**GERMAN, **fields}
    back = travelled(name, outside("calculated", raw))
    assert back.kind == "calculated"
    expected, found = meaning("calculated", raw), meaning("calculated", back.raw)
    if name == "moodle":
        for one in (expected, found):
            one["formula"] = theirs(one["formula"])
            one["mistakes"][0]["formula"] = theirs(one["mistakes"][0]["formula"])
            for key in ("solution_de", "prompt_de"):
                one[key] = one[key].replace("5 %}", "(5 / 100)}")
            one["mistakes"][0].pop("feedback_de")
    assert found == expected


def test_an_explanation_that_joins_the_solution_is_named() -> None:
    written = get_format("moodle").write([outside("calculated", {**GERMAN, "feedback_de": "Darum"})], "de")
    assert any("become one text" in problem.message for problem in written.problems)
    assert b"Darum" in written.content


@pytest.mark.parametrize("name", ["gift", "qti", "aiken"])
def test_formats_without_such_a_question_say_so(name: str) -> None:
    written = get_format(name).write([outside("calculated", GERMAN)], "de")
    assert (written.written, len(written.problems)) == (0, 1)


MOODLE = """<quiz><question type="calculated"><name><text>Area</text></name>
<questiontext format="html"><text><![CDATA[<p>{{w}} wide? No: {w} and {h}, half is {={w}/2}</p>]]></text></questiontext>
<generalfeedback format="html"><text>{=pow({w},2)}</text></generalfeedback>
<answer fraction="100"><text>%(formula)s</text><tolerance>0.01</tolerance><tolerancetype>1</tolerancetype>
<correctanswerformat>1</correctanswerformat><correctanswerlength>1</correctanswerlength></answer>
<answer fraction="50"><text>{w}</text></answer>
<answer fraction="0"><text>*</text><feedback><text>No</text></feedback></answer>
<dataset_definitions>%(sets)s</dataset_definitions></question></quiz>"""
SET = """<dataset_definition><status><text>shared</text></status><name><text>%(name)s</text></name>
<type>calculated</type><distribution><text>uniform</text></distribution><minimum><text>1.0</text></minimum>
<maximum><text>10.0</text></maximum><decimals><text>1</text></decimals><itemcount>2</itemcount><dataset_items>
<dataset_item><number>1</number><value>5.2</value></dataset_item>
<dataset_item><number>2</number><value>9.7</value></dataset_item></dataset_items></dataset_definition>"""


def moodle(formula: str, *names: str) -> str:
    return MOODLE % {"formula": formula, "sets": "".join(SET % {"name": name} for name in names)}


def test_what_moodle_writes_is_read() -> None:
    (item,) = read("moodle", moodle("{w} * {h} * pow(2, 1) + log(exp(0))", "w", "h")).items
    assert item.raw["formula"] == "w * h * 2 ^ 1 + ln(exp(0))"
    assert item.raw["solution_de"] == "{= w ^ 2}"
    assert "half is {= w / 2}" in item.raw["prompt_de"]
    assert [one["value"]["step"] for one in item.raw["variables"]] == ["0.1", "0.1"]
    assert (item.raw["tolerance"], item.raw["tolerance_in"], item.raw["decimals"]) == ("1", "percent", 1)
    said = " ".join(item.losses)
    assert "50 %" in said
    assert "“No”" in said
    assert "sets of numbers" in said


def test_what_we_cannot_calculate_is_left_out_with_the_reason() -> None:
    result = read("moodle", moodle("sin({w})", "w"))
    assert not result.items
    assert "sin" in result.problems[0].message
    assert losses(result) == []
