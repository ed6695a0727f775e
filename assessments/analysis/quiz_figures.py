"""The figures of a whole test. Scores are shares of what could be reached, 0 to 1."""

from typing import Any

import numpy as np

from assessments.analysis import formulas
from assessments.analysis.columns import FULL, Columns, Floats
from assessments.analysis.reasons import Figure, Reason

BINS = 10  # of the score distribution, a tenth each; the last one holds full marks too
CELLS = 2_000_000  # numbers of one dense block of the covariances: 16 MB


def scores(columns: Columns) -> Floats:
    """The score of each attempt: points reached as a share of all; 0 where nothing counts (as in grading)."""
    points, full = columns.totals(columns.points()), columns.totals(columns.weight) * FULL
    return np.divide(points, full, out=np.zeros(points.size), where=full > 0)


def distribution(columns: Columns) -> list[int]:
    """How many attempts lie in each tenth. In whole numbers, so that 0.7 is in the eighth tenth on every machine."""
    points, full = columns.totals(columns.points()), columns.totals(columns.weight) * FULL
    tenths = np.where(full > 0, points * BINS // np.maximum(full, 1), 0)
    counts = np.bincount(np.minimum(tenths, BINS - 1), minlength=BINS)
    return [int(count) for count in counts]


def marks(columns: Columns) -> Floats:
    """What each row gives to the score of its attempt: score × weight as a share of the attempt's whole weight."""
    full = columns.totals(columns.weight)[columns.attempt] * FULL
    return np.divide(columns.points(), full, out=np.zeros(full.size), where=full > 0)


def alpha(columns: Columns, given: Floats) -> Figure:
    """Cronbach's alpha of the marks of questions that count (weight above 0), see `formulas.alpha_from`.

    Variances and covariances (divisor n - 1) come from the attempts that had the item, or both items; each is counted
    as often as it was met. With the same questions for everybody this is alpha of the complete table.
    """
    counts = columns.weight > 0
    attempt, version, value = columns.attempt[counts], columns.version[counts], given[counts]
    if not value.size:
        return Reason.NO_WEIGHT
    size = float(value.size / np.unique(attempt).size)
    if size < 2:
        return Reason.ONE_ITEM
    if formulas.flat(scores(columns)):
        return Reason.NO_SPREAD
    variance, shared = _mean_covariances(attempt, version, value, columns.versions.size)
    if isinstance(variance, Reason) or isinstance(shared, Reason):
        return Reason.SPARSE
    return formulas.alpha_from(size, variance, shared)


def _mean_covariances(attempt: Any, version: Any, value: Floats, items: int) -> tuple[Figure, Figure]:
    """Mean variance and mean covariance of items, weighted by how many attempts had the item, or the pair."""
    middle = np.bincount(version, weights=value, minlength=items) / np.maximum(np.bincount(version, minlength=items), 1)
    centred = value - middle[version]  # so that the sums below lose no digits
    order = np.argsort(attempt, kind="stable")
    attempt, version, centred = attempt[order], version[order], centred[order]
    both = np.zeros((items, items))
    sums, products = np.zeros((items, items)), np.zeros((items, items))
    block = max(CELLS // items, 1)
    first = 0
    while first < attempt.size:
        start = int(attempt[first])
        last = int(np.searchsorted(attempt, start + block, side="left"))
        had, dense = np.zeros((block, items)), np.zeros((block, items))
        rows, columns = attempt[first:last] - start, version[first:last]
        had[rows, columns], dense[rows, columns] = 1.0, centred[first:last]
        both += had.T @ had
        sums += dense.T @ had  # sums[i, j]: of item i over those who had j too
        products += dense.T @ dense
        first = last
    enough = both >= 2
    covariances = np.where(enough, products - sums * sums.T / np.maximum(both, 1), 0.0) / np.maximum(both - 1, 1)
    weights = np.where(enough, both, 0.0)
    own, pairs = np.diag(weights), weights - np.diag(np.diag(weights))
    if own.sum() == 0 or pairs.sum() == 0:
        return Reason.SPARSE, Reason.SPARSE
    return (
        float((np.diag(covariances) * own).sum() / own.sum()),
        float((covariances * pairs).sum() / pairs.sum()),
    )


def quiz_figures(columns: Columns) -> dict[str, Any]:
    """All figures of the test, by name; numbers, or the reason why there is none."""
    reached = scores(columns)
    internal = alpha(columns, marks(columns))
    spread = formulas.deviation(reached)
    ratio = formulas.error_ratio(internal)
    per_attempt = columns.attempt.size / max(columns.attempts, 1)
    return {
        "questions": per_attempt,
        "mean": formulas.mean(reached),
        "median": formulas.median(reached),
        "deviation": spread,
        "skewness": formulas.skewness(reached),
        "kurtosis": formulas.kurtosis(reached),
        "alpha": internal,
        "error_ratio": ratio,
        "standard_error": formulas.standard_error(ratio, spread),
        "distribution": distribution(columns),
    }
