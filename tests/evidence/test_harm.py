from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from judged import make_run

from job.data.splits import Split
from job.evaluation.grid import RunKey
from job.evaluation.metrics.calibration_metrics import fit_calibration
from job.evaluation.metrics.run_metrics import MetricContext, Prediction, evaluate_metrics
from job.evidence.probabilities import MOST_PREDICTIONS, build_calibration, sort_into_bins
from job.pipeline import read_spec, run_job
from job.report.sections.metrics import GROUPS
from job.results.decision_facts import Calibration
from job.spec.load_spec import LoadedSpec

CONTEXT = MetricContext(cost_false_negative=9.0, cost_false_positive=1.0, alerts_per_1000=100.0)


def make_prediction(y: np.ndarray, p: np.ndarray, **changes: Any) -> Prediction:
    prediction = Prediction(
        y=y,
        scores=p,
        decisions=(p > 0.5).astype(np.int8),
        is_probability=True,
        prevalence_train=0.1,
        prevalence_resampled=0.1,
    )
    return dataclasses.replace(prediction, **changes)


def harm_of(
    predictions: Mapping[str, Sequence[Prediction | None]], tests: Sequence[np.ndarray] | None = None, seed: int = 0
) -> Calibration:
    """The ledger of strategies that one classifier was tried with, a prediction for each split."""
    n_splits = len(next(iter(predictions.values())))
    sizes = [next(p for p in column if p is not None).y.size for column in zip(*predictions.values(), strict=True)]
    tests = [np.arange(size) for size in sizes] if tests is None else tests
    splits = [Split(repeat, 0, np.arange(0), tests[repeat]) for repeat in range(n_splits)]
    keyed, runs = {}, []
    for repeat in range(n_splits):
        for strategy, column in predictions.items():
            prediction = column[repeat]
            keyed[RunKey(strategy, "c", repeat, 0)] = prediction
            metrics = evaluate_metrics(prediction, prediction, CONTEXT)[0] if prediction else {}
            found = {"n_test": sizes[repeat], "n_test_positive": int(prediction.y.sum()) if prediction else 0}
            runs.append(make_run(strategy, repeat=repeat, metrics=metrics, **found))
    return build_calibration(runs, keyed, splits, seed)


