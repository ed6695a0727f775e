"""What a small phone must still show whole."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from assessments.services import save_response, start_attempt, submit_attempt
from courses.models import HomePage
from people.models import User
from people.services import grant_page_permissions
from tests.assessments import factories
from tests.browser.conftest import NARROW, PHONE, Visitor
from tests.courses.factories import enrolled, module_tree

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


def test_a_score_fits_its_ring_and_links_stay_beside_their_icon(
    visit: Callable[..., Visitor], home: HomePage, alice: User
) -> None:
    """Half points make the score longer; the way to a lesson takes two lines on a phone."""
    tree = module_tree(home, lessons=1, title="Warum Marketing und Vertrieb aneinander vorbei arbeiten")
    enrolled(alice, tree.module)
    items = [factories.item("matching", lesson=tree.lessons[0]) for _each in range(10)]
    quiz = factories.quiz_page(tree.page, factories.fixed(*items))
    attempt = start_attempt(alice, quiz=factories.quiz_of(quiz))
    for item in factories.items_of(attempt):
        answer = dict(factories.right_answer(item))
        save_response(alice, attempt=attempt, position=item.position, value=dict([answer.popitem()]), sequence=1)
    submit_attempt(alice, attempt=attempt)
    page = visit(alice, size=PHONE).open(f"/de/tests/attempts/{attempt.uuid}/result/")
    expect(page.locator(".score .ring__text")).to_have_text(re.compile(r"\d,\d/10"))
    ring, score = (page.locator(name).bounding_box() for name in (".score .ring", ".score .ring__text"))
    assert ring is not None
    assert score is not None
    assert score["width"] < ring["width"] * 33 / 44, "the hole of the ring"
    icon = page.locator(".verdict__lesson .icon").first.bounding_box()
    link = page.locator(".verdict__lesson a").first.bounding_box()
    assert icon is not None
    assert link is not None
    assert link["x"] >= icon["x"] + icon["width"]
