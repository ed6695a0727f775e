"""What this room tells a person about themselves (GDPR 15, 20)."""

from typing import Any

from assessments.enums import ReviewPolicy
from assessments.models import Attempt, AttemptItem
from assessments.selectors.attempts import current_responses
from people.models import User


def export_attempts(user: User) -> list[dict[str, Any]]:
    """The person's attempts with their answers as text. Neither keys nor feedback; scores as the policy shows them."""
    attempts = list(Attempt.objects.filter(user=user).select_related("activity").order_by("started_at"))
    items: dict[int, list[AttemptItem]] = {attempt.pk: [] for attempt in attempts}
    for item in AttemptItem.objects.filter(attempt__in=attempts).select_related("item_version").order_by("position"):
        items[item.attempt_id].append(item)
    responses = current_responses(*attempts)
    return [
        {
            "test": attempt.title,
            "number": attempt.number,
            "state": attempt.state,
            "started_at": attempt.started_at,
            "submitted_at": attempt.submitted_at,
            "passed": attempt.passed,
            "score": None if attempt.policy["review_policy"] == ReviewPolicy.NOTHING else attempt.score_scaled,
            "answers_deleted_at": attempt.answers_deleted_at,
            "answers": [
                _answer(item, responses[item.pk].value, user.language)
                | {"saved_at": responses[item.pk].received_at, "marked": item.flagged}
                for item in items[attempt.pk]
                if item.pk in responses
            ],
        }
        for attempt in attempts
    ]


def _answer(item: AttemptItem, value: Any, language: str) -> dict[str, Any]:
    version = item.item_version
    review = version.kind_object.review(version.content, value, language)
    # Picked by name: the rest of a review is the key and the feedback.
    return {"question": review["prompt"], "answer": review["yours"]}
