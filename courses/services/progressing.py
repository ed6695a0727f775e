"""Opening, completing, passing: what a learner does inside a module."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.enums import ActivityKind, CompletionStatus, EnrollmentSource, SuccessStatus, Verb
from courses.models import Activity, Enrollment, LearningEvent, PathStep, Progress
from courses.replay import ProgressState
from courses.selectors.outlines import may_open
from courses.selectors.records import audience_of, keeps_open
from courses.services.enrolling import enroll, lock_enrollment
from courses.services.events import build_event, derive, progress_rows
from courses.services.satisfaction import refresh_locked
from enablement.core.errors import DomainError
from enablement.core.prepared import Prepared
from people.models import User

# A bookmark that is a minute old is young enough: reading on costs no write per page view.
BOOKMARK_AGE = timedelta(minutes=1)
_STORED = [*(each.name for each in fields(ProgressState)), "position", "opened_at"]


def _module_of(activity: Activity) -> Activity:
    """The module or path whose enrolment counts for this activity. Raises ValueError for an orphan."""
    if activity.kind in {ActivityKind.MODULE, ActivityKind.PATH}:
        return activity
    if activity.parent is None:
        raise ValueError(f"{activity.kind} {activity.key} belongs to no module")
    return activity.parent


def refuse_if_not_live(activity: Activity) -> None:
    """Raise DomainError when the activity or its module is not live. No query."""
    if not (activity.is_live and _module_of(activity).is_live):
        raise DomainError(_("This is not available at the moment. Your records are kept."), code="not_live")


def refuse_if_closed(user: User, activity: Activity) -> None:
    """Raise DomainError when the activity is not live or its module is still locked for this person."""
    refuse_if_not_live(activity)
    lock = may_open(user, activity=_module_of(activity))
    if lock is not None:
        raise DomainError(lock.message, code="locked")


@transaction.atomic
def open_activity(user: User, *, activity: Activity) -> Progress | None:
    """Set the bookmark on an activity, and record its first opening. None when the person is not enrolled.

    Reading without an enrolment is allowed and recorded nowhere. Raises DomainError for what is locked or not live.
    """
    refuse_if_closed(user, activity)
    enrollment = lock_enrollment(user, _module_of(activity))
    return None if enrollment is None else record_opening(enrollment, activity=activity)


def record_opening(enrollment: Enrollment, *, activity: Activity) -> Progress:
    """What `open_activity` records, for a caller who has checked the activity's gates and holds the enrolment's lock.

    `enrollment` knows its user and activity. Four queries at the first time.
    """
    user, module, now = enrollment.user, enrollment.activity, timezone.now()
    is_inside = module.pk != activity.pk
    rows = progress_rows(user, [activity, module] if is_inside else [activity], enrollment.cycle)
    progress = rows[0]
    events = _begun(enrollment, rows)
    moved = [row for row in rows if _bookmark(row, now, activity.key if row is not progress else row.position)]
    _record(rows, events, moved)
    if is_inside:
        _start_paths(enrollment)
    if not (is_inside and keeps_open(module, activity, progress, audience_of(user))):
        refresh_locked(enrollment)
    return progress


def _bookmark(progress: Progress, now: datetime, position: UUID | None) -> bool:
    """Set the bookmark in memory: what was last opened inside, and when. Whether it must be saved."""
    is_young = progress.opened_at is not None and now - progress.opened_at <= BOOKMARK_AGE
    if is_young and progress.position == position:
        return False
    progress.position, progress.opened_at = position, now
    return True


def _begun(enrollment: Enrollment, rows: Iterable[Progress]) -> list[LearningEvent]:
    """The INITIALIZED events of those that begin now, folded into their rows. Nothing is saved: `_record` does."""
    events = []
    for row in rows:
        if row.started_at is None:
            activity = row.activity
            event = build_event(
                enrollment.user,
                Verb.INITIALIZED,
                activity,
                cycle=enrollment.cycle,
                at=timezone.now(),
                registration=str(enrollment.uuid),
                parent=str(activity.parent.key) if activity.parent else None,
            )
            derive(row, event)
            events.append(event)
    return events


def _record(rows: Sequence[Progress], events: Sequence[LearningEvent], moved: Sequence[Progress] = ()) -> None:
    """Save the events, what they made of the rows, and moved bookmarks. Two queries when all is new."""
    LearningEvent.objects.bulk_create(events)
    told = {event.activity_id for event in events}
    fresh = [row for row in rows if row._state.adding]
    for row in rows:
        if not row._state.adding and (row.activity_id in told or row in moved):
            row.save(update_fields=_STORED)
    Progress.objects.bulk_create(fresh)


_paths_to_start = Prepared(
    lambda user, module: (
        Enrollment.objects.filter(
            user=user, activity__in=PathStep.objects.filter(module=module).values("path"), satisfied_at__isnull=True
        )
        .exclude(activity__in=Progress.objects.filter(user=user, started_at__isnull=False).values("activity"))
        .select_related("activity")
        .select_for_update(of=("self",))
        .order_by("pk")
    ),
    user=models.BigIntegerField(),
    module=models.BigIntegerField(),
)


def _start_paths(enrollment: Enrollment) -> None:
    """A path is started by the first lesson opened in one of its modules."""
    for path in _paths_to_start.rows(user=enrollment.user_id, module=enrollment.activity_id):
        path.user = enrollment.user
        rows = progress_rows(path.user, [path.activity], path.cycle)
        _record(rows, _begun(path, rows))


@transaction.atomic
def complete_lesson(user: User, *, lesson: Activity) -> Progress:
    """Complete a lesson, then its module and paths if that was the last thing. Enrols who is not. Idempotent."""
    if lesson.kind != ActivityKind.LESSON:
        raise ValueError("only lessons are completed by hand")
    refuse_if_closed(user, lesson)
    module = _module_of(lesson)
    enrollment = lock_enrollment(user, module) or enroll(user, activity=module, source=EnrollmentSource.SELF)
    rows = progress_rows(user, [lesson, module], enrollment.cycle)
    progress = rows[0]
    events = _begun(enrollment, rows)
    if progress.completion_status != CompletionStatus.COMPLETED:
        event = build_event(
            user,
            Verb.COMPLETED,
            lesson,
            cycle=enrollment.cycle,
            at=timezone.now(),
            result={"completion": True},
            registration=str(enrollment.uuid),
            parent=str(module.key),
        )
        derive(progress, event)
        events.append(event)
    _record(rows, events)
    _start_paths(enrollment)
    refresh_locked(enrollment)
    return progress


@dataclass(frozen=True)
class Counted:
    """What holds for a test after several attempts, where that is not the best of them. `score_scaled`: 0 to 1.

    `method` is told in the event for whoever reads it; the room that gives it knows what it means.
    """

    method: str
    passed: bool
    score_scaled: Decimal


def _stands(progress: Progress, enrollment: Enrollment) -> bool:
    """Whether the test's pass stands whatever comes: a completed enrolment does not change."""
    return enrollment.satisfied_at is not None and progress.success_status == SuccessStatus.PASSED


