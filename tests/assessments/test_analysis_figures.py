"""Every figure against an independent calculation; no figure without people, spread or sense; never a crash.

Out of the repository, the same formulas gave all of Moodle's own expected values (facility, effective weight,
discrimination index and discriminative efficiency of 20 questions in its `statistics_test.php`) to 1e-6.
"""

import math
import statistics
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from assessments.analysis import formulas
from assessments.analysis.columns import NO_CODE, Builder, Codes, Columns, Row
from assessments.analysis.item_figures import item_figures
from assessments.analysis.quiz_figures import quiz_figures
from assessments.analysis.reasons import Reason, number, words
from tests.assessments import plain_figures as plain

# Twelve people. Items 1 to 4 for everybody: right or wrong, partial credit, double weight, weight 0. One of 5 and 6.
SCORES = """
1 1.00 0.75 1    5:1
1 0.50 1.00 0    5:1
1 0.50 0.50 1    5:0
0 1.00 1.00 1    5:1
1 0.00 0.25 0    5:0
0 0.50 0.00 1    5:0
1 1.00 1.00 0    6:0.6667
1 0.50 0.75 1    6:0.3333
0 0.00 0.50 0    6:1
0 0.50 0.25 1    6:0
0 0.00 0.00 0    6:0.3333
1 1.00 0.25 1    6:0
"""
WEIGHTS = {1: 1, 2: 1, 3: 2, 4: 0, 5: 1, 6: 1}
CHOICES = "AABABCABBDCC"  # to item 1 (key A); D for one person only


def table(*, drawn: bool = True) -> plain.Table:
    rows: plain.Table = []
    for line in SCORES.split("\n")[1:-1]:
        *fixed, last = line.split()
        pairs = list(zip((1, 2, 3, 4), fixed, strict=True))
        if drawn:
            item, score = last.split(":")
            pairs.append((int(item), score))
        rows.append({item: (Fraction(score), Fraction(WEIGHTS[item])) for item, score in pairs})
    return rows


def columns_of(rows: plain.Table, *, people: list[int] | None = None, codes: list[int] | None = None) -> Columns:
    ids = np.arange(1, len(rows) + 1, dtype=np.int64)
    builder = Builder(ids, np.asarray(people or ids, np.int64))
    builder.add_rows(
        Row(number, item, float(score), float(weight), codes[number - 1] if codes and item == 1 else NO_CODE)
        for number, attempt in enumerate(rows, 1)
        for item, (score, weight) in attempt.items()
    )
    return builder.build()


def items_of(columns: Columns, codes: Codes | None = None) -> dict[int, tuple[int, dict[str, Any]]]:
    found = item_figures(columns, codes or Codes(), lambda item: 1 / 3 if item == 1 else None)
    return {version: (people, figures) for version, people, figures in found}


@pytest.mark.parametrize("drawn", [True, False])
def test_the_figures_of_a_test_are_those_of_the_formulas(drawn: bool) -> None:
    rows = table(drawn=drawn)
    figures = quiz_figures(columns_of(rows))
    totals = [plain.total(attempt) for attempt in rows]
    counting = [{item: pair for item, pair in attempt.items() if pair[1]} for attempt in rows]
    alpha = plain.alpha_of_draws(counting) if drawn else plain.alpha_of_complete(counting)
    spread = math.sqrt(plain.variance(totals))
    expected = {
        "questions": 5 if drawn else 4,
        "mean": statistics.mean(totals),
        "median": statistics.median(totals),
        "deviation": spread,
        "skewness": plain.skewness(totals),
        "kurtosis": plain.kurtosis(totals),
        "alpha": alpha,
        "error_ratio": math.sqrt(1 - alpha),
        "standard_error": math.sqrt(1 - alpha) * spread,
    }
    for name, value in expected.items():
        assert figures[name] == pytest.approx(float(value), rel=1e-12), name
    assert figures["distribution"] == [sum(min(int(t * 10), 9) == tenth for t in totals) for tenth in range(10)]


def test_for_people_with_the_same_questions_the_alpha_of_draws_is_cronbachs() -> None:
    counting = [{item: pair for item, pair in attempt.items() if pair[1]} for attempt in table(drawn=False)]
    assert plain.alpha_of_draws(counting) == pytest.approx(plain.alpha_of_complete(counting), rel=1e-12)


