"""The audit in the results: means over splits, and its flags."""

from __future__ import annotations

import pytest
from factories import make_spec
from snippets import run_small_job

from job.evaluation.audit import MEASURES
from job.evidence.synthetic_audit import FLAGS, build_audit


@pytest.fixture(scope="module")
def job(tmp_path_factory):
    generate = {"n_samples": 300, "weights": [0.8]}
    strategies = ["class_weight", "smote", "custom", "RandomOverSampler", "RandomUnderSampler"]
    spec = make_spec(data={"generate": generate}, strategies=strategies, classifiers=["gaussian_nb", "decision_tree"])
    return run_small_job(spec, tmp_path_factory.mktemp("audit"))


def test_each_sampler_that_adds_rows_is_audited_once(job) -> None:
    """whatever the number of classifiers, a strategy has one row, and only those that add rows have one"""
    labels = [strategy for strategy, _ in job.pairs]
    found = build_audit(job.outcomes, list(dict.fromkeys(labels)))
    assert ["smote", "custom", "RandomOverSampler"] == [row.strategy for row in found.strategies]
    for row in found.strategies:
        assert row.n_splits == 2
        assert list(MEASURES) == list(row.synthetic) == list(row.held_out)
    smote, custom, copies = found.strategies
    assert smote.n_parents is None
    assert custom.n_parents > 10
    assert ["copies"] == [flag.code for flag in copies.flags]


def test_without_added_rows_there_is_a_reason(job) -> None:
    """a job whose strategies add nothing says so"""
    rest = [outcome for outcome in job.outcomes if outcome.key.strategy in ("baseline", "class_weight")]
    assert "nothing to audit" in build_audit(rest, ["baseline", "class_weight"]).reason


@pytest.mark.parametrize(
    ("measure", "made", "real", "code"),
    [
        ("copies", 0.16, 0.1, "copies"),
        ("copies", 0.14, 0.1, None),
        ("majority_train", 0.41, 0.3, "majority-like"),
        ("majority_train", 0.39, 0.3, None),
        ("density", 0.69, 0.2, "off-the-data"),
        ("density", 0.71, 2.0, None),
        ("out_of_range", 0.01, 0.0, "out-of-range"),
        ("not_whole", 0.01, 0.0, "not-whole"),
        ("no_category", 0.01, 0.0, "no-category"),
        ("detection", 1.0, 0.5, None),
        ("coverage", 0.0, 1.0, None),
    ],
)
def test_flags_are_raised_beyond_their_margins(measure, made, real, code) -> None:
    """each flag reads its own measure; detection and coverage have none"""
    nothing = {**dict.fromkeys(MEASURES, 0.0), "density": 1.0}
    synthetic, held_out = {**nothing, measure: made}, {**nothing, measure: real}
    assert ([code] if code else []) == [flag.code for flag in FLAGS if flag.is_raised(synthetic, held_out)]
