"""From responses to a score. Pure: the same frozen items and responses give the same result at any time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from assessments.behaviours.tries import Practice, by_last_try, by_parts, that_count
from assessments.kinds import Content, Kind
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


def score_of_tries(kind: Kind, content: Content, values: Sequence[Any], penalty: Fraction) -> Decimal:
    """Score of a question from the answers of its tries: with parts by count-back, else by the last one."""
    outcomes = [kind.grade(content, value) for value in values]
    scores = [outcome.score if outcome is not None else Decimal(0) for outcome in outcomes]
    count = that_count(scores)
    parts = [found for value in values[:count] if (found := kind.parts(content, value)) is not None]
    return by_parts(parts, penalty) if len(parts) == count else by_last_try(scores[:count], penalty)


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
    practice: Practice | None = None,
    tried: Mapping[int, Sequence[Any]] | None = None,
) -> Graded:
    """Grade attempt items (with their versions) by the response values that count, by attempt item id.

    `pass_mark` is in percent, `marks` are scores that people gave. A question without an answer scores 0. Items whose
    weight is 0 and kinds without right and wrong do not count; if nothing counts, the score is 0. In practice, `tried`
    holds the answers that count as tries, for questions with any.
    """
    scores: dict[int, Decimal | None] = {}
    points = total = Decimal(0)
    pending = []
    for item in items:
        kind = item.item_version.kind_object
        outcome = kind.grade(item.content, values.get(item.pk))
        score = outcome.score if outcome is not None else (marks or {}).get(item.pk)
        if outcome is not None and practice is not None and tried and tried.get(item.pk):
            score = score_of_tries(kind, item.content, tried[item.pk], practice.penalty)
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
