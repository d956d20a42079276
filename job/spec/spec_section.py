"""What sections of a spec have in common: frozen, closed, checked across keys in one pass; and kinds of values.

Bounds are pydantic's own, at each key. A `title` says what a text or a list is; messages and the JSON Schema show it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Annotated, Any, ClassVar, LiteralString, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_serializer, model_validator
from pydantic.types import GetPydanticSchema, StrictInt
from pydantic_core import InitErrorDetails, PydanticCustomError, ValidationError, core_schema

from job.text import is_control

Path = tuple[str | int, ...]
Complaint = tuple[Path, str]
"""A key path, and what is wrong there."""
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


class WrongKeyError(Exception):
    """A rule asks for a key that is wrong itself; the rule then can't be judged."""


class Given:
    """The keys of a section as they were given, with defaults for those that were not.

    Parameters
    ----------
    section : type of BaseModel
    value : Mapping
        The section's part of the document.
    wrong : list of tuple
        Key paths of what is wrong in it.
    """

    def __init__(self, section: type[BaseModel], value: Mapping[str, Any], wrong: list[Path]) -> None:
        self._fields = section.model_fields
        self._value = value
        self._wrong = wrong

    def __contains__(self, key: str) -> bool:
        return key in self._value

    def __getitem__(self, keys: str | tuple[str, ...]) -> Any:
        """Return what stands at a key or key path; raises WrongKeyError where that is wrong, or something inside it."""
        path = (keys,) if isinstance(keys, str) else keys
        if any(path[: len(place)] == place[: len(path)] for place in self._wrong):
            raise WrongKeyError
        return self.raw(*path)

    def raw(self, *path: str) -> Any:
        """Return what stands at a key path, right or wrong."""
        key, *below = path
        value = self._value[key] if key in self else self._fields[key].get_default(call_default_factory=True)
        for step in below:
            value = value.get(step) if isinstance(value, Mapping) else getattr(value, step, None)
        return value


Rule = Callable[[Given], Iterable[Complaint]]
"""Says where something doesn't hold that must hold between keys."""


class Section(BaseModel):
    """A part of a spec.

    Every problem of a section is found in one pass: those of single keys, and those between keys that are right.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, hide_input_in_errors=True, use_attribute_docstrings=True
    )

    rules: ClassVar[tuple[Rule, ...]] = ()

    @classmethod
    def _rewrite(cls, value: Any) -> Any:
        """Turn a short way of writing this section into the long one; an empty section takes every default."""
        return {} if value is None else value

    def _fill(self) -> None:
        """Fill in what was not given and depends on other keys."""

    def _keeps(self, key: str) -> bool:
        """Tell whether a key is written where this section is; a key that it could not have is not."""
        return True

    def _put(self, **values: Any) -> None:
        """Fill in keys that were not given, in a section that nobody else has seen yet, so frozen is kept to."""
        self.__dict__.update({key: value for key, value in values.items() if key not in self.model_fields_set})

    @model_validator(mode="wrap")
    @classmethod
    def _read(cls, value: Any, handler: Callable[[Any], Self]) -> Self:
        if isinstance(value, cls):
            return value
        value = cls._rewrite(value)
        made, errors = None, list[InitErrorDetails]()
        try:
            made = handler(value)
        except ValidationError as error:
            errors = [_again(details) for details in error.errors(include_url=False)]
        if isinstance(value, Mapping):
            given = Given(cls, value, [details["loc"] for details in errors])
            for rule in cls.rules:
                with suppress(WrongKeyError):  # the key has been reported
                    for path, message in rule(given):
                        errors.append(InitErrorDetails(type=complaint(message), loc=path, input=None))
        if errors or made is None:
            raise ValidationError.from_exception_data(cls.__name__, errors)
        made._fill()
        return made

    @model_serializer(mode="wrap")
    def _write(self, handler: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
        """Write what can be read again: no key that says nothing, and null where it is not the default."""
        defaults = {field.alias or name: field.default for name, field in type(self).model_fields.items()}
        return {k: v for k, v in handler(self).items() if self._keeps(k) and (v, defaults.get(k)) != (None, None)}


def _again(details: Any) -> InitErrorDetails:
    """Make an error that can be raised again from one that was caught."""
    kind, ours = details["type"], (COMPLAINT, CONTROL_CHARACTERS)
    made = complaint(details["msg"], kind) if kind in ours else kind
    return InitErrorDetails(type=made, loc=details["loc"], input=None, ctx=details.get("ctx", {}))
