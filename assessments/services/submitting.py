"""Ending an attempt: by its owner, or by the sweep when the time is up. Graded once, on the server."""

import logging
from collections.abc import Sequence
from datetime import datetime

from django.db import connection, models, transaction
from django.utils import timezone

from assessments.counting import Standing, standing
from assessments.enums import AttemptState, GradeMethod, Overdue
from assessments.grading import Graded, forfeited, grade_items
from assessments.models import Attempt, AttemptItem, MarkingTask
from assessments.selectors.attempts import current_responses, items_of
from assessments.selectors.checks import tried_values
from assessments.selectors.quizzes import enrolled_activity
from courses import services as courses
from courses.models import Enrollment
from enablement.core.prepared import Prepared
from people.models import User

logger = logging.getLogger(__name__)


def submit_attempt(user: User, *, attempt: Attempt) -> Attempt:
    """Hand in: grade what is saved, record the outcome. A second call returns the finished attempt.

    After its last moment the attempt is closed by its rules: as expired, with what was saved in time, or as not handed
    in, with nothing. Raises Attempt.DoesNotExist for
    another person's attempt.
    """
    if attempt.user_id != user.pk:
        raise Attempt.DoesNotExist
    attempt.user = user
    return _finish(attempt)


def close_overdue() -> int:
    """The sweep: close every open attempt whose time with grace is over. Returns how many were closed.

    One transaction each: one broken attempt does not keep the others open. Rows that another worker (or the learner)
    holds are skipped where the database can (PostgreSQL) and met again at the next sweep.
    """
    over = (
        Attempt.objects.filter(state=AttemptState.OPEN, closes_at__lt=timezone.now())
        .select_related("activity__parent", "user__function")
        .order_by("closes_at")
    )
    closed = 0
    for attempt in over.iterator(chunk_size=200):
        try:
            ended = _finish(attempt, only_if_over=True, skip_locked=True)
        except Exception:
            logger.exception("attempt %s could not be closed", attempt.uuid)
        else:
            closed += not ended.is_open
    return closed


@transaction.atomic
def _finish(attempt: Attempt, *, only_if_over: bool = False, skip_locked: bool = False) -> Attempt:
    skip = skip_locked and connection.features.has_select_for_update_skip_locked
    enrollment = lock_enrollment(attempt, skip_locked=skip)
    if enrollment is None and skip:
        return attempt
    locked = lock_attempt(attempt)
    now = timezone.now()
    if not locked.is_open or (only_if_over and not locked.is_over(now)):
        return locked
    graded = _close(locked, now)
    if graded.score_scaled is not None:
        record_outcome(locked, enrollment)
    return locked


def record_outcome(attempt: Attempt, enrollment: Enrollment | None) -> None:
    """Tell the courses room what came out of an attempt whose grade is known. Call with the enrolment locked."""
    if attempt.score_scaled is None:
        raise ValueError(f"attempt {attempt.uuid} has no grade yet")
    counts = _counted(attempt)
    courses.record_quiz_outcome(
        attempt.user,
        quiz=attempt.activity,
        cycle=attempt.cycle,
        passed=bool(attempt.passed),
        score_scaled=attempt.score_scaled,
        attempt=attempt.uuid,
        enrollment=enrollment,
        counts=courses.Counted(counts.method, counts.passed, counts.score_scaled) if counts else None,
    )


def _counted(attempt: Attempt) -> Standing | None:
    """What counts for the test after this attempt; None where the records find it out by themselves, without a query.

    They keep the best score and every pass, which is all that the best attempt and a single one need.
    """
    if attempt.number == 1 or (attempt.grade_method is GradeMethod.HIGHEST and "recount" not in attempt.policy):
        return None
    return standing(Attempt.objects.filter(user=attempt.user, activity=attempt.activity, cycle=attempt.cycle))


def _locking(*, skip_locked: bool) -> Prepared[Enrollment]:
    return Prepared(
        lambda user, activity, cycle: Enrollment.objects.select_for_update(skip_locked=skip_locked).filter(
            user=user, activity=activity, cycle=cycle
        ),
        user=models.BigIntegerField(),
        activity=models.BigIntegerField(),
        cycle=models.IntegerField(),
    )


_enrollment, _enrollment_unless_locked = _locking(skip_locked=False), _locking(skip_locked=True)
_attempt = Prepared(lambda pk: Attempt.objects.select_for_update().filter(pk=pk), pk=models.BigIntegerField())


def lock_enrollment(attempt: Attempt, *, skip_locked: bool = False) -> Enrollment | None:
    """The first lock of every change of an attempt (docs/decisions: enrolment, attempt, certificate)."""
    statement = _enrollment_unless_locked if skip_locked else _enrollment
    activity = enrolled_activity(attempt.activity)
    return statement.first(user=attempt.user_id, activity=activity.pk, cycle=attempt.cycle)


def lock_attempt(attempt: Attempt) -> Attempt:
    """The attempt, locked and read again. Person and test never change, so they are not."""
    locked = _attempt.first(pk=attempt.pk)
    if locked is None:
        raise Attempt.DoesNotExist
    locked.user, locked.activity = attempt.user, attempt.activity
    return locked


def _close(attempt: Attempt, now: datetime) -> Graded:
    items = items_of(attempt)
    expired = attempt.is_over(now)
    abandoned = expired and attempt.overdue is not Overdue.AUTOSUBMIT
    graded = _grade(attempt, items)
    if abandoned:
        graded = forfeited(graded)
    for item in items:
        item.score = graded.scores[item.pk]
    AttemptItem.objects.bulk_update(items, ["score"])
    attempt.state = AttemptState.SUBMITTED
    if expired:
        attempt.state = AttemptState.ABANDONED if abandoned else AttemptState.EXPIRED
    if graded.pending:
        attempt.state = AttemptState.MARKING
        queue_for_marking(attempt, graded.pending)
    # An expired attempt ended when its time was up, not when the sweep met it.
    attempt.submitted_at = attempt.deadline_at if expired else now
    attempt.score_scaled = graded.score_scaled
    attempt.passed = graded.passed
    attempt.save(update_fields=["state", "submitted_at", "score_scaled", "passed"])
    return graded


def _grade(attempt: Attempt, items: Sequence[AttemptItem]) -> Graded:
    responses = current_responses(attempt)
    values = {pk: response.value for pk, response in responses.items()}
    tried = tried_values([attempt], items, responses)
    return grade_items(items, values, pass_mark=attempt.pass_mark, practice=attempt.practice, tried=tried)


def queue_for_marking(attempt: Attempt, item_ids: Sequence[int]) -> None:
    """Put these answers before people."""
    MarkingTask.objects.bulk_create(
        [
            MarkingTask(
                attempt_item_id=pk,
                activity=attempt.activity,
                markers_wanted=attempt.policy.get("markers", 1),
                anonymous=attempt.policy.get("marking_anonymous", True),
            )
            for pk in item_ids
        ],
        ignore_conflicts=True,
    )
