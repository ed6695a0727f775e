"""A test on paper: each kind can be filled in by pen, nothing on it is a control, and the solutions are its own."""

import re
from typing import Any

import pytest
from django.template.loader import get_template
from django.test import Client
from django.urls import reverse

from assessments.kinds import kinds
from assessments.models import QuizPage
from assessments.templatetags.quiz import letter, place_of
from people.models import User
from tests.assessments import factories
from tests.courses.factories import ModuleTree

pytestmark = pytest.mark.django_db


@pytest.fixture
def author(client: Client, trainer: User) -> Client:
    client.force_login(trainer)
    return client


def printed(client: Client, page: QuizPage) -> str:
    response = client.get(reverse("wagtailadmin_pages:view_draft", args=[page.pk]) + "?mode=paper")
    assert response.status_code == 200
    return str(response.content.decode())


def sheets(html: str) -> tuple[str, str]:
    """The questions, and the solutions."""
    found = re.findall(r"<article.*?</article>", html, re.DOTALL)
    assert len(found) == 2
    return found[0], found[1]


def of_kind(client: Client, tree: ModuleTree, kind: str, **fields: Any) -> tuple[str, str]:
    item = factories.item(kind, **fields)
    return sheets(printed(client, factories.quiz_page(tree.page, factories.fixed(item, factories.item()))))


@pytest.mark.parametrize("kind", kinds())
def test_each_kind_has_a_form_for_a_pen_and_no_control(kind: str, author: Client, tree: ModuleTree) -> None:
    get_template(f"assessments/kinds/{kind}/paper.html")
    questions, solutions = of_kind(author, tree, kind, raw=factories.RAW[kind](" MARK"))
    assert "MARK" not in questions, "neither key nor feedback"
    for control in ("<input", "<button", "<select", "<textarea", "<form", "<audio", "<video"):
        assert control not in questions + solutions, control
    pen = ("paper__box", "paper__line", "paper__blank", "paper__letter")
    assert any(one in questions.split('data-kind="single_choice"')[0] for one in pen) or kind == "single_choice"
    if kind not in {"likert", "file_upload"}:
        assert "MARK" in solutions


def test_the_solution_sheet_is_of_these_questions(author: Client, tree: ModuleTree) -> None:
    """The numbers of a calculation are drawn once, and stay the same when it is printed again."""
    questions, solutions = of_kind(author, tree, "calculated")
    deals, price = re.search(r"(\d+) deals of ([\d.,]+) €", questions).groups()  # type: ignore[union-attr]
    result = int(deals) * int(re.sub(r"\D", "", price)) * 5 // 100
    assert str(result) in solutions.replace(",", "").replace(".", "")
    page = QuizPage.objects.get()
    assert sheets(printed(author, page)) == (questions, solutions)


def test_choices_do_not_stand_in_the_order_of_the_key(author: Client, tree: ModuleTree) -> None:
    """An ordering question that is printed as it was written would be its own solution."""
    raw = factories.ordering_raw(6)
    questions, _solutions = of_kind(author, tree, "ordering", raw=raw)
    steps = re.findall(r"Step (\d)", questions)
    assert sorted(steps) == list("123456")
    assert steps != list("123456")


def test_pairs_have_letters_and_decisions_lead_on(author: Client, tree: ModuleTree) -> None:
    questions, _solutions = of_kind(author, tree, "matching")
    for one in "ABC":
        assert f"<strong>{one}</strong>" in questions
    QuizPage.objects.get().delete()
    questions, _solutions = of_kind(author, tree, "branching")
    assert "on to 2" in questions
    assert "→ end" in questions
    assert [letter(place) for place in (1, 26, 27)] == ["A", "Z", "AA"]
    assert place_of([{"id": "a"}], "b") == 0


def test_head_sections_and_points(author: Client, tree: ModuleTree) -> None:
    slots = [*factories.section("The case"), *factories.fixed(factories.item(), weight=2)]
    page = factories.quiz_page(tree.page, slots, title="Messe", intro="Before the fair.", time_limit_minutes=20)
    questions, _solutions = sheets(printed(author, page))
    for part in ("Messe", "Before the fair.", "Name", "20 minutes", "2 points", "The case", "About The case"):
        assert part in questions, part


def test_the_sheet_is_for_people_who_may_edit_the_test(client: Client, tree: ModuleTree, alice: User) -> None:
    page = factories.quiz_page(tree.page, factories.fixed(factories.item(raw=factories.RAW["single_choice"](" MARK"))))
    client.force_login(alice)
    url = reverse("wagtailadmin_pages:view_draft", args=[page.pk]) + "?mode=paper"
    assert "MARK" not in client.get(url, follow=True).content.decode()
