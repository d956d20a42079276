"""The JSON Schema of a spec: for editors, and for what is said of a wrong spec: what was found, and what is allowed."""

import functools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import core_schema

from job.spec.generators import GENERATORS
from job.spec.job_spec import JobSpec
from job.spec.spec_section import COMPLAINT, CONTROL_CHARACTERS
from job.spec.suite_spec import DATASETS, SuiteData
from job.spec.yaml_document import Document, Fault, Node, Path
from job.text import counted, guess, nearest, show

_NOT_FIXED = (
    *(("SplitSpec", key) for key in ("method", "n_splits", "n_repeats", "random_state")),
    *(("ClassificationSpec", "random_state"), ("MixtureSpec", "random_state")),
)
"""Keys whose default depends on other keys."""
_LONGEST_SHOWN = 60
_MANY = 6

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
    for section, key in _NOT_FIXED:
        del schema["$defs"][section]["properties"][key]["default"]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "Minority Report spec"}


@functools.cache
def suite_schema() -> Schema:
    """Return the JSON Schema of a suite: that of a spec, with datasets in the place of data."""
    job, suite = json_schema(), SuiteData.model_json_schema(schema_generator=_SpecSchema)
    definitions = {name: one for name, one in {**suite["$defs"], **job["$defs"]}.items() if name != "DataSpec"}
    keys = [DATASETS if key == "data" else key for key in job["properties"]]
    properties = {key: {**job["properties"], **suite["properties"]}[key] for key in keys}
    about = {"required": [DATASETS], "title": "Minority Report suite", "description": SuiteData.__doc__}
    return {**job, "$defs": definitions, "properties": properties, **about}


def _schema_for(path: Iterable[str | int]) -> Schema:
    return suite_schema() if next(iter(path), None) == DATASETS else json_schema()


def keys_at(path: Iterable[str | int]) -> list[str]:
    """List the keys of the section at a key path, as a spec writes them."""
    return _keys_of(_schema_at(path))


def _alternatives(schema: Schema) -> list[Schema]:
    """List what a schema allows, null left out, with references followed."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return _alternatives({**suite_schema()["$defs"], **json_schema()["$defs"]}[name])
    inside: list[Schema] = [] if "properties" in schema else schema.get("anyOf") or schema.get("oneOf") or []
    return [one for inner in inside if inner != {"type": "null"} for one in _alternatives(inner)] or [schema]


def _schema_at(path: Iterable[str | int]) -> Schema:
    """Find the schema at a key path, as pydantic gives it: with the names of alternatives, which may be left out."""
    steps = tuple(path)
    schema = _schema_for(steps)
    for step in steps:
        found = _alternatives(schema)
        if isinstance(step, int):
            below = [one["items"] for one in found if "items" in one]
        else:
            below = [one["properties"][step] for one in found if step in one.get("properties", ())]
        schema = next(iter(below or (one for one in found if _kind_of(one) == step)), schema)
    return schema


def _keys_of(schema: Schema) -> list[str]:
    """List the keys of a section; of an entry, those of its long form."""
    return next((list(one["properties"]) for one in _alternatives(schema) if "properties" in one), [])


def _kind_of(section: Schema) -> str | None:
    """Return the kind of a section that has a fixed one, a generator."""
    return section.get("properties", {}).get("kind", {}).get("const")  # type: ignore[no-any-return]


def _sections(schema: Schema, home: str) -> Iterator[tuple[str, Schema]]:
    for section in _alternatives(schema):
        inside = section.get("properties", {})
        which = f" of kind {kind}" if (kind := _kind_of(section)) else ""
        if inside:
            yield f"{home}{which}" or "the top level", inside
        for key, below in inside.items():
            yield from _sections(below, f"{home}{which}.{key}".lstrip("."))
        if "items" in section:
            yield from _sections(section["items"], home)


def faults_of(errors: Iterable[Any], document: Document) -> Iterator[Fault]:
    """Translate pydantic's errors: one fault for each value that is wrong itself, then what rules say."""
    wrong: dict[Path, list[Any]] = {}
    complaints = list[Fault]()
    for error in errors:
        node, path = document.find(path_in(document, error["loc"]))
        if error["type"] == COMPLAINT:
            complaints.append(Fault(node.place, error["msg"], path))
        else:
            key = error["loc"][-1:] if error["type"] == "missing" else ()
            wrong.setdefault((*path, *key), []).append(error)
    everywhere = {*wrong, *(complaint.path for complaint in complaints)}
    for path, found in wrong.items():
        # A list with a wrong item is not said to be no number, nor to have too few items, as pydantic has it.
        if not any(path == other[: len(path)] for other in everywhere - {path}):
            node, _ = document.find(path)
            yield Fault(node.place, _in_words(found, node), path)
    yield from complaints


