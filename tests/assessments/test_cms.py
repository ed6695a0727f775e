"""The bank in the CMS: drafts, approval, versions, filters, previews, and what the editor refuses."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from wagtail.test.utils.form_data import inline_formset, nested_form_data, streamfield

from assessments.enums import ItemState
from assessments.models import Attempt, Item, ItemVersion, QuizPage, Response
from courses.models import HomePage, LearningEvent
from people.models import User
from people.services import ensure_workflow, grant_roles
from tests.assessments import factories
from tests.courses.factories import ModuleTree

LIST = "wagtailsnippets_assessments_item:list"


def option(number: int, *, right: bool, **fields: str) -> dict[str, Any]:
    return {
        "value": {
            **factories.bilingual(text=f"Option {number}", feedback=f"Feedback {number}"),
            **({"correct": "on"} if right else {}),
            **fields,
        },
        "id": f"o-{number}",
        "deleted": "",
        "order": str(number - 1),
        "type": "item",
    }


def form(*options: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """The editor's form of a single choice item."""
    listed = {f"options-{place}-{name}": value for place, each in enumerate(options) for name, value in each.items()}
    block = {
        **factories.bilingual(prompt="Which?"),
        "feedback_de": "",
        "feedback_en": "",
        "options-count": str(len(options)),
        "hints-count": "0",
        "media-count": "0",
        **listed,
    }
    return nested_form_data(
        {
            "title": "New item",
            "topic": "",
            "topic_en": "",
            "audience": "both",
            "lesson": "",
            "tags": "M01",
            "body": streamfield([("single_choice", _flat(block))]),
            **fields,
        }
    )


