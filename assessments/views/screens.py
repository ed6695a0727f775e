"""What the quiz's templates show, in words: built from selectors, without queries of its own where not said."""

from dataclasses import dataclass, field
from decimal import ROUND_DOWN, Decimal
from typing import Any

from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from assessments.certainty_words import Choice, choices, level_words
from assessments.enums import AnswerState, GradeMethod, Overdue
from assessments.kinds import get_kind
from assessments.models import Attempt
from assessments.review_words import change_sentence
from assessments.sections import Section, section_of
from assessments.selectors import AttemptView, QuestionResult, QuestionView, ResultView
from assessments.selectors.checks import Told
from assessments.selectors.marking import Feedback
from assessments.selectors.quizzes import moment
from assessments.start_words import counts_line
from assessments.views.calibration import CalibrationScreen, calibration_screen, signed
from courses.models import Activity, PathStep
from courses.selectors import page_links
from courses.selectors.pages import best_link


def clock(seconds: int) -> str:
    """`12:40`, or `1:02:40` from an hour on. As the player counts down."""
    hours, rest = divmod(max(seconds, 0), 3600)
    minutes, rest = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def number(value: Decimal) -> str:
    """Points without needless zeros, in the reader's notation: `8`, `7.5`."""
    short = value.quantize(Decimal("0.1"), ROUND_DOWN)
    return formats.number_format(int(short) if short == short.to_integral_value() else short)


# --- player ---------------------------------------------------------------------------------------------------------
def state_words(state: AnswerState, *, flagged: bool) -> str:
    """The state of a question in words, for the navigator."""
    words = {
        AnswerState.ANSWERED: _("answered"),
        AnswerState.PARTIAL: _("partly answered"),
        AnswerState.EMPTY: _("open"),
    }[state]
    return ", ".join((words, _("check later"))) if flagged else words


def tries_words(told: Told) -> str:
    """How many tries were used or are left."""
    if told.done:
        return ngettext("Finished after %(count)d try.", "Finished after %(count)d tries.", told.made) % {
            "count": told.made
        }
    return ngettext("%(count)d try left", "%(count)d tries left", told.left) % {"count": told.left}


@dataclass(frozen=True)
class QuestionScreen:
    """A question for the player, the navigator and the list before submitting."""

    view: QuestionView
    url: str
    section: Section | None = None
    may_change: bool = True
    is_known: bool = True  # not before its turn, where questions come one after the other

    @property
    def opens_section(self) -> bool:
        return self.section is not None and self.section.first == self.position

    @property
    def understood(self) -> str:
        return self.view.understood

    @property
    def position(self) -> int:
        return self.view.position

    @property
    def kind(self) -> str:
        return self.view.kind

    @property
    def shape(self) -> str:
        return get_kind(self.view.kind).shape

    @property
    def script(self) -> str:
        return get_kind(self.view.kind).script

    @property
    def uploads(self) -> bool:
        """Whether its form sends a file, to an address of its own."""
        return get_kind(self.view.kind).uploads

    @property
    def takes_back(self) -> bool:
        return get_kind(self.view.kind).takes_back

    @property
    def public(self) -> dict[str, Any]:
        return self.view.public

    @property
    def prompt(self) -> str:
        return str(self.view.public["prompt"])

    @property
    def value(self) -> Any:
        return self.view.response

    @property
    def sequence(self) -> int:
        return self.view.sequence

    @property
    def flagged(self) -> bool:
        return self.view.flagged

    @property
    def state(self) -> str:
        return self.view.state.value

    @property
    def answered(self) -> bool:
        return self.view.state is not AnswerState.EMPTY

    @property
    def words(self) -> str:
        return state_words(self.view.state, flagged=self.view.flagged)

    @property
    def hint(self) -> str:
        return str(get_kind(self.view.kind).instruction)

    @property
    def remark(self) -> str:
        return self.view.hint

    @property
    def template(self) -> str:
        return self.view.template

    @property
    def asks_certainty(self) -> bool:
        return self.view.asks_certainty

    @property
    def certainty(self) -> int | None:
        return self.view.certainty

    @property
    def certainty_choices(self) -> list[Choice]:
        return choices(self.view.certainty) if self.view.asks_certainty else []

    @property
    def certainty_line(self) -> str:
        """What was said where it cannot be said any more; empty where nothing was."""
        if self.view.asks_certainty or self.view.certainty is None:
            return ""
        return _("How sure you were before the first check: %(level)s") % {"level": level_words(self.view.certainty)}

    @property
    def told(self) -> Told | None:
        """What practice says of the tries; None in a test."""
        return self.view.told

    @property
    def done(self) -> bool:
        """Whether nothing is left to try: the answer can be looked at, and no longer changed."""
        return self.view.told is not None and self.view.told.done

    @property
    def told_verdict(self) -> str:
        """Of the last try; empty before the first."""
        told = self.view.told
        if told is None or told.score is None:
            return ""
        return "right" if told.right else "partly" if told.score > 0 else "wrong"

    @property
    def told_words(self) -> str:
        """The same for people who listen: what came out, and what they can do now."""
        words = {"right": _("Right."), "partly": _("Partly right."), "wrong": _("Not right.")}.get(self.told_verdict)
        return f"{words} {tries_words(self.view.told)}" if words and self.view.told else ""

    @property
    def tries_words(self) -> str:
        return tries_words(self.view.told) if self.view.told else ""

    @property
    def prefix(self) -> str:
        """For ids in the page."""
        return f"q{self.view.position}"


