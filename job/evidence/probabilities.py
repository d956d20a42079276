"""What each strategy does to probabilities: how far they are off, and how much they move with the training set."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from job.data.difficulty import draw_stratified
from job.data.splits import Split
from job.evaluation.grid import RunKey
from job.evaluation.metrics.calibration_metrics import fit_calibration
from job.evaluation.metrics.metric_registry import Undefined
from job.evaluation.metrics.run_metrics import Prediction
from job.evidence.runs import Cells, Place, Predictions, correct, named, number_or_none
from job.results import decision_facts as facts
from job.results.job_facts import Run

N_BINS = 20
LEAST_ROWS_PER_BIN = 20
N_DRAWS = 200
MOST_PREDICTIONS = 100_000

_NO_RUN = "no run gave probabilities"
_ONE_TEST = "no row was tested twice; that takes split.n_repeats of 2 or more (holdout or kfold)"
_NO_SCORES = "no row was scored twice with it"
_NO_PROBABILITIES = "the classifier gives no probabilities"
_MEANS = ("mean_predicted", "brier", "log_loss")
_HIGH = 0.95
_EDGES = (0.05, 0.95)

Cell = list[tuple[Split, Run, Prediction]]
_Part = TypeVar("_Part")


@dataclass(frozen=True, eq=False)
class Pool:
    """The pooled test predictions of one strategy × classifier, sorted into bins.

    Parameters
    ----------
    rows : ndarray of shape (n,)
        Row of the data set that each prediction is about; the same row may come from several splits.
    y, p : ndarray of shape (n,)
        Labels and probabilities.
    starts : ndarray of shape (n_bins,)
        Where each bin starts.
    """

    rows: np.ndarray
    y: np.ndarray
    p: np.ndarray
    starts: np.ndarray


def build_calibration(
    runs: Iterable[Run], predictions: Predictions, splits: Sequence[Split], seed: int
) -> facts.Calibration:
    """Set the probabilities of every strategy × classifier beside what came true, raw and after the prior correction.

    The expected calibration error is that of the pooled test predictions in 20 bins of equal count (fewer where a bin
    would hold fewer than 20 predictions): equal-count bins are the less biased ones [1]_, and with a rare minority
    bins of equal width leave all but the first nearly empty. Predictions with one value share a bin, by their middle
    rank. Even a perfect model shows such an error, because labels are drawn; how much is the mean over 200 draws of
    y ~ Bernoulli(p). Within a draw a row has one luck in all splits, as its label has: drawn apart, the splits would
    average out what in truth they share, and every model would look worse than perfect. To bound the time, whole splits
    are pooled, and of a single one with more than 100,000 rows a stratified sample of as many, drawn by `seed`.

    References
    ----------
    .. [1] Roelofs, Cain, Shlens, Mozer (2022). Mitigating bias in calibration error estimation. AISTATS, PMLR 151.
    .. [2] Nguyen, O'Connor (2015). Posterior calibration and exploratory analysis for natural language processing
       models. EMNLP, section 3 (bins of equal count).
    .. [3] Bröcker, Smith (2007). Increasing the reliability of reliability diagrams. Weather and Forecasting 22,
       651-661 (what a perfect forecast would show, by resampling).
    """
    pooled = _pooled_splits(splits)
    cells = _cells(runs, predictions, splits)
    keys = [(place, is_corrected) for place in cells for is_corrected in (False, True)]
    found = {(place, side): _probabilities([each for *_, each in cells[place]], side) for place, side in keys}
    made = {key: _pool(cells[key[0]], values, pooled, seed) for key, values in found.items() if values}
    pools = {key: pool for key, pool in made.items() if pool}
    errors = dict(zip(pools, _perfect_errors(list(pools.values()), seed), strict=True))
    states = {
        key: _describe_state(cells[key[0]], values, key[1], pools.get(key), errors.get(key))
        for key, values in found.items()
    }
    rows = tuple(_row(place, cells[place], states[place, False], states[place, True]) for place in cells)
    return facts.Calibration(n_bins=N_BINS, n_draws=N_DRAWS, n_splits_pooled=len(pooled), rows=rows)


def sort_into_bins(p: np.ndarray) -> np.ndarray:
    """Give each probability the number of its bin: equal counts, except that equal probabilities stay together.

    Returns
    -------
    ndarray of shape (n,) of int
        Bins that ties leave empty have no number of their own.
    """
    n_bins = max(1, min(N_BINS, len(p) // LEAST_ROWS_PER_BIN))
    _, place, counts = np.unique(p, return_inverse=True, return_counts=True)
    middle_rank = 2 * np.cumsum(counts) - counts  # twice the rank, so that it stays whole
    wanted = middle_rank * n_bins // (2 * len(p))
    return np.asarray(np.unique(wanted, return_inverse=True)[1][place])


def _pooled_splits(splits: Sequence[Split]) -> frozenset[tuple[int, int]]:
    """Take whole splits, the first ones, as long as they hold no more predictions than can be redrawn in time."""
    counts = np.cumsum([len(split.test) for split in splits])
    n_pooled = max(1, int(np.searchsorted(counts, MOST_PREDICTIONS, side="right")))
    return frozenset((split.repeat, split.fold) for split in splits[:n_pooled])


def _cells(runs: Iterable[Run], predictions: Predictions, splits: Sequence[Split]) -> dict[Place, Cell]:
    """Group the runs that gave probabilities; classifier by classifier, every group there even if it is empty."""
    by_split = {(split.repeat, split.fold): split for split in splits}
    found: dict[str, dict[Place, Cell]] = {}
    for run in runs:
        cell = found.setdefault(run.classifier, {}).setdefault(run.place, [])
        prediction = predictions.get(RunKey(*run.place, *run.split))
        if prediction is not None and prediction.is_probability:
            cell.append((by_split[run.split], run, prediction))
    return {place: cell for of_classifier in found.values() for place, cell in of_classifier.items()}


def _probabilities(cell: Sequence[Prediction], is_corrected: bool) -> list[np.ndarray]:
    """The probabilities of each prediction; nothing where one of them has none."""
    found = [correct(each) if is_corrected else each.scores for each in cell]
    known = [p for p in found if not isinstance(p, Undefined)]
    return known if len(known) == len(found) else []


def _describe_state(
    cell: Cell, values: Sequence[np.ndarray], is_corrected: bool, pool: Pool | None, perfect: np.ndarray | None
) -> facts.ProbabilityState | None:
    """Summarise over splits what each split has a value of, and what was pooled."""
    if not values:
        return None
    suffix = "_corrected" if is_corrected else ""
    found = {name: _middle(np.mean, [run.metrics[name + suffix] for _, run, _ in cell]) for name in _MEANS}
    fits = [_fit(run, prediction, p) for (_, run, prediction), p in zip(cell, values, strict=True)]
    slope, intercept = (_middle(np.median, column) for column in zip(*fits, strict=True))
    fitted = {"calibration_slope": slope, "calibration_intercept": intercept}
    n_fitted = sum(fit[0] is not None for fit in fits)
    state = facts.ProbabilityState.model_validate({**found, **fitted, "n_fitted": n_fitted})
    return state if pool is None or perfect is None else state.model_copy(update=_binned(pool, perfect))


def _fit(run: Run, prediction: Prediction, p: np.ndarray) -> tuple[float | None, float | None]:
    """Calibration slope and intercept: the run's own, where these are its scores as they are."""
    if p is prediction.scores:
        return run.metrics["calibration_slope"], run.metrics["calibration_intercept"]
    fitted = fit_calibration(prediction.y, p)
    return number_or_none(fitted["calibration_slope"]), number_or_none(fitted["calibration_intercept"])


