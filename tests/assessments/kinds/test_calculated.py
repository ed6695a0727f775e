"""Calculated questions: the expression language, the numbers that are drawn, and what one attempt is asked."""

import random
import time
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from assessments.kinds import get_kind
from assessments.kinds.calculated import filling, variables
from assessments.kinds.calculated.formula import FUNCTIONS, LARGEST, MAX_LENGTH, FormulaError, compute, parse
from tests.assessments import factories

KIND = get_kind("calculated")
VALUES = {"x": Decimal(3), "y": Decimal("-0.5")}


def result(source: str, **values: Any) -> Decimal:
    return compute(parse(source), {**VALUES, **{name: Decimal(value) for name, value in values.items()}})


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("1 + 2 * 3", "7"),
        ("(1 + 2) * 3", "9"),
        ("10 - 4 - 3", "3"),
        ("24 / 4 / 2", "3"),
        ("2 ^ 3 ^ 2", "512"),
        ("-2 ^ 2", "-4"),
        ("(-2) ^ 2", "4"),
        ("2 ^ -2 * 8", "2"),
        ("--x", "3"),
        ("+x - -1", "4"),
        ("5 %", "0.05"),
        ("200 * (1 + 19 %)", "238"),
        ("2 ^ 50 %", "1.41421356"),
        ("0.1 + 0.2", "0.3"),
        (".5 * 4.", "2"),
        ("6 × 7 ÷ 2 − 1", "20"),
        ("6 : 4", "1.5"),
        ("x * y", "-1.5"),
        ("round(2.5)", "3"),
        ("round(-2.5)", "-3"),
        ("round(1.005, 2)", "1.01"),
        ("round(2 / 3; 4)", "0.6667"),
        ("floor(-1.2)", "-2"),
        ("ceil(-1.2)", "-1"),
        ("ABS(y)", "0.5"),
        ("min(4, x, 5)", "3"),
        ("max(4; x; 5)", "5"),
        ("sqrt(2) ^ 2", "2"),
        ("ln(exp(2))", "2"),
        ("mod(-7, 3)", "2"),
        ("pow(2, 10)", "1024"),
        ("0 ^ 0", "1"),
        ("exp(-1000)", "0"),
        ("1000 * (1 + 3 %) ^ 10", "1343.91637934"),
    ],
)
def test_formulas_are_calculated_as_people_read_them(source: str, expected: str) -> None:
    assert abs(result(source) - Decimal(expected)) < Decimal("0.00000001") or str(result(source))[:10] == expected


@pytest.mark.parametrize(
    ("source", "position"),
    [
        ("", 1),
        ("1 +", 4),
        ("1,5 * x", 2),
        ("(1 + 2", 1),
        ("1 + 2)", 6),
        ("2 x", 3),
        ("x = 3", 3),
        ("  §", 3),
        ("5 %%", 4),
        ("sin(x)", 1),
        ("__import__('os')", 1),
        ("x.real", 2),
        ("max()", 5),
        ("round(1, 2, 3)", 1),
        ("1 + zed", 5),
        ("x / (x - 3)", 3),
        ("mod(x, 0)", 1),
        ("0 ^ -1", 3),
        ("(0 - 8) ^ 0.5", 9),
        ("sqrt(y)", 1),
        ("ln(0)", 1),
        ("exp(99)", 1),
        ("9 ^ 9 ^ 9", 3),
        ("10 ^ 31", 4),
        ("1 ^ 1001", 3),
        ("10 ^ 30 * 10", 9),
        ("round(1, 13)", 1),
        ("1" * 31, 1),
        ("(" * 50 + "1" + ")" * 50, 41),
        ("1" + "+1" * 200, MAX_LENGTH),
    ],
)
def test_what_is_wrong_is_said_with_its_place(source: str, position: int) -> None:
    with pytest.raises(FormulaError) as error:
        result(source)
    assert error.value.position == position
    assert str(position) in str(error.value)


def test_what_is_wrong_is_said_in_the_language_of_the_reader() -> None:
    """Parsed formulas are remembered; sentences must not be."""
    with translation.override("en"), pytest.raises(FormulaError, match="not closed"):
        parse("(1")
    with translation.override("de"), pytest.raises(FormulaError) as error:
        parse("(1")
    assert error.value.message == translation.gettext("This parenthesis is not closed.")


atoms = st.sampled_from(["x", "y", "z", "0", "9", "1e9", "0.1", "999999999999", "%", ",", "(", ")", " "])
parts = st.sampled_from(["+", "-", "*", "/", "^", *(f"{name}(" for name in FUNCTIONS), ")", ";"])
hostile = st.lists(atoms | parts | st.text(max_size=3), max_size=150).map("".join) | st.text(max_size=500)


