"""What changed between two versions of an item, for people. Pure: reads the two contents and the editor's labels."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import blocks

from assessments.kinds import Kind
from assessments.kinds.base import LANGUAGES, Content, text_in

# Names that contents have and editors do not, because they are worked out or stand beside the block.
LABELS = {
    "choice": gettext_lazy("Belongs to"),
    "choices": gettext_lazy("Choices"),
    "group": gettext_lazy("Group"),
    "topic_de": gettext_lazy("Topic (German)"),
    "topic_en": gettext_lazy("Topic (English)"),
    "lesson": gettext_lazy("Lesson"),
}
# Worked out from another field that is shown, or of use to the machine alone.
_IGNORED = frozenset({"id", "goes", "sha256"})


@dataclass(frozen=True)
class Change:
    """One thing that differs. `language` is `de`, `en` or empty; `before` or `after` is empty for what came or went.

    `key`: it decides which answers are right.
    """

    where: str
    language: str
    before: str
    after: str
    key: bool


def changes(kind: Kind, before: Content, after: Content) -> list[Change]:
    """Everything that differs, in the order of the editor, what decides about right and wrong first."""
    names = {"before": _names(before), "after": _names(after)}
    found = list(_Comparison(kind.key_fields, names).dicts(kind.block(), before, after, ()))
    return sorted(found, key=lambda change: not change.key)


def _names(value: Any) -> dict[str, Any]:
    """Every part that has an id, by it: parts name each other."""
    found: dict[str, Any] = {}
    if isinstance(value, Mapping):
        if isinstance(value.get("id"), str):
            found[value["id"]] = value
        for child in value.values():
            found |= _names(child)
    elif isinstance(value, list):
        for child in value:
            found |= _names(child)
    return found


@dataclass(frozen=True)
class _Comparison:
    key_fields: frozenset[str]
    names: dict[str, dict[str, Any]]

    def dicts(
        self, block: blocks.Block | None, before: Mapping[str, Any], after: Mapping[str, Any], where: tuple[str, ...]
    ) -> Iterator[Change]:
        for name in dict.fromkeys((*after, *before)):
            if name not in _IGNORED:
                child = _child(block, name)
                label = (*where, _label(child, name))
                yield from self.values(child, name, before.get(name), after.get(name), label)

    def values(
        self, block: blocks.Block | None, name: str, before: Any, after: Any, where: tuple[str, ...]
    ) -> Iterator[Change]:
        # False and 0 say something; nothing, an empty text and an empty list do not differ.
        one, other = (None if value in (None, "", [], {}) else value for value in (before, after))
        if one == other and isinstance(one, bool) == isinstance(other, bool):
            return
        if _is_parts(one) or _is_parts(other):
            yield from self.parts(block, name, one or [], other or [], where)
        elif isinstance(one, Mapping) or isinstance(other, Mapping):
            yield from self.dicts(block, one or {}, other or {}, where)
        else:
            said = (self.said(one, "before"), self.said(other, "after"))
            if said[0] != said[1]:
                language = name.rpartition("_")[2]
                yield Change(
                    " – ".join(where), language if language in LANGUAGES else "", *said, key=name in self.key_fields
                )

    def parts(
        self, block: blocks.Block | None, name: str, before: list[Any], after: list[Any], where: tuple[str, ...]
    ) -> Iterator[Change]:
        """A list of parts, told apart by their ids, or by their places where they have none."""
        old, new = (dict(_by_id(parts)) for parts in (before, after))
        inner = block.child_block if isinstance(block, blocks.ListBlock) else None
        for place, (key, part) in enumerate(new.items(), 1):
            here = (*where, str(place))
            if key in old:
                yield from self.dicts(inner, old[key], part, here)
            else:
                yield Change(" – ".join(here), "", "", _summary(part), self._decides(part))
        for key, part in old.items():
            if key not in new:
                yield Change(" – ".join(where), "", _summary(part), "", self._decides(part))
        kept = [key for key in old if key in new]
        moved = [key for key in new if key in old]
        if kept != moved:
            earlier, later = (
                " · ".join(_summary(parts[key]) for key in order) for parts, order in ((old, kept), (new, moved))
            )
            yield Change(" – ".join((*where, _("Order"))), "", earlier, later, name in self.key_fields)

    def _decides(self, part: Mapping[str, Any]) -> bool:
        return any(bool(part.get(name)) for name in self.key_fields)

    def said(self, value: Any, side: str) -> str:
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if value is None:
            return ""
        if isinstance(value, str):
            named = self.names[side].get(value)
            return _summary(named) if named is not None else value
        if isinstance(value, list):
            return " · ".join(self.said(one, side) for one in value)
        return json.dumps(value, ensure_ascii=False, sort_keys=True) if isinstance(value, Mapping) else str(value)


def _is_parts(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, Mapping) for one in value)


def _by_id(parts: list[Any]) -> Iterator[tuple[str, Any]]:
    for place, part in enumerate(parts):
        yield str(part.get("id") or f"#{place}"), part


def _summary(part: Mapping[str, Any]) -> str:
    """A part in a few words: its text, its name, else its values."""
    for name in ("text", "name"):
        found = text_in(part, name, "de") or str(part.get(name) or "")
        if found:
            return Truncator(found).chars(120)
    named = [value for name, value in part.items() if name not in _IGNORED and value]
    plain = [str(value) for value in named if isinstance(value, (str, int))]
    return Truncator(" · ".join(plain)).chars(120)


def _child(block: blocks.Block | None, name: str) -> blocks.Block | None:
    children = block.child_blocks if isinstance(block, (blocks.StructBlock, blocks.StreamBlock)) else {}
    found: blocks.Block | None = children.get(name)
    return found


def _label(block: blocks.Block | None, name: str) -> str:
    if block is not None and block.label:
        return str(capfirst(block.label))
    return str(LABELS.get(name) or capfirst(name.replace("_", " ")))
