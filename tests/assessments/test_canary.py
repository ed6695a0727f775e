"""The canary: a marked string in the feedback of every option appears in no byte that is sent before its time."""

import json
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from pytest_django import DjangoAssertNumQueries

from assessments.enums import Behaviour, ReviewCell, ReviewPolicy
from assessments.models import Attempt, MarkingTask, QuizPage
from assessments.selectors import attempt_view, quiz_start_card, result_view
from assessments.services import check_answer, save_response, start_attempt, submit_attempt
from assessments.services.marking import give_mark
from courses.models import Activity
from people.models import User
from people.personal_data import export_of
from tests.assessments import factories
from tests.courses.factories import ModuleTree

CANARY = "ZAUNKOENIG"
HINT = "ROTKEHLCHEN"


@pytest.fixture(scope="module")
def build_page() -> Callable[[ModuleTree], QuizPage]:
    """All kinds that the machine grades, every feedback and explanation marked."""

    def build(tree: ModuleTree) -> QuizPage:
        return marked_page(tree, factories.GRADED)

    return build


def marked_page(tree: ModuleTree, kinds: Iterable[str]) -> QuizPage:
    items = [factories.item(kind, raw=factories.RAW[kind](marker=CANARY), topic=kind) for kind in kinds]
    return factories.quiz_page(tree.page, factories.fixed(*items), shuffle_questions=False)


def sent(response: Any) -> bytes:
    """Every byte of a response: status line, headers, cookies, body."""
    head = f"{response.status_code} {response.headers.items()} {response.cookies.output()}"
    return head.encode() + (response.getvalue() if response.streaming else response.content)


@pytest.fixture
def browser(client: Client, learner: User) -> Client:
    client.force_login(learner)
    return client


def visit(browser: Client, quiz: Activity, page: QuizPage, attempt: Attempt) -> bytes:
    """Everything that a learner can ask for while the attempt runs."""
    collected = b""
    named = ("resume", "review", "submit", "result", "state")
    urls = [reverse(f"assessments:{name}", kwargs={"uuid": attempt.uuid}) for name in named]
    urls += [
        reverse("assessments:player", kwargs={"uuid": attempt.uuid, "position": one.position})
        for one in factories.items_of(attempt)
    ]
    urls += [page.get_url() or "", "/de/", reverse("assessments:start", kwargs={"key": quiz.key})]
    for url in urls:
        for language in ("/de/", "/en/"):
            address = url.replace("/de/", language, 1)
            collected += sent(browser.get(address, follow=False))
    for one in factories.items_of(attempt):
        for value in (factories.right_answer(one), "nonsense", None):
            body = {"position": one.position, "value": value, "sequence": 10, "tab": "t"}
            url = reverse("assessments:save", kwargs={"uuid": attempt.uuid})
            collected += sent(browser.post(url, json.dumps(body), content_type="application/json"))
            flag = {"position": one.position, "flagged": True}
            url = reverse("assessments:flag", kwargs={"uuid": attempt.uuid})
            collected += sent(browser.post(url, json.dumps(flag), content_type="application/json"))
        player = reverse("assessments:player", kwargs={"uuid": attempt.uuid, "position": one.position})
        collected += sent(browser.post(player, {"answer": "o-1", "go": "next"}))
    collected += sent(browser.post(reverse("assessments:submit", kwargs={"uuid": attempt.uuid})))
    for item in factories.items_of(attempt):
        key = item.item_version.item_key
        collected += sent(browser.post(reverse("assessments:check", kwargs={"key": key}), {"answer": "o-1"}))
    return collected


def test_no_byte_of_key_or_feedback_while_an_attempt_runs(
    browser: Client, learner: User, quiz: Activity, page: QuizPage
) -> None:
    attempt = start_attempt(learner, quiz=quiz)
    everything = visit(browser, quiz, page, attempt)
    assert b"Option 1" in everything, "the questions themselves were sent"
    assert CANARY.encode() not in everything
    assert b"correct" not in everything.replace(b"autocorrect", b"")
    for view in (attempt_view(learner, attempt, language="de"), quiz_start_card(learner, quiz)):
        assert CANARY not in repr(view)
    submit_attempt(learner, attempt=attempt)
    result = sent(browser.get(reverse("assessments:result", kwargs={"uuid": attempt.uuid})))
    assert CANARY.encode() in result, "after submitting, this policy shows it: the canary can be seen"


def test_no_byte_of_sample_and_rubric_before_people_have_marked(
    browser: Client, learner: User, tree: ModuleTree, trainer: User
) -> None:
    page = marked_page(tree, ["extended_text"])
    quiz = factories.quiz_of(page)
    attempt = start_attempt(learner, quiz=quiz)
    everything = visit(browser, quiz, page, attempt)
    assert b"Write to the buyer" in everything
    save_response(learner, attempt=attempt, position=1, value="Dear buyer, hello", sequence=10**6)
    submit_attempt(learner, attempt=attempt)
    url = reverse("assessments:result", kwargs={"uuid": attempt.uuid})
    everything += sent(browser.get(url)) + sent(browser.get(page.get_url() or ""))
    assert CANARY.encode() not in everything
    give_mark(trainer, task=MarkingTask.objects.get().uuid, levels={"c-1": "l-1", "c-2": "l-1"}, comment="Read")
    assert CANARY.encode() in sent(browser.get(url)), "with the result it can be seen"


