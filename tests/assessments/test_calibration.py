"""The private view of one's certainty: Moodle's figures, only where right and wrong may be seen, for nobody but the
person, and without any weight.
"""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.serializers.json import DjangoJSONEncoder
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from pytest_django import DjangoAssertNumQueries

from assessments.behaviours.certainty import Calibration, Level, Said, calibrated
from assessments.enums import AttemptState, Behaviour, Overdue, ReviewCell, ReviewPolicy
from assessments.models import Attempt, ItemVersionStatistic, MarkingTask, QuizPage, Response
from assessments.selectors import ResultView, result_view
from assessments.services import check_answer, close_overdue, save_response, start_attempt, submit_attempt
from assessments.services.marking import give_mark
from assessments.services.retention import forget_answers, forget_person
from assessments.views.calibration import advice, calibration_screen, signed
from courses.models import LearningEvent, Progress
from enablement.core.verification import run_record_checks
from people.models import User
from people.personal_data import RetentionPolicy, export_of
from tests.assessments import factories
from tests.assessments.test_regrading import correct, regraded
from tests.courses.factories import ModuleTree, enrolled

RIGHT, WRONG = "o-1", "o-2"
Answer = tuple[Any, int | None]
# 4 of 4 right at high, 2 of 3 at middle, 1 of 3 at low: the test that `test_behaviours` works by hand.
BY_HAND: list[Answer] = [
    *[(RIGHT, 3)] * 4,
    *[(RIGHT, 2)] * 2,
    (WRONG, 2),
    (RIGHT, 1),
    *[(WRONG, 1)] * 2,
]


def asking(tree: ModuleTree, count: int, **fields: Any) -> QuizPage:
    slots = factories.fixed(*(factories.item() for _number in range(count)))
    fields.setdefault("asks_certainty", True)
    return factories.quiz_page(tree.page, slots, shuffle_questions=False, shuffle_options=False, **fields)


def answered(user: User, page: QuizPage, answers: Sequence[Answer]) -> Attempt:
    attempt = start_attempt(user, quiz=factories.quiz_of(page))
    for position, (value, certainty) in enumerate(answers, 1):
        save_response(user, attempt=attempt, position=position, value=value, sequence=1, certainty=certainty)
    return attempt


def taken(user: User, page: QuizPage, answers: Sequence[Answer]) -> Attempt:
    return submit_attempt(user, attempt=answered(user, page, answers))


def seen(attempt: Attempt) -> ResultView:
    return result_view(attempt.user, Attempt.objects.get(pk=attempt.pk), language="en")


def counts(attempt: Attempt) -> dict[int, tuple[int, int]] | None:
    """Level → (answers, right); None: no calibration is shown."""
    found = seen(attempt).calibration
    return {one.level: (one.answers, one.right) for one in found.levels} if found else None


@pytest.fixture
def browser(client: Client, learner: User) -> Client:
    client.force_login(learner)
    return client


def result_page(browser: Client, attempt: Attempt) -> str:
    url = reverse("assessments:result", kwargs={"uuid": attempt.uuid})
    return browser.get(url.replace("/de/", "/en/", 1)).content.decode()


