"""Results over all splits: the middle, the spread, the difference from baseline, how high average precision reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from job.evaluation.grid import RunKey
from job.evaluation.metrics.count_metrics import average_precision_of_halves, expect_by_chance
from job.evaluation.metrics.metric_registry import METRICS, Metric, Undefined
from job.evidence.predictions import Predictions, named

Row = Mapping[str, Any]

N_HALVES = 10
MOST_POSITIVES = 1000  # with more, average precision reads less than .001 too high


def summarize_runs(
    runs: Iterable[Row], strategies: Iterable[str], classifiers: Iterable[str], baseline: str
) -> list[dict[str, Any]]:
    """Summarise every metric of every strategy × classifier over the splits.

    Parameters
    ----------
    runs : iterable of Mapping
        As ``runs`` in results.json.
    strategies, classifiers : iterable of str
        Labels, in the order of tables.
    baseline : str
        Label of the strategy that differences are taken from.

    Returns
    -------
    list of dict
        ``n`` splits with a value, the ``statistic`` that ``value`` is (mean or median), ``sd`` (of the values,
        denominator n - 1), ``low`` and ``high`` (the smallest and largest value); ``difference`` is the same
        statistic of the differences from baseline over the ``n_pairs`` splits where both have a value. What doesn't
        exist is null, and ``reason`` says why there is no value.
    """
    cells: dict[tuple[str, str], dict[tuple[int, int], Row]] = {}
    for run in runs:
        cells.setdefault((run["strategy"], run["classifier"]), {})[run["repeat"], run["fold"]] = run
    return [
        _summarize(metric, strategy, classifier, cells[strategy, classifier], cells[baseline, classifier])
        for classifier in classifiers
        for strategy in strategies
        for metric in METRICS
    ]


def _summarize(
    metric: Metric,
    strategy: str,
    classifier: str,
    runs: Mapping[tuple[int, int], Row],
    baseline: Mapping[tuple[int, int], Row],
) -> dict[str, Any]:
    values = _values(runs, metric.name)
    reference = _values(baseline, metric.name)
    paired = [value - reference[split] for split, value in values.items() if split in reference]
    middle = np.mean if metric.statistic == "mean" else np.median
    numbers = list(values.values())
    return {
        "strategy": strategy,
        "classifier": classifier,
        "metric": metric.name,
        "n": len(numbers),
        "statistic": metric.statistic,
        "value": float(middle(numbers)) if numbers else None,
        "sd": float(np.std(numbers, ddof=1)) if len(numbers) > 1 else None,
        "low": min(numbers, default=None),
        "high": max(numbers, default=None),
        "difference": float(middle(paired)) if paired else None,
        "difference_sd": float(np.std(paired, ddof=1)) if len(paired) > 1 else None,
        "n_pairs": len(paired),
        "reason": None if numbers else _why_none(runs, metric.name),
    }


def _values(runs: Mapping[tuple[int, int], Row], metric: str) -> dict[tuple[int, int], float]:
    return {split: value for split, run in runs.items() if (value := run["metrics"][metric]) is not None}


def _why_none(runs: Mapping[tuple[int, int], Row], metric: str) -> str:
    reasons = dict.fromkeys(run["undefined"].get(metric) or run["reason"] or "unknown" for run in runs.values())
    return "; ".join(reasons)


def build_levels(runs: Iterable[Row], predictions: Predictions, seed: int) -> dict[str, Any]:
    """Measure how high average precision reads.

    Parameters
    ----------
    runs : iterable of Mapping
        As in results.json.

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
        "rows": [{**named(place), "optimism": float(np.mean(each)) if each else None} for place, each in found.items()],
    }
