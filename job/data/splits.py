"""Which rows train and which rows test: every split of a job, from the data and the spec alone."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold, train_test_split

from job.data.dataset import Dataset, Note
from job.data.quoting import named, quoted
from job.errors import DataError
from job.spec.job_spec import JobSpec, SplitSpec

_SEEDS = 2**32  # scikit-learn takes 0 to 2**32 - 1
_SIZE_TOLERANCE = 0.1  # a tenth of the share asked for
_NO_FEATURE = "It isn't used as a feature either."
_REMEDIES = {
    "holdout": "change split.test_size, or provide more rows of that class",
    "kfold": "lower split.n_splits, or provide more rows of that class",
    "time": "change split.test_size, or use another split.method",
    "predefined": "change the column that data.file.split names, or use another split.method",
}


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
        _check_folds(dataset, spec.split.n_splits)
    except DataError:
        split = SplitSpec.model_validate({"method": "holdout", "random_state": spec.split.random_state})
        needed = f"{spec.split.n_splits} rows of each class (and as many groups, where rows are grouped)"
        text = f"The default of {spec.split.n_splits} folds needs {needed}, so rows are split by {split.n_repeats}"
        note = Note("fewer-rows-than-folds", f"{text} holdouts instead.")
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
    splits: list[Split] = []
    for repeat, folds in enumerate(_METHODS[spec.method](dataset, spec)):
        for fold, is_test in enumerate(folds):
            train, test = (np.flatnonzero(part).astype(np.int32) for part in (~is_test, is_test))
            splits.append(Split(repeat, fold, train, test))
    _check_parts(dataset, spec.method, splits)
    return tuple(splits)


def _holdout(dataset: Dataset, spec: SplitSpec) -> Iterator[list[np.ndarray]]:
    """Yield the one test part of each repeat."""
    if dataset.groups is not None:
        n_folds = round(1 / spec.test_size)
        if n_folds < 2:
            rule = "a grouped holdout tests on one of round(1 / test_size) folds, and that must be two folds at least"
            raise DataError(f"split.test_size: got {spec.test_size:g}; {rule}: use 0.5 or less")
        _check_folds(dataset, n_folds, spec.test_size)
        yield from ([folds[repeat % n_folds]] for repeat, folds in enumerate(_folds(dataset, spec, n_folds)))
        return
    _check_holdout(dataset, spec.test_size)
    rows = np.arange(dataset.n_rows)
    for repeat in range(spec.n_repeats):
        seed = (spec.random_state + repeat) % _SEEDS
        _, test = train_test_split(rows, test_size=spec.test_size, stratify=dataset.y, random_state=seed)
        yield [np.isin(rows, test)]


def _kfold(dataset: Dataset, spec: SplitSpec) -> Iterator[list[np.ndarray]]:
    _check_folds(dataset, spec.n_splits)
    yield from _folds(dataset, spec, spec.n_splits)


def _folds(dataset: Dataset, spec: SplitSpec, n_folds: int) -> Iterator[list[np.ndarray]]:
    """Yield the test part of each fold, repeat by repeat; the rows of one group are all in one fold."""
    method = StratifiedKFold if dataset.groups is None else StratifiedGroupKFold
    for repeat in range(spec.n_repeats):
        folds = method(n_folds, shuffle=True, random_state=(spec.random_state + repeat) % _SEEDS)
        rows = np.arange(dataset.n_rows)
        yield [np.isin(rows, test) for _, test in folds.split(dataset.y, dataset.y, dataset.groups)]


def _time(dataset: Dataset, spec: SplitSpec) -> Iterator[list[np.ndarray]]:
    """Yield the latest rows; rows that share the last training time are not later, so they train too."""
    time, n_test = dataset.time, math.ceil(spec.test_size * dataset.n_rows)
    if time is None:
        raise DataError("split.method: time needs data.file.time, a column to sort by")
    n_missing = int((time != time).sum())  # true of NaN and NaT alone
    if n_missing:
        found = f"and {n_missing:,} of {dataset.n_rows:,} rows have none; leave them out with data.file.query"
        raise DataError(f"split.method: time needs a time on every row, {found}")
    if n_test >= dataset.n_rows:
        raise DataError(f"split.test_size: leaves none of {dataset.n_rows:,} rows for training; lower it")
    yield [time > np.sort(time)[dataset.n_rows - n_test - 1]]


def _predefined(dataset: Dataset, spec: SplitSpec) -> Iterator[list[np.ndarray]]:
    """Yield the rows that the data marks."""
    if dataset.split is None:
        raise DataError("split.method: predefined needs data.file.split, a column that says train or test")
    yield [dataset.split]


_METHODS = {"holdout": _holdout, "kfold": _kfold, "time": _time, "predefined": _predefined}


def _check_folds(dataset: Dataset, n_folds: int, test_size: float | None = None) -> None:
    """Refuse more folds than rows of either class, or than groups; a test size may ask for them."""
    what = f"split.n_splits: {n_folds} folds"
    if test_size is not None:
        what = f"split.test_size: {test_size:g} makes {n_folds} folds, which"
    n_least = min(dataset.n_positive, dataset.n_rows - dataset.n_positive)
    n_groups = n_folds if dataset.groups is None else len(np.unique(dataset.groups))
    for n_most, needs, more in (
        (n_least, f"rows of each class, and there are {_counts(dataset)}", "provide more rows"),
        (n_groups, f"groups, and data.file.groups makes {n_groups}", "leave groups out"),
    ):
        if n_folds > n_most:
            advice = f"lower it to {n_most}"
            if n_most < 2 or test_size:
                advice = "no folds can be made" if n_most < 2 else f"raise it to {math.ceil(100 / n_most) / 100:g}"
            raise DataError(f"{what} need {n_folds} {needs}; {advice}, or {more}")


def _check_holdout(dataset: Dataset, test_size: float) -> None:
    """Refuse a holdout in which a part has no room for one row of each class."""
    if min(dataset.n_positive, dataset.n_rows - dataset.n_positive) < 2:
        what = f"each part needs a row of each class, and there are {_counts(dataset)}"
        raise DataError(f"split.method holdout: {what}; provide more rows")
    n_test = math.ceil(test_size * dataset.n_rows)
    n_train = dataset.n_rows - n_test
    if min(n_train, n_test) < 2:
        raise DataError(
            f"split.test_size: {test_size:g} of {dataset.n_rows} rows leaves {n_train} for training and {n_test} for "
            f"testing; each part needs two rows at least, one of each class: {'raise' if n_test < 2 else 'lower'} it"
        )


def _check_parts(dataset: Dataset, method: str, splits: Sequence[Split]) -> None:
    """Refuse a training part without both classes, an empty test part, and test parts that all lack positive rows."""
    remedy, positive = _REMEDIES[method], f"row labelled {named(dataset.positive)} (positive)"
    if dataset.groups is not None and method in ("holdout", "kfold"):
        n_groups = len(np.unique(dataset.groups[dataset.y == 1]))
        remedy = f"its positive rows are in {n_groups:,} of its groups; make larger parts, or leave groups out"
    for split in splits:
        n_train, n_positive = len(split.train), int(dataset.y[split.train].sum())
        if not 0 < n_positive < n_train:
            lacking = "row of another label" if n_positive else positive
            why = f"a training part of {n_train:,} rows has no {lacking}, so no classifier can be fitted"
            raise DataError(f"split.method {method}: {why}; the data has {_counts(dataset)}: {remedy}")
        if len(split.test) == 0:
            why = " (rows that share the last training time train too)" if method == "time" else ""
            found = f"none of {dataset.n_rows:,} rows is left for testing{why}"
            raise DataError(f"split.method {method}: {found}; {remedy}")
    if not any(dataset.y[split.test].any() for split in splits):
        why = f"no test part has a {positive}, so nothing can be measured"
        raise DataError(f"split.method {method}: {why}; the data has {_counts(dataset)}: {remedy}")


def _counts(dataset: Dataset) -> str:
    """Say how many rows either class has."""
    n_rest = dataset.n_rows - dataset.n_positive
    return f"{dataset.n_positive:,} labelled {named(dataset.positive)} (positive) and {n_rest:,} others"


def note_splits(dataset: Dataset, spec: SplitSpec, splits: Sequence[Split]) -> tuple[Note, ...]:
    """Note test parts without one class, of another size than asked for, common positives and groups on both sides.

    Parameters
    ----------
    dataset : Dataset
        The data that was parted.
    spec : SplitSpec
        The spec's ``split``.
    splits : sequence of Split
        What `job.data.splits.build_splits` made of both.

    Returns
    -------
    tuple of Note
        Empty where there is nothing to say.
    """
    y, n_rows = dataset.y, dataset.n_rows
    positive = f"labelled {named(dataset.positive)} (positive)"
    notes = []
    for label, name in ((1, positive), (0, "of another label")):
        n_absent = sum(not (y[split.test] == label).any() for split in splits)
        text = f"In {n_absent} of {len(splits)} splits no test row is {name}: metrics that need one are undefined"
        notes += [Note("test-part-lacks-a-class", f"{text} there.")] * bool(n_absent)
    # groups cannot be cut and ties stay together, so a test part can differ from the share asked for
    asked = {"holdout": spec.test_size, "time": spec.test_size, "kfold": 1 / spec.n_splits}.get(spec.method)
    sizes = [len(split.test) for split in splits]
    if asked and any(abs(size - asked * n_rows) > max(1, _SIZE_TOLERANCE * asked * n_rows) for size in sizes):
        why = "rows that share a time" if spec.method == "time" else "rows of one group"
        found = f"{min(sizes):,}" if min(sizes) == max(sizes) else f"{min(sizes):,} to {max(sizes):,}"
        text = f"Test parts have {found} of {n_rows:,} rows instead of about {round(asked * n_rows):,}, because {why}"
        notes.append(Note("test-part-size", f"{text} stay together."))
    # time and predefined parts can have other shares than the whole; one row more is chance
    shares = [(int(y[split.train].sum()), len(split.train)) for split in splits]
    n_positive, n_train = max(shares, key=lambda share: 2 * share[0] - share[1])
    if 2 * n_positive > n_train + 1:
        what = "samplers add rows of the other labels, and what is called minority is the positive label"
        text = f"In a training part {n_positive:,} of {n_train:,} rows are {positive}, the majority there: {what}."
        notes.append(Note("positive-is-common", text))
    if (groups := dataset.groups) is not None:
        n_shared = max(len(np.intersect1d(groups[split.train], groups[split.test])) for split in splits)
        why = "since split methods time and predefined take no account of groups"
        text = f"{n_shared:,} of {len(np.unique(groups)):,} groups have rows on both sides of the split, {why}."
        notes += [Note("groups-on-both-sides", text)] * bool(n_shared)
    return tuple(notes)


def note_unused(dataset: Dataset, method: str) -> Iterator[Note]:
    """Note a column for another split method: it only keeps itself out of the features."""
    hows = {"predefined": "the data marks which rows test", "time": "the latest rows test"}
    how = hows.get(method, "rows are drawn at random")
    for role, by in (("time", "time"), ("split", "predefined")):
        if getattr(dataset, role) is not None and method != by:
            name = next((column.name for column in dataset.columns if column.role == role), role)
            why = f"it is for split method {by}, and with {method} {how}"
            yield Note(f"{role}-unused", f"data.file.{role} ({quoted(name)}) isn't used: {why}. {_NO_FEATURE}", name)