def _middle(statistic: Callable[[list[float]], float], values: Iterable[float | None]) -> float | None:
    present = [value for value in values if value is not None]
    return float(statistic(present)) if present else None


def _pool(cell: Cell, values: Sequence[np.ndarray], pooled: frozenset[tuple[int, int]], seed: int) -> Pool | None:
    found = [(*each, p) for each, p in zip(cell, values, strict=True) if each[1].split in pooled]
    if not found:
        return None
    parts = zip(*((split.test, each.y, p) for split, _, each, p in found), strict=True)
    rows, y, p = (np.concatenate(part) for part in parts)
    kept = draw_stratified(y, MOST_PREDICTIONS, np.random.RandomState(seed))
    rows, y, p = rows[kept], y[kept], p[kept]
    bins = sort_into_bins(p)
    order = np.argsort(bins, kind="stable")
    starts = np.searchsorted(bins[order], np.arange(bins.max() + 1))
    return Pool(rows[order], y[order], p[order], starts)


def _perfect_errors(pools: Sequence[Pool], seed: int) -> list[np.ndarray]:
    """Draw the labels that each pool would have if its probabilities were right, the same luck for all pools."""
    errors = [np.empty(N_DRAWS) for _ in pools]
    expected = [np.add.reduceat(pool.p, pool.starts) for pool in pools]
    rows, n_rows = [pool.rows for pool in pools], max((int(pool.rows.max()) + 1 for pool in pools), default=0)
    if n_rows > MOST_PREDICTIONS:  # rows without a prediction need no luck
        is_pooled = np.zeros(n_rows, dtype=bool)
        is_pooled[np.concatenate(rows)] = True
        place = np.cumsum(is_pooled) - 1
        rows, n_rows = [place[each] for each in rows], int(is_pooled.sum())
    random_state = np.random.RandomState(seed)
    for draw in range(N_DRAWS):
        luck = random_state.random_sample(n_rows)
        for number, pool in enumerate(pools):
            drawn = (luck[rows[number]] < pool.p).view(np.int8)
            errors[number][draw] = _error(expected[number], drawn, pool)
    return errors


