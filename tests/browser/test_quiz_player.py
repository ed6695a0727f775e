"""The quiz player in a real browser: what is answered is never lost, and everybody can answer."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from assessments.models import Attempt, QuizPage, Response
from assessments.services import start_attempt
from courses.models import HomePage
from people.models import User
from tests.assessments import factories
from tests.browser.conftest import NARROW, PHONE, TIMEOUT, WIDE, Visitor, assert_accessible, pause
from tests.browser.test_keyboard import press
from tests.courses.factories import enrolled, module_tree

pytestmark = pytest.mark.browser
Visit = Callable[..., Visitor]


@pytest.fixture
def learner(home: HomePage, alice: User) -> User:
    return alice


@pytest.fixture
def page(home: HomePage, learner: User) -> QuizPage:
    """A test with every basic kind of question, whose learner is enrolled."""
    tree = module_tree(home, lessons=1)
    enrolled(learner, tree.module)
    items = [factories.item(kind, topic="Silos", topic_en="Silos", lesson=tree.lessons[0]) for kind in factories.BASIC]
    return factories.quiz_page(
        tree.page, factories.fixed(*items), shuffle_questions=False, shuffle_options=False, title="Silos"
    )


@pytest.fixture
def attempt(learner: User, page: QuizPage) -> Attempt:
    return start_attempt(learner, quiz=factories.quiz_of(page))


def path(attempt: Attempt, tail: str = "1/") -> str:
    return f"/en/tests/attempts/{attempt.uuid}/{tail}"


def ready(page: Page) -> Page:
    page.locator("quiz-player[ready]").wait_for()
    return page


def slot(page: Page) -> Any:
    return page.locator("[data-slot]")


def answers(attempt: Attempt) -> dict[int, Any]:
    rows = Response.objects.filter(attempt_item__attempt=attempt).order_by("sequence").select_related("attempt_item")
    return {row.attempt_item.position: row.value for row in rows}


def option(page: Page, number: int) -> Any:
    return page.get_by_label(f"Option {number} (en)").locator("visible=true")


def go_on(page: Page, position: int) -> None:
    """Presses Next and waits for the question with that position to have the focus."""
    page.locator("[data-question]:not([hidden]) .btn--primary").click()
    expect(page.locator(f"#q{position}-title")).to_be_focused()


def test_an_answer_is_on_the_server_within_a_second(visit: Visit, learner: User, attempt: Attempt) -> None:
    page = ready(visit(learner).open(path(attempt)))
    expect(slot(page)).to_have_attribute("data-state", "idle")
    page.evaluate(
        "addEventListener('click', () => { window.answered = performance.now(); }, { capture: true, once: true })"
    )
    with page.expect_response(lambda response: response.url.endswith("/save/")) as info:
        option(page, 2).check()
    assert info.value.ok
    # The browser lists a request when its answer has been read, which is later than the first byte of it.
    sent = page.wait_for_function(
        "performance.getEntriesByType('resource').findLast(entry => entry.name.endsWith('/save/'))?.startTime"
    )
    assert 0 <= sent.json_value() - page.evaluate("window.answered") < 1000
    expect(slot(page)).to_contain_text(re.compile(r"Saved \d\d:\d\d"))
    assert answers(attempt) == {1: "o-2"}
    go_on(page, 2)
    go_on(page, 3)
    assert page.url.endswith("/3/")
    page.get_by_label("Your result").fill("2.500")
    expect(page.locator("[data-question='3'] [data-understood]")).to_have_text("Understood as 2.5 € or 2,500 €")
    assert answers(attempt) == {1: "o-2", 3: "2.500"}
    expect(page.get_by_role("button", name="Question 3, answered")).to_have_attribute("aria-current", "step")


def test_an_answer_that_is_given_before_the_script_runs_is_saved(visit: Visit, learner: User, attempt: Attempt) -> None:
    """Whoever is quicker than a slow network would see a chosen answer that nobody has."""
    visitor = visit(learner)
    held: list[Any] = []

    def hold(route: Any) -> None:  # Playwright cannot wrap a method of a list
        held.append(route)

    visitor.page.route("**/quiz-player.js", hold)
    visitor.page.goto(visitor.base + path(attempt), wait_until="commit")
    option(visitor.page, 2).check()
    while not held:
        visitor.page.wait_for_timeout(20)
    held.pop().continue_()
    expect(slot(ready(visitor.page))).to_have_attribute("data-state", "saved")
    assert answers(attempt) == {1: "o-2"}


def test_saved_is_not_said_of_what_is_still_being_written(visit: Visit, learner: User, attempt: Attempt) -> None:
    """The answer to the first digits comes back while the next ones are typed, which nobody has yet."""
    visitor = visit(learner)
    visitor.page.clock.install()
    page = ready(visitor.open(path(attempt)))
    go_on(page, 2)
    go_on(page, 3)
    pause(page)
    held: list[Any] = []

    def hold_the_first(route: Any) -> None:
        if held:
            route.continue_()
        else:
            held.append(route)

    page.route("**/save/", hold_the_first)
    field = page.get_by_label("Your result")
    field.fill("2")
    with page.expect_request("**/save/"):
        page.clock.run_for(1_000)
    field.fill("2.5")
    held[0].continue_()
    expect(page.locator("[data-question='3'] [data-understood]")).to_contain_text("Understood as 2")
    expect(slot(page)).to_have_attribute("data-state", "saving")
    assert answers(attempt) == {3: "2"}
    page.clock.run_for(1_000)
    expect(slot(page)).to_have_attribute("data-state", "saved")
    assert answers(attempt) == {3: "2.5"}


def test_offline_answers_survive_a_reload_and_are_sent_later(visit: Visit, learner: User, attempt: Attempt) -> None:
    visitor = visit(learner)
    visitor.expect_errors("ERR_INTERNET_DISCONNECTED", "chrome-error")
    page = ready(visitor.open(path(attempt)))
    visitor.context.set_offline(True)
    option(page, 3).check()
    expect(slot(page)).to_contain_text("Offline, kept on this device")
    expect(page.locator("[data-offline]")).to_be_visible()
    go_on(page, 2)  # the questions are reachable without a network
    option(page, 1).check()
    page.locator("[data-question='2'] .flag input").check()
    page.locator("[data-question='2'] .btn--back").click()
    expect(page.locator("#q1-title")).to_be_focused()
    page.get_by_role("navigation", name="Overview").get_by_role("button", name="Check and submit").click()
    expect(page.locator("[data-not-yet]")).to_be_visible()
    expect(page.locator("[data-speaker]")).to_be_empty()  # the note is read aloud as it appears, and once
    assert answers(attempt) == {}
    page.goto("about:blank")  # the tab is closed, the device is still without a network
    visitor.context.set_offline(False)
    page = ready(visitor.open(path(attempt)))
    expect(option(page, 3)).to_be_checked()
    expect(slot(page)).to_have_attribute("data-state", "saved")
    assert answers(attempt) == {1: "o-3", 2: ["o-1"]}
    assert attempt.items.get(position=2).flagged
    assert page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('doppelpass:answers:')).length") == 0


def test_back_on_the_network_everything_is_sent_without_a_click(visit: Visit, learner: User, attempt: Attempt) -> None:
    visitor = visit(learner)
    visitor.expect_errors("ERR_INTERNET_DISCONNECTED")
    page = ready(visitor.open(path(attempt)))
    visitor.context.set_offline(True)
    option(page, 1).check()
    option(page, 2).check()
    expect(slot(page)).to_have_attribute("data-state", "offline")
    visitor.context.set_offline(False)
    expect(slot(page)).to_have_attribute("data-state", "saved")
    expect(page.locator("[data-offline]")).to_be_hidden()
    assert answers(attempt) == {1: "o-2"}


def test_two_tabs_show_one_answer_and_another_device_is_told(visit: Visit, learner: User, attempt: Attempt) -> None:
    desk = visit(learner)
    first = ready(desk.open(path(attempt)))
    second = desk.new_tab()
    second.goto(desk.base + path(attempt))
    ready(second)
    phone = ready(visit(learner, size=PHONE).open(path(attempt)))
    option(first, 2).check()
    expect(slot(first)).to_have_attribute("data-state", "saved")
    expect(option(second, 2)).to_be_checked()
    expect(slot(second)).to_have_attribute("data-state", "other")
    expect(slot(second)).to_contain_text("Taken over from another tab")
    option(second, 1).check()
    expect(slot(second)).to_have_attribute("data-state", "saved")
    expect(option(first, 1)).to_be_checked()
    option(phone, 3).check()  # does not know of the two answers
    expect(slot(phone)).to_contain_text("A newer answer was given elsewhere")
    assert answers(attempt) == {1: "o-1"}
    slot(phone).get_by_role("button", name="Show it").click()
    expect(option(phone, 1)).to_be_checked()
    expect(slot(phone)).to_have_attribute("data-state", "saved")
    option(phone, 2).check()
    expect(slot(phone)).to_have_attribute("data-state", "saved")
    assert answers(attempt) == {1: "o-2"}, "whoever has seen the newer answer may change it"


def test_the_own_answer_can_be_kept_over_a_newer_one(visit: Visit, learner: User, attempt: Attempt) -> None:
    desk, phone = (ready(visit(learner).open(path(attempt))) for _device in range(2))
    option(desk, 2).check()
    expect(slot(desk)).to_have_attribute("data-state", "saved")
    option(phone, 3).check()
    expect(slot(phone)).to_have_attribute("data-state", "stale")
    phone.get_by_role("button", name="Next").last.click()
    expect(slot(phone)).to_have_attribute("data-state", "stale")
    slot(phone).get_by_role("button", name="Keep mine").click()
    expect(slot(phone)).to_have_attribute("data-state", "saved")
    assert answers(attempt) == {1: "o-3"}
    option(desk, 1).check()  # and now the other one does not know
    expect(slot(desk)).to_have_attribute("data-state", "stale")
    option(desk, 2).check()  # answering again is a choice as well
    expect(slot(desk)).to_have_attribute("data-state", "saved")
    assert answers(attempt) == {1: "o-2"}


def test_an_entry_that_another_tab_is_about_to_remove_does_not_mislead(
    visit: Visit, learner: User, attempt: Attempt
) -> None:
    """Storage is shared between tabs and lags: the slot must speak of the answer that this tab shows."""
    page = ready(visit(learner).open(path(attempt)))
    page.evaluate(
        """([owner, attempt]) => {
          const entry = {kind: "answer", position: 1, value: "o-2", sequence: 1, tab: "elsewhere", at: Date.now()};
          localStorage.setItem(`doppelpass:answers:${owner}:${attempt}:answer:1`, JSON.stringify(entry));
          new BroadcastChannel(`doppelpass:${owner}:${attempt}`).postMessage(entry);
        }""",
        page.locator("quiz-player").evaluate("player => [player.dataset.owner, player.dataset.attempt]"),
    )
    expect(option(page, 2)).to_be_checked()
    expect(slot(page)).to_have_attribute("data-state", "other")
    option(page, 1).check()
    expect(slot(page)).to_have_attribute("data-state", "saved")
    assert answers(attempt) == {1: "o-1"}


def test_a_session_that_ends_in_mid_quiz_loses_nothing(visit: Visit, learner: User, attempt: Attempt) -> None:
    visitor = visit(learner)
    visitor.expect_errors("401")
    page = ready(visitor.open(path(attempt)))
    visitor.logout()
    option(page, 2).check()
    expect(slot(page)).to_contain_text("Log in again; your answers are kept on this device")
    link = slot(page).get_by_role("link")
    assert "next=" in (link.get_attribute("href") or "")
    assert path(attempt) in (link.get_attribute("href") or "").replace("%2F", "/")
    assert answers(attempt) == {}
    visitor.login(learner)
    page = ready(visitor.open(path(attempt)))
    expect(option(page, 2)).to_be_checked()
    expect(slot(page)).to_have_attribute("data-state", "saved")
    assert answers(attempt) == {1: "o-2"}


def test_the_servers_clock_ends_the_attempt(visit: Visit, learner: User, attempt: Attempt) -> None:
    Attempt.objects.filter(pk=attempt.pk).update(
        deadline_at=timezone.now() + timedelta(seconds=90), closes_at=timezone.now() + timedelta(seconds=120)
    )
    visitor = visit(learner)
    visitor.expect_errors("410", "409")
    visitor.page.clock.install()
    page = ready(visitor.open(path(attempt)))
    option(page, 1).check()
    expect(slot(page)).to_have_attribute("data-state", "saved")
    page.clock.run_for(35_000)
    expect(page.locator("[data-speaker]")).to_have_text("One minute left")
    # The page's clock runs ahead: the server gives more time, and the page takes it.
    page.clock.run_for(70_000)
    expect(page.locator("[data-clock]")).to_have_text(re.compile(r"^(1:[0-2]|0:[1-5])\d"))
    assert Attempt.objects.get().is_open
    Attempt.objects.filter(pk=attempt.pk).update(deadline_at=timezone.now() - timedelta(seconds=1))
    page.clock.run_for(100_000)
    page.wait_for_url("**/result/")
    assert not Attempt.objects.get().is_open
    expect(page.get_by_role("heading", level=1)).to_contain_text("Not yet")


def test_the_clock_runs_on_over_the_list_before_submitting(visit: Visit, learner: User, attempt: Attempt) -> None:
    """Whoever reads through the list must not think that there is more time than there is."""
    Attempt.objects.filter(pk=attempt.pk).update(
        deadline_at=timezone.now() + timedelta(minutes=6), closes_at=timezone.now() + timedelta(minutes=7)
    )
    visitor = visit(learner)
    visitor.expect_errors("410")
    visitor.page.clock.install()
    page = visitor.open(path(attempt, "review/"))
    page.locator("quiz-review[ready]").wait_for()
    pause(page)
    outside, inside = page.locator("quiz-review > [data-speaker]"), page.locator("dialog > [data-speaker]")
    expect(page.locator("[data-timer]")).not_to_have_attribute("data-short", "")
    page.clock.run_for(70_000)
    expect(page.locator("[data-clock]")).to_have_text(re.compile(r"^4:[0-5]\d$"))
    expect(outside).to_have_text("5 minutes left")
    page.clock.run_for(60_000)
    expect(page.locator("[data-clock]")).to_have_text(re.compile(r"^3:[0-5]\d$"))
    expect(outside).to_have_text("5 minutes left")  # not every second
    page.locator("[data-ask]").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.clock.run_for(3 * 60_000)
    expect(inside).to_have_text("One minute left")  # outside of an open dialog nothing is read aloud
    Attempt.objects.filter(pk=attempt.pk).update(deadline_at=timezone.now() - timedelta(seconds=1))
    page.clock.run_for(100_000)
    page.wait_for_url("**/result/")
    assert not Attempt.objects.get().is_open


def test_time_to_hand_in_leads_to_handing_in(visit: Visit, learner: User, page: QuizPage) -> None:
    """Nothing is submitted by itself, the last answer is kept, and what is left to do is said."""
    page.time_limit_minutes, page.overdue = 20, "grace"
    page.save()
    attempt = start_attempt(learner, quiz=factories.quiz_of(page))
    visitor = visit(learner)
    visitor.expect_errors("410")
    visitor.page.clock.install()
    tab = ready(visitor.open(path(attempt)))
    option(tab, 2).check()
    expect(slot(tab)).to_have_attribute("data-state", "saved")
    Attempt.objects.filter(pk=attempt.pk).update(deadline_at=timezone.now() - timedelta(seconds=1))
    tab.clock.run_for(21 * 60_000)
    tab.wait_for_url("**/review/")
    expect(tab.get_by_text("The time is up, your answers are kept.")).to_be_visible()
    expect(tab.get_by_role("link", name="Change")).to_have_count(0)
    assert Attempt.objects.get().is_open
    assert answers(attempt) == {1: "o-2"}
    assert_accessible(tab)
    tab.locator("[data-ask]").click()
    tab.locator("dialog .btn--primary").click()
    tab.wait_for_url("**/result/")


def test_one_question_after_the_other(visit: Visit, learner: User, page: QuizPage) -> None:
    page.navigation = "sequential"
    page.save()
    attempt = start_attempt(learner, quiz=factories.quiz_of(page))
    visitor = visit(learner, size=NARROW)
    visitor.expect_errors("400")
    tab, other = visitor.open(path(attempt)), visitor.new_tab()
    other.goto(tab.url)
    ready(tab)
    ready(other)
    assert_accessible(tab)
    option(tab, 2).check()
    # In one step: the second click of a slow double click would meet the next question's button.
    tab.locator("[data-question] .btn--primary").evaluate("button => { button.click(); button.click(); }")
    tab.wait_for_url("**/2/")
    ready(tab)
    expect(tab.locator("[data-question]")).to_have_count(1)
    assert answers(attempt) == {1: "o-2"}
    option(other, 3).check()
    expect(other.locator("[data-left]")).to_contain_text("You have left this question")
    other.locator("[data-left] a").click()
    other.wait_for_url("**/2/")
    assert answers(attempt) == {1: "o-2"}, "what was left stays as it was"
    tab.go_back()
    tab.wait_for_url("**/2/")


def test_a_whole_test_by_keyboard_alone(visit: Visit, learner: User, page: QuizPage) -> None:
    """From the start card to the result: Tab, arrows, space and Enter."""
    tab = visit(learner).open(str(page.url).replace("/de/", "/de/"))
    press(tab, tab.locator("form button.btn--primary"))
    tab.wait_for_url("**/1/")
    ready(tab)
    attempt = Attempt.objects.get()
    keyboard = tab.keyboard
    first = tab.locator("[data-question='1'] input[type=radio]").first
    press(tab, first, "Space")
    expect(first).to_be_checked()
    keyboard.press("Enter")  # presses the form's first button, which is Next
    expect(tab.locator("#q2-title")).to_be_focused()
    for _box in range(2):
        keyboard.press("Tab")
        keyboard.press("Space")
    keyboard.press("Enter")
    expect(tab.locator("#q3-title")).to_be_focused()
    keyboard.press("Tab")
    keyboard.type("2.500")
    keyboard.press("Enter")
    expect(tab.locator("#q4-title")).to_be_focused()
    right = factories.right_answer(attempt.items.select_related("item_version").get(position=4))
    for select in tab.locator("[data-question='4'] select").all():
        select.focus()
        texts = select.locator("option").evaluate_all("options => options.map(option => option.value)")
        for _step in range(texts.index(right[select.get_attribute("data-part")])):
            keyboard.press("ArrowDown")
    tab.locator("[data-question='4'] .btn--primary").focus()
    keyboard.press("Enter")
    expect(tab.locator("#q5-title")).to_be_focused()
    for place, key in enumerate(["e-1", "e-2", "e-3", "e-4"]):
        up = tab.locator(f"[data-question='5'] [data-answer='{key}'] [data-move=up]")
        up.focus()
        while int(tab.locator(f"[data-question='5'] [data-answer='{key}'] [data-place]").inner_text()) > place + 1:
            keyboard.press("Enter")
            expect(up).to_be_focused()
    tab.locator("[data-question='5'] .btn--primary").focus()
    keyboard.press("Enter")
    tab.wait_for_url("**/review/")
    tab.locator("quiz-review[ready]").wait_for()
    tab.locator("[data-ask]").focus()
    keyboard.press("Enter")
    expect(tab.get_by_role("dialog")).to_be_visible()
    keyboard.press("Enter")  # the dialog has put the focus on its first button
    tab.wait_for_url("**/result/")
    attempt.refresh_from_db()
    assert attempt.passed, answers(attempt)
    tab.go_back()
    tab.wait_for_url("**/result/", timeout=TIMEOUT)


def test_a_whole_test_without_scripts(visit: Visit, learner: User, page: QuizPage) -> None:
    visitor = visit(learner, javascript=False)
    tab = visitor.open(str(page.url))
    tab.locator("form button.btn--primary").click()
    tab.wait_for_url("**/1/")
    expect(tab.locator("[data-question]:visible")).to_have_count(1)
    visible = tab.locator("[data-question]:visible")
    visible.locator("input[type=radio]").first.check()
    visible.locator(".btn--primary").click()
    tab.wait_for_url("**/2/")
    visible.locator("input[type=checkbox]").first.check()
    tab.locator(".place").nth(4).click()  # jumping saves too
    tab.wait_for_url("**/5/")
    last = visible.locator("[data-answer]").last.get_attribute("data-answer")
    visible.locator("[data-answer]").last.locator("[data-move=up]").click()
    expect(visible.locator("[data-answer]").nth(2)).to_have_attribute("data-answer", str(last))
    visible.locator(".btn--primary").click()
    tab.wait_for_url("**/review/")
    tab.locator("[data-ask]").click()
    tab.wait_for_url("**/submit/")
    tab.locator("main .btn--primary").click()
    tab.wait_for_url("**/result/")
    attempt = Attempt.objects.get()
    assert not attempt.is_open
    assert set(answers(attempt)) == {1, 2, 5}


@pytest.mark.parametrize(("size", "theme"), [(WIDE, "light"), (NARROW, "dark")])
@pytest.mark.parametrize("language", ["de", "en"])
def test_every_screen_is_accessible(
    visit: Visit, learner: User, page: QuizPage, attempt: Attempt, size: tuple[int, int], theme: str, language: str
) -> None:
    def at(tail: str) -> str:
        return path(attempt, tail).replace("/en/", f"/{language}/")

    visitor = visit(learner, size=size, theme=theme)
    assert_accessible(visitor.open(str(page.url)))
    tab = ready(visitor.open(at("1/")))
    for position in range(1, 6):
        assert_accessible(tab)
        if position < 5:
            go_on(tab, position + 1)
    tab = visitor.open(at("review/"))
    assert_accessible(tab)
    tab.locator("[data-ask]").click()
    expect(tab.get_by_role("dialog")).to_be_visible()
    assert_accessible(tab)
    tab.locator("dialog .btn--primary").click()
    tab.wait_for_url("**/result/")
    assert_accessible(tab)


@pytest.mark.parametrize("javascript", [True, False])
def test_a_knowledge_check_gives_its_feedback_in_the_lesson(
    visit: Visit, home: HomePage, learner: User, javascript: bool
) -> None:
    item = factories.item()
    tree = module_tree(home, lessons=1)
    enrolled(learner, tree.module)
    lesson = tree.lesson_pages[0]
    lesson.body = [("knowledge_check", {"item": item})]
    lesson.save_revision().publish()
    tab = visit(learner, javascript=javascript).open(str(lesson.url))
    tab.get_by_label("Option 2 (de)").check()
    tab.locator("knowledge-check button[data-check]").click()
    feedback = tab.locator("knowledge-check [data-feedback]")
    expect(feedback).to_contain_text("Feedback 2 (de)")
    if javascript:
        assert tab.url.endswith(str(lesson.url)), "the learner stays in the lesson"
        expect(feedback).to_be_focused()  # so that a screen reader begins to read it
        assert_accessible(tab)
        tab.locator("knowledge-check button[data-check]").click()
        expect(tab.get_by_label("Option 2 (de)")).not_to_be_checked()


def test_a_knowledge_check_keeps_the_focus_and_says_what_happens(visit: Visit, home: HomePage, learner: User) -> None:
    """Who does not see the page stays where they were, and hears what a press has done."""
    choice, ordering = factories.item(), factories.item("ordering")
    tree = module_tree(home, lessons=1)
    enrolled(learner, tree.module)
    lesson = tree.lesson_pages[0]
    lesson.body = [("knowledge_check", {"item": choice}), ("knowledge_check", {"item": ordering})]
    lesson.save_revision().publish()
    visitor = visit(learner)
    visitor.expect_errors("ERR_INTERNET_DISCONNECTED")
    tab = visitor.open(str(lesson.url))
    tab.wait_for_load_state("networkidle")  # each kind's script comes by itself
    first, second = tab.locator("knowledge-check").all()
    first.locator("[data-check]").click()
    trouble = first.locator("[data-said]")
    expect(trouble).to_be_focused()
    expect(first.locator("fieldset")).to_have_attribute("aria-describedby", str(trouble.get_attribute("id")))
    first.get_by_label("Option 2 (de)").check()
    first.locator("[data-check]").click()
    expect(first.locator("[data-feedback]")).to_be_focused()
    first.locator("[data-check]").click()
    expect(first.locator("legend")).to_be_focused()
    visitor.context.set_offline(True)
    first.get_by_label("Option 2 (de)").check()
    first.locator("[data-check]").click()
    expect(first.locator("[data-speaker]")).to_contain_text("offline")
    expect(first.locator("[data-check]")).to_be_focused()
    visitor.context.set_offline(False)
    first.locator("[data-check]").click()
    expect(first.locator("[data-feedback]")).to_be_focused()
    second.locator("[data-keep]").click()
    expect(second.locator("[data-move=down]").last).to_be_focused()
    expect(second.locator("[data-speaker]")).not_to_be_empty()
    second.locator("[data-move=up]").last.click()
    expect(second.locator("[data-speaker]")).to_contain_text("Step")
