"""The one way in which a grade changes after handing in: recorded, told, and never a pass taken silently."""

from assessments.counting import standing
from assessments.enums import AttemptState, GradeSource
from assessments.models import Attempt, AttemptItem, GradeChange, ResultMail
from assessments.selectors.grades import regrade_many
from assessments.services.submitting import record_outcome
from courses import services as courses
from courses.models import Enrollment
from people.models import User


def change_grade(
    attempt: Attempt,
    enrollment: Enrollment | None,
    *,
    source: GradeSource,
    actor: User | None,
    reason: str = "",
    keep_pass: bool = True,
) -> GradeChange | None:
    """Grade an attempt again by its versions, responses and marks, and record what changed. None: nothing did.

    Call with both rows locked. A pass that a correction would not give stands (`pass_kept`) unless
    `keep_pass` is False; a pass by which the module was completed stands in any case, because a completed enrolment
    does not change. The person is told by mail.
    """
    [(_attempt, items, graded)] = regrade_many([attempt])
    if graded.score_scaled is None:
        return None  # other answers still wait
    changed = [
        {"position": item.position, "before": _text(item.score), "after": _text(graded.scores[item.pk])}
        for item in items
        if item.score != graded.scores[item.pk]
    ]
    first = attempt.state == AttemptState.MARKING
    kept = bool(attempt.passed) and not graded.passed and (keep_pass or _is_completed(enrollment))
    passed = bool(graded.passed) or kept
    if not first and not changed and (attempt.score_scaled, attempt.passed) == (graded.score_scaled, passed):
        return None
    change = GradeChange.objects.create(
        attempt=attempt,
        source=source,
        actor=actor,
        reason=reason,
        score_before=attempt.score_scaled,
        score_after=graded.score_scaled,
        passed_before=attempt.passed,
        passed_after=passed,
        items=changed,
    )
    for item in items:
        item.score = graded.scores[item.pk]
    AttemptItem.objects.bulk_update(items, ["score"])
    if first:
        ended_by_clock = attempt.deadline_at is not None and attempt.submitted_at == attempt.deadline_at
        attempt.state = AttemptState.EXPIRED if ended_by_clock else AttemptState.SUBMITTED
    attempt.score_scaled, attempt.passed, attempt.pass_kept = graded.score_scaled, passed, kept
    attempt.save(update_fields=["state", "score_scaled", "passed", "pass_kept"])
    if first:
        record_outcome(attempt, enrollment)
    else:
        _record_correction(attempt, change, keep_pass=keep_pass)
    ResultMail.objects.create(grade_change=change)
    return change


def _text(score: object) -> str | None:
    return None if score is None else str(score)


def _is_completed(enrollment: Enrollment | None) -> bool:
    return enrollment is not None and enrollment.satisfied_at is not None


def _record_correction(attempt: Attempt, change: GradeChange, *, keep_pass: bool) -> None:
    """The test's outcome over all attempts of the cycle, after this one has changed."""
    rows = Attempt.objects.filter(user=attempt.user, activity=attempt.activity, cycle=attempt.cycle)
    counts = standing(rows)
    if counts is None:
        raise ValueError(f"attempt {attempt.uuid} has no grade yet")
    courses.correct_quiz_outcome(
        attempt.user,
        quiz=attempt.activity,
        cycle=attempt.cycle,
        passed=counts.passed,
        score_scaled=counts.score_scaled,
        attempt=attempt.uuid,
        change=change.pk,
        keep_pass=keep_pass,
    )
