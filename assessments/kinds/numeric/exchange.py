"""Numbers elsewhere: Moodle's numerical question, QTI's text entry with a tolerance."""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from assessments.exchange.items import Raw
from assessments.exchange.moodle_family import near, percent
from assessments.exchange.questions import Answer, NotRepresentableError, Question
from assessments.exchange.raw import children, listed, own, say


def plain(value: Decimal) -> str:
    """Plain decimal notation without trailing zeros."""
    text = format(value, "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def number(text: object) -> Decimal | None:
    try:
        value = Decimal(str(text).strip())
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def read_question(question: Question, language: str) -> Raw | None:
    if question.qtype != "numerical":
        return None
    full = [answer for answer in question.answers if near(answer.fraction, Decimal(100)) and answer.text != "*"]
    if not full or (value := number(full[0].text)) is None:
        raise NotRepresentableError(_("No number earns full marks."))
    right = full[0]
    feedback = question.feedback
    if right.feedback:
        feedback = f"{feedback}\n\n{right.feedback}".strip()
        question.lose(_("Feedback on the right number stands in the explanation, which everybody reads."))
    return {
        **say("prompt", question.text, language),
        **say("feedback", feedback, language),
        "answer": plain(value),
        "tolerance": plain(right.tolerance or Decimal(0)),
        **read_unit(question, language),
        "mistakes": listed(_mistakes(question, [one for one in question.answers if one is not right], language)),
    }


def _mistakes(question: Question, others: Sequence[Answer], language: str) -> list[Raw]:
    """Wrong numbers with feedback; what earns something, or has no number, is noted."""
    mistakes = []
    for answer in others:
        value = number(answer.text)
        if value is None:
            if answer.feedback:
                question.lose(_("Feedback on every other number: “%(text)s”") % {"text": answer.feedback[:80]})
        elif answer.fraction > 0:
            question.lose(
                _("%(value)s ± %(tolerance)s earns %(percent)s %% there; here one number is right.")
                % {
                    "value": plain(value),
                    "tolerance": plain(answer.tolerance or Decimal(0)),
                    "percent": percent(answer.fraction),
                }
            )
            if answer.feedback:
                question.lose(_("Its feedback: “%(text)s”") % {"text": answer.feedback[:80]})
        else:
            if answer.tolerance:
                question.lose(_("Typical mistakes share the tolerance of the right number."))
            mistakes.append({"value": plain(value), **say("feedback", answer.feedback, language)})
    return first_mistakes(question, mistakes, "value")


def first_mistakes(question: Question, mistakes: Sequence[Raw], key: str) -> list[Raw]:
    """As many as have room; the others are noted by what stands under `key`."""
    for mistake in mistakes[10:]:
        question.lose(_("Only ten typical mistakes have room; not “%(value)s”.") % {"value": mistake[key][:80]})
    return list(mistakes[:10])


def read_unit(question: Question, language: str) -> Raw:
    """The first unit; Moodle's other units, their factors and the penalty for a missing one have no place."""
    units = question.extras.get("units") or []
    based = bool(units) and str(units[0][1]) == "1"  # else the number is in a unit that has no name there
    for name, factor in units[based:]:
        question.lose(
            _("The unit “%(unit)s” (factor %(factor)s) is not taken over.") % {"unit": name, "factor": factor}
        )
    unit = str(units[0][0]) if based else ""
    if len(unit) > 20:
        question.lose(_("The unit “%(unit)s” is longer than 20 characters.") % {"unit": unit})
        unit = ""
    return say("unit", unit, language)


def write_question(raw: Raw, language: str) -> Question:
    value = number(raw.get("answer"))
    if value is None:
        raise NotRepresentableError(_("The right result is missing."))
    tolerance = number(raw.get("tolerance") or 0) or Decimal(0)
    question = Question("numerical", own(raw, "prompt", language), feedback=own(raw, "feedback", language))
    question.answers = [Answer(plain(value), Decimal(100), tolerance=tolerance)]
    for _ident, mistake in children(raw, "mistakes"):
        wrong = number(mistake.get("value"))
        if wrong is not None:
            question.answers.append(
                Answer(plain(wrong), Decimal(0), own(mistake, "feedback", language), tolerance=Decimal(0))
            )
    if unit := own(raw, "unit", language):
        question.extras["unit"] = unit
        question.extras["units"] = [(unit, "1")]
    if tolerance and len(question.answers) > 1:
        question.lose(_("Typical mistakes are taken without the tolerance there."))
    return question
