"""What all sections of a spec have in common: frozen, closed, and checked across keys in the same pass."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    ModelWrapValidatorHandler,
    SerializerFunctionWrapHandler,
    ValidationError,
    model_serializer,
    model_validator,
)
from pydantic_core import InitErrorDetails

from job.spec.kinds import COMPLAINT, complaint
from job.spec.scalars import Scalar, plain

Complaint = tuple[tuple[str | int, ...], str]
"""A key path, and what is wrong there."""


class Given:
    """The keys of a section as they were given, valid or not, with defaults for those that were not.

    Parameters
    ----------
    section : type of BaseModel
    value : Mapping
        The section's part of the document.
    """

    def __init__(self, section: type[BaseModel], value: Mapping[str, Any]) -> None:
        self._fields = section.model_fields
        self._value = value

    def __contains__(self, key: str) -> bool:
        return key in self._value

    def raw(self, key: str) -> Any:
        """Return what stands under a key; the default where nothing does."""
        return self._value[key] if key in self._value else self._fields[key].get_default(call_default_factory=True)

    def __getitem__(self, key: str) -> Any:
        return plain(self.raw(key))


@dataclass(frozen=True)
class Rule:
    """Something that must hold between keys.

    Parameters
    ----------
    needs : tuple of str
        Keys, dotted where they are further down. While one of them is wrong itself the rule is silent.
    complain : callable
        Takes what was given and yields key paths with what is wrong there.
    """

    needs: tuple[str, ...]
    complain: Callable[[Given], Iterable[Complaint]]

    def is_silent(self, wrong: Iterable[tuple[str | int, ...]]) -> bool:
        """Tell whether one of the paths that are wrong keeps this rule from being judged."""
        paths = [tuple(need.split(".")) for need in self.needs]
        return any(path[: len(place)] == place[: len(path)] for path in paths for place in wrong)


class Section(BaseModel):
    """A part of a spec.

    Every problem of a section is found in one pass: those of single keys, and those between keys that are right.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, hide_input_in_errors=True)

    rules: ClassVar[tuple[Rule, ...]] = ()

    @classmethod
    def _rewrite(cls, value: Any) -> Any:
        """Turn a short way of writing this section into the long one; an empty section takes every default."""
        return {} if isinstance(value, Scalar) and value.value is None else value

    def _fill(self) -> None:
        """Fill in what was not given and depends on other keys."""

    def _keeps(self, key: str) -> bool:
        """Tell whether a key is written where this section is; a key that it could not have is not."""
        return True

    def _put(self, key: str, value: Any) -> None:
        """Fill in one key of a section that nobody else has seen yet, so frozen is kept to."""
        self.__dict__[key] = value

    @model_validator(mode="wrap")
    @classmethod
    def _read(cls, value: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        if isinstance(value, cls):
            return value
        value = cls._rewrite(value)
        made, errors = None, list[InitErrorDetails]()
        try:
            made = handler(value)
        except ValidationError as error:
            errors = [_again(details) for details in error.errors(include_url=False)]
        if isinstance(value, Mapping):
            errors += _broken_rules(cls, value, [details["loc"] for details in errors])
        if errors or made is None:
            raise ValidationError.from_exception_data(cls.__name__, errors)
        made._fill()
        return made

    @model_serializer(mode="wrap")
    def _write(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Write what can be read again: no key that says nothing, and null where it is not the default."""
        written: dict[str, Any] = handler(self)
        defaults = {field.alias or name: field.default for name, field in type(self).model_fields.items()}
        return {
            key: value
            for key, value in written.items()
            if self._keeps(key) and not (value is None and defaults.get(key) is None)
        }


def _broken_rules(
    section: type[Section], value: Mapping[str, Any], wrong: list[tuple[int | str, ...]]
) -> Iterable[InitErrorDetails]:
    given = Given(section, value)
    for rule in section.rules:
        if not rule.is_silent(wrong):
            for path, message in rule.complain(given):
                yield InitErrorDetails(type=complaint(message), loc=path, input=None)


def _again(details: Any) -> InitErrorDetails:
    """Make an error that can be raised again from one that was caught."""
    kind = complaint(details["msg"]) if details["type"] == COMPLAINT else details["type"]
    return InitErrorDetails(type=kind, loc=details["loc"], input=None, ctx=details.get("ctx", {}))
