"""What becomes of an attempt whose time is up: told before, done by whoever meets it first, and no answer is lost."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from assessments.enums import AttemptState, Overdue
from assessments.models import Attempt, MarkingTask, QuizPage, Response
from assessments.selectors import quiz_start_card, result_view
from assessments.selectors.regrading import graded_otherwise
from assessments.services import close_overdue, save_response, start_attempt, submit_attempt
from assessments.start_words import rules
from assessments.views.result_screen import result_screen
from courses.enums import SuccessStatus
from courses.models import Activity, Progress
from enablement.core.errors import DomainError
from enablement.core.verification import run_record_checks
from people.models import User
from tests.assessments import factories
from tests.courses.factories import ModuleTree

AUTOSUBMIT, GRACE, ABANDON = Overdue.AUTOSUBMIT, Overdue.GRACE, Overdue.ABANDON


@pytest.fixture(scope="module")
def build_page() -> Callable[[ModuleTree], QuizPage]:
    """A question that is graded at once and one that people mark; twenty minutes, and ten more to hand in."""

    def build(tree: ModuleTree) -> QuizPage:
        items = [factories.item(), factories.item("extended_text")]
        slots = factories.fixed(*items)
        return factories.quiz_page(tree.page, slots, shuffle_questions=False, time_limit_minutes=20, pass_mark=50)

    return build


def started(user: User, page: QuizPage, overdue: Overdue, *, answered: bool = True) -> Attempt:
    page.overdue = overdue
    page.save()
    attempt = start_attempt(user, quiz=factories.quiz_of(page))
    if answered:
        save(user, attempt, 1)
        save_response(user, attempt=attempt, position=2, value="Dear buyer, let us talk", sequence=1)
    return attempt


def save(user: User, attempt: Attempt, sequence: int) -> None:
    save_response(user, attempt=attempt, position=1, value="o-1", sequence=sequence)


def at(attempt: Attempt, **after_the_end: float) -> time_machine.travel:
    assert isinstance(attempt.deadline_at, datetime)
    return time_machine.travel(attempt.deadline_at + timedelta(**after_the_end), tick=False)


def is_refused(user: User, attempt: Attempt) -> bool:
    try:
        save(user, attempt, 9)
    except DomainError as error:
        return error.code == "closed"
    return False


def faults() -> list[str]:
    return [found.detail for found in run_record_checks() if found.check.startswith("attempts")]


@pytest.mark.parametrize(
    ("overdue", "closes_after"),
    [(AUTOSUBMIT, timedelta(seconds=30)), (GRACE, timedelta(minutes=10)), (ABANDON, timedelta(seconds=30))],
)
def test_answers_on_their_way_have_seconds_and_handing_in_its_time(
    learner: User, page: QuizPage, overdue: Overdue, closes_after: timedelta
) -> None:
    attempt = started(learner, page, overdue)
    assert attempt.closes_at is not None
    assert attempt.deadline_at is not None
    assert attempt.closes_at - attempt.deadline_at == closes_after
    with at(attempt, seconds=29):
        save(learner, attempt, 2)
    with at(attempt, seconds=31):
        assert is_refused(learner, attempt)
    assert Response.objects.count() == 3
    assert faults() == []


def test_time_to_hand_in_counts_all_that_was_answered(learner: User, page: QuizPage) -> None:
    attempt = started(learner, page, GRACE)
    with at(attempt, minutes=9):
        assert close_overdue() == 0
        assert start_attempt(learner, quiz=attempt.activity) == attempt, "no new one instead"
        done = submit_attempt(learner, attempt=attempt)
        assert done.state == AttemptState.MARKING
        assert faults() == []


@pytest.mark.parametrize("overdue", [GRACE, ABANDON])
@pytest.mark.parametrize("by", ["sweep", "start", "submit"])
def test_what_is_not_handed_in_counts_as_nothing_and_keeps_its_answers(
    learner: User, page: QuizPage, overdue: Overdue, by: str
) -> None:
    attempt = started(learner, page, overdue)
    with at(attempt, minutes=11):
        if by == "sweep":
            assert close_overdue() == 1
            assert close_overdue() == 0
        elif by == "start":
            assert start_attempt(learner, quiz=attempt.activity).number == 2
        else:
            submit_attempt(learner, attempt=attempt)
            assert submit_attempt(learner, attempt=attempt).state == AttemptState.ABANDONED
        attempt.refresh_from_db()
        assert (attempt.state, attempt.score_scaled, attempt.passed) == (AttemptState.ABANDONED, Decimal(0), False)
        assert attempt.submitted_at == attempt.deadline_at
        assert [one.score for one in factories.items_of(attempt)] == [1, 0]
        assert Response.objects.count() == 2
        assert not MarkingTask.objects.exists(), "nobody marks what earns nothing"
        assert faults() == []
    progress = Progress.objects.get(user=learner, activity=attempt.activity)
    assert (progress.success_status, progress.score_scaled) == (SuccessStatus.FAILED, Decimal(0))
    for item in factories.items_of(attempt):
        assert not graded_otherwise(item.item_version).exists(), "a corrected question changes nothing"


def test_the_present_behaviour_hands_in_what_is_saved(learner: User, page: QuizPage) -> None:
    attempt = started(learner, page, AUTOSUBMIT)
    with at(attempt, minutes=1):
        assert close_overdue() == 1
    attempt.refresh_from_db()
    assert attempt.state == AttemptState.MARKING


def test_the_rule_of_the_start_holds(learner: User, page: QuizPage) -> None:
    attempt = started(learner, page, AUTOSUBMIT, answered=False)
    page.overdue = ABANDON
    page.save()
    with at(attempt, minutes=1):
        close_overdue()
    attempt.refresh_from_db()
    assert attempt.state in {AttemptState.EXPIRED, AttemptState.MARKING}


def test_the_result_says_why_there_is_nothing(learner: User, page: QuizPage) -> None:
    attempt = started(learner, page, ABANDON)
    with at(attempt, minutes=1), translation.override("en"):
        view = result_view(learner, submit_attempt(learner, attempt=attempt), language="en")
        screen = result_screen(view, "en")
    assert (view.points, view.maximum, view.topics) == (0, 2, ())
    assert [question.verdict for question in screen.questions] == ["right", "wrong"], "what was right is told"
    assert "not handed in when the time was up" in screen.closed_line


def test_the_card_says_what_will_happen(learner: User, page: QuizPage, quiz: Activity) -> None:
    def told(**fields: Any) -> str:
        for name, value in fields.items():
            setattr(page, name, value)
        page.save()
        with translation.override("en"):
            return " ".join(sentence for icon, sentence in rules(quiz_start_card(learner, quiz)) if icon == "timer")

    assert told() == "The time runs from the start, also while you are away. At the end, what is saved counts."
    assert told(overdue=GRACE).endswith(
        "When the time is up, nothing can be changed any more; then you have 10 minutes to hand in. "
        "What is not handed in counts as nothing."
    )
    abandon = "Hand in before the time is up: what is not handed in then counts as nothing."
    assert told(overdue=ABANDON).endswith(f"away. {abandon}")
    assert told(time_limit_minutes=None) == "", "without an end there is nothing to miss"
    assert told(closes_at=timezone.now() + timedelta(days=1)) == abandon


@pytest.mark.parametrize("overdue", [GRACE, ABANDON])
def test_without_scripts_the_player_leads_to_handing_in(
    client: Client, learner: User, page: QuizPage, overdue: Overdue
) -> None:
    attempt = started(learner, page, overdue)
    client.force_login(learner)
    player = reverse("assessments:player", kwargs={"uuid": attempt.uuid, "position": 1})
    review = reverse("assessments:review", kwargs={"uuid": attempt.uuid})
    state = reverse("assessments:state", kwargs={"uuid": attempt.uuid})
    assert "counts as nothing" in client.get(player).content.decode()
    with at(attempt, seconds=10):
        sent = client.post(player, {"answer": "o-2", "sequence": "1", "go": "next"})
        assert sent.headers["Location"] == review
        assert Response.objects.filter(value="o-2").exists(), "it was on its way when the time was up"
        for url in (player, reverse("assessments:resume", kwargs={"uuid": attempt.uuid})):
            assert client.get(url).headers["Location"] == review
        asked = client.get(state)
        assert (asked.status_code, asked.json()["next"]) == (410, review)
        shown = client.get(review).content.decode()
        assert "The time is up, your answers are kept." in shown
        assert player not in shown
        submit = reverse("assessments:submit", kwargs={"uuid": attempt.uuid})
        client.post(submit, {"confirm": "1"})
    attempt.refresh_from_db()
    assert attempt.state == AttemptState.MARKING


def test_a_late_answer_without_scripts_is_refused_in_words(client: Client, learner: User, page: QuizPage) -> None:
    attempt = started(learner, page, GRACE)
    client.force_login(learner)
    player = reverse("assessments:player", kwargs={"uuid": attempt.uuid, "position": 1})
    with at(attempt, minutes=5):
        told = client.post(player, {"answer": "o-2", "sequence": "1", "go": "next"}, follow=True)
    assert "Everything that was saved before counts; this answer came too late." in told.content.decode()
    assert not Response.objects.filter(value="o-2").exists()
