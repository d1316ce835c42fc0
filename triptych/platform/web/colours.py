"""An accent colour that anybody chose, made readable on paper and on slate.

OKLab after Björn Ottosson (2020), contrast after WCAG 2.2. A colour keeps its hue; its lightness moves until text in it
can be read on every ground that `tokens.css` has, also where the ground is tinted with the colour itself.
"""

from __future__ import annotations

import re
from functools import lru_cache

AA = 4.5
MARGIN = 0.15
"""For what browsers round otherwise than we do."""
TINT = 0.16
"""The strongest share of the accent that a style mixes into a ground with text in the accent on it."""
PAPER, SLATE = "#f7f6f1", "#192123"
"""The darkest ground by day (`--tp-canvas`) and the lightest by night (`--tp-raised`)."""
COLOUR = re.compile(r"#[0-9a-f]{6}")
STEP = 0.005

Triple = tuple[float, float, float]


def checked_colour(text: str) -> str:
    """The colour in lower case, such as `#7c3aed`.

    Raises:
        ValueError: it is none.
    """
    colour = text.strip().lower()
    if not COLOUR.fullmatch(colour):
        raise ValueError(f"{text!r} is no colour of the form #rrggbb.")
    return colour


@lru_cache(maxsize=1000)
def readable(colour: str) -> tuple[str, str]:
    """The colour as it is by day and by night: as chosen where that can be read, else the nearest that can."""
    return _moved(colour, PAPER, -STEP), _moved(colour, SLATE, STEP)


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2.2)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def mixed(colour: str, ground: str, share: float) -> str:
    """As `color-mix(in oklab, colour share, ground)`."""
    pairs = zip(_oklab(colour), _oklab(ground), strict=True)
    lightness, a, b = (mine * share + its * (1 - share) for mine, its in pairs)
    return _hex((lightness, a, b))


def _moved(colour: str, ground: str, step: float) -> str:
    lightness, a, b = _oklab(colour)
    moved = colour
    while min(contrast(moved, ground), contrast(moved, mixed(moved, ground, TINT))) < AA + MARGIN:
        lightness += step
        fade = min(1.0, max(0.0, (1 - lightness) * 4), max(0.0, lightness * 4))  # near white and black no hue is left
        moved = _hex((lightness, a * fade, b * fade))
    return moved


def _linear(colour: str) -> Triple:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return _to_linear(red), _to_linear(green), _to_linear(blue)


def _to_linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)


def _to_srgb(channel: float) -> float:
    return channel * 12.92 if channel <= 0.0031308 else float(1.055 * channel ** (1 / 2.4) - 0.055)


def _luminance(colour: str) -> float:
    red, green, blue = _linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _oklab(colour: str) -> Triple:
    red, green, blue = _linear(colour)
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    middle = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )


def _hex(oklab: Triple) -> str:
    lightness, a, b = oklab
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    channels = (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )
    numbers = (round(_to_srgb(min(1.0, max(0.0, channel))) * 255) for channel in channels)
    return "#" + "".join(f"{number:02x}" for number in numbers)
