"""What happens in a worker: one unit of work, from raw rows to the scores and decisions of every test row."""

from __future__ import annotations

import random
import re
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
from sklearn.base import BaseEstimator
from threadpoolctl import threadpool_limits

from job.data.dataset import Dataset
from job.errors import StrategyError
from job.evaluation.arrange import arrange
from job.evaluation.leaked import LeakedSplit, resample_then_split
from job.evaluation.resampling_audit import ResamplingAudit, audit_resampling
from job.evaluation.unit import LEAK, RunKey, Unit
from job.spec.model import Entry
from job.strategies.preparation import Preparation
from job.strategies.recipe import Fitted, Recipe, Resampled, Seen, TrainingPart
from job.strategies.registry import classifier_of, recipe_of

OK, DEGRADED, FAILED, NOT_APPLICABLE = "ok", "degraded", "failed", "not_applicable"
STATUSES = (OK, DEGRADED, FAILED, NOT_APPLICABLE)

_LONGEST_REASON = 600
T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Outcome:
    """What came of one run; metrics are computed from it later.

    Parameters
    ----------
    key : RunKey
    status : {"ok", "degraded", "failed", "not_applicable"}
    reason : str or None
        Why it isn't ``ok``.
    warnings : tuple of str
        The libraries' own words, each once.
    scores : ndarray of shape (n_test,), float64, or None
        Probability of the positive label where the classifier has one, else its decision function.
    decisions : ndarray of shape (n_test,), int8, or None
    is_probability : bool
    threshold : float or None
        The decision threshold, where it was tuned.
    prevalence_resampled : float or None
        Share of positive rows that the classifier saw, weights included.
    n_resampled, n_resampled_positive, n_synthetic : int or None
        Rows that the classifier was fitted on, and those added by resampling.
    y : ndarray of shape (n_test,), int8, or None
        Labels of the rows that were scored, where these are not the split's test part.
    is_real : ndarray of shape (n_test,) of bool, or None
        Which of them are rows of the data set, where not all are.
    audit : ResamplingAudit or None
        What was found among the resampled rows, where any were added.
    seconds_resample, seconds_fit : float
        Wall time; never part of results.
    """

    key: RunKey
    status: str
    reason: str | None = None
    warnings: tuple[str, ...] = ()
    scores: np.ndarray | None = None
    decisions: np.ndarray | None = None
    is_probability: bool = False
    threshold: float | None = None
    prevalence_resampled: float | None = None
    n_resampled: int | None = None
    n_resampled_positive: int | None = None
    n_synthetic: int | None = None
    y: np.ndarray | None = None
    is_real: np.ndarray | None = None
    audit: ResamplingAudit | None = None
    seconds_resample: float = 0.0
    seconds_fit: float = 0.0


def evaluate_unit(unit: Unit, dataset: Dataset) -> tuple[Outcome, ...]:
    """Prepare and resample one training part, then fit and score every classifier on it.

    Parameters
    ----------
    unit : Unit
    dataset : Dataset

    Returns
    -------
    tuple of Outcome
        One for each of the unit's runs. Whatever a strategy or classifier raises is told in them.
    """
    with threadpool_limits(limits=1):
        arranged = _try(lambda: arrange(unit, dataset), unit)
        if arranged.error is not None:
            return tuple(_without_scores(key, FAILED, arranged) for key in unit.keys)
        if isinstance(arranged.value, str):
            return tuple(Outcome(key, NOT_APPLICABLE, reason=arranged.value) for key in unit.keys)
        evaluate = _evaluate_leak if unit.study is not None and unit.study.kind == LEAK else _evaluate_arranged
        outcomes = evaluate(arranged.value, dataset)
        if arranged.value.test is not unit.test:
            y = dataset.y[arranged.value.test]
            return tuple(replace(outcome, y=y) for outcome in outcomes)
        return outcomes


