"""What the CMS shows of a plan: each item in words, and what a changed one had before."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wagtail import blocks

from assessments.exchange.plan import Planned
from assessments.exchange.raw import is_list, normal
from assessments.kinds import get_kind
from assessments.kinds.base import text_in

MOST_CHANGES = 12


@dataclass(frozen=True)
class Line:
    """An answer: its text, and whether it is right (None: it is neither)."""

    text: str
    right: bool | None = None


@dataclass(frozen=True)
class Change:
    label: str
    old: str
    new: str


@dataclass(frozen=True)
class Shown:
    """A planned item for a table."""

    planned: Planned
    kind: str
    prompt: str
    lines: list[Line]
    changes: list[Change]

    @property
    def title(self) -> str:
        known = self.planned.known
        return str(self.planned.values.get("title") or (known.title if known else ""))


def shown(planned: Planned, language: str) -> Shown:
    """The item in the language of its file, with its answers."""
    kind = get_kind(planned.source.kind)
    content = planned.content
    return Shown(
        planned, str(kind.label), text_in(content, "prompt", language), _lines(planned, language), _changes(planned)
    )


def _lines(planned: Planned, language: str) -> list[Line]:
    kind = get_kind(planned.source.kind)
    if kind.draws:  # the answer differs from attempt to attempt; how it is found does not
        return [Line(one.label) for one in kind.tally_keys(planned.content, language) if one.right]
    try:
        review = kind.review(planned.content, None, language)
    except (ArithmeticError, LookupError, ValueError):
        return []  # an unfinished item may have nothing that a review could name
    options = review.get("options")
    if isinstance(options, list) and all("correct" in option for option in options):
        return [Line(str(option["text"]), bool(option["correct"])) for option in options]
    return [Line(str(text)) for text in review.get("right") or ()]


def _changes(planned: Planned) -> list[Change]:
    if planned.known is None:
        return []
    block = get_kind(planned.source.kind).block()
    old = dict(_values(block, planned.known.raw))
    new = dict(_values(block, planned.raw))
    names = [*new, *(name for name in old if name not in new)]
    found = [
        Change(name, old.get(name, ""), new.get(name, "")) for name in names if old.get(name, "") != new.get(name, "")
    ]
    return found[:MOST_CHANGES]


def _values(block: blocks.Block, raw: Any, label: str = "") -> Iterator[tuple[str, str]]:
    """Label and value of everything in a block, entries by their number."""
    if isinstance(block, blocks.StructBlock) and isinstance(raw, Mapping):
        for name, child in block.child_blocks.items():
            said = str(child.label or name)
            yield from _values(child, normal(raw.get(name), name), f"{label}: {said}" if label else said)
    elif isinstance(block, blocks.ListBlock) and is_list(raw):
        for number, child in enumerate(raw, 1):
            yield from _values(block.child_block, child["value"], f"{label} {number}")
    elif isinstance(block, blocks.StreamBlock) and is_list(raw):
        for number, child in enumerate(raw, 1):
            if child.get("type") in block.child_blocks:
                yield from _values(block.child_blocks[child["type"]], child["value"], f"{label} {number}")
    elif raw not in (None, "", []):
        yield label, str(raw)
