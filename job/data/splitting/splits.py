"""Which rows train and which rows test: every split of a job, from the data and the spec alone."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold, train_test_split

from job.data.dataset import Dataset, Note
from job.data.splitting.split_checks import check_folds, check_holdout, check_parts, check_time
from job.errors import DataError
from job.spec.model import JobSpec, SplitSpec

_SEEDS = 2**32  # scikit-learn takes 0 to 2**32 - 1


@dataclass(frozen=True, eq=False)
class Split:
    """One parting of the rows.

    Parameters
    ----------
    repeat, fold : int
        Which split it is, both from 0. Only kfold has folds beyond 0.
    train, test : ndarray of int32
        Rows of each part, ascending.
    """

    repeat: int
    fold: int
    train: np.ndarray
    test: np.ndarray


def count_splits(spec: SplitSpec) -> int:
    """Count the splits that `build_splits` would make.

    Parameters
    ----------
    spec : SplitSpec
        The spec's ``split``.

    Returns
    -------
    int
        Folds times repeats; 1 for time and predefined.
    """
    if spec.method == "kfold":
        return spec.n_splits * spec.n_repeats
    return spec.n_repeats if spec.method == "holdout" else 1


def settle_split(spec: JobSpec, dataset: Dataset) -> tuple[JobSpec, Dataset]:
    """Fall back on holdouts where the default folds need more rows of a class, or groups, than there are.

    Parameters
    ----------
    spec : JobSpec
    dataset : Dataset

    Returns
    -------
    spec : JobSpec
        The same where the spec names a method, or there are enough.
    dataset : Dataset
        With a note where the spec was changed.
    """
    if not spec.split.is_default:
        return spec, dataset
    try:
        check_folds(dataset, spec.split.n_splits)
    except DataError:
        split = SplitSpec.model_validate({"method": "holdout", "random_state": spec.split.random_state})
        text = (
            f"The default of {spec.split.n_splits} folds needs {spec.split.n_splits} rows of each class (and as many "
            f"groups, where rows are grouped), so rows are parted by {split.n_repeats} holdouts instead."
        )
        note = Note("fewer-rows-than-folds", text)
        return spec.model_copy(update={"split": split}), replace(dataset, notes=(*dataset.notes, note))
    return spec, dataset


def build_splits(dataset: Dataset, spec: SplitSpec) -> tuple[Split, ...]:
    """Part the rows as the spec says.

    Holdout repeat r is ``train_test_split(stratify=y, random_state=random_state + r)``; kfold repeat r is
    ``StratifiedKFold(shuffle=True, random_state=random_state + r)``. With groups they are
    ``StratifiedGroupKFold(shuffle=True, random_state=random_state + r)`` and, for holdout, fold r of that with
    ``round(1 / test_size)`` folds, from 0 again after the last: it deals groups out by their sizes before luck has a
    say, so that one fold would test nearly the same groups in every repeat. Time tests on the latest rows, predefined
    on those that the data marks. ``random_state + r`` starts again at 0 after 2**32 - 1.

    Parameters
    ----------
    dataset : Dataset
        Its ``y``, ``groups``, ``time`` and ``split`` are read.
    spec : SplitSpec
        The spec's ``split``.

    Returns
    -------
    tuple of Split
        Ordered by repeat, then fold.

    Raises
    ------
    DataError
        When the rows cannot be parted so, when a training part lacks a class, or when no test part has a positive
        row. The message has the counts and what to do.
    """
    splits = tuple(
        _as_split(repeat, fold, is_test)
        for repeat, folds in enumerate(_METHODS[spec.method](dataset, spec))
        for fold, is_test in enumerate(folds)
    )
    check_parts(dataset, spec.method, [(split.train, split.test) for split in splits])
    return splits


def _holdout(dataset: Dataset, spec: SplitSpec) -> Iterator[list[np.ndarray]]:
    """Yield the one test part of each repeat."""
    if dataset.groups is not None:
        n_folds = round(1 / spec.test_size)
        if n_folds < 2:
            raise DataError(
                f"split.test_size: got {spec.test_size:g}; a grouped holdout tests on one of round(1 / test_size) "
                "folds, and that must be two folds at least: use 0.5 or less"
            )
        check_folds(dataset, n_folds, spec.test_size)
        for repeat, folds in enumerate(_grouped_folds(dataset, dataset.groups, spec, n_folds)):
            yield [folds[repeat % n_folds]]
        return
    check_holdout(dataset, spec.test_size)
    rows = np.arange(dataset.n_rows)
    for repeat in range(spec.n_repeats):
        seed = _seed(spec, repeat)
        _, test = train_test_split(rows, test_size=spec.test_size, stratify=dataset.y, random_state=seed)
        yield [_mask(dataset, test)]


def _kfold(dataset: Dataset, spec: SplitSpec) -> Iterator[list[np.ndarray]]:
    """Yield the test part of each fold, repeat by repeat."""
    check_folds(dataset, spec.n_splits)
    if dataset.groups is not None:
        yield from _grouped_folds(dataset, dataset.groups, spec, spec.n_splits)
        return
    for repeat in range(spec.n_repeats):
        folds = StratifiedKFold(spec.n_splits, shuffle=True, random_state=_seed(spec, repeat))
        yield [_mask(dataset, test) for _, test in folds.split(dataset.y, dataset.y)]


def _grouped_folds(dataset: Dataset, groups: np.ndarray, spec: SplitSpec, n_folds: int) -> Iterator[list[np.ndarray]]:
    """Yield the test part of each fold, with the rows of one group all in one fold."""
    for repeat in range(spec.n_repeats):
        folds = StratifiedGroupKFold(n_folds, shuffle=True, random_state=_seed(spec, repeat))
        yield [_mask(dataset, test) for _, test in folds.split(dataset.y, dataset.y, groups)]


def _time(dataset: Dataset, spec: SplitSpec) -> Iterator[list[np.ndarray]]:
    """Yield the latest rows; rows that share the last training time are not later, so they train too."""
    n_test = math.ceil(spec.test_size * dataset.n_rows)
    time = check_time(dataset, n_test)
    last_training_time = np.sort(time)[dataset.n_rows - n_test - 1]
    yield [time > last_training_time]


def _predefined(dataset: Dataset, spec: SplitSpec) -> Iterator[list[np.ndarray]]:
    """Yield the rows that the data marks."""
    if dataset.split is None:
        raise DataError("split.method: predefined needs data.file.split, a column that says train or test")
    yield [dataset.split]


_METHODS: Mapping[str, Callable[[Dataset, SplitSpec], Iterator[list[np.ndarray]]]] = {
    "holdout": _holdout,
    "kfold": _kfold,
    "time": _time,
    "predefined": _predefined,
}


def _seed(spec: SplitSpec, repeat: int) -> int:
    """Seed of one repeat, back at 0 after the last that scikit-learn takes."""
    return (spec.random_state + repeat) % _SEEDS


def _mask(dataset: Dataset, rows: np.ndarray) -> np.ndarray:
    """Turn row numbers into one truth value per row."""
    mask = np.zeros(dataset.n_rows, dtype=bool)
    mask[rows] = True
    return mask


def _as_split(repeat: int, fold: int, is_test: np.ndarray) -> Split:
    train, test = (np.flatnonzero(part).astype(np.int32) for part in (~is_test, is_test))
    return Split(repeat=repeat, fold=fold, train=train, test=test)
