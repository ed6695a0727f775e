"""Who sees what: the wall is one's own, the public page says little, HR revokes within its scope."""

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from certificates import upload
from certificates.codes import new_code, printed_code
from certificates.enums import Validity
from certificates.models import Certificate
from certificates.services import revoke_certificate
from courses.models import HomePage
from enablement.core.claimable import WorkState
from enablement.core.errors import DomainError
from people.models import AccessLogEntry, User
from tests import factories as people
from tests.certificates import factories


def url(name: str, *args: object) -> str:
    with translation.override("en"):
        return reverse(f"certificates:{name}", args=args)


@pytest.fixture
def as_user(client: Client) -> Any:
    def login(user: User) -> Client:
        client.force_login(user)
        return client

    return login


@pytest.mark.django_db
def test_the_wall_shows_ones_own_only(alice: User, bob: User, as_user: Any) -> None:
    mine = factories.ready(alice)
    page = as_user(alice).get(url("wall")).content.decode()
    assert mine.number in page
    assert mine.verify_url in page
    assert f'<span class="visually-hidden" lang="{mine.language}"> {mine.title}</span>' in page
    assert mine.number not in as_user(bob).get(url("wall")).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("rows", [1, 8])
def test_the_wall_asks_the_same_number_of_queries(
    alice: User, as_user: Any, rows: int, django_assert_num_queries: Any
) -> None:
    for _ in range(rows):
        factories.issued(alice)
    client = as_user(alice)
    with django_assert_num_queries(WALL_QUERIES):
        assert client.get(url("wall")).content.decode().count("DP-") == rows


@pytest.mark.django_db
def test_the_wall_says_what_is_being_prepared_and_what_failed(alice: User, as_user: Any) -> None:
    certificate = factories.issued(alice)
    client = as_user(alice)
    assert "being prepared" in client.get(url("wall")).content.decode()
    assert client.get(url("download", certificate.pk)).status_code == 404
    Certificate.objects.update(work_state=WorkState.FAILED)
    assert "could not be made" in client.get(url("wall")).content.decode()


@pytest.mark.django_db
def test_the_home_page_shows_the_newest(home: HomePage, alice: User, bob: User, as_user: Any) -> None:
    for _ in range(4):
        factories.issued(alice)
    client = as_user(alice)
    with translation.override("de"):
        page = client.get(home.get_url(), follow=True)
    assert page.status_code == 200
    assert page.content.decode().count('<h3 lang="de">Wie Unternehmen kaufen</h3>') == 3
    assert "certificates-title" not in as_user(bob).get(home.get_url(), follow=True).content.decode()


@pytest.mark.django_db
def test_download_is_the_holders_alone(
    alice: User, bob: User, hr: User, trainer: User, admin: User, as_user: Any
) -> None:
    certificate = factories.ready(alice)
    response = as_user(alice).get(url("download", certificate.pk))
    data = b"".join(response.streaming_content)
    assert hashlib.sha256(data).hexdigest() == certificate.sha256
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == f'attachment; filename="{certificate.number}.pdf"'
    assert response["X-Content-Type-Options"] == "nosniff"
    for other in (bob, hr, trainer, admin):
        client = as_user(other)
        assert client.get(url("download", certificate.pk)).status_code == 404
        assert client.get(url("download", 10**6)).status_code == 404
        assert client.post(url("initials", certificate.pk), {"shown": "1"}).status_code == 404


@pytest.mark.django_db
def test_the_file_is_not_reachable_as_media(alice: User, as_user: Any) -> None:
    certificate = factories.ready(alice)
    assert as_user(alice).get(f"/media/{certificate.file}").status_code == 404


@pytest.mark.django_db
def test_the_short_address_leads_to_the_readers_language(client: Client, alice: User) -> None:
    certificate = factories.issued(alice)
    for language in ("de", "en"):
        response = client.get(f"/verify/{printed_code(certificate.code)}", headers={"accept-language": language})
        assert response.url == f"/{language}/certificates/verify/{certificate.code}/"
    assert client.get("/verify/nonsense", headers={"accept-language": "en"}).url == "/en/certificates/verify/"


def expire(certificate: Certificate, _hr: User) -> None:
    Certificate.objects.filter(pk=certificate.pk).update(
        valid_until=timezone.now() - timedelta(days=1), frozen={**certificate.frozen, "valid_until": "2020-01-01"}
    )


