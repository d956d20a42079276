"""The data in two dimensions, and where each sampler puts its rows."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from job.data.dataset import Dataset
from job.data.difficulty import TYPES, Plane, count_minority_of_rows, draw, fit_plane, type_minority
from job.data.splits import Split
from job.errors import StrategyError
from job.evaluation.audit import FIRST_SPLIT, ResamplingAudit
from job.evaluation.evaluate_unit import Outcome
from job.evaluation.grid import seeds_of
from job.evidence.diagnosis import prepare_sample
from job.evidence.strategy_kinds import sampler_class_of
from job.results.job_facts import MadePoints, Picture, Points, TypedPoints
from job.results.record import Values
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
    n_minority: int
    majority: np.ndarray
    minority: np.ndarray
    types: np.ndarray


def build_picture(spec: JobSpec, dataset: Dataset, splits: Sequence[Split], outcomes: Sequence[Outcome]) -> Picture:
    """Place the training part of the first split, and what samplers added to it, in its two main directions.

    Rows are prepared as in the runs. Directions are principal components of the training part, of a stratified sample
    of it where it is large (see `thin`), among which the minority's neighbours are sought too. At most 400 majority
    rows, 200 minority rows and 200 rows of each sampler are drawn.
    """
    split = splits[0]
    seed = seeds_of(spec.seed, split.repeat, split.fold).sampler
    try:
        rows = _choose_rows(dataset, split, spec.preparation, seed)
    except StrategyError as error:
        return _without_points(split, str(error))
    if not len(rows.plane.axes):
        return _without_points(split, _NO_DIRECTION)
    made = _find_made(spec, [each for each in outcomes if (each.key.repeat, each.key.fold) == FIRST_SPLIT])
    kinds = [rows.minority[rows.types == kind] for kind in range(len(TYPES))]
    own = [rows.plane.place(group) for group in (rows.majority, *kinds)]
    added = [found.placed for found in made.values() if isinstance(found, ResamplingAudit) and found.placed is not None]
    placed = _round(_spread([*own, *added], seed))
    if placed is None:
        return _without_points(split, _TOO_LARGE)
    points = iter(placed)
    return Picture(
        reason=None,
        n_train=len(split.train),
        shares=rows.plane.shares,
        n_columns=rows.n_columns,
        n_fitted=rows.n_fitted,
        one_direction=len(rows.plane.axes) == 1,
        majority=Points(n=len(split.train) - rows.n_minority, points=next(points)),
        n_minority=rows.n_minority,
        minority=tuple(TypedPoints(type=name, points=next(points)) for name in TYPES),
        strategies=tuple(
            MadePoints(strategy=label, n=0, points=(), reason=found)
            if isinstance(found, str)
            else MadePoints(strategy=label, n=found.n_minority, points=next(points), reason=None)
            for label, found in made.items()
        ),
    )


def _without_points(split: Split, reason: str) -> Picture:
    return Picture(reason=reason, n_train=len(split.train), shares=(), strategies=())


def _choose_rows(dataset: Dataset, split: Split, preparation: PreparationSpec, seed: int) -> _Rows:
    prepared, known = prepare_sample(dataset, preparation, seed, split.train)
    X, y = prepared.transform(dataset.X.iloc[known]), dataset.y[known]
    random = np.random.RandomState(seed)
    majority = draw(np.flatnonzero(y == 0), MOST_MAJORITY, random)
    minority = draw(np.flatnonzero(y == 1), MOST_MINORITY, random)
    sizes = X.shape[1], len(known), int(dataset.y[split.train].sum())
    types = type_minority(count_minority_of_rows(X, y, minority))
    return _Rows(fit_plane(X), *sizes, X[majority], X[minority], types)


def _find_made(spec: JobSpec, first: Sequence[Outcome]) -> dict[str, ResamplingAudit | str]:
    """What each sampler added on the first split, or why there is nothing."""
    return {
        entry.label: _audit_or_reason([outcome for outcome in first if outcome.key.strategy == entry.label])
        for entry in spec.strategies
        if not isinstance(entry, CalibratedEntry) and sampler_class_of(recipe_of(entry)) is not None
    }


def _audit_or_reason(outcomes: Sequence[Outcome]) -> ResamplingAudit | str:
    audits = (outcome.audit for outcome in outcomes if outcome.audit is not None)
    audit = next((audit for audit in audits if audit.placed is not None), None)
    if audit is not None:
        return audit
    reasons = [outcome.reason for outcome in outcomes if outcome.n_resampled is None and outcome.reason]
    return reasons[0] if reasons and len(reasons) == len(outcomes) else _NONE_ADDED


def _spread(groups: Sequence[np.ndarray], seed: int) -> list[np.ndarray]:
    """Spread points that have one coordinate at random in the other direction."""
    if groups[0].shape[1] == 2:
        return list(groups)
    random, half = np.random.RandomState(seed), 0.5 * float(np.ptp(np.concatenate(groups)))
    return [np.column_stack([points, random.uniform(-half, half, len(points))]) for points in groups]


def _round(groups: Sequence[np.ndarray]) -> list[tuple[Values, ...]] | None:
    """Round the points of all groups alike; None where they are too far away."""
    all_points = np.concatenate(groups)
    span = float(np.ptp(all_points, axis=0).max())
    if not (np.isfinite(span) and np.abs(all_points).max() < _LARGEST):
        return None
    decimals = _DIGITS - math.ceil(math.log10(span)) if span > 0 else _DIGITS
    return [tuple(map(tuple, (np.round(points, decimals) + 0.0).tolist())) for points in groups]