@transaction.atomic(savepoint=False)
def record_quiz_outcome(
    user: User,
    *,
    quiz: Activity,
    cycle: int,
    passed: bool,
    score_scaled: Decimal,
    attempt: UUID,
    enrollment: Enrollment | None = None,
    counts: Counted | None = None,
) -> Progress:
    """Record the outcome of an attempt: the best score counts, a pass is never taken back. Idempotent by `attempt`.

    `counts` replaces that, whatever the attempt's own outcome; only a pass in a completed module stands against it.

    `score_scaled` is between 0 and 1. Called by the assessments room inside its own transaction; it neither asks for
    locks nor for live pages, because a started attempt counts whatever was changed meanwhile. `enrollment` is the one
    of the module in that cycle if the caller has locked it already.
    """
    module = _module_of(quiz)
    if enrollment is None:
        rows_of_person = Enrollment.objects.select_for_update().filter(user=user, activity=module, cycle=cycle)
        enrollment = rows_of_person.first()
    if enrollment is None:
        raise ValueError(f"attempt {attempt} belongs to no enrolment")
    enrollment.user, enrollment.activity = user, module
    rows = progress_rows(user, [quiz, module], cycle)
    progress = rows[0]
    events = _begun(enrollment, rows)
    if progress.success_status == SuccessStatus.UNKNOWN or not _is_known(progress, attempt):
        event = build_event(
            user,
            Verb.PASSED if passed else Verb.FAILED,
            quiz,
            cycle=cycle,
            at=timezone.now(),
            result={"completion": True, "success": passed, "score": {"scaled": float(round(score_scaled, 4))}},
            registration=str(enrollment.uuid),
            parent=str(module.key),
            attempt=str(attempt),
            counts=counts
            and {
                "method": counts.method,
                "success": counts.passed or _stands(progress, enrollment),
                "scaled": float(round(counts.score_scaled, 4)),
            },
        )
        derive(progress, event)
        events.append(event)
    _record(rows, events)
    if not keeps_open(module, quiz, progress, audience_of(user)):
        refresh_locked(enrollment)
    return progress


def _is_known(progress: Progress, attempt: UUID) -> bool:
    """Whether this attempt's outcome is recorded. Not asked before any is: each outcome sets the success status."""
    outcomes = LearningEvent.objects.filter(
        actor=progress.user_id, activity=progress.activity_id, cycle=progress.cycle, verb__in=[Verb.PASSED, Verb.FAILED]
    )
    return outcomes.filter(context__attempt=str(attempt)).exists()


@transaction.atomic
def correct_quiz_outcome(
    user: User,
    *,
    quiz: Activity,
    cycle: int,
    passed: bool,
    score_scaled: Decimal,
    attempt: UUID,
    change: int,
    keep_pass: bool = False,
) -> None:
    """Record a test's outcome after an attempt was graded again. Idempotent by `change`, the grade change's key.

    `passed` and `score_scaled` (0 to 1) are those of the test over all attempts of the cycle; unlike those of
    `record_quiz_outcome` they replace what stood there; a pass stands with `keep_pass`, and where it completed the
    module. A completed enrolment stays completed.
    """
    module = _module_of(quiz)
    enrollment = Enrollment.objects.select_for_update().filter(user=user, activity=module, cycle=cycle).first()
    if enrollment is None:
        raise ValueError(f"attempt {attempt} belongs to no enrolment")
    enrollment.user, enrollment.activity = user, module
    rows = progress_rows(user, [quiz, module], cycle)
    events = _begun(enrollment, rows)
    passed = passed or (keep_pass and rows[0].success_status == SuccessStatus.PASSED) or _stands(rows[0], enrollment)
    own = LearningEvent.objects.filter(actor=user, activity=quiz, cycle=cycle, context__change=change)
    if not own.exists():
        event = build_event(
            user,
            Verb.PASSED if passed else Verb.FAILED,
            quiz,
            cycle=cycle,
            at=timezone.now(),
            result={"completion": True, "success": passed, "score": {"scaled": float(round(score_scaled, 4))}},
            registration=str(enrollment.uuid),
            parent=str(module.key),
            attempt=str(attempt),
            change=change,
        )
        derive(rows[0], event)
        events.append(event)
    _record(rows, events)
    refresh_locked(enrollment)
