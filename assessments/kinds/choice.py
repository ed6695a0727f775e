"""What kinds share that offer answers to choose from: options with text, feedback and a mark for the right ones."""

import random
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import blocks
from wagtail.images.blocks import ImageChooserBlock

from assessments.kinds.base import (
    LANGUAGE_NAMES,
    LANGUAGES,
    Content,
    ItemBlock,
    Kind,
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
from assessments.kinds.media import picture_in

# A right answer stands out when it is so many times as long as the next one, and by at least so many characters.
LONGEST = 1.3
LONGER = 15


class OptionBlock(blocks.StructBlock):
    """An answer with its feedback. Its list keeps an id for it that editing does not change."""

    correct = blocks.BooleanBlock(label=gettext_lazy("This is a right answer"), required=False)
    text_de = blocks.TextBlock(label=gettext_lazy("Answer (German)"), rows=2, max_length=600)
    text_en = blocks.TextBlock(label=gettext_lazy("Answer (English)"), rows=2, max_length=600)
    feedback_de = blocks.TextBlock(
        label=gettext_lazy("Feedback (German)"),
        rows=2,
        max_length=1000,
        help_text=gettext_lazy("Why this answer is right, or what it misses. This is where people learn."),
    )
    feedback_en = blocks.TextBlock(label=gettext_lazy("Feedback (English)"), rows=2, max_length=1000)

    class Meta:
        form_classname = "struct-block bilingual"
        label = gettext_lazy("Answer")
        icon = "list-ul"
        label_format = "{text_de}"


class PicturedOptionBlock(OptionBlock):
    """An answer that may have a picture beside its text."""

    image = ImageChooserBlock(label=gettext_lazy("Picture"), required=False)
    alt_de = blocks.CharBlock(
        label=gettext_lazy("Alternative text (German)"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("What the picture shows beyond the text of the answer."),
    )
    alt_en = blocks.CharBlock(label=gettext_lazy("Alternative text (English)"), max_length=300, required=False)


class ChoiceBlock(ItemBlock):
    options = blocks.ListBlock(
        PicturedOptionBlock(),
        label=gettext_lazy("Answers"),
        min_num=2,
        max_num=10,
        help_text=gettext_lazy("Three answers serve well. The right one should not be the longest."),
    )

    def __init__(self, local_blocks: Any = None, **kwargs: Any) -> None:
        super().__init__([*(local_blocks or ()), *explanation_blocks(required=False)], **kwargs)


def _option_name(number: int) -> str:
    return _("Answer %(number)d") % {"number": number}


def _picture(value: Mapping[str, Any]) -> dict[str, Any]:
    return {"picture": {"image": {"id": value["image"]}, **texts(value, "alt")}} if value.get("image") else {}


def review_of_options(content: Content, response: Any, options: list[dict[str, Any]], language: str) -> dict[str, Any]:
    """What a review shows of options, each with `text`, `chosen`, `correct` and `feedback`."""
    return {
        "prompt": text_in(content, "prompt", language),
        "answered": response is not None,
        "yours": [option["text"] for option in options if option["chosen"]],
        "right": [option["text"] for option in options if option["correct"]],
        "options": options,
        "feedback": text_in(content, "feedback", language),
    }


def remarks_on_options(review: dict[str, Any]) -> list[str]:
    return [option["feedback"] for option in review["options"] if option["chosen"] and option["feedback"]]


class ChoiceKind(Kind):
    key_fields = frozenset({"correct"})

    def content(self, raw: Mapping[str, Any]) -> Content:
        return {
            **texts(raw, "prompt", "feedback"),
            "options": [
                {
                    "id": key,
                    "correct": bool(value.get("correct")),
                    **texts(value, "text", "feedback"),
                    **_picture(value),
                }
                for key, value in list_values(raw.get("options"))
            ],
        }

    def problems(self, content: Content) -> list[str]:
        found = self.common_problems(content)
        options = content["options"]
        if len(options) < 2:
            found.append(_("At least two answers are needed."))
        for number, option in enumerate(options, 1):
            found += missing_texts(option, "text", _option_name(number))
            if option.get("picture"):
                place = _("Alternative text of %(answer)s") % {"answer": _option_name(number)}
                found += missing_texts(option["picture"], "alt", place)
            found += missing_texts(option, "feedback", _("Feedback on %(answer)s") % {"answer": _option_name(number)})
        if any(repeated(option[f"text_{language}"] for option in options) for language in ("de", "en")):
            found.append(_("Two answers have the same text."))
        return found

    def weaknesses(self, content: Content) -> list[str]:
        """A right answer that is the longest by far: people who know nothing choose it.

        "Keep the length of choices about equal" (guideline 24 of Haladyna, Downing and Rodriguez, "A Review of
        Multiple-Choice Item-Writing Guidelines", Applied Measurement in Education 15, 2002); the factor is ours.
        """
        options = content["options"]
        if len(options) < 3 or sum(option["correct"] for option in options) != 1:
            return []
        return [
            _("The right answer is the longest by far (%(language)s): it gives itself away.")
            % {"language": LANGUAGE_NAMES[language]}
            for language in LANGUAGES
            if self._stands_out(options, f"text_{language}")
        ]

    def _stands_out(self, options: list[dict[str, Any]], name: str) -> bool:
        right = next(len(option[name]) for option in options if option["correct"])
        longest = max(len(option[name]) for option in options if not option["correct"])
        return longest > 0 and right >= LONGEST * longest and right - longest >= LONGER

    def key_place(self, content: Content) -> int | None:
        right = [place for place, option in enumerate(content["options"], 1) if option["correct"]]
        return right[0] if len(right) == 1 else None

    def option_order(self, content: Content, rng: random.Random, *, shuffle: bool) -> list[str]:
        ids = [option["id"] for option in content["options"]]
        return shuffled(ids, rng) if shuffle else ids

    def public(self, content: Content, language: str, option_order: Any) -> dict[str, Any]:
        return {
            "kind": self.name,
            "prompt": text_in(content, "prompt", language),
            "options": [
                {"id": option["id"], "text": text_in(option, "text", language), **picture_in(option, language)}
                for option in in_order(content["options"], option_order)
            ],
        }

    def chosen(self, response: Any) -> frozenset[str]:
        """Ids of the chosen options."""
        return frozenset(response or ()) if isinstance(response, list) else frozenset({response} - {None})

    def review(self, content: Content, response: Any, language: str) -> dict[str, Any]:
        chosen = self.chosen(response)
        options = [
            {
                "id": option["id"],
                "text": text_in(option, "text", language),
                "chosen": option["id"] in chosen,
                "correct": option["correct"],
                "feedback": text_in(option, "feedback", language),
                **picture_in(option, language),
            }
            for option in content["options"]
        ]
        return {"kind": self.name, **review_of_options(content, response, options, language)}

    def remarks(self, review: dict[str, Any]) -> list[str]:
        return remarks_on_options(review)

    def tally(self, content: Content, response: Any) -> list[str]:
        return sorted(self.chosen(response)) or ["-"]

    def tally_keys(self, content: Content, language: str) -> list[TallyKey]:
        return [
            TallyKey(option["id"], text_in(option, "text", language), option["correct"])
            for option in content["options"]
        ]
