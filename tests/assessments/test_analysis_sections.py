"""Figures of the sections of a test: against plain fractions, for groups only, on the page and in the file."""

import io
import math
import statistics
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from wagtail.users.models import UserProfile

from assessments.analysis.production import compute
from assessments.analysis.reasons import Reason, number
from assessments.models import Attempt, ItemVersion, QuizAnalysis, QuizPage
from assessments.services import request_analysis, start_attempt
from courses.models import Activity
from people.models import User
from tests.assessments import factories
from tests.assessments import plain_figures as plain
from tests.assessments.analysis_factories import ended, people, versions_of
from tests.courses.factories import ModuleTree

BASICS, CASE = factories.bilingual(heading="Basics", intro=""), factories.bilingual(heading="Case", intro="")
# Of each person, whether they are right: one question before the sections, three in "Basics", two in "Case".
RIGHT = ("1 111 11", "0 110 10", "1 100 01", "0 000 00", "1 101 11", "0 111 00", "1 010 11", "1 001 10")
WEIGHTS = (1, 1, 2, 1, 1, 3)


@pytest.fixture
def page(tree: ModuleTree) -> QuizPage:
    items = [factories.item(title=f"Question {number}") for number in range(1, 7)]
    slots = [
        *factories.fixed(items[0]),
        *factories.section("Basics"),
        *factories.fixed(*items[1:4]),
        *factories.section("Case"),
        *factories.fixed(*items[4:]),
    ]
    return factories.quiz_page(tree.page, slots, shuffle_questions=False, title="Silos")


def frozen(*begins: int) -> list[dict[str, Any]]:
    return [{"first": first, **names} for first, names in zip(begins, (BASICS, CASE), strict=False)]


def taken(quiz: Activity, page: QuizPage, pattern: str, sections: list[dict[str, Any]]) -> Attempt:
    [user] = people(1)
    versions = [one for one in versions_of_all(page) if one]
    right = pattern.replace(" ", "")
    given = [(version, "o-1" if sign == "1" else "o-2") for version, sign in zip(versions, right, strict=True)]
    attempt = ended(user, quiz, page, given, weights=WEIGHTS)
    if sections:
        attempt.policy = {**attempt.policy, "sections": sections}
        attempt.save()
    return attempt


def versions_of_all(page: QuizPage) -> list[ItemVersion]:
    return versions_of(page)


def computed(quiz: Activity) -> QuizAnalysis:
    analysis = request_analysis(quiz)
    compute(analysis.pk)
    analysis.refresh_from_db()
    return analysis


def sections_of(analysis: QuizAnalysis) -> list[dict[str, Any]]:
    assert analysis.result is not None
    found: list[dict[str, Any]] = analysis.result.get("sections", [])
    return found


@pytest.fixture
def eight(quiz: Activity, page: QuizPage) -> Activity:
    for pattern in RIGHT:
        taken(quiz, page, pattern, frozen(2, 5))
    return quiz


def table(columns: slice) -> plain.Table:
    return [
        {
            place: (Fraction(sign), Fraction(weight))
            for place, (sign, weight) in list(enumerate(zip(pattern.replace(" ", ""), WEIGHTS, strict=True)))[columns]
        }
        for pattern in RIGHT
    ]


def test_each_section_is_a_test_of_its_own(eight: Activity) -> None:
    found = sections_of(computed(eight))
    assert [one["heading_en"] for one in found] == ["Basics (en)", "Case (en)"]
    for one, columns in zip(found, (slice(1, 4), slice(4, 6)), strict=True):
        rows = table(columns)
        totals = [plain.total(attempt) for attempt in rows]
        assert (one["people"], one["questions"]) == (8, len(rows[0]))
        assert one["facility"] == pytest.approx(float(statistics.mean(totals)), rel=1e-12)
        assert one["deviation"] == pytest.approx(math.sqrt(plain.variance(totals)), rel=1e-12)
        assert one["alpha"] == pytest.approx(plain.alpha_of_complete(rows), rel=1e-12)


def test_a_section_of_one_question_has_no_consistency(quiz: Activity, page: QuizPage) -> None:
    for pattern in RIGHT:
        taken(quiz, page, pattern, frozen(2, 6))
    basics, case = sections_of(computed(quiz))
    assert number(basics["alpha"]) is not None
    assert (case["questions"], case["alpha"]) == (1, Reason.ONE_ITEM)


