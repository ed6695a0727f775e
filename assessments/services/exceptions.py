"""Exceptions for one person at one test: given, replaced, withdrawn. Lock order: enrolment, attempt."""

from dataclasses import asdict
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.allowances import Allowance
from assessments.models import Attempt, QuizException
from assessments.selectors.quizzes import enrolled_activity
from assessments.services.closing import MOVED, move_closing
from courses.models import Activity
from courses.services import lock_enrollment
from enablement.core.errors import DomainError
from people.models import User
from people.roles import may_grant_exceptions
from people.services import log_access


def grant_exception(actor: User, *, quiz: Activity, person: User, terms: Allowance, reason: str) -> QuizException:
    """Give this person more at this test; an exception that holds is replaced. The same again changes nothing.

    It reaches the next attempt, and the running one in this transaction: that is prolonged, never shortened. The
    player learns of it at its next save. Raises DomainError `forbidden`, `own`, `reason_missing`, `nothing_given`,
    `over`.
    """
    _check(actor, person, terms, reason)
    try:
        with transaction.atomic():
            return _grant(actor, quiz, person, terms, reason.strip())
    except IntegrityError:  # two at once for somebody who is not enrolled yet, so that there was no row to lock
        with transaction.atomic():
            return _grant(actor, quiz, person, terms, reason.strip())  # it sees the other one now


def _check(actor: User, person: User, terms: Allowance, reason: str) -> None:
    now = timezone.now()
    if not may_grant_exceptions(actor):
        raise DomainError(_("You may not give exceptions."), code="forbidden")
    if actor.pk == person.pk:
        raise DomainError(_("Somebody else has to give an exception to you."), code="own")
    if not reason.strip():
        raise DomainError(_("Say why: the reason is kept with the exception."), code="reason_missing")
    if not terms.gives_something:
        raise DomainError(
            _("Nothing is given yet: minutes, percent, attempts or a later closing."), code="nothing_given"
        )
    if any(at is not None and at <= now for at in (terms.closes_at, terms.expires_at)):
        raise DomainError(_("This time has passed already. Nothing was saved."), code="over")


def _grant(actor: User, quiz: Activity, person: User, terms: Allowance, reason: str) -> QuizException:
    lock_enrollment(person, enrolled_activity(quiz))
    now = timezone.now()
    earlier = QuizException.objects.select_for_update().filter(user=person, activity=quiz, withdrawn_at=None).first()
    if earlier is not None:
        if earlier.holds(now) and earlier.reason == reason and earlier.allowance == terms:
            return earlier
        _end(earlier, actor, now)
    made = QuizException.objects.create(
        user=person, activity=quiz, reason=reason, created_by=actor, created_at=now, **asdict(terms)
    )
    _reach_attempts(person, quiz, made.allowance)
    log_access(actor, subjects=[person], action="exception.grant", detail=f"test {quiz.key}")
    return made


def _end(exception: QuizException, actor: User, now: datetime) -> None:
    exception.withdrawn_at, exception.withdrawn_by = now, actor
    exception.save(update_fields=["withdrawn_at", "withdrawn_by"])


def _reach_attempts(person: User, quiz: Activity, allowance: Allowance) -> None:
    """Prolong what runs, and let finished attempts wait longer for what is shown after the closing.

    Without the latter the right answers would be open to somebody who may still take the test. That is so in every
    cycle: the test asks the same in the next one, and an attempt that runs while one begins goes on.
    """
    for attempt in Attempt.objects.select_for_update().filter(user=person, activity=quiz).order_by("pk"):
        if move_closing(attempt, allowance.closing(attempt.quiz_closes_at), allowance):
            attempt.save(update_fields=MOVED)


def withdraw_exception(actor: User, *, exception: QuizException) -> QuizException:
    """End an exception. A running attempt keeps the time that it was given. A second call changes nothing.

    Raises DomainError `forbidden`.
    """
    if not may_grant_exceptions(actor):
        raise DomainError(_("You may not give exceptions."), code="forbidden")
    with transaction.atomic():
        locked = QuizException.objects.select_for_update().get(pk=exception.pk)
        if locked.withdrawn_at is None:
            _end(locked, actor, timezone.now())
            person = User.objects.get(pk=locked.user_id)
            log_access(actor, subjects=[person], action="exception.withdraw", detail=f"test {exception.activity.key}")
    return locked
