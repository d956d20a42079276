"""The rows that samplers add, written in the columns of their owner."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from factories import make_spec
from report_factories import make_results
from test_take_home import write_data

from job import take_home
from job.data.dataset import Dataset
from job.evaluation.all_rows import make_synthetic_rows
from job.outputs import PARENTS, SYNTHETIC, open_outputs
from job.pipeline import load_data, read_spec, run_job
from job.spec.job_spec import JobSpec
from job.spec.strategy_entries import Entry
from job.strategies.resampling import find_added
from job.take_home import write_rows
from job.text import name_files

ADDING = ("smote", "custom", "RandomOverSampler", "SMOTE", "ADASYN", "SMOTEENN", "SMOTEN")


def spec_of(folder: Path, **keys: object) -> JobSpec:
    write_data(folder)
    return make_spec(data={"file": {"path": "data.csv", "target": "label", **keys}}, strategies=list(ADDING))


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def rows_and_parents(spec: JobSpec, dataset: Dataset, strategy: Entry, folder: Path) -> list[dict[str, str]]:
    """The rows that a strategy adds, each with what the file of parents has for it."""
    n_rows = write_rows(spec, dataset, strategy, folder / "rows.csv", folder / "parents.csv")
    rows, parents = read(folder / "rows.csv"), read(folder / "parents.csv")
    assert [str(number) for number in range(1, n_rows + 1)] == [row["row"] for row in parents]
    return [{**row, **own} for row, own in zip(rows, parents, strict=True)]


@pytest.mark.parametrize("name", ADDING)
def test_columns_hold_what_they_can_hold(name, tmp_path) -> None:
    """whole numbers are whole, categories are those of the column, and every row has the minority's label"""
    spec = spec_of(tmp_path)
    dataset = load_data(spec, tmp_path)
    (strategy,) = [entry for entry in spec.strategies if entry.label == name]
    n_rows = write_rows(spec, dataset, strategy, tmp_path / "rows.csv")
    rows = read(tmp_path / "rows.csv")
    assert n_rows == len(rows) > 50
    assert ["amount", "count", "shop", "is new", "label", "synthetic"] == list(rows[0])
    assert all(row["count"].isdigit() for row in rows)
    assert {row["shop"] for row in rows} <= {"a", "b", "c c", ""}
    assert {row["is new"] for row in rows} <= {"true", "false"}
    assert {("yes", "true")} == {(row["label"], row["synthetic"]) for row in rows}
    low, high = dataset.X["amount"].min(), dataset.X["amount"].max()
    assert all(low - 1 <= float(row["amount"] or low) <= high + 1 for row in rows)


def test_whole_numbers_of_any_size_stay(tmp_path) -> None:
    """a number of 19 digits or more, which 64 bits may not hold, is written between the smallest and the largest"""
    numbers = [str(10**22 + row * 10**19) for row in range(60)]
    rows = [f"{number},{row % 7},{'yes' if row % 4 == 0 else 'no'}" for row, number in enumerate(numbers)]
    (tmp_path / "data.csv").write_text("\n".join(["account,n,label", *rows]) + "\n")
    spec = make_spec(data={"file": {"path": "data.csv", "target": "label"}}, strategies=["smote"])
    dataset = load_data(spec, tmp_path)
    assert "account" in dataset.integer
    (strategy,) = [entry for entry in spec.strategies if entry.label == "smote"]
    made = make_synthetic_rows(spec, dataset, strategy)
    assert {int} == {type(value) for value in made.features["account"]}
    assert all(10**22 <= value <= 10**22 + 59 * 10**19 for value in made.features["account"])


def test_parents_and_weights_make_the_row(tmp_path) -> None:
    """an unclipped row of custom lies where its parents' weights say, and its parents are minority rows of the file"""
    spec = spec_of(tmp_path, drop=["count", "shop", "is new"])
    dataset = load_data(spec, tmp_path)
    (strategy,) = make_spec(strategies=[{"name": "custom", "params": {"clip": False}}]).strategies
    file = read(tmp_path / "data.csv")
    median = float(np.nanmedian(dataset.X["amount"]))
    for row in rows_and_parents(spec, dataset, strategy, tmp_path):
        first, second = (file[int(row[key]) - 1] for key in ("parent_1", "parent_2"))
        assert ("yes", "yes") == (first["label"], second["label"])
        a, b = (float(parent["amount"] or median) for parent in (first, second))
        weight = float(row["weight"])
        assert float(row["amount"] or median) == pytest.approx((1 - weight) * a + weight * b, abs=1e-9)


def test_rows_are_numbered_as_in_the_file(tmp_path) -> None:
    """rows without a label shift no parent: a copy equals the row of the file that it names"""
    path = write_data(tmp_path)
    lines = path.read_text().splitlines()
    lines[3] = lines[3].rsplit(",", 1)[0] + ","
    path.write_text("\n".join(lines) + "\n")
    spec = make_spec(
        data={"file": {"path": "data.csv", "target": "label", "positive": "yes"}}, strategies=["RandomOverSampler"]
    )
    dataset = load_data(spec, tmp_path)
    file = read(path)
    for row in rows_and_parents(spec, dataset, spec.strategies[0], tmp_path):
        parent = file[int(row["parent_1"]) - 1]
        assert parent["label"] == "yes"
        assert (parent["amount"], parent["count"], parent["shop"]) == (row["amount"], row["count"], row["shop"])
        assert row["parent_2"] == row["weight"] == ""


