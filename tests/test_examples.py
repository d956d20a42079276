"""Examples are read, so they are run."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from job.cli import main

EXAMPLES = Path(__file__).parents[1] / "examples"
SPECS = sorted(EXAMPLES.glob("*.yaml"))


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_an_example_runs(path, tmp_path, capsys) -> None:
    """Each gives its report, here with one repeat and no more than two folds, and no run fails."""
    spec = YAML(typ="safe", pure=True).load(path.read_text())
    spec["split"]["n_repeats"] = 1
    if "n_splits" in spec["split"]:
        spec["split"]["n_splits"] = 2
    if spec["data"].get("file"):
        (tmp_path / "machines.csv").symlink_to(EXAMPLES / "machines.csv")
    with (tmp_path / "spec.yaml").open("w") as file:
        YAML(typ="safe", pure=True).dump(spec, file)

    code = main(["run", str(tmp_path / "spec.yaml"), "--output", str(tmp_path / "output"), "--workers", "1"])

    assert 0 == code, capsys.readouterr().err
    status = json.loads((tmp_path / "output" / "results.json").read_text())["status"]
    assert (0, 0) == (status["n_failed"], status["n_not_applicable"])
    assert spec["title"] in (tmp_path / "output" / "report.html").read_text()


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_an_example_validates_as_it_is(path, capsys) -> None:
    """With all its repeats, and the data beside it."""
    assert 0 == main(["validate", str(path)]), capsys.readouterr().err


def test_the_example_data_is_what_its_script_makes() -> None:
    """Nobody has to trust a file whose origin isn't known."""
    made = subprocess.run([sys.executable, EXAMPLES / "make_machines.py"], capture_output=True)

    assert (EXAMPLES / "machines.csv").read_bytes() == made.stdout
