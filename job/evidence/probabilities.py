"""What each strategy does to probabilities: how far they are off, and how much they move with the training set."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from job.data.splits import Split
from job.evaluation.grid import RunKey
from job.evaluation.metrics.calibration_metrics import correct_prior, fit_calibration
from job.evaluation.metrics.metric_registry import Undefined
from job.evaluation.metrics.run_metrics import Prediction
from job.evidence.predictions import Predictions, by_place, named, number_or_none

N_BINS = 20
LEAST_ROWS_PER_BIN = 20
N_DRAWS = 200
MOST_PREDICTIONS = 100_000

EXACT_ONLY = (
    "The prior correction is exact for class weights and random over- and under-sampling only. SMOTE and its kin "
    "also change the distribution of a class (arXiv:2606.29720), and no correction of its share takes that back. "
    "“calibrated: true” under evaluation is the remedy that doesn't rest on this correction."
)

_WHOLE = ("mean_predicted", "brier", "log_loss")
_FITTED = ("calibration_slope", "calibration_intercept")
_NO_RUN = "no run gave probabilities"

Row = Mapping[str, Any]
Cell = list[tuple[Split, Row, Prediction]]
_ONE_TEST = "no row was tested twice; that takes split.n_repeats of 2 or more (holdout or kfold)"
_NO_SCORES = "no row has two results of it"
_NO_PROBABILITIES = "the classifier gives no probabilities"
_HIGH = 0.95


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


def build_harm(runs: Iterable[Row], predictions: Predictions, splits: Sequence[Split], seed: int) -> dict[str, Any]:
    """Set the probabilities of every strategy × classifier beside what came true, raw and after the prior correction.

    The expected calibration error is that of the pooled test predictions in 20 bins of equal count (fewer where a bin
    would hold fewer than 20 predictions): equal-count bins are the less biased ones [1]_, and with a rare minority
    bins of equal width leave all but the first nearly empty. Predictions with one value share a bin, by their middle
    rank. Even a perfect model shows such an error, because labels are drawn; how much is the mean over 200 draws of
    y ~ Bernoulli(p). Within a draw a row has one luck in all splits, as its label has: drawn apart, the splits would
    average out what in truth they share, and every model would look worse than perfect.

    Parameters
    ----------
    runs : iterable of Mapping
        As ``runs`` in results.json; any strategy that stands there, in the order in which it first does.
    seed : int
        Of the draws.

    Returns
    -------
    dict
        As ``harm`` in results.json. ``rows`` holds, for each strategy × classifier, ``prevalence`` (mean over the
        test parts), ``raw`` and ``corrected``: means over splits of ``mean_predicted``, ``brier`` and ``log_loss``,
        medians of the calibration parameters over the ``n_fitted`` splits that have them, ``ece``, ``ece_perfect``
        (with the 5th and 95th of 100 draws, ``ece_perfect_low`` and ``ece_perfect_high``) and ``reliability``, one
        entry for each bin. What doesn't exist is null, and ``reason`` says why.

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
    states: dict[tuple[str, str], dict[str, dict[str, Any] | None]] = {}
    pools: list[tuple[dict[str, Any], Pool]] = []
    for key, cell in cells.items():
        states[key] = {"raw": None, "corrected": None}
        for name in states[key]:
            found = [
                (row, prediction, p)
                for _, row, prediction in cell
                if not isinstance(p := prediction.scores if name == "raw" else _corrected(prediction), Undefined)
            ]
            if not found or len(found) < len(cell):
                continue
            state = states[key][name] = _whole_and_fitted(found, "" if name == "raw" else "_corrected")
            inside = [place for place, (split, _, _) in enumerate(cell) if (split.repeat, split.fold) in pooled]
            if inside:
                pools.append((state, _pool([(cell[place][0], *found[place][1:]) for place in inside])))
    for (state, pool), errors in zip(pools, _perfect_errors([pool for _, pool in pools], seed), strict=True):
        state.update(_binned(pool, errors))
    return {
        "n_bins": N_BINS,
        "n_draws": N_DRAWS,
        "n_splits_pooled": len(pooled),
        "note": EXACT_ONLY,
        "rows": [_row(key, cells[key], states[key]) for key in cells],
    }


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


