"""Folding learning events into enrolment and progress: a pure function, used to write rows and to check them.

Services build the event first and derive the row from it with these functions, so a row never says more than its
events. `manage.py rebuild_progress` and the record checks fold all events of a person again and compare.

Not rebuilt, because no event tells them: `Progress.position` and `Progress.opened_at`. They are a bookmark, not a
record (no reading time per person is stored).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

from courses.enums import CompletionStatus, SuccessStatus, Verb

Key = tuple[int, int]  # activity id, cycle


class EventLike(Protocol):
    """What the fold needs of a `LearningEvent`; tests fold plain objects."""

    verb: str
    activity_id: int
    cycle: int
    result: dict[str, Any]
    context: dict[str, Any]
    timestamp: datetime


@dataclass(frozen=True)
class EnrollmentState:
    """An enrolment as its events tell it. `due` is the ISO text of the event's context, `assigned_by` a user's uuid."""

    registration: str
    source: str
    enrolled_at: datetime
    assigned_by: str | None = None
    due: str | None = None
    satisfied_at: datetime | None = None
    outline: tuple[str, ...] | None = None


@dataclass(frozen=True)
class ProgressState:
    """Progress as its events tell it. `score_scaled` is between 0 and 1."""

    completion_status: str = CompletionStatus.NOT_ATTEMPTED
    success_status: str = SuccessStatus.UNKNOWN
    score_scaled: Decimal | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None


@dataclass
class Records:
    """What one person's events amount to."""

    enrollments: dict[Key, EnrollmentState] = field(default_factory=dict)
    progress: dict[Key, ProgressState] = field(default_factory=dict)


def fold_enrollment(state: EnrollmentState | None, event: EventLike) -> EnrollmentState | None:
    """The enrolment after this event. Events before the registration are no enrolment's."""
    context = event.context
    if event.verb == Verb.REGISTERED and state is None:
        return EnrollmentState(
            registration=context["registration"],
            source=context["source"],
            enrolled_at=event.timestamp,
            assigned_by=context.get("assigned_by"),
            due=context.get("due"),
        )
    if state is None or state.satisfied_at is not None:
        return state
    if event.verb == Verb.RESCHEDULED:
        return replace(
            state,
            due=context.get("due"),
            source=context.get("source", state.source),
            assigned_by=context.get("assigned_by", state.assigned_by),
        )
    if event.verb == Verb.SATISFIED:
        return replace(state, satisfied_at=event.timestamp, outline=tuple(context.get("outline", ())))
    return state


def fold_progress(state: ProgressState | None, event: EventLike) -> ProgressState | None:
    """The progress after this event. Completed stays completed, passed stays passed, the best score stays.

    Two kinds of event replace pass and score: one with a `change` in its context tells what holds after a grade was
    changed, one with `counts` what holds for a test in which not the best attempt counts (`result` is the attempt's).
    """
    if event.verb in {Verb.REGISTERED, Verb.RESCHEDULED}:
        return state
    state = state or ProgressState()
    state = replace(state, started_at=state.started_at or event.timestamp)
    if state.completion_status == CompletionStatus.NOT_ATTEMPTED:
        state = replace(state, completion_status=CompletionStatus.INCOMPLETE)
    counts = event.context.get("counts")
    replaces = counts is not None or "change" in event.context
    passed = counts["success"] if counts is not None else event.result.get("success") is True
    if event.verb in {Verb.COMPLETED, Verb.SATISFIED} or passed:
        state = replace(
            state,
            completion_status=CompletionStatus.COMPLETED,
            completed_at=state.completed_at or event.timestamp,
        )
    if passed:
        state = replace(state, success_status=SuccessStatus.PASSED)
    elif (event.verb == Verb.FAILED or counts is not None) and (
        replaces or state.success_status != SuccessStatus.PASSED
    ):
        state = replace(state, success_status=SuccessStatus.FAILED)
    scaled = counts["scaled"] if counts is not None else event.result.get("score", {}).get("scaled")
    if scaled is not None:
        best = Decimal(0) if replaces else state.score_scaled or Decimal(0)
        state = replace(state, score_scaled=max(Decimal(str(scaled)), best))
    return state


def replay(events: Iterable[EventLike]) -> Records:
    """Fold one person's events, oldest first, into enrolments and progress by (activity id, cycle)."""
    records = Records()
    for event in events:
        key = (event.activity_id, event.cycle)
        enrollment = fold_enrollment(records.enrollments.get(key), event)
        if enrollment is not None:
            records.enrollments[key] = enrollment
        progress = fold_progress(records.progress.get(key), event)
        if progress is not None:
            records.progress[key] = progress
    return records
