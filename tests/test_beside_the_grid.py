"""Whole jobs with calibrated strategies and sweeps."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from job import pipeline
from job.errors import SpecError
from job.evaluation.grid import count_runs

pytestmark = pytest.mark.long

SPEC = """
data: {generate: {kind: classification, n_samples: 240, n_features: 6, n_informative: 4, weights: [0.8]}}
split: {n_repeats: 2}
strategies: [smote, custom, threshold]
classifiers: [logistic_regression]
evaluation: {calibrated: true, ratio_sweep: [smote, custom], imbalance_sweep: [1, 4, 30], prevalence_in_use: 0.02}
"""


def run(spec: str, folder: Path, output: str = "output", **options):
    path = folder / "spec.yaml"
    path.write_text(spec)
    loaded = pipeline.read_spec(str(path), allowed_packages=("hostile",))
    return loaded.spec, pipeline.run_job(loaded, folder / output, **options)


@pytest.fixture(scope="module")
def ended(tmp_path_factory):
    """One job with everything asked: its folder, spec, results and the last progress."""
    folder, steps = tmp_path_factory.mktemp("beside"), []
    spec, result = run(SPEC, folder, workers=2, on_progress=steps.append)
    return folder, spec, result.results, steps[-1]


def test_the_bytes_do_not_depend_on_the_workers(ended, tmp_path) -> None:
    """leak, sweeps and calibrated strategies included"""
    run(SPEC, tmp_path, workers=1)

    for name in ("report.html", "results.json", "metrics.csv"):
        assert (ended[0] / "output" / name).read_bytes() == (tmp_path / "output" / name).read_bytes(), name


def test_progress_counts_what_validate_counts(ended) -> None:
    """all runs, those beside the grid included"""
    folder, spec, _, last = ended
    plan = pipeline.plan_job(pipeline.read_spec(str(folder / "spec.yaml")))

    assert count_runs(spec) == plan.n_runs == last.done == last.total
    assert plan.n_runs - plan.n_beside == plan.n_splits * plan.n_strategies * plan.n_classifiers == 2 * 8 * 1


def test_decisions_are_about_calibrated_strategies_too(ended) -> None:
    """net benefit, the prevalence in use and stability, each with a row for every strategy"""
    _, _, results, _ = ended
    labels = [entry.label for entry in results.strategies]
    assert 8 == len(labels)
    for found in (results.net_benefit, results.in_use, results.stability):
        assert labels == [row.strategy for row in found.rows], found
        assert all(row.own and row.corrected and row.reason is None for row in found.rows), found
    assert 0.02 == results.net_benefit.prevalence == results.in_use.prevalence
    assert pytest.approx(0.8) == results.stability.train_share


def test_only_listed_and_calibrated_strategies_stand_among_the_runs(ended) -> None:
    """neither results.runs nor metrics.csv has a run of the leak or of a sweep"""
    folder, _, results, _ = ended
    plain = ["baseline", "smote", "custom", "threshold"]
    labels = [*plain, *(f"{label} (calibrated)" for label in plain)]
    with (folder / "output/metrics.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))

    assert labels == [entry.label for entry in results.strategies]
    assert [(label, repeat) for repeat in (0, 1) for label in labels] == [
        (run.strategy, run.repeat) for run in results.runs
    ]
    assert 16 == results.status.n_runs
    assert 16 * len(results.runs[0].metrics) == len(rows)
    assert set(labels) == {row["strategy"] for row in rows}


def test_durations_name_their_study(ended) -> None:
    """timings.json has every run, and says which of them stand beside the grid"""
    _, spec, _, _ = ended
    runs = json.loads((ended[0] / "output/timings.json").read_text())["runs"]

    assert count_runs(spec) == len(runs)
    assert {None, "leak", "ratio_sweep 3", "ratio_sweep_inner 0", "imbalance_sweep 4"} <= {run["study"] for run in runs}


def test_ratios_that_cannot_be_are_said_on_the_page(ended) -> None:
    """30:1 would leave three minority rows"""
    page = (ended[0] / "output/report.html").read_text()

    assert "30:1 is left out" in page
    assert "fewer than 5" in page


def test_a_failing_study_loses_neither_job_nor_grid(tmp_path) -> None:
    """a sampler that fails, or kills, at every ratio has its reason on the page; every run of the grid is ok"""
    reasons = {"FailsAtRatios": "ratios are beneath me", "KillsAtRatios": "worker process died"}
    classes = ", ".join(f"{{class: hostile.{sampler}}}" for sampler in reasons)
    spec = SPEC.replace("[smote, custom, threshold]", f"[{classes}, smote]").replace("n_repeats: 2", "n_repeats: 1")
    asked = f"evaluation: {{ratio_sweep: [{', '.join(reasons)}]}}\n"
    _, result = run(spec.partition("evaluation:")[0] + asked, tmp_path, workers=1)

    assert 0 == result.results.status.n_failed
    page = result.report.read_text().lower()
    for curve, (sampler, reason) in zip(result.results.sweeps.ratio.curves, reasons.items(), strict=True):
        assert sampler == curve.strategy
        assert [0, 1, 1, 1, 1, 1] == [sum(told.n for told in point.reasons) for point in curve.points]
        assert all(reason in told.reason.lower() for point in curve.points for told in point.reasons)
        assert reason in page


@pytest.mark.parametrize(
    ("strategy", "why"),
    [
        ("threshold", "it has no sampling_strategy"),
        ("baseline", "it has no sampling_strategy"),
        ("TomekLinks", "TomekLinks takes out rows by what they are like"),
    ],
)
def test_a_strategy_without_a_ratio_cannot_be_swept(strategy, why, tmp_path) -> None:
    """it is refused before anything runs, at the place of its label"""
    (tmp_path / "spec.yaml").write_text(
        f"data: {{generate: {{}}}}\nstrategies: [threshold, TomekLinks]\nevaluation: {{ratio_sweep: [{strategy}]}}\n"
    )

    with pytest.raises(SpecError) as caught:
        pipeline.read_spec(str(tmp_path / "spec.yaml"))

    assert f":3:28 evaluation.ratio_sweep[0]: the ratio of {strategy} cannot be swept: {why}" in str(caught.value)


def test_the_default_strategies_are_checked_too(tmp_path) -> None:
    """a spec without strategies has those of the default"""
    (tmp_path / "spec.yaml").write_text("data: {generate: {}}\nevaluation: {ratio_sweep: [smote, class_weight]}\n")

    with pytest.raises(SpecError, match=r"2:35 evaluation.ratio_sweep\[1\]: the ratio of class_weight cannot be swept"):
        pipeline.read_spec(str(tmp_path / "spec.yaml"))
