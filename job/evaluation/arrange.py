"""From a unit beside the grid to the plain unit that answers its question: other rows, or another ratio."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from job.data.dataset import Dataset
from job.evaluation.studies import RATIO_STEPS
from job.evaluation.unit import IMBALANCE, INNER_RATIO, RATIO, Study, Unit
from job.spec.strategy_entries import StrategyEntry
from job.strategies.inner_folds import DEFAULT_FOLDS, split_rows
from job.strategies.sampler import RATIO as SAMPLING_STRATEGY

LEAST_MINORITY = 5
_ROUND_OFF = 1e-9


def arrange(unit: Unit, dataset: Dataset) -> Unit | str:
    """Choose the rows and the ratio of a unit.

    Parameters
    ----------
    unit : Unit
    dataset : Dataset

    Returns
    -------
    Unit or str
        The unit to evaluate; or why this setting cannot exist with this training part.
    """
    study = unit.study
    if study is None:
        return unit
    if study.kind == INNER_RATIO:
        inner = _inner_split(unit, dataset)
        return inner if isinstance(inner, str) else _at_ratio(inner, study, dataset)
    if study.kind == RATIO:
        return _at_ratio(unit, study, dataset)
    return _thinned(unit, study.setting, dataset.y) if study.kind == IMBALANCE else unit


def ratio_of(step: float, dataset: Dataset) -> float:
    """Return the ratio of minority to majority at one step of a sweep.

    Parameters
    ----------
    step : float
        0 is the data's own ratio, ``RATIO_STEPS - 1`` is 1; between them ratios grow by one factor.
    dataset : Dataset

    Returns
    -------
    float
    """
    own = min(1.0, 1 / dataset.imbalance_ratio)
    return float(own ** (1 - step / (RATIO_STEPS - 1)))


def _at_ratio(unit: Unit, study: Study, dataset: Dataset) -> Unit | str:
    if study.setting == 0:
        return unit
    ratio = ratio_of(study.setting, dataset)
    n_positive = int(dataset.y[unit.train].sum())
    own = n_positive / (len(unit.train) - n_positive)
    if ratio <= own + _ROUND_OFF:
        return f"the training part has a ratio of {own:.3g} already, and no row less is wanted for {ratio:.3g}"
    params = {**unit.strategy.params, SAMPLING_STRATEGY: ratio}
    label = unit.strategy.label
    strategy = StrategyEntry.model_construct(
        name=unit.strategy.name, class_=unit.strategy.class_, params=params, label=label
    )
    return replace(unit, strategy=strategy)


def _inner_split(unit: Unit, dataset: Dataset) -> Unit | str:
    """Take the first of the inner folds on which thresholds are tuned, too: a fifth of the training part tests."""
    groups = None if dataset.groups is None else dataset.groups[unit.train]
    folds, why_not = split_rows(dataset.y[unit.train], groups, unit.seeds.inner_folds, DEFAULT_FOLDS)
    if not folds:
        return str(why_not)
    train, test = folds[0]
    return replace(unit, train=unit.train[train], test=unit.train[test])


def _thinned(unit: Unit, ratio: float, y: np.ndarray) -> Unit | str:
    """Keep twice the minority's rows at any ratio, so that it is the ratio and not the amount that differs.

    What a higher ratio keeps of the minority, a lower one keeps too, and the reverse for the majority.
    """
    minority, majority = (unit.train[y[unit.train] == label] for label in (1, 0))
    n_rows = 2 * min(len(minority), len(majority))
    n_minority = round(n_rows / (1 + ratio))
    n_majority = n_rows - n_minority
    if n_minority < LEAST_MINORITY:
        rows = "row" if n_minority == 1 else "rows"
        return f"{n_minority} minority {rows} would be left of {len(minority)}, fewer than {LEAST_MINORITY}"
    if n_majority > len(majority):
        return f"{n_majority} majority rows would be needed, and the training part has {len(majority)}"
    luck = np.random.RandomState(unit.seeds.thinning)
    kept = (luck.permutation(minority)[:n_minority], luck.permutation(majority)[:n_majority])
    return replace(unit, train=np.sort(np.concatenate(kept)))
