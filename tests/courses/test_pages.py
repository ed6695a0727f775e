"""The page tree: what stands where, what is refused, and what both languages share."""

import html
import json
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from wagtail.models import Locale, Page
from wagtail_localize.models import Translation, TranslationSource

from assessments.models import QuizPage
from courses.content_checks import check_lesson, check_module, check_path
from courses.models import (
    Activity,
    CatalogueIndexPage,
    HomePage,
    LearningPathPage,
    LessonPage,
    ModulePage,
    PathIndexPage,
)
from people.models import User
from tests.courses import cms_factories as make


def chooser(*pages: Page) -> list[dict[str, Any]]:
    return [make.block("module", page.pk) for page in pages]


def steps(*pages: Page) -> list[dict[str, Any]]:
    return [make.block("step", {"module": page.pk, "audience": "both"}) for page in pages]


def test_the_tree_allows_what_belongs_together_and_nothing_else() -> None:
    allowed = {
        HomePage: {CatalogueIndexPage, PathIndexPage},
        CatalogueIndexPage: {ModulePage},
        PathIndexPage: {LearningPathPage},
        ModulePage: {LessonPage, QuizPage},
        LessonPage: set(),
        LearningPathPage: set(),
    }
    for parent, children in allowed.items():
        assert set(parent.allowed_subpage_models()) == children, parent


def test_a_circle_of_prerequisites_is_refused_by_name(catalogue: CatalogueIndexPage) -> None:
    first = make.module(catalogue, "Silos")
    second = make.module(catalogue, "Käufer", prerequisites=chooser(first))
    third = make.module(catalogue, "Leads", prerequisites=chooser(second))
    first.prerequisites = chooser(third)
    with pytest.raises(ValidationError) as refused:
        first.full_clean()
    (message,) = refused.value.message_dict["prerequisites"]
    assert "“Silos” → “Leads” → “Käufer” → “Silos”" in message
    first.prerequisites = chooser(first)
    with pytest.raises(ValidationError, match="“Silos” → “Silos”"):
        first.full_clean()
    first.prerequisites = []
    first.full_clean()


def test_two_drafts_cannot_wait_for_each_other(catalogue: CatalogueIndexPage) -> None:
    first, second = make.module(catalogue, "Silos"), make.module(catalogue, "Käufer")
    second.prerequisites = chooser(first)
    second.save_revision()
    assert not ModulePage.objects.get(pk=second.pk).prerequisites, "the live page knows nothing of it"
    first.prerequisites = chooser(second)
    with pytest.raises(ValidationError, match="“Silos” → “Käufer” → “Silos”"):
        first.full_clean()


def test_the_editor_shows_the_circle_and_saves_nothing(
    catalogue: CatalogueIndexPage, admin: User, client: Client
) -> None:
    from wagtail.test.utils.form_data import nested_form_data, streamfield

    first = make.module(catalogue, "Silos", code="M01", intro="Worum es geht")
    second = make.module(catalogue, "Käufer", prerequisites=chooser(first))
    client.force_login(admin)
    form = nested_form_data(
        {
            "title": "Silos",
            "slug": "silos",
            "code": "M01",
            "topic": "",
            "intro": "Worum es geht",
            "illustration": "",
            "search_description": "",
            "move_on": "both",
            "reviewed_on": "",
            "outcomes": streamfield([]),
            "prerequisites": streamfield([("module", str(second.pk))]),
            "comments": {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0, "MIN_NUM_FORMS": 0, "MAX_NUM_FORMS": 0},
        }
    )
    before = first.revisions.count()
    response = client.post(f"/admin/pages/{first.pk}/edit/", form)
    assert response.status_code == 200
    message = response.context["form"].errors["prerequisites"][0]
    assert "“Silos” → “Käufer” → “Silos”" in message
    shown = response.content.decode()
    assert message in shown or json.dumps(message)[1:-1] in html.unescape(shown)
    assert first.revisions.count() == before


def test_a_code_is_unique_in_its_language(catalogue: CatalogueIndexPage) -> None:
    first = make.module(catalogue, "Silos", code="M01")
    copy = first.copy_for_translation(Locale.objects.get(language_code="en"), copy_parents=True)
    copy.full_clean()
    twin = ModulePage(title="Zwilling", slug="zwilling", code="M01", locale=first.locale)
    with pytest.raises(ValidationError, match="Silos"):
        catalogue.add_child(instance=twin)


