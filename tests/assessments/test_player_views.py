"""The quiz in the browser, without one: every screen by plain forms, the JSON of autosave, and who may see what."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from assessments.enums import AttemptState, ReviewPolicy
from assessments.models import Attempt, QuizPage, Response
from assessments.services import save_response, start_attempt, submit_attempt
from courses.models import Activity
from people.models import User
from tests.assessments import factories
from tests.courses.factories import ModuleTree

MARKER = " canary-7f3a"  # stands in every right option and feedback


@pytest.fixture(autouse=True)
def _english() -> Any:
    with translation.override("en"):
        yield


@pytest.fixture
def attempt(learner: User, quiz: Activity) -> Attempt:
    return start_attempt(learner, quiz=quiz)


@pytest.fixture
def browser(client: Client, learner: User) -> Client:
    client.force_login(learner)
    return client


def url(name: str, attempt: Attempt, **kwargs: int) -> str:
    return reverse(f"assessments:{name}", kwargs={"uuid": attempt.uuid, **kwargs})


def post_json(client: Client, name: str, attempt: Attempt, **body: object) -> Any:
    return client.post(
        url(name, attempt), json.dumps(body), content_type="application/json", headers={"accept": "application/json"}
    )


def answers(attempt: Attempt) -> dict[int, Any]:
    """Position → the answer that counts."""
    rows = Response.objects.filter(attempt_item__attempt=attempt).order_by("sequence").select_related("attempt_item")
    return {row.attempt_item.position: row.value for row in rows}


def hidden(response: HttpResponse, position: int, name: str) -> str:
    """The value of a hidden field in the form of one question."""
    form = re.search(rf'id="q{position}-form".*?</form>', response.content.decode(), re.DOTALL)
    assert form
    found = re.search(rf'name="{name}" value="([^"]*)"', form[0])
    assert found
    return found[1]


# --- start ----------------------------------------------------------------------------------------------------------
def test_the_card_says_what_will_happen_and_starts_by_post(browser: Client, page: QuizPage, quiz: Activity) -> None:
    card = browser.get(page.url)
    text = card.content.decode()
    assert card.status_code == 200
    for words in ("What will happen", "80&nbsp;%", "No limit", "the right answers and the explanations", "None yet"):
        assert words in text
    start = reverse("assessments:start", kwargs={"key": quiz.key})
    assert start in text
    assert browser.get(start).status_code == 405
    assert not Attempt.objects.exists()
    first = browser.post(start)
    second = browser.post(start)
    attempt = Attempt.objects.get()
    assert first.url == second.url == url("player", attempt, position=1)
    assert browser.get(url("resume", attempt)).url == first.url
    running = browser.get(page.url).content.decode()
    assert "Continue the test" in running
    assert "The first one is under way" in running
    assert "None yet" not in running


def test_a_result_that_people_have_to_find_is_not_promised_at_once(browser: Client, learner: User, tree: Any) -> None:
    page = factories.quiz_page(tree.page, factories.fixed(factories.item(), factories.item("extended_text")))
    attempt = start_attempt(learner, quiz=factories.quiz_of(page))
    for asked in (browser.get(url("review", attempt)), browser.post(url("submit", attempt))):
        assert "you are told when your result is there" in asked.content.decode()
        assert "at once" not in asked.content.decode()


def test_whoever_is_not_enrolled_is_sent_to_the_module(
    client: Client, bob: User, page: QuizPage, quiz: Activity
) -> None:
    client.force_login(bob)
    assert "Enrol in the module first" in client.get(page.url).content.decode()
    client.post(reverse("assessments:start", kwargs={"key": quiz.key}))
    assert not Attempt.objects.exists()


@pytest.mark.parametrize(("policy", "shown"), [(ReviewPolicy.FULL, True), (ReviewPolicy.NOTHING, False)])
def test_the_card_shows_an_old_score_by_the_rules_of_its_start(
    browser: Client, learner: User, page: QuizPage, quiz: Activity, policy: ReviewPolicy, shown: bool
) -> None:
    page.review_policy = policy
    page.save()
    submit_attempt(learner, attempt=start_attempt(learner, quiz=quiz))
    page.review_policy = ReviewPolicy.NOTHING if shown else ReviewPolicy.FULL
    page.save_revision().publish()
    assert ("· 0 %" in browser.get(page.url).content.decode()) is shown


# --- who may ---------------------------------------------------------------------------------------------------------
SCREENS = ("resume", "player", "review", "result")


@pytest.mark.parametrize("name", [*SCREENS, "submit"])
def test_an_attempt_exists_for_its_owner_only(client: Client, bob: User, attempt: Attempt, name: str) -> None:
    kwargs = {"position": 1} if name == "player" else {}
    path = url(name, attempt, **kwargs)
    call = client.post if name == "submit" else client.get
    client.force_login(attempt.user)
    assert call(path).status_code in {200, 302}
    client.force_login(bob)
    assert call(path).status_code == 404
    assert Attempt.objects.get().is_open
    client.logout()
    answer = call(path)
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("account_login"))


@pytest.mark.parametrize("name", ["save", "flag", "state"])
def test_scripts_get_404_for_a_foreign_attempt_and_401_without_a_session(
    client: Client, bob: User, attempt: Attempt, name: str
) -> None:
    def call() -> Any:
        if name == "state":
            return client.get(url(name, attempt))
        return post_json(client, name, attempt, position=1, value="o-1", flagged=True, sequence=1, tab="t")

    client.force_login(attempt.user)
    assert call().status_code == 200
    Response.objects.all().delete_after_counting()
    client.force_login(bob)
    assert call().status_code == 404
    client.logout()
    answer = call()
    assert answer.status_code == 401
    assert answer.json()["code"] == "login"
    assert not Response.objects.exists()


def test_autosave_needs_the_csrf_token(attempt: Attempt) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(attempt.user)
    assert post_json(client, "save", attempt, position=1, value="o-1", sequence=1).status_code == 403
    client.get(url("player", attempt, position=1))
    token = client.cookies[settings.CSRF_COOKIE_NAME].value
    body = json.dumps({"position": 1, "value": "o-1", "sequence": 1})
    saved = client.post(url("save", attempt), body, content_type="application/json", headers={"x-csrftoken": token})
    assert saved.status_code == 200


# --- without scripts --------------------------------------------------------------------------------------------------
def test_a_whole_test_by_forms_alone(browser: Client, attempt: Attempt) -> None:
    """Each kind, then the list, the question "Submit now?", and the result."""
    by_kind = {item.item_version.kind: item for item in factories.items_of(attempt)}
    forms: dict[str, dict[str, Any]] = {
        "single_choice": {"answer": "o-1"},
        "multiple_choice": {"answer": ["o-1", "o-2"]},
        "numeric": {"answer": "2.500 €"},
        "matching": {f"answer-{key}": value for key, value in factories.right_answer(by_kind["matching"]).items()},
        "ordering": {"order": ["e-1", "e-2", "e-3", "e-4"], "keep": "1"},
    }
    for kind, form in forms.items():
        position = by_kind[kind].position
        path = url("player", attempt, position=position)
        shown = browser.get(path)
        assert shown.status_code == 200
        answer = browser.post(path, {**form, "sequence": hidden(shown, position, "sequence"), "go": "next"})
        assert answer.status_code == 302
        if kind == "ordering":
            assert answer.url == path, "keeping the order stays on the question"
        elif position < len(forms):
            assert answer.url == url("player", attempt, position=position + 1)
    right = {item.position: factories.right_answer(item) for item in factories.items_of(attempt)}
    assert answers(attempt) == right | {by_kind["numeric"].position: "2.500 €"}, "a number is kept as it was written"
    listed = browser.get(url("review", attempt)).content.decode()
    assert "All questions answered" in listed
    notices = listed.split('<div class="notices" role="status">')[1].split("<section")[0]
    assert "data-waiting" in notices, "a status that is itself hidden is not heard when it appears"
    assert "data-late" in notices
    dialog = listed[listed.index("<dialog") :]
    described = dialog.split('aria-describedby="')[1].split('"')[0].split()
    assert described, "who hears the dialog hears what is missing and that it is for good, not its button alone"
    assert all(f'id="{name}"' in dialog for name in described)
    assert "you see your result at once" in dialog
    asked = browser.post(url("submit", attempt))
    assert "Submit now?" in asked.content.decode()
    assert Attempt.objects.get().is_open
    done = browser.post(url("submit", attempt), {"confirm": "1"})
    again = browser.post(url("submit", attempt), {"confirm": "1"})
    assert done.url == again.url == url("result", attempt)
    result = browser.get(done.url).content.decode()
    assert "5 of 5, passed (from 80%)" in result
    assert result.count("verdict--right") == 5


def test_enter_presses_next(browser: Client, attempt: Attempt) -> None:
    """Browsers press the first submit button of a form when Enter is hit in a radio or a text field."""
    text = browser.get(url("player", attempt, position=2)).content.decode()
    for form in re.findall(r"<form[^>]*data-question-form.*?</form>", text, re.DOTALL):
        first = re.search(r"<button[^>]*>", form)
        assert first
        assert 'name="go" value="next"' in first[0]


@pytest.mark.parametrize(
    ("go", "target"), [("next", 3), ("back", 1), ("5", 5), ("99", None), ("x", None), ("review", None)]
)
def test_every_way_to_move_saves_first(browser: Client, attempt: Attempt, go: str, target: int | None) -> None:
    answer = browser.post(
        url("player", attempt, position=2), {"answer": ["o-2"], "sequence": "0", "go": go, "flag": "1"}
    )
    assert answers(attempt) == {2: ["o-2"]}
    assert attempt.items.get(position=2).flagged
    assert answer.url == (url("player", attempt, position=target) if target else url("review", attempt))


def test_moving_an_entry_saves_the_new_order_and_an_untouched_list_is_no_answer(
    browser: Client, attempt: Attempt
) -> None:
    position = next(item.position for item in factories.items_of(attempt) if item.item_version.kind == "ordering")
    path = url("player", attempt, position=position)
    order = attempt.items.get(position=position).option_order
    browser.post(path, {"order": order, "sequence": "0", "go": "next"})
    assert answers(attempt) == {}
    moved = browser.post(path, {"order": order, "sequence": "0", "move": f"{order[0]}:down"})
    assert moved.url == path
    assert answers(attempt) == {position: [order[1], order[0], *order[2:]]}


def test_an_answer_can_be_taken_back(browser: Client, attempt: Attempt) -> None:
    path = url("player", attempt, position=1)
    browser.post(path, {"answer": "o-1", "sequence": "0", "go": "next"})
    browser.post(path, {"answer": "o-1", "sequence": "1", "clear": "1"})
    assert answers(attempt) == {1: None}
    assert "4 questions" not in browser.get(url("review", attempt)).content.decode()
    assert "5 questions without an answer" in browser.get(url("review", attempt)).content.decode()


def test_the_same_form_twice_is_one_answer(browser: Client, attempt: Attempt) -> None:
    form = {"answer": "o-1", "sequence": "0", "go": "next"}
    first = browser.post(url("player", attempt, position=1), form)
    second = browser.post(url("player", attempt, position=1), form)
    assert first.url == second.url
    assert Response.objects.count() == 1


def test_an_old_page_does_not_overwrite_a_newer_answer(browser: Client, attempt: Attempt) -> None:
    save_response(attempt.user, attempt=attempt, position=1, value="o-2", sequence=1, tab="phone")
    answer = browser.post(url("player", attempt, position=1), {"sequence": "0", "go": "next"}, follow=True)
    assert answers(attempt) == {1: "o-2"}
    assert "in another tab" in answer.content.decode()


def test_what_is_no_answer_is_refused_with_a_sentence(browser: Client, attempt: Attempt) -> None:
    answer = browser.post(url("player", attempt, position=1), {"answer": "o-99", "sequence": "0"}, follow=True)
    assert "not an answer to this question" in answer.content.decode()
    assert answers(attempt) == {}


def test_positions_outside_the_test_do_not_exist(browser: Client, attempt: Attempt) -> None:
    assert browser.get(url("player", attempt, position=5)).status_code == 200
    for position in (0, 6):
        assert browser.get(url("player", attempt, position=position)).status_code == 404
        assert browser.post(url("player", attempt, position=position)).status_code == 404


def test_back_after_submitting_shows_the_result(browser: Client, attempt: Attempt) -> None:
    path = url("player", attempt, position=1)
    assert "no-store" in browser.get(path)["Cache-Control"]
    submit_attempt(attempt.user, attempt=attempt)
    for closed in (path, url("review", attempt), url("resume", attempt)):
        assert browser.get(closed).url == url("result", attempt)
    late = browser.post(path, {"answer": "o-1", "sequence": "0"}, follow=True)
    assert "What was saved before counts" in late.content.decode()
    assert answers(attempt) == {}


# --- autosave --------------------------------------------------------------------------------------------------------
def test_autosave_acknowledges_repeats_and_tells_a_stale_tab(browser: Client, attempt: Attempt) -> None:
    saved = post_json(browser, "save", attempt, position=1, value="o-1", sequence=1, tab="a").json()
    assert saved["sequence"] == 1
    assert not saved["stale"]
    assert saved["state"] == "answered"
    repeated = post_json(browser, "save", attempt, position=1, value="o-1", sequence=1, tab="a").json()
    assert repeated["saved_at"] == saved["saved_at"]
    stale = post_json(browser, "save", attempt, position=1, value="o-2", sequence=1, tab="b").json()
    assert stale["stale"]
    assert stale["value"] == "o-1"
    assert answers(attempt) == {1: "o-1"}


def test_autosave_says_how_a_number_was_understood(browser: Client, attempt: Attempt) -> None:
    position = next(item.position for item in factories.items_of(attempt) if item.item_version.kind == "numeric")
    read = post_json(browser, "save", attempt, position=position, value="2.500,5", sequence=1).json()
    assert read["understood"] == "2,500.5 €"
    both = post_json(browser, "save", attempt, position=position, value="1.234", sequence=2).json()
    assert both["understood"] == "1.234 € or 1,234 €"
    none = post_json(browser, "save", attempt, position=position, value="many", sequence=3).json()
    assert none["understood"] == ""
    assert none["remark"]
    assert none["state"] == "partial"


@pytest.mark.parametrize(
    "body",
    [
        {"position": 1, "value": "o-99", "sequence": 1},
        {"position": 1, "value": {"a": 1}, "sequence": 1},
        {"position": 1, "value": "o-1", "sequence": "1"},
        {"position": 1, "value": "o-1"},
        {"position": True, "value": "o-1", "sequence": 1},
        {"position": 10**9, "value": "o-1", "sequence": 1},
        {"value": "o-1"},
        [],
        "text",
    ],
)
def test_autosave_refuses_what_is_no_answer(browser: Client, attempt: Attempt, body: object) -> None:
    answer = browser.post(url("save", attempt), json.dumps(body), content_type="application/json")
    assert answer.status_code == 400
    assert not Response.objects.exists()


def test_autosave_after_submitting_is_409_and_after_the_time_410(
    browser: Client, page: QuizPage, learner: User, quiz: Activity
) -> None:
    page.time_limit_minutes = 10
    page.save_revision().publish()
    now = timezone.now()
    with time_machine.travel(now, tick=False) as clock:
        timed = start_attempt(learner, quiz=quiz)
        answer = post_json(browser, "save", timed, position=1, value="o-1", sequence=1)
        assert answer.json()["remaining_seconds"] == 600
        assert browser.get(url("state", timed)).json() == {"open": True, "remaining_seconds": 600}
        clock.shift(timedelta(minutes=10, seconds=5))
        assert browser.get(url("state", timed)).status_code == 410
        within_grace = post_json(browser, "save", timed, position=1, value="o-2", sequence=2)
        assert within_grace.status_code == 200
        clock.shift(timedelta(minutes=1))
        late = post_json(browser, "save", timed, position=1, value="o-3", sequence=3)
        assert late.status_code == 410
        assert late.json()["next"] == url("result", timed)
        assert browser.get(url("player", timed, position=1)).url == url("result", timed)
        timed.refresh_from_db()
        assert timed.state == AttemptState.EXPIRED
        closed = post_json(browser, "save", timed, position=1, value="o-3", sequence=3)
        assert closed.status_code == 409
        assert "closed when the time was up" in browser.get(url("result", timed)).content.decode()
    assert answers(timed) == {1: "o-2"}


def test_flags_are_kept(browser: Client, attempt: Attempt) -> None:
    assert post_json(browser, "flag", attempt, position=3, flagged=True).status_code == 200
    assert attempt.items.get(position=3).flagged
    post_json(browser, "flag", attempt, position=3, flagged=False)
    assert not attempt.items.get(position=3).flagged
    assert post_json(browser, "flag", attempt, position=9, flagged=True).status_code == 404


# --- what leaves the server when ------------------------------------------------------------------------------------
def test_no_byte_before_the_end_holds_a_key_or_a_feedback(browser: Client, learner: User, tree: ModuleTree) -> None:
    items = [factories.item(kind, raw=make(MARKER)) for kind, make in factories.RAW.items()]
    page = factories.quiz_page(tree.page, factories.fixed(*items), shuffle_questions=False)
    attempt = start_attempt(learner, quiz=factories.quiz_of(page))
    seen = [browser.get(page.url), browser.get(url("review", attempt)), browser.get(url("state", attempt))]
    for item in factories.items_of(attempt):
        seen.append(browser.get(url("player", attempt, position=item.position)))
        value = factories.right_answer(item)
        seen.append(post_json(browser, "save", attempt, position=item.position, value=value, sequence=1))
    seen.append(browser.post(url("submit", attempt)))
    for response in seen:
        whole = response.content.decode() + str(response.headers)
        assert MARKER.strip() not in whole
        assert '"correct"' not in whole
    submit_attempt(learner, attempt=attempt)
    assert MARKER.strip() in browser.get(url("result", attempt)).content.decode()


@pytest.mark.parametrize(
    ("policy", "right", "score", "key"),
    [
        (ReviewPolicy.FULL, False, True, True),
        (ReviewPolicy.UNTIL_PASSED, False, True, False),
        (ReviewPolicy.UNTIL_PASSED, True, True, True),
        (ReviewPolicy.NOTHING, True, False, False),
    ],
)
def test_the_result_shows_what_the_frozen_policy_allows(
    browser: Client, learner: User, tree: ModuleTree, policy: str, right: bool, score: bool, key: bool
) -> None:
    item = factories.item(
        raw=factories.RAW["single_choice"](MARKER), topic="Silos", topic_en="Silos", lesson=tree.lessons[0]
    )
    page = factories.quiz_page(tree.page, factories.fixed(item), review_policy=policy)
    attempt = start_attempt(learner, quiz=factories.quiz_of(page))
    page.review_policy = ReviewPolicy.FULL  # a later change does not reach a started attempt
    page.save_revision().publish()
    save_response(learner, attempt=attempt, position=1, value="o-1" if right else "o-2", sequence=1)
    submit_attempt(learner, attempt=attempt)
    text = browser.get(url("result", attempt)).content.decode()
    assert ("Passed" in text) is right
    assert ("By topic" in text) is score
    assert (f"{int(right)} of 1" in text) is score
    assert (MARKER.strip() in text) is key


def test_a_failed_result_says_when_and_what_to_read(browser: Client, learner: User, tree: ModuleTree) -> None:
    item = factories.item(lesson=tree.lessons[0])
    page = factories.quiz_page(tree.page, factories.fixed(item), delay_minutes=60)
    attempt = start_attempt(learner, quiz=factories.quiz_of(page))
    submit_attempt(learner, attempt=attempt)
    text = browser.get(url("result", attempt)).content.decode()
    assert "Read these again first" in text
    assert str(tree.lessons[0].title) in text
    assert "The next attempt opens at" in text
    assert "The next attempt opens at" in browser.get(page.url).content.decode()


# --- cost -------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("questions", [1, 12])
def test_the_number_of_queries_does_not_depend_on_the_questions(
    browser: Client, learner: User, tree: ModuleTree, questions: int, django_assert_num_queries: Any
) -> None:
    items = [factories.item() for _number in range(questions)]
    page = factories.quiz_page(tree.page, factories.fixed(*items))
    attempt = start_attempt(learner, quiz=factories.quiz_of(page))
    browser.get(url("player", attempt, position=1))  # content types and the like
    with django_assert_num_queries(6):
        browser.get(url("player", attempt, position=1))
    with django_assert_num_queries(6):
        browser.get(url("review", attempt))
    submit_attempt(learner, attempt=attempt)
    browser.get(url("result", attempt))
    with django_assert_num_queries(10):
        browser.get(url("result", attempt))
