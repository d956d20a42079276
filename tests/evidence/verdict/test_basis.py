"""What a recommendation rests on: means, differences and sizes, beside baseline."""

from __future__ import annotations

import pytest
from judged import make_roles, make_runs_of

from job.evidence.statistics.comparisons import compare_strategies, list_pairs
from job.evidence.statistics.family import Question
from job.evidence.statistics.measured import measure_runs
from job.evidence.verdict.recommendation import BESIDE, build_basis

QUESTION = Question("average_precision", 0.01, 0.95)
RECALLS = {"baseline": [0.4, 0.5, 0.6, 0.5, 0.4, None], "threshold": [0.7, 0.7, 0.9, 0.8, None, 0.1]}


def basis_of(recommended):
    runs = make_runs_of({label: {"recall": values} for label, values in RECALLS.items()})
    measured = measure_runs(runs, [(label, "c") for label in RECALLS])
    roles = make_roles(tuple(RECALLS))
    comparisons = compare_strategies(measured, list_pairs(roles, list(RECALLS), ["c"]), roles, QUESTION)
    return build_basis(measured, comparisons, recommended, "baseline", QUESTION, 42), comparisons


def test_means_are_over_the_splits_that_both_have():
    """so that they differ by the tested difference, and its interval is the one of the comparisons"""
    basis, comparisons = basis_of({"strategy": "threshold", "classifier": "c"})
    recall = basis["beside_baseline"]["metrics"]["recall"]
    assert (0.5, 0.775) == pytest.approx((recall["baseline"], recall["strategy"]))
    assert recall["strategy"] - recall["baseline"] == pytest.approx(recall["difference"])
    (row,) = [row for row in comparisons if row["metric"] == "recall"]
    assert {key: row[key] for key in ("difference", "lower", "upper", "p_adjusted")} == {
        key: recall[key] for key in ("difference", "lower", "upper", "p_adjusted")
    }
    assert (4, row["method"]) == (basis["beside_baseline"]["n_splits"], basis["beside_baseline"]["method"])
    assert list(BESIDE) == list(basis["beside_baseline"]["metrics"])


@pytest.mark.parametrize("recommended", [None, {"strategy": "baseline", "classifier": "c"}])
def test_nothing_stands_beside_baseline_itself(recommended):
    """nor where nothing is recommended; what was tested is counted all the same"""
    basis, _ = basis_of(recommended)
    assert {
        "n_splits": 6,
        "n_train_mean": 1600.0,
        "n_minority_rows": 42,
        "confidence": 0.95,
        "baseline": "baseline",
        "beside_baseline": None,
    } == basis
