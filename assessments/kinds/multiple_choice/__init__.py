"""Multiple choice with partial credit: any number of answers may be right."""

from typing import Any, ClassVar

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.kinds.base import Content, Outcome, outcome, parse_ids
from assessments.kinds.choice import ChoiceBlock, ChoiceKind


class MultipleChoiceItemBlock(ChoiceBlock):
    kind_name = "multiple_choice"
    takes_bands = True


class MultipleChoice(ChoiceKind):
    """Response: the sorted ids of the chosen options.

    Each right answer that is chosen earns 1/R of the point (R right answers), each wrong one takes 1/W (W wrong
    answers), and the sum is never below 0: choosing all or none earns nothing. It is the scheme of Moodle's
    multiple-answer question with fractions +1/R and -1/W, and of QTI's `mapResponse` with `lowerBound="0"`.
    """

    name = "multiple_choice"
    label = gettext_lazy("Multiple choice")
    description = gettext_lazy(
        "Several answers may be right. Each right choice earns a part of the point, each wrong choice takes a part."
    )
    icon = "list-ul"
    rank = 20
    shape = "many"
    block_class: ClassVar = MultipleChoiceItemBlock
    instruction = gettext_lazy("Several answers may be right. Choose all that are.")

    def problems(self, content: Content) -> list[str]:
        found = super().problems(content)
        right = sum(option["correct"] for option in content["options"])
        if not right:
            found.append(_("At least one answer must be marked as right."))
        if right == len(content["options"]):
            found.append(_("At least one answer must be wrong: otherwise choosing everything is right."))
        return found

    def parse(self, content: Content, raw: object) -> list[str] | None:
        if raw in (None, "", []):
            return None
        return sorted(parse_ids(raw, [option["id"] for option in content["options"]]))

    def read_form(self, content: Content, form: QueryDict, current: Any) -> object:
        return form.getlist("answer")

    def grade(self, content: Content, response: Any) -> Outcome:
        chosen = self.chosen(response)
        right = {option["id"] for option in content["options"] if option["correct"]}
        wrong = {option["id"] for option in content["options"]} - right
        # In whole numbers, so that thirds stay exact: (hits/R - misses/W) = (hits*W - misses*R) / (R*W).
        weight = len(wrong) or 1
        return outcome(len(chosen & right) * weight - len(chosen & wrong) * len(right), (len(right) or 1) * weight)

    def best(self, content: Content) -> list[str]:
        return [option["id"] for option in content["options"] if option["correct"]]


KIND = MultipleChoice()
