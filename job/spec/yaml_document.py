"""A YAML document as plain values, with the line and column of each.

Depth, size and aliases are bounded while reading: nothing that a small document can write takes long or much memory.
"""

from __future__ import annotations

import math
import re
import sys
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from ruamel.yaml import YAML, events
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from job.text import one_line, show

MOST_NODES = 30_000
MOST_LEVELS = 32

Path = tuple[str | int, ...]

_INF = {".inf": math.inf, "+.inf": math.inf, "-.inf": -math.inf}
_BY_WORD: dict[str, bool | float | None] = {"": None, "~": None, "null": None, "true": True, "false": False, **_INF}
_WORDS = {form: value for word, value in _BY_WORD.items() for form in (word, word.title(), word.upper())}
_WORDS |= dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan)
_INTEGERS = ((re.compile(r"[-+]?[0-9]+"), 10), (re.compile("0o[0-7]+"), 8), (re.compile("0x[0-9a-fA-F]+"), 16))
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_MOST_DIGITS = 300

_HALVES = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_NO_CHARACTER = re.compile("[\ud800-\udfff\0]")
_ESCAPE = re.compile(r"\\U([0-9a-fA-F]{8})")

_INDENTATION = "check the indentation, and whether a '-', a ':' or a quote is missing"
_NO_KEY = "got ':' where a key isn't possible; put text that contains ': ' in quotes, " + _INDENTATION
_ESCAPE_IN_QUOTES = r"in double quotes \ starts an escape; write / in a path, or \\, or use single quotes"
_TAG = "has a tag; tags aren't allowed in a spec, remove it"
_IN_WORDS: tuple[tuple[str, str], ...] = (
    (r"'\t' that cannot start", "got a tab; indent with spaces"),
    ("that cannot start any token", "text that starts with this character must be in quotes"),
    ("mapping values are not allowed", _NO_KEY),
    ("could not find expected ':'", "a key without ':', which starts on line {line}"),
    ("sequence entries are not allowed", "got '-' where a list isn't possible; " + _INDENTATION),
    ("expected <block end>", "cannot be read; " + _INDENTATION),
    ("expected ',' or ']'", "the list that opens with '[' on line {line} is not closed, or a ',' is missing"),
    ("expected ',' or '}'", "the mapping that opens with '{{' on line {line} is not closed, or a ',' is missing"),
    ("found unexpected end of stream", "the quote that opens on line {line} is never closed"),
    ("found unexpected document separator", "the quote that opens on line {line} is not closed"),
    ("found unknown escape character", _ESCAPE_IN_QUOTES),
    ("expected escape sequence", _ESCAPE_IN_QUOTES),
    ("found undefined tag handle", _TAG),
    ("while scanning a tag", _TAG),
    ("expected '<document start>'", "the document has already ended; " + _INDENTATION),
    ("found incompatible YAML document", "got another version of YAML; a spec must be YAML 1.2"),
)
"""What ruamel.yaml says of a document that cannot be read, and what this job says."""


class Place(NamedTuple):
    """A place in a document, both numbers from 1."""

    line: int = 1
    column: int = 1


@dataclass(frozen=True)
class Node:
    """A value, its place (of its key, where it has one) and the text that a single value is written as."""

    place: Place
    value: bool | int | float | str | list[Node] | dict[str, Node] | None
    source: str = ""

    @property
    def plain(self) -> Any:
        """The value without places."""
        if isinstance(self.value, dict):
            return {key: node.plain for key, node in self.value.items()}
        return [node.plain for node in self.value] if isinstance(self.value, list) else self.value

    @property
    def below(self) -> dict[Any, Node]:
        """What stands in it, by keys or places; nothing in a single value."""
        if isinstance(self.value, list):
            return dict(enumerate(self.value))
        return self.value if isinstance(self.value, dict) else {}


class Fault(NamedTuple):
    """Something wrong with a document."""

    place: Place
    message: str
    path: Path = ()


@dataclass
class Document:
    """A document, or as much of it as can be read: without a root where nothing can."""

    root: Node | None = None
    faults: list[Fault] = field(default_factory=list)

    @property
    def plain(self) -> Any:
        """The values without places."""
        return None if self.root is None else self.root.plain

    def find(self, path: Path) -> tuple[Node, Path]:
        """Find what stands at a key path, or at the nearest one above it that exists."""
        node = self.root or Node(Place(), {})
        for depth, step in enumerate(path):
            if step not in node.below:
                return node, path[:depth]
            node = node.below[step]
        return node, path


class _UnreadableError(Exception):
    """Nothing of the document can be read; with an event, and what is wrong there."""


def read_document(text: str) -> Document:
    """Read a document, with every fault that YAML itself has to find."""
    document = Document()
    try:
        document.root = _Reader(text, document.faults).read()
    except _UnreadableError as error:
        event, message = error.args
        document.faults.append(Fault(_place(event.start_mark), message))
    except MarkedYAMLError as error:
        document.faults.append(_fault_of(error))
    except (ValueError, OverflowError):  # what Python says of an escape beyond the last character
        escapes = (found for found in _ESCAPE.finditer(text) if int(found[1], 16) > sys.maxunicode)
        before = text[: found.start()] if (found := next(escapes, None)) else ""
        place = Place(before.count("\n") + 1, len(before) - before.rfind("\n"))
        document.faults.append(Fault(place, r"has an escape \U beyond the last character, \U0010FFFF"))
    except YAMLError as error:
        document.faults.append(Fault(Place(), f"cannot be read as YAML: {error}"))
    return document