@pytest.mark.parametrize(("with_it", "without", "shown"), [(4, 6, False), (5, 5, True), (6, 4, False), (6, 0, True)])
def test_figures_are_about_five_people_and_so_is_what_is_left(
    quiz: Activity, page: QuizPage, with_it: int, without: int, shown: bool
) -> None:
    """What few people scored must not come out as the test less its sections."""
    for number_ in range(with_it):
        taken(quiz, page, RIGHT[number_], frozen(2, 5))
    for number_ in range(without):
        taken(quiz, page, RIGHT[number_], [])
    found = sections_of(computed(quiz))
    assert [one["people"] for one in found] == [with_it if shown else 0] * 2
    assert all(("facility" in one) is shown for one in found)


def test_sections_stand_as_in_the_newest_attempt_and_a_rename_is_another_one(quiz: Activity, page: QuizPage) -> None:
    for pattern in RIGHT[:5]:
        taken(quiz, page, pattern, [{"first": 2, **CASE}, {"first": 4, **BASICS}])
    for pattern in RIGHT[:6]:
        taken(
            quiz, page, pattern, [{"first": 1, **BASICS}, {"first": 5, **factories.bilingual(heading="Deal", intro="")}]
        )
    found = sections_of(computed(quiz))
    assert [(one["heading_de"], one["people"]) for one in found] == [
        ("Basics (de)", 11),
        ("Case (de)", 5),
        ("Deal (de)", 6),
    ]


def test_what_an_attempt_really_freezes_is_read(learner: User, quiz: Activity, page: QuizPage, eight: Activity) -> None:
    assert start_attempt(learner, quiz=quiz).policy["sections"] == [
        {**one, "intro_de": "About Basics (de)" if one["first"] == 2 else "About Case (de)"}
        | {"intro_en": "About Basics (en)" if one["first"] == 2 else "About Case (en)"}
        for one in frozen(2, 5)
    ]


def test_a_test_without_sections_has_none(quiz: Activity, page: QuizPage) -> None:
    for pattern in RIGHT:
        taken(quiz, page, pattern, [])
    analysis = computed(quiz)
    assert analysis.result is not None
    assert "sections" not in analysis.result


# --- Page and file ---------------------------------------------------------------------------------------------------
@pytest.fixture
def desk(client: Client, trainer: User) -> Client:
    UserProfile.objects.create(user=trainer, preferred_language="en")
    client.force_login(trainer)
    return client


def test_the_page_and_the_file_show_the_same(desk: Client, eight: Activity) -> None:
    found = sections_of(computed(eight))
    page = desk.get(reverse("quiz_analysis", kwargs={"key": eight.key})).content.decode()
    assert 'id="sections"' in page
    for one in found:
        assert one["heading_en"] in page
        assert f"{100 * one['facility']:.1f}" in page
    url = reverse("quiz_analysis_export", kwargs={"key": eight.key, "kind": "xlsx"})
    book = openpyxl.load_workbook(io.BytesIO(desk.get(url).content))
    assert book.sheetnames == ["Test", "Sections", "Questions", "Answers"]
    rows = list(book["Sections"].iter_rows(values_only=True))
    assert [row[:3] for row in rows[1:]] == [("Basics (en)", 8, 3), ("Case (en)", 8, 2)]
    for row, one in zip(rows[1:], found, strict=True):
        assert list(row[3:]) == [round(one[name], 6) for name in ("facility", "deviation", "alpha")]


def test_a_section_of_few_says_why_it_has_no_figures(desk: Client, quiz: Activity, page: QuizPage) -> None:
    for number_, pattern in enumerate(RIGHT):
        taken(quiz, page, pattern, frozen(2, 5) if number_ < 4 else [])
    computed(quiz)
    told = desk.get(reverse("quiz_analysis", kwargs={"key": quiz.key})).content.decode()
    assert told.count("fewer than five people had it") == 2
    url = reverse("quiz_analysis_export", kwargs={"key": quiz.key, "kind": "xlsx"})
    book = openpyxl.load_workbook(io.BytesIO(desk.get(url).content))
    assert [row[1:] for row in book["Sections"].iter_rows(min_row=2, values_only=True)] == [(None,) * 5] * 2


@pytest.mark.parametrize("sections", [0, 2])
def test_the_page_costs_the_same_with_sections(
    desk: Client, quiz: Activity, page: QuizPage, sections: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for pattern in RIGHT:
        taken(quiz, page, pattern, frozen(2, 5)[:sections])
    computed(quiz)
    counted: Callable[[], Any] = lambda: desk.get(reverse("quiz_analysis", kwargs={"key": quiz.key}))  # noqa: E731
    counted()
    with django_assert_num_queries(16):
        counted()
