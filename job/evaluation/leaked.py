"""The mistake that this job doesn't make, made on purpose: resample all rows, and split them only then."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from job.data.dataset import Dataset
from job.errors import StrategyError
from job.evaluation.attempt import attempt
from job.evaluation.outcome import DEGRADED, FAILED, OK, Outcome, without_scores
from job.evaluation.scoring import score_and_decide
from job.evaluation.shared_rows import Give, evaluate_in_turn, fit_apart
from job.evaluation.unit import RunKey, Unit
from job.spec.strategy_entries import Entry
from job.strategies.preparation import Preparation
from job.strategies.prevalence import prevalence_seen
from job.strategies.recipe import Recipe, Resampled, TrainingPart, fit_classifier
from job.strategies.registry import classifier_of, recipe_of


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


def evaluate_leak(unit: Unit, dataset: Dataset) -> tuple[Outcome, ...]:
    """Score what a job would that resamples all rows before it splits them.

    Parameters
    ----------
    unit : Unit
    dataset : Dataset

    Returns
    -------
    tuple of Outcome
        With the labels of the rows that were scored, and which of them are real.
    """
    started = time.perf_counter()
    tried = attempt(lambda: resample_then_split(unit, dataset, recipe_of(unit.strategy)), unit.seeds.sampler)
    seconds = time.perf_counter() - started
    if tried.error is not None:
        return tuple(without_scores(key, FAILED, tried) for key in unit.keys)
    return evaluate_in_turn(
        unit,
        tried.value.train.X,
        lambda key, entry: _evaluate_leaked(unit, tried.value, seconds, key, entry),
        lambda left: evaluate_leak(left, dataset),
    )


def _evaluate_leaked(unit: Unit, split: LeakedSplit, seconds: float, key: RunKey, entry: Entry) -> Outcome:
    def fit_and_score(give: Give) -> tuple[np.ndarray, np.ndarray, bool, float | str]:
        classifier = classifier_of(entry, unit.seeds.classifier)
        prevalence = prevalence_seen(classifier, split.train.y)
        fit_classifier(classifier, give(split.train.X, classifier), split.train.y)
        own_rows = make_pipeline(FunctionTransformer(np.copy), classifier)  # as preparation does in the grid
        return *score_and_decide(own_rows, split.X_test, type(classifier).__name__), prevalence

    started = time.perf_counter()
    tried = attempt(lambda: fit_apart(fit_and_score), unit.seeds.sampler)
    if tried.error is not None:
        return without_scores(key, FAILED, tried)
    scores, decisions, is_probability, prevalence = tried.value
    return Outcome(
        key,
        DEGRADED if split.train.degraded else OK,
        reason="; ".join(split.train.degraded) or None,
        warnings=tried.warnings,
        scores=scores,
        decisions=decisions,
        is_probability=is_probability,
        prevalence_resampled=prevalence,
        n_resampled=len(split.train.y),
        n_resampled_positive=int(split.train.y.sum()),
        n_synthetic=split.train.n_synthetic,
        y=split.y_test,
        is_real=split.is_real,
        seconds_resample=seconds,
        seconds_fit=time.perf_counter() - started,
    )
