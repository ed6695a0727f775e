"""Matching elsewhere: Moodle's matching question, QTI's match interaction."""

from decimal import Decimal

from django.utils.translation import gettext as _

from assessments.exchange.items import Raw
from assessments.exchange.questions import Answer, NotRepresentableError, Question
from assessments.exchange.raw import children, listed, own, say

MAX_PAIRS, MAX_DISTRACTORS = 10, 6


def read_question(question: Question, language: str) -> Raw | None:
    if question.qtype != "match":
        return None
    pairs = [answer for answer in question.answers if answer.text]
    distractors = [answer for answer in question.answers if not answer.text and answer.match]
    for pair in pairs:
        if not pair.match:
            raise NotRepresentableError(_("The entry “%(text)s” belongs to nothing.") % {"text": pair.text[:60]})
    if len(pairs) > MAX_PAIRS or len(distractors) > MAX_DISTRACTORS:
        raise NotRepresentableError(
            _("It has %(pairs)d pairs and %(rest)d other choices; an item has at most %(most)d and %(most_rest)d.")
            % {"pairs": len(pairs), "rest": len(distractors), "most": MAX_PAIRS, "most_rest": MAX_DISTRACTORS}
        )
    return {
        **say("prompt", question.text, language),
        **say("feedback", question.feedback, language),
        "pairs": listed(
            [
                {
                    **say("text", pair.text, language),
                    **say("match", pair.match, language),
                    **say("feedback", pair.feedback, language),
                }
                for pair in pairs
            ],
            [pair.ident for pair in pairs],
        ),
        "distractors": listed(
            [say("text", one.match, language) for one in distractors], [one.ident for one in distractors]
        ),
    }


def write_question(raw: Raw, language: str) -> Question:
    answers = [
        Answer(
            own(pair, "text", language),
            Decimal(100),
            own(pair, "feedback", language),
            match=own(pair, "match", language),
            ident=ident,
        )
        for ident, pair in children(raw, "pairs")
    ]
    if len(answers) < 2 or not all(answer.text and answer.match for answer in answers):
        raise NotRepresentableError(_("A pair has no text in this language."))
    answers += [
        Answer("", match=own(distractor, "text", language), ident=ident)
        for ident, distractor in children(raw, "distractors")
        if own(distractor, "text", language)
    ]
    return Question("match", own(raw, "prompt", language), feedback=own(raw, "feedback", language), answers=answers)
