"""Request ids, the two content security policies, refusals that people can read, and 404s that stay 404s."""

import re

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages import get_messages
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from enablement.core.errors import DomainError
from enablement.core.middleware import DomainErrorMiddleware
from people.models import User


def test_every_answer_has_a_request_id(client: Client) -> None:
    first, second = client.get("/health/live")["X-Request-ID"], client.get("/health/live")["X-Request-ID"]
    assert re.fullmatch(r"[0-9a-f]{16}", first)
    assert first != second


def test_the_proxys_request_id_is_kept_if_it_is_well_formed(client: Client) -> None:
    assert client.get("/health/live", headers={"x-request-id": "abc-12345"})["X-Request-ID"] == "abc-12345"
    for bad in ("short", "x" * 65, "a b c d e f", "<script>alert"):
        assert client.get("/health/live", headers={"x-request-id": bad})["X-Request-ID"] != bad


def test_the_looser_policy_holds_under_the_cms_only(client: Client, trainer: User) -> None:
    client.force_login(trainer)
    for path in ("/health/live", "/de/people/profile/", "/de/accounts/password/change/", "/nowhere"):
        policy = client.get(path, follow=True)["Content-Security-Policy"]
        assert "script-src 'self'" in policy, path
        assert "unsafe" not in policy, path
    assert "'unsafe-inline'" in client.get("/admin/")["Content-Security-Policy"]


def test_frames_objects_and_foreign_forms_are_refused_everywhere(client: Client, trainer: User) -> None:
    client.force_login(trainer)
    for path in ("/de/people/profile/", "/admin/"):
        policy = client.get(path)["Content-Security-Policy"]
        for directive in ("object-src 'none'", "base-uri 'self'", "form-action 'self'", "frame-ancestors 'self'"):
            assert directive in policy


def test_a_404_outside_the_languages_stays_a_404(client: Client, trainer: User) -> None:
    client.force_login(trainer)
    assert client.get("/media/secret/plan.pdf").status_code == 404
    assert client.get("/admin/groups/").status_code == 404
    assert client.get("/people/profile/").status_code == 302, "an address without its language still finds it"


def _refused(request: HttpRequest) -> HttpResponse:
    request.session = SessionStore()  # type: ignore[assignment]  # what the middleware before would set
    request.user = AnonymousUser()
    request._messages = FallbackStorage(request)  # type: ignore[attr-defined]  # as the messages middleware does
    response = DomainErrorMiddleware(lambda request: HttpResponse()).process_exception(
        request, DomainError("The quiz is closed. Your answers are kept.", code="closed")
    )
    assert response is not None
    return response


def test_scripts_get_json_with_a_code(rf: RequestFactory) -> None:
    response = _refused(rf.post("/x", headers={"accept": "application/json"}))
    assert response.status_code == 409
    assert b'"code": "closed"' in response.content


@pytest.mark.django_db
def test_people_get_a_message_and_the_way_back(rf: RequestFactory) -> None:
    request = rf.post("/x", headers={"accept": "text/html", "referer": "http://testserver/de/quiz/"})
    response = _refused(request)
    assert response.status_code == 302
    assert response["Location"] == "http://testserver/de/quiz/"
    assert [str(message) for message in get_messages(request)] == ["The quiz is closed. Your answers are kept."]


@pytest.mark.django_db
@pytest.mark.parametrize("referer", ["", "https://evil.example/", "//evil.example/"])
def test_without_a_safe_way_back_there_is_a_page(rf: RequestFactory, referer: str) -> None:
    response = _refused(rf.post("/x", headers={"accept": "text/html", "referer": referer}))
    assert response.status_code == 409
    assert "Location" not in response
    assert b"Your answers are kept." in response.content


def test_other_errors_are_left_to_django(rf: RequestFactory) -> None:
    middleware = DomainErrorMiddleware(lambda request: HttpResponse())
    assert middleware.process_exception(rf.get("/x"), ValueError()) is None
