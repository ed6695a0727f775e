"""What home, catalogue, paths and "my learning" show. Constant query counts, however much there is."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.paginator import Page as ListPage
from django.core.paginator import Paginator
from django.db import models
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import get_language

from courses.enums import ActivityKind
from courses.models import Activity, Enrollment, ModulePage, PathStep
from courses.selectors.outlines import Outline, enrollments_of, outlines
from courses.selectors.pages import PageLink, best_link, page_links
from courses.selectors.records import DUE_SOON, audience_of, enrollment_state
from enablement.core.prepared import Prepared, Several
from people.models import User

PAGE_SIZE = 12
EXPLORE = 3


def _language() -> str:
    return (get_language() or "de").split("-")[0]


# --- Paths ----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class StepView:
    """A step of a path for one person. `required`: it counts for this person's function."""

    module: Activity
    outline: Outline
    audience: str
    required: bool
    number: int

    @property
    def is_coming(self) -> bool:
        return not self.module.is_live and not self.outline.is_satisfied

    @property
    def state(self) -> str:
        return "not_assigned" if self.is_coming else self.outline.state

    @property
    def is_done(self) -> bool:
        return self.outline.is_satisfied

    @property
    def link(self) -> PageLink | None:
        return self.outline.link if self.module.is_live else None


@dataclass(frozen=True)
class PathView:
    """A path for one person."""

    path: Activity
    enrollment: Enrollment | None
    steps: list[StepView]
    links: dict[str, str]
    state: str

    @property
    def link(self) -> PageLink | None:
        return best_link(self.links, _language())

    @property
    def counted(self) -> list[StepView]:
        return [step for step in self.steps if step.required]

    @property
    def done(self) -> int:
        return sum(step.is_done for step in self.counted)

    @property
    def total(self) -> int:
        return len(self.counted)

    @property
    def minutes_left(self) -> int:
        return sum(step.outline.minutes_left for step in self.counted if not step.is_done)

    @property
    def is_satisfied(self) -> bool:
        return self.enrollment is not None and self.enrollment.satisfied_at is not None

    @property
    def next(self) -> StepView | None:
        """Whose turn it is: the first step that is open and not done."""
        return next((step for step in self.counted if not step.is_done and step.link and not step.outline.lock), None)

    @property
    def has_coming(self) -> bool:
        return any(step.is_coming for step in self.steps)

    @property
    def is_complete_but_open(self) -> bool:
        return self.enrollment is not None and not self.is_satisfied and bool(self.counted) and self.done == self.total

    @property
    def has_new_steps(self) -> bool:
        """A module was added or published since, and this person is not enrolled in it yet."""
        return (
            self.enrollment is not None
            and not self.is_satisfied
            and any(step.module.is_live and step.outline.enrollment is None for step in self.counted)
        )


_steps = Prepared(
    lambda paths: PathStep.objects.filter(path__in=paths).select_related("module").order_by("path", "position"),
    paths=Several(models.BigIntegerField()),
)


def path_views(user: User, paths: list[Activity]) -> list[PathView]:
    """These paths with their steps, in nine queries."""
    steps = _steps.rows(paths=[path.pk for path in paths])
    modules = {step.module_id: step.module for step in steps}
    by_module = outlines(user, modules.values())
    enrollments = enrollments_of(user, paths)
    audience = audience_of(user)
    links = page_links(path.key for path in paths)
    now = timezone.now()
    views = []
    for path in paths:
        own = [
            StepView(step.module, by_module[step.module_id], step.audience, step.audience in audience, number)
            for number, step in enumerate((each for each in steps if each.path_id == path.pk), start=1)
        ]
        enrollment = enrollments.get(path.pk)
        state = enrollment_state(enrollment, None, now) if enrollment else "not_started"
        if state == "not_started" and enrollment and any(step.outline.has_started for step in own):
            state = "in_progress"
        views.append(PathView(path, enrollment, own, links.get(path.key, {}), state))
    return views


# --- Home -----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class HomeView:
    """The learner's home."""

    resume: Outline | None
    overdue: list[Outline]
    due_soon: list[Outline]
    running: list[Outline]
    paths: list[PathView]
    explore: list[Outline]
    has_enrollments: bool


def _resume(running: list[Outline]) -> Outline | None:
    """Where the person left off; else what is due first; else what was begun with first."""
    openable = [each for each in running if each.lock is None and each.next and each.next.link]
    opened = [
        (each.progress.opened_at, each) for each in openable if each.progress and each.progress.opened_at is not None
    ]
    if opened:
        return max(opened, key=lambda pair: pair[0])[1]
    return next(iter(openable), None)


def _by_due(outline: Outline) -> tuple[bool, datetime, int]:
    enrollment = outline.enrollment
    due = enrollment.due_at if enrollment else None
    return due is None, due or timezone.now(), outline.module.position


_running = Prepared(
    lambda user: Enrollment.objects.filter(user=user, satisfied_at__isnull=True).select_related("activity"),
    user=models.BigIntegerField(),
)
_unknown = Prepared(
    lambda user: (
        Activity.objects.filter(kind=ActivityKind.MODULE, is_live=True)
        .exclude(Exists(Enrollment.objects.filter(user=user, activity=OuterRef("pk"))))
        .order_by("position", "pk")[:EXPLORE]
    ),
    user=models.BigIntegerField(),
)


