"""A contrast theme of the system (forced colours) takes grounds and shadows away: what they say must be seen without.

Looks at pixels: what a script reads of a style is not always what is painted there.
"""

from collections.abc import Callable
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from assessments.models import Attempt
from assessments.services import save_response, start_attempt
from courses.models import HomePage
from courses.services import complete_lesson
from people.models import User
from tests.assessments import factories
from tests.browser.conftest import Visitor
from tests.courses.factories import enrolled, module_tree

pytestmark = [pytest.mark.browser, pytest.mark.looks]
Visit = Callable[..., Visitor]
Colour = tuple[int, int, int]


def picture(element: Locator) -> Image.Image:
    element.scroll_into_view_if_needed()
    return Image.open(BytesIO(element.screenshot(animations="disabled"))).convert("RGB")


def colour_at(element: Locator, across: float, down: float = 0.5) -> Colour:
    """The colour of one point, by its place in the element's box."""
    seen = picture(element)
    found = seen.getpixel((int(seen.width * across), int(seen.height * down)))
    assert isinstance(found, tuple)
    return found[0], found[1], found[2]


def colours(element: Locator) -> set[Colour]:
    """All colours of the element, without those in between that smooth its edges."""
    seen = picture(element)
    counted = seen.getcolors(seen.width * seen.height) or []
    return {(colour[0], colour[1], colour[2]) for count, colour in counted if count > 12 and isinstance(colour, tuple)}


def edge(element: Locator) -> set[Colour]:
    """The colours that one crosses when coming into the element from above: its frame, and the ground."""
    seen = picture(element)
    line = seen.crop((seen.width // 2, 0, seen.width // 2 + 1, 8)).getcolors() or []
    return {(colour[0], colour[1], colour[2]) for _count, colour in line if isinstance(colour, tuple)}


@pytest.fixture
def attempt(home: HomePage, alice: User) -> Attempt:
    """A running test of a module half read, with its first question answered."""
    tree = module_tree(home, lessons=3)
    enrolled(alice, tree.module)
    complete_lesson(alice, lesson=tree.lessons[0])
    items = [factories.item(kind) for kind in ("single_choice", "matching", "numeric")]
    page = factories.quiz_page(tree.page, factories.fixed(*items), shuffle_questions=False, shuffle_options=False)
    made = start_attempt(alice, quiz=factories.quiz_of(page))
    save_response(alice, attempt=made, position=1, value="o-2", sequence=1)
    return made


@pytest.fixture(params=["light", "dark"])
def tab(request: pytest.FixtureRequest, visit: Visit, alice: User) -> Page:
    """Of somebody with a contrast theme, whatever they have chosen here before."""
    return visit(alice, theme=request.param, contrast_theme=True).page


def test_a_test_can_be_taken(tab: Page, live: str, attempt: Attempt) -> None:
    tab.goto(f"{live}/en/tests/attempts/{attempt.uuid}/3/")
    tab.locator("quiz-player[ready]").wait_for()
    track, places = tab.locator(".track li"), tab.locator(".place")
    assert colour_at(track.nth(0), 0.5) != colour_at(track.nth(1), 0.5), "answered and open look the same"
    assert colours(track.nth(2)) - colours(track.nth(1)), "where one is does not show"
    marks = [colours(places.nth(number)) for number in range(3)]
    assert marks[2] - marks[1], "the current question does not show in the overview"
    places.nth(1).click()
    expect(tab.locator("#q2-title")).to_be_focused()
    select = tab.locator("[data-question='2'] select").first
    end = picture(select)
    arrow = end.crop((end.width - 30, 6, end.width - 4, end.height - 6)).getcolors(10_000) or []
    assert len(arrow) > 1, "nothing says that there is a list to open"
    places.nth(0).click()
    expect(tab.locator("#q1-title")).to_be_focused()
    chosen, other = (tab.locator("[data-question='1'] .answer").nth(number) for number in (1, 0))
    assert edge(chosen) - edge(other), "the chosen answer is not framed"
    button = tab.locator("[data-question='1'] .btn--primary")
    assert colour_at(button, 0.5, 0.15) != colour_at(tab.locator(".overview .btn"), 0.5, 0.15), "no button is the first"


def test_the_question_before_submitting_has_an_edge(tab: Page, live: str, attempt: Attempt) -> None:
    tab.goto(f"{live}/en/tests/attempts/{attempt.uuid}/review/")
    tab.locator("quiz-review[ready]").wait_for()
    tab.locator("[data-ask]").click()
    dialog = tab.locator("dialog")
    expect(dialog).to_be_visible()
    assert len(edge(dialog)) > 1


def test_progress_shows_how_far_it_is(tab: Page, live: str, attempt: Attempt) -> None:
    module = attempt.activity.parent
    assert module is not None
    tab.goto(f"{live}/en/learn/mine/")
    bar = tab.locator("main progress").first
    assert colour_at(bar, 0.05) != colour_at(bar, 0.95)
    here = tab.locator(".nav__link[aria-current]")
    assert edge(here) - edge(tab.locator(".nav__link:not([aria-current])").first), "where one is does not show"
