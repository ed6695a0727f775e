"""Marks for the parts of a question that are nobody's business before their time, found by walking the editor's blocks.

Every field of every kind is said to be open (everybody reads it while it is asked) or to be kept until something may be
seen. A field that is neither fails the tests: so does a new kind, until somebody has thought about it.
"""

import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from wagtail import blocks

from assessments.kinds import get_kind
from tests.assessments import factories


class Seen(StrEnum):
    """When a part may be seen."""

    FEEDBACK = "feedback"  # with the explanations
    KEY = "key"  # with the right answers
    WHOLE = "whole"  # where answers, right and wrong, explanations and right answers may all be seen
    RUBRIC = "rubric"  # with the explanations, once people have marked
    HINT = "hint"  # in practice, after a wrong try
    NEVER = "never"  # by those who write and mark alone


_HINTS = {"hints.text": Seen.HINT}
_BANDS = {"bands.band.text": Seen.FEEDBACK, "bands.band.percent": Seen.NEVER}
_CHOICE = {"options.correct": Seen.KEY, "options.feedback": Seen.FEEDBACK}
_BY_HAND = {
    "sample": Seen.KEY,
    "rubric.name": Seen.RUBRIC,
    "rubric.levels.text": Seen.RUBRIC,
    "rubric.levels.points": Seen.RUBRIC,
}
KEPT: dict[str, dict[str, Seen]] = {
    "single_choice": _CHOICE,
    "multiple_choice": _CHOICE,
    "hotspot": _CHOICE,
    "numeric": {
        "answer": Seen.KEY,
        "tolerance": Seen.WHOLE,
        "mistakes.value": Seen.NEVER,
        "mistakes.feedback": Seen.FEEDBACK,
    },
    "calculated": {
        "formula": Seen.KEY,  # its result, not the formula
        "decimals": Seen.NEVER,
        "tolerance": Seen.WHOLE,
        "tolerance_in": Seen.NEVER,
        "solution": Seen.WHOLE,
        "mistakes.formula": Seen.NEVER,
        "mistakes.feedback": Seen.FEEDBACK,
        "variables.least": Seen.NEVER,
        "variables.most": Seen.NEVER,
        "variables.step": Seen.NEVER,
    },
    "short_text": {
        "answers.share": Seen.WHOLE,
        "answers.variants": Seen.KEY,  # the first one of those that are all right
        "answers.feedback": Seen.FEEDBACK,
        "match_case": Seen.NEVER,
        "umlauts": Seen.NEVER,
        "typos": Seen.NEVER,
    },
    "true_false": {"key": Seen.KEY, "if_true": Seen.FEEDBACK, "if_false": Seen.FEEDBACK},
    "gap_fill": {
        "gaps.text.points": Seen.WHOLE,
        "gaps.text.answers.share": Seen.WHOLE,
        "gaps.text.answers.variants": Seen.KEY,
        "gaps.text.answers.feedback": Seen.FEEDBACK,
        "gaps.text.feedback": Seen.WHOLE,
        "gaps.number.points": Seen.WHOLE,
        "gaps.number.number": Seen.KEY,
        "gaps.number.tolerance": Seen.KEY,
        "gaps.number.feedback": Seen.WHOLE,
        "gaps.select.points": Seen.WHOLE,
        "gaps.select.choices.correct": Seen.KEY,
        "gaps.select.feedback": Seen.WHOLE,
    },
    "matching": {"pairs.feedback": Seen.FEEDBACK},
    "ordering": {"entries.feedback": Seen.WHOLE},
    "categorise": {"groups.entries.feedback": Seen.FEEDBACK},
    "branching": {
        "turns.name": Seen.NEVER,
        "turns.choices.goes_to": Seen.NEVER,
        "turns.choices.points": Seen.WHOLE,
        "turns.choices.feedback": Seen.FEEDBACK,
        "endings.name": Seen.NEVER,
        "endings.text": Seen.WHOLE,
        "endings.feedback": Seen.FEEDBACK,
    },
    "likert": {},
    "extended_text": _BY_HAND,
    "file_upload": _BY_HAND,
}
OPEN: dict[str, frozenset[str]] = {
    kind: frozenset(fields.split())
    for kind, fields in {
        "single_choice": "options.text options.image options.alt",
        "multiple_choice": "options.text options.image options.alt",
        "hotspot": "image alt several options.text options.shape options.left options.top options.width options.height",
        "numeric": "unit",
        "calculated": "unit variables.name",
        "short_text": "",
        "true_false": "",
        "gap_fill": "text gaps.select.choices.text",
        "matching": "pairs.text pairs.match distractors.text",
        "ordering": "entries.text",
        "categorise": "groups.name groups.entries.text",
        "branching": "may_go_back turns.speaker turns.text turns.choices.text",
        "likert": "statements.text scale.text",
        "extended_text": "min_words max_words",
        "file_upload": "audio video pdf megabytes",
    }.items()
}
_RECORDING = ("file", "captions", "captions_language", "transcript")
OPEN_EVERYWHERE = frozenset(
    {"prompt", "media.picture.image", "media.picture.alt", *(f"media.recording.{name}" for name in _RECORDING)}
)


