"""The CMS as trainers meet it: menu, lists, start page, review, schedule, brand."""

import re
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from wagtail import blocks
from wagtail.models import Page, WorkflowState
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield

from courses import tasks
from courses.forms import BlockFieldOneAtATime
from courses.models import BrandSettings, CatalogueIndexPage, Fact, HomePage, LearnerNote, LessonPage, ModulePage
from courses.models.branding import current_brand
from enablement.core.cache import forget
from enablement.core.colours import DARK_GROUNDS, LIGHT_GROUNDS, contrast, least_contrast, palettes
from enablement.core.models import Heartbeat
from people.models import User
from people.services import ensure_workflow, grant_page_permissions, grant_roles
from tests.courses import cms_factories as make

TODAY = timezone.localdate


@pytest.fixture
def roles_ready(home: HomePage) -> None:
    """Groups with their permissions and the review workflow, as after a migration."""
    grant_roles()
    grant_page_permissions(home)
    ensure_workflow(home)


def menu_names(client: Client, user: User) -> set[str]:
    from django.test import RequestFactory
    from wagtail.admin.menu import admin_menu

    request = RequestFactory().get("/admin/")
    request.user = user
    return {item.name for item in admin_menu.menu_items_for_request(request)}


def submenu_names(menu: Any, user: User) -> set[str]:
    from django.test import RequestFactory

    request = RequestFactory().get("/admin/")
    request.user = user
    return {item.name for item in menu.menu_items_for_request(request)}


def test_the_menu_holds_what_a_trainer_needs(roles_ready: None, trainer: User, hr: User, admin: User) -> None:
    from wagtail.admin.menu import reports_menu, settings_menu

    client = Client()
    client.force_login(trainer)
    client.get("/admin/")  # Wagtail registers the lists when its addresses are first read
    seen = menu_names(client, trainer)
    assert {"modules", "lessons", "facts", "explorer", "images", "documents"} <= seen
    assert "help" not in seen
    assert not submenu_names(reports_menu, trainer) & {"site-history", "page-types-usage", "locked-pages"}
    assert not submenu_names(settings_menu, trainer) & {"redirects", "sites", "collections", "workflows"}
    assert "help" in menu_names(client, admin)
    assert {"redirects", "sites"} <= submenu_names(settings_menu, admin)
    assert not menu_names(client, hr) & {"modules", "lessons", "facts", "explorer", "snippets"}


def test_the_start_page_names_what_waits(
    roles_ready: None, catalogue: CatalogueIndexPage, trainer: User, client: Client
) -> None:
    make.fact("alt", value="17 %", checked_on=TODAY() - timedelta(days=800), review_by=TODAY() - timedelta(days=400))
    make.fact("neu", value="99 %")
    make.module(catalogue, "Lange her", reviewed_on=TODAY() - timedelta(days=400))
    make.module(catalogue, "Gerade erst", reviewed_on=TODAY() - timedelta(days=3))
    client.force_login(trainer)
    content = client.get("/admin/").content.decode()
    for text in ("17 %", "Lange her", f"/admin/pages/add/courses/modulepage/{catalogue.pk}/"):
        assert text in content
    for text in ("99 %", "Gerade erst"):
        assert text not in content


@pytest.mark.parametrize("count", [1, 12])
def test_facts_cost_the_same_queries_however_many(
    roles_ready: None,
    trainer: User,
    catalogue: CatalogueIndexPage,
    client: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
    count: int,
) -> None:
    facts = [make.fact(f"f{number}", value=f"{number} %") for number in range(count)]
    make.lesson(make.module(catalogue), body=[make.block("fact", {"fact": facts[0].pk, "comment": ""})])
    client.force_login(trainer)
    url = "/admin/snippets/courses/fact/"
    client.get(url)
    with django_assert_num_queries(FACT_LIST_QUERIES):
        response = client.get(url)
    rows = {fact.pk: fact for fact in response.context["object_list"]}
    assert rows[facts[0].pk].usage_count == 1
    assert len(rows) == count


FACT_LIST_QUERIES = 12


