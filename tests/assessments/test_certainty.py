"""How sure somebody is of an answer: kept with it, by the same rules, and without any weight."""

import json
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from assessments.enums import Behaviour
from assessments.models import Attempt, QuizPage, Response
from assessments.services import UNCHANGED, check_answer, leave_question, save_response, start_attempt, submit_attempt
from courses.models import Activity
from enablement.core.errors import DomainError
from enablement.core.verification import run_record_checks
from people.models import User
from tests.assessments import factories
from tests.courses.factories import ModuleTree


@pytest.fixture
def page(tree: ModuleTree) -> QuizPage:
    """Three single choices (o-1 is right), a scale of agreement, and a text that people mark."""
    kinds = ("single_choice", "single_choice", "single_choice", "likert", "extended_text")
    slots = factories.fixed(*(factories.item(kind) for kind in kinds))
    return factories.quiz_page(tree.page, slots, shuffle_questions=False, shuffle_options=False, asks_certainty=True)


@pytest.fixture
def attempt(learner: User, quiz: Activity) -> Attempt:
    return start_attempt(learner, quiz=quiz)


def save(
    user: User,
    attempt: Attempt,
    value: Any,
    certainty: object = UNCHANGED,
    *,
    sequence: int = 1,
    position: int = 1,
    tab: str = "a",
) -> str:
    """The status, or the code of the refusal."""
    try:
        return save_response(
            user, attempt=attempt, position=position, value=value, sequence=sequence, tab=tab, certainty=certainty
        ).status.value
    except DomainError as error:
        return error.code


def kept(attempt: Attempt, position: int = 1) -> list[tuple[Any, int | None]]:
    rows = Response.objects.filter(attempt_item__attempt=attempt, attempt_item__position=position)
    return [(one.value, one.certainty) for one in rows.order_by("sequence")]


# --- The rule is frozen ----------------------------------------------------------------------------------------------
def test_a_test_does_not_ask_unless_it_is_told_to(learner: User, tree: ModuleTree) -> None:
    page = factories.quiz_page(tree.page, factories.fixed(factories.item()))
    attempt = start_attempt(learner, quiz=factories.quiz_of(page))
    assert (attempt.asks_certainty, attempt.policy["certainty"]) == (False, False)
    assert save(learner, attempt, "o-1", 3) == "saved"
    assert kept(attempt) == [("o-1", None)], "what was not asked for is not kept"


def test_a_running_attempt_keeps_the_rule_of_its_start(learner: User, page: QuizPage, attempt: Attempt) -> None:
    page.asks_certainty = False
    page.save()
    assert save(learner, attempt, "o-1", 3) == "saved"
    assert kept(attempt) == [("o-1", 3)]


def test_attempts_from_before_there_was_the_question_do_not_ask(learner: User, attempt: Attempt) -> None:
    Attempt.objects.update(policy={name: value for name, value in attempt.policy.items() if name != "certainty"})
    assert save(learner, attempt, "o-1", 3) == "saved"
    assert kept(attempt) == [("o-1", None)]


@pytest.mark.parametrize(("position", "value"), [(4, {"s-1": "4"}), (5, "Dear buyer")])
def test_what_the_machine_does_not_grade_keeps_none(learner: User, attempt: Attempt, position: int, value: Any) -> None:
    assert save(learner, attempt, value, 3, position=position) == "saved", "the answer itself is never lost for it"
    assert kept(attempt, position) == [(value, None)]


# --- It is saved as answers are --------------------------------------------------------------------------------------
def test_it_is_appended_with_the_answer(learner: User, attempt: Attempt) -> None:
    assert save(learner, attempt, None, 2) == "saved", "before the answer"
    assert save(learner, attempt, "o-2", sequence=2) == "saved", "an answer without a word of it leaves it as it is"
    assert save(learner, attempt, "o-2", 3, sequence=3) == "saved"
    assert save(learner, attempt, "o-2", None, sequence=4) == "saved", "taken back"
    assert kept(attempt) == [(None, 2), ("o-2", 2), ("o-2", 3), ("o-2", None)]
    assert not list(run_record_checks())


def test_the_newest_wins_and_an_old_tab_is_told(learner: User, attempt: Attempt) -> None:
    assert save(learner, attempt, "o-1", 3) == "saved"
    assert save(learner, attempt, "o-1", 3) == "repeated", "sent again, acknowledged again"
    stale = save_response(learner, attempt=attempt, position=1, value="o-1", certainty=1, sequence=1, tab="b")
    assert (stale.status.value, stale.value, stale.certainty, stale.sequence) == ("stale", "o-1", 3, 1)
    assert kept(attempt) == [("o-1", 3)]


