"""Record checks of the courses room, and the comparison that `rebuild_progress` and they share."""

from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.utils import timezone

from courses.enums import ActivityKind, Verb
from courses.models import Activity, Enrollment, LearningEvent, Progress
from courses.replay import EnrollmentState, Key, ProgressState, Records, replay
from courses.services.events import iso
from enablement.core.verification import record_check
from people.models import User

BATCH = 1000


@dataclass(frozen=True)
class Difference:
    """A row that its events do not explain. `stored` and `told` are None when there is no such row or no such event."""

    user_id: int
    kind: str
    key: Key
    stored: EnrollmentState | ProgressState | None
    told: EnrollmentState | ProgressState | None

    def __str__(self) -> str:
        activity, cycle = self.key
        place = f"{self.kind} of person {self.user_id} in activity {activity}, cycle {cycle}"
        return f"{place}: stored {self.stored}, events tell {self.told}"


def stored_enrollment(row: Enrollment) -> EnrollmentState:
    return EnrollmentState(
        registration=str(row.uuid),
        source=row.source,
        enrolled_at=row.enrolled_at,
        assigned_by=str(row.assigned_by.uuid) if row.assigned_by else None,
        due=iso(row.due_at),
        satisfied_at=row.satisfied_at,
        outline=tuple(row.frozen_outline) if row.frozen_outline is not None else None,
    )


@dataclass(slots=True)
class _Told:
    """An event as the fold needs it."""

    verb: str
    activity_id: int
    cycle: int
    result: dict[str, Any]
    context: dict[str, Any]
    timestamp: datetime


_NOTHING = astuple(ProgressState())


def differences(users: Iterable[int]) -> Iterator[Difference]:
    """What is stored about these people and what their events tell, wherever the two differ. Three queries."""
    users = list(users)
    events = LearningEvent.objects.filter(actor__in=users).order_by("actor_id", "timestamp", "sequence")
    # Plain values: a model instance for each of a million events would take longer than the fold.
    rows = events.values_list("actor_id", "verb", "activity_id", "cycle", "result", "context", "timestamp")
    told = {
        actor: replay(_Told(*event[1:]) for event in own)
        for actor, own in groupby(rows.iterator(BATCH), key=itemgetter(0))
    }
    stored: dict[int, Records] = {}
    for row in Enrollment.objects.filter(user__in=users).select_related("assigned_by"):
        stored.setdefault(row.user_id, Records()).enrollments[row.activity_id, row.cycle] = stored_enrollment(row)
    states = Progress.objects.filter(user__in=users).values_list(
        "user_id", "activity_id", "cycle", "completion_status", "success_status", "score_scaled", "started_at",
        "completed_at",
    )  # fmt: skip
    for user_id, activity, cycle, *state in states.iterator(BATCH):
        known: tuple[Any, ...] = tuple(state)
        # A row without a state is a place kept for a bookmark; nothing has happened yet.
        if known != _NOTHING:
            stored.setdefault(user_id, Records()).progress[activity, cycle] = ProgressState(*known)
    for user in sorted(told.keys() | stored.keys()):
        left, right = stored.get(user, Records()), told.get(user, Records())
        yield from _compare(user, "enrolment", left.enrollments, right.enrollments)
        yield from _compare(user, "progress", left.progress, right.progress)


def _compare(user: int, kind: str, stored: dict[Key, Any], told: dict[Key, Any]) -> Iterator[Difference]:
    for key in sorted(stored.keys() | told.keys()):
        if stored.get(key) != told.get(key):
            yield Difference(user, kind, key, stored.get(key), told.get(key))


def _people() -> Iterator[list[int]]:
    """Everybody with a record, in batches."""
    ids: list[int] = []
    for pk in User.objects.order_by("pk").values_list("pk", flat=True).iterator(BATCH):
        ids.append(pk)
        if len(ids) == BATCH:
            yield ids
            ids = []
    if ids:
        yield ids


@record_check("events rebuild enrolment and progress")
def events_rebuild() -> Iterator[str]:
    for batch in _people():
        yield from map(str, differences(batch))


@record_check("satisfied enrolments have their event")
def satisfied_without_event() -> Iterator[str]:
    """Exactly one SATISFIED event for each satisfied enrolment, none for the others."""
    events: dict[tuple[int, int, int], int] = {}
    rows = LearningEvent.objects.filter(verb=Verb.SATISFIED).values_list("actor_id", "activity_id", "cycle")
    for key in rows.iterator(BATCH):
        events[key] = events.get(key, 0) + 1
    satisfied = Enrollment.objects.filter(satisfied_at__isnull=False)
    for pk, user, activity, cycle in satisfied.values_list("pk", "user_id", "activity_id", "cycle").iterator(BATCH):
        count = events.pop((user, activity, cycle), 0)
        if count != 1:
            yield f"enrolment {pk} is satisfied and has {count} events of it"
    for (user, activity, cycle), count in events.items():
        yield f"person {user} has {count} satisfied events in activity {activity}, cycle {cycle}, and no such enrolment"


@record_check("satisfied modules and paths rest on something done")
def satisfied_without_work() -> Iterator[str]:
    """A satisfied module has a completed lesson or a passed test in it, unless starting is enough."""
    done = Progress.objects.filter(
        user=OuterRef("user"),
        cycle=OuterRef("cycle"),
        completion_status="completed",
        activity__kind__in=["lesson", "quiz"],
    )
    hollow = (
        Enrollment.objects.filter(satisfied_at__isnull=False, activity__kind=ActivityKind.MODULE)
        .exclude(activity__move_on="none")
        .exclude(Exists(done))
    )
    for pk in hollow.values_list("pk", flat=True).iterator(BATCH):
        yield f"enrolment {pk} is satisfied and nothing is completed"


@record_check("changed outlines are looked at again")
def outlines_overdue() -> Iterator[str]:
    """Whoever had only a withdrawn lesson left is done, also when they do not come back."""
    limit = timezone.now() - timedelta(seconds=settings.LEASE_SECONDS + 2 * settings.SWEEP_SECONDS)
    for pk in Activity.objects.filter(outline_changed_at__lt=limit).values_list("pk", flat=True).iterator(BATCH):
        yield f"activity {pk} was changed, and its running enrolments were not looked at for two sweeps"


@record_check("enrolments are in modules and paths, lessons lie in modules")
def misplaced() -> Iterator[str]:
    wrong = Enrollment.objects.exclude(activity__kind__in=[ActivityKind.MODULE, ActivityKind.PATH])
    for pk in wrong.values_list("pk", flat=True).iterator(BATCH):
        yield f"enrolment {pk} is neither in a module nor in a path"
    orphans = Activity.objects.filter(kind__in=[ActivityKind.LESSON, ActivityKind.QUIZ], parent=None, is_live=True)
    for pk in orphans.values_list("pk", flat=True).iterator(BATCH):
        yield f"live activity {pk} lies in no module"
