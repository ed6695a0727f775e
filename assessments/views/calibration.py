"""The private view of one's certainty, ready to print: words, figures, and places in its chart."""

from dataclasses import dataclass

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.behaviours.certainty import RIGHT, WRONG, Calibration, Judgement, Level
from assessments.certainty_words import level_words
from assessments.enums import Certainty

FEW = 10  # answers; below that the figures say little
CLEAR_BONUS = 0.005
# The chart, in its own units: names at the left, the shares 0 to 100 % from LEFT on.
LEFT, WIDTH, TOP, STEP = 80, 260, 8, 40


@dataclass(frozen=True)
class LevelRow:
    """One level: a row of the table and of the chart. `point` is empty without answers."""

    name: str
    answers: int
    right_words: str
    share: str
    fits: str
    words: str
    icon: str
    mark_right: str
    mark_wrong: str
    y: int
    band_x: str
    band_width: str
    point: str


@dataclass(frozen=True)
class CalibrationScreen:
    rows: list[LevelRow]
    advice: list[str]
    answers_line: str
    accuracy: str
    average: str
    bonus: str
    accuracy_and_bonus: str


def signed(value: float) -> str:
    """A mark or bonus with its sign, in the reader's notation: `+3`, `−6`, `+1.5`, `0`."""
    sign = "+" if value > 0 else "−"
    short = _short(abs(value), 2)
    return "0" if short == "0" else f"{sign}{short}"


def _short(value: float, places: int) -> str:
    """Without needless zeros."""
    rounded = round(value, places)
    return str(formats.number_format(int(rounded) if rounded == int(rounded) else rounded))


def percent(share: float) -> str:
    return f"{round(share * 100)} %"


def _judgement(judgement: Judgement | None) -> tuple[str, str]:
    """Words and icon."""
    if judgement is None:
        return _("not used"), "minus"
    return {
        Judgement.OVER: (_("too sure"), "trending-down"),
        Judgement.SLIGHTLY_OVER: (_("a little too sure"), "trending-down"),
        Judgement.FITS: (_("fits"), "circle-check"),
        Judgement.SLIGHTLY_UNDER: (_("a little too unsure"), "trending-up"),
        Judgement.UNDER: (_("too unsure"), "trending-up"),
    }[judgement]


def _row(one: Level) -> LevelRow:
    low, high = one.fits
    words, icon = _judgement(one.judgement)
    return LevelRow(
        name=level_words(one.level),
        answers=one.answers,
        right_words=_("%(right)d of %(answers)d") % {"right": one.right, "answers": one.answers},
        share="–" if one.accuracy is None else percent(one.accuracy),
        fits=_("%(low)d to %(high)d %%") % {"low": round(low * 100), "high": round(high * 100)},
        words=words,
        icon=icon,
        mark_right=signed(RIGHT[one.level]),
        mark_wrong=signed(WRONG[one.level]),
        y=TOP + STEP * (one.level - 1),
        band_x=f"{LEFT + low * WIDTH:.1f}",
        band_width=f"{(high - low) * WIDTH:.1f}",
        point="" if one.accuracy is None else f"{LEFT + one.accuracy * WIDTH:.1f}",
    )


def advice(found: Calibration) -> list[str]:
    """What to make of it, in plain words."""
    over, under = {Judgement.OVER, Judgement.SLIGHTLY_OVER}, {Judgement.UNDER, Judgement.SLIGHTLY_UNDER}
    judged = {Certainty(one.level): one.judgement for one in found.levels}
    told = []
    if judged[Certainty.HIGH] in over:
        told.append(
            _(
                "Where you were very sure, you were right less often than that. Ask yourself first what could speak "
                "against your answer."
            )
        )
    if judged[Certainty.MIDDLE] in over:
        told.append(
            _("Where you said “middle”, less than two thirds were right. Read that again, and say “low” until then.")
        )
    if judged[Certainty.MIDDLE] in under:
        told.append(_("Where you said “middle”, you were nearly always right. You can trust yourself more there."))
    if judged[Certainty.LOW] in under:
        told.append(_("Where you said “low”, you were right more often than that. You know more than you think."))
    if not told:  # then the bonus is not negative: each level is the best one where it fits
        told.append(_("Your certainty fits what you know."))
    if found.bonus > CLEAR_BONUS:
        told.append(_("You can tell what you know from what you only guess. That is worth a bonus."))
    if found.answers < FEW:
        told.append(_("These are few answers, so take it as a first hint."))
    return told


def calibration_screen(found: Calibration) -> CalibrationScreen:
    line = ngettext(
        "You said of %(count)d answer how sure you were.",
        "You said of %(count)d answers how sure you were.",
        found.answers,
    )
    return CalibrationScreen(
        rows=[_row(one) for one in found.levels],
        advice=advice(found),
        answers_line=line % {"count": found.answers},
        accuracy=percent(found.accuracy),
        average=signed(found.average),
        bonus=f"{signed(round(found.bonus * 100, 1))} %",
        accuracy_and_bonus=f"{signed(round(found.accuracy_and_bonus * 100, 1)).removeprefix('+')} %",
    )