def counts(view: AttemptView) -> str:
    """`3 of 10 answered · 1 to check`."""
    return _("%(answered)d of %(total)d answered · %(flagged)d to check") % {
        "answered": sum(question.state is not AnswerState.EMPTY for question in view.questions),
        "total": len(view.questions),
        "flagged": len(view.flagged),
    }


def attempt_urls(attempt: Attempt) -> dict[str, str]:
    """The addresses of one attempt."""
    uuid = {"uuid": attempt.uuid}
    return {
        "save_url": reverse("assessments:save", kwargs=uuid),
        "flag_url": reverse("assessments:flag", kwargs=uuid),
        "resume_url": reverse("assessments:resume", kwargs=uuid),
        "state_url": reverse("assessments:state", kwargs=uuid),
        "review_url": reverse("assessments:review", kwargs=uuid),
        "submit_url": reverse("assessments:submit", kwargs=uuid),
        "result_url": reverse("assessments:result", kwargs=uuid),
        # The player's script puts the position in; 0 is no position.
        "url_pattern": reverse("assessments:player", kwargs={**uuid, "position": 0}),
    }


def question_screens(view: AttemptView) -> list[QuestionScreen]:
    """All questions of an attempt with their addresses. No query."""
    attempt = view.attempt
    pattern, sections = attempt_urls(attempt)["url_pattern"].removesuffix("0/"), attempt.sections
    over, sequential = attempt.hand_in_only(timezone.now()), attempt.is_sequential
    return [
        QuestionScreen(
            question,
            f"{pattern}{question.position}/",
            section_of(sections, question.position),
            may_change=not over and (not sequential or question.position == attempt.reached),
            is_known=not sequential or question.position <= attempt.reached,
        )
        for question in view.questions
    ]


_TIME_IS_UP = {
    Overdue.AUTOSUBMIT: gettext_lazy("The time is up. Your answers are being submitted."),
    Overdue.GRACE: gettext_lazy("The time is up. Now you can hand in, and change nothing any more."),
    Overdue.ABANDON: gettext_lazy("The time is up."),
}


def time_words(overdue: Overdue) -> dict[str, str]:
    """What is said while the time runs out. `{name}` is filled in by the script."""
    hand_in = "" if overdue is Overdue.AUTOSUBMIT else " " + _("Remember to hand in.")
    return {
        "minutes": _("{minutes} minutes left") + (hand_in and "." + hand_in),
        "one_minute": _("One minute left") + (hand_in and "." + hand_in),
        "time_is_up": str(_TIME_IS_UP[overdue]),
    }


