"""A certificate is issued once, in the transaction that satisfies the enrolment, and then never changes."""

import threading
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from certificates import production, selectors
from certificates.codes import normalise_code, printed_code
from certificates.enums import CertificateKind
from certificates.models import Certificate, CertificateSettings
from certificates.services import issue_certificate
from certificates.tasks import sweep_certificates
from courses.models import Activity, Enrollment, HomePage, PathStep
from courses.services import complete_lesson, enroll
from courses.signals import enrollment_satisfied
from enablement.core.models import Heartbeat
from people.models import User
from people.personal_data import export_of
from people.services import erase_person
from tests.certificates import factories
from tests.courses.factories import module_tree


@pytest.mark.django_db
def test_finishing_a_module_issues_its_certificate(
    home: HomePage, alice: User, woken: list[Any], django_capture_on_commit_callbacks: Any
) -> None:
    tree = module_tree(home, lessons=2, certificate=True)
    enrollment = enroll(alice, activity=tree.module, source="self")
    with django_capture_on_commit_callbacks(execute=True):
        for lesson in tree.lessons:
            complete_lesson(alice, lesson=lesson)
    certificate = Certificate.objects.get()
    assert (certificate.user, certificate.activity, certificate.cycle) == (alice, tree.module, enrollment.cycle)
    assert certificate.kind == CertificateKind.ATTENDANCE
    assert certificate.frozen["contents"] == ["Silos 1", "Silos 2"]
    assert certificate.frozen["minutes"] == 12
    assert ("certificates.tasks.render_certificate", (certificate.pk,)) in woken


@pytest.mark.django_db
def test_a_module_that_asks_for_none_gets_none(alice: User) -> None:
    enrollment = factories.satisfied(alice, factories.module(certificate=False))
    enrollment_satisfied.send(sender=Enrollment, enrollment=enrollment, tested=True)
    sweep_certificates()
    assert not Certificate.objects.exists()


@pytest.mark.django_db
def test_a_rollback_takes_the_certificate_with_it(alice: User) -> None:
    enrollment = factories.satisfied(alice)
    with transaction.atomic():
        enrollment_satisfied.send(sender=Enrollment, enrollment=enrollment, tested=True)
        assert Certificate.objects.exists()
        transaction.set_rollback(True)  # the request dies
    assert not Certificate.objects.exists()


@pytest.mark.django_db
def test_issuing_again_returns_the_first(alice: User) -> None:
    enrollment = factories.satisfied(alice)
    first = issue_certificate(enrollment, tested=True)
    assert issue_certificate(enrollment, tested=False) == first
    assert Certificate.objects.get().kind == CertificateKind.ACHIEVEMENT


@pytest.mark.django_db
def test_the_database_refuses_a_second_one(alice: User) -> None:
    certificate = factories.issued(alice)
    with pytest.raises(IntegrityError), transaction.atomic():
        Certificate.objects.create(
            user=alice, activity=certificate.activity, number="x", kind="achievement", language="de", frozen={}
        )


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_eight_workers_at_once_issue_one(alice: User) -> None:
    enrollment = factories.satisfied(alice)
    barrier = threading.Barrier(8)
    failures: list[BaseException] = []

    def work() -> None:
        try:
            barrier.wait(timeout=30)
            issue_certificate(enrollment, tested=True)
        except BaseException as error:  # noqa: BLE001 - reported by the main thread
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert failures == []
    assert Certificate.objects.count() == 1


@pytest.mark.django_db
def test_numbers_and_codes(alice: User, bob: User) -> None:
    first, second = factories.issued(alice), factories.issued(bob)
    assert first.number.startswith("DP-")
    assert first.number.endswith(f"{first.pk:06d}")
    assert first.code != second.code
    assert len(first.code) * 5 >= 128


