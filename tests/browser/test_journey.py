"""The four journeys on the real starter package: learn, prove, certify; on the phone; write and publish; report."""

import base64
import hashlib
import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone, translation
from django.utils.translation import gettext
from openpyxl import load_workbook
from playwright.sync_api import Locator, Page, expect
from wagtail.models import Page as WagtailPage

from assessments.models import Attempt, ItemVersion
from certificates.models import Certificate
from certificates.tasks import sweep_certificates
from courses.models import CatalogueIndexPage, Enrollment, LearnerNote, LessonPage
from courses.services import assign
from people.demo import DEMO_PASSWORD
from reports.models import ExportJob
from reports.tasks import run_export
from tests.browser.conftest import PHONE, Visitor
from tests.browser.starter import complete_lessons, lessons, module, person, quiz, right_answer, take_test, url_of

pytestmark = pytest.mark.browser
Visit = Callable[..., Visitor]


def words(language: str) -> Callable[[str], str]:
    """What the product says in this language, so that a better translation breaks no test."""

    def say(text: str) -> str:
        with translation.override(language):
            return gettext(text)

    return say


DE, EN = words("de"), words("en")


def button(scope: Page | Locator, name: str) -> Locator:
    return scope.get_by_role("button", name=name, exact=True)


def login(page: Page, email: str) -> None:
    """Through the real page."""
    page.get_by_label(re.compile("mail", re.IGNORECASE)).fill(email)
    page.get_by_label(re.compile("^(Passwor[dt])", re.IGNORECASE)).fill(DEMO_PASSWORD)
    page.get_by_role("main").get_by_role("button", name=re.compile("^(Log in|Anmelden|Einloggen)$")).click()
    page.wait_for_url(lambda url: "/login/" not in url)


def answer(question: Locator, version: ItemVersion, value: Any) -> None:
    """Answers as a person does: choose, type, select, or press up until it stands there."""
    if version.kind in {"single_choice", "multiple_choice"}:
        for key in value if isinstance(value, list) else [value]:
            question.locator(f"input[value='{key}']").check()
    elif version.kind == "numeric":
        question.get_by_role("textbox").fill(value)
    elif version.kind == "matching":
        for left, choice in value.items():
            question.locator(f"select[data-part='{left}']").select_option(choice)
    else:
        for place, key in enumerate(value, 1):
            item = question.locator(f"[data-answer='{key}']")
            while int(item.locator("[data-place]").inner_text()) > place:
                item.locator("[data-move=up]").click()
        keep = question.locator("[data-keep]")
        if keep.is_visible():
            keep.click()


def check_knowledge(page: Page, say: Callable[[str], str]) -> None:
    """Answers the lesson's knowledge check rightly and reads the feedback."""
    check = page.locator("knowledge-check")
    key = re.search(r"/check/([0-9a-f-]+)/", str(check.locator("form").get_attribute("action")))
    assert key is not None
    version = ItemVersion.objects.filter(item_key=key[1]).order_by("-number").first()
    assert version is not None
    answer(check, version, right_answer(version))
    button(check, say("Check")).click()
    feedback = check.locator("[data-feedback]")
    expect(feedback).to_contain_text(say("Right"))
    expect(feedback).to_be_focused()


def write_notes(page: Page, text: str) -> None:
    """Fills the reflection and ticks the first box of the checklist, and waits until both are saved."""
    for reflection in page.locator(".reflection").all():
        reflection.get_by_role("textbox").fill(text)
        expect(reflection.locator(".note__status")).to_have_attribute("data-state", "saved")
    for checklist in page.locator(".checklist").all():
        checklist.get_by_role("checkbox").first.check()
        expect(checklist.locator(".note__status")).to_have_attribute("data-state", "saved")


