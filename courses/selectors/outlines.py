"""The outline of a module as one person sees it, and what is locked."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from courses.enums import ActivityKind, Audience
from courses.models import Activity, Enrollment, Prerequisite, Progress
from courses.selectors.pages import PageLink, best_link, page_links
from courses.selectors.records import (
    Missing,
    audience_of,
    children_of,
    enrollment_state,
    is_done,
    is_paused_test,
    is_required,
    missing_in_module,
    progress_in_all_cycles,
)
from enablement.core.prepared import Prepared, Several
from people.models import Function, User


@dataclass(frozen=True)
class Lock:
    """Why something does not open yet: these modules come first."""

    requires: tuple[Activity, ...]

    @property
    def message(self) -> str:
        titles = ", ".join(f"“{activity.title}”" for activity in self.requires)
        return _("This opens after %(titles)s.") % {"titles": titles}


def _requirements_left(user: Any, modules: Any) -> QuerySet[Prerequisite]:
    done = Enrollment.objects.filter(user=user, satisfied_at__isnull=False)
    return (
        Prerequisite.objects.filter(module__in=modules)
        .exclude(Exists(done.filter(activity=OuterRef("requires"))))
        .exclude(Exists(done.filter(activity=OuterRef("module"))))
        .select_related("requires")
        .order_by("requires__position", "pk")
    )


_left = Prepared(_requirements_left, user=models.BigIntegerField(), modules=Several(models.BigIntegerField()))


def locks(user: User, modules: Iterable[Activity]) -> dict[int, Lock]:
    """Module id → lock, for those that are locked. One query.

    What the person has satisfied never locks again, also when a prerequisite is added later.
    """
    found: dict[int, list[Activity]] = {}
    for row in _left.rows(user=user.pk, modules=[module.pk for module in modules]):
        found.setdefault(row.module_id, []).append(row.requires)
    return {module_id: Lock(tuple(requires)) for module_id, requires in found.items()}


_requirement = Prepared(
    lambda module: Prerequisite.objects.filter(module=module).order_by()[:1], module=models.BigIntegerField()
)


def may_open(user: User, *, activity: Activity) -> Lock | None:
    """The lock on a module, or on the module of a lesson or test; None when it is open to this person."""
    module = activity.parent if activity.parent is not None else activity
    if _requirement.first(module=module.pk) is None:  # most modules: a fraction of the price of `locks`
        return None
    return locks(user, [module]).get(module.pk)


@dataclass(frozen=True)
class OutlineEntry:
    """A lesson or test in the outline. `required`: it counts for this person."""

    activity: Activity
    state: str
    links: dict[str, str]
    is_new: bool = False
    locked: bool = False
    required: bool = True
    is_current: bool = False

    @property
    def is_done(self) -> bool:
        return self.state in {"completed", "passed"}

    @cached_property
    def link(self) -> PageLink | None:
        """The page in the reader's language, else in the other one."""
        return best_link(self.links, (get_language() or "de").split("-")[0])


@dataclass(frozen=True)
class Outline:
    """A module for one person: entries in order, and the sums that all screens show."""

    module: Activity
    entries: list[OutlineEntry]
    enrollment: Enrollment | None
    progress: Progress | None
    lock: Lock | None
    state: str
    links: dict[str, str] = field(default_factory=dict)
    missing: list[Missing] = field(default_factory=list)

    @cached_property
    def link(self) -> PageLink | None:
        return best_link(self.links, (get_language() or "de").split("-")[0])

    @cached_property
    def counted(self) -> list[OutlineEntry]:
        """What counts for this person; everything when nothing is required of them."""
        return [entry for entry in self.entries if entry.required] or self.entries

    @cached_property
    def total(self) -> int:
        return len(self.counted)

    @cached_property
    def done(self) -> int:
        return sum(entry.is_done for entry in self.counted)

    @cached_property
    def minutes(self) -> int:
        return sum(entry.activity.minutes for entry in self.counted)

    @cached_property
    def minutes_left(self) -> int:
        return sum(entry.activity.minutes for entry in self.counted if not entry.is_done)

    @property
    def is_satisfied(self) -> bool:
        return self.enrollment is not None and self.enrollment.satisfied_at is not None

    @property
    def is_overdue(self) -> bool:
        due = self.enrollment.due_at if self.enrollment else None
        return due is not None and not self.is_satisfied and due < timezone.now()

    @property
    def is_complete_but_open(self) -> bool:
        """The content changed so that nothing is missing any more, and nobody has noted it yet."""
        return self.enrollment is not None and not self.is_satisfied and not self.missing

    @property
    def has_started(self) -> bool:
        return self.progress is not None and self.progress.started_at is not None

    @cached_property
    def next(self) -> OutlineEntry | None:
        """Where to go on: the bookmark if it is not done yet, else the first open entry after it, else the first."""
        if not self.entries:
            return None
        keys = [entry.activity.key for entry in self.entries]
        start = keys.index(self.progress.position) if self.progress and self.progress.position in keys else 0
        ordered = [*self.entries[start:], *self.entries[:start]]
        waiting = [entry for entry in ordered if not entry.is_done and entry.link]
        return next((entry for entry in waiting if entry.required), next(iter(waiting), self.entries[0]))

    @property
    def number(self) -> int:
        """Which of the counted entries comes next, from 1: "Lesson 3 of 7"."""
        entry = self.next
        return self.counted.index(entry) + 1 if entry in self.counted else min(self.done + 1, self.total)

    def place(self, key: UUID) -> tuple[OutlineEntry | None, OutlineEntry | None, OutlineEntry | None]:
        """The entry of this key with the ones before and after it."""
        keys = [entry.activity.key for entry in self.entries]
        if key not in keys:
            return None, None, None
        at = keys.index(key)
        before = self.entries[at - 1] if at > 0 else None
        after = self.entries[at + 1] if at + 1 < len(self.entries) else None
        return before, self.entries[at], after


