"""Opening, completing, passing, and the rule of completion."""

from decimal import Decimal
from uuid import uuid4

import pytest

from courses.enums import Audience, CompletionStatus, MoveOn, SuccessStatus, Verb
from courses.models import HomePage, LearningEvent, Progress
from courses.selectors import current_enrollment, may_open, missing_for, outline
from courses.services import complete_lesson, enroll, open_activity, record_quiz_outcome
from enablement.core.errors import DomainError
from people.models import User
from tests.courses.factories import activity_of, enrolled, module_tree, path_page


def outcome(user: User, quiz: object, *, passed: bool, score: str = "0.9") -> Progress:
    return record_quiz_outcome(user, quiz=quiz, cycle=1, passed=passed, score_scaled=Decimal(score), attempt=uuid4())


def test_module_is_complete_with_its_last_lesson(home: HomePage, alice: User) -> None:
    tree = module_tree(home, lessons=2)
    complete_lesson(alice, lesson=tree.lessons[0])
    complete_lesson(alice, lesson=tree.lessons[0])
    enrollment = current_enrollment(alice, tree.module)
    assert enrollment.satisfied_at is None
    assert [each.activity for each in missing_for(enrollment)] == [tree.lessons[1]]
    complete_lesson(alice, lesson=tree.lessons[1])
    enrollment.refresh_from_db()
    assert enrollment.satisfied_at is not None
    assert enrollment.frozen_outline == [str(lesson.key) for lesson in tree.lessons]
    events = LearningEvent.objects.filter(actor=alice)
    assert events.filter(verb=Verb.COMPLETED).count() == 2
    assert events.filter(verb=Verb.SATISFIED).count() == 1


def test_lessons_of_the_other_function_are_not_asked(home: HomePage, alice: User, bob: User) -> None:
    tree = module_tree(home, lessons=3, audiences={1: Audience.SALES, 2: Audience.MARKETING})
    for user, own in ((alice, 2), (bob, 1)):
        complete_lesson(user, lesson=tree.lessons[0])
        complete_lesson(user, lesson=tree.lessons[own])
        assert current_enrollment(user, tree.module).satisfied_at is not None


def test_person_of_another_function_does_what_is_for_both(home: HomePage, charlie: User) -> None:
    tree = module_tree(home, lessons=2, audiences={1: Audience.SALES})
    complete_lesson(charlie, lesson=tree.lessons[0])
    assert current_enrollment(charlie, tree.module).satisfied_at is not None


@pytest.mark.parametrize(
    ("move_on", "lessons", "passed", "satisfied"),
    [
        (MoveOn.BOTH, True, False, False),
        (MoveOn.BOTH, False, True, False),
        (MoveOn.BOTH, True, True, True),
        (MoveOn.PASSED, False, True, True),
        (MoveOn.PASSED, True, False, False),
        (MoveOn.COMPLETED, True, False, True),
        (MoveOn.EITHER, True, False, True),
        (MoveOn.EITHER, False, True, True),
        (MoveOn.EITHER, False, False, False),
        (MoveOn.NONE, False, False, True),
    ],
)
def test_move_on(home: HomePage, alice: User, move_on: MoveOn, lessons: bool, passed: bool, satisfied: bool) -> None:
    tree = module_tree(home, lessons=1, quiz=True, move_on=move_on)
    enrolled(alice, tree.module)
    assert current_enrollment(alice, tree.module).satisfied_at is None
    if lessons:
        complete_lesson(alice, lesson=tree.lessons[0])
    outcome(alice, tree.quiz, passed=passed, score="0.9" if passed else "0.2")
    assert (current_enrollment(alice, tree.module).satisfied_at is not None) is satisfied


def test_a_pass_is_never_taken_back_and_the_best_score_stays(home: HomePage, alice: User) -> None:
    tree = module_tree(home, lessons=1, quiz=True)
    enrolled(alice, tree.module)
    assert outcome(alice, tree.quiz, passed=False, score="0.5").success_status == SuccessStatus.FAILED
    assert outcome(alice, tree.quiz, passed=True, score="0.9").success_status == SuccessStatus.PASSED
    last = outcome(alice, tree.quiz, passed=False, score="0.1")
    assert (last.success_status, last.score_scaled) == (SuccessStatus.PASSED, Decimal("0.9"))


