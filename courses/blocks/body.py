"""The stream that a lesson consists of."""

from typing import Any

from django.utils.safestring import SafeString
from wagtail import blocks

from courses.blocks.facts import FactBlock
from courses.blocks.media import DownloadBlock, ImageBlock, VideoBlock
from courses.blocks.practice import ChecklistBlock, KnowledgeCheckBlock, ReflectionBlock, WorksheetBlock
from courses.blocks.tables import ComparisonTableBlock, RevealCardsBlock
from courses.blocks.text import CalloutBlock, KeyPointsBlock, QuoteBlock, TextBlock
from courses.bulk import loaded_together


class LessonBody(blocks.StreamBlock):
    """What a lesson is made of. Rendering reads everything that the blocks refer to together, see `courses.bulk`."""

    text = TextBlock()
    callout = CalloutBlock()
    quote = QuoteBlock()
    reveal_cards = RevealCardsBlock()
    key_points = KeyPointsBlock()
    image = ImageBlock()
    video = VideoBlock()
    fact = FactBlock()
    comparison_table = ComparisonTableBlock()
    download = DownloadBlock()
    knowledge_check = KnowledgeCheckBlock()
    checklist = ChecklistBlock()
    reflection = ReflectionBlock()
    worksheet = WorksheetBlock()

    class Meta:
        template = "courses/blocks/body.html"

    def render(self, value: Any, context: dict[str, Any] | None = None) -> SafeString:
        with loaded_together(value):
            return super().render(value, context=context)  # type: ignore[no-any-return]  # Wagtail ships no types
