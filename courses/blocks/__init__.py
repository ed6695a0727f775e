"""Blocks of a lesson, one file per family. Names and fields are the format of the course package: change both."""

from courses.blocks.base import INLINE_FEATURES, RICH_TEXT_FEATURES
from courses.blocks.body import LessonBody
from courses.blocks.facts import FactBlock
from courses.blocks.media import DownloadBlock, ImageBlock, VideoBlock
from courses.blocks.practice import ChecklistBlock, ItemsBlock, KnowledgeCheckBlock, ReflectionBlock, WorksheetBlock
from courses.blocks.tables import ComparisonRowBlock, ComparisonTableBlock, RevealCardBlock, RevealCardsBlock
from courses.blocks.text import CalloutBlock, KeyPointsBlock, QuoteBlock, TextBlock

__all__ = [
    "INLINE_FEATURES",
    "RICH_TEXT_FEATURES",
    "CalloutBlock",
    "ChecklistBlock",
    "ComparisonRowBlock",
    "ComparisonTableBlock",
    "DownloadBlock",
    "FactBlock",
    "ImageBlock",
    "ItemsBlock",
    "KeyPointsBlock",
    "KnowledgeCheckBlock",
    "LessonBody",
    "QuoteBlock",
    "ReflectionBlock",
    "RevealCardBlock",
    "RevealCardsBlock",
    "TextBlock",
    "VideoBlock",
    "WorksheetBlock",
]