def test_the_figures_of_questions_are_those_of_the_formulas() -> None:
    rows = table()
    effective = plain.effective_weights(rows)
    found = items_of(columns_of(rows))
    assert set(found) == {1, 2, 3, 4, 5, 6}
    for item, (people, figures) in found.items():
        having = [attempt for attempt in rows if item in attempt]
        own = [attempt[item][0] for attempt in having]
        others = [one for attempt in having if (one := plain.rest(attempt, item)) is not None]
        assert people == figures["attempts"] == len(having)
        expected = {
            "facility": statistics.mean(own),
            "deviation": math.sqrt(plain.variance(own)),
            "guess": Fraction(1, 3) if item == 1 else None,
            "weight": WEIGHTS[item],
            "intended_weight": Fraction(WEIGHTS[item], 5),
            "effective_weight": effective[item] if WEIGHTS[item] else None,
            "discrimination": plain.correlation(own, others),
            "efficiency": plain.efficiency(own, others),
            "point_biserial": plain.correlation([Fraction(int(score == 1)) for score in own], others),
        }
        for name, value in expected.items():
            if value is None:
                assert number(figures[name]) is None, (item, name)
                assert words(figures[name]), (item, name)
            else:
                assert figures[name] == pytest.approx(float(value), rel=1e-12), (item, name)


def test_the_figures_of_options_are_those_of_the_formulas() -> None:
    codes = Codes()
    given_codes = [codes.code(1, (letter,)) for letter in CHOICES]
    rows = table()
    _people, figures = items_of(columns_of(rows, codes=given_codes), codes)[1]
    others = [plain.rest(attempt, 1) for attempt in rows]
    assert figures["options"]["answers"] == 12
    for option in figures["options"]["keys"]:
        chose = [letter == option["key"] for letter in CHOICES]
        assert option["count"] == sum(chose)
        if sum(chose) < 5:
            assert (option["mean"], option["correlation"]) == (Reason.FEW, Reason.FEW), "nobody's score is told"
            continue
        mean = statistics.mean(one for one, yes in zip(others, chose, strict=True) if yes and one is not None)
        together = plain.correlation([Fraction(int(yes)) for yes in chose], [one for one in others if one is not None])
        assert option["mean"] == pytest.approx(float(mean), rel=1e-12)
        assert option["correlation"] == pytest.approx(together, rel=1e-12)


def test_what_nine_of_ten_choose_says_nothing_about_the_tenth() -> None:
    """The mean of all and of the nine would give the score of the one by subtraction."""
    codes = Codes()
    given_codes = [codes.code(1, ("A" if number else "B",)) for number in range(12)]
    options = items_of(columns_of(table(), codes=given_codes), codes)[1][1]["options"]["keys"]
    assert {one["key"]: (one["count"], one["mean"]) for one in options} == {
        "A": (11, Reason.FEW),
        "B": (1, Reason.FEW),
    }


def test_published_examples() -> None:
    """Microsoft's documentation of SKEW and KURT has the same ten numbers: 0.359543 and -0.151799637."""
    values = np.asarray([3, 4, 5, 2, 3, 4, 5, 6, 4, 7], np.float64)
    assert formulas.skewness(values) == pytest.approx(0.359543, abs=1e-6)
    assert formulas.kurtosis(values) == pytest.approx(-0.151799637, abs=1e-9)


@pytest.mark.parametrize(
    ("rows", "name", "reason"),
    [
        pytest.param([{1: (1, 1)}] * 6, "alpha", Reason.ONE_ITEM, id="one question"),
        pytest.param([{1: (1, 1), 2: (1, 1)}] * 6, "alpha", Reason.NO_SPREAD, id="all right"),
        pytest.param([{1: (1, 1), 2: (1, 1)}] * 6, "skewness", Reason.NO_SPREAD, id="all right, skewness"),
        pytest.param([{1: (0, 0), 2: (1, 0)}] * 6, "alpha", Reason.NO_WEIGHT, id="nothing counts"),
        pytest.param([{1: (n % 2, 1), 2: (1 - n % 2, 1)} for n in range(6)], "alpha", Reason.NO_SPREAD, id="opposites"),
        pytest.param([{n: (n % 2, 1), n + 9: (1, 1)} for n in range(6)], "alpha", Reason.SPARSE, id="never the same"),
    ],
)
def test_what_has_no_value_has_a_reason(rows: Any, name: str, reason: Reason) -> None:
    exact = [{item: (Fraction(s), Fraction(w)) for item, (s, w) in attempt.items()} for attempt in rows]
    figures = quiz_figures(columns_of(exact))
    assert figures[name] is reason
    assert words(figures[name])


