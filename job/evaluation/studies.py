"""The rows of the runs beside the grid: thinned, resampled to a ratio, or resampled before the split."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from sklearn.model_selection import train_test_split

from job.data.dataset import Dataset
from job.errors import StrategyError
from job.evaluation.grid import IMBALANCE, INNER_RATIO, RATIO, RATIO_STEPS, Study, Unit
from job.spec.strategy_entries import StrategyEntry
from job.strategies.inner_folds import DEFAULT_FOLDS, split_rows
from job.strategies.preparation import Preparation
from job.strategies.recipe import Recipe, Resampled, TrainingPart
from job.strategies.resampling import RATIO as SAMPLING_STRATEGY

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


@dataclass(frozen=True, eq=False)
class LeakedSplit:
    """Resampled rows, split as if they were rows.

    Parameters
    ----------
    train : Resampled
        What classifiers are fitted on.
    X_test : ndarray of shape (n_test, n_encoded)
    y_test : ndarray of shape (n_test,), int8
    is_real : ndarray of shape (n_test,) of bool
        False for synthetic rows.
    """

    train: Resampled
    X_test: np.ndarray
    y_test: np.ndarray
    is_real: np.ndarray


def resample_then_split(unit: Unit, dataset: Dataset, recipe: Recipe) -> LeakedSplit:
    """Prepare and resample the whole data set, then split it at random.

    The share of test rows is the unit's own, both parts get the same share of each class, and the split's seed for
    samplers draws it. Synthetic rows belong to no group and to no time, so neither can be kept to.

    Parameters
    ----------
    unit : Unit
    dataset : Dataset
    recipe : Recipe
        Of an over-sampler that keeps all rows and puts new ones behind them.

    Returns
    -------
    LeakedSplit

    Raises
    ------
    StrategyError
        Where the sampler cannot run, or doesn't keep the rows that it is given.
    """
    preparation = Preparation(**unit.preparation.model_dump()).fit(dataset.X)
    part = TrainingPart(dataset.X, dataset.y, None, preparation, dataset.integer, unit.seeds)
    resampled = recipe.resample(part)
    n_rows = dataset.n_rows
    if not np.array_equal(resampled.X[:n_rows], preparation.encode(part.codes)):
        raise StrategyError("the sampler doesn't keep the rows that it is given, so synthetic ones cannot be told")
    share = len(unit.test) / (len(unit.train) + len(unit.test))
    rows = np.arange(len(resampled.y))
    train, test = train_test_split(rows, test_size=share, stratify=resampled.y, random_state=unit.seeds.sampler)
    n_synthetic = int((train >= n_rows).sum())
    seen = Resampled(resampled.X[train], resampled.y[train], n_synthetic, resampled.degraded)
    return LeakedSplit(seen, resampled.X[test], resampled.y[test], test < n_rows)
