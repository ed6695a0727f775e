"""How sure somebody is of an answer: kept with it, by the same rules, and without any weight."""

import json
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from wagtail.test.utils.form_data import nested_form_data, streamfield

from assessments.enums import Behaviour
from assessments.models import Attempt, QuizPage, Response
from assessments.selectors import attempt_view
from assessments.services import UNCHANGED, check_answer, leave_question, save_response, start_attempt, submit_attempt
from courses.models import Activity
from enablement.core.errors import DomainError
from enablement.core.verification import run_record_checks
from people.models import User
from tests.assessments import factories
from tests.assessments.test_reviewing import _boxes as all_boxes
from tests.assessments.test_reviewing import _posted as posted
from tests.courses.factories import ModuleTree


@pytest.fixture
def page(tree: ModuleTree) -> QuizPage:
    """Three single choices (o-1 is right), a scale of agreement, and a text that people mark."""
    kinds = ("single_choice", "single_choice", "single_choice", "likert", "extended_text")
    slots = factories.fixed(*(factories.item(kind) for kind in kinds))
    return factories.quiz_page(tree.page, slots, shuffle_questions=False, shuffle_options=False, asks_certainty=True)


@pytest.fixture
def attempt(learner: User, quiz: Activity) -> Attempt:
    return start_attempt(learner, quiz=quiz)


def save(
    user: User,
    attempt: Attempt,
    value: Any,
    certainty: object = UNCHANGED,
    *,
    sequence: int = 1,
    position: int = 1,
    tab: str = "a",
) -> str:
    """The status, or the code of the refusal."""
    try:
        return save_response(
            user, attempt=attempt, position=position, value=value, sequence=sequence, tab=tab, certainty=certainty
        ).status.value
    except DomainError as error:
        return error.code


def kept(attempt: Attempt, position: int = 1) -> list[tuple[Any, int | None]]:
    rows = Response.objects.filter(attempt_item__attempt=attempt, attempt_item__position=position)
    return [(one.value, one.certainty) for one in rows.order_by("sequence")]


# --- The rule is frozen ----------------------------------------------------------------------------------------------
def test_a_test_does_not_ask_unless_it_is_told_to(learner: User, tree: ModuleTree) -> None:
    page = factories.quiz_page(tree.page, factories.fixed(factories.item()))
    attempt = start_attempt(learner, quiz=factories.quiz_of(page))
    assert (attempt.asks_certainty, attempt.policy["certainty"]) == (False, False)
    assert save(learner, attempt, "o-1", 3) == "saved"
    assert kept(attempt) == [("o-1", None)], "what was not asked for is not kept"


def test_a_running_attempt_keeps_the_rule_of_its_start(learner: User, page: QuizPage, attempt: Attempt) -> None:
    page.asks_certainty = False
    page.save()
    assert save(learner, attempt, "o-1", 3) == "saved"
    assert kept(attempt) == [("o-1", 3)]


def test_attempts_from_before_there_was_the_question_do_not_ask(learner: User, attempt: Attempt) -> None:
    Attempt.objects.update(policy={name: value for name, value in attempt.policy.items() if name != "certainty"})
    assert save(learner, attempt, "o-1", 3) == "saved"
    assert kept(attempt) == [("o-1", None)]


@pytest.mark.parametrize(("position", "value"), [(4, {"s-1": "4"}), (5, "Dear buyer")])
def test_what_the_machine_does_not_grade_keeps_none(learner: User, attempt: Attempt, position: int, value: Any) -> None:
    assert save(learner, attempt, value, 3, position=position) == "saved", "the answer itself is never lost for it"
    assert kept(attempt, position) == [(value, None)]


# --- It is saved as answers are --------------------------------------------------------------------------------------
def test_it_is_appended_with_the_answer(learner: User, attempt: Attempt) -> None:
    assert save(learner, attempt, None, 2) == "saved", "before the answer"
    assert save(learner, attempt, "o-2", sequence=2) == "saved", "an answer without a word of it leaves it as it is"
    assert save(learner, attempt, "o-2", 3, sequence=3) == "saved"
    assert save(learner, attempt, "o-2", None, sequence=4) == "saved", "taken back"
    assert kept(attempt) == [(None, 2), ("o-2", 2), ("o-2", 3), ("o-2", None)]
    assert not list(run_record_checks())


