"""Kinds of numbers, switches included, which are none."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from pydantic.json_schema import JsonSchemaValue
from pydantic_core import PydanticCustomError

from job.spec.kinds import Kind
from job.spec.scalars import plain


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
class NumberOrAuto(Number):
    """A number, or ``auto``."""

    @property
    def _allowed(self) -> str:  # type: ignore[override]
        return f"auto or {super()._allowed}"

    def _read(self, value: Any) -> float | str | None:  # type: ignore[override]
        return "auto" if plain(value) == "auto" else super()._read(value)

    def _schema(self) -> JsonSchemaValue:
        return {"anyOf": [{"const": "auto"}, super()._schema()]}


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
