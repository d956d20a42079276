"""Whether the tests notice: small faults are put into the code one at a time, and the tests of that room must fail.

PYTHONPATH=. .venv/bin/python benchmarks/mutation.py [--mutants 64] [--seed 1]
"""

from __future__ import annotations

import argparse
import ast
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

SUBJECTS: Mapping[str, tuple[str, ...]] = {
    "job/evidence/verdict": ("tests/evidence/verdict", "tests/evidence"),
    "job/evidence/statistics": ("tests/evidence/statistics", "tests/evidence"),
    "job/data/splits.py": ("tests/data/test_splits.py",),
    "job/samplers": ("tests/samplers",),
    "job/engine": ("tests/engine/test_execute.py", "tests/engine/test_store.py", "tests/engine"),
}
"""Where faults are put, and which tests have to notice."""
LEAST_KILLED = 0.9
_LIMIT = 600

_COMPARISONS: Mapping[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
_ARITHMETIC: Mapping[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult,
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """One fault: a piece of source text and what stands there instead."""

    path: Path
    line: int
    start: int
    end: int
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text}"


def main() -> None:
    """Print which faults live, and fail where they are too many."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mutants", type=int, default=64)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    broken = [folder for folder in SUBJECTS if _fails(Path(folder), {})]
    if broken:
        sys.exit(f"the tests of {', '.join(broken)} fail without a fault")
    chosen = _choose(asked.mutants, random.Random(asked.seed))
    with ThreadPoolExecutor(2) as pool:
        killed = []
        for mutant, dead in zip(chosen, pool.map(_is_killed, chosen), strict=True):
            print(f"{'killed' if dead else 'LIVES'}  {mutant}", flush=True)
            killed.append(dead)
    share = sum(killed) / len(killed)
    print(f"{sum(killed)} of {len(killed)} killed ({share:.0%})")
    if share < LEAST_KILLED:
        sys.exit(1)


def _choose(n: int, luck: random.Random) -> list[Mutant]:
    """Draw as many from each subject, whatever its size."""
    chosen: list[Mutant] = []
    for place, folder in enumerate(SUBJECTS):
        paths = sorted(Path(folder).rglob("*.py")) or [Path(folder)]
        found = [mutant for path in paths for mutant in _mutants(path)]
        share = (n * (place + 1)) // len(SUBJECTS) - (n * place) // len(SUBJECTS)
        chosen += luck.sample(found, min(share, len(found)))
    return chosen


def _mutants(path: Path) -> Iterator[Mutant]:
    """Every operator, comparison, condition and number of a file that can be turned."""
    source = path.read_text(encoding="utf-8")
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line.encode()))
    tree = ast.parse(source)
    idle = {id(node) for holder in ast.walk(tree) for part in _without_effect(holder) for node in ast.walk(part)}
    for node in ast.walk(tree):
        changed = None if id(node) in idle else _turn(node)
        if changed is not None and isinstance(node, ast.expr) and node.end_lineno and node.end_col_offset is not None:
            start, end = starts[node.lineno - 1] + node.col_offset, starts[node.end_lineno - 1] + node.end_col_offset
            yield Mutant(path, node.lineno, start, end, f"({ast.unparse(changed)})")


def _without_effect(node: ast.AST) -> Iterator[ast.AST]:
    """What guards the code against later changes only: arguments of decorators, and `strict` of zip."""
    yield from getattr(node, "decorator_list", ())
    if isinstance(node, ast.keyword) and node.arg == "strict":
        yield node.value


def _turn(node: ast.AST) -> ast.expr | None:
    match node:
        case ast.Compare(left, [operator], [right]) if type(operator) in _COMPARISONS:
            return ast.Compare(left, [_COMPARISONS[type(operator)]()], [right])
        case ast.BinOp(left, operator, right) if type(operator) in _ARITHMETIC and not isinstance(right, ast.Constant):
            return ast.BinOp(left, _ARITHMETIC[type(operator)](), right)
        case ast.BoolOp(operator, values):
            return ast.BoolOp(ast.Or() if isinstance(operator, ast.And) else ast.And(), values)
        case ast.UnaryOp(ast.Not(), operand):
            return operand
        case ast.IfExp(test, body, orelse):
            return ast.IfExp(test, orelse, body)
        case ast.Constant(bool() as value):
            return ast.Constant(not value)
        case ast.Constant(int() | float() as value) if value not in (0, 1, -1):
            return ast.Constant(value * 2)
    return None


def _is_killed(mutant: Mutant) -> bool:
    source = mutant.path.read_bytes()
    return _fails(mutant.path, {mutant.path: source[: mutant.start] + mutant.text.encode() + source[mutant.end :]})


def _fails(subject: Path, changed: Mapping[Path, bytes]) -> bool:
    """Run the tests of a room in a copy of the house with some files changed."""
    tests = next(tests for folder, tests in SUBJECTS.items() if subject.is_relative_to(folder))
    with tempfile.TemporaryDirectory() as folder:
        idle = shutil.ignore_patterns("__pycache__", ".*", "output")
        shutil.copytree(".", folder, ignore=idle, dirs_exist_ok=True)
        for path, content in changed.items():
            Path(folder, path).write_bytes(content)
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests]
        try:
            return subprocess.run(command, cwd=folder, capture_output=True, timeout=_LIMIT, check=False).returncode != 0
        except subprocess.TimeoutExpired:
            return True


if __name__ == "__main__":
    main()
