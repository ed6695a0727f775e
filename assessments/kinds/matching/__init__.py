"""Matching: each entry on the left gets one of the choices, from a select."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import blocks

from assessments.kinds.base import (
    Content,
    ItemBlock,
    explanation_blocks,
    list_values,
    missing_texts,
    repeated,
    texts,
)
from assessments.kinds.parts import KeyedPartsKind


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


class Matching(KeyedPartsKind):
    """Response: `{entry id: choice id}`, possibly for some entries only.

    Choices are always mixed: in the order of authoring they would lie opposite their entries.
    """

    key_fields = frozenset({"choice"})
    name = "matching"
    label = gettext_lazy("Matching")
    description = gettext_lazy("Entries on the left, and for each of them a choice from a list.")
    icon = "link"
    rank = 40
    parts_in, choices_in, key_in, mixed_in = "pairs", "choices", "choice", "choices"
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


KIND = Matching()
