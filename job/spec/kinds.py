"""What a kind of value is: it reads a value, says in plain words what is allowed, and is its own schema.

Kinds stand in annotations, ``Annotated[int, Whole(1, 9)]``, so bounds, message and JSON schema come from one place.
"""

from __future__ import annotations

from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from job.spec.scalars import Scalar, plain
from job.text import show

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
        return complaint(f"got {got(value)}, must be {self._allowed}")

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self._read, handler(source))

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        own = self._schema()
        return handler(core) if own is None else own


def got(value: Any) -> str:
    """Show a value as a message does, a number as it was written: 1e3, not 1000.0."""
    if isinstance(value, Scalar) and value.source and not isinstance(value.value, str):
        return show(value.source).strip("'")
    return show(plain(value))