def path_in(document: Document, location: Path) -> Path:
    """Leave out of pydantic's location what isn't in the document: names of alternatives and keys that are missing."""
    path: Path = ()
    for step in location:
        if document.find((*path, step))[1] == (*path, step):
            path = (*path, step)
    return path


def _in_words(errors: Sequence[Any], node: Node) -> str:
    kinds, location = {error["type"] for error in errors}, errors[0]["loc"]
    schema = _schema_at(location)
    if kinds == {"missing"}:
        return f"is missing: {schema['description']}"
    if kinds == {"extra_forbidden"}:
        *above, key = location
        homes = list(dict.fromkeys(home for home, keys in _sections(_schema_for(location), "") if key in keys))
        found = f" here; {key} belongs to {' or '.join(homes)}" if homes else guess(str(key), keys_at(above))
        return f"unknown key{found}"
    allowed = _allowed(schema)
    if kinds == {"string_too_short"}:
        return f"is empty, must be {allowed}"
    if kinds == {"string_too_long"} and len(node.source) > _LONGEST_SHOWN:
        return f"has {len(node.source):,} characters, must be {allowed} of at most {errors[0]['ctx']['max_length']:,}"
    if kinds == {"too_short"}:
        return f"is empty, must be {allowed} with at least {counted(errors[0]['ctx']['min_length'], 'item')}"
    # a number as it was written: 1e3, not 1000.0
    is_written = node.source and not isinstance(node.value, str)
    shown = show(node.source).strip("'") if is_written else show(node.plain)
    got = f"got {shown}, must be {allowed}"
    if kinds == {CONTROL_CHARACTERS}:
        return f"{got} without control characters"
    if kinds == {"literal_error"}:
        return _unknown_word(_words(schema), allowed, node.value, got)
    is_item = kinds == {"tuple_type"} and node.source and "," not in node.source and len(node.source) < 40
    return got + (f", such as [{node.source}]" if is_item else "")


def _unknown_word(words: list[str], allowed: str, word: object, got: str) -> str:
    """Say which word was likely meant; a name of many is not listed twice."""
    if len(words) <= _MANY:
        near = nearest(word, words) if isinstance(word, str) else None
        return got + (f"; did you mean {near}?" if near else "")
    if not isinstance(word, str):
        return f"{got} (allowed: {', '.join(words)})"
    what = f"unknown {allowed.removeprefix('the name of a ')} {show(word)}"
    if "." in word and all(part.isidentifier() for part in word.split(".")):
        return f"{what}; to name a class by its path, write {{class: {word}}} (names: {', '.join(words)})"
    return f"{what}{guess(word, words)}"


def _words(schema: Schema) -> list[str]:
    (one,) = _alternatives(schema)
    if "const" in one:
        return [*GENERATORS] if one["const"] in GENERATORS else [one["const"]]
    return [str(word) for word in one["enum"]]


def _allowed(schema: Schema) -> str:
    found = _alternatives(schema)
    if keys := _keys_of(schema):
        return f"a mapping with the keys {', '.join(keys)}"
    if len(found) == 1:
        return _kind(found[0])
    kinds = [_kind(one) if "items" not in one else "a list of such numbers" for one in found]
    has_null = {"type": "null"} in schema["anyOf"]
    return f"{', '.join(kinds)}, or null" if has_null else " or ".join(kinds)


def _kind(schema: Schema) -> str:
    """Say what one kind of value is."""
    kind = schema.get("type")
    if kind == "integer":
        return f"an integer from {schema['minimum']:,} to {schema['maximum']:,}"
    if kind == "number":
        signs = {"minimum": ">=", "exclusiveMinimum": ">", "maximum": "<=", "exclusiveMaximum": "<"}
        bounds = [f"{sign} {schema[key]:,g}" for key, sign in signs.items() if key in schema]
        return " ".join(["a finite number", " and ".join(bounds)]).strip()
    if kind == "boolean":
        return "true or false"
    if "enum" in schema and (words := _words(schema)) and len(words) <= _MANY:
        return f"one of {', '.join(words)}"
    if "const" in schema:
        return f"one of {', '.join(GENERATORS)}" if schema["const"] in GENERATORS else str(schema["const"])
    return str(schema["title"])
