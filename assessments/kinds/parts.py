"""What matching, sorting into groups and scales share: one choice for each of several parts."""

import random
from fractions import Fraction
from typing import Any, ClassVar

from django.http import QueryDict

from assessments.behaviours.tries import Part
from assessments.enums import AnswerState
from assessments.kinds.base import (
    NO_ANSWER,
    Content,
    Kind,
    Outcome,
    ParseError,
    TallyKey,
    in_order,
    outcome,
    parse_id,
    shuffled,
    text_in,
)


class PartsKind(Kind):
    """Response: `{part id: choice id}`, possibly for some parts only."""

    shape = "parts"
    parts_in: ClassVar[str]  # the list of the content that holds what is asked for,
    choices_in: ClassVar[str]  # and the one that holds what may be chosen

    def parse(self, content: Content, raw: object) -> dict[str, str] | None:
        if raw in (None, "", {}):
            return None
        if not isinstance(raw, dict) or len(raw) > len(content[self.parts_in]):
            raise ParseError("not a mapping of parts to choices")
        parts = [part["id"] for part in content[self.parts_in]]
        choices = [choice["id"] for choice in content[self.choices_in]]
        return {
            parse_id(part, parts): parse_id(choice, choices) for part, choice in raw.items() if choice not in (None, "")
        } or None

    def read_form(self, content: Content, form: QueryDict, current: Any) -> object:
        """Fields are called `answer-<part id>`."""
        return {part["id"]: form.get(f"answer-{part['id']}") for part in content[self.parts_in]}

    def answer_state(self, content: Content, response: Any) -> AnswerState:
        if not response:
            return AnswerState.EMPTY
        return AnswerState.ANSWERED if len(response) == len(content[self.parts_in]) else AnswerState.PARTIAL


class KeyedPartsKind(PartsKind):
    """Each part has one right choice, which others may share. Score: the share of right parts."""

    key_in: ClassVar[str]  # where a part names its right choice
    named_by: ClassVar[str] = "text"  # what a choice is called
    mixed_in: ClassVar[str]  # of parts and choices those whose written order would tell: always mixed

    def option_order(self, content: Content, rng: random.Random, *, shuffle: bool) -> dict[str, list[str]]:
        [free] = {self.parts_in, self.choices_in} - {self.mixed_in}
        ids = [one["id"] for one in content[free]]
        return {
            free: shuffled(ids, rng) if shuffle else ids,
            self.mixed_in: shuffled([one["id"] for one in content[self.mixed_in]], rng),
        }

    def public(self, content: Content, language: str, option_order: Any) -> dict[str, Any]:
        order = {self.mixed_in: sorted(one["id"] for one in content[self.mixed_in])}
        if isinstance(option_order, dict):
            order |= option_order
        named = ((self.parts_in, "text"), (self.choices_in, self.named_by))
        return {
            "kind": self.name,
            "prompt": text_in(content, "prompt", language),
            **{
                several: [
                    {"id": one["id"], name: text_in(one, name, language)}
                    for one in in_order(content[several], order.get(several))
                ]
                for several, name in named
            },
        }

    def _right(self, content: Content, response: Any) -> list[bool]:
        given = response or {}
        return [given.get(part["id"]) == part[self.key_in] for part in content[self.parts_in]]

    def grade(self, content: Content, response: Any) -> Outcome:
        right = self._right(content, response)
        return outcome(sum(right), len(right) or 1)

    def parts(self, content: Content, response: Any) -> list[Part]:
        return [Part(1, Fraction(int(right))) for right in self._right(content, response)]

    def best(self, content: Content) -> dict[str, str]:
        return {part["id"]: part[self.key_in] for part in content[self.parts_in]}

    def review(self, content: Content, response: Any, language: str) -> dict[str, Any]:
        given = response or {}
        names = {choice["id"]: text_in(choice, self.named_by, language) for choice in content[self.choices_in]}
        rows = [
            {
                "id": part["id"],
                "text": text_in(part, "text", language),
                "yours": names.get(given.get(part["id"], ""), ""),
                "right": names[part[self.key_in]],
                "correct": right,
                "feedback": text_in(part, "feedback", language),
            }
            for part, right in zip(content[self.parts_in], self._right(content, response), strict=True)
        ]
        return {
            "kind": self.name,
            "prompt": text_in(content, "prompt", language),
            "answered": response is not None,
            "yours": [f"{row['text']} → {row['yours']}" for row in rows if row["yours"]],
            "right": [f"{row['text']} → {row['right']}" for row in rows],
            self.parts_in: rows,
            "feedback": text_in(content, "feedback", language),
        }

    def remarks(self, review: dict[str, Any]) -> list[str]:
        return [row["feedback"] for row in review[self.parts_in] if row["yours"] and row["feedback"]]

    def tally(self, content: Content, response: Any) -> list[str]:
        return sorted(f"{part}:{choice}" for part, choice in (response or {}).items()) or [NO_ANSWER]

    def tally_keys(self, content: Content, language: str) -> list[TallyKey]:
        return [
            TallyKey(
                f"{part['id']}:{choice['id']}",
                f"{text_in(part, 'text', language)} → {text_in(choice, self.named_by, language)}",
                choice["id"] == part[self.key_in],
            )
            for part in content[self.parts_in]
            for choice in content[self.choices_in]
        ]

    def guess_score(self, content: Content) -> float | None:
        """Each part gets one of the choices, each as likely as the others (Moodle, `qtype_match`)."""
        choices = content[self.choices_in]
        return 1 / len(choices) if choices else None
