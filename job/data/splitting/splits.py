"""Which rows train and which rows test: every split of a job, from the data and the spec alone."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold, train_test_split

from job.data.dataset import Dataset, Note
from job.data.quoting import named, quoted
from job.data.splitting.split_checks import check_folds, check_holdout, check_parts, check_time
from job.errors import DataError
from job.spec.job_spec import JobSpec, SplitSpec

_SEEDS = 2**32  # scikit-learn takes 0 to 2**32 - 1
_SIZE_TOLERANCE = 0.1  # a tenth of the share asked for


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
        The same where the spec says how rows are parted, or there are enough.
    dataset : Dataset
        With a note where the spec was changed.
    """
    if not spec.split.is_default or "n_splits" in spec.split.model_fields_set:
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


def note_splits(dataset: Dataset, spec: SplitSpec, splits: Sequence[Split]) -> tuple[Note, ...]:
    """Note test parts without one class, of another size than asked for, common positives and groups on both sides.

    Parameters
    ----------
    dataset : Dataset
        The data that was parted.
    spec : SplitSpec
        The spec's ``split``.
    splits : sequence of Split
        What `job.data.splitting.splits.build_splits` made of both.

    Returns
    -------
    tuple of Note
        Empty where there is nothing to say.
    """
    positive, rest = f"labelled {named(dataset.positive)} (positive)", "of the rest"
    notes = [_note_absent_class(dataset, splits, 1, positive), _note_absent_class(dataset, splits, 0, rest)]
    notes += [_note_size(dataset, spec, splits), _note_common_positive(dataset, splits)]
    notes += [_note_shared_groups(dataset, splits)]
    return tuple(note for note in notes if note is not None)


def note_unused(dataset: Dataset, method: str) -> Iterator[Note]:
    """Note a column for another split method: it only keeps itself out of the features."""
    how = {"predefined": "the data marks which rows test", "time": "the latest rows test"}.get(
        method, "rows are drawn at random"
    )
    for role, by in (("time", "time"), ("split", "predefined")):
        if getattr(dataset, role) is not None and method != by:
            name = next((column.name for column in dataset.columns if column.role == role), role)
            text = (
                f"data.file.{role} ({quoted(name)}) isn't used: it is for split method {by}, and with {method} {how}. "
                "It is no feature either."
            )
            yield Note(f"{role}-unused", text, name)


def _note_common_positive(dataset: Dataset, splits: Sequence[Split]) -> Note | None:
    """Time and predefined parts can have other shares than the whole; one row more is chance."""
    shares = [(int(dataset.y[split.train].sum()), len(split.train)) for split in splits]
    n_positive, n_train = max(shares, key=lambda share: 2 * share[0] - share[1])
    if 2 * n_positive <= n_train + 1:
        return None
    text = (
        f"In a training part {n_positive:,} of {n_train:,} rows are labelled {named(dataset.positive)} (positive), the "
        "majority there: samplers add rows of the rest, and what is called minority is the positive label."
    )
    return Note("positive-is-common", text)


def _note_absent_class(dataset: Dataset, splits: Sequence[Split], label: int, name: str) -> Note | None:
    n_absent = sum(not (dataset.y[split.test] == label).any() for split in splits)
    if n_absent == 0:
        return None
    text = f"In {n_absent} of {len(splits)} splits no test row is {name}: metrics that need one are undefined there."
    return Note("test-part-lacks-a-class", text)


def _note_size(dataset: Dataset, spec: SplitSpec, splits: Sequence[Split]) -> Note | None:
    """Groups cannot be cut and ties stay together, so a test part can differ from the share asked for."""
    asked = {"holdout": spec.test_size, "time": spec.test_size, "kfold": 1 / spec.n_splits}.get(spec.method)
    sizes = [len(split.test) for split in splits]
    n_asked = 0 if asked is None else asked * dataset.n_rows
    n_far = sum(abs(size - n_asked) > max(1, _SIZE_TOLERANCE * n_asked) for size in sizes)
    if asked is None or n_far == 0:
        return None
    why = "rows that share a time stay together" if spec.method == "time" else "rows of one group stay together"
    found = f"{min(sizes):,}" if min(sizes) == max(sizes) else f"{min(sizes):,} to {max(sizes):,}"
    text = f"Test parts have {found} of {dataset.n_rows:,} rows instead of about {round(n_asked):,}, because {why}."
    return Note("test-part-size", text)


def _note_shared_groups(dataset: Dataset, splits: Sequence[Split]) -> Note | None:
    """Only time and predefined, which take no account of groups, can part the rows of one."""
    if dataset.groups is None:
        return None
    groups = dataset.groups
    n_shared = max(len(np.intersect1d(groups[split.train], groups[split.test])) for split in splits)
    if n_shared == 0:
        return None
    n_groups = len(np.unique(groups))
    text = (
        f"{n_shared:,} of {n_groups:,} groups have rows on both sides of the split, "
        "since split methods time and predefined take no account of groups."
    )
    return Note("groups-on-both-sides", text)
