"""The winner's script: run in a fresh process, it gives the numbers of the report again."""

from __future__ import annotations

import ast
import csv
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from factories import make_spec
from snippets import ROOT, Job, check_pair, run_scripts, run_small_job

from job.names import STRATEGIES
from job.snippet.recommended_model import build_snippet

ONE_SPLIT = {"method": "holdout", "n_repeats": 1}
TWO_SPLITS = {"method": "holdout", "n_repeats": 2}
WEIGHTED = {"name": "custom", "weights": "prevalence"}
KINDS = ("class_weight", "threshold", "smote", "custom", "RandomUnderSampler", WEIGHTED)
NUMBERS = ("amount", "count", "odd")
ODD_NAME = 'it\'s "q"; x = 1'


def quoted_name(name: str) -> str:
    """A name in SQL."""
    return '"' + name.replace('"', '""') + '"'


def make_columns(n: int = 240, seed: int = 0) -> dict[str, list[str]]:
    """Columns of every kind that a file can have, with gaps, blanks and one name that is no name."""
    rng = np.random.default_rng(seed)
    positive = rng.random(n) < 0.2

    def gaps(values: Sequence[str], gap: str) -> list[str]:
        return [gap if luck < 0.05 else value for value, luck in zip(values, rng.random(n), strict=True)]

    return {
        "amount": gaps([repr(float(value)) for value in rng.normal(size=n) + positive], ""),
        "count": gaps([str(value) for value in rng.poisson(5 + 2 * positive)], "NA"),
        "odd": ["oops" if row == 7 else f" {value:.3f} " for row, value in enumerate(rng.normal(size=n))],
        "shop": gaps(list(rng.choice([*"abcdefghijklmnopqrstuvwxyzäöü", "zz"], n)), "?"),
        ODD_NAME: list(rng.choice(["True", "false", "TRUE"], n)),
        "code": [f"{value:02d}" for value in rng.integers(0, 9, n)],
        "id": [f"id{row}" for row in range(n)],
        "customer": gaps([f"c{value}" for value in rng.integers(0, 60, n)], ""),
        "when": [f"2024-{1 + row % 12:02d}-{1 + row % 28:02d}T0{row % 9}:00" for row in range(n)],
        "part": list(rng.choice(["train", "test"], n, p=[0.7, 0.3])),
        "version": list(rng.choice(["v1.0", "v1", "v1.0.1", "v1-"], n)),
        "flag": list(rng.choice(["true", "False", ""], n)),
        "score": ["1.0" if is_positive else "0.0" for is_positive in positive],
        "label": ["ja" if is_positive else "nein" for is_positive in positive],
    }


def write_csv(path: Path, columns: Mapping[str, Sequence[str]], delimiter: str = ",", encoding: str = "utf-8") -> None:
    with path.open("w", newline="", encoding=encoding) as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))


def write_jsonl(path: Path, columns: Mapping[str, Sequence[str]]) -> None:
    """Numbers as numbers, truth values as such, and null for what is missing."""
    with path.open("w") as file:
        for values in zip(*columns.values(), strict=True):
            row: dict[str, Any] = dict(zip(columns, values, strict=True))
            row["amount"] = float(row["amount"]) if row["amount"] else None
            row["count"] = None if row["count"] == "NA" else int(row["count"])
            row[ODD_NAME] = row[ODD_NAME].lower() == "true"
            file.write(json.dumps(row) + "\n")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the same table in every form."""
    folder, columns = tmp_path_factory.mktemp("snippet"), make_columns()
    write_csv(folder / "d.csv", columns)
    write_csv(folder / "semicolons.csv", {k: [v.replace(".", ",") for v in c] for k, c in columns.items()}, ";")
    write_csv(folder / "wide.tsv", {f" {name} ": values for name, values in columns.items()}, "\t", "utf-16")
    write_jsonl(folder / "d.jsonl", columns)
    typed = "read_csv(?, all_varchar = false, nullstr = ['', 'NA', '?'])"
    duckdb.execute(f"CREATE OR REPLACE TEMP TABLE t AS FROM {typed}", [str(folder / "d.csv")])
    duckdb.execute(f"COPY t TO '{folder / 'd.parquet'}'")
    commented = "# exported\n# by hand\n" + (folder / "d.csv").read_text()
    (folder / "commented.csv").write_text(commented)
    rough = {**columns, "lab": [["-999", "-999.0", "#N/A", "-9.99e2", *"123456"][row % 10] for row in range(240)]}
    write_csv(folder / "rough.csv", rough)
    lines = (folder / "rough.csv").read_text().splitlines(keepends=True)
    (folder / "rough.csv").write_text("".join([*lines[:90], lines[0], *lines[90:]]))
    return folder


def read_file(**keys: Any) -> dict[str, Any]:
    """The section ``data`` for the table, what isn't used for a split dropped."""
    used = {keys.get(key) for key in ("groups", "time", "split")}
    drop = [name for name in ("customer", "when", "part", "score") if name not in used]
    return {"file": {"path": "d.csv", "target": "label", "drop": drop, "categorical": ["code"], **keys}}