# --- The figures ------------------------------------------------------------------------------------------------------
def test_a_whole_test_worked_by_hand_from_answers_to_screen(
    browser: Client, learner: User, tree: ModuleTree, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    attempt = taken(learner, asking(tree, 10), BY_HAND)
    assert counts(attempt) == {1: (3, 1), 2: (3, 2), 3: (4, 4)}
    found = seen(attempt).calibration
    assert found is not None
    assert (found.answers, found.accuracy) == (10, 0.7)
    assert found.average == pytest.approx(1.5)  # (4·3 + 2·2 − 2 + 1 + 0 + 0) / 10
    assert found.bonus == pytest.approx(0.07)  # a tenth of 1.5 − (0.7·2 − 0.3·2)
    assert found.accuracy_and_bonus == pytest.approx(0.77)
    with translation.override("en"):
        screen = calibration_screen(found)
    assert (screen.accuracy, screen.average, screen.bonus, screen.accuracy_and_bonus) == (
        "70 %",
        "+1.5",
        "+7 %",
        "77 %",
    )
    assert [(row.name, row.right_words, row.share, row.fits, row.words) for row in screen.rows] == [
        ("Low", "1 of 3", "33 %", "0 to 67 %", "fits"),
        ("Middle", "2 of 3", "67 %", "67 to 80 %", "fits"),
        ("High", "4 of 4", "100 %", "80 to 100 %", "fits"),
    ]
    assert [(row.mark_right, row.mark_wrong) for row in screen.rows] == [("+1", "0"), ("+2", "−2"), ("+3", "−6")]
    html = result_page(browser, attempt)
    for words in ("How sure you were", "Only you see this", "77 %", "High: right +3, wrong −6", "Your certainty fits"):
        assert words in html
    assert html.count("How sure: High (+3)") == 4
    assert html.count("How sure: Middle (−2)") == 1
    fresh = Attempt.objects.select_related("activity").get(pk=attempt.pk)
    with django_assert_num_queries(5):  # as without certainty
        result_view(learner, fresh, language="en")


def said(*groups: tuple[int, int, int]) -> Calibration:
    """Of (level, right, wrong) answers."""
    given = [Said(score, level) for level, right, wrong in groups for score in [1] * right + [0] * wrong]
    found = calibrated(given)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (said((3, 2, 8)), ["Where you were very sure"]),
        (said((2, 4, 6)), ["Where you said “middle”, less"]),
        (said((2, 10, 0)), ["Where you said “middle”, you were nearly always right"]),
        (said((1, 10, 0)), ["Where you said “low”, you were right more often"]),
        (said((3, 10, 0)), ["Your certainty fits"]),
        (said((3, 6, 0), (1, 1, 5)), ["Your certainty fits", "You can tell what you know"]),
        (said((3, 1, 5), (1, 6, 0)), ["Where you were very sure", "Where you said “low”"]),
        (said((3, 3, 0)), ["Your certainty fits", "These are few answers"]),
    ],
)
def test_advice_is_in_plain_words(found: Calibration, told: list[str]) -> None:
    with translation.override("en"):
        given = advice(found)
    assert len(given) == len(told)
    assert all(words in sentence for words, sentence in zip(told, given, strict=True))


@pytest.mark.parametrize(
    ("value", "expected"), [(3, "+3"), (-6.0, "−6"), (1.5, "+1,5"), (0, "0"), (0.001, "0"), (-0.333, "−0,33")]
)
def test_figures_are_written_as_the_reader_writes_them(value: float, expected: str) -> None:
    with translation.override("de"):
        assert signed(value) == expected


def test_a_level_that_was_not_used_says_so(learner: User, tree: ModuleTree) -> None:
    found = seen(taken(learner, asking(tree, 2), [(RIGHT, 3), (WRONG, 3)])).calibration
    assert found is not None
    with translation.override("en"):
        low, _middle, high = calibration_screen(found).rows
    assert (low.words, low.share, low.point) == ("not used", "–", "")
    assert (high.words, high.share, high.point) == ("a little too sure", "50 %", "210.0")
    assert found.levels[0] == Level(1, 0, 0, None, None)


def test_only_answers_with_a_word_of_it_count(learner: User, tree: ModuleTree) -> None:
    attempt = taken(learner, asking(tree, 4), [(RIGHT, 2), (RIGHT, None), (None, 3), (WRONG, 1)])
    assert counts(attempt) == {1: (1, 0), 2: (1, 1), 3: (0, 0)}
    assert [one.certainty for one in seen(attempt).questions] == [2, None, None, 1]
    assert counts(taken(learner, asking(tree, 1), [(RIGHT, None)])) is None, "nothing said, nothing shown"


def test_what_is_partly_right_earns_its_part(learner: User, tree: ModuleTree) -> None:
    page = factories.quiz_page(tree.page, factories.fixed(factories.item("multiple_choice")), asks_certainty=True)
    attempt = taken(learner, page, [(["o-1"], 3)])
    [question] = seen(attempt).questions
    assert question.score is not None
    assert 0 < question.score < 1
    assert question.certainty_mark == pytest.approx(3 * float(question.score))
    assert counts(attempt) == {1: (0, 0), 2: (0, 0), 3: (1, 0)}


def test_what_people_mark_and_what_nobody_scores_is_left_out(learner: User, tree: ModuleTree, trainer: User) -> None:
    items = [factories.item(kind) for kind in ("single_choice", "likert", "extended_text")]
    page = factories.quiz_page(tree.page, factories.fixed(*items), shuffle_questions=False, asks_certainty=True)
    attempt = taken(learner, page, [(RIGHT, 3), ({"s-1": "4"}, 3), ("Dear buyer, hello there", 3)])
    assert attempt.state == AttemptState.MARKING
    assert counts(attempt) is None, "nothing is told before the result is there"

    give_mark(trainer, task=MarkingTask.objects.get().uuid, levels={"c-1": "l-1", "c-2": "l-1"}, comment="Read")
    assert counts(attempt) == {1: (0, 0), 2: (0, 0), 3: (1, 1)}


