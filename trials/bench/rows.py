"""A line of the table: what was measured, what it must reach, and when it fails. Pure functions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

FAILS_BELOW = 0.5  # of its target: what a gate stops at. A missed target above that is printed as missed.


@dataclass(frozen=True)
class Row:
    """One measured ratio. Bigger is better everywhere: subject's speed ÷ reference's, or limit ÷ measured value.

    `spread` is the lowest and highest ratio of the rounds, None for a single measurement; `queries` are those of one
    request of the subject; `peak_mb` is the most memory that one of its processes held. `detail` says the absolute
    numbers. `documented`: the reference is a number from another machine; such a row is told and fails nothing, because
    the machine would decide it.
    """

    name: str
    ratio: float
    target: float
    spread: tuple[float, float] | None = None
    queries: int | None = None
    peak_mb: float | None = None
    detail: str = ""
    documented: bool = False

    @property
    def reached(self) -> bool:
        return self.ratio >= self.target

    @property
    def failed(self) -> bool:
        return not self.documented and self.ratio < self.target * FAILS_BELOW

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "ratio": round(self.ratio, 3),
            "spread": None if self.spread is None else [round(edge, 3) for edge in self.spread],
            "target": self.target,
            "reached": self.reached,
            "queries": self.queries,
            "peak_mb": None if self.peak_mb is None else round(self.peak_mb, 1),
        }


@dataclass(frozen=True)
class Ratios:
    """The rounds of a comparison: the speeds of the subject and of the reference, pair by pair."""

    speeds: tuple[tuple[float, float], ...]
    peak_mb: float | None = None

    @property
    def rounds(self) -> list[float]:
        return [above / below if below else 0.0 for above, below in self.speeds]

    @property
    def middle(self) -> float:
        return median(self.rounds)

    @property
    def spread(self) -> tuple[float, float]:
        return min(self.rounds), max(self.rounds)

    def row(self, name: str, target: float, *, detail: str, queries: int | None = None) -> Row:
        """A row of the medians; `detail` has two places for the speeds."""
        above, below = (median(side) for side in zip(*self.speeds, strict=True))
        return Row(name, self.middle, target, self.spread, queries, self.peak_mb, detail.format(above, below))


def alternate(subject: Callable[[], float], reference: Callable[[], float], *, rounds: int) -> Ratios:
    """Subject, reference, subject, reference …: the ratio of their speeds in each round.

    Both are run once before that counts for nothing. What slows the machine down for a while hits both of a round;
    every other round begins with the reference, so that neither always comes second.
    """
    subject(), reference()
    speeds = []
    for number in range(rounds):
        if number % 2:
            below = reference()
            above = subject()
        else:
            above = subject()
            below = reference()
        speeds.append((above, below))
    return Ratios(tuple(speeds))


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that at least `percent` of all do not exceed (nearest rank). Raises ValueError for none."""
    if not values:
        raise ValueError("no values")
    rank = max(-(-len(values) * percent // 100), 1)
    return sorted(values)[int(rank) - 1]


def table(rows: Sequence[Row]) -> str:
    """The rows for a terminal. Ratios: bigger is better."""
    lines = [f"{'row':<24} {'ratio':>7} {'spread':>13} {'target':>7}  {'':<7} {'queries':>7} {'peak MB':>8}  measured"]
    for row in rows:
        spread = f"{row.spread[0]:.2f}–{row.spread[1]:.2f}" if row.spread else "–"
        verdict = "reached" if row.reached else "FAILED" if row.failed else "missed"
        queries = "–" if row.queries is None else str(row.queries)
        peak = "–" if row.peak_mb is None else f"{row.peak_mb:.0f}"
        lines.append(
            f"{row.name:<24} {row.ratio:>7.2f} {spread:>13} {row.target:>7.2f}  {verdict:<7} {queries:>7} {peak:>8}  "
            f"{row.detail}"
        )
    return "\n".join(lines)
