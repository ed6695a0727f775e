"""Certainty in a real browser: said by keyboard, saved as answers are, and read back where only its owner sees it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from assessments.models import Attempt, Response
from assessments.services import start_attempt
from courses.models import HomePage
from people.models import User
from tests.assessments import factories
from tests.browser.conftest import NARROW, PHONE, WIDE, Visitor, assert_accessible
from tests.browser.test_keyboard import press
from tests.courses.factories import enrolled, module_tree

pytestmark = pytest.mark.browser
Visit = Callable[..., Visitor]


@pytest.fixture
def attempt(home: HomePage, alice: User) -> Attempt:
    """Two questions that ask for it, and a scale that does not."""
    tree = module_tree(home, lessons=1)
    enrolled(alice, tree.module)
    items = [factories.item(kind) for kind in ("single_choice", "short_text", "likert")]
    fields = {"shuffle_questions": False, "shuffle_options": False, "asks_certainty": True}
    page = factories.quiz_page(tree.page, factories.fixed(*items), title="Silos", **fields)
    return start_attempt(alice, quiz=factories.quiz_of(page))


def address(attempt: Attempt, tail: str = "1/", language: str = "en") -> str:
    return f"/{language}/tests/attempts/{attempt.uuid}/{tail}"


def ready(page: Page) -> Page:
    page.locator("quiz-player[ready]").wait_for()
    return page


def state_is(page: Page, state: str) -> None:
    expect(page.locator("[data-slot]")).to_have_attribute("data-state", state)


def level(page: Page, value: str, position: int = 1) -> Locator:
    return page.locator(f"[data-question='{position}'] [data-certainty][value='{value}']")


def kept() -> list[tuple[object, int | None]]:
    return [(one.value, one.certainty) for one in Response.objects.order_by("attempt_item", "sequence")]


@pytest.mark.parametrize(
    ("size", "theme", "language"),
    [(NARROW, "dark", "de"), (NARROW, "light", "en"), (PHONE, "dark", "en"), (PHONE, "light", "de")],
)
def test_from_saying_it_to_reading_what_came_of_it_by_keyboard(
    visit: Visit, alice: User, attempt: Attempt, size: tuple[int, int], theme: str, language: str
) -> None:
    page = ready(visit(alice, size=size, theme=theme).open(address(attempt, language=language)))
    keyboard = page.keyboard
    press(page, page.locator("[data-question='1'] input[value='o-1']"), "Space")
    keyboard.press("Tab")
    expect(level(page, "")).to_be_focused()  # nothing is said unless somebody says it
    for _step in range(3):
        keyboard.press("ArrowDown")
    expect(level(page, "3")).to_be_checked()
    state_is(page, "saved")
    box = page.locator("[data-question='1'] .certainty__level").first.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    assert_accessible(page)
    keyboard.press("Enter")
    expect(page.locator("#q2-title")).to_be_focused()
    keyboard.press("Tab")
    keyboard.type("Silo")
    keyboard.press("Tab")
    keyboard.press("ArrowDown")
    expect(level(page, "1", 2)).to_be_checked()
    state_is(page, "saved")
    page.reload()
    ready(page)
    expect(level(page, "3")).to_be_checked()
    expect(level(page, "1", 2)).to_be_checked()
    assert page.locator("[data-question='3'] [data-certainty]").count() == 0
    page.goto(page.url.replace("/2/", "/review/"))
    page.locator("quiz-review[ready]").wait_for()
    press(page, page.locator("[data-ask]"))
    keyboard.press("Enter")
    page.wait_for_url("**/result/")
    rows = page.locator(".calibration tbody tr")
    expect(rows).to_have_count(3)
    expect(rows.nth(2)).to_contain_text("100 %")
    press(page, page.locator(".calibration summary"))
    expect(page.locator(".calibration__figures")).to_be_visible()
    assert_accessible(page)


def test_it_travels_like_an_answer(visit: Visit, alice: User, attempt: Attempt) -> None:
    """Between tabs, past another device, and over a time without network."""
    desk = visit(alice, size=WIDE)
    first = ready(desk.open(address(attempt)))
    second = desk.new_tab()
    second.goto(desk.base + address(attempt))
    ready(second)
    mobile = visit(alice, size=PHONE)
    phone = ready(mobile.open(address(attempt)))
    level(first, "2").check()
    state_is(first, "saved")
    expect(level(second, "2")).to_be_checked()
    level(phone, "3").check()
    state_is(phone, "stale")
    phone.get_by_role("button", name="Show it").click()
    expect(level(phone, "2")).to_be_checked()
    level(phone, "1").check()
    state_is(phone, "saved")
    assert kept() == [(None, 2), (None, 1)]
    mobile.expect_errors("ERR_INTERNET_DISCONNECTED")
    mobile.context.set_offline(True)
    level(phone, "").check()
    phone.locator("[data-question='1'] input[value='o-2']").check()
    state_is(phone, "offline")
    mobile.context.set_offline(False)
    state_is(phone, "saved")
    assert kept()[-1] == ("o-2", None)


def test_without_scripts(visit: Visit, alice: User, attempt: Attempt) -> None:
    page = visit(alice, javascript=False, size=NARROW).open(address(attempt))
    page.get_by_label("Option 1 (en)").check()
    level(page, "2").check()
    page.locator("[data-question='1'] .btn--primary").click()
    page.wait_for_url("**/2/")
    assert kept() == [("o-1", 2)]
    page.locator("[data-question='2'] .btn--back").click()
    page.wait_for_url("**/1/")
    expect(level(page, "2")).to_be_checked()
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW[0]
