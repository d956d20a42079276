"""Words for messages: names in quotes, lists with an end, the nearest known name."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from job.data.alike import SAME, look
from job.spec.words import escape, visible

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
    written = escape(
        quoted(text), "".join(c for c in own if same or ord(c) in SAME or unicodedata.normalize("NFKC", c) != c)
    )
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
