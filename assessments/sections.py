"""Sections of a test: a heading and an introduction above some of its questions. Pure.

Questions of a section stand together, so an attempt freezes each section with the position of its first question.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assessments.drawing import Drawn
from assessments.kinds.base import text_in, texts


@dataclass(frozen=True)
class Section:
    """A section in one language. `first` is the position of its first question, counted from 1."""

    first: int
    heading: str
    intro: str


def in_order(drawn: Sequence[Drawn], rng: random.Random, *, shuffle: bool) -> list[Drawn]:
    """Questions as an attempt asks them: mixed, if at all, within their section only."""
    mixed = list(drawn)
    if shuffle:
        rng.shuffle(mixed)
    return sorted(mixed, key=lambda one: one.slot.section)


def written_sections(slots: Any) -> list[dict[str, str]]:
    """Headings and introductions of a page's slots in both languages, in order. No query."""
    return [texts(one["value"], "heading", "intro") for one in slots.raw_data if one["type"] == "section"]


def frozen_sections(slots: Any, order: Sequence[Drawn]) -> list[dict[str, Any]]:
    """JSON for `Attempt.policy["sections"]`; empty for a test without sections."""
    places = [one.slot.section for one in order]
    return [
        {"first": places.index(number) + 1, **section}
        for number, section in enumerate(written_sections(slots), 1)
        if number in places
    ]


def sections_in(frozen: Sequence[Mapping[str, Any]], language: str) -> list[Section]:
    """Sections as they are shown; those that no attempt has frozen yet have no first question (0)."""
    return [
        Section(one.get("first", 0), text_in(one, "heading", language), text_in(one, "intro", language))
        for one in frozen
    ]


def section_of(sections: Sequence[Section], position: int) -> Section | None:
    """The section in which the question at this position stands."""
    return next((one for one in reversed(sections) if one.first <= position), None)
