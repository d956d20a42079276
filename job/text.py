"""Numbers, lists and names in text: values as messages show them, long text shortened, the nearest known name."""

import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from itertools import islice
from typing import Any

from job.errors import STOPS

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
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_CONTROL_PICTURES = 0x2400
_DELETE = 0x7F
_JOINERS = "\u200c\u200d"  # Persian words and many emoji need them
NO_VALUE = "–"
_MINUS = "\u2212"
_MAX_DECIMALS = 4
_LONGEST_NAME = 60


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
        return str.encode(str(get())[:_LONGEST_READ], "utf-8", "backslashreplace").decode()
    except STOPS.get():
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


def make_visible(text: str, keep: str = "\n\t") -> str:
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


def visible_line(text: str) -> str:
    """Make text visible and put it on one line, each run of white space as one space."""
    return make_visible(" ".join(text.split()), keep="")


def abbreviate(text: str, length: int) -> str:
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
    line = visible_line(text)
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


def abbreviate_all(texts: Sequence[str], length: int) -> tuple[str, ...]:
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
        candidate = base = abbreviate(text, length) or "(empty)"
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


def whole(value: float) -> str:
    """Write a number of things: whole from ten on, with one decimal below, and none where that is 0."""
    return number(value, 0 if abs(value) >= 9.95 or abs(value - round(value)) < 0.05 else 1)


def probability(share: float) -> str:
    """Write a probability in per cent; it is never called 0 or 100."""
    points = 100 * share
    return "less than 1 %" if points < 1 else "more than 99 %" if points > 99 else f"{points:.0f} %"


def more_or_fewer(value: float, one: str, many: str) -> str:
    """Say a difference of counts in words: ``3 more false alerts``, ``1 fewer row``, ``as many rows``."""
    text = whole(abs(value))
    if text == "0":
        return f"as many {many}"
    return f"{text} {'more' if value > 0 else 'fewer'} {one if text == '1' else many}"


def rounded(value: float) -> str:
    """Write a rough number to two digits: 3,417 is ``3,400``."""
    if value < 10:
        return f"{math.ceil(value)}"
    scale = 10 ** (math.floor(math.log10(value)) - 1)
    return f"{round(value / scale) * scale:,.0f}"


_DEVICES = frozenset(("con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))))


def name_files(labels: Sequence[str]) -> list[str]:
    """Make a name of a file of each label: letters, digits, dots, hyphens and underscores, no two alike.

    Returns
    -------
    list of str
        Without a suffix; different also where case doesn't count.
    """
    taken: set[str] = set()
    names = []
    for label in labels:
        name = base = re.sub(r"[^A-Za-z0-9._-]+", "_", label).strip("._-")[:_LONGEST_NAME] or "strategy"
        number = 1
        while name.lower() in taken or name.partition(".")[0].lower() in _DEVICES:
            number += 1
            name = f"{base}_{number}"
        taken.add(name.lower())
        names.append(name)
    return names
