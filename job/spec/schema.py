"""The JSON Schema of a spec: for editors, and for messages about what is allowed where."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from typing import Any

from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import core_schema

from job.spec.job_spec import JobSpec

_NOT_FIXED = (
    ("SplitSpec", ("method", "n_splits", "n_repeats", "random_state")),
    ("ClassificationSpec", ("random_state",)),
    ("MixtureSpec", ("random_state",)),
)
"""Keys whose default depends on other keys."""

Schema = dict[str, Any]


class _SpecSchema(GenerateJsonSchema):
    def str_schema(self, schema: core_schema.StringSchema) -> Schema:
        """A bare number or true is taken for text as it is written, where text of any kind is allowed."""
        written = super().str_schema(schema)
        return written if "pattern" in written else {**written, "type": ["string", "number", "boolean"]}


@functools.cache
def json_schema() -> Schema:
    """Return the JSON Schema (draft 2020-12) of a spec; rules that hold between keys are checked by the job only."""
    schema = JobSpec.model_json_schema(schema_generator=_SpecSchema)
    for section, keys in _NOT_FIXED:
        for key in keys:
            del schema["$defs"][section]["properties"][key]["default"]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "Minority Report spec"}


def alternatives(schema: Schema) -> list[Schema]:
    """List what a schema allows, null left out, with references followed."""
    if "$ref" in schema:
        return alternatives(json_schema()["$defs"][schema["$ref"].rpartition("/")[2]])
    inside: list[Schema] = [] if "properties" in schema else schema.get("anyOf") or schema.get("oneOf") or []
    return [one for inner in inside if inner != {"type": "null"} for one in alternatives(inner)] or [schema]


def schema_at(path: Iterable[str | int]) -> Schema:
    """Find the schema at a key path, as pydantic gives it: with the names of alternatives, which may be left out."""
    schema = json_schema()
    for step in path:
        found = alternatives(schema)
        below = [one["items"] if isinstance(step, int) else one["properties"][step] for one in found if _has(one, step)]
        of_kind = [one for one in found if kind_of(one) == step]
        schema = next(iter(below or of_kind), schema)
    return schema


def keys_at(path: Iterable[str | int]) -> list[str]:
    """List the keys of the section at a key path, as a spec writes them."""
    return keys_of(schema_at(path))


def keys_of(schema: Schema) -> list[str]:
    """List the keys of a section; of an entry, those of its long form."""
    return next((list(one["properties"]) for one in alternatives(schema) if "properties" in one), [])


def homes_of(key: str) -> list[str]:
    """Name the sections that have a key."""
    return list(dict.fromkeys(home for home, keys in _sections(json_schema(), "") if key in keys))


def kind_of(section: Schema) -> str | None:
    """Return the kind of a section that has a fixed one, a generator."""
    return section.get("properties", {}).get("kind", {}).get("const")  # type: ignore[no-any-return]


def _has(schema: Schema, step: str | int) -> bool:
    return "items" in schema if isinstance(step, int) else step in schema.get("properties", ())


def _sections(schema: Schema, home: str) -> Iterator[tuple[str, Schema]]:
    for section in alternatives(schema):
        inside = section.get("properties", {})
        which = f" of kind {kind}" if (kind := kind_of(section)) else ""
        if inside:
            yield f"{home}{which}" or "the top level", inside
        for key, below in inside.items():
            yield from _sections(below, f"{home}{which}.{key}".lstrip("."))
        if "items" in section:
            yield from _sections(section["items"], home)