def player_words(title: str, overdue: Overdue) -> dict[str, str]:
    """What the player's script says. `{name}` is filled in there."""
    return {
        "title": _("Question {position} of {total}") + f" · {title}",
        "answered": _("answered"),
        "partial": _("partly answered"),
        "open": _("open"),
        "flagged": _("check later"),
        "counts": _("{answered} of {total} answered · {flagged} to check"),
        "not_checked": _("This could not be checked just now. Your answer is kept; try again in a moment."),
        "understood": _("Understood as {number}"),
        "not_yet": _("Some answers are still on this device only."),
        **time_words(overdue),
    }


# --- result ---------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class TopicBar:
    name: str
    percent: int
    words: str


@dataclass(frozen=True)
class LessonLink:
    title: str
    url: str


@dataclass(frozen=True)
class QuestionVerdict:
    """Yours, right, why, and the way to the lesson. `verdict` is empty where right and wrong are held back."""

    position: int
    verdict: str
    correct: bool | None
    template: str
    review: dict[str, Any]
    lesson: LessonLink | None
    feedback: Feedback | None
    tries_line: str = ""
    certainty_line: str = ""
    section: Section | None = None

    @property
    def opens_section(self) -> bool:
        return self.section is not None and self.section.first == self.position


@dataclass(frozen=True)
class ResultScreen:
    """A result, ready to print. `right` and `total` are points; both None where the policy holds the score back.

    `marking`: people still mark it.
    """

    passed: bool
    marking: bool
    right: int | Decimal | None
    total: int | Decimal | None
    questions_total: int
    line: str
    closed_line: str
    next_line: str
    withheld_line: str
    change_line: str
    counts_line: str
    band_feedback: str
    calibration: CalibrationScreen | None = None
    topics: list[TopicBar] = field(default_factory=list)
    questions: list[QuestionVerdict] = field(default_factory=list)
    reread: list[LessonLink] = field(default_factory=list)


def _short(value: Decimal | None) -> int | Decimal | None:
    if value is None:
        return None
    short = value.quantize(Decimal("0.1"), ROUND_DOWN)
    return int(short) if short == short.to_integral_value() else short


def _verdict(question: QuestionResult) -> str:
    if not question.graded:
        return "unscored"
    if question.correct is None:
        return ""
    if question.score is None:
        return "pending"
    if question.correct:
        return "right"
    if not question.review.get("answered"):
        return "empty"
    return "partly" if question.score > 0 else "wrong"


def _tries_line(question: QuestionResult) -> str:
    """How many tries a question in practice took, and what it earned with them."""
    if not question.tries or question.score is None:
        return ""
    line = ngettext("%(count)d try", "%(count)d tries", question.tries) % {"count": question.tries}
    points = {"points": number(question.score * question.weight), "total": number(question.weight)}
    return f"{line} · {_('%(points)s of %(total)s points') % points}"


def _certainty_line(question: QuestionResult) -> str:
    """How sure one said one was, and what that would have earned."""
    if question.certainty is None or question.certainty_mark is None:
        return ""
    sentence = (
        _("How sure at the first try: %(level)s (%(mark)s)") if question.tries else _("How sure: %(level)s (%(mark)s)")
    )
    return sentence % {"level": level_words(question.certainty), "mark": signed(question.certainty_mark)}


def _score_line(view: ResultView) -> str:
    values = {"mark": view.pass_mark}
    if view.withheld == "marking":
        return _("People mark some of the answers. You get a mail when the result is there.")
    if view.points is None or view.maximum is None:
        passed, failed = _("Passed (from %(mark)d%%)"), _("Not passed (from %(mark)d%%)")
        return (passed if view.passed else failed) % values
    told = {**values, "points": number(view.points), "total": number(view.maximum)}
    if view.passed:
        return _("%(points)s of %(total)s, passed (from %(mark)d%%)") % told
    return _("%(points)s of %(total)s, not passed (from %(mark)d%%)") % told


def _next_line(view: ResultView) -> str:
    counts = view.standing
    if view.withheld == "marking" or (view.passed and view.test_passed):
        return ""
    if view.attempts_left == 0:
        return _("You have used all attempts. Ask your trainer if you need another.")
    if view.next_attempt_at is not None:
        return _("The next attempt opens at %(time)s.") % {"time": moment(view.next_attempt_at)}
    if counts is not None and counts.method is GradeMethod.FIRST:
        return _("You can practise whenever you like; that changes nothing.")
    return _("You can try again whenever you like.")


