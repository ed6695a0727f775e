"""What every answer carries, that reading changes nothing, and that nothing is changed from another site."""

import re

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse

from tests.access.engine import LOGIN, Row, address, addresses, body_of, undone
from tests.access.test_matrix import ROOMS
from tests.access.test_walk import foreign
from tests.access.world import ADMIN, ALICE, ANONYMOUS, HR, TRAINER, World

# The bookmark of a lesson, a noted look and who has an editor open are what reading may add (see the rows).
BY_READING = {"courses.progress", "courses.learningevent", "people.accesslogentry", "wagtailadmin.editingsession"}
RECORDS = ("people", "courses", "assessments", "certificates", "reports", "wagtailcore", "mfa", "account", "auth")


def counts() -> dict[str, int]:
    models = [model for label in RECORDS for model in apps.get_app_config(label).get_models()]
    found = {model._meta.label_lower: model._default_manager.count() for model in models}
    return {label: number for label, number in found.items() if label not in BY_READING}


def rows(method: str) -> list[Row]:
    return [row for room in ROOMS.values() for row in room if row.method == method]


def test_reading_changes_nothing(world: World) -> None:
    """All addresses with GET, those that expect a POST too, as Alice and as HR, one after the other."""
    before = counts()
    for actor in (ALICE, HR):
        client = world.client(actor)
        urls = [address(row, world) for row in [*rows("GET"), *rows("POST")] if row.prepare is None and row.name]
        for url in [*urls, *foreign().values()]:
            body_of(client.get(url))
    assert counts() == before


def test_what_changes_something_refuses_to_be_read(world: World) -> None:
    """A POST address answers 405 to GET, unless it has a GET row of its own."""
    both = {row.name for row in rows("GET")}
    for row in rows("POST"):
        if row.name not in both and not row.cms:
            actor = ALICE if ALICE in row.allowed else HR
            assert world.client(actor).get(address(row, world)).status_code in {404, 405}, row.label


def test_no_post_is_taken_from_another_site(world: World) -> None:
    faults = []
    for row in rows("POST"):
        actor = next(iter(sorted(row.allowed)), ALICE)
        client = world.client(actor, enforce_csrf_checks=True)
        with undone():
            kind = {"content_type": "application/json"} if row.as_json else {}
            answer = client.post(address(row, world), row.data(world) if row.data else {}, **kind)  # type: ignore[arg-type]
        if answer.status_code != 403:
            faults.append(f"{row.label} as {actor}: {answer.status_code}")
    for name in ("account_login", "account_logout", "account_change_password", "account_reset_password"):
        answer = world.client(ALICE, enforce_csrf_checks=True).post(reverse(name))
        if answer.status_code != 403:
            faults.append(f"{name}: {answer.status_code}")
    assert not faults, "\n".join(faults)


def test_headers_of_every_page(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    faults = []
    for row in rows("GET"):
        if row.prepare is not None or not row.allowed or row.name == "certificates:sample":
            continue
        actor = next(one for one in (ALICE, HR, TRAINER, ADMIN, *sorted(row.allowed)) if one in row.allowed)
        with undone():
            answer = world.client(actor).get(address(row, world))
            body_of(answer)
        head, policy = answer.headers, answer.headers.get("Content-Security-Policy", "")
        html = head.get("Content-Type", "").startswith("text/html")
        wanted = {
            "nosniff": head.get("X-Content-Type-Options") == "nosniff",
            "frames": head.get("X-Frame-Options") == "SAMEORIGIN",
            "referrer": head.get("Referrer-Policy") == "same-origin",
            "a policy": "default-src" in policy,
            "no unsafe scripts": row.cms or ("unsafe-eval" not in policy and not (html and "unsafe" in policy)),
            "no inline script": row.cms or not html or _no_inline(answer.content.decode()),
        }
        faults += [f"{row.label}: {what}" for what, holds in wanted.items() if not holds]
    assert not faults, "\n".join(faults)


def _no_inline(page: str) -> bool:
    scripts = re.findall(r"<script\b([^>]*)>", page)
    data = ("application/json", "application/ld+json")
    inline = [one for one in scripts if "src=" not in one and not any(kind in one for kind in data)]
    return not inline and not re.search(r"<[a-z][^>]*\s(?:style|on[a-z]+)=\"", page)


def test_the_session_is_out_of_reach_of_scripts(world: World) -> None:
    from tests.factories import PASSWORD

    client = Client()
    client.post(LOGIN, {"login": world.users[ALICE].email, "password": PASSWORD})
    session = client.cookies["session"]
    assert session["httponly"]
    assert session["samesite"] == "Lax"
    for name in set(client.cookies) - {"session", "csrftoken"}:
        assert client.cookies[name]["samesite"] == "Lax", name


@pytest.mark.parametrize("name", ["certificates:verify", "certificates:verify_form", "short_verify"])
def test_strangers_who_check_a_certificate_get_no_session(world: World, name: str) -> None:
    client = world.client(ANONYMOUS)
    kwargs = None if name.endswith("form") else {"code": world.certificate.code}
    answer = client.get(reverse(name, kwargs=kwargs))
    assert set(answer.cookies) <= {"csrftoken"}
    if answer.status_code == 200:
        for private in ("Alice", "Adler", "alice@example.com"):
            assert private not in answer.content.decode()


def test_personal_pages_stay_out_of_shared_caches(world: World) -> None:
    """Certificates, exports and one's own data are never kept by what stands between."""
    asked = {
        ALICE: [reverse("certificates:download", kwargs={"pk": world.certificate.pk})],
        HR: [reverse("reports:export_download", kwargs={"uuid": world.export.uuid})],
    }
    for actor, urls in asked.items():
        for url in urls:
            answer = world.client(actor).get(url)
            body_of(answer)
            assert "no-store" in answer.headers["Cache-Control"], url
            assert answer.headers["Content-Disposition"].startswith("attachment"), url


def test_the_matrix_has_every_method() -> None:
    assert addresses()
    assert len(rows("GET")) > 100
    assert len(rows("POST")) > 30
