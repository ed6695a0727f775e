"""When a test's closing is moved while people take it: who runs may have more time, and never less."""

from datetime import datetime
from typing import Any

from django.db import transaction

from assessments.allowances import Allowance
from assessments.enums import AttemptState
from assessments.models import Attempt, QuizPage
from assessments.selectors.quizzes import definition_for
from assessments.services.starting import closing_of, deadline_of

MOVED = ["policy", "deadline_at", "closes_at"]


def move_closing(attempt: Attempt, closes_at: datetime | None, allowance: Allowance) -> bool:
    """Apply a later closing, or none any more, and the allowance in memory; whether that changed anything."""
    before: tuple[Any, ...] = (attempt.quiz_closes_at, attempt.deadline_at)
    attempt.policy = {**attempt.policy, "quiz_closes_at": closes_at.isoformat() if closes_at else None}
    if attempt.is_open and attempt.deadline_at is not None:
        deadline = deadline_of(attempt.policy, allowance, started_at=attempt.started_at)
        if deadline is None or deadline > attempt.deadline_at:
            attempt.deadline_at, attempt.closes_at = deadline, closing_of(attempt.policy, deadline)
    return before != (attempt.quiz_closes_at, attempt.deadline_at)


def reach_running(page: QuizPage) -> int:
    """Let running attempts have a closing that was moved to later; returns how many. An earlier one is for new ones.

    What is shown after the closing waits for both (`Attempt.closed_at`).
    """
    running = Attempt.objects.filter(activity__key=page.translation_key, state=AttemptState.OPEN).order_by("pk")
    bound = running.exclude(policy__quiz_closes_at=None).values_list("pk", flat=True)
    return sum(_reach(pk) for pk in list(bound))


@transaction.atomic
def _reach(pk: int) -> bool:
    attempt = Attempt.objects.select_for_update(of=("self",)).select_related("user", "activity__parent").get(pk=pk)
    definition, allowance = definition_for(attempt.user, attempt.activity)
    own = attempt.quiz_closes_at
    if not attempt.is_open or definition is None or own is None:
        return False
    closes_at = allowance.closing(definition.closes_at)
    if closes_at is not None and closes_at <= own:
        return False
    if move_closing(attempt, closes_at, allowance):
        attempt.save(update_fields=MOVED)
    return True
