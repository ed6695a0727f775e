"""Everything that the blocks of a stream refer to, read together.

Wagtail reads per block type and resolves the links of each rich text on its own, so forty blocks with twenty links
cost 46 queries. While `loaded_together` is open, the choosers and the rich text link handlers of this project find
what they need here: one query each for pages, documents, images, renditions, facts and items, however many there are.
"""

import copy
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db.models import Model, Q
from django.utils.translation import get_language
from wagtail import blocks
from wagtail.documents import get_document_model
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images import get_image_model
from wagtail.images.blocks import ImageChooserBlock
from wagtail.models import Page
from wagtail.rich_text.rewriters import FIND_A_TAG, extract_attrs

from courses.checks import check_queryset

WIDTHS = (480, 960, 1440)
RENDITIONS = tuple(f"format-webp|preserve-svg|width-{width}" for width in WIDTHS)
# What Wagtail makes of these specs for photographs and for SVG.
_STORED_RENDITIONS = tuple(f"{form}width-{width}" for form in ("format-webp|", "") for width in WIDTHS)


@dataclass
class _Loaded:
    instances: dict[type[Model], dict[Any, Any]] = field(default_factory=dict)
    page_urls: dict[str, str] = field(default_factory=dict)


@dataclass
class _Wanted:
    instances: defaultdict[type[Model], set[Any]] = field(default_factory=lambda: defaultdict(set))
    pages: set[str] = field(default_factory=set)


_loaded: ContextVar[_Loaded | None] = ContextVar("courses_loaded", default=None)


def loaded_page_urls() -> dict[str, str]:
    """Addresses by page id of the open `loaded_together`; empty outside."""
    loaded = _loaded.get()
    return loaded.page_urls if loaded else {}


def loaded_instances(model: type[Model]) -> dict[Any, Any] | None:
    """Instances by primary key of the open `loaded_together`, or None outside and for models nobody refers to."""
    loaded = _loaded.get()
    return loaded.instances.get(model) if loaded else None


class BulkChooserMixin:
    """A chooser whose instances come from the open `loaded_together`, else from one query as always."""

    def bulk_to_python(self, values: Iterable[Any]) -> list[Any]:
        wanted = list(values)
        found = loaded_instances(self.model_class)  # type: ignore[attr-defined]  # mixed into a ChooserBlock
        if found is None:
            return super().bulk_to_python(wanted)  # type: ignore[misc,no-any-return]  # a ChooserBlock
        return [copy.copy(found.get(value)) for value in wanted]

    def to_python(self, value: Any) -> Any:
        return self.bulk_to_python([value])[0] if value is not None else None


class BulkImageChooserBlock(BulkChooserMixin, ImageChooserBlock):
    """Chooses an image; renditions come along."""


class BulkDocumentChooserBlock(BulkChooserMixin, DocumentChooserBlock):
    """Chooses a document."""


def as_number(value: object) -> int | None:
    text = str(value)
    return int(text) if text.isdecimal() else None


def page_urls(ids: Iterable[str]) -> dict[str, str]:
    """Addresses of pages by id (as text), each in the active language where a live translation exists. One query.

    Pages that are missing or not live map to an empty address.
    """
    numbers = {number for number in map(as_number, ids) if number is not None}
    from courses.selectors.pages import path_of  # noqa: PLC0415 - selectors read the models, which hold these blocks

    result = dict.fromkeys(ids, "")
    if not numbers:
        return result
    named = Page.objects.filter(pk__in=numbers)
    pages = list(
        Page.objects.filter(
            Q(pk__in=numbers)
            | Q(translation_key__in=named.values("translation_key"), locale__language_code=get_language())
        ).select_related("locale")
    )
    local = {page.translation_key: page for page in pages if page.live and page.locale.language_code == get_language()}
    for page in pages:
        target = local.get(page.translation_key) or (page if page.live else None)
        result[str(page.pk)] = path_of(target.url_path, target.locale.language_code) if target else ""
    return result


def _collect_links(source: str, wanted: _Wanted) -> None:
    for match in FIND_A_TAG.finditer(source):
        attrs = extract_attrs(match.group(1))
        if attrs.get("linktype") == "page":
            wanted.pages.add(attrs.get("id", ""))
        elif attrs.get("linktype") == "document" and (number := as_number(attrs.get("id"))) is not None:
            wanted.instances[get_document_model()].add(number)


def _children(block: blocks.Block, raw: Any) -> Iterator[tuple[blocks.Block, Any]]:
    """The parts of a compound value in its stored form, each with its definition."""
    if isinstance(block, blocks.StructBlock):
        yield from ((child, raw.get(name)) for name, child in block.child_blocks.items())
    elif isinstance(block, blocks.ListBlock):
        for item in raw:
            is_item = isinstance(item, dict) and item.get("type") == "item" and "value" in item
            yield block.child_block, item["value"] if is_item else item
    elif isinstance(block, blocks.StreamBlock):
        for item in raw:
            if item["type"] in block.child_blocks:
                yield block.child_blocks[item["type"]], item["value"]


def _collect(block: blocks.Block, raw: Any, wanted: _Wanted) -> None:
    if raw is None:
        return
    if isinstance(block, BulkChooserMixin):
        wanted.instances[block.model_class].add(raw)  # type: ignore[attr-defined]  # mixed into a ChooserBlock
    elif isinstance(block, blocks.RichTextBlock):
        _collect_links(str(raw), wanted)
    for child, value in _children(block, raw):
        _collect(child, value, wanted)


def _fetch(model: type[Model], ids: set[Any]) -> dict[Any, Any]:
    if model is get_image_model():
        return {
            image.pk: image
            for image in model._default_manager.filter(pk__in=ids).prefetch_renditions(*_STORED_RENDITIONS)
        }
    rows = model._default_manager.all()
    if apps.is_installed("assessments") and model._meta.label == "assessments.Item":
        prepared = check_queryset()
        rows = rows if prepared is None else prepared
    return {row.pk: row for row in rows.filter(pk__in=ids)}


@contextmanager
def loaded_together(value: Any) -> Iterator[None]:
    """Read everything that the stream value refers to, and keep it at hand while the block is open."""
    wanted = _Wanted()
    _collect(value.stream_block, list(value.raw_data), wanted)
    loaded = _Loaded(
        instances={model: _fetch(model, ids) for model, ids in wanted.instances.items()},
        page_urls=page_urls(wanted.pages),
    )
    token = _loaded.set(loaded)
    try:
        yield
    finally:
        _loaded.reset(token)
