"""Opening, completing, passing: what a learner does inside a module."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.enums import ActivityKind, CompletionStatus, EnrollmentSource, Verb
from courses.models import Activity, Enrollment, LearningEvent, PathStep, Progress
from courses.selectors.outlines import may_open
from courses.selectors.records import current_enrollment
from courses.services.enrolling import enroll, lock_enrollment
from courses.services.events import apply_to_progress, build_event, progress_row
from courses.services.satisfaction import refresh_satisfaction
from enablement.core.errors import DomainError
from people.models import User

# A bookmark that is a minute old is young enough: reading on costs no write per page view.
BOOKMARK_AGE = timedelta(minutes=1)


def _module_of(activity: Activity) -> Activity:
    """The module or path whose enrolment counts for this activity. Raises ValueError for an orphan."""
    if activity.kind in {ActivityKind.MODULE, ActivityKind.PATH}:
        return activity
    if activity.parent is None:
        raise ValueError(f"{activity.kind} {activity.key} belongs to no module")
    return activity.parent


def refuse_if_closed(user: User, activity: Activity) -> None:
    """Raise DomainError when the activity is not live or its module is still locked for this person."""
    module = _module_of(activity)
    if not (activity.is_live and module.is_live):
        raise DomainError(_("This is not available at the moment. Your records are kept."), code="not_live")
    lock = may_open(user, activity=module)
    if lock is not None:
        raise DomainError(lock.message, code="locked")


@transaction.atomic
def open_activity(user: User, *, activity: Activity) -> Progress | None:
    """Set the bookmark on an activity, and record its first opening. None when the person is not enrolled.

    Reading without an enrolment is allowed and recorded nowhere. Raises DomainError for what is locked or not live.
    """
    refuse_if_closed(user, activity)
    module = _module_of(activity)
    enrollment = lock_enrollment(user, module)
    if enrollment is None:
        return None
    now = timezone.now()
    progress = _initialized(enrollment, activity)
    if module.pk != activity.pk:
        parent = _initialized(enrollment, module)
        _bookmark(parent, activity.key)
        _start_paths(enrollment)
    if progress.opened_at is None or now - progress.opened_at > BOOKMARK_AGE:
        progress.opened_at = now
        progress.save(update_fields=["opened_at"])
    refresh_satisfaction(enrollment)
    return progress


def _bookmark(progress: Progress, key: UUID) -> None:
    now = timezone.now()
    if progress.position != key or progress.opened_at is None or now - progress.opened_at > BOOKMARK_AGE:
        progress.position, progress.opened_at = key, now
        progress.save(update_fields=["position", "opened_at"])


def _initialized(enrollment: Enrollment, activity: Activity) -> Progress:
    """The progress row; at the first time with its INITIALIZED event."""
    progress = progress_row(enrollment.user, activity, enrollment.cycle)
    if progress.started_at is None:
        event = build_event(
            enrollment.user,
            Verb.INITIALIZED,
            activity,
            cycle=enrollment.cycle,
            at=timezone.now(),
            registration=str(enrollment.uuid),
            parent=str(activity.parent.key) if activity.parent else None,
        )
        apply_to_progress(progress, event)
    return progress


def _start_paths(enrollment: Enrollment) -> None:
    """A path is started by the first lesson opened in one of its modules."""
    paths = Enrollment.objects.filter(
        user=enrollment.user,
        activity__in=PathStep.objects.filter(module=enrollment.activity).values("path"),
        satisfied_at__isnull=True,
    ).exclude(activity__in=Progress.objects.filter(user=enrollment.user, started_at__isnull=False).values("activity"))
    for path in paths.select_for_update().order_by("pk"):
        _initialized(path, path.activity)


@transaction.atomic
def complete_lesson(user: User, *, lesson: Activity) -> Progress:
    """Complete a lesson, then its module and paths if that was the last thing. Enrols who is not. Idempotent."""
    if lesson.kind != ActivityKind.LESSON:
        raise ValueError("only lessons are completed by hand")
    refuse_if_closed(user, lesson)
    module = _module_of(lesson)
    enrollment = lock_enrollment(user, module) or enroll(user, activity=module, source=EnrollmentSource.SELF)
    progress = _initialized(enrollment, lesson)
    _initialized(enrollment, module)
    _start_paths(enrollment)
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
        apply_to_progress(progress, event)
    refresh_satisfaction(enrollment)
    return progress


@transaction.atomic
def record_quiz_outcome(
    user: User, *, quiz: Activity, cycle: int, passed: bool, score_scaled: Decimal, attempt: UUID
) -> Progress:
    """Record the outcome of an attempt: the best score counts, a pass is never taken back. Idempotent by `attempt`.

    `score_scaled` is between 0 and 1. Called by the assessments room inside its own transaction; it neither asks for
    locks nor for live pages, because a started attempt counts whatever was changed meanwhile.
    """
    module = _module_of(quiz)
    enrollment = lock_enrollment(user, module)
    if enrollment is None or enrollment.cycle != cycle:
        enrollment = Enrollment.objects.select_for_update().filter(user=user, activity=module, cycle=cycle).first()
    if enrollment is None:
        raise ValueError(f"attempt {attempt} belongs to no enrolment")
    progress = _initialized(enrollment, quiz)
    _initialized(enrollment, module)
    known = LearningEvent.objects.filter(
        actor=user, activity=quiz, cycle=cycle, verb__in=[Verb.PASSED, Verb.FAILED], context__attempt=str(attempt)
    )
    if not known.exists():
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
        )
        apply_to_progress(progress, event)
    refresh_satisfaction(enrollment)
    return progress


@transaction.atomic
def correct_quiz_outcome(
    user: User, *, quiz: Activity, cycle: int, passed: bool, score_scaled: Decimal, attempt: UUID, change: int
) -> None:
    """Record a test's outcome after an attempt was graded again. Idempotent by `change`, the grade change's key.

    `passed` and `score_scaled` (0 to 1) are those of the test over all attempts of the cycle; unlike those of
    `record_quiz_outcome` they replace what stood there. A completed enrolment stays completed.
    """
    module = _module_of(quiz)
    enrollment = Enrollment.objects.select_for_update().filter(user=user, activity=module, cycle=cycle).first()
    if enrollment is None:
        raise ValueError(f"attempt {attempt} belongs to no enrolment")
    progress = _initialized(enrollment, quiz)
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
        apply_to_progress(progress, event)
    refresh_satisfaction(enrollment)


__all__ = [
    "complete_lesson",
    "correct_quiz_outcome",
    "current_enrollment",
    "open_activity",
    "record_quiz_outcome",
    "refuse_if_closed",
]
