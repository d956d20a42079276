"""Kinds that hold others: lists, parameters, and sections that may be absent."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from job.spec.kinds import Kind, complaint, got
from job.spec.scalars import Scalar, plain, read_plain
from job.text import show


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
            raise complaint(f"got {got(value)}, must be {self._allowed}: [{value.source}]")
        if not isinstance(value, list | tuple):
            raise self.refused(value)
        if len(value) < self.least:
            raise complaint(f"is empty, must be {self._allowed} with at least {self.least}")
        return value

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        schema = handler(core)
        for variant in schema.get("anyOf", [schema]):
            if self.least and variant.get("type") == "array":
                variant["minItems"] = self.least
        return schema


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
        params = {key: _with_labels(plain(item)) for key, item in value.items()}
        for name, item in params.items():
            if (odd := _odd_number(item)) is not None:
                raise complaint(f"{name} has {show(odd)}: numbers must be finite, and integers fit into 64 bits")
        return params

    def _schema(self) -> JsonSchemaValue:
        return {"type": "object"}


def _with_labels(value: Any) -> Any:
    """Take keys that spell integers for integers, as in ``sampling_strategy: {1: 500}``; labels like 01 stay texts."""
    if isinstance(value, Mapping):
        return {_label(key): _with_labels(item) for key, item in value.items()}
    return [_with_labels(item) for item in value] if isinstance(value, list) else value


def _label(key: Any) -> Any:
    label = read_plain(key).value if isinstance(key, str) else key
    return label if isinstance(label, int) and str(label) == key else key


def _odd_number(value: Any) -> float | None:
    if isinstance(value, Mapping | list):
        items = value.values() if isinstance(value, Mapping) else value
        return next((odd for item in items if (odd := _odd_number(item)) is not None), None)
    if isinstance(value, float) and not math.isfinite(value):
        return value
    return value if isinstance(value, int) and not -(2**63) <= value < 2**63 else None