def test_a_fact_leads_to_where_it_is_used(
    roles_ready: None, trainer: User, catalogue: CatalogueIndexPage, client: Client
) -> None:
    """Whoever corrects a number must find the lessons that show it."""
    fact = make.fact()
    make.lesson(make.module(catalogue), "Wo es steht", body=[make.block("fact", {"fact": fact.pk, "comment": ""})])
    client.force_login(trainer)
    listed = client.get("/admin/snippets/courses/fact/").content.decode()
    [url] = re.findall(r'<td[^>]*>\s*<a href="([^"]*)">\s*[^<]*\b1\b[^<]*</a>\s*</td>', listed)
    assert "Wo es steht" in client.get(url).content.decode()


def test_expired_facts_can_be_listed_and_confirmed(roles_ready: None, trainer: User, client: Client) -> None:
    old = make.fact("alt", checked_on=TODAY() - timedelta(days=800), review_by=TODAY() - timedelta(days=1))
    make.fact("neu", value="99 %")
    client.force_login(trainer)
    listed = client.get("/admin/snippets/courses/fact/", {"state": "expired"})
    assert [fact.pk for fact in listed.context["object_list"]] == [old.pk]
    soon = client.get("/admin/snippets/courses/fact/", {"state": "soon"})
    assert not list(soon.context["object_list"])
    url = f"/admin/bulk/courses/fact/confirm_facts/?id={old.pk}"
    assert client.get(url).status_code == 200
    client.post(url)
    old.refresh_from_db()
    assert (old.checked_on, old.review_by) == (TODAY(), TODAY() + timedelta(days=365))


def test_a_learner_cannot_enter_and_hr_cannot_confirm_facts(
    roles_ready: None, alice: User, hr: User, client: Client
) -> None:
    old = make.fact("alt", checked_on=TODAY() - timedelta(days=9), review_by=TODAY() - timedelta(days=1))
    url = f"/admin/bulk/courses/fact/confirm_facts/?id={old.pk}"
    for user in (alice, hr):
        client.force_login(user)
        client.post(url)
        assert Fact.objects.get(pk=old.pk).review_by == old.review_by


def test_the_next_review_comes_after_the_check() -> None:
    fact = Fact(
        slug="x",
        value="1",
        wording_de="x",
        wording_en="x",
        year="2020",
        source="x",
        checked_on=TODAY(),
        review_by=TODAY(),
    )
    with pytest.raises(ValidationError) as refused:
        fact.clean()
    assert set(refused.value.message_dict) == {"review_by"}


@pytest.mark.parametrize("url", ["/admin/modules/", "/admin/lessons/"])
def test_flat_lists_show_the_pages(
    roles_ready: None, trainer: User, catalogue: CatalogueIndexPage, client: Client, url: str
) -> None:
    make.lesson(make.module(catalogue, code="M01"), "Parallelwelt")
    client.force_login(trainer)
    response = client.get(url)
    assert response.status_code == 200
    assert ("M01" if "modules" in url else "Parallelwelt") in response.content.decode()


# --- Review ---------------------------------------------------------------------------------------------------------


QUOTE = dict.fromkeys(["text", "person", "role"], "")


def lesson_form(*body: tuple[str, Any], **fields: str) -> dict[str, Any]:
    """What the editor posts for a lesson."""
    data: dict[str, Any] = nested_form_data(
        {
            "title": "Parallelwelt",
            "slug": "parallelwelt",
            "objective": "Du benennst …",
            "minutes": "7",
            "audience": "both",
            "required": "on",
            "search_description": "",
            "body": streamfield(body),
            "comments": inline_formset([]),
            **fields,
        }
    )
    return data


