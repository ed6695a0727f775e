"""Colours of a brand: contrast by WCAG 2.2, and the variants that both themes need.

Pure: a colour is `#rrggbb`, a contrast is a ratio from 1 to 21.
"""

from colorsys import hls_to_rgb, rgb_to_hls
from dataclasses import dataclass

LEAST = 4.5
# Grounds of base.css that text in the primary colour stands on.
LIGHT_GROUNDS = ("#ffffff", "#f6f7f9", "#edf0f3")
DARK_GROUNDS = ("#172027", "#0f1519", "#0b1013")
_DARK_INK = "#0b1013"
WHITE = "#ffffff"


@dataclass(frozen=True)
class Palette:
    """What the stylesheet needs of one theme."""

    primary: str
    hover: str
    soft: str
    on_primary: str


def _channels(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    return red, green, blue


def _hex(red: float, green: float, blue: float) -> str:
    return "#" + "".join(f"{round(max(0.0, min(1.0, channel)) * 255):02x}" for channel in (red, green, blue))


def luminance(colour: str) -> float:
    """Relative luminance, 0 to 1 (WCAG 2.2, definition of relative luminance)."""
    red, green, blue = (
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4 for channel in _channels(colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two colours, 1 to 21."""
    darker, lighter = sorted((luminance(first), luminance(second)))
    return (lighter + 0.05) / (darker + 0.05)


def least_contrast(colour: str, grounds: tuple[str, ...]) -> float:
    return min(contrast(colour, ground) for ground in grounds)


def mix(colour: str, other: str, share: float) -> str:
    """`share` of `other` (0 to 1) mixed into `colour`."""
    pairs = zip(_channels(colour), _channels(other), strict=True)
    red, green, blue = (one * (1 - share) + two * share for one, two in pairs)
    return _hex(red, green, blue)


def hsl(colour: str) -> tuple[float, float, float]:
    """Hue in degrees, saturation and lightness in percent, as CSS writes them."""
    hue, lightness, saturation = rgb_to_hls(*_channels(colour))
    return round(hue * 360, 1), round(saturation * 100, 1), round(lightness * 100, 1)


def _soft(primary: str, ground: str) -> str:
    """A tint of the ground on which the primary colour is still readable; the ground itself if none is."""
    tints = (mix(ground, primary, share) for share in (0.14, 0.1, 0.07, 0.04))
    return next((tint for tint in tints if contrast(primary, tint) >= LEAST), ground)


def _lighter(primary: str, least: float) -> str:
    """The same hue, as much lighter as it must be to be read on the dark grounds."""
    hue, lightness, saturation = rgb_to_hls(*_channels(primary))
    steps = (_hex(*hls_to_rgb(hue, lightness + (1 - lightness) * step / 50, saturation)) for step in range(51))
    return next(colour for colour in steps if least_contrast(colour, DARK_GROUNDS) >= least)


def palettes(primary: str) -> tuple[Palette, Palette]:
    """Light and dark. `primary` must have a contrast of at least 4.5 on the light grounds."""
    light = Palette(primary, mix(primary, "#000000", 0.22), _soft(primary, WHITE), WHITE)
    bright = _lighter(primary, 7)
    ink = mix(primary, _DARK_INK, 0.75)
    on_bright = ink if contrast(ink, bright) >= LEAST else _DARK_INK
    return light, Palette(bright, mix(bright, WHITE, 0.25), _soft(bright, DARK_GROUNDS[0]), on_bright)
