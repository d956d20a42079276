"""`generate`: the data of a spec as a file, that `init` and `run` then take as it is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from job.cli import main
from job.data.dataset import LABEL, POSTERIOR, digest_dataset
from job.pipeline import load_data, read_spec
from job.spec.generators import PRESETS

MIXTURE = "seed: 5\ndata: {generate: {preset: diagnosis, n_samples: 400}}\n"
CLASSES = "data: {generate: {n_samples: 300, n_informative: 3, n_classes: 3, weights: [0.6, 0.3]}}\n"


@pytest.fixture
def call(tmp_path, monkeypatch, capsys):
    """Run a command in a folder with two specs."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mixture.yaml").write_text(MIXTURE)
    (tmp_path / "classes.yaml").write_text(CLASSES)

    def call(*words: str) -> tuple[int, str, str]:
        code = main(words)
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return call


def read(path: Path) -> pd.DataFrame:
    import duckdb

    return duckdb.read_parquet(str(path)).df() if path.suffix == ".parquet" else pd.read_csv(path)


@pytest.mark.parametrize("name", ["data.csv", "data.parquet"])
def test_the_file_is_the_data_of_the_spec(call, tmp_path, name) -> None:
    """By the spec that `init` writes it is read as the very data set that is generated, whatever the format."""
    assert (0, f"{name}\n", "") == call("generate", "mixture.yaml", "--output", name)
    starter = call("init", name, "--target", LABEL)[1]
    (tmp_path / "file.yaml").write_text(starter)
    loaded, generated = (
        load_data((spec := read_spec(f"{each}.yaml")).spec, spec.folder) for each in ("file", "mixture")
    )

    assert "      - true_posterior" in starter
    assert digest_dataset(replace(generated, posterior=None)) == loaded.digest
    np.testing.assert_array_equal(generated.posterior, read(tmp_path / name)[POSTERIOR])


def test_classes_become_the_rarest_and_the_rest(call, tmp_path) -> None:
    """The label is 1 for the rarest of three classes, else 0; only a mixture knows its posterior."""
    call("generate", "classes.yaml", "--output", "data.csv")
    found, dataset = read(tmp_path / "data.csv"), load_data(read_spec("classes.yaml").spec, tmp_path)

    assert [*dataset.X.columns, LABEL] == list(found.columns)
    np.testing.assert_array_equal(dataset.y, found[LABEL])
    np.testing.assert_array_equal(dataset.X, found.drop(columns=LABEL))


def test_rows_and_seed_are_those_of_the_command(call, tmp_path) -> None:
    """The same seed gives the same bytes, and another one other rows."""
    options = ({"seed": "5"}, {"seed": "6"}, {"seed": "6"})
    for place, option in enumerate(options):
        words = ("--rows", "50", "--seed", option["seed"], "--output", f"{place}.csv")
        assert 0 == call("generate", "mixture.yaml", *words)[0]
    call("generate", "mixture.yaml", "--rows", "50", "--output", "plain.csv")
    five, six, again, plain = ((tmp_path / f"{name}.csv").read_bytes() for name in (0, 1, 2, "plain"))

    assert five == plain != six == again
    assert 51 == len(six.splitlines())


def test_a_file_that_is_there_is_kept(call, tmp_path) -> None:
    """Only --force replaces it, also where it is a link to nowhere."""
    (tmp_path / "data.csv").write_text("precious\n")
    (tmp_path / "link.csv").symlink_to("nowhere.csv")

    for name in ("data.csv", "link.csv"):
        code, _, err = call("generate", "mixture.yaml", "--output", name)
        assert (2, f"Error: {name} already exists; give another name, or replace it with --force\n") == (code, err)
    assert "precious\n" == (tmp_path / "data.csv").read_text()
    assert 0 == call("generate", "mixture.yaml", "--output", "data.csv", "--force")[0]
    assert 401 == len((tmp_path / "data.csv").read_bytes().splitlines())
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize(
    ("spec", "words", "told"),
    [
        ("data: {file: {path: a.csv, target: y}}\n", (), "spec.yaml:1:8 data.file: reads an existing file"),
        (MIXTURE, ("--rows", "12"), "spec.yaml:2:38 data.generate.n_samples: minority_share (0.08) of n_samples (12)"),
        (MIXTURE, ("--output", "data.txt"), "Error: data.txt: the name must end in .csv or .parquet"),
        (MIXTURE, ("--rows", "9"), "Error: Invalid value for '--rows'"),
        (MIXTURE, ("--output", "mixture.yaml/data.parquet"), "Error: cannot write to output folder"),
    ],
)
def test_what_cannot_be_generated_is_exit_code_2(call, tmp_path, spec, words, told) -> None:
    """A line says why, and nothing is written."""
    (tmp_path / "spec.yaml").write_text(spec)
    before = sorted(tmp_path.iterdir())
    code, out, err = call("generate", "spec.yaml", "--output", "data.csv", *words)

    assert (2, "") == (code, out)
    assert err.startswith(told)
    assert before == sorted(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("preset", "rows"),
    [("fraud", ("--rows", "800")), *(pytest.param(name, (), marks=pytest.mark.long) for name in PRESETS)],
)
def test_generate_then_init_then_run(call, tmp_path, preset, rows) -> None:
    """Three commands, and nothing is edited, even with four minority rows; presets at their own size in test-long."""
    (tmp_path / "preset.yaml").write_text(f"data: {{generate: {{preset: {preset}}}}}\n")
    assert 0 == call("generate", "preset.yaml", *rows, "--output", "data.csv")[0]
    (tmp_path / "data.yaml").write_text(call("init", "data.csv", "--target", "label")[1])
    code, out, _ = call("run", "data.yaml", "--quiet")

    assert (0, "output/report.html\n") == (code, out)
    assert (tmp_path / "output/report.html").exists()
