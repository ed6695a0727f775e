"""The editor of a gap fill: a running text with numbered gaps, and a list of what belongs into them."""

from typing import Any

from django.utils.translation import gettext_lazy
from wagtail import blocks

from assessments.kinds.base import ItemBlock, explanation_blocks
from assessments.kinds.short_text.accepted import AcceptedBlock

MAX_GAPS = 12


def _points() -> blocks.IntegerBlock:
    return blocks.IntegerBlock(
        label=gettext_lazy("Points"),
        default=1,
        min_value=1,
        max_value=20,
        help_text=gettext_lazy("The weight of this gap among the others."),
    )


def _feedback(language: str) -> blocks.TextBlock:
    label = gettext_lazy("Feedback (German)") if language == "de" else gettext_lazy("Feedback (English)")
    return blocks.TextBlock(label=label, rows=2, max_length=1000)


class ChoiceBlock(blocks.StructBlock):
    """One of the words that a gap offers."""

    correct = blocks.BooleanBlock(label=gettext_lazy("This is the right choice"), required=False)
    text_de = blocks.CharBlock(label=gettext_lazy("Choice (German)"), max_length=80)
    text_en = blocks.CharBlock(label=gettext_lazy("Choice (English)"), max_length=80)

    class Meta:
        form_classname = "struct-block bilingual"
        label = gettext_lazy("Choice")
        label_format = "{text_de}"


class TextGapBlock(blocks.StructBlock):
    points = _points()
    answers = blocks.ListBlock(AcceptedBlock(), label=gettext_lazy("Answers"), min_num=1, max_num=10)
    feedback_de = _feedback("de")
    feedback_en = _feedback("en")

    class Meta:
        form_classname = "struct-block bilingual"
        label = gettext_lazy("Gap for words")
        icon = "title"


class NumberGapBlock(blocks.StructBlock):
    points = _points()
    number = blocks.DecimalBlock(label=gettext_lazy("Right number"))
    tolerance = blocks.DecimalBlock(label=gettext_lazy("Tolerance"), default=0, min_value=0)
    feedback_de = _feedback("de")
    feedback_en = _feedback("en")

    class Meta:
        form_classname = "struct-block bilingual"
        label = gettext_lazy("Gap for a number")
        icon = "calculator"


class SelectGapBlock(blocks.StructBlock):
    points = _points()
    choices = blocks.ListBlock(ChoiceBlock(), label=gettext_lazy("Choices"), min_num=2, max_num=8)
    feedback_de = _feedback("de")
    feedback_en = _feedback("en")

    class Meta:
        form_classname = "struct-block bilingual"
        label = gettext_lazy("Gap with a choice")
        icon = "list-ul"


class GapsBlock(blocks.StreamBlock):
    text = TextGapBlock()
    number = NumberGapBlock()
    select = SelectGapBlock()

    class Meta:
        min_num = 1
        max_num = MAX_GAPS


class GapFillBlock(ItemBlock):
    kind_name = "gap_fill"
    takes_bands = True

    text_de = blocks.TextBlock(
        label=gettext_lazy("Text with gaps (German)"),
        rows=5,
        max_length=4000,
        help_text=gettext_lazy(
            "{{1}} stands for the first gap of the list below, {{2}} for the second, and so on: each exactly once. The "
            "languages may have them in a different order."
        ),
    )
    text_en = blocks.TextBlock(label=gettext_lazy("Text with gaps (English)"), rows=5, max_length=4000)
    gaps = GapsBlock(label=gettext_lazy("Gaps"))

    def __init__(self, local_blocks: Any = None, **kwargs: Any) -> None:
        super().__init__([*(local_blocks or ()), *explanation_blocks(required=False)], **kwargs)
