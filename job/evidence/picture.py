"""The data in two dimensions, and where each sampler puts its rows."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from job.data.dataset import Dataset
from job.data.geometry import TYPES, Plane, count_minority_of_rows, draw, fit_plane, type_minority
from job.data.splits import Split
from job.errors import StrategyError
from job.evaluation.audit import FIRST_SPLIT
from job.evaluation.grid import seeds_of
from job.evaluation.worker import Outcome
from job.evidence.diagnosis import prepare_sample
from job.evidence.strategy_kinds import sampler_class_of
from job.spec.job_spec import JobSpec, PreparationSpec
from job.spec.strategy_entries import CalibratedEntry
from job.strategies.recipes import recipe_of

MOST_MAJORITY = 400
MOST_MINORITY = 200

_DIGITS = 4
_LARGEST = 1e100
_NO_DIRECTION = "no prepared column varies in the training part of the first split"
_TOO_LARGE = "values are too large to be drawn: set preparation.scale"
_NONE_ADDED = "it added no row of the minority"


@dataclass(frozen=True, eq=False)
class _Rows:
    """The rows that are drawn, and in which plane."""

    plane: Plane
    n_columns: int
    n_fitted: int
    n_train: int
    n_minority: int
    majority: np.ndarray
    minority: np.ndarray
    types: np.ndarray


def build_picture(
    spec: JobSpec, dataset: Dataset, splits: Sequence[Split], outcomes: Iterable[Outcome]
) -> dict[str, Any]:
    """Place the training part of the first split, and what samplers added to it, in its two main directions.

    Rows are prepared as in the runs. Directions are principal components of the training part, of a stratified sample
    of it where it is large (see `thin`), among which the minority's neighbours are sought too.

    Parameters
    ----------
    outcomes : iterable of Outcome
        Of the grid.

    Returns
    -------
    dict
        ``picture`` of results.json. ``reason`` says why there is none. ``shares`` of the variance along each axis;
        where there is only one, ``one_direction`` is true and the second coordinate is luck. ``majority``,
        ``minority`` (one entry for each type of row) and ``strategies`` (one for each sampler, with a ``reason``
        where nothing was added) have ``points`` as (x, y), at most 400, 200 and 200 of ``n`` rows, rounded to a
        thousandth of what they span.
    """
    split = splits[0]
    nothing: dict[str, Any] = {"reason": None, "n_train": len(split.train), "shares": [], "strategies": []}
    seed = seeds_of(spec.seed, split.repeat, split.fold).sampler
    try:
        rows = _choose_rows(dataset, split, spec.preparation, seed)
    except StrategyError as error:
        return {**nothing, "reason": str(error)}
    if not len(rows.plane.axes):
        return {**nothing, "reason": _NO_DIRECTION}
    made = _find_made(spec, outcomes)
    groups = [rows.majority, *(rows.minority[rows.types == kind] for kind in range(len(TYPES)))]
    placed = _place([*groups, *(found for found in made.values() if not isinstance(found, str))], rows.plane, seed)
    if placed is None:
        return {**nothing, "reason": _TOO_LARGE}
    majority, *minority = placed[: len(groups)]
    return {
        **nothing,
        "n_columns": rows.n_columns,
        "n_fitted": rows.n_fitted,
        "shares": list(rows.plane.shares),
        "one_direction": len(rows.plane.axes) == 1,
        "majority": {"n": rows.n_train - rows.n_minority, "points": majority},
        "n_minority": rows.n_minority,
        "minority": [{"type": name, "points": points} for name, points in zip(TYPES, minority, strict=True)],
        "strategies": _name_made(made, placed[len(groups) :], outcomes),
    }


def _choose_rows(dataset: Dataset, split: Split, preparation: PreparationSpec, seed: int) -> _Rows:
    prepared, known = prepare_sample(dataset, preparation, seed, split.train)
    X, y = prepared.transform(dataset.X.iloc[known]), dataset.y[known]
    random = np.random.RandomState(seed)
    majority = draw(np.flatnonzero(y == 0), MOST_MAJORITY, random)
    minority = draw(np.flatnonzero(y == 1), MOST_MINORITY, random)
    return _Rows(
        plane=fit_plane(X),
        n_columns=X.shape[1],
        n_fitted=len(known),
        n_train=len(split.train),
        n_minority=int(dataset.y[split.train].sum()),
        majority=X[majority],
        minority=X[minority],
        types=type_minority(count_minority_of_rows(X, y, minority)),
    )


def _find_made(spec: JobSpec, outcomes: Iterable[Outcome]) -> dict[str, np.ndarray | str]:
    """What each sampler added on the first split, or why there is nothing."""
    first: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        if (outcome.key.repeat, outcome.key.fold) == FIRST_SPLIT:
            first.setdefault(outcome.key.strategy, []).append(outcome)
    return {
        entry.label: _rows_or_reason(first.get(entry.label, ()))
        for entry in spec.strategies
        if not isinstance(entry, CalibratedEntry) and sampler_class_of(recipe_of(entry)) is not None
    }


def _rows_or_reason(outcomes: Sequence[Outcome]) -> np.ndarray | str:
    drawn = [outcome.audit.drawn for outcome in outcomes if outcome.audit is not None]
    rows = next((found for found in drawn if found is not None), None)
    if rows is not None:
        return rows
    reasons = [outcome.reason for outcome in outcomes if outcome.n_resampled is None and outcome.reason]
    return reasons[0] if reasons and len(reasons) == len(outcomes) else _NONE_ADDED


def _place(groups: Sequence[np.ndarray], plane: Plane, seed: int) -> list[list[list[float]]] | None:
    """Give each group its points, all rounded alike; None where they are too far away."""
    random = np.random.RandomState(seed)
    placed = [plane.place(group) for group in groups]
    if len(plane.axes) == 1:
        half = 0.5 * float(np.ptp(np.concatenate(placed)))
        placed = [np.column_stack([points, random.uniform(-half, half, len(points))]) for points in placed]
    all_points = np.concatenate(placed)
    span = float(np.ptp(all_points, axis=0).max())
    if not (np.isfinite(span) and np.abs(all_points).max() < _LARGEST):
        return None
    decimals = _DIGITS - math.ceil(math.log10(span)) if span > 0 else _DIGITS
    return [(np.round(points, decimals) + 0.0).tolist() for points in placed]


def _name_made(
    made: Mapping[str, np.ndarray | str], placed: Sequence[list[list[float]]], outcomes: Iterable[Outcome]
) -> list[dict[str, Any]]:
    counts = {
        outcome.key.strategy: outcome.audit.n_minority
        for outcome in outcomes
        if outcome.audit is not None and (outcome.key.repeat, outcome.key.fold) == FIRST_SPLIT
    }
    points = iter(placed)
    return [
        {"strategy": label, "n": 0, "points": [], "reason": found}
        if isinstance(found, str)
        else {"strategy": label, "n": counts[label], "points": next(points), "reason": None}
        for label, found in made.items()
    ]