def _evaluate_arranged(unit: Unit, dataset: Dataset) -> tuple[Outcome, ...]:
    started = time.perf_counter()
    recipe = recipe_of(unit.strategy)
    attempt = _try(lambda: _resample(unit, dataset, recipe), unit)
    seconds = time.perf_counter() - started
    if attempt.error is not None:
        return tuple(_without_scores(key, FAILED, attempt) for key in unit.keys)
    part, resampled, audit = attempt.value
    work = _Work(recipe, part, resampled, audit, attempt.warnings, seconds)
    return tuple(
        _evaluate_classifier(unit, dataset, work, *pair) for pair in zip(unit.keys, unit.classifiers, strict=True)
    )


def fail_unit(unit: Unit, reason: str) -> tuple[Outcome, ...]:
    """Make the outcomes of a unit that no worker survived."""
    return tuple(Outcome(key, FAILED, reason=reason) for key in unit.keys)


@dataclass(frozen=True, eq=False)
class _Work:
    """A recipe, the training part that it got and what it made of it."""

    recipe: Recipe
    part: TrainingPart
    resampled: Resampled
    audit: ResamplingAudit | None
    warnings: tuple[str, ...]
    seconds: float


@dataclass(frozen=True, eq=False)
class _Attempt:
    value: Any
    error: str | None
    warnings: tuple[str, ...]


def _resample(unit: Unit, dataset: Dataset, recipe: Recipe) -> tuple[TrainingPart, Resampled, ResamplingAudit | None]:
    X, y = dataset.X.iloc[unit.train], dataset.y[unit.train]
    preparation = Preparation(**unit.preparation.model_dump()).fit(X)
    part = TrainingPart(
        X=X,
        y=y,
        groups=None if dataset.groups is None else dataset.groups[unit.train],
        preparation=preparation,
        codes=preparation.codes(X),
        integer=dataset.integer,
        seeds=unit.seeds,
    )
    resampled = recipe.resample(part)
    return part, resampled, None if unit.study else audit_resampling(unit, dataset, part, resampled)


def _evaluate_classifier(unit: Unit, dataset: Dataset, work: _Work, key: RunKey, entry: Entry) -> Outcome:
    started = time.perf_counter()
    attempt = _try(lambda: _fit_and_score(unit, dataset, work, entry), unit)
    if attempt.error is not None:
        return _without_scores(key, FAILED, attempt)
    if isinstance(attempt.value, str):
        return Outcome(key, NOT_APPLICABLE, reason=attempt.value)
    fitted, scores, decisions, is_probability = attempt.value
    degraded = (*work.resampled.degraded, *fitted.degraded)
    seen = fitted.seen or Seen(len(work.resampled.y), int(work.resampled.y.sum()), work.resampled.n_synthetic)
    return Outcome(
        key,
        DEGRADED if degraded else OK,
        reason="; ".join(degraded) or None,
        warnings=tuple(dict.fromkeys((*work.warnings, *attempt.warnings))),
        scores=scores,
        decisions=decisions,
        is_probability=is_probability,
        threshold=fitted.threshold,
        prevalence_resampled=fitted.prevalence,
        n_resampled=seen.n_rows,
        n_resampled_positive=seen.n_positive,
        n_synthetic=seen.n_synthetic,
        audit=work.audit,
        seconds_resample=work.seconds,
        seconds_fit=time.perf_counter() - started,
    )


def _fit_and_score(
    unit: Unit, dataset: Dataset, work: _Work, entry: Entry
) -> str | tuple[Fitted, np.ndarray, np.ndarray, bool]:
    classifier = classifier_of(entry, unit.seeds.classifier)
    refusal = work.recipe.refuses(classifier)
    if refusal is not None:
        return refusal
    fitted = work.recipe.fit(classifier, work.part, work.resampled)
    X_test = dataset.X.iloc[unit.test]
    return fitted, *_score_and_decide(fitted.model, X_test, type(classifier).__name__)


