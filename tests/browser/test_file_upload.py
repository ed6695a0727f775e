"""A file as an answer in a real browser: by keyboard, without a network for a while, and without scripts."""

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from playwright.sync_api import FileChooser, FilePayload, Locator, Page, Route, expect
from playwright.sync_api import TimeoutError as NoDialogue

from assessments.enums import SaveStatus
from assessments.models import Attempt, Response
from assessments.services import save_upload, start_attempt
from courses.models import HomePage
from people.models import User
from tests.assessments import factories
from tests.browser.conftest import NARROW, Visitor, assert_accessible
from tests.browser.test_keyboard import press, tab_to
from tests.courses.factories import enrolled, module_tree

pytestmark = pytest.mark.browser
Visit = Callable[..., Visitor]
SOUND: FilePayload = {"name": "pitch.mp3", "mimeType": "audio/mpeg", "buffer": b"ID3\x04" + b"\0" * 4000}
OTHER: FilePayload = {"name": "plan.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n" + b"x" * 400}
PICTURE: FilePayload = {"name": "photo.mp3", "mimeType": "audio/mpeg", "buffer": b"\x89PNG\r\n\x1a\n" + b"\0" * 40}


@pytest.fixture
def attempt(home: HomePage, alice: User) -> Attempt:
    tree = module_tree(home, lessons=1)
    enrolled(alice, tree.module)
    items = factories.fixed(factories.item("file_upload"), factories.item("single_choice"))
    page = factories.quiz_page(tree.page, items, shuffle_questions=False)
    return start_attempt(alice, quiz=factories.quiz_of(page))


def start(attempt: Attempt) -> str:
    return f"/en/tests/attempts/{attempt.uuid}/1/"


def newest() -> str:
    row = Response.objects.order_by("sequence").last()
    return str(row.value["name"]) if row and row.value else ""


def choose(page: Page, file: FilePayload) -> None:
    """The keyboard opens the system's own dialogue."""
    field = page.locator("input[type=file]")
    try:
        dialogue = _opened(page, field, timeout=8_000)
    except NoDialogue:  # on a busy machine the first key after loading may open none; people press again
        dialogue = _opened(page, field, timeout=30_000)
    dialogue.set_files(file)


def _opened(page: Page, field: Locator, *, timeout: float) -> FileChooser:
    tab_to(page, field)
    with page.expect_file_chooser(timeout=timeout) as chooser:
        page.keyboard.press("Space")
    return chooser.value


def test_a_file_is_handed_in_by_keyboard_and_survives_a_reload(visit: Visit, alice: User, attempt: Attempt) -> None:
    visitor = visit(alice, size=NARROW)
    visitor.expect_errors("400 .Bad Request")
    page = visitor.open(start(attempt))
    page.locator("quiz-player[ready]").wait_for()
    choose(page, PICTURE)
    expect(page.locator("[data-status]")).to_contain_text("not a file of the sort")
    expect(page.locator("[data-status]")).to_have_attribute("data-state", "failed")  # looks unlike "saved"
    choose(page, SOUND)
    expect(page.locator("[data-kept]")).to_contain_text("pitch.mp3")
    expect(page.locator("[data-slot]")).to_have_attribute("data-state", "saved")
    assert newest() == "pitch.mp3"
    expect(page.locator("[data-status]")).to_have_attribute("data-state", "saved")
    expect(page.locator("[data-speaker]")).to_be_empty()  # the status says it, and says it once
    assert_accessible(page)
    page.reload()
    page.locator("quiz-player[ready]").wait_for()
    expect(page.locator("[data-kept]")).to_contain_text("pitch.mp3")
    choose(page, OTHER)
    expect(page.locator("[data-kept]")).to_contain_text("plan.pdf")
    press(page, page.locator("[data-clear]:visible"))
    expect(page.locator("[data-kept]")).to_be_hidden()
    expect(page.locator("[data-slot]")).to_have_attribute("data-state", "saved")
    assert newest() == ""
    choose(page, OTHER)
    expect(page.locator("[data-kept]")).to_contain_text("plan.pdf")
    press(page, page.locator(".question__actions .btn--primary:visible"))
    expect(page.locator("[data-question='2']")).to_be_visible()
    assert newest() == "plan.pdf"


