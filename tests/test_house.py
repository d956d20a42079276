"""The order of the rooms, and what start-up may import."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

JOB = Path(__file__).parents[1] / "job"

# Data flows downwards: a room imports only rooms above it, and itself.
ROOMS = (
    "__init__",
    "names",
    "errors",
    "text",
    "machine",
    "spec",
    "data",
    "samplers",
    "strategies",
    "evaluation",
    "engine",
    "results",
    "provenance",
    "snippet",
    "evidence",
    "wording",
    "report",
    "outputs",
    "take_home",
    "pipeline",
    "suite",
    "console",
    "notebook",
    "cli",
    "__main__",
)
MODULES = sorted(JOB.rglob("*.py"), key=str)


def _room(module: Path) -> str:
    return module.relative_to(JOB).with_suffix("").parts[0]


def _imports(tree: ast.AST) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        yield from _imports_of(node)


def _imports_of(node: ast.AST) -> Iterator[tuple[str, int]]:
    if isinstance(node, ast.Import):
        yield from ((alias.name, node.lineno) for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        assert node.level == 0, f"line {node.lineno}: imports are absolute here"
        yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def _rooms_imported(tree: ast.AST) -> Iterator[tuple[str, int]]:
    for name, line in _imports(tree):
        package, _, rest = name.partition(".")
        if package == "job":
            room = rest.partition(".")[0]
            yield room if room in ROOMS else "__init__", line


@pytest.mark.parametrize("module", MODULES, ids=lambda module: str(module.relative_to(JOB)))
def test_a_room_imports_only_rooms_above_it(module: Path) -> None:
    """Data flows one way, so no room knows those that use it."""
    above = ROOMS[: ROOMS.index(_room(module)) + 1]
    imported = _rooms_imported(ast.parse(module.read_text()))

    assert [f"line {line}: {room}" for room, line in imported if room not in above] == []


def test_the_list_of_rooms_is_the_house() -> None:
    """A new room gets its place in the order, and a removed one leaves it."""
    assert {_room(module) for module in MODULES} == set(ROOMS)


def test_the_command_line_imports_only_spec_and_errors_until_a_command_runs() -> None:
    """scikit-learn takes more than a second to import, which --help and a misspelt option must not cost."""
    modules = [ast.parse(path.read_text()) for path in MODULES if _room(path) in ("cli", "console")]
    at_the_top = [node for module in modules for node in module.body if isinstance(node, ast.Import | ast.ImportFrom)]
    at_once, later = {"__init__", "spec", "errors", "text", "console"}, {"results", "wording", "pipeline", "suite"}

    assert {room for node in at_the_top for room, _ in _rooms_imported(node)} <= at_once
    assert {room for module in modules for room, _ in _rooms_imported(module)} <= at_once | later


def test_the_samplers_are_usable_without_the_job() -> None:
    """Whoever wants AffinitySMOTE only needs imbalanced-learn and what comes with it."""
    # scikit-learn itself depends on joblib and threadpoolctl.
    scikit_learn = {"sklearn", "joblib", "threadpoolctl", "numpy", "scipy"}
    allowed = {*sys.stdlib_module_names, *scikit_learn, "sklearn_compat", "imblearn", "job"}
    trees = [ast.parse(module.read_text()) for module in MODULES if _room(module) == "samplers"]
    on_import = [name for tree in trees for node in tree.body for name, _ in _imports_of(node)]

    assert {name.partition(".")[0] for name in on_import} <= allowed
    assert {room for tree in trees for room, _ in _rooms_imported(tree)} == {"samplers"}


def test_names_imports_nothing() -> None:
    """A spec knows every name without importing what is named."""
    tree = ast.parse((JOB / "names.py").read_text())

    assert [name for name, _ in _imports(tree) if not name.startswith(("__future__.", "collections.abc."))] == []


def test_help_imports_neither_pandas_nor_scikit_learn() -> None:
    """--help answers at once."""
    program = """
import sys
from job.cli import main
try:
    main(["--help"])
finally:
    print(*sorted(sys.modules), file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=JOB.parent)

    imported = {name.partition(".")[0] for name in done.stderr.split()}
    assert "Usage:" in done.stdout
    assert "job" in imported
    assert imported & {"pandas", "sklearn", "imblearn", "scipy", "numpy", "matplotlib", "duckdb", "loky"} == set()


def test_the_house_keeps_its_bounds() -> None:
    """Modules, lines, imports, rooms, names and untyped values stay within what benchmarks/house.py allows."""
    done = subprocess.run(
        [sys.executable, "benchmarks/house.py"], cwd=JOB.parent, capture_output=True, text=True, check=False
    )
    assert (0, "") == (done.returncode, done.stderr)