def test_each_attempt_has_its_own(learner: User, tree: ModuleTree) -> None:
    page = asking(tree, 2)
    first, second = taken(learner, page, [(WRONG, 3)] * 2), taken(learner, page, [(RIGHT, 2)] * 2)
    assert counts(first) == {1: (0, 0), 2: (0, 0), 3: (2, 0)}
    assert counts(second) == {1: (0, 0), 2: (2, 2), 3: (0, 0)}


def test_a_question_that_is_graded_again_counts_as_it_is_graded_now(
    learner: User, tree: ModuleTree, trainer: User
) -> None:
    item = factories.item(raw=factories.choice_raw("+--"))
    for behaviour in Behaviour:
        page = factories.quiz_page(tree.page, factories.fixed(item), asks_certainty=True, behaviour=behaviour)
        attempt = answered(learner, page, [("o-2", 3)])
        if behaviour == Behaviour.PRACTICE:
            check_answer(learner, attempt=attempt, position=1)
        submit_attempt(learner, attempt=attempt)
    before = [counts(one) for one in Attempt.objects.all()]
    regraded(trainer, correct(item))
    assert (before, [counts(one) for one in Attempt.objects.all()]) == (
        [{1: (0, 0), 2: (0, 0), 3: (1, 0)}] * 2,
        [{1: (0, 0), 2: (0, 0), 3: (1, 1)}] * 2,
    )


def test_in_practice_the_first_try_is_meant(browser: Client, learner: User, tree: ModuleTree) -> None:
    attempt = answered(learner, asking(tree, 2, behaviour=Behaviour.PRACTICE), [(WRONG, 3), (RIGHT, 1)])
    check_answer(learner, attempt=attempt, position=1)
    save_response(learner, attempt=attempt, position=1, value=RIGHT, sequence=2, certainty=3)
    check_answer(learner, attempt=attempt, position=1)
    submit_attempt(learner, attempt=attempt)
    assert counts(attempt) == {1: (1, 1), 2: (0, 0), 3: (1, 0)}
    html = result_page(browser, attempt)
    assert "How sure at the first try: High (−6)" in html
    assert "How sure: Low (+1)" in html


# --- No oracle --------------------------------------------------------------------------------------------------------
SECRET = ("How sure you were", "calibration", "How sure:", "too sure")


def tells(browser: Client, attempt: Attempt) -> bool:
    """Whether anything of certainty × right or wrong is in a byte of the result, or in what its template is given."""
    view, html = seen(attempt), result_page(browser, attempt)
    told = [words for words in SECRET if words in html]
    kept = view.calibration is not None, any(one.certainty or one.certainty_mark for one in view.questions)
    assert set(kept) == {bool(told)}
    return bool(told)


@pytest.mark.parametrize("moment", ["right_after", "later", "after_close"])
@pytest.mark.parametrize("cell", [None, *ReviewCell])
def test_it_waits_for_right_and_wrong_to_be_seen(
    browser: Client, learner: User, tree: ModuleTree, cell: ReviewCell | None, moment: str
) -> None:
    page = asking(tree, 2, review_policy=ReviewPolicy.CUSTOM, closes_at=timezone.now() + timedelta(minutes=60))
    setattr(page, f"review_{moment}", cell or "")
    page.save()
    attempt = taken(learner, page, [(RIGHT, 3), (WRONG, 1)])
    assert attempt.submitted_at is not None
    for name, minutes in {"right_after": 1, "later": 3, "after_close": 61}.items():
        with time_machine.travel(attempt.submitted_at + timedelta(minutes=minutes), tick=False):
            assert tells(browser, attempt) == (cell is ReviewCell.CORRECTNESS and name == moment), name


def test_it_waits_until_the_test_is_passed_and_no_attempt_runs(
    browser: Client, learner: User, tree: ModuleTree
) -> None:
    page = asking(tree, 2, review_policy=ReviewPolicy.UNTIL_PASSED)
    failed = taken(learner, page, [(WRONG, 3), (WRONG, 1)])
    assert not tells(browser, failed)
    second = answered(learner, page, [(RIGHT, 3), (RIGHT, 3)])
    assert not tells(browser, failed)
    submit_attempt(learner, attempt=second)
    assert tells(browser, failed)
    assert tells(browser, second)
    start_attempt(learner, quiz=factories.quiz_of(page))
    assert not tells(browser, failed), "the running attempt may ask the same"


