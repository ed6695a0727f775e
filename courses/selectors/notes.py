"""Reads of a learner's own notes."""

from uuid import UUID

from courses.models import LearnerNote
from people.models import User


def notes_of(user: User, *, activity_key: UUID) -> dict[str, LearnerNote]:
    """The person's own notes on one lesson, by block id. Nobody else's notes are ever read here."""
    notes = LearnerNote.objects.filter(user=user, activity__key=activity_key)
    return {str(note.block_id): note for note in notes}
