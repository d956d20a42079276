"""How messages show a value, and which known name was most likely meant."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from itertools import islice
from typing import Any

from job.errors import Interrupted

_LONGEST_READ = 100_000
_LONGEST_SHOWN = 60
_LONGEST_GUESSED = 80
BLANK = "\u034f\u115f\u1160\u2800\u3164\uffa0" + "".join(map(chr, range(0xFE00, 0xFE10)))
"""Letters, symbols and marks that show nothing."""
_NOT_LATIN = (
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u0501\u04bb\u04cf\u03bf"
    "\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0423\u0425\u0406\u0408\u0405"
    "\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7"
)
LATIN = str.maketrans(_NOT_LATIN, "aeopcyxijsdhloABEKMHOPCTYXIJSABEZHIKMNOPTYX")
"""Cyrillic and Greek letters, and the Latin ones that they look like."""


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
        return visible(shorten(value, limit))
    if isinstance(value, Mapping):
        return "a mapping" if value else "an empty mapping"
    if isinstance(value, Sequence):
        inside = ", ".join(show(item, limit // 3) for item in islice(value, 6)) + (", …" if len(value) > 6 else "")
        return shorten(f"[{inside}]", limit)
    return shorten(str(value), limit)


def visible(text: str) -> str:
    """Write text in quotes, with escapes for what a reader can't see or would take for another character."""
    written = repr(text)
    if text.isascii() and "  " not in text:
        return written
    hidden = BLANK
    if unicodedata.normalize("NFC", text) != text:
        hidden += "".join(character for character in text if unicodedata.combining(character))
    written = re.sub("(?<= ) ", r"\\x20", escape(written, hidden))  # a page shows two blanks as one
    mixed = r"\w*[A-Za-z]\w*"  # a Cyrillic word is no surprise, one Cyrillic letter among Latin ones is
    return re.sub(mixed, lambda word: escape(word[0], _NOT_LATIN), written)


def escape(text: str, characters: str) -> str:
    """Write some characters of a text as Python's escapes."""
    return "".join(ascii(character)[1:-1] if character in characters else character for character in text)


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
