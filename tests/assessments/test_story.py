"""Whatever trainers and learners do in whatever order: what was promised to one of them holds.

A machine draws stories: two learners with two tabs each start, answer, hand in and let the time run out; a trainer
edits, retires and deletes questions, changes and unpublishes the test, and grades again. After every step the promises
are compared with what is stored. `STORIES=500` draws so many, and others each time.
"""

import os
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any, ClassVar

import pytest
import time_machine
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from assessments.enums import SaveStatus
from assessments.models import Attempt, AttemptItem, GradeChange, Item, QuizPage, Response
from assessments.selectors import result_view
from assessments.selectors.regrading import newest_version
from assessments.services import save_response, start_attempt, submit_attempt
from assessments.services.regrading import request_regrading, run_regrading
from assessments.tasks import sweep_attempts
from courses.models import Activity, Enrollment
from courses.services import complete_lesson
from courses.tasks import sweep_outlines
from enablement.core.errors import DomainError
from enablement.core.verification import run_record_checks
from people.models import User
from tests.assessments import factories
from tests.courses.factories import ModuleTree, enrolled

STORIES = int(os.environ.get("STORIES", "0"))
KEYS = ("+--", "-+-", "--+")
TABS = ("left", "right")
QUESTIONS = 3


@dataclass
class Place:
    """Where the stories play."""

    learners: list[User]
    trainer: User
    quiz: Activity
    page: QuizPage
    items: list[Item]