@pytest.mark.parametrize("nonsense", [0, 4, -6, "3", "high", True, [3], {"level": 3}, 2.5])
def test_nonsense_is_refused_and_changes_nothing(learner: User, attempt: Attempt, nonsense: object) -> None:
    assert save(learner, attempt, "o-1", 1) == "saved"
    assert save(learner, attempt, "o-1", nonsense, sequence=2) == "invalid_answer"
    assert kept(attempt) == [("o-1", 1)]


def test_the_database_takes_no_fourth_level(learner: User, attempt: Attempt) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Response.objects.create(attempt_item=factories.items_of(attempt)[0], sequence=1, value="o-1", certainty=4)


def test_a_question_that_was_left_keeps_it(learner: User, tree: ModuleTree) -> None:
    slots = factories.fixed(factories.item(), factories.item())
    page = factories.quiz_page(tree.page, slots, navigation="sequential", asks_certainty=True)
    attempt = start_attempt(learner, quiz=factories.quiz_of(page))
    assert save(learner, attempt, "o-1", 2) == "saved"
    assert save(learner, attempt, "o-1", 2, position=2) == "not_yet"
    leave_question(learner, attempt=attempt, position=1)
    assert save(learner, attempt, "o-1", 3, sequence=2) == "left"
    assert kept(attempt) == [("o-1", 2)]


def test_after_handing_in_nothing_is_said_any_more(learner: User, attempt: Attempt) -> None:
    submit_attempt(learner, attempt=attempt)
    assert save(learner, attempt, "o-1", 3) == "closed"
    assert kept(attempt) == []


def test_saving_it_costs_no_further_query(
    learner: User, attempt: Attempt, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    save(learner, attempt, "o-1", 1)
    with django_assert_num_queries(5):  # savepoint, attempt with question, newest, insert, release
        save(learner, attempt, "o-2", 2, sequence=2)


# --- Practice ---------------------------------------------------------------------------------------------------------
def test_in_practice_it_is_said_before_the_first_check(learner: User, tree: ModuleTree) -> None:
    """After a check everybody is sure, so what is said then is not kept; and it never uses up a try."""
    page = factories.quiz_page(
        tree.page, factories.fixed(factories.item()), behaviour=Behaviour.PRACTICE, asks_certainty=True
    )
    attempt = start_attempt(learner, quiz=factories.quiz_of(page))
    assert save(learner, attempt, "o-2", 1) == "saved"
    assert save(learner, attempt, "o-2", 3, sequence=2) == "saved"
    assert check_answer(learner, attempt=attempt, position=1).number == 1
    assert save(learner, attempt, "o-1", 1, sequence=3) == "saved"
    assert kept(attempt) == [("o-2", 1), ("o-2", 3), ("o-1", 3)]
    assert check_answer(learner, attempt=attempt, position=1).number == 2


# --- The API of the player --------------------------------------------------------------------------------------------
@pytest.fixture
def browser(client: Client, learner: User) -> Client:
    client.force_login(learner)
    return client


def post(browser: Client, attempt: Attempt, **body: Any) -> dict[str, Any]:
    url = reverse("assessments:save", kwargs={"uuid": attempt.uuid})
    answer = browser.post(url, json.dumps({"position": 1, "tab": "t", **body}), content_type="application/json")
    return {"status": answer.status_code, **answer.json()}


def test_the_player_is_told_what_is_kept(browser: Client, attempt: Attempt) -> None:
    told = post(browser, attempt, value="o-1", certainty=2, sequence=1)
    assert (told["status"], told["stale"], told["value"], told["certainty"]) == (200, False, "o-1", 2)
    told = post(browser, attempt, value="o-2", sequence=2)
    assert (told["value"], told["certainty"]) == ("o-2", 2), "a script from before the update does not erase it"
    told = post(browser, attempt, value="o-2", certainty=3, sequence=2, tab="other")
    assert (told["stale"], told["value"], told["certainty"]) == (True, "o-2", 2)
    told = post(browser, attempt, value="o-2", certainty=None, sequence=3)
    assert told["certainty"] is None
    told = post(browser, attempt, value="o-2", certainty=9, sequence=4)
    assert (told["status"], told["code"]) == (400, "invalid_answer")
