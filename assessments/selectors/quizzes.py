"""Reads before an attempt: the quiz's rules and the card in front of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Case, Exists, IntegerField, QuerySet, Subquery, Value, When
from django.utils import formats, timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from assessments.allowances import NONE, Allowance
from assessments.counting import Standing, standing
from assessments.enums import AttemptState, GradeMethod
from assessments.models import Attempt, QuizException, QuizPage
from assessments.review_words import review_sentences
from assessments.sections import Section, sections_in, written_sections
from assessments.selectors.attempts import tries_of
from assessments.selectors.bank import question_count
from courses import selectors as courses
from courses.enums import SuccessStatus
from courses.models import Activity, Enrollment, Progress
from enablement.core.errors import DomainError
from enablement.core.prepared import Prepared
from people.models import User


def _definitions(key: Any) -> QuerySet[QuizPage]:
    german_first = Case(
        When(locale__language_code=settings.LANGUAGE_CODE, then=Value(0)), default=Value(1), output_field=IntegerField()
    )
    pages: QuerySet[QuizPage] = QuizPage.objects.filter(translation_key=key, live=True)
    return pages.order_by(german_first, "pk")


def quiz_definition(quiz: Activity) -> QuizPage | None:
    """The live page whose rules count: that in the default language, else the other one. None: not published."""
    return _definitions(quiz.key).first()


def _held(user: Any, quiz: Any, now: Any) -> QuerySet[QuizException]:
    """At most one: what the person is allowed at this test now."""
    return QuizException.objects.holding(now).filter(user=user, activity=quiz)


_definition_and_exception = Prepared(
    lambda key, user, activity, now: _definitions(key).annotate(has_exception=Exists(_held(user, activity, now)))[:1],
    key=models.UUIDField(),
    user=models.BigIntegerField(),
    activity=models.BigIntegerField(),
    now=models.DateTimeField(),
)
_exception = Prepared(
    lambda user, activity, now: _held(user, activity, now).order_by("pk")[:1],
    user=models.BigIntegerField(),
    activity=models.BigIntegerField(),
    now=models.DateTimeField(),
)
_retrying: Prepared[Any] = Prepared(
    lambda key, user, activity, now: _definitions(key).values_list(
        "delay_minutes", "attempts_allowed", Subquery(_held(user, activity, now).values("extra_attempts")[:1])
    )[:1],
    key=models.UUIDField(),
    user=models.BigIntegerField(),
    activity=models.BigIntegerField(),
    now=models.DateTimeField(),
)


def definition_for(user: User, quiz: Activity, *, page: QuizPage | None = None) -> tuple[QuizPage | None, Allowance]:
    """`quiz_definition`, and what this person is allowed beyond it.

    One query, and a second one for whoever has an exception. `page` is the test's page as it was just read.
    """
    definition: QuizPage | None = page
    may_have = True
    if page is None or not _is_definition(page):
        read = _definition_and_exception.first(key=quiz.key, user=user.pk, activity=quiz.pk, now=timezone.now())
        definition, may_have = read, read is not None and read.has_exception
    exception = _exception.first(user=user.pk, activity=quiz.pk, now=timezone.now()) if may_have else None
    return definition, exception.allowance if exception is not None else NONE


def retry_rules(user: User, quiz: Activity) -> tuple[int, int]:
    """`delay_minutes` and the attempts that this person has (0: no limit); zeros when there is no test. One query."""
    rows = _retrying.tuples(key=quiz.key, user=user.pk, activity=quiz.pk, now=timezone.now())
    delay, allowed, more = rows[0] if rows else (0, 0, 0)
    return delay, Allowance(extra_attempts=more or 0).attempts(allowed)


def _is_definition(page: QuizPage) -> bool:
    """Whether no other page can come before this one. No query for a page that is being served."""
    return bool(page.live and page.locale.language_code == settings.LANGUAGE_CODE)


def enrolled_activity(quiz: Activity) -> Activity:
    """What one is enrolled in to take this test: its module (or the path it stands on)."""
    return quiz.parent if quiz.parent is not None else quiz


def next_attempt_at(delay_minutes: int, attempts: Sequence[Attempt]) -> datetime | None:
    """When the next attempt may start after these finished ones; None: at once."""
    ends = [attempt.submitted_at for attempt in attempts if attempt.submitted_at is not None]
    if not ends:
        return None
    at = max(ends) + timedelta(minutes=delay_minutes)
    return at if at > timezone.now() else None


def refusal(
    definition: QuizPage | None,
    enrollment: Enrollment | None,
    lock: courses.Lock | None,
    attempts: Sequence[Attempt],
    allowance: Allowance = NONE,
) -> DomainError | None:
    """Why a new attempt may not start now, or None. `attempts` are the finished ones of this cycle."""
    if definition is None:
        return DomainError(
            _("This test is not available at the moment. Your earlier results are kept."), code="quiz_not_live"
        )
    if enrollment is None:
        return DomainError(_("Enrol in the module first; then you can take its test."), code="not_enrolled")
    if lock is not None:
        return DomainError(lock.message, code="locked")
    return _outside_of_its_time(definition, allowance) or _too_many_or_too_early(definition, attempts, allowance)


def _too_many_or_too_early(
    definition: QuizPage, attempts: Sequence[Attempt], allowance: Allowance
) -> DomainError | None:
    """What the finished attempts say against another one."""
    if any(attempt.state == AttemptState.MARKING for attempt in attempts):
        return DomainError(
            _("Your last attempt is being marked. You get a mail with the result; then you can try again."),
            code="being_marked",
        )
    if definition.attempts_allowed and len(attempts) >= allowance.attempts(definition.attempts_allowed):
        return DomainError(
            _("You have used all attempts at this test. Your results are kept; ask your trainer if you need another."),
            code="no_attempts_left",
        )
    at = next_attempt_at(definition.delay_minutes, attempts)
    if at is not None:
        return DomainError(
            _("The next attempt opens at %(time)s. Until then, read again what was difficult.")
            % {"time": timezone.localtime(at).strftime("%H:%M")},
            code="too_early",
        )
    return None


def moment(at: datetime) -> str:
    """A time today, else a day and a time, in the reader's language and the site's time zone."""
    local = timezone.localtime(at)
    time = formats.date_format(local, "H:i")  # English would write "1:20 p.m." into the middle of a sentence
    if local.date() == timezone.localdate():
        return time
    return _("%(date)s, %(time)s") % {"date": formats.date_format(local, "DATE_FORMAT"), "time": time}


def _outside_of_its_time(definition: QuizPage, allowance: Allowance) -> DomainError | None:
    now, closes_at = timezone.now(), allowance.closing(definition.closes_at)
    if definition.opens_at is not None and now < definition.opens_at:
        return DomainError(
            _("This test opens: %(time)s. Until then you can prepare.") % {"time": moment(definition.opens_at)},
            code="not_open_yet",
        )
    if closes_at is not None and now >= closes_at:
        return DomainError(
            _("This test has closed: %(time)s. Your results are kept; ask your trainer if you still need to take it.")
            % {"time": moment(closes_at)},
            code="quiz_closed",
        )
    return None


def minutes_for(user: User, definition: QuizPage, allowance: Allowance = NONE) -> int | None:
    """The time limit of this person, rounded up to whole minutes; None: no limit."""
    if definition.time_limit_minutes is None:
        return None
    return -(-allowance.limit(definition.time_limit_minutes, user.extra_time_percent) // timedelta(minutes=1))


def standing_in(user: User, quiz: Activity, attempts: Sequence[Attempt]) -> Standing | None:
    """Where the person stands in the test, by these attempts of one cycle; None: no result yet.

    One query where a pass may stand that the attempts no longer give: it completed the module, or a correction kept it.
    """
    found = standing(attempts)
    if found is None or found.passed or all(one.grade_method is GradeMethod.HIGHEST for one in attempts):
        return found
    kept = Progress.objects.filter(
        user=user, activity=quiz, cycle=attempts[0].cycle, success_status=SuccessStatus.PASSED
    )
    return replace(found, passed=kept.exists())


@dataclass(frozen=True)
class StartCard:
    """What the card before a test says. `refusal` is None when an attempt may be started (or `open_attempt` resumed).

    `minutes` is the person's time limit (None: no limit), `attempts_left` None means no limit, `standing` is what
    counts of the finished attempts. `previous` are those, newest first.
    """

    quiz: Activity
    definition: QuizPage | None
    enrollment: Enrollment | None
    questions: int
    minutes: int | None
    pass_mark: int
    attempts_allowed: int
    attempts_left: int | None
    delay_minutes: int
    next_attempt_at: datetime | None
    opens_at: datetime | None
    closes_at: datetime | None
    open_attempt: Attempt | None
    previous: tuple[Attempt, ...]
    standing: Standing | None
    refusal: DomainError | None
    allowance: Allowance = NONE
    extra_time_percent: int = 0

    @property
    def passed(self) -> bool:
        return self.standing is not None and self.standing.passed

    @property
    def grade_method(self) -> GradeMethod:
        """What will count after the next attempt."""
        return GradeMethod(self.definition.grade_method) if self.definition else GradeMethod.HIGHEST

    @property
    def may_start(self) -> bool:
        return self.open_attempt is None and self.refusal is None

    @property
    def sections(self) -> list[Section]:
        """Of the test as it is now, in the active language."""
        if self.definition is None:
            return []
        return sections_in(written_sections(self.definition.slots), get_language() or settings.LANGUAGE_CODE)

    @property
    def review_sentences(self) -> list[str]:
        """What the learner will see after submitting, in words."""
        if self.definition is None:
            return []
        return review_sentences(self.definition.review, closes=self.closes_at is not None)


def quiz_start_card(user: User, quiz: Activity, *, page: QuizPage | None = None) -> StartCard:
    """The card before a test. Five queries, whatever the number of attempts and questions; see `standing_in`.

    `page` is the test's page as it was just read, which spares one where it is the one whose rules count.
    """
    definition, allowance = definition_for(user, quiz, page=page)
    enrollment = courses.current_enrollment(user, enrolled_activity(quiz))
    lock = courses.may_open(user, activity=quiz)
    attempts: list[Attempt] = []
    if enrollment is not None:
        attempts = tries_of(user, quiz.pk, enrollment.cycle)
    now = timezone.now()
    running = next((one for one in attempts if one.is_open and not one.is_over(now)), None)
    previous = tuple(one for one in attempts if not one.is_open)
    allowed = allowance.attempts(definition.attempts_allowed) if definition else 0
    return StartCard(
        quiz=quiz,
        definition=definition,
        enrollment=enrollment,
        questions=question_count(definition.slots) if definition else 0,
        minutes=minutes_for(user, definition, allowance) if definition else None,
        pass_mark=definition.pass_mark if definition else 0,
        attempts_allowed=allowed,
        attempts_left=max(allowed - len(attempts), 0) if allowed else None,
        delay_minutes=definition.delay_minutes if definition else 0,
        next_attempt_at=next_attempt_at(definition.delay_minutes, previous) if definition else None,
        opens_at=definition.opens_at if definition else None,
        closes_at=allowance.closing(definition.closes_at) if definition else None,
        open_attempt=running,
        previous=previous,
        standing=standing_in(user, quiz, previous),
        refusal=None if running else refusal(definition, enrollment, lock, previous, allowance),
        allowance=allowance,
        extra_time_percent=user.extra_time_percent,
    )
