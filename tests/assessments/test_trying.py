"""Trying a draft out in the preview: really answered, really graded, and nothing is recorded."""

import json
import re
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from assessments.kinds import get_kind
from assessments.models import Item, QuizPage
from assessments.trying import Draft, Trial, read_trial
from people.models import User
from tests.assessments import factories
from tests.courses.factories import ModuleTree

pytestmark = pytest.mark.django_db
# What Wagtail keeps of an open editor and Django of a session.
NOT_OURS = {"wagtailadmin_formstate", "wagtailadmin_editingsession", "django_session"}


def rows() -> dict[str, int]:
    """Rows of every table."""
    return {
        model._meta.db_table: model._default_manager.count()
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and model._meta.db_table not in NOT_OURS
    }


@pytest.fixture
def author(client: Client, trainer: User) -> Client:
    client.force_login(trainer)
    return client


def of_page(client: Client, page: QuizPage, mode: str = "try") -> str:
    response = client.get(reverse("wagtailadmin_pages:view_draft", args=[page.pk]) + f"?mode={mode}")
    assert response.status_code == 200
    return str(response.content.decode())


def revision_of(item: Item) -> str:
    revision = item.latest_revision or item.save_revision()
    return reverse("wagtailsnippets_assessments_item:revisions_view", args=[item.pk, revision.pk]) + "?mode=try"


def of_item(client: Client, item: Item) -> str:
    response = client.get(revision_of(item))
    assert response.status_code == 200
    return str(response.content.decode())


def tokens(html: str) -> list[str]:
    return re.findall(r'name="asked" value="([^"]+)"', html)


def answer(client: Client, token: str, **fields: Any) -> Any:
    return client.post(reverse("try_answer"), {"asked": token, **fields})


def form_of(kind: str, raw: Any) -> dict[str, Any]:
    if kind == "ordering":
        return {"order": raw}
    if kind == "branching":
        return {"path": raw}
    return factories.form_of(raw)


@pytest.mark.parametrize("kind", factories.GRADED)
def test_each_kind_is_graded_with_feedback_and_nothing_is_stored(kind: str, author: Client, trainer: User) -> None:
    item = factories.item(kind, live=False, raw=factories.RAW[kind](" MARK"))
    token = tokens(of_item(author, item))[0]
    before = rows()
    trial = read_trial(token, user=trainer, language="en")
    assert trial is not None
    best = trial.kind.best(trial.content)
    right = answer(author, token, **form_of(kind, best)).content.decode()
    assert "circle-check" in right or "Right" in right
    assert "100 % of the points" in right
    assert "MARK" in right, "feedback is shown"
    nothing = answer(author, token).content.decode()
    assert "of the points" not in nothing
    again = answer(author, token, again="1").content.decode()
    assert "MARK" not in again.split("<knowledge-check>")[1].split("</knowledge-check>")[0]
    assert tokens(again)
    assert rows() == before


def test_a_wrong_answer_says_so_and_gives_the_hints(author: Client) -> None:
    raw = factories.RAW["single_choice"]() | factories.hints(2)
    item = factories.item(raw=raw)
    html = answer(author, tokens(of_item(author, item))[0], answer="o-2").content.decode()
    for part in ("Not right", "0 % of the points", "Feedback 2", "Look here 1", "Look here 2"):
        assert part in html, part


def test_what_is_tried_is_the_draft_and_not_what_is_live(author: Client, page: QuizPage) -> None:
    item = Item.objects.get(kind="single_choice")
    item.save_revision()
    draft: Any = item.get_latest_revision_as_object()
    draft.body[0].value["prompt_en"] = draft.body[0].value["prompt_de"] = "Only in the draft?"
    draft.body[0].value["options"][0]["correct"] = False
    draft.body[0].value["options"][1]["correct"] = True
    draft.save_revision()
    item = Item.objects.get(pk=item.pk)
    for html in (of_item(author, item), of_page(author, page)):
        assert "Only in the draft?" in html
        assert "Not right" in answer(author, tokens(html)[0], answer="o-1").content.decode()
        assert "100 % of the points" in answer(author, tokens(html)[0], answer="o-2").content.decode()
    assert "Only in the draft?" not in of_page(author, page, ""), "learners get what is live"


