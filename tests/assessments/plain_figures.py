"""The analysis once more, written from the formulas in plain Python: fractions, loops, no NumPy, no shared code.

Slow and obvious on purpose; `test_analysis_figures` compares every figure of the product with it. A table is a list of
attempts, an attempt a mapping of item → (score 0 to 1, weight), all of them fractions.
"""

import math
import statistics
from fractions import Fraction
from itertools import combinations

Attempt = dict[int, tuple[Fraction, Fraction]]
Table = list[Attempt]


def total(attempt: Attempt) -> Fraction:
    weight = sum((w for _s, w in attempt.values()), Fraction(0))
    return sum((s * w for s, w in attempt.values()), Fraction(0)) / weight if weight else Fraction(0)


def rest(attempt: Attempt, item: int) -> Fraction | None:
    """The score on all other questions; None where none of them counts."""
    others = {key: pair for key, pair in attempt.items() if key != item}
    return total(others) if sum(w for _s, w in others.values()) else None


def mark(attempt: Attempt, item: int) -> Fraction:
    score, weight = attempt[item]
    whole = sum((w for _s, w in attempt.values()), Fraction(0))
    return score * weight / whole if whole else Fraction(0)


def variance(values: list[Fraction]) -> Fraction:
    return covariance(values, values)


def covariance(first: list[Fraction], second: list[Fraction]) -> Fraction:
    """Divisor n - 1."""
    mean_a, mean_b = statistics.mean(first), statistics.mean(second)
    return sum(((a - mean_a) * (b - mean_b) for a, b in zip(first, second, strict=True)), Fraction(0)) / (
        len(first) - 1
    )


def correlation(first: list[Fraction], second: list[Fraction]) -> float | None:
    if len(first) < 2 or not variance(first) or not variance(second):
        return None
    return float(covariance(first, second)) / math.sqrt(variance(first) * variance(second))


def efficiency(first: list[Fraction], second: list[Fraction]) -> float | None:
    if len(first) < 2 or not variance(first) or not variance(second):
        return None
    return float(covariance(first, second) / covariance(sorted(first), sorted(second)))


def skewness(values: list[Fraction]) -> float:
    """G1 = √(n(n-1))/(n-2) · m3/m2^(3/2)  (Joanes & Gill 1998)."""
    n, mean = len(values), statistics.mean(values)
    m2, m3 = (sum((v - mean) ** power for v in values) / n for power in (2, 3))
    return math.sqrt(n * (n - 1)) / (n - 2) * float(m3) / float(m2) ** 1.5


def kurtosis(values: list[Fraction]) -> float:
    """G2 = (n-1)/((n-2)(n-3)) · ((n+1)·g2 + 6) with g2 = m4/m2² - 3  (Joanes & Gill 1998)."""
    n, mean = len(values), statistics.mean(values)
    m2, m4 = (sum((v - mean) ** power for v in values) / n for power in (2, 4))
    g2 = float(m4 / m2**2) - 3
    return (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * g2 + 6)


def alpha_of_complete(table: Table) -> float:
    """k/(k-1) · (1 - Σ item variances / variance of the total)  (Cronbach 1951)."""
    items = list(table[0])
    parts = [variance([mark(attempt, item) for attempt in table]) for item in items]
    whole = variance([total(attempt) for attempt in table])
    return float(Fraction(len(items), len(items) - 1) * (1 - sum(parts) / whole))


def alpha_of_draws(table: Table) -> float:
    """k·c / (v + (k-1)·c), v and c being means over items and pairs, each counted as often as it was met."""
    items = sorted({item for attempt in table for item in attempt})
    size = Fraction(sum(len(attempt) for attempt in table), len(table))

    def pooled(groups: list[tuple[int, ...]]) -> Fraction:
        weighed = []
        for group in groups:
            both = [attempt for attempt in table if set(group) <= set(attempt)]
            if len(both) >= 2:
                sides = [[mark(attempt, item) for attempt in both] for item in (group[0], group[-1])]
                weighed.append((len(both), covariance(*sides)))
        return sum((n * c for n, c in weighed), Fraction(0)) / sum(n for n, _c in weighed)

    v, c = pooled([(item,) for item in items]), pooled(list(combinations(items, 2)))
    return float(size * c / (v + (size - 1) * c))


def effective_weights(table: Table) -> dict[int, float | None]:
    """√C(i) / Σ √C(j): the sum over the questions of an attempt, as a mean over the attempts that had item i."""
    items = sorted({item for attempt in table for item in attempt})
    roots: dict[int, float | None] = {}
    for item in items:
        having = [attempt for attempt in table if item in attempt]
        own = covariance([mark(a, item) for a in having], [total(a) for a in having])
        roots[item] = math.sqrt(own) if own >= 0 else None
    found = {}
    for item, root in roots.items():
        sums = [sum(roots[other] or 0 for other in attempt) for attempt in table if item in attempt]
        found[item] = None if root is None else root / statistics.mean(sums)
    return found
