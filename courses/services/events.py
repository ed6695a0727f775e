"""Appending learning events, and deriving rows from them."""

import itertools
import time
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.utils.translation import get_language

from courses.enums import Verb
from courses.models import Activity, Enrollment, LearningEvent, Progress
from courses.replay import ProgressState, fold_progress
from people.models import User

# Orders events that share a timestamp: strictly rising within a process, and about so between processes.
_sequence = itertools.count(time.time_ns())


def build_event(
    actor: User,
    verb: Verb,
    activity: Activity,
    *,
    cycle: int,
    at: datetime,
    result: dict[str, Any] | None = None,
    **context: Any,
) -> LearningEvent:
    """An event that is not saved yet. `context` keys with None are left out."""
    return LearningEvent(
        actor=actor,
        verb=verb,
        activity=activity,
        cycle=cycle,
        timestamp=at,
        sequence=next(_sequence),
        result=result or {},
        context={"language": get_language() or "de", **{k: v for k, v in context.items() if v is not None}},
    )


def iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def registered(enrollment: Enrollment) -> LearningEvent:
    """The event that explains a new enrolment."""
    return build_event(
        enrollment.user,
        Verb.REGISTERED,
        enrollment.activity,
        cycle=enrollment.cycle,
        at=enrollment.enrolled_at,
        registration=str(enrollment.uuid),
        source=str(enrollment.source),
        due=iso(enrollment.due_at),
        assigned_by=str(enrollment.assigned_by.uuid) if enrollment.assigned_by else None,
    )


def rescheduled(enrollment: Enrollment, *, at: datetime) -> LearningEvent:
    """The event that explains another due date (and another source, when an own choice is assigned later)."""
    event = build_event(
        enrollment.user,
        Verb.RESCHEDULED,
        enrollment.activity,
        cycle=enrollment.cycle,
        at=at,
        registration=str(enrollment.uuid),
        source=str(enrollment.source),
        assigned_by=str(enrollment.assigned_by.uuid) if enrollment.assigned_by else None,
    )
    event.context["due"] = iso(enrollment.due_at)
    return event


def progress_row(user: User, activity: Activity, cycle: int) -> Progress:
    """The person's progress row, made when missing. Call with the enrolment locked."""
    return Progress.objects.get_or_create(user=user, activity=activity, cycle=cycle)[0]


def apply_to_progress(progress: Progress, event: LearningEvent) -> None:
    """Save the event and what it makes of the row."""
    before = ProgressState(
        progress.completion_status,
        progress.success_status,
        progress.score_scaled,
        progress.started_at,
        progress.completed_at,
    )
    event.save(force_insert=True)
    after = fold_progress(before, event)
    if after is not None and after != before:
        for name, value in asdict(after).items():
            setattr(progress, name, value)
        progress.save(update_fields=list(asdict(after)))
