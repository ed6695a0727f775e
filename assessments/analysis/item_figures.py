"""The figures of each question, and of each thing that can be answered to it."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from assessments.analysis import formulas
from assessments.analysis.columns import CENT, FULL, NO_CODE, Codes, Columns, Floats, Integers, Small
from assessments.analysis.quiz_figures import marks, scores
from assessments.analysis.reasons import Figure, Reason
from enablement.core.disclosure import MINIMUM_GROUP

Guess = Callable[[int], float | None]


class _Item:
    """The rows of one item version: scores, and the score on the other questions of the same attempt."""

    def __init__(self, columns: Columns, rows: Integers, points: Integers, totals: tuple[Integers, Integers]) -> None:
        self.attempt = columns.attempt[rows]
        self.person = columns.people[self.attempt]
        self.score: Floats = columns.score[rows] / FULL
        self.weight = columns.weight[rows]
        self.code: Small = columns.code[rows]
        self.whole_weight = totals[1][self.attempt]
        others = self.whole_weight - self.weight
        of_others = totals[0][self.attempt] - points[rows]
        self.compared = others > 0
        self.rest: Floats = np.divide(of_others, others * FULL, out=np.zeros(others.size), where=self.compared)
        self._one_each = columns.one_each
        self.people = self.count(self.person)

    def count(self, persons: Integers) -> int:
        """How many different people these are."""
        return int(persons.size if self._one_each else np.unique(persons).size)

    def with_rest(self, figure: Callable[[Floats, Floats], Figure], values: Floats) -> Figure:
        """A figure of two sides: these values, and the score on the other questions."""
        kept = self.compared
        return figure(values[kept], self.rest[kept]) if kept.sum() >= 2 else Reason.NO_OTHERS


def item_figures(columns: Columns, codes: Codes, guess: Guess) -> Iterator[tuple[int, int, dict[str, Any]]]:
    """Item version, people and figures of each question. Fewer than five people: 0, and nothing else is said.

    Facility, guess score, deviation (divisor n - 1), weights: shares, 0 to 1. Correlations: -1 to 1. What is compared
    with "the rest" leaves the question itself out of the score (rest-corrected), so that it does not agree with itself.

    - facility: mean score; discrimination: correlation of score and rest; efficiency: see `formulas.efficiency`. These
      are Moodle's "Facility index", "Discrimination index" and "Discriminative efficiency", as shares.
    - point_biserial: correlation of "full marks or not" and rest. Where there is no partial credit it equals the
      discrimination index.
    - intended_weight: the weight as a share of the attempt's; effective_weight: see `formulas.effective_weight`.
    """
    if not columns.versions.size:
        return
    points = columns.points()
    totals = columns.totals(points), columns.totals(columns.weight)
    groups = _rows_of(columns)
    weights = _effective_weights(columns, groups)
    for version, rows, weight in zip(columns.versions.tolist(), groups, weights, strict=True):
        item = _Item(columns, rows, points, totals)
        if item.people < MINIMUM_GROUP:
            yield version, 0, {}
        else:
            figures = _figures(item, weight, guess(version))
            yield version, item.people, figures | {"options": _options(item, codes, version)}


def _effective_weights(columns: Columns, groups: Sequence[Integers]) -> list[Figure]:
    whole, given = scores(columns), marks(columns)
    covariances = [
        formulas.covariance(given[rows], whole[columns.attempt[rows]]) if rows.size > 1 else 0.0 for rows in groups
    ]
    roots = np.sqrt(np.maximum(np.asarray(covariances, np.float64), 0.0))
    together = np.bincount(columns.attempt, weights=roots[columns.version], minlength=columns.attempts)
    return [
        formulas.effective_weight(own, float(together[columns.attempt[rows]].mean()))
        for own, rows in zip(covariances, groups, strict=True)
    ]


def _rows_of(columns: Columns) -> Sequence[Integers]:
    order = np.argsort(columns.version, kind="stable")
    return np.split(order, np.cumsum(np.bincount(columns.version, minlength=columns.versions.size))[:-1])


def _figures(item: _Item, effective: Figure, guess: float | None) -> dict[str, Any]:
    counted = item.whole_weight > 0
    intended = float((item.weight[counted] / item.whole_weight[counted]).mean()) if counted.any() else Reason.NO_WEIGHT
    return {
        "attempts": int(item.score.size),
        "facility": formulas.mean(item.score),
        "deviation": formulas.deviation(item.score),
        "guess": Reason.NO_CHANCE if guess is None else guess,
        "weight": float(item.weight.mean()) / CENT,
        "intended_weight": intended,
        "effective_weight": effective if item.weight.any() else Reason.NO_WEIGHT,
        "discrimination": item.with_rest(formulas.correlation, item.score),
        "efficiency": item.with_rest(formulas.efficiency, item.score),
        "point_biserial": item.with_rest(formulas.correlation, (item.score == 1).astype(np.float64)),
    }


def _options(item: _Item, codes: Codes, version: int) -> dict[str, Any]:
    """How often each key was counted, over the answers that are kept.

    `mean`: score on the other questions of those who gave it; `correlation`: point-biserial of "gave it or not" with
    the rest. Both need five people on either side (or nobody on the other), so that no score of one can be told.
    """
    known = item.code != NO_CODE
    people = item.count(item.person[known])
    if people < MINIMUM_GROUP:
        return {"answers": 0, "keys": [], "reason": Reason.FEW if known.any() else Reason.NO_ANSWERS}
    sets = codes.keys(version)
    place = {key: at for at, key in enumerate(sorted({key for keys in sets for key in keys}))}
    holds = np.zeros((len(place), len(sets)), bool)
    for code, keys in enumerate(sets):
        for key in keys:
            holds[place[key], code] = True
    return {
        "answers": int(known.sum()),
        "keys": [{"key": key, **_option(item, known, holds[at])} for key, at in place.items()],
    }


def _option(item: _Item, known: Any, holding: Any) -> dict[str, Any]:
    gave = holding[item.code[known]]
    person, rest, compared = item.person[known], item.rest[known], item.compared[known]
    sides = [item.count(person[side]) for side in (gave, ~gave)]
    mean: Figure = Reason.FEW
    together: Figure = Reason.FEW
    if not compared.any():
        mean = together = Reason.NO_OTHERS
    elif sides[0] >= MINIMUM_GROUP and not 0 < sides[1] < MINIMUM_GROUP:
        mean = formulas.mean(rest[gave & compared])
        together = formulas.correlation(gave[compared].astype(np.float64), rest[compared])
    return {"count": int(gave.sum()), "mean": mean, "correlation": together}
