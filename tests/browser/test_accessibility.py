"""Every page type: no axe violation, no sideways scroll, one h1, large targets; both themes, languages and widths.

A page is loaded once per language. Themes are switched as the shell does it (`data-theme`), widths by resizing.
"""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from playwright.sync_api import Page, expect
from wagtail.models import Page as WagtailPage

from assessments.models import Attempt
from assessments.services import save_response, set_flag, start_attempt
from certificates.models import Certificate
from certificates.services import revoke_certificate
from certificates.tasks import render_certificate
from courses.enums import EnrollmentSource
from courses.models import CatalogueIndexPage, LearningPathPage, LessonPage, ModulePage, PathIndexPage
from courses.services import assign, complete_lesson, enroll
from people.demo import DEMO_PASSWORD
from people.models import User, VisibilitySettings
from reports.services import plan_assignment
from tests.assessments import factories as bank
from tests.browser.conftest import AXE, AXE_TAGS, NARROW, WIDE, Visitor
from tests.browser.starter import complete_lessons, lessons, module, person, quiz, right_answer, take_test, url_of
from tests.courses import cms_factories as make
from tests.reports import factories as records

pytestmark = [pytest.mark.browser, pytest.mark.looks]
Visit = Callable[..., Visitor]
COLOUR_RULES = ["color-contrast", "link-in-text-block"]
SWITCH = """
(theme) => {
  // Colours are looked at where they end: an inherited colour starts its own transition one frame after its parent's,
  // and in a deep tree that takes a second.
  if (!document.adoptedStyleSheets.length) {
    const still = new CSSStyleSheet();
    still.replaceSync('*, *::before, *::after { transition: none !important; animation: none !important; }');
    document.adoptedStyleSheets = [still];
  }
  document.documentElement.dataset.theme = theme;
}
"""
CHECKS = """
(language) => {
  const found = [];
  const root = document.documentElement;
  const shown = (e) => {
    const box = e.getBoundingClientRect();
    return e.checkVisibility({visibilityProperty: true}) && box.width > 2 && box.height > 2 && !e.closest('.skip');
  };
  const name = (e) => `${e.tagName.toLowerCase()}.${e.className} "${e.textContent.trim().slice(0, 40)}"`;
  const wide = document.scrollingElement.scrollWidth - innerWidth;
  if (wide > 0) {
    const guilty = [...document.body.querySelectorAll('*')]
      .filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('.scroll')).slice(0, 5).map(name);
    found.push(`scrolls ${wide} px sideways: ${guilty}`);
  }
  if (root.lang !== language) found.push(`lang is "${root.lang}"`);
  const heads = [...document.querySelectorAll('h1')].filter((e) => e.checkVisibility());
  if (heads.length !== 1) found.push(`${heads.length} h1: ${heads.map((e) => e.textContent.trim())}`);
  for (const e of document.querySelectorAll('nav a, nav button, nav summary, header summary')) {
    const box = e.getBoundingClientRect();
    if (shown(e) && (box.width < 24 || box.height < 24)) found.push(`${box.width}×${box.height}: ${name(e)}`);
  }
  for (const e of document.querySelectorAll('button, .btn, input[type=submit]')) {
    const box = e.getBoundingClientRect();
    if (shown(e) && (box.width < 43.5 || box.height < 43.5)) found.push(`${box.width}×${box.height}: ${name(e)}`);
  }
  return found;
}
"""


STALE_SLOT = """
() => {
  const slot = document.querySelector('[data-slot]');
  slot.dataset.state = 'stale';
  for (const part of slot.querySelectorAll('[data-for]')) part.hidden = part.dataset.for !== 'stale';
}
"""