def test_an_unfinished_lesson_is_not_submitted_and_the_trainer_reads_what_is_missing(
    roles_ready: None, catalogue: CatalogueIndexPage, trainer: User, client: Client
) -> None:
    client.force_login(trainer)
    add = f"/admin/pages/add/courses/lessonpage/{make.module(catalogue).pk}/"
    points = {"points-count": "1", "points-0-value": "", "points-0-deleted": "", "points-0-order": "0"}
    unfinished = [("text", rich_text("<p>Zwei Teams</p>")), ("quote", QUOTE)]
    body = [*unfinished, ("key_points", points)]
    refused = client.post(add, lesson_form(*body, **{"action-submit": "1"}))
    said = " ".join(str(message) for message in refused.context["messages"])
    for phrase in ("Block 2 (Quotation) – ", "Block 3 (Key points) – ", "Entry 1 – ", "save it as a draft"):
        assert phrase in said
    assert "Block 1" not in said
    assert "StreamBlock" not in said
    assert client.post(add, lesson_form(*body)).status_code == 302, "as a draft it is kept"
    lesson = LessonPage.objects.get(slug="parallelwelt")
    assert not lesson.workflow_in_progress
    assert len(lesson.body) == 3


def test_what_was_emptied_while_it_waited_is_not_approved_from_a_list(
    roles_ready: None, catalogue: CatalogueIndexPage, trainer: User, reviewer: User, client: Client
) -> None:
    lesson = make.lesson(make.module(catalogue), live=False, body=[make.block("quote", dict(QUOTE, text="Zitat"))])
    state = submit(lesson, trainer)
    approve = reverse("wagtailadmin_pages:workflow_action", args=[lesson.pk, "approve", state.current_task_state.pk])
    client.force_login(reviewer)
    editor = f"/admin/pages/{lesson.pk}/edit/"
    assert client.post(editor, lesson_form(("quote", QUOTE))).status_code == 302, "a draft may have gaps"
    refused = client.post(approve, {"comment": ""}, follow=True)
    assert "Block 1 (Quotation) – " in " ".join(str(message) for message in refused.context["messages"])
    assert not LessonPage.objects.get(pk=lesson.pk).live
    client.post(editor, lesson_form(("quote", dict(QUOTE, text="Zitat"))))
    client.post(approve, {"comment": ""})
    assert LessonPage.objects.get(pk=lesson.pk).live


def test_a_draft_that_is_saved_meanwhile_lets_no_empty_block_through() -> None:
    """The editor saves drafts while one types, in another thread of the same process."""
    inside, submitted = threading.Event(), threading.Event()

    class Slow(blocks.CharBlock):
        def clean(self, value: str) -> Any:
            if threading.current_thread() is saving:
                inside.set()
                submitted.wait(0.3)  # the draft takes its time: the submission must wait, not overtake
            return super().clean(value)

    stream = blocks.StreamBlock([("line", Slow())])
    draft, submission = BlockFieldOneAtATime(stream), BlockFieldOneAtATime(stream)
    draft.is_deferred_validation = True
    value = blocks.StreamValue(stream, [("line", "")])
    saving = threading.Thread(target=draft.clean, args=[value])
    saving.start()
    assert inside.wait(5)
    with pytest.raises(ValidationError):
        submission.clean(value)
    submitted.set()
    saving.join()


def submit(page: Page, user: User) -> WorkflowState:
    page.save_revision(user=user)
    state: WorkflowState = page.get_workflow().start(page, user)
    return state


def test_a_trainer_hands_in_and_a_reviewer_publishes(
    roles_ready: None, catalogue: CatalogueIndexPage, trainer: User, reviewer: User, client: Client
) -> None:
    module = make.module(catalogue)
    lesson = make.lesson(module, live=False)
    assert lesson.permissions_for_user(trainer).can_edit()
    assert not lesson.permissions_for_user(trainer).can_publish()
    assert lesson.permissions_for_user(reviewer).can_publish()
    state = submit(lesson, trainer)
    assert state.status == WorkflowState.STATUS_IN_PROGRESS
    client.force_login(reviewer)
    assert lesson.title in client.get("/admin/").content.decode(), "it waits on the reviewer's start page"
    state.current_task_state.specific.approve(user=reviewer)
    lesson.refresh_from_db()
    assert lesson.live


