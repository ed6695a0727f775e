"""Areas of a picture elsewhere: QTI's hotspot interaction; in the family of Moodle the list of areas, as a choice.

The list is what learners can answer here as well.
"""

from decimal import Decimal

from django.utils.translation import gettext as _

from assessments.exchange.items import Raw
from assessments.exchange.moodle_family import near, share
from assessments.exchange.questions import NotRepresentableError, Question
from assessments.exchange.raw import children, listed, own, say
from assessments.kinds.choice_exchange import note_fractions, write_options
from assessments.kinds.hotspot import PLACE

MAX_AREAS = 12


def read_question(question: Question, language: str) -> Raw | None:
    if question.qtype != "hotspot":
        return None
    if len(question.answers) > MAX_AREAS:
        raise NotRepresentableError(
            _("It has %(count)d areas; an item has at most %(most)d.")
            % {"count": len(question.answers), "most": MAX_AREAS}
        )
    right = {place for place, one in enumerate(question.answers) if one.fraction > 0}
    if question.single:
        right = {place for place, one in enumerate(question.answers) if near(one.fraction, Decimal(100))}
    note_fractions(question, right)
    areas = [
        {
            "correct": place in right,
            **say("text", answer.text, language),
            **say("feedback", answer.feedback, language),
            **answer.extras,
        }
        for place, answer in enumerate(question.answers)
    ]
    return {
        **say("prompt", question.text, language),
        **say("feedback", question.feedback, language),
        "several": not question.single,
        "options": listed(areas, [answer.ident for answer in question.answers]),
    }


def write_question(raw: Raw, language: str) -> Question:
    areas = [area for _ident, area in children(raw, "options")]
    right = sum(bool(area.get("correct")) for area in areas)
    if not right:
        raise NotRepresentableError(_("No answer earns full marks."))
    several = bool(raw.get("several"))
    if several and right < len(areas):
        question = write_options(raw, language, right=share(1, right), wrong=-share(1, len(areas) - right))
    elif several:
        question = write_options(raw, language, right=share(1, right), wrong=Decimal(0))
    else:
        question = write_options(raw, language, right=Decimal(100), wrong=Decimal(0))
    question.single = not several
    question.qtype = "hotspot"
    for answer, area in zip(question.answers, areas, strict=True):
        answer.extras = {"shape": str(area.get("shape") or "rect")} | {name: str(area.get(name) or 0) for name in PLACE}
    question.extras["otherwise"] = (
        "multichoice",
        _("The picture and the places of its areas: there it is a question with a list (“%(alt)s”).")
        % {"alt": own(raw, "alt", language)[:120]},
    )
    return question
