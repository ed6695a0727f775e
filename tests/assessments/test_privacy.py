"""Answers become counts after their time; people get their own data; erasure leaves no text."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone

from assessments.enums import AttemptState, ReviewPolicy
from assessments.models import Attempt, ItemVersionStatistic, QuizPage, Response
from assessments.selectors import result_view
from assessments.services import save_response, start_attempt, submit_attempt
from assessments.services.retention import forget_answers, forget_person
from courses.models import Activity
from enablement.core.verification import run_record_checks
from people.models import User
from people.personal_data import RetentionPolicy, erasure_hooks, export_of, retention_hooks
from tests.assessments import factories


def policy(days: int = 365) -> RetentionPolicy:
    now = timezone.now()
    return RetentionPolicy(now=now, answers_before=now - timedelta(days=days))


@pytest.fixture
def done(learner: User, quiz: Activity) -> Attempt:
    """All five questions answered rightly, the first after a change of mind."""
    attempt = start_attempt(learner, quiz=quiz)
    save_response(learner, attempt=attempt, position=1, value="o-2", sequence=1)
    for one in factories.items_of(attempt):
        value = factories.right_answer(one)
        save_response(learner, attempt=attempt, position=one.position, value=value, sequence=2)
    return submit_attempt(learner, attempt=attempt)


def test_old_answers_become_counts_and_the_result_stays(learner: User, done: Attempt) -> None:
    assert forget_answers(policy()) == 0, "not before its time"
    with time_machine.travel(timezone.now() + timedelta(days=366)):
        assert forget_answers(policy()) == 6
        assert forget_answers(policy()) == 0
    assert not Response.objects.exists()
    done.refresh_from_db()
    assert (done.score_scaled, done.passed) == (Decimal(1), True)
    statistic = ItemVersionStatistic.objects.get(item_version__kind="single_choice")
    assert (statistic.responses, statistic.score_sum, statistic.option_counts) == (1, Decimal(1), {"o-1": 1})
    numeric = ItemVersionStatistic.objects.get(item_version__kind="numeric")
    assert numeric.option_counts == {"right": 1}, "no text of anybody"
    view = result_view(learner, done, language="de")
    assert (view.withheld, view.questions, view.score_scaled) == ("deleted", (), Decimal(1))
    assert not list(run_record_checks("attempts: score equals a regrade of versions and responses"))


def test_counts_add_up_over_people(learner: User, bob: User, done: Attempt, quiz: Activity) -> None:
    from tests.courses.factories import enrolled

    enrolled(bob, quiz.parent)
    second = start_attempt(bob, quiz=quiz)
    save_response(bob, attempt=second, position=1, value="o-3", sequence=1)
    submit_attempt(bob, attempt=second)
    with time_machine.travel(timezone.now() + timedelta(days=366)):
        forget_answers(policy())
    statistic = ItemVersionStatistic.objects.get(item_version__kind="single_choice")
    assert (statistic.responses, statistic.score_sum) == (2, Decimal(1))
    assert statistic.option_counts == {"o-1": 1, "o-3": 1}
    ordering = ItemVersionStatistic.objects.get(item_version__kind="ordering")
    assert ordering.option_counts["-"] == 1, "no answer is counted too"


def test_a_running_attempt_keeps_its_answers(learner: User, quiz: Activity) -> None:
    attempt = start_attempt(learner, quiz=quiz)
    save_response(learner, attempt=attempt, position=1, value="o-1", sequence=1)
    with time_machine.travel(timezone.now() + timedelta(days=800)):
        assert forget_answers(policy()) == 0
    assert Response.objects.count() == 1


def test_erasure_removes_answers_and_hands_in_what_is_open(learner: User, quiz: Activity) -> None:
    attempt = start_attempt(learner, quiz=quiz)
    save_response(learner, attempt=attempt, position=3, value="my words", sequence=1)
    assert forget_person(learner) == 1
    attempt.refresh_from_db()
    assert attempt.state == AttemptState.SUBMITTED
    assert not Response.objects.exists()


def test_the_hooks_are_registered() -> None:
    assert "answers" in retention_hooks()
    assert "answers" in erasure_hooks()


def test_people_get_their_answers_without_key_feedback_or_withheld_scores(
    learner: User, bob: User, page: QuizPage, quiz: Activity
) -> None:
    page.review_policy = ReviewPolicy.NOTHING
    page.save()
    attempt = start_attempt(learner, quiz=quiz)
    save_response(learner, attempt=attempt, position=1, value="o-2", sequence=1)
    submit_attempt(learner, attempt=attempt)
    [told] = export_of(learner)["tests"]
    assert told["answers"][0]["answer"] == ["Option 2 (de)"]
    assert told["score"] is None
    text = json.dumps(told, cls=DjangoJSONEncoder)
    assert "Feedback" not in text
    assert "Option 1" not in text
    assert export_of(bob)["tests"] == []
