"""The editor of a branching scenario: turns with choices, and endings. Choices point by short names."""

from typing import Any

from django.utils.translation import gettext_lazy
from wagtail import blocks

from assessments.kinds.base import ItemBlock, explanation_blocks


class ChoiceBlock(blocks.StructBlock):
    """What the learner may say or do, and where it leads."""

    text_de = blocks.TextBlock(label=gettext_lazy("Choice (German)"), rows=2, max_length=400)
    text_en = blocks.TextBlock(label=gettext_lazy("Choice (English)"), rows=2, max_length=400)
    goes_to = blocks.CharBlock(
        label=gettext_lazy("Leads to"),
        max_length=20,
        help_text=gettext_lazy("The short name of a turn or an ending."),
    )
    points = blocks.IntegerBlock(label=gettext_lazy("Points"), default=0, min_value=0, max_value=10)
    feedback_de = blocks.TextBlock(
        label=gettext_lazy("Feedback (German)"),
        rows=2,
        max_length=1000,
        help_text=gettext_lazy("What this choice does to the conversation. Learners read it in the result."),
    )
    feedback_en = blocks.TextBlock(label=gettext_lazy("Feedback (English)"), rows=2, max_length=1000)

    class Meta:
        form_classname = "struct-block bilingual"
        label = gettext_lazy("Choice")
        label_format = "{text_de} → {goes_to}"


class TurnBlock(blocks.StructBlock):
    """What somebody says, and what can be answered."""

    name = blocks.CharBlock(
        label=gettext_lazy("Short name"),
        max_length=20,
        help_text=gettext_lazy("For example 1, 2a. Learners do not see it."),
    )
    speaker_de = blocks.CharBlock(label=gettext_lazy("Speaker (German)"), max_length=80)
    speaker_en = blocks.CharBlock(label=gettext_lazy("Speaker (English)"), max_length=80)
    text_de = blocks.TextBlock(label=gettext_lazy("Says (German)"), rows=3, max_length=1000)
    text_en = blocks.TextBlock(label=gettext_lazy("Says (English)"), rows=3, max_length=1000)
    choices = blocks.ListBlock(ChoiceBlock(), label=gettext_lazy("Choices"), min_num=1, max_num=5)

    class Meta:
        form_classname = "struct-block bilingual"
        label = gettext_lazy("Turn")
        label_format = "{name}: {text_de}"


class EndingBlock(blocks.StructBlock):
    name = blocks.CharBlock(
        label=gettext_lazy("Short name"),
        max_length=20,
        help_text=gettext_lazy("For example good. Learners do not see it."),
    )
    text_de = blocks.TextBlock(label=gettext_lazy("How it ends (German)"), rows=2, max_length=1000)
    text_en = blocks.TextBlock(label=gettext_lazy("How it ends (English)"), rows=2, max_length=1000)
    feedback_de = blocks.TextBlock(label=gettext_lazy("Feedback (German)"), rows=2, max_length=1000)
    feedback_en = blocks.TextBlock(label=gettext_lazy("Feedback (English)"), rows=2, max_length=1000)

    class Meta:
        form_classname = "struct-block bilingual"
        label = gettext_lazy("Ending")
        label_format = "{name}: {text_de}"


class BranchingBlock(ItemBlock):
    kind_name = "branching"
    takes_bands = True

    may_go_back = blocks.BooleanBlock(
        label=gettext_lazy("Learners may go back"),
        required=False,
        default=True,
        help_text=gettext_lazy("Until they submit. Without it, what is said is said, as in life."),
    )
    turns = blocks.ListBlock(
        TurnBlock(),
        label=gettext_lazy("Turns"),
        min_num=1,
        max_num=25,
        help_text=gettext_lazy("The conversation begins with the first one."),
    )
    endings = blocks.ListBlock(EndingBlock(), label=gettext_lazy("Endings"), min_num=1, max_num=10)

    def __init__(self, local_blocks: Any = None, **kwargs: Any) -> None:
        super().__init__([*(local_blocks or ()), *explanation_blocks(required=False)], **kwargs)