def revoke(certificate: Certificate, hr: User) -> None:
    revoke_certificate(hr, certificate=certificate, reason="Täuschung im Test")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "verdict", "validity"),
    [
        (lambda *_: None, "This certificate is valid", Validity.VALID),
        (expire, "This certificate has expired", Validity.EXPIRED),
        (revoke, "This certificate was revoked", Validity.REVOKED),
    ],
)
def test_verification_says_what_holds(
    client: Client, alice: User, hr: User, change: Any, verdict: str, validity: Validity
) -> None:
    certificate = factories.ready(alice)
    change(certificate, hr)
    response = client.get(url("verify", certificate.code))
    page = response.content.decode()
    assert verdict in page
    assert response.context["result"].validity == validity
    for expected in (certificate.title, certificate.number, certificate.frozen["issuer"], certificate.sha256):
        assert expected in page
    for private in (alice.email, "Adler", "Alice", "A. A.", "Täuschung"):
        assert private not in page


@pytest.mark.django_db
def test_an_unknown_code_answers_alike(client: Client, alice: User, django_assert_num_queries: Any) -> None:
    certificate = factories.ready(alice)
    answers = []
    for code in (certificate.code, new_code(), "-", "0"):
        with django_assert_num_queries(VERIFY_QUERIES):
            answers.append(client.get(url("verify", code)))
    assert [answer.status_code for answer in answers] == [200] * 4
    assert "This code is unknown" in answers[1].content.decode()
    assert certificate.title not in answers[1].content.decode()


@pytest.mark.django_db
def test_a_typed_code_leads_to_its_page(client: Client, alice: User) -> None:
    certificate = factories.ready(alice)
    typed = f"  {printed_code(certificate.code).replace('-', ' ')} "
    assert client.get(url("verify_form"), {"code": typed}).url == url("verify", certificate.code)
    assert client.get(url("verify_form")).status_code == 200


@pytest.mark.django_db
def test_initials_need_the_holders_consent(client: Client, alice: User) -> None:
    certificate = factories.ready(alice)
    client.force_login(alice)
    client.post(url("initials", certificate.pk), {"shown": "1"})
    assert "A. A." in Client().get(url("verify", certificate.code)).content.decode()
    client.post(url("initials", certificate.pk))
    assert "A. A." not in Client().get(url("verify", certificate.code)).content.decode()


