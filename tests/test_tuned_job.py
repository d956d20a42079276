"""A whole small job with tuned and untuned entries: its bytes, its results, its page, its model and its store."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import skops.io
from html_page import Page

from job import pipeline
from job.evaluation.all_rows import tune_on_all_rows
from job.evaluation.grid import count_inner_fits, strategies_of
from job.report.render import render_report
from job.results.results import Results

pytestmark = pytest.mark.long

SPEC = """\
data: {generate: {kind: classification, n_samples: 200, n_informative: 4, weights: [0.8], random_state: 3}}
split: {method: kfold, n_splits: 3}
strategies:
  - threshold
  - smote
  - {name: smote, tune: {n_candidates: 4}}
  - {name: custom, weights: prevalence, tune: {n_candidates: 3, space: {real_share: [0.2, 0.8]}}}
classifiers:
  - decision_tree
  - {name: decision_tree, tune: {n_candidates: 5, space: {max_depth: [1, 2, 4]}}}
evaluation: {ratio_sweep: [smote], imbalance_sweep: [1], cost: {false_negative: 5}}
report: {model: true, synthetic: true}
"""
FILES = ("report.html", "results.json", "metrics.csv", "comparisons.csv", "summary.md")


def run(folder: Path, spec: str = SPEC, workers: int = 1, output: str = "out") -> pipeline.JobResult:
    (folder / "spec.yaml").write_text(spec)
    return pipeline.run_job(pipeline.read_spec(str(folder / "spec.yaml")), folder / output, workers=workers)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two runs of the job."""
    made = tmp_path_factory.mktemp("tuned")
    run(made, workers=1, output="one")
    run(made, workers=2, output="two")
    return made


@pytest.fixture(scope="module")
def results(folder: Path) -> Results:
    return Results.model_validate(json.loads((folder / "one" / "results.json").read_text()))


def test_the_bytes_do_not_depend_on_the_workers(folder: Path) -> None:
    """choices and cut-offs included"""
    for name in FILES:
        assert (folder / "one" / name).read_bytes() == (folder / "two" / name).read_bytes(), name


def test_every_tuned_run_says_what_was_chosen(results: Results) -> None:
    """a run of a tuned entry has a candidate of its pair; a run of untuned ones has none"""
    assert not [run.reason for run in results.runs if run.status == "failed"]
    for each in results.runs:
        assert (each.tuned is not None) == ("(tuned)" in each.strategy + each.classifier)
    tuned = [each for each in results.runs if each.tuned is not None]
    n_most = {("smote (tuned)", "decision_tree"): 4, ("smote (tuned)", "decision_tree (tuned)"): 5}
    for each in tuned:
        assert each.tuned is not None
        assert each.tuned.n_candidates == n_most.get(each.place, each.tuned.n_candidates)
        assert each.tuned.score is not None
        assert each.tuned.score_of_default is not None
        assert each.tuned.score >= each.tuned.score_of_default
        assert (each.tuned.candidate == 0) == (not each.tuned.params)
    assert any(each.tuned and each.tuned.candidate for each in tuned)


def test_threshold_and_baseline_choose_alike(results: Results) -> None:
    """the same tree on every split, so the same ranking"""
    rows = {(r.strategy, r.split): r for r in results.runs if r.classifier == "decision_tree (tuned)"}
    for (strategy, split), each in rows.items():
        if strategy == "threshold":
            assert each.tuned == rows["baseline", split].tuned
            assert each.metrics["roc_auc"] == rows["baseline", split].metrics["roc_auc"]


def test_the_spec_that_is_written_has_the_spaces(results: Results) -> None:
    """what shipped is filled in, so that a reader of results knows what was searched"""
    entries = {entry.label: entry for entry in (*results.strategies, *results.classifiers)}
    assert {"sampling_strategy", "k_neighbors"} == {*entries["smote (tuned)"].tune.space}
    assert {"max_depth": [1, 2, 4]} == entries["decision_tree (tuned)"].tune.space
    assert entries["smote"].tune is None