def test_a_module_stands_on_a_path_once(catalogue: CatalogueIndexPage) -> None:
    module = make.module(catalogue)
    index = PathIndexPage.objects.get()
    path = LearningPathPage(title="Pfad", slug="pfad", steps=steps(module, module), locale=index.locale)
    with pytest.raises(ValidationError, match="Silos"):
        index.add_child(instance=path)
    path.steps = steps(module)
    index.add_child(instance=path)


@pytest.mark.parametrize("minutes", [0, 241])
def test_a_lesson_takes_between_a_minute_and_four_hours(catalogue: CatalogueIndexPage, minutes: int) -> None:
    module = make.module(catalogue)
    with pytest.raises(ValidationError) as refused:
        make.lesson(module, minutes=minutes)
    assert set(refused.value.message_dict) == {"minutes"}


def test_translations_share_settings_and_one_activity(catalogue: CatalogueIndexPage, admin: User) -> None:
    module = make.module(catalogue, code="M01")
    lesson = make.lesson(module, minutes=9, audience="sales", body=[make.block("text", "<p>Hallo</p>")])
    english = Locale.objects.get(language_code="en")
    for page in (HomePage.objects.get(), catalogue, module, lesson):
        source, _ = TranslationSource.update_or_create_from_instance(page)
        translation = Translation.objects.create(source=source, target_locale=english)
        translation.save_target(user=admin)
    copy = LessonPage.objects.get(locale=english)
    assert (copy.minutes, copy.audience) == (9, "sales")
    lesson.minutes = 12
    lesson.save_revision().publish()
    TranslationSource.objects.get_for_instance(lesson).update_from_db()
    Translation.objects.get(source__object_id=lesson.translation_key).save_target(user=admin)
    copy.refresh_from_db()
    assert copy.minutes == 12
    assert copy.body[0].id == LessonPage.objects.get(pk=lesson.pk).body[0].id, "notes belong to the block in both"
    assert Activity.objects.filter(key=lesson.translation_key).count() == 1
    fields = {field.field_name: field for field in LessonPage.override_translatable_fields}
    assert not fields["minutes"].overridable


def test_content_checks_name_what_is_missing(catalogue: CatalogueIndexPage) -> None:
    from datetime import date

    old = make.fact("alt", review_by=date(2020, 1, 1), checked_on=date(2019, 1, 1))
    module = make.module(catalogue)
    body = [
        make.block("image", {"image": make.image().pk, "alt_text": "", "decorative": False, "caption": ""}),
        make.block(
            "video",
            {
                "title": "Film",
                "file": make.document("a.mp4").pk,
                "captions": None,
                "captions_language": "de",
                "transcript": "",
                "poster": None,
            },
        ),
        make.block("fact", {"fact": old.pk, "comment": ""}),
        make.block("knowledge_check", {"item": 4711}),
    ]
    lesson = make.lesson(module, body=body)
    found = {(str(problem.message), problem.anchor) for problem in check_lesson(lesson)}
    anchors = [f"body.{block['id']}" for block in body]
    assert ("An image has no alternative text.", anchors[0]) in found
    assert ("A video has no captions.", anchors[1]) in found
    assert ("A video has no transcript.", anchors[1]) in found
    assert any(message.startswith("The fact “46 %") and anchor == anchors[2] for message, anchor in found)
    assert any("knowledge check has no question" in message and anchor == anchors[3] for message, anchor in found)
    messages = [message for message, _ in found]
    assert any(message.startswith("There is no version in") for message in messages)
    lesson.body = []
    assert any("no knowledge check" in str(problem.message) for problem in check_lesson(lesson))
    of_module = [str(problem.message) for problem in check_module(ModulePage.objects.get(pk=module.pk))]
    assert "The module has no test yet." in of_module
    assert "The module has no lesson yet." not in of_module
    path = LearningPathPage(title="Pfad", steps=steps(module))
    assert not [problem for problem in check_path(path) if "not published" in str(problem.message)]
    module.unpublish()
    path = LearningPathPage(title="Pfad", steps=steps(module))
    assert [problem for problem in check_path(path) if "not published" in str(problem.message)]


def test_deleting_and_unpublishing_pages_keeps_the_records(catalogue: CatalogueIndexPage, alice: User) -> None:
    from courses.models import LearnerNote, Progress

    module = make.module(catalogue)
    lesson = make.lesson(module)
    activity = Activity.objects.get(key=lesson.translation_key)
    Progress.objects.create(user=alice, activity=activity)
    LearnerNote.objects.create(user=alice, activity=activity, text="bleibt")
    lesson.unpublish()
    ModulePage.objects.get(pk=module.pk).delete()
    assert not LessonPage.objects.exists()
    assert Progress.objects.filter(user=alice, activity=activity).exists()
    assert LearnerNote.objects.get(user=alice).text == "bleibt"
