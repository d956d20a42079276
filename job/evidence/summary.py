"""Results over all splits: the middle, the spread, and the difference from baseline on the same splits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from job.evaluation.metrics.metric_registry import METRICS, Metric

Row = Mapping[str, Any]


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