@pytest.mark.parametrize("name", ["custom", "ADASYN", "RandomOverSampler"])
def test_the_order_of_rows_tells_nothing(name, tmp_path) -> None:
    """rows are sorted by what is in them: in a sampler's own order, those that share a parent are neighbours"""
    spec = spec_of(tmp_path)
    (strategy,) = [entry for entry in spec.strategies if entry.label == name]
    write_rows(spec, load_data(spec, tmp_path), strategy, tmp_path / "rows.csv")
    rows = [list(row.values()) for row in read(tmp_path / "rows.csv")]
    assert sorted(rows) == rows


def test_added_rows_are_found_whatever_was_taken_away() -> None:
    """made rows and repeated ones count, kept ones don't, in whatever order they come"""
    real = np.array([[0.0], [1.0], [2.0]])
    assert [3, 4] == find_added(real, np.array([[0.0], [1.0], [2.0], [2.0], [5.0]])).tolist()
    assert [0, 2] == find_added(real, np.array([[7.0], [2.0], [2.0], [0.0]])).tolist()


def test_missing_values_of_a_copy_stay_missing(tmp_path) -> None:
    """a copied row has the gaps of its parent, not what was put in their place"""
    spec = spec_of(tmp_path)
    (strategy,) = [entry for entry in spec.strategies if entry.label == "RandomOverSampler"]
    made = make_synthetic_rows(spec, load_data(spec, tmp_path), strategy)
    assert None in made.features["amount"]


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (["smote", "SMOTE"], ["smote", "SMOTE_2"]),
        (["../../etc/passwd", "a/b", "a b"], ["etc_passwd", "a_b", "a_b_2"]),
        (["..", "CON", "é", "x" * 99], ["strategy", "CON_2", "strategy_2", "x" * 60]),
    ],
)
def test_labels_become_names_of_files(labels, expected) -> None:
    """no label leaves its folder, hides a file, is a device or takes another's name"""
    assert expected == name_files(labels)


@pytest.mark.parametrize("parents", [False, True])
def test_parents_are_written_where_they_are_asked_for(tmp_path, monkeypatch, parents) -> None:
    """real rows can be computed from them, so they are in files of their own, beside the rows"""
    spec = make_spec(strategies=["smote"], report={"synthetic": True, "synthetic_parents": parents})
    monkeypatch.setattr(take_home, "run_apart", lambda function, *arguments, timeout: (function(*arguments), None))
    results = make_results(("baseline", "smote"), ("svc",))
    with open_outputs(tmp_path, (SYNTHETIC, PARENTS)) as outputs:
        (entry,) = take_home.take_home(spec, load_data(spec, tmp_path), results, outputs).synthetic
        outputs.publish()
    written = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.csv")}
    assert {"synthetic/smote.csv", *(["synthetic/parents/smote.csv"] if parents else [])} == written
    assert written == {entry.file, entry.parents} - {None}
    header = (tmp_path / "synthetic" / "smote.csv").read_text().splitlines()[0]
    assert "parent" not in header
    assert "weight" not in header


@pytest.mark.long
def test_a_job_writes_the_rows_of_each_sampler(tmp_path) -> None:
    """one file for each strategy that adds rows, named in the results, the same bytes as in another process"""
    (tmp_path / "spec.yaml").write_text(
        "data: {generate: {n_samples: 200, weights: [0.85]}}\nsplit: {n_repeats: 1}\n"
        "strategies: [smote, RandomUnderSampler, {name: custom, label: 'my / own'}]\nclassifiers: [gaussian_nb]\n"
        "report: {synthetic: true, synthetic_parents: true}\n"
    )
    loaded = read_spec(str(tmp_path / "spec.yaml"))
    run_job(loaded, tmp_path / "one", workers=1)
    results = json.loads((tmp_path / "one" / "results.json").read_text())
    dataset = load_data(loaded.spec, tmp_path)
    entries = {entry.label: entry for entry in loaded.spec.strategies}
    assert ["synthetic/smote.csv", "synthetic/my_own.csv"] == [entry["file"] for entry in results["synthetic"]]
    assert ["synthetic/parents/smote.csv", "synthetic/parents/my_own.csv"] == [
        entry["parents"] for entry in results["synthetic"]
    ]
    for entry in results["synthetic"]:
        text = (tmp_path / "one" / entry["file"]).read_text()
        assert entry["n_rows"] == len(pd.read_csv(tmp_path / "one" / entry["file"]))
        write_rows(loaded.spec, dataset, entries[entry["strategy"]], tmp_path / "again.csv")
        assert text == (tmp_path / "again.csv").read_text()
        assert (tmp_path / "one" / entry["parents"]).read_text().startswith("row,parent_1,parent_2,weight\n1,")
