"""Kinds of texts: free ones, one of a few words, and names that the job knows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pydantic.json_schema import JsonSchemaValue

from job.spec.kinds import Kind, complaint, got
from job.spec.scalars import plain, source_of
from job.text import guess, is_control, nearest, show


@dataclass(frozen=True)
class Text(Kind):
    """Text. A bare number, ``no`` or ``01`` is taken as it was written.

    Parameters
    ----------
    what : str
        What the text is, for messages.
    empty : bool
        Whether it may be empty.
    shown : bool
        Whether people read it in tables: then it is one line, without control characters.
    optional : bool
        Whether null means that there is none.
    longest : int
    """

    what: str
    empty: bool = False
    shown: bool = False
    optional: bool = False
    longest: int = 10_000

    @property
    def _allowed(self) -> str:  # type: ignore[override]
        return self.what

    def _read(self, value: Any) -> str | None:
        if self.optional and plain(value) is None:
            return None
        text = source_of(value)
        if text is None:
            raise self.refused(value)
        if self.shown:
            text = " ".join(text.split()) if not any(is_control(c) and c not in "\t\r\n" for c in text) else text
            if any(map(is_control, text)):
                raise complaint(f"got {show(text)}, must be {self.what} without control characters")
        if not text and not self.empty:
            raise complaint(f"is empty, must be {self.what}")
        if len(text) > self.longest:
            raise complaint(f"has {len(text):,} characters, must be {self.what} of at most {self.longest:,}")
        return text

    def _schema(self) -> JsonSchemaValue:
        types = ["string", "number", "boolean", *(["null"] if self.optional else [])]
        return {"type": types, **({} if self.empty else {"minLength": 1})}


class OneOf(Kind):
    """One of a few words."""

    def __init__(self, *words: str) -> None:
        self.words = words
        self._allowed = f"one of {', '.join(words)}" if len(words) > 1 else words[0]

    def _read(self, value: Any) -> str:
        word = plain(value)
        if not isinstance(word, str) or word not in self.words:
            hint = f"; did you mean {near}?" if isinstance(word, str) and (near := nearest(word, self.words)) else ""
            raise complaint(f"got {got(value)}, must be {self._allowed}{hint}")
        return word

    def _schema(self) -> JsonSchemaValue:
        return {"enum": list(self.words)}


class Known(Kind):
    """The name of a strategy or classifier."""

    def __init__(self, what: str, names: Iterable[str]) -> None:
        self.what = what
        self.names = tuple(names)
        self._allowed = f"the name of a {what}"

    def _read(self, value: Any) -> str | None:
        name = plain(value)
        if not isinstance(name, str):
            raise complaint(f"got {got(value)}, must be {self._allowed} (allowed: {', '.join(self.names)})")
        if name not in self.names:
            if all(part.isidentifier() for part in name.split(".")) and "." in name:
                hint = f"a class by its path is written {{class: {name}}}"
                raise complaint(f"unknown {self.what} {show(name)}; {hint} (names: {', '.join(self.names)})")
            raise complaint(f"unknown {self.what} {show(name)}{guess(name, self.names)}")
        return name

    def _schema(self) -> JsonSchemaValue:
        return {"enum": list(self.names)}
