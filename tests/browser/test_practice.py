"""Practice in a real browser: by keyboard with hints, in two tabs, and without scripts."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from assessments.enums import Behaviour
from assessments.models import Attempt, Check
from assessments.services import check_answer, save_response, start_attempt
from courses.models import HomePage
from people.models import User
from tests.assessments import factories
from tests.browser.conftest import NARROW, WIDE, Visitor, assert_accessible
from tests.browser.test_keyboard import press
from tests.courses.factories import enrolled, module_tree

pytestmark = pytest.mark.browser
Visit = Callable[..., Visitor]


@pytest.fixture
def attempt(home: HomePage, alice: User) -> Attempt:
    tree = module_tree(home, lessons=1)
    enrolled(alice, tree.module)
    raws = {"single_choice": factories.choice_raw("+--"), "ordering": factories.ordering_raw(6)}
    items = [factories.item(kind, raw=raw | factories.hints()) for kind, raw in raws.items()]
    fields = {"shuffle_questions": False, "shuffle_options": False, "behaviour": Behaviour.PRACTICE}
    page = factories.quiz_page(tree.page, factories.fixed(*items), title="Silos", **fields)
    return start_attempt(alice, quiz=factories.quiz_of(page))


def address(attempt: Attempt, position: int = 1) -> str:
    return f"/en/tests/attempts/{attempt.uuid}/{position}/"


def test_a_wrong_try_brings_a_hint_and_the_next_one_is_right_by_keyboard(
    visit: Visit, alice: User, attempt: Attempt
) -> None:
    page = visit(alice, size=WIDE).open(address(attempt))
    page.locator("quiz-player[ready]").wait_for()
    question = page.locator("[data-question='1']")
    press(page, question.locator("[data-check]"))
    expect(page.locator("[data-trouble]")).to_be_visible()
    expect(page.locator("#q1-title")).to_be_focused()  # the button that was pressed has been replaced
    press(page, question.locator("input[value='o-1']"), "Space")
    page.keyboard.press("ArrowDown")
    press(page, question.locator("[data-check]"))
    told = page.locator("#q1-told")
    expect(told).to_be_focused()
    expect(told).to_contain_text("Look here 1")
    expect(page.locator("[data-speaker]")).to_have_text("Not right. 2 tries left")
    expect(page.locator("[data-trouble]")).to_be_hidden()
    assert_accessible(page)
    press(page, page.locator("[data-question='1'] input[value='o-2']"), "ArrowUp")
    press(page, page.locator("[data-question='1'] [data-check]"))
    expect(page.locator("#q1-told")).to_contain_text("Because")
    expect(page.locator("[data-question='1'] [data-check]")).to_have_count(0)
    assert_accessible(page)
    assert [check.score for check in Check.objects.order_by("number")] == [0, 1]
    press(page, page.locator("[data-question='1'] .question__actions button[value=next]"))
    expect(page.locator("#q2-title")).to_be_focused()
    # A kind with its own script works on after its question was replaced.
    page.locator("[data-question='2'] [data-move='down']").first.click()
    page.locator("[data-question='2'] [data-move='down']").nth(2).click()
    page.locator("[data-question='2'] [data-check]").click()
    expect(page.locator("#q2-told")).to_be_focused()
    page.locator("[data-question='2'] [data-move='up']").nth(1).click()
    expect(page.locator("[data-slot]")).to_have_attribute("data-state", "saved")


def test_what_another_device_has_finished_is_shown_and_not_lost(visit: Visit, alice: User, attempt: Attempt) -> None:
    visitor = visit(alice)
    visitor.expect_errors("400")
    page = visitor.open(address(attempt))
    page.locator("quiz-player[ready]").wait_for()
    save_response(alice, attempt=attempt, position=1, value="o-1", sequence=1)
    check_answer(alice, attempt=attempt, position=1)
    # Both at once: after the first answer comes back, the question is done and there is nothing left to choose.
    page.locator("[data-question='1']").evaluate(
        "question => ['o-2', 'o-3'].forEach(value => question.querySelector(`[value='${value}']`).click())"
    )
    expect(page.locator("[data-question='1'][data-done]")).to_be_visible()
    assert Check.objects.count() == 1


def test_practice_without_scripts(visit: Visit, alice: User, attempt: Attempt) -> None:
    page = visit(alice, javascript=False, size=NARROW).open(address(attempt))
    page.get_by_label("Option 2 (en)").check()
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.locator("#q1-told")).to_contain_text("Look here 1")
    page.get_by_label("Option 1 (en)").check()
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.locator("#q1-told")).to_contain_text("Right")
    page.wait_for_load_state()
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW[0]
    page.get_by_role("button", name="Next").click()
    expect(page.locator("#q2-title")).to_be_visible()


@pytest.fixture
def sequential(attempt: Attempt) -> Attempt:
    attempt.policy = {**attempt.policy, "navigation": "sequential"}
    attempt.save()
    return attempt


def test_practice_one_question_after_the_other(visit: Visit, alice: User, sequential: Attempt) -> None:
    """Each question is tried where it stands; once it is left nothing of it can be checked or changed, in any tab."""
    visitor = visit(alice, size=NARROW)
    visitor.expect_errors("400")
    page, other = visitor.open(address(sequential)), visitor.new_tab()
    other.goto(page.url)
    for tab in (page, other):
        tab.locator("quiz-player[ready]").wait_for()
        expect(tab.locator("[data-question]")).to_have_count(1)
    page.get_by_label("Option 2 (en)").check()
    page.locator("[data-check]").click()
    expect(page.locator("#q1-told")).to_contain_text("Look here 1")
    expect(page.locator("[data-question] button[value=back]")).to_have_count(0)
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW[0]
    page.get_by_label("Option 1 (en)").check()
    page.locator("[data-check]").click()
    expect(page.locator("#q1-told")).to_contain_text("Because")
    page.reload()
    page.locator("quiz-player[ready]").wait_for()
    expect(page.locator("#q1-told")).to_contain_text("Because")
    assert_accessible(page)
    page.locator(".question__actions button[value=next]").click()
    page.wait_for_url("**/2/")
    page.locator("quiz-player[ready]").wait_for()
    expect(page.locator("[data-question]")).to_have_count(1)
    expect(page.locator("[data-question='2']")).to_be_visible()
    # The tab that still shows the first question has not seen that it is finished and left.
    other.get_by_label("Option 3 (en)").check()
    expect(other.locator("[data-left]")).to_contain_text("You have left this question")
    other.locator("[data-check]").click()
    other.wait_for_url("**/2/")
    assert Check.objects.count() == 2
    page.locator("[data-move='down']").first.click()
    page.locator("[data-check]").click()
    expect(page.locator("#q2-told")).to_contain_text("Look here 1")
    page.locator(".question__actions button[value=review]").click()
    page.wait_for_url("**/review/")
    expect(page.locator(".review-list__item")).to_have_count(2)
    expect(page.locator(".review-list__item").first.get_by_role("link")).to_have_count(0)
    expect(page.locator(".review-list__item").last.get_by_role("link")).to_have_count(1)
    assert_accessible(page)
    page.locator("[data-ask]").click()
    page.locator("dialog .btn--primary").click()
    page.wait_for_url("**/result/")
    expect(page.locator(".verdict").first).to_contain_text("2 tries")
    assert Attempt.objects.get().reached == 2


def test_practice_one_after_the_other_without_scripts(visit: Visit, alice: User, sequential: Attempt) -> None:
    page = visit(alice, javascript=False, size=NARROW).open(address(sequential))
    page.get_by_label("Option 2 (en)").check()
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.locator("#q1-told")).to_contain_text("Look here 1")
    page.get_by_role("button", name="Next").click()
    page.wait_for_url("**/2/")
    page.goto(page.url.replace("/2/", "/1/"))
    page.wait_for_url("**/2/")
    expect(page.locator("#q1-told")).to_have_count(0)
    with page.expect_navigation():
        page.get_by_role("button", name="Check", exact=True).click()
    expect(page.locator("[data-question='2']")).to_be_visible()
