"""Export of one's own data, retention, erasure, logs, demo people and the check that keeps them out of production."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from enablement.core.errors import DomainError
from people import personal_data
from people.checks import no_demo_people_in_production, refuse_demo_people
from people.demo import DEMO_PASSWORD, DEMO_PEOPLE
from people.enums import Role
from people.models import AccessLogEntry, DeletionLogEntry, PeopleImport, User, VisibilitySettings
from people.services import erase_person, log_access, pair_duo, set_active, set_roles
from people.tasks import apply_retention
from tests import factories


@pytest.fixture
def registers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Registers of a test's own, so that higher rooms' hooks neither run nor stay."""
    for name in ("_exporters", "_retention", "_erasure"):
        monkeypatch.setattr(personal_data, name, dict(getattr(personal_data, name)) if name == "_exporters" else {})


def test_export_holds_ones_own_data_and_nobody_elses(client: Client, alice: User, bob: User, hr: User) -> None:
    log_access(hr, subjects=[alice, bob], action="timeline")
    client.force_login(alice)
    answer = client.post(reverse("people:export_my_data"))
    assert answer["Content-Disposition"].startswith("attachment")
    data = answer.json()
    assert data["person"]["email"] == alice.email
    assert [look["actor__email"] for look in data["person"]["looks_at_my_record"]] == [hr.email]
    assert bob.email not in answer.content.decode()


def test_rooms_add_their_part_to_the_export(client: Client, alice: User, registers: None) -> None:
    personal_data.register_personal_data("hobbies", lambda user: {"learner": user.email})
    with pytest.raises(ValueError, match="twice"):
        personal_data.register_personal_data("hobbies", lambda user: {})
    client.force_login(alice)
    assert client.post(reverse("people:export_my_data")).json()["hobbies"] == {"learner": alice.email}


def test_language_and_theme_are_saved(client: Client, alice: User) -> None:
    client.force_login(alice)
    answer = client.post("/de/people/profile/language/", {"language": "en"})
    assert answer.url == "/en/people/profile/"
    alice.refresh_from_db()
    assert alice.language == "en"
    client.post("/de/people/profile/theme/", {"theme": "dark"})
    assert 'data-theme="dark"' in client.get("/de/people/profile/").content.decode()
    client.post("/de/people/profile/theme/", {"theme": 'dark"><script>'})
    assert 'data-theme="dark"' in client.get("/de/people/profile/").content.decode()
    client.post("/de/people/profile/theme/", {"theme": ""})
    assert "data-theme" not in client.get("/de/people/profile/").content.decode()
    client.post("/de/people/profile/language/", {"language": "tlh"})
    alice.refresh_from_db()
    assert alice.language == "en"


def test_erasure_takes_the_name_and_keeps_the_row(alice: User, bob: User, registers: None) -> None:
    personal_data.register_erasure("notes", lambda user: 3)
    pair_duo(alice, bob)
    function = alice.function
    erase_person(alice, reason="request of the person")
    row = User.objects.get(pk=alice.pk)
    assert (row.first_name, row.last_name, row.external_id) == ("", "", None)
    assert "alice" not in row.email
    assert row.function == function
    assert not row.is_active
    assert not row.has_usable_password()
    assert User.objects.get(pk=bob.pk).duo is None
    log = {entry.what: entry.count for entry in DeletionLogEntry.objects.filter(subject=row.uuid)}
    assert log == {"person": 1, "notes": 3}
    erase_person(row, reason="again")
    assert DeletionLogEntry.objects.count() == 2


def test_erase_command_asks_and_names_the_unknown(alice: User) -> None:
    with pytest.raises(CommandError):
        call_command("erase_person", "nobody@example.com", "--yes")
    call_command("erase_person", "ALICE@example.com", "--yes", stdout=StringIO())
    assert User.objects.get(pk=alice.pk).erased_at is not None


def test_retention_erases_who_left_long_ago_and_nobody_else(
    alice: User, bob: User, charlie: User, registers: None
) -> None:
    now = timezone.now()
    User.objects.filter(pk=alice.pk).update(is_active=False, left_at=now - timedelta(days=3 * 366))
    User.objects.filter(pk=bob.pk).update(is_active=False, left_at=now - timedelta(days=3 * 364))
    apply_retention()
    apply_retention()
    erased = {user.pk for user in User.objects.filter(erased_at__isnull=False)}
    assert erased == {alice.pk}
    assert DeletionLogEntry.objects.filter(what="person").count() == 1


