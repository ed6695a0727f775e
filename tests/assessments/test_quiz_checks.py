"""What the editor of a test is told before a learner finds out."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone, translation

from assessments.content_checks import check_quiz
from assessments.models import QuizPage
from tests.assessments import factories
from tests.courses.factories import ModuleTree

NOBODY = "Nothing in this test counts, so nobody can pass it."


def told(page: QuizPage) -> str:
    with translation.override("en"):
        return " ".join(str(problem.message) for problem in check_quiz(page))


@pytest.mark.parametrize(
    ("kinds", "weight", "pass_mark", "said"),
    [
        (["likert"], 1, 80, True),
        (["single_choice"], 0, 80, True),
        (["likert"], 1, 0, False),
        (["likert", "single_choice"], 1, 80, False),
        (["extended_text"], 1, 80, False),
    ],
)
def test_a_test_that_nobody_can_pass_says_so(
    tree: ModuleTree, kinds: list[str], weight: int, pass_mark: int, said: bool
) -> None:
    items = [factories.item(kind) for kind in kinds]
    page = factories.quiz_page(tree.page, factories.fixed(*items, weight=weight), pass_mark=pass_mark)
    assert (NOBODY in told(page)) is said


def test_points_count_where_the_scored_question_is(tree: ModuleTree) -> None:
    slots = factories.fixed(factories.item("likert")) + factories.fixed(factories.item(), weight=0)
    assert NOBODY in told(factories.quiz_page(tree.page, slots))


@pytest.mark.parametrize(("minutes", "said"), [(-1, True), (60, False), (None, False)])
def test_a_test_that_has_closed_says_so(tree: ModuleTree, minutes: Any, said: bool) -> None:
    closes = None if minutes is None else timezone.now() + timedelta(minutes=minutes)
    page = factories.quiz_page(tree.page, factories.fixed(factories.item()), closes_at=closes)
    assert ("nobody can start it any more" in told(page)) is said


def test_an_empty_test_and_an_empty_draw_say_what_is_missing(tree: ModuleTree) -> None:
    assert told(factories.quiz_page(tree.page, [])) == "The test asks nothing yet."
    drawn = told(factories.quiz_page(tree.page, factories.draw(3, "M99")))
    assert "only 0 live items fit" in drawn
    assert NOBODY not in drawn, "one thing at a time: first there have to be questions"