class Story(RuleBasedStateMachine):
    place: ClassVar[Place]

    def __init__(self) -> None:
        super().__init__()
        self.around = transaction.atomic()
        self.around.__enter__()
        self.travel = time_machine.travel(timezone.now(), tick=False)
        self.clock = self.travel.start()
        self.frozen: dict[int, Any] = {}  # attempt → what was decided at its start
        self.kept: dict[tuple[int, int], dict[int, Any]] = {}  # attempt and position → sequence → acknowledged answer
        self.known: dict[tuple[str, int, int], int] = {}  # tab, attempt, position → the newest sequence it has seen
        self.ended: dict[int, Any] = {}  # attempt → its result
        self.passed: set[int] = set()

    def teardown(self) -> None:
        try:
            self.wait(10)
            self.sweep()
            assert [str(finding) for finding in run_record_checks()] == []
        finally:
            self.travel.stop()
            transaction.set_rollback(True)
            self.around.__exit__(None, None, None)

    @initialize()
    def both_begin(self) -> None:
        self.start(0)
        self.start(1)

    # --- Learners -----------------------------------------------------------------------------------------------
    @rule(who=st.integers(0, 1))
    def start(self, who: int) -> None:
        user = self.place.learners[who]
        try:
            attempt = start_attempt(user, quiz=self.place.quiz)
        except DomainError:
            return
        finally:
            self._note_ends()
        assert attempt.is_open
        self.frozen.setdefault(attempt.pk, _decided(attempt))

    @rule(
        who=st.integers(0, 1),
        tab=st.sampled_from(TABS),
        position=st.integers(1, QUESTIONS + 1),
        answer=st.sampled_from(["o-1", "o-2", "o-3", None, "o-9", {"hostile": 1}]),
    )
    def answer(self, who: int, tab: str, position: int, answer: Any) -> None:
        user = self.place.learners[who]
        attempt = Attempt.objects.filter(user=user).order_by("-pk").first()
        if attempt is None:
            return
        seen = self.known.get((tab, attempt.pk, position), 0)
        try:
            result = save_response(user, attempt=attempt, position=position, value=answer, sequence=seen + 1, tab=tab)
        except (DomainError, AttemptItem.DoesNotExist):
            return
        journal = self.kept.setdefault((attempt.pk, position), {})
        if result.status is SaveStatus.STALE:
            assert result.value == journal[result.sequence], "a stale tab is shown the answer that counts"
        else:
            assert attempt.pk not in self.ended, "nothing is acknowledged after the end"
            assert result.value == answer
            journal.setdefault(result.sequence, answer)
        self.known[tab, attempt.pk, position] = result.sequence

    @rule(who=st.integers(0, 1), answer=st.sampled_from(["o-1", "o-2"]))
    def answer_all(self, who: int, answer: str) -> None:
        for position in range(1, QUESTIONS + 2):
            self.answer(who, TABS[0], position, answer)

    @rule(who=st.integers(0, 1))
    def reload(self, who: int) -> None:
        """Both tabs read what is stored."""
        for (attempt, position), journal in self.kept.items():
            for tab in TABS:
                self.known[tab, attempt, position] = max(journal)

    @rule(who=st.integers(0, 1))
    def submit(self, who: int) -> None:
        user = self.place.learners[who]
        attempt = Attempt.objects.filter(user=user).order_by("-pk").first()
        if attempt is None:
            return
        before = self.ended.get(attempt.pk)
        ended = submit_attempt(user, attempt=attempt)
        assert not ended.is_open
        assert before in (None, _result(ended)), "handing in twice changes nothing"
        self._note_ends()
        result_view(user, ended, language="de")

    # --- Time ---------------------------------------------------------------------------------------------------
    @rule(minutes=st.sampled_from([1, 9, 11, 60]))
    def wait(self, minutes: int) -> None:
        self.clock.shift(timedelta(minutes=minutes))

    @rule()
    def sweep(self) -> None:
        """What a worker does each minute."""
        sweep_attempts()
        sweep_outlines()
        self._note_ends()

    # --- The trainer --------------------------------------------------------------------------------------------
    @rule(number=st.integers(0, QUESTIONS), key=st.sampled_from(KEYS), text=st.sampled_from(["Who?", "When?"]))
    def edit(self, number: int, key: str, text: str) -> None:
        for item in self._item(number):
            raw = factories.choice_raw(key, prompt=text)
            item.body = item._meta.get_field("body").to_python([{"type": "single_choice", "value": raw}])
            item.save_revision().publish()

    @rule(number=st.integers(0, QUESTIONS))
    def retire(self, number: int) -> None:
        for item in self._item(number):
            item.unpublish()

    @precondition(lambda self: self.frozen)
    @rule(number=st.integers(0, QUESTIONS))
    def delete(self, number: int) -> None:
        for item in self._item(number):
            item.delete()

    @rule(pass_mark=st.sampled_from([0, 50, 100]), minutes=st.sampled_from([None, 10]), shuffle=st.booleans())
    def publish(self, pass_mark: int, minutes: int | None, shuffle: bool) -> None:
        page = QuizPage.objects.get(pk=self.place.page.pk)
        page.pass_mark, page.time_limit_minutes, page.shuffle_questions = pass_mark, minutes, shuffle
        page.save_revision().publish()

    @rule()
    def unpublish(self) -> None:
        QuizPage.objects.get(pk=self.place.page.pk).unpublish()

    @rule(number=st.integers(0, QUESTIONS))
    def regrade(self, number: int) -> None:
        for item in self._item(number):
            version = newest_version(item)
            if version is not None:
                run_regrading(request_regrading(self.place.trainer, version=version, reason="The key was wrong.").pk)
        for pk, before in self.ended.items():
            after = _result(Attempt.objects.get(pk=pk))
            change = GradeChange.objects.filter(attempt=pk).order_by("-pk").first()
            if after != before:
                assert change is not None, "a result changes by a row that says why"
                assert (change.score_after, change.passed_after) == after[1:]
            self.ended[pk] = after

    # --- Promises -----------------------------------------------------------------------------------------------
    @invariant()
    def at_most_one_is_open(self) -> None:
        for user in self.place.learners:
            assert sum(attempt.is_open for attempt in Attempt.objects.filter(user=user)) <= 1

    @invariant()
    def what_started_does_not_change(self) -> None:
        for attempt in Attempt.objects.filter(pk__in=self.frozen):
            assert _decided(attempt) == self.frozen[attempt.pk]

    @invariant()
    def no_acknowledged_answer_is_lost(self) -> None:
        rows = Response.objects.filter(attempt_item__attempt__in=self.frozen).select_related("attempt_item")
        stored: dict[tuple[int, int], dict[int, Any]] = {}
        for row in rows:
            stored.setdefault((row.attempt_item.attempt_id, row.attempt_item.position), {})[row.sequence] = row.value
        assert stored == {place: journal for place, journal in self.kept.items() if journal}

    @invariant()
    def what_ended_stays(self) -> None:
        for attempt in Attempt.objects.filter(pk__in=self.ended):
            assert _result(attempt) == self.ended[attempt.pk]

    @invariant()
    def a_pass_and_a_completion_are_for_ever(self) -> None:
        self.passed |= set(Attempt.objects.filter(passed=True).values_list("pk", flat=True))
        assert not Attempt.objects.filter(pk__in=self.passed).exclude(passed=True).exists()
        for enrollment in Enrollment.objects.filter(user__in=self.place.learners):
            if Attempt.objects.filter(user=enrollment.user_id, passed=True).exists():
                assert enrollment.satisfied_at is not None

    # --- Helpers ------------------------------------------------------------------------------------------------
    def _item(self, number: int) -> QuerySet[Item]:
        """The item, or nothing when it is gone."""
        return Item.objects.filter(pk=self.place.items[number].pk)

    def _note_ends(self) -> None:
        """Attempts that have ended by now: graded by the questions and the answers of the attempt itself."""
        for attempt in Attempt.objects.filter(pk__in=self.frozen).exclude(pk__in=self.ended):
            if not attempt.is_open:
                self.ended[attempt.pk] = _result(attempt)
                assert attempt.score_scaled == self._expected(attempt)
                assert attempt.passed == (attempt.score_scaled * 100 >= attempt.pass_mark)

    def _expected(self, attempt: Attempt) -> Decimal:
        points = Decimal(0)
        items = factories.items_of(attempt)
        for item in items:
            journal = self.kept.get((attempt.pk, item.position), {})
            answer = journal[max(journal)] if journal else None
            outcome = item.item_version.kind_object.grade(item.item_version.content, answer)
            assert outcome is not None
            points += outcome.score * item.weight
        return (points / sum(item.weight for item in items)).quantize(Decimal("0.0001"))


