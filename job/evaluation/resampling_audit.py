"""What is looked at while resampled rows are at hand: whose children they are, and whether one equals a test row."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from job.data.dataset import Dataset
from job.data.difficulty.minority_types import draw
from job.evaluation.audit import Measured, Real, audit_rows, layout_of
from job.evaluation.synthetic import find_added
from job.evaluation.unit import Unit
from job.strategies.recipe import Resampled, TrainingPart

FIRST_SPLIT = (0, 0)
MOST_DRAWN = 200
"""Most added rows of the minority that are kept to be drawn."""


@dataclass(frozen=True)
class ResamplingAudit:
    """What was found in one unit.

    Parameters
    ----------
    n_new : int
        Rows of the resampled training part that equal no training row.
    n_new_in_test : int
        Those of them that equal a test row.
    n_parents, n_parents_outside : int or None
        Parents that the sampler named, and those that are no rows of the training part; None where it names none.
    n_minority : int
        Rows of the minority that were added.
    synthetic, held_out : Measured or None
        What `audit_rows` found of them, and of the test part's minority; None where none was added.
    drawn : ndarray of shape (n_drawn, n_encoded) or None
        Some of them, for a picture; kept on the first split only.
    """

    n_new: int
    n_new_in_test: int
    n_parents: int | None
    n_parents_outside: int | None
    n_minority: int = 0
    synthetic: Measured | None = None
    held_out: Measured | None = None
    drawn: np.ndarray | None = field(default=None, compare=False)


def audit_resampling(unit: Unit, dataset: Dataset, part: TrainingPart, resampled: Resampled) -> ResamplingAudit | None:
    """Look for test rows among resampled rows and their parents.

    Parameters
    ----------
    unit : Unit
    dataset : Dataset
    part : TrainingPart
    resampled : Resampled

    Returns
    -------
    ResamplingAudit or None
        None where nothing was added.
    """
    if not resampled.n_synthetic:
        return None
    X_train = part.preparation.encode(part.codes)
    X_test = part.preparation.transform(dataset.X.iloc[unit.test])
    train, test, made = (_as_bytes(rows) for rows in (X_train, X_test, resampled.X))
    new = made[~np.isin(made, train)]
    n_parents, n_outside = _count_parents(unit, dataset, resampled)
    added = find_added(X_train, resampled.X)
    rows = resampled.X[added[resampled.y[added] == 1]]
    real = Real(X_train, part.y, X_test, dataset.y[unit.test])
    layout = layout_of(part.preparation, part.integer)
    synthetic, held_out = audit_rows(rows, real, layout, part.seeds.sampler) if len(rows) else (None, None)
    n_in_test = int(np.isin(new, test).sum())
    return ResamplingAudit(
        len(new), n_in_test, n_parents, n_outside, len(rows), synthetic, held_out, _choose_drawn(unit, rows)
    )


def _choose_drawn(unit: Unit, rows: np.ndarray) -> np.ndarray | None:
    if (unit.repeat, unit.fold) != FIRST_SPLIT or not len(rows):
        return None
    chosen = draw(np.arange(len(rows)), MOST_DRAWN, np.random.RandomState(unit.seeds.sampler))
    return np.asarray(rows[chosen])


def _count_parents(unit: Unit, dataset: Dataset, resampled: Resampled) -> tuple[int | None, int | None]:
    """Count parents, and those that are not among the training rows, by their number in the whole data set."""
    if resampled.parents is None:
        return None, None
    parents = np.unique(resampled.parents)
    known = (parents >= 0) & (parents < len(unit.train))
    is_train = np.zeros(dataset.n_rows, dtype=bool)
    is_train[unit.train] = True
    is_train[unit.test] = False  # a row of both parts would be a test row
    return len(parents), int((~known).sum() + (~is_train[unit.train[parents[known]]]).sum())


def _as_bytes(rows: np.ndarray) -> np.ndarray:
    """Make one comparable value of each row; 0 and -0 are equal."""
    rows = np.ascontiguousarray(rows + 0.0)
    return rows.view([("row", f"V{rows.shape[1] * rows.itemsize}")]).ravel()
