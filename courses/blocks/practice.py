"""Blocks to do something: knowledge check, checklist, reflection, worksheet."""

from collections.abc import Iterable
from typing import Any, ClassVar
from uuid import NAMESPACE_OID, uuid5

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.snippets.blocks import SnippetChooserBlock

from courses.blocks.base import INLINE_FEATURES, PRACTISE
from courses.bulk import BulkChooserMixin, BulkDocumentChooserBlock


class ItemChooserBlock(BulkChooserMixin, SnippetChooserBlock):
    """Chooses an item of the bank. The bank is a higher room, so the model is named by string only."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__("assessments.Item", **kwargs)


class ItemsBlock(blocks.ListBlock):
    """A list whose items keep their ids also when they are stored without (as an import may do).

    Wagtail gives such items a new random id each time they are read, and the learner's ticks would be lost with it.
    """

    def _with_ids(self, raw: Iterable[Any]) -> list[dict[str, Any]]:
        return [
            item
            if self._item_is_in_block_format(item)
            else {"type": "item", "value": item, "id": str(uuid5(NAMESPACE_OID, f"{index}:{item}"))}
            for index, item in enumerate(raw)
        ]

    def to_python(self, value: Any) -> Any:
        return super().to_python(self._with_ids(value))

    def bulk_to_python(self, values: Any) -> Any:
        return super().bulk_to_python([self._with_ids(value) for value in values])


class ChecklistBlock(blocks.StructBlock):
    """Things to tick off. The ticks are the learner's own."""

    title = blocks.CharBlock(label=_("Title"), max_length=160)
    items = ItemsBlock(
        blocks.CharBlock(label=_("Entry"), max_length=240),
        label=_("Entries"),
        min_num=1,
        max_num=20,
        help_text=_("Each begins with a verb: “Ask your duo for three lost leads”."),
    )

    class Meta:
        label = _("Checklist")
        icon = "check"
        group = PRACTISE
        template = "courses/blocks/checklist.html"
        description = _("Steps to tick off. Each learner's ticks are kept and seen by nobody else.")
        preview_value: ClassVar = {
            "title": "This week",
            "items": ["Ask your duo for three lost leads", "Write one reason beside each", "Compare on Friday"],
        }


class ReflectionBlock(blocks.StructBlock):
    """A question to oneself."""

    prompt = blocks.TextBlock(
        label=_("Question"), help_text=_("Open and close to work: “When did you last …? What would you do now?”")
    )
    hint = blocks.CharBlock(label=_("Hint"), max_length=240, required=False)

    class Meta:
        label = _("Reflection")
        icon = "edit"
        group = PRACTISE
        template = "courses/blocks/reflection.html"
        description = _("An open question. The answer is private to the learner; no report counts it.")
        preview_value: ClassVar = {
            "prompt": "Which hand-over went wrong last month, and who noticed first?",
            "hint": "Two sentences are enough.",
        }


class KnowledgeCheckBlock(blocks.StructBlock):
    """One item of the bank for practice: feedback at once, no grade."""

    item = ItemChooserBlock(label=_("Item"), help_text=_("A live item from the bank. Practice does not count."))

    class Meta:
        label = _("Knowledge check")
        icon = "help"
        group = PRACTISE
        template = "courses/blocks/knowledge_check.html"
        description = _("An item to practise with feedback at once. Every lesson should have one.")
        preview_value: ClassVar = {"item": None}


class WorksheetBlock(blocks.StructBlock):
    """An exercise for two, or for pen and paper."""

    title = blocks.CharBlock(label=_("Title"), max_length=160)
    intro = blocks.RichTextBlock(label=_("Introduction"), features=INLINE_FEATURES, required=False)
    steps = blocks.ListBlock(
        blocks.RichTextBlock(label=_("Step"), features=INLINE_FEATURES), label=_("Steps"), min_num=1, max_num=12
    )
    document = BulkDocumentChooserBlock(
        label=_("Template"), required=False, help_text=_("A form to print or fill in, if there is one.")
    )

    class Meta:
        label = _("Worksheet")
        icon = "list-ol"
        group = PRACTISE
        template = "courses/blocks/worksheet.html"
        description = _("Numbered steps for an exercise, above all for the duo.")
        preview_value: ClassVar = {
            "title": "Reality check for two",
            "intro": "<p>30 minutes, one marketer, one seller, one sheet of paper.</p>",
            "steps": ["<p>Each writes down the last three leads.</p>", "<p>Swap and mark what surprises you.</p>"],
            "document": None,
        }
