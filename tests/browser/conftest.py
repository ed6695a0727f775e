"""Real Chromium against a running server. One browser per process, one fresh context per visitor.

A visit fails by itself when a page logs an error, breaks the content security policy or asks another host for
anything. A test that provokes such an error on purpose (offline, 401) names it: `visitor.expect_errors("401")`.
"""

import json
import os
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import axe_playwright_python
import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from people.models import User
from tests.browser.starter import load_starter

TIMEOUT = 30_000  # milliseconds; two cores and other tests beside this one
WIDE, NARROW, PHONE = (1280, 900), (320, 640), (390, 844)
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
expect.set_options(timeout=TIMEOUT)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium. Without one the browser tests are skipped here, and fail under CI."""
    binary = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if binary is None:
        reason = "no Chromium found: apt-get install chromium, or name one in CHROMIUM"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    # Playwright's sync API runs an event loop in this thread; Django would refuse the tests' own queries there.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=binary, args=FLAGS)
        yield browser
        browser.close()


class Visitor:
    """One person at one device: a browser context with its cookies and storage, and what went wrong in it."""

    def __init__(self, context: BrowserContext, base: str) -> None:
        self.context = context
        self.base = base
        self.problems: list[str] = []
        self._expected: list[str] = []
        context.set_default_timeout(TIMEOUT)
        context.set_default_navigation_timeout(TIMEOUT)
        context.on("page", self._watch)
        context.on("request", self._check_host)
        self._page: Page | None = None

    def _watch(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.problems.append(f"script error at {page.url}: {error}"))
        page.on(
            "console",
            lambda message: (
                self.problems.append(f"console at {page.url}: {message.text} ({message.location.get('url', '')})")
                if (message.type == "error" or "Content Security Policy" in message.text)
                and not message.location.get("url", "").endswith("/favicon.ico")  # asked for beside bare text
                else None
            ),
        )

    def _check_host(self, request: Request) -> None:
        url = urlsplit(request.url)
        if url.scheme in {"http", "https", "ws", "wss"} and url.netloc != urlsplit(self.base).netloc:
            self.problems.append(f"request to another host: {request.url}")

    def expect_errors(self, *patterns: str) -> None:
        """Errors whose text matches one of these regular expressions are what the test is about."""
        self._expected += patterns

    def check(self) -> None:
        """Fails with everything that went wrong and was not expected."""
        left = [problem for problem in self.problems if not any(re.search(p, problem) for p in self._expected)]
        assert not left, "\n".join(left)

    @property
    def page(self) -> Page:
        """The visitor's first tab."""
        if self._page is None:
            self._page = self.context.new_page()
        return self._page

    def new_tab(self) -> Page:
        return self.context.new_page()

    def open(self, path: str) -> Page:
        """Goes to a path of the site in the first tab and returns the tab."""
        self.page.goto(self.base + path)
        return self.page

    def login(self, user: User) -> None:
        """Logs in by session cookie: the log-in page has tests of its own."""
        client = Client()
        client.force_login(user)
        value = client.cookies[settings.SESSION_COOKIE_NAME].value
        self.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": self.base}])

    def logout(self) -> None:
        """The session is gone, as when it has expired."""
        self.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)

    def set_theme(self, theme: str) -> None:
        """`light`, `dark`, or empty for the device's; takes effect with the next page."""
        self.context.add_cookies([{"name": "theme", "value": theme, "url": self.base}])

    def set_size(self, size: tuple[int, int]) -> None:
        self.page.set_viewport_size({"width": size[0], "height": size[1]})


@pytest.fixture
def live(request: pytest.FixtureRequest, live_server: LiveServer) -> str:
    """Address of the running server, without a slash at the end. Brings `transactional_db` with it."""
    return str(live_server.url)


@pytest.fixture
def visit(chromium: Browser, live: str) -> Iterator[Callable[..., Visitor]]:
    """`visit(alice, size=PHONE, theme="dark", javascript=False)`: a new visitor, logged in if a user is given."""
    visitors: list[Visitor] = []

    def make(
        user: User | None = None,
        *,
        size: tuple[int, int] = WIDE,
        theme: str = "",
        javascript: bool = True,
        language: str = "en-GB",
        contrast_theme: bool = False,
    ) -> Visitor:
        context = chromium.new_context(
            viewport={"width": size[0], "height": size[1]},
            java_script_enabled=javascript,
            locale=language,
            timezone_id="Europe/Berlin",
            reduced_motion="reduce",
            forced_colors="active" if contrast_theme else "none",
        )
        visitor = Visitor(context, live)
        visitors.append(visitor)
        if theme:
            visitor.set_theme(theme)
        if user is not None:
            visitor.login(user)
        return visitor

    yield make
    problems: list[str] = []
    for visitor in visitors:
        try:
            visitor.check()
        except AssertionError as error:
            problems.append(str(error))
        visitor.context.close()
    answer_what_was_asked()
    if problems:
        pytest.fail("\n".join(problems))


def answer_what_was_asked() -> None:
    """Waits for requests that the server still works on: what they write must not meet the emptying of the tables."""
    end = time.monotonic() + 20
    while any("process_request_thread" in thread.name for thread in threading.enumerate()):
        assert time.monotonic() < end, "the server does not come to an end with its requests"
        time.sleep(0.02)


@pytest.fixture
def starter(live: str) -> None:
    """What `make run` loads: the starter package and the demo people."""
    load_starter()


@pytest.fixture
def browser_page(visit: Callable[..., Visitor]) -> Page:
    """A tab of somebody who is not logged in. For everything else there is `visit`."""
    return visit().page


def pause(page: Page) -> None:
    """From here on only `page.clock.run_for` moves the time, on a slow machine too. Needs `page.clock.install`."""
    now = page.evaluate("Date.now()") / 1000
    page.clock.pause_at(datetime.fromtimestamp(now + 10, tz=UTC))


def assert_accessible(page: Page, *, exclude: tuple[str, ...] = ()) -> None:
    """No axe violation (WCAG 2.2 A and AA, best practice) and no horizontal scroll.

    The script is evaluated over the debugging protocol, so that it needs no hole in the page's policy.
    """
    page.evaluate(AXE)
    options = {"runOnly": {"type": "tag", "values": AXE_TAGS}, "resultTypes": ["violations"]}
    scope = {"include": [["html"]], "exclude": [[selector] for selector in exclude]}
    found = page.evaluate(f"() => axe.run({json.dumps(scope)}, {json.dumps(options)}).then(r => r.violations)")
    report = "\n".join(
        f"{violation['id']} ({violation['impact']}): {violation['help']}\n"
        + "\n".join(f"    {node['html'][:200]}\n    {node['failureSummary']}" for node in violation["nodes"][:5])
        for violation in found
    )
    assert not found, f"{page.url} at {page.viewport_size}\n{report}"
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{page.url} at {page.viewport_size} scrolls {wide} px sideways"
