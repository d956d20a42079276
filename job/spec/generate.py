"""``data.generate``: one of the generators, told apart by ``kind`` or by ``preset``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from job.spec.classification import ClassificationSpec
from job.spec.mixture import MixtureSpec
from job.spec.scalars import Scalar, plain
from job.spec.section import Section
from job.text import nearest

GENERATORS: Mapping[str, type[Section]] = {"classification": ClassificationSpec, "mixture": MixtureSpec}


class Generator:
    """Reads the section of the generator that is meant, so that every message is about that one's keys."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_wrap_validator_function(lambda value, _: _read(value), handler(source))


def generator_of(value: Any) -> type[Section]:
    """Find the generator that is meant, also where its name is misspelt or left out.

    Parameters
    ----------
    value : Any
        What stands under ``data.generate``.

    Returns
    -------
    type of Section
    """
    word = plain(value.get("kind")) if isinstance(value, Mapping) else None
    if isinstance(word, str) and (near := nearest(word, GENERATORS)):
        return GENERATORS[near]
    if not isinstance(value, Mapping) or "kind" not in value:
        return MixtureSpec if isinstance(value, Mapping) and "preset" in value else ClassificationSpec
    return max(GENERATORS.values(), key=lambda section: sum(key in section.model_fields for key in value))


def _read(value: Any) -> Section | None:
    if value is None or isinstance(value, Section) or (isinstance(value, Scalar) and value.value is None):
        return value if isinstance(value, Section) else None
    return generator_of(value).model_validate(value)
