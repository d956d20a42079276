"""How much a row's probability moves from one training set to another."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from job.data.splitting.splits import Split
from job.evaluation.grid import RunKey
from job.evaluation.metrics.calibration_metrics import correct_prior
from job.evaluation.metrics.metric_registry import Undefined
from job.evaluation.metrics.run_metrics import Prediction

_ONE_TEST = "no row was tested twice; that takes split.n_repeats of 2 or more (holdout or kfold)"
_NO_SCORES = "no row has two results of it"
_NO_PROBABILITIES = "the classifier gives no probabilities"
_HIGH = 0.95


def build_stability(
    predictions: Mapping[RunKey, Prediction | None],
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
    cells: dict[tuple[str, str], dict[tuple[int, int], Prediction]] = {}
    for key, prediction in predictions.items():
        if prediction is not None:
            cells.setdefault((key.strategy, key.classifier), {})[key.repeat, key.fold] = prediction
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
        corrected = [correct_prior(each.scores, each.prevalence_train, each.prevalence_resampled) for each in cell]
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
