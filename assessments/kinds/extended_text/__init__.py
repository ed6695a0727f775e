"""Extended text: a text of one's own, marked by people with a rubric."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail import blocks

from assessments.enums import AnswerState
from assessments.kinds.base import Content, ParseError, text_in
from assessments.kinds.by_hand import ByHandBlock, ByHandKind

MAX_LENGTH = 12_000  # letters; four bytes each still fit into one saved answer


class ExtendedTextBlock(ByHandBlock):
    kind_name = "extended_text"

    min_words = blocks.IntegerBlock(
        label=gettext_lazy("At least (words)"), default=0, min_value=0, max_value=1500, required=False
    )
    max_words = blocks.IntegerBlock(
        label=gettext_lazy("At most (words)"),
        default=0,
        min_value=0,
        max_value=1500,
        required=False,
        help_text=gettext_lazy("0 means: no limit. The learner sees the number; a longer text is still taken."),
    )


def words(text: str) -> int:
    return len(text.split())


class ExtendedText(ByHandKind):
    """Response: the text as written, line breaks kept."""

    name = "extended_text"
    label = gettext_lazy("Text, marked by hand")
    description = gettext_lazy("A text of one's own, such as a mail to a buyer. People mark it with a rubric.")
    icon = "doc-full"
    rank = 120
    shape = "text"
    block_class: ClassVar = ExtendedTextBlock

    def content(self, raw: Mapping[str, Any]) -> Content:
        limits = {name: int(raw.get(name) or 0) for name in ("min_words", "max_words")}
        return {**super().content(raw), **limits}

    def problems(self, content: Content) -> list[str]:
        found = super().problems(content)
        if 0 < content["max_words"] < content["min_words"]:
            found.append(_("“At most” is smaller than “at least”."))
        return found

    def public(self, content: Content, language: str, option_order: Any) -> dict[str, Any]:
        return {
            "kind": self.name,
            "prompt": text_in(content, "prompt", language),
            "wanted": self._wanted(content),
            "max_length": MAX_LENGTH,
        }

    def _wanted(self, content: Content) -> str:
        least, most = content["min_words"], content["max_words"]
        if least and most:
            return _("%(least)d to %(most)d words") % {"least": least, "most": most}
        if least:
            return _("At least %(least)d words") % {"least": least}
        return _("At most %(most)d words") % {"most": most} if most else ""

    def parse(self, content: Content, raw: object) -> str | None:
        if raw is None:
            return None
        if not isinstance(raw, str) or len(raw) > MAX_LENGTH:
            raise ParseError("not a text, or too long")
        text = raw.replace("\r\n", "\n").replace("\r", "\n").strip()
        if any(not letter.isprintable() and letter not in "\n\t" and not letter.isspace() for letter in text):
            raise ParseError("control characters")
        return text or None

    def read_form(self, content: Content, form: QueryDict, current: Any) -> object:
        return form.get("answer")

    def answer_state(self, content: Content, response: Any) -> AnswerState:
        if response is None:
            return AnswerState.EMPTY
        return AnswerState.PARTIAL if words(str(response)) < content["min_words"] else AnswerState.ANSWERED

    def hint(self, content: Content, response: Any) -> str:
        if response is None:
            return ""
        count = words(str(response))
        told = ngettext("%(count)d word", "%(count)d words", count) % {"count": count}
        wanted = self._wanted(content)
        return f"{told} · {wanted}" if wanted else told

    def review(self, content: Content, response: Any, language: str) -> dict[str, Any]:
        sample = text_in(content, "sample", language)
        return {
            "kind": self.name,
            "prompt": text_in(content, "prompt", language),
            "answered": response is not None,
            "yours": [] if response is None else [str(response)],
            "right": [sample] if sample else [],
            "feedback": text_in(content, "feedback", language),
        }


KIND = ExtendedText()
