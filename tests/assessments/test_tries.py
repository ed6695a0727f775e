"""Practice: answers are checked one by one, the server counts the tries, and nothing is told too early or lost."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from assessments.enums import Behaviour, ReviewPolicy
from assessments.models import Attempt, AttemptItem, Check, QuizPage, Response
from assessments.selectors import attempt_view, result_view
from assessments.selectors.grades import regrade
from assessments.services import check_answer, save_response, start_attempt, submit_attempt
from courses.models import Activity
from enablement.core.errors import DomainError
from people.models import User
from people.personal_data import export_of
from tests.assessments import factories
from tests.courses.factories import ModuleTree


def practice_page(tree: ModuleTree, *kinds: str, **fields: Any) -> QuizPage:
    items = [factories.item(kind, raw=factories.RAW[kind]() | factories.hints()) for kind in kinds]
    slots = factories.fixed(*items)
    return factories.quiz_page(tree.page, slots, shuffle_questions=False, behaviour=Behaviour.PRACTICE, **fields)


@pytest.fixture(scope="module")
def build_page() -> Callable[[ModuleTree], QuizPage]:
    def build(tree: ModuleTree) -> QuizPage:
        return practice_page(tree, "single_choice", "matching", "extended_text")

    return build


@pytest.fixture
def attempt(learner: User, quiz: Activity) -> Attempt:
    return start_attempt(learner, quiz=quiz)


def tried(learner: User, attempt: Attempt, value: object, position: int = 1) -> Check:
    newest = Response.objects.filter(attempt_item__attempt=attempt, attempt_item__position=position).first()
    count = Response.objects.filter(attempt_item__attempt=attempt, attempt_item__position=position).count()
    assert newest is None or count
    save_response(learner, attempt=attempt, position=position, value=value, sequence=count + 1)
    return check_answer(learner, attempt=attempt, position=position)


def score(attempt: Attempt, position: int = 1) -> Decimal | None:
    return AttemptItem.objects.get(attempt=attempt, position=position).score


def told(learner: User, attempt: Attempt, position: int = 1) -> Any:
    return attempt_view(learner, attempt, language="de").question(position).told


def test_hints_come_one_by_one_and_right_on_the_third_try_earns_a_third(learner: User, attempt: Attempt) -> None:
    assert (told(learner, attempt).made, told(learner, attempt).hints) == (0, ())
    tried(learner, attempt, "o-2")
    first = told(learner, attempt)
    assert (first.left, first.hints, first.remarks, first.review) == (
        2,
        ("Look here 1 (de)",),
        ("Feedback 2 (de)",),
        None,
    )
    tried(learner, attempt, "o-3")
    assert told(learner, attempt).hints == ("Look here 1 (de)", "Look here 2 (de)")
    tried(learner, attempt, "o-1")
    last = told(learner, attempt)
    assert (last.done, last.right, last.hints, last.review["right"]) == (True, True, (), ["Option 1 (de)"])
    submit_attempt(learner, attempt=attempt)
    assert score(attempt) == Decimal("0.3333")
    assert regrade(Attempt.objects.get(pk=attempt.pk)).scores[first_item(attempt).pk] == Decimal("0.3333")


def first_item(attempt: Attempt) -> AttemptItem:
    return AttemptItem.objects.get(attempt=attempt, position=1)


def test_a_check_that_is_sent_again_is_one_try(learner: User, attempt: Attempt) -> None:
    first = tried(learner, attempt, "o-2")
    assert check_answer(learner, attempt=attempt, position=1) == first
    assert Check.objects.count() == 1
    with pytest.raises(TypeError):
        first.save()
    with pytest.raises(TypeError):
        Check.objects.all().delete()


def test_what_is_finished_cannot_be_changed_and_what_was_acknowledged_stays(learner: User, attempt: Attempt) -> None:
    tried(learner, attempt, "o-1")
    again = save_response(learner, attempt=attempt, position=1, value="o-1", sequence=1)
    assert again.status == "repeated", "a replay of the acknowledged answer is acknowledged again"
    with pytest.raises(DomainError) as refused:
        save_response(learner, attempt=attempt, position=1, value="o-2", sequence=2)
    assert refused.value.code == "finished"
    assert check_answer(learner, attempt=attempt, position=1).number == 1
    submit_attempt(learner, attempt=attempt)
    assert score(attempt) == 1


def test_half_an_answer_uses_no_try_and_a_text_for_people_has_none(learner: User, attempt: Attempt) -> None:
    for position, value, code in ((1, None, "nothing_to_check"), (2, {"p-1": "?"}, ""), (3, "Dear", "not_practice")):
        if code:
            if value:
                save_response(learner, attempt=attempt, position=position, value=value, sequence=1)
            with pytest.raises(DomainError) as refused:
                check_answer(learner, attempt=attempt, position=position)
            assert refused.value.code == code
    best = factories.right_answer(factories.items_of(attempt)[1])
    save_response(learner, attempt=attempt, position=2, value={"p-1": best["p-1"]}, sequence=1)
    with pytest.raises(DomainError):
        check_answer(learner, attempt=attempt, position=2)
    assert not Check.objects.exists()


def test_pairs_are_credited_since_they_are_right(learner: User, attempt: Attempt) -> None:
    item = factories.items_of(attempt)[1]
    best = factories.right_answer(item)
    other = next(one["id"] for one in item.content["choices"] if one["id"] != best["p-1"])
    wrong = next(one["id"] for one in item.content["choices"] if one["id"] != best["p-2"])
    tried(learner, attempt, {**best, "p-1": other, "p-2": wrong}, 2)
    tried(learner, attempt, {**best, "p-2": wrong}, 2)
    tried(learner, attempt, best, 2)
    submit_attempt(learner, attempt=attempt)
    assert score(attempt, 2) == Decimal("0.6667")  # 2/3, 1/3 and 1, of three pairs


@pytest.mark.parametrize(
    ("last", "expected"),
    [("o-1", "0.6667"), ("o-3", "0.0000"), (None, "0.0000")],
)
def test_the_answer_saved_after_the_last_check_is_one_more_try(
    learner: User, attempt: Attempt, last: str | None, expected: str
) -> None:
    tried(learner, attempt, "o-2")
    if last:
        save_response(learner, attempt=attempt, position=1, value=last, sequence=2)
    submit_attempt(learner, attempt=attempt)
    assert str(score(attempt)) == expected


def test_without_any_check_the_saved_answer_counts_as_in_a_test(learner: User, attempt: Attempt) -> None:
    save_response(learner, attempt=attempt, position=1, value="o-1", sequence=1)
    submit_attempt(learner, attempt=attempt)
    assert score(attempt) == 1


def test_the_rules_of_the_start_hold(learner: User, page: QuizPage, attempt: Attempt) -> None:
    page.behaviour, page.tries, page.try_penalty = Behaviour.TEST, 1, "1"
    page.save()
    for value in ("o-2", "o-3", "o-1"):
        tried(learner, attempt, value)
    submit_attempt(learner, attempt=attempt)
    assert score(attempt) == Decimal("0.3333")


def test_practice_is_no_oracle_for_an_open_test(learner: User, tree: ModuleTree, attempt: Attempt) -> None:
    item = first_item(attempt).item_version.item
    assert item is not None
    other = factories.quiz_page(tree.page, factories.fixed(item))
    open_test = start_attempt(learner, quiz=factories.quiz_of(other))
    save_response(learner, attempt=attempt, position=1, value="o-2", sequence=1)
    with pytest.raises(DomainError) as refused:
        check_answer(learner, attempt=attempt, position=1)
    assert refused.value.code == "asked_elsewhere"
    submit_attempt(learner, attempt=open_test)
    assert check_answer(learner, attempt=attempt, position=1).score == 0


def test_what_practice_has_told_is_held_back_while_a_test_asks_the_same(
    learner: User, tree: ModuleTree, attempt: Attempt
) -> None:
    item = first_item(attempt).item_version.item
    assert item is not None
    tried(learner, attempt, "o-1")
    other = factories.quiz_of(factories.quiz_page(tree.page, factories.fixed(item)))

    def told() -> Any:
        return attempt_view(learner, attempt, language="de").question(1).told

    assert told().review is not None
    open_test = start_attempt(learner, quiz=other)
    assert (told().right, told().review) == (True, None)
    # Handing in tells what a check does: it can be done again and again.
    handed_in = submit_attempt(learner, attempt=attempt)
    assert result_view(learner, handed_in, language="de").questions == ()
    submit_attempt(learner, attempt=open_test)
    assert result_view(learner, handed_in, language="de").questions != ()


def test_a_test_has_no_checks(learner: User, tree: ModuleTree) -> None:
    page = factories.quiz_page(tree.page, factories.fixed(factories.item()))
    attempt = start_attempt(learner, quiz=factories.quiz_of(page))
    save_response(learner, attempt=attempt, position=1, value="o-1", sequence=1)
    with pytest.raises(DomainError) as refused:
        check_answer(learner, attempt=attempt, position=1)
    assert refused.value.code == "not_practice"
    assert attempt_view(learner, attempt, language="de").question(1).told is None


def test_the_form_checks_without_scripts(learner: User, attempt: Attempt, client: Client) -> None:
    client.force_login(learner)
    url = reverse("assessments:player", kwargs={"uuid": attempt.uuid, "position": 1})
    empty = client.post(url, {"sequence": "0", "check": "1"}, follow=True)
    assert "noch" in empty.content.decode() or "Answer the whole question first" in empty.content.decode()
    wrong = client.post(url, {"sequence": "0", "answer": "o-2", "check": "1"})
    assert wrong["Location"].endswith("#q1-told")
    assert "Look here 1" in client.get(url).content.decode()
    right = client.post(url, {"sequence": "1", "answer": "o-1", "check": "1"}, follow=True).content.decode()
    assert "data-done" in right
    assert "Because (de)" in right
    moved = client.post(url, {"sequence": "2", "go": "next"})
    assert moved["Location"].endswith("/2/"), "a finished question still lets go on"
    submit_attempt(learner, attempt=attempt)
    first, *_rest = result_view(learner, Attempt.objects.get(pk=attempt.pk), language="de").questions
    assert (first.correct, first.tries, first.score) == (True, 2, Decimal("0.6667"))


@pytest.mark.parametrize("policy", list(ReviewPolicy))
def test_a_check_tells_no_more_than_the_matrix_right_after(
    learner: User, tree: ModuleTree, client: Client, policy: ReviewPolicy
) -> None:
    page = practice_page(tree, "single_choice", tries=1, review_policy=policy)
    attempt = start_attempt(learner, quiz=factories.quiz_of(page))
    tried(learner, attempt, "o-2")
    client.force_login(learner)
    url = reverse("assessments:player", kwargs={"uuid": attempt.uuid, "position": 1})
    text = client.get(url).content.decode()
    assert "told--wrong" in text
    assert ("Feedback 2" in text, "Because" in text) == (policy is ReviewPolicy.FULL, policy is ReviewPolicy.FULL)
    assert "Look here" not in text, "with nothing left to try, a hint helps nobody"


def test_reading_tries_is_two_queries_more(
    learner: User, attempt: Attempt, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for position in (1, 2):
        item = factories.items_of(attempt)[position - 1]
        tried(learner, attempt, factories.right_answer(item), position)
    with django_assert_num_queries(4):
        attempt_view(learner, attempt, language="de")


def test_ones_own_data_holds_every_try(learner: User, attempt: Attempt) -> None:
    tried(learner, attempt, "o-2")
    tried(learner, attempt, "o-1")
    [test] = export_of(learner)["tests"]
    assert [one["answer"] for one in test["answers"][0]["tries"]] == [["Option 2 (de)"], ["Option 1 (de)"]]