class Inspection:
    """Looks at pages in one language, collects what is wrong, and fails once with everything."""

    def __init__(self, visit: Visit, language: str) -> None:
        self.visit = visit
        self.language = language
        self.faults: list[str] = []

    def visitor(self, user: User | None = None) -> Visitor:
        return self.visit(user, theme="light", language=self.language)

    def path(self, name: str, *args: Any) -> str:
        with translation.override(self.language):
            return reverse(name, args=args)

    def open(self, visitor: Visitor, path: str) -> Page:
        page = visitor.open(path)
        self.look(page)
        return page

    def look(self, page: Page) -> None:
        page.evaluate(AXE)
        for size, first, second in ((WIDE, "light", "dark"), (NARROW, "dark", "light")):
            page.set_viewport_size({"width": size[0], "height": size[1]})
            page.evaluate(SWITCH, first)
            self._note(page, f"{size[0]} px, {first}", self._axe(page, {"type": "tag", "values": AXE_TAGS}))
            # A theme is colours: every other rule has just been answered for this very tree.
            page.evaluate(SWITCH, second)
            self._note(page, f"{size[0]} px, {second}", self._axe(page, {"type": "rule", "values": COLOUR_RULES}))
            self._note(page, f"{size[0]} px", page.evaluate(CHECKS, self.language))
        page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})

    def _axe(self, page: Page, rules: dict[str, Any]) -> list[str]:
        options = {"runOnly": rules, "resultTypes": ["violations"]}
        found = page.evaluate(f"() => axe.run({json.dumps(options)}).then(r => r.violations)")
        return [
            f"{violation['id']}: {node['html'][:160]} | {' '.join(node['failureSummary'].split())[:260]}"
            for violation in found
            for node in violation["nodes"][:4]
        ]

    def _note(self, page: Page, where: str, found: list[str]) -> None:
        self.faults += [f"{page.url.split('/', 3)[3]} at {where}: {fault}" for fault in found]


@pytest.fixture(params=["de", "en"])
def inspection(request: pytest.FixtureRequest, visit: Visit, starter: None) -> Iterator[Inspection]:
    with translation.override("de"):
        yield (made := Inspection(visit, request.param))
    if made.faults:
        pytest.fail("\n".join(dict.fromkeys(made.faults)), pytrace=False)


def running(user: User) -> None:
    """M01 completed with its certificate, M02 half read, the path running and due."""
    complete_lessons(user, "M01")
    take_test(user, "M01", right=True)
    enroll(user, activity=module("M02"), source=EnrollmentSource.SELF)
    complete_lesson(user, lesson=lessons("M02")[0])
    path = LearningPathPage.objects.first()
    assert path is not None
    due = timezone.now() + timedelta(days=3)
    assign(person("hr"), activity=records.Activity.objects.get(key=path.translation_key), users=[user], due_at=due)
    for certificate in Certificate.objects.all():
        render_certificate(certificate.pk)


def in_language(page: WagtailPage, language: str) -> str:
    return str(WagtailPage.objects.get(translation_key=page.translation_key, locale__language_code=language).get_url())


def test_entrance_and_verification(inspection: Inspection) -> None:
    look, marketing = inspection, person("marketing")
    complete_lessons(marketing, "M01")
    take_test(marketing, "M01", right=True)
    valid = Certificate.objects.get()
    render_certificate(valid.pk)
    visitor = look.visitor()
    visitor.expect_errors("404", "403")
    for name in ("account_login", "account_reset_password", "account_reset_password_done", "certificates:verify_form"):
        look.open(visitor, look.path(name))
    page = look.open(visitor, look.path("certificates:verify", valid.code))
    page.locator("input[type=file]").set_input_files(
        {"name": "other.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 other"}
    )
    expect(page.locator("[data-result=different]")).to_be_visible()
    look.look(page)
    look.open(visitor, look.path("certificates:verify", "2" * 28))
    Certificate.objects.update(valid_until=timezone.now() - timedelta(days=1))
    look.open(visitor, look.path("certificates:verify", valid.code))
    Certificate.objects.update(valid_until=None)
    revoke_certificate(person("hr"), certificate=valid, reason="Verwechslung")
    look.open(visitor, look.path("certificates:verify", valid.code))
    page = visitor.open(look.path("account_login"))
    page.locator("input[name=login]").fill("nobody@example.com")
    page.locator("input[name=password]").fill("wrong")
    page.locator("form.stack button[type=submit]").click()
    page.locator(".field__error, .banner--error, .errorlist, [role=alert]").locator("visible=true").first.wait_for()
    page.wait_for_load_state()
    look.look(page)


def test_a_learner_at_the_beginning(inspection: Inspection) -> None:
    look = inspection
    visitor = look.visitor(person("sales"))
    visitor.open(f"/{look.language}/")
    look.open(visitor, f"/{look.language}/")
    for model in (CatalogueIndexPage, PathIndexPage, LearningPathPage):
        page = model.objects.filter(locale__language_code=look.language).first()
        assert page is not None
        look.open(visitor, str(page.get_url()))
    look.open(visitor, url_of(module("M01"), look.language))
    look.open(visitor, f"{url_of(module('M01'), look.language)}../?q=zzz&for=sales")
    for name in ("courses:my_learning", "courses:search", "certificates:wall", "help"):
        look.open(visitor, look.path(name))
    look.open(visitor, look.path("courses:search") + "?q=Silo")
    look.open(visitor, look.path("courses:search") + "?q=zzzz")


