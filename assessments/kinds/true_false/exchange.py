"""True or false elsewhere: Moodle's question of that name; in QTI two choices with the ids `true` and `false`."""

from decimal import Decimal

from django.utils.translation import gettext as _

from assessments.exchange.items import Raw
from assessments.exchange.moodle_family import near, percent
from assessments.exchange.questions import Answer, NotRepresentableError, Question
from assessments.exchange.raw import own, say

_WORDS = {"true": "true", "wahr": "true", "richtig": "true", "false": "false", "falsch": "false"}


def read_question(question: Question, language: str) -> Raw | None:
    if question.qtype != "truefalse":
        return None
    answers = {_WORDS.get((answer.ident or answer.text).casefold(), ""): answer for answer in question.answers}
    right = [word for word, answer in answers.items() if near(answer.fraction, Decimal(100))]
    if len(right) != 1 or set(answers) - {"true", "false"}:
        raise NotRepresentableError(_("Its answers are not true and false, with one of them right."))
    for word, answer in answers.items():
        if word != right[0] and answer.fraction:
            question.lose(
                _("The answer “%(answer)s” is worth %(percent)s %% there; here it counts as wrong.")
                % {"answer": word, "percent": percent(answer.fraction)}
            )
    return {
        **say("prompt", question.text, language),
        **say("feedback", question.feedback, language),
        "key": right[0],
        **{
            key: text
            for word, answer in answers.items()
            for key, text in say(f"if_{word}", answer.feedback, language).items()
        },
    }


def write_question(raw: Raw, language: str) -> Question:
    key = raw.get("key")
    if key not in {"true", "false"}:
        raise NotRepresentableError(_("No answer is marked as right."))
    answers = [
        Answer(word, Decimal(100 if word == key else 0), own(raw, f"if_{word}", language), ident=word)
        for word in ("true", "false")
    ]
    return Question("truefalse", own(raw, "prompt", language), feedback=own(raw, "feedback", language), answers=answers)