def test_the_newest_wins_and_an_old_tab_is_told(learner: User, attempt: Attempt) -> None:
    assert save(learner, attempt, "o-1", 3) == "saved"
    assert save(learner, attempt, "o-1", 3) == "repeated", "sent again, acknowledged again"
    stale = save_response(learner, attempt=attempt, position=1, value="o-1", certainty=1, sequence=1, tab="b")
    assert (stale.status.value, stale.value, stale.certainty, stale.sequence) == ("stale", "o-1", 3, 1)
    assert kept(attempt) == [("o-1", 3)]


@pytest.mark.parametrize("nonsense", [0, 4, -6, "3", "high", True, [3], {"level": 3}, 2.5])
def test_nonsense_is_refused_and_changes_nothing(learner: User, attempt: Attempt, nonsense: object) -> None:
    assert save(learner, attempt, "o-1", 1) == "saved"
    assert save(learner, attempt, "o-1", nonsense, sequence=2) == "invalid_answer"
    assert kept(attempt) == [("o-1", 1)]


def test_the_database_takes_no_fourth_level(learner: User, attempt: Attempt) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Response.objects.create(attempt_item=factories.items_of(attempt)[0], sequence=1, value="o-1", certainty=4)


def test_a_question_that_was_left_keeps_it(learner: User, tree: ModuleTree) -> None:
    slots = factories.fixed(factories.item(), factories.item())
    page = factories.quiz_page(tree.page, slots, navigation="sequential", asks_certainty=True)
    attempt = start_attempt(learner, quiz=factories.quiz_of(page))
    assert save(learner, attempt, "o-1", 2) == "saved"
    assert save(learner, attempt, "o-1", 2, position=2) == "not_yet"
    leave_question(learner, attempt=attempt, position=1)
    assert save(learner, attempt, "o-1", 3, sequence=2) == "left"
    assert kept(attempt) == [("o-1", 2)]


def test_after_handing_in_nothing_is_said_any_more(learner: User, attempt: Attempt) -> None:
    submit_attempt(learner, attempt=attempt)
    assert save(learner, attempt, "o-1", 3) == "closed"
    assert kept(attempt) == []


