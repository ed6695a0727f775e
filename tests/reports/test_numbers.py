"""One source of numbers: the screen, the matrix, the export and a count by hand say the same."""

import csv
import io
from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.utils import timezone

from courses.models import Activity, Enrollment, Progress
from people.models import OrgUnit, User
from reports.aggregates import Aggregates
from reports.filters import FilterForm
from reports.models import ExportJob
from reports.production import write_export
from reports.selectors import by_activity, matrix_columns, matrix_people, matrix_rows, report_rows, summary
from reports.services import request_export
from tests.reports import factories


def naive_rows(people: list[User], moment: datetime) -> dict[tuple[int, int], tuple[str, Enrollment]]:
    """(user, activity) → status, the slow and obvious way: one row after the other."""
    result: dict[tuple[int, int], tuple[str, Enrollment]] = {}
    for row in Enrollment.objects.all().order_by("cycle"):
        if row.user_id not in {person.pk for person in people if person.is_active} or row.enrolled_at > moment:
            continue
        if row.satisfied_at and row.satisfied_at <= moment:
            status = "completed"
        elif row.due_at and row.due_at < moment:
            status = "overdue"
        elif Progress.objects.filter(
            user=row.user_id, activity=row.activity_id, cycle=row.cycle, started_at__lte=moment
        ).exists():
            status = "in_progress"
        else:
            status = "not_started"
        result[row.user_id, row.activity_id] = (status, row)
    return result


def export_rows(hr: User, params: dict[str, str]) -> list[list[str]]:
    job = request_export(hr, kind="csv", form=FilterForm(hr, params), language="en")  # type: ignore[arg-type]
    assert write_export(job.pk)
    with ExportJob.objects.get(pk=job.pk).file.open() as file:
        text = file.read().decode("utf-8-sig")
    table = list(csv.reader(io.StringIO(text)))
    return table[1 : table.index([])]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_screen_matrix_chart_export_and_naive_count_agree(seed: int, hr: User, client: Client) -> None:
    users, _activities, _units = factories.company(seed)
    filters = FilterForm(hr, {}).filters()
    naive = naive_rows([*users, hr], filters.moment)
    counts = Counter(status for status, _row in naive.values())
    assert len(naive) > 50
    assert min(counts.values()) > 3

    cards = summary(hr, filters)
    assert (cards.total, cards.overdue, cards.completed, cards.in_progress, cards.not_started) == (
        len(naive), counts["overdue"], counts["completed"], counts["in_progress"], counts["not_started"],
    )  # fmt: skip
    chart = by_activity(hr, filters)
    assert sum(bar.total for bar in chart) == cards.total
    assert sum(bar.overdue for bar in chart) == cards.overdue

    columns = matrix_columns(filters)
    matrix = matrix_rows(hr, filters, people=list(matrix_people(hr, filters)), columns=columns)
    cells = Counter(str(cell.status) for row in matrix for cell in row.cells if cell)  # type: ignore[attr-defined]
    modules = {column.pk for column in columns}
    assert cells == Counter(status for (_user, activity), (status, _row) in naive.items() if activity in modules)

    exported = Counter(row[6] for row in export_rows(hr, {}))
    words = {"Overdue": "overdue", "Completed": "completed", "In progress": "in_progress", "Not started": "not_started"}
    assert {words[word]: count for word, count in exported.items()} == dict(counts)

    client.force_login(hr)
    page = BeautifulSoup(client.get("/en/reports/").content, "html.parser")
    shown = [entry.get_text(strip=True) for entry in page.select(".figure .num")]
    assert shown[0] == str(counts["overdue"])
    assert shown[1] == f"{counts['completed'] * 100 // len(naive)} %"

    group = Aggregates(User.objects.filter(is_active=True), filters.moment).group("all")
    assert (group.total, group.completed, group.overdue) == (len(naive), counts["completed"], counts["overdue"])


def test_certificates_and_active_people_agree_with_a_naive_count(hr: User) -> None:
    users, _activities, _units = factories.company(5)
    filters = FilterForm(hr, {}).filters()
    naive = naive_rows(users, filters.moment)
    from certificates.models import Certificate

    valid = expiring = 0
    for _status, row in naive.values():
        found = Certificate.objects.filter(user=row.user_id, activity=row.activity_id, cycle=row.cycle).first()
        if found and (found.valid_until is None or found.valid_until >= filters.moment):
            valid += 1
            expiring += bool(found.valid_until and found.valid_until <= filters.moment + timedelta(days=30))
    started = {
        user
        for (user, activity), (status, row) in naive.items()
        if status == "completed"
        or Progress.objects.filter(user=user, activity=activity, cycle=row.cycle, started_at__isnull=False).exists()
    }
    cards = summary(hr, filters)
    assert valid > expiring > 0
    assert (cards.certificates, cards.expiring, cards.active) == (valid, expiring, len(started))


def _day(row: Enrollment) -> date:
    assert row.satisfied_at
    return timezone.localdate(row.satisfied_at)


