"""Text for people: what cannot be seen made visible, long text shortened, counts and lists in words."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_CONTROL_PICTURES = 0x2400
_DELETE = 0x7F
_JOINERS = "\u200c\u200d"  # Persian words and many emoji need them


def visible(text: str, keep: str = "\n\t") -> str:
    """Replace what a reader could not see, or what would reorder the text around it, by something visible.

    Parameters
    ----------
    keep : str
        Control characters that stay.

    Returns
    -------
    str
        C0 controls as control pictures, other controls, direction marks and lone surrogates by their code point;
        all of it can be written in HTML, in XML and as UTF-8.
    """
    if text.isprintable():
        return text
    return "".join(char if char in keep or char.isprintable() else _picture(char) for char in text)


def _picture(char: str) -> str:
    code = ord(char)
    if code < ord(" "):
        return chr(_CONTROL_PICTURES + code)
    if code == _DELETE:
        return "\u2421"
    if char in _JOINERS or unicodedata.category(char) in ("Zs", "Co"):
        return char
    return f"[U+{code:04X}]"


def one_line(text: str) -> str:
    """Make text visible and put it on one line, each run of white space as one space."""
    return visible(" ".join(text.split()), keep="")


def shorten(text: str, length: int) -> str:
    """Cut text in the middle, so that what it begins and ends with can still be told.

    Parameters
    ----------
    length : int
        Widest result in letters, as `width` counts them; at least 5.

    Returns
    -------
    str
        One line of visible text.
    """
    line = one_line(text)
    if len(line) <= length and width(line) <= length:
        return line
    tail = (length - 1) // 3
    begins, ends = _fitting(line, length - 1 - tail), _fitting(line[::-1], tail)
    return f"{begins}…{ends[::-1]}"


def width(text: str) -> float:
    """Measure text in small letters: a capital is about one and a half of them, an ideograph two."""
    return sum(_letters(char) for char in text)


def _letters(char: str) -> float:
    if unicodedata.east_asian_width(char) in ("W", "F"):
        return 2.0
    return 1.4 if char.isupper() or char in "mw@%" else 1.0


def _fitting(text: str, length: float) -> str:
    """As much of the beginning as fits."""
    taken = 0.0
    for index, char in enumerate(text):
        taken += _letters(char)
        if taken > length:
            return text[:index]
    return text


def shorten_all(texts: Sequence[str], length: int) -> tuple[str, ...]:
    """Shorten several texts so that those that differ still differ; the later ones get a number where needed.

    Parameters
    ----------
    length : int
        As in `shorten`; a number makes a text a little longer.

    Returns
    -------
    tuple of str
        In the same order.
    """
    taken: set[str] = set()
    short = []
    for text in texts:
        candidate = base = shorten(text, length) or "(empty)"
        number = 1
        while candidate in taken:
            number += 1
            candidate = f"{base} ({number})"
        taken.add(candidate)
        short.append(candidate)
    return tuple(short)


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """Say how many, small numbers as words: ``no run``, ``one run``, ``1,200 runs``."""
    word = _NUMBERS[number] if number < len(_NUMBERS) else f"{number:,}"
    return f"{word} {noun if number in (0, 1) else plural or noun + 's'}"


def listed(items: Iterable[str], last: str = "and") -> str:
    """Join items as a sentence does: ``a``, ``a and b``, ``a, b and c``."""
    *head, tail = list(items)
    return f"{', '.join(head)} {last} {tail}" if head else tail


def sentence(text: str) -> str:
    """Begin text with a capital and end it with a full stop, unless it is written otherwise on purpose."""
    stripped = text.strip()
    if not stripped:
        return stripped
    first_word = stripped.split(maxsplit=1)[0]
    begun = stripped[0].upper() + stripped[1:] if first_word.isalpha() and first_word.islower() else stripped
    return begun if begun[-1] in ".!?…" else f"{begun}."
