"""Ordering: entries are brought into the right order with buttons."""

import random
from collections.abc import Mapping
from typing import Any, ClassVar

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import blocks

from assessments.kinds.base import (
    Content,
    ItemBlock,
    Kind,
    Outcome,
    ParseError,
    TallyKey,
    explanation_blocks,
    in_order,
    list_values,
    missing_texts,
    outcome,
    parse_ids,
    repeated,
    shuffled,
    text_in,
    texts,
)


class EntryBlock(blocks.StructBlock):
    text_de = blocks.TextBlock(label=gettext_lazy("Entry (German)"), rows=1, max_length=400)
    text_en = blocks.TextBlock(label=gettext_lazy("Entry (English)"), rows=1, max_length=400)
    feedback_de = blocks.TextBlock(
        label=gettext_lazy("Feedback (German)"),
        rows=2,
        max_length=1000,
        help_text=gettext_lazy("Why the entry stands at this place."),
    )
    feedback_en = blocks.TextBlock(label=gettext_lazy("Feedback (English)"), rows=2, max_length=1000)

    class Meta:
        form_classname = "struct-block bilingual"
        label = gettext_lazy("Entry")
        label_format = "{text_de}"


class OrderingBlock(ItemBlock):
    kind_name = "ordering"
    takes_bands = True

    entries = blocks.ListBlock(
        EntryBlock(),
        label=gettext_lazy("Entries in the right order"),
        min_num=3,
        max_num=10,
        help_text=gettext_lazy("Learners always get them mixed."),
    )

    def __init__(self, local_blocks: Any = None, **kwargs: Any) -> None:
        super().__init__([*(local_blocks or ()), *explanation_blocks(required=False)], **kwargs)


class Ordering(Kind):
    """Response: all ids in the learner's order.

    Score: the share of entries that stand at their right place ("absolute position" of Moodle's ordering question).
    """

    key_fields = frozenset({"entries"})
    name = "ordering"
    label = gettext_lazy("Ordering")
    description = gettext_lazy("Entries are brought into the right order; each at its right place earns its part.")
    icon = "order"
    rank = 50
    shape = "own"
    block_class: ClassVar = OrderingBlock
    instruction = gettext_lazy("Bring the entries into the right order with the buttons.")

    def content(self, raw: Mapping[str, Any]) -> Content:
        return {
            **texts(raw, "prompt", "feedback"),
            "entries": [
                {"id": key, **texts(value, "text", "feedback")} for key, value in list_values(raw.get("entries"))
            ],
        }

    def problems(self, content: Content) -> list[str]:
        found = self.common_problems(content)
        entries = content["entries"]
        if len(entries) < 3:
            found.append(_("At least three entries are needed."))
        for number, entry in enumerate(entries, 1):
            name = _("Entry %(number)d") % {"number": number}
            found += missing_texts(entry, "text", name)
            found += missing_texts(entry, "feedback", _("Feedback on %(answer)s") % {"answer": name})
        if any(repeated(entry[f"text_{language}"] for entry in entries) for language in ("de", "en")):
            found.append(_("Two entries have the same text."))
        return found

    def option_order(self, content: Content, rng: random.Random, *, shuffle: bool) -> list[str]:
        """Always mixed, and never into the right order: that would be the answer."""
        right = [entry["id"] for entry in content["entries"]]
        mixed = shuffled(right, rng)
        return mixed if mixed != right else [*right[1:], *right[:1]]

    def public(self, content: Content, language: str, option_order: Any) -> dict[str, Any]:
        order = option_order if isinstance(option_order, list) else sorted(entry["id"] for entry in content["entries"])
        return {
            "kind": self.name,
            "prompt": text_in(content, "prompt", language),
            "entries": [
                {"id": entry["id"], "text": text_in(entry, "text", language)}
                for entry in in_order(content["entries"], order)
            ],
        }

    def parse(self, content: Content, raw: object) -> list[str] | None:
        if raw in (None, "", []):
            return None
        ids = parse_ids(raw, [entry["id"] for entry in content["entries"]])
        if len(ids) != len(content["entries"]):
            raise ParseError("some entries are missing")
        return ids

    def read_form(self, content: Content, form: QueryDict, current: Any) -> object:
        """Hidden fields `order` in the order displayed; a button `move` with `<id>:up` or `<id>:down`.

        In a test (the form carries a `sequence`) a mixed list that nobody has touched is no answer.
        """
        if current is None and "sequence" in form and not {"move", "keep"} & form.keys():
            return None
        order = form.getlist("order")
        moved, _separator, direction = form.get("move", "").rpartition(":")
        if moved in order:
            here = order.index(moved)
            there = max(here - 1, 0) if direction == "up" else min(here + 1, len(order) - 1)
            order.insert(there, order.pop(here))
        return order

    def grade(self, content: Content, response: Any) -> Outcome:
        right = [entry["id"] for entry in content["entries"]]
        hits = sum(mine == one for mine, one in zip(response or (), right, strict=False))
        return outcome(hits, len(right) or 1)

    def best(self, content: Content) -> list[str]:
        return [entry["id"] for entry in content["entries"]]

    def review(self, content: Content, response: Any, language: str) -> dict[str, Any]:
        places = {key: place for place, key in enumerate(response or (), 1)}
        names = {entry["id"]: text_in(entry, "text", language) for entry in content["entries"]}
        entries = [
            {
                "id": entry["id"],
                "text": names[entry["id"]],
                "place": place,
                "your_place": places.get(entry["id"]),
                "correct": places.get(entry["id"]) == place,
                "feedback": text_in(entry, "feedback", language),
            }
            for place, entry in enumerate(content["entries"], 1)
        ]
        return {
            "kind": self.name,
            "prompt": text_in(content, "prompt", language),
            "answered": response is not None,
            "yours": [names[key] for key in response or () if key in names],
            "right": list(names.values()),
            "entries": entries,
            "feedback": text_in(content, "feedback", language),
        }

    def tally(self, content: Content, response: Any) -> list[str]:
        return [f"{key}:{place}" for place, key in enumerate(response or (), 1)] or ["-"]

    def tally_keys(self, content: Content, language: str) -> list[TallyKey]:
        places = range(1, len(content["entries"]) + 1)
        return [
            TallyKey(
                f"{entry['id']}:{place}",
                _("%(entry)s at place %(place)d") % {"entry": text_in(entry, "text", language), "place": place},
                place == right,
            )
            for right, entry in enumerate(content["entries"], 1)
            for place in places
        ]

    def guess_score(self, content: Content) -> float | None:
        """A random order has one entry at its place on average (fixed points of a permutation): 1/n of the score."""
        return 1 / len(content["entries"]) if content["entries"] else None


KIND = Ordering()
