"""Sections of a test: where their questions stand, that a started attempt keeps them, and where they are shown."""

import random
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from assessments.drawing import Drawn, Slot
from assessments.models import QuizPage
from assessments.sections import Section, in_order, section_of
from assessments.selectors.bank import slot_shortages
from assessments.services import start_attempt, submit_attempt
from courses.models import Activity
from people.models import User
from tests.assessments import factories
from tests.courses.factories import ModuleTree


@pytest.fixture(scope="module")
def build_page() -> Callable[[ModuleTree], QuizPage]:
    """One question before the first section, six in "Basics", six in "Case"."""

    def build(tree: ModuleTree) -> QuizPage:
        for number in range(6):
            factories.item(title=f"b{number}", tags=["basic"])
            factories.item(title=f"c{number}", tags=["case"])
        slots = [
            *factories.fixed(factories.item(title="first")),
            *factories.section("Basics"),
            *factories.draw(6, "basic"),
            *factories.section("Case"),
            *factories.draw(6, "case"),
        ]
        return factories.quiz_page(tree.page, slots, shuffle_questions=True)

    return build


def test_questions_are_mixed_within_their_section_only() -> None:
    drawn = [Drawn(Slot((item,), 1, Decimal(1), item // 10), item) for item in (*range(1, 9), *range(11, 19))]
    seen = set()
    rng = random.Random(7)  # noqa: S311 - the same order in each run
    for _number in range(20):
        order = [one.item for one in in_order(drawn, rng, shuffle=True)]
        assert sorted(order[:8]) == list(range(1, 9))
        assert sorted(order[8:]) == list(range(11, 19))
        seen.add((*order[:8], *order[8:]))
    assert len(seen) > 15
    assert in_order(drawn, rng, shuffle=False) == drawn


def test_a_question_stands_in_the_last_section_that_has_begun() -> None:
    one, two = Section(2, "one", ""), Section(5, "two", "")
    assert [section_of([one, two], at) for at in (1, 2, 4, 5, 9)] == [None, one, one, two, two]


def titles(attempt: Any) -> list[str]:
    return [one.item_version.item.title for one in factories.items_of(attempt)]


@pytest.mark.django_db
def test_a_started_attempt_keeps_its_sections(
    learner: User, page: QuizPage, quiz: Activity, django_assert_num_queries: Any
) -> None:
    quiz = Activity.objects.select_related("parent").get(pk=quiz.pk)
    learner = User.objects.select_related("function").get(pk=learner.pk)
    with django_assert_num_queries(16):  # as without sections: 14, and one for the second draw and the fixed item each
        attempt = start_attempt(learner, quiz=quiz)
    found = titles(attempt)
    assert (found[0], {one[0] for one in found[1:7]}, {one[0] for one in found[7:]}) == ("first", {"b"}, {"c"})
    frozen = attempt.policy["sections"]
    assert [(one["first"], one["heading_de"], one["heading_en"]) for one in frozen] == [
        (2, "Basics (de)", "Basics (en)"),
        (8, "Case (de)", "Case (en)"),
    ]
    page.slots = page._meta.get_field("slots").to_python(factories.draw(2, "basic"))
    page.save()
    attempt.refresh_from_db()
    assert attempt.policy["sections"] == frozen
    later = start_attempt(learner, quiz=quiz)
    assert later == attempt
    submit_attempt(learner, attempt=attempt)
    assert "sections" not in start_attempt(learner, quiz=quiz).policy, "without sections nothing changes"


@pytest.mark.django_db
def test_learners_see_the_sections_from_the_card_to_the_result(
    client: Client, learner: User, page: QuizPage, quiz: Activity
) -> None:
    client.force_login(learner)
    assert "Basics (de), Case (de)." in client.get(page.get_url() or "").content.decode()
    attempt = start_attempt(learner, quiz=quiz)

    def seen(name: str, **kwargs: int) -> str:
        return client.get(reverse(f"assessments:{name}", kwargs={"uuid": attempt.uuid, **kwargs})).content.decode()

    player = seen("player", position=2)
    assert player.count("About Case (de)") == 1, "the introduction stands above the first question only"
    assert player.count("section__name") == 12, "each question says where it belongs"
    assert player.count("places__section") == 2
    assert seen("review").count("review-list__section") == 2
    english = reverse("assessments:player", kwargs={"uuid": attempt.uuid, "position": 2}).replace("/de/", "/en/", 1)
    assert "About Case (en)" in client.get(english).content.decode()
    client.get(page.get_url() or "")
    submit_attempt(learner, attempt=attempt)
    result = seen("result")
    assert result.index("Basics (de)") < result.index("Case (de)")


@pytest.mark.django_db
def test_the_preview_shows_sections_and_an_empty_one_keeps_the_test_from_being_published(
    rf: Any, admin: User, page: QuizPage
) -> None:
    request = rf.get("/")
    request.user = admin
    html = page.make_preview_request(request, "answers").render().content.decode()
    assert (html.count("section__name"), html.count("About Case")) == (12, 1)
    assert slot_shortages(page.slots) == []
    raw = [*page.slots.raw_data, *factories.section("Empty")]
    page.slots = page._meta.get_field("slots").to_python(raw)
    assert slot_shortages(page.slots) == ["The section “Empty (de)” has no questions. Put some below it, or remove it."]
