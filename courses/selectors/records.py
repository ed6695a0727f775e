"""Enrolments and progress, and the one rule of completion that all screens and reports share."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from courses.enums import ActivityKind, Audience, CompletionStatus, MoveOn, SuccessStatus
from courses.models import Activity, Enrollment, PathStep, Progress
from enablement.core.prepared import Prepared, Several
from people.models import User

DUE_SOON = timedelta(days=7)


def audience_of(user: User) -> frozenset[str]:
    """The audiences whose lessons and steps this person must do: both, and the one of the person's function."""
    return frozenset({str(Audience.BOTH), user.function.slug} if user.function else {str(Audience.BOTH)})


# A test that was live and is withdrawn for a while. Deleted ones are no longer required (see `retire_activity`).
PAUSED_TEST = Q(kind=ActivityKind.QUIZ, is_live=False, required=True, first_live_at__isnull=False)

_by_key = Prepared(lambda key: Activity.objects.select_related("parent").filter(key=key), key=models.UUIDField())
_current = Prepared(
    lambda user, activity: Enrollment.objects.filter(user=user, activity=activity).order_by("-cycle")[:1],
    user=models.BigIntegerField(),
    activity=models.BigIntegerField(),
)
_in_cycle = Prepared(
    lambda user, activities, cycle: Progress.objects.filter(user=user, activity__in=activities, cycle=cycle),
    user=models.BigIntegerField(),
    activities=Several(models.BigIntegerField()),
    cycle=models.IntegerField(),
)
_in_all_cycles = Prepared(
    lambda user, activities: Progress.objects.filter(user=user, activity__in=activities).order_by("cycle"),
    user=models.BigIntegerField(),
    activities=Several(models.BigIntegerField()),
)
_children = Prepared(
    lambda modules: Activity.objects.filter(Q(is_live=True) | PAUSED_TEST, parent__in=modules).order_by(
        "position", "pk"
    ),
    modules=Several(models.BigIntegerField()),
)


def activity_by_key(key: UUID) -> Activity | None:
    """The activity with its module. One query."""
    return _by_key.first(key=key)


def current_enrollment(user: User, activity: Activity) -> Enrollment | None:
    """The enrolment of the highest cycle, or None."""
    return _current.first(user=user.pk, activity=activity.pk)


def progress_map(user: User, activities: Iterable[Activity], *, cycle: int | None = None) -> dict[int, Progress]:
    """Activity id → progress in this cycle, or in the highest cycle that has one. One query."""
    if cycle is None:
        rows = progress_in_all_cycles(user, activities)
    else:
        rows = _in_cycle.rows(user=user.pk, activities=[activity.pk for activity in activities], cycle=cycle)
    return {row.activity_id: row for row in rows}


def progress_in_all_cycles(user: User, activities: Iterable[Activity]) -> list[Progress]:
    """The progress of every cycle, the oldest first. One query."""
    return _in_all_cycles.rows(user=user.pk, activities=[activity.pk for activity in activities])


def children_of(modules: Iterable[int]) -> list[Activity]:
    """Lessons and tests of the modules with these ids, in order: what is live, and tests that are paused. One query."""
    return _children.rows(modules=modules)


def enrollment_state(enrollment: Enrollment | None, progress: Progress | None, now: datetime) -> str:
    """One word of the state vocabulary (`ui.STATES`) for an enrolment. Done beats late, late beats started."""
    if enrollment is None:
        return "not_assigned"
    if enrollment.satisfied_at is not None:
        return "completed"
    if enrollment.due_at is not None and enrollment.due_at < now:
        return "overdue"
    if enrollment.due_at is not None and enrollment.due_at - now <= DUE_SOON:
        return "due_soon"
    return "in_progress" if progress is not None and progress.started_at is not None else "not_started"


def is_done(activity: Activity, progress: Progress | None) -> bool:
    """Whether a lesson is completed, a test passed, a module or path satisfied."""
    if progress is None:
        return False
    if activity.kind == ActivityKind.QUIZ:
        return progress.success_status == SuccessStatus.PASSED
    return progress.completion_status == CompletionStatus.COMPLETED


def is_required(activity: Activity, audience: frozenset[str]) -> bool:
    """Whether a lesson or test of a module is required of somebody with these audiences."""
    return activity.is_live and activity.required and activity.audience in audience


def required_children(module: Activity, audience: frozenset[str]) -> list[Activity]:
    """The live lessons and tests of a module that count for these audiences, in order."""
    children = module.children.filter(is_live=True, required=True, audience__in=audience)
    return list(children.order_by("position", "pk"))


def passed_and_gone(enrollment: Enrollment) -> list[Activity]:
    """Tests that the person has passed in a module of which nothing is left, not even to come back. One query."""
    passed = Progress.objects.filter(
        user=enrollment.user_id, cycle=enrollment.cycle, success_status=SuccessStatus.PASSED, activity=OuterRef("pk")
    )
    left = Activity.objects.filter(parent=enrollment.activity_id, required=True)  # what is deleted is not required
    gone = Activity.objects.filter(Exists(passed), ~Exists(left), parent=enrollment.activity_id, is_live=False)
    return list(gone.filter(kind=ActivityKind.QUIZ).order_by("position", "pk"))


