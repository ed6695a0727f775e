"""The formulas of practice and of certainty against the worked examples of their sources."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.behaviours.certainty import Judgement, Said, bonus_of, calibrated, judged, mark
from assessments.behaviours.tries import Part, by_last_try, by_parts, that_count
from assessments.kinds import get_kind
from tests.assessments import factories

THIRD = Fraction(1, 3)


def scores(*values: str) -> list[Decimal]:
    return [Decimal(value) for value in values]


@pytest.mark.parametrize(
    ("tried", "penalty", "expected"),
    [
        # Moodle's help “Penalty for each incorrect try”, for a question of 3 marks: 3, 2 and 1 of them.
        (["1"], THIRD, "1.0000"),
        (["0", "1"], THIRD, "0.6667"),
        (["0", "0", "1"], THIRD, "0.3333"),
        (["0", "0", "0", "1"], THIRD, "0.0000"),
        (["0", "0", "0"], THIRD, "0.0000"),
        (["0.5", "0.5"], THIRD, "0.1667"),  # partial credit of the last try, less the penalty
        (["0.25", "0.25"], THIRD, "0.0000"),  # never below 0
        (["0", "1"], Fraction(0), "1.0000"),
        (["0", "1"], Fraction(1), "0.0000"),
        ([], THIRD, "0.0000"),
    ],
)
def test_each_try_costs_its_penalty(tried: list[str], penalty: Fraction, expected: str) -> None:
    assert str(by_last_try(scores(*tried), penalty)) == expected


def test_after_a_right_try_nothing_counts() -> None:
    assert that_count(scores("0", "1", "0")) == 2
    assert that_count(scores("0", "0.5")) == 2


def parts(text: str) -> list[Part]:
    return [Part(1, Fraction(int(sign == "+"))) for sign in text]


def test_count_back_is_that_of_the_published_example() -> None:
    """Moodle's `interactivecountback/behaviour.php`: four parts of 3 marks each, three tries: 3 + 1 + 2 + 0 of 12."""
    tries = [parts("++--"), parts("+-+-"), parts("+++-")]
    assert by_parts(tries, THIRD) == Decimal(6) / Decimal(12)


@pytest.mark.parametrize(
    ("tries", "expected"),
    [
        (["++++"], "1.0000"),
        (["++--", "++++"], "0.8333"),  # two parts at once, two at the second try: (2 + 2 · 2/3) / 4
        (["----", "----", "++++"], "0.3333"),
        (["++++", "+++-"], "0.7500"),  # what was given up is not credited
    ],
)
def test_parts_are_credited_since_they_are_right(tries: list[str], expected: str) -> None:
    assert str(by_parts([parts(one) for one in tries], THIRD)) == expected


def test_a_part_that_is_half_right_and_heavier_counts_by_its_weight() -> None:
    half = Fraction(1, 2)
    tries = [[Part(2, half), Part(1, Fraction(0))], [Part(2, half), Part(1, Fraction(1))]]
    assert str(by_parts(tries, THIRD)) == "0.5556"  # (2 · 1/2 + 2/3) / 3
    assert by_parts([], THIRD) == 0


@given(
    st.lists(st.lists(st.booleans(), min_size=3, max_size=3), min_size=1, max_size=5),
    st.fractions(0, 1, max_denominator=10),
)
def test_count_back_is_moodle_s_loop(tries: list[list[bool]], penalty: Fraction) -> None:
    """Against `compute_final_grade` as Moodle writes it, and never below the plain rule for the same tries."""
    total = Fraction(0)
    for place in range(3):
        last_wrong = max((number for number, one in enumerate(tries) if not one[place]), default=-1)
        if tries[-1][place]:
            total += max(Fraction(0), 1 - (last_wrong + 1) * penalty)
    expected = total / 3
    made = by_parts([[Part(1, Fraction(int(right))) for right in one] for one in tries], penalty)
    assert abs(Fraction(made) - expected) <= Fraction(1, 20_000)
    plain = by_last_try([(Decimal(sum(one)) / 3).quantize(Decimal("0.0001")) for one in tries], penalty)
    assert made >= plain - Decimal("0.0001")


