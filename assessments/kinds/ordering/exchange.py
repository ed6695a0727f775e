"""Ordering elsewhere: Moodle's ordering question, QTI's order interaction."""

from django.utils.translation import gettext as _

from assessments.exchange.items import Raw
from assessments.exchange.questions import Answer, NotRepresentableError, Question
from assessments.exchange.raw import children, listed, own, say

MAX_ENTRIES = 10


def read_question(question: Question, language: str) -> Raw | None:
    if question.qtype != "ordering":
        return None
    if len(question.answers) > MAX_ENTRIES:
        raise NotRepresentableError(
            _("It has %(count)d entries; an item has at most %(most)d.")
            % {"count": len(question.answers), "most": MAX_ENTRIES}
        )
    grading = str(question.extras.get("gradingtype") or "ABSOLUTE_POSITION")
    if not grading.startswith("ABSOLUTE"):
        question.lose(_("It is graded there by “%(rule)s”; here by the share of right places.") % {"rule": grading})
    if str(question.extras.get("selecttype") or "ALL") != "ALL":
        question.lose(_("There a part of the entries is drawn; here all of them are asked."))
    return {
        **say("prompt", question.text, language),
        **say("feedback", question.feedback, language),
        "entries": listed(
            [
                {**say("text", entry.text, language), **say("feedback", entry.feedback, language)}
                for entry in question.answers
            ],
            [entry.ident for entry in question.answers],
        ),
    }


def write_question(raw: Raw, language: str) -> Question:
    entries = [
        Answer(own(entry, "text", language), feedback=own(entry, "feedback", language), ident=ident)
        for ident, entry in children(raw, "entries")
    ]
    if len(entries) < 2 or not all(entry.text for entry in entries):
        raise NotRepresentableError(_("An entry has no text in this language."))
    return Question("ordering", own(raw, "prompt", language), feedback=own(raw, "feedback", language), answers=entries)
