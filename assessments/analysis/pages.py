"""Rows for pages and files: stored figures with the words of the frozen content beside them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.formats import number_format

from assessments.analysis.advice import Advice, doubted_keys, item_advice, option_advice, worst_first
from assessments.analysis.reasons import number, words
from assessments.analysis.wording import SECTION, Shown, Unit, shown, text
from assessments.kinds import kinds
from assessments.kinds.base import NO_ANSWER, TallyKey, text_in
from assessments.models import ItemAnalysis, ItemVersion


def named_keys(version: ItemVersion, language: str) -> list[TallyKey]:
    """What can be answered, with words; empty for a kind whose folder was taken away."""
    kind = kinds().get(version.kind)
    return kind.tally_keys(version.content, language) if kind is not None else []


@dataclass(frozen=True)
class QuestionRow:
    """A question in the table of a test. `number` counts from 1 and is the same in table, chart and file."""

    number: int
    row: ItemAnalysis
    title: str
    prompt: str
    kind: str
    named: list[TallyKey]
    key_doubts: list[Advice]

    @property
    def advice(self) -> list[Advice]:
        """What asks for an act first; at most three sentences, the rest stands on the question's own page."""
        found = worst_first(list(item_advice(self.row.figures, self.row.people).values()))
        return [*self.key_doubts, *found][:3]

    def shown(self, name: str, unit: Unit) -> str:
        return text(self.row.figures.get(name), unit)

    @property
    def facility(self) -> str:
        return self.shown("facility", Unit.SHARE)

    @property
    def discrimination(self) -> str:
        return self.shown("discrimination", Unit.INDEX)

    @property
    def efficiency(self) -> str:
        return self.shown("efficiency", Unit.SHARE)

    @property
    def intended_weight(self) -> str:
        return self.shown("intended_weight", Unit.SHARE)

    @property
    def effective_weight(self) -> str:
        return self.shown("effective_weight", Unit.SHARE)


def question_rows(items: Sequence[ItemAnalysis], language: str) -> list[QuestionRow]:
    """All questions in the order given."""
    found = []
    for place, row in enumerate(items, 1):
        version = row.item_version
        kind = kinds().get(version.kind)
        named = named_keys(version, language)
        options = row.figures.get("options") or {}
        doubted = set(doubted_keys(options, named))
        said = option_advice(options, named) if doubted else {}
        found.append(
            QuestionRow(
                number=place,
                row=row,
                title=version.item.title if version.item else str(version),
                prompt=text_in(version.content, "prompt", language),
                kind=str(kind.label) if kind is not None else version.kind,
                named=named,
                key_doubts=[advice for key, advice in said.items() if key in doubted],
            )
        )
    return found


@dataclass(frozen=True)
class SectionRow:
    """A section in the table of a test. `people` is 0 where its figures are not shown."""

    heading: str
    people: int
    questions: float | None
    figures: list[Shown]

    @property
    def asked(self) -> str:
        """Questions that an attempt has of it; a mean where attempts differ."""
        if self.questions is None:
            return ""
        return number_format(self.questions, 0 if self.questions.is_integer() else 1)


def section_rows(result: Mapping[str, Any], language: str) -> list[SectionRow]:
    """The sections of a stored result, in the order of the test."""
    return [
        SectionRow(text_in(one, "heading", language), one["people"], number(one.get("questions")), shown(SECTION, one))
        for one in result.get("sections", ())
    ]


@dataclass(frozen=True)
class OptionRow:
    """An answer with what was counted. `share` is that of the answers that are kept, 0 to 1."""

    key: str
    label: str
    right: bool | None
    count: int
    share: float
    mean: Any
    correlation: Any
    earlier: int | None

    @property
    def percent(self) -> str:
        return text(self.share, Unit.SHARE)

    @property
    def width(self) -> str:
        """Of the bar, in per cent; a decimal point in every language."""
        return f"{100 * self.share:.1f}"

    @property
    def mean_text(self) -> str:
        return text(self.mean, Unit.SHARE)

    @property
    def correlation_text(self) -> str:
        return text(self.correlation, Unit.INDEX)

    @property
    def reason(self) -> str:
        return words(self.correlation)


SHOWN_UNNAMED = 20  # of what is counted without a name, the most frequent


def option_rows(
    row: ItemAnalysis, named: Sequence[TallyKey], language: str, *, earlier: dict[str, int] | None = None
) -> list[OptionRow]:
    """What can be answered, in the order of authoring, then what else was counted, and last no answer.

    `earlier` holds what is left of answers that were deleted in time, by key. Empty when the choices may not be shown.
    """
    options = row.figures.get("options") or {}
    answers = int(options.get("answers") or 0)
    if not answers:
        return []
    counted = {one["key"]: one for one in options["keys"]}
    order = [one.key for one in named]
    other = sorted(set(counted) - {*order, NO_ANSWER}, key=lambda key: (-counted[key]["count"], key))
    missing = [NO_ANSWER] if NO_ANSWER in counted else []
    right = {one.key: one.right for one in named}
    labels = {one.key: one.label for one in named}
    kind = kinds().get(row.item_version.kind)
    found = []
    for key in [*order, *other[:SHOWN_UNNAMED], *missing]:
        one = counted.get(key, {"count": 0, "mean": None, "correlation": None})
        label = labels.get(key) or (kind.tally_label(row.item_version.content, key, language) if kind else key)
        found.append(
            OptionRow(
                key=key,
                label=label,
                right=right.get(key),
                count=int(one["count"]),
                share=int(one["count"]) / answers,
                mean=one["mean"],
                correlation=one["correlation"],
                earlier=None if earlier is None else int(earlier.get(key, 0)),
            )
        )
    return found


def dots(questions: Sequence[QuestionRow]) -> list[tuple[int, float, float, bool]]:
    """Number, facility, discrimination and suspicion of every question that has both figures, for the chart."""
    return [
        (one.number, facility, discrimination, one.row.suspicious)
        for one in questions
        if (facility := number(one.row.figures.get("facility"))) is not None
        and (discrimination := number(one.row.figures.get("discrimination"))) is not None
    ]