@pytest.mark.parametrize("kind", factories.GRADED)
def test_the_parts_of_an_answer_make_up_its_score(kind: str) -> None:
    """Else a learner would get another score for the same first try in practice than in a test."""
    handler = get_kind(kind)
    content = handler.as_asked(handler.content(factories.RAW[kind]()), None)
    for answer in (None, handler.parse(content, handler.best(content))):
        found = handler.parts(content, answer)
        if found is None:
            continue
        outcome = handler.grade(content, answer)
        assert outcome is not None
        assert by_parts([found], THIRD) == outcome.score


# --- certainty ---


@pytest.mark.parametrize(
    ("score", "level", "expected"),
    [
        # Moodle's `question_cbm_test::test_adjust_fraction`.
        (1, 1, 1), (1, 2, 2), (1, 3, 3), (0, 1, 0), (0, 2, -2), (0, 3, -6),
        (0.5, 1, 0.5), (0.5, 2, 1), (0.5, 3, 1.5), (-0.25, 1, 0), (-0.25, 2, -2), (-0.25, 3, -6),
    ],
)  # fmt: skip
def test_marks_are_those_of_the_scheme(score: float, level: int, expected: float) -> None:
    assert mark(score, level) == expected


def test_each_level_is_best_where_it_is_said_to_fit() -> None:
    for certainty, best in ((0.5, 1), (0.7, 2), (0.9, 3)):
        expected = {level: certainty * mark(1, level) + (1 - certainty) * mark(0, level) for level in (1, 2, 3)}
        assert max(expected, key=lambda level: expected[level]) == best


@pytest.mark.parametrize(
    ("average", "accuracy", "expected"),
    [
        (3.0, 1.0, 0.0),  # all right, always C=3: exactly what one level earns
        (0.5, 0.5, 0.0),  # half right, always C=1
        (1.5, 0.5, 0.1),  # half right, C=3 on those and C=1 on the others: the best there is
        (-1.5, 0.5, -0.2),  # half right, always C=3
        (1.2, 0.8, 0.0),  # where C=2 and C=3 cross: 0.8·3 − 0.2·6 = 0.8·2 − 0.2·2 = 1.2
    ],
)
def test_the_bonus_is_what_telling_levels_apart_earns(average: float, accuracy: float, expected: float) -> None:
    assert bonus_of(average, accuracy) == pytest.approx(expected)


def test_a_whole_test_worked_by_hand() -> None:
    """Ten answers: 4 of 4 right at C=3, 2 of 3 at C=2, 1 of 3 at C=1."""
    said = [Said(1, 3)] * 4 + [Said(1, 2)] * 2 + [Said(0, 2)] + [Said(1, 1)] + [Said(0, 1)] * 2
    found = calibrated([*said, Said(0, None)])
    assert found is not None
    assert (found.answers, found.accuracy) == (10, 0.7)
    assert found.average == pytest.approx((12 + 4 - 2 + 1) / 10)
    assert found.bonus == pytest.approx(0.1 * (1.5 - (0.7 * 2 - 0.3 * 2)))
    assert found.accuracy_and_bonus == pytest.approx(0.77)
    assert [(one.answers, one.judgement) for one in found.levels] == [(3, "fits"), (3, "fits"), (4, "fits")]


@pytest.mark.parametrize(
    ("level", "accuracy", "answers", "expected"),
    [
        (3, 0.5, 3, Judgement.SLIGHTLY_OVER),  # 0.3² · 3 = 0.27
        (3, 0.5, 6, Judgement.OVER),  # 0.3² · 6 = 0.54
        (2, 1.0, 10, Judgement.SLIGHTLY_UNDER),  # 0.2² · 10 = 0.4
        (1, 1.0, 5, Judgement.UNDER),  # (1/3)² · 5 = 0.56
        (2, 0.7, 10, Judgement.FITS),
        (3, 0.8, 5, Judgement.FITS),
    ],
)
def test_levels_are_judged_by_distance_and_number(
    level: int, accuracy: float, answers: int, expected: Judgement
) -> None:
    assert judged(level, accuracy, answers) is expected


def test_without_a_level_there_is_nothing_to_say() -> None:
    assert calibrated([Said(1, None)]) is None
