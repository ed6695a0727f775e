"""Blocks that set things side by side: comparison table, reveal cards."""

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError

from courses.blocks.base import INLINE_FEATURES, READ, SHOW


class ComparisonRowBlock(blocks.StructBlock):
    """A row: its head, and one cell for each column."""

    head = blocks.CharBlock(label=_("Row"), max_length=120)
    cells = blocks.ListBlock(blocks.TextBlock(label=_("Cell"), rows=2, required=False), label=_("Cells"), min_num=1)

    class Meta:
        label = _("Row")
        icon = "table"


class ComparisonTableBlock(blocks.StructBlock):
    """A small table with real heads for columns and rows."""

    caption = blocks.CharBlock(
        label=_("Caption"), max_length=200, help_text=_("Says what is compared; it is read out before the table.")
    )
    corner = blocks.CharBlock(
        label=_("Head of the first column"), max_length=80, required=False, help_text=_("For example “Criterion”.")
    )
    columns = blocks.ListBlock(
        blocks.CharBlock(label=_("Column"), max_length=80), label=_("Columns"), min_num=1, max_num=5
    )
    rows = blocks.ListBlock(ComparisonRowBlock(), label=_("Rows"), min_num=1)

    class Meta:
        label = _("Comparison table")
        icon = "table"
        group = SHOW
        template = "courses/blocks/comparison_table.html"
        description = _("Compares two to five things by the same criteria.")
        preview_value: ClassVar = {
            "caption": "Three causes of a silo",
            "corner": "Cause",
            "columns": ["Sounds like", "First step"],
            "rows": [
                {"head": "Economic", "cells": ["“One pot, two claims.”", "Plan the budget together"]},
                {"head": "Cultural", "cells": ["“They just don't get it.”", "Swap desks for a day"]},
            ],
        }

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        wanted = len(cleaned["columns"])
        wrong = [row["head"] for row in cleaned["rows"] if len(row["cells"]) != wanted]
        if wrong:
            message = gettext("Each row needs %(wanted)d cells, one for each column. Please check: %(rows)s.") % {
                "wanted": wanted,
                "rows": ", ".join(wrong),
            }
            raise StructBlockValidationError(block_errors={"rows": ValidationError(message)})
        return cleaned


class RevealCardBlock(blocks.StructBlock):
    """Front and back of a card."""

    front = blocks.CharBlock(
        label=pgettext_lazy("card", "Front"), max_length=200, help_text=_("A question, a claim or a term.")
    )
    back = blocks.RichTextBlock(
        label=pgettext_lazy("card", "Back"), features=INLINE_FEATURES, help_text=_("What the learner uncovers.")
    )

    class Meta:
        label = _("Card")
        icon = "view"


class RevealCardsBlock(blocks.StructBlock):
    """Cards to think first and uncover then."""

    title = blocks.CharBlock(
        label=_("Title"), max_length=160, required=False, help_text=_("For example “Which cause is it? Guess first.”")
    )
    cards = blocks.ListBlock(RevealCardBlock(), label=_("Cards"), min_num=1, max_num=12)

    class Meta:
        label = _("Reveal cards")
        icon = "view"
        group = READ
        template = "courses/blocks/reveal_cards.html"
        description = _("Cards that the learner opens after guessing. They work by keyboard and without scripts.")
        preview_value: ClassVar = {
            "title": "Guess first",
            "cards": [
                {"front": "“Your leads are useless.”", "back": "<p>Mostly a missing definition, not missing will.</p>"},
                {"front": "“They never call back.”", "back": "<p>Ask for the reason, one lead at a time.</p>"},
            ],
        }
