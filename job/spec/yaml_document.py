"""A YAML document as plain values, with the line and column of each.

Depth, size and aliases are bounded while reading: nothing that a small document can write takes long or much memory.
"""

from __future__ import annotations

import copy
import math
import re
import sys
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.composer import Composer
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent
from ruamel.yaml.nodes import MappingNode, ScalarNode
from ruamel.yaml.nodes import Node as YAMLNode

from job.text import one_line, show

MOST_NODES = 30_000
MOST_LEVELS = 32

Path = tuple[str | int, ...]

_WORDS: dict[str, bool | float | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **{sign + word: math.inf for sign in ("", "+") for word in (".inf", ".Inf", ".INF")},
    **{"-" + word: -math.inf for word in (".inf", ".Inf", ".INF")},
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
}
_INTEGERS = ((re.compile(r"[-+]?[0-9]+"), 10), (re.compile("0o[0-7]+"), 8), (re.compile("0x[0-9a-fA-F]+"), 16))
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_MOST_DIGITS = 300

_HALVES = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_NO_CHARACTER = re.compile("[\ud800-\udfff\0]")
_ESCAPE = re.compile(r"\\U([0-9a-fA-F]{8})")

_INDENTATION = "check the indentation, and whether a '-', a ':' or a quote is missing"
_ESCAPE_IN_QUOTES = r"in double quotes \ starts an escape; write / in a path, or \\, or use single quotes"
_TAG = "has a tag; a spec has no tags, remove it"
_IN_WORDS: tuple[tuple[str, str], ...] = (
    (r"'\t' that cannot start", "got a tab; indent with spaces"),
    ("that cannot start any token", "text that starts with this character must stand in quotes"),
    (
        "mapping values are not allowed",
        "got ':' where no key can be; put text that has ': ' in quotes, " + _INDENTATION,
    ),
    ("could not find expected ':'", "a key without ':', which starts in line {line}"),
    ("sequence entries are not allowed", "got '-' where no list can be; " + _INDENTATION),
    ("expected <block end>", "cannot be read; " + _INDENTATION),
    ("expected ',' or ']'", "the list that opens with '[' in line {line} is not closed, or a ',' is missing"),
    ("expected ',' or '}'", "the mapping that opens with '{{' in line {line} is not closed, or a ',' is missing"),
    ("found unexpected end of stream", "the quote that opens in line {line} is never closed"),
    ("found unexpected document separator", "the quote that opens in line {line} is not closed"),
    ("found unknown escape character", _ESCAPE_IN_QUOTES),
    ("expected escape sequence", _ESCAPE_IN_QUOTES),
    ("found undefined tag handle", _TAG),
    ("while scanning a tag", _TAG),
    ("expected '<document start>'", "the document has ended before; " + _INDENTATION),
    ("but found another document", "a second document starts here; a spec is one document"),
    ("found incompatible YAML document", "got another version of YAML, a spec is YAML 1.2"),
    ("maximum depth", f"is nested deeper than {MOST_LEVELS} levels"),
)
"""What ruamel.yaml says of a document that cannot be read, and what this job says."""


@dataclass(frozen=True)
class Place:
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
    def is_single(self) -> bool:
        """Whether this is neither a list nor a mapping."""
        return not isinstance(self.value, dict | list)


@dataclass(frozen=True)
class Fault:
    """Something wrong with a document."""

    place: Place
    message: str
    path: Path = ()


@dataclass
class Document:
    """A document, or as much of it as can be read: without a root where nothing can."""

    root: Node | None = None
    faults: list[Fault] = field(default_factory=list)

    def find(self, path: Path) -> tuple[Node, Path]:
        """Find what stands at a key path, or at the nearest one above it that exists."""
        node, found = self.root or Node(Place(), {}), list[str | int]()
        for step in path:
            below = dict(enumerate(node.value)) if isinstance(node.value, list) else node.value
            if not isinstance(below, dict) or step not in below:
                break
            node = below[step]  # type: ignore[index]
            found.append(step)
        return node, tuple(found)


class _UnreadableError(Exception):
    def __init__(self, mark: Any, message: str) -> None:
        self.fault = Fault(_place(mark), message)
        super().__init__(message)


def read_document(text: str) -> Document:
    """Read a document, with every fault that YAML itself has to find."""
    document = Document()
    yaml = YAML(typ="safe", pure=True)
    yaml.Composer = _Composer  # type: ignore[assignment]
    yaml.max_depth = MOST_LEVELS
    try:
        root = yaml.compose(text)
        document.root = root and _Reader(document.faults, yaml.composer.tags).read(root, (), 1)
    except _UnreadableError as error:
        document.faults.append(error.fault)
    except MarkedYAMLError as error:
        document.faults.append(_fault_of(error))
    except (ValueError, OverflowError):  # what Python says of an escape beyond the last character
        message = r"has an escape \U that is no character; the last is \U0010FFFF"
        document.faults.append(Fault(_place_of_escape(text), message))
    except YAMLError as error:
        document.faults.append(Fault(Place(), f"cannot be read as YAML: {error}"))
    document.faults += yaml.composer.faults
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


