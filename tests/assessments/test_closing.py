"""A test's closing is moved while people take it: nobody sees the right answers while somebody still answers."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from assessments.allowances import Allowance
from assessments.models import Attempt, QuizPage
from assessments.selectors import result_view
from assessments.services import grant_exception, save_response, start_attempt, submit_attempt
from assessments.views.start_screen import start_screen
from courses.models import Activity
from people.models import User
from tests.courses.factories import ModuleTree, enrolled

HOUR = timedelta(hours=1)


@pytest.fixture
def page(page: QuizPage) -> QuizPage:
    page.attempts_allowed, page.time_limit_minutes = 0, None
    page.review_policy, page.review_after_close = "custom", "answer,correctness,feedback,key"
    return closing(page, 2)


@pytest.fixture
def bob(bob: User, tree: ModuleTree) -> User:
    enrolled(bob, tree.module)
    return bob


def closing(page: QuizPage, hours: int | None) -> QuizPage:
    """Publishes the test with this closing, in hours from now; None: it does not close."""
    page.closes_at = None if hours is None else timezone.now() + hours * HOUR
    page.save_revision().publish()
    return QuizPage.objects.get(pk=page.pk)


def shown_after(hours: float, attempt: Attempt) -> bool:
    """Whether the questions of this attempt are shown then."""
    with time_machine.travel(timezone.now() + hours * HOUR):
        return bool(result_view(attempt.user, Attempt.objects.get(pk=attempt.pk), language="en").questions)


def done(user: User, quiz: Activity) -> Attempt:
    return submit_attempt(user, attempt=start_attempt(user, quiz=quiz))


def test_what_is_shown_after_the_closing_comes_with_it(learner: User, page: QuizPage, quiz: Activity) -> None:
    own = done(learner, quiz)
    assert [shown_after(hours, own) for hours in (1, 2.1)] == [False, True]


def test_a_later_closing_reaches_who_runs_and_holds_the_answers_back(
    learner: User, bob: User, page: QuizPage, quiz: Activity
) -> None:
    own, running = done(learner, quiz), start_attempt(bob, quiz=quiz)
    closing(page, 5)
    with time_machine.travel(timezone.now() + 3 * HOUR):
        saved = save_response(bob, attempt=running, position=1, value="o-1", sequence=1)
        assert saved.deadline_at == QuizPage.objects.get(pk=page.pk).closes_at
        submit_attempt(bob, attempt=running)
    assert not shown_after(3, own), "others may still begin"
    assert [shown_after(hours, running) for hours in (4, 5.1)] == [False, True]
    assert shown_after(5.1, own)


def test_an_earlier_closing_takes_no_time_and_the_answers_wait_for_who_runs(
    learner: User, bob: User, page: QuizPage, quiz: Activity
) -> None:
    page = closing(page, 5)
    running = start_attempt(bob, quiz=quiz)
    closing(page, 1)
    own = done(learner, quiz)
    assert Attempt.objects.get(pk=running.pk).deadline_at == running.deadline_at
    assert [shown_after(hours, own) for hours in (2, 5.1)] == [False, True]
    submit_attempt(bob, attempt=running)
    assert shown_after(2, own), "nobody answers any more"


def test_an_exception_of_one_holds_the_answers_of_all_while_it_is_used(
    learner: User, bob: User, trainer: User, page: QuizPage, quiz: Activity
) -> None:
    own = done(learner, quiz)
    later = Allowance(closes_at=timezone.now() + 5 * HOUR)
    grant_exception(trainer, quiz=quiz, person=bob, terms=later, reason="Power cut")
    running = start_attempt(bob, quiz=quiz)
    assert [shown_after(hours, own) for hours in (3, 5.1)] == [False, True]
    submit_attempt(bob, attempt=running)
    assert shown_after(3, own)


def test_a_closing_that_is_taken_away_shows_nothing_after_it(
    learner: User, bob: User, page: QuizPage, quiz: Activity
) -> None:
    own, running = done(learner, quiz), start_attempt(bob, quiz=quiz)
    closing(page, None)
    assert Attempt.objects.get(pk=running.pk).deadline_at is None
    assert not shown_after(50, own)


@pytest.mark.parametrize("attempts", [1, 6])
def test_what_the_closing_means_is_asked_once_for_all_attempts(
    learner: User, page: QuizPage, quiz: Activity, attempts: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _number in range(attempts):
        done(learner, quiz)
    with time_machine.travel(timezone.now() + 3 * HOUR), django_assert_num_queries(9):  # two of them for the closing
        screen = start_screen(learner, page, "en")
    assert screen is not None
    assert len(screen.history) == attempts
