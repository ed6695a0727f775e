"""Single choice: exactly one of several answers is right."""

from typing import Any, ClassVar

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.kinds.base import Content, Outcome, outcome, parse_id
from assessments.kinds.choice import ChoiceBlock, ChoiceKind


class SingleChoiceBlock(ChoiceBlock):
    kind_name = "single_choice"


class SingleChoice(ChoiceKind):
    """Response: the id of the chosen option."""

    name = "single_choice"
    label = gettext_lazy("Single choice")
    description = gettext_lazy("One of several answers is right.")
    icon = "circle-check"
    rank = 10
    shape = "one"
    block_class: ClassVar = SingleChoiceBlock
    instruction = gettext_lazy("Choose one answer.")
    takes_back = True

    def problems(self, content: Content) -> list[str]:
        found = super().problems(content)
        right = sum(option["correct"] for option in content["options"])
        if right != 1:
            found.append(_("Exactly one answer must be marked as right; here it is %(count)d.") % {"count": right})
        return found

    def parse(self, content: Content, raw: object) -> str | None:
        if raw in (None, ""):
            return None
        return parse_id(raw, [option["id"] for option in content["options"]])

    def read_form(self, content: Content, form: QueryDict, current: Any) -> object:
        return form.get("answer")

    def grade(self, content: Content, response: Any) -> Outcome:
        return outcome(int(any(option["correct"] and option["id"] == response for option in content["options"])), 1)

    def best(self, content: Content) -> str | None:
        return next((option["id"] for option in content["options"] if option["correct"]), None)

    def guess_score(self, content: Content) -> float | None:
        """One option of n, each as likely as the others (Moodle, `qtype_multichoice_single`)."""
        right = sum(option["correct"] for option in content["options"])
        return right / len(content["options"]) if content["options"] else None


KIND = SingleChoice()
