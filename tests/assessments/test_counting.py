"""What counts of several attempts: told before, recorded after, and no completed module is opened again."""

from collections.abc import Sequence
from decimal import Decimal

import pytest
from django.utils import translation

from assessments.counting import standing
from assessments.enums import AttemptState, GradeMethod
from assessments.models import Attempt, Item, QuizPage
from assessments.selectors import quiz_start_card, result_view
from assessments.selectors.regrading import newest_version
from assessments.services import save_response, start_attempt, submit_attempt
from assessments.services.regrading import request_regrading, run_regrading
from assessments.start_words import counts_line, rules
from assessments.views.result_screen import result_screen
from courses.enums import SuccessStatus
from courses.models import Activity, Enrollment, LearningEvent, Progress
from courses.rebuild import rebuild
from courses.services import complete_lesson
from enablement.core.verification import run_record_checks
from people.models import User
from tests.assessments import factories
from tests.courses.factories import ModuleTree

HIGHEST, LATEST, FIRST, MEAN = GradeMethod.HIGHEST, GradeMethod.LATEST, GradeMethod.FIRST, GradeMethod.MEAN


def attempts(method: GradeMethod, *scores: str | None, mark: int = 80) -> list[Attempt]:
    """Newest first, as lists of attempts are. A score of None: people still mark it."""
    made = [
        Attempt(
            number=number,
            state=AttemptState.MARKING if score is None else AttemptState.SUBMITTED,
            score_scaled=None if score is None else Decimal(score),
            passed=None if score is None else Decimal(score) * 100 >= mark,
            policy={"pass_mark": mark, "grade_method": method},
        )
        for number, score in enumerate(scores, 1)
    ]
    return made[::-1]


@pytest.mark.parametrize(
    ("method", "scores", "score", "passed"),
    [
        (HIGHEST, ("0.9", "0.2"), "0.9", True),
        (LATEST, ("0.9", "0.2"), "0.2", False),
        (LATEST, ("0.2", "0.9"), "0.9", True),
        (LATEST, ("0.9", None), "0.9", True),
        (FIRST, ("0.2", "0.9"), "0.2", False),
        (FIRST, ("0.9", "0.2"), "0.9", True),
        (MEAN, ("0.6", "1"), "0.8", True),
        (MEAN, ("0.6", "0.9999"), "0.8", True),  # 0.79995: as the grades themselves, in steps of 0.0001
        (MEAN, ("0.6", "0.9997"), "0.7999", False),
        (MEAN, ("1", "0", "0.5"), "0.5", False),
        (MEAN, ("1", None), "1", True),
    ],
)
def test_what_counts(method: GradeMethod, scores: Sequence[str | None], score: str, passed: bool) -> None:
    found = standing(attempts(method, *scores))
    assert found is not None
    assert (found.score_scaled, found.passed) == (Decimal(score), passed)
    assert found.attempts == sum(one is not None for one in scores)


def test_the_newest_finished_attempt_says_how_all_count() -> None:
    """Each froze the method at its start, when the person was told."""
    old, new = attempts(HIGHEST, "0.9")[0], attempts(LATEST, "0", "0.3")[0]
    found = standing([old, new])
    assert found is not None
    assert (found.method, found.score_scaled) == (LATEST, Decimal("0.3"))
    assert standing(attempts(HIGHEST, None)) is None


@pytest.fixture
def item(db: None) -> Item:
    return factories.item(raw=factories.choice_raw("+--"))


@pytest.fixture
def page(tree: ModuleTree, item: Item) -> QuizPage:
    """Two questions with one option that is right: an attempt earns 0, 0.5 or 1."""
    return factories.quiz_page(
        tree.page, factories.fixed(item, factories.item()), pass_mark=80, shuffle_questions=False
    )


def taken(user: User, quiz: Activity, right: int) -> Attempt:
    attempt = start_attempt(user, quiz=quiz)
    for position in range(1, right + 1):
        save_response(user, attempt=attempt, position=position, value="o-1", sequence=1)
    return submit_attempt(user, attempt=attempt)


def counted(page: QuizPage, method: GradeMethod) -> None:
    page.grade_method = method
    page.save()


def recorded(user: User, quiz: Activity) -> tuple[Decimal | None, str]:
    """Score and success, after everything agrees: the checks, the events, and the card before the test."""
    assert not list(run_record_checks())
    assert rebuild(user) == []
    row = Progress.objects.get(user=user, activity=quiz)
    card = quiz_start_card(user, quiz)
    assert card.standing is not None
    assert (card.standing.score_scaled, card.passed) == (row.score_scaled, row.success_status == SuccessStatus.PASSED)
    return row.score_scaled, row.success_status