@pytest.mark.parametrize("policy", [ReviewPolicy.UNTIL_PASSED, ReviewPolicy.NOTHING, ReviewPolicy.CUSTOM])
def test_no_byte_after_submitting_where_the_policy_says_no(
    browser: Client, learner: User, page: QuizPage, quiz: Activity, policy: ReviewPolicy
) -> None:
    page.review_policy = policy
    page.save()
    attempt = submit_attempt(learner, attempt=start_attempt(learner, quiz=quiz))
    page.review_policy = ReviewPolicy.FULL
    page.save()
    result = sent(browser.get(reverse("assessments:result", kwargs={"uuid": attempt.uuid})))
    assert CANARY.encode() not in result, "the policy of the start holds"
    view = result_view(learner, attempt, language="de")
    assert CANARY not in repr(view)
    assert (view.score_scaled is None) == (policy is not ReviewPolicy.UNTIL_PASSED)


MARKS = {
    ReviewCell.ANSWER: "Your answer",
    ReviewCell.CORRECTNESS: "Not right",
    ReviewCell.SCORE: "By topic",
    ReviewCell.FEEDBACK: CANARY,
    ReviewCell.KEY: "Right answer",
}
MOMENTS = {"right_after": 1, "later": 3, "after_close": 61}  # minutes after submitting, in a test that closes after 60


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("cell", [None, *ReviewCell])
def test_each_cell_of_the_matrix_opens_itself_alone_and_at_its_time_only(
    browser: Client, learner: User, page: QuizPage, quiz: Activity, cell: ReviewCell | None, moment: str
) -> None:
    """One box ticked, everything else closed: the result, the card and the export give away that one thing."""
    page.review_policy = ReviewPolicy.CUSTOM
    setattr(page, f"review_{moment}", cell or "")
    page.closes_at = timezone.now() + timedelta(minutes=60)
    page.save()
    attempt = start_attempt(learner, quiz=quiz)
    for one in factories.items_of(attempt):
        values = {"single_choice": "o-3", "numeric": "3750", "multiple_choice": ["o-3"]}
        if one.item_version.kind in values:
            save_response(
                learner, attempt=attempt, position=one.position, value=values[one.item_version.kind], sequence=1
            )
    submit_attempt(learner, attempt=attempt)
    attempt.refresh_from_db()
    assert attempt.submitted_at is not None
    for name, minutes in MOMENTS.items():
        with time_machine.travel(attempt.submitted_at + timedelta(minutes=minutes), tick=False):
            translation.activate("en")
            url = reverse("assessments:result", kwargs={"uuid": attempt.uuid}).replace("/de/", "/en/", 1)
            text = sent(browser.get(url)).decode()
            shown = {each for each, mark in MARKS.items() if mark in text}
            assert shown == ({cell} if cell and name == moment else set()), name
            view = result_view(learner, attempt, language="en")
            assert (CANARY in repr(view)) == (cell is ReviewCell.FEEDBACK and name == moment)
            [told] = export_of(learner)["tests"]
            learning = export_of(learner)["learning"]
            scored = cell is ReviewCell.SCORE and name == moment
            assert (told["score"] is not None) == scored
            assert (json.dumps(learning, default=str).count('"scaled"') == 1) == scored
            assert any(row["score_scaled"] for row in learning["progress"]) == scored
            assert ("· 0 %" in browser.get(page.get_url() or "").content.decode()) == scored
    translation.activate("de")


def test_a_running_attempt_shows_nothing_whatever_stands_in_its_rules(
    browser: Client, learner: User, page: QuizPage, quiz: Activity
) -> None:
    """Feedback during an attempt is for practice, which is not a matter of this matrix."""
    attempt = start_attempt(learner, quiz=quiz)
    Attempt.objects.update(policy={**attempt.policy, "review": {**attempt.policy["review"], "during": ["key"]}})
    attempt.refresh_from_db()
    assert attempt.shown_cells(timezone.now(), passed=True) == frozenset()
    assert CANARY.encode() not in visit(browser, quiz, page, attempt)


