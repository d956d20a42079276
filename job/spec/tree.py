"""A YAML document as plain lists and mappings that know the line and column of everything."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from job.spec.scalars import Scalar

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Place:
    """A place in a document, both numbers from 1."""

    line: int = 1
    column: int = 1


@dataclass(frozen=True)
class Child:
    """What stands in a list or under a key, and where it stands there."""

    place: Place
    node: Node


@dataclass(frozen=True)
class Node:
    """A value of a document, with how much is in it."""

    value: Scalar | list[Child] | dict[str, Child]
    size: int = 1
    levels: int = 1


@dataclass(frozen=True)
class Fault:
    """Something wrong with a document, whatever its keys mean."""

    place: Place
    message: str
    path: Path = ()


@dataclass
class Tree:
    """A document, or as much of it as can be read.

    Parameters
    ----------
    root : Child or None
        None where nothing could be read.
    faults : list of Fault
    """

    root: Child | None = None
    faults: list[Fault] = field(default_factory=list)

    def find(self, path: Path) -> tuple[Child, Path]:
        """Find what stands at a key path, or at the nearest one above it that exists."""
        child, found = self.root or Child(Place(), Node({})), list[str | int]()
        for step in path:
            below = _below(child.node, step)
            if below is None:
                break
            child = below
            found.append(step)
        return child, tuple(found)


def raw(node: Node) -> Any:
    """Turn a node into plain lists and mappings, single values as `Scalar`."""
    if isinstance(node.value, dict):
        return {key: raw(child.node) for key, child in node.value.items()}
    if isinstance(node.value, list):
        return [raw(child.node) for child in node.value]
    return node.value


def _below(node: Node, step: str | int) -> Child | None:
    if isinstance(node.value, dict) and isinstance(step, str):
        return node.value.get(step)
    if isinstance(node.value, list) and isinstance(step, int) and step < len(node.value):
        return node.value[step]
    return None
