"""Editor blocks of feedback by score: of a test as a whole, and of an answer that earns a part of its points."""

from typing import Any

from django.forms.utils import ErrorList
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import blocks


class ScoreBandBlock(blocks.StructBlock):
    """What to say to people who reach this score."""

    percent = blocks.IntegerBlock(label=gettext_lazy("From (%)"), default=0, min_value=0, max_value=100)
    text_de = blocks.TextBlock(label=gettext_lazy("Feedback (German)"), rows=2, max_length=1000)
    text_en = blocks.TextBlock(label=gettext_lazy("Feedback (English)"), rows=2, max_length=1000)

    class Meta:
        icon = "comment"
        label = gettext_lazy("Score band")
        form_classname = "struct-block bilingual"
        label_format = "{percent} %"


class ScoreBands(blocks.StreamBlock):
    """Each band reaches up to the next one."""

    band = ScoreBandBlock()

    class Meta:
        required = False
        max_num = 10

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        begins = [child.value["percent"] for child in cleaned]
        if len(begins) != len(set(begins)):
            raise blocks.StreamBlockValidationError(
                non_block_errors=ErrorList([_("Two bands begin at the same percentage. Change one of them.")])
            )
        return cleaned