@pytest.mark.parametrize(
    ("method", "right", "expected"),
    [
        (HIGHEST, (2, 0), ("1", "passed")),
        (LATEST, (2, 0), ("0", "failed")),
        (LATEST, (0, 2), ("1", "passed")),
        (FIRST, (0, 2), ("0", "failed")),
        (FIRST, (2, 0), ("1", "passed")),
        (MEAN, (2, 1), ("0.75", "failed")),
        (MEAN, (1, 2, 2, 2), ("0.875", "passed")),
    ],
)
def test_records_say_what_counts(
    learner: User, page: QuizPage, quiz: Activity, method: GradeMethod, right: Sequence[int], expected: tuple[str, str]
) -> None:
    counted(page, method)
    for number in right:
        taken(learner, quiz, number)
    assert recorded(learner, quiz) == (Decimal(expected[0]), expected[1])
    event = LearningEvent.objects.filter(activity=quiz, verb__in=["passed", "failed"]).order_by("sequence").last()
    assert event is not None
    assert event.result["score"]["scaled"] == right[-1] / 2, "the event tells of its own attempt"


@pytest.mark.parametrize("method", [LATEST, MEAN])
def test_a_completed_module_keeps_its_pass(
    learner: User, tree: ModuleTree, page: QuizPage, quiz: Activity, method: GradeMethod
) -> None:
    counted(page, method)
    taken(learner, quiz, 2)
    for lesson in tree.lessons:
        complete_lesson(learner, lesson=lesson)
    done = Enrollment.objects.get(user=learner).satisfied_at
    assert done is not None
    last = taken(learner, quiz, 0)
    assert recorded(learner, quiz) == (Decimal(0) if method is LATEST else Decimal("0.5"), "passed")
    assert Enrollment.objects.get(user=learner).satisfied_at == done
    counts = result_view(learner, last, language="en").standing
    assert counts is not None
    assert counts.passed
    assert not last.passed


def test_a_failed_latest_attempt_keeps_an_open_module_open(
    learner: User, tree: ModuleTree, page: QuizPage, quiz: Activity
) -> None:
    counted(page, LATEST)
    taken(learner, quiz, 2)
    taken(learner, quiz, 0)
    for lesson in tree.lessons:
        complete_lesson(learner, lesson=lesson)
    assert Enrollment.objects.get(user=learner).satisfied_at is None
    taken(learner, quiz, 2)
    assert Enrollment.objects.get(user=learner).satisfied_at is not None
    assert recorded(learner, quiz) == (Decimal(1), "passed")


def test_another_method_holds_from_the_next_start_on(learner: User, page: QuizPage, quiz: Activity) -> None:
    counted(page, FIRST)
    taken(learner, quiz, 1)
    taken(learner, quiz, 2)
    running = start_attempt(learner, quiz=quiz)
    counted(page, HIGHEST)
    submit_attempt(learner, attempt=running)
    assert recorded(learner, quiz) == (Decimal("0.5"), "failed"), "the running one was started under the old rule"
    taken(learner, quiz, 0)
    assert recorded(learner, quiz) == (Decimal(1), "passed"), "an earlier attempt is the best one now"


def test_a_correction_takes_no_pass_that_the_mean_gave(
    learner: User, page: QuizPage, quiz: Activity, item: Item, trainer: User
) -> None:
    counted(page, MEAN)
    taken(learner, quiz, 2)
    taken(learner, quiz, 2)
    item.body = item._meta.get_field("body").to_python(
        [{"type": "single_choice", "value": factories.choice_raw("-+-")}]
    )
    item.save()
    version = newest_version(item)
    assert version is not None
    run_regrading(request_regrading(trainer, version=version, reason="The key was wrong.").pk)
    assert recorded(learner, quiz) == (Decimal("0.5"), "passed")


def test_answers_wait_until_the_test_is_passed_by_what_counts(learner: User, page: QuizPage, quiz: Activity) -> None:
    """One good attempt of a mean that is not reached must not open the key before the next attempt."""
    page.review_policy = "until_passed"
    counted(page, MEAN)
    taken(learner, quiz, 0)
    good = taken(learner, quiz, 2)
    assert good.passed
    assert result_view(learner, good, language="en").withheld == "until_passed"


def test_in_words(learner: User, page: QuizPage, quiz: Activity) -> None:
    told = {}
    with translation.override("en"):
        for method in GradeMethod:
            counted(page, method)
            told[method] = [sentence for icon, sentence in rules(quiz_start_card(learner, quiz)) if icon == "target"]
        counted(page, FIRST)
        taken(learner, quiz, 1)
        line = result_screen(result_view(learner, taken(learner, quiz, 2), language="en"), "en")
        after = [sentence for icon, sentence in rules(quiz_start_card(learner, quiz)) if icon == "target"]
    assert told == {
        HIGHEST: ["You pass from 80% on. The best attempt counts."],
        LATEST: ["You pass from 80% on. The latest attempt counts, also if it is a worse one."],
        FIRST: ["You pass from 80% on. Only the first attempt counts; later ones are practice."],
        MEAN: ["You pass when the mean of all your attempts reaches 80%."],
    }
    assert line.counts_line == "This attempt was practice. Your first attempt counts: 50%, not passed."
    assert line.next_line == "You can practise whenever you like; that changes nothing."
    assert after == ["Your first attempt has counted. From now on you practise; that changes nothing."]
    with translation.override("en"):
        held_back = counts_line(standing(attempts(MEAN, "0.5", "0.9")), shown=False)
    assert held_back == "The mean of your attempts counts: not passed."
