"""Knowledge checks in lessons: feedback at once, nothing recorded, and no oracle for the items of tests."""

import pytest
from django.test import Client
from django.urls import reverse

from assessments.kinds import get_kind
from assessments.models import Attempt, Item, Response
from assessments.services import start_attempt
from courses.models import Activity, LearningEvent, LessonPage, Progress
from people.models import User
from tests.assessments import factories
from tests.courses.factories import ModuleTree, enrolled

FORMS = {
    "single_choice": {"answer": "o-1"},
    "multiple_choice": {"answer": ["o-1", "o-2"]},
    "numeric": {"answer": "2.500"},
    "gap_fill": {"answer-g-1": "leads", "answer-g-2": "12,6", "answer-g-3": "c-1"},
    "short_text": {"answer": "doppelpass"},
    "true_false": {"answer": "true"},
    "ordering": {"order": ["e-1", "e-2", "e-3", "e-4"]},
    "extended_text": {"answer": "Dear buyer, hello"},
    "branching": {"path": ["c1-1", "c2-1"]},
    "likert": {"answer-s-1": "4", "answer-s-2": "5"},
}


def put_check(tree: ModuleTree, *items: Item) -> LessonPage:
    lesson = LessonPage.objects.get(pk=tree.lesson_pages[0].pk)
    lesson.body = [("knowledge_check", {"item": item}) for item in items]
    lesson.save_revision().publish()
    return lesson


def url(item: Item) -> str:
    return reverse("assessments:check", kwargs={"key": item.key})


@pytest.mark.parametrize("kind", list(factories.RAW))
def test_a_check_answers_with_feedback_and_records_nothing(
    client: Client, alice: User, tree: ModuleTree, kind: str
) -> None:
    item = factories.item(kind, raw=factories.RAW[kind](marker=" CANARY"))
    put_check(tree, item)
    client.force_login(alice)
    form = FORMS.get(kind) or factories.form_of(get_kind(kind).best(item.versions.get().content))
    before = LearningEvent.objects.count(), Progress.objects.count()
    asked = client.post(url(item), {"again": "1", "block": "b"}).content.decode()
    assert "CANARY" not in asked
    told = client.post(url(item), {**form, "block": "b"}).content.decode()
    assert "CANARY" in told
    if kind in factories.GRADED:
        assert "pill--success" in told
    else:  # nothing is called right that people must judge, or that is nobody's business
        assert ("Not scored" in told) is not get_kind(kind).graded
    assert before == (LearningEvent.objects.count(), Progress.objects.count())
    assert not Attempt.objects.exists()
    assert not Response.objects.exists()


@pytest.mark.parametrize("form", [{}, {"answer": "nonsense"}, {"answer": "x" * 10_000}])
def test_without_a_sound_answer_nothing_is_told(
    client: Client, alice: User, tree: ModuleTree, form: dict[str, str]
) -> None:
    item = factories.item(raw=factories.RAW["single_choice"](marker=" CANARY"))
    put_check(tree, item)
    client.force_login(alice)
    response = client.post(url(item), form)
    assert response.status_code == 200
    assert "CANARY" not in response.content.decode()


def test_items_of_tests_cannot_be_probed(client: Client, learner: User, tree: ModuleTree, quiz: Activity) -> None:
    client.force_login(learner)
    practised = factories.item()
    lesson = put_check(tree, practised)
    assert client.post(url(practised), FORMS["single_choice"]).status_code == 200, "the way in works"
    for item in Item.objects.exclude(pk=practised.pk):
        assert client.post(url(item), FORMS.get(item.kind, {})).status_code == 404
    lesson.unpublish()
    assert client.post(url(practised), FORMS["single_choice"]).status_code == 404


def test_a_draft_of_a_lesson_opens_nothing(client: Client, alice: User, tree: ModuleTree) -> None:
    item = factories.item()
    lesson = LessonPage.objects.get(pk=tree.lesson_pages[0].pk)
    lesson.body = [("knowledge_check", {"item": item})]
    lesson.save_revision()
    client.force_login(alice)
    assert client.post(url(item), FORMS["single_choice"]).status_code == 404


def test_an_item_that_a_running_attempt_asks_is_closed_for_practice(
    client: Client, alice: User, bob: User, tree: ModuleTree
) -> None:
    item = factories.item()
    put_check(tree, item)
    page = factories.quiz_page(tree.page, factories.fixed(item))
    enrolled(alice, tree.module)
    start_attempt(alice, quiz=factories.quiz_of(page))
    client.force_login(alice)
    assert client.post(url(item), FORMS["single_choice"]).status_code == 404
    client.force_login(bob)
    assert client.post(url(item), FORMS["single_choice"]).status_code == 200


def test_practice_is_for_people_who_are_logged_in_and_by_post(client: Client, alice: User, tree: ModuleTree) -> None:
    item = factories.item()
    put_check(tree, item)
    assert client.post(url(item), FORMS["single_choice"]).status_code == 302
    client.force_login(alice)
    assert client.get(url(item)).status_code == 405


def test_an_ordering_can_be_rearranged_without_scripts(client: Client, alice: User, tree: ModuleTree) -> None:
    item = factories.item("ordering")
    put_check(tree, item)
    client.force_login(alice)
    page = client.post(url(item), {**FORMS["ordering"], "move": "e-4:up"}).content.decode()
    order = [page.index(f'name="order" value="e-{number}"') for number in (1, 2, 4, 3)]
    assert order == sorted(order)
    assert "check__feedback" not in page
