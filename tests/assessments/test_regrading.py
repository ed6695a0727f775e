"""A corrected question: everybody concerned gets the right grade once, nobody loses a pass unasked, all are told."""

import random
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from assessments.analysis.production import compute
from assessments.enums import AttemptChoice, GradeSource
from assessments.kinds import get_kind
from assessments.models import Attempt, GradeChange, Item, ItemVersion, QuizAnalysis, QuizPage, Regrading, ResultMail
from assessments.selectors import result_view
from assessments.selectors.regrading import dry_run, newest_version
from assessments.services import regrading, request_analysis, save_response, start_attempt, submit_attempt
from assessments.services.regrading import request_regrading, run_regrading
from assessments.tasks import sweep_attempts
from courses.enums import SuccessStatus
from courses.models import Activity, Progress
from courses.services import complete_lesson
from enablement.core.claimable import WorkState
from enablement.core.errors import DomainError
from enablement.core.verification import run_record_checks
from people.models import User
from tests.assessments import factories
from tests.courses.factories import ModuleTree, enrolled

RIGHT, WRONG = "o-2", "o-1"  # after the correction; before it was the other way round


@pytest.fixture
def item(db: None) -> Item:
    return factories.item(raw=factories.choice_raw("+--"))


@pytest.fixture
def page(tree: ModuleTree, item: Item) -> QuizPage:
    return factories.quiz_page(tree.page, factories.fixed(item), pass_mark=80)


def taken(user: User, quiz: Activity, answer: str) -> Attempt:
    attempt = start_attempt(user, quiz=quiz)
    save_response(user, attempt=attempt, position=1, value=answer, sequence=1)
    return submit_attempt(user, attempt=attempt)


def correct(item: Item) -> ItemVersion:
    """The key was wrong: the second option is the right one."""
    raw = factories.choice_raw("-+-")
    item.body = item._meta.get_field("body").to_python([{"type": "single_choice", "value": raw}])
    item.save()
    version = newest_version(item)
    assert version is not None
    assert version.number == 2
    return version


def regraded(trainer: User, version: ItemVersion, **fields: Any) -> Regrading:
    job = request_regrading(trainer, version=version, reason="The key was wrong.", **fields)
    assert run_regrading(job.pk)
    assert not run_regrading(job.pk), "done is done"
    job.refresh_from_db()
    return job


def sound() -> bool:
    return not list(run_record_checks())


def test_a_dry_run_tells_what_would_change_and_changes_nothing(
    learner: User, bob: User, tree: ModuleTree, quiz: Activity, item: Item
) -> None:
    enrolled(bob, tree.module)
    winner, loser = taken(learner, quiz, RIGHT), taken(bob, quiz, WRONG)
    found = dry_run(correct(item))
    assert (found.total, found.looked_at, found.gained, found.lost) == (2, 2, 1, 1)
    assert {(one.attempt.pk, one.score_before, one.score_after) for one in found.effects} == {
        (winner.pk, Decimal("0.0000"), Decimal("1.0000")),
        (loser.pk, Decimal("1.0000"), Decimal("0.0000")),
    }
    assert not GradeChange.objects.exists()
    assert sound()


def test_a_pass_is_given_and_none_is_taken_unasked(
    learner: User, bob: User, tree: ModuleTree, quiz: Activity, item: Item, trainer: User
) -> None:
    enrolled(bob, tree.module)
    winner, keeper = taken(learner, quiz, RIGHT), taken(bob, quiz, WRONG)
    job = regraded(trainer, correct(item))
    assert (job.work_state, job.total, job.done, job.changed) == (WorkState.DONE, 2, 2, 2)
    winner.refresh_from_db()
    keeper.refresh_from_db()
    assert (winner.passed, winner.score_scaled) == (True, Decimal("1.0000"))
    assert (keeper.passed, keeper.score_scaled, keeper.pass_kept) == (True, Decimal("0.0000"), True)
    assert Progress.objects.get(user=learner, activity=quiz).success_status == SuccessStatus.PASSED
    assert Progress.objects.get(user=bob, activity=quiz).success_status == SuccessStatus.PASSED
    change = GradeChange.objects.get(attempt=winner)
    assert (change.source, change.actor, change.reason) == (GradeSource.REGRADED, trainer, "The key was wrong.")
    assert ResultMail.objects.count() == 2
    [question] = result_view(learner, winner, language="en").questions
    assert question.review["right"] == ["Option 2 (en)"], "the review shows the corrected key"
    assert sound()
    assert dry_run(job.version).total == 0


def test_a_pass_is_taken_where_the_trainer_says_so(learner: User, quiz: Activity, item: Item, trainer: User) -> None:
    """The lesson is still open, so the module is not completed by this test."""
    attempt = taken(learner, quiz, WRONG)
    regraded(trainer, correct(item), keep_passes=False)
    attempt.refresh_from_db()
    assert (attempt.passed, attempt.pass_kept) == (False, False)
    progress = Progress.objects.get(user=learner, activity=quiz)
    assert (progress.success_status, progress.score_scaled) == (SuccessStatus.FAILED, Decimal("0.0000"))
    assert sound()


