"""The life of an attempt: start, answer, flag, submit, expire. What a learner relies on."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from assessments.enums import AnswerState, AttemptState, SaveStatus
from assessments.models import Attempt, AttemptItem, Item, QuizPage, Response
from assessments.selectors import attempt_view, quiz_start_card, result_view
from assessments.selectors.grades import regrade
from assessments.services import close_overdue, save_response, set_flag, start_attempt, submit_attempt
from certificates.selectors import was_tested
from courses.enums import Audience, SuccessStatus
from courses.models import Activity, Enrollment, LearningEvent, LessonPage, ModulePage, Progress
from courses.services import refresh_satisfaction
from enablement.core.errors import DomainError
from people.models import User
from tests.assessments import factories
from tests.courses.factories import ModuleTree


def answer_all(user: User, attempt: Attempt, *, right: int | None = None) -> None:
    """Answer the first `right` questions rightly (all without it) and leave the rest."""
    for one in factories.items_of(attempt)[:right]:
        save_response(
            user, attempt=attempt, position=one.position, value=factories.right_answer(one), sequence=1, tab="t"
        )


def test_right_answers_to_every_kind_pass_the_test_and_are_recorded(learner: User, quiz: Activity) -> None:
    attempt = start_attempt(learner, quiz=quiz)
    answer_all(learner, attempt)
    done = submit_attempt(learner, attempt=attempt)
    assert (done.state, done.score_scaled, done.passed) == (AttemptState.SUBMITTED, Decimal(1), True)
    progress = Progress.objects.get(user=learner, activity=quiz)
    assert (progress.success_status, progress.score_scaled) == (SuccessStatus.PASSED, Decimal(1))
    assert regrade(done).score_scaled == done.score_scaled


def test_submitting_twice_changes_nothing(learner: User, quiz: Activity) -> None:
    attempt = start_attempt(learner, quiz=quiz)
    first = submit_attempt(learner, attempt=attempt)
    events = LearningEvent.objects.count()
    again = submit_attempt(learner, attempt=attempt)
    assert (again.submitted_at, again.score_scaled) == (first.submitted_at, first.score_scaled)
    assert LearningEvent.objects.count() == events


def test_unanswered_questions_score_nothing(learner: User, quiz: Activity) -> None:
    attempt = start_attempt(learner, quiz=quiz)
    answer_all(learner, attempt, right=4)
    done = submit_attempt(learner, attempt=attempt)
    assert (done.score_scaled, done.passed) == (Decimal("0.8"), True)


def test_a_second_start_returns_the_open_attempt(learner: User, quiz: Activity) -> None:
    assert start_attempt(learner, quiz=quiz) == start_attempt(learner, quiz=quiz)
    assert Attempt.objects.count() == 1


def code_of(user: User, quiz: Activity) -> str:
    with pytest.raises(DomainError) as refused:
        start_attempt(user, quiz=quiz)
    card = quiz_start_card(user, quiz)
    assert card.refusal is not None or refused.value.code == "pool_too_small"
    assert card.refusal is None or card.refusal.code == refused.value.code, "the card says what the service does"
    return refused.value.code


def test_who_is_not_enrolled_cannot_start(bob: User, quiz: Activity) -> None:
    assert code_of(bob, quiz) == "not_enrolled"


def test_an_unpublished_test_cannot_be_started(learner: User, page: QuizPage, quiz: Activity) -> None:
    page.unpublish()
    assert code_of(learner, quiz) == "quiz_not_live"


def test_the_next_attempt_waits(learner: User, page: QuizPage, quiz: Activity) -> None:
    page.delay_minutes = 60
    page.save()
    first = start_attempt(learner, quiz=quiz)
    submit_attempt(learner, attempt=first)
    assert code_of(learner, quiz) == "too_early"
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        assert start_attempt(learner, quiz=quiz).number == 2


def test_attempts_are_limited(learner: User, page: QuizPage, quiz: Activity) -> None:
    page.attempts_allowed = 2
    page.save()
    for _number in range(2):
        submit_attempt(learner, attempt=start_attempt(learner, quiz=quiz))
    assert code_of(learner, quiz) == "no_attempts_left"
    assert quiz_start_card(learner, quiz).attempts_left == 0


def test_a_pool_that_became_too_small_is_no_server_error(learner: User, quiz: Activity) -> None:
    Item.objects.first().unpublish()
    assert code_of(learner, quiz) == "pool_too_small"
    assert not Attempt.objects.exists()


def test_draws_take_unseen_items_first(learner: User, tree: ModuleTree) -> None:
    for _number in range(6):
        factories.item(tags=["M01"])
    factories.item(tags=["M01"], audience=Audience.SALES)
    factories.item(tags=["M02"])
    factories.item(tags=["M01"], live=False)
    quiz = factories.quiz_of(factories.quiz_page(tree.page, factories.draw(3, "M01")))
    seen: list[set[Any]] = []
    for _number in range(3):
        attempt = start_attempt(learner, quiz=quiz)
        seen.append({one.item_version.item_key for one in factories.items_of(attempt)})
        submit_attempt(learner, attempt=attempt)
    assert not seen[0] & seen[1], "all six are shown before one comes again"
    assert len(seen[0] | seen[1]) == 6
    assert seen[2] <= seen[0] | seen[1]


class TestSaving:
    def save(self, user: User, attempt: Attempt, value: Any, sequence: int, tab: str = "a") -> Any:
        return save_response(user, attempt=attempt, position=1, value=value, sequence=sequence, tab=tab)

    @pytest.fixture
    def attempt(self, learner: User, quiz: Activity) -> Attempt:
        return start_attempt(learner, quiz=quiz)

    def test_the_same_answer_sent_again_is_acknowledged_again(self, learner: User, attempt: Attempt) -> None:
        assert self.save(learner, attempt, "o-1", 1).status is SaveStatus.SAVED
        assert self.save(learner, attempt, "o-1", 1).status is SaveStatus.REPEATED
        assert Response.objects.count() == 1

    def test_a_stale_tab_is_told_and_overwrites_nothing(self, learner: User, attempt: Attempt) -> None:
        self.save(learner, attempt, "o-1", 1, "a")
        self.save(learner, attempt, "o-2", 2, "a")
        told = self.save(learner, attempt, "o-3", 1, "b")
        assert (told.status, told.value, told.sequence) == (SaveStatus.STALE, "o-2", 2)
        assert self.save(learner, attempt, "o-3", 3, "b").status is SaveStatus.SAVED

    def test_a_queue_replayed_out_of_order_keeps_the_newest(self, learner: User, attempt: Attempt) -> None:
        self.save(learner, attempt, "o-2", 5)
        late = self.save(learner, attempt, "o-1", 4)
        assert (late.status, late.value) == (SaveStatus.REPEATED, "o-2")
        assert attempt_view(learner, attempt, language="de").question(1).response == "o-2"

    def test_an_answer_can_be_taken_back(self, learner: User, attempt: Attempt) -> None:
        self.save(learner, attempt, "o-1", 1)
        self.save(learner, attempt, None, 2)
        assert attempt_view(learner, attempt, language="de").question(1).state is AnswerState.EMPTY

    @pytest.mark.parametrize("value", ["nonsense", 7, ["o-1"], {"a": 1}, "x" * 10_000, True])
    def test_hostile_values_are_refused_and_the_saved_answer_stays(
        self, learner: User, attempt: Attempt, value: Any
    ) -> None:
        self.save(learner, attempt, "o-1", 1)
        with pytest.raises(DomainError) as refused:
            self.save(learner, attempt, value, 2)
        assert refused.value.code == "invalid_answer"
        assert attempt_view(learner, attempt, language="de").question(1).response == "o-1"

    @pytest.mark.parametrize("sequence", [0, -1, 2**60, True, "2", None])
    def test_hostile_sequences_are_refused(self, learner: User, attempt: Attempt, sequence: Any) -> None:
        with pytest.raises(DomainError):
            self.save(learner, attempt, "o-1", sequence)

    def test_others_cannot_save_flag_submit_or_look(self, learner: User, bob: User, attempt: Attempt) -> None:
        assert Attempt.objects.filter(pk=attempt.pk).exists()
        for call in (
            lambda: self.save(bob, attempt, "o-1", 1),
            lambda: set_flag(bob, attempt=attempt, position=1, flagged=True),
            lambda: submit_attempt(bob, attempt=attempt),
            lambda: attempt_view(bob, attempt, language="de"),
            lambda: result_view(bob, attempt, language="de"),
        ):
            with pytest.raises(Attempt.DoesNotExist):
                call()

    def test_positions_that_do_not_exist(self, learner: User, attempt: Attempt) -> None:
        with pytest.raises(AttemptItem.DoesNotExist):
            save_response(learner, attempt=attempt, position=99, value="o-1", sequence=1)
        with pytest.raises(AttemptItem.DoesNotExist):
            set_flag(learner, attempt=attempt, position=99, flagged=True)

    def test_flags(self, learner: User, attempt: Attempt) -> None:
        set_flag(learner, attempt=attempt, position=2, flagged=True)
        assert [one.position for one in attempt_view(learner, attempt, language="de").flagged] == [2]
        set_flag(learner, attempt=attempt, position=2, flagged=False)
        assert not attempt_view(learner, attempt, language="de").flagged

    def test_nothing_is_accepted_after_submitting(self, learner: User, attempt: Attempt) -> None:
        submit_attempt(learner, attempt=attempt)
        with pytest.raises(DomainError) as refused:
            self.save(learner, attempt, "o-1", 1)
        assert refused.value.code == "closed"
        with pytest.raises(DomainError):
            set_flag(learner, attempt=attempt, position=1, flagged=True)


class TestTime:
    @pytest.fixture
    def page(self, page: QuizPage) -> QuizPage:
        page.time_limit_minutes = 20
        page.save()
        return page

    def test_extra_time_is_frozen_into_the_deadline(self, learner: User, quiz: Activity) -> None:
        learner.extra_time_percent = 25
        learner.save()
        attempt = start_attempt(learner, quiz=quiz)
        assert attempt.deadline_at - attempt.started_at == timedelta(minutes=25)
        assert attempt.closes_at - attempt.deadline_at == timedelta(seconds=30)
        assert quiz_start_card(learner, quiz).minutes == 25

    def test_answers_count_within_grace_and_not_after(self, learner: User, quiz: Activity) -> None:
        attempt = start_attempt(learner, quiz=quiz)
        with time_machine.travel(attempt.deadline_at + timedelta(seconds=29)):
            save_response(learner, attempt=attempt, position=1, value="o-1", sequence=1)
        with time_machine.travel(attempt.deadline_at + timedelta(seconds=31)), pytest.raises(DomainError) as refused:
            save_response(learner, attempt=attempt, position=1, value="o-2", sequence=2)
        assert refused.value.code == "closed"

    def test_the_sweep_closes_with_what_was_saved(self, learner: User, quiz: Activity) -> None:
        attempt = start_attempt(learner, quiz=quiz)
        answer_all(learner, attempt)
        with time_machine.travel(attempt.closes_at - timedelta(seconds=1)):
            assert close_overdue() == 0
        with time_machine.travel(attempt.closes_at + timedelta(hours=5)):
            assert close_overdue() == 1
            assert close_overdue() == 0
        attempt.refresh_from_db()
        assert (attempt.state, attempt.passed) == (AttemptState.EXPIRED, True)
        assert attempt.submitted_at == attempt.deadline_at, "it ended when the time was up"
        assert Progress.objects.get(user=learner, activity=quiz).success_status == SuccessStatus.PASSED

    def test_submitting_late_closes_as_expired(self, learner: User, quiz: Activity) -> None:
        attempt = start_attempt(learner, quiz=quiz)
        with time_machine.travel(attempt.closes_at + timedelta(seconds=1)):
            assert submit_attempt(learner, attempt=attempt).state == AttemptState.EXPIRED

    def test_a_start_closes_what_the_sweep_has_not_met_yet(self, learner: User, quiz: Activity) -> None:
        first = start_attempt(learner, quiz=quiz)
        with time_machine.travel(first.closes_at + timedelta(seconds=1)):
            assert start_attempt(learner, quiz=quiz).number == 2
        first.refresh_from_db()
        assert first.state == AttemptState.EXPIRED

    def test_without_a_limit_an_attempt_stays_open(self, learner: User, page: QuizPage, quiz: Activity) -> None:
        page.time_limit_minutes = None
        page.save()
        attempt = start_attempt(learner, quiz=quiz)
        with time_machine.travel(timezone.now() + timedelta(days=400)):
            assert close_overdue() == 0
        assert attempt.closes_at is None


def test_edits_and_deletions_during_an_attempt_change_nothing(
    learner: User, page: QuizPage, quiz: Activity, tree: ModuleTree
) -> None:
    attempt = start_attempt(learner, quiz=quiz)
    answer_all(learner, attempt, right=2)
    before = attempt_view(learner, attempt, language="de")
    edited = Item.objects.get(kind="single_choice")
    edited.body[0].value["options"][0]["correct"] = False
    edited.body[0].value["options"][1]["correct"] = True
    edited.save()
    assert edited.versions.count() == 2
    page.pass_mark = 100
    page.save()
    Item.objects.get(kind="numeric").unpublish()
    page.slots = []
    page.save()
    for item in Item.objects.all():
        item.delete()
    page.delete()
    ModulePage.objects.get(pk=tree.page.pk).delete()
    assert attempt_view(learner, attempt, language="de").questions == before.questions
    for one in factories.items_of(attempt)[2:4]:
        save_response(learner, attempt=attempt, position=one.position, value=factories.right_answer(one), sequence=1)
    done = submit_attempt(learner, attempt=attempt)
    assert (done.score_scaled, done.passed, done.pass_mark) == (Decimal("0.8"), True, 80)
    assert len(result_view(learner, done, language="de").questions) == 5


@pytest.mark.parametrize(("right", "satisfied"), [(5, True), (2, False)])
def test_who_passes_when_the_module_is_gone_has_completed_it(
    learner: User, page: QuizPage, quiz: Activity, tree: ModuleTree, right: int, satisfied: bool
) -> None:
    """Nothing else is left to do there; without this the person would be behind for ever. Whoever fails has not."""
    attempt = start_attempt(learner, quiz=quiz)
    ModulePage.objects.get(pk=tree.page.pk).delete()
    enrollment = Enrollment.objects.get(user=learner, activity=tree.module)
    refresh_satisfaction(enrollment)
    assert enrollment.satisfied_at is None
    answer_all(learner, attempt, right=right)
    submit_attempt(learner, attempt=attempt)
    enrollment.refresh_from_db()
    assert (enrollment.satisfied_at is not None) is satisfied
    assert enrollment.frozen_outline == ([str(quiz.key)] if satisfied else None)
    assert was_tested(enrollment) is satisfied


def test_who_has_passed_a_deleted_test_waits_for_lessons_that_come_back(
    learner: User, page: QuizPage, quiz: Activity, tree: ModuleTree
) -> None:
    attempt = start_attempt(learner, quiz=quiz)
    answer_all(learner, attempt, right=5)
    submit_attempt(learner, attempt=attempt)
    page.delete()
    for lesson in tree.lesson_pages:
        LessonPage.objects.get(pk=lesson.pk).unpublish()
    enrollment = Enrollment.objects.get(user=learner, activity=tree.module)
    assert refresh_satisfaction(enrollment).satisfied_at is None
