"""Races with real threads. What is shown: constraints and locks hold when everything happens at once."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from assessments.enums import AttemptState, SaveStatus
from assessments.models import Attempt, Item, Mark, QuizAnalysis, Response
from assessments.selectors.grades import regrade
from assessments.services import close_overdue, request_analysis, save_response, start_attempt, submit_attempt
from assessments.services.marking import claim_task, give_mark
from courses.models import Activity, LearningEvent
from enablement.core.errors import DomainError
from enablement.core.verification import run_record_checks
from people.models import User
from tests.assessments import factories
from tests.courses.factories import ModuleTree

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Run all calls at the same moment, each with its own connection; returns results, or the exceptions raised."""
    gate = threading.Barrier(len(calls))
    results: list[Any] = [None] * len(calls)

    def run(place: int, call: Callable[[], Any]) -> None:
        try:
            gate.wait(timeout=60)
            results[place] = call()
        except Exception as error:  # noqa: BLE001 - the test looks at whatever came
            results[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    return results


def faults(results: list[Any]) -> list[Any]:
    return [one for one in results if isinstance(one, Exception) and not isinstance(one, DomainError)]


def no_findings() -> None:
    found = [str(one) for one in run_record_checks() if one.check.startswith(("attempts", "items"))]
    assert found == []


def test_ten_people_who_press_compute_at_once_make_one_job(quiz: Activity) -> None:
    results = at_once(*[lambda: request_analysis(quiz)] * 10)
    assert faults(results) == []
    assert len({analysis.pk for analysis in results}) == 1
    assert QuizAnalysis.objects.count() == 1
    claimed = at_once(*[lambda: QuizAnalysis.work.claim(results[0].pk, lease=timedelta(seconds=60))] * 10)
    assert sorted(claimed) == [False] * 9 + [True]


def test_fifty_starts_at_once_make_one_attempt(learner: User, quiz: Activity) -> None:
    results = at_once(*[lambda: start_attempt(learner, quiz=quiz)] * 50)
    assert faults(results) == []
    assert len({attempt.pk for attempt in results}) == 1
    assert Attempt.objects.count() == 1
    assert len(factories.items_of(Attempt.objects.get())) == 5


def test_ten_submits_at_once_grade_once(learner: User, quiz: Activity) -> None:
    attempt = start_attempt(learner, quiz=quiz)
    results = at_once(*[lambda: submit_attempt(learner, attempt=attempt)] * 10)
    assert faults(results) == []
    assert len({one.submitted_at for one in results}) == 1
    assert LearningEvent.objects.filter(activity=quiz, verb__in=["passed", "failed"]).count() == 1
    no_findings()


@pytest.mark.parametrize("turn", range(5))
def test_submit_and_sweep_at_once_close_once(learner: User, quiz: Activity, turn: int) -> None:
    attempt = start_attempt(learner, quiz=quiz)
    past = timezone.now() - timedelta(seconds=5)
    Attempt.objects.filter(pk=attempt.pk).update(started_at=past, deadline_at=past, closes_at=past)
    results = at_once(lambda: submit_attempt(learner, attempt=attempt), close_overdue, close_overdue)
    assert faults(results) == []
    close_overdue()
    attempt.refresh_from_db()
    assert attempt.state == AttemptState.EXPIRED
    assert LearningEvent.objects.filter(activity=quiz, verb__in=["passed", "failed"]).count() == 1
    no_findings()


@pytest.mark.parametrize("turn", range(5))
def test_an_answer_that_was_acknowledged_while_submitting_counts(learner: User, quiz: Activity, turn: int) -> None:
    attempt = start_attempt(learner, quiz=quiz)
    saved, submitted = at_once(
        lambda: save_response(learner, attempt=attempt, position=1, value="o-1", sequence=1),
        lambda: submit_attempt(learner, attempt=attempt),
    )
    assert faults([saved, submitted]) == []
    attempt.refresh_from_db()
    acknowledged = not isinstance(saved, DomainError)
    assert acknowledged == Response.objects.exists()
    assert (attempt.score_scaled > 0) == acknowledged, "saved before: it counts; after: it was refused"
    assert regrade(attempt).score_scaled == attempt.score_scaled


def test_two_tabs_at_once_one_wins_and_the_other_is_told(learner: User, quiz: Activity) -> None:
    attempt = start_attempt(learner, quiz=quiz)
    results = at_once(
        *[
            lambda tab=tab: save_response(  # type: ignore[misc]  # a default binds the loop's value
                learner, attempt=attempt, position=1, value=f"o-{tab % 3 + 1}", sequence=1, tab=f"tab-{tab}"
            )
            for tab in range(12)
        ]
    )
    assert faults(results) == []
    assert Response.objects.count() == 1
    winner = Response.objects.get().value
    assert sum(one.status is SaveStatus.SAVED for one in results) == 1
    assert all(one.value == winner for one in results)


def test_starting_while_a_trainer_publishes(learner: User, quiz: Activity) -> None:
    item = Item.objects.get(kind="single_choice")

    def publish() -> None:
        fresh = Item.objects.get(pk=item.pk)
        fresh.body[0].value["prompt_de"] = "Neu?"
        fresh.save_revision().publish()

    results = at_once(publish, publish, *[lambda: start_attempt(learner, quiz=quiz)] * 4)
    assert faults(results) == []
    assert list(item.versions.values_list("number", flat=True)) == [1, 2]
    no_findings()


def test_two_markers_at_once_do_not_get_the_same_answer(
    learner: User, tree: ModuleTree, trainer: User, admin: User
) -> None:
    page = factories.quiz_page(tree.page, factories.fixed(factories.item("extended_text")))
    attempt = start_attempt(learner, quiz=factories.quiz_of(page))
    save_response(learner, attempt=attempt, position=1, value="Dear buyer, hello", sequence=1)
    submit_attempt(learner, attempt=attempt)
    taken = at_once(lambda: claim_task(trainer), lambda: claim_task(admin))
    assert faults(taken) == []
    assert sorted(one is None for one in taken) == [False, True]
    [task] = [one for one in taken if one]
    levels = {"c-1": "l-3", "c-2": "l-2"}
    marked = at_once(*[lambda: give_mark(task.claimed_by, task=task.uuid, levels=levels)] * 4)
    assert faults(marked) == []
    assert Mark.objects.count() == 1, "a double click marks once"
    no_findings()
