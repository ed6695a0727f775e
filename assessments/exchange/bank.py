"""The bank as the exchange sees it: the newest state of items as plain values."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from taggit.models import Tag
from wagtail.blocks import FieldBlock

from assessments.exchange.items import ExchangeItem, Raw
from assessments.kinds import get_kind
from assessments.models import Item
from courses.models import Activity

_CHUNK = 500


@dataclass
class Known:
    """An item of the bank: its newest draft, or what is live if there is none."""

    pk: int
    key: UUID
    kind: str
    title: str
    topic_de: str
    topic_en: str
    audience: str
    difficulty: str
    lesson: str
    raw: Raw
    locked: bool
    tags: set[str] = field(default_factory=set)


def chunks(values: Iterable[Any], size: int = _CHUNK) -> Iterator[list[Any]]:
    iterator = iter(values)
    while part := list(islice(iterator, size)):
        yield part


def known_by_key(keys: Iterable[UUID]) -> dict[UUID, Known]:
    """Items with these keys. Five queries for each 500."""
    found: dict[UUID, Known] = {}
    for part in chunks(sorted(set(keys))):
        found |= {known.key: known for known in _known(Item.objects.filter(key__in=part))}
    return found


def known_of_kinds(kinds: Iterable[str]) -> list[Known]:
    """All items of these kinds, in the order in which they were made."""
    return _known(Item.objects.filter(kind__in=set(kinds)).order_by("pk"))


def _known(items: QuerySet[Item]) -> list[Known]:
    rows = list(items.select_related("latest_revision").prefetch_related("tagged_items__tag"))
    contents = [row.latest_revision.content if row.latest_revision else None for row in rows]
    tag_ids = {tagged["tag"] for content in contents if content for tagged in content.get("tagged_items", ())}
    names = {tag.pk: tag.name for part in chunks(tag_ids) for tag in Tag.objects.filter(pk__in=part)}
    lesson_ids = {content.get("lesson") for content in contents if content} | {row.lesson_id for row in rows}
    lessons = {
        pk: str(key)
        for part in chunks(lesson_ids - {None})
        for pk, key in Activity.objects.filter(pk__in=part).values_list("pk", "key")
    }
    return [
        known
        for row, content in zip(rows, contents, strict=True)
        if (known := _from_revision(row, content, names, lessons) if content else _from_row(row, lessons)) is not None
    ]


def _from_row(row: Item, lessons: dict[int, str]) -> Known | None:
    if not row.body:
        return None
    child = row.body[0]
    return Known(
        row.pk, row.key, child.block_type, row.title, row.topic, row.topic_en, row.audience,
        row.difficulty, lessons.get(row.lesson_id or 0, ""), child.block.get_prep_value(child.value), row.locked,
        {tagged.tag.name for tagged in row.tagged_items.all()},
    )  # fmt: skip


def _from_revision(row: Item, content: dict[str, Any], names: dict[int, str], lessons: dict[int, str]) -> Known | None:
    body = json.loads(content.get("body") or "[]")
    if not body:
        return None
    return Known(
        row.pk, row.key, body[0]["type"], content["title"], content.get("topic", ""), content.get("topic_en", ""),
        content.get("audience", ""), content.get("difficulty", ""), lessons.get(content.get("lesson") or 0, ""),
        {**_defaults(body[0]["type"]), **body[0]["value"]}, row.locked,
        {names[tagged["tag"]] for tagged in content.get("tagged_items", ()) if tagged["tag"] in names},
    )  # fmt: skip


@cache
def _defaults(kind: str) -> Raw:
    """What the editor shows where a draft says nothing: “umlauts” is on then, and no file may read it as off."""
    fields = {name: one for name, one in get_kind(kind).block().child_blocks.items() if isinstance(one, FieldBlock)}
    values = {name: one.get_prep_value(one.get_default()) for name, one in fields.items()}
    return {name: value for name, value in values.items() if value not in (None, "")}


def shown_items(items: QuerySet[Item]) -> list[ExchangeItem]:
    """For an export: what is live as it is live, everything else as its newest draft."""
    found = []
    live = {row.pk: row for row in items.filter(live=True).prefetch_related("tagged_items__tag")}
    lessons = {
        pk: str(key)
        for part in chunks({row.lesson_id for row in live.values()} - {None})
        for pk, key in Activity.objects.filter(pk__in=part).values_list("pk", "key")
    }
    drafts = {known.pk: known for known in _known(items.filter(live=False))}
    for pk in items.values_list("pk", flat=True):
        known = _from_row(live[pk], lessons) if pk in live else drafts.get(pk)
        if known is not None:
            found.append(_outside(known))
    return found


def _outside(known: Known) -> ExchangeItem:
    return ExchangeItem(
        known.kind, known.raw, title=known.title, identifier=str(known.key), strong=True, topic_de=known.topic_de,
        topic_en=known.topic_en, tags=sorted(known.tags), audience=known.audience,
        difficulty=known.difficulty, lesson=known.lesson,
    )  # fmt: skip
