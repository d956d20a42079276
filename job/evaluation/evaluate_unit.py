"""What happens in a worker: one unit of work, from raw rows to the scores and decisions of every test row."""

import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import FunctionTransformer
from threadpoolctl import threadpool_limits

from job.data.dataset import Dataset
from job.errors import StrategyError
from job.evaluation.audit import ResamplingAudit, audit_resampling
from job.evaluation.cutoff import INNER_FOLDS_FAILED, Cutoff, find_cutoff
from job.evaluation.grid import IMBALANCE, INNER_RATIO, LEAK, LEAST_MINORITY, RATIO, RunKey, Unit, ratio_of
from job.evaluation.mapped import read_mapped, write_mapped
from job.evaluation.search import Ranked, Search, Tuned
from job.evaluation.third_party import Attempt, Give, attempt, fit_apart, score_and_decide
from job.evaluation.weighted_bins import sorted_once
from job.spec.job_spec import PreparationSpec
from job.spec.strategy_entries import Entry
from job.strategies.candidates import Candidate, with_parameters
from job.strategies.inner_folds import DEFAULT_FOLDS, split_rows
from job.strategies.preparation import Preparation
from job.strategies.recipe import Fitted, Recipe, Resampled, Seeds, TrainingPart
from job.strategies.recipes import classifier_of, recipe_of
from job.strategies.resampling import RATIO as SAMPLING_STRATEGY

_ROUND_OFF = 1e-9
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
    tuned : Tuned or None
        What was chosen, where the strategy or the classifier is tuned.
    seconds_resample, seconds_fit : float
        Wall time; never part of results.
    is_lost : bool
        Whether its worker died or was ended, so that another time it may succeed.
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
    tuned: Tuned | None = None
    seconds_resample: float = 0.0
    seconds_fit: float = 0.0
    is_lost: bool = False


def fail_unit(unit: Unit, reason: str) -> tuple[Outcome, ...]:
    """Make the outcomes of a unit that no worker survived."""
    return tuple(Outcome(key, FAILED, reason=reason, is_lost=True) for key in unit.keys)


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
    with threadpool_limits(limits=1), sorted_once():
        arranged = attempt(lambda: arrange(unit, dataset), unit.seeds.sampler)
        if isinstance(arranged.value, Unit):
            return _evaluate_arranged(arranged.value, dataset)
        status = FAILED if arranged.value is None else NOT_APPLICABLE
        reason = arranged.error or arranged.value
        return tuple(Outcome(key, status, reason, arranged.warnings) for key in unit.keys)


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
    if unit.kind == IMBALANCE:
        return _thinned(unit, dataset.y)
    if unit.kind == INNER_RATIO:
        # The first of the inner folds on which thresholds are tuned, too: a fifth of the training part tests.
        groups = None if dataset.groups is None else dataset.groups[unit.train]
        folds, why_not = split_rows(dataset.y[unit.train], groups, unit.seeds.inner_folds, DEFAULT_FOLDS)
        if not folds:
            return str(why_not)
        train, test = folds[0]
        unit = replace(unit, train=unit.train[train], test=unit.train[test])
    return _at_ratio(unit, dataset) if unit.kind in (RATIO, INNER_RATIO) and unit.setting else unit


def _at_ratio(unit: Unit, dataset: Dataset) -> Unit | str:
    ratio, n_positive = ratio_of(unit.setting, dataset), int(dataset.y[unit.train].sum())
    own = n_positive / (len(unit.train) - n_positive)
    if ratio <= own + _ROUND_OFF:
        return f"the training part has a ratio of {own:.3g} already, and no row less is wanted for {ratio:.3g}"
    params = {**unit.strategy.params, SAMPLING_STRATEGY: ratio}
    return replace(unit, strategy=unit.strategy.model_copy(update={"params": params}))


def _thinned(unit: Unit, y: np.ndarray) -> Unit | str:
    """Keep twice the minority's rows at any ratio, so that it is the ratio and not the amount that differs.

    What a higher ratio keeps of the minority, a lower one keeps too, and the reverse for the majority.
    """
    minority, majority = (unit.train[y[unit.train] == label] for label in (1, 0))
    n_rows = 2 * min(len(minority), len(majority))
    n_minority = round(n_rows / (1 + unit.setting))
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
class _Work:
    """A recipe, the training part that it got, what it made of it, and the rows that classifiers then score."""

    recipe: Recipe
    part: TrainingPart
    resampled: Resampled
    X_test: Any
    y_test: np.ndarray | None = None  # and is_real: as in `Outcome`
    is_real: np.ndarray | None = None
    audit: ResamplingAudit | None = None
    warnings: tuple[str, ...] = ()
    seconds: float = 0.0


