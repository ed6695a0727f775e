"""Marking by hand: claiming an answer by lease, giving marks, and what they make of the attempt."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.enums import AttemptState, GradeSource, MarkingState
from assessments.kinds import ParseError
from assessments.kinds.base import SCORE_STEP
from assessments.models import Attempt, AttemptItem, Mark, MarkingTask
from assessments.selectors.marking import by_hand, marking_tasks, waiting_for
from assessments.services.changing import change_grade
from assessments.services.submitting import lock_attempt, lock_enrollment
from courses.models import Enrollment
from enablement.core.errors import DomainError
from people.models import User
from people.roles import may_mark
from people.services import log_access

LEASE = timedelta(minutes=30)
MAX_COMMENT = 4000


def claim_task(marker: User, *, quiz: int | None = None, task: UUID | None = None) -> MarkingTask | None:
    """Take the oldest answer that waits (of one test, or this very one); None: there is none for this person.

    One conditional UPDATE decides between two markers. Claiming again renews the lease. Raises DomainError `forbidden`
    for whoever may not mark.
    """
    _refuse_others(marker)
    rows = waiting_for(marker)
    if quiz is not None:
        rows = rows.filter(activity=quiz)
    if task is not None:
        rows = rows.filter(uuid=task)
    now = timezone.now()
    for pk in list(rows.values_list("pk", flat=True)[:50]):
        free = Q(claimed_by=None) | Q(claimed_by=marker) | Q(lease_until__lt=now)
        taken = MarkingTask.objects.filter(free, pk=pk).exclude(state=MarkingState.DONE)
        if taken.update(claimed_by=marker, lease_until=now + LEASE):
            _note(marker, pk)
            return MarkingTask.objects.select_related("activity").get(pk=pk)
    return None


def _note(marker: User, pk: int) -> None:
    """Whose answer it was is in the access log, also when the marker saw no name."""
    row = MarkingTask.objects.select_related("attempt_item__attempt__user").get(pk=pk)
    log_access(marker, subjects=[row.attempt_item.attempt.user], action="mark", detail=f"answer {row.uuid}")


def release_task(marker: User, *, task: UUID) -> None:
    """Give an answer back unmarked; nothing happens when it is held by somebody else."""
    MarkingTask.objects.filter(uuid=task, claimed_by=marker).update(claimed_by=None, lease_until=None)


def assign_task(actor: User, *, task: UUID, marker: User | None) -> MarkingTask:
    """Say who is to mark an answer; None: everybody may. Raises DomainError `forbidden` and `own_answer`."""
    _refuse_others(actor)
    found = MarkingTask.objects.select_related("attempt_item__attempt").get(uuid=task)
    if marker is not None:
        _refuse_others(marker)
        if found.attempt_item.attempt.user_id == marker.pk:
            raise DomainError(_("Nobody marks an answer of their own."), code="own_answer")
    found.assigned_to = marker
    found.save(update_fields=["assigned_to"])
    return found


def _refuse_others(marker: User) -> None:
    if not may_mark(marker):
        raise DomainError(_("You may not mark answers."), code="forbidden")


@transaction.atomic
def give_mark(
    marker: User, *, task: UUID, levels: Mapping[str, Any], comment: str = "", reason: str = ""
) -> MarkingTask:
    """Give marks: a level id for each criterion id, and words for the learner.

    With one marker wanted the mark decides. With two it stays hidden until the second is given: equal scores decide,
    different ones wait for a third look (`DIFFERS`), which decides. On a finished answer it is a correction and needs a
    reason. Sent twice unchanged, it changes nothing.

    Raises DomainError `forbidden`, `incomplete` (a criterion without a level), `taken` (somebody else holds it),
    `marked_before` (the second mark must be another person's), `reason_missing`; MarkingTask.DoesNotExist for a missing
    one and for the own answer alike.
    """
    _refuse_others(marker)
    found = marking_tasks(marker).select_related("attempt_item__attempt__activity__parent").get(uuid=task)
    # Lock order: enrolment, attempt, then the answer.
    enrollment = lock_enrollment(found.attempt_item.attempt)
    attempt = lock_attempt(found.attempt_item.attempt)
    row = MarkingTask.objects.select_for_update().get(pk=found.pk)
    item = AttemptItem.objects.select_related("item_version").get(pk=row.attempt_item_id)
    try:
        score = by_hand(item).awarded(item.content, levels)
    except ParseError as error:
        raise DomainError(
            _("Choose a level for every criterion. What you have entered is still in the form."), code="incomplete"
        ) from error
    mark = Mark(
        task=row,
        marker=marker,
        levels={criterion["id"]: levels[criterion["id"]] for criterion in item.content["rubric"]},
        score=score,
        comment=comment.strip()[:MAX_COMMENT],
    )
    if row.state == MarkingState.DONE:
        return _correct(row, mark, attempt, enrollment, reason.strip())
    _refuse_taken(row, marker)
    if row.state == MarkingState.DIFFERS:
        mark.final = True
        mark.save()
        return _decide(row, marker, attempt, enrollment)
    given = list(row.marks.filter(final=False))
    if any(one.marker_id == marker.pk for one in given):
        raise DomainError(
            _("You have marked this answer. The second mark comes from somebody else."), code="marked_before"
        )
    mark.final = row.markers_wanted == 1
    mark.save()
    if mark.final:
        return _decide(row, marker, attempt, enrollment)
    if not given:
        return _wait_for(row, MarkingState.WAITING)
    if given[0].score != score:
        return _wait_for(row, MarkingState.DIFFERS)
    Mark.objects.create(
        task=row,
        marker=marker,
        levels=mark.levels,
        score=_mean([given[0].score, score]),
        comment="\n\n".join(filter(None, [given[0].comment, mark.comment])),
        final=True,
    )
    return _decide(row, marker, attempt, enrollment)


def _mean(scores: list[Decimal]) -> Decimal:
    return (sum(scores, Decimal(0)) / len(scores)).quantize(SCORE_STEP, ROUND_HALF_UP)


def _refuse_taken(row: MarkingTask, marker: User) -> None:
    held = row.claimed_by_id not in {None, marker.pk} and row.lease_until and row.lease_until > timezone.now()
    if held or (row.assigned_to_id not in {None, marker.pk}):
        raise DomainError(
            _("Somebody else is marking this answer now. Your marks were not kept, so that it is marked once."),
            code="taken",
        )


def _wait_for(row: MarkingTask, state: MarkingState) -> MarkingTask:
    row.state, row.claimed_by, row.lease_until, row.assigned_to = state, None, None, None
    row.save(update_fields=["state", "claimed_by", "lease_until", "assigned_to"])
    return row


def _decide(row: MarkingTask, marker: User, attempt: Attempt, enrollment: Enrollment | None) -> MarkingTask:
    """The answer is marked; with the last one of an attempt its grade is known."""
    row.state, row.done_at, row.claimed_by, row.lease_until = MarkingState.DONE, timezone.now(), None, None
    row.save(update_fields=["state", "done_at", "claimed_by", "lease_until"])
    if attempt.state == AttemptState.MARKING:
        change_grade(attempt, enrollment, source=GradeSource.MARKED, actor=marker)
    return row


def _correct(row: MarkingTask, mark: Mark, attempt: Attempt, enrollment: Enrollment | None, reason: str) -> MarkingTask:
    last = row.marks.filter(final=True).order_by("created_at", "pk").last()
    if last is not None and (last.levels, last.comment) == (mark.levels, mark.comment):
        return row  # a double click, or nothing was changed
    if not reason:
        raise DomainError(
            _("This answer was marked before. Say why the marks change; the reason is kept."), code="reason_missing"
        )
    mark.final = True
    mark.save()
    change_grade(attempt, enrollment, source=GradeSource.CORRECTED, actor=mark.marker, reason=reason)
    return row
