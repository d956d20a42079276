"""What happens in a worker: one unit of work, from raw rows to the scores and decisions of every test row."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np
from threadpoolctl import threadpool_limits

from job.data.dataset import Dataset
from job.evaluation.arrange import arrange
from job.evaluation.attempt import attempt
from job.evaluation.cutoff import INNER_FOLDS_FAILED, Cutoff, find_cutoff
from job.evaluation.leaked import evaluate_leak
from job.evaluation.outcome import (
    DEGRADED,
    FAILED,
    NOT_APPLICABLE,
    OK,
    STATUSES,
    Outcome,
    fail_unit,
    without_scores,
)
from job.evaluation.resampling_audit import ResamplingAudit, audit_resampling
from job.evaluation.scoring import score_and_decide
from job.evaluation.shared_rows import Give, evaluate_in_turn, fit_apart
from job.evaluation.unit import LEAK, RunKey, Unit
from job.spec.strategy_entries import Entry
from job.strategies.preparation import Preparation
from job.strategies.recipe import Fitted, Recipe, Resampled, Seen, TrainingPart
from job.strategies.registry import classifier_of, recipe_of

__all__ = ["DEGRADED", "FAILED", "NOT_APPLICABLE", "OK", "STATUSES", "Outcome", "evaluate_unit", "fail_unit"]


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
    seen = fitted.seen or Seen(len(work.resampled.y), int(work.resampled.y.sum()), work.resampled.n_synthetic)
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
