"""Log-in, second factors, sessions: what a stranger learns, where links lead, what runs under the strict policy."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp_auth
from django.core import mail
from django.core.cache import cache
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import translation

from people.adapters import MFAAdapter
from people.models import User
from tests.factories import PASSWORD


@pytest.fixture(autouse=True)
def _fresh_start() -> Iterator[None]:
    """No rate limit and no language of an earlier test."""
    cache.clear()
    with translation.override("de"):
        yield
    cache.clear()


def login(client: Client, email: str, password: str = PASSWORD, **extra: str) -> Any:
    return client.post(reverse("account_login"), {"login": email, "password": password, **extra})


def test_login_leads_home_in_the_persons_own_language(client: Client, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(language="en")
    answer = login(client, "ALICE@example.com")
    assert answer.status_code == 302
    assert answer.url == "/en/"
    assert answer.cookies["django_language"].value == "en"
    assert client.get("/").url == "/en/"


@pytest.mark.parametrize("evil", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"])
def test_next_leads_nowhere_else(client: Client, alice: User, evil: str) -> None:
    assert login(client, alice.email, next=evil).url == "/de/"


def test_next_leads_back_to_where_one_was(client: Client, alice: User) -> None:
    assert login(client, alice.email, next="/de/people/my-data/").url == "/de/people/my-data/"


def test_the_cms_uses_the_same_login(client: Client, trainer: User) -> None:
    first = client.get("/admin/pages/", follow=True)
    assert first.redirect_chain[-1][0] == "/de/accounts/login/?next=/admin/pages/"
    assert login(client, trainer.email, next="/admin/pages/").url == "/admin/pages/"


def test_a_learner_at_the_cms_gets_404_and_no_endless_redirect(client: Client, alice: User) -> None:
    client.force_login(alice)
    assert client.get("/admin/", follow=True).status_code == 404


def test_deactivated_people_cannot_log_in_and_lose_their_sessions(client: Client, alice: User) -> None:
    client.force_login(alice)
    assert client.get(reverse("people:profile")).status_code == 200
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert client.get(reverse("people:profile")).status_code == 302
    stranger = Client()
    answer = login(stranger, alice.email)
    assert "_auth_user_id" not in stranger.session
    assert answer.url == reverse("account_inactive")


def test_signup_is_closed(client: Client, db: None) -> None:
    form = {"email": "new@example.com", "password1": PASSWORD, "password2": PASSWORD}
    assert client.post(reverse("account_signup"), form).status_code == 200
    assert not User.objects.exists()
    assert reverse("account_signup") not in client.get(reverse("account_login")).content.decode()


def _visible(html: bytes) -> str:
    """A page without its tokens, which differ at each request, and without what was typed in."""
    text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", html.decode())
    return text.replace("nobody@example.com", "X").replace("alice@example.com", "X")


def test_wrong_password_and_unknown_account_look_the_same(client: Client, alice: User) -> None:
    known, unknown = login(client, alice.email, "wrong password"), login(client, "nobody@example.com", "wrong password")
    assert known.status_code == unknown.status_code == 200
    assert _visible(known.content) == _visible(unknown.content)


def test_password_reset_looks_the_same_for_known_and_unknown(client: Client, alice: User) -> None:
    pages = []
    for email in (alice.email, "nobody@example.com"):
        answer = client.post(reverse("account_reset_password"), {"email": email}, follow=True)
        pages.append((answer.redirect_chain, _visible(answer.content)))
    assert pages[0] == pages[1]
    # A mail goes out in both cases, so that both take the same time; only one of them has a link to a new password.
    assert len(mail.outbox) == 2
    assert "/accounts/password/reset/key/" in mail.outbox[0].body
    assert "/accounts/password/reset/key/" not in mail.outbox[1].body


@override_settings(ALLOWED_HOSTS=["*"])
def test_links_in_mails_come_from_the_configured_address(client: Client, alice: User) -> None:
    for email in (alice.email, "nobody@example.com"):
        client.post(reverse("account_reset_password"), {"email": email}, headers={"host": "evil.example"})
    for message in mail.outbox:
        assert "evil.example" not in message.body + message.subject
    assert "http://127.0.0.1:8000/de/accounts/password/reset/key/" in mail.outbox[0].body


def test_password_reset_by_mail_works_once(client: Client, alice: User) -> None:
    client.post(reverse("account_reset_password"), {"email": alice.email})
    link = re.search(r"http://127\.0\.0\.1:8000(/\S+)", mail.outbox[0].body)
    assert link is not None
    page = client.get(link[1], follow=True)
    action = page.redirect_chain[-1][0]
    new = "a much better sentence than before"
    assert client.post(action, {"password1": new, "password2": new}).status_code == 302
    assert Client().get(link[1], follow=True).context["token_fail"]
    assert login(Client(), alice.email, new).url == "/de/"


def test_imported_people_without_a_password_get_one_by_reset(client: Client, bob: User) -> None:
    bob.set_unusable_password()
    bob.save()
    client.post(reverse("account_reset_password"), {"email": bob.email})
    assert "/accounts/password/reset/key/" in mail.outbox[0].body


def test_guessing_passwords_is_stopped(client: Client, alice: User) -> None:
    answers = [login(client, alice.email, f"wrong {n}") for n in range(30)]
    blocked = login(client, alice.email)
    assert "_auth_user_id" not in client.session, "the right password after thirty wrong ones still opens"
    assert blocked.status_code in {200, 429}
    assert any(answer.status_code == 429 or b"Too many" in answer.content for answer in answers) or (
        blocked.status_code == 429 or "viele" in blocked.content.decode()
    )


PAGES = ["account_login", "account_reset_password", "account_reset_password_done", "account_signup", "account_inactive"]
OWN_PAGES = [
    "account_logout",
    "account_change_password",
    "mfa_index",
    "mfa_list_webauthn",
    "usersessions_list",
    "people:profile",
    "people:my_data",
    "account_reauthenticate",
]
# A script that runs: without a source and not a block of data. Inline style and event handlers too.
INLINE = re.compile(r"<script(?![^>]*\b(?:src=|type=\"application/json\"))|<style|\sstyle=|\son\w+=\"", re.IGNORECASE)


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("name", PAGES + OWN_PAGES)
def test_every_page_renders_in_our_face_without_inline_code(
    client: Client, alice: User, name: str, language: str
) -> None:
    if name in OWN_PAGES:
        login(client, alice.email)
    answer = client.get(reverse(name).replace("/de/", f"/{language}/"))
    assert answer.status_code == 200
    html = answer.content.decode()
    assert not INLINE.search(html)
    assert "css/people.css" in html
    assert html.count("<h1") == 1
    assert "script-src 'self';" in answer["Content-Security-Policy"] + ";"


def _reauthenticated(client: Client, alice: User) -> None:
    login(client, alice.email)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})


@pytest.mark.parametrize("name", ["mfa_activate_totp", "mfa_add_webauthn"])
def test_second_factor_pages_render(client: Client, alice: User, name: str) -> None:
    _reauthenticated(client, alice)
    answer = client.get(reverse(name))
    assert answer.status_code == 200
    assert not INLINE.search(answer.content.decode())


def test_second_factor_from_set_up_to_login(
    client: Client, alice: User, django_capture_on_commit_callbacks: Any
) -> None:
    _reauthenticated(client, alice)
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    code = totp_auth.format_hotp_value(
        totp_auth.hotp_value(secret, next(iter(totp_auth.yield_hotp_counters_from_time())))
    )
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(reverse("mfa_activate_totp"), {"code": code}).status_code == 302
    stored = Authenticator.objects.get(type=Authenticator.Type.TOTP).data["secret"]
    assert secret not in stored, "a copy of the database would open the account"
    assert MFAAdapter().decrypt(stored) == secret
    assert mail.outbox[-1].to == [alice.email]
    assert client.get(reverse("mfa_view_recovery_codes")).status_code == 200
    stranger = Client()
    answer = login(stranger, alice.email)
    assert answer.url == reverse("mfa_authenticate")
    assert "_auth_user_id" not in stranger.session
    page = stranger.get(reverse("mfa_authenticate"))
    assert page.status_code == 200
    assert not INLINE.search(page.content.decode())
    codes = client.get(reverse("mfa_view_recovery_codes")).context["unused_codes"]
    assert stranger.post(reverse("mfa_authenticate"), {"code": codes[0]}).status_code == 302
    assert stranger.session["_auth_user_id"] == str(alice.pk)


def test_passkey_challenge_is_offered_to_strangers(client: Client, db: None) -> None:
    answer = client.get(reverse("mfa_login_webauthn"), headers={"accept": "application/json"})
    assert answer.status_code == 200
    assert answer.json()["request_options"]["publicKey"]["challenge"]
    page = client.get(reverse("account_login")).content.decode()
    assert 'id="passkey_login"' in page
    assert f'action="{reverse("mfa_login_webauthn")}"' in page


def test_other_sessions_can_be_ended(client: Client, alice: User) -> None:
    other = Client()
    login(other, alice.email)
    login(client, alice.email)
    assert client.post(reverse("usersessions_list")).status_code == 302
    assert client.get(reverse("people:profile")).status_code == 200
    assert other.get(reverse("people:profile")).status_code == 302


def test_a_new_session_key_at_login(client: Client, alice: User) -> None:
    client.get(reverse("account_login"))
    session = client.session
    session["marker"] = 1
    session.save()
    before = session.session_key
    login(client, alice.email)
    assert client.session.session_key != before


def test_state_changes_need_the_token_and_post(alice: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(alice)
    for name in ("people:language", "people:theme", "people:export_my_data"):
        assert strict.post(reverse(name), {"language": "en", "theme": "dark"}).status_code == 403
        assert strict.get(reverse(name)).status_code == 405
    alice.refresh_from_db()
    assert alice.language == "de"
