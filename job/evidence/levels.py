"""How high average precision reads in small test parts: that of a random order, and that of the strategies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from job.evaluation.grid import RunKey
from job.evaluation.metrics.metric_registry import Undefined
from job.evaluation.metrics.ranking_metrics import average_precision_of_halves, expect_by_chance
from job.evaluation.metrics.run_metrics import Prediction

N_HALVES = 10
MOST_POSITIVES = 1000  # with more, average precision reads less than .001 too high

Row = Mapping[str, Any]


def build_levels(runs: Iterable[Row], predictions: Mapping[RunKey, Prediction | None], seed: int) -> dict[str, Any]:
    """Measure how high average precision reads.

    Parameters
    ----------
    runs : iterable of Mapping
        As in results.json.
    predictions : Mapping of RunKey to Prediction or None
    seed : int

    Returns
    -------
    dict
        As ``levels`` in results.json: ``chance`` is the expectation for a random order, mean over test parts that have
        a positive row (null where none has); ``rows`` has, for each strategy and classifier, the ``optimism``: how much
        more the mean average precision of its test parts is than it would be in very large ones, estimated from
        random halves of each test part; null where no test part can be halved, or they need no correction.
    """
    runs = list(runs)
    parts = {(run["repeat"], run["fold"]): (run["n_test"], run["n_test_positive"]) for run in runs}
    chances = [expect_by_chance(*sizes) for sizes in parts.values() if sizes[1]]
    found: dict[tuple[str, str], list[float]] = {(run["strategy"], run["classifier"]): [] for run in runs}
    for run in runs:
        key = RunKey(run["strategy"], run["classifier"], run["repeat"], run["fold"])
        prediction, whole = predictions.get(key), run["metrics"]["average_precision"]
        if prediction is None or whole is None or prediction.ranking.positives > MOST_POSITIVES:
            continue
        luck = np.random.default_rng([seed, run["repeat"], run["fold"]])  # the same halves for all, as far as can be
        halves = average_precision_of_halves(prediction.ranking, N_HALVES, luck)
        if not isinstance(halves, Undefined):
            found[run["strategy"], run["classifier"]].append(halves - whole)
    return {
        "chance": float(np.mean(chances)) if chances else None,
        "rows": [
            {"strategy": strategy, "classifier": classifier, "optimism": float(np.mean(each)) if each else None}
            for (strategy, classifier), each in found.items()
        ],
    }