def go_through_test(page: Page, attempt: Attempt, say: Callable[[str], str], choose: Callable[[Any], Any]) -> None:
    """From the first question over the review list to the result. `choose` gives an answer, or None for none."""
    page.locator("quiz-player[ready]").wait_for()
    items = list(attempt.items.select_related("item_version").order_by("position"))
    for item in items:
        question = page.locator(f"[data-question='{item.position}']")
        expect(question).to_be_visible()
        value = choose(item)
        if value is not None:
            answer(question, item.item_version, value)
            expect(page.locator("[data-slot]")).to_have_attribute("data-state", "saved")
        last = item is items[-1]
        button(question, say("Check and submit" if last else "Next")).click()
    page.wait_for_url("**/review/")
    page.locator("quiz-review[ready]").wait_for()
    button(page, say("Submit for good")).click()
    button(page.get_by_role("dialog"), say("Submit for good")).click()
    page.wait_for_url("**/result/")


def test_marketing_learns_proves_it_and_shows_the_certificate(visit: Visit, starter: None) -> None:
    visitor = visit(language="de-DE")
    page = visitor.open("/")
    login(page, "marketing@example.com")
    marketing = person("marketing")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Mara")
    page.get_by_role("navigation").get_by_role("link", name=DE("Catalogue"), exact=True).first.click()
    page.get_by_role("main").get_by_role("link", name="Silos", exact=True).click()
    page.get_by_role("main").get_by_role("button", name=re.compile(f"^{DE('Start')}")).click()
    for lesson in lessons("M01"):
        page.wait_for_url(f"**{url_of(lesson, 'de')}")
        expect(page.get_by_role("heading", level=1)).to_have_text(lesson.title_de)
        check_knowledge(page, DE)
        write_notes(page, f"Notiz zu {lesson.title_de}")
        button(page, DE("Complete and continue")).click()
    notes = LearnerNote.objects.filter(user=marketing)
    assert {note.text for note in notes if note.text} == {
        f"Notiz zu {lesson.title_de}" for lesson in lessons("M01") if lesson.title_de != "Parallelwelt"
    }
    assert any(note.ticks for note in notes)
    page.wait_for_url(f"**{url_of(quiz('M01'), 'de')}")
    button(page, DE("Start the test")).click()
    page.wait_for_url("**/attempts/**")
    attempt = Attempt.objects.get(user=marketing)
    go_through_test(page, attempt, DE, lambda item: right_answer(item.item_version))
    expect(page.get_by_role("heading", level=1)).to_have_text(DE("Well played: passed!"))
    expect(page.locator(".verdict--right")).to_have_count(8)

    page.get_by_role("navigation").get_by_role("link", name=DE("Certificates"), exact=True).first.click()
    expect(page.get_by_role("main")).to_contain_text(
        DE("The PDF is being prepared. That takes a minute at most; reload the page then.")
    )
    sweep_certificates()
    assert [message.to for message in mail.outbox] == [["marketing@example.com"]]
    page.reload()
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile(DE("Download PDF"))).click()
    pdf = download.value.path().read_bytes()
    certificate = Certificate.objects.get(user=marketing)
    assert pdf.startswith(b"%PDF-")
    assert hashlib.sha256(pdf).hexdigest() == certificate.sha256

    stranger = visit(language="de-DE")
    page = stranger.open("/verify/")
    page.get_by_role("textbox").fill(certificate.code)
    button(page, DE("Verify")).click()
    expect(page.get_by_role("heading", level=2).first).to_have_text(DE("This certificate is valid"))
    expect(page.get_by_role("main")).to_contain_text("Silos")
    expect(page.get_by_role("main")).not_to_contain_text("Mara")
    expect(page.locator("verify-file [data-local]")).to_be_visible()  # the script is there
    for content, result in ((pdf + b"\n", "different"), (pdf, "same")):
        page.locator("verify-file").evaluate(
            """(element, content) => {
              const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
              const data = new DataTransfer();
              data.items.add(new File([bytes], 'certificate.pdf', {type: 'application/pdf'}));
              element.dispatchEvent(new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true}));
            }""",
            base64.b64encode(content).decode(),
        )
        expect(page.locator(f"[data-result={result}]")).to_be_visible()
    expect(page.locator("[data-result=different]")).to_be_hidden()


