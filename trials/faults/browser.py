"""A real browser without a network, reloaded, closed and logged out, against the production settings over TLS."""

import json
import os
import shutil
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from playwright.sync_api import BrowserContext, Error, Page, Response, expect, sync_playwright

from trials.faults.journal import Journal
from trials.faults.learners import StubbornLearner, uuid_of
from trials.faults.site import PASSWORD, Site, Trial
from trials.stack import TrialError

WAIT = 60_000  # milliseconds


def offline_browser(site: Site) -> Trial:
    """Answers given offline, before a reload, in a tab that is closed, and after the session has ended are stored."""
    learners = site.learners("browser", 1 if site.quick else 3)
    with site.stack.tls_web() as base, _chromium() as context:
        back_at = [_one_evening(site, learner, context, base) for learner in learners]
    return Trial(4 * len(learners), back_at[-1])


@contextmanager
def _chromium() -> Iterator[BrowserContext]:
    binary = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if binary is None:
        raise TrialError("no Chromium found: apt-get install chromium, or name one in CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=binary, args=["--no-sandbox", "--disable-dev-shm-usage"])
        context = browser.new_context(ignore_https_errors=True, locale="de-DE")
        context.set_default_timeout(WAIT)
        yield context
        browser.close()


def _one_evening(site: Site, learner: StubbornLearner, context: BrowserContext, base: str) -> float:
    """One learner's misfortunes in a row; returns when the last of them, the log-out, was over."""
    context.clear_cookies()
    session = {"name": "__Host-session", "value": learner.cookies["__Host-session"], "url": base, "secure": True}
    context.add_cookies([session])  # type: ignore[list-item]  # Playwright's TypedDict, all keys optional
    attempt = learner.begin()
    given = _Given(site.journal, uuid_of(attempt))

    page = _open(site, context, base + attempt)  # nothing is wrong yet
    given.answer(page)
    _saved(page)

    context.set_offline(True)
    _next(page)
    given.answer(page)
    expect(page.locator("[data-slot]")).to_have_attribute("data-state", "offline", timeout=WAIT)
    page.goto("about:blank")  # a reload without a network would end nowhere
    page.close()
    context.set_offline(False)
    page = _open(site, context, base + attempt)
    # By this tab; or by the one before, as it went: Chromium lets a page that is left have its last words.
    _nothing_waits(page)

    given.answer(page)
    page.reload()
    page.locator("quiz-player[ready]").wait_for()

    _next(page)
    given.answer(page)
    page.close()  # at once: the answer is on its way, or on the device
    page = _open(site, context, base + attempt)

    context.clear_cookies(name="__Host-session")
    given.answer(page)
    expect(page.locator("[data-slot]")).to_have_attribute("data-state", "login", timeout=WAIT)
    page.goto(f"{base}/de/accounts/login/")
    page.locator("input[name=login]").fill(learner.email)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url(lambda url: "/login" not in url)
    back_at = time.monotonic()
    page.close()
    page = _open(site, context, base + attempt)
    _nothing_waits(page)
    page.close()
    _compare(site, given)
    return back_at


def _open(site: Site, context: BrowserContext, url: str) -> Page:
    """The player in a new tab. Whatever the server acknowledges to its script is in the journal."""
    page = context.new_page()
    page.on("response", lambda response: _note(site.journal, response))
    page.goto(url)
    page.locator("quiz-player[ready]").wait_for()
    return page


def _note(journal: Journal, response: Response) -> None:
    if not response.url.endswith("/save/"):
        return
    sent = json.loads(response.request.post_data or "{}")
    uuid, position, sequence = uuid_of(response.url.removesuffix("save/")), sent["position"], sent["sequence"]
    journal.sending(uuid, position, sequence)
    with suppress(Error):  # the page has gone meanwhile; what it was told is compared all the same, see `_compare`
        if response.ok and not (held := response.json())["stale"]:
            journal.answered(uuid, position, sequence, held["value"])


def _shown(page: Page) -> Any:
    return page.locator("section[data-question]:not([hidden])")


def _next(page: Page) -> None:
    before = _shown(page).get_attribute("data-question")
    _shown(page).locator(".btn--primary").click()
    page.wait_for_function(
        "before => document.querySelector('section[data-question]:not([hidden])').dataset.question !== before",
        arg=before,
    )


class _Given:
    """What a learner has answered in an attempt, as the pages have it: the newest answer to each question."""

    def __init__(self, journal: Journal, attempt: str) -> None:
        self.journal, self.attempt = journal, attempt
        self.answers: dict[int, Any] = {}
        self._times: Counter[int] = Counter()

    def answer(self, page: Page) -> None:
        """Answer the question that is shown, or the next one that is answered by a click."""
        while _shown(page).get_attribute("data-kind") not in {"single_choice", "multiple_choice"}:
            _next(page)
        question = _shown(page)
        free = question.locator("input[name=answer]:not(:checked)").first
        position, value = int(question.get_attribute("data-question")), free.get_attribute("value")
        if question.get_attribute("data-kind") == "single_choice":
            self.answers[position] = value
        else:
            self.answers[position] = sorted([*self.answers.get(position, []), value])
        # A page that goes sends this without anybody seeing it.
        self._times[position] += 1
        self.journal.sending(self.attempt, position, self._times[position])
        free.check()


def _nothing_waits(page: Page) -> None:
    """Every answer of this device has been acknowledged to it."""
    page.wait_for_function("() => !Object.keys(localStorage).some(key => key.startsWith('doppelpass:answers:'))")


def _saved(page: Page) -> None:
    expect(page.locator("[data-slot]")).to_have_attribute("data-state", "saved", timeout=WAIT)


def _compare(site: Site, given: _Given) -> None:
    """Every answer that was given is stored, acknowledged or not: the device kept it until then."""
    newest: dict[int, tuple[int, Any]] = {}
    for answer in site.stored().answers:
        if answer.attempt == given.attempt and answer.sequence > newest.get(answer.position, (0, None))[0]:
            newest[answer.position] = answer.sequence, answer.value
    for position, value in given.answers.items():
        stored = newest.get(position, (0, None))[1]
        if (sorted(stored) if isinstance(stored, list) else stored) != value:
            raise TrialError(f"answer {given.attempt}/{position} was given as {value!r} and is stored as {stored!r}")