def _counts_line(view: ResultView) -> str:
    """What counts for the test, where that may be something else than this attempt."""
    line = counts_line(view.standing, shown=view.shows_standing)
    counts = view.standing
    if line and counts is not None and counts.method is GradeMethod.FIRST and view.attempt.number > 1:
        return " ".join((_("This attempt was practice."), line))
    return line


def _withheld_line(view: ResultView) -> str:
    if view.attempt.answers_deleted_at is not None:
        return _("The single answers have been deleted as agreed. The result stays.")
    return {
        "policy": _("The single questions are not shown here, so that they stay useful for others."),
        "until_passed": _("Answers and explanations appear here as soon as you have passed."),
        "marking": _("Answers and explanations appear here with the result."),
        "running": _("You have an attempt in progress. Answers and explanations appear here when it is submitted."),
    }.get(view.withheld, "")


def _change_line(view: ResultView) -> str:
    """What this page will show more or less of at the next moment of the matrix."""
    if view.changes_at is None or view.withheld in {"running", "deleted", "marking"}:
        return ""
    return change_sentence(view.shows, view.shows_then, when=moment(view.changes_at))


def _closed_line(attempt: Attempt) -> str:
    at = moment(attempt.submitted_at) if attempt.submitted_at else ""
    if attempt.state == "expired":
        return _("Attempt %(number)d, closed when the time was up: %(time)s") % {"number": attempt.number, "time": at}
    if attempt.state == "abandoned":
        sentence = _("Attempt %(number)d, not handed in when the time was up: %(time)s. It counts as nothing.")
        return sentence % {"number": attempt.number, "time": at}
    return _("Attempt %(number)d, submitted: %(time)s") % {"number": attempt.number, "time": at}


def result_screen(view: ResultView, language: str) -> ResultScreen:
    """The result in words. One query for the addresses of all lessons."""
    lessons = {one.key for one in view.reread} | {one.lesson.key for one in view.questions if one.lesson}
    links = page_links(lessons) if lessons else {}

    def link(lesson: Activity | None) -> LessonLink | None:
        found = best_link(links.get(lesson.key), language) if lesson else None
        return LessonLink(lesson.title, found.url) if lesson and found else None

    questions = [] if view.attempt.answers_deleted_at else view.questions
    sections = view.attempt.sections
    return ResultScreen(
        passed=view.passed,
        marking=view.withheld == "marking",
        right=_short(view.points),
        total=_short(view.maximum),
        questions_total=len(view.questions),
        line=_score_line(view),
        closed_line=_closed_line(view.attempt),
        next_line=_next_line(view),
        withheld_line=_withheld_line(view),
        change_line=_change_line(view),
        counts_line=_counts_line(view),
        band_feedback=view.band_feedback,
        calibration=calibration_screen(view.calibration) if view.calibration else None,
        topics=[
            TopicBar(
                topic.name,
                topic.percent,
                _("%(points)s of %(total)s points") % {"points": number(topic.points), "total": number(topic.maximum)},
            )
            for topic in view.topics
        ],
        questions=[
            QuestionVerdict(
                position=question.position,
                verdict=_verdict(question),
                correct=question.correct,
                template=question.template,
                review=question.review,
                lesson=link(question.lesson),
                feedback=question.feedback,
                section=section_of(sections, question.position),
                tries_line=_tries_line(question),
                certainty_line=_certainty_line(question),
            )
            for question in questions
        ],
        reread=[found for found in map(link, view.reread) if found] if not view.passed else [],
    )


def certificate_hint(attempt: Attempt) -> str:
    """That a pass counts towards a certificate, if it does. At most one query."""
    module = attempt.activity.parent
    if module is None:
        return ""
    if module.certificate:
        return _("It counts towards the certificate of “%(title)s”.") % {"title": module.title}
    step = (
        PathStep.objects.filter(module=module, path__certificate=True, path__is_live=True)
        .select_related("path")
        .first()
    )
    return _("It counts towards the certificate of “%(title)s”.") % {"title": step.path.title} if step else ""
