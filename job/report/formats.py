"""Numbers for people: rounded to what their spread supports, signs and thousands as print has them."""

from __future__ import annotations

import math

NO_VALUE = "–"
_MINUS = "\u2212"
_MAX_DECIMALS = 4


def decimals_for(spread: float | None, fallback: int) -> int:
    """Say how many decimals a number deserves: those that show two digits of its spread.

    Parameters
    ----------
    spread : float or None
        Standard deviation of the number.
    fallback : int
        Decimals where there is no spread.

    Returns
    -------
    int
        0 to 4.
    """
    if spread is None or not spread > 0:
        return fallback
    return min(max(1 - math.floor(math.log10(spread)), 0), _MAX_DECIMALS)


def number(value: float | None, decimals: int = 0) -> str:
    """Write a number with a fixed number of decimals; an en dash where there is none."""
    if value is None:
        return NO_VALUE
    text = f"{value:,.{decimals}f}"
    if text.startswith("-"):
        text = text[1:] if float(text.replace(",", "")) == 0 else _MINUS + text[1:]
    return text


def signed(value: float | None, decimals: int = 0) -> str:
    """Write a difference: as `number`, with its plus sign."""
    text = number(value, decimals)
    return f"+{text}" if value is not None and value > 0 and float(text.replace(",", "")) != 0 else text


def percent(share: float | None) -> str:
    """Write a share in per cent, with at least two digits that tell something, and never a rounded 0 or 100."""
    if share is None:
        return NO_VALUE
    rest = round(min(share, 1 - share), 12)
    decimals = 1 if rest <= 0 else min(max(1, 1 - math.floor(math.log10(100 * rest))), 6)
    return f"{number(100 * share, decimals)} %"


def ratio(value: float) -> str:
    """Write how many times as many, to two digits at least."""
    return number(value, 1 if value < 100 else 0)


def plain(value: float) -> str:
    """Write a number of the spec or of the data as short as it can be: ``9``, ``0.25``, ``7.333``."""
    return number(value, 0) if float(value).is_integer() else f"{value:,.4g}".replace("-", _MINUS)
