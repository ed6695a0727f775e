"""What the templates of lesson blocks need: the reader's own notes, images, sizes of files, the knowledge check."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import UUID

from django import template
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from wagtail.images import get_image_model
from wagtail.models import Page

from courses.bulk import RENDITIONS
from courses.checks import render_check
from courses.models import LearnerNote
from courses.models.pages import is_preview
from courses.selectors.notes import notes_of

register = template.Library()
_NOTE_BLOCKS = ("checklist", "reflection")
_EMPTY = LearnerNote()


@dataclass(frozen=True)
class LearnerState:
    """The reader's side of a lesson. `may_write` is false in previews, where nothing may be recorded."""

    activity_key: UUID | None = None
    notes: dict[str, LearnerNote] = field(default_factory=dict)

    @property
    def may_write(self) -> bool:
        return self.activity_key is not None


@register.simple_tag(takes_context=True)
def learner_state(context: template.Context, body: Any) -> LearnerState:
    """The reader's notes on this lesson, all in one query; empty and read-only in a preview."""
    request, page = context.get("request"), context.get("page")
    if request is None or not isinstance(page, Page) or is_preview(request) or not request.user.is_authenticated:
        return LearnerState()
    has_notes = any(raw["type"] in _NOTE_BLOCKS for raw in body.raw_data)
    notes = notes_of(request.user, activity_key=page.translation_key) if has_notes else {}
    return LearnerState(page.translation_key, notes)


@register.filter
def numbered(body: Any) -> Iterator[tuple[Any, int | None]]:
    """Each block with its number among those of its kind, from 1: two landmarks must not have the same name.

    None: the only one.
    """
    several = Counter(raw["type"] for raw in body.raw_data)
    met: Counter[str] = Counter()
    for block in body:
        met[block.block_type] += 1
        yield block, met[block.block_type] if several[block.block_type] > 1 else None


@register.simple_tag
def note(learner: LearnerState | str, block_id: str) -> LearnerNote:
    """The reader's note on one block; an empty one when there is none yet."""
    return learner.notes.get(str(block_id), _EMPTY) if isinstance(learner, LearnerState) else _EMPTY


@register.simple_tag
def tick_id(item: Any, index: int) -> str:
    """What identifies an item of a checklist: its own id, the same in all languages, else its place."""
    return str(item.id or index)


@register.simple_tag
def lesson_image(image: Any, alt: str = "", decorative: bool = False) -> SafeString:
    """The image in three widths. SVG stays SVG."""
    renditions = list(image.get_renditions(*RENDITIONS).values())
    by_width = {rendition.width: rendition for rendition in renditions}
    largest = by_width[max(by_width)]
    return format_html(
        '<img class="figure__image" src="{}" srcset="{}" sizes="(min-width: 48rem) 44rem, 100vw" '
        'width="{}" height="{}" alt="{}" loading="lazy" decoding="async">',
        largest.url,
        ", ".join(f"{by_width[width].url} {width}w" for width in sorted(by_width)),
        largest.width,
        largest.height,
        "" if decorative else alt,
    )


@register.simple_tag
def poster_url(image: Any) -> str:
    """Address of a video's still image, or empty."""
    if not isinstance(image, get_image_model()):
        return ""
    return str(next(iter(image.get_renditions(RENDITIONS[1]).values())).url)


@register.simple_tag
def document_size(document: Any) -> int | None:
    """Size in bytes. Read from the row if it is there, so that a lesson does not ask the storage for each file."""
    size: int | None = document.file_size if document.file_size is not None else document.get_file_size()
    return size


@register.simple_tag(takes_context=True)
def knowledge_check(context: template.Context, item: Any) -> SafeString:
    """The item as ungraded practice, by whoever renders items."""
    flat = cast("dict[str, Any]", context.flatten())
    request = flat.get("request")
    preview = request is None or is_preview(request)
    markup = render_check({**flat, "is_preview": preview}, item, str(flat.get("block_id") or ""))
    if markup is not None:
        return markup
    return render_to_string("courses/blocks/check_sample.html", {"item": item})
