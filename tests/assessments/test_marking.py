"""Marking by hand: nobody marks twice, nobody sees the other's mark, and the learner hears of it once."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from assessments.enums import AttemptState, GradeSource, MarkingState
from assessments.models import Attempt, GradeChange, Mark, MarkingTask, QuizPage, ResultMail
from assessments.selectors import quiz_start_card, result_view
from assessments.selectors.marking import marking_queues, marking_sheet
from assessments.services import save_response, start_attempt, submit_attempt
from assessments.services.marking import LEASE, assign_task, claim_task, give_mark, release_task
from assessments.tasks import send_result_mails
from assessments.views.result_screen import result_screen
from courses.enums import SuccessStatus
from courses.models import Activity, Progress
from enablement.core.errors import DomainError
from enablement.core.verification import run_record_checks
from people.enums import Role
from people.models import AccessLogEntry, User
from people.services import set_roles
from tests import factories as people
from tests.assessments import factories
from tests.courses.factories import ModuleTree

FULL, HALF, NOTHING = (
    {"c-1": "l-3", "c-2": "l-2"},
    {"c-1": "l-2", "c-2": "l-1"},
    {"c-1": "l-1", "c-2": "l-1"},
)


@pytest.fixture(scope="module")
def build_page() -> Callable[[ModuleTree], QuizPage]:
    """One question that the machine grades and one that people mark; half of the points pass."""

    def build(tree: ModuleTree) -> QuizPage:
        items = [factories.item("single_choice"), factories.item("extended_text")]
        return factories.quiz_page(tree.page, factories.fixed(*items), shuffle_questions=False, pass_mark=75)

    return build


@pytest.fixture
def second(db: None) -> User:
    return people.UserFactory(email="second@example.com", roles=[Role.TRAINER])


def handed_in(learner: User, quiz: Activity, *, text: str | None = "Dear buyer, you lose deals.") -> Attempt:
    attempt = start_attempt(learner, quiz=quiz)
    save_response(learner, attempt=attempt, position=1, value="o-1", sequence=1)
    if text is not None:
        save_response(learner, attempt=attempt, position=2, value=text, sequence=1)
    return submit_attempt(learner, attempt=attempt)


def the_task() -> MarkingTask:
    return MarkingTask.objects.get()


def sound() -> bool:
    return not list(run_record_checks())


def test_until_people_have_marked_nothing_is_known(learner: User, quiz: Activity, page: QuizPage) -> None:
    attempt = handed_in(learner, quiz)
    assert (attempt.state, attempt.score_scaled, attempt.passed) == (AttemptState.MARKING, None, None)
    assert not Progress.objects.filter(user=learner, success_status=SuccessStatus.FAILED).exists(), "no false verdict"
    view = result_view(learner, attempt, language="en")
    assert (view.withheld, view.score_scaled, view.questions) == ("marking", None, ())
    assert result_screen(view, "en").change_line == "", "no promise of a time that nobody knows"
    card = quiz_start_card(learner, quiz)
    assert card.refusal is not None
    assert card.refusal.code == "being_marked"
    assert sound()


def test_an_empty_answer_needs_no_people(learner: User, quiz: Activity, page: QuizPage) -> None:
    attempt = handed_in(learner, quiz, text=None)
    assert (attempt.state, attempt.score_scaled) == (AttemptState.SUBMITTED, Decimal("0.5000"))
    assert not MarkingTask.objects.exists()


def test_the_mark_makes_the_result_and_the_learner_is_told(
    learner: User, quiz: Activity, page: QuizPage, trainer: User
) -> None:
    attempt = handed_in(learner, quiz)
    task = claim_task(trainer)
    assert task is not None
    give_mark(trainer, task=task.uuid, levels=FULL, comment="Good opening.")
    give_mark(trainer, task=task.uuid, levels=FULL, comment="Good opening.")
    attempt.refresh_from_db()
    assert (attempt.state, attempt.score_scaled, attempt.passed) == (AttemptState.SUBMITTED, Decimal("1.0000"), True)
    assert Progress.objects.get(user=learner, activity=quiz).success_status == SuccessStatus.PASSED
    change = GradeChange.objects.get()
    assert (change.source, change.actor, change.score_before) == (GradeSource.MARKED, trainer, None)
    question = result_view(learner, attempt, language="en").questions[1]
    assert question.feedback is not None
    assert question.feedback.comment == "Good opening."
    assert [level["text"] for one in question.feedback.rubric for level in one["levels"] if level["chosen"]] == [
        "Level 2 (en)",
        "Level 4 (en)",
    ]
    send_result_mails()
    send_result_mails()
    assert [message.to for message in mail.outbox] == [[learner.email]]
    assert str(attempt.uuid) in mail.outbox[0].body
    assert sound()


@pytest.mark.parametrize(("levels", "score"), [(FULL, "1.0000"), (HALF, "0.1667"), (NOTHING, "0.0000")])
def test_points_of_the_rubric_become_the_score(
    learner: User, quiz: Activity, page: QuizPage, trainer: User, levels: dict[str, str], score: str
) -> None:
    handed_in(learner, quiz)
    give_mark(trainer, task=the_task().uuid, levels=levels)
    assert Mark.objects.get().score == Decimal(score)
    assert the_task().attempt_item.score == Decimal(score)


@pytest.mark.parametrize("levels", [{}, {"c-1": "l-1"}, {"c-1": "l-9", "c-2": "l-1"}, {"c-1": None, "c-2": ["l-1"]}])
def test_a_criterion_without_a_level_is_refused_and_nothing_is_kept(
    learner: User, quiz: Activity, page: QuizPage, trainer: User, levels: dict[str, Any]
) -> None:
    handed_in(learner, quiz)
    with pytest.raises(DomainError) as refused:
        give_mark(trainer, task=the_task().uuid, levels=levels)
    assert refused.value.code == "incomplete"
    assert not Mark.objects.exists()


def test_one_answer_is_held_by_one_marker_until_the_lease_ends(
    learner: User, quiz: Activity, page: QuizPage, trainer: User, second: User
) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        handed_in(learner, quiz)
        task = claim_task(trainer)
        assert task is not None
        assert claim_task(second) is None, "two people would write about the same answer"
        with pytest.raises(DomainError) as taken:
            give_mark(second, task=task.uuid, levels=FULL)
        assert taken.value.code == "taken"
        clock.shift(LEASE + timedelta(seconds=1))
        assert claim_task(second) == task, "a tab that was left open blocks nobody"
        release_task(second, task=task.uuid)
        assert claim_task(trainer) == task


def test_two_markers_who_agree_decide_and_do_not_see_each_other(
    learner: User, quiz: Activity, page: QuizPage, trainer: User, second: User
) -> None:
    page.markers = 2
    page.save_revision().publish()
    attempt = handed_in(learner, quiz)
    give_mark(trainer, task=the_task().uuid, levels=FULL, comment="One")
    assert claim_task(trainer) is None, "the second mark comes from somebody else"
    with pytest.raises(DomainError, match="somebody else"):
        give_mark(trainer, task=the_task().uuid, levels=FULL)
    assert marking_sheet(the_task(), language="en").marks == ()
    give_mark(second, task=the_task().uuid, levels=FULL, comment="Two")
    attempt.refresh_from_db()
    assert attempt.passed
    assert Mark.objects.get(final=True).comment == "One\n\nTwo"
    assert sound()


def test_two_marks_that_differ_wait_for_a_third_look(
    learner: User, quiz: Activity, page: QuizPage, trainer: User, second: User
) -> None:
    page.markers = 2
    page.save_revision().publish()
    attempt = handed_in(learner, quiz)
    give_mark(trainer, task=the_task().uuid, levels=FULL)
    give_mark(second, task=the_task().uuid, levels=NOTHING)
    attempt.refresh_from_db()
    assert (the_task().state, attempt.state) == (MarkingState.DIFFERS, AttemptState.MARKING)
    [queue] = marking_queues(trainer)
    assert (queue.waiting, queue.differing) == (1, 1)
    assert len(marking_sheet(the_task(), language="en").marks) == 2
    give_mark(trainer, task=the_task().uuid, levels=HALF)
    attempt.refresh_from_db()
    assert attempt.score_scaled == Decimal("0.5834")
    assert sound()


def test_a_correction_needs_a_reason_and_takes_no_pass_away(
    learner: User, quiz: Activity, page: QuizPage, trainer: User
) -> None:
    attempt = handed_in(learner, quiz)
    give_mark(trainer, task=the_task().uuid, levels=FULL)
    with pytest.raises(DomainError) as refused:
        give_mark(trainer, task=the_task().uuid, levels=NOTHING)
    assert refused.value.code == "reason_missing"
    give_mark(trainer, task=the_task().uuid, levels=NOTHING, reason="The second criterion was misread.")
    attempt.refresh_from_db()
    assert (attempt.score_scaled, attempt.passed, attempt.pass_kept) == (Decimal("0.5000"), True, True)
    progress = Progress.objects.get(user=learner, activity=quiz)
    assert (progress.success_status, progress.score_scaled) == (SuccessStatus.PASSED, Decimal("0.5000"))
    corrected = GradeChange.objects.first()
    assert corrected is not None
    assert (corrected.source, corrected.score_before, corrected.score_after) == (
        GradeSource.CORRECTED,
        Decimal("1.0000"),
        Decimal("0.5000"),
    )
    assert ResultMail.objects.count() == 2
    assert sound()


def test_marks_that_rise_later_pass_the_test(learner: User, quiz: Activity, page: QuizPage, trainer: User) -> None:
    attempt = handed_in(learner, quiz)
    give_mark(trainer, task=the_task().uuid, levels=NOTHING)
    attempt.refresh_from_db()
    assert attempt.passed is False
    give_mark(trainer, task=the_task().uuid, levels=FULL, reason="Overlooked the last paragraph.")
    assert Progress.objects.get(user=learner, activity=quiz).success_status == SuccessStatus.PASSED
    assert sound()


def test_nobody_marks_an_answer_of_their_own(
    learner: User, quiz: Activity, page: QuizPage, trainer: User, admin: User
) -> None:
    handed_in(learner, quiz)
    set_roles(admin, learner, [Role.TRAINER])
    learner = User.objects.get(pk=learner.pk)
    assert claim_task(learner) is None
    with pytest.raises(MarkingTask.DoesNotExist):
        give_mark(learner, task=the_task().uuid, levels=FULL)
    with pytest.raises(DomainError, match="of their own"):
        assign_task(trainer, task=the_task().uuid, marker=learner)
    assert not Mark.objects.exists()


def test_an_assigned_answer_waits_for_its_marker(
    learner: User, quiz: Activity, page: QuizPage, trainer: User, second: User
) -> None:
    handed_in(learner, quiz)
    assign_task(trainer, task=the_task().uuid, marker=second)
    assert claim_task(trainer) is None
    assert claim_task(second) == the_task()


class TestInTheCMS:
    def test_from_the_queue_to_the_next_answer(
        self, client: Client, learner: User, quiz: Activity, page: QuizPage, trainer: User
    ) -> None:
        attempt = handed_in(learner, quiz, text="<script>alert(1)</script>\nDear buyer")
        client.force_login(trainer)
        listed = client.get(reverse("marking")).content.decode()
        assert page.title in listed
        opened = client.post(reverse("marking_start", kwargs={"key": quiz.key}), follow=True)
        sheet = opened.content.decode()
        assert "&lt;script&gt;alert(1)" in sheet
        assert learner.last_name not in sheet, "marking is anonymous"
        assert AccessLogEntry.objects.filter(actor=trainer, subject=learner, action="mark").exists()
        url = opened.redirect_chain[-1][0]
        incomplete = client.post(url, {"level-c-1": "l-2", "comment": "Kept words"}).content.decode()
        assert "Choose a level for every criterion" in incomplete
        assert "Kept words" in incomplete
        assert incomplete.count("checked") == 1
        done = client.post(url, {"level-c-1": "l-3", "level-c-2": "l-2", "comment": "Good", "next": "1"}, follow=True)
        assert "Your marks are saved" in done.content.decode()
        attempt.refresh_from_db()
        assert attempt.passed
        again = client.get(url).content.decode()
        assert "Save the correction" in again
        assert "Good" in again

    def test_names_are_shown_where_the_test_says_so(
        self, client: Client, learner: User, quiz: Activity, page: QuizPage, trainer: User
    ) -> None:
        page.marking_anonymous = False
        page.save_revision().publish()
        handed_in(learner, quiz)
        client.force_login(trainer)
        sheet = client.post(reverse("marking_start", kwargs={"key": quiz.key}), follow=True).content.decode()
        assert learner.get_full_name() in sheet

    @pytest.mark.parametrize("tests", [1, 3])
    def test_the_queue_costs_the_same_for_any_number_of_tests(
        self,
        client: Client,
        learner: User,
        tree: ModuleTree,
        trainer: User,
        tests: int,
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        item = factories.item("extended_text")
        for _number in range(tests):
            page = factories.quiz_page(tree.page, factories.fixed(item))
            attempt = start_attempt(learner, quiz=factories.quiz_of(page))
            save_response(learner, attempt=attempt, position=1, value="Dear buyer, hello", sequence=1)
            submit_attempt(learner, attempt=attempt)
        with django_assert_num_queries(2):
            assert len(marking_queues(trainer)) == tests
