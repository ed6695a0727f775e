"""Certainty-based marking: Moodle's scheme and formulas after Gardner-Medwin. Here it never counts.

Sources: Moodle docs “Using certainty-based marking”; `question_cbm` in `question/engine/bank.php` and
`qbehaviour_deferredcbm_type::summarise_usage` and `calculate_bonus` (Moodle 4.5); A. R. Gardner-Medwin,
“Certainty-Based Marking” (www.tmedwin.net/cbm). The marks are such that it pays to be honest: C=2 is best from two
thirds on, C=3 from four fifths on.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

LEVELS = (1, 2, 3)  # C=1 stands for “no idea” as well
RIGHT = {1: 1, 2: 2, 3: 3}
WRONG = {1: 0, 2: -2, 3: -6}
# Which share of right answers a level fits: where the lines of expected marks cross.
FITS = {1: (0.0, 2 / 3), 2: (2 / 3, 0.8), 3: (0.8, 1.0)}
NEARLY = 5e-7  # Moodle's tolerance for “equal”
CLEARLY = 0.5  # squared distance × answers: Moodle's rough sign of significance (t > 1.5 to 1.8)
BONUS = 0.1  # found from many results: it about maximises the reliability of accuracy + bonus (IUPS 2013)


class Judgement(StrEnum):
    OVER = "over"
    SLIGHTLY_OVER = "slightly_over"
    FITS = "fits"
    SLIGHTLY_UNDER = "slightly_under"
    UNDER = "under"


@dataclass(frozen=True)
class Said:
    """An answer with its certainty. `score` is 0 to 1; `level` None: not answered, or nothing said of it."""

    score: float
    level: int | None
    weight: float = 1.0


@dataclass(frozen=True)
class Level:
    """What came of the answers at one level: how many, how many of them all right, and the share that was right, with
    partly right ones in part (None: no answers).
    """

    level: int
    answers: int
    right: int
    accuracy: float | None
    judgement: Judgement | None

    @property
    def fits(self) -> tuple[float, float]:
        return FITS[self.level]


@dataclass(frozen=True)
class Calibration:
    """`average` is the mean mark (-6 to 3), `accuracy` the plain score (0 to 1); see `bonus_of`."""

    answers: int
    average: float
    accuracy: float
    bonus: float
    levels: tuple[Level, ...]

    @property
    def accuracy_and_bonus(self) -> float:
        return self.accuracy + self.bonus


def mark(score: float, level: int) -> float:
    """Mark of one answer: right 1, 2, 3; wrong 0, -2, -6; partly right its share of the mark for right.

    Moodle, `question_cbm::adjust_fraction`: a partly right answer is never punished, a score below 0 is wrong.
    """
    return float(WRONG[level]) if score <= NEARLY else score * RIGHT[level]


def bonus_of(average: float, accuracy: float) -> float:
    """CB bonus: a tenth of what the mean mark lies above the best that one level for all answers would have earned.

    Moodle, `calculate_bonus`. Positive: the levels were told apart well. Negative: worse than saying always the same.
    """
    same = max(accuracy * RIGHT[level] + (1 - accuracy) * WRONG[level] for level in LEVELS)
    return BONUS * (average - same)


def judged(level: int, accuracy: float, answers: int) -> Judgement:
    """Whether a level fits what came of it. Few answers say little: then at most “slightly”."""
    low, high = FITS[level]
    if accuracy < low - NEARLY:
        return Judgement.OVER if (accuracy - low) ** 2 * answers > CLEARLY else Judgement.SLIGHTLY_OVER
    if accuracy > high + NEARLY:
        return Judgement.UNDER if (accuracy - high) ** 2 * answers > CLEARLY else Judgement.SLIGHTLY_UNDER
    return Judgement.FITS


def calibrated(answers: Iterable[Said]) -> Calibration | None:
    """Averages over the answers that carry a level, and the judgement of each level. None: there are none."""
    said = [one for one in answers if one.level is not None and one.weight > 0]
    if not said:
        return None
    weight = sum(one.weight for one in said)
    accuracy = sum(one.score * one.weight for one in said) / weight
    average = sum(mark(one.score, one.level) * one.weight for one in said if one.level is not None) / weight
    return Calibration(
        answers=len(said),
        average=average,
        accuracy=accuracy,
        bonus=bonus_of(average, accuracy),
        levels=tuple(_level(level, [one for one in said if one.level == level]) for level in LEVELS),
    )


def _level(level: int, said: Sequence[Said]) -> Level:
    if not said:
        return Level(level, 0, 0, None, None)
    accuracy = sum(one.score * one.weight for one in said) / sum(one.weight for one in said)
    right = sum(one.score > 1 - NEARLY for one in said)
    return Level(level, len(said), right, accuracy, judged(level, accuracy, len(said)))
