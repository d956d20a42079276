"""A table's synthetic rows, class by class: from choosing what is compared to what is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import RandomState
from numpy.typing import NDArray
from scipy import sparse

from job.samplers.levels import find_levels
from job.samplers.plan import Plan, plan_rows
from job.samplers.reference import choose_rows
from job.samplers.space import Floats, Points, Scale, fit_scale
from job.samplers.survey import Survey
from job.samplers.threads import Workers
from job.samplers.writing import ColumnRules, write_rows, write_rows_into

Indices = NDArray[np.intp]

OTHER_ROWS = 2_000  # at most so many rows stand for the other classes
SCALE_ROWS = 4_000  # and so many for a column's spread


@dataclass(frozen=True, eq=False)
class Settings:
    """What the sampler was asked for, columns by position."""

    k_neighbors: int
    extrapolation: float
    clip: bool
    scale: bool
    categorical: Indices
    integer: Indices


@dataclass(frozen=True, eq=False)
class ClassPlan:
    """One class's plan: ``rows[plan.seeds]`` are its seeds, ``index`` their numbers in X."""

    label: Any
    index: Indices
    rows: Floats
    plan: Plan

    @property
    def parents(self) -> Indices:
        """The two parents of each synthetic row, as row numbers of X."""
        parents = np.empty((len(self.plan.seeds), 2), np.intp)
        parents[:, 0] = self.index[self.plan.seeds]
        parents[:, 1] = self.index[self.plan.partners]
        return parents


def plan_classes(
    X: Any,
    y: NDArray[Any],
    targets: Mapping[Any, int],
    settings: Settings,
    hashes: NDArray[np.uint64],
    random_state: RandomState,
    workers: Workers,
) -> tuple[ClassPlan, ...]:
    """Plan each class's synthetic rows; X is an array or CSR matrix with NaN for missing cells, `hashes` its rows'."""
    wanted = {label: n_new for label, n_new in targets.items() if n_new > 0}
    if not wanted:
        return ()
    numeric = np.setdiff1d(np.arange(X.shape[1]), settings.categorical)
    scale = fit_scale(dense_rows(X, choose_rows(hashes, SCALE_ROWS))[:, numeric], settings.scale)
    plans = []
    for label, n_new in wanted.items():
        members = np.flatnonzero(y == label)
        rows = dense_rows(X, members)
        order = order_rows(rows)
        index, rows = members[order], rows[order]
        rest = np.flatnonzero(y != label)
        others = dense_rows(X, rest[choose_rows(hashes[rest], OTHER_ROWS)])
        own_points = _points(rows, numeric, settings.categorical, scale)
        other_points = _points(others, numeric, settings.categorical, scale, own_points.mismatch)
        plan = plan_rows(
            own_points,
            other_points,
            n_new,
            settings.k_neighbors,
            settings.extrapolation,
            random_state,
            workers,
        )
        plans.append(ClassPlan(label, index, rows, plan))
    return tuple(plans)


def write_classes(plans: tuple[ClassPlan, ...], rules: ColumnRules) -> Iterator[Floats]:
    """Yield all synthetic rows, block by block; each block's memory is used again by the next."""
    for planned in plans:
        yield from write_rows(planned.rows, planned.plan, rules)


def write_classes_into(
    target: NDArray[Any], plans: tuple[ClassPlan, ...], rules: ColumnRules, workers: Workers
) -> None:
    """Write all synthetic rows into an array of their number; float64 is computed in its place, without a copy."""
    end = 0
    for planned in plans:
        start, end = end, end + len(planned.plan.seeds)
        write_rows_into(target[start:end], planned.rows, planned.plan, rules, workers)


def describe_degradations(plans: tuple[ClassPlan, ...], k_neighbors: int) -> tuple[str, ...]:
    """Say, in one sentence for each class and cause, what could not be done as asked."""
    sentences = []
    for planned in plans:
        n, new = len(planned.index), len(planned.plan.seeds)
        label = planned.label.item() if isinstance(planned.label, np.generic) else planned.label
        if n == 1:
            sentences.append(f"Class {label!r} has 1 row, no neighbour: its {new} synthetic rows repeat that row.")
            continue
        if n <= k_neighbors:
            sentences.append(f"Class {label!r} has {n} rows, so k_neighbors was lowered from {k_neighbors} to {n - 1}.")
        if bool(np.all((planned.rows == planned.rows[0]) | np.isnan(planned.rows) & np.isnan(planned.rows[0]))):
            sentences.append(f"All {n} rows of class {label!r} are the same: its {new} synthetic rows repeat them.")
    return tuple(sentences)


