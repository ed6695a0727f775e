"""Questions without right and wrong stand outside of the score, the topics, the draws and the pass."""

from decimal import Decimal
from typing import Any

import pytest

from assessments.grading import grade_items
from assessments.kinds import get_kind
from assessments.kinds.base import Outcome
from assessments.models import Attempt, ItemVersionStatistic, QuizPage
from assessments.selectors import result_view
from assessments.selectors.bank import read_slots, slot_shortages
from assessments.selectors.grades import regrade
from assessments.selectors.usage import usage_of
from assessments.services import save_response, start_attempt, submit_attempt
from assessments.services.retention import forget_person
from assessments.verification import score_differs
from courses.models import LessonPage
from people.models import User
from tests.assessments import factories
from tests.courses.factories import ModuleTree


def submitted(learner: User, page: QuizPage, values: dict[int, Any]) -> Attempt:
    attempt = start_attempt(learner, quiz=factories.quiz_of(page))
    for position, value in values.items():
        save_response(learner, attempt=attempt, position=position, value=value, sequence=1)
    submit_attempt(learner, attempt=attempt)
    return Attempt.objects.select_related("activity").get(pk=attempt.pk)


@pytest.fixture
def mixed(tree: ModuleTree) -> QuizPage:
    """A question that counts and one that does not, both of one topic and with a lesson."""
    lesson = tree.lessons[0]
    items = [factories.item(kind, topic="Silos", lesson=lesson) for kind in ("single_choice", "likert")]
    return factories.quiz_page(tree.page, factories.fixed(*items), shuffle_questions=False)


def test_an_opinion_neither_earns_nor_costs_points(learner: User, mixed: QuizPage) -> None:
    attempt = submitted(learner, mixed, {1: "o-1", 2: {"s-1": "1"}})
    assert (attempt.score_scaled, attempt.passed) == (1, True)
    assert [item.score for item in factories.items_of(attempt)] == [1, None]
    assert regrade(attempt).scores == {item.pk: item.score for item in factories.items_of(attempt)}
    assert list(score_differs()) == []
    view = result_view(learner, attempt, language="de")
    assert (view.points, view.maximum) == (1, 1)
    assert [(topic.points, topic.maximum, topic.questions) for topic in view.topics] == [(1, 1, 1)]
    assert [(one.score, one.graded, one.correct) for one in view.questions] == [(1, True, True), (None, False, False)]
    assert view.reread == ()
    assert view.questions[1].review["yours"] == ["We talk (de) → Level 1 (de)"]


def test_an_opinion_that_is_withheld_costs_nothing(learner: User, mixed: QuizPage) -> None:
    assert submitted(learner, mixed, {1: "o-1"}).passed


def test_opinions_are_counted_before_they_are_deleted(learner: User, mixed: QuizPage) -> None:
    submitted(learner, mixed, {2: {"s-1": "1", "s-2": "5"}})
    forget_person(learner)
    statistic = ItemVersionStatistic.objects.get(item_version__kind="likert")
    assert (statistic.option_counts, statistic.score_sum) == ({"s-1:1": 1, "s-2:5": 1}, Decimal(0))


def test_an_answer_that_nobody_has_marked_yet_leaves_the_grade_open(
    learner: User, mixed: QuizPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever counted it as done would let somebody pass who has not; whoever left it out as well."""
    attempt = submitted(learner, mixed, {1: "o-1"})
    items = factories.items_of(attempt)
    kind = get_kind("likert")
    monkeypatch.setattr(type(kind), "graded", True)
    graded = grade_items(items, {items[0].pk: "o-1"}, pass_mark=80)
    assert (graded.score_scaled, graded.passed, graded.pending) == (None, None, (items[1].pk,))
    assert graded.scores[items[1].pk] is None
    monkeypatch.setattr(kind, "grade", lambda content, response: Outcome(Decimal(1), correct=True))
    assert grade_items(items, {items[0].pk: "o-1"}, pass_mark=80).passed


def test_a_test_in_which_nothing_counts_is_not_published(tree: ModuleTree, mixed: QuizPage) -> None:
    only = factories.quiz_page(tree.page, factories.fixed(factories.item("likert")))
    assert "counts" in slot_shortages(only.slots)[0]
    assert slot_shortages(mixed.slots) == []
    weightless = factories.quiz_page(tree.page, factories.fixed(factories.item(), weight=0))
    assert len(slot_shortages(weightless.slots)) == 1


def test_draws_take_what_counts(tree: ModuleTree) -> None:
    kept, left = factories.item(tags=["M01"]), factories.item("likert", tags=["M01"])
    page = factories.quiz_page(tree.page, factories.draw(1, "M01"))
    assert [slot.pool for slot in read_slots(page.slots)] == [(kept.pk,)]
    usage = usage_of([kept.pk, left.pk])
    assert (usage[kept.pk].quizzes, usage[left.pk].quizzes) == ([page], [])


def test_practice_says_that_nothing_is_scored(client: Any, alice: User, tree: ModuleTree) -> None:
    item = factories.item("likert")
    lesson = LessonPage.objects.get(pk=tree.lesson_pages[0].pk)
    lesson.body = [("knowledge_check", {"item": item})]
    lesson.save_revision().publish()
    client.force_login(alice)
    told = client.post(f"/en/tests/check/{item.key}/", {"answer-s-1": "3"}).content.decode()
    assert "Not scored" in told
    assert "Not right" not in told
