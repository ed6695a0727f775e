"""What this room tells a person about themselves (GDPR 15, 20)."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone

from assessments.enums import Certainty, ReviewCell
from assessments.models import Attempt, AttemptItem, QuizException, Response
from assessments.selectors.attempts import current_responses
from assessments.selectors.checks import Tries, checked_tries
from courses.withholding import WithheldScores
from people.models import User


def export_attempts(user: User) -> list[dict[str, Any]]:
    """The person's attempts with their answers as text. Neither keys nor feedback; scores when the result shows them.

    Own answers are given whatever the review matrix says: they are the person's own data (CJEU C-434/16, Nowak).
    """
    now = timezone.now()
    attempts = list(Attempt.objects.filter(user=user).select_related("activity").order_by("started_at"))
    items: dict[int, list[AttemptItem]] = {attempt.pk: [] for attempt in attempts}
    asked = AttemptItem.objects.filter(attempt__in=attempts).select_related("item_version", "graded_version")
    for item in asked.order_by("position"):
        items[item.attempt_id].append(item)
    responses = current_responses(*attempts)
    tries = checked_tries(attempts)
    return [
        {
            "test": attempt.title,
            "number": attempt.number,
            "state": attempt.state,
            "started_at": attempt.started_at,
            "submitted_at": attempt.submitted_at,
            "passed": attempt.passed,
            "score": attempt.score_scaled if shows_score(attempt, now) else None,
            "answers_deleted_at": attempt.answers_deleted_at,
            "answers": [
                _answer(item, responses[item.pk].value, user.language)
                | {"saved_at": responses[item.pk].received_at, "marked": item.flagged}
                | _certainty(responses[item.pk])
                | _checked(item, tries.get(item.pk), user.language)
                for item in items[attempt.pk]
                if item.pk in responses
            ],
        }
        for attempt in attempts
    ]


def export_exceptions(user: User) -> list[dict[str, Any]]:
    """What the person was allowed beyond the rules of tests, and why."""
    rows = QuizException.objects.filter(user=user).select_related("activity").order_by("created_at")
    return [
        {
            "test": row.activity.title,
            "extra_minutes": row.extra_minutes,
            "time_limit_percent": row.time_multiplier,
            "extra_attempts": row.extra_attempts,
            "closes_at": row.closes_at,
            "reason": row.reason,
            "given_at": row.created_at,
            "holds_until": row.expires_at,
            "withdrawn_at": row.withdrawn_at,
        }
        for row in rows
    ]


def shows_score(attempt: Attempt, now: datetime) -> bool:
    """Whether its own rules let the score be seen now. The score never waits for a pass."""
    return ReviewCell.SCORE in attempt.shown_cells(now, passed=bool(attempt.passed))


def withheld_scores(user: User) -> WithheldScores:
    """Which scores of this person the tests hold back now: of attempts, and of tests with such an attempt."""
    now = timezone.now()
    attempts = [one for one in Attempt.objects.filter(user=user) if not one.is_open and not shows_score(one, now)]
    return WithheldScores(
        attempts=frozenset(str(one.uuid) for one in attempts),
        activities=frozenset((one.activity_id, one.cycle) for one in attempts),
    )


def _checked(item: AttemptItem, tries: Tries | None, language: str) -> dict[str, Any]:
    """What was checked in practice; the person has been told at once what came out."""
    if tries is None:
        return {}
    pairs = zip(tries.values, tries.scores, strict=True)
    return {"tries": [{"answer": _answer(item, value, language)["answer"], "score": score} for value, score in pairs]}


def _certainty(response: Response) -> dict[str, str]:
    """How sure they said they were; nothing of right and wrong."""
    return {} if response.certainty is None else {"certainty": Certainty(response.certainty).name.lower()}


def _answer(item: AttemptItem, value: Any, language: str) -> dict[str, Any]:
    kind = item.item_version.kind_object
    review = kind.review(item.content, value, language)
    # Picked by name: the rest of a review is the key and the feedback.
    told = {"question": review["prompt"], "answer": review["yours"]}
    if kind.uploads and isinstance(value, dict):
        told["file"] = reverse("assessments:file", kwargs={"uuid": value["file"]})
    return told
