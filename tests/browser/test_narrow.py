"""What a small phone must still show whole."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from courses.models import HomePage
from people.models import User
from people.services import grant_page_permissions
from tests.assessments import factories
from tests.browser.conftest import NARROW, PHONE, Visitor
from tests.courses.factories import module_tree

pytestmark = [pytest.mark.browser, pytest.mark.looks]


@pytest.mark.parametrize("language", ["de", "en"])
def test_navigation_is_not_cut_off(visit: Callable[..., Visitor], home: HomePage, hr: User, language: str) -> None:
    page = visit(hr, size=NARROW).open(f"/{language}/reports/overview/")
    present = page.locator(".strip [aria-current]")
    expect(present).to_be_in_viewport(ratio=0.95)  # the last of a row that is wider than the screen
    cut = page.locator(".tabs__link").evaluate_all(
        "links => links.filter(link => link.scrollWidth > link.clientWidth).map(link => link.textContent.trim())"
    )
    assert cut == []


@pytest.mark.parametrize("width", [320, 390, 480])
def test_the_way_to_the_other_language_leaves_the_name_free(
    visit: Callable[..., Visitor], home: HomePage, width: int
) -> None:
    page = visit(size=(width, 700)).open("/de/accounts/login/")
    brand = page.locator(".top .brand").bounding_box()
    first = page.locator(".top .languages__link:visible").first.bounding_box()
    assert brand is not None
    assert first is not None
    assert brand["x"] + brand["width"] <= first["x"]


def test_the_names_of_tests_are_not_broken_into_letters(
    visit: Callable[..., Visitor], home: HomePage, trainer: User
) -> None:
    """The list of analyses scrolls sideways instead."""
    grant_page_permissions(home)
    factories.quiz_page(module_tree(home, lessons=1).page, factories.fixed(), title="Abschlusstest: Der neue Käufer")
    page = visit(trainer, size=PHONE).open("/admin/quiz-analysis/")
    name = page.locator("td.title").bounding_box()
    assert name is not None
    assert name["width"] > 150
    assert name["height"] < 200
