"""What a learner's way through a test costs, and what must hold because it is cheap."""

from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from assessments.models import Attempt, QuizPage
from assessments.selectors.bank import question_count, read_slots
from assessments.services import answering, save_response, start_attempt, submit_attempt
from courses.enums import ActivityKind, Audience, CompletionStatus, MoveOn, SuccessStatus
from courses.models import Activity, ModulePage, Progress
from courses.selectors.records import keeps_open, missing_in_module
from enablement.core.errors import DomainError
from people.models import User
from tests.assessments import factories
from tests.courses.factories import ModuleTree

pytestmark = pytest.mark.django_db


def address(name: str, **kwargs: Any) -> str:
    return reverse(f"assessments:{name}", kwargs=kwargs)


@pytest.mark.parametrize("questions", [1, 8])
def test_starting_and_submitting_cost_the_same_for_one_question_and_for_many(
    learner: User, tree: ModuleTree, questions: int, django_assert_num_queries: Any
) -> None:
    for _number in range(questions):
        factories.item(tags=["M01"])
    quiz = factories.quiz_of(factories.quiz_page(tree.page, factories.draw(questions, "M01")))
    quiz = Activity.objects.select_related("parent").get(pk=quiz.pk)
    learner = User.objects.select_related("function").get(pk=learner.pk)
    # Savepoint and its end; enrolment, attempts, page, prerequisites, pool; attempt, versions, questions; progress,
    # events, new progress, paths.
    with django_assert_num_queries(14):
        attempt = start_attempt(learner, quiz=quiz)
    # Savepoint and its end; enrolment, attempt, questions, answers; scores, attempt; progress, event, its row.
    with django_assert_num_queries(11):
        submit_attempt(learner, attempt=attempt)


def test_a_fresh_start_leads_to_the_first_question_and_a_second_one_to_the_first_open_one(
    client: Client, learner: User, quiz: Activity
) -> None:
    client.force_login(learner)
    first = client.post(address("start", key=quiz.key))
    attempt = Attempt.objects.get()
    assert first.headers["Location"] == address("player", uuid=attempt.uuid, position=1)
    [row] = Progress.objects.filter(user=learner, activity=quiz)
    assert row.started_at is not None, "starting opens the test"
    assert Progress.objects.get(user=learner, activity=quiz.parent).position == quiz.key
    save_response(learner, attempt=attempt, position=1, value="o-1", sequence=1)
    again = client.post(address("start", key=quiz.key))
    assert again.headers["Location"] == address("player", uuid=attempt.uuid, position=2)


def test_a_test_in_a_hidden_module_counts_no_attempt(learner: User, tree: ModuleTree, quiz: Activity) -> None:
    ModulePage.objects.get(pk=tree.page.pk).unpublish()
    with pytest.raises(DomainError) as refused:
        start_attempt(learner, quiz=Activity.objects.select_related("parent").get(pk=quiz.pk))
    assert refused.value.code in {"not_live", "quiz_not_live"}
    assert not Attempt.objects.exists()


def test_an_item_retired_a_moment_ago_is_not_asked(learner: User, tree: ModuleTree) -> None:
    """Nothing of the bank is remembered from one start to the next."""
    old, new = factories.item(tags=["M01"]), factories.item(tags=["M01"])
    quiz = factories.quiz_of(factories.quiz_page(tree.page, factories.draw(1, "M01")))
    submit_attempt(learner, attempt=start_attempt(learner, quiz=quiz))
    for one, other in ((old, new), (new, old)):
        one.unpublish()
        attempt = start_attempt(learner, quiz=quiz)
        assert [each.item_version.item_id for each in factories.items_of(attempt)] == [other.pk]
        submit_attempt(learner, attempt=attempt)
        one.refresh_from_db()
        one.live = True
        one.save()


def test_slots_are_read_without_their_items(page: QuizPage, django_assert_num_queries: Any) -> None:
    stored = [*page.slots.raw_data]
    stored[0]["value"]["weight"] = "2.50"
    slots = page._meta.get_field("slots").to_python([*stored, *factories.draw(3, "M01")])
    with django_assert_num_queries(0):
        assert question_count(slots) == 8
    with django_assert_num_queries(2):  # the fixed items that are live, the draw
        read = read_slots(slots)
    assert [slot.weight for slot in read] == [Decimal("2.50"), *[Decimal(1)] * 5]
    assert [slot.count for slot in read] == [1, 1, 1, 1, 1, 3]


def test_a_question_is_full_by_its_answers_not_by_its_sequence(
    learner: User, quiz: Activity, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tab may count in large steps; what is limited is what is stored."""
    monkeypatch.setattr(answering, "MAX_RESPONSES_PER_QUESTION", 3)
    attempt = start_attempt(learner, quiz=quiz)
    for sequence in (10, 20, 30):
        save_response(learner, attempt=attempt, position=1, value="o-1", sequence=sequence)
    with pytest.raises(DomainError) as refused:
        save_response(learner, attempt=attempt, position=1, value="o-2", sequence=40)
    assert refused.value.code == "invalid_answer"


@pytest.mark.parametrize("move_on", list(MoveOn))
def test_what_keeps_a_module_open_alone_is_missing_in_it(move_on: MoveOn) -> None:
    """The short cut may only ever agree with the rule of completion."""
    module = Activity(pk=1, kind=ActivityKind.MODULE, move_on=move_on)
    kinds = (ActivityKind.LESSON, ActivityKind.QUIZ)
    agreed = 0
    for kind, other, required, is_done in product(kinds, (None, *kinds), (True, False), (True, False)):
        child = Activity(pk=2, kind=kind, is_live=True, required=required)
        row = Progress(activity=child)
        if is_done:
            row.completion_status, row.success_status = CompletionStatus.COMPLETED, SuccessStatus.PASSED
        children, progress = [child], {2: row}
        if other is not None:
            children.append(Activity(pk=3, kind=other, is_live=True, required=True))
            done = Progress(completion_status=CompletionStatus.COMPLETED, success_status=SuccessStatus.PASSED)
            progress[3] = done
        audience = frozenset({str(Audience.BOTH)})
        if keeps_open(module, child, row, audience):
            agreed += 1
            assert missing_in_module(module, children, progress, audience)
    assert bool(agreed) == (move_on in {MoveOn.BOTH, MoveOn.PASSED})
