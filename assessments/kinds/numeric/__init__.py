"""Numeric: a number with a tolerance, written as people in Germany or in England write it."""

import random
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import blocks

from assessments.enums import AnswerState
from assessments.kinds.base import (
    Content,
    ItemBlock,
    Kind,
    Outcome,
    ParseError,
    TallyKey,
    explanation_blocks,
    list_values,
    missing_texts,
    outcome,
    text_in,
    texts,
)
from assessments.kinds.numeric.reading import format_number, readings

MAX_LENGTH = 64


class MistakeBlock(blocks.StructBlock):
    """A wrong result that people typically arrive at, with what went wrong."""

    value = blocks.DecimalBlock(label=gettext_lazy("Wrong result"))
    feedback_de = blocks.TextBlock(label=gettext_lazy("Feedback (German)"), rows=2, max_length=1000)
    feedback_en = blocks.TextBlock(label=gettext_lazy("Feedback (English)"), rows=2, max_length=1000)

    class Meta:
        form_classname = "struct-block bilingual"
        label = gettext_lazy("Typical mistake")
        label_format = "{value}"


class NumericBlock(ItemBlock):
    kind_name = "numeric"

    answer = blocks.DecimalBlock(label=gettext_lazy("Right result"))
    tolerance = blocks.DecimalBlock(
        label=gettext_lazy("Tolerance"),
        default=0,
        min_value=0,
        help_text=gettext_lazy("How far the answer may lie above or below the right result and still count."),
    )
    unit_de = blocks.CharBlock(
        label=gettext_lazy("Unit (German)"),
        required=False,
        max_length=20,
        help_text=gettext_lazy("For example € per day. Learners may write it or leave it out."),
    )
    unit_en = blocks.CharBlock(label=gettext_lazy("Unit (English)"), required=False, max_length=20)
    mistakes = blocks.ListBlock(MistakeBlock(), label=gettext_lazy("Typical mistakes"), default=[], max_num=10)

    def __init__(self, local_blocks: Any = None, **kwargs: Any) -> None:
        super().__init__([*(local_blocks or ()), *explanation_blocks(required=True)], **kwargs)


def plain_number(raw: object) -> str:
    """Plain decimal notation, or empty for what is no number."""
    try:
        value = Decimal(str(raw))
    except InvalidOperation:
        return ""
    return format(value, "f") if value.is_finite() else ""


