"""Notes in a lesson, for who hears the page while writing: what is news is said once, and nothing else."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from courses.models import CatalogueIndexPage, LearnerNote
from people.models import User
from tests.browser.conftest import Visitor, pause
from tests.courses import cms_factories as make
from tests.courses.factories import enrolled, module_tree

pytestmark = pytest.mark.browser
Visit = Callable[..., Visitor]
LISTEN = """
() => {
  window.said = [];
  const region = document.querySelector('[data-speaker]');
  const hear = () => region.textContent && window.said.push(region.textContent);
  new MutationObserver(hear).observe(region, {childList: true});
}
"""


@pytest.fixture
def note(visit: Visit, home: Any, alice: User) -> Page:
    """A lesson with one reflection, with a clock that the test moves."""
    tree = module_tree(home, lessons=1)
    enrolled(alice, tree.module)
    parent = CatalogueIndexPage.objects.get().get_children().get().specific
    lesson = make.lesson(parent, "Fragen", body=[make.block("reflection", {"prompt": "Was lief schief?", "hint": ""})])
    visitor = visit(alice)
    visitor.expect_errors("ERR_FAILED")
    visitor.page.clock.install()
    page = visitor.open(str(lesson.get_url()))
    page.locator("form.note--live").wait_for()
    pause(page)
    page.evaluate(LISTEN)
    return page


def write(page: Page, text: str) -> None:
    """Writes, and waits for the pause after which it is sent."""
    page.get_by_label("Was lief schief?").press_sequentially(text)
    page.clock.run_for(950)


def expect_state(page: Page, state: str) -> None:
    expect(page.locator(".note__status")).to_have_attribute("data-state", state)


def expect_said(page: Page, *words: str) -> None:
    """Nothing but this was said until now; the last of it may still be on its way."""
    page.wait_for_function("count => window.said.length >= count", arg=len(words))
    said = page.evaluate("window.said")
    assert [text.startswith(word) for text, word in zip(said, words, strict=True)] == [True] * len(words), said


def test_a_burst_of_writing_is_followed_by_one_saved(note: Page) -> None:
    for text in ("Zu ", "spät ", "gefragt."):
        write(note, text)
        expect_state(note, "saved")
        note.clock.run_for(1_000)  # thinking, and then going on
    note.clock.run_for(1_100)
    expect_said(note, "Gespeichert")
    assert LearnerNote.objects.get().text == "Zu spät gefragt."


def test_saving_is_said_when_it_takes_long(note: Page) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    note.route("**/learn/notes/**", hold)
    write(note, "Zu spät.")
    expect_state(note, "saving")
    note.clock.run_for(1_100)
    expect_said(note, "Speichert")
    while not held:
        note.wait_for_timeout(20)
    held.pop().continue_()
    expect_state(note, "saved")
    note.clock.run_for(2_100)
    expect_said(note, "Speichert", "Gespeichert")


def test_a_failure_is_said_at_once_and_not_at_each_new_try(note: Page) -> None:
    tries: list[str] = []

    def fail(route: Route) -> None:
        tries.append(route.request.url)
        route.abort()

    note.route("**/learn/notes/**", fail)
    write(note, "Zu spät.")
    expect_state(note, "failed")
    for count in (2, 3):
        note.clock.run_for(5_100)
        while len(tries) < count:
            note.wait_for_timeout(20)
        expect_state(note, "failed")
    note.unroute("**/learn/notes/**")
    note.clock.run_for(5_100)
    expect_state(note, "saved")
    note.clock.run_for(2_100)
    expect_said(note, "Noch nicht gespeichert", "Gespeichert")