def test_the_seller_learns_on_the_phone_in_two_languages_and_fails_once(  # noqa: PLR0915 - one journey
    visit: Visit, starter: None
) -> None:
    sales = person("sales")
    page = visit(sales, size=PHONE).open("/en/")
    page.get_by_role("navigation", name=EN("Main, at the bottom")).get_by_role("link", name=EN("Catalogue")).click()
    page.get_by_role("main").get_by_role("link", name="The new buyer", exact=True).click()
    page.get_by_role("main").get_by_role("button", name=re.compile("^Start")).click()
    own = [lesson for lesson in lessons("M02") if lesson.audience != "marketing"]
    assert [lesson.audience for lesson in own] == ["both", "both", "both", "sales"]
    for lesson in own[:2]:
        page.wait_for_url(f"**{url_of(lesson, 'en')}")
        button(page, EN("Complete and continue")).click()

    page.wait_for_url(f"**{url_of(own[2], 'en')}")
    progress = page.get_by_role("progressbar", name=EN("Progress in this module"))
    before = progress.get_attribute("value"), progress.get_attribute("max")
    assert before == ("2", "5")
    page.locator("[data-menu] > summary").click()
    page.get_by_role("navigation", name=EN("Language")).get_by_role("link", name="Deutsch").click()
    page.wait_for_url(f"**{url_of(own[2], 'de')}")
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page.get_by_role("heading", level=1)).to_have_text(own[2].title_de)
    progress = page.get_by_role("progressbar", name=DE("Progress in this module"))
    assert (progress.get_attribute("value"), progress.get_attribute("max")) == before
    button(page, DE("Complete and continue")).click()
    page.wait_for_url(f"**{url_of(own[3], 'de')}")
    page.locator("[data-menu] > summary").click()
    page.get_by_role("navigation", name=DE("Language")).get_by_role("link", name="English").click()
    page.wait_for_url(f"**{url_of(own[3], 'en')}")
    check_knowledge(page, EN)
    write_notes(page, "")
    button(page, EN("Complete and continue")).click()
    # The lesson for marketing is optional for a seller: the test is open without it.
    page.wait_for_url(lambda url: not url.endswith(url_of(own[3], "en")))
    page.goto(str(page.url).split("/en/", maxsplit=1)[0] + url_of(quiz("M02"), "en"))
    button(page, EN("Start the test")).click()
    page.wait_for_url("**/attempts/**")
    attempt = Attempt.objects.get(user=sales)

    def wrong(item: Any) -> Any:
        """The first wrong option of a single choice; everything else stays empty."""
        if item.item_version.kind != "single_choice":
            return None
        return next(option["id"] for option in item.item_version.content["options"] if not option["correct"])

    go_through_test(page, attempt, EN, wrong)
    attempt.refresh_from_db()
    assert attempt.passed is False
    assert attempt.submitted_at is not None
    expect(page.get_by_role("heading", level=1)).to_have_text(EN("Not yet – the ball stays with you"))
    opens = timezone.localtime(attempt.submitted_at + timedelta(hours=1)).strftime("%H:%M")
    expect(page.locator(".score")).to_contain_text(opens)
    reread = page.get_by_role("region", name=EN("Read these again first")).get_by_role("link")
    titles = {lesson.title_en for lesson in lessons("M02")}
    assert 1 <= reread.count() <= 2
    assert {text.strip() for text in reread.all_inner_texts()} <= titles
    page.get_by_role("link", name=EN("To the test"), exact=True).click()
    page.wait_for_url(f"**{url_of(quiz('M02'), 'en')}")
    expect(page.get_by_role("main")).to_contain_text(opens)
    expect(button(page, EN("Try again"))).to_have_count(0)
    page.go_back()
    reread.first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("|".join(map(re.escape, titles))))


