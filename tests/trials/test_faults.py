"""The harness of the faults against the real tables: a row that is taken away by hand must make the trial fail."""

import json
from typing import Any, cast

import pytest
from django.db import connection

from assessments.models import Attempt
from assessments.services import save_response, start_attempt, submit_attempt
from courses.models import Activity, HomePage
from people.models import User
from tests.assessments import factories
from tests.assessments.factories import items_of, right_answer
from tests.courses.factories import ModuleTree, enrolled, module_tree
from trials.faults import __main__ as program
from trials.faults.journal import Comparison, Journal, Stored
from trials.faults.site import Site, Trial, read_stored

pytestmark = pytest.mark.django_db


def rows(query: str) -> list[tuple[Any, ...]]:
    """As psycopg gives them: Django's cursors leave JSON as text."""
    with connection.cursor() as cursor:
        cursor.execute(query)
        found = list(cursor.fetchall())
    if "response.value" in query:
        return [(*row[:-1], json.loads(row[-1])) for row in found]
    return found


@pytest.fixture
def tree(home: HomePage) -> ModuleTree:
    return module_tree(home, lessons=1)


@pytest.fixture
def quiz(tree: ModuleTree) -> Activity:
    items = [factories.item(kind) for kind in factories.GRADED]
    return factories.quiz_of(factories.quiz_page(tree.page, factories.fixed(*items)))


@pytest.fixture
def learner(alice: User, tree: ModuleTree) -> User:
    enrolled(alice, tree.module)
    return alice


@pytest.fixture
def journal(learner: User, quiz: Activity) -> Journal:
    """What a learner was told who has taken a whole test and passed it."""
    kept = Journal()
    attempt = start_attempt(learner, quiz=quiz)
    kept.started(str(attempt.uuid), learner.email)
    for item in items_of(attempt):
        kept.sending(str(attempt.uuid), item.position, 1)
        held = save_response(learner, attempt=attempt, position=item.position, value=right_answer(item), sequence=1)
        kept.answered(str(attempt.uuid), item.position, 1, held.value)
    submit_attempt(learner, attempt=attempt)
    kept.submitted(str(attempt.uuid))
    return kept


def compared(journal: Journal) -> Comparison:
    return journal.compare(read_stored(rows))


def test_a_row_that_is_missing_is_a_lost_answer(journal: Journal) -> None:
    assert compared(journal) == Comparison()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM assessments_response WHERE id = (SELECT max(id) FROM assessments_response)")
    assert len(compared(journal).lost) == 1


def test_an_attempt_that_nobody_was_told_of_is_a_double(journal: Journal, learner: User, quiz: Activity) -> None:
    Attempt.objects.create(user=learner, activity=quiz, number=2, policy={})
    assert len(compared(journal).duplicated) == 1


class FakeSite:
    """A site whose stack is the test's own database, and whose records may break a promise."""

    def __init__(self, journal: Journal, findings: list[str]) -> None:
        self.journal, self._findings = journal, findings

    def settle(self) -> float:
        return 12.0

    def stored(self) -> Stored:
        return read_stored(rows)

    def findings(self) -> list[str]:
        return self._findings


@pytest.fixture
def nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(program.FAULTS, "nothing", lambda site: Trial(3, 10.0))


@pytest.mark.usefixtures("nothing_happens")
def test_a_trial_fails_when_something_is_lost_or_found(journal: Journal) -> None:
    sound = program.run("nothing", cast("Site", FakeSite(journal, [])))
    assert sound == program.Row("nothing", 3, 0, 0, 0, 2.0)
    assert sound.holds
    assert not program.run("nothing", cast("Site", FakeSite(journal, ["a certificate without a pass"]))).holds
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM assessments_response WHERE id = (SELECT min(id) FROM assessments_response)")
    lossy = program.run("nothing", cast("Site", FakeSite(journal, [])))
    assert (lossy.lost, lossy.holds) == (1, False)


def test_a_name_that_does_not_exist_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONLY", "kill_wbe")
    assert program.main() == 2