def test_a_learner_under_way(inspection: Inspection) -> None:
    look, marketing = inspection, person("marketing")
    running(marketing)
    visitor = look.visitor(marketing)
    page = look.open(visitor, f"/{look.language}/")
    page.locator("details[data-menu] > summary").click()
    look.look(page)
    path = LearningPathPage.objects.filter(locale__language_code=look.language).first()
    assert path is not None
    look.open(visitor, str(path.get_url()))
    for code in ("M01", "M02"):
        look.open(visitor, url_of(module(code), look.language))
    catalogue = CatalogueIndexPage.objects.get(locale__language_code=look.language)
    for path_ in (str(catalogue.get_url()), look.path("courses:my_learning"), look.path("certificates:wall")):
        look.open(visitor, path_)


def test_lessons(inspection: Inspection) -> None:
    look, marketing = inspection, person("marketing")
    running(marketing)
    parent = ModulePage.objects.get(code="M02", locale__language_code="de")
    made = make.lesson(parent, "Alle Bausteine", body=make.every_block(), minutes=5)
    closed = make.module(CatalogueIndexPage.objects.get(locale__language_code="de"), "Danach", code="M99")
    closed.prerequisites = [("module", parent)]
    closed.save_revision().publish()
    locked = make.lesson(closed, "Noch zu")
    enroll(marketing, activity=records.Activity.objects.get(code="M99"), source=EnrollmentSource.SELF)
    visitor = look.visitor(marketing)
    for lesson in [*lessons("M01"), lessons("M02")[0], lessons("M02")[3]]:
        page = visitor.open(url_of(lesson, look.language))
        for card in page.locator("details.reveal-card > summary").all():
            card.click()
        look.look(page)
    # These stand in German only.
    if look.language == "de":
        page = look.open(visitor, str(LessonPage.objects.get(pk=made.pk).get_url()))
        page.locator("textarea").first.fill("Mehr zuhören.")
        expect(page.locator(".note__status").last).to_have_attribute("data-state", "saved")
        look.look(page)
        look.open(visitor, str(LessonPage.objects.get(pk=locked.pk).get_url()))
        look.open(visitor, str(ModulePage.objects.get(pk=closed.pk).get_url()))


def test_tests(inspection: Inspection) -> None:
    look, marketing, sales = inspection, person("marketing"), person("sales")
    complete_lessons(marketing, "M01")
    visitor = look.visitor(marketing)
    look.open(visitor, url_of(quiz("M01"), look.language))
    # One question of each kind, as the bank has them.
    kinds: dict[str, Any] = {}
    for item in records_items("M01"):
        kinds.setdefault(item.kind, item)
    for page_ in WagtailPage.objects.filter(translation_key=quiz("M01").key).specific():
        page_.slots = page_._meta.get_field("slots").to_python(bank.fixed(*kinds.values()))
        page_.time_limit_minutes = 20
        page_.save_revision().publish()
    attempt = start_attempt(marketing, quiz=quiz("M01"))
    positions = [item.position for item in attempt.items.all()]
    assert len(positions) == 5
    for position in positions:
        page = visitor.open(look.path("assessments:player", attempt.uuid, position))
        page.locator("quiz-player[ready]").wait_for()
        look.look(page)
    for item in attempt.items.select_related("item_version")[:3]:
        value = right_answer(item.item_version)
        save_response(marketing, attempt=attempt, position=item.position, value=value, sequence=1)
    set_flag(marketing, attempt=attempt, position=1, flagged=True)
    page = look.open(visitor, look.path("assessments:player", attempt.uuid, 1))
    page.evaluate(STALE_SLOT)
    look.look(page)
    page = look.open(visitor, look.path("assessments:review", attempt.uuid))
    page.locator("quiz-review[ready]").wait_for()
    page.locator("[data-ask]").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    look.look(page)
    page.locator("dialog .btn--primary").click()
    page.wait_for_url("**/result/")
    look.look(page)
    look.open(visitor, url_of(quiz("M01"), look.language))
    complete_lessons(sales, "M01")
    take_test(sales, "M01", right=True)
    passed = Attempt.objects.get(user=sales)
    look.open(look.visitor(sales), look.path("assessments:result", passed.uuid))


def records_items(code: str) -> list[Any]:
    from assessments.models import Item

    return list(Item.objects.filter(tags__name=code, live=True).order_by("title"))


