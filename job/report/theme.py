"""Colours and markers of the charts; the colours are those of the page's own style sheet."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from job.report.templates import templates_folder

_COLOUR = re.compile(r"--([\w-]+):\s*(#[0-9a-f]{6});")
_DARK = "@media screen and (prefers-color-scheme: dark)"
N_COLOURS = 8


@dataclass(frozen=True)
class Series:
    """How one strategy looks, everywhere on the page.

    Parameters
    ----------
    colour : str
        Name of its colour in the style sheet.
    marker : str
        Marker, as matplotlib calls it.
    sign : str
        The same shape as a character.
    dash : tuple
        Line style, as matplotlib has it: offset, and lengths of dashes and gaps.
    """

    colour: str
    marker: str
    sign: str
    dash: tuple[float, tuple[float, ...] | None]


_SHAPES = (
    ("o", "●"),
    ("s", "■"),
    ("^", "▲"),
    ("D", "◆"),
    ("v", "▼"),
    ("P", "✚"),
    ("X", "✖"),
    ("*", "★"),
    ("p", "⬟"),
    ("h", "⬢"),
    ("d", "♦"),
)
_DASHES: tuple[tuple[float, tuple[float, ...] | None], ...] = (
    (0, (4, 1.6)),
    (0, None),
    (0, (1.2, 1.2)),
    (0, (6, 1.4, 1.2, 1.4)),
    (0, (2.4, 1)),
)


def series(index: int) -> Series:
    """Give the look of the strategy at this position; looks repeat only after 88 strategies."""
    marker, sign = _SHAPES[index % len(_SHAPES)]
    return Series(f"series-{index % N_COLOURS}", marker, sign, _DASHES[index % len(_DASHES)])


@dataclass(frozen=True)
class Theme:
    """Every colour of the page by name, for a light and for a dark screen.

    Parameters
    ----------
    light, dark : Mapping[str, str]
        Name to ``#rrggbb``.
    """

    light: Mapping[str, str]
    dark: Mapping[str, str]


@cache
def load_theme() -> Theme:
    """Read the colours from ``css/variables.css``."""
    css = (templates_folder() / "css" / "variables.css").read_text(encoding="utf-8")
    light, _, dark = css.partition(_DARK)
    return Theme(*(MappingProxyType(dict(_COLOUR.findall(part))) for part in (light, dark)))
