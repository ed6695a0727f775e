"""From responses to a score. Pure: the same frozen items and responses give the same result at any time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from assessments.kinds.base import SCORE_STEP
from assessments.models import AttemptItem


@dataclass(frozen=True)
class Graded:
    """`scores` (0 to 1) by attempt item id; `score_scaled` is their weighted mean; both in steps of 0.0001.

    None stands for what is not known yet: an answer that people still have to mark, and with it score and pass of the
    attempt. `pending` are the ids of those questions.
    """

    scores: dict[int, Decimal | None]
    score_scaled: Decimal | None
    passed: bool | None
    pending: tuple[int, ...] = ()


def forfeited(graded: Graded) -> Graded:
    """The same for an attempt that was not handed in in time: it counts as nothing, whatever its answers are worth.

    Its questions keep their scores, so that the person sees what was right. Nobody marks answers that earn nothing.
    """
    scores = {**graded.scores, **dict.fromkeys(graded.pending, Decimal(0).quantize(SCORE_STEP))}
    return Graded(scores, Decimal(0).quantize(SCORE_STEP), passed=False)


def grade_items(
    items: Sequence[AttemptItem],
    values: Mapping[int, Any],
    *,
    pass_mark: int,
    marks: Mapping[int, Decimal] | None = None,
) -> Graded:
    """Grade attempt items (with their versions) by the response values that count, by attempt item id.

    `pass_mark` is in percent, `marks` are scores that people gave. A question without an answer scores 0. Items whose
    weight is 0 and kinds without right and wrong do not count; if nothing counts, the score is 0.
    """
    scores: dict[int, Decimal | None] = {}
    points = total = Decimal(0)
    pending = []
    for item in items:
        kind = item.item_version.kind_object
        outcome = kind.grade(item.content, values.get(item.pk))
        score = outcome.score if outcome is not None else (marks or {}).get(item.pk)
        scores[item.pk] = score
        if not kind.graded or not item.weight:
            continue
        if score is None:
            pending.append(item.pk)
            continue
        points += score * item.weight
        total += item.weight
    if pending:
        return Graded(scores, None, None, tuple(pending))
    scaled = (points / total).quantize(SCORE_STEP, ROUND_HALF_UP) if total else Decimal(0).quantize(SCORE_STEP)
    return Graded(scores, scaled, scaled * 100 >= pass_mark)