FILTERS: list[tuple[str, Any]] = [
    ("function", lambda row, status, ctx: row.user.function and row.user.function.slug == "sales"),
    ("unit", lambda row, status, ctx: row.user.org_unit_id in ctx["units"]),
    ("activity", lambda row, status, ctx: row.activity_id == ctx["module"].pk),
    ("status", lambda row, status, ctx: status == "overdue"),
    ("due_from", lambda row, status, ctx: row.due_at and timezone.localdate(row.due_at) >= ctx["day"]),
    ("due_to", lambda row, status, ctx: row.due_at and timezone.localdate(row.due_at) <= ctx["day"]),
    ("completed_from", lambda row, status, ctx: status == "completed" and _day(row) >= ctx["past"]),
    ("completed_to", lambda row, status, ctx: status == "completed" and _day(row) <= ctx["past"]),
    ("q", lambda row, status, ctx: row.user_id in ctx["named"]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "rule"), FILTERS)
def test_every_filter_keeps_what_it_should(name: str, rule: Any, hr: User) -> None:
    users, activities, units = factories.company(7)
    today = timezone.localdate()
    named = [user.pk for user in users[::3]]
    User.objects.filter(pk__in=named).update(last_name="Sonderling")
    context = {
        "units": {units[1].pk}, "module": activities[2], "day": today, "past": today - timedelta(days=20),
        "named": named,
    }  # fmt: skip
    values = {
        "function": "sales", "unit": str(units[1].pk), "activity": str(activities[2].key), "status": "overdue",
        "due_from": today.isoformat(), "due_to": today.isoformat(), "completed_from": context["past"].isoformat(),
        "completed_to": context["past"].isoformat(), "q": "sonderl",
    }  # fmt: skip
    params = {name: values[name]}
    filters = FilterForm(hr, params).filters()
    naive = naive_rows(users, filters.moment)
    wanted = {row.pk for status, row in naive.values() if rule(row, status, context)}
    assert 0 < len(wanted) < len(naive)
    assert set(report_rows(hr, filters).values_list("pk", flat=True)) == wanted
    assert len(export_rows(hr, params)) == summary(hr, filters).total == len(wanted)


def test_a_unit_brings_its_sub_units_and_a_path_its_modules(hr: User) -> None:
    _users, activities, units = factories.company(8)
    everything = summary(hr, FilterForm(hr, {}).filters()).total
    assert summary(hr, FilterForm(hr, {"unit": str(units[0].pk)}).filters()).total == everything > 0
    assert summary(hr, FilterForm(hr, {"activity": str(activities[0].key)}).filters()).total == everything


def test_as_of_shows_what_was_true_at_the_end_of_that_day(hr: User, alice: User) -> None:
    User.objects.update(date_joined=timezone.now() - timedelta(days=300))
    early, late = factories.module("M01"), factories.module("M02")
    factories.enrolled(alice, early, since=timedelta(days=50), satisfied=timedelta(days=10))
    factories.enrolled(alice, late, since=timedelta(days=5))

    def at(days: int) -> list[tuple[str, str]]:
        day = (timezone.localdate() - timedelta(days=days)).isoformat()
        rows = report_rows(hr, FilterForm(hr, {"as_of": day}).filters()).select_related("activity")
        return sorted((row.activity.code, str(row.status)) for row in rows)  # type: ignore[attr-defined]

    assert at(60) == []
    assert at(20) == [("M01", "in_progress")]
    assert at(7) == [("M01", "completed")]
    assert at(0) == [("M01", "completed"), ("M02", "not_started")]


def test_the_newest_cycle_counts(hr: User, alice: User) -> None:
    activity = factories.module()
    factories.enrolled(alice, activity, satisfied=timedelta(days=30))
    factories.enrolled(alice, activity, cycle=2, since=timedelta(days=2))
    cards = summary(hr, FilterForm(hr, {}).filters())
    assert (cards.total, cards.completed, cards.not_started) == (1, 0, 1)


@pytest.mark.parametrize("view", ["", "?view=matrix", "?status=overdue&sort=-due&q=person"])
def test_the_report_takes_the_same_queries_with_one_row_and_with_many(
    view: str, hr: User, client: Client, django_assert_num_queries: Any
) -> None:
    literal = 13 if "matrix" in view else 14  # the matrix is told how many people there are
    client.force_login(hr)
    units = OrgUnit.objects.count()
    assert units == 0
    user = factories.UserFactory(org_unit=factories.org_unit("One"), function=factories.function("sales"))
    factories.enrolled(user, factories.module("M09"), due=timedelta(days=-3))
    client.get(f"/en/reports/{view}")
    with django_assert_num_queries(literal):
        client.get(f"/en/reports/{view}")
    factories.company(9, people=60)
    with django_assert_num_queries(literal):
        client.get(f"/en/reports/{view}")


def test_an_empty_report_explains_itself(hr: User, client: Client) -> None:
    client.force_login(hr)
    assert not Activity.objects.exists()
    assert b"Nobody takes a path or module yet" in client.get("/en/reports/").content
    assert b"Nobody matches these filters" in client.get("/en/reports/?status=overdue").content