@pytest.mark.parametrize("policy", list(ReviewPolicy))
@pytest.mark.parametrize("kind", factories.GRADED)
def test_practice_tells_of_a_question_only_after_its_check(
    browser: Client, learner: User, tree: ModuleTree, kind: str, policy: ReviewPolicy
) -> None:
    """Every kind and review setting: no hint, key or feedback before a try; after it no more than the matrix gives."""
    raw = factories.RAW[kind](marker=CANARY) | factories.hints(marker=HINT)
    items = [factories.item(kind, raw=raw) for _twice in range(2)]
    page = factories.quiz_page(
        tree.page,
        factories.fixed(*items),
        shuffle_questions=False,
        behaviour=Behaviour.PRACTICE,
        review_policy=policy,
    )
    attempt = start_attempt(learner, quiz=factories.quiz_of(page))
    first = factories.items_of(attempt)[0]
    value = first.item_version.kind_object.parse(first.content, factories.right_answer(first))
    save_response(learner, attempt=attempt, position=1, value=value, sequence=1)
    urls = [
        reverse(f"assessments:{name}", kwargs={"uuid": attempt.uuid, **more})
        for name, more in (("player", {"position": 1}), ("player", {"position": 2}), ("review", {}), ("state", {}))
    ]

    def everything() -> str:
        return "".join(sent(browser.get(url)).decode() for url in urls)

    before = everything()
    assert CANARY not in before
    assert HINT not in before
    check_answer(learner, attempt=attempt, position=1)
    after = everything()
    assert "told--right" in after
    assert HINT not in after, "a right answer needs no hint"
    assert (CANARY in after) == (policy is ReviewPolicy.FULL), "what is shown is shown, and what is held back is not"
    assert 'id="q2-told"' not in after, "the other question has not been checked"


def test_answers_appear_once_passed(learner: User, page: QuizPage, quiz: Activity) -> None:
    page.review_policy = ReviewPolicy.UNTIL_PASSED
    page.save()
    failed = submit_attempt(learner, attempt=start_attempt(learner, quiz=quiz))
    assert result_view(learner, failed, language="de").withheld == "until_passed"
    second = start_attempt(learner, quiz=quiz)
    for one in factories.items_of(second):
        value = factories.right_answer(one)
        save_response(learner, attempt=second, position=one.position, value=value, sequence=1)
    second = submit_attempt(learner, attempt=second)
    assert CANARY in repr(result_view(learner, second, language="de"))
    assert CANARY in repr(result_view(learner, failed, language="de"))


def test_a_running_attempt_closes_the_answers_of_earlier_ones(browser: Client, learner: User, quiz: Activity) -> None:
    first = submit_attempt(learner, attempt=start_attempt(learner, quiz=quiz))
    url = reverse("assessments:result", kwargs={"uuid": first.uuid})
    assert CANARY.encode() in sent(browser.get(url))
    start_attempt(learner, quiz=quiz)
    assert CANARY.encode() not in sent(browser.get(url)), "the second attempt asks the same items"


@pytest.mark.parametrize("attempts", [1, 4])
def test_reads_cost_the_same_for_one_and_for_many(
    learner: User,
    page: QuizPage,
    quiz: Activity,
    attempts: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    if attempts > 1:
        more = [factories.item() for _number in range(12)]
        page.slots = page._meta.get_field("slots").to_python([*page.slots.raw_data, *factories.fixed(*more)])
        page.save()
    for _number in range(attempts - 1):
        submit_attempt(learner, attempt=start_attempt(learner, quiz=quiz))
    attempt = start_attempt(learner, quiz=quiz)
    for one in factories.items_of(attempt):
        value = factories.right_answer(one)
        for sequence in (1, 2, 3):
            save_response(learner, attempt=attempt, position=one.position, value=value, sequence=sequence)
    with django_assert_num_queries(2):
        attempt_view(learner, attempt, language="de")
    with django_assert_num_queries(4):
        quiz_start_card(learner, quiz)
    submit_attempt(learner, attempt=attempt)
    with django_assert_num_queries(6):
        result_view(learner, Attempt.objects.select_related("activity").get(pk=attempt.pk), language="de")


def test_saving_an_answer_is_cheap(
    learner: User, quiz: Activity, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    attempt = start_attempt(learner, quiz=quiz)
    save_response(learner, attempt=attempt, position=1, value="o-1", sequence=1)
    with django_assert_num_queries(5):  # savepoint, attempt with question, newest, insert, release
        save_response(learner, attempt=attempt, position=1, value="o-2", sequence=2)


def test_results_name_topics_and_the_lessons_to_reread(
    learner: User, tree: ModuleTree, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    lesson = tree.lessons[0]
    items = [
        factories.item(topic="Silos", topic_en="Silos (en)", lesson=lesson),
        factories.item(topic="Silos", topic_en="Silos (en)"),
        factories.item(topic="Käufer"),
    ]
    quiz = factories.quiz_of(
        factories.quiz_page(tree.page, factories.fixed(*items), shuffle_questions=False, delay_minutes=60)
    )
    attempt = start_attempt(learner, quiz=quiz)
    save_response(learner, attempt=attempt, position=2, value="o-1", sequence=1)
    submit_attempt(learner, attempt=attempt)
    view = result_view(learner, Attempt.objects.get(pk=attempt.pk), language="en")
    assert [(topic.name, topic.percent, topic.questions) for topic in view.topics] == [
        ("Silos (en)", 50, 2),
        ("Käufer", 0, 1),
    ]
    assert view.reread == (lesson,)
    assert view.percent == 33
    assert view.next_attempt_at is not None
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        again = result_view(learner, Attempt.objects.get(pk=attempt.pk), language="en")
    assert again.next_attempt_at is None