def check(job: Job, folder: Path) -> None:
    """Run the script of every pair that has scores, all in one fresh process."""
    pairs = [pair for pair in job.pairs if any(run.metrics["roc_auc"] is not None for run in job.runs_of(*pair))]
    assert pairs
    found = run_scripts({"/".join(pair): job.snippet(*pair).code for pair in pairs}, folder)
    for pair in pairs:
        check_pair(job, *pair, found["/".join(pair)])


GENERATED = {"generate": {"n_samples": 300, "n_informative": 4, "weights": [0.85]}}
MIXTURE = {"generate": {"preset": "churn", "n_samples": 300, "missing": 0.05}}


FEW_TREES = {"name": "hist_gradient_boosting", "params": {"max_iter": 5}}


@pytest.mark.parametrize(
    ("data", "classifiers"),
    [
        pytest.param(GENERATED, ("logistic_regression", "gaussian_nb"), id="generated", marks=pytest.mark.long),
        pytest.param(read_file(), ("knn", FEW_TREES), id="file", marks=pytest.mark.long),
    ],
)
def test_every_strategy_gives_its_numbers_again(data, classifiers, folder) -> None:
    """scores and decisions to the bit, whatever the strategy, on generated data and on a file of mixed columns"""
    spec = make_spec(data=data, strategies=list(STRATEGIES), classifiers=list(classifiers), split=ONE_SPLIT)
    check(run_small_job(spec, folder), folder)


@pytest.mark.long
@pytest.mark.parametrize("data", [pytest.param(GENERATED, id="generated"), pytest.param(read_file(), id="file")])
def test_weights_give_their_numbers_again(data, folder) -> None:
    """samplers that add, repeat, replace and take away rows, each class with the weight that it had"""
    names = ("SMOTE", "smote", "custom", "RandomOverSampler", "SMOTEENN", "RandomUnderSampler", "ClusterCentroids")
    weighted = [{"name": name, "weights": "prevalence"} for name in names]
    weighted += [
        {"name": "smote", "label": str(share), "weights": {"real_share": share}} for share in (0, 0.8, "proportional")
    ]
    spec = make_spec(data=data, strategies=weighted, classifiers=["logistic_regression", FEW_TREES], split=ONE_SPLIT)
    check(run_small_job(spec, folder), folder)


@pytest.mark.long
def test_boosters_give_their_numbers_again(folder) -> None:
    """with what the job tells each of them, weighed by their own parameters, and bagged"""
    few = {"n_estimators": 5}
    classifiers = [
        {"name": "xgboost", "params": {**few, "scale_pos_weight": 2}},
        {"name": "lightgbm", "params": {**few, "is_unbalance": True}},
        {"name": "catboost", "params": {**few, "random_seed": 3}},
    ]
    weights = {"name": "class_weight", "params": {"class_weight": {0: 2, 1: 5}}, "label": "fixed"}
    bagged = {"name": "under_bagging", "params": {"n_estimators": 2}}
    spec = make_spec(
        data=read_file(), strategies=["class_weight", weights, bagged], classifiers=classifiers, split=ONE_SPLIT
    )
    job = run_small_job(spec, folder)
    check(job, folder)
    assert "xgboost 3" in job.snippet("baseline", "xgboost").code


