"""Events alone tell enrolment and progress, and a fault that is planted in the rows is found."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from courses.models import Enrollment, HomePage, LearningEvent, Progress
from courses.replay import replay
from courses.services import assign, complete_lesson, enroll, open_activity, record_quiz_outcome
from courses.verification import differences
from enablement.core.verification import run_record_checks
from people.enums import Role
from people.models import User
from tests import factories
from tests.courses.factories import activity_of, module_tree, path_page
from tests.layers import layer

DUE = datetime(2027, 3, 1, tzinfo=UTC)


def _history(home: HomePage) -> User:
    alice, bob, hr = factories.UserFactory(), factories.UserFactory(), factories.UserFactory(roles=[Role.HR])
    first, second = module_tree(home, lessons=2, quiz=True), module_tree(home, lessons=1, code="M02", title="Buyers")
    path = activity_of(path_page(home, first.page, second.page))
    enroll(alice, activity=path, source="self", due_at=DUE + timedelta(days=9))
    assign(hr, activity=path, users=[alice, bob], due_at=DUE)
    open_activity(alice, activity=first.lessons[1])
    for each in (*first.lessons, *second.lessons):
        complete_lesson(alice, lesson=each)
    for score, passed in (("0.55", False), ("0.9", True), ("0.6", False)):
        record_quiz_outcome(
            alice, quiz=first.quiz, cycle=1, passed=passed, score_scaled=Decimal(score), attempt=uuid4()
        )
    assert Enrollment.objects.filter(user=alice, satisfied_at__isnull=False).count() == 3
    return alice


@pytest.fixture(scope="module")
def shared_history(shared_home: int | None, django_db_blocker: Any) -> Iterator[int]:
    with layer(django_db_blocker, lambda: _history(HomePage.objects.get(pk=shared_home))) as alice:
        yield alice.pk


@pytest.fixture
def history(home: HomePage, shared_history: int) -> User:
    """Alice has done everything that makes events; Bob was only assigned."""
    return User.objects.get(pk=shared_history)


def findings() -> set[str]:
    names = {
        "events rebuild enrolment and progress",
        "satisfied enrolments have their event",
        "satisfied modules and paths rest on something done",
    }
    return {finding.check for finding in run_record_checks() if finding.check in names}


def test_what_services_write_is_what_events_tell(history: User) -> None:
    assert list(differences(User.objects.values_list("pk", flat=True))) == []
    assert findings() == set()
    call_command("rebuild_progress", "--check")


def test_replay_is_pure_and_stands_repetition(history: User) -> None:
    events = list(LearningEvent.objects.filter(actor=history))
    assert replay(events) == replay(events)
    assert replay([*events, *events]) == replay(events)


@pytest.mark.parametrize(
    ("model", "change"),
    [
        (Enrollment, {"due_at": DUE - timedelta(days=1)}),
        (Enrollment, {"satisfied_at": DUE}),
        (Enrollment, {"frozen_outline": []}),
        (Enrollment, {"source": "assigned", "assigned_by": None}),
        (Progress, {"completion_status": "incomplete"}),
        (Progress, {"success_status": "failed"}),
        (Progress, {"score_scaled": Decimal("0.1")}),
        (Progress, {"completed_at": DUE}),
    ],
)
def test_each_planted_fault_is_found_and_mended(
    history: User, model: type[Enrollment] | type[Progress], change: dict[str, object]
) -> None:
    model.objects.filter(user=history).update(**change)
    assert "events rebuild enrolment and progress" in findings()
    with pytest.raises(CommandError):
        call_command("rebuild_progress", "--check", "--user", history.email)
    call_command("rebuild_progress", "--user", history.email)
    assert findings() == set()


def test_lost_rows_come_back(history: User) -> None:
    before = set(Enrollment.objects.filter(user=history).values_list("uuid", "satisfied_at", "due_at"))
    Progress.objects.filter(user=history).delete()
    Enrollment.objects.filter(user=history).delete()
    call_command("rebuild_progress", "--user", history.email)
    assert set(Enrollment.objects.filter(user=history).values_list("uuid", "satisfied_at", "due_at")) == before
    assert findings() == set()


def test_faked_completion_is_found(home: HomePage, alice: User) -> None:
    module = module_tree(home).module
    Enrollment.objects.create(user=alice, activity=module, source="self", satisfied_at=DUE)
    assert findings() == {
        "events rebuild enrolment and progress",
        "satisfied enrolments have their event",
        "satisfied modules and paths rest on something done",
    }


def test_events_are_append_only(history: User) -> None:
    event = LearningEvent.objects.filter(actor=history)[0]
    for act in (event.delete, event.save, LearningEvent.objects.all().delete):
        with pytest.raises(TypeError):
            act()
