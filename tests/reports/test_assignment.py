"""Manual assignment: what the dry run shows is what is assigned, and nothing before the confirmation."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from courses.models import Activity, Enrollment
from people.models import AccessLogEntry, User
from reports.enums import PlanKind
from reports.filters import end_of_day
from reports.models import AssignmentPlan
from reports.services import confirm_assignment, dry_run
from tests.factories import UserFactory
from tests.reports import factories


@pytest.fixture
def activity(db: None) -> Activity:
    return factories.module("M01")


def choose(client: Client, chosen: Activity, **fields: Any) -> Any:
    day = (timezone.localdate() + timedelta(days=30)).isoformat()
    data = {"activity": str(chosen.key), "due": day, "whom": "picked", "query": "", **fields}
    return client.post("/en/reports/assign/", data)


def test_the_whole_way(activity: Activity, hr: User, alice: User, bob: User, charlie: User, client: Client) -> None:
    factories.enrolled(bob, activity, due=timedelta(days=3))
    factories.enrolled(charlie, activity, satisfied=timedelta(days=3))
    client.force_login(hr)
    answer = choose(client, activity, people=[str(person.uuid) for person in (alice, bob, charlie)])
    plan = AssignmentPlan.objects.get()
    assert answer.status_code == 302
    assert not Enrollment.objects.filter(user=alice).exists(), "a dry run assigns nothing"
    page = client.get(answer["Location"]).content.decode()
    assert "Assign to 2 people now" in page
    assert "Already completed" in page
    run = dry_run(hr, plan)
    kinds = {person.email: kind for person, kind in run.people}
    assert kinds == {alice.email: PlanKind.NEW, bob.email: PlanKind.CHANGED, charlie.email: PlanKind.COMPLETED}

    done = client.post(f"/en/reports/assign/{plan.uuid}/confirm/", {"token": run.token}, follow=True)
    assert "Assigned to 2 people." in done.content.decode()
    due = end_of_day(timezone.localdate() + timedelta(days=30))
    made = Enrollment.objects.get(user=alice)
    assert (made.due_at, made.assigned_by, made.source) == (due, hr, "assigned")
    assert Enrollment.objects.get(user=bob).due_at == due
    assert set(AccessLogEntry.objects.filter(action="assign").values_list("subject", flat=True)) == {alice.pk, bob.pk}

    again = client.post(f"/en/reports/assign/{plan.uuid}/confirm/", {"token": run.token}, follow=True)
    assert again.status_code == 200
    assert Enrollment.objects.count() == 3, "a double click changes nothing"


def test_a_changed_set_is_shown_again_and_not_assigned(
    activity: Activity, hr: User, alice: User, bob: User, client: Client
) -> None:
    client.force_login(hr)
    choose(client, activity, people=[str(alice.uuid), str(bob.uuid)])
    plan = AssignmentPlan.objects.get()
    token = dry_run(hr, plan).token
    bob.is_active = False
    bob.save()
    page = client.post(f"/en/reports/assign/{plan.uuid}/confirm/", {"token": token}, follow=True).content.decode()
    assert "Something has changed" in page
    assert not Enrollment.objects.exists()
    confirm_assignment(hr, plan=plan, token=dry_run(hr, plan).token)
    assert list(Enrollment.objects.values_list("user", flat=True)) == [alice.pk]


def test_everybody_who_matches(activity: Activity, hr: User, alice: User, bob: User, client: Client) -> None:
    client.force_login(hr)
    choose(client, activity, whom="matching", query="function=sales")
    assert AssignmentPlan.objects.get().user_ids == [bob.pk]


def test_people_outside_the_view_cannot_be_slipped_in(activity: Activity, alice: User, client: Client) -> None:
    from people.enums import Role
    from tests.factories import org_unit

    south = UserFactory(roles=[Role.HR], hr_scope=org_unit("South"))
    client.force_login(south)
    answer = choose(client, activity, people=[str(alice.uuid), "nonsense"])
    assert answer.status_code == 422
    assert "Nobody is chosen" in answer.content.decode()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"due": "2020-01-01"}, "This day has passed"),
        ({"due": "31.12.2030"}, "Enter a valid date"),
        ({"activity": "nonsense"}, "Select a valid choice"),
        ({}, "Nobody is chosen"),
    ],
)
def test_mistakes_are_told_and_nothing_is_lost(
    fields: dict[str, str], sentence: str, activity: Activity, hr: User, client: Client
) -> None:
    client.force_login(hr)
    answer = choose(client, activity, **fields)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not AssignmentPlan.objects.exists()


def test_what_is_not_live_cannot_be_assigned(hr: User, alice: User, client: Client) -> None:
    hidden = factories.module("M02", is_live=False)
    client.force_login(hr)
    assert choose(client, hidden, people=[str(alice.uuid)]).status_code == 422


def test_the_pages_take_the_same_queries_with_one_person_and_with_many(
    activity: Activity, hr: User, alice: User, client: Client, django_assert_num_queries: Any
) -> None:
    client.force_login(hr)
    client.get("/en/reports/assign/")
    with django_assert_num_queries(10):
        client.get("/en/reports/assign/")
    factories.company(3)
    with django_assert_num_queries(10):
        client.get("/en/reports/assign/")
