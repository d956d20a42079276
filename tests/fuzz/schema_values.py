"""Values of a JSON Schema, as hypothesis draws them: mostly right, at the bounds, and now and then just beyond."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

Json = Any
ODD: tuple[Json, ...] = (
    None,
    True,
    -1,
    0,
    1,
    2,
    10**9,
    2**53 + 1,
    10**400,
    0.5,
    -0.0,
    1e308,
    5e-324,
    "",
    "x",
    "x" * 3000,
    "no",
    "1",
    "\x00",
    "\x1b[31m",
    "\u202e",
    "##vso[task.x]",
    "a\nb",
    [],
    {},
    [[]],
    [{}],
    {"": 0},
    {"x": {"x": []}},
)
"""What stands where something else should."""
_WORDS = st.sampled_from([word for word in ODD if isinstance(word, str)]) | st.text(max_size=8)
_KEYS = st.sampled_from(["x", "params", "label", "name", "k_neighbors", "n_estimators", "random_state", "C"])
_FREE = st.recursive(
    st.sampled_from(ODD) | st.integers(-9, 99) | st.floats(allow_nan=False) | _WORDS,
    lambda inside: st.lists(inside, max_size=2) | st.dictionaries(_KEYS, inside, max_size=2),
    max_leaves=4,
)


def values_of(schema: Mapping[str, Json], known: Mapping[str, Json], depth: int = 0) -> st.SearchStrategy[Json]:
    """Draw what a schema allows, and rarely (one in twenty) what it doesn't."""
    return st.integers(0, 19).flatmap(lambda die: st.sampled_from(ODD) if die == 0 else _right(schema, known, depth))


def _right(schema: Mapping[str, Json], known: Mapping[str, Json], depth: int) -> st.SearchStrategy[Json]:
    if "$ref" in schema:
        return values_of(known[schema["$ref"].rpartition("/")[2]], known, depth)
    if "const" in schema:
        return st.just(schema["const"])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if choices := schema.get("oneOf", () if "properties" in schema else schema.get("anyOf", ())):
        return st.one_of([values_of(choice, known, depth) for choice in choices])
    kind = schema.get("type")
    if isinstance(kind, list):
        return st.one_of([_right({**schema, "type": each}, known, depth) for each in kind])
    if kind == "object" and "properties" in schema:
        return _objects(schema, known, depth)
    if kind == "array":
        each = values_of(schema.get("items", {}), known, depth + 1)
        return st.lists(each, min_size=schema.get("minItems", 0), max_size=3)
    return {
        "integer": lambda: _numbers(schema, st.integers),
        "number": lambda: _numbers(schema, st.floats, allow_nan=False),
        "boolean": st.booleans,
        "null": st.none,
        "string": lambda: _WORDS,
    }.get(kind, lambda: _FREE)()


def _objects(schema: Mapping[str, Json], known: Mapping[str, Json], depth: int) -> st.SearchStrategy[Json]:
    """Draw the required keys and a few others, since a section with all of them is wrong in many places."""
    properties = schema["properties"]
    required = set(schema.get("required", ()))

    def build(names: list[str]) -> st.SearchStrategy[Json]:
        chosen = {name: values_of(properties[name], known, depth + 1) for name in {*names, *required}}
        return st.fixed_dictionaries(chosen)

    return st.lists(st.sampled_from(sorted(properties)), max_size=4, unique=True).flatmap(build)


def _numbers(schema: Mapping[str, Json], draw: Any, **options: Any) -> st.SearchStrategy[Json]:
    least = schema.get("minimum", schema.get("exclusiveMinimum"))
    most = schema.get("maximum", schema.get("exclusiveMaximum"))
    bounds = [bound for bound in (least, most) if bound is not None]
    near = draw(**options) if least is None else draw(least, least + 60 if most is None else most, **options)
    small = near if least is None or most is None else draw(least, min(most, least + 60), **options)
    return st.one_of([small, near, *([st.sampled_from(bounds)] if bounds else [])])