def dense_rows(X: Any, index: Indices) -> Floats:
    """Return these rows as a float64 array of their own."""
    rows = X[index].toarray() if sparse.issparse(X) else X[index]
    return np.ascontiguousarray(rows, dtype=np.float64)


def order_rows(rows: Floats) -> Indices:
    """Return the lexicographic order of rows, by as few columns as tell them apart.

    Bit patterns are compared, so that -0.0 comes before 0.0 and missing cells have their place too.
    """
    n_columns = min(1, rows.shape[1])
    while True:
        bits = rows[:, :n_columns].copy().view(np.int64)
        bits ^= (bits >> 63) & np.int64(0x7FFFFFFFFFFFFFFF)
        order = np.lexsort(bits.T[::-1])
        head = bits[order]
        if n_columns >= rows.shape[1] or bool((head[1:] != head[:-1]).any(axis=1).all()):
            return order
        n_columns = min(4 * n_columns, rows.shape[1])


def _points(
    rows: Floats, numeric: Indices, categorical: Indices, scale: Scale, mismatch: float | None = None
) -> Points:
    numbers = scale.apply(rows[:, numeric])
    codes = np.ascontiguousarray(rows[:, categorical])
    if mismatch is None:
        mismatch = _category_cost(numbers)
    return Points(
        numbers=numbers,
        codes=codes,
        mismatch=mismatch,
        unrelated=2.0 * float(scale.variance.sum()) + mismatch * len(categorical),
        has_missing=bool(np.isnan(numbers).any() or np.isnan(codes).any()),
    )


def _category_cost(numbers: Floats) -> float:
    """Return the squared median standard deviation of the class's numeric columns, SMOTE-NC's cost; 1 without any."""
    present = ~np.isnan(numbers)
    count = np.maximum(present.sum(axis=0), 1)
    center = np.where(present, numbers, 0.0).sum(axis=0) / count
    variance = (np.where(present, numbers - center, 0.0) ** 2).sum(axis=0) / count
    cost = float(np.median(variance)) if len(variance) else 0.0
    return cost if cost > 0 else 1.0


def column_rules(X: Any, settings: Settings, survey: Survey, dtypes: Sequence[np.dtype[Any]]) -> ColumnRules:
    """Gather what holds for each column's synthetic values: from all rows of X, and from the type they are kept in."""
    lowest, highest = (survey.lowest, survey.highest) if settings.clip else _type_range(dtypes)
    seen = {int(column): levels for column in settings.integer if len(levels := _levels(X, column))}
    numeric = np.setdiff1d(np.flatnonzero(lowest < highest), settings.categorical)
    discrete = find_levels(X, numeric) if settings.clip else {}
    return ColumnRules(
        categorical=settings.categorical,
        integer=settings.integer,
        lowest=lowest,
        highest=highest,
        levels={**seen, **{column: levels for column, levels in discrete.items() if len(levels) > 2}},
        two_valued=np.array([column for column, levels in discrete.items() if len(levels) == 2], dtype=np.intp),
        keep_equal=settings.clip and not bool(np.isinf(highest - lowest).any()),  # else differences may overflow
    )


def _levels(X: Any, column: int) -> Floats:
    """Return the values seen in a column that aren't all whole numbers (a scaled one), none otherwise."""
    cells = X[:, [column]].toarray()[:, 0] if sparse.issparse(X) else X[:, column]
    cells = np.asarray(cells, dtype=np.float64)
    cells = cells[~np.isnan(cells)]
    return np.unique(cells) if bool((cells != np.rint(cells)).any()) else np.empty(0)


def _type_range(dtypes: Sequence[np.dtype[Any]]) -> tuple[Floats, Floats]:
    """Return the smallest and largest float64 that fits each column's type."""
    lowest, highest = np.empty((2, len(dtypes)))
    for column, dtype in enumerate(dtypes):
        if dtype.kind in "iu":
            limits = np.iinfo(dtype)
            lowest[column], highest[column] = limits.min, limits.max
            if int(highest[column]) > limits.max:  # 2**63 - 1 has no float64 of its own
                highest[column] = np.nextafter(highest[column], 0.0)
        elif dtype.kind == "b":
            lowest[column], highest[column] = 0.0, 1.0
        else:
            highest[column] = np.finfo(dtype if dtype.kind == "f" else np.float64).max
            lowest[column] = -highest[column]
    return lowest, highest