def test_what_is_scheduled_is_published_and_taken_back(catalogue: CatalogueIndexPage) -> None:
    module = make.module(catalogue)
    lesson = make.lesson(module, live=False)
    lesson.go_live_at = timezone.now() + timedelta(hours=1)
    lesson.expire_at = timezone.now() + timedelta(hours=3)
    lesson.save_revision().publish()
    tasks.publish_scheduled()
    lesson.refresh_from_db()
    assert not lesson.live
    import time_machine

    with time_machine.travel(timezone.now() + timedelta(hours=2), tick=False):
        tasks.publish_scheduled()
        lesson.refresh_from_db()
        assert lesson.live
        assert Heartbeat.age("publishing") == timedelta(0)
    with time_machine.travel(timezone.now() + timedelta(hours=4), tick=False):
        tasks.publish_scheduled()
        lesson.refresh_from_db()
        assert not lesson.live


def test_a_locked_page_is_not_changed_by_others(
    roles_ready: None, catalogue: CatalogueIndexPage, trainer: User, reviewer: User
) -> None:
    module = make.module(catalogue)
    module.locked, module.locked_by, module.locked_at = True, reviewer, timezone.now()
    module.save()
    assert module.get_lock().for_user(trainer)


def test_revisions_can_be_compared(
    roles_ready: None, catalogue: CatalogueIndexPage, trainer: User, client: Client
) -> None:
    lesson = make.lesson(make.module(catalogue), body=[make.block("text", "<p>Alt</p>")])
    first = lesson.save_revision(user=trainer)
    lesson.body = [("text", "<p>Neu</p>"), ("quote", {"text": "Zitat", "person": "", "role": ""})]
    second = lesson.save_revision(user=trainer)
    client.force_login(trainer)
    response = client.get(f"/admin/pages/{lesson.pk}/revisions/compare/{first.pk}...{second.pk}/")
    assert response.status_code == 200
    assert "Neu" in response.content.decode()


# --- Brand ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("colour", ["#0b6272", "#7a0019", "#1d4fb8", "#5b3b00", "#000000", "#4a148c", "#00695c"])
def test_both_variants_of_a_colour_can_be_read(colour: str) -> None:
    light, dark = palettes(colour)
    for palette, grounds in ((light, LIGHT_GROUNDS), (dark, DARK_GROUNDS)):
        assert least_contrast(palette.primary, grounds) >= 4.5
        assert contrast(palette.on_primary, palette.primary) >= 4.5
        assert contrast(palette.primary, palette.soft) >= 4.5


def test_contrast_is_the_ratio_of_the_guidelines() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize(("colour", "reason"), [("#f5b301", "4.5"), ("#ffffff", "4.5"), ("teal", "#0b6272")])
def test_a_colour_that_cannot_be_read_is_refused(colour: str, reason: str) -> None:
    with pytest.raises(ValidationError) as refused:
        BrandSettings(primary_colour=colour).full_clean() if colour.startswith("#") else BrandSettings(
            primary_colour=colour
        ).clean_fields()
    assert reason in str(refused.value.message_dict["primary_colour"])


