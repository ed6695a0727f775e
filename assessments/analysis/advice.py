"""What figures mean, in plain words beside each. Thresholds and their sources: `thresholds`."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

from assessments.analysis import thresholds as limit
from assessments.analysis.reasons import number
from assessments.analysis.wording import Unit, text
from assessments.kinds.base import NO_ANSWER, TallyKey


class Level(StrEnum):
    ACT = "act"
    NOTE = "note"
    GOOD = "good"


@dataclass(frozen=True)
class Advice:
    level: Level
    text: str


def act(said: str) -> Advice:
    return Advice(Level.ACT, said)


def note(said: str) -> Advice:
    return Advice(Level.NOTE, said)


def good(said: str) -> Advice:
    return Advice(Level.GOOD, said)


Advised = dict[str, Advice | None]


# --- The test -------------------------------------------------------------------------------------------------------
def quiz_advice(figures: Mapping[str, Any]) -> dict[str, Advice]:
    """By the name of the figure; figures that need no word are left out."""
    found: Advised = {
        "mean": _mean(number(figures.get("mean"))),
        "deviation": _spread(number(figures.get("deviation"))),
        "skewness": _skewness(number(figures.get("skewness"))),
        "kurtosis": _kurtosis(number(figures.get("kurtosis"))),
        "alpha": _alpha(number(figures.get("alpha"))),
        "error_ratio": _error_ratio(number(figures.get("error_ratio"))),
        "standard_error": _standard_error(figures.get("standard_error")),
    }
    return {name: advice for name, advice in found.items() if advice is not None}


def _mean(value: float | None) -> Advice | None:
    if value is None:
        return None
    if value > limit.MEAN_HIGH:
        return note(_("Most people know this. Good for a test that confirms learning; it ranks nobody."))
    if value < limit.MEAN_LOW:
        return act(_("Less than half is right: teach it again, or look for questions that are too hard."))
    return good(_("About right for telling people apart."))


def _spread(value: float | None) -> Advice | None:
    if value is not None and value < limit.SPREAD_LOW:
        return note(_("Scores lie close together, so the other figures of this test say little."))
    return None


def _skewness(value: float | None) -> Advice | None:
    if value is None:
        return None
    if value > limit.SKEW_HIGH:
        return note(_("Most scores are low with a few high ones: the test tells little near the pass mark."))
    if value < limit.SKEW_LOW:
        return note(_("Nearly all do well and a few very badly: it does not tell good from very good."))
    return None


def _kurtosis(value: float | None) -> Advice | None:
    if value is not None and value > limit.KURTOSIS_HIGH:
        return note(
            _("Nearly all scores lie in one place: very good and very weak people are hard to tell from the rest.")
        )
    return None


def _alpha(value: float | None) -> Advice | None:
    if value is None:
        return None
    if value < 0:
        return act(_("The questions contradict each other. Look for a wrong key first."))
    if value < limit.ALPHA_POOR:
        return act(_("Too low to decide about people: add questions, or mend those that do not tell people apart."))
    if value < limit.ALPHA_GOOD:
        return note(_("Usable. Some more questions of this kind would make it reliable."))
    return good(_("The questions measure one thing together."))


def _error_ratio(value: float | None) -> Advice | None:
    if value is not None and value > limit.ERROR_RATIO_HIGH:
        return note(_("More than half of the difference between scores is chance."))
    return None


def _standard_error(figure: Any) -> Advice | None:
    if number(figure) is None:
        return None
    return note(
        _("Whoever lies within %(points)s of the pass mark may pass or fail by chance.")
        % {"points": text(figure, Unit.POINTS)}
    )


# --- A question -----------------------------------------------------------------------------------------------------
def item_advice(figures: Mapping[str, Any], people: int) -> dict[str, Advice]:
    """By the name of the figure; figures that need no word are left out."""
    found: Advised = {
        "facility": _facility(figures, people),
        "guess": _guess(number(figures.get("guess"))),
        "effective_weight": _weight(figures),
        "discrimination": _discrimination(figures, people),
        "efficiency": _efficiency(figures),
    }
    return {name: advice for name, advice in found.items() if advice is not None}


def no_better_than_chance(figures: Mapping[str, Any], people: int) -> bool:
    """Whether the facility is near the guess score, and not above it by more than chance explains.

    One-sided, 95 %, normal approximation with the deviation of the scores (divisor n - 1).
    """
    facility, guess, deviation = (number(figures.get(name)) for name in ("facility", "guess", "deviation"))
    if facility is None or guess is None or deviation is None or not people:
        return False
    near = facility <= guess + limit.GUESS_NEAR
    return near and facility - limit.ONE_SIDED * deviation / math.sqrt(people) <= guess


def _facility(figures: Mapping[str, Any], people: int) -> Advice | None:
    value = number(figures.get("facility"))
    if value is None:
        return None
    if value >= limit.EXTREMELY_EASY:
        return note(_("Too easy to tell people apart. Keep it as a check, or offer better wrong answers."))
    if value <= limit.EXTREMELY_HARD:
        return act(_("Almost nobody gets it right: is the key right, and is it taught?"))
    if no_better_than_chance(figures, people):
        return act(_("No better than guessing: it is not taught, cannot be understood, or has a wrong key."))
    if value <= limit.VERY_HARD:
        return act(_("Very hard: look at the wording and at the lesson."))
    return None


def _guess(value: float | None) -> Advice | None:
    if value is not None and value > limit.GUESS_HIGH:
        return note(_("Guessing earns a lot here: use few of these, or offer more answers."))
    return None


def _weight(figures: Mapping[str, Any]) -> Advice | None:
    intended, effective = number(figures.get("intended_weight")), number(figures.get("effective_weight"))
    if not intended or effective is None:
        return None
    if effective > limit.WEIGHT_APART * intended:
        return note(_("It decides much more than you gave it weight for."))
    if effective * limit.WEIGHT_APART < intended:
        return note(_("It decides much less than you gave it weight for."))
    return None


def _discrimination(figures: Mapping[str, Any], people: int) -> Advice | None:
    value, efficiency = number(figures.get("discrimination")), number(figures.get("efficiency"))
    if value is None:
        return None
    if value < 0:
        said = _("People who know the rest get this wrong: check the key and the wording.")
        return act(said) if people >= limit.FEW_FOR_CORRELATION else note(f"{said} {_few(people)}")
    if value < limit.DISCRIMINATION_WEAK and (efficiency is None or efficiency < limit.EFFICIENCY_LOW):
        said = _("Hardly tells people apart who know the rest from those who do not.")
        return note(said if people >= limit.FEW_FOR_CORRELATION else f"{said} {_few(people)}")
    if value >= limit.DISCRIMINATION_GOOD:
        return good(_("Tells people apart very well."))
    return None


def _few(people: int) -> str:
    return _("With %(people)d people this can be chance.") % {"people": people}


def _efficiency(figures: Mapping[str, Any]) -> Advice | None:
    value, discrimination = number(figures.get("efficiency")), number(figures.get("discrimination"))
    if value is None or discrimination is None:
        return None
    if 0 <= discrimination < limit.DISCRIMINATION_WEAK and value >= limit.EFFICIENCY_LOW:
        return note(_("It discriminates as well as a question this easy or hard can."))
    return None


# --- Options --------------------------------------------------------------------------------------------------------
def option_advice(options: Mapping[str, Any], named: Sequence[TallyKey]) -> dict[str, Advice]:
    """By key. `named` are the keys that the kind knows, with their labels."""
    counted = {one["key"]: one for one in options.get("keys", ())}
    answers = int(options.get("answers") or 0)
    if not answers:
        return {}
    found: Advised = {key: _doubt(one, counted, named) for key, one in counted.items()}
    for one in named:
        if one.right is False and found.get(one.key) is None:
            found[one.key] = _distractor(one, int(counted.get(one.key, {}).get("count", 0)), answers)
    empty = int(counted.get(NO_ANSWER, {}).get("count", 0))
    if empty > limit.EMPTY_HIGH * answers:
        found[NO_ANSWER] = note(_("Many leave it empty: is it clear what to do, and is there time enough?"))
    return {key: advice for key, advice in found.items() if advice is not None}


def doubted_keys(options: Mapping[str, Any], named: Sequence[TallyKey]) -> list[str]:
    """Wrong options that those prefer who know the rest, more than any right one: the key may be wrong."""
    counted = {one["key"]: number(one["correlation"]) for one in options.get("keys", ())}
    right = [counted.get(one.key) for one in named if one.right]
    best = max((value for value in right if value is not None), default=None)
    return [
        one.key
        for one in named
        if one.right is False
        and (value := counted.get(one.key)) is not None
        and value >= limit.KEY_DOUBT
        and (best is None or value > best)
    ]


def _doubt(one: Mapping[str, Any], counted: Mapping[str, Any], named: Sequence[TallyKey]) -> Advice | None:
    if one["key"] not in doubted_keys({"keys": list(counted.values())}, named):
        return None
    label = next(each.label for each in named if each.key == one["key"])
    return act(_("The best learners choose “%(answer)s”: is the key right?") % {"answer": label})


def _distractor(one: TallyKey, count: int, answers: int) -> Advice | None:
    if not count:
        return note(_("Nobody chooses “%(answer)s”: replace it by a mistake that people make.") % {"answer": one.label})
    if count < limit.DISTRACTOR_RARE * answers:
        return note(_("Hardly anybody chooses “%(answer)s”.") % {"answer": one.label})
    return None


# --- Flags for lists ------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Flags:
    too_easy: bool
    too_hard: bool
    suspicious: bool


def flags(figures: Mapping[str, Any], people: int, named: Sequence[TallyKey]) -> Flags:
    """What lists and filters show. Suspicious: a doubted key, or a negative discrimination that is hardly chance."""
    facility = number(figures.get("facility"))
    discrimination = number(figures.get("discrimination"))
    negative = discrimination is not None and people > 2 and discrimination < -limit.ONE_SIDED / math.sqrt(people - 1)
    return Flags(
        too_easy=facility is not None and facility >= limit.EXTREMELY_EASY,
        too_hard=facility is not None and (facility <= limit.VERY_HARD or no_better_than_chance(figures, people)),
        suspicious=negative or bool(doubted_keys(figures.get("options") or {}, named)),
    )


def worst_first(advices: Sequence[Advice]) -> list[Advice]:
    """For a list of questions: what asks for an act, then notes; praise is left out."""
    order = [Level.ACT, Level.NOTE]
    return sorted((one for one in advices if one.level in order), key=lambda one: order.index(one.level))
