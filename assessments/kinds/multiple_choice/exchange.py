"""Multiple choice elsewhere: Moodle's multiple choice with several answers, with fractions +1/R and -1/W."""

from django.utils.translation import gettext as _

from assessments.exchange.items import Raw
from assessments.exchange.moodle_family import share
from assessments.exchange.questions import NotRepresentableError, Question
from assessments.exchange.raw import children
from assessments.kinds.choice_exchange import note_fractions, note_wordless, read_options, write_options


def read_question(question: Question, language: str) -> Raw | None:
    if question.qtype != "multichoice" or question.single:
        return None
    note_wordless(question)
    right = {place for place, answer in enumerate(question.answers) if answer.fraction > 0}
    if not right:
        raise NotRepresentableError(_("No answer is marked as right."))
    note_fractions(question, right)
    return read_options(question, language, right=right)


def write_question(raw: Raw, language: str) -> Question:
    options = [option for _ident, option in children(raw, "options")]
    right = sum(bool(option.get("correct")) for option in options)
    if not right:
        raise NotRepresentableError(_("No answer is marked as right."))
    question = write_options(raw, language, right=share(1, right), wrong=-share(1, len(options) - right))
    question.single = False
    return question
