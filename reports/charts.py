"""Bars for the chart: numbers turned into places on a 100-wide line; the template draws SVG and the table behind it."""

from dataclasses import dataclass

from reports.enums import RowStatus
from reports.selectors import ActivityCounts


@dataclass(frozen=True)
class Segment:
    status: str
    label: str
    count: int
    x: str  # numbers as text: SVG wants a decimal point in every language
    width: str


@dataclass(frozen=True)
class Bar:
    counts: ActivityCounts
    segments: list[Segment]

    @property
    def rate(self) -> int:
        return self.counts.completed * 100 // self.counts.total


GAP = 0.6


def bars(entries: list[ActivityCounts]) -> list[Bar]:
    """One bar per path or module, all of the same length: the parts of a whole, with a hair's gap between them."""
    return [Bar(entry, _segments(entry)) for entry in entries if entry.total]


def _segments(entry: ActivityCounts) -> list[Segment]:
    result, x = [], 0.0
    for status, count in entry.segments():
        if count:
            width = count * 100 / entry.total
            visible = f"{max(width - GAP, 0.4):.2f}"
            result.append(Segment(status, str(RowStatus(status).label), count, f"{x:.2f}", visible))
            x += width
    return result