def kept(kind: str) -> dict[str, Seen]:
    """What is kept of this kind, and until when."""
    block = get_kind(kind).block_class
    shared = {**(_HINTS if block.takes_hints else {}), **(_BANDS if block.takes_bands else {})}
    return {"feedback": Seen.FEEDBACK, **shared, **KEPT[kind]}


# --- fields of the editor --------------------------------------------------------------------------------------------
def _plain(name: str) -> str:
    return name.removesuffix("_de").removesuffix("_en")


def fields_of(block: blocks.Block, path: tuple[str, ...] = ()) -> Iterator[tuple[str, blocks.Block]]:
    """Every field below a block by its path; German and English are one."""
    if isinstance(block, blocks.BaseStructBlock | blocks.BaseStreamBlock):
        for name, child in block.child_blocks.items():
            yield from fields_of(child, (*path, _plain(name)))
    elif isinstance(block, blocks.ListBlock):
        yield from fields_of(block.child_block, path)
    else:
        yield ".".join(path), block


Change = Callable[[str, Any], Any]


def changed(value: Any, change: Change, path: tuple[str, ...] = ()) -> Any:
    """A copy of a block's stored JSON in which `change(path, value)` stands in place of each field."""
    if isinstance(value, dict):
        return {name: changed(one, change, (*path, _plain(name))) for name, one in value.items()}
    if isinstance(value, list) and all(isinstance(one, dict) and "value" in one for one in value):
        return [
            {**one, "value": changed(one["value"], change, path if one["type"] == "item" else (*path, one["type"]))}
            for one in value
        ]
    return change(".".join(path), value)


def paths_in(raw: dict[str, Any]) -> set[str]:
    found: set[str] = set()
    changed(raw, lambda path, value: found.add(path) or value)
    return found


# --- marks -----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Part:
    """What a mark stands for."""

    kind: str
    path: str
    seen: Seen

    def __str__(self) -> str:
        return f"{self.kind}: {self.path} ({self.seen})"


# A word, or digits behind the point of a number as German or English write it.
_MARKS = re.compile(r"ZK(\d{4})Q|[.,]0*90(\d{4})9")
_NUMBERS = {"answer", "tolerance", "mistakes.value", "gaps.number.number", "gaps.number.tolerance"}
_FORMULAS = {"formula", "mistakes.formula"}
_SETTINGS = {
    "true_false": {"key"},
    "calculated": {"tolerance", "tolerance_in", "variables.least", "variables.most", "variables.step"},
}


class Marks:
    """Gives out marks, and finds them again in whatever was sent."""

    def __init__(self) -> None:
        self.parts: dict[str, Part] = {}

    def _next(self, kind: str, path: str) -> str:
        number = f"{len(self.parts) + 1000}"
        self.parts[number] = Part(kind, path, kept(kind)[path])
        return number

    def plant(self, kind: str, raw: dict[str, Any]) -> dict[str, Any]:
        """The stored JSON with a mark in each kept field that can hold one."""
        wanted, same = kept(kind), {}

        def mark(path: str, value: Any) -> Any:
            if path not in wanted or not isinstance(value, str) or path in _SETTINGS.get(kind, ()):
                return value
            if kind in {"numeric", "calculated", "gap_fill"} and path in _NUMBERS | _FORMULAS:
                number = self._next(kind, path)
                small = f"0.{'0000000' if 'tolerance' in path else ''}90{number}9"
                if path in _FORMULAS:
                    return f"{value} + {small}"
                return small if "tolerance" in path else value.partition(".")[0] + small[1:]
            if path in {"turns.name", "endings.name", "turns.choices.goes_to"}:
                key = value.strip().casefold()  # a choice names the turn that it leads to
                same.setdefault(key, f"ZK{self._next(kind, path)}Q")
                return same[key]
            word = f"ZK{self._next(kind, path)}Q"
            return word if path.endswith("variants") else f"{value} {word}"

        return {**changed(raw, mark), **({"decimals": 9} if kind == "calculated" else {})}

    def numbers_in(self, text: str) -> set[str]:
        """The numbers of the marks that stand in it."""
        return {word or digits for word, digits in _MARKS.findall(text)} & self.parts.keys()

    def of(self, *kinds: str) -> set[Part]:
        return {part for part in self.parts.values() if part.kind in kinds}


def raw_of(kind: str) -> dict[str, Any]:
    """A question of the kind in which every kept field that can hold a mark is there."""
    raw: dict[str, Any] = deepcopy(factories.RAW[kind]())
    block = get_kind(kind).block_class
    raw |= factories.hints() if block.takes_hints else {}
    return raw | ({"bands": factories.bands(100, 30, 0)} if block.takes_bands else {})
