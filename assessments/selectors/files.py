"""Who may have a file that is an answer."""

from uuid import UUID

from django.db.models import QuerySet

from assessments.models import AnswerFile, MarkingTask
from people.models import User


def own_file(user: User, uuid: UUID) -> AnswerFile:
    """A file that the person handed in. Raises AnswerFile.DoesNotExist, for a missing one and another's alike."""
    return _kept().get(uuid=uuid, attempt_item__attempt__user=user)


def file_to_mark(task: MarkingTask) -> AnswerFile:
    """The file of an answer that people mark. Raises AnswerFile.DoesNotExist."""
    return _kept().get(attempt_item=task.attempt_item_id)


def _kept() -> QuerySet[AnswerFile]:
    return AnswerFile.objects.filter(attached=True, discarded_at=None)