@pytest.mark.long
@pytest.mark.parametrize(
    ("data", "split"),
    [
        pytest.param({"generate": {"n_samples": 300}}, ONE_SPLIT, id="generated without weights"),
        pytest.param(read_file(path="d.jsonl"), ONE_SPLIT, id="jsonl"),
        pytest.param(read_file(path="d.parquet"), ONE_SPLIT, id="parquet"),
        pytest.param(read_file(path="wide.tsv"), ONE_SPLIT, id="utf-16"),
        pytest.param(read_file(path="semicolons.csv", delimiter=";", decimal=","), ONE_SPLIT, id="decimal comma"),
        pytest.param(read_file(path="commented.csv"), ONE_SPLIT, id="comments"),
        pytest.param(read_file(max_rows=150), ONE_SPLIT, id="sampled"),
        pytest.param(read_file(target="version", positive="v1-"), ONE_SPLIT, id="positive"),
        pytest.param(read_file(na_values=["NA", "?"]), ONE_SPLIT, id="na_values"),
        pytest.param(read_file(path="rough.csv", na_values=["", "NA", "?", "-999"]), ONE_SPLIT, id="rough"),
        pytest.param(
            read_file(
                path="rough.csv",
                na_values=["", "NA", "?", "-999"],
                query='SELECT lab + 1 AS lab, "count", amount, label FROM data',
                drop=[],
                categorical=[],
            ),
            ONE_SPLIT,
            id="query of a rough file",
        ),
        pytest.param(
            read_file(query='SELECT *, amount * 2 AS twice FROM data WHERE "count" > 2 OR "count" IS NULL'),
            ONE_SPLIT,
            id="query",
        ),
        pytest.param(
            read_file(
                query=f'SELECT {quoted_name(ODD_NAME)}, version, label, "count", amount FROM data',
                drop=[],
                categorical=[],
            ),
            ONE_SPLIT,
            id="query that sorts by truth values and text",
        ),
        pytest.param(
            read_file(
                query="SELECT flag, score, amount, \"count\" || 'x' AS c, shop FROM data",
                target="score",
                positive="1.0",
                drop=[],
                categorical=[],
            ),
            ONE_SPLIT,
            id="query with a target that looks like numbers",
        ),
        pytest.param(read_file(groups="customer"), TWO_SPLITS, id="grouped holdout"),
        pytest.param(
            read_file(groups="customer"), {"method": "kfold", "n_splits": 2, "n_repeats": 2}, id="grouped kfold"
        ),
        pytest.param(
            read_file(), {"method": "kfold", "n_splits": 2, "random_state": 2**32 - 1, "n_repeats": 2}, id="kfold"
        ),
        pytest.param(read_file(time="when"), {"method": "time"}, id="time"),
        pytest.param(read_file(split="part"), {"method": "predefined"}, id="predefined"),
        pytest.param(
            read_file(drop=["amount", "count", "odd", "customer", "when", "part", "score"]), ONE_SPLIT, id="categories"
        ),
        pytest.param(MIXTURE, ONE_SPLIT, id="mixture"),
    ],
)
def test_every_way_to_read_and_split_gives_its_numbers_again(data, split, folder) -> None:
    """scores and decisions to the bit, whatever the form of the file and the split"""
    spec = make_spec(data=data, strategies=list(KINDS), split=split)
    check(run_small_job(spec, folder), folder)


@pytest.mark.parametrize(
    "preparation",
    [
        pytest.param({"scale": "none", "impute": "mean"}, marks=pytest.mark.long),
        {"scale": "robust", "impute": "most_frequent", "max_categories": 3},
    ],
)
def test_every_preparation_gives_its_numbers_again(preparation, folder) -> None:
    """the script prepares columns as the spec asks, rare categories included"""
    classifiers = ["svc", {"name": "random_forest", "params": {"n_estimators": 5}}]
    spec = make_spec(
        data=read_file(), strategies=list(KINDS), classifiers=classifiers, split=ONE_SPLIT, preparation=preparation
    )
    check(run_small_job(spec, folder), folder)


def test_parameters_classes_and_small_minorities(folder) -> None:
    """what an entry says, and what had to be lowered for a small minority, stand in the script"""
    strategies = [
        "smote",
        "SMOTEENN",
        "custom",
        {"name": "smote", "params": {"k_neighbors": 3, "random_state": 7}, "label": "seeded"},
        {"name": "class_weight", "params": {"class_weight": {0: 1, 1: 4}}},
        {"name": "threshold", "params": {"scoring": "f1", "thresholds": 20, "cv": 3}},
        {"class": "imblearn.over_sampling.SVMSMOTE", "params": {"sampling_strategy": {1: 60}}, "label": "svm"},
    ]
    classifiers = [
        {"class": "sklearn.linear_model.SGDClassifier", "params": {"loss": "hinge"}},
        {"name": "logistic_regression", "params": {"C": 0.5, "solver": "liblinear"}},
    ]
    data = {"generate": {"n_samples": 120, "weights": [0.95], "flip_y": 0.0}}
    job = run_small_job(make_spec(data=data, strategies=strategies, classifiers=classifiers, split=TWO_SPLITS), folder)
    lowered = [run for run in job.runs if "was lowered" in (run.reason or "")]
    assert {"smote", "SMOTEENN", "svm"} <= {run.strategy for run in lowered}
    check(job, folder)


HOSTILE = (
    '"""; raise SystemExit("ran")  # ',
    "'; raise SystemExit(1) #",
    "a\\",
    "{__import__('os')}",
    "line one line two",
    "\u202eright to left",
)