def test_retention_calls_each_room_and_survives_a_broken_one(alice: User, hr: User, registers: None) -> None:
    seen: list[Any] = []

    def broken(policy: personal_data.RetentionPolicy) -> int:
        raise RuntimeError("a fault")

    def notes(policy: personal_data.RetentionPolicy) -> int:
        seen.append(policy)
        return 7

    personal_data.register_retention("broken", broken)
    personal_data.register_retention("notes", notes)
    rules = VisibilitySettings.load()
    rules.answer_months = 6
    rules.save()
    log_access(hr, subjects=[alice], action="timeline")
    AccessLogEntry.objects.update(at=timezone.now() - timedelta(days=1000))
    log_access(hr, subjects=[alice], action="timeline")
    PeopleImport.objects.create(uploaded_by=hr, name="x", content=b"x", uploaded_at=timezone.now() - timedelta(days=2))
    apply_retention()
    (policy,) = seen
    assert timedelta(days=182) < policy.now - policy.answers_before < timedelta(days=184)
    assert {entry.what: entry.count for entry in DeletionLogEntry.objects.all()} == {
        "notes": 7,
        "access log": 1,
        "import": 1,
    }
    assert AccessLogEntry.objects.count() == 1


def test_the_deletion_log_is_append_only(db: None) -> None:
    entry = DeletionLogEntry.objects.create(what="person", reason="test")
    with pytest.raises(TypeError):
        entry.save()
    with pytest.raises(TypeError):
        entry.delete()


def test_role_changes_are_noted(admin: User, alice: User) -> None:
    set_roles(admin, alice, [Role.TRAINER])
    entry = AccessLogEntry.objects.get()
    assert (entry.actor, entry.subject, entry.action, entry.detail) == (admin, alice, "roles", "trainer")


def test_roles_beyond_the_actor_stay(hr: User, alice: User) -> None:
    set_roles(factories.UserFactory(roles=[Role.ADMIN]), alice, [Role.WORKS_COUNCIL, Role.TRAINER])
    alice = User.objects.get(pk=alice.pk)
    set_roles(hr, alice, [Role.REVIEWER])
    assert User.objects.get(pk=alice.pk).role_names == {"works_council", "reviewer"}
    with pytest.raises(DomainError):
        set_roles(hr, alice, [Role.ADMIN])


def test_the_last_administrator_cannot_be_deactivated(alice: User) -> None:
    only = factories.UserFactory(roles=[Role.ADMIN])
    with pytest.raises(DomainError):
        set_active(only, active=False)
    factories.UserFactory(roles=[Role.ADMIN])
    set_active(only, active=False)
    assert not User.objects.get(pk=only.pk).is_active


def test_demo_people_are_loaded_once_with_roles_duo_and_lead(db: None) -> None:
    for _ in range(2):
        call_command("load_demo_people", stdout=StringIO())
    people = {user.email: user for user in User.objects.all()}
    assert len(people) == len(DEMO_PEOPLE) == 7
    assert all(user.check_password(DEMO_PASSWORD) for user in people.values())
    assert people["marketing@example.com"].duo == people["sales@example.com"]
    assert people["sales@example.com"].duo == people["marketing@example.com"]
    assert set(people["lead@example.com"].reports.all()) == {
        people["marketing@example.com"],
        people["sales@example.com"],
    }
    assert people["admin@example.com"].role_names == {"admin"}
    assert not any(user.is_superuser for user in people.values())


@override_settings(PRODUCTION=True)
def test_demo_people_are_not_made_in_production(db: None) -> None:
    with pytest.raises(CommandError):
        call_command("load_demo_people")
    assert not User.objects.exists()


def test_production_refuses_to_start_while_a_demo_account_is_open(db: None) -> None:
    call_command("load_demo_people", stdout=StringIO())
    assert no_demo_people_in_production(None) == []
    with override_settings(PRODUCTION=True):
        (error,) = no_demo_people_in_production(None)
        assert error.id == "people.E001"
        assert "admin@example.com" in error.msg
        with pytest.raises(ImproperlyConfigured, match="E001"):
            refuse_demo_people()
        User.objects.exclude(email="hr@example.com").update(is_active=False)
        assert "hr@example.com" in no_demo_people_in_production(None)[0].msg
        person = User.objects.get(email="hr@example.com")
        person.set_password("a password of their own")
        person.save()
        assert no_demo_people_in_production(None) == []
        refuse_demo_people()


@override_settings(PRODUCTION=True)
def test_the_check_does_not_break_the_first_migrate(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection.introspection, "table_names", list)
    assert no_demo_people_in_production(None) == []

    def unreachable() -> list[str]:
        raise DatabaseError

    monkeypatch.setattr(connection.introspection, "table_names", unreachable)
    assert no_demo_people_in_production(None) == []
