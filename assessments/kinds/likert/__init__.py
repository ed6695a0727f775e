"""Likert: statements on a scale of agreement. There is no right and wrong, and nothing is scored."""

import random
from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import blocks

from assessments.kinds.base import (
    LANGUAGES,
    NO_ANSWER,
    Content,
    ItemBlock,
    TallyKey,
    explanation_blocks,
    in_order,
    list_values,
    missing_texts,
    repeated,
    shuffled,
    text_in,
    texts,
)
from assessments.kinds.parts import PartsKind

SCALE_SIZES = (5, 7)
# The usual five points of agreement (R. Likert, 1932), written out so that a trainer begins with a scale that works.
AGREEMENT = [
    {"text_de": "Stimme gar nicht zu", "text_en": "Strongly disagree"},
    {"text_de": "Stimme eher nicht zu", "text_en": "Disagree"},
    {"text_de": "Teils, teils", "text_en": "Neither agree nor disagree"},
    {"text_de": "Stimme eher zu", "text_en": "Agree"},
    {"text_de": "Stimme voll zu", "text_en": "Strongly agree"},
]


class StatementBlock(blocks.StructBlock):
    text_de = blocks.TextBlock(label=gettext_lazy("Statement (German)"), rows=2, max_length=400)
    text_en = blocks.TextBlock(label=gettext_lazy("Statement (English)"), rows=2, max_length=400)

    class Meta:
        form_classname = "struct-block bilingual"
        label = gettext_lazy("Statement")
        label_format = "{text_de}"


class ScalePointBlock(blocks.StructBlock):
    text_de = blocks.CharBlock(label=gettext_lazy("Label (German)"), max_length=60)
    text_en = blocks.CharBlock(label=gettext_lazy("Label (English)"), max_length=60)

    class Meta:
        form_classname = "struct-block bilingual"
        label = gettext_lazy("Point of the scale")
        label_format = "{text_de}"


class LikertBlock(ItemBlock):
    kind_name = "likert"
    takes_hints = False

    statements = blocks.ListBlock(
        StatementBlock(),
        label=gettext_lazy("Statements"),
        min_num=1,
        max_num=15,
        help_text=gettext_lazy("One thought each, and none that contains “not”: agreeing with a “not” misleads."),
    )
    scale = blocks.ListBlock(
        ScalePointBlock(),
        label=gettext_lazy("Scale"),
        default=AGREEMENT,
        min_num=5,
        max_num=7,
        help_text=gettext_lazy("Five or seven points, from least to most. The middle one stands for neither."),
    )

    def __init__(self, local_blocks: Any = None, **kwargs: Any) -> None:
        super().__init__([*(local_blocks or ()), *explanation_blocks(required=False)], **kwargs)


class Likert(PartsKind):
    """Response: `{statement id: point}`, points counted from "1", possibly for some statements only."""

    name = "likert"
    label = gettext_lazy("Scale of agreement (not scored)")
    description = gettext_lazy(
        "Statements that people agree with or not. Nothing is right or wrong, nothing is scored."
    )
    icon = "form"
    rank = 200
    parts_in, choices_in = "statements", "scale"
    graded = False
    takes_back = True
    block_class: ClassVar = LikertBlock
    instruction = gettext_lazy("Choose one point of the scale for each statement. There is no right or wrong here.")

    def content(self, raw: Mapping[str, Any]) -> Content:
        return {
            **texts(raw, "prompt", "feedback"),
            "statements": [{"id": key, **texts(value, "text")} for key, value in list_values(raw.get("statements"))],
            # A point's id is its place: counted answers of two versions can be laid side by side.
            "scale": [
                {"id": str(place), **texts(value, "text")}
                for place, (_key, value) in enumerate(list_values(raw.get("scale")), 1)
            ],
        }

    def problems(self, content: Content) -> list[str]:
        found = self.common_problems(content)
        statements, scale = content["statements"], content["scale"]
        if not statements:
            found.append(_("At least one statement is needed."))
        for number, statement in enumerate(statements, 1):
            found += missing_texts(statement, "text", _("Statement %(number)d") % {"number": number})
        if len(scale) not in SCALE_SIZES:
            found.append(_("The scale needs five or seven points; it has %(count)d.") % {"count": len(scale)})
        for point in scale:
            found += missing_texts(point, "text", _("Point %(number)s of the scale") % {"number": point["id"]})
        if any(repeated(statement[f"text_{language}"] for statement in statements) for language in LANGUAGES):
            found.append(_("Two statements have the same text."))
        if any(repeated(point[f"text_{language}"] for point in scale) for language in LANGUAGES):
            found.append(_("Two points of the scale have the same label."))
        return found

    def option_order(self, content: Content, rng: random.Random, *, shuffle: bool) -> list[str]:
        """The statements; a scale keeps its order."""
        ids = [statement["id"] for statement in content["statements"]]
        return shuffled(ids, rng) if shuffle else ids

    def public(self, content: Content, language: str, option_order: Any) -> dict[str, Any]:
        return {
            "kind": self.name,
            "prompt": text_in(content, "prompt", language),
            "statements": [
                {"id": one["id"], "text": text_in(one, "text", language)}
                for one in in_order(content["statements"], option_order)
            ],
            "scale": [{"id": point["id"], "text": text_in(point, "text", language)} for point in content["scale"]],
        }

    def grade(self, content: Content, response: Any) -> None:
        """Never: a view is not right or wrong."""
        return

    def best(self, content: Content) -> None:
        """There is none."""
        return

    def review(self, content: Content, response: Any, language: str) -> dict[str, Any]:
        given = response or {}
        names = {point["id"]: text_in(point, "text", language) for point in content["scale"]}
        statements = [
            {
                "id": one["id"],
                "text": text_in(one, "text", language),
                "place": int(given.get(one["id"], 0)),
                "yours": names.get(given.get(one["id"], ""), ""),
            }
            for one in content["statements"]
        ]
        return {
            "kind": self.name,
            "prompt": text_in(content, "prompt", language),
            "answered": response is not None,
            "yours": [f"{one['text']} → {one['yours']}" for one in statements if one["yours"]],
            "right": [],
            "statements": statements,
            "points": len(names),
            "feedback": text_in(content, "feedback", language),
        }

    def tally(self, content: Content, response: Any) -> list[str]:
        return sorted(f"{key}:{point}" for key, point in (response or {}).items()) or [NO_ANSWER]

    def tally_keys(self, content: Content, language: str) -> list[TallyKey]:
        return [
            TallyKey(
                f"{one['id']}:{point['id']}",
                f"{text_in(one, 'text', language)} → {text_in(point, 'text', language)}",
            )
            for one in content["statements"]
            for point in content["scale"]
        ]


KIND = Likert()