def _cells(runs: Iterable[Row], predictions: Predictions, splits: Sequence[Split]) -> dict[tuple[str, str], Cell]:
    """Group the runs that gave probabilities; classifier by classifier, every group there even if it is empty."""
    by_split = {(split.repeat, split.fold): split for split in splits}
    found: dict[str, dict[str, Cell]] = {}
    for run in runs:
        cell = found.setdefault(run["classifier"], {}).setdefault(run["strategy"], [])
        prediction = predictions.get(RunKey(run["strategy"], run["classifier"], run["repeat"], run["fold"]))
        if prediction is not None and prediction.is_probability:
            cell.append((by_split[run["repeat"], run["fold"]], run, prediction))
    return {(strategy, classifier): cell for classifier, row in found.items() for strategy, cell in row.items()}


def _corrected(prediction: Prediction) -> np.ndarray | Undefined:
    return correct_prior(prediction.scores, prediction.prevalence_train, prediction.prevalence_resampled)


def _whole_and_fitted(found: Sequence[tuple[Row, Prediction, np.ndarray]], suffix: str) -> dict[str, Any]:
    """Summarise over splits what each split has a value of."""
    state: dict[str, Any] = {
        name: _middle(np.mean, [row["metrics"][name + suffix] for row, *_ in found]) for name in _WHOLE
    }
    fits = [
        {name: row["metrics"][name] for name in _FITTED}
        if p is prediction.scores
        else {name: number_or_none(value) for name, value in fit_calibration(prediction.y, p).items()}
        for row, prediction, p in found
    ]
    state |= {name: _middle(np.median, [fit[name] for fit in fits]) for name in _FITTED}
    return state | {"n_fitted": sum(fit[_FITTED[0]] is not None for fit in fits)}


def _middle(statistic: Callable[[list[float]], Any], values: Iterable[float | None]) -> float | None:
    present = [value for value in values if value is not None]
    return float(statistic(present)) if present else None


def _pool(found: Sequence[tuple[Split, Prediction, np.ndarray]]) -> Pool:
    p = np.concatenate([values for *_, values in found])
    y = np.concatenate([prediction.y for _, prediction, _ in found])
    rows = np.concatenate([split.test for split, *_ in found])
    bins = sort_into_bins(p)
    order = np.argsort(bins, kind="stable")
    starts = np.searchsorted(bins[order], np.arange(bins.max() + 1))
    return Pool(rows[order], y[order], p[order], starts)


def _perfect_errors(pools: Sequence[Pool], seed: int) -> list[np.ndarray]:
    """Draw the labels that each pool would have if its probabilities were right, the same luck for all pools."""
    errors = [np.empty(N_DRAWS) for _ in pools]
    expected = [np.add.reduceat(pool.p, pool.starts) for pool in pools]
    n_rows = max((int(pool.rows.max()) + 1 for pool in pools), default=0)
    random_state = np.random.RandomState(seed)
    for draw in range(N_DRAWS):
        luck = random_state.random_sample(n_rows)
        for place, pool in enumerate(pools):
            drawn = (luck[pool.rows] < pool.p).view(np.int8)
            errors[place][draw] = _error(expected[place], drawn, pool)
    return errors


def _error(expected: np.ndarray, labels: np.ndarray, pool: Pool) -> float:
    """Compute the expected calibration error: the distance of labels from probabilities, bin by bin."""
    came_true = np.add.reduceat(labels, pool.starts, dtype=np.int64)
    return float(np.abs(expected - came_true).sum() / len(pool.p))


def _binned(pool: Pool, perfect: np.ndarray) -> dict[str, Any]:
    expected = np.add.reduceat(pool.p, pool.starts)
    came_true = np.add.reduceat(pool.y, pool.starts, dtype=np.int64)
    counts = np.diff(np.append(pool.starts, len(pool.p)))
    low, high = np.quantile(perfect, (0.05, 0.95))
    return {
        "n_pooled": len(pool.p),
        "ece": _error(expected, pool.y, pool),
        "ece_perfect": float(perfect.mean()),
        "ece_perfect_low": float(low),
        "ece_perfect_high": float(high),
        "reliability": [
            {"mean_predicted": float(total / n), "observed": float(true / n), "n": int(n), "n_positive": int(true)}
            for total, true, n in zip(expected, came_true, counts, strict=True)
        ],
    }


def _row(key: tuple[str, str], cell: Cell, states: Mapping[str, dict[str, Any] | None]) -> dict[str, Any]:
    reason = None
    if states["corrected"] is None:
        tried = [_corrected(prediction) for *_, prediction in cell]
        reason = next((p.why for p in tried if isinstance(p, Undefined)), _NO_RUN)
    return {
        **named(key),
        "n_splits": len(cell),
        "prevalence": _middle(np.mean, [row["n_test_positive"] / row["n_test"] for _, row, _ in cell]),
        **states,
        "reason": reason,
    }


