"""Blocks to read: text, callout, quote, key points."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from courses.blocks.base import INLINE_FEATURES, READ, RICH_TEXT_FEATURES

CALLOUT_KINDS = (
    ("tip", _("Tip")),
    ("note", _("Note")),
    ("warning", _("Warning")),
    ("scene", _("Scene")),
)
CALLOUT_ICONS = {"tip": "lightbulb", "note": "info", "warning": "triangle-alert", "scene": "clapperboard"}


class TextBlock(blocks.RichTextBlock):
    """Running text. The page's title is the one h1, so headings start at h2."""

    def __init__(self, required: bool = True, features: list[str] | None = None, **kwargs: Any) -> None:
        super().__init__(required=required, features=features or RICH_TEXT_FEATURES, **kwargs)

    class Meta:
        label = _("Text")
        icon = "pilcrow"
        group = READ
        template = "courses/blocks/text.html"
        description = _("Paragraphs, headings, lists and links. One thought per paragraph reads best.")
        preview_value = (
            "<h2>Two teams, one buyer</h2><p>Marketing counts <b>clicks</b>, sales counts <b>calls</b>. "
            "The buyer counts neither: she counts the days until somebody answers.</p>"
        )


class CalloutBlock(blocks.StructBlock):
    """A boxed aside: tip, note, warning, or a short scene."""

    kind = blocks.ChoiceBlock(
        label=_("Kind"),
        choices=CALLOUT_KINDS,
        default="note",
        help_text=_("A scene is a short story with invented people."),
    )
    title = blocks.CharBlock(label=_("Title"), max_length=120, help_text=_("For example “Monday, 9 a.m.”"))
    text = blocks.RichTextBlock(label=_("Text"), features=INLINE_FEATURES)

    class Meta:
        label = _("Callout")
        icon = "warning"
        group = READ
        template = "courses/blocks/callout.html"
        description = _("Lifts a tip, a note, a warning or a short scene out of the text.")
        preview_value: ClassVar = {
            "kind": "scene",
            "title": "Monday, 9 a.m.",
            "text": "<p>Ayşe has 42 new leads. Tom has 42 reasons not to call them. Neither has asked the other.</p>",
        }

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        kind = value.get("kind") or "note"
        return {
            **context,
            "kind_label": dict(CALLOUT_KINDS).get(kind, kind),
            "kind_icon": CALLOUT_ICONS.get(kind, "info"),
        }


class QuoteBlock(blocks.StructBlock):
    """What somebody said."""

    text = blocks.TextBlock(label=_("Quotation"), help_text=_("Without quotation marks; they are added."))
    person = blocks.CharBlock(label=_("Who said it"), max_length=120, required=False)
    role = blocks.CharBlock(
        label=_("Role"),
        max_length=160,
        required=False,
        help_text=_("For example “Head of purchasing, plant engineering”."),
    )

    class Meta:
        label = _("Quotation")
        icon = "openquote"
        group = READ
        template = "courses/blocks/quote.html"
        description = _("One strong sentence and who said it.")
        preview_value: ClassVar = {
            "text": "I talked to two people from the same company and learned about two companies.",
            "person": "Jana Keller",
            "role": "Head of purchasing",
        }


class KeyPointsBlock(blocks.StructBlock):
    """What the learner takes along."""

    points = blocks.ListBlock(
        blocks.CharBlock(label=_("Point"), max_length=240),
        label=_("Points"),
        min_num=1,
        max_num=7,
        help_text=_("Two to four full sentences."),
    )

    class Meta:
        label = _("Key points")
        icon = "list-ul"
        group = READ
        template = "courses/blocks/key_points.html"
        description = _("“What you take along”: the lesson in two to four sentences. Best placed at the end.")
        preview_value: ClassVar = {
            "points": ["A silo is two honest views of one buyer.", "The first repair is a question."]
        }
