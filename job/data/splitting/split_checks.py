"""What makes a split impossible, each with its counts and the remedy."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from job.data.dataset import Dataset
from job.data.quoting import named
from job.errors import DataError

Parts = Sequence[tuple[np.ndarray, np.ndarray]]
"""Training rows and test rows of each split."""

_REMEDIES = {
    "holdout": "change split.test_size, or bring more rows of that class",
    "kfold": "lower split.n_splits, or bring more rows of that class",
    "time": "change split.test_size, or use another split.method",
    "predefined": "change the column that data.file.split names, or use another split.method",
}


def check_folds(dataset: Dataset, n_folds: int, test_size: float | None = None) -> None:
    """Refuse more folds than rows of either class, or than groups.

    Parameters
    ----------
    dataset : Dataset
        The data.
    n_folds : int
        Folds asked for.
    test_size : float or None
        What asks for them, where it isn't ``split.n_splits``.

    Raises
    ------
    DataError
        With the counts.
    """
    what = f"split.n_splits: {n_folds} folds"
    if test_size is not None:
        what = f"split.test_size: {test_size:g} makes {n_folds} folds, which"
    n_least = min(dataset.n_positive, dataset.n_rows - dataset.n_positive)
    if n_folds > n_least:
        raise DataError(
            f"{what} need {n_folds} rows of each class, and there are {_counts(dataset)}; "
            f"{_fewer_folds(n_least, test_size)}, or bring more rows"
        )
    n_groups = n_folds if dataset.groups is None else len(np.unique(dataset.groups))
    if n_folds > n_groups:
        raise DataError(
            f"{what} need {n_folds} groups, and data.file.groups makes {n_groups}; "
            f"{_fewer_folds(n_groups, test_size)}, or leave groups out"
        )


def check_holdout(dataset: Dataset, test_size: float) -> None:
    """Refuse a holdout in which a part has no room for one row of each class.

    Parameters
    ----------
    dataset : Dataset
        The data.
    test_size : float
        Share of the rows asked for.

    Raises
    ------
    DataError
        With the rows of each part.
    """
    if min(dataset.n_positive, dataset.n_rows - dataset.n_positive) < 2:
        raise DataError(
            f"split.method holdout: each part needs a row of each class, and there are {_counts(dataset)}; "
            "bring more rows"
        )
    n_test = math.ceil(test_size * dataset.n_rows)
    n_train = dataset.n_rows - n_test
    if min(n_train, n_test) < 2:
        raise DataError(
            f"split.test_size: {test_size:g} of {dataset.n_rows} rows leaves {n_train} for training and {n_test} for "
            f"testing; each part needs two rows at least, one of each class: {'raise' if n_test < 2 else 'lower'} it"
        )


def check_time(dataset: Dataset, n_test: int) -> np.ndarray:
    """Refuse a time split that has no time, a row without one, or nothing later than the training part.

    Parameters
    ----------
    dataset : Dataset
        The data.
    n_test : int
        Test rows asked for.

    Returns
    -------
    ndarray of shape (n_rows,)
        The time of each row.

    Raises
    ------
    DataError
        With the counts.
    """
    time = dataset.time
    if time is None:
        raise DataError("split.method: time needs data.file.time, a column to sort by")
    n_missing = int((time != time).sum())  # true of NaN and NaT alone
    if n_missing:
        raise DataError(
            f"split.method: time needs a time on every row, and {n_missing:,} of {dataset.n_rows:,} rows have none; "
            "leave them out with data.file.query"
        )
    if n_test >= dataset.n_rows:
        raise DataError(f"split.test_size: leaves none of {dataset.n_rows:,} rows for training; lower it")
    return time


def check_parts(dataset: Dataset, method: str, parts: Parts) -> None:
    """Refuse a training part without both classes, an empty test part, and test parts that all lack positive rows.

    Parameters
    ----------
    dataset : Dataset
        The data.
    method : str
        The spec's ``split.method``, for the remedy.
    parts : sequence of (ndarray, ndarray)
        Training and test rows of each split.

    Raises
    ------
    DataError
        With the counts.
    """
    remedy = _remedy(dataset, method)
    for train, test in parts:
        n_positive = int(dataset.y[train].sum())
        if not 0 < n_positive < len(train):
            lacking = f"row labelled {named(dataset.positive)} (positive)" if n_positive == 0 else "row of the rest"
            raise DataError(
                f"split.method {method}: a training part of {len(train):,} rows has no {lacking}, so no classifier can "
                f"be fitted; the data has {_counts(dataset)}: {remedy}"
            )
        if len(test) == 0:
            why = " (rows that share the last training time train too)" if method == "time" else ""
            raise DataError(
                f"split.method {method}: none of {dataset.n_rows:,} rows is left for testing{why}; {remedy}"
            )
    if not any(dataset.y[test].any() for _, test in parts):
        raise DataError(
            f"split.method {method}: no test part has a row labelled {named(dataset.positive)} (positive), so nothing "
            f"can be measured; the data has {_counts(dataset)}: {remedy}"
        )


def _counts(dataset: Dataset) -> str:
    """Say how many rows either class has."""
    n_rest = dataset.n_rows - dataset.n_positive
    return f"{dataset.n_positive:,} labelled {named(dataset.positive)} (positive) and {n_rest:,} of the rest"


def _remedy(dataset: Dataset, method: str) -> str:
    """Say what to do about a part that lacks a class."""
    if dataset.groups is not None and method in ("holdout", "kfold"):
        n_groups = len(np.unique(dataset.groups[dataset.y == 1]))
        return f"its positive rows are in {n_groups:,} of its groups; make larger parts, or leave groups out"
    return _REMEDIES[method]


def _fewer_folds(n_most: int, test_size: float | None) -> str:
    """Say which key makes so many folds at most."""
    if n_most < 2:
        return "no folds can be made"
    return f"lower it to {n_most}" if test_size is None else f"raise it to {math.ceil(100 / n_most) / 100:g}"
