"""Exceptions for one person: given with a reason, reaching who runs, told to who starts, never taking back."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from assessments.allowances import Allowance
from assessments.models import Attempt, QuizException, QuizPage
from assessments.selectors import quiz_start_card, result_view
from assessments.services import (
    grant_exception,
    save_response,
    start_attempt,
    submit_attempt,
    withdraw_exception,
)
from assessments.start_words import rules
from courses.models import Activity, Enrollment
from enablement.core.errors import DomainError
from enablement.core.verification import run_record_checks
from people.models import AccessLogEntry, User
from people.personal_data import erasure_hooks, export_of, retention_hooks
from people.selectors import find_people
from tests.assessments.test_privacy import policy

NOW = datetime(2026, 3, 2, 9, tzinfo=timezone.get_fixed_timezone(60))


@pytest.mark.parametrize(
    ("allowance", "extra", "minutes"),
    [
        (Allowance(), 0, 20),
        (Allowance(), 25, 25),
        (Allowance(extra_minutes=15), 0, 35),
        (Allowance(extra_minutes=15), 25, 40),
        (Allowance(time_multiplier=150), 0, 30),
        (Allowance(time_multiplier=150), 25, 30),
        (Allowance(time_multiplier=110), 25, 25),
        (Allowance(extra_minutes=5, time_multiplier=200), 0, 45),
    ],
)
def test_the_larger_share_of_time_and_the_minutes_on_top(allowance: Allowance, extra: int, minutes: int) -> None:
    assert allowance.limit(20, extra) == timedelta(minutes=minutes)


def test_a_test_never_closes_earlier_and_no_limit_stays_none() -> None:
    later = Allowance(closes_at=NOW, extra_attempts=1)
    assert later.closing(NOW - timedelta(days=1)) == NOW
    assert later.closing(NOW + timedelta(days=1)) == NOW + timedelta(days=1)
    assert later.closing(None) is None
    assert Allowance().closing(NOW) == NOW
    assert (later.attempts(2), later.attempts(0)) == (3, 0)


@pytest.fixture
def page(page: QuizPage) -> QuizPage:
    page.time_limit_minutes = 20
    page.attempts_allowed = 1
    page.save()
    return page


def given(trainer: User, quiz: Activity, person: User, reason: str = "Power cut", **terms: Any) -> QuizException:
    return grant_exception(trainer, quiz=quiz, person=person, terms=Allowance(**terms), reason=reason)


def sentence(user: User, quiz: Activity) -> str:
    with translation.override("en"):
        return " ".join(text for icon, text in rules(quiz_start_card(user, quiz)) if icon == "user-check")


def test_it_holds_for_the_next_attempt_and_the_card_says_so(learner: User, trainer: User, quiz: Activity) -> None:
    assert sentence(learner, quiz) == ""
    given(trainer, quiz, learner, extra_minutes=15, extra_attempts=1)
    card = quiz_start_card(learner, quiz)
    assert (card.minutes, card.attempts_left) == (35, 2)
    assert sentence(learner, quiz) == "An exception was made for you. You have: 15 minutes more and 1 attempt more."
    for number in (1, 2):
        attempt = start_attempt(learner, quiz=quiz)
        assert attempt.deadline_at is not None
        assert attempt.deadline_at - attempt.started_at == timedelta(minutes=35)
        assert result_view(learner, submit_attempt(learner, attempt=attempt), language="en").attempts_left == 2 - number
    with pytest.raises(DomainError) as refused:
        start_attempt(learner, quiz=quiz)
    assert refused.value.code == "no_attempts_left"
    assert not list(run_record_checks())


def test_it_is_for_one_person_at_one_test(learner: User, bob: User, trainer: User, quiz: Activity, tree: Any) -> None:
    from tests.courses.factories import enrolled

    enrolled(bob, tree.module)
    given(trainer, quiz, bob, extra_minutes=15)
    assert quiz_start_card(learner, quiz).minutes == 20
    assert quiz_start_card(bob, quiz).minutes == 35


def test_it_prolongs_a_running_attempt_and_the_player_learns_of_it(
    learner: User, trainer: User, quiz: Activity
) -> None:
    attempt = start_attempt(learner, quiz=quiz)
    assert attempt.deadline_at is not None
    with time_machine.travel(attempt.deadline_at + timedelta(seconds=50), tick=False):
        with pytest.raises(DomainError):
            save_response(learner, attempt=attempt, position=1, value="o-1", sequence=1)
        given(trainer, quiz, learner, extra_minutes=15)
        saved = save_response(learner, attempt=attempt, position=1, value="o-1", sequence=1)
        assert saved.deadline_at == attempt.deadline_at + timedelta(minutes=15)
        assert not list(run_record_checks("attempts: closed by the sweep in time"))
    prolonged = Attempt.objects.get()
    assert prolonged.closes_at == saved.deadline_at + timedelta(seconds=30)


def test_nothing_shortens_a_running_attempt(learner: User, trainer: User, quiz: Activity) -> None:
    first = given(trainer, quiz, learner, time_multiplier=200)
    deadline = start_attempt(learner, quiz=quiz).deadline_at
    second = given(trainer, quiz, learner, extra_minutes=1)
    assert Attempt.objects.get().deadline_at == deadline, "a smaller exception replaces it for later attempts only"
    first.refresh_from_db()
    assert first.withdrawn_by == trainer
    withdraw_exception(trainer, exception=second)
    withdraw_exception(trainer, exception=second)
    assert Attempt.objects.get().deadline_at == deadline
    assert quiz_start_card(learner, quiz).minutes == 20


def test_it_ends_by_itself(learner: User, trainer: User, quiz: Activity) -> None:
    given(trainer, quiz, learner, extra_minutes=15, expires_at=timezone.now() + timedelta(days=2))
    assert "This holds for attempts that you start by:" in sentence(learner, quiz)
    with time_machine.travel(timezone.now() + timedelta(days=3)):
        assert quiz_start_card(learner, quiz).minutes == 20
        deadline = start_attempt(learner, quiz=quiz).deadline_at
        assert deadline is not None
        assert deadline - Attempt.objects.get().started_at == timedelta(minutes=20)


def test_a_later_closing_keeps_what_is_shown_after_it(
    learner: User, trainer: User, page: QuizPage, quiz: Activity
) -> None:
    """The right answers wait for everybody's end, also those of the attempt before."""
    now = timezone.now()
    page.attempts_allowed, page.closes_at = 0, now + timedelta(hours=1)
    page.review_policy, page.review_after_close = "custom", "answer,correctness,feedback,key"
    page.save()
    done = submit_attempt(learner, attempt=start_attempt(learner, quiz=quiz))
    running = start_attempt(learner, quiz=quiz)
    given(trainer, quiz, learner, closes_at=now + timedelta(hours=5))
    running.refresh_from_db()
    done.refresh_from_db()
    assert done.quiz_closes_at == running.quiz_closes_at == now + timedelta(hours=5)
    submit_attempt(learner, attempt=running)
    with time_machine.travel(now + timedelta(hours=2)):
        assert result_view(learner, done, language="en").questions == ()
        assert quiz_start_card(learner, quiz).may_start
        assert sentence(learner, quiz) == "The test closes later for you than for others."


