"""Matching: each entry on the left gets one of the choices, from a select."""

import random
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, ClassVar

from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import blocks

from assessments.behaviours.tries import Part
from assessments.kinds.base import (
    Content,
    ItemBlock,
    Outcome,
    TallyKey,
    explanation_blocks,
    in_order,
    list_values,
    missing_texts,
    outcome,
    repeated,
    shuffled,
    text_in,
    texts,
)
from assessments.kinds.parts import PartsKind


class PairBlock(blocks.StructBlock):
    """An entry, the choice that belongs to it, and why."""

    text_de = blocks.TextBlock(label=gettext_lazy("Entry (German)"), rows=1, max_length=400)
    text_en = blocks.TextBlock(label=gettext_lazy("Entry (English)"), rows=1, max_length=400)
    match_de = blocks.CharBlock(label=gettext_lazy("Belongs to (German)"), max_length=200)
    match_en = blocks.CharBlock(label=gettext_lazy("Belongs to (English)"), max_length=200)
    feedback_de = blocks.TextBlock(label=gettext_lazy("Feedback (German)"), rows=2, max_length=1000)
    feedback_en = blocks.TextBlock(label=gettext_lazy("Feedback (English)"), rows=2, max_length=1000)

    class Meta:
        form_classname = "struct-block bilingual"
        label = gettext_lazy("Pair")
        label_format = "{text_de} → {match_de}"


class DistractorBlock(blocks.StructBlock):
    text_de = blocks.CharBlock(label=gettext_lazy("Choice (German)"), max_length=200)
    text_en = blocks.CharBlock(label=gettext_lazy("Choice (English)"), max_length=200)

    class Meta:
        form_classname = "struct-block bilingual"
        label = gettext_lazy("Choice that belongs to nothing")
        label_format = "{text_de}"


class MatchingBlock(ItemBlock):
    kind_name = "matching"
    takes_bands = True

    pairs = blocks.ListBlock(
        PairBlock(),
        label=gettext_lazy("Pairs"),
        min_num=2,
        max_num=10,
        help_text=gettext_lazy("Entries may share a choice: write the same words, and it is offered once."),
    )
    distractors = blocks.ListBlock(
        DistractorBlock(), label=gettext_lazy("Choices that belong to nothing"), default=[], max_num=6
    )

    def __init__(self, local_blocks: Any = None, **kwargs: Any) -> None:
        super().__init__([*(local_blocks or ()), *explanation_blocks(required=False)], **kwargs)


def _choice_id(seed: str) -> str:
    """The id of a choice. Keyed: from the entry's id alone nobody may compute which choice belongs to it."""
    return salted_hmac("assessments.matching", seed, algorithm="sha256").hexdigest()[:16]


