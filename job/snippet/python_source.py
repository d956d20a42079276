"""Values, calls and imports as Python source, and a template in which no text of a spec can become code."""

import ast
import keyword
import math
import sys
from collections.abc import Mapping
from pprint import PrettyPrinter
from typing import Any

from jinja2 import Environment, StrictUndefined

WIDTH = 100


class Code(str):
    """Source that this program wrote, never a spec: it's printed as it is."""


class _Printer(PrettyPrinter):
    def format(self, value: Any, context: dict[int, int], maxlevels: int, level: int) -> tuple[str, bool, bool]:
        if isinstance(value, Code):
            return str(value), True, False
        if isinstance(value, float) and not math.isfinite(value):
            return f"float({str(value)!r})", True, False
        if isinstance(value, str):  # repr escapes line breaks, controls and direction marks
            written = repr(str(value))
            plain = '"' not in written and "\\" not in written
            return f'"{written[1:-1]}"' if plain else written, True, False
        if value is not None and not isinstance(value, int | float | list | tuple | dict):
            raise TypeError(f"no literal for a {type(value).__name__}")
        return super().format(value, context, maxlevels, level)


def literal(value: Any) -> Code:
    """Write a plain value on one line, as source that evaluates to it; `Code` stays as it is.

    Raises
    ------
    TypeError
        Where it is neither None, a bool, a number, a text, nor a list, tuple or dict of these.
    """
    return Code(_Printer(width=sys.maxsize, sort_dicts=False).pformat(value))


def wrapped(value: Any, column: int) -> Code:
    """Write a plain value that begins in this column, on several lines where it is long."""
    written = _Printer(width=max(WIDTH - column, 1), compact=True, sort_dicts=False).pformat(value)
    return Code(written.replace("\n", "\n" + " " * column))


def call(before: str, name: str, keywords: Mapping[str, Any], *arguments: Any) -> Code:
    """Write a line's beginning and a call after it: on one line where it fits, else one argument a line.

    A keyword that Python would not take as a name is passed on in a mapping.
    """
    named = {key: value for key, value in keywords.items() if _is_name(key)}
    odd = {key: value for key, value in keywords.items() if not _is_name(key)}
    parts = [("", value) for value in arguments] + [(f"{key}=", value) for key, value in named.items()]
    parts += [("**", odd)] if odd else []
    line = f"{before}{name}({', '.join(key + literal(value) for key, value in parts)})"
    if len(line) <= WIDTH:
        return Code(line)
    indent = len(before) - len(before.lstrip())
    inner = indent + 4
    lines = [f"{' ' * inner}{key}{wrapped(value, inner + len(key))}," for key, value in parts]
    return Code("\n".join([f"{before}{name}(", *lines, " " * indent + ")"]))


def _is_name(name: object) -> bool:
    return isinstance(name, str) and name.isascii() and name.isidentifier() and not keyword.iskeyword(name)


def render(template: str, **values: Any) -> str:
    """Fill a template of Python source: every value is written as a literal, unless it is `Code`."""
    environment = Environment(
        autoescape=False,  # this is Python, not HTML: `literal` is what escapes here
        finalize=literal,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(code=Code, literal=literal, wrapped=wrapped)
    environment.globals.update(call=call)
    return environment.from_string(template).render(**values)


def import_statements(source: str, paths: Mapping[str, str]) -> list[str]:
    """Import what some source uses: the standard library's first, then other packages', then this package's own.

    Parameters
    ----------
    source : str
        Without its imports.
    paths : Mapping of str to str
        Name in the source -> dotted path; one without a dot is a module.

    Returns
    -------
    list of str
        Lines, with an empty one between the three.
    """
    used = {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}
    plain: set[str] = set()
    by_module: dict[str, set[str]] = {}
    for name in used & paths.keys():
        module, _, own = paths[name].rpartition(".")
        renamed = own if own == name else f"{own} as {name}"
        (by_module.setdefault(module, set()) if module else plain).add(renamed)
    statements = [(name, f"import {name}") for name in sorted(plain)]
    statements += [(module, _import_from(module, sorted(names))) for module, names in sorted(by_module.items())]
    blocks: list[list[str]] = [[], [], []]
    for module, statement in statements:
        package = module.split()[0].partition(".")[0]
        blocks[0 if package in sys.stdlib_module_names else 2 if package == "job" else 1].append(statement)
    return [line for block in blocks if block for line in ("", *block)][1:]


def _import_from(module: str, names: list[str]) -> str:
    line = f"from {module} import {', '.join(names)}"
    if len(line) <= WIDTH:
        return line
    return "\n".join([f"from {module} import (", *(f"    {name}," for name in names), ")"])
