"""Lesson and result on paper: what was learned and answered, without the controls of the screen."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from assessments.services import save_response, start_attempt, submit_attempt
from courses.models import HomePage, LessonPage
from people.models import User
from tests.assessments import factories
from tests.browser.conftest import Visitor
from tests.courses.factories import enrolled, module_tree

pytestmark = [pytest.mark.browser, pytest.mark.looks]
CONTROLS = (".btn", ".sorting__button", "audio", "video", "header.top", "nav", ".tabs")


def assert_printable(page: Page) -> None:
    page.wait_for_load_state("networkidle")
    page.emulate_media(media="print")
    for control in CONTROLS:
        assert page.locator(f"{control}:visible").count() == 0, control


def test_lesson_and_result_print_without_controls(visit: Callable[..., Visitor], home: HomePage, alice: User) -> None:
    tree = module_tree(home, lessons=1)
    enrolled(alice, tree.module)
    asked = factories.quiz_page(tree.page, factories.fixed(*(factories.item(kind) for kind in factories.GRADED)))
    attempt = start_attempt(alice, quiz=factories.quiz_of(asked))
    for one in factories.items_of(attempt):
        save_response(alice, attempt=attempt, position=one.position, value=factories.right_answer(one), sequence=1)
    submit_attempt(alice, attempt=attempt)
    lesson = LessonPage.objects.get()
    lesson.body = [("knowledge_check", {"item": factories.item(kind)}) for kind in factories.GRADED]
    lesson.save_revision().publish()
    visitor = visit(alice)
    assert_printable(visitor.open(f"/de/tests/attempts/{attempt.uuid}/result/"))
    page = visitor.open(lesson.get_url() or "")
    assert page.locator("knowledge-check").count() == len(factories.GRADED)
    assert_printable(page)
