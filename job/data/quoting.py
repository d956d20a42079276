"""How messages name what a file holds: quoted, listed, told apart from what looks alike, the nearest known name."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from difflib import get_close_matches
from functools import cache
from itertools import count

from job.text import BLANK, LATIN, escape, visible

_LONGEST = 60
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


def quoted(text: str) -> str:
    """Write a name or value in quotes, on one line and of bounded length.

    Parameters
    ----------
    text : str
        Anything that came out of a file.

    Returns
    -------
    str
        The text as Python would write it, with what can't be seen as escapes, shortened in its middle where it is long.
    """
    if len(text) > _LONGEST:
        text = f"{text[: _LONGEST - 20]}...{text[-10:]}"
    return visible(text)


def named(text: str) -> str:
    """Write a label without quotes, but in them where it holds what can't be seen."""
    written = quoted(text)
    return text if written[1:-1] == text.strip() else written


def quoted_apart(text: str, other: str) -> str:
    """Write a text in quotes so that a reader can tell it from another one."""
    same = unicodedata.normalize("NFC", text) == unicodedata.normalize("NFC", other)
    own = (c for c in text if not c.isascii() and c.casefold() not in other.casefold())
    odd = "".join(c for c in own if same or ord(c) in SAME or unicodedata.normalize("NFKC", c) != c)
    written = escape(quoted(text), odd)
    return written if written != quoted(other) else visible(text)


def listed(texts: Iterable[str], limit: int = 8) -> str:
    """List names or values, with the number of those that are left out.

    Parameters
    ----------
    texts : iterable of str
        What to list.
    limit : int
        How many to write.

    Returns
    -------
    str
        For example ``'a', 'b' and 3 more``.
    """
    texts = list(texts)
    shown = ", ".join(quoted(text) for text in texts[:limit])
    left = len(texts) - limit
    return f"{shown} and {left:,} more" if left > 0 else shown


def nearest(name: str, known: Sequence[str]) -> str:
    """Say which known name is meant, where one is near.

    Parameters
    ----------
    name : str
        The name that isn't known.
    known : sequence of str
        All names that are.

    Returns
    -------
    str
        A question with a leading blank, or nothing.
    """
    meant = next((other for other in known if look(other) == look(name)), None)
    if meant is None:
        by_lower = {other.lower(): other for other in reversed(known)}
        found = get_close_matches(name.lower(), list(by_lower), n=1, cutoff=0.6)
        if not found:
            return ""
        meant = by_lower[found[0]]
    return f" Did you mean {quoted(meant)}?{_unseen_difference(name, meant)}"


def _unseen_difference(name: str, other: str) -> str:
    is_unseen = look(name) == look(other) or "".join(name.split()) == "".join(other.split())
    odd = sorted(character for character in {*name} ^ {*other} if not (character.isascii() and character.isprintable()))
    if odd and is_unseen:
        told = (f"U+{ord(character):04X} ({unicodedata.name(character, 'a control')})" for character in odd[:3])
        return f" They differ in {', '.join(told)}."
    return " They differ in blanks." if name != other and "".join(name.split()) == "".join(other.split()) else ""


def visible_path(text: str) -> str:
    """Write a path as it is, or in quotes where some of it couldn't be seen."""
    return text if text.isprintable() and text == text.strip() else repr(text)


def counted(count: int, one: str, many: str | None = None) -> str:
    """Write a count with its noun: ``1 row``, ``1,200 rows``."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def share(part: int, whole: int) -> str:
    """Write a part of a count: ``3 of 1,200``, ``all 1,200``."""
    return f"all {whole:,}" if part == whole else f"{part:,} of {whole:,}"


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
