"""How messages show what was got, and guess what was meant."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from itertools import islice
from typing import Any

from job.errors import Interrupted

_LONGEST_READ = 100_000
_LONGEST_SHOWN = 60
_LONGEST_GUESSED = 80


def show(value: Any, limit: int = _LONGEST_SHOWN) -> str:
    """Write a value as a message shows it: on one line, bounded in length, without control characters.

    Parameters
    ----------
    value : None, bool, int, float, str, Sequence or Mapping
        Plain YAML data.
    limit : int
        Most characters that are shown.

    Returns
    -------
    str
    """
    if value is None or isinstance(value, bool):
        return {None: "nothing", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return repr(shorten(value, limit))
    if isinstance(value, Mapping):
        return "a mapping" if value else "an empty mapping"
    if isinstance(value, Sequence):
        inside = ", ".join(show(item, limit // 3) for item in islice(value, 6)) + (", …" if len(value) > 6 else "")
        return shorten(f"[{inside}]", limit)
    return shorten(str(value), limit)


def shorten(text: str, limit: int) -> str:
    """Cut text to at most `limit` characters, and show that it was cut."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def one_line(text: str, limit: int = 2000) -> str:
    """Put text on one line, with every character that could steer a terminal replaced."""
    return "".join("�" if is_control(character) else character for character in " ".join(shorten(text, limit).split()))


def words_of(error: BaseException) -> str:
    """Write what was raised or warned of as its kind and its message, whatever others' code makes of these."""
    kind, message = text_of(lambda: type(error).__name__), text_of(lambda: error)
    return f"{kind}: {message}" if message.strip() else kind


def text_of(get: Callable[[], object]) -> str:
    """Write a value of others' code as text that every file can hold, also where it cannot be had or written."""
    try:
        text = str(get())[:_LONGEST_READ]
        return str.encode(text, "utf-8", "backslashreplace").decode()
    except Interrupted:
        raise
    except BaseException:  # what has failed may also fail to say why
        return "(no readable text)"


def is_control(character: str) -> bool:
    """Tell whether a character is none to be read: control characters, direction marks, halves of characters."""
    return unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"} and character != "\u00ad"


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Find the known word that was most likely meant.

    Parameters
    ----------
    word : str
    known : iterable of str

    Returns
    -------
    str or None
        None where none is near.
    """
    if len(word) > _LONGEST_GUESSED:
        return None  # difflib takes a time that grows with the square of the length
    by_lower: dict[str, str] = {}
    for other in known:
        by_lower.setdefault(other.lower(), other)  # of smote and SMOTE the one that is listed first
    near = get_close_matches(word.lower(), by_lower, n=1)
    return by_lower[near[0]] if near else None


def guess(word: str, known: Iterable[str]) -> str:
    """Say what was most likely meant, and what is allowed; follows the words that name what is unknown."""
    known = list(known)
    near = nearest(word, known)
    meant = f"; did you mean {near}?" if near else ""
    return f"{meant} (allowed: {', '.join(known)})"