def test_while_an_attempt_runs_only_what_was_said_is_told(browser: Client, learner: User, tree: ModuleTree) -> None:
    attempt = answered(learner, asking(tree, 1), [(RIGHT, 3)])
    kwargs = {"uuid": attempt.uuid}
    for url in (
        reverse("assessments:player", kwargs={**kwargs, "position": 1}),
        reverse("assessments:review", kwargs=kwargs),
        reverse("assessments:state", kwargs=kwargs),
    ):
        html = browser.get(url.replace("/de/", "/en/", 1)).content.decode()
        assert not [words for words in ("calibration", "too sure", "+3", "−6") if words in html]


def test_what_was_not_handed_in_is_not_judged(browser: Client, learner: User, tree: ModuleTree) -> None:
    page = asking(tree, 1, time_limit_minutes=10, overdue=Overdue.ABANDON, grace_seconds=0)
    attempt = answered(learner, page, [(WRONG, 3)])
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        assert close_overdue() == 1
        assert seen(attempt).attempt.state == AttemptState.ABANDONED
        assert not tells(browser, attempt)


# --- It never counts --------------------------------------------------------------------------------------------------
def test_everything_that_counts_is_the_same_with_and_without_it(
    learner: User, bob: User, tree: ModuleTree, trainer: User
) -> None:
    """Alice says of wrong answers that she is sure and of right ones that she is not; Bob says nothing."""
    enrolled(bob, tree.module)
    item = factories.item(raw=factories.choice_raw("+--"))
    slots = factories.fixed(item, *(factories.item() for _number in range(3)))
    page = factories.quiz_page(tree.page, slots, shuffle_questions=False, pass_mark=50, asks_certainty=True)
    values = [RIGHT, WRONG, RIGHT, None]

    def told(user: User, attempt: Attempt) -> dict[str, Any]:
        attempt.refresh_from_db()
        items = factories.items_of(attempt)
        events = LearningEvent.objects.filter(actor=user).order_by("sequence")
        return {
            "attempt": (attempt.state, attempt.score_scaled, attempt.passed, [one.score for one in items]),
            "progress": list(
                Progress.objects.filter(user=user)
                .order_by("activity")
                .values_list("activity", "completion_status", "success_status", "score_scaled")
            ),
            "events": [(event.verb, event.result) for event in events],
            "result": (seen(attempt).points, seen(attempt).topics, seen(attempt).reread),
        }

    alices = taken(learner, page, [(value, 3 if value == WRONG else 1) for value in values])
    bobs = taken(bob, page, [(value, None) for value in values])
    assert told(learner, alices) == told(bob, bobs)
    assert "certain" not in json.dumps(
        list(LearningEvent.objects.values("verb", "result", "context")), cls=DjangoJSONEncoder
    )
    regraded(trainer, correct(item))
    assert told(learner, alices) == told(bob, bobs)
    assert not list(run_record_checks())


# --- The person's own data --------------------------------------------------------------------------------------------
def test_people_take_along_what_they_said_and_nothing_of_right_and_wrong(learner: User, tree: ModuleTree) -> None:
    taken(learner, asking(tree, 3, review_policy=ReviewPolicy.NOTHING), [(RIGHT, 3), (WRONG, 1), (RIGHT, None)])
    [told] = export_of(learner)["tests"]
    assert [one.get("certainty") for one in told["answers"]] == ["high", "low", None]
    assert told["score"] is None
    assert "accuracy" not in json.dumps(told, cls=DjangoJSONEncoder)


def test_it_goes_with_the_answers_and_leaves_no_count(browser: Client, learner: User, tree: ModuleTree) -> None:
    attempt = taken(learner, asking(tree, 2), [(RIGHT, 3), (WRONG, 3)])
    assert tells(browser, attempt)
    now = timezone.now() + timedelta(days=366)
    with time_machine.travel(now):
        forget_answers(RetentionPolicy(now=now, answers_before=now - timedelta(days=365)))
        assert not tells(browser, attempt)
    assert not Response.objects.exists()
    counted = list(ItemVersionStatistic.objects.values_list("responses", "option_counts"))
    assert sorted(counted, key=str) == sorted([(1, {RIGHT: 1}), (1, {WRONG: 1})], key=str)
    [told] = export_of(learner)["tests"]
    assert told["answers"] == []


def test_it_is_erased_with_the_person(learner: User, tree: ModuleTree) -> None:
    taken(learner, asking(tree, 1), [(RIGHT, 3)])
    assert Response.objects.exclude(certainty=None).count() == 1
    forget_person(learner)
    assert not Response.objects.exists()


def test_nobody_else_gets_the_result(learner: User, bob: User, trainer: User, tree: ModuleTree) -> None:
    attempt = taken(learner, asking(tree, 1), [(RIGHT, 3)])
    for other in (bob, trainer):
        with pytest.raises(Attempt.DoesNotExist):
            result_view(other, attempt, language="en")
