"""The one source of numbers: cards, table, matrix, chart, team view and exports all read `report_rows`.

A row is an enrolment of a path or module, the newest cycle that existed at the moment of the report. Nothing here reads
a score, an attempt, a time spent or an answer.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Count,
    DateTimeField,
    Exists,
    F,
    FilteredRelation,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.utils.translation import get_language

from certificates.models import Certificate
from courses.enums import ActivityKind, EnrollmentSource, Verb
from courses.models import Activity, Enrollment, LearningEvent, PathStep, Progress
from courses.selectors import DUE_SOON
from people import roles
from people.models import User
from people.selectors import units_below, visible_people
from reports.enums import PlanKind, RowMark, RowStatus
from reports.filters import REPORT_KINDS, ReportFilters, end_of_day, start_of_day
from reports.models import ExportJob

# Enrolments with the annotations of `enrollment_rows`, which the type of the plain model does not know.
Rows = QuerySet[Any]
EXPIRING = timedelta(days=30)
SORTS = ("person", "unit", "function", "activity", "status", "due", "completed")


def report_people(actor: User, filters: ReportFilters) -> QuerySet[User]:
    """The people of the report: visible to the actor, already here at the moment, matching the people filters."""
    return matching_people(visible_people(actor).filter(date_joined__lte=filters.moment), filters)


def matching_people(people: QuerySet[User], filters: ReportFilters) -> QuerySet[User]:
    if filters.function is not None:
        people = people.filter(function=filters.function)
    if filters.unit is not None:
        people = people.filter(org_unit__in=units_below(filters.unit))
    for word in filters.q.split()[:6]:
        people = people.filter(Q(first_name__icontains=word) | Q(last_name__icontains=word))
    return people


def enrollment_rows(people: QuerySet[User], moment: datetime) -> Rows:
    """Enrolments of these people as of a moment, with `status`, `completed_on` and `is_started`."""
    same = {"user": OuterRef("user"), "activity": OuterRef("activity")}
    # `cycle__gt=1` says nothing new, but the partial index on later cycles is chosen by it.
    newer = Enrollment.objects.filter(**same, cycle__gt=OuterRef("cycle"), enrolled_at__lte=moment).filter(cycle__gt=1)
    started = Progress.objects.filter(**same, cycle=OuterRef("cycle"), started_at__lte=moment)
    satisfied = is_satisfied(moment)
    return (
        Enrollment.objects.filter(user__in=people, enrolled_at__lte=moment, activity__kind__in=REPORT_KINDS)
        .filter(~Exists(newer))
        .annotate(
            is_started=Exists(started),
            completed_on=Case(When(satisfied, then=F("satisfied_at")), output_field=DateTimeField()),
        )
        .annotate(
            status=Case(
                When(satisfied, then=Value(RowStatus.COMPLETED)),
                When(due_at__lt=moment, then=Value(RowStatus.OVERDUE)),
                When(is_started=True, then=Value(RowStatus.IN_PROGRESS)),
                default=Value(RowStatus.NOT_STARTED),
                output_field=CharField(),
            )
        )
    )


def report_rows(actor: User, filters: ReportFilters) -> Rows:
    """The rows of the report for this actor and these filters, not yet ordered."""
    rows = enrollment_rows(report_people(actor, filters), filters.moment)
    if filters.activity is not None:
        modules = PathStep.objects.filter(path=filters.activity).values("module")
        rows = rows.filter(Q(activity=filters.activity) | Q(activity__in=modules))
    if filters.status in RowStatus.values:
        rows = with_status(rows, RowStatus(filters.status), filters.moment)
    elif filters.status == RowMark.DUE_SOON:
        rows = rows.filter(due_soon(filters.moment))
    elif filters.status == RowMark.EXPIRING:
        rows = with_certificates(rows, filters.moment).filter(expiring(filters.moment))
    if filters.due_from:
        rows = rows.filter(due_at__gte=start_of_day(filters.due_from))
    if filters.due_to:
        rows = rows.filter(due_at__lte=end_of_day(filters.due_to))
    if filters.completed_from:
        rows = rows.filter(completed_on__gte=start_of_day(filters.completed_from))
    if filters.completed_to:
        rows = rows.filter(completed_on__lte=end_of_day(filters.completed_to))
    return rows


def is_satisfied(moment: datetime) -> Q:
    return Q(satisfied_at__lte=moment)


def with_status(rows: Rows, status: RowStatus, moment: datetime) -> Rows:
    """The rows of one status, by the columns that decide it: a database can estimate those, but not the annotation."""
    if status == RowStatus.COMPLETED:
        return rows.filter(is_satisfied(moment))
    rows = rows.filter(Q(satisfied_at=None) | Q(satisfied_at__gt=moment))
    if status == RowStatus.OVERDUE:
        return rows.filter(due_at__lt=moment)
    return rows.filter(Q(due_at=None) | Q(due_at__gte=moment), is_started=status == RowStatus.IN_PROGRESS)


def due_soon(moment: datetime) -> Q:
    return ~Q(status=RowStatus.COMPLETED) & Q(due_at__gte=moment, due_at__lte=moment + DUE_SOON)


def with_certificates(rows: Rows, moment: datetime) -> Rows:
    """The rows with number and last day of their certificate, if it was issued by then and not revoked by then.

    A join, for at most one matches: a look for each row would cost an export of a million rows a million looks.
    """
    if "certificate_number" in rows.query.annotations:
        return rows
    issued = Q(certificates__issued_at__lte=moment)
    kept = Q(certificates__revoked_at=None) | Q(certificates__revoked_at__gt=moment)
    found: Rows = rows.annotate(certificate=FilteredRelation("certificates", condition=issued & kept)).annotate(
        certificate_number=F("certificate__number"), valid_until=F("certificate__valid_until")
    )
    return found


def issued_certificates(moment: datetime) -> QuerySet[Certificate]:
    """Issued by then and not revoked by then: at most one for each person, activity and cycle."""
    return Certificate.objects.filter(issued_at__lte=moment).exclude(revoked_at__lte=moment).order_by()


def is_valid(moment: datetime) -> Q:
    """Of an issued certificate."""
    return Q(valid_until__isnull=True) | Q(valid_until__gte=moment)


def expiring(moment: datetime) -> Q:
    return Q(valid_until__gte=moment, valid_until__lte=moment + EXPIRING)


_NAME = ("user__last_name", "user__first_name", "user_id")
DEFAULT_ORDER = (RowStatus.OVERDUE, RowStatus.IN_PROGRESS, RowStatus.NOT_STARTED, RowStatus.COMPLETED)
_RANK = Case(*(When(status=status, then=Value(rank)) for rank, status in enumerate(DEFAULT_ORDER)))


def ordered(rows: Rows, sort: str = "") -> Rows:
    """Rows in the order of a column (`-` for descending); unknown or empty: overdue first, then by due date."""
    key, down = sort.removeprefix("-"), sort.startswith("-")
    language = "en" if (get_language() or "").startswith("en") else "de"
    columns: dict[str, tuple[Any, ...]] = {
        "person": (F("user__last_name"), F("user__first_name")),
        "unit": (F("user__org_unit__name"),),
        "function": (F(f"user__function__name_{language}"),),
        "activity": (F("activity__code"), F(f"activity__title_{language}")),
        "status": (_RANK,),
        "due": (F("due_at"),),
        "completed": (F("completed_on"),),
    }
    if key not in columns:
        return rows.order_by(_RANK, F("due_at").asc(nulls_last=True), *_NAME, "pk")
    terms = [term.desc(nulls_last=True) if down else term.asc(nulls_last=True) for term in columns[key]]
    return rows.order_by(*terms, *_NAME, "pk")


def rows_between(rows: Rows, counts: Mapping[RowStatus, int], moment: datetime, first: int, last: int) -> list[Any]:
    """Rows `first` to `last` (excluded) of `ordered(rows)`, by the known counts of each status.

    Overdue rows come first, and those are read without a look at the others: ordering a million rows by a status that
    is worked out for each would take seconds for the fifty of a page.
    """
    found: list[Any] = []
    begins = 0
    for status in DEFAULT_ORDER:
        ends = begins + counts[status]
        start, stop = max(first, begins), min(last, ends)
        if start < stop:
            same = with_status(rows, status, moment).order_by(F("due_at").asc(nulls_last=True), *_NAME, "pk")
            found += same[start - begins : stop - begins]
        begins = ends
    return found


@dataclass(frozen=True)
class Summary:
    """The numbers of the cards. Each part has its whole beside it."""

    total: int
    overdue: int
    in_progress: int
    not_started: int
    completed: int
    expiring: int
    certificates: int
    active: int
    people: int

    @property
    def rate(self) -> int | None:
        """Completed rows per hundred rows, rounded down, so that 100 % means all; None without rows."""
        return None if not self.total else self.completed * 100 // self.total

    def by_status(self) -> dict[RowStatus, int]:
        return {status: getattr(self, status.value) for status in RowStatus}


_COUNTS = {
    "total": Count("pk"),
    **{status.value: Count("pk", filter=Q(status=status)) for status in RowStatus},
}


def summary(actor: User, filters: ReportFilters) -> Summary:
    """Three queries: the rows' counts, those of their certificates, and how many people match."""
    rows = report_rows(actor, filters)
    counts = rows.values("pk", "user", "status", "is_started").aggregate(
        **_COUNTS,
        active=Count("user", distinct=True, filter=Q(status=RowStatus.COMPLETED) | Q(is_started=True)),
    )
    # From the certificates' side: a look for the certificate of each row would be one look per row.
    same = {name: OuterRef(name) for name in ("user", "activity", "cycle")}
    certificates = issued_certificates(filters.moment).filter(Exists(rows.order_by().filter(**same)))
    counts |= certificates.aggregate(
        expiring=Count("pk", filter=expiring(filters.moment)), certificates=Count("pk", filter=is_valid(filters.moment))
    )
    return Summary(people=report_people(actor, filters).count(), **counts)


