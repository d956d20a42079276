"""The fitted pipeline: saved, loaded in another process, and never at the report's cost."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import skops.io

from job.evaluation.all_rows import fit_on_all_rows, save_model
from job.names import CLASSIFIERS
from job.pipeline import load_data, read_spec, run_job
from job.results.results import Results
from job.strategies.raw_columns import RawColumns

ROOT = Path(__file__).parents[1]
FEW = {"catboost": {"iterations": 20}}  # of a thousand

_FRESH = """
import json, sys
import pandas as pd
import skops.io
told = json.load(sys.stdin)
model = skops.io.load(told["file"], trusted=told["trusted"])
rows = pd.read_csv(told["data"], dtype=str, keep_default_na=False)
json.dump(model.predict_proba(rows)[:, 1].tolist(), sys.stdout)
"""


def write_data(folder: Path, n: int = 240) -> Path:
    """A table with numbers, whole numbers, categories, truth values and gaps."""
    rng = np.random.default_rng(0)
    positive = rng.random(n) < 0.2
    frame = pd.DataFrame(
        {
            "amount": np.round(rng.normal(size=n) + positive, 3),
            "count": rng.poisson(4 + positive, n),
            "shop": rng.choice(["a", "b", "c c"], n),
            "is new": rng.choice(["True", "False"], n),
            "label": np.where(positive, "yes", "no"),
        }
    )
    frame.loc[rng.random(n) < 0.05, ["amount", "shop"]] = None
    frame.to_csv(folder / "data.csv", index=False)
    return folder / "data.csv"


def run(folder: Path, data: str, classifier: str, strategies: str = "[threshold, smote]") -> Results:
    """Run a small job that asks for its model."""
    (folder / "spec.yaml").write_text(
        f"data: {data}\nsplit: {{n_repeats: 1}}\nstrategies: {strategies}\nclassifiers: [{classifier}]\n"
        "report: {model: true}\n"
    )
    loaded = read_spec(str(folder / "spec.yaml"), ["hostile"])
    return run_job(loaded, folder / "out", workers=1).results


@pytest.mark.long
def test_the_saved_pipeline_predicts_the_same_in_another_process(tmp_path) -> None:
    """model.skops, loaded with the types that the results name, scores the rows of the file as the pipeline did"""
    data = write_data(tmp_path)
    results = run(tmp_path, "{file: {path: data.csv, target: label}}", "logistic_regression")
    told = {"file": str(tmp_path / "out" / "model.skops"), "trusted": results.model.trusted, "data": str(data)}
    ended = subprocess.run(
        [sys.executable, "-c", _FRESH],
        input=json.dumps(told),
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(ROOT)},
    )
    spec = read_spec(str(tmp_path / "spec.yaml")).spec
    dataset = load_data(spec, tmp_path)
    (strategy,) = [entry for entry in (spec.baseline, *spec.strategies) if entry.label == results.model.strategy]
    expected = fit_on_all_rows(spec, dataset, strategy, spec.classifiers[0]).predict_proba(dataset.X)[:, 1]
    np.testing.assert_allclose(json.loads(ended.stdout), expected, rtol=1e-9)
    assert (results.snippet.strategy, None) == (results.model.strategy, results.model.reason)
    assert "The fitted pipeline" in (tmp_path / "out" / "report.html").read_text()


DEAR = ("random_forest", "extra_trees")


@pytest.mark.parametrize(
    "classifier", [pytest.param(name, marks=pytest.mark.long) if name in DEAR else name for name in CLASSIFIERS]
)
def test_every_classifier_can_be_saved(classifier, tmp_path) -> None:
    """alone, bagged, and with a tuned threshold, and the decisions are those of the strategy itself"""
    (tmp_path / "spec.yaml").write_text(
        "data: {generate: {n_samples: 120, weights: [0.8]}}\n"
        "strategies:\n"
        "  - {name: threshold, params: {thresholds: 5, cv: 2}}\n"
        "  - smote\n"
        "  - {name: under_bagging, params: {n_estimators: 2}}\n"
        f"classifiers: [{{name: {classifier}, params: {FEW.get(classifier, {})}}}]\n"
    )
    spec = read_spec(str(tmp_path / "spec.yaml")).spec
    dataset = load_data(spec, tmp_path)
    for strategy in spec.strategies:
        trusted = save_model(spec, dataset, strategy, spec.classifiers[0], tmp_path / "model.skops")
        loaded = skops.io.load(tmp_path / "model.skops", trusted=list(trusted))
        assert set(np.unique(loaded.predict(dataset.X.to_numpy()))) <= {0, 1}
        assert not [name for name in trusted if "scorer" in name]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        pytest.param("CannotBeSaved", "generator", marks=pytest.mark.long),
        pytest.param("KillsOnManyRows", "its process died", marks=pytest.mark.long),
    ],
)
def test_a_model_that_cannot_be_saved_loses_nothing_else(name, reason, tmp_path, monkeypatch) -> None:
    """the report is written, and says why there is no model"""
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "tests"))
    results = run(tmp_path, "{generate: {n_samples: 300, weights: [0.8]}}", f"{{class: hostile.{name}}}", "[baseline]")
    assert results.status.n_ok == results.status.n_runs
    assert results.model.file is None
    assert reason in results.model.reason
    assert not (tmp_path / "out" / "model.skops").exists()
    assert "A saved model was asked for, but there is none" in (tmp_path / "out" / "report.html").read_text()


def test_columns_are_read_whatever_their_types() -> None:
    """text, numbers, truth values and gaps of a data frame become what the data set has"""
    columns = RawColumns(["n"], {"c": ["1", "2"], "b": ["false", "true"]}, ["b"], ["", "?"])
    as_text = pd.DataFrame(
        {"n": ["1.5", " 2 ", "x", "?"], "c": ["1", "9", "", "2"], "b": ["True", "false", "?", "TRUE"]}
    )
    as_values = pd.DataFrame({"n": [1.5, 2, np.nan, np.inf], "c": [1.0, 9, np.nan, 2], "b": [True, False, None, True]})
    for frame in (as_text, as_values):
        read = columns.transform(frame)
        np.testing.assert_array_equal([1.5, 2.0, np.nan, np.nan], read["n"])
        assert [0, 2, -1, 1] == read["c"].cat.codes.tolist()
        assert [1, 0, -1, 1] == read["b"].cat.codes.tolist()


def test_a_number_that_stands_for_missing_is_missing_in_new_rows() -> None:
    """however it is written, and as a number, too; in categories it is a text"""
    columns = RawColumns(["n"], {"c": ["-999.0", "1"]}, missing=["-999"])
    as_text = pd.DataFrame({"n": ["-999", "-999.0", "-9.99e2", "1"], "c": ["-999", "-999.0", "1", "1"]})
    np.testing.assert_array_equal([np.nan, np.nan, np.nan, 1], columns.transform(as_text)["n"])
    assert [-1, 0, 1, 1] == columns.transform(as_text)["c"].cat.codes.tolist()
    as_numbers = pd.DataFrame({"n": [-999, -999.0, 5, 1], "c": ["1", "1", "1", "1"]})
    np.testing.assert_array_equal([np.nan, np.nan, 5, 1], columns.transform(as_numbers)["n"])
