"""From responses to a score. Pure: the same frozen items and responses give the same result at any time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from assessments.kinds.base import SCORE_STEP
from assessments.models import AttemptItem


@dataclass(frozen=True)
class Graded:
    """`scores` (0 to 1) by attempt item id; `score_scaled` is their weighted mean; both in steps of 0.0001."""

    scores: dict[int, Decimal]
    score_scaled: Decimal
    passed: bool


def grade_items(items: Sequence[AttemptItem], values: Mapping[int, Any], *, pass_mark: int) -> Graded:
    """Grade attempt items (with their versions) by the response values that count, by attempt item id.

    `pass_mark` is in percent. A question without an answer scores 0. Items whose weight is 0 do not count; if all
    weights are 0, the score is 0.
    """
    scores: dict[int, Decimal] = {}
    points = total = Decimal(0)
    for item in items:
        outcome = item.item_version.kind_object.grade(item.content, values.get(item.pk))
        score = outcome.score if outcome is not None else Decimal(0)
        scores[item.pk] = score
        points += score * item.weight
        total += item.weight
    scaled = (points / total).quantize(SCORE_STEP, ROUND_HALF_UP) if total else Decimal(0).quantize(SCORE_STEP)
    return Graded(scores, scaled, scaled * 100 >= pass_mark)