@dataclass(frozen=True)
class ActivityCounts:
    """One bar of the chart."""

    activity: Activity
    total: int
    overdue: int
    in_progress: int
    not_started: int
    completed: int

    def segments(self) -> list[tuple[str, int]]:
        return [(status.value, getattr(self, status.value)) for status in CHART_ORDER]


CHART_ORDER = (RowStatus.COMPLETED, RowStatus.IN_PROGRESS, RowStatus.NOT_STARTED, RowStatus.OVERDUE)


def by_activity(actor: User, filters: ReportFilters) -> list[ActivityCounts]:
    """The rows' counts per path and module, in the order of their codes."""
    rows = report_rows(actor, filters).order_by().values("activity_id").annotate(**_COUNTS)
    counts: dict[int, dict[str, Any]] = {}
    for row in rows:
        values: dict[str, Any] = dict(row)
        counts[values.pop("activity_id")] = values
    activities = Activity.objects.in_bulk(counts)
    found = [ActivityCounts(activity=activities[pk], **each) for pk, each in counts.items()]
    return sorted(
        found, key=lambda entry: (entry.activity.kind != ActivityKind.PATH, entry.activity.code, entry.activity.pk)
    )


@dataclass(frozen=True)
class MatrixRow:
    person: User
    cells: list[Enrollment | None]