class Numeric(Kind):
    """Response: the text as typed. What cannot be read as a number is kept, and scores 0.

    See `reading.py` for how numbers are read: where a text has two readings ("1.234"), one that is right suffices.
    """

    key_fields = frozenset({"answer", "tolerance"})
    name = "numeric"
    label = gettext_lazy("Number")
    description = gettext_lazy("A result is worked out and typed in; 1.234,5 and 1,234.5 are both understood.")
    icon = "calculator"
    rank = 30
    shape = "text"
    block_class: ClassVar = NumericBlock
    instruction = gettext_lazy("Type a number. 1.234,5 and 1,234.5 are both understood.")

    def content(self, raw: Mapping[str, Any]) -> Content:
        return {
            **texts(raw, "prompt", "unit", "feedback"),
            "answer": plain_number(raw.get("answer")),
            "tolerance": plain_number(raw.get("tolerance") or 0),
            "mistakes": [
                {"id": key, "value": plain_number(value.get("value")), **texts(value, "feedback")}
                for key, value in list_values(raw.get("mistakes"))
            ],
        }

    def problems(self, content: Content) -> list[str]:
        found = self.common_problems(content)
        found += missing_texts(content, "feedback", _("Explanation"))
        if not content["answer"]:
            return [*found, _("The right result is missing.")]
        if not content["tolerance"] or Decimal(content["tolerance"]) < 0:
            found.append(_("The tolerance must be 0 or more."))
        for mistake in content["mistakes"]:
            found += missing_texts(mistake, "feedback", _("Typical mistake %(value)s") % {"value": mistake["value"]})
            if not mistake["value"] or self._near(content, {Decimal(mistake["value"])}, content["answer"]):
                found.append(_("A typical mistake must be a number that does not count as right."))
        return found

    def option_order(self, content: Content, rng: random.Random, *, shuffle: bool) -> list[str]:
        return []

    def public(self, content: Content, language: str, option_order: Any) -> dict[str, Any]:
        return {
            "kind": self.name,
            "prompt": text_in(content, "prompt", language),
            "unit": text_in(content, "unit", language),
            "max_length": MAX_LENGTH,
        }

    def parse(self, content: Content, raw: object) -> str | None:
        if raw is None:
            return None
        if not isinstance(raw, str) or len(raw) > MAX_LENGTH:
            raise ParseError("not a short text")
        # Blanks of all sorts may group digits; other invisible characters have no business here.
        if any(not letter.isprintable() and not letter.isspace() for letter in raw):
            raise ParseError("control characters")
        return " ".join(raw.split()) or None

    def read_form(self, content: Content, form: QueryDict, current: Any) -> object:
        return form.get("answer")

    def _readings(self, content: Content, response: Any) -> frozenset[Decimal]:
        if not isinstance(response, str):
            return frozenset()
        return readings(response, units=(content["unit_de"], content["unit_en"]))

    def _near(self, content: Content, values: frozenset[Decimal] | set[Decimal], target: str) -> bool:
        """Whether one of the values lies within the tolerance of the target; not while a draft has none."""
        return bool(target) and any(
            abs(value - Decimal(target)) <= Decimal(content["tolerance"] or 0) for value in values
        )

    def hint(self, content: Content, response: Any) -> str:
        if response is None or self._readings(content, response):
            return ""
        return _("We cannot read this as a number. Write for example 1.234,5 or 1,234.5.")

    def understood(self, content: Content, response: Any, language: str) -> str:
        """`1,234.5`; where a text has two readings, both: `1.234 or 1,234`."""
        found = sorted(self._readings(content, response))
        unit = text_in(content, "unit", language)
        return _(" or ").join(f"{format_number(value, language)} {unit}".strip() for value in found)

    def answer_state(self, content: Content, response: Any) -> AnswerState:
        if response is None:
            return AnswerState.EMPTY
        return AnswerState.ANSWERED if self._readings(content, response) else AnswerState.PARTIAL

    def grade(self, content: Content, response: Any) -> Outcome:
        return outcome(int(self._near(content, self._readings(content, response), content["answer"])), 1)

    def best(self, content: Content) -> str:
        return str(content["answer"])

    def review(self, content: Content, response: Any, language: str) -> dict[str, Any]:
        unit = text_in(content, "unit", language)
        found = self._readings(content, response)
        right = not self._near(content, found, content["answer"])
        mistake = next((one for one in content["mistakes"] if right and self._near(content, found, one["value"])), None)
        tolerance = Decimal(content["tolerance"] or 0)
        return {
            "kind": self.name,
            "prompt": text_in(content, "prompt", language),
            "answered": response is not None,
            "yours": [] if response is None else [response],
            "right": [f"{format_number(Decimal(content['answer']), language)} {unit}".strip()]
            if content["answer"]
            else [],
            "tolerance": format_number(tolerance, language) if tolerance else "",
            "mistake": text_in(mistake, "feedback", language) if mistake else "",
            "hint": self.hint(content, response),
            "feedback": text_in(content, "feedback", language),
        }

    def remarks(self, review: dict[str, Any]) -> list[str]:
        return [review["mistake"]] if review["mistake"] else []

    def tally(self, content: Content, response: Any) -> list[str]:
        """Right, one of the known mistakes, another number, or nothing: never the text itself."""
        if response is None:
            return ["-"]
        found = self._readings(content, response)
        if self._near(content, found, content["answer"]):
            return ["right"]
        return [
            next((one["id"] for one in content["mistakes"] if self._near(content, found, one["value"])), "other number")
        ]

    def tally_keys(self, content: Content, language: str) -> list[TallyKey]:
        unit = text_in(content, "unit", language)

        def number(text: str) -> str:
            return f"{format_number(Decimal(text), language)} {unit}".strip() if text else ""

        return [
            TallyKey("right", number(content["answer"]), right=True),
            *(
                TallyKey(one["id"], _("%(number)s (typical mistake)") % {"number": number(one["value"])}, right=False)
                for one in content["mistakes"]
            ),
            TallyKey("other number", _("Another number, or none that can be read"), right=False),
        ]


KIND = Numeric()
