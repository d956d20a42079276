"""How large the house is: modules, code lines, imports, functions, names, untyped values. Run it as `make house`."""

from __future__ import annotations

import argparse
import ast
import io
import tokenize
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median

BOUNDS = {"modules": 200, "code lines": 22_000, "import share": 0.095, "dict[str, Any]": 15, "string subscripts": 150}
LARGEST_ROOM = 15
REPEATABLE = {"__init__.py"}
"""File names that may stand in several rooms; those of sections may too."""
_QUIET = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING}


@dataclass(frozen=True)
class Module:
    """What is counted in one file."""

    path: Path
    tree: ast.Module
    code: int
    imports: int
    docstrings: int
    functions: tuple[int, ...]


def main() -> None:
    """Print the figures, and fail where a bound doesn't hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("house", nargs="?", default="job", type=Path, help="the package that is measured")
    parser.add_argument("--rooms", action="store_true", help="each room, with its largest files")
    asked = parser.parse_args()
    modules = [_read(path) for path in sorted(asked.house.rglob("*.py"))]
    figures = _measure(modules, asked.house)
    for name, value in figures.items():
        bound = f"  (at most {BOUNDS[name]:g})" if name in BOUNDS else ""
        print(f"{name:32} {value:>8.1%}{bound}" if "share" in name else f"{name:32} {value:>8g}{bound}")
    rooms = _rooms(modules, asked.house)
    if asked.rooms:
        _print_rooms(rooms)
    wrong = [f"{name}: {figures[name]:g}, at most {most:g}" for name, most in BOUNDS.items() if figures[name] > most]
    wrong += [
        f"{room}: {len(found)} files, at most {LARGEST_ROOM}"
        for room, found in rooms.items()
        if len(found) > LARGEST_ROOM and room != "report/sections"
    ]
    names = Counter(m.path.name for m in modules if "sections" not in m.path.parts and m.path.name not in REPEATABLE)
    wrong += [f"{name}: {n} files of this name" for name, n in names.items() if n > 1]
    if wrong:
        raise SystemExit("\n".join(wrong))


def _read(path: Path) -> Module:
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source)
    docstrings = {line for node in _strings(tree) for line in range(node.lineno, (node.end_lineno or 0) + 1)}
    spoken: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in _QUIET:
            spoken.update(range(token.start[0], token.end[0] + 1))
    code = spoken - docstrings - {len(source.splitlines()) + 1}
    imports = {
        line
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for line in range(node.lineno, (node.end_lineno or 0) + 1)
    }
    functions = tuple(
        (node.end_lineno or 0) - node.lineno + 1
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    return Module(path, tree, len(code), len(imports & code), len(docstrings), functions)


def _strings(tree: ast.Module) -> Iterator[ast.Expr]:
    """Docstrings, and strings under an assignment, which document it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield node


def _measure(modules: list[Module], house: Path) -> Mapping[str, float]:
    code = sum(module.code for module in modules)
    functions = [length for module in modules for length in module.functions]
    inner = [m for m in modules if m.path.relative_to(house).parts[0] in ("evidence", "report")]
    names = Counter(m.path.name for m in modules if m.path.name not in REPEATABLE)
    importers = _importers(modules, house)
    return {
        "modules": len(modules),
        "code lines": code,
        "import share": sum(module.imports for module in modules) / code,
        "docstring lines": sum(module.docstrings for module in modules),
        "functions": len(functions),
        "function lines, median": median(functions),
        "function lines, longest": max(functions),
        "functions above 40 lines": sum(length > 40 for length in functions),
        "modules with one importer": sum(n == 1 for n in importers.values()),
        "file names used twice": sum(n > 1 for n in names.values()),
        "dict[str, Any]": sum(_is_any_dict(node) for m in inner for node in ast.walk(m.tree)),
        "string subscripts": sum(_is_string_subscript(node) for m in inner for node in ast.walk(m.tree)),
    }


def _importers(modules: list[Module], house: Path) -> Mapping[str, int]:
    """For each module, how many others name it in an import."""
    dotted = {
        ".".join(m.path.relative_to(house.parent).with_suffix("").parts).removesuffix(".__init__") for m in modules
    }
    found: Counter[str] = Counter(dict.fromkeys(dotted, 0))
    for module in modules:
        named: set[str] = set()
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                named |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
            elif isinstance(node, ast.Import):
                named |= {alias.name for alias in node.names}
        found.update(named & dotted)
    return found


def _is_any_dict(node: ast.AST) -> bool:
    """Whether it is an annotation dict[str, Any] or Mapping[str, Any]."""
    return isinstance(node, ast.Subscript) and ast.unparse(node) in ("dict[str, Any]", "Mapping[str, Any]")


def _is_string_subscript(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str)
    )


def _rooms(modules: list[Module], house: Path) -> dict[str, list[Module]]:
    rooms: dict[str, list[Module]] = {}
    for module in modules:
        if module.path.name != "__init__.py":
            rooms.setdefault(str(module.path.parent.relative_to(house)), []).append(module)
    return rooms


def _print_rooms(rooms: Mapping[str, list[Module]]) -> None:
    for room, found in rooms.items():
        print(f"\n{room}: {len(found)} files, {sum(m.code for m in found)} lines")
        for module in sorted(found, key=lambda module: -module.code):
            print(f"  {module.code:4} {module.path.name}")


if __name__ == "__main__":
    main()