def build_stability(
    predictions: Predictions,
    splits: Sequence[Split],
    strategies: Iterable[str],
    classifiers: Iterable[str],
    y: np.ndarray,
) -> dict[str, Any]:
    """Compare what two models, trained in two repeats, say about one row that both were tested on.

    For the probabilities of minority rows (``minority``) and of the others (``rest``): ``mean``, ``median`` and
    ``p95`` of the absolute difference, and ``sd``, the standard deviation of a row's probability (pooled, half the
    mean squared difference). A difference of two is as good with 2 results a row as with 50, where quantiles of
    standard deviations are not. ``changed`` is the share of such pairs with unlike decisions [1]_.

    The two models share most of their training rows. Between training sets that share none, the differences of a
    model that is a smooth function of its rows are 1/√(1 - n_train/n) times as large (the delete-d jackknife [2]_),
    and those of an unstable model less than that: so the truth lies from 1 to ``most_times`` times these numbers
    (benchmarks/verdict_stability.py: 2.3 for logistic regression where this says 2.2, 1.6 for forests, 1.2 for a tree).

    References
    ----------
    .. [1] Riley, Collins (2023). Stability of clinical prediction models developed using statistical or machine
       learning methods. Biometrical Journal 65, 2200302 (by bootstrap samples; mean absolute difference,
       classification instability).
    .. [2] Shao, Wu (1989). A general theory for jackknife variance estimation. Annals of Statistics 17, 1176-1197.
    """
    tests = np.zeros(len(y), dtype=np.int64)
    for split in splits:
        tests[split.test] += 1
    train_share = sum(len(split.train) for split in splits) / (len(splits) * len(y))
    tested_twice = bool((tests > 1).any())
    pairs: dict[tuple[tuple[int, int], ...], tuple[np.ndarray, ...]] = {}
    by_split = {(split.repeat, split.fold): split.test for split in splits}
    cells = by_place(predictions)
    rows = []
    for classifier in classifiers if tested_twice else ():
        for strategy in strategies:
            cell = cells.get((strategy, classifier), {})
            places = tuple(cell)
            if places not in pairs:
                pairs[places] = _pair([by_split[place] for place in places], y)
            rows.append(
                {"strategy": strategy, "classifier": classifier, **_compare(list(cell.values()), *pairs[places])}
            )
    return {
        "n_rows": int((tests > 1).sum()),
        "n_positive": int(y[tests > 1].sum()),
        "train_share": train_share,
        "most_times": 1 / math.sqrt(1 - train_share) if train_share < 1 else None,
        "reason": None if tested_twice else _ONE_TEST,
        "rows": rows,
    }


def _pair(tests: Sequence[np.ndarray], y: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Find, in the results of these test parts end to end, neighbouring results of one row; and the row's label."""
    rows = np.concatenate([*tests, np.zeros(0, dtype=np.int32)])
    order = np.argsort(rows, kind="stable")
    same = np.flatnonzero(rows[order][1:] == rows[order][:-1])
    return order[same], order[same + 1], y[rows[order[same]]]


def _compare(cell: Sequence[Prediction], first: np.ndarray, second: np.ndarray, labels: np.ndarray) -> dict[str, Any]:
    if not len(first):
        return {"n_pairs": 0, "changed": None, "own": None, "corrected": None, "reason": _NO_SCORES}
    decisions = np.concatenate([prediction.decisions for prediction in cell])
    unlike = decisions[first] != decisions[second]
    states: dict[str, Any] = {"own": None, "corrected": None}
    if all(prediction.is_probability for prediction in cell):
        corrected = [_corrected(each) for each in cell]
        for name, found in (("own", [each.scores for each in cell]), ("corrected", corrected)):
            known = [p for p in found if not isinstance(p, Undefined)]
            if len(known) == len(cell):
                p = np.concatenate(known)
                states[name] = _by_label(np.abs(p[first] - p[second]), labels, _summarize)
    changed = _by_label(unlike, labels, lambda part: float(part.mean()))
    reason = None if states["own"] else _NO_PROBABILITIES
    return {"n_pairs": len(first), "changed": changed, **states, "reason": reason}


def _by_label(values: np.ndarray, labels: np.ndarray, summarize: Any) -> dict[str, Any]:
    parts = {"minority": values[labels == 1], "rest": values[labels == 0]}
    return {name: summarize(part) if len(part) else None for name, part in parts.items()}


def _summarize(differences: np.ndarray) -> dict[str, float]:
    median, high = np.quantile(differences, (0.5, _HIGH))
    return {
        "mean": float(differences.mean()),
        "median": float(median),
        "p95": float(high),
        "sd": float(np.sqrt((differences**2).mean() / 2)),
    }
