"""The history of versions: a trainer sees what changed, the key first, and which attempts hold which version."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from assessments.differences import changes
from assessments.kinds import get_kind, kinds
from assessments.models import Item
from assessments.selectors.versions import changes_between, versions_of
from assessments.services import start_attempt, submit_attempt
from people.models import User
from tests.assessments import factories
from tests.courses.factories import ModuleTree

EDIT = "wagtailsnippets_assessments_item:edit"
VERSIONS = "wagtailsnippets_assessments_item:versions"


def content(kind: str) -> dict[str, Any]:
    return get_kind(kind).content({**factories.RAW[kind](), "image": 1})


def names_in(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, child in value.items():
            yield name
            yield from names_in(child)
    elif isinstance(value, list):
        for child in value:
            yield from names_in(child)


@pytest.mark.parametrize("kind", list(kinds()))
def test_every_kind_says_what_its_key_is(kind: str) -> None:
    """A new kind without it would show a changed key like a changed comma."""
    one = get_kind(kind)
    assert bool(one.key_fields) == one.graded
    assert one.key_fields <= set(names_in(content(kind)))


@pytest.mark.parametrize("kind", list(kinds()))
def test_nothing_differs_from_itself_and_everything_from_nothing(kind: str) -> None:
    one = content(kind)
    assert changes(get_kind(kind), one, deepcopy(one)) == []
    assert changes(get_kind(kind), {}, one)
    assert changes(get_kind(kind), one, {})


def test_texts_are_shown_by_language_and_the_key_comes_first() -> None:
    before = content("single_choice")
    after = deepcopy(before)
    after["prompt_en"] = "What?"
    after["options"][0]["correct"], after["options"][1]["correct"] = False, True
    after["options"][2]["feedback_de"] = ""
    key, other, prompt, feedback = changes(get_kind("single_choice"), before, after)
    assert (key.key, other.key, prompt.key, feedback.key) == (True, True, False, False)
    assert (prompt.before, prompt.after, prompt.language) == ("Which? (en)", "What?", "en")
    assert (feedback.before, feedback.after, feedback.language) == ("Feedback 3 (de)", "", "de")
    assert "3" in feedback.where
    assert key.where.split(" – ")[1] == "1"


def test_what_came_went_and_moved() -> None:
    before = content("single_choice")
    after = deepcopy(before)
    gone = after["options"].pop(0)
    after["options"].append({**gone, "id": "new", "correct": False, "text_de": "Anders"})
    found = changes(get_kind("single_choice"), before, after)
    assert [(change.before, change.after, change.key) for change in found] == [
        ("Option 1 (de)", "", True),
        ("", "Anders", False),
    ]
    steps = content("ordering")
    turned = {**steps, "entries": steps["entries"][::-1]}
    [order] = changes(get_kind("ordering"), steps, turned)
    assert order.key
    assert order.before.startswith("Step 1 (de) · Step 2")


def test_what_a_part_points_to_is_named() -> None:
    before = content("categorise")
    after = deepcopy(before)
    after["entries"][0]["group"] = after["groups"][1]["id"]
    [change] = changes(get_kind("categorise"), before, after)
    assert (change.before, change.after, change.key) == ("Marketing (de)", "Sales (de)", True)


def test_zero_and_no_are_said() -> None:
    before = content("numeric")
    [change] = changes(get_kind("numeric"), before, {**before, "tolerance": "5"})
    assert (change.before, change.after, change.key) == ("0", "5", True)


@pytest.mark.django_db
class TestHistory:
    def edited(self, item: Item, text: str, user: User) -> None:
        item.body[0].value["prompt_de"] = text
        item.save_revision(user=user).publish(user=user)
        item.refresh_from_db()

    @pytest.mark.parametrize("many", [1, 5])
    def test_use_by_version_costs_the_same_for_one_and_for_many(
        self,
        learner: User,
        admin: User,
        tree: ModuleTree,
        many: int,
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        item = factories.item()
        quizzes = [factories.quiz_of(factories.quiz_page(tree.page, factories.fixed(item))) for _ in range(many)]
        for number, quiz in enumerate(quizzes):
            submit_attempt(learner, attempt=start_attempt(learner, quiz=quiz))
            self.edited(item, f"Frage {number}?", admin)
            start_attempt(learner, quiz=quiz)
        with django_assert_num_queries(3):
            rows = versions_of(item)
        assert [row.version.number for row in rows] == list(range(many + 1, 0, -1))
        assert (rows[0].running, rows[0].finished) == (1, 0)
        assert (rows[-1].running, rows[-1].finished) == (0, 1)
        assert rows[0].version.author == admin
        [change] = changes_between(rows[1].version, rows[0].version)
        assert change.after == f"Frage {many - 1}?"

    def test_the_page_compares_neighbours_or_two_chosen_ones(self, client: Client, admin: User) -> None:
        item = factories.item()
        for text in ("Erste?", "Zweite?"):
            self.edited(item, text, admin)
        client.force_login(admin)
        url = reverse(VERSIONS, args=[item.pk])
        page = client.get(url)
        found = [[(change.before, change.after) for change in entry["changes"]] for entry in page.context["entries"]]
        assert found == [[("Erste?", "Zweite?")], [("Which? (de)", "Erste?")], []]
        assert "Zweite?" in page.content.decode()
        chosen = client.get(f"{url}?before=1&after=3")
        [change] = chosen.context["between"]
        assert (change.before, change.after) == ("Which? (de)", "Zweite?")
        assert client.get(f"{url}?before=1&after=99").context["after"] is None

    def test_the_editor_says_which_attempts_use_which_version(
        self, client: Client, learner: User, admin: User, tree: ModuleTree
    ) -> None:
        item = factories.item()
        quiz = factories.quiz_of(factories.quiz_page(tree.page, factories.fixed(item), title="In use"))
        start_attempt(learner, quiz=quiz)
        self.edited(item, "Anders?", admin)
        client.force_login(admin)
        html = client.get(reverse(EDIT, args=[item.pk])).content.decode()
        assert "In use – 1 " in html
        assert reverse(VERSIONS, args=[item.pk]) in html
