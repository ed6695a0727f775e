"""Short text: a few words, compared with the variants that the trainer accepts."""

import random
from collections.abc import Mapping
from typing import Any, ClassVar

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import blocks

from assessments.kinds.base import (
    NO_ANSWER,
    Content,
    ItemBlock,
    Kind,
    Outcome,
    TallyKey,
    explanation_blocks,
    list_values,
    missing_texts,
    outcome,
    text_in,
    texts,
)
from assessments.kinds.short_text.accepted import (
    AcceptedBlock,
    accepted,
    best_text,
    found,
    problems_of,
    shown,
    variants,
)
from assessments.kinds.short_text.wording import MAX_LENGTH, Rules, read_line

NEAR, OTHER = "near", "other"


class ShortTextBlock(ItemBlock):
    kind_name = "short_text"
    takes_bands = True

    answers = blocks.ListBlock(
        AcceptedBlock(),
        label=gettext_lazy("Answers"),
        min_num=1,
        max_num=20,
        help_text=gettext_lazy(
            "What counts, for how much, and what people are told. An answer in either language counts."
        ),
    )
    match_case = blocks.BooleanBlock(label=gettext_lazy("Upper and lower case matter"), required=False, default=False)
    umlauts = blocks.BooleanBlock(
        label=gettext_lazy("ä and ae are the same"),
        required=False,
        default=True,
        help_text=gettext_lazy("Also ö and oe, ü and ue, ß and ss."),
    )
    typos = blocks.BooleanBlock(
        label=gettext_lazy("Small typing mistakes count"),
        required=False,
        default=False,
        help_text=gettext_lazy(
            "One letter wrong, missing, too many or exchanged, in words from five letters on. Without this the result "
            "only says that it was close."
        ),
    )

    def __init__(self, local_blocks: Any = None, **kwargs: Any) -> None:
        super().__init__([*(local_blocks or ()), *explanation_blocks(required=True)], **kwargs)


class ShortText(Kind):
    """Response: the text as typed, with single blanks.

    Score: the share of the best answer whose variant accepts the text, see `wording.py`; the variants of both languages
    count. Where none does, a small typing mistake in a variant earns its share if the trainer allows it.
    """

    key_fields = frozenset({"match_case", "share", "typos", "umlauts", "variants_de", "variants_en"})
    name = "short_text"
    label = gettext_lazy("Short text")
    description = gettext_lazy("One or two words are typed and compared with the answers that you accept.")
    instruction = gettext_lazy("Type one or a few words.")
    icon = "title"
    rank = 33
    shape = "text"
    block_class: ClassVar = ShortTextBlock

    def content(self, raw: Mapping[str, Any]) -> Content:
        return {
            **texts(raw, "prompt", "feedback"),
            "answers": [accepted(key, value) for key, value in list_values(raw.get("answers"))],
            "match_case": bool(raw.get("match_case")),
            "umlauts": bool(raw.get("umlauts", True)),
            "typos": bool(raw.get("typos")),
        }

    def problems(self, content: Content) -> list[str]:
        sentences = self.common_problems(content)
        sentences += missing_texts(content, "feedback", _("Explanation"))
        return sentences + problems_of(content["answers"], self._rules(content))

    def _rules(self, content: Content) -> Rules:
        return Rules(case=content["match_case"], umlauts=content["umlauts"])

    def option_order(self, content: Content, rng: random.Random, *, shuffle: bool) -> list[str]:
        return []

    def public(self, content: Content, language: str, option_order: Any) -> dict[str, Any]:
        return {"kind": self.name, "prompt": text_in(content, "prompt", language), "max_length": MAX_LENGTH}

    def parse(self, content: Content, raw: object) -> str | None:
        return read_line(raw)

    def read_form(self, content: Content, form: QueryDict, current: Any) -> object:
        return form.get("answer")

    def _entry(self, content: Content, response: Any) -> tuple[dict[str, Any] | None, bool]:
        """The answer that the text is, and whether it is so only but for a typing mistake."""
        return found(content["answers"], response, self._rules(content))

    def grade(self, content: Content, response: Any) -> Outcome:
        entry, mistyped = self._entry(content, response)
        return outcome(entry["share"] if entry and (content["typos"] or not mistyped) else 0, 100)

    def best(self, content: Content) -> str | None:
        return best_text(content["answers"])

    def review(self, content: Content, response: Any, language: str) -> dict[str, Any]:
        entry, mistyped = self._entry(content, response)
        counts = entry is not None and (content["typos"] or not mistyped)
        return {
            "kind": self.name,
            "prompt": text_in(content, "prompt", language),
            "answered": response is not None,
            "yours": [] if response is None else [response],
            "right": shown(content["answers"], language),
            "share": entry["share"] if entry and counts else 0,
            "told": text_in(entry, "feedback", language) if entry and counts else "",
            "mistyped": mistyped,
            "feedback": text_in(content, "feedback", language),
        }

    def remarks(self, review: dict[str, Any]) -> list[str]:
        return [review["told"]] if review["told"] else []

    def tally(self, content: Content, response: Any) -> list[str]:
        """The answer that it was, nearly one, another, or nothing: never the text itself."""
        if response is None:
            return [NO_ANSWER]
        entry, mistyped = self._entry(content, response)
        return [OTHER if entry is None else NEAR if mistyped else entry["id"]]

    def tally_keys(self, content: Content, language: str) -> list[TallyKey]:
        return [
            *(
                TallyKey(entry["id"], " / ".join(variants(entry, language)), entry["share"] == 100)
                for entry in content["answers"]
            ),
            TallyKey(NEAR, _("One letter away from an accepted answer"), content["typos"]),
            TallyKey(OTHER, _("Another text"), right=False),
        ]


KIND = ShortText()