def _evaluate_arranged(unit: Unit, dataset: Dataset) -> tuple[Outcome, ...]:
    tried = _read_or_resample(unit, dataset)
    if tried.error is not None:
        return tuple(Outcome(key, FAILED, tried.error, tried.warnings) for key in unit.keys)
    work: _Work = tried.value
    search = None if unit.tuning is None else Search.of_rows(unit.strategy, work.part, unit.tuning, dataset, unit.train)

    def evaluate(key: RunKey, entry: Entry) -> Outcome:
        if search is None or (unit.strategy.tune is None and entry.tune is None):
            return _evaluate_classifier(unit, work, key, entry)
        return _evaluate_tuned(unit, dataset, work, search, (key, entry))

    return evaluate_in_turn(unit, work.resampled.X, evaluate, lambda left: _evaluate_arranged(left, dataset))


def _read_or_resample(unit: Unit, dataset: Dataset) -> Attempt:
    """Resample a unit's rows, unless they are kept already; of a unit without classifiers they are kept."""
    if unit.resampled is not None and unit.classifiers and unit.resampled.exists():
        return Attempt(read_mapped(unit.resampled), None, ())
    started, resample = time.perf_counter(), _resample_then_split if unit.kind == LEAK else _resample
    tried = attempt(lambda: resample(unit, dataset, recipe_of(unit.strategy)), unit.seeds.sampler)
    if tried.error is not None:
        return tried
    work = replace(tried.value, warnings=tried.warnings, seconds=time.perf_counter() - started)
    if unit.resampled is not None and not unit.classifiers:
        write_mapped(work, unit.resampled)
    return replace(tried, value=work)


def take_rows(dataset: Dataset, rows: np.ndarray | slice, preparation: PreparationSpec, seeds: Seeds) -> TrainingPart:
    """Take rows of a data set for training, and fit a preparation on them."""
    X, groups = dataset.X.iloc[rows], None if dataset.groups is None else dataset.groups[rows]
    fitted = Preparation(**preparation.model_dump()).fit(X)
    return TrainingPart(X, dataset.y[rows], groups, fitted, dataset.integer, seeds)


class _PreparedSplits:
    """Training parts of the last splits, prepared: other strategies of the same split find them.

    What they share nobody writes to: a sampler gets a copy of the codes, a classifier one of the labels. Compiled code
    can write to what is read-only, so a part that was written to is made anew.
    """

    most_bytes = 64_000_000

    def __init__(self) -> None:
        self._dataset: Dataset | None = None
        self._parts: dict[tuple[bytes, PreparationSpec, Seeds], tuple[TrainingPart, tuple[int, int]]] = {}

    def take(self, unit: Unit, dataset: Dataset) -> TrainingPart:
        """Take the training part of a unit, made anew where it isn't kept."""
        key = (unit.train.tobytes(), unit.preparation, unit.seeds)
        if dataset is not self._dataset:
            self._dataset, self._parts = dataset, {}
        kept = self._parts.pop(key, None)
        if kept is None or _checksums(kept[0]) != kept[1]:
            self.make_room(len(unit.train) * dataset.X.shape[1])
            part = take_rows(dataset, unit.train, unit.preparation, unit.seeds)
            part.codes.flags.writeable = part.y.flags.writeable = False
            kept = part, _checksums(part)
        self._parts[key] = kept
        return kept[0]

    def make_room(self, n_cells: int) -> None:
        """Forget the oldest parts where another one, which isn't there yet, would be too much beside them."""
        while self._parts:
            n_kept = sum(part.codes.size for part, _ in self._parts.values())
            if 2 * 8 * (n_cells + n_kept) <= self.most_bytes:
                return
            del self._parts[next(iter(self._parts))]


def _checksums(part: TrainingPart) -> tuple[int, int]:
    return _checksum(part.codes), _checksum(part.y)


_PREPARED = _PreparedSplits()
"""Of this process."""


def _resample(unit: Unit, dataset: Dataset, recipe: Recipe) -> _Work:
    part = _PREPARED.take(unit, dataset)
    resampled = recipe.resample(part)
    y_test = dataset.y[unit.test] if unit.kind == INNER_RATIO else None
    audit = None if unit.study else audit_resampling(unit, dataset, part, resampled)
    return _Work(recipe, part, resampled, dataset.X.iloc[unit.test], y_test, audit=audit)


