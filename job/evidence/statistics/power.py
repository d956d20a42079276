"""What this job could have shown, and how many minority rows would settle what it left open."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scipy.special import ndtri, stdtrit

from job.evidence.predictions import Place, named
from job.evidence.statistics.family import Question, Tested
from job.evidence.statistics.paired_t import BOOTSTRAP

POWER = 0.8
RANGE = (0.5, 2.0)  # one job's estimate of its own standard error varies that much
LEAST_ROWS = 50


@dataclass(frozen=True)
class Sizes:
    """How much evidence there can be.

    Parameters
    ----------
    n_positive : int
        Minority rows of the data.
    n_minority_rows : int
        Distinct ones over all test parts.
    n_minority_groups : int or None
        Groups that have one, where rows are grouped.
    n_test_positive : float
        Mean number in a test part.
    prevalence : float
        Their share of all test rows.
    """

    n_positive: int
    n_minority_rows: int
    n_minority_groups: int | None
    n_test_positive: float
    prevalence: float


def build_power(
    gains: Mapping[Place, Tested], baselines: Mapping[Place, float], question: Question, sizes: Sizes
) -> dict[str, Any]:
    """Say what the job could have shown.

    ``detectable`` is (t_{1-α/2k} + t_{.8}) SE, the true difference that four of five such jobs show in a family of k
    tests. ``needed`` is the number of minority rows with which four of five jobs show a difference of ``gain``, the
    one that was estimated (the ROPE, where the estimate is smaller): m (t_{1-α/2} + t_{.8})² SE² / gain². A pair that
    hardly differs has a small standard error and would have a larger one if it gained that much, so the standard error
    is taken as no smaller than AP (1 - AP) / √m.

    Parameters
    ----------
    gains : Mapping of (strategy, classifier) to Tested
        The family.
    baselines : Mapping of (strategy, classifier) to float
        Mean primary metric of baseline with that classifier.

    Returns
    -------
    dict
        As ``power`` in results.json. ``recall_per_row`` is what one minority row of a test part is worth in recall.
    """
    return {
        "primary": question.primary,
        "power": POWER,
        "n_positive": sizes.n_positive,
        "recall_per_row": 1 / sizes.n_test_positive if sizes.n_test_positive else None,
        "rows": [
            {**named(place), **_row(gain, baselines[place], question, sizes, len(gains))}
            for place, gain in gains.items()
        ],
    }


def _row(tested: Tested, baseline: float, question: Question, sizes: Sizes, n_tests: int) -> dict[str, Any]:
    gain = max(abs(tested.difference or 0.0), tested.rope)
    row: dict[str, Any] = {"se": tested.se, "gain": gain, **dict.fromkeys(("detectable", "needed", "low", "high"))}
    if tested.se is None or gain == 0:
        return row
    floor = baseline * (1 - baseline) / math.sqrt(max(sizes.n_positive, 1))
    se = max(tested.se, floor)
    one, family = (_reach(tested, level) for level in (question.level, question.level / n_tests))
    needed = sizes.n_positive * (one * se / gain) ** 2
    low, high = (max(LEAST_ROWS, math.ceil(factor * needed)) for factor in RANGE)
    return {**row, "detectable": family * tested.se, "needed": needed, "low": low, "high": high}


def _reach(tested: Tested, level: float) -> float:
    shares = 1 - level / 2, POWER
    if tested.method == BOOTSTRAP:
        return sum(float(ndtri(share)) for share in shares)
    return sum(float(stdtrit(tested.n_splits - 1, share)) for share in shares)