def _decided(attempt: Attempt) -> Any:
    items = attempt.items.order_by("position").values_list("position", "item_version", "option_order", "weight")
    return attempt.policy, attempt.deadline_at, attempt.closes_at, list(items)


def _result(attempt: Attempt) -> tuple[Any, ...]:
    return attempt.state, attempt.score_scaled, attempt.passed


@pytest.fixture
def place(tree: ModuleTree, trainer: User, alice: User, bob: User) -> Place:
    items = [factories.item(raw=factories.choice_raw("+--")) for _number in range(QUESTIONS)]
    items.append(factories.item(raw=factories.choice_raw("+--"), tags=["spare"]))
    slots = factories.fixed(*items[:-1]) + factories.draw(1, "spare")
    page = factories.quiz_page(tree.page, slots, pass_mark=50)
    for learner in (alice, bob):
        enrolled(learner, tree.module)
        for lesson in tree.lessons:
            complete_lesson(learner, lesson=lesson)
    return Place([alice, bob], trainer, factories.quiz_of(page), page, items)


def test_every_story_keeps_every_promise(place: Place) -> None:
    Story.place = place
    drawn = settings(
        max_examples=STORIES or 12,
        stateful_step_count=30,
        phases=[Phase.generate, Phase.shrink] if STORIES else [Phase.generate],  # a shorter story takes minutes to find
        derandomize=not STORIES,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )
    run_state_machine_as_test(Story, settings=drawn)
