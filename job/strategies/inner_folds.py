"""The inner folds of a training part: there a threshold is tuned, probabilities are calibrated, a ratio is chosen."""

from __future__ import annotations

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from job.strategies.recipe import TrainingPart

Folds = list[tuple[np.ndarray, np.ndarray]]

DEFAULT_FOLDS = 5


def build_inner_folds(part: TrainingPart, n_splits: int) -> tuple[Folds, str | None]:
    """Split a training part into stratified inner folds; rows of one group stay together.

    Parameters
    ----------
    part : TrainingPart
    n_splits : int
        Folds asked for.

    Returns
    -------
    folds : list of (train, test)
        Row numbers into the training part; empty where fewer than two folds are possible.
    degraded : str or None
        Why there are fewer folds than asked for.
    """
    return split_rows(part.y, part.groups, part.seeds.inner_folds, n_splits)


def split_rows(y: np.ndarray, groups: np.ndarray | None, seed: int, n_splits: int) -> tuple[Folds, str | None]:
    """Split training rows into the inner folds of `build_inner_folds`, before anything is prepared.

    Parameters
    ----------
    y : ndarray of shape (n_train,)
    groups : ndarray of shape (n_train,) or None
    seed : int
        The split's seed for inner folds.
    n_splits : int

    Returns
    -------
    folds : list of (train, test)
    degraded : str or None
    """
    possible, what = _most_folds(y, groups)
    n_folds = min(n_splits, possible)
    degraded = None if n_folds == n_splits else f"{n_splits} inner folds asked for, but the training part has {what}"
    if n_folds < 2:
        return [], f"{degraded}, too few for any"
    kind = StratifiedKFold if groups is None else StratifiedGroupKFold
    splitter = kind(n_splits=n_folds, shuffle=True, random_state=seed)
    folds = list(splitter.split(y, y, groups))
    usable = [(train, test) for train, test in folds if _both_classes(y[train]) and _both_classes(y[test])]
    if len(usable) < len(folds):
        unusable = len(folds) - len(usable)
        degraded = f"{unusable} of {len(folds)} inner folds had one class only and were left out"
    elif degraded is not None:
        degraded = f"{degraded}: {n_folds} used"
    return usable, degraded


def _most_folds(y: np.ndarray, groups: np.ndarray | None) -> tuple[int, str]:
    """Return how many folds can hold a row of each class, and the reason in words."""
    counts = []
    for label, name in ((1, "minority"), (0, "majority")):
        rows = y == label
        if groups is None:
            n = int(rows.sum())
            counts.append((n, f"{n} {name} row{'' if n == 1 else 's'}"))
        else:
            n = len(np.unique(groups[rows]))
            counts.append((n, f"{n} group{'' if n == 1 else 's'} with {name} rows"))
    return min(counts)


def _both_classes(y: np.ndarray) -> bool:
    return bool(y.min() != y.max())