def test_what_was_completed_by_the_pass_stays_in_any_case(
    learner: User, tree: ModuleTree, quiz: Activity, item: Item, trainer: User
) -> None:
    for lesson in tree.lessons:
        complete_lesson(learner, lesson=lesson)
    attempt = taken(learner, quiz, WRONG)
    regraded(trainer, correct(item), keep_passes=False)
    attempt.refresh_from_db()
    assert (attempt.passed, attempt.pass_kept) == (True, True)
    assert sound()


def test_a_running_attempt_keeps_the_version_it_started_with(
    learner: User, quiz: Activity, item: Item, trainer: User
) -> None:
    running = start_attempt(learner, quiz=quiz)
    job = regraded(trainer, correct(item))
    assert job.total == 0
    save_response(learner, attempt=running, position=1, value=WRONG, sequence=1)
    assert submit_attempt(learner, attempt=running).passed


def test_two_clicks_make_one_job_and_a_killed_one_goes_on(
    learner: User, quiz: Activity, item: Item, trainer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = taken(learner, quiz, RIGHT), taken(learner, quiz, WRONG)
    version = correct(item)
    job = request_regrading(trainer, version=version, reason="The key was wrong.")
    assert request_regrading(trainer, version=version, reason="Again") == job
    monkeypatch.setattr(regrading, "BATCH", 1)
    whole = regrading._regrade_one

    def killed(attempt: Attempt, running: Regrading) -> bool:
        if attempt.pk == second.pk:
            raise RuntimeError("killed")
        return whole(attempt, running)

    monkeypatch.setattr(regrading, "_regrade_one", killed)
    with pytest.raises(RuntimeError, match="killed"):
        run_regrading(job.pk)
    monkeypatch.setattr(regrading, "_regrade_one", whole)
    Regrading.objects.update(run_after=job.created_at)
    sweep_attempts()  # tasks run at once in tests, or wait for the worker: either way it is finished now
    run_regrading(job.pk)
    job.refresh_from_db()
    assert (job.work_state, job.done) == (WorkState.DONE, 2)
    assert GradeChange.objects.filter(attempt=first).count() == 1, "nobody is graded twice"
    assert sound()


def test_a_reason_is_needed_and_only_authors_may(item: Item, learner: User, trainer: User) -> None:
    version = correct(item)
    with pytest.raises(DomainError, match="Say why"):
        request_regrading(trainer, version=version, reason="  ")
    with pytest.raises(DomainError, match="may not"):
        request_regrading(learner, version=version, reason="Because")
    assert not Regrading.objects.exists()


def test_in_the_cms(client: Client, learner: User, quiz: Activity, item: Item, trainer: User) -> None:
    taken(learner, quiz, RIGHT)
    correct(item)
    client.force_login(trainer)
    url = reverse("regrade", kwargs={"key": item.key})
    shown = client.get(url).content.decode()
    assert "Newly passed" in shown
    assert learner.last_name not in shown, "names are held back"
    assert "reason" in client.post(url, {"reason": ""}).context["form"].errors
    done = client.post(url, {"reason": "The key was wrong."}, follow=True).content.decode()
    assert "The key was wrong." in done
    run_regrading(Regrading.objects.get().pk)
    assert Attempt.objects.get().passed


@pytest.mark.parametrize("name", factories.GRADED)
@given(data=st.data())
def test_an_answer_to_an_older_version_is_graded_by_any_newer_one(name: str, data: st.DataObject) -> None:
    """Options that a correction took away earn nothing; nothing raises."""
    kind, raw = get_kind(name), factories.RAW[name]()
    order = kind.option_order(kind.content(raw), random.Random(1), shuffle=False)  # noqa: S311 - a test repeats itself
    content = kind.as_asked(kind.content(raw), order)
    response = kind.parse(content, kind.best(content))
    newer = kind.content(
        {
            key: [one for one in value if data.draw(st.booleans())] if isinstance(value, list) else value
            for key, value in raw.items()
        }
    )
    newer = kind.as_asked(newer, order)
    outcome = kind.grade(newer, response)
    assert outcome is not None
    assert 0 <= outcome.score <= 1
    kind.review(newer, response, "de")
    kind.tally(newer, response)


def test_analyses_of_the_tests_concerned_are_computed_again(
    learner: User, quiz: Activity, item: Item, trainer: User
) -> None:
    """Else the trainer who corrected the key still reads that the question is suspicious."""
    taken(learner, quiz, RIGHT)
    first, latest = request_analysis(quiz), request_analysis(quiz, choice=AttemptChoice.LAST)
    compute(first.pk)
    assert QuizAnalysis.work.claim(latest.pk, lease=timedelta(minutes=1)), "it runs, and has read the old scores"
    regraded(trainer, correct(item))
    first.refresh_from_db()
    latest.refresh_from_db()
    assert first.work_state == latest.work_state == WorkState.QUEUED
    compute(latest.pk)
    latest.refresh_from_db()
    assert (latest.work_state, latest.work_attempts) == (WorkState.DONE, 2), "the lost claim had number 1"