def draw_rows(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Labels drawn from the probabilities, so that these are right."""
    rng = np.random.default_rng(seed)
    p = rng.beta(0.5, 3.0, n)
    return (rng.random(n) < p).astype(np.int8), p


tied = st.lists(
    st.tuples(st.integers(0, 1), st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.9, 1.0])), min_size=1, max_size=300
)


@given(tied)
def test_calibration_error_is_the_mean_distance_over_bins(rows: list[tuple[int, float]]) -> None:
    """the error is the sum over bins of their share times the distance of mean probability from share of positives"""
    y, p = np.array([label for label, _ in rows], dtype=np.int8), np.array([value for _, value in rows])
    bins = sort_into_bins(p)
    expected = sum(
        (bins == number).mean() * abs(p[bins == number].mean() - y[bins == number].mean()) for number in set(bins)
    )
    (row,) = harm_of({"s": [make_prediction(y, p)]}).rows
    assert pytest.approx(expected, abs=1e-12) == row.raw.ece
    assert len(y) == sum(entry.n for entry in row.raw.reliability) == row.raw.n_pooled


@given(tied, st.randoms(use_true_random=False))
def test_equal_probabilities_share_a_bin(rows: list[tuple[int, float]], luck: Any) -> None:
    """ties are never parted, bins rise with the probability, and the order of rows tells nothing"""
    p = np.array([value for _, value in rows])
    bins = sort_into_bins(p)
    assert len(set(zip(p.tolist(), bins.tolist(), strict=True))) == len(set(p.tolist()))
    assert (np.diff(bins[np.argsort(p, kind="stable")]) >= 0).all()
    assert sorted(set(bins.tolist())) == list(range(bins.max() + 1))
    order = list(range(len(p)))
    luck.shuffle(order)
    assert bins[order].tolist() == sort_into_bins(p[order]).tolist()


@pytest.mark.parametrize(("n", "n_bins"), [(1, 1), (39, 1), (40, 2), (399, 19), (400, 20), (8000, 20)])
def test_bins_hold_equal_counts(n: int, n_bins: int) -> None:
    """without ties there are 20 bins, fewer where they would hold fewer than 20 rows, and their counts differ by one"""
    counts = np.bincount(sort_into_bins(np.random.default_rng(1).random(n)))
    assert n_bins == len(counts)
    assert counts.max() - counts.min() <= 1


def test_a_perfect_model_shows_what_is_said_of_it() -> None:
    """over jobs whose probabilities are right, the error is on average what a perfect model is said to show, also
    where the test parts of five splits share most of their rows"""
    shown, said, alone = [], [], []
    for job in range(60):
        rng = np.random.default_rng(job)
        y, p = draw_rows(500, 1000 + job)
        tests = [np.sort(rng.choice(500, 400, replace=False)) for _ in range(5)]
        (row,) = harm_of({"s": [make_prediction(y[test], p[test]) for test in tests]}, tests, job).rows
        shown.append(row.raw.ece)
        said.append(row.raw.ece_perfect)
        apart = [test + 500 * place for place, test in enumerate(tests)]
        (row,) = harm_of({"s": [make_prediction(y[test], p[test]) for test in tests]}, apart, job).rows
        alone.append(row.raw.ece_perfect)
    assert pytest.approx(np.mean(shown), rel=0.05) == np.mean(said)
    assert np.mean(alone) < 0.6 * np.mean(said)


def test_a_perfect_model_of_one_split_is_the_mean_of_plain_draws() -> None:
    """on one split the reference is the mean error over draws of y ~ Bernoulli(p)"""
    y, p = draw_rows(800, 3)
    (row,) = harm_of({"s": [make_prediction(y, p)]}).rows
    bins, rng = sort_into_bins(p), np.random.default_rng(5)
    total = np.bincount(bins, p)
    drawn = [np.abs(total - np.bincount(bins, rng.random(800) < p)).sum() / 800 for _ in range(2000)]
    assert pytest.approx(np.mean(drawn), abs=4 * np.std(drawn) / math.sqrt(200)) == row.raw.ece_perfect
    assert row.raw.ece_perfect_low < row.raw.ece_perfect < row.raw.ece_perfect_high


def test_the_draws_follow_from_the_seed() -> None:
    """the same seed gives the same numbers, and a further strategy changes nobody else's"""
    y, p = draw_rows(300, 3)
    alone = harm_of({"s": [make_prediction(y, p)]}, seed=7)
    beside = harm_of({"s": [make_prediction(y, p)], "t": [make_prediction(y, p**2)]}, seed=7)
    assert alone.rows[0] == beside.rows[0]
    assert alone != harm_of({"s": [make_prediction(y, p)]}, seed=8)


def test_the_correction_mends_what_weights_did() -> None:
    """probabilities moved by a changed prior come back to the bit where the classes kept their distributions"""
    y, p = draw_rows(2000, 4)
    honest = make_prediction(y, p)
    odds = p / (1 - p) * 9  # as if the classes had been balanced from a prevalence of 0.1
    moved = make_prediction(y, odds / (1 + odds), prevalence_resampled=0.5)
    plain, weighted = harm_of({"plain": [honest], "weighted": [moved]}).rows
    assert plain.raw == plain.corrected
    for name in ("mean_predicted", "brier", "calibration_slope", "calibration_intercept", "ece", "ece_perfect"):
        assert pytest.approx(getattr(plain.raw, name), abs=1e-6) == getattr(weighted.corrected, name)
    assert weighted.raw.ece > 5 * weighted.raw.ece_perfect_high
    corrected_by_hand = odds / 9 / (1 + odds / 9)
    assert pytest.approx(fit_calibration(y, corrected_by_hand)["calibration_slope"]) == (
        weighted.corrected.calibration_slope
    )


def test_middles_are_those_of_the_splits() -> None:
    """errors are means over splits, calibration parameters medians over those splits that have them"""
    made = [make_prediction(*draw_rows(200, seed)) for seed in range(3)]
    tiny = make_prediction(np.array([1, 0, 0, 0], dtype=np.int8), np.array([0.5, 0.1, 0.2, 0.3]))
    (row,) = harm_of({"s": [*made, tiny]}).rows
    metrics = [evaluate_metrics(prediction, prediction, CONTEXT)[0] for prediction in [*made, tiny]]
    assert 4 == row.n_splits
    assert pytest.approx(np.mean([m["brier"] for m in metrics])) == row.raw.brier
    assert pytest.approx(np.median([m["calibration_slope"] for m in metrics[:3]])) == row.raw.calibration_slope
    assert 3 == row.raw.n_fitted
    assert pytest.approx(np.mean([prediction.y.mean() for prediction in [*made, tiny]])) == row.prevalence


def test_what_gives_no_probabilities_says_so() -> None:
    """a strategy without probabilities, or whose runs failed, has its row and its reason"""
    y, p = draw_rows(100, 5)
    scores = make_prediction(y, p, is_probability=False)
    lost = make_prediction(y, p, prevalence_resampled=1.0)
    good, ranked, failed, one_class = harm_of(
        {"good": [make_prediction(y, p)], "ranked": [scores], "failed": [None], "one class": [lost]}
    ).rows
    assert good.reason is None
    for row in (ranked, failed):
        assert (None, None, None) == (row.raw, row.corrected, row.prevalence)
        assert "no run gave probabilities" == row.reason
    assert one_class.raw.ece == good.raw.ece
    assert one_class.corrected is None
    assert one_class.reason.startswith("the prior correction needs both classes")


def test_what_cannot_be_corrected_says_so() -> None:
    """probabilities for whose prior nobody can tell the prevalence stand as they are, with the reason"""
    y, p = draw_rows(100, 5)
    (row,) = harm_of({"s": [make_prediction(y, p), make_prediction(y, p, prevalence_resampled="nobody knows")]}).rows
    assert row.raw is not None
    assert (None, "nobody knows") == (row.corrected, row.reason)


def test_the_note_says_what_the_correction_is_exact_for_and_what_is_left_to_do() -> None:
    """wherever corrected numbers stand: exact for weights and random sampling only; calibrated: true needs none"""
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    group = next(group for group in GROUPS if group.key == "corrected-probabilities")
    for text in (group.reading, " ".join(readme.split())):
        assert "exact for class weights and random over- and under-sampling only" in text
        assert "calibrated: true" in text


def test_strategies_that_were_added_later_have_their_rows() -> None:
    """whatever stands among the runs is in the ledger, in the order in which it first does"""
    y, p = draw_rows(100, 6)
    labels = ["baseline", "smote", "baseline (calibrated)", "smote (calibrated)"]
    harm = harm_of({label: [make_prediction(y, p)] for label in labels})
    assert labels == [row.strategy for row in harm.rows]


def test_many_predictions_are_bounded() -> None:
    """past 100,000 predictions the error is that of the first splits that hold no more, and it says how many"""
    y, p = draw_rows(MOST_PREDICTIONS // 2, 7)
    harm = harm_of({"s": [make_prediction(y, p)] * 3})
    assert 2 == harm.n_splits_pooled
    assert MOST_PREDICTIONS == harm.rows[0].raw.n_pooled
    assert 3 == harm.rows[0].n_splits


def test_one_split_with_many_predictions_is_sampled() -> None:
    """of more than 100,000 predictions of one split a sample with the same share of positive rows is binned, and
    model and perfect model err in it as they do in all rows"""
    y, p = draw_rows(2 * MOST_PREDICTIONS, 8)
    (row,) = harm_of({"s": [make_prediction(y, p)]}).rows
    assert MOST_PREDICTIONS == row.raw.n_pooled
    n_positive = sum(bin.n_positive for bin in row.raw.reliability)
    assert abs(n_positive - y.mean() * MOST_PREDICTIONS) <= 1
    assert row.raw.ece_perfect_low < row.raw.ece < row.raw.ece_perfect_high


def load_default(*strategies: str) -> LoadedSpec:
    """The built-in example with these strategies and logistic regression only."""
    loaded = read_spec(None)
    kept = tuple(entry for entry in loaded.spec.strategies if entry.label in strategies)
    classifiers = tuple(entry for entry in loaded.spec.classifiers if entry.label == "logistic_regression")
    return dataclasses.replace(
        loaded, spec=loaded.spec.model_copy(update={"strategies": kept, "classifiers": classifiers})
    )


@pytest.mark.long
def test_the_correction_brings_the_mean_back_to_the_prevalence(tmp_path: Path) -> None:
    """on the default data, over 20 repeats, the mean corrected probability of logistic regression lies within 0.01 of
    the prevalence for smote and within 0.02 for custom, and raw it doesn't"""
    results = run_job(load_default("baseline", "smote", "custom"), tmp_path / "output", workers=1).results
    rows = {row.strategy: row for row in results.calibration.rows}
    for strategy, allowed in (("smote", 0.01), ("custom", 0.02)):
        row = rows[strategy]
        assert 20 == row.n_splits
        assert abs(row.corrected.mean_predicted - row.prevalence) < allowed
        assert abs(row.raw.mean_predicted - row.prevalence) > 0.1