class _Composer(Composer):
    """Composes nodes and counts them; an alias has its own place, and tags are kept apart by node."""

    def __init__(self, loader: Any) -> None:
        super().__init__(loader=loader)
        self.warn_double_anchors = False
        self.n_nodes = 0
        self.tags: dict[int, str] = {}
        self.faults: list[Fault] = []

    def compose_document(self) -> Any:
        start = self.parser.peek_event()
        if start.version not in (None, (1, 2)):
            written = ".".join(map(str, start.version))
            self.faults.append(Fault(_place(start.start_mark), f"got %YAML {written}, a spec is YAML 1.2"))
        return super().compose_document()

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.parser.peek_event()
        self.n_nodes += 1
        _check_size(self.n_nodes, event.start_mark)
        if isinstance(event, AliasEvent):
            return self._repeat(event)
        node = super().compose_node(parent, index)
        if event.tag is not None:
            self.tags[id(node)] = event.tag
        return node

    def _repeat(self, event: AliasEvent) -> Any:
        self.parser.get_event()
        name, anchored = show(event.anchor), self.anchors.get(event.anchor)
        if anchored is None:
            what = f"repeats the anchor {name}, which is not defined above; write *text in quotes"
            raise _UnreadableError(event.start_mark, what)
        if anchored.end_mark is None:  # it is still open
            raise _UnreadableError(event.start_mark, f"repeats the anchor {name} inside itself")
        node = copy.copy(anchored)
        node.start_mark = event.start_mark
        return node


class _Reader:
    """Turns ruamel.yaml's nodes into ours, with aliases written out and counted."""

    def __init__(self, faults: list[Fault], tags: dict[int, str]) -> None:
        self._faults = faults
        self._tags = tags
        self._n_nodes = 0

    def read(self, node: YAMLNode, path: Path, level: int, key: YAMLNode | None = None) -> Node:
        self._n_nodes += 1
        _check_size(self._n_nodes, node.start_mark)
        if level > MOST_LEVELS:
            raise _UnreadableError(node.start_mark, f"is nested deeper than {MOST_LEVELS} levels, aliases written out")
        if tag := self._tags.pop(id(node), None):
            self._complain(node, f"has the tag {show(tag)}; a spec has no tags, remove it", path)
        place = _place((key or node).start_mark)
        if isinstance(node, ScalarNode):
            text = self._text(node, path)
            return Node(place, text if node.style else read_plain(text), text)
        if isinstance(node, MappingNode):
            return Node(place, self._mapping(node, path, level))
        return Node(place, [self.read(item, (*path, n), level + 1) for n, item in enumerate(node.value)])

    def _text(self, node: YAMLNode, path: Path) -> str:
        # JSON writes two escapes for what is none of the first 65,536 characters
        text = _HALVES.sub(lambda pair: pair[0].encode("utf-16", "surrogatepass").decode("utf-16"), node.value)
        if odd := _NO_CHARACTER.search(text):
            self._complain(node, f"has {show(odd[0])}, which is no character of a text", path)
        return text

    def _mapping(self, node: YAMLNode, path: Path, level: int) -> dict[str, Node]:
        children = dict[str, Node]()
        for key, value in node.value:
            if not isinstance(key, ScalarNode):
                what = "a mapping" if isinstance(key, MappingNode) else "a list"
                raise _UnreadableError(key.start_mark, f"got {what} as a key, must be text")
            name = self.read(key, path, level + 1).source
            child = self.read(value, (*path, name), level + 1, key)
            if name in children:
                first = children[name].place.line
                self._complain(key, f"stands twice, first in line {first}; keep one", (*path, name))
            children.setdefault(name, child)
        return children

    def _complain(self, node: YAMLNode, message: str, path: Path) -> None:
        self._faults.append(Fault(_place(node.start_mark), message, path))


def _check_size(n_nodes: int, mark: Any) -> None:
    if n_nodes > MOST_NODES:
        raise _UnreadableError(mark, f"has more than {MOST_NODES:,} values, aliases written out; that is no spec")


def _fault_of(error: MarkedYAMLError) -> Fault:
    said = f"{error.context or ''} {error.problem or ''}"
    line = _place(error.context_mark).line  # where what is wrong begins
    known = (words.format(line=line) for part, words in _IN_WORDS if part in said)
    message = next(known, f"cannot be read as YAML: {one_line(said)}")
    return Fault(_place(error.problem_mark or error.context_mark), message)


def _place(mark: Any) -> Place:
    return Place() if mark is None else Place(mark.line + 1, mark.column + 1)


def _place_of_escape(text: str) -> Place:
    escapes = (found for found in _ESCAPE.finditer(text) if int(found[1], 16) > sys.maxunicode)
    before = text[: found.start()] if (found := next(escapes, None)) else ""
    return Place(before.count("\n") + 1, len(before) - before.rfind("\n"))
