"""What libraries bring with them: every address under the CMS, the log-in's, and the pages' utilities."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from tests.access.engine import LOGIN, Address, addresses, is_ours, undone, writes
from tests.access.world import ADMIN, ALICE, ANONYMOUS, COUNCIL, DPO, HR, LEAD, TRAINER, World
from tests.factories import PASSWORD

# Served to everybody: the door, and scripts and icons without content. `password_reset` is switched off.
CMS_PUBLIC = {
    "wagtailadmin_login",
    "wagtailadmin_password_reset",
    "wagtailadmin_password_reset_done",
    "wagtailadmin_password_reset_confirm",
    "wagtailadmin_password_reset_complete",
    "wagtailadmin_javascript_catalog",
    "wagtailadmin_sprite",
    "wagtailadmin_logout",
}
WORDS = {
    "app_label": "courses",
    "app_name": "courses",
    "content_type_app_name": "courses",
    "model_name": "fact",
    "content_type_model_name": "modulepage",
    "action": "delete",
    "action_name": "approve",
    "filter_spec": "max-100x100",
    "uidb64": "MQ",
    "token": "set-password",
    "mode": "x",
}


def number_for(pattern: str, world: World | None) -> str:
    """The id of a record that exists, where the address is about one that we know."""
    if world is None:
        return "1"
    known = {
        "admin/pages/": world.module,
        "admin/snippets/assessments": world.item,
        "admin/snippets/courses": world.fact,
        "admin/images/": world.image,
        "admin/documents/": world.document,
        "admin/users/": world.users[ALICE],
        "admin/org-units/": world.north,
        "admin/functions/": world.function,
    }
    return next((str(one.pk) for start, one in known.items() if pattern.startswith(start)), "1")


def concrete(pattern: str, world: World | None = None) -> str:
    """An address of this pattern, with ids that exist and words that mean something to Wagtail."""
    number = number_for(pattern, world)
    if world is not None:
        pattern = pattern.replace("<int:destination_id>", str(world.catalogue.pk))
    text = re.sub(r"\(\?P<(?:pk)>[^()]*\)", number, pattern)
    text = re.sub(r"\(\?P<\w+>[^()]*\)", "1", text)
    text = re.sub(r"<(?:int|str|slug|path):(\w*(?:id|pk)\w*)>", number, text)
    text = re.sub(r"<uuid:\w+>", "00000000-0000-0000-0000-000000000001", text)
    text = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: WORDS.get(found.group(1), "1"), text)
    return "/" + text.replace(r"\.", ".").replace("^", "").replace("$", "").replace(".*/", "nothing/").replace(
        "\\Z", ""
    )


def under_cms(world: World) -> Iterator[tuple[Address, str]]:
    for found in addresses():
        if found.pattern.startswith("admin/") and found.name not in CMS_PUBLIC:
            yield found, concrete(found.pattern.replace(r"(\d+)", "1"), world)


@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_without_a_role_is_behind_the_door_of_the_cms(world: World, method: str) -> None:
    faults, asked = [], 0
    for found, url in under_cms(world):
        for actor in (ANONYMOUS, ALICE, COUNCIL) if method == "get" else (ANONYMOUS, LEAD):
            asked += 1
            with undone(), writes() as written:
                answer = getattr(world.client(actor), method)(url)
            door = answer.status_code == 302 and answer.headers["Location"].startswith((LOGIN, "/admin/login/"))
            if not (door or answer.status_code in {403, 404, 405}) or written:
                faults.append(f"{method} {url} ({found.name}) as {actor}: {answer.status_code} {written}")
    assert asked > 400
    assert not faults, "\n".join(faults)


# Accounts, groups, and everything that changes how the product works, is not an author's.
NOT_FOR_AUTHORS = re.compile(
    r"^/admin/(users|groups|settings|sites|locales|redirects|collections|workflows|people-import|org-units|access-log"
    r"|deletion-log|functions|bulk/people)/"
)
# The role table: these people have to do with people, not with content.
CONTENT = re.compile(
    r"^/admin/(pages/(add/|\d+/(?!$|results))|snippets/(?!choose|$)|images/(?!chooser)|documents/(?!chooser)|localize/translate)"
)


# Redirects to the history, which is refused; asks "move this page?" by its title, and refuses the POST; says "not
# under review"; names tasks of review.
NO_CONTENT = {
    "wagtailadmin_pages:move_confirm",
    "wagtailadmin_pages:revisions_index",
    "wagtailsnippets_assessments_item:confirm_workflow_cancellation",
    "wagtailadmin_pages:confirm_workflow_cancellation",
    "wagtailadmin_workflows:task_chooser",
    "wagtailadmin_workflows:task_chooser_results",
    "wagtailadmin_workflows:task_chooser_create",
    "wagtailadmin_workflows:task_chosen",
}


def refused(answer: Any) -> bool:
    to_start = answer.status_code == 302 and answer.headers["Location"] in {"/admin/", "/admin/login/"}
    return to_start or answer.status_code in {403, 404, 405}


@pytest.mark.parametrize(
    ("actor", "closed"),
    [(TRAINER, NOT_FOR_AUTHORS), (HR, CONTENT), (DPO, CONTENT), (ADMIN, re.compile("^/admin/groups/"))],
)
def test_roles_stay_in_their_part_of_the_cms(world: World, actor: str, closed: re.Pattern[str]) -> None:
    faults, asked = [], 0
    for found, url in under_cms(world):
        if not closed.match(url):
            continue
        asked += 1
        with undone():
            answer = world.client(actor).get(url)
        with undone(), writes() as written:
            world.client(actor).post(url)
        if written:
            faults.append(f"POST {url} ({found.name}) as {actor} wrote {written}")
        if not refused(answer) and found.name not in NO_CONTENT:
            faults.append(f"{url} ({found.name}) as {actor}: {answer.status_code} {answer.headers.get('Location', '')}")
    assert asked >= 4
    assert not faults, "\n".join(faults)


# --- django-allauth and Wagtail's utilities --------------------------------------------------------------------------
PUBLIC = {
    "account_login",
    "account_logout",
    "account_signup",  # closed: says so
    "account_inactive",
    "account_email_verification_sent",
    "account_confirm_email",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_confirm_login_code",
    "mfa_authenticate",
    "mfa_login_webauthn",
}
OWN = {
    "account_reauthenticate",
    "account_request_reauthentication_code",
    "account_confirm_reauthentication_code",
    "account_change_password",
    "account_set_password",
    "mfa_index",
    "mfa_reauthenticate",
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_download_recovery_codes",
    "mfa_list_webauthn",
    "mfa_add_webauthn",
    "mfa_reauthenticate_webauthn",
    "mfa_remove_webauthn",
    "mfa_edit_webauthn",
    "usersessions_list",
}
# Covered by `nothing_here`, or of no use here because no page and no collection has a password.
GONE = {
    "",
    "account_email",
    "wagtailcore_login",
    "wagtailcore_authenticate_with_password",
    "wagtaildocs_authenticate_with_password",
}
ELSEWHERE = {"wagtaildocs_serve", "wagtail_serve"}  # rows of the matrix


def foreign() -> dict[str, str]:
    found = [each for each in addresses() if not each.pattern.startswith("admin/")]
    return {each.name: concrete(each.pattern) for each in found if not is_ours(each) or not each.name}


def test_every_address_of_a_library_has_a_policy() -> None:
    assert set(foreign()) - (PUBLIC | OWN | GONE | ELSEWHERE) == set()


def test_libraries_show_their_pages_to_whom_the_policy_says(world: World) -> None:
    faults = []
    for name, url in foreign().items():
        if name in ELSEWHERE:
            continue
        with undone(), writes() as written:
            stranger = world.client(ANONYMOUS).get(url)
        with undone():
            person = world.client(ALICE).get(url)
        to_login = stranger.status_code == 302 and stranger.headers["Location"].startswith(LOGIN)
        if name in PUBLIC and (stranger.status_code >= 500 or (to_login and name not in AFTER_PASSWORD)):
            faults.append(f"{url}: {stranger.status_code} for strangers")
        if name not in PUBLIC and (not to_login or written):
            faults.append(f"{url}: {stranger.status_code} for strangers, wrote {written}")
        if name in GONE and person.status_code != 404:
            faults.append(f"{url}: {person.status_code} for people, must be gone")
        if person.status_code >= 500:
            faults.append(f"{url}: {person.status_code}")
    assert not faults, "\n".join(faults)


# Steps of a log-in that has not begun send back to its start.
AFTER_PASSWORD = {"mfa_authenticate", "account_confirm_login_code", "account_logout", "mfa_login_webauthn"}


def test_there_is_one_log_in(world: World) -> None:
    """Wagtail's own log-in form for pages would ask for neither the second factor nor the limit of attempts."""
    for language in ("de", "en"):
        form = {"username": world.users[ALICE].email, "password": PASSWORD}
        client = Client()
        answer = client.post(f"/{language}/_util/login/", form)
        assert answer.status_code in {302, 404}
        assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "/\\evil.example/", "javascript:alert(1)"]
)
def test_no_log_in_leads_out_of_the_house(world: World, target: str) -> None:
    form = {"login": world.users[ALICE].email, "password": PASSWORD, "next": target}
    client = Client()
    answer = client.post(LOGIN, form)
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/de/"
    client = Client()
    answer = client.get("/admin/login/", {"next": target})
    assert answer.headers["Location"].startswith(LOGIN)
