"""A figure is a number, or the reason why there is none."""

from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Reason(StrEnum):
    """Stands where a number would have no meaning; stored as it is, shown as a dash with these words."""

    FEW = "few"
    NO_SPREAD = "no_spread"
    NO_OTHERS = "no_others"
    ONE_ITEM = "one_item"
    NEGATIVE = "negative"
    NO_WEIGHT = "no_weight"
    NO_CHANCE = "no_chance"
    NO_ANSWERS = "no_answers"
    SPARSE = "sparse"


Figure = float | Reason

WORDS: dict[Reason, str | Promise] = {
    Reason.FEW: _("Too few people: figures are shown from five people up."),
    Reason.NO_SPREAD: _("Everybody scored the same, so nothing can be told apart."),
    Reason.NO_OTHERS: _("No other question of the test counts, so there is nothing to compare with."),
    Reason.ONE_ITEM: _("This needs at least two questions that count."),
    Reason.NEGATIVE: _("People who do well in the test lose points here, so it has no weight of its own."),
    Reason.NO_WEIGHT: _("Nothing in this test counts."),
    Reason.NO_CHANCE: _("Chance has no definite score for this kind of question."),
    Reason.NO_ANSWERS: _("The answers have been deleted in time; scores are kept, choices are not."),
    Reason.SPARSE: _("Too few people had the same questions."),
}


def number(figure: Any) -> float | None:
    """The number of a figure as it is stored; None where a reason stands in its place."""
    return float(figure) if isinstance(figure, int | float) and not isinstance(figure, bool) else None


def words(figure: Any) -> str:
    """Why a stored figure is no number; empty when it is one."""
    try:
        return str(WORDS[Reason(figure)])
    except ValueError:
        return ""
