"""How many minority rows it would take to show a gain, and what one test row is worth."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from scipy.special import ndtri, stdtrit

from job.evidence.cases import Question
from job.evidence.estimates import T_TEST

GAIN = 0.05
POWER = 0.8
RANGE = (0.5, 2.0)  # one job's estimate of its own standard error varies that much


def build_power(
    comparisons: Iterable[Mapping[str, Any]],
    question: Question,
    n_positive: int,
    n_test_positive: float,
    combinations: Iterable[tuple[str, str]],
    baseline: str,
) -> dict[str, Any]:
    """Say what the job could have shown.

    Parameters
    ----------
    comparisons : iterable of Mapping
        As in results.json.
    question : Question
    n_positive : int
        Minority rows of the data.
    n_test_positive : float
        Mean number of them in a test part.
    combinations : iterable of (strategy, classifier)
        Oversampling strategies with each classifier.
    baseline : str

    Returns
    -------
    dict
        As ``power`` in results.json: ``recall_per_row`` is what one minority row of the test part is worth in recall;
        each of ``rows`` has the minority rows ``needed`` for a gain of 0.05 in the primary metric to be found in four
        of five jobs, m (t + t.80)² SE² / 0.05², and the range ``low`` to ``high``. They are null where there is no
        standard error.
    """
    rows = {
        (row["strategy"], row["classifier"]): row
        for row in comparisons
        if row["metric"] == question.primary and row["reference"] == baseline
    }
    return {
        "primary": question.primary,
        "gain": GAIN,
        "power": POWER,
        "n_positive": n_positive,
        "recall_per_row": 1 / n_test_positive if n_test_positive else None,
        "rows": [_row(rows[place], question.confidence, n_positive) for place in combinations],
    }


def _row(comparison: Mapping[str, Any], confidence: float, n_positive: int) -> dict[str, Any]:
    needed = _needed(comparison, confidence, n_positive)
    low, high = (None if needed is None else math.ceil(factor * needed) for factor in RANGE)
    return {
        "strategy": comparison["strategy"],
        "classifier": comparison["classifier"],
        "se": comparison["se"],
        "needed": needed,
        "low": low,
        "high": high,
    }


def _needed(comparison: Mapping[str, Any], confidence: float, n_positive: int) -> float | None:
    se = comparison["se"]
    if se is None:
        return None
    shares = (1 + confidence) / 2, POWER
    if comparison["method"] == T_TEST:
        quantiles = sum(float(stdtrit(comparison["n_splits"] - 1, share)) for share in shares)
    else:
        quantiles = sum(float(ndtri(share)) for share in shares)
    return float(n_positive * quantiles**2 * se**2 / GAIN**2)