def _error(expected: np.ndarray, labels: np.ndarray, pool: Pool) -> float:
    """Compute the expected calibration error: the distance of labels from probabilities, bin by bin."""
    came_true = np.add.reduceat(labels, pool.starts, dtype=np.int64)
    return float(np.abs(expected - came_true).sum() / len(pool.p))


def _binned(pool: Pool, perfect: np.ndarray) -> dict[str, float | tuple[facts.Bin, ...]]:
    expected = np.add.reduceat(pool.p, pool.starts)
    came_true = np.add.reduceat(pool.y, pool.starts, dtype=np.int64)
    counts = np.diff(np.append(pool.starts, len(pool.p)))
    low, high = np.quantile(perfect, _EDGES).tolist()
    reliability = tuple(
        facts.Bin(mean_predicted=float(total / n), observed=float(true / n), n=int(n), n_positive=int(true))
        for total, true, n in zip(expected, came_true, counts, strict=True)
    )
    errors = {"ece": _error(expected, pool.y, pool), "ece_perfect": float(perfect.mean())}
    ends = {"ece_perfect_low": low, "ece_perfect_high": high}
    return {"n_pooled": len(pool.p), **errors, **ends, "reliability": reliability}


def _row(
    place: Place, cell: Cell, raw: facts.ProbabilityState | None, corrected: facts.ProbabilityState | None
) -> facts.CalibrationRow:
    reason = None
    if corrected is None:
        tried = (correct(prediction) for *_, prediction in cell)
        reason = next((p.why for p in tried if isinstance(p, Undefined)), _NO_RUN)
    prevalence = _middle(np.mean, [run.n_test_positive / run.n_test for _, run, _ in cell])
    return facts.CalibrationRow(
        **named(place), n_splits=len(cell), prevalence=prevalence, raw=raw, corrected=corrected, reason=reason
    )