class Matching(PartsKind):
    """Response: `{entry id: choice id}`, possibly for some entries only. Score: the share of right entries."""

    key_fields = frozenset({"choice"})
    name = "matching"
    label = gettext_lazy("Matching")
    description = gettext_lazy("Entries on the left, and for each of them a choice from a list.")
    icon = "link"
    rank = 40
    parts_in, choices_in = "pairs", "choices"
    block_class: ClassVar = MatchingBlock
    instruction = gettext_lazy("Choose what belongs to each entry.")

    def content(self, raw: Mapping[str, Any]) -> Content:
        choices: dict[tuple[str, str], dict[str, str]] = {}

        def choice(seed: str, german: str, english: str) -> str:
            entry = {"id": _choice_id(seed), "text_de": german, "text_en": english}
            return choices.setdefault((german, english), entry)["id"]

        pairs = []
        for key, value in list_values(raw.get("pairs")):
            match = texts(value, "match")
            pairs.append(
                {"id": key, "choice": choice(key, match["match_de"], match["match_en"])}
                | texts(value, "text", "feedback")
            )
        for key, value in list_values(raw.get("distractors")):
            distractor = texts(value, "text")
            choice(key, distractor["text_de"], distractor["text_en"])
        return {**texts(raw, "prompt", "feedback"), "pairs": pairs, "choices": list(choices.values())}

    def problems(self, content: Content) -> list[str]:
        found = self.common_problems(content)
        if len(content["pairs"]) < 2:
            found.append(_("At least two pairs are needed."))
        if len(content["choices"]) < 2:
            found.append(_("At least two different choices are needed."))
        for number, pair in enumerate(content["pairs"], 1):
            name = _("Pair %(number)d") % {"number": number}
            found += missing_texts(pair, "text", name)
            found += missing_texts(pair, "feedback", _("Feedback on %(answer)s") % {"answer": name})
        for choice in content["choices"]:
            found += missing_texts(choice, "text", _("Choice"))
        for language in ("de", "en"):
            if repeated(pair[f"text_{language}"] for pair in content["pairs"]):
                found.append(_("Two entries have the same text."))
            if repeated(choice[f"text_{language}"] for choice in content["choices"]):
                found.append(_("Two choices have the same text in one language only."))
        return found

    def option_order(self, content: Content, rng: random.Random, *, shuffle: bool) -> dict[str, list[str]]:
        """Choices are always mixed: in the order of authoring they would lie opposite their entries."""
        pairs = [pair["id"] for pair in content["pairs"]]
        return {
            "pairs": shuffled(pairs, rng) if shuffle else pairs,
            "choices": shuffled([choice["id"] for choice in content["choices"]], rng),
        }

    def public(self, content: Content, language: str, option_order: Any) -> dict[str, Any]:
        order = option_order if isinstance(option_order, dict) else {}
        fallback = sorted(choice["id"] for choice in content["choices"])
        return {
            "kind": self.name,
            "prompt": text_in(content, "prompt", language),
            "pairs": [
                {"id": pair["id"], "text": text_in(pair, "text", language)}
                for pair in in_order(content["pairs"], order.get("pairs"))
            ],
            "choices": [
                {"id": choice["id"], "text": text_in(choice, "text", language)}
                for choice in in_order(content["choices"], order.get("choices", fallback))
            ],
        }

    def grade(self, content: Content, response: Any) -> Outcome:
        given = response or {}
        right = sum(given.get(pair["id"]) == pair["choice"] for pair in content["pairs"])
        return outcome(right, len(content["pairs"]) or 1)

    def parts(self, content: Content, response: Any) -> list[Part]:
        given = response or {}
        return [Part(1, Fraction(int(given.get(pair["id"]) == pair["choice"]))) for pair in content["pairs"]]

    def best(self, content: Content) -> dict[str, str]:
        return {pair["id"]: pair["choice"] for pair in content["pairs"]}

    def review(self, content: Content, response: Any, language: str) -> dict[str, Any]:
        given = response or {}
        names = {choice["id"]: text_in(choice, "text", language) for choice in content["choices"]}
        pairs = [
            {
                "id": pair["id"],
                "text": text_in(pair, "text", language),
                "yours": names.get(given.get(pair["id"]), ""),
                "right": names[pair["choice"]],
                "correct": given.get(pair["id"]) == pair["choice"],
                "feedback": text_in(pair, "feedback", language),
            }
            for pair in content["pairs"]
        ]
        return {
            "kind": self.name,
            "prompt": text_in(content, "prompt", language),
            "answered": response is not None,
            "yours": [f"{pair['text']} → {pair['yours']}" for pair in pairs if pair["yours"]],
            "right": [f"{pair['text']} → {pair['right']}" for pair in pairs],
            "pairs": pairs,
            "feedback": text_in(content, "feedback", language),
        }

    def remarks(self, review: dict[str, Any]) -> list[str]:
        return [pair["feedback"] for pair in review["pairs"] if pair["yours"] and pair["feedback"]]

    def tally(self, content: Content, response: Any) -> list[str]:
        return sorted(f"{pair}:{choice}" for pair, choice in (response or {}).items()) or ["-"]

    def tally_keys(self, content: Content, language: str) -> list[TallyKey]:
        return [
            TallyKey(
                f"{pair['id']}:{choice['id']}",
                f"{text_in(pair, 'text', language)} → {text_in(choice, 'text', language)}",
                choice["id"] == pair["choice"],
            )
            for pair in content["pairs"]
            for choice in content["choices"]
        ]

    def guess_score(self, content: Content) -> float | None:
        """Each entry gets one of the choices, each as likely as the others (Moodle, `qtype_match`)."""
        return 1 / len(content["choices"]) if content["choices"] else None


KIND = Matching()