def test_no_text_of_a_spec_becomes_code(tmp_path) -> None:
    """hostile names of file, columns and labels, hostile labels of strategies and parameters stay texts"""
    columns = make_columns(120)
    names = dict(zip(("amount", "count", "odd", "shop", "label"), HOSTILE, strict=False))
    renamed = {names.get(name, name): values for name, values in columns.items() if name != "id"}
    renamed[names["label"]] = [HOSTILE[0] if label == "ja" else HOSTILE[3] for label in columns["label"]]
    path = 'it\'s; """ data #.csv'
    write_csv(tmp_path / path, renamed)
    data = {"file": {"path": path, "target": names["label"], "drop": ["customer", "when", "part"]}}
    strategies = [{"name": "smote", "label": text[:70]} for text in HOSTILE[:4]]
    classifiers = [{"name": "gaussian_nb", "label": HOSTILE[1]}]
    job = run_small_job(make_spec(data=data, strategies=strategies, classifiers=classifiers, split=ONE_SPLIT), tmp_path)
    for pair in job.pairs:
        code = job.snippet(*pair).code
        assert not any(isinstance(node, ast.Raise) for node in ast.walk(ast.parse(code)))
        assert "SystemExit" not in {node.id for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Name)}
        assert all(char.isprintable() or char == "\n" for char in code)
    check(job, tmp_path)


def test_a_script_is_a_program(folder) -> None:
    """saved as a file and run, it prints the means of the report and nothing on standard error"""
    job = run_small_job(make_spec(data=read_file(), split=TWO_SPLITS), folder)
    (folder / "script.py").write_text(job.snippet("smote", "logistic_regression").code)
    ended = subprocess.run(
        [sys.executable, "script.py"],
        cwd=folder,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(ROOT)},
    )
    assert (0, "") == (ended.returncode, ended.stderr)
    values = [run.metrics["average_precision"] for run in job.runs_of("smote", "logistic_regression")]
    (line,) = [line for line in ended.stdout.splitlines() if line.startswith("average_precision ")]
    assert sum(values) / 2 == pytest.approx(float(line.split()[1]), abs=1e-6)


def test_where_there_is_no_script_there_is_a_reason(folder) -> None:
    """a job without a score recommends nothing, and has no script but a sentence"""
    job = run_small_job(make_spec(), folder)
    found = build_snippet(job.spec, job.dataset, job.runs, job.predictions, None)
    assert (None, None, False, None) == (found.strategy, found.classifier, found.recommended, found.code)
    assert "no strategy has a score" in found.reason


def test_a_script_says_where_it_may_differ(folder) -> None:
    """a query's order is named in the script itself and beside it"""
    job = run_small_job(make_spec(data=read_file(query="SELECT * FROM data"), split=ONE_SPLIT), folder)
    found = job.snippet("smote", "logistic_regression")
    assert len(found.notes) == 1
    assert f"# Note: {found.notes[0]}" in found.code


def test_equal_jobs_give_equal_scripts(folder) -> None:
    """nothing in a script varies from run to run"""
    first, second = (run_small_job(make_spec(data=read_file(), split=ONE_SPLIT), folder) for _ in range(2))
    assert first.snippet("smote", "logistic_regression") == second.snippet("smote", "logistic_regression")


def tuned(entry: str | dict[str, Any], **space: Any) -> dict[str, Any]:
    """An entry with a few candidates."""
    named = {"name": entry} if isinstance(entry, str) else entry
    return {**named, "tune": {"n_candidates": 4, "inner_folds": 2, **({"space": space} if space else {})}}


TUNED_STRATEGIES = ["threshold", "class_weight", "smote", tuned("smote"), tuned(WEIGHTED)]


@pytest.mark.long
@pytest.mark.parametrize(
    ("data", "split"),
    [
        pytest.param(GENERATED, TWO_SPLITS, id="generated"),
        pytest.param(read_file(groups="customer"), ONE_SPLIT, id="groups"),
        pytest.param(read_file(time="when"), {"method": "time"}, id="time"),
    ],
)
def test_tuned_pairs_are_tuned_again_by_the_script(data, split, folder) -> None:
    """the same candidates on the same inner folds, so the same choice and the same numbers"""
    classifiers = [
        "logistic_regression",
        tuned("decision_tree", max_depth=[2, 4, None], min_samples_leaf={"int": [1, 9]}),
    ]
    spec = make_spec(data=data, strategies=TUNED_STRATEGIES, classifiers=classifiers, split=split)
    job = run_small_job(spec, folder)
    assert {run.tuned.candidate for run in job.runs if run.tuned} - {0}
    check(job, folder)
