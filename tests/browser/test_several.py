"""From an outline to a test: questions typed as text, seen while they grow, saved, made a test, tried out, printed."""

from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import FrameLocator, Page, expect
from wagtail.users.models import UserProfile

from assessments.models import Attempt, Item, QuizPage, Response
from assessments.selectors.bank import asked_by
from courses.models import HomePage, LearningEvent
from people.models import User
from people.services import grant_page_permissions
from tests.assessments import factories
from tests.browser.conftest import NARROW, PHONE, WIDE, Visitor, assert_accessible
from tests.courses.factories import module_tree

pytestmark = pytest.mark.browser
Visit = Callable[..., Visitor]
BANK = "/admin/snippets/assessments/item/"
SEVERAL = f"{BANK}several/"
OUTLINE = """::Contact::Who calls first after a fair?
{
=Sales#While it is fresh.
~Marketing#Passes on.
}

One person decides alone. {F}

How many percent of 80 are 20? {#25

In which order? {>
Listen
Ask
Offer
}
"""


def questions(page: Page) -> FrameLocator:
    return page.frame_locator("[data-frame]")


def try_out(visitor: Visitor, quiz: QuizPage) -> None:
    """It can be tried out at once, before anything is live."""
    page = visitor.open(f"/admin/pages/{quiz.pk}/view_draft/?mode=try")
    page.locator("knowledge-check input[value]:visible").first.check()
    page.locator("knowledge-check [data-check]").first.click()
    expect(page.locator("[data-feedback]").first).to_be_focused()
    expect(page.locator("[data-feedback]").first).to_contain_text("of the points")
    assert_accessible(page)
    page.locator("knowledge-check [data-check]").first.click()
    expect(page.locator("[data-feedback]")).to_have_count(0)


def test_an_outline_becomes_a_test(visit: Visit, home: HomePage, trainer: User) -> None:
    grant_page_permissions(home)
    tree = module_tree(home, lessons=1)
    visitor = visit(trainer, size=WIDE)
    page = visitor.open(BANK)
    page.get_by_role("link", name="Enter several questions").click()
    page.wait_for_url("**/several/")
    text = page.get_by_label("Questions", exact=False).and_(page.locator("textarea"))
    expect(page.locator("[data-save]")).to_be_disabled()
    text.fill(OUTLINE)
    # The fault leads to its line; the line after it is read once it is mended.
    fault = page.locator("[data-report] [data-line]")
    expect(fault.first).to_have_text("Line 9")
    fault.first.click()
    expect(text).to_be_focused()
    chosen = text.evaluate("field => field.value.slice(field.selectionStart, field.selectionEnd)")
    assert chosen == "How many percent of 80 are 20? {#25"
    page.keyboard.press("End")
    page.keyboard.type("}")
    expect(page.locator("[data-summary]")).to_have_text("4 questions read")
    shown = questions(page)
    expect(shown.locator(".several-question")).to_have_count(4)
    expect(shown.locator("input[type=radio]:checked")).to_have_count(2)
    expect(shown.get_by_text("Right: Sales")).to_be_visible()
    page.locator("[name=language]").select_option("en")
    page.locator("[name=topic]").fill("Fairs")
    page.locator("[name=difficulty]").select_option("easy")
    assert_accessible(page)
    expect(page.locator("[data-save]")).to_have_text("Save 4 questions as drafts")
    page.locator("[data-save]").click()
    page.wait_for_url("**/several/saved/**")
    assert set(Item.objects.values_list("topic_en", "difficulty", "live")) == {("Fairs", "easy", False)}
    assert_accessible(page, exclude=(".messages",))  # which Wagtail fades in
    page.get_by_label("Title").fill("After the fair")
    page.get_by_label("Module").select_option(str(tree.page.pk))
    page.get_by_role("button", name="Make the test as draft").click()
    page.wait_for_url("**/edit/")
    quiz = QuizPage.objects.get()
    assert not quiz.live
    assert [one.fixed for one in asked_by(quiz.slots)] == list(Item.objects.order_by("pk").values_list("pk", flat=True))
    try_out(visitor, quiz)
    assert not Attempt.objects.exists()
    assert not Response.objects.exists()
    assert not LearningEvent.objects.filter(actor=trainer).exists()
    page = visitor.open(SEVERAL)
    expect(page.locator("textarea[name=text]")).to_have_value("")


