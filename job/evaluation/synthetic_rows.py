"""The rows that a sampler adds to all rows, in the columns and units of their owner."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from job.data.dataset import Dataset
from job.evaluation.grid import seeds_of
from job.spec.job_spec import JobSpec
from job.spec.strategy_entries import Entry
from job.strategies.preparation import Preparation
from job.strategies.recipe import Resampled, TrainingPart
from job.strategies.recipes import recipe_of
from job.strategies.resampling import find_added


def take_all_rows(spec: JobSpec, dataset: Dataset) -> TrainingPart:
    """Prepare all rows as a training part, with the seeds of the first split.

    Parameters
    ----------
    spec : JobSpec
    dataset : Dataset

    Returns
    -------
    TrainingPart
    """
    fitted = Preparation(**spec.preparation.model_dump()).fit(dataset.X)
    return TrainingPart(dataset.X, dataset.y, dataset.groups, fitted, dataset.integer, seeds_of(spec.seed, 0, 0))


@dataclass(frozen=True, eq=False)
class SyntheticRows:
    """Rows that a sampler added.

    Parameters
    ----------
    features : dict of str to list
        Values of each feature: numbers, whole numbers as int, texts, None where one is missing.
    y : ndarray of shape (n_synthetic,)
        1 for the positive label.
    parents : ndarray of shape (n_synthetic, 2), int
        Rows of the data set that each lies between; -1 where the sampler doesn't tell. A copy has one.
    weights : ndarray of shape (n_synthetic,), float64
        Of the second parent; NaN where the sampler doesn't tell.
    """

    features: dict[str, list[Any]]
    y: np.ndarray
    parents: np.ndarray
    weights: np.ndarray


def make_synthetic_rows(spec: JobSpec, dataset: Dataset, strategy: Entry) -> SyntheticRows:
    """Resample all rows with one strategy and keep what it added.

    Parameters
    ----------
    spec : JobSpec
    dataset : Dataset
    strategy : Entry

    Returns
    -------
    SyntheticRows
        Whole numbers are whole and categories are those of the column, whatever the sampler made of them; a row that
        is a copy has the values of the row that it copies, missing ones included.

    Raises
    ------
    StrategyError
        Where the sampler cannot run.
    """
    with threadpool_limits(limits=1):
        part = take_all_rows(spec, dataset)
        real = part.preparation.encode(part.codes)
        np.random.seed(part.seeds.sampler)
        resampled = recipe_of(strategy).resample(part)
        added = find_added(real, resampled.X)
        rows = resampled.X[added]
        copied = _find_copied(real, rows)
        features = decode_rows(part.preparation, rows, dataset)
        for name, values in features.items():
            own = _own_values(dataset, name)
            for place in np.flatnonzero(copied >= 0):
                values[place] = own[copied[place]]
        parents, weights = _trace(resampled, len(rows), copied)
        return SyntheticRows(features, resampled.y[added], parents, weights)


def decode_rows(preparation: Preparation, rows: np.ndarray, dataset: Dataset) -> dict[str, list[Any]]:
    """Write encoded rows in the units of their columns.

    Parameters
    ----------
    preparation : Preparation
        Fitted.
    rows : ndarray of shape (n_rows, n_encoded)
    dataset : Dataset

    Returns
    -------
    dict of str to list
        By the names of the features, in the order of the data.
    """
    n_numeric = len(preparation.numeric_)
    values: dict[str, list[Any]] = {}
    if n_numeric:
        numbers = preparation.numbers_[-1].inverse_transform(rows[:, :n_numeric])
        for place, name in enumerate(preparation.numeric_):
            column = numbers[:, place].tolist()
            values[name] = [_whole(value) for value in column] if name in dataset.integer else column
    start = n_numeric
    for place, (name, count) in enumerate(
        zip(preparation.categorical_, preparation.category_counts_.tolist(), strict=True)
    ):
        codes = rows[:, start : start + count].argmax(axis=1)
        texts = _category_texts(preparation, place, dataset, name)
        values[name] = [texts[code] for code in codes.tolist()]
        start += count
    return {str(name): values[str(name)] for name in dataset.X.columns}


def _whole(value: float) -> int | float:
    """Round to a whole number of any size, which 64 bits may not hold."""
    return round(value) if math.isfinite(value) else value


def _category_texts(preparation: Preparation, place: int, dataset: Dataset, name: str) -> list[str | None]:
    """Name each code of a category column; the infrequent one stands for the most frequent of the rare ones."""
    encoder, column = preparation.categories_, dataset.X[name]
    rare = encoder.infrequent_categories_[place]
    rare = [] if rare is None else [int(code) for code in rare]
    known = [int(code) for code in encoder.categories_[place] if int(code) not in rare]
    if rare:
        n_rows = Counter(column.cat.codes.tolist())
        known.append(max(rare, key=lambda code: n_rows[code]))
    return [None if code < 0 else str(column.cat.categories[code]) for code in known]


def _find_copied(real: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Find the first real row that each row equals; -1 where none does."""
    first: dict[bytes, int] = {}
    for number, row in enumerate(real):
        first.setdefault(row.tobytes(), number)
    return np.array([first.get(row.tobytes(), -1) for row in rows], dtype=np.intp)


def _own_values(dataset: Dataset, name: str) -> list[Any]:
    """Give a feature's own values, None for missing ones."""
    column = dataset.X[name]
    if name in dataset.categorical:
        return [None if code < 0 else str(column.cat.categories[code]) for code in column.cat.codes.tolist()]
    is_integer = name in dataset.integer
    return [None if value != value else int(value) if is_integer else value for value in column.tolist()]


def _trace(resampled: Resampled, n_added: int, copied: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    if resampled.parents is not None and resampled.weights is not None and len(resampled.parents) == n_added:
        return resampled.parents, resampled.weights
    parents = np.full((n_added, 2), -1, dtype=np.intp)
    parents[:, 0] = copied
    return parents, np.full(n_added, np.nan)
