"""What happens in a worker: one unit of work, from raw rows to the scores and decisions of every test row."""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from threadpoolctl import threadpool_limits

from job.data.dataset import Dataset
from job.evaluation.audit import ResamplingAudit, audit_resampling
from job.evaluation.cutoff import INNER_FOLDS_FAILED, Cutoff, find_cutoff
from job.evaluation.grid import LEAK, RunKey, Unit
from job.evaluation.studies import LeakedSplit, arrange, resample_then_split
from job.evaluation.third_party import Attempt, Give, attempt, fit_apart, score_and_decide
from job.spec.strategy_entries import Entry
from job.strategies.preparation import Preparation
from job.strategies.prevalence import prevalence_seen
from job.strategies.recipe import Fitted, Recipe, Resampled, TrainingPart, fit_classifier
from job.strategies.recipes import classifier_of, recipe_of

OK, DEGRADED, FAILED, NOT_APPLICABLE = "ok", "degraded", "failed", "not_applicable"
STATUSES = (OK, DEGRADED, FAILED, NOT_APPLICABLE)


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
    cutoff : Cutoff or None
        The advised one, chosen on the training part; None where nothing was asked, and for a strategy that scores
        like baseline: its cut-off is baseline's.
    prevalence_resampled : float, str or None
        Share of positive rows that the classifier saw, weights included; or why it is not known.
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
    cutoff: Cutoff | None = None
    prevalence_resampled: float | str | None = None
    n_resampled: int | None = None
    n_resampled_positive: int | None = None
    n_synthetic: int | None = None
    y: np.ndarray | None = None
    is_real: np.ndarray | None = None
    audit: ResamplingAudit | None = None
    seconds_resample: float = 0.0
    seconds_fit: float = 0.0


def fail_unit(unit: Unit, reason: str) -> tuple[Outcome, ...]:
    """Make the outcomes of a unit that no worker survived."""
    return tuple(Outcome(key, FAILED, reason=reason) for key in unit.keys)


def without_scores(key: RunKey, status: str, attempt: Attempt) -> Outcome:
    """Make the outcome of a run that came to nothing."""
    return Outcome(key, status, reason=attempt.error, warnings=attempt.warnings)


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
        arranged = attempt(lambda: arrange(unit, dataset), unit.seeds.sampler)
        if arranged.error is not None:
            return tuple(without_scores(key, FAILED, arranged) for key in unit.keys)
        if isinstance(arranged.value, str):
            return tuple(Outcome(key, NOT_APPLICABLE, reason=arranged.value) for key in unit.keys)
        evaluate = evaluate_leak if unit.study is not None and unit.study.kind == LEAK else _evaluate_arranged
        outcomes = evaluate(arranged.value, dataset)
        if arranged.value.test is not unit.test:
            y = dataset.y[arranged.value.test]
            return tuple(replace(outcome, y=y) for outcome in outcomes)
        return outcomes


def _evaluate_arranged(unit: Unit, dataset: Dataset) -> tuple[Outcome, ...]:
    started = time.perf_counter()
    recipe = recipe_of(unit.strategy)
    tried = attempt(lambda: _resample(unit, dataset, recipe), unit.seeds.sampler)
    seconds = time.perf_counter() - started
    if tried.error is not None:
        return tuple(without_scores(key, FAILED, tried) for key in unit.keys)
    part, resampled, audit = tried.value
    work = _Work(recipe, part, resampled, audit, tried.warnings, seconds)
    return evaluate_in_turn(
        unit,
        resampled.X,
        lambda key, entry: _evaluate_classifier(unit, dataset, work, key, entry),
        lambda left: _evaluate_arranged(left, dataset),
    )


@dataclass(frozen=True, eq=False)
class _Work:
    """A recipe, the training part that it got and what it made of it."""

    recipe: Recipe
    part: TrainingPart
    resampled: Resampled
    audit: ResamplingAudit | None
    warnings: tuple[str, ...]
    seconds: float


def _resample(unit: Unit, dataset: Dataset, recipe: Recipe) -> tuple[TrainingPart, Resampled, ResamplingAudit | None]:
    X, y = dataset.X.iloc[unit.train], dataset.y[unit.train]
    groups = None if dataset.groups is None else dataset.groups[unit.train]
    preparation = Preparation(**unit.preparation.model_dump()).fit(X)
    part = TrainingPart(X, y, groups, preparation, dataset.integer, unit.seeds)
    resampled = recipe.resample(part)
    return part, resampled, None if unit.study else audit_resampling(unit, dataset, part, resampled)


