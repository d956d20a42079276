"""What is made of all rows: the pipeline to keep, saved with skops, and the rows that a sampler adds to them."""

import math
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.model_selection import TunedThresholdClassifierCV
from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_limits

from job.data.dataset import Dataset
from job.errors import StrategyError
from job.evaluation.evaluate_unit import take_rows
from job.evaluation.grid import seeds_of, tuning_of
from job.evaluation.search import Search
from job.spec.job_spec import JobSpec
from job.spec.strategy_entries import Entry
from job.strategies.candidates import with_parameters
from job.strategies.preparation import Preparation
from job.strategies.raw_columns import RawColumns
from job.strategies.recipe import Resampled, TrainingPart, decide_at
from job.strategies.recipes import classifier_of, recipe_of
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
    return take_rows(dataset, slice(None), spec.preparation, seeds_of(spec.seed, 0, 0))


def tune_on_all_rows(
    spec: JobSpec, dataset: Dataset, strategy: Entry, classifier: Entry
) -> tuple[Entry, Entry, TrainingPart]:
    """Choose parameters by tuning on all rows; entries without tuning stay as they are.

    Returns
    -------
    strategy, classifier : Entry
        With the parameters that were chosen.
    part : TrainingPart
        All rows, with the inner folds that were used.
    """
    part = take_all_rows(spec, dataset)
    if strategy.tune is None and classifier.tune is None:
        return strategy, classifier, part
    ranked = Search.of_rows(strategy, part, tuning_of(spec), dataset, slice(None)).rank(classifier)
    if isinstance(ranked, str):
        raise StrategyError(ranked)
    chosen = ranked.candidates[ranked.order[0]]
    return with_parameters(strategy, chosen.strategy), with_parameters(classifier, chosen.classifier), ranked.part


def fit_on_all_rows(spec: JobSpec, dataset: Dataset, strategy: Entry, classifier: Entry) -> Pipeline:
    """Fit one strategy and classifier on all rows.

    Parameters
    ----------
    spec : JobSpec
    dataset : Dataset
    strategy, classifier : Entry

    Returns
    -------
    Pipeline
        Takes a data frame with the columns of the data, as text or with types; predicts 1 for the positive label.
    """
    strategy, classifier, part = tune_on_all_rows(spec, dataset, strategy, classifier)
    recipe = recipe_of(strategy)
    model = recipe.fit(classifier_of(classifier, part.seeds.classifier), part, recipe.resample(part)).model
    if isinstance(model, TunedThresholdClassifierCV):  # its folds and scorers are of no use to new rows
        model = decide_at(model.best_threshold_, model.estimator_, model.response_method, dataset.X, dataset.y)
    return Pipeline([("columns", read_columns_as(spec, dataset)), ("model", model)])


def read_columns_as(spec: JobSpec, dataset: Dataset) -> RawColumns:
    """Make what reads the columns of new rows as those of a data set were read."""
    file = spec.data.file
    booleans = [column.name for column in dataset.columns if column.kind == "boolean"]
    return RawColumns(
        numbers=list(dataset.numeric),
        categories={name: list(map(str, dataset.X[name].cat.categories)) for name in dataset.categorical},
        booleans=[name for name in booleans if name in dataset.categorical],
        missing=[] if file is None else [word.strip() for word in file.na_values],
        decimal="." if file is None or file.query is not None else file.decimal,
    )


def save_model(spec: JobSpec, dataset: Dataset, strategy: Entry, classifier: Entry, path: Path) -> tuple[str, ...]:
    """Fit on all rows, save the pipeline, and make sure that it loads back with the same scores.

    Parameters
    ----------
    spec : JobSpec
    dataset : Dataset
    strategy, classifier : Entry
    path : Path

    Returns
    -------
    tuple of str
        The types that whoever loads the file has to trust, beside those that skops trusts by itself.

    Raises
    ------
    StrategyError
        Where the file would not give the same predictions.
    """
    import skops.io  # of use to few jobs

    with threadpool_limits(limits=1):
        np.random.seed(seeds_of(spec.seed, 0, 0).sampler)
        model = fit_on_all_rows(spec, dataset, strategy, classifier)
        skops.io.dump(model, path, compression=8)
        trusted = sorted(skops.io.get_untrusted_types(file=path))
        loaded = skops.io.load(path, trusted=trusted)
        if not np.array_equal(loaded.predict(dataset.X), model.predict(dataset.X)):
            path.unlink()
            raise StrategyError("the saved pipeline predicts something else than the one that was fitted")
    return tuple(trusted)


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
    values, start = dict[str, list[Any]](), len(preparation.numeric_)
    if start:
        numbers = preparation.numbers_[-1].inverse_transform(rows[:, :start])
        for name, column in zip(preparation.numeric_, numbers.T.tolist(), strict=True):
            # A whole number has any size, which 64 bits may not hold.
            is_whole = name in dataset.integer
            values[name] = [round(value) if is_whole and math.isfinite(value) else value for value in column]
    for place, name in enumerate(preparation.categorical_):
        stop = start + int(preparation.category_counts_[place])
        texts = _category_texts(preparation, place, dataset.X[name])
        values[name] = [texts[code] for code in rows[:, start:stop].argmax(axis=1).tolist()]
        start = stop
    return {str(name): values[str(name)] for name in dataset.X.columns}


def _category_texts(preparation: Preparation, place: int, column: pd.Series) -> list[str | None]:
    """Name each code of a category column; the infrequent one stands for the most frequent of the rare ones."""
    rare = preparation.categories_.infrequent_categories_[place]
    rare = [] if rare is None else [int(code) for code in rare]
    known = [int(code) for code in preparation.categories_.categories_[place] if int(code) not in rare]
    if rare:
        n_rows = Counter(column.cat.codes.tolist())
        known.append(max(rare, key=lambda code: n_rows[code]))
    return _texts_of(known, column)


def _texts_of(codes: list[int], column: pd.Series) -> list[str | None]:
    return [None if code < 0 else str(column.cat.categories[code]) for code in codes]


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
        return _texts_of(column.cat.codes.tolist(), column)
    is_integer = name in dataset.integer
    return [None if value != value else int(value) if is_integer else value for value in column.tolist()]


def _trace(resampled: Resampled, n_added: int, copied: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    if resampled.parents is not None and resampled.weights is not None and len(resampled.parents) == n_added:
        return resampled.parents, resampled.weights
    parents = np.full((n_added, 2), -1, dtype=np.intp)
    parents[:, 0] = copied
    return parents, np.full(n_added, np.nan)
