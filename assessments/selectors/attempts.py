"""Reads during an attempt. Nothing here knows the key: questions come from `Kind.public` alone."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from assessments.enums import AnswerState
from assessments.models import Attempt, AttemptItem, Response
from people.models import User


def own_attempt(user: User, uuid: UUID | str) -> Attempt:
    """The person's own attempt. Raises Attempt.DoesNotExist for a missing one and for another person's alike."""
    return Attempt.objects.select_related("activity__parent").get(user=user, uuid=uuid)


def current_responses(*attempts: Attempt) -> dict[int, Response]:
    """Attempt item id → the response that counts. One query."""
    newer = Response.objects.filter(attempt_item=OuterRef("attempt_item"), sequence__gt=OuterRef("sequence"))
    rows: QuerySet[Response] = Response.objects.filter(attempt_item__attempt__in=attempts).filter(~Exists(newer))
    return {row.attempt_item_id: row for row in rows}


@dataclass(frozen=True)
class QuestionView:
    """A question as the player shows it. `response` is JSON as the kind's `parse` returns it, None: not answered.

    `sequence` is that of the newest response (0: none); the next one must be sent with a higher one.
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
    """Questions, newest answers and states of the person's own attempt. Two queries.

    Raises Attempt.DoesNotExist for another person's attempt.
    """
    if attempt.user_id != user.pk:
        raise Attempt.DoesNotExist
    responses = current_responses(attempt)
    items = AttemptItem.objects.filter(attempt=attempt).select_related("item_version").order_by("position")
    questions = tuple(_question(item, responses.get(item.pk), language) for item in items)
    left = None
    if attempt.deadline_at is not None:
        left = max(int((attempt.deadline_at - timezone.now()).total_seconds()), 0)
    return AttemptView(attempt, questions, left)


def _question(item: AttemptItem, response: Response | None, language: str) -> QuestionView:
    version, content = item.item_version, item.content
    kind = version.kind_object
    value = response.value if response else None
    return QuestionView(
        position=item.position,
        kind=version.kind,
        public=kind.public(content, language, item.option_order),
        response=value,
        sequence=response.sequence if response else 0,
        saved_at=response.received_at if response else None,
        state=kind.answer_state(content, value),
        flagged=item.flagged,
        hint=kind.hint(content, value),
        understood=kind.understood(content, value, language),
    )
