from __future__ import annotations

import statistics

import numpy as np
import pytest
from judged import make_run

from job.evidence.summary import summarize_runs
from job.names import METRICS


def run_of(strategy, repeat, recall, *, reason=None):
    metrics = dict.fromkeys(METRICS, 0.5) | {"recall": recall, "calibration_slope": recall}
    if recall is None:
        metrics = dict.fromkeys(METRICS)
    return make_run(strategy, repeat=repeat, reason=reason, metrics=metrics)


def summary_of(runs, metric="recall"):
    rows = summarize_runs(runs, ["b", "s"], ["c"], "b")
    return {row.strategy: row for row in rows if row.metric == metric}


BASELINE = [run_of("b", repeat, value) for repeat, value in enumerate([0.1, 0.2, 0.6])]
SMOTE = [run_of("s", repeat, value) for repeat, value in enumerate([0.3, 0.9, 0.5])]


def test_mean_and_spread_over_splits():
    """value, sd, low and high are the mean, the sample standard deviation, the least and the greatest"""
    row = summary_of(BASELINE + SMOTE)["s"]
    values = [0.3, 0.9, 0.5]
    expected = (3, "mean", statistics.mean(values), statistics.stdev(values), 0.3, 0.9)
    actual = (row.n, row.statistic, row.value, row.sd, row.low, row.high)
    assert expected[:2] == actual[:2]
    assert pytest.approx(expected[2:], rel=1e-12) == actual[2:]


def test_differences_are_paired_by_split():
    """the difference from baseline is the mean over splits of the difference on each"""
    row = summary_of(BASELINE + SMOTE[::-1])["s"]
    differences = [0.2, 0.7, -0.1]
    assert pytest.approx(statistics.mean(differences)) == row.difference
    assert pytest.approx(statistics.stdev(differences)) == row.difference_sd


def test_calibration_parameters_are_summarised_by_the_median():
    """one wild slope does not move the summary"""
    runs = [run_of("b", repeat, value) for repeat, value in enumerate([0.1, 0.2, 1e9])]
    row = summary_of(runs + SMOTE, "calibration_slope")["b"]
    assert ("median", 0.2) == (row.statistic, row.value)


def test_undefined_splits_are_left_out_in_pairs():
    """a split without a value on either side counts for neither the difference nor the pairs"""
    runs = [*BASELINE, *SMOTE[:2], run_of("s", 2, None, reason="it failed")]
    row = summary_of(runs)["s"]
    assert (2, 2) == (row.n, row.n_pairs)
    assert pytest.approx(np.mean([0.2, 0.7])) == row.difference


def test_nothing_defined_is_null_with_every_reason():
    """where no split has a value the row is null, and the reasons stand in it once each"""
    runs = [*BASELINE, *(run_of("s", repeat, None, reason="it failed") for repeat in range(3))]
    row = summary_of(runs)["s"]
    found = (row.n, row.value, row.sd, row.low, row.difference, row.reason)
    assert (0, None, None, None, None, "it failed") == found


def test_one_split_has_no_spread():
    """a single split has a value and no standard deviation"""
    row = summary_of([BASELINE[0], SMOTE[0]])["s"]
    assert (0.3, None) == (row.value, row.sd)