def is_paused_test(activity: Activity) -> bool:
    """The same in memory as `PAUSED_TEST` in the database."""
    was_live = not activity.is_live and activity.first_live_at is not None
    return activity.kind == ActivityKind.QUIZ and activity.required and was_live


@dataclass(frozen=True)
class Missing:
    """One reason why a module or path is not complete yet. `activity` is what to do, or None."""

    reason: str
    activity: Activity | None = None

    @property
    def message(self) -> str:
        title = self.activity.title if self.activity else ""
        return {
            "lesson": _("Finish the lesson “%(title)s”."),
            "test": _("Pass the test “%(title)s”."),
            "module": _("Complete the module “%(title)s”."),
            "coming_soon": _("The module “%(title)s” is coming soon. We count it as soon as it is there."),
            "any_lesson": _("Finish one lesson of your choice."),
            "start": _("Open the first lesson."),
            "empty": _("There is no lesson in here yet. It is coming soon."),
            "paused_test": _("The test “%(title)s” is being revised. It counts as soon as it is back."),
        }[self.reason] % {"title": title}


def missing_for(enrollment: Enrollment) -> list[Missing]:
    """What still stands between this enrolment and its completion; empty when it is satisfied or could be.

    Module: what `move_on` asks of the required lessons and tests. Path: every step of the person's audience. Whoever
    was in the middle of a test when everything in its module was deleted, and passes, has done all that can be done.
    """
    if enrollment.satisfied_at is not None:
        return []
    audience = audience_of(enrollment.user)
    if enrollment.activity.kind == ActivityKind.PATH:
        return _missing_on_path(enrollment, audience)
    children = children_of([enrollment.activity_id])
    if not children and passed_and_gone(enrollment):
        return []
    progress = progress_map(enrollment.user, [*children, enrollment.activity], cycle=enrollment.cycle)
    return missing_in_module(enrollment.activity, children, progress, audience)


def keeps_open(module: Activity, activity: Activity, progress: Progress, audience: frozenset[str]) -> bool:
    """Whether this lesson or test alone keeps its module incomplete, so that the others need not be read. No query."""
    if not is_required(activity, audience) or is_done(activity, progress):
        return False
    return module.move_on == MoveOn.BOTH or (module.move_on == MoveOn.PASSED and activity.kind == ActivityKind.QUIZ)


def missing_in_module(
    module: Activity, children: Sequence[Activity], progress: dict[int, Progress], audience: frozenset[str]
) -> list[Missing]:
    """The rule of completion of a module over its live children and its paused tests, without a query.

    A test that is withdrawn for revision must not turn those who wait for it into people who completed without one.
    """
    if module.move_on == MoveOn.NONE:
        started = any(row.started_at for row in progress.values())
        return [] if started else [Missing("start")]
    if not children:
        return [Missing("empty")]
    if module.move_on in {MoveOn.BOTH, MoveOn.PASSED} and (paused := [each for each in children if not each.is_live]):
        return [Missing("paused_test", each) for each in paused]
    required = [child for child in children if is_required(child, audience)]
    lessons = [child for child in required if child.kind == ActivityKind.LESSON]
    tests = [child for child in required if child.kind == ActivityKind.QUIZ]
    open_lessons = [Missing("lesson", each) for each in lessons if not is_done(each, progress.get(each.pk))]
    open_tests = [Missing("test", each) for each in tests if not is_done(each, progress.get(each.pk))]
    if not required:
        # Nothing in here is required of this person's function, but a path may still count the module.
        done = any(is_done(child, progress.get(child.pk)) for child in children)
        return [] if done else [Missing("any_lesson")]
    both = [*open_lessons, *open_tests]
    either = [] if not open_tests or (lessons and not open_lessons) else both
    rule = MoveOn(module.move_on) if tests else MoveOn.COMPLETED
    return {MoveOn.COMPLETED: open_lessons, MoveOn.PASSED: open_tests, MoveOn.EITHER: either}.get(rule, both)


def steps_for(path: Activity, audience: frozenset[str]) -> list[PathStep]:
    """The steps of a path that count for these audiences, in order, with their modules."""
    steps = PathStep.objects.filter(path=path, audience__in=audience).select_related("module")
    return list(steps.order_by("position"))


def _missing_on_path(enrollment: Enrollment, audience: frozenset[str]) -> list[Missing]:
    satisfied = Enrollment.objects.filter(user=enrollment.user, activity=OuterRef("module"), satisfied_at__isnull=False)
    steps = (
        PathStep.objects.filter(path=enrollment.activity, audience__in=audience)
        .annotate(satisfied=Exists(satisfied))
        .select_related("module")
        .order_by("position")
    )
    missing = [
        Missing("module" if step.module.is_live else "coming_soon", step.module) for step in steps if not step.satisfied
    ]
    return missing if steps else [Missing("empty")]