def matrix_columns(filters: ReportFilters) -> list[Activity]:
    """The modules of the matrix: those of the chosen path, the chosen module, or all that are live or taken."""
    modules = Activity.objects.filter(kind=ActivityKind.MODULE)
    if filters.activity is not None:
        steps = PathStep.objects.filter(path=filters.activity).values("module")
        return list(modules.filter(Q(pk=filters.activity.pk) | Q(pk__in=steps)).order_by("code", "pk"))
    taken = Enrollment.objects.filter(activity=OuterRef("pk"))
    return list(modules.filter(Q(is_live=True) | Exists(taken)).order_by("code", "pk"))


def matrix_people(actor: User, filters: ReportFilters) -> QuerySet[User]:
    """The people of the matrix. With a filter on rows, those of whom a row matches; their other modules show too."""
    people = report_people(actor, filters)
    if filters.narrows_rows or filters.activity is not None:
        people = people.filter(pk__in=report_rows(actor, filters).order_by().values("user"))
    return people.order_by("last_name", "first_name", "pk")


def matrix_rows(actor: User, filters: ReportFilters, *, people: list[User], columns: list[Activity]) -> list[MatrixRow]:
    """One query for the cells of these people; None is "not assigned"."""
    rows = with_certificates(report_rows(actor, filters.without_row_filters()), filters.moment).filter(
        user__in=[person.pk for person in people], activity__in=[column.pk for column in columns]
    )
    cells = {(row.user_id, row.activity_id): row for row in rows}
    return [MatrixRow(person, [cells.get((person.pk, column.pk)) for column in columns]) for person in people]


