"""A marked string in every key and feedback appears in no byte that is sent before its time.

`tests/assessments/test_canary.py` asks the same of one attempt; here it is asked of every address of the product, for
everybody who may not write tests.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse

from assessments.enums import ReviewPolicy
from assessments.exporters import export_attempts
from assessments.services import submit_attempt
from tests.access.engine import Row, address, undone
from tests.access.test_matrix import ROOMS
from tests.access.test_walk import foreign, under_cms
from tests.access.world import (
    ADMIN,
    ALICE,
    ANONYMOUS,
    AUTHORS,
    CANARY,
    COUNCIL,
    DPO,
    HR,
    LEAD,
    REVIEWER,
    TRAINER,
    World,
)

# These answers are the canary's time: the owner's result after handing in, and the feedback of a practice item.
RELEASED = {"assessments:result", "assessments:check", "assessments:submit"}
WITHHOLDING = [ReviewPolicy.NOTHING, ReviewPolicy.UNTIL_PASSED, ReviewPolicy.CUSTOM]


def sent(response: Any) -> str:
    """Every byte of a response: status, headers, cookies, body."""
    head = f"{response.status_code} {list(response.headers.items())} {response.cookies.output()}"
    body = response.getvalue() if response.streaming else response.content
    return head + bytes(body).decode("utf-8", "replace")


def asked(world: World, actor: str) -> Iterator[tuple[str, str]]:
    """What everybody's addresses answer to this actor, and how each is called."""
    for row in (row for room in ROOMS.values() for row in room):
        if (
            row.prepare is None
            and not (row.name in RELEASED and row.method == "POST")
            and row.name != "certificates:sample"
        ):
            yield f"{row.label} as {actor}", _answer(world, actor, row)
    for name, url in foreign().items():
        with undone():
            yield f"{name} as {actor}", sent(world.client(actor).get(url))
    # Searches ignore case, and the page repeats the question as it was typed: what is found would be in capitals.
    for url in (reverse("courses:search"), "/en/learn/search/", "/de/katalog/"):
        with undone():
            yield f"{url} as {actor}", sent(world.client(actor).get(url, {"q": CANARY.lower()}))


def _answer(world: World, actor: str, row: Row) -> str:
    client, url = world.client(actor), address(row, world)
    with undone():
        if row.method == "GET":
            return sent(client.get(url))
        more: dict[str, Any] = {"content_type": "application/json"} if row.as_json else {}
        return sent(client.post(url, row.data(world) if row.data else {}, **more))


def leaks(answers: Iterator[tuple[str, str]]) -> list[str]:
    return [label for label, text in answers if CANARY in text]


# --- It can be seen where it may be ----------------------------------------------------------------------------------
def test_authors_see_it(world: World) -> None:
    for actor in (TRAINER, REVIEWER, ADMIN):
        edit = reverse("wagtailsnippets_assessments_item:edit", args=[world.item.pk])
        with undone():
            assert CANARY in sent(world.client(actor).get(edit)), actor
    preview = reverse("wagtailadmin_pages:view_draft", args=[world.quiz_page.pk])
    with undone():
        assert world.client(TRAINER).get(preview).status_code == 200


def test_learners_see_it_when_its_time_has_come(world: World) -> None:
    alice = world.users[ALICE]
    result = reverse("assessments:result", kwargs={"uuid": world.done_attempt.uuid})
    assert CANARY not in sent(world.client(ALICE).get(result)), "the running attempt asks the same questions"
    check = reverse("assessments:check", kwargs={"key": world.practice.key})
    assert CANARY in sent(world.client(ALICE).post(check, {"answer": "o-1"}))
    submit_attempt(alice, attempt=world.open_attempt)
    assert CANARY in sent(world.client(ALICE).get(result))


# --- It cannot be seen anywhere else ---------------------------------------------------------------------------------
@pytest.mark.parametrize("actor", [ANONYMOUS, ALICE, HR])
def test_no_byte_before_its_time(world: World, actor: str) -> None:
    assert leaks(asked(world, actor)) == []


@pytest.mark.parametrize("actor", [LEAD, COUNCIL, DPO])
def test_no_byte_to_those_who_look_at_others(world: World, actor: str) -> None:
    """After Alice has handed in: what she may see now is hers alone."""
    submit_attempt(world.users[ALICE], attempt=world.open_attempt)
    assert leaks(asked(world, actor)) == []


@pytest.mark.filterwarnings("ignore:Pagination may yield inconsistent results")  # a report of wagtail-localize
@pytest.mark.parametrize("actor", [HR, DPO])
def test_no_byte_in_the_cms_without_an_authors_role(world: World, actor: str) -> None:
    """Every address under the CMS with ids that exist, as roles that enter it for other reasons."""
    assert actor not in AUTHORS

    def walk() -> Iterator[tuple[str, str]]:
        for found, url in under_cms(world):
            if found.name != "wagtailadmin_error_test":
                with undone():
                    yield f"{url} ({found.name})", sent(world.client(actor).get(url))
        for query in ("?fields=*", "?type=assessments.QuizPage&fields=*", f"?search={CANARY.lower()}"):
            with undone():
                yield query, sent(world.client(actor).get(f"/admin/api/main/pages/{query}"))

    assert leaks(walk()) == []


@pytest.mark.parametrize("company", WITHHOLDING, indirect=True)
def test_no_byte_after_handing_in_where_the_policy_withholds_it(world: World) -> None:
    submit_attempt(world.users[ALICE], attempt=world.open_attempt)
    assert leaks(asked(world, ALICE)) == []
    for attempt in (world.done_attempt, world.open_attempt):
        for language in ("de", "en"):
            url = reverse("assessments:result", kwargs={"uuid": attempt.uuid}).replace("/de/", f"/{language}/", 1)
            assert CANARY not in sent(world.client(ALICE).get(url))


@pytest.mark.parametrize("company", list(ReviewPolicy), indirect=True)
def test_no_byte_in_what_a_person_takes_along(world: World) -> None:
    """The export of one's own data holds questions and answers, never keys and explanations."""
    alice = world.users[ALICE]
    for handed_in in (False, True):
        if handed_in:
            submit_attempt(alice, attempt=world.open_attempt)
        export = sent(world.client(ALICE).post(reverse("people:export_my_data")))
        assert "Which?" in export
        assert CANARY not in export
        assert CANARY not in str(export_attempts(alice))


def test_no_byte_in_any_file(world: World) -> None:

    def files(folder: str) -> Iterator[str]:
        folders, names = default_storage.listdir(folder)
        yield from (f"{folder}{name}" for name in names)
        for each in folders:
            yield from files(f"{folder}{each}/")

    names = list(files(""))
    assert world.certificate.file in names
    for name in names:
        with default_storage.open(name, "rb") as stream:
            assert CANARY.encode() not in stream.read(), name