def test_only_fair_pairs_are_said_to_be_so(results: Results) -> None:
    """a tuned strategy with an untuned classifier is marked"""
    for row in results.verdict.rows:
        assert row.tuned_against_untuned == ("(tuned)" in row.strategy and "(tuned)" not in row.classifier)
    assert [("smote", "decision_tree", "smote (tuned)", "decision_tree (tuned)")] == [
        (*row.place, *row.tuned.place) for row in results.verdict.tuning
    ]


def test_the_page_shows_both_verdicts_and_every_choice(results: Results) -> None:
    """the section, its tables, and the marks of unfair rows"""
    page = Page(render_report(results))
    section = page.by_id("tuning").words
    assert "Does it survive tuning?" in section
    assert "real_share" in section
    for key in ("survival-0", "chosen-0", "chosen-1", "choices-1"):
        assert page.by_id(key)
    assert 3 == page.by_id("choices-1").words.count("repeat 0, fold")
    assert "(tuned against untuned)" in page.by_id("verdicts-0").words
    assert "(tuned against untuned)" not in page.by_id("verdicts-1").words


def test_nothing_of_it_where_nothing_is_tuned(tmp_path: Path) -> None:
    """no section, no key in the results"""
    plain = "\n".join(line for line in SPEC.splitlines() if "tune:" not in line and "report:" not in line)
    run(tmp_path, plain)
    assert '"tun' not in (tmp_path / "out" / "results.json").read_text()
    assert 'id="tuning"' not in (tmp_path / "out" / "report.html").read_text()


def test_the_saved_model_is_tuned_on_all_rows(folder: Path, results: Results) -> None:
    """what it says of the rows is what the chosen parameters fitted on all of them say"""
    assert results.model is not None
    assert results.model.reason is None
    assert "tuned" not in {file.strategy for file in results.synthetic}
    loaded = pipeline.read_spec(str(folder / "spec.yaml"))
    dataset = pipeline.load_data(loaded.spec, folder)
    strategy = next(entry for entry in strategies_of(loaded.spec) if entry.label == "smote (tuned)")
    chosen, tree, part = tune_on_all_rows(loaded.spec, dataset, strategy, loaded.spec.classifiers[1])
    assert (None, None) == (chosen.tune, tree.tune)
    assert part.folds is not None
    assert dataset.n_rows == sum(len(test) for _, test in part.folds[0])
    model = skops.io.load(folder / "one" / "model.skops", trusted=list(results.model.trusted))
    assert np.isfinite(model.predict_proba(dataset.X)).all()


def test_validate_counts_inner_fits(folder: Path) -> None:
    """candidates times folds of every pair, on every split"""
    spec = pipeline.read_spec(str(folder / "spec.yaml"))
    with_tree, own = 5 * 3, (4 + 3) * 3
    n_strategies = 5  # baseline and four listed
    assert 3 * (n_strategies * with_tree + own) == count_inner_fits(spec.spec)
    assert count_inner_fits(spec.spec) == pipeline.plan_job(spec).n_inner_fits


def test_a_job_of_tuned_classifiers_only(tmp_path: Path) -> None:
    """what is shown beside the grid then runs at defaults, the script runs, and the page is whole"""
    lines = [line for line in SPEC.splitlines() if line != "  - decision_tree"]
    found = run(tmp_path, "\n".join(lines).partition("report:")[0]).results
    assert {"decision_tree (tuned)"} == {row.classifier for row in found.leak.scores}
    assert not found.leak.is_listed
    assert all(row.honest is not None for row in found.leak.scores)
    assert found.sweeps.ratio is not None
    assert all(point.metrics["recall"].value is not None for point in found.sweeps.ratio.curves[0].points)
    assert found.snippet.code is not None
    assert "CANDIDATES" in found.snippet.code