@pytest.mark.parametrize("typed", ["{p}", " {p} ", "{l}", "{s}"])
def test_a_typed_code_is_understood(typed: str) -> None:
    code = "01abcdefghjkmnpqrstvwxyz0123"
    variants = {"p": printed_code(code), "l": code.replace("0", "O").replace("1", "l"), "s": " ".join(code.upper())}
    assert normalise_code(typed.format(**variants)) == code


@pytest.mark.parametrize("typed", ["", "-", "abc", "x" * 500, "<script>", "0" * 27 + "!", "\x00" * 28])
def test_what_cannot_be_a_code_is_none(typed: str) -> None:
    assert normalise_code(typed) == ""


@pytest.mark.django_db
def test_frozen_text_survives_changes(alice: User) -> None:
    certificate = factories.issued(alice)
    before = dict(certificate.frozen)
    Activity.objects.filter(pk=certificate.activity_id).update(title_de="Anders", is_live=False, certificate=False)
    Activity.objects.filter(parent=certificate.activity_id).update(title_de="Anders", minutes=1)
    layout = CertificateSettings.load()
    layout.issuer, layout.accent = "Neue Firma", "#7a1fa2"
    layout.save()
    alice.last_name = "Neu"
    alice.save()
    certificate.refresh_from_db()
    assert certificate.frozen == before
    assert before["holder"] == "Alice Adler"
    assert before["contents"] == ["Lektion 1", "Lektion 2", "Lektion 3"]
    assert (before["minutes"], before["units"]) == (90, "2,0")


@pytest.mark.django_db
def test_a_path_lists_its_modules_in_the_learners_language(alice: User) -> None:
    alice.language = "en"
    alice.save()
    path = Activity.objects.create(key=factories.uuid.uuid4(), kind="path", title_en="From silo", certificate=True)
    modules = [factories.module(f"Modul {number}", lessons=1) for number in (1, 2)]
    for position, each in enumerate(modules):
        PathStep.objects.create(path=path, module=each, position=position)
    enrollment = factories.satisfied(alice, path)
    enrollment.frozen_outline = [str(each.key) for each in modules]
    enrollment.save()
    certificate = issue_certificate(enrollment, tested=True)
    assert certificate is not None
    assert certificate.title == "From silo"
    assert certificate.frozen["contents"] == ["Modul 1 (en)", "Modul 2 (en)"]
    assert (certificate.frozen["minutes"], certificate.frozen["units"]) == (60, "1.3")


@pytest.mark.django_db
def test_validity_follows_the_settings(alice: User) -> None:
    layout = CertificateSettings.load()
    layout.validity_months = 24
    layout.save()
    certificate = factories.issued(alice)
    assert certificate.valid_until is not None
    assert certificate.valid_until.year == certificate.issued_at.year + 2
    assert certificate.validity() == "valid"
    assert certificate.validity(certificate.valid_until) == "expired"


@pytest.mark.django_db
def test_the_sweep_issues_renders_and_mails_what_was_lost(alice: User, mailoutbox: list[Any]) -> None:
    """The process died after the enrolment was satisfied, before anything else happened."""
    factories.satisfied(alice, tested=True)
    sweep_certificates()
    certificate = Certificate.objects.get()
    assert certificate.is_ready
    assert certificate.kind == CertificateKind.ACHIEVEMENT
    assert len(mailoutbox) == 1
    assert Heartbeat.age("certificates") is not None
    sweep_certificates()
    assert Certificate.objects.count() == 1
    assert len(mailoutbox) == 1


@pytest.mark.django_db
def test_an_erased_person_keeps_no_name_and_no_file(alice: User, django_capture_on_commit_callbacks: Any) -> None:
    certificate = factories.ready(alice)
    assert export_of(alice)["certificates"][0]["number"] == certificate.number
    with django_capture_on_commit_callbacks(execute=True):
        erase_person(alice, reason="test")
    kept = Certificate.objects.get()
    assert "Adler" not in str(kept.frozen)
    assert kept.file == ""
    assert not production.default_storage.exists(certificate.file)
    assert selectors.verify(certificate.code).title == certificate.title
    sweep_certificates()
    assert Certificate.objects.get().file == ""
