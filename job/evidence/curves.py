"""Mean precision-recall and ROC curves on one grid, those of the best possible classifier too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from job.data.dataset import Dataset
from job.data.splits import Split
from job.evaluation.metrics.calibration_metrics import evaluate_probabilities
from job.evaluation.metrics.ranking_metrics import (
    Ranking,
    average_precision,
    build_ranking,
    read_precision_recall,
    read_roc,
    roc_auc,
)
from job.evidence.predictions import Predictions, by_place, number_or_none

GRID = np.round(np.linspace(0.0, 1.0, 101), 2)

METRICS = ("average_precision", "roc_auc", "brier", "log_loss")
NOT_KNOWN = (
    "what the best possible classifier would reach isn't known: only data.generate of kind mixture knows the truth "
    "behind its data"
)


def average_curves(
    predictions: Predictions, strategies: Iterable[str], classifiers: Iterable[str]
) -> list[dict[str, Any]]:
    """Average the curves of each strategy × classifier vertically over its splits (Fawcett 2006, section 9.1).

    Parameters
    ----------
    strategies, classifiers : iterable of str
        Labels, in the order of tables.

    Returns
    -------
    list of dict
        As ``curves`` in results.json: ``x`` is recall and ``y`` the highest precision at that recall or more
        (kind ``precision_recall``), or the false-positive rate and the recall there (kind ``roc``), over
        ``n`` splits. A strategy without any scored split has no curve.

    References
    ----------
    Fawcett (2006), An introduction to ROC analysis, Pattern Recognition Letters 27, 861-874.
    """
    cells = {
        place: rankings
        for place, found in by_place(predictions).items()
        if (rankings := [each.ranking for each in found.values() if not each.ranking.lacks])
    }
    return [
        {"strategy": strategy, "classifier": classifier, **curve}
        for classifier in classifiers
        for strategy in strategies
        for curve in _average(cells.get((strategy, classifier), []))
    ]


def build_best_possible(dataset: Dataset, splits: Iterable[Split]) -> dict[str, Any]:
    """Score the posterior as if it were a classifier.

    No classifier has a smaller expected Brier score or log loss than the probability itself, which are strictly
    proper scores [1]_, and none ranks better: the ROC curve of the likelihood ratio lies above every other at each
    false-positive rate (Neyman-Pearson) [2]_, and with it the precision-recall curve [3]_. In a sample a classifier may
    still be ahead by luck.

    Returns
    -------
    dict
        ``reason`` why it isn't known, or null; ``metrics``, the mean of each metric over the splits, with their
        standard deviation and number; ``splits``, the same for each split; ``curves``, means as those of the
        strategies. Without a known truth the last three are empty.

    References
    ----------
    .. [1] Gneiting, Raftery (2007). Strictly proper scoring rules, prediction, and estimation. Journal of the American
       Statistical Association 102, 359-378.
    .. [2] Green, Swets (1966). Signal detection theory and psychophysics. Wiley, chapter 1.
    .. [3] Davis, Goadrich (2006). The relationship between precision-recall and ROC curves. ICML, theorem 3.2.
    """
    if dataset.posterior is None:
        return {"reason": NOT_KNOWN, "metrics": [], "splits": [], "curves": []}
    splits = list(splits)
    y, p = dataset.y, dataset.posterior
    rankings = [build_ranking(y[split.test], p[split.test]) for split in splits]
    rows = [
        {"repeat": split.repeat, "fold": split.fold, **_score(ranking, y[split.test], p[split.test])}
        for split, ranking in zip(splits, rankings, strict=True)
    ]
    return {
        "reason": None,
        "metrics": [_summarize(metric, rows) for metric in METRICS],
        "splits": rows,
        "curves": _average([ranking for ranking in rankings if ranking.lacks is None]),
    }


def _score(ranking: Ranking, y: np.ndarray, p: np.ndarray) -> dict[str, float | None]:
    found = {
        "average_precision": average_precision(ranking),
        "roc_auc": roc_auc(ranking),
        **evaluate_probabilities(y, p),
    }
    return {name: number_or_none(found[name]) for name in METRICS}


def _summarize(metric: str, rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    values = [row[metric] for row in rows if row[metric] is not None]
    return {
        "metric": metric,
        "n": len(values),
        "value": float(np.mean(values)) if values else None,
        "sd": float(np.std(values, ddof=1)) if len(values) > 1 else None,
        "reason": None if values else "no test part has rows of both classes",
    }


def _average(rankings: list[Ranking]) -> list[dict[str, Any]]:
    return [
        {
            "kind": kind,
            "x": GRID.tolist(),
            "y": np.mean([read(ranking, GRID) for ranking in rankings], axis=0).tolist(),
            "n": len(rankings),
        }
        for kind, read in (("precision_recall", read_precision_recall), ("roc", read_roc))
        if rankings
    ]