def build_stability(cells: Cells, splits: Sequence[Split], y: np.ndarray) -> facts.Stability:
    """Compare what two models, trained in two repeats, say about one row that both were tested on.

    A difference of two probabilities is as good with 2 results a row as with 50, where quantiles of standard deviations
    are not; the standard deviation of a row's probability is that of half the mean squared difference. ``changed`` is
    the share of pairs with unlike decisions [1]_.

    The two models share most of their training rows. Between training sets that share none, the differences of a
    model that is a smooth function of its rows are 1/√(1 - n_train/n) times as large (the delete-d jackknife [2]_),
    and those of an unstable model less than that: so the truth lies from 1 to ``most_times`` times these numbers
    (benchmarks/verdict_stability.py: 2.3 for logistic regression where this says 2.2, 1.6 for forests, 1.2 for a tree).

    References
    ----------
    .. [1] Riley, Collins (2023). facts.Stability of clinical prediction models developed using statistical or machine
       learning methods. Biometrical Journal 65, 2200302 (by bootstrap samples; mean absolute difference,
       classification instability).
    .. [2] Shao, Wu (1989). A general theory for jackknife variance estimation. Annals of Statistics 17, 1176-1197.
    """
    tests = np.zeros(len(y), dtype=np.int64)
    for split in splits:
        tests[split.test] += 1
    train_share = sum(len(split.train) for split in splits) / (len(splits) * len(y))
    tested_twice = bool((tests > 1).any())
    pairs: dict[tuple[tuple[int, int], ...], tuple[np.ndarray, np.ndarray, np.ndarray]] = {}
    by_split = {(split.repeat, split.fold): split.test for split in splits}
    rows = []
    for place, cell in cells.items() if tested_twice else ():
        tested = tuple(cell)
        if tested not in pairs:
            pairs[tested] = _pair([by_split[split] for split in tested], y)
        rows.append(_compare(place, list(cell.values()), *pairs[tested]))
    return facts.Stability(
        n_rows=int((tests > 1).sum()),
        n_positive=int(y[tests > 1].sum()),
        train_share=train_share,
        most_times=1 / math.sqrt(1 - train_share) if train_share < 1 else None,
        reason=None if tested_twice else _ONE_TEST,
        rows=tuple(rows),
    )


def _pair(tests: Sequence[np.ndarray], y: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Find, in the results of these test parts end to end, neighbouring results of one row; and the row's label."""
    rows = np.concatenate([*tests, np.zeros(0, dtype=np.int32)])
    order = np.argsort(rows, kind="stable")
    same = np.flatnonzero(rows[order][1:] == rows[order][:-1])
    return order[same], order[same + 1], y[rows[order[same]]]


def _compare(
    place: Place, cell: Sequence[Prediction], first: np.ndarray, second: np.ndarray, labels: np.ndarray
) -> facts.StabilityRow:
    if not len(first):
        return facts.StabilityRow(**named(place), n_pairs=0, changed=None, own=None, corrected=None, reason=_NO_SCORES)
    decisions = np.concatenate([prediction.decisions for prediction in cell])
    minority, rest = _by_label(decisions[first] != decisions[second], labels, lambda part: float(part.mean()))
    states: list[facts.Movements | None] = [None, None]
    if all(prediction.is_probability for prediction in cell):
        for is_corrected in (False, True):
            if found := _probabilities(cell, is_corrected):
                p = np.concatenate(found)
                moved = _by_label(np.abs(p[first] - p[second]), labels, _summarize)
                states[is_corrected] = facts.Movements(minority=moved[0], rest=moved[1])
    (own, corrected), reason = states, None if states[False] else _NO_PROBABILITIES
    changed = facts.Changed(minority=minority, rest=rest)
    row = {"n_pairs": len(first), "changed": changed, "own": own, "corrected": corrected, "reason": reason}
    return facts.StabilityRow.model_validate({**named(place), **row})


def _by_label(
    values: np.ndarray, labels: np.ndarray, summarize: Callable[[np.ndarray], _Part]
) -> tuple[_Part | None, _Part | None]:
    """Summarise the values of minority rows, and those of the others."""
    minority, rest = (values[labels == label] for label in (1, 0))
    return summarize(minority) if len(minority) else None, summarize(rest) if len(rest) else None


def _summarize(differences: np.ndarray) -> facts.Movement:
    median, high = np.quantile(differences, (0.5, _HIGH)).tolist()
    deviation = float(np.sqrt((differences**2).mean() / 2))
    return facts.Movement(mean=float(differences.mean()), median=median, p95=high, sd=deviation)
