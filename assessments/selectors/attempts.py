"""Reads during an attempt. Nothing here knows the key: questions come from `Kind.public` alone.

In practice, `selectors.checks.told` adds what may be told of answers that were checked.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from assessments.enums import AnswerState, AttemptState
from assessments.models import Attempt, AttemptItem, Closings, Response
from assessments.selectors.checks import NONE, Told, Tries, checked_tries, told
from enablement.core.prepared import Prepared, Several
from people.models import User

_own = Prepared(
    lambda user, uuid: Attempt.objects.select_related("activity__parent").filter(user=user, uuid=uuid).order_by(),
    user=models.BigIntegerField(),
    uuid=models.UUIDField(),
)
_tries = Prepared(
    lambda user, activity, cycle: Attempt.objects.filter(user=user, activity=activity, cycle=cycle).order_by("-number"),
    user=models.BigIntegerField(),
    activity=models.BigIntegerField(),
    cycle=models.IntegerField(),
)
_questions = Prepared(
    lambda attempt: AttemptItem.objects.filter(attempt=attempt).select_related("item_version").order_by("position"),
    attempt=models.BigIntegerField(),
)


def own_attempt(user: User, uuid: UUID | str) -> Attempt:
    """The person's own attempt. Raises Attempt.DoesNotExist for a missing one and for another person's alike."""
    attempt = _own.first(user=user.pk, uuid=uuid)
    if attempt is None:
        raise Attempt.DoesNotExist
    return attempt


def tries_of(user: User, activity_id: int, cycle: int) -> list[Attempt]:
    """All attempts of a person at a test in one cycle, the newest first. One query; they share their `others`."""
    found = _tries.rows(user=user.pk, activity=activity_id, cycle=cycle)
    others = Closings(activity_id)
    for attempt in found:
        attempt.others = others
    return found


def _others_with(user: Any, attempt: Any, keys: Any) -> QuerySet[Attempt]:
    asked = Q(user=user, state=AttemptState.OPEN, items__item_version__item_key__in=keys)
    return Attempt.objects.filter(asked).exclude(pk=attempt).distinct()


_with_keys = Prepared(
    _others_with,
    user=models.BigIntegerField(),
    attempt=models.BigIntegerField(),
    keys=Several(models.UUIDField()),
)
_with_the_same = Prepared(
    lambda user, attempt: _others_with(
        user, attempt, AttemptItem.objects.filter(attempt=attempt).values("item_version__item_key")
    ),
    user=models.BigIntegerField(),
    attempt=models.BigIntegerField(),
)


def asked_elsewhere(attempt: Attempt, keys: Collection[UUID] | None = None) -> bool:
    """Whether a test that this person has open asks one of these items too, or without keys one of the attempt's own.

    What is told of such an item, here or in an older result, would answer the test. Practice tells at once, so it
    counts not. One query.
    """
    if keys is None:
        others = _with_the_same.rows(user=attempt.user_id, attempt=attempt.pk)
    else:
        others = _with_keys.rows(user=attempt.user_id, attempt=attempt.pk, keys=keys)
    return any(other.practice is None for other in others)


def items_of(attempt: Attempt) -> list[AttemptItem]:
    """The questions of an attempt with their versions, in their order. One query."""
    return _questions.rows(attempt=attempt.pk)


def _newest_responses(**attempts: Any) -> QuerySet[Response]:
    newer = Response.objects.filter(attempt_item=OuterRef("attempt_item"), sequence__gt=OuterRef("sequence"))
    return Response.objects.filter(**attempts).filter(~Exists(newer)).order_by()


_newest = Prepared(lambda attempt: _newest_responses(attempt_item__attempt=attempt), attempt=models.BigIntegerField())


def current_responses(*attempts: Attempt) -> dict[int, Response]:
    """Attempt item id → the response that counts. One query."""
    one = len(attempts) == 1
    rows = _newest.rows(attempt=attempts[0].pk) if one else _newest_responses(attempt_item__attempt__in=attempts)
    return {row.attempt_item_id: row for row in rows}


@dataclass(frozen=True)
class QuestionView:
    """A question as the player shows it. `response` is JSON as the kind's `parse` returns it, None: not answered.

    `sequence` is that of the newest response (0: none); the next one must be sent with a higher one. `told` is what
    practice says of the tries; None in a test. `certainty` is how sure the person said they are (None: nothing said),
    `asks_certainty` whether they may say it now: in practice before the first check only.
    """

    position: int
    kind: str
    public: dict[str, Any]
    response: Any
    sequence: int
    saved_at: datetime | None
    state: AnswerState
    flagged: bool
    hint: str
    understood: str
    told: Told | None = None
    certainty: int | None = None
    asks_certainty: bool = False

    @property
    def template(self) -> str:
        return f"assessments/kinds/{self.kind}/question.html"


@dataclass(frozen=True)
class AttemptView:
    """An open attempt: all questions in order. `seconds_left` counts to the deadline (None: no limit)."""

    attempt: Attempt
    questions: tuple[QuestionView, ...]
    seconds_left: int | None

    @property
    def answered(self) -> int:
        return sum(question.state is AnswerState.ANSWERED for question in self.questions)

    @property
    def unanswered(self) -> tuple[QuestionView, ...]:
        """Questions without a complete answer, for the review list."""
        return tuple(question for question in self.questions if question.state is not AnswerState.ANSWERED)

    @property
    def flagged(self) -> tuple[QuestionView, ...]:
        return tuple(question for question in self.questions if question.flagged)

    def question(self, position: int) -> QuestionView:
        """The question at a position counted from 1. Raises LookupError."""
        for question in self.questions:
            if question.position == position:
                return question
        raise LookupError(position)


def attempt_view(user: User, attempt: Attempt, *, language: str) -> AttemptView:
    """Questions, newest answers and states of the person's own attempt. Two queries; in practice up to four.

    Raises Attempt.DoesNotExist for another person's attempt.
    """
    if attempt.user_id != user.pk:
        raise Attempt.DoesNotExist
    responses = current_responses(attempt)
    tries = checked_tries([attempt])
    items = items_of(attempt)
    questions = [_question(attempt, item, responses.get(item.pk), tries, language) for item in items]
    checked = [item.item_version.item_key for item in items if item.pk in tries]
    if checked and asked_elsewhere(attempt, checked):
        questions = [replace(one, told=one.told and one.told.held_back()) for one in questions]
    left = None
    if attempt.deadline_at is not None:
        left = max(int((attempt.deadline_at - timezone.now()).total_seconds()), 0)
    return AttemptView(attempt, tuple(questions), left)


def _question(
    attempt: Attempt, item: AttemptItem, response: Response | None, tries: dict[int, Tries], language: str
) -> QuestionView:
    item.attempt = attempt
    version, content = item.item_version, item.content
    kind = version.kind_object
    value = response.value if response else None
    practice = told(item, tries.get(item.pk, NONE), language=language)
    return QuestionView(
        position=item.position,
        kind=version.kind,
        public=kind.asked(content, language, item.option_order),
        response=value,
        sequence=response.sequence if response else 0,
        saved_at=response.received_at if response else None,
        state=kind.answer_state(content, value),
        flagged=item.flagged,
        hint=kind.hint(content, value),
        understood=kind.understood(content, value, language),
        told=practice,
        certainty=response.certainty if response else None,
        asks_certainty=item.asks_certainty and not (practice and practice.made),
    )
