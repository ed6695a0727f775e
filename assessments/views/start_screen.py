"""The card before a test, in words and ready to print."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.enums import AttemptState, GradeMethod, ReviewCell
from assessments.models import Attempt, QuizPage
from assessments.selectors import StartCard, quiz_start_card
from assessments.selectors.quizzes import moment
from assessments.selectors.results import shows_every_score
from assessments.start_words import counts_line, rules
from courses.models import ActivityPage
from courses.selectors import activity_by_key, page_url_for
from people.models import User


@dataclass(frozen=True)
class PastAttempt:
    number: int
    at: datetime
    percent: int | None
    passed: bool
    marking: bool
    url: str


@dataclass(frozen=True)
class StartScreen:
    """The card before a test, ready to print."""

    card: StartCard
    module_title: str
    module_url: str
    start_url: str
    open_url: str
    history: list[PastAttempt]
    rules: list[tuple[str, str]]
    counts_line: str
    refusal: str
    needs_enrolment: bool

    @property
    def questions(self) -> int:
        return self.card.questions

    @property
    def time_limit(self) -> bool:
        return self.card.minutes is not None

    @property
    def minutes(self) -> int:
        """The time limit, else the planned minutes, else a minute and a half for each question."""
        return self.card.minutes or self.card.quiz.minutes or -(-self.card.questions * 3 // 2)

    @property
    def pass_mark(self) -> int:
        return self.card.pass_mark

    @property
    def attempts_left(self) -> int | None:
        return self.card.attempts_left

    @property
    def may_start(self) -> bool:
        return self.card.may_start

    @property
    def passed(self) -> bool:
        return self.card.passed

    @property
    def practice(self) -> bool:
        """Whether another attempt changes nothing, because the first one has counted."""
        return self.card.grade_method is GradeMethod.FIRST and self.card.standing is not None

    @property
    def marking(self) -> bool:
        """Whether people still mark the last attempt."""
        return any(one.state == AttemptState.MARKING for one in self.card.previous)


def start_screen(user: User, page: ActivityPage, language: str) -> StartScreen | None:
    """The card for a test's page; None when no activity stands for it yet (a draft that was never published)."""
    quiz = activity_by_key(page.translation_key)
    if quiz is None:
        return None
    card = quiz_start_card(user, quiz, page=page if isinstance(page, QuizPage) else None)
    now = timezone.now()
    history = [
        PastAttempt(
            number=attempt.number,
            at=attempt.submitted_at or attempt.started_at,
            percent=_percent(attempt, now, passed=card.passed),
            passed=bool(attempt.passed),
            marking=attempt.state == AttemptState.MARKING,
            url=reverse("assessments:result", kwargs={"uuid": attempt.uuid}),
        )
        for attempt in card.previous
    ]
    module = quiz.parent
    return StartScreen(
        card=card,
        module_title=module.title if module else "",
        module_url=(page_url_for(module, language) if module else None) or f"/{language}/",
        start_url=reverse("assessments:start", kwargs={"key": quiz.key}),
        open_url=reverse("assessments:resume", kwargs={"uuid": card.open_attempt.uuid}) if card.open_attempt else "",
        history=history,
        rules=rules(card),
        counts_line=counts_line(card.standing, shown=shows_every_score(card.previous, now, passed=card.passed)),
        refusal=_refusal(card),
        needs_enrolment=card.refusal is not None and card.refusal.code == "not_enrolled",
    )


def _percent(attempt: Attempt, now: datetime, *, passed: bool) -> int | None:
    """An attempt's own rules say whether its score may be seen now."""
    if attempt.score_scaled is None or ReviewCell.SCORE not in attempt.shown_cells(now, passed=passed):
        return None
    return int(attempt.score_scaled * 100)


def _refusal(card: StartCard) -> str:
    if card.refusal is None:
        return ""
    if card.refusal.code == "too_early" and card.next_attempt_at is not None:
        return _("The next attempt opens at %(time)s. Until then, read again what was difficult.") % {
            "time": moment(card.next_attempt_at)
        }
    return str(card.refusal.message)
