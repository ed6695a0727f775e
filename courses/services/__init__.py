"""Writes of the courses room: one transaction each, the enrolment row locked, the event in the same transaction.

Lock order: enrolments of modules by primary key, then enrolments of paths by primary key.
"""

from courses.services.activities import retire_activity, sync_activity
from courses.services.enrolling import AssignmentResult, assign, enroll, follow_path, lock_enrollment
from courses.services.progressing import (
    Counted,
    complete_lesson,
    correct_quiz_outcome,
    open_activity,
    record_opening,
    record_quiz_outcome,
    refuse_if_not_live,
)
from courses.services.satisfaction import refresh_satisfaction

__all__ = [
    "AssignmentResult",
    "Counted",
    "assign",
    "complete_lesson",
    "correct_quiz_outcome",
    "enroll",
    "follow_path",
    "lock_enrollment",
    "open_activity",
    "record_opening",
    "record_quiz_outcome",
    "refresh_satisfaction",
    "refuse_if_not_live",
    "retire_activity",
    "sync_activity",
]