def test_a_test_of_drafts_can_be_tried_before_anything_is_live(author: Client, tree: ModuleTree) -> None:
    item = factories.item(live=False)
    page = factories.quiz_page(tree.page, factories.fixed(item), live=False)
    html = of_page(author, page)
    assert "the item is missing or not live" in html
    assert "100 % of the points" in answer(author, tokens(html)[0], answer="o-1").content.decode()


def test_numbers_are_those_that_were_shown_and_others_the_next_time(author: Client, trainer: User) -> None:
    item = factories.item("calculated", live=False)
    html = of_item(author, item)
    seen = set()
    token = tokens(html)[0]
    for _time in range(12):
        trial = read_trial(token, user=trainer, language="en")
        assert trial is not None
        seen.add(json.dumps(trial.order, sort_keys=True))
        right = str(trial.kind.best(trial.content))
        assert "100 % of the points" in answer(author, token, answer=right).content.decode()
        token = tokens(answer(author, token, again="1").content.decode())[0]
    assert len(seen) > 1


def test_what_people_mark_is_compared_and_not_graded(author: Client) -> None:
    item = factories.item("extended_text", live=False)
    html = answer(author, tokens(of_item(author, item))[0], answer="Dear buyer, hello there").content.decode()
    assert "Compare for yourself" in html
    assert "of the points" not in html


def test_an_unfinished_draft_breaks_no_preview(author: Client) -> None:
    for kind in factories.RAW:
        raw = {"prompt_de": "Halb"} if kind != "hotspot" else {"prompt_de": "Halb", "options": []}
        item = factories.item(kind, live=False, raw=raw)
        assert "Halb" in of_item(author, item)


@pytest.mark.parametrize("who", ["alice", "hr"])
def test_nobody_else_gets_anything(who: str, client: Client, trainer: User, request: pytest.FixtureRequest) -> None:
    item = factories.item(raw=factories.RAW["single_choice"](" MARK"))
    draft = Draft("single_choice", item.frozen_content())
    token = Trial.of(draft, user=trainer, language="en").token
    client.force_login(trainer)
    assert b"MARK" in answer(client, token, answer="o-1").content
    client.force_login(request.getfixturevalue(who))
    own = Trial.of(draft, user=request.getfixturevalue(who), language="en").token
    for one in (token, own, "", "x:y:z"):
        response = client.post(reverse("try_answer"), {"asked": one, "answer": "o-1"}, follow=True)
        assert b"MARK" not in response.content
    assert not tokens(client.get(revision_of(item), follow=True).content.decode())


def test_a_token_is_worth_nothing_to_a_colleague_or_changed(author: Client, reviewer: User) -> None:
    item = factories.item(live=False)
    content = item.frozen_content()
    colleague = Trial.of(Draft("single_choice", content), user=reviewer, language="en").token
    assert answer(author, colleague, answer="o-1").status_code == 404
    token = tokens(of_item(author, item))[0]
    assert answer(author, token[:-2] + "xx", answer="o-1").status_code == 404
    assert answer(author, token, answer="o-1").status_code == 200
    assert get_kind("single_choice").best(content) == "o-1"


@pytest.mark.parametrize("count", [1, 3])
def test_a_preview_costs_the_same_for_any_number_of_questions(
    count: int, author: Client, tree: ModuleTree, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    found = [factories.item(live=False) for _number in range(count)]
    for item in found:
        item.save_revision()
    page = factories.quiz_page(tree.page, factories.fixed(*found))
    of_page(author, page)
    with django_assert_num_queries(18):
        of_page(author, page)
    token = tokens(of_page(author, page))[0]
    with django_assert_num_queries(6):
        answer(author, token, answer="o-1")
