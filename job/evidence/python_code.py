"""Python source as a small tree: written so that no text of a spec can become code, and laid out to be read."""

from __future__ import annotations

import keyword
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

WIDTH = 100
_INDENT = 4
_FILLED = 12  # items of a list that stand one a line; more are run on


@dataclass(frozen=True)
class Raw:
    """An expression as it stands, written by this program and never by a spec."""

    text: str


@dataclass(frozen=True)
class Items:
    """A list, its items nodes."""

    items: tuple[Node, ...]


@dataclass(frozen=True)
class Pair:
    """A tuple of two or more, such as a step of a pipeline."""

    items: tuple[Node, ...]


@dataclass(frozen=True)
class Call:
    """A call of something that is imported.

    Parameters
    ----------
    path : str
        Dotted path of what is called; empty for something that the source itself defines.
    arguments : tuple of Node
    keywords : tuple of (str, Node)
    alias : str
        What it is called in the source; empty for its own name.
    """

    path: str
    arguments: tuple[Node, ...] = ()
    keywords: tuple[tuple[str, Node], ...] = ()
    alias: str = ""

    @property
    def name(self) -> str:
        """What it is called in the source."""
        return self.alias or self.path.rpartition(".")[2]


Node = Raw | Items | Pair | Call


def literal(value: Any) -> str:
    """Write a plain value as Python source that evaluates to it.

    Parameters
    ----------
    value : None, bool, int, float, str, or a list, tuple or mapping of these
        As a spec or a data set holds them.

    Returns
    -------
    str
        One line of characters that can be seen: quotes, line breaks, controls and direction marks are escaped.

    Raises
    ------
    TypeError
        Where it is something else.
    """
    if value is None or isinstance(value, bool | int):
        return repr(value)
    if isinstance(value, float):
        return repr(value) if value == value and abs(value) != float("inf") else f"float({str(value)!r})"
    if isinstance(value, str):
        return _quoted(str(value))
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{literal(key)}: {literal(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(literal(item) for item in value) + "]"
    raise TypeError(f"no literal for a {type(value).__name__}")


def _quoted(text: str) -> str:
    """Prefer double quotes, where these need no more escapes."""
    written = repr(text)
    return f'"{written[1:-1]}"' if written[0] == "'" and '"' not in written and "\\" not in written else written


def keywords(values: Mapping[str, Any]) -> tuple[tuple[str, Node], ...]:
    """Write arguments by name; a name that Python would not take is passed on in a mapping."""
    plain = {name: value for name, value in values.items() if _is_name(name)}
    odd = {name: value for name, value in values.items() if not _is_name(name)}
    written = tuple((name, _node(value)) for name, value in plain.items())
    return (*written, *((("**", Raw(literal(odd))),) if odd else ()))


def _node(value: Any) -> Node:
    return value if isinstance(value, Raw | Items | Pair | Call) else Raw(literal(value))


def _is_name(name: object) -> bool:
    return isinstance(name, str) and name.isascii() and name.isidentifier() and not keyword.iskeyword(name)


def names(texts: Iterable[str]) -> Items:
    """Write texts as a list."""
    return Items(tuple(Raw(literal(text)) for text in texts))


def layout(node: Node, indent: int = 0, used: int = 0) -> str:
    """Lay an expression out: on one line where it fits, else one part a line.

    Parameters
    ----------
    node : Node
    indent : int
        Of the line on which it begins.
    used : int
        Characters of that line before it.

    Returns
    -------
    str
    """
    flat = _flat(node)
    if isinstance(node, Raw) or indent + used + len(flat) <= WIDTH:
        return flat
    opened, closed = _brackets(node)
    inner = indent + _INDENT
    parts = list(_parts(node))
    if isinstance(node, Items) and len(parts) > _FILLED and all(isinstance(part, Raw) for _, part in parts):
        lines = list(_fill([_flat(part) for _, part in parts], inner))
    else:
        lines = [f"{' ' * inner}{key}{layout(part, inner, len(key) + 1)}," for key, part in parts]
    return "\n".join([opened, *lines, " " * indent + closed])


def _fill(texts: Iterable[str], indent: int) -> Iterator[str]:
    line = ""
    for text in texts:
        if line and indent + len(line) + len(text) + 2 > WIDTH:
            yield " " * indent + line.rstrip()
            line = ""
        line += f"{text}, "
    yield " " * indent + line.rstrip()


def _flat(node: Node) -> str:
    if isinstance(node, Raw):
        return node.text
    opened, closed = _brackets(node)
    return opened + ", ".join(f"{key}{_flat(part)}" for key, part in _parts(node)) + closed


def _brackets(node: Items | Pair | Call) -> tuple[str, str]:
    if isinstance(node, Call):
        return f"{node.name}(", ")"
    return ("[", "]") if isinstance(node, Items) else ("(", ")")


def _parts(node: Items | Pair | Call) -> Iterator[tuple[str, Node]]:
    if isinstance(node, Call):
        yield from (("", argument) for argument in node.arguments)
        yield from ((name if name == "**" else f"{name}=", value) for name, value in node.keywords)
    else:
        yield from (("", item) for item in node.items)


def imported_by(node: Node) -> Iterator[tuple[str, str]]:
    """Yield the path and alias of everything that an expression calls."""
    if isinstance(node, Raw):
        return
    if isinstance(node, Call) and node.path:
        yield node.path, node.alias
    for _, part in _parts(node):
        yield from imported_by(part)


def write_imports(paths: Iterable[tuple[str, str]]) -> list[str]:
    """Write import statements in three blocks: the standard library's, other packages', and this package's own.

    Parameters
    ----------
    paths : iterable of (str, str)
        Dotted path and alias (empty for the own name). A path without a dot is a module.

    Returns
    -------
    list of str
    """
    modules: set[str] = set()
    by_module: dict[str, set[str]] = {}
    for path, alias in paths:
        module, _, name = path.rpartition(".")
        renamed = f" as {alias}" if alias else ""
        if module:
            by_module.setdefault(module, set()).add(name + renamed)
        else:
            modules.add(path + renamed)
    blocks: dict[int, list[str]] = {}
    for module in sorted(modules):
        blocks.setdefault(_block_of(module), []).append(f"import {module}")
    for module in sorted(by_module):
        line = f"from {module} import {', '.join(sorted(by_module[module]))}"
        if len(line) > WIDTH:
            inside = "".join(f"{' ' * _INDENT}{name},\n" for name in sorted(by_module[module]))
            line = f"from {module} import (\n{inside})"
        blocks.setdefault(_block_of(module), []).append(line)
    return [line for block in sorted(blocks) for line in ("", *blocks[block])][1:]


def _block_of(module: str) -> int:
    package = module.split(maxsplit=1)[0].partition(".")[0]
    return 0 if package in sys.stdlib_module_names else 2 if package == "job" else 1
