"""Moodle's texts with words to choose (`gapselect`) or to drag (`ddwtos`) into `[[1]]`: a text with gaps.

Source: Moodle's `question/type/gapselect` and `question/type/ddwtos` (4.5): the number names the right choice, and a
gap offers the choices of its group.
"""

import re
from decimal import Decimal

from django.utils.translation import gettext as _

from assessments.exchange.questions import Answer, NotRepresentableError, Question
from assessments.exchange.text import html_to_text, tidy
from assessments.exchange.xml import Node

TYPES = {"gapselect": "selectoption", "ddwtos": "dragbox"}
_GAP = re.compile(r"\[\[(\d{1,3})\]\]")
_MARK = re.compile(r"\{\{\s*\d{1,3}\s*\}\}")


def read_gaps(question: Question, node: Node, kind: str) -> None:
    """The question with its gaps. Raises NotRepresentableError."""
    choices = [(tidy(html_to_text(one.said("text"))[0]), one.said("group") or "1") for one in node.all(TYPES[kind])]
    if _MARK.search(question.text):
        raise NotRepresentableError(_("Its text holds “{{1}}”, which stands for a gap here."))
    parts = []
    for found in _GAP.finditer(question.text):
        place = int(found[1]) - 1
        if not 0 <= place < len(choices):
            raise NotRepresentableError(_("A gap names a choice that is not there."))
        group = [one for one in enumerate(choices) if one[1][1] == choices[place][1]]
        answers = [Answer(text, Decimal(100 * (number == place))) for number, (text, _group) in group]
        parts.append(Question("multichoice", answers=answers))
    if not parts:
        raise NotRepresentableError(_("There is no gap in its text."))
    offered = {answer.text for part in parts for answer in part.answers}
    if unused := [text for text, _group in choices if text not in offered]:
        question.lose(_("Choices that no gap offers: %(names)s.") % {"names": ", ".join(unused)[:120]})
    counted = iter(range(1, len(parts) + 1))
    question.text = _GAP.sub(lambda _found: "{{" + str(next(counted)) + "}}", question.text)
    question.qtype, question.extras["gaps"] = "gaps", parts
    if kind == "ddwtos":
        question.lose(_("Words are dragged into gaps there; here each gap has a list of all of them."))
