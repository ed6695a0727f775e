"""The editor of a calculated question."""

from typing import Any

from django.utils.translation import gettext_lazy
from wagtail import blocks

from assessments.kinds.base import ItemBlock, explanation_blocks
from assessments.kinds.calculated.formula import MAX_LENGTH, MAX_PLACES
from assessments.kinds.calculated.variables import MAX_VARIABLES

TOLERANCES = {"number": gettext_lazy("as a number"), "percent": gettext_lazy("in percent of the result")}


class VariableBlock(blocks.StructBlock):
    """A number that is drawn for each attempt."""

    name = blocks.CharBlock(label=gettext_lazy("Name"), max_length=20)
    least = blocks.DecimalBlock(label=gettext_lazy("From"))
    most = blocks.DecimalBlock(label=gettext_lazy("To"))
    step = blocks.DecimalBlock(label=gettext_lazy("In steps of"), default=1)

    class Meta:
        label = gettext_lazy("Variable")
        label_format = "{name}: {least} – {most}"
        form_classname = "struct-block in-a-row"


class MistakeBlock(blocks.StructBlock):
    """A wrong way to calculate that people typically take, with what went wrong."""

    formula = blocks.CharBlock(label=gettext_lazy("Wrong formula"), max_length=MAX_LENGTH)
    feedback_de = blocks.TextBlock(label=gettext_lazy("Feedback (German)"), rows=2, max_length=1000)
    feedback_en = blocks.TextBlock(label=gettext_lazy("Feedback (English)"), rows=2, max_length=1000)

    class Meta:
        form_classname = "struct-block bilingual"
        label = gettext_lazy("Typical mistake")
        label_format = "{formula}"


class CalculatedBlock(ItemBlock):
    kind_name = "calculated"

    variables = blocks.ListBlock(
        VariableBlock(),
        label=gettext_lazy("Variables"),
        min_num=1,
        max_num=MAX_VARIABLES,
        help_text=gettext_lazy(
            "Every attempt draws its own numbers. In texts, {deals} shows the number and {= deals * 2} a result."
        ),
    )
    formula = blocks.CharBlock(
        label=gettext_lazy("Formula of the right result"),
        max_length=MAX_LENGTH,
        help_text=gettext_lazy(
            "For example deals * value * 5 %. There are + - * / ^ %, parentheses, and round, floor, ceil, abs, min, "
            "max, sqrt, ln, exp, mod. Numbers have a point: 1.5."
        ),
    )
    decimals = blocks.IntegerBlock(
        label=gettext_lazy("Decimal places of the result"),
        default=2,
        min_value=0,
        max_value=MAX_PLACES,
        help_text=gettext_lazy("Whatever rounds to the same number is right as well."),
    )
    tolerance = blocks.DecimalBlock(
        label=gettext_lazy("Tolerance"),
        default=0,
        min_value=0,
        help_text=gettext_lazy("How far the answer may lie above or below the right result and still count."),
    )
    tolerance_in = blocks.ChoiceBlock(
        label=gettext_lazy("The tolerance is given"), choices=list(TOLERANCES.items()), default="number"
    )
    unit_de = blocks.CharBlock(
        label=gettext_lazy("Unit (German)"),
        required=False,
        max_length=20,
        help_text=gettext_lazy("For example € per day. Learners may write it or leave it out."),
    )
    unit_en = blocks.CharBlock(label=gettext_lazy("Unit (English)"), required=False, max_length=20)
    solution_de = blocks.TextBlock(
        label=gettext_lazy("Worked solution (German)"),
        rows=3,
        max_length=1500,
        help_text=gettext_lazy(
            "Step by step, with places for the numbers: {deals} × {value} € = {= deals * value} €. Learners read it in "
            "the result with their own numbers."
        ),
    )
    solution_en = blocks.TextBlock(label=gettext_lazy("Worked solution (English)"), rows=3, max_length=1500)
    mistakes = blocks.ListBlock(MistakeBlock(), label=gettext_lazy("Typical mistakes"), default=[], max_num=10)

    def __init__(self, local_blocks: Any = None, **kwargs: Any) -> None:
        super().__init__([*(local_blocks or ()), *explanation_blocks(required=False)], **kwargs)
