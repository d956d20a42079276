"""What pydantic itself finds wrong with the keys of a section, in the words of this job."""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from job.spec.generate import GENERATORS, generator_of
from job.spec.model import JobSpec
from job.spec.scalars import plain
from job.text import guess, show


def in_words(kind: str, path: tuple[str | int, ...], value: Any, document: Any = None) -> str:
    """Say what is wrong.

    Parameters
    ----------
    kind : str
        Type of pydantic's error.
    path : tuple of str and int
        Where it stands.
    value : Any
        What stands there.
    document : Any
        The whole document, which says what kind of data is drawn.

    Returns
    -------
    str
    """
    section = section_at(path[:-1], document)
    if kind == "missing":
        return f"is missing: {_description(section, str(path[-1]))}"
    if kind == "extra_forbidden":
        return _unknown(str(path[-1]), section)
    keys = keys_of(section_at(path, document))
    return f"got {show(plain(value))}, must be a mapping with keys of its own: {', '.join(keys)}"


def section_at(path: tuple[str | int, ...], document: Any = None) -> type[BaseModel]:
    """Find the section that stands at a key path; which generator it is, the document says."""
    section: type[BaseModel] = JobSpec
    for step in path:
        document = document.get(step) if isinstance(document, Mapping) else None
        if isinstance(step, str):
            found = _sections_in(_field(section, step).annotation)
            section = generator_of(document) if len(found) > 1 else next(iter(found), section)
    return section


def keys_of(section: type[BaseModel]) -> list[str]:
    """Return the keys of a section as a spec writes them."""
    return [field.alias or name for name, field in section.model_fields.items()]


def _field(section: type[BaseModel], key: str) -> FieldInfo:
    return {field.alias or name: field for name, field in section.model_fields.items()}[key]


def _sections_in(annotation: Any) -> list[type[BaseModel]]:
    """Find the sections that an annotation is about, also inside a tuple or a union."""
    if isinstance(annotation, type) and not isinstance(annotation, types.GenericAlias):
        return [annotation] if issubclass(annotation, BaseModel) else []
    return [found for inside in get_args(annotation) for found in _sections_in(inside)]


def _description(section: type[BaseModel], key: str) -> str:
    return str(_field(section, key).description)


def _unknown(key: str, section: type[BaseModel]) -> str:
    if key not in keys_of(section):
        homes = dict.fromkeys(home for home, other in _sections() if key in keys_of(other))
        if homes:
            return f"unknown key here; {key} belongs to {' or '.join(homes)}"
    return f"unknown key{guess(key, keys_of(section))}"


def _sections(section: type[BaseModel] = JobSpec, home: str = "") -> Iterator[tuple[str, type[BaseModel]]]:
    yield home or "the top level", section
    for name, field in section.model_fields.items():
        inner = _sections_in(field.annotation)
        for other in inner:
            which = f" of kind {_kind_of(other)}" if len(inner) > 1 else ""
            yield from _sections(other, f"{home}.{name}{which}".lstrip("."))


def _kind_of(generator: type[BaseModel]) -> str:
    return next(kind for kind, section in GENERATORS.items() if section is generator)
