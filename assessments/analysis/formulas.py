"""The formulas, each on plain vectors. Pure; every one says its divisor and its source.

Sources: [M] Moodle, "Quiz statistics calculations" (docs.moodle.org/dev/Quiz_statistics_calculations), the calculations
of its quiz statistics report; [JG] Joanes & Gill 1998, "Comparing measures of sample skewness and kurtosis", The
Statistician 47; [C] Cronbach 1951, "Coefficient alpha and the internal structure of tests", Psychometrika 16;
[LN] Lord & Novick 1968, "Statistical Theories of Mental Test Scores".

Vectors hold exact inputs (see `columns`), so equal values are equal floats and "no spread" needs no tolerance.
"""

import numpy as np
from numpy.typing import NDArray

from assessments.analysis.reasons import Figure, Reason

Vector = NDArray[np.float64]


def mean(values: Vector) -> Figure:
    """Arithmetic mean, divisor n. [M] "Average grade"."""
    return float(values.mean()) if values.size else Reason.FEW


def median(values: Vector) -> Figure:
    """Middle value, of an even number the mean of the two in the middle. [M] "Median grade"."""
    return float(np.median(values)) if values.size else Reason.FEW


def flat(values: Vector) -> bool:
    """Whether all values are equal: then whatever divides by the spread has no value."""
    return values.size == 0 or float(values.min()) == float(values.max())


def deviation(values: Vector) -> Figure:
    """Standard deviation of a sample, divisor n - 1. [M]"""
    if values.size < 2:
        return Reason.FEW
    return 0.0 if flat(values) else float(values.std(ddof=1))


def skewness(values: Vector) -> Figure:
    """k3 / k2^(3/2) from the k-statistics (unbiased cumulants), for n ≥ 3. [M]; the G1 of [JG].

    k2 = n·m2/(n-1) and k3 = n²·m3/((n-1)(n-2)), with the central moments m2 and m3 of divisor n.
    """
    n = values.size
    if n < 3:
        return Reason.FEW
    if flat(values):
        return Reason.NO_SPREAD
    d = values - values.mean()
    k2 = float((d**2).sum()) / (n - 1)
    k3 = n * float((d**3).sum()) / ((n - 1) * (n - 2))
    return float(k3 / k2**1.5)


def kurtosis(values: Vector) -> Figure:
    """Excess kurtosis k4 / k2² from the k-statistics, for n ≥ 4; a normal distribution has 0. [M]; the G2 of [JG].

    k4 = n²·((n+1)·m4 - 3(n-1)·m2²)/((n-1)(n-2)(n-3)), with central moments of divisor n.
    """
    n = values.size
    if n < 4:
        return Reason.FEW
    if flat(values):
        return Reason.NO_SPREAD
    d = values - values.mean()
    m2, m4 = float((d**2).mean()), float((d**4).mean())
    k2 = n * m2 / (n - 1)
    k4 = n**2 * ((n + 1) * m4 - 3 * (n - 1) * m2**2) / ((n - 1) * (n - 2) * (n - 3))
    return k4 / k2**2


def covariance(first: Vector, second: Vector) -> float:
    """Covariance of a sample of at least two pairs, divisor n - 1; exactly 0 where one side has no spread. [M]"""
    if flat(first) or flat(second):
        return 0.0
    return float(((first - first.mean()) * (second - second.mean())).sum()) / (first.size - 1)


def correlation(first: Vector, second: Vector) -> Figure:
    """Pearson's product-moment correlation, -1 to 1; the divisors cancel out.

    With a dichotomous first side it is the point-biserial correlation ([LN] 15.3).
    """
    if first.size < 2:
        return Reason.FEW
    if flat(first) or flat(second):
        return Reason.NO_SPREAD
    a, b = first - first.mean(), second - second.mean()
    return _within(float((a * b).sum() / np.sqrt((a**2).sum() * (b**2).sum())))


def efficiency(first: Vector, second: Vector) -> Figure:
    """Covariance as a share of the largest that the same two sets of values allow: both sorted. At most 1.

    [M] "Discriminative efficiency": C(x, X) / C_max(x, X). It tells a question that cannot discriminate, because nearly
    all get it right, from one that does not.
    """
    if first.size < 2:
        return Reason.FEW
    if flat(first) or flat(second):
        return Reason.NO_SPREAD
    return min(covariance(first, second) / covariance(np.sort(first), np.sort(second)), 1.0)


def alpha_from(items: float, variance: float, mean_covariance: float) -> Figure:
    """Cronbach's alpha, k·c / (v + (k-1)·c): k items, their mean variance v, their mean covariance c (divisor n - 1).

    For people who all had the same items this is exactly k/(k-1)·(1 - Σ variances / variance of the total) ([C] eq. 2;
    [M] "Coefficient of internal consistency"), since the variance of the total is k·v + k(k-1)·c. In this form it is
    also defined where each person got a draw from a pool, with v and c estimated from those who had the item, or both
    items: alpha of a draw of k items. At most 1; below 0 where items contradict each other.
    """
    if items < 2:
        return Reason.ONE_ITEM
    total = variance + (items - 1) * mean_covariance
    if variance <= 0:
        return Reason.NO_SPREAD
    if total <= variance * 1e-9:  # estimates from different people need not fit each other
        return Reason.SPARSE
    alpha = items * mean_covariance / total
    return Reason.SPARSE if alpha > 1 else alpha


def error_ratio(alpha: Figure) -> Figure:
    """√(1 - alpha): how much of the spread of scores is chance, 0 to 1 (more where alpha is negative). [M]"""
    return alpha if isinstance(alpha, Reason) else float(np.sqrt(1 - alpha))


def standard_error(ratio: Figure, spread: Figure) -> Figure:
    """Error ratio × standard deviation of the scores: how far one score may lie from what the person can do. [M]

    The standard error of measurement of [LN] 3.8, in the unit of the scores.
    """
    for one in (ratio, spread):
        if isinstance(one, Reason):
            return one
    return float(ratio) * float(spread)


def effective_weight(own: float, together: float) -> Figure:
    """An item's part in the spread of the scores, 0 to 1: √C / Σ √C(j). [M] "Effective question weight".

    `own` is the covariance of its marks with the whole score (divisor n - 1), `together` the sum of the roots over the
    questions of an attempt, itself included: where items are drawn, the mean of these sums over the attempts that had
    it. An item with a negative covariance has no effective weight and is left out of the sums, as [M] has it.
    """
    if own < 0:
        return Reason.NEGATIVE
    return _within(float(np.sqrt(own)) / together) if together > 0 else Reason.NO_SPREAD


def _within(value: float) -> float:
    """Without what rounding adds beyond ±1."""
    return max(-1.0, min(1.0, value))
