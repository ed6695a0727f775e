"""Races of one person with themselves, and with who grants them more time: files, checks in practice, exceptions."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from assessments.allowances import Allowance
from assessments.enums import AttemptState, Behaviour, SaveStatus
from assessments.models import AnswerFile, Attempt, Check, MarkingTask, QuizException, QuizPage, Response
from assessments.services import (
    SaveResult,
    check_answer,
    clear_files,
    close_overdue,
    grant_exception,
    save_response,
    save_upload,
    start_attempt,
    submit_attempt,
    withdraw_exception,
)
from assessments.services import uploads as service
from courses.models import Activity
from enablement.core.errors import DomainError
from people.models import User
from tests.assessments import factories
from tests.assessments.test_races import at_once, faults, no_findings
from tests.courses.factories import ModuleTree

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
TURNS = pytest.mark.parametrize("turn", range(2))


# --- Files -----------------------------------------------------------------------------------------------------------
@pytest.fixture
def spoken(learner: User, tree: ModuleTree, settings: Any, tmp_path: Path) -> Attempt:
    """A running attempt that asks for a recording."""
    settings.MEDIA_ROOT = tmp_path / "media"
    page = factories.quiz_page(tree.page, factories.fixed(factories.item("file_upload")))
    return start_attempt(learner, quiz=factories.quiz_of(page))


def sound(take: int) -> SimpleUploadedFile:
    return SimpleUploadedFile(f"take-{take}.mp3", b"ID3\x04" + bytes([take]) * 400)


def uploads(attempt: Attempt, *takes: int, shown: str = "") -> list[Callable[[], SaveResult]]:
    """One call for each recording, as pages send it that show this file."""
    return [
        lambda take=take: save_upload(attempt.user, attempt=attempt.uuid, position=1, file=sound(take), shown=shown)
        for take in takes
    ]


def stored() -> Iterator[str]:
    """Names of the files that the storage has."""
    for folder in default_storage.listdir("answers")[0]:
        yield from (f"answers/{folder}/{name}" for name in default_storage.listdir(f"answers/{folder}")[1])


def the_answer_has_the_only_file(attempt: Attempt) -> AnswerFile:
    """What is acknowledged is there, and after the sweep nothing else is."""
    newest = Response.objects.filter(attempt_item__attempt=attempt).order_by("-sequence")[0]
    kept = AnswerFile.objects.get(attached=True, discarded_at=None)
    assert newest.value["file"] == str(kept.uuid)
    clear_files()
    assert list(stored()) == [kept.stored_as]
    assert list(AnswerFile.objects.all()) == [kept]
    return kept


@TURNS
def test_of_recordings_that_come_at_once_one_is_the_answer_and_the_others_are_told(spoken: Attempt, turn: int) -> None:
    results = at_once(*uploads(spoken, 1, 2, 3, 4, 5))
    assert faults(results) == []
    assert sorted(one.status for one in results) == sorted([SaveStatus.SAVED, *[SaveStatus.STALE] * 4])
    kept = the_answer_has_the_only_file(spoken)
    assert {one.value["file"] for one in results} == {str(kept.uuid)}, "all are told of the same one"
    assert Response.objects.count() == 1


def test_the_same_recording_sent_five_times_at_once_is_one_answer(spoken: Attempt) -> None:
    results = at_once(*uploads(spoken, 7, 7, 7, 7, 7))
    assert faults(results) == []
    assert sorted(one.status for one in results) == sorted([SaveStatus.SAVED, *[SaveStatus.REPEATED] * 4])
    the_answer_has_the_only_file(spoken)
    assert Response.objects.count() == 1


@TURNS
def test_of_two_replacements_at_once_one_replaces_and_the_first_file_goes(spoken: Attempt, turn: int) -> None:
    first = uploads(spoken, 1)[0]()
    results = at_once(*uploads(spoken, 2, 3, shown=first.value["file"]))
    assert faults(results) == []
    assert sorted(one.status for one in results) == sorted([SaveStatus.SAVED, SaveStatus.STALE])
    assert str(the_answer_has_the_only_file(spoken).uuid) != first.value["file"]


@TURNS
def test_a_file_that_comes_while_handing_in_counts_or_is_refused(spoken: Attempt, turn: int) -> None:
    saved, submitted = at_once(*uploads(spoken, 1), lambda: submit_attempt(spoken.user, attempt=spoken))
    assert faults([saved, submitted]) == []
    spoken.refresh_from_db()
    if isinstance(saved, DomainError):
        assert (saved.code, spoken.state, Response.objects.count()) == ("closed", AttemptState.SUBMITTED, 0)
        clear_files()
        assert list(stored()) == []
    else:
        assert (spoken.state, MarkingTask.objects.count()) == (AttemptState.MARKING, 1)
        the_answer_has_the_only_file(spoken)
    no_findings()


@TURNS
def test_taking_back_while_replacing_leaves_one_of_the_two(spoken: Attempt, learner: User, turn: int) -> None:
    first = uploads(spoken, 1)[0]()
    taken, replaced = at_once(
        lambda: save_response(learner, attempt=spoken, position=1, value=None, sequence=first.sequence + 1),
        *uploads(spoken, 2, shown=first.value["file"]),
    )
    assert faults([taken, replaced]) == []
    newest = Response.objects.order_by("-sequence")[0]
    statuses = {SaveStatus.SAVED, SaveStatus.STALE}
    assert {taken.status, replaced.status} <= statuses
    assert replaced.status is SaveStatus.SAVED, "the answer it shows is the newest one, or there is none"
    assert newest.value["file"] == replaced.value["file"]
    the_answer_has_the_only_file(spoken)


@TURNS
def test_a_file_that_the_sweep_gives_up_never_becomes_an_answer(
    spoken: Attempt, monkeypatch: pytest.MonkeyPatch, turn: int
) -> None:
    """An upload that hung for an hour: it is refused, or it is kept; an answer never names a file that went."""
    attach = service._attach

    def late(*args: Any) -> SaveResult:
        AnswerFile.objects.update(created_at=timezone.now() - 2 * service.UNFINISHED)
        attached, _swept = at_once(lambda: attach(*args), clear_files)
        if isinstance(attached, Exception):
            raise attached
        return attached  # type: ignore[no-any-return]

    monkeypatch.setattr(service, "_attach", late)
    code = ""
    try:
        uploads(spoken, 1)[0]()
    except DomainError as refused:
        code = refused.code
    if not code:
        the_answer_has_the_only_file(spoken)
        return
    assert (code, Response.objects.count()) == ("given_up", 0)
    clear_files()
    assert list(stored()) == []


# --- Checks in practice ----------------------------------------------------------------------------------------------
@pytest.fixture
def practised(learner: User, tree: ModuleTree) -> Attempt:
    slots = factories.fixed(factories.item("single_choice"), factories.item("matching"))
    page = factories.quiz_page(tree.page, slots, shuffle_questions=False, behaviour=Behaviour.PRACTICE)
    return start_attempt(learner, quiz=factories.quiz_of(page))


def save(attempt: Attempt, value: str, sequence: int) -> SaveResult:
    return save_response(attempt.user, attempt=attempt, position=1, value=value, sequence=sequence, tab="t")


def test_ten_checks_at_once_are_one_try(practised: Attempt) -> None:
    save(practised, "o-2", 1)
    results = at_once(*[lambda: check_answer(practised.user, attempt=practised, position=1)] * 10)
    assert faults(results) == []
    assert [one.number for one in results] == [1] * 10
    assert Check.objects.count() == 1


@TURNS
def test_an_answer_that_changes_while_it_is_checked_is_checked_before_or_after(practised: Attempt, turn: int) -> None:
    save(practised, "o-2", 1)
    results = at_once(
        lambda: save(practised, "o-3", 2), *[lambda: check_answer(practised.user, attempt=practised, position=1)] * 6
    )
    assert faults(results) == []
    checks = list(Check.objects.order_by("number"))
    assert [one.number for one in checks] == list(range(1, len(checks) + 1))
    assert len(checks) <= 2
    assert len({one.response_id for one in checks}) == len(checks), "no answer uses two tries"
    assert not [one for one in results[1:] if isinstance(one, DomainError)]


@TURNS
def test_what_is_finished_does_not_change_while_another_tab_saves(practised: Attempt, turn: int) -> None:
    save(practised, "o-1", 1)
    checked, saved = at_once(
        lambda: check_answer(practised.user, attempt=practised, position=1), lambda: save(practised, "o-2", 2)
    )
    assert faults([checked, saved]) == []
    check = Check.objects.select_related("response").get()
    if isinstance(saved, DomainError):
        assert (saved.code, check.response.value, check.score) == ("finished", "o-1", 1)
    else:
        assert (check.response.value, check.score) == ("o-2", 0), "the newest answer is what is checked"
    submit_attempt(practised.user, attempt=practised)
    no_findings()


@TURNS
def test_a_check_while_handing_in_is_a_try_or_is_refused(practised: Attempt, turn: int) -> None:
    save(practised, "o-1", 1)
    checked, submitted = at_once(
        lambda: check_answer(practised.user, attempt=practised, position=1),
        lambda: submit_attempt(practised.user, attempt=practised),
    )
    assert faults([checked, submitted]) == []
    assert Check.objects.count() == (0 if isinstance(checked, DomainError) else 1)
    assert Attempt.objects.get().score_scaled == pytest.approx(0.5), "right either way, and the second is empty"
    no_findings()


# --- Exceptions ------------------------------------------------------------------------------------------------------
MORE = Allowance(extra_minutes=30)


@pytest.fixture
def timed(tree: ModuleTree) -> QuizPage:
    items = [factories.item(kind) for kind in factories.BASIC]
    return factories.quiz_page(tree.page, factories.fixed(*items), shuffle_questions=False, time_limit_minutes=20)


def run_out(attempt: Attempt) -> None:
    """The time of an attempt, with its grace, ended a moment ago."""
    attempt.refresh_from_db()
    assert attempt.closes_at is not None
    assert attempt.deadline_at is not None
    back = attempt.closes_at - timezone.now() + timedelta(seconds=2)
    Attempt.objects.filter(pk=attempt.pk).update(
        started_at=attempt.started_at - back,
        deadline_at=attempt.deadline_at - back,
        closes_at=attempt.closes_at - back,
    )


@TURNS
def test_more_time_that_is_given_while_the_sweep_closes_comes_in_time_or_changes_nothing(
    learner: User, trainer: User, timed: QuizPage, turn: int
) -> None:
    quiz = factories.quiz_of(timed)
    attempt = start_attempt(learner, quiz=quiz)
    run_out(attempt)
    granted, *swept = at_once(
        lambda: grant_exception(trainer, quiz=quiz, person=learner, terms=MORE, reason="Fire alarm"),
        close_overdue,
        close_overdue,
    )
    assert faults([granted, *swept]) == []
    assert QuizException.objects.get() == granted
    attempt.refresh_from_db()
    assert attempt.closes_at is not None
    if attempt.is_open:
        assert sum(swept) == 0
        assert attempt.closes_at > timezone.now() + timedelta(minutes=20)
        assert save_response(learner, attempt=attempt, position=1, value="o-1", sequence=1).status is SaveStatus.SAVED
        close_overdue()
        attempt.refresh_from_db()
        assert attempt.is_open, "the sweep goes by the new time"
    else:
        assert sum(swept) == 1
        assert attempt.state == AttemptState.EXPIRED
        assert attempt.submitted_at == attempt.deadline_at
        assert attempt.closes_at < timezone.now(), "what is closed keeps its times"
    no_findings()


@TURNS
def test_who_starts_while_an_exception_is_given_has_its_time(
    learner: User, trainer: User, timed: QuizPage, turn: int
) -> None:
    quiz = factories.quiz_of(timed)
    granted, started = at_once(
        lambda: grant_exception(trainer, quiz=quiz, person=learner, terms=MORE, reason="Fire alarm"),
        lambda: start_attempt(learner, quiz=quiz),
    )
    assert faults([granted, started]) == []
    attempt = Attempt.objects.get()
    assert attempt.deadline_at is not None
    assert attempt.deadline_at - attempt.started_at == timedelta(minutes=50)
    no_findings()


@TURNS
def test_an_answer_that_comes_while_an_exception_ends_is_kept(
    learner: User, trainer: User, timed: QuizPage, turn: int
) -> None:
    """A running attempt keeps the time it was given: who ends the exception takes nothing back from it."""
    quiz = factories.quiz_of(timed)
    exception = grant_exception(trainer, quiz=quiz, person=learner, terms=MORE, reason="Fire alarm")
    attempt = start_attempt(learner, quiz=quiz)
    deadline = attempt.deadline_at
    Attempt.objects.filter(pk=attempt.pk).update(started_at=attempt.started_at - timedelta(minutes=30))
    results = at_once(
        lambda: withdraw_exception(trainer, exception=exception),
        lambda: withdraw_exception(trainer, exception=exception),
        lambda: save_response(learner, attempt=attempt, position=1, value="o-1", sequence=1),
        close_overdue,
    )
    assert faults(results) == []
    assert results[2].status is SaveStatus.SAVED
    attempt.refresh_from_db()
    assert (attempt.is_open, attempt.deadline_at) == (True, deadline)
    ended = QuizException.objects.get()
    assert ended.withdrawn_at is not None
    assert Response.objects.count() == 1


@TURNS
def test_two_who_give_at_once_leave_one_exception_that_holds(
    learner: User, trainer: User, admin: User, timed: QuizPage, turn: int
) -> None:
    quiz = factories.quiz_of(timed)
    attempt = start_attempt(learner, quiz=quiz)
    results = at_once(
        *[
            lambda actor=actor, minutes=minutes: grant_exception(  # type: ignore[misc]  # a default binds the loop's value
                actor, quiz=quiz, person=learner, terms=Allowance(extra_minutes=minutes), reason="Fire alarm"
            )
            for actor, minutes in ((trainer, 10), (admin, 40), (trainer, 10))
        ]
    )
    assert faults(results) == []
    assert QuizException.objects.filter(withdrawn_at=None).count() == 1
    attempt.refresh_from_db()
    assert attempt.deadline_at is not None
    assert attempt.deadline_at - attempt.started_at == timedelta(minutes=60), "prolonged, never shortened"


def test_an_extra_attempt_is_given_once(learner: User, trainer: User, tree: ModuleTree, quiz: Activity) -> None:
    QuizPage.objects.update(attempts_allowed=1)
    submit_attempt(learner, attempt=start_attempt(learner, quiz=quiz))
    grant_exception(trainer, quiz=quiz, person=learner, terms=Allowance(extra_attempts=1), reason="Network")
    results = at_once(*[lambda: start_attempt(learner, quiz=quiz)] * 8)
    assert faults(results) == []
    assert Attempt.objects.count() == 2
    submit_attempt(learner, attempt=Attempt.objects.get(number=2))
    with pytest.raises(DomainError):
        start_attempt(learner, quiz=quiz)
