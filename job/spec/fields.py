"""Kinds of values that several sections of a spec share.

Bounds are pydantic's own, at each key. A `title` says what a text or a list is; messages and the JSON Schema show it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, LiteralString

from pydantic import BeforeValidator, Field, GetPydanticSchema, StrictInt
from pydantic_core import PydanticCustomError, core_schema

from job.text import is_control

COMPLAINT = "complaint"
"""Type of the errors whose message is ours already."""
CONTROL_CHARACTERS = "control_characters"
"""Type of the error of a text that tables can't show."""
SEED = 42
"""The seed of a spec that names none."""


def complaint(message: str, kind: LiteralString = COMPLAINT) -> PydanticCustomError:
    """Make the error by which a validator says in our words what is wrong."""
    return PydanticCustomError(kind, "{message}", {"message": message})


def one_of(names: Iterable[str]) -> GetPydanticSchema:
    """Make what allows these names only, as a Literal does whose words are known before the program runs."""
    return GetPydanticSchema(lambda source, handler: core_schema.literal_schema([*names]))


def tidy(text: Any) -> Any:
    """Put a text that tables show on one line; what is no text, pydantic refuses."""
    if not isinstance(text, str):
        return text
    if any(is_control(character) and character not in "\t\r\n" for character in text):
        raise complaint("has control characters", CONTROL_CHARACTERS)
    return " ".join(text.split())


Seed = Annotated[StrictInt, Field(ge=0, le=2**32 - 1)]
"""What scikit-learn takes as ``random_state``."""
Column = Annotated[str, Field(title="the name of a column", min_length=1, max_length=10_000)]
Label = Annotated[str, Field(title="a label", min_length=1, max_length=80), BeforeValidator(tidy)]
"""The label of an entry, which tables show."""
