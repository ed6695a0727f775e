"""One mail for each person to whom something is assigned for the first time: not lost, not in a transaction."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core import mail
from django.core.mail import EmailMessage
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection
from django.test import Client
from django.utils import timezone

from courses.models import Activity, Enrollment, HomePage
from enablement.core import outgoing
from enablement.core.claimable import WorkState
from enablement.core.verification import run_record_checks
from people.models import User
from reports.models import AssignmentMail, AssignmentPlan
from reports.services import confirm_assignment, dry_run, plan_assignment
from reports.tasks import send_mails
from tests.courses.factories import module_tree
from tests.reports import factories

DUE = timedelta(days=30)
pytestmark = pytest.mark.django_db


@pytest.fixture
def activity(db: None) -> Activity:
    return factories.module("M01")


def assigned(hr: User, activity: Activity, *people: User, due: timedelta | None = DUE, **fields: Any) -> AssignmentPlan:
    due_at = None if due is None else timezone.now() + due
    plan = plan_assignment(hr, activity=activity, due_at=due_at, users=people, **fields)
    return confirm_assignment(hr, plan=plan, token=dry_run(hr, plan).token)


def test_each_is_told_in_the_own_language(
    activity: Activity, hr: User, alice: User, bob: User, mailoutbox: list[Any]
) -> None:
    bob.language = "en"
    bob.save()
    plan = assigned(hr, activity, alice, bob)
    assert plan.result["mails"] == 2
    assert mailoutbox == [], "nothing leaves before the assignment is stored"
    send_mails()
    send_mails()
    german, english = sorted(mailoutbox, key=lambda message: message.to != [alice.email])
    assert (german.to, english.to) == ([alice.email], [bob.email])
    assert "Modul M01" in german.subject
    assert "Module M01" in english.subject
    day = timezone.localdate() + DUE
    assert f"{day.day}" in english.body
    assert f"{day.year}" in english.body
    assert f"{settings.BASE_URL}/en/" in english.body
    assert "/de/" in german.body


def test_without_a_due_date_and_to_the_page_itself(
    hr: User, alice: User, home: HomePage, mailoutbox: list[Any]
) -> None:
    tree = module_tree(home)
    assigned(hr, tree.module, alice, due=None)
    send_mails()
    assert "no due date" in mailoutbox[0].body
    assert f"{settings.BASE_URL}{tree.page.get_url()}\n" in mailoutbox[0].body


def test_who_knows_already_is_not_told_again(
    activity: Activity, hr: User, alice: User, bob: User, charlie: User, mailoutbox: list[Any]
) -> None:
    factories.enrolled(charlie, activity, satisfied=timedelta(days=3))
    Enrollment.objects.filter(pk=factories.enrolled(bob, activity).pk).update(source="self")
    assigned(hr, activity, alice, bob, charlie)
    assigned(hr, activity, alice, bob, charlie, due=timedelta(days=5))
    send_mails()
    assert {message.to[0] for message in mailoutbox} == {alice.email, bob.email}
    assert len(mailoutbox) == 2


def test_an_assignment_from_before_is_no_news(
    activity: Activity, hr: User, alice: User, bob: User, mailoutbox: list[Any]
) -> None:
    factories.enrolled(alice, activity)
    assigned(hr, activity, bob, send_mail=False)
    assigned(hr, activity, alice, bob, due=timedelta(days=5))
    send_mails()
    assert mailoutbox == []


def test_nobody_who_has_left_or_is_done_is_told(
    activity: Activity, hr: User, alice: User, bob: User, mailoutbox: list[Any]
) -> None:
    assigned(hr, activity, alice, bob)
    User.objects.filter(pk=alice.pk).update(is_active=False)
    Enrollment.objects.filter(user=bob).update(satisfied_at=timezone.now())
    send_mails()
    assert mailoutbox == []
    assert set(AssignmentMail.objects.values_list("work_state", flat=True)) == {WorkState.DONE}


@pytest.mark.parametrize(("ticked", "count"), [({"send_mail": "on"}, 1), ({}, 0)])
def test_the_switch_of_the_form(
    activity: Activity, hr: User, alice: User, client: Client, ticked: dict[str, str], count: int
) -> None:
    client.force_login(hr)
    assert 'name="send_mail"' in (page := client.get("/en/reports/assign/").content.decode())
    assert "checked" in page.split('name="send_mail"')[1].split(">")[0]
    data = {"activity": str(activity.key), "due": "", "whom": "picked", "people": [str(alice.uuid)], **ticked}
    shown = client.post("/en/reports/assign/", data, follow=True).content.decode()
    assert ("Nobody gets a mail" in shown) is not bool(ticked)
    plan = AssignmentPlan.objects.get()
    done = client.post(
        f"/en/reports/assign/{plan.uuid}/confirm/", {"token": dry_run(hr, plan).token}, follow=True
    ).content.decode()
    assert AssignmentMail.objects.count() == count
    assert ("1 mail is on its way" in done) is bool(count)


def test_a_worker_killed_while_sending_loses_no_mail(
    activity: Activity, hr: User, alice: User, mailoutbox: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        assigned(hr, activity, alice)
        around = list(connection.savepoint_ids)  # of the tests themselves

        def killed(*_args: Any, **_kwargs: Any) -> int:
            assert connection.savepoint_ids == around, "no mail in a transaction"
            raise SystemExit

        with monkeypatch.context() as patch:
            patch.setattr(EmailMessage, "send", killed)
            with pytest.raises(SystemExit):
                send_mails()
        send_mails()
        assert mailoutbox == [], "another worker may still be at it"
        clock.shift(outgoing.LEASE + timedelta(seconds=1))
        send_mails()
        send_mails()
        assert len(mailoutbox) == 1
        assert str(AssignmentMail.objects.get().uuid) in mailoutbox[0].extra_headers["Message-ID"]


def test_a_refused_mail_is_tried_again_and_an_unreachable_server_costs_no_try(
    activity: Activity, hr: User, alice: User, mailoutbox: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: Any, **_kwargs: Any) -> int:
        raise ConnectionRefusedError

    with time_machine.travel(timezone.now(), tick=False) as clock:
        assigned(hr, activity, alice)
        with monkeypatch.context() as patch:
            patch.setattr(EmailBackend, "open", refuse)
            send_mails()
            assert AssignmentMail.objects.get().work_attempts == 0
        with monkeypatch.context() as patch:
            patch.setattr(EmailMessage, "send", refuse)
            send_mails()
            row = AssignmentMail.objects.get()
            assert (row.work_state, row.work_attempts) == (WorkState.QUEUED, 1)
        clock.shift(timedelta(hours=1))
        found = [
            finding.detail for finding in run_record_checks("mail on an assignment overdue by more than two sweeps")
        ]
        assert len(found) == 1
        send_mails()
        assert len(mail.outbox) == 1
        assert not list(run_record_checks("mail on an assignment overdue by more than two sweeps"))