def _entry_state(activity: Activity, progress: Progress | None, lock: Lock | None) -> str:
    if is_done(activity, progress):
        return "passed" if activity.kind == ActivityKind.QUIZ else "completed"
    if lock is not None:
        return "locked"
    if progress is None or progress.started_at is None:
        return "not_started"
    if activity.kind == ActivityKind.QUIZ and progress.success_status == "failed":
        return "failed"
    return "in_progress"


def outline(user: User, *, module: Activity, current: UUID | None = None) -> Outline:
    """The module's outline for this person, in six queries however many lessons; `current` is the key being read."""
    return outlines(user, [module], current=current)[module.pk]


def _activities_around(key: Any, user: Any) -> QuerySet[Activity]:
    """The module of the lesson or test with this key and all below it, with its lock and the person's function."""
    holder = Activity.objects.filter(key=key).values("parent")
    done = Enrollment.objects.filter(user=user, satisfied_at__isnull=False)
    closed = Prerequisite.objects.filter(module=OuterRef("pk")).exclude(
        Exists(done.filter(activity=OuterRef("requires")))
    )
    return (
        Activity.objects.filter(Q(pk__in=holder) | Q(parent__in=holder))
        .annotate(closed=Exists(closed), reader=Subquery(Function.objects.filter(people=user).values("slug")[:1]))
        .order_by("position", "pk")
    )


_around: Prepared[Any] = Prepared(_activities_around, key=models.UUIDField(), user=models.BigIntegerField())
_enrollments = Prepared(
    lambda user, activities: Enrollment.objects.filter(user=user, activity__in=activities).order_by("cycle"),
    user=models.BigIntegerField(),
    activities=Several(models.BigIntegerField()),
)


def outline_around(user: User, *, key: UUID) -> Outline | None:
    """The outline of the module that holds the lesson or test with this key, in four queries; None for no module.

    The lock and the person's function ride on the query of the activities: a lesson page has twelve queries in all.
    """
    found = _around.rows(key=key, user=user.pk)
    module = next((activity for activity in found if activity.parent_id is None), None)
    if module is None:
        return None
    children: list[Activity] = [
        each for each in found if each.parent_id == module.pk and (each.is_live or is_paused_test(each))
    ]
    audience = frozenset({str(Audience.BOTH), *([module.reader] if module.reader else [])})
    maybe_locked = [module] if module.closed else []
    return _build(user, [module], {module.pk: children}, audience, maybe_locked, key)[module.pk]


def outlines(user: User, modules: Iterable[Activity], *, current: UUID | None = None) -> dict[int, Outline]:
    """Module id → outline, for any number of modules in six queries."""
    modules = list(modules)
    children: dict[int, list[Activity]] = {module.pk: [] for module in modules}
    for child in children_of(children):
        children[child.parent_id or 0].append(child)
    return _build(user, modules, children, audience_of(user), modules, current)


def enrollments_of(user: User, activities: Iterable[Activity]) -> dict[int, Enrollment]:
    """Activity id → the person's newest enrolment. One query."""
    rows = _enrollments.rows(user=user.pk, activities=[activity.pk for activity in activities])
    return {row.activity_id: row for row in rows}


def _build(
    user: User,
    modules: Sequence[Activity],
    children: Mapping[int, Sequence[Activity]],
    audience: frozenset[str],
    maybe_locked: Sequence[Activity],
    current: UUID | None,
) -> dict[int, Outline]:
    activities = [*modules, *chain.from_iterable(children.values())]
    enrollments = enrollments_of(user, modules)
    progress = {(row.activity_id, row.cycle): row for row in progress_in_all_cycles(user, activities)}
    locked = locks(user, maybe_locked) if maybe_locked else {}
    links = page_links(activity.key for activity in activities)
    now = timezone.now()
    built = {}
    for module in modules:
        enrollment = enrollments.get(module.pk)
        cycle = enrollment.cycle if enrollment else 1
        own = {
            each.pk: progress[each.pk, cycle] for each in (module, *children[module.pk]) if (each.pk, cycle) in progress
        }
        lock = locked.get(module.pk)
        entries = [
            OutlineEntry(
                activity=child,
                state=_entry_state(child, own.get(child.pk), lock),
                links=links.get(child.key, {}),
                is_new=_is_new(child, enrollment, own.get(child.pk)),
                locked=lock is not None,
                required=is_required(child, audience),
                is_current=child.key == current,
            )
            for child in children[module.pk]
            if child.is_live
        ]
        state = enrollment_state(enrollment, own.get(module.pk), now) if enrollment else "not_started"
        satisfied = enrollment is not None and enrollment.satisfied_at is not None
        built[module.pk] = Outline(
            module=module,
            entries=entries,
            enrollment=enrollment,
            progress=own.get(module.pk),
            lock=lock,
            state="locked" if lock is not None else state,
            links=links.get(module.key, {}),
            missing=[] if satisfied else missing_in_module(module, children[module.pk], own, audience),
        )
    return built


def _is_new(activity: Activity, enrollment: Enrollment | None, progress: Progress | None) -> bool:
    """First live after this person began, and not opened yet."""
    if enrollment is None or activity.first_live_at is None:
        return False
    opened = progress is not None and (progress.started_at is not None or progress.opened_at is not None)
    return activity.first_live_at > enrollment.enrolled_at and not opened