def _evaluate_classifier(unit: Unit, dataset: Dataset, work: _Work, key: RunKey, entry: Entry) -> Outcome:
    started = time.perf_counter()
    tried = attempt(
        lambda: fit_apart(lambda give: _fit_and_score(unit, dataset, work, entry, give)), unit.seeds.sampler
    )
    if tried.error is not None:
        return without_scores(key, FAILED, tried)
    if isinstance(tried.value, str):
        return Outcome(key, NOT_APPLICABLE, reason=tried.value)
    fitted, scores, decisions, is_probability = tried.value
    degraded = (*work.resampled.degraded, *fitted.degraded)
    cutoff, warned = _choose_cutoff(unit, work, entry, fitted)
    seen = fitted.seen or work.resampled.seen
    return Outcome(
        key,
        DEGRADED if degraded else OK,
        reason="; ".join(degraded) or None,
        warnings=tuple(dict.fromkeys((*work.warnings, *tried.warnings, *warned))),
        scores=scores,
        decisions=decisions,
        is_probability=is_probability,
        threshold=fitted.threshold,
        cutoff=cutoff,
        prevalence_resampled=fitted.prevalence,
        n_resampled=seen.n_rows,
        n_resampled_positive=seen.n_positive,
        n_synthetic=seen.n_synthetic,
        audit=work.audit,
        seconds_resample=work.seconds,
        seconds_fit=time.perf_counter() - started,
    )


def _choose_cutoff(unit: Unit, work: _Work, entry: Entry, fitted: Fitted) -> tuple[Cutoff | None, tuple[str, ...]]:
    """Choose the advised cut-off apart from the run, whose own numbers don't depend on whether inner folds fail."""
    request = unit.request
    if request is None or work.recipe.scores_like_baseline:
        return None, ()
    classifier = classifier_of(entry, unit.seeds.classifier)
    name = type(classifier).__name__
    tried = attempt(lambda: find_cutoff(request, work.recipe, classifier, work.part, fitted, name), unit.seeds.sampler)
    warned = tuple(f"in inner folds: {warning}" for warning in tried.warnings if warning not in work.warnings)
    return tried.value or Cutoff(None, INNER_FOLDS_FAILED, tried.error), warned


def _fit_and_score(
    unit: Unit, dataset: Dataset, work: _Work, entry: Entry, give: Give
) -> str | tuple[Fitted, np.ndarray, np.ndarray, bool]:
    classifier = classifier_of(entry, unit.seeds.classifier)
    refusal = work.recipe.refuses(classifier)
    if refusal is not None:
        return refusal
    fitted = work.recipe.fit(classifier, work.part, replace(work.resampled, X=give(work.resampled.X, classifier)))
    X_test = dataset.X.iloc[unit.test]
    return fitted, *score_and_decide(fitted.model, X_test, type(classifier).__name__)


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


def evaluate_in_turn(
    unit: Unit,
    rows: np.ndarray,
    evaluate: Callable[[RunKey, Entry], Outcome],
    evaluate_anew: Callable[[Unit], tuple[Outcome, ...]],
) -> tuple[Outcome, ...]:
    """Evaluate each classifier of a unit on the same rows.

    Parameters
    ----------
    unit : Unit
    rows : ndarray of shape (n_rows, n_encoded)
    evaluate : callable
        Fits one classifier on them, by `fit_apart`.
    evaluate_anew : callable
        Prepares the rows again, to the same values, for the classifiers after one that changed them: compiled code
        can write to what is read-only.
    """
    expected, outcomes = _checksum(rows), list[Outcome]()
    for place, (key, entry) in enumerate(zip(unit.keys, unit.classifiers, strict=True), start=1):
        outcomes.append(evaluate(key, entry))
        left = unit.classifiers[place:]
        if left and _checksum(rows) != expected:
            return (*outcomes, *evaluate_anew(replace(unit, classifiers=left)))
    return tuple(outcomes)


def _checksum(rows: np.ndarray) -> int:
    return zlib.crc32(rows.ravel(order="K").data)
