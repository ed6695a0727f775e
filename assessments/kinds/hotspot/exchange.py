"""Areas of a picture elsewhere: the list of areas, which learners can answer here as well, as a choice question.

Pictures do not travel with items yet, so QTI's hotspot interaction would have nothing to lie on.
"""

from decimal import Decimal

from django.utils.translation import gettext as _

from assessments.exchange.items import Raw
from assessments.exchange.moodle_family import share
from assessments.exchange.questions import NotRepresentableError, Question
from assessments.exchange.raw import children, own
from assessments.kinds.choice_exchange import write_options


def write_question(raw: Raw, language: str) -> Question:
    options = [bool(option.get("correct")) for _ident, option in children(raw, "options")]
    right = sum(options)
    if not right:
        raise NotRepresentableError(_("No answer earns full marks."))
    if raw.get("several") and right < len(options):
        question = write_options(raw, language, right=share(1, right), wrong=-share(1, len(options) - right))
        question.single = False
    else:
        question = write_options(raw, language, right=Decimal(100), wrong=Decimal(0))
    question.lose(
        _("The picture and the places of its areas: there it is a question with a list (“%(alt)s”).")
        % {"alt": own(raw, "alt", language)[:120]}
    )
    return question
