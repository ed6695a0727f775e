"""Ended attempts in bulk: as the services leave them, without the price of a start and a submission each."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from assessments.enums import AttemptState
from assessments.grading import grade_items
from assessments.models import Attempt, AttemptItem, ItemVersion, QuizPage, Response
from assessments.selectors.bank import newest_versions, read_slots
from assessments.services.starting import policy_of
from courses.models import Activity
from people.models import User
from tests.factories import UserFactory


def people(count: int) -> list[User]:
    """Learners who never log in."""
    return [UserFactory(password=None) for _number in range(count)]


def versions_of(page: QuizPage) -> list[ItemVersion]:
    """Newest versions of the items of a test, in the order of its slots."""
    ids = [slot.pool[0] for slot in read_slots(page.slots)]
    newest = newest_versions(ids)
    return [newest[pk] for pk in ids]


def ended(
    user: User,
    quiz: Activity,
    page: QuizPage,
    answers: Sequence[tuple[ItemVersion, Any]],
    *,
    at: datetime | None = None,
    number: int = 1,
    weights: Sequence[int] | None = None,
) -> Attempt:
    """An attempt that was submitted at that time, a quarter of an hour after its start. An answer None is missing."""
    at = at or timezone.now()
    attempt = Attempt.objects.create(
        user=user,
        activity=quiz,
        number=number,
        policy=policy_of(user, quiz, page),
        started_at=at - timedelta(minutes=15),
    )
    items = AttemptItem.objects.bulk_create(
        AttemptItem(attempt=attempt, position=place, item_version=version, weight=weights[place - 1] if weights else 1)
        for place, (version, _answer) in enumerate(answers, 1)
    )
    values = {item.pk: answer for item, (_version, answer) in zip(items, answers, strict=True)}
    Response.objects.bulk_create(
        Response(attempt_item=item, sequence=1, value=values[item.pk], received_at=at)
        for item in items
        if values[item.pk] is not None
    )
    graded = grade_items(items, values, pass_mark=page.pass_mark)
    for item in items:
        item.score = graded.scores[item.pk]
    AttemptItem.objects.bulk_update(items, ["score"])
    attempt.state, attempt.submitted_at = AttemptState.SUBMITTED, at
    attempt.score_scaled, attempt.passed = graded.score_scaled, graded.passed
    attempt.save()
    return attempt
