"""What all values of results.json have in common: frozen, checked, closed to NaN, open to keys of later releases."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Number = Annotated[int, Field(ge=-(2**53), le=2**53)] | float
"""A count or a measure, written as it is."""
Values = tuple[float, ...]
MaybeValues = tuple[float | None, ...]


class Record(BaseModel):
    """A part of results.json.

    What doesn't exist is None, and a ``reason`` beside it says why. A field with a default was added later, or belongs
    to some of the rows only.
    """

    model_config = ConfigDict(
        frozen=True, extra="ignore", allow_inf_nan=False, hide_input_in_errors=True, validate_by_name=True
    )


class Pair(Record):
    """Labels of a strategy and a classifier."""

    strategy: str
    classifier: str

    @property
    def place(self) -> tuple[str, str]:
        """Both labels, as a key."""
        return self.strategy, self.classifier
