"""The mistake that this job doesn't make, made on purpose: resample all rows, and split them only then."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.model_selection import train_test_split

from job.data.dataset import Dataset
from job.errors import StrategyError
from job.evaluation.unit import Unit
from job.strategies.preparation import Preparation
from job.strategies.recipe import Recipe, Resampled, TrainingPart


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
    codes = preparation.codes(dataset.X)
    part = TrainingPart(dataset.X, dataset.y, None, preparation, codes, dataset.integer, unit.seeds)
    resampled = recipe.resample(part)
    n_rows = dataset.n_rows
    if not np.array_equal(resampled.X[:n_rows], preparation.encode(codes)):
        raise StrategyError("the sampler doesn't keep the rows that it is given, so synthetic ones cannot be told")
    share = len(unit.test) / (len(unit.train) + len(unit.test))
    rows = np.arange(len(resampled.y))
    train, test = train_test_split(rows, test_size=share, stratify=resampled.y, random_state=unit.seeds.sampler)
    n_synthetic = int((train >= n_rows).sum())
    seen = Resampled(resampled.X[train], resampled.y[train], n_synthetic, resampled.degraded)
    return LeakedSplit(seen, resampled.X[test], resampled.y[test], test < n_rows)
