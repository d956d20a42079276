"""Mean precision-recall and ROC curves over the splits, on one grid of 101 points."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from job.evaluation.grid import RunKey
from job.evaluation.metrics.ranking_metrics import read_precision_recall, read_roc
from job.evaluation.metrics.run_metrics import Prediction

GRID = np.round(np.linspace(0.0, 1.0, 101), 2)


def average_curves(
    predictions: Mapping[RunKey, Prediction | None], strategies: Iterable[str], classifiers: Iterable[str]
) -> list[dict[str, Any]]:
    """Average the curves of each strategy × classifier vertically over its splits (Fawcett 2006, section 9.1).

    Parameters
    ----------
    predictions : Mapping of RunKey to Prediction or None
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
    cells: dict[tuple[str, str], list[Prediction]] = {}
    for key, prediction in predictions.items():
        if prediction is not None and 0 < prediction.y.sum() < len(prediction.y):
            cells.setdefault((key.strategy, key.classifier), []).append(prediction)
    return [
        {
            "strategy": strategy,
            "classifier": classifier,
            "kind": kind,
            "x": GRID.tolist(),
            "y": np.mean(
                [read(prediction.ranking, GRID) for prediction in cells[strategy, classifier]], axis=0
            ).tolist(),
            "n": len(cells[strategy, classifier]),
        }
        for classifier in classifiers
        for strategy in strategies
        if (strategy, classifier) in cells
        for kind, read in (("precision_recall", read_precision_recall), ("roc", read_roc))
    ]