def test_saving_it_costs_no_further_query(
    learner: User, attempt: Attempt, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    save(learner, attempt, "o-1", 1)
    with django_assert_num_queries(5):  # savepoint, attempt with question, newest, insert, release
        save(learner, attempt, "o-2", 2, sequence=2)


# --- Practice ---------------------------------------------------------------------------------------------------------
def test_in_practice_it_is_said_before_the_first_check(learner: User, tree: ModuleTree) -> None:
    """After a check everybody is sure, so what is said then is not kept; and it never uses up a try."""
    page = factories.quiz_page(
        tree.page, factories.fixed(factories.item()), behaviour=Behaviour.PRACTICE, asks_certainty=True
    )
    attempt = start_attempt(learner, quiz=factories.quiz_of(page))
    assert save(learner, attempt, "o-2", 1) == "saved"
    assert save(learner, attempt, "o-2", 3, sequence=2) == "saved"
    assert check_answer(learner, attempt=attempt, position=1).number == 1
    assert save(learner, attempt, "o-1", 1, sequence=3) == "saved"
    assert kept(attempt) == [("o-2", 1), ("o-2", 3), ("o-1", 3)]
    assert check_answer(learner, attempt=attempt, position=1).number == 2


# --- The API of the player --------------------------------------------------------------------------------------------
@pytest.fixture
def browser(client: Client, learner: User) -> Client:
    client.force_login(learner)
    return client


def post(browser: Client, attempt: Attempt, **body: Any) -> dict[str, Any]:
    url = reverse("assessments:save", kwargs={"uuid": attempt.uuid})
    answer = browser.post(url, json.dumps({"position": 1, "tab": "t", **body}), content_type="application/json")
    return {"status": answer.status_code, **answer.json()}


def test_the_player_is_told_what_is_kept(browser: Client, attempt: Attempt) -> None:
    told = post(browser, attempt, value="o-1", certainty=2, sequence=1)
    assert (told["status"], told["stale"], told["value"], told["certainty"]) == (200, False, "o-1", 2)
    told = post(browser, attempt, value="o-2", sequence=2)
    assert (told["value"], told["certainty"]) == ("o-2", 2), "a script from before the update does not erase it"
    told = post(browser, attempt, value="o-2", certainty=3, sequence=2, tab="other")
    assert (told["stale"], told["value"], told["certainty"]) == (True, "o-2", 2)
    told = post(browser, attempt, value="o-2", certainty=None, sequence=3)
    assert told["certainty"] is None
    told = post(browser, attempt, value="o-2", certainty=9, sequence=4)
    assert (told["status"], told["code"]) == (400, "invalid_answer")


# --- The player -------------------------------------------------------------------------------------------------------
def at(attempt: Attempt, position: int = 1) -> str:
    return reverse("assessments:player", kwargs={"uuid": attempt.uuid, "position": position})


def group(html: str, position: int) -> str:
    """The form of one question."""
    return html.split(f'id="q{position}-form"')[1].split("</form>", maxsplit=1)[0]


class TestPlayer:
    def test_questions_that_the_machine_grades_ask_and_the_others_do_not(
        self, browser: Client, attempt: Attempt
    ) -> None:
        html = browser.get(at(attempt)).content.decode()
        assert ["data-certainty" in group(html, position) for position in range(1, 6)] == [True] * 3 + [False] * 2
        assert 'name="certainty" value="" data-certainty checked' in group(html, 1)

    def test_no_question_asks_where_the_test_does_not(self, browser: Client, attempt: Attempt) -> None:
        Attempt.objects.update(policy={**attempt.policy, "certainty": False})
        assert "data-certainty" not in browser.get(at(attempt)).content.decode()

    def test_the_form_saves_it_without_scripts(self, browser: Client, attempt: Attempt) -> None:
        sent = {"answer": "o-1", "certainty": "3", "sequence": "0", "go": "next"}
        assert browser.post(at(attempt), sent).headers["Location"] == at(attempt, 2)
        form = group(browser.get(at(attempt)).content.decode(), 1)
        assert 'value="3" data-certainty checked' in form
        assert form.count("data-certainty checked") == 1
        browser.post(at(attempt), {**sent, "certainty": "1", "sequence": "1"})
        browser.post(at(attempt), {**sent, "certainty": "1", "sequence": "2"})
        browser.post(at(attempt), {**sent, "certainty": "", "sequence": "2"})
        assert kept(attempt) == [("o-1", 3), ("o-1", 1), ("o-1", None)]

    def test_it_can_be_said_before_the_answer_and_outlasts_taking_that_back(
        self, browser: Client, attempt: Attempt
    ) -> None:
        browser.post(at(attempt), {"certainty": "2", "sequence": "0", "go": "next"})
        browser.post(at(attempt), {"answer": "o-2", "certainty": "2", "sequence": "1", "go": "next"})
        browser.post(at(attempt), {"answer": "o-2", "certainty": "2", "sequence": "2", "clear": "1"})
        assert kept(attempt) == [(None, 2), ("o-2", 2), (None, 2)]

    def test_an_old_page_does_not_overwrite_it(self, browser: Client, learner: User, attempt: Attempt) -> None:
        save(learner, attempt, "o-1", 3)
        answer = browser.post(
            at(attempt), {"answer": "o-1", "certainty": "1", "sequence": "0", "go": "next"}, follow=True
        )
        assert "in another tab meanwhile" in answer.content.decode()
        assert kept(attempt) == [("o-1", 3)]

    def test_nonsense_is_refused_in_words(self, browser: Client, attempt: Attempt) -> None:
        for nonsense in ("4", "high", "³", "12"):
            answer = browser.post(at(attempt), {"answer": "o-1", "certainty": nonsense, "sequence": "0"}, follow=True)
            assert "This is not an answer to this question" in answer.content.decode()
        assert kept(attempt) == []

    def test_practice_asks_before_the_first_check_and_then_repeats_what_was_said(
        self, browser: Client, learner: User, tree: ModuleTree
    ) -> None:
        page = factories.quiz_page(
            tree.page, factories.fixed(factories.item()), behaviour=Behaviour.PRACTICE, asks_certainty=True
        )
        attempt = start_attempt(learner, quiz=factories.quiz_of(page))
        sent = {"answer": "o-2", "certainty": "3", "sequence": "0", "check": "1"}
        form = group(browser.post(at(attempt), sent, follow=True).content.decode(), 1)
        assert "told--wrong" in form
        assert "data-certainty" not in form
        assert "before the first check: High" in form
        browser.post(at(attempt), {"answer": "o-1", "certainty": "1", "sequence": "1", "check": "1"})
        assert kept(attempt) == [("o-2", 3), ("o-1", 3)]

    def test_reading_costs_no_further_query(
        self, learner: User, attempt: Attempt, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        save(learner, attempt, "o-1", 1)
        with django_assert_num_queries(2):
            attempt_view(learner, attempt, language="en")


def test_the_card_before_the_test_says_so(browser: Client, page: QuizPage, quiz: Activity) -> None:
    url = page.get_url() or ""
    assert "only you see it, and it never counts" in browser.get(url).content.decode()
    page.asks_certainty = False
    page.save()
    assert "how sure you are" not in browser.get(url).content.decode()


def test_the_preview_shows_what_learners_are_asked(rf: Any, admin: User, page: QuizPage) -> None:
    request = rf.get("/")
    request.user = admin
    for asks, mode, groups in ((True, "", 3), (False, "", 0), (True, "answers", 0)):
        page.asks_certainty = asks
        html = page.make_preview_request(request, mode).render().content.decode()
        assert html.count('class="certainty"') == groups


# --- The editor -------------------------------------------------------------------------------------------------------
class TestEditor:
    def test_a_trainer_reads_what_learners_read(self, client: Client, admin: User, page: QuizPage) -> None:
        client.force_login(admin)
        html = client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).content.decode()
        assert 'name="asks_certainty"' in html
        assert "only you see it, and it never counts" in html

    @pytest.mark.parametrize(
        ("rules", "refused"),
        [
            ({"review_policy": "full"}, False),
            ({"review_policy": "until_passed"}, False),
            ({"review_policy": "nothing"}, True),
            ({"review_policy": "nothing", "behaviour": "practice"}, True),
            ({"review_policy": "custom", "review_later": ["correctness"]}, False),
            ({"review_policy": "custom", "review_later": ["answer", "key", "score"]}, True),
            ({"review_policy": "custom", "review_after_close": ["correctness"]}, True),
            (
                {"review_policy": "custom", "review_after_close": ["correctness"], "closes_at": "2030-01-01 12:00"},
                False,
            ),
        ],
    )
    def test_it_is_not_published_where_nobody_would_ever_see_what_comes_of_it(
        self, client: Client, admin: User, page: QuizPage, rules: dict[str, Any], refused: bool
    ) -> None:
        client.force_login(admin)
        edit = reverse("wagtailadmin_pages:edit", args=[page.pk])
        slots = streamfield([("item", {"item": str(factories.item().pk), "weight": "1"})])
        boxes = {} if rules["review_policy"] == "custom" else all_boxes()  # as the editor's page sends them
        sent = {**posted(page, **boxes, **rules), **nested_form_data({"slots": slots})}
        for asks in (True, False):
            form = {**sent, "action-publish": "1", **({"asks_certainty": "on"} if asks else {})}
            answer = client.post(edit, form)
            if asks and refused:
                assert "would never see" in str(answer.context["form"].errors["asks_certainty"])
            else:
                assert answer.status_code == 302, answer.context["form"].errors
                assert QuizPage.objects.get(pk=page.pk).asks_certainty == asks
