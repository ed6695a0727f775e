"""The harness itself: a visitor reaches the log-in page, and a planted fault is noticed."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from courses.models import HomePage
from people.models import User
from tests.browser.conftest import NARROW, Visitor, assert_accessible

pytestmark = pytest.mark.browser


def test_faults_in_a_page_are_noticed(visit: Callable[..., Visitor], home: HomePage, alice: User) -> None:
    visitor = visit(alice)
    page = visitor.open("/health/live")
    expect(page.locator("body")).to_contain_text("ok")
    visitor.check()
    page.evaluate("console.error('planted')")
    page.evaluate("fetch('http://other.example/x').catch(() => {})")
    page.wait_for_function("true")
    with pytest.raises(AssertionError, match="planted"):
        visitor.check()
    visitor.expect_errors("planted")
    with pytest.raises(AssertionError, match=r"other\.example"):
        visitor.check()
    visitor.expect_errors(r"other\.example", "ERR_", "Content Security Policy")


def test_a_planted_barrier_is_noticed(visit: Callable[..., Visitor], home: HomePage, alice: User) -> None:
    page = visit(alice, size=NARROW).open("/health/live")
    page.set_content("<!doctype html><html lang=en><title>t</title><main><h1>t</h1><p>Fine.</p></main>")
    assert_accessible(page)
    page.set_content("<!doctype html><html lang=en><title>t</title><main><h1>t</h1><input></main>")
    with pytest.raises(AssertionError, match="label"):
        assert_accessible(page)
