"""True or false: one statement, and a word to each of the two answers."""

import random
from collections.abc import Mapping
from typing import Any, ClassVar

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from wagtail import blocks

from assessments.kinds.base import (
    NO_ANSWER,
    Content,
    ItemBlock,
    Kind,
    Outcome,
    TallyKey,
    explanation_blocks,
    missing_texts,
    outcome,
    parse_id,
    text_in,
    texts,
)
from assessments.kinds.choice import remarks_on_options, review_of_options

ANSWERS = ("true", "false")
LABELS = {"true": gettext_lazy("True"), "false": gettext_lazy("False")}


class TrueFalseBlock(ItemBlock):
    kind_name = "true_false"

    key = blocks.ChoiceBlock(
        choices=[("true", gettext_lazy("true")), ("false", gettext_lazy("false"))],
        label=gettext_lazy("The statement is"),
        help_text=gettext_lazy(
            "A statement that is true or false in every case. Without “not”: double negation is a trap."
        ),
    )
    if_true_de = blocks.TextBlock(label=gettext_lazy("Feedback on “true” (German)"), rows=2, max_length=1000)
    if_true_en = blocks.TextBlock(label=gettext_lazy("Feedback on “true” (English)"), rows=2, max_length=1000)
    if_false_de = blocks.TextBlock(label=gettext_lazy("Feedback on “false” (German)"), rows=2, max_length=1000)
    if_false_en = blocks.TextBlock(label=gettext_lazy("Feedback on “false” (English)"), rows=2, max_length=1000)

    def __init__(self, local_blocks: Any = None, **kwargs: Any) -> None:
        super().__init__([*(local_blocks or ()), *explanation_blocks(required=False)], **kwargs)


def _label(answer: str, language: str) -> str:
    with override(language):
        return str(LABELS[answer])


class TrueFalse(Kind):
    """Response: "true" or "false". All or nothing."""

    key_fields = frozenset({"key"})
    name = "true_false"
    label = gettext_lazy("True or false")
    description = gettext_lazy(
        "A statement is true or false. Guessing earns half the points: use it in checks, not in tests."
    )
    instruction = gettext_lazy("Is this statement true or false?")
    icon = "tick-inverse"
    rank = 25
    shape = "one"
    takes_back = True
    block_class: ClassVar = TrueFalseBlock

    def content(self, raw: Mapping[str, Any]) -> Content:
        key = raw.get("key")
        return {
            **texts(raw, "prompt", "if_true", "if_false", "feedback"),
            "key": key if key in ANSWERS else "",
        }

    def problems(self, content: Content) -> list[str]:
        found = self.common_problems(content, prompt=_("Statement"))
        if not content["key"]:
            found.append(_("Say whether the statement is true or false."))
        for answer in ANSWERS:
            found += missing_texts(content, f"if_{answer}", _("Feedback on “%(answer)s”") % {"answer": LABELS[answer]})
        return found

    def option_order(self, content: Content, rng: random.Random, *, shuffle: bool) -> list[str]:
        """Never mixed: people expect "true" first."""
        return []

    def public(self, content: Content, language: str, option_order: Any) -> dict[str, Any]:
        return {
            "kind": self.name,
            "prompt": text_in(content, "prompt", language),
            "options": [{"id": answer, "text": _label(answer, language)} for answer in ANSWERS],
        }

    def parse(self, content: Content, raw: object) -> str | None:
        return None if raw in (None, "") else parse_id(raw, ANSWERS)

    def read_form(self, content: Content, form: QueryDict, current: Any) -> object:
        return form.get("answer")

    def grade(self, content: Content, response: Any) -> Outcome:
        return outcome(int(response is not None and response == content["key"]), 1)

    def best(self, content: Content) -> str | None:
        return content["key"] or None

    def review(self, content: Content, response: Any, language: str) -> dict[str, Any]:
        options = [
            {
                "id": answer,
                "text": _label(answer, language),
                "chosen": answer == response,
                "correct": answer == content["key"],
                "feedback": text_in(content, f"if_{answer}", language),
            }
            for answer in ANSWERS
        ]
        return {"kind": self.name, **review_of_options(content, response, options, language)}

    def remarks(self, review: dict[str, Any]) -> list[str]:
        return remarks_on_options(review)

    def tally(self, content: Content, response: Any) -> list[str]:
        return [response or NO_ANSWER]

    def tally_keys(self, content: Content, language: str) -> list[TallyKey]:
        return [TallyKey(answer, _label(answer, language), answer == content["key"]) for answer in ANSWERS]

    def guess_score(self, content: Content) -> float | None:
        """One of two answers (Moodle, `qtype_truefalse`)."""
        return 0.5


KIND = TrueFalse()
