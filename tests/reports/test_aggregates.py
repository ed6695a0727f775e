"""No group of fewer than five can be read or worked out, whatever the filters."""

from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from enablement.core.disclosure import MINIMUM_GROUP
from people.enums import Role
from people.models import OrgUnit, User
from reports.aggregates import ALL, NONE, Aggregates
from reports.suppression import hidden_cells
from tests.factories import UserFactory, function, org_unit
from tests.reports import factories


@given(st.lists(st.lists(st.integers(0, 12), min_size=3, max_size=3), min_size=2, max_size=4))
def test_neither_a_cell_nor_a_difference_gives_a_small_group_away(atoms: list[list[int]]) -> None:
    """A two-way table with both margins: every shown sum has hidden parts of nobody or of at least five."""
    people: dict[tuple[Any, Any], int] = {}
    lines, columns = range(len(atoms)), range(3)
    for line, column in product(lines, columns):
        people[line, column] = atoms[line][column]
    sums: list[tuple[tuple[Any, Any], list[tuple[Any, Any]]]] = []
    for line in lines:
        people[line, ALL] = sum(atoms[line])
        sums.append(((line, ALL), [(line, column) for column in columns]))
    for column in [*columns, ALL]:
        people[ALL, column] = sum(people[line, column] for line in lines)
        sums.append(((ALL, column), [(line, column) for line in lines]))
    sums.append(((ALL, ALL), [(ALL, column) for column in columns]))
    hidden = hidden_cells(people, sums)
    assert all(cell in hidden for cell, count in people.items() if 0 < count < MINIMUM_GROUP)
    for total, parts in sums:
        if total not in hidden:
            unknown = sum(people[part] for part in parts if part in hidden)
            assert unknown == 0 or unknown >= MINIMUM_GROUP


def test_one_small_group_takes_a_second_one_with_it() -> None:
    people = {"all": 30, "a": 3, "b": 12, "c": 15}
    assert hidden_cells(people, [("all", ["a", "b", "c"])]) == {"a", "b"}
    assert hidden_cells({"all": 27, "b": 12, "c": 15}, [("all", ["b", "c"])]) == set()


def test_a_total_that_its_parts_reveal_is_no_hiding_place() -> None:
    """30 = 27 in units + 3 without; hiding the 27 alone would help nobody, for its units add up to it."""
    people = {"all": 30, "units": 27, "none": 3, "a": 12, "b": 15}
    hidden = hidden_cells(people, [("all", ["units", "none"]), ("units", ["a", "b"])])
    assert "none" in hidden
    assert hidden == {"units", "none", "a"}


@pytest.fixture
def units(db: None) -> tuple[OrgUnit, OrgUnit]:
    """North: 9 in marketing, 3 in sales. South: 8 in marketing, 7 in sales. All take M01."""
    north, south = org_unit("North"), org_unit("South")
    activity = factories.module("M01")
    for unit, slug, count in (
        (north, "marketing", 9),
        (north, "sales", 3),
        (south, "marketing", 8),
        (south, "sales", 7),
    ):
        for number in range(count):
            user = UserFactory(org_unit=unit, function=function(slug))
            factories.enrolled(user, activity, due=timedelta(days=-1 if number == 0 else 5))
    return north, south


def test_filter_combinations_do_not_give_the_three_sellers_of_the_north_away(units: tuple[OrgUnit, OrgUnit]) -> None:
    north, south = units
    numbers = Aggregates(User.objects.filter(is_active=True), timezone.now())
    sales, marketing = function("sales").pk, function("marketing").pk
    whole = numbers.group("")
    assert (whole.people, whole.total, whole.overdue) == (27, 27, 4)
    assert numbers.group("", sales, north.pk).hidden
    # North shown and marketing there shown would give 3; south's sales shown and all sales shown would give 3 as well.
    assert numbers.group("", marketing, north.pk).hidden or numbers.group("", ALL, north.pk).hidden
    assert numbers.group("", sales, south.pk).hidden or numbers.group("", sales).hidden
    assert not any(group.people for group in numbers.by_activity(sales, north.pk))
    assert numbers.group("", NONE).people == 0


def test_the_page_hides_the_small_group_and_says_so(units: tuple[OrgUnit, OrgUnit], client: Client) -> None:
    north, _south = units
    client.force_login(UserFactory(roles=[Role.WORKS_COUNCIL]))
    assert b"27" in client.get("/en/reports/overview/").content
    page = client.get(f"/en/reports/overview/?function=sales&unit={north.pk}").content.decode()
    assert "This group is too small" in page
    assert b"left out" in client.get("/en/reports/overview/?unit=abc").content


def test_the_overview_takes_the_same_queries_with_few_and_with_many(
    units: tuple[OrgUnit, OrgUnit], client: Client, django_assert_num_queries: Any
) -> None:
    client.force_login(UserFactory(roles=[Role.WORKS_COUNCIL]))
    client.get("/en/reports/overview/")
    with django_assert_num_queries(11):
        client.get("/en/reports/overview/")
    factories.company(4, people=60)
    with django_assert_num_queries(11):
        client.get("/en/reports/overview/")
