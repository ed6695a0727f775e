"""Appending learning events, and deriving rows from them."""

import itertools
import time
from collections.abc import Iterable
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from django.utils.translation import get_language

from courses.enums import Verb
from courses.models import Activity, Enrollment, LearningEvent, Progress
from courses.replay import ProgressState, fold_progress
from courses.selectors.records import progress_map
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


def progress_rows(user: User, activities: Iterable[Activity], cycle: int) -> list[Progress]:
    """A row for each activity, in their order; a missing one is new and not saved. One query.

    Call with the enrolment locked, and save what is new with it.
    """
    wanted = {activity.pk: activity for activity in activities}
    found = progress_map(user, wanted.values(), cycle=cycle)
    for pk, activity in wanted.items():
        row = found.setdefault(pk, Progress(user=user, cycle=cycle))
        row.activity = activity
    return [found[pk] for pk in wanted]


def derive(progress: Progress, event: LearningEvent) -> bool:
    """Make of the row what the event says, without saving either. Whether that changed anything."""
    before = ProgressState(
        progress.completion_status,
        progress.success_status,
        progress.score_scaled,
        progress.started_at,
        progress.completed_at,
    )
    after = fold_progress(before, event)
    if after is None or after == before:
        return False
    for name, value in asdict(after).items():
        setattr(progress, name, value)
    return True


def apply_to_progress(progress: Progress, event: LearningEvent) -> None:
    """Save the event and what it makes of the row."""
    event.save(force_insert=True)
    if derive(progress, event):
        progress.save(update_fields=[each.name for each in fields(ProgressState)])
