"""Certainty in plain words: what is asked, what it means, and that it never counts."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from assessments.enums import Certainty


@dataclass(frozen=True)
class Choice:
    """A radio button: an empty `value` takes back what was said."""

    value: str
    label: str
    meaning: str
    chosen: bool


def level_words(level: int) -> str:
    return str(Certainty(level).label)


def choices(said: int | None) -> list[Choice]:
    """Nothing, and the three levels with the shares of right answers that they fit (`behaviours.certainty.FITS`)."""
    meanings = {
        Certainty.LOW: _("under 67 %"),
        Certainty.MIDDLE: _("67 to 80 %"),
        Certainty.HIGH: _("over 80 %"),
    }
    levels = [Choice(str(level.value), str(level.label), meanings[level], level == said) for level in Certainty]
    return [Choice("", _("Not stated"), "", said is None), *levels]


def announced() -> str:
    """What one reads before the start."""
    return _(
        "At questions that are scored by themselves, the test asks how sure you are. You need not say it; only you see "
        "it, and it never counts."
    )
