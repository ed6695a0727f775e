"""Which items a test asks for: by topic, tag, objective and difficulty, and what the bank lacks."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from wagtail.models import Locale

from assessments.blocks import SuggestInput, item_topics
from assessments.models import Attempt, Item, QuizPage
from assessments.selectors.bank import asked_by, question_count, slot_shortages, supply_of
from assessments.selectors.usage import usage_of
from assessments.services import start_attempt
from courses.models import LessonPage
from people.models import User
from tests.assessments import factories
from tests.courses.factories import ModuleTree

pytestmark = pytest.mark.django_db


def page_with(tree: ModuleTree, slots: list[dict[str, Any]]) -> QuizPage:
    return factories.quiz_page(tree.page, slots)


def found_by(tree: ModuleTree, **row: Any) -> set[str]:
    """Titles of the items that a row may draw."""
    [asked] = asked_by(page_with(tree, factories.blueprint(row)).slots)
    assert asked.drawn is not None
    return set(asked.drawn.values_list("title", flat=True))


def test_a_row_draws_what_fits_all_that_it_says(tree: ModuleTree) -> None:
    lesson = LessonPage.objects.get()
    factories.item(title="a", topic="Silos", difficulty="hard", tags=["M01", "Case"], lesson=tree.lessons[0])
    factories.item(title="b", topic="Silos", difficulty="easy", tags=["M01"])
    factories.item(title="c", topic="Buyers", difficulty="hard", tags=["M02"])
    factories.item("likert", title="ungraded", topic="Silos", difficulty="hard", lesson=tree.lessons[0])
    factories.item(title="draft", topic="Silos", live=False)
    factories.item(title="sales", topic="Silos", audience="sales")
    assert found_by(tree) == {"a", "b", "c"}
    assert found_by(tree, topic=" Silos ") == {"a", "b"}
    assert found_by(tree, topic="Silos", difficulty="hard") == {"a"}
    assert found_by(tree, tag="Case") == {"a"}
    assert found_by(tree, objective=lesson.pk) == {"a"}
    english = lesson.copy_for_translation(Locale.objects.get(language_code="en"), copy_parents=True)
    assert found_by(tree, objective=english.pk) == {"a"}, "the lesson is one, whichever page of it was chosen"
    assert found_by(tree, objective=lesson.pk, difficulty="easy") == set()


def test_an_attempt_follows_the_blueprint(learner: User, tree: ModuleTree) -> None:
    for number in range(4):
        factories.item(topic=("Silos", "Buyers")[number % 2], difficulty=("easy", "hard")[number // 2], tags=["M01"])
        factories.item(topic="Silos", tags=["other"])
    rows = (
        {"topic": "Silos", "count": 1, "weight": "3"},
        {"topic": "Silos", "difficulty": "hard", "count": 1, "weight": "2"},
        {"topic": "Buyers", "count": 2},
    )
    page = page_with(tree, factories.blueprint(*rows, tags=["M01"]))
    assert question_count(page.slots) == 4
    for _number in range(3):
        attempt = start_attempt(learner, quiz=factories.quiz_of(page))
        asked = {(one.item_version.content["topic_de"], int(one.weight)) for one in factories.items_of(attempt)}
        assert asked == {("Silos", 3), ("Silos", 2), ("Buyers", 1)}
        hard = [one.item_version.item for one in factories.items_of(attempt) if one.weight == 2]
        assert [one.difficulty for one in hard if one] == ["hard"], "the wide row leaves the item to the narrow one"
        Attempt.objects.all().delete()


def test_what_is_missing_is_said_for_each_row(tree: ModuleTree) -> None:
    factories.item(topic="Silos", difficulty="hard")
    lesson = LessonPage.objects.get()
    page = page_with(
        tree,
        factories.blueprint(
            {"topic": "Silos", "count": 1},
            {"topic": "Silos", "difficulty": "hard", "count": 2},
            {"objective": lesson.pk, "tag": "M09", "count": 3},
        ),
    )
    assert slot_shortages(page.slots) == [
        "Slot 1, row 2 (topic “Silos”, difficulty hard) draws 2 items, but only 1 live item fits.",
        f"Slot 1, row 3 (objective of “{lesson.title}”, tags M09) draws 3 items, but only 0 live items fit.",
    ]
    both = page_with(tree, factories.blueprint({"topic": "Silos"}, {"difficulty": "hard"}))
    [sentence] = slot_shortages(both.slots)
    assert "only 1 of 2 questions" in sentence


def test_usage_knows_the_rows_that_may_draw_an_item(tree: ModuleTree) -> None:
    item = factories.item(topic="Silos", difficulty="hard")
    page = page_with(tree, factories.blueprint({"topic": "Buyers"}, {"difficulty": "hard"}))
    other = page_with(tree, factories.blueprint({"difficulty": "easy"}))
    assert [one.pk for one in usage_of([item.pk])[item.pk].quizzes] == [page.pk]
    assert other.live


@pytest.mark.parametrize("rows", [1, 6])
def test_reading_a_blueprint_costs_one_query_for_each_row(
    tree: ModuleTree, rows: int, django_assert_num_queries: Any
) -> None:
    lesson = LessonPage.objects.get()
    page = page_with(tree, factories.blueprint(*[{"objective": lesson.pk, "topic": "Silos"}] * rows))
    page = QuizPage.objects.get(pk=page.pk)
    with django_assert_num_queries(rows + 1):  # and one for the titles of all lessons
        supply_of(page.slots)


def test_a_row_names_its_topic_as_the_reader_calls_it(tree: ModuleTree, rf: Any) -> None:
    """A row holds the German name, which an English-speaking trainer does not know."""
    factories.item(topic="Ursachen", topic_en="Causes")
    factories.item(topic="Ursachen")
    factories.item(topic="Folgen")
    page = page_with(tree, factories.blueprint({"topic": "Ursachen"}, {"topic": "Folgen"}))
    for language, names in (("en", ["Causes", "Folgen"]), ("de", ["Ursachen", "Folgen"])):
        with translation.override(language):
            assert [re.findall("[“„](.*)[”“]", one.what) for one in supply_of(page.slots)] == [[one] for one in names]
            offered = SuggestInput(item_topics).render("topic", "")
            assert f'value="Ursachen">{"Causes" if language == "en" else ""}</option>' in offered


class TestEditor:
    def row(self, **fields: str) -> dict[str, str]:
        plain = {"topic": "", "tag": "", "objective": "", "difficulty": "", "count": "2", "weight": "1"}
        listed = {"deleted": "", "order": "0", "type": "item", "id": "r-1"}
        values = {f"rows-0-value-{name}": value for name, value in (plain | fields).items()}
        return (
            {"rows-count": "1", "audience": "both"} | {f"rows-0-{name}": one for name, one in listed.items()} | values
        )

    def test_the_bank_is_counted_while_one_types(self, client: Client, admin: User) -> None:
        factories.item(topic="Silos", difficulty="hard", title="Secret")
        client.force_login(admin)
        posted = client.post(reverse("quiz_supply"), _nested(self.row(topic="Silos", difficulty="hard")))
        text = posted.content.decode()
        assert "topic “Silos”, difficulty hard" in text
        assert "only 1 live item fits" in text
        for fields in ({"count": ""}, {"count": "x", "weight": "much"}, {"objective": "99999"}):
            assert client.post(reverse("quiz_supply"), _nested(self.row(**fields))).status_code == 200, fields
        assert client.post(reverse("quiz_supply"), {"slots-count": "0"}).status_code == 200
        assert Item.objects.count() == 1


def _nested(block: dict[str, str]) -> dict[str, str]:
    slot = {"type": "blueprint", "deleted": "", "order": "0", "id": ""}
    return {
        "slots-count": "1",
        **{f"slots-0-{name}": value for name, value in slot.items()},
        **{f"slots-0-value-{name}": value for name, value in block.items()},
    }
