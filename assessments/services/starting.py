"""Starting an attempt: everything that decides it is frozen in one transaction."""

import random
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.drawing import Drawn, PoolTooSmallError, draw
from assessments.enums import AttemptState
from assessments.models import Attempt, AttemptItem, QuizPage
from assessments.selectors.bank import newest_versions, read_slots, seen_counts
from assessments.selectors.quizzes import closed_attempts, enrolled_activity, quiz_definition, refusal
from assessments.services.submitting import close_if_over
from courses import selectors as courses
from courses.models import Activity, Enrollment
from enablement.core.errors import DomainError
from people.models import User


def start_attempt(user: User, *, quiz: Activity) -> Attempt:
    """Start an attempt, or return the open one: double clicks and a second tab change nothing.

    Raises DomainError: `not_enrolled`, `quiz_not_live`, `locked`, `not_open_yet`, `quiz_closed`,
    `no_attempts_left`, `too_early`, `pool_too_small`.
    """
    # An attempt whose time is up but that the sweep has not met yet is closed in a transaction of its own: it must
    # stay closed even if the new start is refused.
    close_if_over(Attempt.objects.filter(user=user, activity=quiz, state=AttemptState.OPEN))
    return _start(user, quiz)


@transaction.atomic
def _start(user: User, quiz: Activity) -> Attempt:
    # The enrolment row is the lock of all starts of this person in this module.
    enrollment = (
        Enrollment.objects.select_for_update()
        .filter(user=user, activity=enrolled_activity(quiz))
        .order_by("-cycle")
        .first()
    )
    if enrollment is not None:
        running = Attempt.objects.filter(
            user=user, activity=quiz, cycle=enrollment.cycle, state=AttemptState.OPEN
        ).first()
        if running is not None:
            return running
    definition = quiz_definition(quiz)
    lock = courses.may_open(user, activity=quiz)
    finished = closed_attempts(user, quiz, enrollment.cycle) if enrollment else []
    refused = refusal(definition, enrollment, lock, finished)
    if refused is not None:
        raise refused
    if definition is None or enrollment is None:  # for the type checker: `refusal` has refused both
        raise AssertionError
    return _freeze(user, quiz, enrollment, definition, number=finished[0].number + 1 if finished else 1)


def _freeze(user: User, quiz: Activity, enrollment: Enrollment, definition: QuizPage, *, number: int) -> Attempt:
    rng = random.SystemRandom()
    drawn = _draw(user, definition, rng)
    now = timezone.now()
    deadline = deadline_for(user, definition, started_at=now)
    attempt = Attempt.objects.create(
        user=user,
        activity=quiz,
        cycle=enrollment.cycle,
        number=number,
        policy=policy_of(user, quiz, definition),
        started_at=now,
        deadline_at=deadline,
        closes_at=deadline + timedelta(seconds=definition.grace_seconds) if deadline else None,
    )
    versions = newest_versions(one.item for one in drawn)
    if definition.shuffle_questions:
        rng.shuffle(drawn)
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
    return attempt


def deadline_for(user: User, definition: QuizPage, *, started_at: datetime) -> datetime | None:
    """When the time of an attempt is up: its limit with the person's extra time, or the test's closing before that."""
    limit = definition.time_limit_minutes
    ends = [definition.closes_at]
    if limit is not None:
        ends.append(started_at + timedelta(minutes=limit) * (100 + user.extra_time_percent) / 100)
    return min((end for end in ends if end is not None), default=None)


def _draw(user: User, definition: QuizPage, rng: random.Random) -> list[Drawn]:
    slots = read_slots(definition.slots)
    try:
        drawn = draw(slots, seen=seen_counts(user, {item for slot in slots for item in slot.pool}), rng=rng)
    except PoolTooSmallError as error:
        raise _pool_too_small() from error
    if not drawn:
        raise _pool_too_small()
    return drawn


def _pool_too_small() -> DomainError:
    return DomainError(
        _("This test is being worked on: it has too few questions at the moment. Nothing was counted as an attempt."),
        code="pool_too_small",
    )


def policy_of(user: User, quiz: Activity, definition: QuizPage) -> dict[str, Any]:
    """The rules that an attempt of this person freezes, see `Attempt`."""
    return {
        "title_de": quiz.title_de or definition.title,
        "title_en": quiz.title_en or definition.title,
        "pass_mark": definition.pass_mark,
        "review_policy": definition.review_policy,
        "review": definition.review.frozen(),
        "quiz_closes_at": definition.closes_at.isoformat() if definition.closes_at else None,
        "shuffle_questions": definition.shuffle_questions,
        "shuffle_options": definition.shuffle_options,
        "attempts_allowed": definition.attempts_allowed,
        "delay_minutes": definition.delay_minutes,
        "time_limit_minutes": definition.time_limit_minutes,
        "grace_seconds": definition.grace_seconds,
        "extra_time_percent": user.extra_time_percent,
        "markers": definition.markers,
        "marking_anonymous": definition.marking_anonymous,
    }
