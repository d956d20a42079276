"""The splits of a snippet: the same rows on either side as in the job."""

from __future__ import annotations

import math

from job.evidence.python_code import literal
from job.evidence.snippet_parts import Part, Winner

_SEEDS = 2**32
_SELECTION = "sklearn.model_selection"


def write_splits(winner: Winner) -> Part:
    """Write ``splits()``, which yields repeat, fold and the rows of both parts.

    Parameters
    ----------
    winner : Winner

    Returns
    -------
    Part
    """
    method = winner.spec.split.method
    if method in ("time", "predefined"):
        lines, imports = _once(winner), ["numpy"]
    elif method == "kfold" or winner.dataset.groups is not None:
        lines, imports = _folds(winner)
    else:
        lines, imports = _holdout(winner)
    head = [
        "def splits():",
        '    """Yield the number of each split and the rows of both parts, as the report has them."""',
    ]
    return Part((*head, *lines), tuple((path, "np" if path == "numpy" else "") for path in imports))


def _holdout(winner: Winner) -> tuple[list[str], list[str]]:
    asked = winner.spec.split
    lines = [
        f"    for repeat in range({asked.n_repeats}):",
        f'        how = {{"test_size": {literal(asked.test_size)}, "random_state": {_seed(winner)}}}',
        "        train, test = train_test_split(np.arange(len(y)), stratify=y, **how)",
        "        yield repeat, 0, np.sort(train), np.sort(test)",
    ]
    return lines, ["numpy", f"{_SELECTION}.train_test_split"]


def _folds(winner: Winner) -> tuple[list[str], list[str]]:
    asked, grouped = winner.spec.split, winner.dataset.groups is not None
    kind = "StratifiedGroupKFold" if grouped else "StratifiedKFold"
    n_folds = asked.n_splits if asked.method == "kfold" else round(1 / asked.test_size)
    arguments = "X, y, groups" if grouped else "X, y"
    lines = [
        f"    for repeat in range({asked.n_repeats}):",
        f"        folds = {kind}({n_folds}, shuffle=True, random_state={_seed(winner)})",
        f"        for fold, (train, test) in enumerate(folds.split({arguments})):",
        "            yield repeat, fold, train, test",
    ]
    if asked.method != "kfold":  # a grouped holdout is one of its folds, another in each repeat
        lines[2:] = [
            f"        train, test = list(folds.split({arguments}))[repeat % {n_folds}]",
            "        yield repeat, 0, train, test",
        ]
    return lines, [f"{_SELECTION}.{kind}"]


def _once(winner: Winner) -> list[str]:
    asked, n_rows = winner.spec.split, winner.dataset.n_rows
    if asked.method == "time":
        place = n_rows - math.ceil(asked.test_size * n_rows) - 1
        is_test = f"time > np.sort(time)[{place}]  # rows of the last training time train too"
    else:
        is_test = "is_test_row"
    return [f"    is_test = {is_test}", "    yield 0, 0, np.flatnonzero(~is_test), np.flatnonzero(is_test)"]


def _seed(winner: Winner) -> str:
    first = winner.spec.split.random_state
    seed = f"{first} + repeat"
    return f"({seed}) % {_SEEDS}" if first + winner.spec.split.n_repeats > _SEEDS else seed
