"""The learner's journey by keyboard alone: Tab, Enter, space and arrows, with a focus that can be seen."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from assessments.models import Attempt, AttemptItem
from people.demo import DEMO_PASSWORD
from tests.browser.conftest import PHONE, Visitor
from tests.browser.starter import lessons, module, person, quiz, right_answer, url_of

pytestmark = pytest.mark.browser
Visit = Callable[..., Visitor]
FOCUSED = "element => element === document.activeElement"
SEEN = """
element => {
  const visible = (each) => {
    const style = getComputedStyle(each);
    return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== 'none';
  };
  const box = element.getBoundingClientRect();
  const label = element.closest('label');
  return box.bottom > 0 && box.top < innerHeight && (visible(element) || (label !== null && visible(label)));
}
"""


def tab_to(page: Page, target: Locator, *, limit: int = 120) -> None:
    """Presses Tab until the target has the focus, and checks that the focus can be seen."""
    target.wait_for()
    for _press in range(limit):
        if target.evaluate(FOCUSED):
            # A page that has just arrived may know its focused element before the browser gives it the focus.
            page.wait_for_function(SEEN, arg=target.element_handle())
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{target} cannot be reached with the Tab key")


def press(page: Page, target: Locator, key: str = "Enter") -> None:
    tab_to(page, target)
    page.keyboard.press(key)


def answer(  # noqa: C901, PLR0912 - one branch for each kind of question
    page: Page, question: Locator, item: AttemptItem
) -> None:
    value, kind = right_answer(item.item_version), item.item_version.kind
    if kind == "single_choice":
        wanted = question.locator(f"input[value='{value}']")
        if not question.locator("input[type=radio]").first.evaluate(FOCUSED):
            tab_to(page, question.locator("input[type=radio]").first)
        page.keyboard.press("Space")
        for _option in range(question.locator("input[type=radio]").count()):
            if wanted.is_checked():
                break
            page.keyboard.press("ArrowDown")
        expect(wanted).to_be_checked()
    elif kind == "multiple_choice":
        for box in question.locator("input[type=checkbox][data-answer]").all():
            if box.get_attribute("value") in value:
                press(page, box, "Space")
    elif kind == "numeric":
        tab_to(page, question.get_by_role("textbox"))
        page.keyboard.type(value)
    elif kind == "matching":
        for select in question.locator("select").all():
            tab_to(page, select)
            wanted_choice = value[str(select.get_attribute("data-part"))]
            for _option in range(select.locator("option").count()):
                if select.input_value() == wanted_choice:
                    break
                page.keyboard.press("ArrowDown")
            expect(select).to_have_value(wanted_choice)
    else:
        order(page, question, value)


def order(page: Page, question: Locator, keys: list[str]) -> None:
    """Moves each entry up to its place with its button; going back is Shift+Tab."""
    for place, key in enumerate(keys, 1):
        up = question.locator(f"[data-answer='{key}'] [data-move=up]")
        question.locator("[data-heading]").focus()  # as after Next: the question has the focus
        if int(question.locator(f"[data-answer='{key}'] [data-place]").inner_text()) > place:
            tab_to(page, up)
        while int(question.locator(f"[data-answer='{key}'] [data-place]").inner_text()) > place:
            page.keyboard.press("Enter")
            expect(up).to_be_focused()
    keep = question.locator("[data-keep]")
    if keep.is_visible():
        press(page, keep)


def test_from_the_log_in_to_the_result(visit: Visit, starter: None) -> None:
    page = visit(language="de-DE").open("/de/")
    tab_to(page, page.locator("input[name=login]"))
    page.keyboard.type("marketing@example.com")
    tab_to(page, page.locator("input[name=password]"))
    page.keyboard.type(DEMO_PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/login/" not in url)
    press(page, page.locator("a.skip"))
    expect(page.locator("main")).to_be_focused()
    press(page, page.locator(f"main a[href='{url_of(module('M01'), 'de')}']").first)
    page.wait_for_url(f"**{url_of(module('M01'), 'de')}")
    press(page, page.locator("main form .btn--primary").first)
    for lesson in lessons("M01"):
        page.wait_for_url(f"**{url_of(lesson, 'de')}")
        card = page.locator("details.reveal-card").first
        if card.count():
            press(page, card.locator("summary"))
            expect(card).to_have_attribute("open", "")
        press(page, page.locator(".lesson__nav form .btn--primary"))
    page.wait_for_url(f"**{url_of(quiz('M01'), 'de')}")
    press(page, page.locator("main form .btn--primary"))
    page.locator("quiz-player[ready]").wait_for()
    attempt = Attempt.objects.get(user=person("marketing"))
    for item in attempt.items.select_related("item_version").order_by("position"):
        question = page.locator(f"[data-question='{item.position}']")
        if item.position > 1:
            expect(question.locator("[data-heading]")).to_be_focused()
        answer(page, question, item)
        expect(page.locator("[data-slot]")).to_have_attribute("data-state", "saved")
        press(page, question.locator(".question__actions .btn--primary"))
    page.locator("quiz-review[ready]").wait_for()
    press(page, page.locator("[data-ask]"))
    expect(page.get_by_role("dialog")).to_be_visible()
    press(page, page.locator("dialog .btn--primary"))
    page.wait_for_url("**/result/")
    attempt.refresh_from_db()
    assert attempt.passed


def test_menu_and_outline_on_the_phone(visit: Visit, starter: None) -> None:
    page = visit(person("sales"), size=PHONE).open(url_of(lessons("M01")[0], "en"))
    drawer = page.locator("dp-outline details")
    expect(drawer).not_to_have_attribute("open", "")
    press(page, drawer.locator("summary"))
    expect(drawer).to_have_attribute("open", "")
    press(page, drawer.locator(f"a[href='{url_of(lessons('M01')[1], 'en')}']"))
    page.wait_for_url(f"**{url_of(lessons('M01')[1], 'en')}")
    menu = page.locator("details[data-menu]")
    press(page, menu.locator("summary"))
    expect(menu).to_have_attribute("open", "")
    page.keyboard.press("Escape")
    expect(menu).not_to_have_attribute("open", "")
    expect(menu.locator("summary")).to_be_focused()