def test_without_a_network_the_file_waits_and_is_sent(visit: Visit, alice: User, attempt: Attempt) -> None:
    visitor = visit(alice)
    visitor.expect_errors("ERR_INTERNET_DISCONNECTED")
    page = visitor.open(start(attempt))
    page.locator("quiz-player[ready]").wait_for()
    page.context.set_offline(True)
    page.locator("input[type=file]").set_input_files(SOUND)
    expect(page.locator("[data-status]")).to_contain_text("Stay on this page")
    page.context.set_offline(False)
    expect(page.locator("[data-kept]")).to_contain_text("pitch.mp3")
    assert newest() == "pitch.mp3"


SLOW = """
() => {
  window.told = [];
  const status = document.querySelector("[data-status]");
  new MutationObserver((records) => {
    for (const { addedNodes } of records) for (const node of addedNodes) window.told.push(node.textContent);
  }).observe(status, { childList: true });
  const { send } = XMLHttpRequest.prototype;
  XMLHttpRequest.prototype.send = function (...given) {
    for (let loaded = 0; loaded <= 100; loaded += 1) {
      this.upload.dispatchEvent(new ProgressEvent("progress", { lengthComputable: true, loaded, total: 100 }));
    }
    send.apply(this, given);
  };
}
"""


def test_a_long_upload_does_not_read_each_percent_aloud(visit: Visit, alice: User, attempt: Attempt) -> None:
    page = visit(alice).open(start(attempt))
    page.locator("quiz-player[ready]").wait_for()
    page.evaluate(SLOW)
    page.locator("input[type=file]").set_input_files(SOUND)
    expect(page.locator("[data-status]")).to_contain_text("uploaded and saved")
    told = page.evaluate("window.told")
    assert [words for words in told if "50" in words]
    assert len(told) <= 7, told


def test_another_choice_during_an_upload_is_no_other_tab(visit: Visit, alice: User, attempt: Attempt) -> None:
    """The server had the first file already when it was given up; its answer was not there yet."""
    page = visit(alice).open(start(attempt))
    page.locator("quiz-player[ready]").wait_for()
    held: list[Route] = []

    def hold(route: Route) -> None:
        if held:
            route.continue_()
        else:
            held.append(route)

    page.route("**/file/", hold)
    with page.expect_request("**/file/"):
        page.locator("input[type=file]").set_input_files(SOUND)
    first = SimpleUploadedFile(SOUND["name"], SOUND["buffer"])
    assert save_upload(alice, attempt=attempt.uuid, position=1, file=first).status is SaveStatus.SAVED
    page.locator("input[type=file]").set_input_files(OTHER)
    expect(page.locator("[data-kept]")).to_contain_text("plan.pdf")
    expect(page.locator("[data-status]")).not_to_contain_text("another tab")
    assert newest() == "plan.pdf"
    assert Response.objects.count() == 2


def test_a_file_is_handed_in_without_scripts(visit: Visit, alice: User, attempt: Attempt) -> None:
    page = visit(alice, javascript=False).open(start(attempt))
    question = page.locator("[data-question]:visible")
    question.locator("input[type=file]").set_input_files(SOUND)
    question.locator(".question__actions .btn--primary").click()
    page.wait_for_url("**/2/")
    assert newest() == "pitch.mp3"
    page.goto(page.url.replace("/2/", "/1/"))
    expect(page.locator("[data-kept]:visible")).to_contain_text("pitch.mp3")
    page.locator("[data-question]:visible [data-clear]").click()
    expect(page.locator("[data-question='1'] [data-kept]")).to_be_hidden()
    assert newest() == ""
