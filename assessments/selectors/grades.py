"""Grades computed again from what is stored, without writing."""

from collections.abc import Iterator, Sequence

from assessments.enums import AttemptState
from assessments.grading import Graded, forfeited, grade_items
from assessments.models import Attempt, AttemptItem, ItemVersion
from assessments.selectors.attempts import current_responses
from assessments.selectors.checks import tried_values
from assessments.selectors.marking import given_marks


def regrade_many(
    attempts: Sequence[Attempt], *, by: ItemVersion | None = None
) -> Iterator[tuple[Attempt, list[AttemptItem], Graded]]:
    """Grade again from the frozen versions and the stored responses, without writing. Three queries for all of them,
    one more where some are in practice.

    `by` stands in for whatever version of the same item an attempt was asked or graded by: what a correction gives.
    Meaningless for attempts whose answers were deleted (`answers_deleted_at`).
    """
    items: dict[int, list[AttemptItem]] = {attempt.pk: [] for attempt in attempts}
    rows = AttemptItem.objects.filter(attempt__in=attempts).select_related("item_version", "graded_version")
    for item in rows.order_by("position"):
        if by is not None and item.item_version.item_key == by.item_key:
            item.graded_version = by
        items[item.attempt_id].append(item)
    responses = current_responses(*attempts)
    values = {pk: response.value for pk, response in responses.items()}
    tried = tried_values(attempts, [item for mine in items.values() for item in mine], responses)
    marks = given_marks(attempts)
    for attempt in attempts:
        mine = items[attempt.pk]
        graded = grade_items(
            mine, values, pass_mark=attempt.pass_mark, marks=marks, practice=attempt.practice, tried=tried
        )
        yield attempt, mine, forfeited(graded) if attempt.state == AttemptState.ABANDONED else graded


def regrade(attempt: Attempt) -> Graded:
    """One attempt of `regrade_many`."""
    [(_attempt, _items, graded)] = regrade_many([attempt])
    return graded