def test_the_same_attempt_counts_once(home: HomePage, alice: User) -> None:
    tree = module_tree(home, lessons=1, quiz=True)
    enrolled(alice, tree.module)
    attempt = uuid4()
    for _ in range(2):
        record_quiz_outcome(alice, quiz=tree.quiz, cycle=1, passed=True, score_scaled=Decimal("0.8"), attempt=attempt)
    assert LearningEvent.objects.filter(verb=Verb.PASSED).count() == 1


def test_empty_module_completes_nobody(home: HomePage, alice: User) -> None:
    tree = module_tree(home, lessons=0)
    enrollment = enrolled(alice, tree.module)
    open_activity(alice, activity=tree.module)
    enrollment.refresh_from_db()
    assert enrollment.satisfied_at is None
    assert [each.reason for each in missing_for(enrollment)] == ["empty"]


def test_path_is_complete_with_its_last_module(home: HomePage, alice: User) -> None:
    first, second = module_tree(home, lessons=1, quiz=True), module_tree(home, lessons=1, code="M02", title="Buyers")
    path = activity_of(path_page(home, first.page, second.page))
    enrollment = enroll(alice, activity=path, source="self")
    complete_lesson(alice, lesson=second.lessons[0])
    complete_lesson(alice, lesson=first.lessons[0])
    assert [each.activity for each in missing_for(enrollment)] == [first.module]
    outcome(alice, first.quiz, passed=True)
    enrollment.refresh_from_db()
    assert enrollment.satisfied_at is not None
    progress = Progress.objects.get(user=alice, activity=path)
    assert progress.completion_status == CompletionStatus.COMPLETED
    assert progress.success_status == SuccessStatus.PASSED


def test_coming_module_blocks_the_path(home: HomePage, alice: User) -> None:
    first, coming = module_tree(home, lessons=1), module_tree(home, code="M02", title="Buyers", live=False)
    enrollment = enroll(alice, activity=activity_of(path_page(home, first.page, coming.page)), source="self")
    complete_lesson(alice, lesson=first.lessons[0])
    enrollment.refresh_from_db()
    assert enrollment.satisfied_at is None
    assert [each.reason for each in missing_for(enrollment)] == ["coming_soon"]


def test_locked_module_opens_after_its_prerequisite(home: HomePage, alice: User) -> None:
    first = module_tree(home, lessons=1)
    second = module_tree(home, lessons=1, code="M02", title="Buyers", prerequisites=(first.page,))
    assert may_open(alice, activity=second.lessons[0]).requires == (first.module,)
    for act in (
        lambda: complete_lesson(alice, lesson=second.lessons[0]),
        lambda: open_activity(alice, activity=second.lessons[0]),
    ):
        with pytest.raises(DomainError, match="Silos"):
            act()
    assert outline(alice, module=second.module).entries[0].state == "locked"
    assert not Progress.objects.exists()
    complete_lesson(alice, lesson=first.lessons[0])
    assert may_open(alice, activity=second.module) is None
    complete_lesson(alice, lesson=second.lessons[0])
    assert outline(alice, module=second.module).state == "completed"


def test_bookmark_and_first_opening(home: HomePage, alice: User) -> None:
    tree = module_tree(home, lessons=3)
    assert open_activity(alice, activity=tree.lessons[1]) is None
    assert not Progress.objects.exists()
    enrolled(alice, tree.module)
    open_activity(alice, activity=tree.lessons[1])
    open_activity(alice, activity=tree.lessons[1])
    view = outline(alice, module=tree.module)
    assert view.next.activity == tree.lessons[1]
    assert (view.number, view.total, view.minutes_left) == (2, 3, 18)
    assert LearningEvent.objects.filter(verb=Verb.INITIALIZED).count() == 2  # the lesson and the module
