"""Texts that are two and look like one: 12 and 12.0, Berlin and berlin, a foreign letter, a hidden blank."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from itertools import count

from job.text import BLANK, LATIN

_NUMBER_BEGINS = frozenset("+-.0123456789")
_MOST_DIGITS = 300
_BREVE = "\u0306"  # makes another letter of a Cyrillic one
_HIDDEN = {*map(chr, range(0x300, 0x370)), *BLANK} - {_BREVE}
_QUOTES = " '\"`"
SAME: Mapping[int, int | str] = {
    **LATIN,
    **{ord(chr(foreign).lower()): chr(latin).lower() for foreign, latin in LATIN.items()},
    **dict.fromkeys((*range(0x2010, 0x2016), 0x2212), "-"),
    **dict.fromkeys((0x2018, 0x2019, 0x2BC), "'"),
}
"""Letters and signs by their numbers, and the plain ones that they look like."""


def look(text: str, decimal: str = ".") -> object:
    """Give what is the same of texts that a reader would take for one.

    Parameters
    ----------
    text : str
    decimal : {".", ","}
        The decimal mark of numbers.

    Returns
    -------
    object
        The exact number where it is one; else the text without case, accents, blanks and dots around it, and what can't
        be seen, with letters and signs in place of those that look like them.
    """
    plain = text if text.isascii() and text.isprintable() else _simplify(text)
    plain = plain.strip(_QUOTES)
    if plain[:1] in _NUMBER_BEGINS and (number := _read_number(plain, decimal)) is not None:
        return number
    return " ".join(plain.casefold().split()).strip(".") or text


def find_alike(texts: Sequence[str], decimal: str = ".") -> list[tuple[str, str]]:
    """Pair each text that looks like an earlier one with the first such.

    Parameters
    ----------
    texts : sequence of str
        All different.
    decimal : {".", ","}

    Returns
    -------
    list of (str, str)
    """
    looks = [look(text, decimal) for text in texts]
    first: dict[object, int] = {}
    for place, seen in enumerate(looks):
        first.setdefault(seen, place)
    if len(first) == len(texts):
        return []
    return [(texts[first[seen]], text) for seen, text, place in zip(looks, texts, count()) if first[seen] != place]


def _simplify(text: str) -> str:
    """Write plain characters for wide, accented and foreign ones, and a blank for any other white space."""
    return " ".join("".join(map(_plain, unicodedata.normalize("NFKD", text.casefold()))).split())


@cache
def _plain(character: str) -> str:
    if character in _HIDDEN or unicodedata.category(character) in ("Cc", "Cf"):
        return " " if character.isspace() else ""
    return character.translate(SAME)


def _read_number(text: str, decimal: str) -> int | Decimal | None:
    if text.isdecimal() and len(text) < _MOST_DIGITS:
        return int(text)
    if "_" in text or len(text) >= _MOST_DIGITS:
        return None
    try:
        number = Decimal(text if decimal == "." else text.replace(",", "."))
    except ArithmeticError:
        return None
    return number if number.is_finite() else None
