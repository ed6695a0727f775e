"""Large reports: numbers are kept for a minute, and every number of a page is of the same moment."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.test import Client
from django.utils import timezone

from people.models import User
from reports import numbers
from reports.filters import FilterForm
from reports.numbers import report_numbers
from reports.selectors import ordered, report_rows, rows_between
from reports.services import confirm_assignment, dry_run, plan_assignment
from tests.factories import UserFactory
from tests.reports import factories


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Any report counts as a large one."""
    monkeypatch.setattr(numbers, "LARGE", 1)
    numbers.forget_numbers()
    yield
    numbers.forget_numbers()


def shown(client: Client) -> tuple[str, int]:
    """Overdue, and the rows of the table that are overdue."""
    page = BeautifulSoup(client.get("/en/reports/").content, "html.parser")
    return page.select(".figure .num")[0].get_text(strip=True), len(page.select(".data--sticky tbody tr"))


def test_a_page_of_kept_numbers_shows_no_row_that_came_after_them(hr: User, client: Client, large: None) -> None:
    """Else the card says 1 overdue above a table with two."""
    now = timezone.now()
    activity = factories.module()
    with time_machine.travel(now, tick=False):
        factories.enrolled(UserFactory(), activity, due=timedelta(days=-1))
        client.force_login(hr)
        assert shown(client) == ("1", 1)
    with time_machine.travel(now + timedelta(seconds=5), tick=False):
        factories.enrolled(UserFactory(), activity, due=timedelta(days=-1), since=timedelta())
        assert shown(client) == ("1", 1)
        forgotten(now)
        assert shown(client) == ("2", 2)


def forgotten(moment: datetime) -> None:
    """The minute is over; the cache's own clock cannot be moved."""
    assert moment < timezone.now()
    numbers.forget_numbers()


def test_an_assignment_of_hr_shows_at_once(hr: User, large: None, django_capture_on_commit_callbacks: Any) -> None:
    activity = factories.module()
    factories.enrolled(UserFactory(), activity)
    filters = FilterForm(hr, {}).filters
    assert report_numbers(hr, filters(), chart=True).summary.total == 1
    plan = plan_assignment(hr, activity=activity, due_at=None, users=[UserFactory()], send_mail=False)
    assert report_numbers(hr, filters(), chart=True).summary.total == 1
    with django_capture_on_commit_callbacks(execute=True):
        confirm_assignment(hr, plan=plan, token=dry_run(hr, plan).token)
    assert report_numbers(hr, filters(), chart=True).summary.total == 2


def test_hr_of_a_unit_never_gets_the_numbers_kept_for_the_company(hr: User, large: None) -> None:
    users, _activities, units = factories.company(4)
    form = FilterForm(hr, {})
    whole = report_numbers(hr, form.filters(), chart=True)
    hr.hr_scope = units[1]
    part = report_numbers(hr, form.filters(), chart=True)
    assert 0 < part.summary.total < whole.summary.total
    assert part.summary.people == sum(user.org_unit_id == units[1].pk and user.is_active for user in users)


@pytest.mark.parametrize("status", ["", "overdue", "not_started"])
def test_rows_read_by_status_are_the_rows_in_order(status: str, hr: User) -> None:
    """Whatever piece a page asks for, also across two statuses."""
    factories.company(6)
    filters = FilterForm(hr, {"status": status}).filters()
    counted = report_numbers(hr, filters, chart=False).summary
    rows = report_rows(hr, filters)
    wanted = list(ordered(rows))
    assert len(wanted) == counted.total > 10
    for first in range(0, counted.total, 7):
        found = rows_between(rows, counted.by_status(), filters.moment, first, first + 7)
        assert found == wanted[first : first + 7]
