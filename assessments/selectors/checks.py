"""Tries in practice: which answers were checked, what counts of them, and what may be told of them now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from assessments.bands import answer_band
from assessments.enums import ReviewCell, ReviewMoment
from assessments.kinds.base import hints_of
from assessments.models import Attempt, AttemptItem, Check, Response
from assessments.reviewing import Cells
from assessments.selectors.visible import review_template, visible


@dataclass(frozen=True)
class Tries:
    """The checked answers to one question, in order: each with its sequence and the score that was told of it."""

    values: tuple[Any, ...]
    sequences: tuple[int, ...]
    scores: tuple[Decimal, ...]

    @property
    def is_right(self) -> bool:
        return bool(self.scores) and self.scores[-1] >= 1

    def is_done(self, allowed: int) -> bool:
        """Whether nothing is left to try."""
        return self.is_right or len(self.scores) >= allowed


NONE = Tries((), (), ())


def tries_allowed(item: AttemptItem) -> int:
    """How often this question of an attempt in practice may be checked; 0: nothing is right or wrong, or people say."""
    kind, practice = item.item_version.kind_object, item.attempt.practice
    if practice is None or not kind.graded or kind.by_hand:
        return 0
    return practice.tries if kind.tries_again(item.content) else 1


def checked_tries(attempts: Sequence[Attempt]) -> dict[int, Tries]:
    """Attempt item id → its tries, for those that have any. One query; none where no attempt is in practice."""
    practised = [attempt.pk for attempt in attempts if attempt.practice is not None]
    if not practised:
        return {}
    found: dict[int, list[Check]] = {}
    rows = Check.objects.filter(attempt_item__attempt__in=practised).select_related("response")
    for check in rows.order_by("attempt_item", "number"):
        found.setdefault(check.attempt_item_id, []).append(check)
    return {pk: _tries(checks) for pk, checks in found.items()}


def tries_at(item: AttemptItem) -> Tries:
    """The tries at one question. One query."""
    return _tries(list(Check.objects.filter(attempt_item=item).select_related("response").order_by("number")))


def _tries(checks: Sequence[Check]) -> Tries:
    return Tries(
        tuple(check.response.value for check in checks),
        tuple(check.response.sequence for check in checks),
        tuple(check.score for check in checks),
    )


def tried_values(
    attempts: Sequence[Attempt], items: Sequence[AttemptItem], responses: Mapping[int, Response]
) -> dict[int, list[Any]]:
    """Attempt item id → the answers that count as its tries, for `grade_items`.

    An answer that was saved after the last check counts as one more try, as in Moodle's `process_finish`. Unlike there,
    an answer that was checked already is no second try when it is handed in unchanged.
    """
    tries = checked_tries(attempts)
    found = {}
    for item in items:
        mine = tries.get(item.pk)
        if mine is None:
            continue
        found[item.pk] = list(mine.values)
        newest = responses.get(item.pk)
        if newest is None or mine.is_right or newest.sequence <= mine.sequences[-1]:
            continue
        if newest.value is not None and newest.value != mine.values[-1]:
            found[item.pk].append(newest.value)
    return found


@dataclass(frozen=True)
class Told:
    """What a question in practice shows of its tries. `score` is that of the last one (None: no try yet).

    `review` is None while there is something left to try; then `remarks` are what is said about the checked answer,
    and `band` about how right it is.
    """

    made: int
    allowed: int
    done: bool
    score: Decimal | None
    hints: tuple[str, ...]
    remarks: tuple[str, ...]
    review: dict[str, Any] | None
    template: str
    band: str = ""

    def held_back(self) -> "Told":
        """Right or wrong alone, while a test asks the same."""
        return replace(self, hints=(), remarks=(), review=None, band="")

    @property
    def left(self) -> int:
        return self.allowed - self.made

    @property
    def right(self) -> bool:
        return self.score is not None and self.score >= 1


def told(item: AttemptItem, tries: Tries, *, language: str) -> Told | None:
    """What may be told of the tries at a question now; None where nothing can be checked. Reads nothing."""
    allowed = tries_allowed(item)
    if not allowed:
        return None
    shows: Cells = item.attempt.review.at(ReviewMoment.DURING)
    kind, content, made = item.item_version.kind_object, item.content, len(tries.scores)
    done = tries.is_done(allowed)
    review = kind.reviewed(content, tries.values[-1], language) if made else None
    explained = bool(review) and ReviewCell.FEEDBACK in shows
    remarks = kind.remarks(review) if review and explained and not done else []
    return Told(
        made=made,
        allowed=allowed,
        done=done,
        score=tries.scores[-1] if made else None,
        hints=() if done else tuple(hints_of(content, language)[:made]),
        remarks=tuple(remarks),
        review=visible(kind, review, shows) if review and done else None,
        template=review_template(item.item_version.kind, shows),
        band=answer_band(content, tries.scores[-1], language) if explained else "",
    )
