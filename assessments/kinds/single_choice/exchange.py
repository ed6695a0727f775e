"""Single choice elsewhere: Moodle's multiple choice with one answer, QTI's choice interaction with one choice."""

from decimal import Decimal

from django.utils.translation import gettext as _

from assessments.exchange.items import Raw
from assessments.exchange.moodle_family import near
from assessments.exchange.questions import NotRepresentableError, Question
from assessments.exchange.raw import children
from assessments.kinds.choice_exchange import note_fractions, note_wordless, read_options, write_options


def read_question(question: Question, language: str) -> Raw | None:
    if question.qtype != "multichoice" or not question.single:
        return None
    note_wordless(question)
    if not any(answer.fraction > 0 for answer in question.answers):
        raise NotRepresentableError(_("No answer is marked as right."))
    full = {place for place, answer in enumerate(question.answers) if near(answer.fraction, Decimal(100))}
    note_fractions(question, full)
    if len(full) != 1:
        question.lose(
            _("%(count)d answers earn full marks there; here exactly one must, so mark it before you publish.")
            % {"count": len(full)}
        )
    return read_options(question, language, right=full)


def write_question(raw: Raw, language: str) -> Question:
    question = write_options(raw, language, right=Decimal(100), wrong=Decimal(0))
    right = sum(bool(option.get("correct")) for _ident, option in children(raw, "options"))
    if right != 1:
        question.lose(_("%(count)d answers are marked as right.") % {"count": right})
    return question
