"""What kinds that people mark share: a sample answer, and a rubric of criteria with levels."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import blocks

from assessments.kinds.base import (
    Content,
    ItemBlock,
    Kind,
    Outcome,
    explanation_blocks,
    list_values,
    missing_texts,
    outcome,
    parse_id,
    repeated,
    text_in,
    texts,
)

MAX_POINTS = 100


class LevelBlock(blocks.StructBlock):
    """One level of a criterion, from missed to met."""

    text_de = blocks.CharBlock(label=gettext_lazy("Level (German)"), max_length=300)
    text_en = blocks.CharBlock(label=gettext_lazy("Level (English)"), max_length=300)
    points = blocks.IntegerBlock(label=gettext_lazy("Points"), default=0, min_value=0, max_value=MAX_POINTS)

    class Meta:
        form_classname = "struct-block bilingual"
        label = gettext_lazy("Level")
        label_format = "{points}: {text_de}"


class CriterionBlock(blocks.StructBlock):
    """What is looked at. Its list keeps an id for it that editing does not change."""

    name_de = blocks.CharBlock(label=gettext_lazy("Criterion (German)"), max_length=160)
    name_en = blocks.CharBlock(label=gettext_lazy("Criterion (English)"), max_length=160)
    levels = blocks.ListBlock(LevelBlock(), label=gettext_lazy("Levels"), min_num=2, max_num=6)

    class Meta:
        form_classname = "struct-block bilingual"
        label = gettext_lazy("Criterion")
        label_format = "{name_de}"


class ByHandBlock(ItemBlock):
    takes_hints = False
    takes_bands = True

    def __init__(self, local_blocks: Any = None, **kwargs: Any) -> None:
        sample_help = gettext_lazy("What a good answer holds. Markers see it, and the learner in the result.")
        super().__init__(
            [
                *(local_blocks or ()),
                (
                    "sample_de",
                    blocks.TextBlock(
                        label=gettext_lazy("Sample answer (German)"), rows=4, max_length=5000, help_text=sample_help
                    ),
                ),
                (
                    "sample_en",
                    blocks.TextBlock(label=gettext_lazy("Sample answer (English)"), rows=4, max_length=5000),
                ),
                (
                    "rubric",
                    blocks.ListBlock(
                        CriterionBlock(),
                        label=gettext_lazy("Rubric"),
                        min_num=1,
                        max_num=8,
                        help_text=gettext_lazy(
                            "Two to four criteria serve well. Say for each level what the marker sees in the answer, "
                            "so that two markers come to the same points."
                        ),
                    ),
                ),
                *explanation_blocks(required=False),
            ],
            **kwargs,
        )


class ByHandKind(Kind):
    """Graded by people: `grade` returns None until somebody has chosen a level of every criterion."""

    key_fields = frozenset({"points"})
    by_hand = True

    def content(self, raw: Mapping[str, Any]) -> Content:
        return {
            **texts(raw, "prompt", "feedback", "sample"),
            "rubric": [
                {
                    "id": key,
                    **texts(value, "name"),
                    "levels": [
                        {"id": level_key, "points": int(level.get("points") or 0), **texts(level, "text")}
                        for level_key, level in list_values(value.get("levels"))
                    ],
                }
                for key, value in list_values(raw.get("rubric"))
            ],
        }

    def problems(self, content: Content) -> list[str]:
        found = self.common_problems(content)
        found += missing_texts(content, "sample", _("Sample answer"))
        if not content["rubric"]:
            found.append(_("The rubric needs at least one criterion."))
        for number, criterion in enumerate(content["rubric"], 1):
            name = _("Criterion %(number)d") % {"number": number}
            found += missing_texts(criterion, "name", name)
            for place, level in enumerate(criterion["levels"], 1):
                where = _("%(criterion)s, level %(number)d") % {"criterion": name, "number": place}
                found += missing_texts(level, "text", where)
            points = [level["points"] for level in criterion["levels"]]
            if len(points) < 2 or len(set(points)) != len(points):
                found.append(_("%(criterion)s: at least two levels with different points.") % {"criterion": name})
        if any(repeated(criterion[f"name_{language}"] for criterion in content["rubric"]) for language in ("de", "en")):
            found.append(_("Two criteria have the same name."))
        return found

    def option_order(self, content: Content, rng: Any, *, shuffle: bool) -> list[str]:
        return []

    def grade(self, content: Content, response: Any) -> Outcome | None:
        """0 for no answer; everything else is for people to say."""
        return outcome(0, 1) if response is None else None

    def best(self, content: Content) -> None:
        return None

    def awarded(self, content: Content, levels: Mapping[str, Any]) -> Decimal:
        """The score (0 to 1) of a level id for each criterion id. Raises ParseError for a missing or unknown one."""
        reached = possible = 0
        for criterion in content["rubric"]:
            points = {level["id"]: level["points"] for level in criterion["levels"]}
            reached += points[parse_id(levels.get(criterion["id"]), points)]
            possible += max(points.values())
        return outcome(reached, possible or 1).score

    def rubric(self, content: Content, language: str, levels: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """The rubric for people: `name`, `maximum`, `levels` with `text`, `points`, `chosen`."""
        given = levels or {}
        return [
            {
                "id": criterion["id"],
                "name": text_in(criterion, "name", language),
                "maximum": max(level["points"] for level in criterion["levels"]),
                "levels": [
                    {
                        "id": level["id"],
                        "text": text_in(level, "text", language),
                        "points": level["points"],
                        "chosen": given.get(criterion["id"]) == level["id"],
                    }
                    for level in criterion["levels"]
                ],
            }
            for criterion in content["rubric"]
        ]

    def tally(self, content: Content, response: Any) -> list[str]:
        return ["-"] if response is None else ["answered"]
