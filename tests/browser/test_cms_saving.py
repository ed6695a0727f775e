"""The editor saves drafts by itself while one types. Whoever presses a button meanwhile gets one page, not an error."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Request, Route, expect

from courses.models import CatalogueIndexPage, HomePage, ModulePage
from people.models import User
from people.services import ensure_workflow, grant_page_permissions
from tests.browser.conftest import Visitor

pytestmark = pytest.mark.browser
Visit = Callable[..., Visitor]


def is_own_saving(request: Request) -> bool:
    return request.method == "POST" and request.headers.get("accept") == "application/json"


@pytest.fixture
def desk(home: HomePage) -> CatalogueIndexPage:
    """Where trainers write, and who reviews it."""
    grant_page_permissions(home)
    ensure_workflow(home)
    return CatalogueIndexPage.objects.get()


def editor(visitor: Visitor, path: str) -> Page:
    visitor.expect_errors("400")  # a draft that lacks a required field
    visitor.page.add_init_script(
        "addEventListener('w-unsaved:watch-edits', () => document.documentElement.setAttribute('data-watched', ''))"
    )
    page = visitor.open(f"/admin/pages/{path}/")
    page.locator("html[data-watched]").wait_for(state="attached")  # what is written before that does not start a draft
    return page


def hand_in(page: Page) -> None:
    page.locator("footer [data-w-dropdown-target=toggle]").first.click()
    page.locator("button[name=action-submit]").first.click(no_wait_after=True)  # what follows is held back


def test_handing_in_waits_for_the_draft_that_is_being_saved(
    visit: Visit, trainer: User, desk: CatalogueIndexPage
) -> None:
    page = editor(visit(trainer), f"add/courses/modulepage/{desk.pk}")
    held: list[Route] = []
    page.route(
        "**/admin/pages/add/**", lambda route: held.append(route) if is_own_saving(route.request) else route.continue_()
    )
    with page.expect_request(is_own_saving):
        page.locator("input[name=title]").fill("Offers")
        page.locator("input[name=title]").blur()
    page.locator("[name=intro]").fill("How an offer becomes an order.")  # the draft on its way lacks it
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    hand_in(page)
    expect(page.locator("[data-edit-form]")).to_have_attribute("aria-busy", "true")
    assert not sent
    assert not ModulePage.objects.exists()
    with page.expect_event("load"):
        for route in held:
            route.continue_()
    expect(page.locator(".messages .error")).to_have_count(0)
    module = ModulePage.objects.get()
    assert module.title == "Offers"
    assert module.current_workflow_state is not None
    assert not module.live


def test_no_draft_is_saved_behind_a_page_that_was_handed_in(
    visit: Visit, trainer: User, desk: CatalogueIndexPage
) -> None:
    """The answer takes longer than the editor waits before it saves what was written last."""
    module = desk.add_child(instance=ModulePage(title="Offers", slug="offers", intro="First.", live=False))
    page = editor(visit(trainer), f"{module.pk}/edit")
    with page.expect_event("load"):
        # In one step, because nothing can be asked of a page that is being left.
        saves = page.locator("[data-edit-form]").evaluate(
            """form => {
                const saves = [];
                addEventListener("w-autosave:save", event => saves.push(!event.defaultPrevented));
                form.querySelector("[name=intro]").value = "Written with the click.";
                form.querySelector("[name=action-submit]").click();
                form.dispatchEvent(new CustomEvent("w-unsaved:add", { bubbles: true, cancelable: true }));
                return saves;
            }"""
        )
    assert saves == [False]
    module.refresh_from_db()
    assert module.current_workflow_state is not None
    assert module.get_latest_revision_as_object().intro == "Written with the click."
