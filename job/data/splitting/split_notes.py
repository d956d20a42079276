"""What a reader has to know about splits that are possible, but not as one would expect."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from job.data.dataset import Dataset, Note
from job.data.quoting import named, quoted
from job.data.splitting.splits import Split
from job.spec.model import SplitSpec

_SIZE_TOLERANCE = 0.1  # a tenth of the share asked for
_AT_RANDOM = "rows are drawn at random"


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
    notes = (
        _note_absent_class(dataset, splits, 1, f"labelled {named(dataset.positive)} (positive)"),
        _note_absent_class(dataset, splits, 0, "of the rest"),
        _note_size(dataset, spec, splits),
        _note_common_positive(dataset, splits),
        _note_shared_groups(dataset, splits),
    )
    return tuple(note for note in notes if note is not None)


def note_unused(dataset: Dataset, method: str) -> Iterator[Note]:
    """Note a column for another split method: it only keeps itself out of the features."""
    how = {"predefined": "the data marks which rows test", "time": "the latest rows test"}.get(method, _AT_RANDOM)
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