def sound(inner: Any) -> Any:
    two = st.tuples(inner, st.sampled_from("+-*/^"), inner).map(lambda one: f"({one[0]} {one[1]} {one[2]})")
    one = st.tuples(st.sampled_from(["sqrt", "ln", "exp", "abs", "floor", "round"]), inner)
    return two | one.map(lambda pair: f"{pair[0]}({pair[1]})") | inner.map(lambda text: f"-{text} %")


@given(source=hostile | st.recursive(st.sampled_from(["x", "y", "7", "0.3", "99999"]), sound, max_leaves=30))
def test_no_formula_hangs_or_fails_otherwise(source: str) -> None:
    began = time.process_time()
    position, value = 1, Decimal(0)
    try:
        value = result(source)
    except FormulaError as error:
        position = error.position if error.message else 0
    assert 1 <= position <= MAX_LENGTH + 1
    assert abs(value) <= LARGEST
    assert time.process_time() - began < 0.5


@pytest.mark.parametrize("source", ["^".join(["9.9"] * 39), "+".join(["x%"] * 130), "1.0001^999.99" + "*x" * 190])
def test_the_worst_formulas_take_no_time(source: str) -> None:
    began = time.process_time()
    with suppress(FormulaError):
        result(source[:MAX_LENGTH])
    assert time.process_time() - began < 0.2


# --- what one attempt is asked ----------------------------------------------------------------------------------------
def content(**fields: Any) -> dict[str, Any]:
    return KIND.content(factories.calculated_raw(**fields))


def test_numbers_lie_on_the_grid_of_their_range() -> None:
    made = content()
    for seed in range(200):
        order = KIND.option_order(made, random.Random(seed), shuffle=False)  # noqa: S311 - a test repeats itself
        assert 10 <= int(order["deals"]) <= 20
        assert order["price"] in {"1000", "1500", "2000"}


def test_texts_carry_the_numbers_as_each_language_writes_them() -> None:
    """The worked solution too: it is what people learn from."""
    asked = KIND.as_asked(content(), {"deals": "15", "price": "1500"})
    assert KIND.public(asked, "de", {})["prompt"] == "15 deals of 1.500 €: 5 %? (de)"
    assert KIND.public(asked, "en", {})["prompt"] == "15 deals of 1,500 €: 5 %? (en)"
    told = KIND.review(asked, "22500", "de")
    assert told["right"] == ["1.125 €"]
    assert told["solution"] == "15 × 1.500 × 5 % = 1.125 € (de)"
    assert told["mistake"] == "Forgot the share (de)"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{x} and { x }", "3 and 3"),
        ("{= x / 9}", "0,3333"),
        ("{= x * 1000 + 0.5}", "3.000,5"),
        ("{= x / 1000000}", "0,000003"),
        ("{= 0 / x}", "0"),
        ("{nobody} {} {{1}} {= x / 0} {= } {a b}", "{nobody} {} {{1}} {= x / 0} {= } {a b}"),
    ],
)
def test_places_are_filled_and_everything_else_stays(text: str, expected: str) -> None:
    assert filling.filled(text, VALUES, "de") == expected


@given(text=st.text(alphabet="{}=xy0/^ ()", max_size=60))
def test_no_text_breaks_a_question(text: str) -> None:
    assert isinstance(filling.filled(text, VALUES, "en"), str)


@pytest.mark.parametrize(
    ("fields", "text", "right"),
    [
        ({}, "750", True),
        ({}, "750,00 €", True),
        ({}, "750.004", True),
        ({}, "750,01", False),
        ({"tolerance": "10"}, "760", True),
        ({"tolerance": "10"}, "760,5", False),
        ({"tolerance": "10", "tolerance_in": "percent"}, "825", True),
        ({"tolerance": "10", "tolerance_in": "percent"}, "826", False),
        ({"formula": "deals / 9", "decimals": 2}, "1,11", True),
        ({"formula": "deals / 9", "decimals": 2}, "1.111111", True),
        ({"formula": "deals / 9", "decimals": 2}, "1,12", False),
        ({"formula": "deals / 9", "decimals": 0}, "1", True),
        ({}, "1e30", False),
        ({}, "9" * 60, False),
    ],
)
def test_an_answer_is_right_for_the_numbers_of_its_attempt(fields: dict[str, Any], text: str, right: bool) -> None:
    asked = KIND.as_asked(content(**fields), {"deals": "10", "price": "1500"})
    outcome = KIND.grade(asked, KIND.parse(asked, text))
    assert outcome is not None
    assert outcome.correct is right


