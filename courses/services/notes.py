"""Writes of a learner's own notes."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from courses.models import Activity, LearnerNote
from courses.selectors import may_open
from enablement.core.errors import DomainError
from people.models import User

MAX_TEXT = 10_000
MAX_TICKS = 50


@transaction.atomic
def save_note(
    user: User, *, activity: Activity, block_id: UUID, text: str | None = None, ticks: Sequence[str] | None = None
) -> LearnerNote:
    """Keep the text of a reflection (characters, up to 10,000) or the ticked items of a checklist (their ids).

    What is None stays as it is. The newest save wins. Raises DomainError when it is too long, or while the lesson is
    locked for this person.
    """
    lock = may_open(user, activity=activity)
    if lock is not None:
        raise DomainError(lock.message, code="locked")
    if text is not None and len(text) > MAX_TEXT:
        raise DomainError(
            _("Your text has %(length)d characters; %(limit)d fit. What was saved before is kept.")
            % {"length": len(text), "limit": MAX_TEXT}
        )
    if ticks is not None and (len(ticks) > MAX_TICKS or any(len(tick) > 36 for tick in ticks)):
        raise DomainError(_("These are not items of this checklist."))
    values = {"text": text, "ticks": None if ticks is None else sorted(set(ticks))}
    note, _created = LearnerNote.objects.update_or_create(
        user=user,
        activity=activity,
        block_id=block_id,
        defaults={name: value for name, value in values.items() if value is not None},
    )
    return note