def _evaluate_leak(unit: Unit, dataset: Dataset) -> tuple[Outcome, ...]:
    """Score what a job would that resamples all rows before it splits them."""
    started = time.perf_counter()
    attempt = _try(lambda: resample_then_split(unit, dataset, recipe_of(unit.strategy)), unit)
    seconds = time.perf_counter() - started
    if attempt.error is not None:
        return tuple(_without_scores(key, FAILED, attempt) for key in unit.keys)
    return tuple(
        _evaluate_leaked(unit, attempt.value, seconds, *pair) for pair in zip(unit.keys, unit.classifiers, strict=True)
    )


def _evaluate_leaked(unit: Unit, split: LeakedSplit, seconds: float, key: RunKey, entry: Entry) -> Outcome:
    def fit_and_score() -> tuple[np.ndarray, np.ndarray, bool]:
        classifier = classifier_of(entry, unit.seeds.classifier)
        classifier.fit(split.train.X, split.train.y)
        return _score_and_decide(classifier, split.X_test, type(classifier).__name__)

    started = time.perf_counter()
    attempt = _try(fit_and_score, unit)
    if attempt.error is not None:
        return _without_scores(key, FAILED, attempt)
    scores, decisions, is_probability = attempt.value
    return Outcome(
        key,
        DEGRADED if split.train.degraded else OK,
        reason="; ".join(split.train.degraded) or None,
        warnings=attempt.warnings,
        scores=scores,
        decisions=decisions,
        is_probability=is_probability,
        prevalence_resampled=float(np.mean(split.train.y)),
        n_resampled=len(split.train.y),
        n_resampled_positive=int(split.train.y.sum()),
        n_synthetic=split.train.n_synthetic,
        y=split.y_test,
        is_real=split.is_real,
        seconds_resample=seconds,
        seconds_fit=time.perf_counter() - started,
    )


def _score_and_decide(model: BaseEstimator, X: Any, name: str) -> tuple[np.ndarray, np.ndarray, bool]:
    scores, is_probability = _score(model, X)
    decisions = np.asarray(model.predict(X)).astype(np.int8)
    if scores.shape != (len(X),) or decisions.shape != scores.shape or not np.isfinite(scores).all():
        raise StrategyError(f"{name} returned scores that are missing or not finite")
    return scores, decisions, is_probability


def _score(model: BaseEstimator, X: Any) -> tuple[np.ndarray, bool]:
    if hasattr(model, "predict_proba"):
        return np.asarray(model.predict_proba(X), dtype=np.float64)[:, 1], True
    return np.asarray(model.decision_function(X), dtype=np.float64), False


def _try(work: Callable[[], Any], unit: Unit) -> _Attempt:
    """Run third-party code: nothing that it raises, warns or draws from global luck reaches another run."""
    with _collected_warnings() as collected:
        # Classes that draw from the global generators would else depend on which unit ran before.
        np.random.seed(unit.seeds.sampler)
        random.seed(unit.seeds.sampler)
        try:
            value, error = work(), None
        except StrategyError as raised:
            value, error = None, str(raised)
        except (Exception, SystemExit) as raised:  # a strategy may raise anything; only its own runs fail
            value, error = None, f"{type(raised).__name__}: {raised}"
    return _Attempt(value, None if error is None else _tidy(error), tuple(collected))


@contextmanager
def _collected_warnings() -> Iterator[list[str]]:
    texts: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield texts
    for warning in caught:
        # Deprecations are addressed to the people who write the libraries.
        if not issubclass(warning.category, DeprecationWarning | PendingDeprecationWarning):
            texts.append(_tidy(f"{warning.category.__name__}: {warning.message}"))
    texts[:] = dict.fromkeys(texts)


def _without_scores(key: RunKey, status: str, attempt: _Attempt) -> Outcome:
    return Outcome(key, status, reason=attempt.error, warnings=attempt.warnings)


def _tidy(text: str) -> str:
    """One line, without the memory addresses that would differ from run to run."""
    line = " ".join(re.sub(r" at 0x[0-9a-f]+", "", text).split())
    return line if len(line) <= _LONGEST_REASON else f"{line[:_LONGEST_REASON]}… ({len(line)} characters)"
