"""One question after the other: what was left stays as it was, whatever tabs, clicks and scripts do."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from assessments.models import Attempt, QuizPage, Response
from assessments.selectors import quiz_start_card
from assessments.services import leave_question, save_response, set_flag, start_attempt, submit_attempt
from assessments.start_words import rules
from courses.models import Activity
from enablement.core.errors import DomainError
from enablement.core.verification import run_record_checks
from people.models import User
from tests.assessments import factories
from tests.courses.factories import ModuleTree


@pytest.fixture(scope="module")
def build_page() -> Callable[[ModuleTree], QuizPage]:
    def build(tree: ModuleTree) -> QuizPage:
        raws = [factories.choice_raw("+--", prompt=f"Prompt {number}") for number in (1, 2, 3)]
        slots = factories.fixed(*(factories.item(raw=raw) for raw in raws))
        return factories.quiz_page(tree.page, slots, shuffle_questions=False, navigation="sequential")

    return build


@pytest.fixture
def attempt(learner: User, quiz: Activity) -> Attempt:
    return start_attempt(learner, quiz=quiz)


def save(user: User, attempt: Attempt, position: int, value: str | None, sequence: int = 1) -> str:
    """The status, or the code of the refusal."""
    try:
        return save_response(user, attempt=attempt, position=position, value=value, sequence=sequence).status.value
    except DomainError as error:
        return error.code


def test_a_question_that_was_left_keeps_its_answer(learner: User, attempt: Attempt) -> None:
    assert save(learner, attempt, 1, "o-1") == "saved"
    assert save(learner, attempt, 2, "o-1") == "not_yet"
    assert leave_question(learner, attempt=attempt, position=1) == 2
    assert save(learner, attempt, 1, "o-2", 2) == "left"
    assert save(learner, attempt, 1, "o-1") == "repeated", "what was acknowledged is acknowledged again"
    assert [one.value for one in Response.objects.all()] == ["o-1"]
    with pytest.raises(DomainError):
        set_flag(learner, attempt=attempt, position=1, flagged=True)
    assert not list(run_record_checks())


def test_a_double_click_on_next_closes_one_question(learner: User, attempt: Attempt) -> None:
    assert [leave_question(learner, attempt=attempt, position=1) for _click in range(2)] == [2, 2]
    assert leave_question(learner, attempt=attempt, position=3) == 2, "nobody skips ahead"
    assert [leave_question(learner, attempt=attempt, position=at) for at in (2, 3, 3)] == [3, 3, 3]
    attempt.refresh_from_db()
    assert attempt.reached == 3


def test_the_rule_is_that_of_the_start(learner: User, page: QuizPage, attempt: Attempt) -> None:
    page.navigation = "free"
    page.save()
    assert save(learner, attempt, 2, "o-1") == "not_yet"
    submit_attempt(learner, attempt=attempt)
    free = start_attempt(learner, quiz=attempt.activity)
    assert save(learner, free, 3, "o-1") == "saved"
    assert leave_question(learner, attempt=free, position=1) == 2
    assert save(learner, free, 1, "o-1") == "saved"


def test_leaving_costs_one_look_and_one_write(learner: User, attempt: Attempt, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(5):  # savepoint and its end; the attempt, whether there is a next one, the write
        leave_question(learner, attempt=attempt, position=1)
    with django_assert_num_queries(5):  # savepoint and its end; question, newest answer, the new one
        save_response(learner, attempt=attempt, position=2, value="o-1", sequence=1)


def test_the_card_says_so(learner: User, page: QuizPage, quiz: Activity) -> None:
    with translation.override("en"):
        told = [sentence for icon, sentence in rules(quiz_start_card(learner, quiz)) if icon in {"flag", "arrow-right"}]
    assert told == ["One question comes after the other: once you go on, you cannot go back to change an answer."]


class TestWithoutScripts:
    @pytest.fixture
    def browser(self, client: Client, learner: User) -> Client:
        client.force_login(learner)
        return client

    def at(self, attempt: Attempt, position: int) -> str:
        return reverse("assessments:player", kwargs={"uuid": attempt.uuid, "position": position})

    def test_only_the_open_question_is_sent(self, browser: Client, attempt: Attempt) -> None:
        shown = browser.get(self.at(attempt, 1)).content.decode()
        assert "Prompt 1" in shown
        assert "Prompt 2" not in shown
        for gone in ('value="back"', "data-jump data-place-of", 'name="flag"'):
            assert gone not in shown
        for elsewhere in (self.at(attempt, 3), reverse("assessments:resume", kwargs={"uuid": attempt.uuid})):
            assert browser.get(elsewhere).headers["Location"] == self.at(attempt, 1)

    def test_next_leads_on_and_never_back(self, browser: Client, attempt: Attempt) -> None:
        form = {"answer": "o-1", "sequence": "0", "go": "next"}
        for _click in range(2):
            assert browser.post(self.at(attempt, 1), form).headers["Location"] == self.at(attempt, 2)
        assert Response.objects.count() == 1
        for go in ("back", "1", "3"):
            browser.post(self.at(attempt, 2), {"answer": "o-2", "sequence": "0", "go": go})
            attempt.refresh_from_db()
            assert attempt.reached == 3, "whatever a form asks for, one goes on"
        browser.get(self.at(attempt, 3))

    def test_a_second_tab_is_told_what_is_kept(self, browser: Client, attempt: Attempt) -> None:
        browser.post(self.at(attempt, 1), {"answer": "o-1", "sequence": "0", "go": "next"})
        late = browser.post(self.at(attempt, 1), {"answer": "o-2", "sequence": "1", "go": "next"}, follow=True)
        text = late.content.decode()
        assert "You have left this question, so it cannot be changed any more." in text
        assert "Prompt 2" in text
        api = reverse("assessments:save", kwargs={"uuid": attempt.uuid})
        body = {"position": 1, "value": "o-2", "sequence": 9, "tab": "t"}
        refused = browser.post(api, body, content_type="application/json")
        assert (refused.status_code, refused.json()["code"]) == (400, "left")
        assert [one.value for one in Response.objects.all()] == ["o-1"]

    def test_the_list_before_submitting_shows_no_question_before_its_turn(
        self, browser: Client, attempt: Attempt
    ) -> None:
        browser.post(self.at(attempt, 1), {"answer": "o-1", "sequence": "0", "go": "next"})
        review = reverse("assessments:review", kwargs={"uuid": attempt.uuid})
        assert browser.post(self.at(attempt, 2), {"go": "review", "sequence": "0"}).headers["Location"] == review
        shown = browser.get(review).content.decode()
        assert "Prompt 2" in shown
        assert "Prompt 3" not in shown
        assert "Not opened yet" in shown
        assert shown.count(self.at(attempt, 2)) == 1
        assert self.at(attempt, 1) not in shown
        last = browser.post(reverse("assessments:submit", kwargs={"uuid": attempt.uuid}), {"confirm": "1"}, follow=True)
        assert "Prompt 3" in last.content.decode(), "the result shows all"