def test_the_brand_is_public_cached_for_ever_and_fresh_after_a_change(
    home: HomePage, client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    assert client.get("/brand.css").content == b""
    with django_capture_on_commit_callbacks(execute=True):
        brand = BrandSettings.load()
        brand.company_name, brand.primary_colour, brand.logo = "Muster & Söhne", "#7a0019", make.image()
        brand.save()
    current = current_brand()
    response = client.get("/brand.css", {"v": current.version})
    assert response.headers["Content-Type"].startswith("text/css")
    assert "immutable" in response.headers["Cache-Control"]
    assert b"--primary: #7a0019" in response.content
    assert b"--w-color-primary-saturation: 100.0%" in response.content
    assert client.get("/brand.css", {"v": "old"}).headers["Cache-Control"] == "no-cache"
    logo = client.get("/brand/logo", {"v": current.version})
    assert logo.status_code == 200
    assert "sandbox" in logo.headers["Content-Security-Policy"]
    assert b"".join(logo.streaming_content)
    with django_capture_on_commit_callbacks(execute=True):
        brand.primary_colour, brand.logo = "", None
        brand.save()
    assert client.get("/brand.css").content == b""
    assert client.get("/brand/logo").status_code == 404


def test_the_cms_wears_the_brand(home: HomePage, admin: User, client: Client) -> None:
    BrandSettings.objects.create(company_name="Muster & Söhne", primary_colour="#7a0019")
    cache.delete("courses.brand")
    forget("courses.brand")
    client.force_login(admin)
    content = client.get("/admin/").content.decode()
    assert "Muster &amp; Söhne" in content
    assert f"/brand.css?v={current_brand().version}" in content
    assert "css/cms.css" in content


# --- Notes ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def noted(catalogue: CatalogueIndexPage) -> Any:
    body = [
        make.block("reflection", {"prompt": "Was?", "hint": ""}),
        make.block("checklist", {"title": "Liste", "items": ["a", "b"]}),
        make.block("quote", {"text": "Zitat", "person": "", "role": ""}),
    ]
    return make.lesson(make.module(catalogue), body=body)


def note_url(page: Any, number: int) -> str:
    return f"/de/learn/notes/{page.translation_key}/{page.body[number].id}/"


def test_a_reflection_is_kept_and_stays_private(noted: Any, alice: User, bob: User, client: Client) -> None:
    client.force_login(alice)
    url = note_url(noted, 0)
    response = client.post(url, {"text": "Nur für mich", "next": "/de/x/"})
    assert response.headers["Location"] == f"/de/x/#block-{noted.body[0].id}"
    saved = client.post(url, {"text": "Neu"}, headers={"Accept": "application/json"})
    assert saved.status_code == 200
    assert set(saved.json()) == {"status"}
    assert LearnerNote.objects.get(user=alice).text == "Neu"
    client.force_login(bob)
    client.post(url, {"text": "Bob"})
    assert {note.user: note.text for note in LearnerNote.objects.all()} == {alice: "Neu", bob: "Bob"}
    assert client.get(url).status_code == 405


def test_ticks_are_kept_and_taken_back(noted: Any, alice: User, client: Client) -> None:
    client.force_login(alice)
    url = note_url(noted, 1)
    client.post(url, {"ticks": ["b", "a", "a"], "text": "ignored"})
    note = LearnerNote.objects.get()
    assert (note.ticks, note.text) == (["a", "b"], "")
    client.post(url, {})
    note.refresh_from_db()
    assert note.ticks == []


def test_ticks_stay_on_their_items_and_text_stays_as_written(noted: Any, alice: User, client: Client) -> None:
    item = LessonPage.objects.get(pk=noted.pk).body[1].value["items"].bound_blocks[1]
    again = LessonPage.objects.get(pk=noted.pk).body[1].value["items"].bound_blocks[1]
    assert item.id == again.id, "the list is stored without ids, and they are the same each time it is read"
    client.force_login(alice)
    client.post(note_url(noted, 1), {"ticks": [item.id]})
    client.post(note_url(noted, 0), {"text": "Zeile eins"})
    content = client.get(noted.get_url()).content.decode()
    assert f'value="{item.id}" checked' in content
    assert ">Zeile eins</textarea>" in content


def test_nothing_is_kept_for_what_is_no_note_or_not_live_or_too_long(noted: Any, alice: User, client: Client) -> None:
    client.force_login(alice)
    assert client.post(note_url(noted, 2), {"text": "x"}).status_code == 404
    long = client.post(note_url(noted, 0), {"text": "x" * 10_001}, headers={"Accept": "application/json"})
    assert long.status_code == 409
    assert client.post(note_url(noted, 0), {"text": "x", "next": "https://evil.example/"}).headers["Location"][0] == "/"
    url = note_url(noted, 0)
    LearnerNote.objects.all().delete()
    noted.unpublish()
    assert client.post(url, {"text": "x"}).status_code == 404
    client.logout()
    assert client.post(url, {"text": "x"}).status_code == 302
    assert not LearnerNote.objects.exists()


def test_a_note_in_a_locked_module_is_refused(
    catalogue: CatalogueIndexPage, noted: Any, alice: User, client: Client
) -> None:
    first = make.module(catalogue, "Zuerst")
    module = ModulePage.objects.get(pk=noted.get_parent().pk)
    module.prerequisites = [("module", first)]
    module.save_revision().publish()
    client.force_login(alice)
    response = client.post(note_url(noted, 0), {"text": "x"}, headers={"Accept": "application/json"})
    assert response.status_code == 409
    assert not LearnerNote.objects.exists()
