"""One's own learning records and notes: their export, their retention, their erasure."""

from typing import Any

from courses.models import LearnerNote, LearningEvent, Progress
from courses.withholding import WithheldScores, withheld_scores
from people.models import User
from people.personal_data import RetentionPolicy, register_erasure, register_personal_data, register_retention


def export_learning(user: User) -> dict[str, Any]:
    """Enrolments, progress, events and notes, as JSON-able values. Without the scores that a test holds back now."""
    withheld = withheld_scores(user)
    return {
        "enrolments": [
            {
                "title": row.activity.title,
                "source": row.source,
                "cycle": row.cycle,
                "enrolled_at": row.enrolled_at,
                "due_at": row.due_at,
                "satisfied_at": row.satisfied_at,
            }
            for row in user.enrollments.select_related("activity").order_by("pk")
        ],
        "progress": [
            {
                "title": row.activity.title,
                "kind": row.activity.kind,
                "completion": row.completion_status,
                "success": row.success_status,
                "score_scaled": _score(row, withheld),
                "started_at": row.started_at,
                "completed_at": row.completed_at,
                "opened_at": row.opened_at,
            }
            for row in user.progress.select_related("activity").order_by("pk")
        ],
        "events": [
            {
                "verb": event.verb,
                "object": event.activity.title,
                "timestamp": event.timestamp,
                "result": _result(event, withheld),
                "context": event.context,
            }
            for event in user.learning_events.select_related("activity")
        ],
        "notes": [
            {"lesson": note.activity.title, "text": note.text, "ticks": note.ticks, "updated_at": note.updated_at}
            for note in user.notes.select_related("activity").order_by("pk")
        ],
    }


def _score(row: Progress, withheld: WithheldScores) -> str | None:
    if row.score_scaled is None or (row.activity_id, row.cycle) in withheld.activities:
        return None
    return str(row.score_scaled)


def _result(event: LearningEvent, withheld: WithheldScores) -> dict[str, Any]:
    hidden = {"score"} if event.context.get("attempt") in withheld.attempts else set()
    return {key: value for key, value in event.result.items() if key not in hidden}


def forget_notes(policy: RetentionPolicy) -> int:
    """Notes go when answers go."""
    return LearnerNote.objects.filter(updated_at__lt=policy.answers_before).delete()[0]


def forget_person(user: User) -> int:
    """A person's notes are free text and go; enrolments and progress stay for anonymous counts."""
    return LearnerNote.objects.filter(user=user).delete()[0]


def connect() -> None:
    register_personal_data("learning", export_learning)
    register_retention("notes", forget_notes)
    register_erasure("notes", forget_person)
