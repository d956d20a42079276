"""What a recommendation rests on: means and differences, beside baseline."""

from __future__ import annotations

import pytest
from judged import make_roles, make_runs_of

from job.evidence.statistics.comparisons import compare_strategies, list_pairs
from job.evidence.statistics.family import Question
from job.evidence.statistics.measured import measure_runs
from job.evidence.verdict.recommendation import BESIDE, compare_recommended

QUESTION = Question("average_precision", 0.01, 0.95)
RECALLS = {"baseline": [0.4, 0.5, 0.6, 0.5, 0.4, None], "threshold": [0.7, 0.7, 0.9, 0.8, None, 0.1]}


def beside_of(recommended):
    runs = make_runs_of({label: {"recall": values} for label, values in RECALLS.items()})
    measured = measure_runs(runs, [(label, "c") for label in RECALLS])
    roles = make_roles(tuple(RECALLS))
    comparisons = compare_strategies(measured, list_pairs(roles, list(RECALLS), ["c"]), roles, QUESTION)
    return compare_recommended(measured, comparisons, recommended, "baseline"), comparisons


def test_means_are_over_the_splits_that_both_have():
    """so that they differ by the tested difference, and its interval is the one of the comparisons"""
    beside, comparisons = beside_of(("threshold", "c"))
    recall = beside.metrics["recall"]
    assert (0.5, 0.775) == pytest.approx((recall.baseline, recall.strategy))
    assert recall.strategy - recall.baseline == pytest.approx(recall.difference)
    (row,) = [row for row in comparisons if row.metric == "recall"]
    for key in ("difference", "lower", "upper", "p_adjusted"):
        assert getattr(row, key) == getattr(recall, key)
    assert (4, row.method) == (beside.n_splits, beside.method)
    assert list(BESIDE) == list(beside.metrics)


@pytest.mark.parametrize("recommended", [None, ("baseline", "c")])
def test_nothing_stands_beside_baseline_itself(recommended):
    """nor where nothing is recommended"""
    assert beside_of(recommended)[0] is None