TIMELINE_VERBS = (Verb.REGISTERED, Verb.RESCHEDULED, Verb.SATISFIED)


def timeline_events(person: User) -> QuerySet[LearningEvent]:
    """Enrolled, due date changed, fulfilled; of paths and modules only. Never lessons, tests or scores."""
    return (
        LearningEvent.objects.filter(actor=person, verb__in=TIMELINE_VERBS, activity__kind__in=REPORT_KINDS)
        .select_related("activity")
        .only("verb", "timestamp", "sequence", "context", "activity__kind", "activity__code", "activity__title_de",
              "activity__title_en", "activity__key")
        .order_by("-timestamp", "-sequence")
    )  # fmt: skip


def assigned_before(activity: Activity, people: Iterable[User]) -> set[int]:
    """Ids of those of these people to whom HR has assigned this already."""
    rows = Enrollment.objects.filter(activity=activity, source=EnrollmentSource.ASSIGNED)
    return set(rows.filter(user__in=[person.pk for person in people]).values_list("user_id", flat=True))


def to_be_told(activity: Activity, people: Iterable[User]) -> list[Enrollment]:
    """The running enrolments of these people, of those only who are still here."""
    rows = Enrollment.objects.filter(activity=activity, satisfied_at=None, user__is_active=True)
    return list(rows.filter(user__in=[person.pk for person in people]).order_by("pk"))


def plan_kinds(activity: Activity, due_at: datetime | None, people: list[User]) -> dict[int, PlanKind]:
    """What assigning would do to each of these people: the same decisions as `courses.services.assign`."""
    newest: dict[int, Enrollment] = {}
    for enrollment in Enrollment.objects.filter(activity=activity, user__in=[p.pk for p in people]).order_by("cycle"):
        newest[enrollment.user_id] = enrollment
    return {person.pk: _plan_kind(newest.get(person.pk), due_at) for person in people}


def _plan_kind(enrollment: Enrollment | None, due_at: datetime | None) -> PlanKind:
    if enrollment is None:
        return PlanKind.NEW
    if enrollment.satisfied_at is not None:
        return PlanKind.COMPLETED
    same = (enrollment.due_at, enrollment.source) == (due_at, EnrollmentSource.ASSIGNED)
    return PlanKind.UNCHANGED if same else PlanKind.CHANGED


def may_fetch(actor: User, job: ExportJob) -> bool:
    """Only the requester, while still HR, and only if the view has not shrunk since the job was made."""
    if job.requested_by_id != actor.pk or not roles.may_report(actor):
        return False
    scope = roles.hr_scope(actor)
    return scope is None or (job.scope_path != "" and job.scope_path.startswith(scope.path))
