from __future__ import annotations

import math

import pytest
from scipy import stats

from job.evidence.cases import Question
from job.evidence.power import build_power


def comparison(se, method="corrected_resampled_t", n_splits=20):
    return {
        "metric": "roc_auc",
        "strategy": "smote",
        "classifier": "c",
        "reference": "baseline",
        "se": se,
        "method": method,
        "n_splits": n_splits,
    }


def power_of(row, confidence=0.95):
    question = Question("roc_auc", 0.01, confidence)
    return build_power([row], question, 200, 40.0, [("smote", "c")], "baseline")


def test_the_rows_that_would_show_a_gain():
    """m (t.975 + t.80)² SE² / 0.05², from half of it to twice"""
    power = power_of(comparison(0.02))
    (row,) = power["rows"]
    needed = 200 * (stats.t.ppf(0.975, 19) + stats.t.ppf(0.8, 19)) ** 2 * 0.02**2 / 0.05**2
    assert math.isclose(needed, row["needed"], rel_tol=1e-9)
    assert (math.ceil(needed / 2), math.ceil(2 * needed)) == (row["low"], row["high"])
    assert (0.05, 200, 1 / 40) == (power["gain"], power["n_positive"], power["recall_per_row"])


@pytest.mark.parametrize(
    ("row", "confidence", "quantiles"),
    [
        (comparison(0.1, n_splits=6), 0.9, stats.t.ppf(0.95, 5) + stats.t.ppf(0.8, 5)),
        (comparison(0.1, "paired_bootstrap_one_split", 1), 0.95, stats.norm.ppf(0.975) + stats.norm.ppf(0.8)),
    ],
)
def test_quantiles_are_those_of_the_test(row, confidence, quantiles):
    """degrees of freedom are the pairs less one; the bootstrap has the normal ones"""
    found = power_of(row, confidence)["rows"][0]["needed"]
    assert math.isclose(200 * quantiles**2 * 0.1**2 / 0.05**2, found, rel_tol=1e-9)


def test_without_a_standard_error_nothing_is_said():
    """no test, no number of rows"""
    (row,) = power_of(comparison(None, "none", 3))["rows"]
    assert (None, None, None) == (row["needed"], row["low"], row["high"])
