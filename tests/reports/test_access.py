"""Who may not, learns nothing: the same 404 for what exists and what does not, after proving that it was there."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from people.enums import Role
from people.models import AccessLogEntry, OrgUnit, User, VisibilitySettings
from reports.filters import FilterForm
from reports.models import AssignmentPlan, ExportJob
from reports.production import write_export
from reports.services import plan_assignment, request_export
from tests.factories import UserFactory, function, org_unit
from tests.reports import factories

LISTS = ["", "?view=matrix", "overview/", "exports/", "assign/"]


@pytest.fixture
def company(alice: User, hr: User) -> dict[str, Any]:
    """Alice in the north with an overdue module; HR of the south; a works council."""
    north, south = org_unit("North"), org_unit("South")
    alice.org_unit = north
    alice.save()
    hr_south = UserFactory(email="south@example.com", roles=[Role.HR], hr_scope=OrgUnit.objects.get(pk=south.pk))
    council = UserFactory(email="council@example.com", roles=[Role.WORKS_COUNCIL])
    activity = factories.module("M01")
    row = factories.enrolled(alice, activity, due=timedelta(days=-3))
    return {"north": north, "south": south, "hr_south": hr_south, "council": council, "activity": activity, "row": row}


@pytest.mark.parametrize("place", LISTS)
def test_lists_answer_404_to_everybody_without_the_role(
    place: str, company: dict[str, Any], bob: User, trainer: User, reviewer: User, admin: User, hr: User, client: Client
) -> None:
    client.force_login(hr)
    assert client.get(f"/en/reports/{place}").status_code == 200
    for person in (bob, trainer, reviewer, admin):
        client.force_login(person)
        assert client.get(f"/en/reports/{place}").status_code == 404
    client.logout()
    assert client.get(f"/en/reports/{place}").status_code == 302


def test_hr_of_another_unit_sees_nothing_of_alice(
    company: dict[str, Any], alice: User, hr: User, client: Client
) -> None:
    client.force_login(hr)
    for place in ("", "?view=matrix", f"people/{alice.uuid}/", "assign/"):
        assert b"Adler" in client.get(f"/en/reports/{place}").content, place
    client.force_login(company["hr_south"])
    for place in ("", "?view=matrix", "?q=Adler", "assign/", f"?unit={company['north'].pk}"):
        page = client.get(f"/en/reports/{place}")
        assert page.status_code == 200
        assert b"Alice" not in page.content, place
        assert b"Adler, " not in page.content, place
        assert b">North<" not in page.content, place
    missing = client.get(f"/en/reports/people/{uuid.uuid4()}/")
    foreign = client.get(f"/en/reports/people/{alice.uuid}/")
    assert missing.status_code == foreign.status_code == 404


def test_an_export_holds_the_scope_of_its_requester(company: dict[str, Any], hr: User) -> None:
    def text(actor: User) -> str:
        job = request_export(actor, kind="csv", form=FilterForm(actor, {}), language="en")  # type: ignore[arg-type]
        assert write_export(job.pk)
        with ExportJob.objects.get(pk=job.pk).file.open() as file:
            return str(file.read().decode())

    assert "Adler, Alice" in text(hr)
    assert "Adler" not in text(company["hr_south"])


def test_an_export_is_fetched_by_its_requester_alone_while_hr(
    company: dict[str, Any], hr: User, client: Client
) -> None:
    job = request_export(hr, kind="csv", form=FilterForm(hr, {}), language="en")  # type: ignore[arg-type]
    write_export(job.pk)
    place = f"/en/reports/exports/{job.uuid}/file/"
    client.force_login(hr)
    response = client.get(place)
    assert b"Adler" in b"".join(response.streaming_content)  # type: ignore[arg-type]  # not async here
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert AccessLogEntry.objects.filter(actor=hr, action="export_download").exists()

    for person in (company["hr_south"], UserFactory(roles=[Role.HR]), company["council"]):
        client.force_login(person)
        assert client.get(place).status_code == 404
        assert client.post(f"/en/reports/exports/{job.uuid}/cancel/").status_code == 404

    hr.hr_scope = OrgUnit.objects.get(pk=company["south"].pk)
    hr.save()
    client.force_login(hr)
    assert client.get(place).status_code == 404, "the view has shrunk since the export was made"
    hr.hr_scope = None
    hr.save()
    hr.groups.clear()
    assert client.get(place).status_code == 404, "no longer HR"


def test_every_look_is_noted(company: dict[str, Any], alice: User, hr: User, client: Client) -> None:
    client.force_login(hr)
    client.get("/en/reports/?status=overdue")
    client.get(f"/en/reports/people/{alice.uuid}/")
    listed, person = AccessLogEntry.objects.filter(actor=hr).order_by("pk")
    assert (listed.action, listed.subject) == ("report", None)
    assert "status=overdue" in listed.detail
    assert (person.action, person.subject) == ("timeline", alice)


def test_a_refused_look_is_no_look(company: dict[str, Any], alice: User, client: Client) -> None:
    client.force_login(company["hr_south"])
    client.get(f"/en/reports/people/{alice.uuid}/")
    assert not AccessLogEntry.objects.filter(subject=alice).exists()


def test_the_works_council_sees_numbers_and_nobody(company: dict[str, Any], client: Client) -> None:
    for number in range(6):
        factories.enrolled(
            UserFactory(
                org_unit=company["north"], function=function("sales"), first_name="Zed", last_name=f"Zz{number}"
            ),
            company["activity"],
        )
    client.force_login(company["council"])
    page = client.get("/en/reports/overview/").content.decode()
    assert "M01 Module M01" in page
    assert "Adler" not in page
    assert "Zz" not in page
    for place in ("", "exports/", "assign/", f"people/{uuid.uuid4()}/"):
        assert client.get(f"/en/reports/{place}").status_code == 404


def test_the_team_view_is_off_until_the_company_switches_it_on(
    company: dict[str, Any], alice: User, bob: User, client: Client
) -> None:
    alice.manager = bob
    alice.save()
    client.force_login(bob)
    assert client.get("/en/reports/team/").status_code == 404
    VisibilitySettings.objects.update_or_create(defaults={"team_lead_view": True})
    page = client.get("/en/reports/team/")
    assert page.status_code == 200
    text = page.content.decode()
    assert "Alice Adler" in text
    assert "Overdue" in text
    for hidden in ("In progress", "Not started", factories.CANARY_SCORE):
        assert hidden not in text
    assert AccessLogEntry.objects.filter(actor=bob, action="team").exists()
    client.force_login(alice)
    assert client.get("/en/reports/team/").status_code == 404, "leads nobody"


def test_a_plan_is_its_makers_alone(company: dict[str, Any], alice: User, hr: User, client: Client) -> None:
    plan = plan_assignment(hr, activity=company["activity"], due_at=None, users=[alice])
    other = UserFactory(roles=[Role.HR])
    client.force_login(hr)
    assert client.get(f"/en/reports/assign/{plan.uuid}/").status_code == 200
    client.force_login(other)
    assert client.get(f"/en/reports/assign/{plan.uuid}/").status_code == 404
    assert client.post(f"/en/reports/assign/{plan.uuid}/confirm/").status_code == 404
    assert AssignmentPlan.objects.get().confirmed_at is None


HOSTILE = [
    "?status=%27%20OR%201%3D1--", "?activity=not-a-uuid", "?unit=999999999999999999999", "?unit=abc", "?function=%00",
    "?due_from=31.12.2026", "?due_from=2026-02-31", "?completed_from=2026-05-02&completed_to=2026-05-01",
    "?as_of=2999-01-01", "?view=%3Cscript%3E", "?sort=password", "?sort=user__password", "?page=-1", "?page=zz",
    "?q=%00%27%22%3Cscript%3Ealert(1)",
    "?nonsense=1&status=&status=overdue", "?as_of=0001-01-01", "?due_to=9999-12-31",
]  # fmt: skip


@pytest.mark.parametrize("query", HOSTILE)
def test_hostile_values_are_left_out_with_a_notice(
    query: str, company: dict[str, Any], hr: User, client: Client
) -> None:
    client.force_login(hr)
    page = client.get(f"/en/reports/{query}")
    assert page.status_code == 200
    text = page.content.decode()
    assert "<script>alert" not in text
    if not any(part in query for part in ("page=", "q=", "nonsense", "completed_from")):
        assert "was left out" in text
        assert "UUID" not in text
        assert "Adler" in text, "what was not understood does not filter"


def test_no_report_byte_holds_a_score_or_an_attempt(
    company: dict[str, Any], alice: User, hr: User, client: Client
) -> None:
    done = factories.enrolled(alice, factories.module("M02"), satisfied=timedelta(days=2))
    assert alice.progress.filter(score_scaled=factories.CANARY_SCORE).exists()
    client.force_login(hr)
    pages = [client.get(f"/en/reports/{place}").content.decode() for place in (*LISTS, f"people/{alice.uuid}/")]
    job = request_export(hr, kind="csv", form=FilterForm(hr, {}), language="en")  # type: ignore[arg-type]
    write_export(job.pk)
    with ExportJob.objects.get(pk=job.pk).file.open() as file:
        pages.append(file.read().decode())
    assert done.satisfied_at
    for text in pages:
        for canary in ("8765", "0.87", "87 %", "score_scaled"):
            assert canary not in text
