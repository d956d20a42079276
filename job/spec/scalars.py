"""Single values of a YAML document: what YAML 1.2 takes them for, and how they were written."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

_WORDS: dict[str, bool | float | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **{sign + word: math.inf for sign in ("", "+") for word in (".inf", ".Inf", ".INF")},
    **{"-" + word: -math.inf for word in (".inf", ".Inf", ".INF")},
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
}
_INTEGER = re.compile(r"[-+]?[0-9]+")
_OCTAL = re.compile(r"0o[0-7]+")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_MOST_DIGITS = 300


@dataclass(frozen=True)
class Scalar:
    """One value of a YAML document.

    Parameters
    ----------
    value : None, bool, int, float or str
        What YAML 1.2 (core schema) takes it for.
    source : str
        As it was written; for quoted text and blocks, the text itself.
    """

    value: bool | int | float | str | None
    source: str


def read_plain(source: str) -> Scalar:
    """Read a value that stands in the document without quotes.

    Parameters
    ----------
    source : str

    Returns
    -------
    Scalar
        ``no``, ``on`` and ``1_000`` are words, as YAML 1.2 has it; an integer too long to be one is infinite.
    """
    if source in _WORDS:
        return Scalar(_WORDS[source], source)
    for pattern, base in ((_INTEGER, 10), (_OCTAL, 8), (_HEXADECIMAL, 16)):
        if pattern.fullmatch(source):
            return Scalar(_integer(source, base), source)
    return Scalar(float(source) if _FLOAT.fullmatch(source) else source, source)


def _integer(source: str, base: int) -> int | float:
    if len(source) > _MOST_DIGITS:  # Python refuses to read very long ones, and no key has use for them
        return -math.inf if source.startswith("-") else math.inf
    return int(source, base)


def plain(value: Any) -> Any:
    """Turn every `Scalar` inside a value into the plain value that YAML takes it for."""
    if isinstance(value, Scalar):
        return value.value
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def source_of(value: Any) -> str | None:
    """Return the text that a single value was written as; None for lists and mappings."""
    if isinstance(value, Scalar):
        return value.source
    if isinstance(value, str | int | float):
        return str(value)
    return None
