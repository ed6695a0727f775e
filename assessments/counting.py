"""What several attempts at one test amount to. Pure.

The four methods are Moodle's (`mod_quiz\\grade_calculator::compute_final_grade`); finished attempts alone count.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from assessments.enums import GradeMethod
from assessments.kinds.base import SCORE_STEP
from assessments.models import Attempt


@dataclass(frozen=True)
class Standing:
    """Where a person stands in a test. `score_scaled` is between 0 and 1, in steps of 0.0001.

    `attempts` is the number of finished ones; with MEAN all of them count, otherwise one.
    """

    method: GradeMethod
    score_scaled: Decimal
    passed: bool
    attempts: int


def standing(attempts: Iterable[Attempt]) -> Standing | None:
    """What counts of these attempts of one person, test and cycle, in any order; None: none has a result yet.

    The method is that of the newest finished one: each attempt froze it at its start, when the person was told.
    Running attempts and those that people still mark are not finished. A mean passes when it reaches the pass mark of
    the newest one.
    """
    finished = sorted((one for one in attempts if one.score_scaled is not None), key=lambda one: one.number)
    if not finished:
        return None
    newest = finished[-1]
    scores = [one.score_scaled for one in finished if one.score_scaled is not None]
    method = newest.grade_method
    if method is GradeMethod.MEAN:
        score = (sum(scores, Decimal(0)) / len(scores)).quantize(SCORE_STEP, ROUND_HALF_UP)
        passed = score * 100 >= newest.pass_mark
    elif method is GradeMethod.HIGHEST:
        score, passed = max(scores), any(one.passed for one in finished)
    else:
        one = finished[0] if method is GradeMethod.FIRST else newest
        score, passed = scores[finished.index(one)], bool(one.passed)
    return Standing(method, score, passed, len(finished))