def _resample_then_split(unit: Unit, dataset: Dataset, recipe: Recipe) -> _Work:
    """Do what a job would that resamples all rows before it splits them, at random, as if they were rows.

    The share of test rows is the unit's own, both parts get the same share of each class, and the split's seed for
    samplers draws it. Synthetic rows belong to no group and to no time, so neither can be kept to. The sampler has to
    keep all rows and put new ones behind them.
    """
    _PREPARED.make_room(dataset.X.size)
    part, n_rows = take_rows(dataset, slice(None), unit.preparation, unit.seeds), dataset.n_rows
    resampled = recipe.resample(part)
    if not np.array_equal(resampled.X[:n_rows], part.preparation.encode(part.codes)):
        raise StrategyError("the sampler doesn't keep the rows that it is given, so synthetic ones cannot be told")
    rows, share = np.arange(len(resampled.y)), len(unit.test) / (len(unit.train) + len(unit.test))
    train, test = train_test_split(rows, test_size=share, stratify=resampled.y, random_state=unit.seeds.sampler)
    n_synthetic = int((train >= n_rows).sum())
    weights = None if resampled.sample_weight is None else resampled.sample_weight[train]
    seen = Resampled(resampled.X[train], resampled.y[train], n_synthetic, resampled.degraded, sample_weight=weights)
    own_rows = replace(part, preparation=FunctionTransformer(np.copy))  # encoded already, and copied as in the grid
    return _Work(recipe, own_rows, seen, resampled.X[test], resampled.y[test], test < n_rows)


def _evaluate_tuned(unit: Unit, dataset: Dataset, work: _Work, search: Search, run: tuple[RunKey, Entry]) -> Outcome:
    """Choose on inner folds, then fit as ever; where the best candidate can't be fitted, the next one is."""
    (key, entry), started = run, time.perf_counter()
    tried = attempt(lambda: search.rank(entry), unit.seeds.sampler)
    if tried.error is not None:
        return Outcome(key, FAILED, tried.error, tried.warnings)
    if isinstance(tried.value, str):
        return Outcome(key, NOT_APPLICABLE, tried.value)
    ranked: Ranked = tried.value
    for number in ranked.order:
        candidate = ranked.candidates[number]
        outcome = _evaluate_candidate(unit, dataset, replace(work, part=ranked.part), run, candidate)
        if outcome.status != FAILED:
            break
    told = (*ranked.degraded, outcome.reason) if outcome.reason else ranked.degraded
    warned = (*outcome.warnings, *(f"in inner folds: {word}" for word in ranked.warnings))
    return replace(
        outcome,
        status=DEGRADED if told and outcome.status == OK else outcome.status,
        reason="; ".join(told) or None,
        warnings=tuple(dict.fromkeys(warned)),
        tuned=ranked.tell(number),
        seconds_fit=time.perf_counter() - started,
    )


def _evaluate_candidate(
    unit: Unit, dataset: Dataset, work: _Work, run: tuple[RunKey, Entry], candidate: Candidate
) -> Outcome:
    key, entry = run
    chosen = replace(unit, strategy=with_parameters(unit.strategy, candidate.strategy))
    if candidate.strategy:
        tried = _read_or_resample(replace(chosen, resampled=None), dataset)
        if tried.error is not None:
            return Outcome(key, FAILED, tried.error, tried.warnings)
        work = replace(tried.value, part=work.part)
    return _evaluate_classifier(chosen, work, key, with_parameters(entry, candidate.classifier))


def _evaluate_classifier(unit: Unit, work: _Work, key: RunKey, entry: Entry) -> Outcome:
    def fit_and_score(give: Give) -> str | tuple[Fitted, np.ndarray, np.ndarray, bool]:
        classifier = classifier_of(entry, unit.seeds.classifier)
        refusal = work.recipe.refuses(classifier)
        if refusal is not None:
            return refusal
        given = replace(work.resampled, X=give(work.resampled.X, classifier))
        fitted = work.recipe.fit(classifier, work.part, given)
        return fitted, *score_and_decide(fitted.model, work.X_test, type(classifier).__name__)

    started = time.perf_counter()
    tried = attempt(lambda: fit_apart(fit_and_score), unit.seeds.sampler)
    if tried.error is not None:
        return Outcome(key, FAILED, tried.error, tried.warnings)
    if isinstance(tried.value, str):
        return Outcome(key, NOT_APPLICABLE, tried.value)
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
        y=work.y_test,
        is_real=work.is_real,
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
    expected = _checksum(rows) if len(unit.classifiers) > 1 else 0  # one classifier has nobody to change them for
    outcomes = list[Outcome]()
    for place, (key, entry) in enumerate(zip(unit.keys, unit.classifiers, strict=True), start=1):
        outcomes.append(evaluate(key, entry))
        left = unit.classifiers[place:]
        if left and _checksum(rows) != expected:
            return (*outcomes, *evaluate_anew(replace(unit, classifiers=left)))
    return tuple(outcomes)


def _checksum(rows: np.ndarray) -> int:
    return zlib.crc32(rows.ravel(order="K").data)
