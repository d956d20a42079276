"""What pydantic finds wrong with a spec, in the words of this job: what was found, what is allowed, how to fix it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from job.spec.fields import COMPLAINT, CONTROL_CHARACTERS
from job.spec.generators import GENERATORS
from job.spec.schema import Schema, alternatives, homes_of, keys_at, keys_of, schema_at
from job.spec.yaml_document import Document, Fault, Node, Path
from job.text import guess, nearest, show

_LONGEST_SHOWN = 60
_MANY = 6


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
    if kinds == {"missing"}:
        return f"is missing: {schema_at(location)['description']}"
    if kinds == {"extra_forbidden"}:
        return _unknown_key(location)
    schema = schema_at(location)
    allowed = _allowed(schema)
    if kinds == {CONTROL_CHARACTERS}:
        return f"got {_got(node)}, must be {allowed} without control characters"
    if kinds == {"string_too_short"}:
        return f"is empty, must be {allowed}"
    if kinds == {"string_too_long"} and len(node.source) > _LONGEST_SHOWN:
        return f"has {len(node.source):,} characters, must be {allowed} of at most {errors[0]['ctx']['max_length']:,}"
    if kinds == {"too_short"}:
        return f"is empty, must be {allowed} with at least {errors[0]['ctx']['min_length']}"
    if kinds == {"literal_error"}:
        return _unknown_word(schema, allowed, node)
    is_item = kinds == {"tuple_type"} and node.source and "," not in node.source and len(node.source) < 40
    return f"got {_got(node)}, must be {allowed}" + (f": [{node.source}]" if is_item else "")


def _got(node: Node) -> str:
    """Show a value, a number as it was written: 1e3, not 1000.0."""
    is_written = node.source and not isinstance(node.value, str)
    return show(node.source).strip("'") if is_written else show(node.plain)


def _unknown_key(location: Path) -> str:
    *above, key = location
    homes = homes_of(str(key))
    if homes:
        return f"unknown key here; {key} belongs to {' or '.join(homes)}"
    return f"unknown key{guess(str(key), keys_at(above))}"


def _unknown_word(schema: Schema, allowed: str, node: Node) -> str:
    """Say which word was likely meant; a name of many is not listed twice."""
    words, word = _words(schema), node.value
    if len(words) <= _MANY:
        near = nearest(word, words) if isinstance(word, str) else None
        return f"got {_got(node)}, must be {allowed}" + (f"; did you mean {near}?" if near else "")
    if not isinstance(word, str):
        return f"got {_got(node)}, must be {allowed} (allowed: {', '.join(words)})"
    what = f"unknown {allowed.removeprefix('the name of a ')} {show(word)}"
    if "." in word and all(part.isidentifier() for part in word.split(".")):
        return f"{what}; a class by its path is written {{class: {word}}} (names: {', '.join(words)})"
    return f"{what}{guess(word, words)}"


def _words(schema: Schema) -> list[str]:
    (one,) = alternatives(schema)
    return [*GENERATORS] if "const" in one else [str(word) for word in one["enum"]]


def _allowed(schema: Schema) -> str:
    found = alternatives(schema)
    if keys := keys_of(schema):
        return f"a mapping with keys of its own: {', '.join(keys)}"
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
        return "auto" if schema["const"] == "auto" else f"one of {', '.join(GENERATORS)}"
    return str(schema["title"])
