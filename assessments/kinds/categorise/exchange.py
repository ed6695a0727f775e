"""Sort into groups elsewhere: a matching question, whose choices are the groups. Read back it is one, and that is said.

QTI's match interaction and Moodle's matching know no groups as such: what an entry belongs to is all that they say.
"""

from decimal import Decimal

from django.utils.translation import gettext as _

from assessments.exchange.items import Raw
from assessments.exchange.questions import Answer, NotRepresentableError, Question
from assessments.exchange.raw import children, own


def write_question(raw: Raw, language: str) -> Question:
    question = Question("match", own(raw, "prompt", language), feedback=own(raw, "feedback", language))
    empty = []
    for group_id, group in children(raw, "groups"):
        name = own(group, "name", language)
        entries = children(group, "entries")
        question.answers += [
            Answer(
                own(entry, "text", language), Decimal(100), own(entry, "feedback", language), match=name, ident=ident
            )
            for ident, entry in entries
        ]
        if not entries:
            empty.append(Answer("", match=name, ident=group_id))
    if len(question.answers) < 2 or not all(one.text and one.match for one in question.answers):
        raise NotRepresentableError(_("An entry or a group has no text in this language."))
    question.answers += [one for one in empty if one.match]
    question.lose(_("Groups are the choices of a matching question there; read back, it is one."))
    return question