def _flat(block: dict[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in block.items():
        if isinstance(value, dict):
            flat |= {f"{name}-{inner}": one for inner, one in value.items()}
        else:
            flat[name] = value
    return flat


@pytest.fixture
def editor(client: Client, admin: User) -> Client:
    client.force_login(admin)
    return client


def test_publishing_makes_a_version_and_only_a_change_makes_the_next(editor: Client, db: None) -> None:
    good = form(option(1, right=True), option(2, right=False), **{"action-publish": "1"})
    response = editor.post(reverse("wagtailsnippets_assessments_item:add"), good)
    assert response.status_code == 302, response.context["form"].errors
    item = Item.objects.get()
    assert (item.state, item.kind, item.versions.count()) == (ItemState.LIVE, "single_choice", 1)
    assert list(item.tags.names()) == ["M01"]
    edit = reverse("wagtailsnippets_assessments_item:edit", args=[item.pk])
    assert editor.post(edit, good).status_code == 302, "a draft of the same"
    assert editor.post(edit, good).status_code == 302
    item.refresh_from_db()
    assert item.versions.count() == 1
    changed = form(option(1, right=True), option(2, right=False, text_de="Anders"), **{"action-publish": "1"})
    assert editor.post(edit, changed).status_code == 302
    assert list(item.versions.values_list("number", flat=True)) == [1, 2]
    ids = [[one["id"] for one in version.content["options"]] for version in item.versions.all()]
    assert ids == [["o-1", "o-2"], ["o-1", "o-2"]], "options keep their ids"


def test_the_editor_insists_on_feedback_but_keeps_an_unfinished_draft(editor: Client, db: None) -> None:
    unfinished = (option(1, right=True), option(2, right=False, feedback_en=""))
    add = reverse("wagtailsnippets_assessments_item:add")
    refused = editor.post(add, form(*unfinished, **{"action-publish": "1"}))
    assert refused.status_code == 200
    assert not Item.objects.exists()
    assert editor.post(add, form(*unfinished)).status_code == 302
    item = Item.objects.get()
    assert (item.live, item.state, item.versions.count(), item.languages) == (False, ItemState.DRAFT, 0, ["de"])


def test_two_right_answers_cannot_be_published_as_single_choice(editor: Client, db: None) -> None:
    both = form(option(1, right=True), option(2, right=True), **{"action-publish": "1"})
    response = editor.post(reverse("wagtailsnippets_assessments_item:add"), both)
    assert response.status_code == 200
    assert "Exactly one answer" in str(
        response.context["form"].errors.as_data()["body"][0].block_errors[0].non_block_errors
    )


def test_state_follows_publishing(db: None) -> None:
    item = factories.item(live=False)
    assert item.state == ItemState.DRAFT
    item.save_revision().publish()
    item.refresh_from_db()
    assert (item.state, item.versions.count()) == (ItemState.LIVE, 1)
    item.unpublish()
    item.refresh_from_db()
    assert item.state == ItemState.RETIRED


def test_a_draft_of_a_live_item_changes_nothing_for_learners(db: None) -> None:
    item = factories.item()
    item.title = "Draft"
    item.body[0].value["prompt_de"] = "Anders?"
    item.save_revision()
    fresh = Item.objects.get()
    assert fresh.versions.count() == 1
    assert fresh.body[0].value["prompt_de"] == "Which? (de)"


def test_versions_are_immutable(db: None) -> None:
    version = factories.item().versions.get()
    with pytest.raises(TypeError):
        version.save()
    with pytest.raises(TypeError):
        version.delete()
    with pytest.raises(TypeError):
        ItemVersion.objects.all().delete()
    with pytest.raises(TypeError):
        ItemVersion.objects.update(number=9)


def test_the_list_filters_and_searches(editor: Client, db: None) -> None:
    factories.item(title="Silo", tags=["M01"], difficulty="hard")
    factories.item("numeric", title="Velocity", tags=["M05"], live=False)
    url = reverse(LIST)
    tag = Item.objects.get(title="Silo").tags.get()
    for query, found in (
        ("kind=numeric", ["Velocity"]),
        ("state=live", ["Silo"]),
        (f"tag={tag.pk}", ["Silo"]),
        ("audience=sales", []),
        ("difficulty=hard", ["Silo"]),
        ("difficulty=easy", []),
        ("q=Velocity", ["Velocity"]),
        ("", ["Silo", "Velocity"]),
    ):
        page = editor.get(f"{url}?{query}")
        assert [item.title for item in page.context["page_obj"]] == found, query


@pytest.mark.parametrize("rows", [1, 12])
def test_the_list_costs_the_same_for_any_number_of_rows(
    editor: Client, django_assert_num_queries: DjangoAssertNumQueries, rows: int
) -> None:
    for number in range(rows):
        factories.item(tags=["M01", f"T{number}"])
    editor.get(reverse(LIST))
    with django_assert_num_queries(14):
        page = editor.get(reverse(LIST))
    assert len(page.context["page_obj"]) == rows


class TestQuizPages:
    def test_a_draw_larger_than_the_bank_cannot_be_published(
        self, editor: Client, page: QuizPage, tree: ModuleTree
    ) -> None:
        factories.item(tags=["M01"])
        edit = reverse("wagtailadmin_pages:edit", args=[page.pk])

        def data(count: int, **more: str) -> dict[str, Any]:
            draw = {"count": str(count), "audience": "both", "weight": "1"}
            return {"slots-0-value-tags": ["M01"]} | nested_form_data(
                {
                    "title": page.title,
                    "slug": page.slug,
                    "intro": "",
                    "slots": streamfield([("draw", draw)]),
                    "minutes": "10",
                    "pass_mark": "80",
                    "attempts_allowed": "0",
                    "delay_minutes": "0",
                    "grade_method": "highest",
                    "behaviour": "test",
                    "tries": "3",
                    "try_penalty": "1/3",
                    "time_limit_minutes": "",
                    "grace_seconds": "30",
                    "navigation": "free",
                    "overdue": "autosubmit",
                    "hand_in_minutes": "10",
                    "review_policy": "full",
                    "markers": "1",
                    "score_bands": streamfield([]),
                    "comments": inline_formset([]),
                    **more,
                }
            )

        refused = editor.post(edit, data(2, **{"action-publish": "1"}))
        assert refused.status_code == 200
        assert "only 1 live item fits" in str(refused.context["form"].errors["slots"])
        assert editor.post(edit, data(2)).status_code == 302, "a draft may be unfinished"
        done = editor.post(edit, data(1, **{"action-publish": "1"}))
        assert done.status_code == 302, done.context["form"].errors
        assert QuizPage.objects.get(pk=page.pk).slots[0].value["count"] == 1

    @pytest.mark.parametrize("mode", ["", "answers", "passed", "failed"])
    def test_previews_record_nothing_and_hide_answers_from_the_learners_view(
        self, rf: Any, admin: User, page: QuizPage, tree: ModuleTree, mode: str
    ) -> None:
        Item.objects.all().delete()
        items = [factories.item(kind, raw=factories.RAW[kind](marker=" CANARY")) for kind in factories.RAW]
        page.slots = page._meta.get_field("slots").to_python(factories.fixed(*items))
        before = LearningEvent.objects.count()
        request = rf.get("/")
        request.user = admin
        response = page.make_preview_request(request, mode)
        html = response.render().content.decode()
        assert response.status_code == 200
        assert ("CANARY" in html) == (mode != "")
        assert "Option 1" in html
        assert not Attempt.objects.exists()
        assert not Response.objects.exists()
        assert LearningEvent.objects.count() == before

    @pytest.mark.parametrize("kind", list(factories.RAW))
    def test_items_are_previewed_as_learner_and_with_answers(self, rf: Any, admin: User, kind: str, db: None) -> None:
        item = factories.item(kind, raw=factories.RAW[kind](marker=" CANARY"), live=False)
        request = rf.get("/")
        request.user = admin
        for mode in ("", "answers"):
            html = item.make_preview_request(request, mode).render().content.decode()
            assert ("CANARY" in html) == (mode == "answers")


def test_trainers_draft_and_cannot_publish(client: Client, trainer: User, home: Any) -> None:
    from people.permissions import grant_roles

    grant_roles()
    client.force_login(trainer)
    add = reverse("wagtailsnippets_assessments_item:add")
    good = form(option(1, right=True), option(2, right=False))
    assert client.post(add, {**good, "action-publish": "1"}).status_code == 302
    assert not Item.objects.get().live


@pytest.mark.parametrize("way", ["list", "editor"])
def test_a_reviewer_is_told_that_the_bank_has_this_question(
    editor: Client, admin: User, home: HomePage, way: str
) -> None:
    """Trainers only submit: if the editor alone warned, nobody would see it where there is a review."""
    add = reverse("wagtailsnippets_assessments_item:add")
    good = form(option(1, right=True), option(2, right=False))
    for _number in range(2):
        assert editor.post(add, good).status_code == 302
    first, second = Item.objects.order_by("pk")
    grant_roles()
    state = ensure_workflow(home).start(second, admin).current_task_state
    if way == "list":
        url = reverse("wagtailsnippets_assessments_item:workflow_action", args=[second.pk, "approve", state.pk])
        response = editor.post(url, {"comment": ""}, follow=True)
    else:
        url = reverse("wagtailsnippets_assessments_item:edit", args=[second.pk])
        approve = {"action-workflow-action": "true", "workflow-action-name": "approve"}
        response = editor.post(url, {**good, **approve}, follow=True)
    second.refresh_from_db()
    assert second.live
    assert not first.live
    assert "The bank has the same question with the same key" in response.content.decode()


def test_learners_and_hr_do_not_see_the_bank(client: Client, alice: User, hr: User) -> None:
    item = factories.item()
    for person in (alice, hr):
        client.force_login(person)
        for url in (reverse(LIST), reverse("wagtailsnippets_assessments_item:edit", args=[item.pk])):
            assert client.get(url).status_code in {302, 403, 404}
