"""Enrolling and assigning."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.enums import ActivityKind, EnrollmentSource
from courses.models import Activity, Enrollment, LearningEvent, PathStep
from courses.selectors.records import audience_of, steps_for
from courses.services.events import registered, rescheduled
from courses.services.satisfaction import refresh_satisfaction
from enablement.core.errors import DomainError
from enablement.core.prepared import Prepared
from people.models import User

BATCH = 500
Change = tuple[Enrollment, datetime | None, User | None]  # row, new due date, who assigned it


_current_locked = Prepared(
    lambda user, activity: (
        Enrollment.objects.select_for_update().filter(user=user, activity=activity).order_by("-cycle")[:1]
    ),
    user=models.BigIntegerField(),
    activity=models.BigIntegerField(),
)


def lock_enrollment(user: User, activity: Activity) -> Enrollment | None:
    """The current enrolment, locked until the transaction ends; it knows its user and activity without a query."""
    enrollment = _current_locked.first(user=user.pk, activity=activity.pk)
    if enrollment is not None:
        enrollment.user, enrollment.activity = user, activity
    return enrollment


def _check_enrollable(activity: Activity) -> None:
    if activity.kind not in {ActivityKind.MODULE, ActivityKind.PATH}:
        raise ValueError("people enrol in paths and modules only")
    if not activity.is_live:
        raise DomainError(_("This is not available at the moment. Your records are kept."), code="not_live")


@transaction.atomic
def enroll(
    user: User,
    *,
    activity: Activity,
    source: EnrollmentSource | str,
    due_at: datetime | None = None,
    assigned_by: User | None = None,
) -> Enrollment:
    """Enrol a person in a path or module, or return the enrolment that exists. A path enrols its modules too.

    Locked modules can be enrolled in; it is their lessons that stay closed. Raises DomainError when nothing is live.
    """
    existing = lock_enrollment(user, activity)
    if existing is not None:
        return existing
    _check_enrollable(activity)
    enrollment = Enrollment(
        user=user, activity=activity, source=source, due_at=due_at, assigned_by=assigned_by, enrolled_at=timezone.now()
    )
    try:
        with transaction.atomic():
            enrollment.save(force_insert=True)
    except IntegrityError:
        # Another tab was faster between our look and our insert; its row and its event count.
        return Enrollment.objects.select_for_update().get(user=user, activity=activity, cycle=enrollment.cycle)
    registered(enrollment).save(force_insert=True)
    if activity.kind == ActivityKind.PATH:
        _enroll_in_steps([enrollment])
        refresh_satisfaction(enrollment)
    return enrollment


@transaction.atomic
def follow_path(enrollment: Enrollment) -> Enrollment:
    """Take a running path's newer steps in: enrol in modules that were added or published since. Idempotent."""
    if enrollment.satisfied_at is None:
        _enroll_in_steps([enrollment])
        refresh_satisfaction(enrollment)
    return enrollment


def _enroll_in_steps(paths: list[Enrollment]) -> None:
    """Enrol each path's person in the live modules of their steps; a module inherits an earlier due date.

    Rows are inserted in the order of their module, so that two paths with common modules cannot wait for each other.
    """
    if not paths:
        return
    now = timezone.now()
    steps = list(PathStep.objects.filter(path=paths[0].activity, module__is_live=True).select_related("module"))
    wanted: list[tuple[User, Activity, datetime | None]] = []
    for path in paths:
        audience = audience_of(path.user)
        wanted.extend((path.user, step.module, path.due_at) for step in steps if step.audience in audience)
    wanted.sort(key=lambda each: (each[1].pk, each[0].pk))
    existing = _current({user.pk for user, _module, _due in wanted}, {step.module_id for step in steps})
    fresh = [
        Enrollment(user=user, activity=module, source=EnrollmentSource.PATH, due_at=due, enrolled_at=now)
        for user, module, due in wanted
        if (user.pk, module.pk) not in existing
    ]
    _create(fresh)
    _reschedule(
        [
            (existing[user.pk, module.pk], due, None)
            for user, module, due in wanted
            if (user.pk, module.pk) in existing and _is_earlier(due, existing[user.pk, module.pk])
        ],
        now,
    )


def _is_earlier(due: datetime | None, enrollment: Enrollment) -> bool:
    if due is None or enrollment.satisfied_at is not None:
        return False
    return enrollment.due_at is None or enrollment.due_at > due


