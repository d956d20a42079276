"""The pipeline to keep: one strategy and classifier, fitted on all rows and saved with skops."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import skops.io
from sklearn.base import BaseEstimator
from sklearn.model_selection import TunedThresholdClassifierCV
from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_limits

from job.data.dataset import Dataset
from job.errors import StrategyError
from job.evaluation.grid import seeds_of
from job.evaluation.synthetic_rows import take_all_rows
from job.spec.job_spec import JobSpec
from job.spec.strategy_entries import Entry
from job.strategies.raw_columns import RawColumns
from job.strategies.recipe import decide_at
from job.strategies.recipes import classifier_of, recipe_of


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
    part, recipe = take_all_rows(spec, dataset), recipe_of(strategy)
    resampled = recipe.resample(part)
    fitted = recipe.fit(classifier_of(classifier, part.seeds.classifier), part, resampled)
    model = _decide_at_once(fitted.model, dataset)
    return Pipeline([("columns", read_columns_as(spec, dataset)), ("model", model)])


def _decide_at_once(model: BaseEstimator, dataset: Dataset) -> BaseEstimator:
    """Keep a tuned threshold without what tuned it: its folds and scorers are of no use to new rows."""
    if not isinstance(model, TunedThresholdClassifierCV):
        return model
    return decide_at(model.best_threshold_, model.estimator_, model.response_method, dataset.X, dataset.y)


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
