"""Tuning: candidates are compared on inner folds of a training part, each prepared and resampled by itself."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Self

import numpy as np
from sklearn.preprocessing import FunctionTransformer

from job.data.dataset import Dataset
from job.errors import StrategyError
from job.evaluation.metrics.metric_registry import Undefined
from job.evaluation.metrics.ranking_metrics import average_precision, build_ranking, roc_auc
from job.evaluation.third_party import Attempt, attempt, fit_apart, score
from job.spec.strategy_entries import Entry
from job.strategies.candidates import Candidate, Tuning, budget_of, list_candidates, with_parameters
from job.strategies.inner_folds import Calibrated, Folds, prepare_inner, tuning_folds
from job.strategies.recipe import Recipe, Resampled, TrainingPart
from job.strategies.recipes import classifier_of, recipe_of

_METRICS = {"average_precision": average_precision, "roc_auc": roc_auc}
_MOST_BYTES = 64_000_000
"""Of resampled inner folds that are kept for the next classifier."""


@dataclass(frozen=True)
class Tuned:
    """What tuning chose for one run.

    Parameters
    ----------
    candidate : int
        Its number; 0 has the parameters of the entries.
    n_candidates : int
    strategy, classifier : Mapping[str, Any]
        Its parameters, where they differ from those of the entries.
    score, score_of_default : float or None
        Mean of the primary metric over the inner folds, of the candidate and of candidate 0.
    """

    candidate: int
    n_candidates: int
    strategy: Mapping[str, Any]
    classifier: Mapping[str, Any]
    score: float | None
    score_of_default: float | None


@dataclass(frozen=True, eq=False)
class Ranked:
    """Candidates as inner folds rank them.

    Parameters
    ----------
    candidates : tuple of Candidate
    scores : tuple of (float or None)
        None where a candidate failed on an inner fold.
    order : tuple of int
        Those with a score, the best first; candidate 0 alone where none has one.
    part : TrainingPart
        The training part, whose cut-offs use the same inner folds from now on.
    degraded : tuple of str
        As in `job.strategies.recipe.Resampled`.
    warnings : tuple of str
        What libraries said in inner folds.
    """

    candidates: tuple[Candidate, ...]
    scores: tuple[float | None, ...]
    order: tuple[int, ...]
    part: TrainingPart
    degraded: tuple[str, ...]
    warnings: tuple[str, ...]

    def tell(self, number: int) -> Tuned:
        """Note that a candidate was chosen."""
        chosen = self.candidates[number]
        scores = self.scores[number], self.scores[0]
        return Tuned(number, len(self.candidates), chosen.strategy, chosen.classifier, *scores)


_Prepared = tuple[TrainingPart, np.ndarray]
"""An inner training part, and the rows of its inner test part, encoded."""


class Search:
    """Compares candidates for one strategy on one training part, with one classifier after the other.

    Parameters
    ----------
    strategy : Entry
    part : TrainingPart
    tuning : Tuning
    time : ndarray of shape (n_train,) or None
        When the rows are from, where tuning keeps to it.
    """

    def __init__(self, strategy: Entry, part: TrainingPart, tuning: Tuning, time: np.ndarray | None) -> None:
        self._strategy = strategy
        self._part = part
        self._tuning = tuning
        self._time = time if tuning.in_time else None
        self._kept = dict[tuple[int, int, str], Attempt]()
        self._n_bytes = 0

    @classmethod
    def of_rows(cls, strategy: Entry, part: TrainingPart, tuning: Tuning, dataset: Dataset, rows: Any) -> Self:
        """Make the search on rows of a data set, which are the training part."""
        return cls(strategy, part, tuning, None if dataset.time is None else dataset.time[rows])

    def rank(self, classifier: Entry) -> Ranked | str:
        """Rank the candidates for one classifier; or say why it can't be combined with the strategy."""
        refusal = recipe_of(self._strategy).refuses(self._classifier(classifier))
        if refusal is not None:
            return refusal
        candidates = list_candidates(self._tuning.seed, self._strategy, classifier)
        n_folds = budget_of(self._strategy, classifier)[1]
        found = tuning_folds(self._part.y, self._part.groups, self._time, self._part.seeds.inner_folds, n_folds)
        folds, degraded = found
        tried = self._try_all(candidates, classifier, folds, n_folds)
        means = [np.mean([each.value for each in row]) if folds else np.nan for row in tried]
        scores = tuple(None if np.isnan(mean) else float(mean) for mean in means)
        order = tuple(sorted((n for n, s in enumerate(scores) if s is not None), key=lambda n: (-means[n], n)))
        told = [degraded] if degraded and folds else []
        if not order:
            reasons = [degraded, *(each.error for row in tried for each in row), "no candidate has a score"]
            told = [f"not tuned ({next(filter(None, reasons))}): the parameters are those of the entries"]
        words = dict.fromkeys(word for row in tried for each in row for word in each.warnings)
        part = replace(self._part, folds=found) if folds else self._part
        part.__dict__["codes"] = self._part.codes  # made once
        return Ranked(candidates, scores, order or (0,), part, tuple(told), tuple(words))

    def _try_all(
        self, candidates: tuple[Candidate, ...], classifier: Entry, folds: Folds, n_folds: int
    ) -> list[list[Attempt]]:
        """Score every candidate on every inner fold; those with the same sampler share its rows, equal ones the fit."""
        groups: dict[str, dict[str, list[int]]] = {}
        for number, each in enumerate(candidates):
            strategy, fitted = (json.dumps(params, sort_keys=True) for params in (each.strategy, each.classifier))
            groups.setdefault(strategy, {}).setdefault(fitted, []).append(number)
        tried: list[list[Attempt]] = [[] for _ in candidates]
        for place, (train, test) in enumerate(folds):
            inner: list[_Prepared] = []
            for sampler, fits in groups.items():
                recipe = self._recipe(candidates[next(iter(fits.values()))[0]])
                resampled = self._resample((n_folds, place, sampler), recipe, (train, test), inner)
                for numbers in fits.values():
                    entry = with_parameters(classifier, candidates[numbers[0]].classifier)
                    value = self._score(entry, recipe, resampled, test)
                    for number in numbers:
                        tried[number].append(value)
        return tried

    def _recipe(self, candidate: Candidate) -> Recipe:
        """Make what ranks rows as the strategy does: its cut-off and its calibration come after the choice."""
        recipe = recipe_of(with_parameters(self._strategy, candidate.strategy))
        recipe = recipe.recipe if isinstance(recipe, Calibrated) else recipe
        return Recipe("", {}) if recipe.scores_like_baseline else recipe

    def _classifier(self, entry: Entry) -> Any:
        return classifier_of(entry, self._part.seeds.classifier)

    def _resample(
        self, key: tuple[int, int, str], recipe: Recipe, fold: tuple[np.ndarray, np.ndarray], inner: list[_Prepared]
    ) -> Attempt:
        """Prepare an inner fold, once for all samplers, and resample it, once for all classifiers."""
        if key in self._kept:
            return self._kept[key]

        def make() -> tuple[_Prepared, Resampled]:
            if not inner:
                (train, test), X = fold, self._part.X
                part = prepare_inner(self._part, X.iloc[train], self._part.y[train])
                inner.append((part, part.preparation.transform(X.iloc[test])))
            return inner[0], recipe.resample(inner[0][0])

        made = attempt(make, self._part.seeds.sampler)
        size = 0 if made.value is None else made.value[1].X.nbytes + made.value[0][0].codes.nbytes
        if self._n_bytes + size <= _MOST_BYTES:
            self._n_bytes += size
            self._kept[key] = made
        return made

    def _score(self, entry: Entry, recipe: Recipe, made: Attempt, test: np.ndarray) -> Attempt:
        """Fit on an inner training part and read the metric on its inner test part; NaN where that fails."""
        if made.error is not None:
            return replace(made, value=np.nan)
        (part, X_test), resampled = made.value
        encoded = replace(part, preparation=FunctionTransformer(np.copy))  # as its test rows are, for all candidates
        y_test, metric = self._part.y[test], _METRICS[self._tuning.metric]

        def fit_and_score(give: Callable[[np.ndarray, Any], np.ndarray]) -> float:
            classifier = self._classifier(entry)
            if (refusal := recipe.refuses(classifier)) is not None:
                raise StrategyError(refusal)
            is_tame = type(classifier).__module__.startswith("sklearn.")  # others may write to what candidates share
            rows = give(resampled.X, classifier) if is_tame else resampled.X.copy()
            model = recipe.fit(classifier, encoded, replace(resampled, X=rows)).model
            value = metric(build_ranking(y_test, score(model, X_test, type(classifier).__name__)[0]))
            return np.nan if isinstance(value, Undefined) else value

        tried = attempt(partial(fit_apart, fit_and_score), self._part.seeds.sampler)
        warnings = tuple(dict.fromkeys((*made.warnings, *tried.warnings)))
        return Attempt(np.nan if tried.error is not None else tried.value, tried.error, warnings)