def test_it_reaches_attempts_of_every_cycle(learner: User, trainer: User, page: QuizPage, quiz: Activity) -> None:
    """The test asks the same in the next cycle, and who runs while a cycle begins goes on."""
    now = timezone.now()
    page.closes_at = now + timedelta(hours=1)
    page.attempts_allowed, page.time_limit_minutes = 0, None
    page.save()
    done = submit_attempt(learner, attempt=start_attempt(learner, quiz=quiz))
    running = start_attempt(learner, quiz=quiz)
    Enrollment.objects.filter(user=learner).update(cycle=2)
    given(trainer, quiz, learner, closes_at=now + timedelta(hours=5))
    for attempt in (done, running):
        attempt.refresh_from_db()
        assert attempt.quiz_closes_at == now + timedelta(hours=5)
    assert running.deadline_at == now + timedelta(hours=5)


def test_the_same_again_changes_nothing_and_one_holds_at_a_time(learner: User, trainer: User, quiz: Activity) -> None:
    first = given(trainer, quiz, learner, extra_minutes=15)
    assert given(trainer, quiz, learner, extra_minutes=15) == first
    with pytest.raises(IntegrityError):
        QuizException.objects.create(user=learner, activity=quiz, extra_minutes=1, reason="Twice", created_by=trainer)


@pytest.mark.parametrize(
    ("terms", "reason", "code"),
    [
        ({"extra_minutes": 5}, " ", "reason_missing"),
        ({}, "Because", "nothing_given"),
        ({"closes_at": NOW}, "Because", "over"),
        ({"extra_minutes": 5, "expires_at": NOW}, "Because", "over"),
    ],
)
def test_what_is_refused_is_said(
    learner: User, trainer: User, quiz: Activity, terms: dict[str, Any], reason: str, code: str
) -> None:
    with time_machine.travel(NOW + timedelta(days=1)), pytest.raises(DomainError) as refused:
        given(trainer, quiz, learner, reason, **terms)
    assert refused.value.code == code
    assert not QuizException.objects.exists()


def test_who_may_give(learner: User, bob: User, trainer: User, quiz: Activity) -> None:
    for actor, person, code in ((bob, learner, "forbidden"), (trainer, trainer, "own")):
        with pytest.raises(DomainError) as refused:
            given(actor, quiz, person, extra_minutes=5)
        assert refused.value.code == code
    made = given(trainer, quiz, learner, extra_minutes=5)
    with pytest.raises(DomainError):
        withdraw_exception(bob, exception=made)
    entry = AccessLogEntry.objects.get()
    assert (entry.actor, entry.subject, entry.action) == (trainer, learner, "exception.grant")