@pytest.mark.django_db
def test_without_javascript_the_server_compares_and_keeps_nothing(
    client: Client, alice: User, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = factories.ready(alice)
    original = factories.stored(certificate)

    def result(data: bytes) -> str:
        response = client.post(
            url("verify_file", certificate.code), {"file": SimpleUploadedFile("c.pdf", data, "application/pdf")}
        )
        assert response.status_code == 200
        return str(response.context["file_result"])

    assert result(original) == "same"
    assert result(original + b" ") == "different"
    monkeypatch.setattr(upload, "MAX_BYTES", 10)
    assert result(original) == "missing"


@pytest.mark.django_db
def test_the_upload_needs_its_token(alice: User) -> None:
    certificate = factories.ready(alice)
    strict = Client(enforce_csrf_checks=True)
    file = SimpleUploadedFile("c.pdf", b"x")
    assert strict.post(url("verify_file", certificate.code), {"file": file}).status_code == 403


@pytest.mark.django_db
def test_guessing_is_slowed_down(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("certificates.throttle.LIMIT", 3)
    monkeypatch.setattr("certificates.throttle.time.time", lambda: 1_000_000.0)
    codes = [client.get(url("verify", new_code())).status_code for _ in range(5)]
    assert codes == [200, 200, 200, 429, 429]


@pytest.mark.django_db
def test_hr_revokes_with_a_reason_and_the_holder_reads_it(alice: User, hr: User, as_user: Any) -> None:
    certificate = factories.ready(alice)
    client = as_user(hr)
    assert certificate.number in client.get(url("revoke", certificate.pk)).content.decode()
    assert client.post(url("revoke", certificate.pk), {"reason": "  "}).status_code == 200
    certificate.refresh_from_db()
    assert certificate.state == "valid"
    assert client.post(url("revoke", certificate.pk), {"reason": "Doppelt ausgestellt"}).status_code == 302
    certificate.refresh_from_db()
    assert (certificate.state, certificate.revoked_by) == ("revoked", hr)
    assert AccessLogEntry.objects.filter(actor=hr, subject=alice, action="certificate.revoke").count() == 1
    assert "Doppelt ausgestellt" in as_user(alice).get(url("wall")).content.decode()
    again = revoke_certificate(hr, certificate=certificate, reason="anders")
    assert again.revocation_reason == "Doppelt ausgestellt"


@pytest.mark.django_db
def test_only_hr_within_its_scope_finds_and_revokes(
    alice: User, bob: User, hr: User, trainer: User, reviewer: User, admin: User, as_user: Any
) -> None:
    north, south = people.org_unit("Nord"), people.org_unit("Süd")
    alice.org_unit, bob.org_unit, hr.hr_scope = north, south, people.org_unit("Nord 1", north)
    for each in (alice, bob, hr):
        each.save()
    mine, other = factories.issued(alice), factories.issued(bob)
    client = as_user(hr)
    assert mine.number not in client.get(url("manage")).content.decode()
    hr.hr_scope = north
    hr.save()
    page = client.get(url("manage")).content.decode()
    assert mine.number in page
    assert other.number not in page
    assert client.get(url("revoke", mine.pk)).status_code == 200
    assert client.get(url("revoke", other.pk)).status_code == 404
    with pytest.raises(DomainError):
        revoke_certificate(hr, certificate=other, reason="x")
    for outsider in (alice, bob, trainer, reviewer, admin):
        client = as_user(outsider)
        assert client.get(url("manage")).status_code == 404
        assert client.get(url("revoke", mine.pk)).status_code == 404
        assert client.post(url("revoke", mine.pk), {"reason": "x"}).status_code == 404
        assert client.post(url("render_again", mine.pk)).status_code == 404
    assert not Certificate.objects.exclude(state="valid").exists()


@pytest.mark.django_db
@pytest.mark.parametrize("rows", [1, 12])
def test_hrs_list_asks_the_same_number_of_queries_and_logs_each_look(
    hr: User, as_user: Any, rows: int, django_assert_num_queries: Any
) -> None:
    activity = factories.module()
    for _ in range(rows):
        factories.issued(people.UserFactory(), activity)
    client = as_user(hr)
    with django_assert_num_queries(MANAGE_QUERIES):
        page = client.get(url("manage")).content.decode()
    assert page.count("DP-") >= rows
    assert AccessLogEntry.objects.filter(actor=hr, action="certificates.list").count() == rows


@pytest.mark.django_db
def test_hr_searches_by_name_number_and_state(alice: User, bob: User, hr: User, as_user: Any) -> None:
    first, second = factories.issued(alice), factories.issued(bob)
    client = as_user(hr)

    def numbers(**query: str) -> list[str]:
        return [each.number for each in client.get(url("manage"), query).context["page"]]

    assert numbers(q="alice adl") == [first.number]
    assert numbers(q=second.number.lower()) == [second.number]
    assert numbers(state="revoked") == []
    revoke_certificate(hr, certificate=first, reason="x")
    assert numbers(state="revoked") == [first.number]
    assert numbers(state="nonsense") == [second.number, first.number]


@pytest.mark.django_db
def test_hr_starts_a_given_up_rendering_again(alice: User, hr: User, as_user: Any) -> None:
    certificate = factories.issued(alice)
    Certificate.objects.update(work_state=WorkState.FAILED, work_attempts=5)
    as_user(hr).post(url("render_again", certificate.pk))
    certificate.refresh_from_db()
    assert (certificate.work_state, certificate.work_attempts) == (WorkState.QUEUED, 0)


@pytest.mark.django_db
def test_the_sample_is_for_those_who_set_it_up_and_records_nothing(
    alice: User, trainer: User, hr: User, admin: User, as_user: Any
) -> None:
    for user in (trainer, hr, admin):
        response = as_user(user).get(url("sample"), {"language": "de", "kind": "attendance"})
        assert response.content.startswith(b"%PDF")
    assert as_user(alice).get(url("sample")).status_code == 404
    assert not Certificate.objects.exists()


@pytest.mark.django_db
def test_everything_but_verification_needs_a_login(client: Client, alice: User) -> None:
    certificate = factories.ready(alice)
    for name, args in (("wall", ()), ("manage", ()), ("sample", ()), ("download", (certificate.pk,))):
        response = client.get(url(name, *args))
        assert response.status_code == 302
        assert "login" in response.url


WALL_QUERIES = 4
VERIFY_QUERIES = 1
MANAGE_QUERIES = 6
