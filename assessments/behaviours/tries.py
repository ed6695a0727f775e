"""Several tries at one question: the formulas of Moodle's “interactive with multiple tries”.

Sources: `question/behaviour/interactive/behaviour.php` (`adjust_fraction`) and
`question/behaviour/interactivecountback/behaviour.php` with `compute_final_grade` of the question types (Moodle 4.5).
Penalties are exact fractions, so that three tries at a third each leave nothing and not a ten-thousandth.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

STEP = Decimal("0.0001")


@dataclass(frozen=True)
class Practice:
    """The rules of an attempt in practice: how many tries each question has, and what each further one costs."""

    tries: int
    penalty: Fraction


@dataclass(frozen=True)
class Part:
    """One part of an answer (a pair, a gap): its share of the question, and how right it is (0 to 1)."""

    weight: int
    share: Fraction


def that_count(scores: Sequence[Decimal]) -> int:
    """How many of the tries count: up to the first that is all right; after it there is nothing left to try.

    It matters when a corrected key finds an earlier try right.
    """
    for number, score in enumerate(scores, 1):
        if score >= 1:
            return number
    return len(scores)


def by_last_try(scores: Sequence[Decimal], penalty: Fraction) -> Decimal:
    """Score of a question from the scores (0 to 1) of its tries: that of the last, less the penalty for each before.

    Never below 0; no try: 0. Moodle, `qbehaviour_interactive::adjust_fraction`: with a penalty of a third, 1 for the
    first try, 2/3 for the second, 1/3 for the third.
    """
    if not scores:
        return Decimal(0).quantize(STEP)
    return _rounded(max(Fraction(scores[-1]) - (len(scores) - 1) * penalty, Fraction(0)))


def by_parts(tries: Sequence[Sequence[Part]], penalty: Fraction) -> Decimal:
    """Score of a question in parts: each part by the try since which it has been right without change (count-back).

    `tries` holds the parts of every try, in the same order. A part that is half right at the end counts from the try
    since which it has been at least that right; with parts that are right or wrong this is Moodle's
    `compute_final_grade`: `max(0, 1 - (last wrong try + 1) * penalty)`, summed by weight.
    """
    if not tries or not tries[-1]:
        return Decimal(0).quantize(STEP)
    earned, total = Fraction(0), 0
    for place, last in enumerate(tries[-1]):
        since = len(tries) - 1
        while since and tries[since - 1][place].share >= last.share:
            since -= 1
        earned += last.weight * max(last.share - since * penalty, Fraction(0))
        total += last.weight
    return _rounded(earned / total) if total else Decimal(0).quantize(STEP)


def _rounded(value: Fraction) -> Decimal:
    return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(STEP, ROUND_HALF_UP)
