"""The guilloche: interlaced arcs of a pass, as on a banknote, drawn by code as one SVG for the whole page.

Lengths are millimetres of an A4 sheet in landscape. Colours are opaque tints, so the PDF needs no transparency.
"""

import math
from functools import lru_cache

WIDTH, HEIGHT = 297, 210
AMBER = "#f5b301"
_EDGE, _BAND = 7.5, 6.0  # distance of the frame from the sheet's edge, and its width
_WAVE = 9.0  # length of one wave of the frame, before it is stretched to fit a side


def tint(colour: str, share: float) -> str:
    """`colour` (`#rrggbb`) mixed with white; share 1 is the colour itself."""
    channels = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return "#" + "".join(f"{round(255 - (255 - channel) * share):02x}" for channel in channels)


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _point(x: float, y: float) -> str:
    return f"{_number(x)} {_number(y)}"


def _wave(start: float, end: float, middle: float, height: float, *, upright: bool) -> str:
    """A chain of arcs from start to end around `middle`, one path; upright runs down the sheet."""
    halves = 2 * max(1, round((end - start) / _WAVE))
    step = (end - start) / halves

    def at(along: float, across: float) -> str:
        return _point(across, along) if upright else _point(along, across)

    parts = [f"M{at(start, middle)}"]
    for index in range(halves):
        here = start + index * step
        peak = middle + (height if index % 2 else -height) * 4 / 3
        parts.append(f"C{at(here + step * 0.36, peak)} {at(here + step * 0.64, peak)} {at(here + step, middle)}")
    return "".join(parts)


def _frame(accent: str) -> list[str]:
    low, right, bottom = _EDGE + _BAND, WIDTH - _EDGE - _BAND, HEIGHT - _EDGE - _BAND
    sides = (
        (low, right, _EDGE + _BAND / 2, False),
        (low, right, HEIGHT - _EDGE - _BAND / 2, False),
        (low, bottom, _EDGE + _BAND / 2, True),
        (low, bottom, WIDTH - _EDGE - _BAND / 2, True),
    )
    shapes = []
    for index in range(5):
        height = _BAND / 2 * (1 - 2 * index / 4) or 0.001
        path = "".join(_wave(start, end, middle, height, upright=upright) for start, end, middle, upright in sides)
        shapes.append(f'<path d="{path}" stroke="{tint(accent, 0.75)}" stroke-width=".16"/>')
    inner, outer = _EDGE + _BAND + 1.1, _EDGE - 1.1
    for inset, width in ((outer, 0.5), (inner, 0.2)):
        shapes.append(
            f'<rect x="{inset}" y="{inset}" width="{WIDTH - 2 * inset}" height="{HEIGHT - 2 * inset}" rx="1.6" '
            f'stroke="{accent}" stroke-width="{width}"/>'
        )
    return shapes + _corners(accent)


def _corners(accent: str) -> list[str]:
    """Marketing is the disc, sales the rounded square: they stand in the corners, each opposite its own kind."""
    near, right, bottom = _EDGE + _BAND / 2, WIDTH - _EDGE - _BAND / 2, HEIGHT - _EDGE - _BAND / 2
    shapes = []
    for x, y in ((near, bottom), (right, near)):
        shapes.append(f'<circle cx="{x}" cy="{y}" r="3" fill="#fff" stroke="{accent}" stroke-width=".3"/>')
        shapes.append(f'<circle cx="{x}" cy="{y}" r="1.7" fill="{accent}"/>')
    for x, y in ((near, near), (right, bottom)):
        shapes.append(
            f'<rect x="{x - 3}" y="{y - 3}" width="6" height="6" rx="1.8" fill="#fff" stroke="{accent}" '
            f'stroke-width=".3"/><rect x="{x - 1.7}" y="{y - 1.7}" width="3.4" height="3.4" rx="1" fill="{accent}"/>'
        )
    return shapes


def _passes(accent: str) -> list[str]:
    """Two families of passes, from the left to the right and back, whose crossings make the pattern."""
    shapes = []
    floor = HEIGHT - _EDGE - _BAND - 1.1
    left, right = _EDGE + _BAND + 1.1, WIDTH - _EDGE - _BAND - 1.1
    for family in (0, 1):
        path = []
        for index in range(26):
            share = index / 25
            height = 22 + 104 * share
            near, far = left + 92 * share**1.6, right - 26 * share
            if family:
                near, far = WIDTH - near, WIDTH - far
            path.append(
                f"M{_point(near, floor)}C{_point(near + (far - near) * 0.22, floor - height)} "
                f"{_point(near + (far - near) * 0.78, floor - height)} {_point(far, floor)}"
            )
        shapes.append(f'<path d="{"".join(path)}" stroke="{tint(accent, 0.13)}" stroke-width=".22"/>')
    return shapes


def seal(accent: str, x: float, y: float, radius: float) -> str:
    """A rosette of arcs around the mark: two players, one ball."""
    petals = []
    count = 36
    for index in range(count):
        angle = 2 * math.pi * index / count

        def polar(turn: float, distance: float, angle: float = angle) -> str:
            return _point(x + distance * math.cos(angle + turn), y + distance * math.sin(angle + turn))

        petals.append(
            f"M{polar(0, radius * 0.6)}C{polar(0.25, radius * 1.12)} {polar(0.8, radius * 1.12)} "
            f"{polar(1.05, radius * 0.6)}"
        )
    scale = radius * 0.58 / 16
    mark = (
        f'<g transform="translate({_number(x - 16 * scale)} {_number(y - 16.8 * scale)}) scale({scale:.4f})">'
        f'<path d="M8 20C8 6 24 6 24 20" stroke="{accent}" stroke-width="2"/>'
        f'<circle cx="8" cy="22" r="5" fill="{accent}"/>'
        f'<rect x="19" y="17" width="10" height="10" rx="3.2" fill="{tint(accent, 0.62)}"/>'
        f'<circle cx="16" cy="9.5" r="3" fill="{AMBER}"/></g>'
    )
    return (
        f'<circle cx="{x}" cy="{y}" r="{radius * 1.06}" fill="#fff"/>'
        f'<path d="{"".join(petals)}" stroke="{tint(accent, 0.8)}" stroke-width=".18"/>'
        f'<circle cx="{x}" cy="{y}" r="{radius * 1.03:.2f}" stroke="{accent}" stroke-width=".35"/>'
        f'<circle cx="{x}" cy="{y}" r="{radius * 0.62:.2f}" fill="#fff" stroke="{accent}" stroke-width=".25"/>{mark}'
    )


@lru_cache(maxsize=8)
def page_background(accent: str) -> str:
    """The whole background as an SVG document. `accent` is `#rrggbb`, checked by the settings' form."""
    shapes = [*_passes(accent), *_frame(accent), seal(accent, 243, 68, 24)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}mm" height="{HEIGHT}mm" '
        f'viewBox="0 0 {WIDTH} {HEIGHT}" fill="none">{"".join(shapes)}</svg>'
    )
