"""From the text of a YAML document to a `Tree`.

Built from ruamel.yaml's stream of events, so that depth, size and aliases are bounded while reading: nothing that a
small document can write takes long or much memory.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from job.spec.scalars import Scalar, read_plain
from job.spec.tree import Child, Fault, Node, Path, Place, Tree
from job.spec.yaml_words import in_words
from job.text import show

MOST_NODES = 30_000
MOST_LEVELS = 32

_HALVES = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_NO_CHARACTER = re.compile("[\ud800-\udfff\0]")
_ESCAPE = re.compile(r"\\U([0-9a-fA-F]{8})")


class UnreadableError(Exception):
    """A document that cannot be read to its end."""

    def __init__(self, place: Place, message: str) -> None:
        self.fault = Fault(place, message)
        super().__init__(message)


def read_tree(text: str) -> Tree:
    """Read a document.

    Parameters
    ----------
    text : str

    Returns
    -------
    Tree
        With every fault that was found; where one makes the rest unreadable, without a root.
    """
    tree = Tree()
    try:
        tree.root = _Reader(text, tree.faults).read()
    except UnreadableError as error:
        tree.faults.append(error.fault)
    except MarkedYAMLError as error:
        tree.faults.append(Fault(*_where_and_what(error)))
    except (ValueError, OverflowError):  # what Python says of an escape beyond the last character
        tree.faults.append(
            Fault(_place_of_escape(text), r"has an escape \U that is no character; the last is \U0010FFFF")
        )
    except YAMLError as error:
        tree.faults.append(Fault(Place(), f"cannot be read as YAML: {error}"))
    return tree


def _where_and_what(error: MarkedYAMLError) -> tuple[Place, str]:
    mark = error.problem_mark or error.context_mark
    return _place(mark), in_words(error, _place(error.context_mark).line)


def _join_halves(text: str) -> str:
    """Join what JSON writes as two escapes, because it knows only the first 65,536 characters."""
    return _HALVES.sub(lambda pair: pair[0].encode("utf-16", "surrogatepass").decode("utf-16"), text)


def _place_of_escape(text: str) -> Place:
    escapes = (found for found in _ESCAPE.finditer(text) if int(found[1], 16) > sys.maxunicode)
    before = text[: found.start()] if (found := next(escapes, None)) else ""
    return Place(before.count("\n") + 1, len(before) - before.rfind("\n"))


def _place(mark: Any) -> Place:
    return Place() if mark is None else Place(mark.line + 1, mark.column + 1)


class _Reader:
    """Builds nodes from events, and keeps count."""

    def __init__(self, text: str, faults: list[Fault]) -> None:
        self._events: Iterator[Event] = iter(YAML(typ="safe", pure=True).parse(text))
        self._faults = faults
        self._anchors: dict[str, Node | None] = {}  # None while what it names is still open
        self._n_nodes = 0

    def read(self) -> Child | None:
        """Read the one document that there is."""
        root = None
        n_documents = 0
        for event in self._events:
            if isinstance(event, DocumentStartEvent):
                n_documents += 1
                if n_documents > 1:
                    raise UnreadableError(
                        _place(event.start_mark), "a second document starts here; a spec is one document"
                    )
                self._check_directives(event)
            elif isinstance(event, NodeEvent):
                root = Child(_place(event.start_mark), self._build(event, 1, ()))
        return root

    def _check_directives(self, event: DocumentStartEvent) -> None:
        version = getattr(event, "version", None)
        if version not in (None, (1, 2)):
            written = ".".join(map(str, version))
            self._faults.append(Fault(_place(event.start_mark), f"got %YAML {written}, a spec is YAML 1.2"))

    def _build(self, event: Event, level: int, path: Path) -> Node:
        if isinstance(event, AliasEvent):
            return self._repeat(event, level)
        assert isinstance(event, ScalarEvent | CollectionStartEvent)  # no other event begins a value
        place = _place(event.start_mark)
        if level > MOST_LEVELS:
            raise UnreadableError(place, f"is nested deeper than {MOST_LEVELS} levels")
        self._count(1, place)
        if event.tag is not None:
            self._faults.append(Fault(place, f"has the tag {show(event.tag)}; a spec has no tags, remove it", path))
        if event.anchor is not None:
            self._anchors[event.anchor] = None
        node = self._build_inside(event, level, path)
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        return node

    def _build_inside(self, event: ScalarEvent | CollectionStartEvent, level: int, path: Path) -> Node:
        if isinstance(event, ScalarEvent):
            return Node(self._scalar(event, path))
        before = self._n_nodes
        children = self._list(level, path) if isinstance(event, SequenceStartEvent) else self._mapping(level, path)
        inside = children.values() if isinstance(children, dict) else children
        levels = 1 + max((child.node.levels for child in inside), default=0)
        return Node(children, size=1 + self._n_nodes - before, levels=levels)

    def _scalar(self, event: ScalarEvent, path: Path) -> Scalar:
        is_plain = event.style is None or event.style == ""
        text = _join_halves(event.value)
        if odd := _NO_CHARACTER.search(text):
            place = _place(event.start_mark)
            self._faults.append(Fault(place, f"has {show(odd[0])}, which is no character of a text", path))
        return read_plain(text) if is_plain else Scalar(text, text)

    def _list(self, level: int, path: Path) -> list[Child]:
        children = list[Child]()
        for event in self._events:
            if isinstance(event, SequenceEndEvent):
                break
            children.append(Child(_place(event.start_mark), self._build(event, level + 1, (*path, len(children)))))
        return children

    def _mapping(self, level: int, path: Path) -> dict[str, Child]:
        children = dict[str, Child]()
        for event in self._events:
            if isinstance(event, MappingEndEvent):
                break
            place = _place(event.start_mark)
            key = self._key(event, level, path)
            child = Child(place, self._build(next(self._events), level + 1, (*path, key)))
            if key in children:
                first = children[key].place.line
                self._faults.append(Fault(place, f"stands twice, first in line {first}; keep one", (*path, key)))
            else:
                children[key] = child
        return children

    def _key(self, event: Event, level: int, path: Path) -> str:
        node, place = self._build(event, level + 1, path), _place(event.start_mark)
        if not isinstance(node.value, Scalar):
            what = "a list" if isinstance(node.value, list) else "a mapping"
            raise UnreadableError(place, f"got {what} as a key, must be text")
        return node.value.source

    def _repeat(self, event: AliasEvent, level: int) -> Node:
        place, name = _place(event.start_mark), show(str(event.anchor))
        if event.anchor not in self._anchors:
            raise UnreadableError(
                place, f"repeats the anchor {name}, which is not defined above; write *text in quotes"
            )
        node = self._anchors[event.anchor]
        if node is None:
            raise UnreadableError(place, f"repeats the anchor {name} inside itself")
        if level + node.levels - 1 > MOST_LEVELS:
            raise UnreadableError(place, f"is nested deeper than {MOST_LEVELS} levels, aliases written out")
        self._count(node.size, place)
        return node

    def _count(self, size: int, place: Place) -> None:
        self._n_nodes += size
        if self._n_nodes > MOST_NODES:
            raise UnreadableError(place, f"has more than {MOST_NODES:,} values, aliases written out; that is no spec")
