"""A result in words: built from selectors, without queries of its own where not said."""

from dataclasses import dataclass, field
from decimal import ROUND_DOWN, Decimal
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.certainty_words import level_words
from assessments.enums import GradeMethod
from assessments.models import Attempt
from assessments.review_words import change_sentence
from assessments.sections import Section, section_of
from assessments.selectors import QuestionResult, ResultView
from assessments.selectors.marking import Feedback
from assessments.selectors.quizzes import moment
from assessments.start_words import counts_line
from assessments.views.calibration import CalibrationScreen, calibration_screen, signed
from courses.models import Activity, PathStep
from courses.selectors import page_links
from courses.selectors.pages import best_link


def number(value: Decimal) -> str:
    """Points without needless zeros, in the reader's notation: `8`, `7.5`."""
    short = value.quantize(Decimal("0.1"), ROUND_DOWN)
    return formats.number_format(int(short) if short == short.to_integral_value() else short)


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
