"""What matching, sorting into groups and scales share: one choice for each of several parts."""

from typing import Any, ClassVar

from django.http import QueryDict

from assessments.enums import AnswerState
from assessments.kinds.base import Content, Kind, ParseError, parse_id


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