class Desk:
    """The CMS as its people use it. Wagtail's own words differ by language, so its stable names are used."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor
        # Wagtail saves drafts while one types and answers 400 as long as a required field is still empty.
        visitor.expect_errors("400")

    def new(self, kind: str, parent: int, title: str) -> Page:
        page = self.visitor.open(f"/admin/pages/add/{kind}/{parent}/")
        page.locator("input[name=title]").fill(title)
        page.locator("input[name=title]").blur()
        expect(page.locator("input[name=slug]")).not_to_have_value("")  # follows the title
        return page

    def block(self, page: Page, number: int) -> None:
        """Inserts the block that stands at this place of the list."""
        page.locator(".c-sf-add-button").first.click()
        page.locator(".w-combobox__option").nth(number).click()

    def _press(self, page: Page, selector: str) -> None:
        button = page.locator(selector).first
        if not button.is_visible():
            page.locator("footer [data-w-dropdown-target=toggle]").first.click()
        button.click()

    def submit(self, page: Page, title: str) -> int:
        """Hands the page in for review. Returns its key."""
        expect(page.locator("input[name=slug]")).not_to_have_value("")
        with page.expect_event("load"):  # not a new address: saving drafts while one types changes that too
            self._press(page, "button[name=action-submit]")
        page.wait_for_url(re.compile(r"/admin/pages/\d+/(edit/)?$"))
        return int(WagtailPage.objects.get(title=title).pk)

    def approve(self, pk: int) -> None:
        page = self.visitor.open(f"/admin/pages/{pk}/edit/")
        page.wait_for_load_state("networkidle")  # the editor's scripts have taken the buttons over
        with page.expect_event("load"):
            self._press(page, "button[data-workflow-action-name=approve]")
        page.wait_for_url(re.compile(r"/admin/(pages/\d+/(edit/)?)?$"))


def test_a_trainer_writes_a_reviewer_publishes_a_learner_learns(visit: Visit, starter: None) -> None:
    catalogue = CatalogueIndexPage.objects.get(locale__language_code="de")
    desk = Desk(visit(person("trainer"), language="de-DE"))
    page = desk.new("courses/modulepage", catalogue.pk, "Angebote nachfassen")
    page.locator("[name=intro]").fill("Wie aus einem Angebot ein Auftrag wird.")
    module_pk = desk.submit(page, "Angebote nachfassen")

    page = desk.new("courses/lessonpage", module_pk, "Der zweite Anruf")
    page.locator("[name=objective]").fill("Du rufst an, bevor die Frist abläuft.")
    desk.block(page, 0)
    editor = page.locator(".public-DraftEditor-content[contenteditable=true]").first
    editor.click()
    page.keyboard.type("Ruf an, bevor die Frist abläuft.")
    kept = page.locator("input[type=hidden][name^='body-'][name$='-value']").first
    expect(kept).to_have_value(re.compile("bevor die Frist"))  # the editor hands its text over a moment later
    lesson_pk = desk.submit(page, "Der zweite Anruf")

    page = desk.new("assessments/quizpage", module_pk, "Test: Angebote")
    desk.block(page, 0)
    page.locator("[data-chooser-action-choose]").first.click()
    page.locator(".modal-body [data-chooser-modal-choice]").first.click()
    expect(page.locator(".modal-body")).to_have_count(0)
    quiz_pk = desk.submit(page, "Test: Angebote")
    assert not WagtailPage.objects.filter(pk__in=[module_pk, lesson_pk, quiz_pk], live=True).exists()

    marketing = visit(person("marketing"), language="de-DE")
    page = marketing.open(str(catalogue.get_url()))
    expect(page.get_by_role("main")).to_contain_text("Silos")
    expect(page.get_by_role("main")).not_to_contain_text("Angebote nachfassen")

    editorial = Desk(visit(person("reviewer"), language="de-DE"))
    for pk in (module_pk, lesson_pk, quiz_pk):
        editorial.approve(pk)
    assert WagtailPage.objects.filter(pk__in=[module_pk, lesson_pk, quiz_pk], live=True).count() == 3

    page.reload()
    page.get_by_role("main").get_by_role("link", name="Angebote nachfassen", exact=True).click()
    page.get_by_role("main").get_by_role("button", name=re.compile(f"^{DE('Start')}")).click()
    page.wait_for_url(f"**{LessonPage.objects.get(pk=lesson_pk).get_url()}")
    expect(page.get_by_role("main")).to_contain_text("Ruf an, bevor die Frist abläuft.")
    button(page, DE("Complete and continue")).click()
    page.wait_for_url(f"**{WagtailPage.objects.get(pk=quiz_pk).get_url()}")
    button(page, DE("Start the test")).click()
    page.wait_for_url("**/attempts/**")
    expect(page.locator("[data-question='1']")).to_be_visible()
    assert Attempt.objects.get(user=person("marketing")).items.count() == 1


def code_in(text: str) -> str:
    found = re.search(r"M\d\d", text)
    return found[0] if found else ""


def test_hr_filters_exports_and_assigns(visit: Visit, starter: None) -> None:  # noqa: PLR0915 - one journey
    hr, marketing, sales, lead = person("hr"), person("marketing"), person("sales"), person("lead")
    complete_lessons(marketing, "M01")
    take_test(marketing, "M01", right=True)
    complete_lessons(sales, "M01")
    assign(hr, activity=module("M02"), users=[sales, lead], due_at=timezone.now() - timedelta(days=2))
    page = visit(hr).open("/en/reports/")
    rows = page.get_by_role("row")
    expect(rows).to_have_count(1 + Enrollment.objects.count())

    page.locator("details.filters__card > summary").click()
    form = page.locator("details.filters__card")
    form.get_by_label(EN("Function"), exact=True).select_option(label="Sales")
    button(form, EN("Show")).click()
    page.wait_for_url("**function=**")
    wanted = Enrollment.objects.filter(user__in=[sales, lead])
    assert wanted.count() == 3
    expect(rows).to_have_count(1 + wanted.count())
    figures = page.get_by_role("region", name=EN("Key figures"))
    expect(figures.locator(".num").first).to_have_text("2")
    expect(figures).to_contain_text(f"0 of {wanted.count()} assignments")
    shown = {(row.get_by_role("rowheader").inner_text(), code_in(row.inner_text())) for row in rows.all()[1:]}
    kept = {(each.user.sort_name, each.activity.code) for each in wanted.select_related("user", "activity")}
    assert shown == kept
    page.get_by_text(EN("Export"), exact=True).first.click()
    button(page, EN("Excel (XLSX)")).click()
    page.wait_for_url("**/exports/**")
    run_export(ExportJob.objects.get().pk)
    page.reload()
    with page.expect_download() as download:
        page.get_by_role("link", name=EN("Download"), exact=True).click()
    sheet = load_workbook(BytesIO(download.value.path().read_bytes())).worksheets[0]
    lines = [" ".join(str(cell) for cell in row if cell is not None) for row in sheet.iter_rows(values_only=True)]
    exported = [line for line in lines if any(user.last_name in line for user in (sales, lead))]
    assert len(exported) == len(kept)
    for name, code in kept:
        last, first = name.split(", ")
        assert any(last in line and first in line and code_in(line) == code for line in exported), (name, code, lines)
    assert not [line for line in lines if marketing.last_name in line]

    page.goto(page.url.split("/exports/", maxsplit=1)[0])
    page.get_by_role("main").get_by_role("link", name=EN("Assign"), exact=True).last.click()
    search = page.get_by_role("search")
    search.get_by_label(EN("Function"), exact=True).select_option(label="Sales")
    button(search, EN("Search")).click()
    page.wait_for_url("**function=**")
    found = page.locator("ul.pick").get_by_role("checkbox")
    count = found.count()
    due = timezone.localdate() + timedelta(days=14)
    what = page.locator("#assign-form")
    what.locator("select").first.select_option(str(module("M01").key))
    what.locator("input[type=date]").fill(due.isoformat())
    what.locator("input[name=whom][value=matching]").check()
    button(page, EN("Show who gets it")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(EN("Check the assignment"))
    expect(rows).to_have_count(1 + count)
    assert Enrollment.objects.filter(activity=module("M01")).count() == 2, "a dry run assigns nothing"
    page.get_by_role("main").get_by_role("button", name=re.compile("now$")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(EN("Assigned"))
    given = Enrollment.objects.filter(activity=module("M01"), due_at__isnull=False)
    assert given.count() == count
    assert {timezone.localtime(each.due_at).date() for each in given if each.due_at} == {due}
    assert {each.user.function.slug for each in given.select_related("user__function") if each.user.function} == {
        "sales"
    }
