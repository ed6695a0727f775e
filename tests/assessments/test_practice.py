"""Knowledge checks in lessons: feedback at once, nothing recorded, and no oracle for the items of tests."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from assessments import practice
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
    "file_upload": {"answer": "done"},
    "extended_text": {"answer": "Dear buyer, hello"},
    "branching": {"path": ["c1-1", "c2-1"]},
    "likert": {"answer-s-1": "4", "answer-s-2": "5"},
}


def best_form(item: Item, token: str) -> dict[str, Any]:
    """The best answer to what is asked; `token` is what the form carries of it."""
    kind, content = get_kind(item.kind), item.versions.get().content
    best = kind.best(kind.as_asked(content, practice.read_drawn(item, token)))
    return {**factories.form_of(best), "asked": token}


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
    before = LearningEvent.objects.count(), Progress.objects.count()
    asked = client.post(url(item), {"again": "1", "block": "b"}).content.decode()
    assert "CANARY" not in asked
    token = re.search('name="asked" value="([^"]+)"', asked)
    form = FORMS.get(kind) or best_form(item, token[1] if token else "")
    told = client.post(url(item), {**form, "block": "b"}).content.decode()
    assert "CANARY" in told
    assert not re.search("<h[3-6]", told), "it stands below an h1 here, an h2 in a lesson and an h3 in a result"
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


def token_of(page: str) -> str:
    found = re.search('name="asked" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def test_a_check_draws_new_numbers_and_grades_by_those_that_it_showed(
    client: Client, alice: User, tree: ModuleTree
) -> None:
    item = factories.item("calculated", raw=factories.calculated_raw(formula="deals", mistakes=[]))
    put_check(tree, item)
    client.force_login(alice)
    pages = [client.post(url(item), {"again": "1"}).content.decode() for _time in range(12)]
    tokens = [token_of(page) for page in pages]
    shown = [practice.read_drawn(item, token)["deals"] for token in tokens]
    assert len(set(shown)) > 1, "twelve draws of eleven numbers"
    assert all(f"{number} deals of" in page for number, page in zip(shown, pages, strict=True))
    first, other = tokens[0], next(token for token, deals in zip(tokens, shown, strict=True) if deals != shown[0])
    told = client.post(url(item), {"answer": shown[0], "asked": first}).content.decode()
    assert "pill--success" in told
    assert f"{shown[0]} deals of" in told
    assert "pill--success" not in client.post(url(item), {"answer": shown[0], "asked": other}).content.decode()
    unanswered = client.post(url(item), {"answer": "", "asked": first}).content.decode()
    assert practice.read_drawn(item, token_of(unanswered))["deals"] == shown[0], "the question stays the same"


@pytest.mark.parametrize("forged", ["", "nonsense", "W10:x:y", "of another item"])
def test_numbers_that_we_did_not_draw_are_not_calculated_with(
    client: Client, alice: User, tree: ModuleTree, forged: str
) -> None:
    item, other = (factories.item("calculated", raw=factories.RAW["calculated"](marker=" CANARY")) for _one in "ab")
    put_check(tree, item, other)
    client.force_login(alice)
    if forged == "of another item":
        forged = token_of(client.post(url(other), {"again": "1"}).content.decode())
    page = client.post(url(item), {"answer": "750", "asked": forged}).content.decode()
    assert "Here are new numbers" in page
    assert "CANARY" not in page
    assert token_of(page)