def read_plain(source: str) -> bool | int | float | str | None:
    """Read a value that stands in the document without quotes: ``no``, ``on`` and ``1_000`` are words in YAML 1.2."""
    if source in _WORDS:
        return _WORDS[source]
    for pattern, base in _INTEGERS:
        if pattern.fullmatch(source):
            if len(source) > _MOST_DIGITS:  # Python refuses to read very long ones, and no key has use for them
                return -math.inf if source.startswith("-") else math.inf
            return int(source, base)
    return float(source) if _FLOAT.fullmatch(source) else source


class _Reader:
    """Makes nodes of ruamel.yaml's events; what an alias repeats is counted, as if it were written out."""

    def __init__(self, text: str, faults: list[Fault]) -> None:
        self._events = YAML(typ="safe", pure=True).parse(text)
        self._faults = faults
        self._anchors: dict[str, Node | None] = {}
        self._n_nodes = 0

    def read(self) -> Node | None:
        next(self._events)  # the start of the stream
        start = next(self._events)
        if not isinstance(start, events.DocumentStartEvent):
            return None
        if start.version not in (None, (1, 2)):
            self._complain(start, f"got %YAML {'.'.join(map(str, start.version))}; a spec must be YAML 1.2", ())
        root = self._node(next(self._events), (), 1)
        next(self._events)  # the end of the document
        if isinstance(second := next(self._events), events.DocumentStartEvent):
            raise _UnreadableError(second, "a second document starts here; a spec must be one document")
        return root

    def _node(self, event: Any, path: Path, level: int, key: Place | None = None) -> Node:
        place = key or _place(event.start_mark)
        if isinstance(event, events.AliasEvent):
            return replace(self._repeated(event, level), place=place)
        self._count(event, 1, level)
        if event.anchor is not None:
            self._anchors[event.anchor] = None  # it is open
        if event.tag is not None:
            self._complain(event, f"has the tag {show(event.tag)}; tags aren't allowed in a spec, remove it", path)
        if isinstance(event, events.ScalarEvent):
            text = self._text(event, path)
            node = Node(place, text if event.style else read_plain(text), text)
        elif isinstance(event, events.MappingStartEvent):
            node = Node(place, self._mapping(path, level))
        else:
            items: list[Node] = []
            while not isinstance(item := next(self._events), events.SequenceEndEvent):
                items.append(self._node(item, (*path, len(items)), level + 1))
            node = Node(place, items)
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        return node

    def _repeated(self, event: Any, level: int) -> Node:
        name = show(event.anchor)
        if event.anchor not in self._anchors:
            what = f"refers to the anchor {name}, which is not defined above"
            raise _UnreadableError(event, f"{what}; put text that starts with * in quotes")
        if (node := self._anchors[event.anchor]) is None:
            raise _UnreadableError(event, f"refers to the anchor {name} inside itself")
        inner = [node]
        while inner:
            self._count(event, len(inner), level, ", with aliases expanded")
            inner, level = [child for one in inner for child in one.below.values()], level + 1
        return node

    def _count(self, event: Any, n_nodes: int, level: int, how: str = "") -> None:
        self._n_nodes += n_nodes
        if self._n_nodes > MOST_NODES:
            what = f"has more than {MOST_NODES:,} values with aliases expanded"
            raise _UnreadableError(event, f"{what}, too many for a spec")
        if level > MOST_LEVELS:
            raise _UnreadableError(event, f"is nested deeper than {MOST_LEVELS} levels{how}")

    def _text(self, event: Any, path: Path) -> str:
        # JSON writes two escapes for what is none of the first 65,536 characters
        text = _HALVES.sub(lambda pair: pair[0].encode("utf-16", "surrogatepass").decode("utf-16"), event.value)
        if odd := _NO_CHARACTER.search(text):
            self._complain(event, f"has {show(odd[0])}, which isn't a valid character", path)
        return text

    def _mapping(self, path: Path, level: int) -> dict[str, Node]:
        children = dict[str, Node]()
        while not isinstance(event := next(self._events), events.MappingEndEvent):
            key = self._node(event, path, level + 1)
            if isinstance(key.value, dict | list):
                what = "a mapping" if isinstance(key.value, dict) else "a list"
                raise _UnreadableError(event, f"got {what} as a key, must be text")
            below = (*path, key.source)
            child = self._node(next(self._events), below, level + 1, key.place)
            first = children.setdefault(key.source, child)
            if first is not child:
                self._complain(event, f"is given twice, first on line {first.place.line}; remove one", below)
        return children

    def _complain(self, event: events.Event, message: str, path: Path) -> None:
        self._faults.append(Fault(_place(event.start_mark), message, path))


def _fault_of(error: MarkedYAMLError) -> Fault:
    said = f"{error.context or ''} {error.problem or ''}"
    line = _place(error.context_mark).line  # where what is wrong begins
    known = (words.format(line=line) for part, words in _IN_WORDS if part in said)
    message = next(known, f"cannot be read as YAML: {one_line(said)}")
    return Fault(_place(error.problem_mark or error.context_mark), message)


def _place(mark: Any) -> Place:
    return Place() if mark is None else Place(mark.line + 1, mark.column + 1)
