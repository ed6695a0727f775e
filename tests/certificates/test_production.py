"""Whatever is killed, every certificate is rendered once, stored whole, and told once."""

import errno
import hashlib
import threading
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import Mock

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone

from certificates import production
from certificates.models import Certificate
from certificates.tasks import render_certificate, sweep_certificates
from enablement.core.claimable import WorkState
from people.models import User
from tests.certificates import factories

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def fake_pdf(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Rendering replaced by a few bytes; returns the numbers that were rendered."""
    rendered: list[str] = []

    def render(frozen: Any, *, number: str, **_: Any) -> bytes:
        rendered.append(number)
        return b"%PDF-1.7 " + number.encode()

    monkeypatch.setattr(production, "render_pdf", render)
    return rendered


@pytest.mark.django_db
def test_the_task_renders_stores_and_mails(alice: User, mailoutbox: list[Any]) -> None:
    certificate = factories.issued(alice)
    render_certificate(certificate.pk)
    certificate.refresh_from_db()
    data = factories.stored(certificate)
    assert data.startswith(b"%PDF-1.7")
    assert hashlib.sha256(data).hexdigest() == certificate.sha256
    assert certificate.file.startswith("certificates/")
    assert [mail.to for mail in mailoutbox] == [[alice.email]]
    assert certificate.title in mailoutbox[0].subject
    assert "/de/certificates/" in mailoutbox[0].body
    assert certificate.verify_url in mailoutbox[0].body


@pytest.mark.django_db
def test_a_second_worker_changes_nothing(alice: User, fake_pdf: list[str], mailoutbox: list[Any]) -> None:
    certificate = factories.issued(alice)
    render_certificate(certificate.pk)
    before = Certificate.objects.values().get()
    render_certificate(certificate.pk)
    assert Certificate.objects.values().get() == before
    assert len(fake_pdf) == 1
    assert len(mailoutbox) == 1


@pytest.mark.django_db
def test_what_a_killed_worker_held_is_rendered_by_the_next_sweep(alice: User, fake_pdf: list[str]) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        certificate = factories.issued(alice)
        assert Certificate.work.claim(certificate.pk, lease=production.LEASE)  # and here the worker is killed
        sweep_certificates()
        certificate.refresh_from_db()
        assert certificate.work_state == WorkState.RUNNING
        assert fake_pdf == []
        clock.shift(production.LEASE + timedelta(seconds=1))
        sweep_certificates()
        certificate.refresh_from_db()
        assert certificate.is_ready
        assert certificate.work_attempts == 2


@pytest.mark.django_db
def test_a_worker_that_was_only_slow_cannot_overwrite(alice: User, fake_pdf: list[str]) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        certificate = factories.issued(alice)
        assert Certificate.work.claim(certificate.pk, lease=production.LEASE)
        slow = Certificate.objects.get(pk=certificate.pk)
        clock.shift(production.LEASE + timedelta(seconds=1))
        assert production.produce(certificate.pk)
        fresh = Certificate.objects.get(pk=certificate.pk)
        assert not production._store(slow, b"late")
        assert Certificate.objects.get(pk=certificate.pk).sha256 == fresh.sha256
        assert factories.stored(fresh) == b"%PDF-1.7 " + certificate.number.encode()


@pytest.mark.django_db
def test_the_half_file_of_a_killed_attempt_is_removed(alice: User, fake_pdf: list[str]) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        certificate = factories.issued(alice)
        assert Certificate.work.claim(certificate.pk, lease=production.LEASE)
        orphan = production._file_name(certificate, 1)
        default_storage.save(orphan, production.ContentFile(b"%PDF-ha"))
        clock.shift(production.LEASE + timedelta(seconds=1))
        assert production.produce(certificate.pk)
        assert not default_storage.exists(orphan)


@pytest.mark.django_db
def test_a_row_that_kills_its_worker_is_given_up_and_does_not_hold_up_others(
    alice: User, bob: User, fake_pdf: list[str]
) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        deadly = factories.issued(alice)
        for _ in range(Certificate.MAX_WORK_ATTEMPTS):
            assert Certificate.work.claim(deadly.pk, lease=production.LEASE)  # killed each time
            clock.shift(production.LEASE + timedelta(seconds=1))
        other = factories.issued(bob)
        sweep_certificates()
        deadly.refresh_from_db()
        other.refresh_from_db()
        assert deadly.work_state == WorkState.FAILED
        assert other.is_ready
        assert fake_pdf == [other.number]


@pytest.mark.django_db
def test_an_error_is_kept_and_tried_again_later(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: Any, **_kwargs: Any) -> bytes:
        raise OSError("No space left on device")

    certificate = factories.issued(alice)
    monkeypatch.setattr(production, "render_pdf", full)
    assert not production.produce(certificate.pk)
    certificate.refresh_from_db()
    assert certificate.work_state == WorkState.QUEUED
    assert "No space left" in certificate.work_error
    assert certificate.run_after > timezone.now()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_eight_workers_render_once_and_mail_once(alice: User, fake_pdf: list[str], mailoutbox: list[Any]) -> None:
    certificate = factories.issued(alice)
    barrier = threading.Barrier(8)
    failures: list[BaseException] = []

    def work() -> None:
        try:
            barrier.wait(timeout=30)
            render_certificate(certificate.pk)
            production.mail_when_ready(certificate.pk)
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
    assert len(fake_pdf) == 1
    assert len(mailoutbox) == 1


@pytest.mark.django_db
def test_mail_goes_in_the_learners_language_and_again_after_a_refusal(
    alice: User, fake_pdf: list[str], mailoutbox: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    alice.language = "en"
    alice.save()
    certificate = factories.issued(alice)
    assert production.produce(certificate.pk)

    def refuse(*_args: Any, **_kwargs: Any) -> int:
        raise ConnectionRefusedError

    with monkeypatch.context() as patch:
        patch.setattr(production.EmailMessage, "send", refuse)
        assert not production.mail_when_ready(certificate.pk)
    certificate.refresh_from_db()
    assert certificate.mailed_at is None
    sweep_certificates()
    assert [mail.subject for mail in mailoutbox] == [f"Your certificate is ready: {certificate.title}"]
    assert "/en/certificates/" in mailoutbox[0].body


@pytest.mark.django_db
def test_a_worker_killed_before_the_mail_left_loses_no_mail(
    alice: User, fake_pdf: list[str], mailoutbox: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        certificate = factories.issued(alice)
        assert production.produce(certificate.pk)

        def killed(*_args: Any, **_kwargs: Any) -> int:
            raise SystemExit

        with monkeypatch.context() as patch:
            patch.setattr(production.EmailMessage, "send", killed)
            with pytest.raises(SystemExit):
                production.mail_when_ready(certificate.pk)
        sweep_certificates()
        assert mailoutbox == [], "another worker may still be at it"
        clock.shift(production.LEASE + timedelta(seconds=1))
        sweep_certificates()
        sweep_certificates()
        assert [mail.to for mail in mailoutbox] == [[alice.email]]
        assert certificate.number in mailoutbox[0].extra_headers["Message-ID"]


@pytest.mark.django_db
def test_nobody_who_has_left_is_mailed(alice: User, fake_pdf: list[str], mailoutbox: list[Any]) -> None:
    certificate = factories.issued(alice)
    alice.is_active = False
    alice.save()
    render_certificate(certificate.pk)
    assert mailoutbox == []
    certificate.refresh_from_db()
    assert certificate.is_ready


@pytest.mark.django_db
def test_a_full_disk_costs_no_attempt_however_long_it_lasts(
    alice: User, fake_pdf: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else an evening without room would end in certificates that nobody makes any more."""
    with time_machine.travel(NOON, tick=False) as clock:
        certificate = factories.issued(alice)
        with monkeypatch.context() as full_disk:
            full_disk.setattr(
                default_storage, "save", Mock(side_effect=OSError(errno.ENOSPC, "No space left on device"))
            )
            for _ in range(Certificate.MAX_WORK_ATTEMPTS + 2):
                assert not production.produce(certificate.pk)
                clock.shift(production.RETRY)
        certificate.refresh_from_db()
        assert (certificate.work_state, certificate.work_attempts) == (WorkState.QUEUED, 0)
        assert "No space left" in certificate.work_error
        assert production.produce(certificate.pk)
