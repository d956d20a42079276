"""Words for messages: names in quotes, lists with an end, the nearest known name."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from difflib import get_close_matches

_LONGEST = 60


def quoted(text: str) -> str:
    """Write a name or value in quotes, on one line and of bounded length.

    Parameters
    ----------
    text : str
        Anything that came out of a file.

    Returns
    -------
    str
        The text as Python would write it, shortened in its middle where it is long.
    """
    if len(text) > _LONGEST:
        text = f"{text[: _LONGEST - 20]}...{text[-10:]}"
    return repr(text)


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
    by_looks = {_looks(other): other for other in reversed(known)}
    found = get_close_matches(_looks(name), list(by_looks), n=1, cutoff=0.6)
    if not found:
        return ""
    meant = by_looks[found[0]]
    return f" Did you mean {quoted(meant)}?{_unseen_difference(name, meant)}"


def _looks(name: str) -> str:
    """Give what a name looks like: without case, what is invisible, and the several ways to write one character."""
    text = unicodedata.normalize("NFKC", name).casefold()
    return " ".join("".join(character for character in text if unicodedata.category(character) != "Cf").split())


def _unseen_difference(name: str, other: str) -> str:
    odd = sorted(character for character in {*name} ^ {*other} if not (character.isascii() and character.isprintable()))
    if odd:
        told = (f"U+{ord(character):04X} ({unicodedata.name(character, 'a control')})" for character in odd[:3])
        return f" They differ in {', '.join(told)}."
    return " They differ in blanks." if name != other and "".join(name.split()) == "".join(other.split()) else ""


def visible(text: str) -> str:
    """Write a path as it is, or in quotes where some of it couldn't be seen."""
    return text if text.isprintable() and text == text.strip() else repr(text)


def counted(count: int, one: str, many: str | None = None) -> str:
    """Write a count with its noun: ``1 row``, ``1,200 rows``."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def share(part: int, whole: int) -> str:
    """Write a part of a count: ``3 of 1,200``, ``all 1,200``."""
    return f"all {whole:,}" if part == whole else f"{part:,} of {whole:,}"