def test_a_question_that_four_people_had_is_not_told_about() -> None:
    rows = [{1: (Fraction(n % 2), Fraction(1)), **({2: (Fraction(1), Fraction(1))} if n < 4 else {})} for n in range(9)]
    found = items_of(columns_of(rows))
    assert found[1][0] == 9
    assert found[2] == (0, {})


def test_people_are_counted_once_however_often_they_tried() -> None:
    rows = [{1: (Fraction(n % 2), Fraction(1)), 2: (Fraction(1), Fraction(1))} for n in range(9)]
    assert items_of(columns_of(rows, people=[1, 1, 1, 1, 2, 2, 3, 3, 4]))[1] == (0, {})
    assert items_of(columns_of(rows, people=[1, 1, 1, 1, 2, 2, 3, 4, 5]))[1][0] == 5


def test_an_attempt_that_waits_for_marking_is_left_out() -> None:
    ids = np.arange(1, 8, dtype=np.int64)
    builder = Builder(ids, ids)
    builder.add_rows(Row(n, item, None if (n, item) == (3, 2) else 1.0, 1.0) for n in range(1, 8) for item in (1, 2))
    columns = builder.build()
    assert (builder.unmarked, columns.attempts, columns.attempt.size) == (1, 6, 12)
    assert 3 not in columns.people


# --- Properties ------------------------------------------------------------------------------------------------------
PAIRS = st.sampled_from([(Fraction(score, 2), weight) for score in range(3) for weight in map(Fraction, (0, 1, "5/2"))])
TABLES = st.lists(
    st.tuples(st.dictionaries(st.integers(1, 6), PAIRS, max_size=6), st.integers(1, 9), st.integers(-1, 3)), max_size=14
)
BOUNDS = {
    "facility": (0, 1), "deviation": (0, 1), "intended_weight": (0, 1), "effective_weight": (0, 1),
    "discrimination": (-1, 1), "efficiency": (-math.inf, 1), "point_biserial": (-1, 1), "mean": (0, 1),
    "median": (0, 1), "alpha": (-math.inf, 1), "error_ratio": (0, math.inf), "standard_error": (0, math.inf),
}  # fmt: skip


NONE, WHOLE, HALF = (Fraction(0), Fraction(0)), (Fraction(1), Fraction(1)), (Fraction(1, 2), Fraction(1))
DOUBLE = (Fraction(1), Fraction(5, 2))


@settings(max_examples=80, deadline=None)
@given(TABLES)
@example(  # one item carries the whole spread, and rounding a little more than that
    [
        ({1: NONE}, 5, 0),
        ({1: (Fraction(0), Fraction(1)), 2: DOUBLE}, 1, 0),
        ({1: HALF, 2: HALF}, 2, 0),
        ({1: DOUBLE, 2: WHOLE}, 4, 0),
        ({1: NONE, 2: NONE, 3: WHOLE}, 3, 0),
    ]
)
def test_whatever_people_score_the_analysis_stands_and_stays_in_its_ranges(rows: Any) -> None:
    codes = Codes()
    for keys in ("A", "B", "AB", "-"):
        codes.code(1, keys)
    columns = columns_of(
        [attempt for attempt, _person, _code in rows],
        people=[person for _attempt, person, _code in rows],
        codes=[code for _attempt, _person, code in rows],
    )
    figures = quiz_figures(columns)
    assert sum(figures["distribution"]) == columns.attempts == sum(bool(attempt) for attempt, _person, _code in rows)
    every = [figures, *(found for _people, found in items_of(columns, codes).values())]
    for one in every:
        for name, (low, high) in BOUNDS.items():
            if name in one:
                value = number(one[name])
                assert words(one[name]) if value is None else low <= value <= high, (name, one[name])
        for option in one.get("options", {}).get("keys", ()):
            for name, low in (("mean", 0), ("correlation", -1)):
                value = number(option[name])
                assert value is None or low <= value <= 1
