"""The analysis as tables for a file: the same numbers as on the screen, with names instead of ids."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from assessments.analysis.advice import item_advice, option_advice, quiz_advice, worst_first
from assessments.analysis.pages import QuestionRow, option_rows, question_rows
from assessments.analysis.reasons import number
from assessments.analysis.wording import ITEM, PEOPLE, QUIZ, SECTION
from assessments.kinds.base import text_in
from assessments.models import ItemAnalysis, QuizAnalysis
from enablement.core.spreadsheets import Cell, Sheet


def sheets(analysis: QuizAnalysis, items: Sequence[ItemAnalysis], *, described: str, language: str) -> list[Sheet]:
    """Test, its sections if it has some, questions and options of a stored result.

    `described` says which attempts it is about.
    """
    questions = question_rows(items, language)
    sections = _sections(analysis.result or {}, language)
    return [_test(analysis, described), *sections, _questions(questions), _options(questions, language)]


def _figure(value: Any) -> Cell:
    found = number(value)
    return None if found is None else round(found, 6)


def _test(analysis: QuizAnalysis, described: str) -> Sheet:
    figures = analysis.result or {}
    advice = quiz_advice(figures)
    stand = date_format(timezone.localtime(analysis.as_of), "DATETIME_FORMAT") if analysis.as_of else ""
    rows: list[list[Cell]] = [
        [_("Test"), analysis.activity.title, ""],
        [_("Attempts"), described, ""],
        [_("As of"), stand, ""],
        [str(PEOPLE), analysis.people, ""],
        [_("Number of attempts"), analysis.attempts, ""],
    ]
    for name, words in QUIZ.items():
        rows.append([str(words.label), _figure(figures.get(name)), advice[name].text if name in advice else ""])
    return Sheet(_("Test"), [_("Figure"), _("Value"), _("What it means")], rows)


def _sections(result: Mapping[str, Any], language: str) -> list[Sheet]:
    stored = result.get("sections") or []
    head = [_("Section"), str(PEOPLE), _("Questions"), *(str(one.label) for one in SECTION.values())]
    rows: list[list[Cell]] = [
        [text_in(one, "heading", language), one["people"] or None, _figure(one.get("questions"))]
        + [_figure(one.get(name)) for name in SECTION]
        for one in stored
    ]
    return [Sheet(_("Sections"), head, rows)] if rows else []


def _questions(questions: Sequence[QuestionRow]) -> Sheet:
    head = [_("No."), _("Question"), _("Version"), _("Kind"), str(PEOPLE), *(str(one.label) for one in ITEM.values())]
    rows: list[list[Cell]] = []
    for one in questions:
        figures = [_figure(one.row.figures.get(name)) for name in ITEM]
        advice = worst_first(list(item_advice(one.row.figures, one.row.people).values()))
        said = " ".join(each.text for each in [*one.key_doubts, *advice])
        rows.append(
            [one.number, one.title, one.row.item_version.number, one.kind, one.row.people or None, *figures, said]
        )
    return Sheet(_("Questions"), [*head, _("What it means")], rows)


def _options(questions: Sequence[QuestionRow], language: str) -> Sheet:
    rows: list[list[Cell]] = []
    for one in questions:
        advice = option_advice(one.row.figures.get("options") or {}, one.named)
        for option in option_rows(one.row, one.named, language):
            right = "" if option.right is None else (_("right") if option.right else _("wrong"))
            said = advice[option.key].text if option.key in advice else ""
            values = [_figure(option.share), _figure(option.mean), _figure(option.correlation)]
            rows.append([one.number, one.title, option.label, right, option.count, *values, said])
    head = [
        _("No."),
        _("Question"),
        _("Answer"),
        _("Key"),
        _("Chosen"),
        _("Share"),
        _("Mean score on the others"),
        _("Point-biserial"),
        _("What it means"),
    ]
    return Sheet(_("Answers"), head, rows)
