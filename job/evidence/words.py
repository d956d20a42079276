"""Numbers and names inside the sentences of the verdict."""

from __future__ import annotations

import math
from collections.abc import Callable

Naming = Callable[[str], str]
"""How a label is written: whole in files, shortened on the page."""

_MINUS = "\u2212"


def decimal(value: float, digits: int = 3) -> str:
    """Write a number with a fixed number of decimals, and never a negative zero."""
    text = f"{value:,.{digits}f}"
    if text.startswith("-"):
        return text[1:] if float(text.replace(",", "")) == 0 else _MINUS + text[1:]
    return text


def signed(value: float, digits: int = 3) -> str:
    """Write a difference with its sign."""
    text = decimal(value, digits)
    return text if text.startswith(_MINUS) or float(text.replace(",", "")) == 0 else f"+{text}"


def whole(value: float) -> str:
    """Write a number of things: whole from ten on, with one decimal below, and none where that is 0."""
    digits = 0 if abs(value) >= 9.95 or abs(value - round(value)) < 0.05 else 1
    return decimal(value, digits)


def percent(share: float) -> str:
    """Write a probability in per cent; it is never called 0 or 100."""
    points = 100 * share
    if points < 1:
        return "less than 1 %"
    if points > 99:
        return "more than 99 %"
    return f"{points:.0f} %"


def p_text(p_value: float) -> str:
    """Write a p-value: ``p = 0.031``, ``p < 0.001``."""
    return "p < 0.001" if p_value < 0.001 else f"p = {p_value:.3f}" if p_value < 0.1 else f"p = {p_value:.2f}"


def more_or_fewer(number: float, one: str, many: str) -> str:
    """Say a difference of counts in words: ``3 more false alarms``, ``1 fewer row``, ``as many rows``."""
    text = whole(abs(number))
    if float(text.replace(",", "")) == 0:
        return f"as many {many}"
    return f"{text} {'more' if number > 0 else 'fewer'} {one if text == '1' else many}"


def rounded(number: float) -> str:
    """Write a rough number to two digits: 3,417 is ``3,400``."""
    if number < 10:
        return f"{math.ceil(number)}"
    scale = 10 ** (math.floor(math.log10(number)) - 1)
    return f"{round(number / scale) * scale:,.0f}"
