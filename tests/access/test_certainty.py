"""How sure somebody is of an answer is for their own eyes: no other role, no report, no analysis and no file reads it.

Two proofs: code that reads the column while others than its owner ask for every address is caught in the act, and only
the files named here know of it at all.
"""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as project
from django.urls import reverse

from assessments.models import Attempt, QuizPage, Response
from assessments.services import save_response, submit_attempt
from tests.access.engine import Row, address, undone
from tests.access.test_canary import sent
from tests.access.test_matrix import ROOMS
from tests.access.test_walk import foreign, under_cms
from tests.access.world import ADMIN, ALICE, DPO, HR, LEAD, TRAINER, World

OTHERS = (LEAD, TRAINER, HR, DPO, ADMIN)  # between them they open every address that shows another person's record
# Files of the product that may name it: what keeps it, what shows it to its owner, what lets a trainer ask for it.
KNOW = {
    "assessments/behaviours/certainty.py",
    "assessments/certainty_words.py",
    "assessments/cms/forms.py",
    "assessments/cms/panels.py",
    "assessments/enums.py",
    "assessments/exporters.py",
    "assessments/models/attempts.py",
    "assessments/models/pages.py",
    "assessments/previews.py",
    "assessments/selectors/attempts.py",
    "assessments/selectors/calibration.py",
    "assessments/selectors/results.py",
    "assessments/services/answering.py",
    "assessments/services/starting.py",
    "assessments/start_words.py",
    "assessments/views/api.py",
    "assessments/views/attempts.py",
    "assessments/views/calibration.py",
    "assessments/views/player_screen.py",
    "assessments/views/result_screen.py",
}


class Watched:
    """Stands in for the column; remembers that somebody read it."""

    def __init__(self) -> None:
        self.reads = 0

    def __get__(self, instance: Any, owner: Any) -> Any:
        if instance is None:
            return self
        self.reads += 1
        return instance.__dict__.get("certainty")

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__["certainty"] = value


@pytest.fixture
def world(world: World) -> World:
    """Alice has said of a right answer that she is sure, and has handed it in; Bob of one that people mark."""
    QuizPage.objects.update(asks_certainty=True)
    for attempt in Attempt.objects.all():
        Attempt.objects.filter(pk=attempt.pk).update(policy={**attempt.policy, "certainty": True})
    save_response(world.users[ALICE], attempt=world.open_attempt, position=1, value="o-1", certainty=3, sequence=2)
    submit_attempt(world.users[ALICE], attempt=world.open_attempt)
    return world


@pytest.fixture
def watched(world: World, monkeypatch: pytest.MonkeyPatch) -> Watched:
    found = Watched()
    monkeypatch.setattr(Response, "certainty", found)
    return found


def ask(world: World, actor: str, row: Row) -> None:
    client, url = world.client(actor), address(row, world)
    with undone():
        if row.method == "GET":
            sent(client.get(url))
        else:
            more: dict[str, Any] = {"content_type": "application/json"} if row.as_json else {}
            sent(client.post(url, row.data(world) if row.data else {}, **more))


def test_the_owner_sees_it_and_that_is_noticed(world: World, watched: Watched) -> None:
    url = reverse("assessments:result", kwargs={"uuid": world.open_attempt.uuid})
    with undone():
        html = sent(world.client(ALICE).get(url))
    assert 'class="card calibration' in html
    assert watched.reads
    with undone():
        export = sent(world.client(ALICE).post(reverse("people:export_my_data")))
    assert '"certainty": "high"' in export


@pytest.mark.parametrize("actor", OTHERS)
def test_no_address_reads_it_for_anybody_else(world: World, watched: Watched, actor: str) -> None:
    asked = 0
    for row in (row for room in ROOMS.values() for row in room):
        if row.prepare is None and row.name != "people:export_my_data":  # there, everybody reads their own
            ask(world, actor, row)
            asked += 1
            assert not watched.reads, f"{row.label} as {actor}"
    for name, url in foreign().items():
        with undone():
            sent(world.client(actor).get(url))
        assert not watched.reads, f"{name} as {actor}"
    assert asked > 100


@pytest.mark.filterwarnings("ignore:Pagination may yield inconsistent results")  # a report of wagtail-localize
@pytest.mark.parametrize("actor", [TRAINER, HR, ADMIN])
def test_no_address_of_the_cms_reads_it(world: World, watched: Watched, actor: str) -> None:
    for found, url in under_cms(world):
        if found.name != "wagtailadmin_error_test":
            with undone():
                sent(world.client(actor).get(url))
            assert not watched.reads, f"{url} ({found.name}) as {actor}"


def test_only_these_files_know_of_it() -> None:
    rooms = ("assessments", "certificates", "courses", "enablement", "people", "reports")
    root = Path(project.BASE_DIR)
    found = {
        str(path.relative_to(root))
        for room in rooms
        for path in (root / room).rglob("*.py")
        if "migrations" not in path.parts and "certainty" in path.read_text("utf-8").lower()
    }
    assert found == KNOW
