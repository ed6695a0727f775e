"""Each kind beyond the basic ones in a real browser: by keyboard alone, and without scripts. One attempt asks all."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from assessments.kinds import kinds
from assessments.models import Attempt, AttemptItem, Response
from assessments.services import start_attempt
from courses.models import HomePage
from people.models import User
from tests.assessments import factories
from tests.browser.conftest import NARROW, Visitor, assert_accessible
from tests.browser.test_keyboard import press, tab_to
from tests.courses.factories import enrolled, module_tree

pytestmark = pytest.mark.browser
Visit = Callable[..., Visitor]
# What people mark has its own tests: an attempt with it has no result yet.
KINDS = [name for name, kind in kinds().items() if name not in factories.BASIC and not kind.by_hand]


# --- by keyboard: Tab, space, arrows and letters ----------------------------------------------------------------------
def _radio(page: Page, question: Locator, best: Any) -> None:
    press(page, question.locator("input[type=radio]").first, "Space")
    wanted = question.locator(f"input[value='{best}']")
    for _option in range(question.locator("input[type=radio]").count()):
        if wanted.is_checked():
            break
        page.keyboard.press("ArrowDown")
    expect(wanted).to_be_checked()


def _text(page: Page, question: Locator, best: Any) -> None:
    tab_to(page, question.get_by_role("textbox"))
    page.keyboard.type(best)


def _groups(page: Page, question: Locator, best: Any) -> None:
    """Tab reaches each group of radio buttons, arrows move within it."""
    for part, value in best.items():
        first = question.locator(f"input[name='answer-{part}']").first
        press(page, first, "Space")
        wanted = question.locator(f"input[name='answer-{part}'][value='{value}']")
        while not wanted.is_checked():
            page.keyboard.press("ArrowDown")


def _area(page: Page, question: Locator, best: Any) -> None:
    _radio(page, question, best[0])


def _talk(page: Page, question: Locator, best: Any) -> None:
    for choice in best:
        press(page, question.locator(f"[data-choice][value='{choice}']"))
    expect(question.locator("[data-end]")).to_be_focused()


def _gaps(page: Page, question: Locator, best: Any) -> None:
    for field in question.locator("[data-part]").all():
        wanted = best[str(field.get_attribute("data-part"))]
        tab_to(page, field)
        if field.evaluate("field => field.tagName") == "INPUT":
            page.keyboard.type(wanted)
            continue
        while field.input_value() != wanted:
            page.keyboard.press("ArrowDown")


TYPED: dict[str, Callable[[Page, Locator, Any], None]] = {
    "true_false": _radio,
    "short_text": _text,
    "calculated": _text,
    "gap_fill": _gaps,
    "likert": _groups,
    "categorise": _groups,
    "hotspot": _area,
    "branching": _talk,
}


# --- without scripts: the form's own fields ---------------------------------------------------------------------------
def _check(question: Locator, best: Any) -> None:
    question.locator(f"input[value='{best}']").check()


def _fill(question: Locator, best: Any) -> None:
    question.get_by_role("textbox").fill(best)


def _fill_gaps(question: Locator, best: Any) -> None:
    for field in question.locator("[data-part]").all():
        wanted = best[str(field.get_attribute("data-part"))]
        if field.evaluate("field => field.tagName") == "INPUT":
            field.fill(wanted)
        else:
            field.select_option(wanted)


def _check_groups(question: Locator, best: Any) -> None:
    for part, value in best.items():
        question.locator(f"input[name='answer-{part}'][value='{value}']").check()


def _point(question: Locator, best: Any) -> None:
    """On the picture itself: an area is the label of its box."""
    wanted = question.locator(f"input[value='{best[0]}']")
    question.locator(f"[data-spot='{wanted.get_attribute('data-number')}']").click()
    expect(wanted).to_be_checked()


def _say(question: Locator, best: Any) -> None:
    """Each choice sends the form and comes back to the question; a step back in between."""
    question.locator(f"[data-choice][value='{best[0]}']").click()
    question.locator("[data-back]").click()
    for choice in best:
        question.locator(f"[data-choice][value='{choice}']").click()
    expect(question.locator("[data-end]")).to_be_visible()


FILLED: dict[str, Callable[[Locator, Any], None]] = {
    "true_false": _check,
    "short_text": _fill,
    "calculated": _fill,
    "gap_fill": _fill_gaps,
    "likert": _check_groups,
    "categorise": _check_groups,
    "hotspot": _point,
    "branching": _say,
}
# Where nothing is right: some answer.
SOME = {"likert": {"s-1": "4", "s-2": "2"}}


def answer_of(item: AttemptItem) -> Any:
    return SOME.get(item.item_version.kind) or factories.right_answer(item)


@pytest.fixture
def attempt(home: HomePage, alice: User) -> Attempt:
    """Alice is asked one question of each kind, in the order of `KINDS`."""
    tree = module_tree(home, lessons=1)
    enrolled(alice, tree.module)
    items = factories.fixed(*[factories.item(kind) for kind in KINDS])
    page = factories.quiz_page(tree.page, items, shuffle_questions=False, shuffle_options=False)
    return start_attempt(alice, quiz=factories.quiz_of(page))


def best_of(item: AttemptItem) -> Any:
    """The best answer, as the server keeps it."""
    return item.item_version.kind_object.parse(item.content, answer_of(item))


def kept(attempt: Attempt) -> dict[str, Any]:
    """Kind → the answer that counts."""
    rows = Response.objects.filter(attempt_item__attempt=attempt).order_by("sequence")
    rows = rows.select_related("attempt_item__item_version")
    return {row.attempt_item.item_version.kind: row.value for row in rows}


def start(attempt: Attempt) -> str:
    return f"/en/tests/attempts/{attempt.uuid}/1/"


def test_every_kind_is_answered_by_keyboard_alone_on_the_smallest_screen(
    visit: Visit, alice: User, attempt: Attempt
) -> None:
    assert set(TYPED) == set(KINDS), "a new kind needs its keys here"
    page = visit(alice, size=NARROW).open(start(attempt))
    page.locator("quiz-player[ready]").wait_for()
    items = factories.items_of(attempt)
    for item in items:
        question = page.locator(f"[data-question='{item.position}']")
        TYPED[item.item_version.kind](page, question, answer_of(item))
        expect(page.locator("[data-slot]")).to_have_attribute("data-state", "saved")
        assert_accessible(page)
        press(page, question.locator(".question__actions .btn--primary"))
    page.wait_for_url("**/review/")
    assert kept(attempt) == {item.item_version.kind: best_of(item) for item in items}


def test_every_kind_is_answered_without_scripts(visit: Visit, alice: User, attempt: Attempt) -> None:
    assert set(FILLED) == set(KINDS), "a new kind needs its fields here"
    page = visit(alice, javascript=False).open(start(attempt))
    items = factories.items_of(attempt)
    for item in items:
        question = page.locator("[data-question]:visible")
        expect(question).to_have_attribute("data-question", str(item.position))
        FILLED[item.item_version.kind](question, answer_of(item))
        question.locator(".question__actions .btn--primary").click()
    page.wait_for_url("**/review/")
    assert kept(attempt) == {item.item_version.kind: best_of(item) for item in items}
    page.locator("[data-ask]").click()
    page.wait_for_url("**/submit/")
    page.locator("main .btn--primary").click()
    page.wait_for_url("**/result/")
    assert page.locator(".verdict--right").count() == len(items) - len(SOME)
    assert page.locator(".verdict--unscored").count() == len(SOME)