def test_what_is_typed_survives_a_reload_and_a_session_that_ended(visit: Visit, home: HomePage, trainer: User) -> None:
    visitor = visit(trainer, size=PHONE)
    visitor.expect_errors("403", "Forbidden")
    page = visitor.open(SEVERAL)
    page.locator("textarea[name=text]").fill("What? {=a ~b}")
    expect(page.locator("[data-summary]")).to_have_text("1 question read")
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(page.locator("textarea[name=text]")).to_have_value("What? {=a ~b}")
    expect(page.locator("[data-summary]")).to_have_text("1 question read")
    visitor.logout()
    page.locator("textarea[name=text]").fill("What else? {=a ~b}")
    expect(page.locator("[data-summary]")).to_contain_text("not logged in")
    visitor.login(trainer)
    page.reload()
    expect(page.locator("textarea[name=text]")).to_have_value("What else? {=a ~b}")


def test_hostile_text_runs_nowhere(visit: Visit, home: HomePage, trainer: User) -> None:
    page = visit(trainer).open(SEVERAL)
    text = '[plain]<img src=x onerror="parent.hit=1"><script>parent.hit=1</script>{=</iframe><script>hit=1</script> ~b}'
    page.locator("textarea[name=text]").fill(text)
    expect(page.locator("[data-summary]")).to_have_text("1 question read")
    expect(questions(page).get_by_text("<script>parent.hit=1</script>").first).to_be_visible()
    assert page.evaluate("window.hit") is None


@pytest.mark.parametrize("size", [NARROW, PHONE])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_fits_a_phone_in_both_themes(
    visit: Visit, home: HomePage, trainer: User, size: tuple[int, int], theme: str
) -> None:
    UserProfile.objects.update_or_create(user=trainer, defaults={"theme": theme})
    page = visit(trainer, size=size).open(SEVERAL)
    page.locator("summary").first.click()
    page.locator("[data-example]").first.click()
    expect(page.locator("[data-summary]")).to_have_text("1 question read")
    assert_accessible(page)


def test_without_scripts_the_buttons_do_it(visit: Visit, home: HomePage, trainer: User) -> None:
    page = visit(trainer, javascript=False).open(SEVERAL)
    page.locator("textarea[name=text]").fill(OUTLINE)
    page.locator("[name=preview]").click()
    expect(page.locator("[data-summary]")).to_have_text("3 questions read, 1 with a fault")
    expect(questions(page).locator(".several-question")).to_have_count(3)
    expect(page.locator("textarea[name=text]")).to_have_value(OUTLINE)
    with page.expect_navigation():
        page.locator("[name=save]").click()
    expect(page.locator("textarea[name=text]")).to_have_value(OUTLINE)
    assert Item.objects.count() == 3


@pytest.mark.parametrize("kind", factories.GRADED)
def test_each_kind_can_be_tried_out_in_the_preview(visit: Visit, home: HomePage, trainer: User, kind: str) -> None:
    item = factories.item(kind, live=False)
    revision = item.save_revision()
    address = reverse("wagtailsnippets_assessments_item:revisions_view", args=[item.pk, revision.pk])
    page = visit(trainer).open(f"{address}?mode=try")
    page.wait_for_load_state("networkidle")
    check = page.locator("knowledge-check")
    if kind == "ordering":
        check.locator("[data-move='down']").first.click()
    elif kind == "branching":
        while not check.locator("[data-end]").is_visible():
            check.locator("[data-choice]:visible").first.click()
    else:
        for field in check.locator("input[type=text]").all():
            field.fill("12")
        for select in check.locator("select").all():
            select.select_option(index=1)
        for name in {one.get_attribute("name") for one in check.locator("input[type=radio]").all()}:
            check.locator(f"input[name='{name}']").first.check(force=True)
        if check.locator("input[type=checkbox]").count():
            check.locator("input[type=checkbox]").first.check(force=True)
    check.locator("[data-check]:visible").click()
    expect(check.locator("[data-feedback]")).to_contain_text("of the points")


def test_a_test_on_paper(visit: Visit, home: HomePage, trainer: User) -> None:
    grant_page_permissions(home)
    tree = module_tree(home, lessons=1)
    quiz = factories.quiz_page(tree.page, factories.fixed(*(factories.item(kind) for kind in factories.RAW)))
    page = visit(trainer).open(f"/admin/pages/{quiz.pk}/view_draft/?mode=paper")
    expect(page.locator("[data-print]")).to_be_visible()
    assert_accessible(page)
    page.emulate_media(media="print")
    for control in ("button", "input", "select", "textarea", "header.top", "nav"):
        assert page.locator(f"{control}:visible").count() == 0, control
    expect(page.locator(".paper__solutions")).to_be_visible()
    page.emulate_media(media="screen")
    page.locator("#with-solutions").uncheck()
    expect(page.locator(".paper__solutions")).to_be_hidden()