def test_account(inspection: Inspection) -> None:
    look = inspection
    visitor = look.visitor()
    page = visitor.open(look.path("account_login"))
    page.locator("input[name=login]").fill("marketing@example.com")
    page.locator("input[name=password]").fill(DEMO_PASSWORD)
    page.locator("form.stack button[type=submit]").click()
    page.locator("details[data-menu]").wait_for()
    names = ("people:profile", "people:my_data", "account_change_password", "usersessions_list", "mfa_index")
    for name in (*names, "mfa_activate_totp", "mfa_list_webauthn", "mfa_add_webauthn", "account_logout"):
        look.open(visitor, look.path(name))
    look.open(look.visitor(person("sales")), look.path("account_reauthenticate"))


def test_reports(inspection: Inspection) -> None:
    look, hr, marketing = inspection, person("hr"), person("marketing")
    running(marketing)
    late = timezone.now() - timedelta(days=4)
    assign(hr, activity=module("M02"), users=[person("sales"), person("lead")], due_at=late)
    visitor = look.visitor(hr)
    page = look.open(visitor, look.path("reports:report"))
    page.locator("details.filters__card > summary").click()
    page.locator("details.menu > summary.btn").click()
    look.look(page)
    look.open(visitor, look.path("reports:report") + "?view=matrix&function=&status=overdue")
    look.open(visitor, look.path("reports:report") + "?view=matrix")
    look.open(visitor, look.path("reports:report") + "?q=zzz&due_from=nonsense")
    look.open(visitor, look.path("reports:person", marketing.uuid))
    look.open(visitor, look.path("reports:overview"))
    look.open(visitor, look.path("reports:exports"))
    page = visitor.open(look.path("reports:report"))
    page.locator("details.menu > summary.btn").click()
    page.locator("button[name=kind][value=xlsx]").click()
    page.wait_for_url("**/exports/**")
    # The list renews itself every two seconds; its like does not, and axe can read it in peace.
    page.locator("#jobs").evaluate("jobs => jobs.replaceWith(jobs.cloneNode(true))")
    look.look(page)


def test_assignments_and_certificates_of_others(inspection: Inspection) -> None:
    look, hr, marketing = inspection, person("hr"), person("marketing")
    running(marketing)
    VisibilitySettings.objects.update_or_create(defaults={"team_lead_view": True})
    visitor = look.visitor(hr)
    look.open(visitor, look.path("reports:assign") + "?function=")
    plan = plan_assignment(hr, activity=module("M02"), due_at=None, users=User.objects.filter(is_active=True))
    look.open(visitor, look.path("reports:plan", plan.uuid))
    visitor.page.locator("main form .btn--primary").click()
    visitor.page.locator(".banner--success").first.wait_for()
    visitor.page.wait_for_load_state()
    look.look(visitor.page)
    look.open(visitor, look.path("certificates:manage"))
    look.open(visitor, look.path("certificates:revoke", Certificate.objects.get().pk))
    look.open(look.visitor(person("lead")), look.path("reports:team"))


def test_refusals(inspection: Inspection) -> None:
    look = inspection
    visitor = look.visitor(person("sales"))
    visitor.expect_errors("404", "403", "409", "500")
    look.open(visitor, f"/{look.language}/nothing-of-this-name/")
    stranger = look.visitor()
    stranger.expect_errors("404", "403")
    # A form whose token has gone stale: the person sees what to do.
    page = visitor.open(look.path("people:profile"))
    page.evaluate("for (const e of document.querySelectorAll('[name=csrfmiddlewaretoken]')) e.value = 'x'.repeat(64)")
    with page.expect_navigation():
        page.locator("main form button[type=submit]").first.click()
    expect(page.locator("dl.facts")).to_have_count(0)
    look.look(page)
    # Refused by a rule: starting a test without having started its module.
    path = look.path("assessments:start", quiz("M01").key)
    page = visitor.open(look.path("help"))
    with page.expect_navigation(url=lambda url: url.endswith(path)):
        page.evaluate(
            """path => {
              const form = document.querySelector('form[method=post]').cloneNode(true);
              form.action = path;
              const plain = document.createElement('meta');
              plain.name = 'referrer'; plain.content = 'no-referrer';
              document.head.append(plain); document.body.append(form); form.submit();
            }""",
            path,
        )
    look.look(page)


def test_our_own_error(inspection: Inspection) -> None:
    """The page that stands alone. It greets in German and says the same in English below."""
    look = inspection
    if look.language != "de":
        return
    visitor = look.visitor()
    visitor.expect_errors("500")
    html = render_to_string("500.html")
    visitor.page.route("**/broken/", lambda route: route.fulfill(status=500, body=html, content_type="text/html"))
    look.open(visitor, "/de/broken/")
