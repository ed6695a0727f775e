"""When a module or a path is complete: the one place that decides, records and tells."""

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.utils import timezone

from courses.enums import ActivityKind, SuccessStatus, Verb
from courses.models import Activity, Enrollment, PathStep, Progress
from courses.selectors.records import audience_of, missing_for, passed_and_gone, required_children, steps_for
from courses.services.events import apply_to_progress, build_event, iso, progress_row
from courses.signals import enrollment_satisfied


@transaction.atomic
def refresh_satisfaction(enrollment: Enrollment) -> Enrollment:
    """Complete this enrolment if its rule is met now, and then the paths it belongs to. Idempotent.

    Sets `satisfied_at` and `frozen_outline`, progress, the SATISFIED event, and sends `enrollment_satisfied`, all in
    one transaction. Satisfied stays satisfied for ever: later changes of the content do not reach it.
    """
    if enrollment.satisfied_at is not None:
        return enrollment
    locked = Enrollment.objects.select_for_update().get(pk=enrollment.pk)
    for name in {"user", "activity"} & enrollment._state.fields_cache.keys():  # known already: not read again
        setattr(locked, name, getattr(enrollment, name))
    refresh_locked(locked)
    for name in ("satisfied_at", "frozen_outline", "due_at", "source"):
        setattr(enrollment, name, getattr(locked, name))
    return locked


def refresh_locked(enrollment: Enrollment) -> None:
    """The same for an enrolment that the caller has locked and read in its transaction."""
    if enrollment.satisfied_at is None and not missing_for(enrollment):
        _satisfy(enrollment)
        if enrollment.activity.kind == ActivityKind.MODULE:
            refresh_paths(enrollment)


def refresh_paths(enrollment: Enrollment) -> None:
    """Re-evaluate the person's running paths that hold this module.

    The path's row is locked before its steps are read: of two modules completed at the same moment the second one
    waits here, and then sees the first.
    """
    paths = Enrollment.objects.select_for_update().filter(
        user=enrollment.user,
        activity__in=PathStep.objects.filter(module=enrollment.activity).values("path"),
        satisfied_at__isnull=True,
    )
    for path in paths.order_by("pk"):
        if not missing_for(path):
            _satisfy(path)


def _satisfy(enrollment: Enrollment) -> None:
    now = timezone.now()
    tested = _tested(enrollment)
    outline = [str(activity.key) for activity in _counted(enrollment)]
    result: dict[str, Any] = {"completion": True}
    if tested:
        result["success"] = True
    event = build_event(
        enrollment.user,
        Verb.SATISFIED,
        enrollment.activity,
        cycle=enrollment.cycle,
        at=now,
        result=result,
        registration=str(enrollment.uuid),
        source=str(enrollment.source),
        due=iso(enrollment.due_at),
        outline=outline,
    )
    apply_to_progress(progress_row(enrollment.user, enrollment.activity, enrollment.cycle), event)
    enrollment.satisfied_at = now
    enrollment.frozen_outline = outline
    enrollment.save(update_fields=["satisfied_at", "frozen_outline"])
    enrollment_satisfied.send(sender=Enrollment, enrollment=enrollment, tested=tested)


def _counted(enrollment: Enrollment) -> list[Activity]:
    audience = audience_of(enrollment.user)
    if enrollment.activity.kind == ActivityKind.PATH:
        return [step.module for step in steps_for(enrollment.activity, audience)]
    return required_children(enrollment.activity, audience) or passed_and_gone(enrollment)


def _tested(enrollment: Enrollment) -> bool:
    """Whether a test was passed on the way: in the module, or in at least one module of the path."""
    return Progress.objects.filter(
        user=enrollment.user,
        activity__in=[activity.pk for activity in _counted(enrollment)],
        activity__kind__in=[ActivityKind.QUIZ, ActivityKind.MODULE],
        success_status=SuccessStatus.PASSED,
    ).exists()


def refresh_each(activity: Activity) -> Iterator[bool]:
    """Re-evaluate running enrolments after the content changed; yields for each whether it is complete now.

    Removing the last open lesson completes what was running. The learner's next visit to the module notices that by
    itself; this service is for those who do not come back, so that reports and certificates do not wait for a visit.
    Each enrolment is a transaction of its own; ending half-way and running again changes nothing.
    """
    running = Enrollment.objects.filter(activity=activity, satisfied_at__isnull=True)
    for pk in list(running.order_by("pk").values_list("pk", flat=True)):
        enrollment = Enrollment.objects.select_related("user__function", "activity").get(pk=pk)
        yield refresh_satisfaction(enrollment).satisfied_at is not None