@given(seed=st.integers(0, 2**32), text=st.text(max_size=64))
def test_grading_never_fails_and_counts_by_formula(seed: int, text: str) -> None:
    made = content()
    order = KIND.option_order(made, random.Random(seed), shuffle=True)  # noqa: S311 - a test repeats itself
    asked = KIND.as_asked(made, order)
    assert KIND.grade(asked, KIND.best(asked)).correct  # type: ignore[union-attr]  # a number is always graded
    assert 0 <= KIND.grade(asked, text).score <= 1  # type: ignore[union-attr]  # as above
    assert KIND.tally(asked, str(int(order["deals"]) * int(order["price"]))) == ["m-1"]


def test_a_corrected_question_is_graded_by_the_numbers_that_were_drawn() -> None:
    """A variable that came with the correction takes its least value: there is nothing else to take."""
    order = {"deals": "10", "price": "1000"}
    corrected = content(formula="deals * price * 10 %")
    assert KIND.best(KIND.as_asked(corrected, order)) == "1000.00"
    raw = factories.calculated_raw(formula="deals * price * rate %")
    raw["variables"].append({"id": "v-3", "value": {"name": "rate", "least": "7", "most": "9", "step": "1"}})
    assert KIND.best(KIND.as_asked(KIND.content(raw), order)) == "700.00"


# --- what the editor insists on ---------------------------------------------------------------------------------------
def variable(least: str, most: str, step: str = "1", name: str = "deals") -> dict[str, Any]:
    raw = factories.calculated_raw()
    raw["variables"][0]["value"] = {"name": name, "least": least, "most": most, "step": step}
    return {"variables": raw["variables"]}


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"formula": "deals * price / (deals - 15)"}, "Division by zero. (at character 15) With deals = 15"),
        ({"formula": "deals * price * 10 ^ 27"}, "too large"),
        ({"formula": "deals * price / 10 ^ 7"}, "rounds to 0"),
        ({"tolerance": "500"}, "0 would count as right"),
        ({"tolerance": "-1"}, "must be 0 or more"),
        ({"formula": "deals * "}, "ends too early"),
        ({"formula": "deals * cost + 0 * price"}, "no variable “cost”"),
        ({"formula": "deals * 2", "prompt_en": "{deals}?", "prompt_de": "{deals}?"}, "“price” stands neither"),
        ({"prompt_en": "{deals} deals?"}, "in english does not show {price}"),
        ({"solution_de": "{= deals * }"}, "Worked solution (German), {= deals * }"),
        ({"solution_en": "{cost}"}, "no variable “cost”"),
        ({"solution_en": "{= 1 / (deals - 20)}"}, "With deals = 20"),
        ({"solution_en": ""}, "Worked solution"),
        ({"mistakes": [{"id": "m", "value": {"formula": "price * deals * 0.05"}}]}, "Typical mistake 1"),
        (variable("20", "10"), "Variable 1"),
        (variable("10", "20", "0"), "Variable 1"),
        (variable("10", "20", "1", "max"), "Variable 1"),
        (variable("10", "20", "1", "2nd"), "Variable 1"),
        (variable("10", "20", "1", "price"), "same name"),
        ({"variables": []}, "one to 8 variables"),
    ],
)
def test_what_breaks_is_said_with_the_numbers_that_break_it(fields: dict[str, Any], said: str) -> None:
    with translation.override("en"):
        found = KIND.problems(content(**fields))
    assert any(said.lower() in sentence.lower() for sentence in found), found


def test_a_mistake_that_is_right_is_no_mistake() -> None:
    mistakes = [{"id": "m", "value": {"formula": "price * 0.05 * deals", "feedback_de": "a", "feedback_en": "b"}}]
    assert len(KIND.problems(content(mistakes=mistakes))) == 1


def test_a_single_fault_is_one_sentence_and_not_two_hundred() -> None:
    assert len(KIND.problems(content(formula="deals * price / (deals - 15)"))) == 1


def test_all_corners_are_tried() -> None:
    """Formulas break at the ends of ranges; draws alone may miss them."""
    made = content()["variables"]
    corners = [tuple(str(one) for one in values.values()) for values in variables.cases(made)][:4]
    assert corners == [("10", "1000"), ("10", "2000"), ("20", "1000"), ("20", "2000")]


def test_half_a_draft_can_be_previewed() -> None:
    for fields in ({"formula": ""}, {"variables": []}, variable("", "3"), {"tolerance": "x"}):
        made = content(**fields)
        asked = KIND.as_asked(made, KIND.option_order(made, random.Random(1), shuffle=False))  # noqa: S311 - a test
        assert KIND.review(asked, "3", "de")["answered"]
        assert KIND.problems(made)
