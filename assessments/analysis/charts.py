"""Places for the charts: numbers turned into coordinates; templates draw SVG and the table behind it.

Coordinates are text, because SVG wants a decimal point in every language; labels have the reader's.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.formats import number_format

WIDTH, HEIGHT = 640, 320
LEFT, RIGHT, TOP, BOTTOM = 56, 16, 30, 52  # room for the axes
GAP = 4


@dataclass(frozen=True)
class Tick:
    at: str
    label: str


@dataclass(frozen=True)
class Bar:
    x: str
    y: str
    width: str
    height: str
    middle: str
    label: str
    count: int


@dataclass(frozen=True)
class Histogram:
    """Attempts by tenths of the score. `pass_at` is the place of the pass mark, empty without one."""

    bars: list[Bar]
    ticks: list[Tick]
    rows: list[Tick]
    pass_at: str


def _x(share: float) -> float:
    return LEFT + share * (WIDTH - LEFT - RIGHT)


def _y(share: float) -> float:
    """From the bottom, 0 to 1."""
    return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)


def _text(value: float) -> str:
    return f"{value:.1f}"


def nice_step(largest: int) -> int:
    """The smallest of 1, 2, 5, 10, 20, 50 … that divides an axis to `largest` into at most five parts."""
    step = 1
    while largest > 5 * step:
        digits = int(str(step)[0])
        step = step * 2 if digits != 2 else step * 5 // 2
    return step


def histogram(counts: Sequence[int], pass_mark: int | None) -> Histogram:
    """`counts` by equal parts of the score; `pass_mark` in per cent."""
    step = nice_step(max(counts, default=0))
    top = max(math.ceil(max(counts, default=0) / step), 1) * step
    size = len(counts) or 1
    bars = []
    for place, count in enumerate(counts):
        left, right = _x(place / size), _x((place + 1) / size)
        low, high = 100 * place // size, 100 * (place + 1) // size
        bars.append(
            Bar(
                x=_text(left + GAP / 2),
                y=_text(_y(count / top)),
                width=_text(right - left - GAP),
                height=_text(_y(0) - _y(count / top)),
                middle=_text((left + right) / 2),
                label=f"{low}–{high} %",
                count=count,
            )
        )
    return Histogram(
        bars=bars,
        ticks=[Tick(_text(_x(share / 100)), str(share)) for share in range(0, 101, 20)],
        rows=[Tick(_text(_y(count / top)), str(count)) for count in range(0, top + 1, step)],
        pass_at="" if pass_mark is None else _text(_x(pass_mark / 100)),
    )


@dataclass(frozen=True)
class Dot:
    """A question: its number in the table, where it lies, and whether something speaks against its key."""

    number: int
    x: str
    y: str
    suspicious: bool


@dataclass(frozen=True)
class Scatter:
    """Facility (0 to 1, to the right) and discrimination (upwards, from `lowest` to 1)."""

    dots: list[Dot]
    ticks: list[Tick]
    rows: list[Tick]
    zero: str
    weak: str
    easy: str


def scatter(points: Sequence[tuple[int, float, float, bool]], *, weak: float, easy: float) -> Scatter:
    """`points`: number, facility, discrimination, suspicious. `weak` and `easy` are lines to draw."""
    lowest = min([-0.2, *(math.floor(5 * discrimination) / 5 for _n, _f, discrimination, _s in points)])

    def height(value: float) -> float:
        return _y((value - lowest) / (1 - lowest))

    steps = [step / 5 for step in range(round(5 * lowest), 6)]
    return Scatter(
        dots=[
            Dot(number, _text(_x(facility)), _text(height(discrimination)), suspicious)
            for number, facility, discrimination, suspicious in points
        ],
        ticks=[Tick(_text(_x(share / 100)), str(share)) for share in range(0, 101, 20)],
        rows=[Tick(_text(height(step)), number_format(step, 1).replace("-", "−")) for step in steps],
        zero=_text(height(0)),
        weak=_text(height(weak)),
        easy=_text(_x(easy)),
    )