def test_trainers_find_by_what_a_person_told_them_alone(
    learner: User, bob: User, trainer: User, hr: User, admin: User
) -> None:
    learner.external_id = "P-17"
    learner.save()
    for text in ("ALICE@example.com", "P-17", " alice@example.com "):
        assert find_people(trainer, text) == [learner]
    for text in ("alice", "Adler", "@example.com", ""):
        assert find_people(trainer, text) == []
    for actor in (hr, admin):
        assert find_people(actor, "ali adl") == [learner]
    assert find_people(bob, "alice@example.com") == []
    learner.is_active = False
    learner.save()
    assert find_people(trainer, "alice@example.com") == []


@pytest.mark.parametrize("people", [1, 8])
def test_the_list_costs_the_same_for_any_number(
    client: Client, trainer: User, quiz: Activity, people: int, django_assert_num_queries: Any
) -> None:
    from tests.factories import UserFactory

    for number in range(people):
        person = UserFactory(email=f"p{number}@example.com")
        given(trainer, quiz, person, extra_minutes=5)
        given(trainer, quiz, person, extra_minutes=6)
    client.force_login(trainer)
    url = reverse("quiz_exceptions", kwargs={"key": quiz.key})
    client.get(url)
    with django_assert_num_queries(13):
        shown = client.get(url)
    assert len(shown.context["holding"]) == len(shown.context["ended"]) == people


def test_in_the_cms(client: Client, learner: User, admin: User, quiz: Activity) -> None:
    client.force_login(admin)
    url = reverse("quiz_exceptions", kwargs={"key": quiz.key})
    data = {"person": "Adler", "extra_minutes": "15", "time_multiplier": "100", "extra_attempts": "0", "reason": "Why"}
    wrong = client.post(url, {**data, "person": "Nobody", "time_multiplier": "50"}).context["form"].errors
    assert set(wrong) == {"person", "time_multiplier"}
    nothing = client.post(url, {**data, "extra_minutes": "0"})
    assert "Nothing is given yet" in str(nothing.context["form"].non_field_errors())
    assert "Why" in client.post(url, data, follow=True).content.decode()
    made = QuizException.objects.get()
    assert (made.user, made.created_by, made.extra_minutes) == (learner, admin, 15)
    ended = client.post(reverse("quiz_exception_withdraw", kwargs={"key": quiz.key, "uuid": made.uuid}), follow=True)
    assert "A running attempt keeps its time." in ended.content.decode()
    made.refresh_from_db()
    assert made.withdrawn_by == admin


def test_own_data_erasure_and_retention(learner: User, trainer: User, quiz: Activity) -> None:
    made = given(trainer, quiz, learner, extra_minutes=15)
    [row] = export_of(learner)["test_exceptions"]
    assert (row["extra_minutes"], row["reason"]) == (15, "Power cut")
    forget = retention_hooks()["reasons of exceptions"]
    assert forget(policy()) == 0, "it is new"
    withdraw_exception(trainer, exception=made)
    with time_machine.travel(timezone.now() + timedelta(days=400)):
        assert forget(policy()) == 1
    other = given(trainer, quiz, learner, extra_minutes=15)
    erasure_hooks()["answers"](learner)
    other.refresh_from_db()
    assert other.reason == ""
    assert other.withdrawn_at is not None


def test_a_reason_is_not_kept_for_ever_because_its_exception_has_no_end(
    learner: User, trainer: User, quiz: Activity
) -> None:
    """It may tell of somebody's health. Two years after the last use nobody asks why; the time itself stays given."""
    forget = retention_hooks()["reasons of exceptions"]
    made = given(trainer, quiz, learner, extra_minutes=15, extra_attempts=1)
    with time_machine.travel(timezone.now() + timedelta(days=300)):
        attempt = start_attempt(learner, quiz=quiz)
    with time_machine.travel(timezone.now() + timedelta(days=400)):
        assert forget(policy()) == 0, "an attempt runs"
        submit_attempt(learner, attempt=attempt)
    with time_machine.travel(timezone.now() + timedelta(days=600)):
        assert forget(policy()) == 0, "it was used within the year"
    with time_machine.travel(timezone.now() + timedelta(days=800)):
        assert forget(policy()) == 1
        assert forget(policy()) == 0
        assert quiz_start_card(learner, quiz).minutes == 35
    made.refresh_from_db()
    assert (made.reason, made.withdrawn_at) == ("", None)


def test_a_reason_waits_for_the_closing_that_it_explains(learner: User, trainer: User, quiz: Activity) -> None:
    given(trainer, quiz, learner, closes_at=timezone.now() + timedelta(days=500))
    forget = retention_hooks()["reasons of exceptions"]
    for days, gone in ((490, 0), (860, 0), (870, 1)):
        with time_machine.travel(timezone.now() + timedelta(days=days)):
            assert forget(policy()) == gone