def home_view(user: User) -> HomeView:
    """Everything on the home page, in a constant number of queries."""
    enrollments = _running.rows(user=user.pk)
    modules = [each.activity for each in enrollments if each.activity.kind == ActivityKind.MODULE]
    live = [module for module in modules if module.is_live]
    explore = _unknown.rows(user=user.pk)
    built = outlines(user, [*live, *explore])
    running = sorted((built[module.pk] for module in live), key=_by_due)
    resume = _resume(running)
    now = timezone.now()
    rest = [each for each in running if each is not resume]
    overdue = [each for each in rest if each.is_overdue]
    soon = [each for each in rest if not each.is_overdue and _due_within(each, now, DUE_SOON)]
    paths = [each.activity for each in enrollments if each.activity.kind == ActivityKind.PATH]
    return HomeView(
        resume=resume,
        overdue=overdue,
        due_soon=soon,
        running=[each for each in rest if each not in overdue and each not in soon],
        paths=path_views(user, paths),
        explore=[built[module.pk] for module in explore],
        has_enrollments=bool(enrollments) or Enrollment.objects.filter(user=user).exists(),
    )


def _due_within(outline: Outline, now: datetime, span: timedelta) -> bool:
    due = outline.enrollment.due_at if outline.enrollment else None
    return due is not None and due - now <= span


# --- My learning ----------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class MyLearning:
    """All of a person's modules and paths, running and completed."""

    running: list[Outline]
    completed: list[Outline]
    paths: list[PathView]

    @property
    def minutes_left(self) -> int:
        return sum(outline.minutes_left for outline in self.running)


def my_learning(user: User) -> MyLearning:
    """Running first by due date; completed ones newest first, also those whose pages are gone."""
    enrollments = list(Enrollment.objects.filter(user=user).select_related("activity").order_by("cycle"))
    current = {each.activity_id: each for each in enrollments}
    modules = [each.activity for each in current.values() if each.activity.kind == ActivityKind.MODULE]
    built = outlines(user, modules)
    running = sorted((each for each in built.values() if not each.is_satisfied), key=_by_due)
    completed = sorted(
        (each for each in built.values() if each.is_satisfied),
        key=lambda each: (each.enrollment.satisfied_at if each.enrollment else None) or timezone.now(),
        reverse=True,
    )
    paths = [each.activity for each in current.values() if each.activity.kind == ActivityKind.PATH]
    return MyLearning(running, completed, path_views(user, paths))


# --- Catalogue ------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class CatalogueQuery:
    """The catalogue's filters, as they stand in the address."""

    text: str = ""
    audience: str = ""
    topic: str = ""
    duration: str = ""
    status: str = ""
    page: str = "1"

    @property
    def is_filtered(self) -> bool:
        return any((self.text, self.audience, self.topic, self.duration, self.status))


# Longest module of each choice, in minutes.
DURATIONS = {"short": (0, 20), "medium": (21, 45), "long": (46, 10_000)}


@dataclass(frozen=True)
class CatalogueCard:
    outline: Outline
    page: ModulePage


@dataclass(frozen=True)
class CatalogueView:
    """`cards` are those of `page`; `total` counts all that match."""

    cards: list[CatalogueCard]
    page: ListPage[Activity]
    total: int
    topics: list[str]
    query: CatalogueQuery


def catalogue_view(user: User, *, catalogue_path: str, query: CatalogueQuery) -> CatalogueView:
    """Live modules below the catalogue whose tree path is given, filtered, a page of twelve at a time."""
    below = ModulePage.objects.filter(path__startswith=catalogue_path, live=True).select_related("illustration")
    pages = list(below.order_by("path"))
    topics = sorted({page.topic for page in pages if page.topic})
    if query.text:
        found = {page.pk for page in below.search(query.text)}
        wanted = query.text.casefold()
        # The search index knows whole words; the code and a part of the title are found without it.
        pages = [page for page in pages if page.pk in found or wanted in f"{page.code} {page.title}".casefold()]
    if query.topic:
        pages = [page for page in pages if page.topic == query.topic]
    by_key = {page.translation_key: page for page in pages}
    modules = list(Activity.objects.filter(key__in=by_key).order_by("position", "pk"))
    if query.audience or query.duration or query.status:
        built = outlines(user, modules)
        modules = [module for module in modules if _matches(built[module.pk], query)]
    else:
        built = {}
    paginator = Paginator(modules, PAGE_SIZE)
    shown = paginator.get_page(query.page)
    missing = [module for module in shown.object_list if module.pk not in built]
    if missing:
        built |= outlines(user, missing)
    cards = [CatalogueCard(built[module.pk], by_key[module.key]) for module in shown.object_list]
    return CatalogueView(cards, shown, paginator.count, topics, query)


def _matches(outline: Outline, query: CatalogueQuery) -> bool:
    if query.duration in DURATIONS:
        least, most = DURATIONS[query.duration]
        if not least <= outline.minutes <= most:
            return False
    if query.audience and not any(entry.activity.audience == query.audience for entry in outline.entries):
        return False
    return not query.status or _status(outline) == query.status


def _status(outline: Outline) -> str:
    """The three states people filter by; late and locked ones are still running or not begun."""
    if outline.is_satisfied:
        return "completed"
    return "in_progress" if outline.has_started else "not_started"


def _steps_without(user: Any, audience: Any) -> QuerySet[PathStep, Any]:
    running = Enrollment.objects.filter(user=user, satisfied_at__isnull=True, activity__kind=ActivityKind.PATH)
    enrolled = Enrollment.objects.filter(user=user, activity=OuterRef("module"))
    steps = PathStep.objects.filter(audience__in=audience, path__in=running.values("activity"), module__is_live=True)
    return steps.exclude(Exists(enrolled)).order_by().values_list("pk")[:1]


_left_out: Prepared[Any] = Prepared(_steps_without, user=models.BigIntegerField(), audience=Several(models.CharField()))


def needs_following(user: User) -> bool:
    """Whether one of the person's running paths has a live step for them that they are not enrolled in. One query."""
    return bool(_left_out.tuples(user=user.pk, audience=audience_of(user)))
