"""How items and tests travel in a course package."""

from collections.abc import Mapping
from typing import Any, ClassVar

import yaml

from assessments.kinds import kinds
from assessments.models import Item, QuizPage
from assessments.models.pages import QUIZ_SETTINGS
from courses.package.schema import (
    PageType,
    RecordField,
    RecordType,
    bilingual,
    plain,
    register_page,
    register_records,
    stored_stream,
)
from courses.package.values import INVALID, Name, Reader, struct_out


class ItemType(RecordType):
    """Items. The fields of the item's kind stand beside the others, so that a file reads like a list of questions."""

    name = "item"
    folder = "items"
    model = Item
    fields: ClassVar[tuple[RecordField, ...]] = (
        plain("title", required=True),
        bilingual("topic", german="topic", english="topic_en"),
        plain("audience"),
        plain("difficulty"),
        plain("lesson"),
    )

    def read(self, reader: Reader, node: yaml.Node) -> dict[str, Any]:
        raw = {str(key.value): value for key, value in node.value} if isinstance(node, yaml.MappingNode) else {}
        kind = kinds().get(str(raw["kind"].value)) if "kind" in raw else None
        if kind is None:
            reader.wrong(raw.get("kind", node), f"'kind' must be one of: {', '.join(kinds())}")
            return {}
        frame = {"id": True, "kind": True, **self.keys(), "tags": False, "live": False}
        body = reader.struct(node, kind.block(), frame)
        values = self.read_entries(reader, raw)
        values["tags"] = [reader.text(tag) for tag in reader.sequence(raw["tags"])] if "tags" in raw else []
        values["live"] = reader.boolean(raw["live"]) if "live" in raw else True
        return INVALID if body is INVALID else {**values, "body": [{"type": kind.name, "value": body}]}

    def new(self, key: Any, identifier: str) -> Item:
        return Item(key=key, live=False)

    def current(self, instance: Item) -> Item:
        newest: Item = instance.get_latest_revision_as_object() if instance.latest_revision_id else instance
        return newest

    def shown(self, instance: Item) -> Item:
        return instance if instance.live else self.current(instance)

    def apply(self, instance: Any, values: Mapping[str, Any]) -> None:
        rest = dict(values)
        instance.package_live = rest.pop("live")
        instance.tags.set(rest.pop("tags"))
        super().apply(instance, rest)

    def save(self, instance: Any) -> None:
        if instance.pk is None:
            instance.live = False
            instance.save()
        revision = instance.save_revision()
        if instance.package_live:
            revision.publish()
        elif instance.live:
            instance.unpublish()

    def out(self, instance: Item, name: Name, kinds_of: Mapping[type, str]) -> dict[str, Any]:
        (child,) = instance.body
        common = super().out(instance, name, kinds_of)
        tags = sorted(tag.name for tag in instance.tags.all())
        (raw,) = stored_stream(instance, "body")
        live = getattr(instance, "package_live", instance.live)
        return {
            "kind": child.block_type,
            **{key: common[key] for key in ("title", "topic") if key in common},
            **({"tags": tags} if tags else {}),
            **{key: common[key] for key in ("audience", "difficulty", "lesson") if key in common},
            **({} if live else {"live": False}),
            **struct_out(child.block, raw["value"], name, kinds_of),
        }


def register() -> None:
    """Called once when the apps are ready."""
    register_records(ItemType())
    register_page(
        PageType(
            "quiz",
            QuizPage,
            "module",
            shared=QUIZ_SETTINGS,
            translated=("intro", "search_description"),
        )
    )