def _current(users: Iterable[int], activities: Iterable[int]) -> dict[tuple[int, int], Enrollment]:
    """(user id, activity id) → current enrolment, locked. One query."""
    rows = (
        Enrollment.objects.select_for_update(of=("self",))
        .filter(user__in=list(users), activity__in=list(activities))
        .select_related("user", "activity")
        .order_by("activity_id", "user_id", "cycle")
    )
    return {(row.user_id, row.activity_id): row for row in rows}


def _create(enrollments: list[Enrollment]) -> int:
    """Insert what nobody inserted meanwhile, with its events, and return how many. Three queries."""
    if not enrollments:
        return 0
    Enrollment.objects.bulk_create(enrollments, ignore_conflicts=True)
    # A conflict leaves the other transaction's row and its event; ours are those whose uuid arrived.
    ours = set(Enrollment.objects.filter(uuid__in=[each.uuid for each in enrollments]).values_list("uuid", flat=True))
    LearningEvent.objects.bulk_create(registered(each) for each in enrollments if each.uuid in ours)
    return len(ours)


def _reschedule(changes: list[Change], now: datetime) -> None:
    """Give running, locked enrolments another due date, and an assigner when HR does it. Two queries."""
    for enrollment, due, actor in changes:
        enrollment.due_at = due
        if actor is not None:
            enrollment.source, enrollment.assigned_by = EnrollmentSource.ASSIGNED, actor
    if changes:
        rows = [enrollment for enrollment, _due, _actor in changes]
        Enrollment.objects.bulk_update(rows, ["due_at", "source", "assigned_by"])
        LearningEvent.objects.bulk_create(rescheduled(row, at=now) for row in rows)


@dataclass(frozen=True)
class AssignmentResult:
    """How many people were newly enrolled, got another due date, or had nothing to change."""

    created: int
    changed: int
    unchanged: int


def _batches(users: Iterable[User]) -> Iterator[list[User]]:
    iterator = iter(users)
    while batch := list(islice(iterator, BATCH)):
        yield batch


@transaction.atomic
def assign(actor: User, *, activity: Activity, users: Iterable[User], due_at: datetime | None) -> AssignmentResult:
    """Assign a path or module to people. All or nothing; again with the same date changes nothing.

    Who is enrolled already gets the new due date unless the enrolment is satisfied. A constant number of queries per
    500 people: give `users` with `select_related("function")`. The caller has checked that `actor` may assign to them.
    """
    _check_enrollable(activity)
    created = changed = unchanged = 0
    for batch in _batches(users):
        now = timezone.now()
        existing = _current([user.pk for user in batch], [activity.pk])
        made = _create(
            [
                Enrollment(
                    user=user,
                    activity=activity,
                    source=EnrollmentSource.ASSIGNED,
                    assigned_by=actor,
                    due_at=due_at,
                    enrolled_at=now,
                )
                for user in sorted(batch, key=lambda user: user.pk)
                if (user.pk, activity.pk) not in existing
            ]
        )
        changes: list[Change] = [
            (row, due_at, actor)
            for row in existing.values()
            if row.satisfied_at is None and (row.due_at, row.source) != (due_at, EnrollmentSource.ASSIGNED)
        ]
        _reschedule(changes, now)
        created, changed = created + made, changed + len(changes)
        unchanged += len(batch) - made - len(changes)
        if activity.kind == ActivityKind.PATH:
            _follow_batch(activity, batch)
    return AssignmentResult(created, changed, unchanged)


def _follow_batch(path: Activity, users: list[User]) -> None:
    """Enrol a batch in the path's modules, and complete the paths of those who have done all of them before."""
    by_pk = {user.pk: user for user in users}
    running = list(Enrollment.objects.filter(activity=path, user__in=by_pk, satisfied_at__isnull=True))
    for enrollment in running:
        enrollment.user, enrollment.activity = by_pk[enrollment.user_id], path
    _enroll_in_steps(running)
    modules = {step.module_id: step.audience for step in PathStep.objects.filter(path=path)}
    satisfied: dict[int, set[int]] = {}
    for user_id, module_id in Enrollment.objects.filter(
        user__in=by_pk, activity__in=modules, satisfied_at__isnull=False
    ).values_list("user_id", "activity_id"):
        satisfied.setdefault(user_id, set()).add(module_id)
    for enrollment in running:
        audience = audience_of(enrollment.user)
        asked = {module_id for module_id, whom in modules.items() if whom in audience}
        if asked and asked <= satisfied.get(enrollment.user_id, set()):
            refresh_satisfaction(enrollment)


__all__ = ["AssignmentResult", "assign", "enroll", "follow_path", "lock_enrollment", "steps_for"]
