"""Kinds of values that a key can have: each reads a value, says in plain words what is allowed, and is its own schema.

They stand in annotations, ``Annotated[int, Whole(1)]``, so bounds, message and JSON schema come from one place.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from job.spec.scalars import Scalar, plain, source_of
from job.spec.words import guess, is_control, nearest, show

COMPLAINT = "complaint"
"""Type of the errors whose message is ours already."""


def complaint(message: str) -> PydanticCustomError:
    """Make the error by which a validator says in our words what is wrong."""
    return PydanticCustomError(COMPLAINT, "{message}", {"message": message})


class Kind:
    """A kind of value. `_read` takes what the document has, and returns the value of the key or raises `complaint`."""

    _allowed: str

    def _read(self, value: Any) -> Any:
        raise NotImplementedError

    def _schema(self) -> JsonSchemaValue | None:
        return None  # pydantic's own says it all

    def refused(self, value: Any) -> PydanticCustomError:
        """Make the error for a value that is not of this kind."""
        return complaint(f"got {_got(value)}, must be {self._allowed}")

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self._read, handler(source))

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        own = self._schema()
        return handler(core) if own is None else own


def _got(value: Any) -> str:
    if isinstance(value, Scalar) and value.source and not isinstance(value.value, str):
        return show(value.source).strip("'")  # a number as it was written: 1e3, not 1000.0
    return show(plain(value))


@dataclass(frozen=True)
class Whole(Kind):
    """An integer from `low` to `high`; true and 2.0 are none."""

    low: int
    high: int

    @property
    def _allowed(self) -> str:  # type: ignore[override]
        return f"an integer from {self.low:,} to {self.high:,}"

    def _read(self, value: Any) -> int:
        number = plain(value)
        if isinstance(number, bool) or not isinstance(number, int) or not self.low <= number <= self.high:
            raise self.refused(value)
        return number

    def _schema(self) -> JsonSchemaValue:
        return {"type": "integer", "minimum": self.low, "maximum": self.high}


@dataclass(frozen=True)
class Number(Kind):
    """A finite number; bounds are included unless `open` names their side."""

    low: float | None = None
    high: float | None = None
    open: str = ""
    optional: bool = False

    @property
    def _allowed(self) -> str:  # type: ignore[override]
        bounds = [
            f"{'>' if 'low' in self.open else '>='} {self.low:,g}" if self.low is not None else "",
            f"{'<' if 'high' in self.open else '<='} {self.high:,g}" if self.high is not None else "",
        ]
        return " ".join(["a finite number", " and ".join(filter(None, bounds))]).strip()

    def _read(self, value: Any) -> float | None:
        number = plain(value)
        if self.optional and number is None:
            return None
        if isinstance(number, bool) or not isinstance(number, int | float):
            raise self.refused(value)
        try:
            number = float(number)
        except OverflowError:
            number = math.inf
        if not math.isfinite(number) or not self._within(number):
            raise self.refused(value)
        return number

    def _within(self, number: float) -> bool:
        above = self.low is None or (number > self.low if "low" in self.open else number >= self.low)
        below = self.high is None or (number < self.high if "high" in self.open else number <= self.high)
        return above and below

    def _schema(self) -> JsonSchemaValue:
        bounds = {
            "exclusiveMinimum" if "low" in self.open else "minimum": self.low,
            "exclusiveMaximum" if "high" in self.open else "maximum": self.high,
        }
        schema: JsonSchemaValue = {key: bound for key, bound in bounds.items() if bound is not None}
        return {"type": ["number", "null"] if self.optional else "number", **schema}


@dataclass(frozen=True)
class Numbers(Kind):
    """One number for everything, or a list with one for each feature, or null."""

    each: Number

    @property
    def _allowed(self) -> str:  # type: ignore[override]
        return f"{self.each._allowed}, a list of such numbers, or null"

    def _read(self, value: Any) -> float | tuple[float, ...] | None:
        if plain(value) is None:
            return None
        if isinstance(value, list | tuple):
            return tuple(self.each._read(item) for item in value)  # type: ignore[misc]
        try:
            return self.each._read(value)
        except PydanticCustomError:
            raise self.refused(value) from None

    def _schema(self) -> JsonSchemaValue:
        return {"anyOf": [self.each._schema(), {"type": "array", "items": self.each._schema()}, {"type": "null"}]}


@dataclass(frozen=True)
class Switch(Kind):
    """True or false."""

    _allowed = "true or false"

    def _read(self, value: Any) -> bool:
        switch = plain(value)
        if not isinstance(switch, bool):
            raise self.refused(value)
        return switch


class OneOf(Kind):
    """One of a few words."""

    def __init__(self, *words: str) -> None:
        self.words = words
        self._allowed = f"one of {', '.join(words)}" if len(words) > 1 else words[0]

    def _read(self, value: Any) -> str:
        word = plain(value)
        if not isinstance(word, str) or word not in self.words:
            hint = f"; did you mean {near}?" if isinstance(word, str) and (near := nearest(word, self.words)) else ""
            raise complaint(f"got {_got(value)}, must be {self._allowed}{hint}")
        return word

    def _schema(self) -> JsonSchemaValue:
        return {"enum": list(self.words)}


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


@dataclass(frozen=True)
class Listed(Kind):
    """A list; pydantic then reads its items.

    Parameters
    ----------
    of : str
        What the items are, for messages.
    least : int
        Fewest items.
    optional : bool
        Whether null means that there is none.
    """

    of: str
    least: int = 0
    optional: bool = False

    @property
    def _allowed(self) -> str:  # type: ignore[override]
        return f"a list of {self.of}"

    def _read(self, value: Any) -> Any:
        if self.optional and plain(value) is None:
            return None
        if isinstance(value, Scalar) and value.source and "," not in value.source and len(value.source) < 40:
            raise complaint(f"got {_got(value)}, must be {self._allowed}: [{value.source}]")
        if not isinstance(value, list | tuple):
            raise self.refused(value)
        if len(value) < self.least:
            raise complaint(f"is empty, must be {self._allowed} with at least {self.least}")
        return value


class Nothing(Kind):
    """Lets null stand for a section that is not there."""

    def _read(self, value: Any) -> Any:
        return None if isinstance(value, Scalar) and value.value is None else value


class Parameters(Kind):
    """Parameters of a class: plain YAML data under keys that are text, every number finite and of ordinary size."""

    _allowed = "a mapping of parameter names to values"

    def _read(self, value: Any) -> dict[str, Any]:
        if isinstance(value, Scalar) and value.value is None:
            return {}
        if not isinstance(value, Mapping):
            raise self.refused(value)
        params = {key: plain(item) for key, item in value.items()}
        for name, item in params.items():
            if (odd := _odd_number(item)) is not None:
                raise complaint(f"{name} has {show(odd)}: numbers must be finite, and integers fit into 64 bits")
        return params

    def _schema(self) -> JsonSchemaValue:
        return {"type": "object"}


def _odd_number(value: Any) -> float | None:
    if isinstance(value, Mapping | list):
        items = value.values() if isinstance(value, Mapping) else value
        return next((odd for item in items if (odd := _odd_number(item)) is not None), None)
    if isinstance(value, float) and not math.isfinite(value):
        return value
    return value if isinstance(value, int) and not -(2**63) <= value < 2**63 else None


class Known(Kind):
    """The name of a strategy or classifier."""

    def __init__(self, what: str, names: Iterable[str]) -> None:
        self.what = what
        self.names = tuple(names)
        self._allowed = f"the name of a {what}"

    def _read(self, value: Any) -> str | None:
        name = plain(value)
        if not isinstance(name, str):
            raise complaint(f"got {_got(value)}, must be {self._allowed} (allowed: {', '.join(self.names)})")
        if name not in self.names:
            if all(part.isidentifier() for part in name.split(".")) and "." in name:
                hint = f"a class by its path is written {{class: {name}}}"
                raise complaint(f"unknown {self.what} {show(name)}; {hint} (names: {', '.join(self.names)})")
            raise complaint(f"unknown {self.what} {show(name)}{guess(name, self.names)}")
        return name

    def _schema(self) -> JsonSchemaValue:
        return {"enum": list(self.names)}
