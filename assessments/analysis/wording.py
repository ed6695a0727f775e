"""Names of the figures, what each is, and how it is written."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from assessments.analysis.reasons import number, words

DASH = "–"


class Unit(StrEnum):
    SHARE = "share"  # 0 to 1, written as per cent
    POINTS = "points"  # the same, where it is a distance between two shares
    INDEX = "index"  # -1 to 1, or a plain number; two decimals
    COUNT = "count"


@dataclass(frozen=True)
class Name:
    label: str | Promise
    meaning: str | Promise
    unit: Unit


QUIZ: Mapping[str, Name] = {
    "mean": Name(_("Mean score"), _("The sum of all scores by their number."), Unit.SHARE),
    "median": Name(_("Median score"), _("Half of the attempts scored less than this."), Unit.SHARE),
    "deviation": Name(
        _("Standard deviation"),
        _("How far scores lie from the mean, in percentage points (divisor n − 1)."),
        Unit.POINTS,
    ),
    "skewness": Name(
        _("Skewness"),
        _("Negative: a long tail of low scores. Positive: a long tail of high ones. 0: even."),
        Unit.INDEX,
    ),
    "kurtosis": Name(
        _("Kurtosis"),
        _("0 as in a bell curve; higher: most scores lie close together, with a few far away."),
        Unit.INDEX,
    ),
    "alpha": Name(
        _("Internal consistency (Cronbach’s alpha)"),
        _("Whether the questions measure one thing together: near 100 % they do, near 0 they do not."),
        Unit.SHARE,
    ),
    "error_ratio": Name(
        _("Error ratio"),
        _("How much of the spread of scores is chance and not a difference between people."),
        Unit.SHARE,
    ),
    "standard_error": Name(
        _("Standard error"),
        _("How far a score may lie from what the person can do, in two of three cases (percentage points)."),
        Unit.POINTS,
    ),
}

ITEM: Mapping[str, Name] = {
    "facility": Name(_("Facility"), _("The mean score on this question: how easy it was."), Unit.SHARE),
    "deviation": Name(
        _("Standard deviation"), _("How far scores on it lie from its mean (divisor n − 1)."), Unit.POINTS
    ),
    "guess": Name(_("Guess score"), _("What answers by chance would earn on average."), Unit.SHARE),
    "intended_weight": Name(_("Intended weight"), _("Its weight as a share of the whole test."), Unit.SHARE),
    "effective_weight": Name(
        _("Effective weight"), _("Its part in the spread of the scores: how much it decides in fact."), Unit.SHARE
    ),
    "discrimination": Name(
        _("Discrimination"),
        _("Correlation of the score on it with the score on all other questions: who knows the rest, knows this."),
        Unit.INDEX,
    ),
    "efficiency": Name(
        _("Discriminative efficiency"),
        _("Discrimination as a share of the most that was possible with a question this easy or hard."),
        Unit.SHARE,
    ),
    "point_biserial": Name(
        _("Point-biserial"),
        _(
            "Correlation of “full marks or not” with the score on all other questions (rest-corrected). "
            "Without partial credit it equals the discrimination."
        ),
        Unit.INDEX,
    ),
}

SECTION: Mapping[str, Name] = {
    "facility": Name(_("Facility"), _("The mean score on its questions together."), Unit.SHARE),
    "deviation": Name(_("Standard deviation"), _("How far scores on it lie from its mean."), Unit.POINTS),
    "alpha": Name(
        _("Internal consistency"), _("Whether its questions measure one thing together (Cronbach’s alpha)."), Unit.SHARE
    ),
}

PEOPLE = pgettext_lazy("analysis", "People")


def text(figure: Any, unit: Unit) -> str:
    """A stored figure in the reader's language: `78.3 %`, `0.42`; a dash where there is none."""
    value = number(figure)
    if value is None:
        return DASH
    if unit is Unit.COUNT:
        return number_format(value, 0)
    if unit is Unit.INDEX:
        return _signed(number_format(value, 2))
    return _signed(f"{number_format(100 * value, 1)} %")


def _signed(written: str) -> str:
    """With a minus sign, and without one before zero."""
    digits = written.strip("-% ").replace("0", "").strip(".,")
    return written.replace("-", "−" if digits else "")


@dataclass(frozen=True)
class Shown:
    """A figure ready for a page: `reason` says why it is a dash."""

    name: str
    label: str
    meaning: str
    text: str
    reason: str


def shown(names: Mapping[str, Name], figures: Mapping[str, Any]) -> list[Shown]:
    """All named figures in order."""
    return [
        Shown(key, str(name.label), str(name.meaning), text(figures.get(key), name.unit), words(figures.get(key)))
        for key, name in names.items()
    ]
