"""Starting an attempt: everything that decides it is frozen in one transaction."""

import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.allowances import NONE, Allowance
from assessments.bands import frozen_bands
from assessments.drawing import Drawn, PoolTooSmallError, Slot, draw
from assessments.enums import GradeMethod, Overdue
from assessments.models import Attempt, AttemptItem, QuizPage
from assessments.sections import frozen_sections, in_order
from assessments.selectors.attempts import tries_of
from assessments.selectors.bank import newest_versions, read_slots, seen_counts
from assessments.selectors.quizzes import definition_for, enrolled_activity, refusal
from assessments.services.submitting import submit_attempt
from courses import selectors as courses
from courses.models import Activity, Enrollment
from courses.services import lock_enrollment, record_opening, refuse_if_not_live
from enablement.core.errors import DomainError
from people.models import User


def start_attempt(user: User, *, quiz: Activity) -> Attempt:
    """Start an attempt and set the bookmark on the test, or return the open one: double clicks change nothing.

    Raises DomainError: `not_enrolled`, `quiz_not_live`, `not_live`, `locked`, `not_open_yet`, `quiz_closed`,
    `no_attempts_left`, `too_early`, `pool_too_small`.
    """
    attempt = _start(user, quiz)
    if attempt.is_over(timezone.now()):
        # Its time is up but the sweep has not met it yet: it is closed in a transaction of its own, because it must
        # stay closed even if the new start is refused.
        attempt.activity = quiz
        submit_attempt(user, attempt=attempt)
        attempt = _start(user, quiz)
    return attempt


@transaction.atomic
def _start(user: User, quiz: Activity) -> Attempt:
    # The enrolment row is the lock of all starts of this person in this module.
    enrollment = lock_enrollment(user, enrolled_activity(quiz))
    attempts: list[Attempt] = []
    if enrollment is not None:
        attempts = tries_of(user, quiz.pk, enrollment.cycle)
    running = next((attempt for attempt in attempts if attempt.is_open), None)
    if running is not None:
        return running
    definition, allowance = definition_for(user, quiz)
    refused = refusal(definition, enrollment, courses.may_open(user, activity=quiz), attempts, allowance)
    if refused is not None:
        raise refused
    if definition is None or enrollment is None:  # for the type checker: `refusal` has refused both
        raise AssertionError
    refuse_if_not_live(quiz)
    before = attempts[0] if attempts else None
    attempt = _freeze(user, quiz, enrollment, definition, allowance, before=before)
    record_opening(enrollment, activity=quiz)
    return attempt


def _freeze(
    user: User,
    quiz: Activity,
    enrollment: Enrollment,
    definition: QuizPage,
    allowance: Allowance,
    *,
    before: Attempt | None,
) -> Attempt:
    rng = random.SystemRandom()
    drawn = in_order(_draw(user, definition, rng), rng, shuffle=definition.shuffle_questions)
    now = timezone.now()
    policy = policy_of(user, quiz, definition, allowance)
    deadline = deadline_of(policy, allowance, started_at=now)
    if sections := frozen_sections(definition.slots, drawn):
        policy["sections"] = sections
    if bands := frozen_bands(definition.score_bands):
        policy["bands"] = bands
    if before is not None and (before.grade_method != GradeMethod.HIGHEST or "recount" in before.policy):
        policy["recount"] = True  # the best score that is recorded may be lower than the best attempt
    attempt = Attempt.objects.create(
        user=user,
        activity=quiz,
        cycle=enrollment.cycle,
        number=before.number + 1 if before else 1,
        policy=policy,
        started_at=now,
        deadline_at=deadline,
        closes_at=closing_of(policy, deadline),
    )
    versions = newest_versions(one.item for one in drawn)
    AttemptItem.objects.bulk_create(
        AttemptItem(
            attempt=attempt,
            position=position,
            item_version=versions[one.item],
            option_order=versions[one.item].kind_object.option_order(
                versions[one.item].content, rng, shuffle=definition.shuffle_options
            ),
            weight=one.slot.weight,
        )
        for position, one in enumerate(drawn, 1)
    )
    attempt.just_started = True
    return attempt


def deadline_of(policy: Mapping[str, Any], allowance: Allowance, *, started_at: datetime) -> datetime | None:
    """When the time of an attempt is up, by its frozen rules and what the person is allowed.

    That is the limit with the person's extra time, or the test's closing before that.
    """
    ends = []
    if policy.get("quiz_closes_at"):
        ends.append(datetime.fromisoformat(policy["quiz_closes_at"]))
    if policy["time_limit_minutes"] is not None:
        ends.append(started_at + allowance.limit(policy["time_limit_minutes"], policy["extra_time_percent"]))
    return min(ends, default=None)


def closing_of(policy: Mapping[str, Any], deadline: datetime | None) -> datetime | None:
    """The last moment for handing in, by an attempt's frozen rules. Answers on their way have their seconds anyhow."""
    if deadline is None:
        return None
    grace = timedelta(seconds=policy["grace_seconds"])
    hand_in = timedelta(minutes=policy["hand_in_minutes"]) if policy.get("overdue") == Overdue.GRACE else grace
    return deadline + max(grace, hand_in)


def _draw(user: User, definition: QuizPage, rng: random.Random) -> list[Drawn]:
    slots = read_slots(definition.slots)
    try:
        drawn = draw(slots, seen=_seen(user, slots), rng=rng)
    except PoolTooSmallError as error:
        raise _pool_too_small() from error
    if not drawn:
        raise _pool_too_small()
    return drawn


def _seen(user: User, slots: Sequence[Slot]) -> Mapping[int, int]:
    """How often the person had each item. Not asked where nothing is chosen: every slot takes its whole pool."""
    if all(len(slot.pool) <= slot.count for slot in slots):
        return {}
    return seen_counts(user, {item for slot in slots for item in slot.pool})


def _pool_too_small() -> DomainError:
    return DomainError(
        _("This test is being worked on: it has too few questions at the moment. Nothing was counted as an attempt."),
        code="pool_too_small",
    )


def policy_of(user: User, quiz: Activity, definition: QuizPage, allowance: Allowance = NONE) -> dict[str, Any]:
    """The rules that an attempt of this person freezes, see `Attempt`."""
    closes_at = allowance.closing(definition.closes_at)
    return {
        "title_de": quiz.title_de or definition.title,
        "title_en": quiz.title_en or definition.title,
        "pass_mark": definition.pass_mark,
        "review_policy": definition.review_policy,
        "review": definition.review.frozen(),
        "quiz_closes_at": closes_at.isoformat() if closes_at else None,
        "shuffle_questions": definition.shuffle_questions,
        "shuffle_options": definition.shuffle_options,
        "navigation": definition.navigation,
        "attempts_allowed": allowance.attempts(definition.attempts_allowed),
        "delay_minutes": definition.delay_minutes,
        "grade_method": definition.grade_method,
        "behaviour": definition.behaviour,
        "tries": definition.tries,
        "try_penalty": definition.try_penalty,
        "certainty": definition.asks_certainty,
        "time_limit_minutes": definition.time_limit_minutes,
        "grace_seconds": definition.grace_seconds,
        "overdue": definition.overdue,
        "hand_in_minutes": definition.hand_in_minutes,
        "extra_time_percent": user.extra_time_percent,
        "markers": definition.markers,
        "marking_anonymous": definition.marking_anonymous,
    }
