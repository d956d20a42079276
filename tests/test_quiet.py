"""What a job writes to its standard streams beside its own words: nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from page_cases import RESULTS
from unruly import SAID

from job.pipeline import read_spec, run_job
from job.results.results_file import to_json

ROOT = Path(__file__).parents[1]
SPEC = """\
data: {generate: {kind: classification, n_samples: 300, weights: [0.9]}}
split: {n_repeats: 1}
strategies: [{class: unruly.Talks}, {class: unruly.TalksLater}, {class: unruly.TalksWhenChecked, params: {volume: 2}}]
classifiers: [logistic_regression]
"""

BOOSTERS = """\
data: {{file: {{path: {name}, target: label}}}}
split: {{n_repeats: 1}}
strategies: [class_weight, under_bagging, {{name: custom, weights: prevalence}}]
classifiers:
  - {{name: xgboost, params: {{n_estimators: 5}}}}
  - {{name: lightgbm, params: {{n_estimators: 5}}}}
  - {{name: catboost, params: {{n_estimators: 5}}}}
report: {{model: true}}
"""

SETTLE = """
from job.report.charts.theme import settle_matplotlib
settle_matplotlib()
import matplotlib
print(matplotlib.get_cachedir())
"""


@pytest.fixture
def bare(tmp_path):
    """Call Python without a home, a locale or anything else; give back what it wrote, and see that it cleaned up."""
    (tmp_path / "home").write_text("no folder")
    (tmp_path / "spec.yaml").write_text(SPEC)
    (tmp_path / "tmp").mkdir()
    path = f"{ROOT}{os.pathsep}{ROOT / 'tests'}"

    def bare(*words: str, **variables: str) -> tuple[str, str]:
        done = subprocess.run(
            [sys.executable, *words],
            cwd=tmp_path,
            env={"HOME": str(tmp_path / "home"), "PYTHONPATH": path, "TMPDIR": str(tmp_path / "tmp"), **variables},
            capture_output=True,
            text=True,
        )
        return done.stdout, done.stderr

    yield bare
    assert [] == list((tmp_path / "tmp").iterdir())


@pytest.mark.long
def test_render_says_nothing_without_a_home(bare, tmp_path):
    """matplotlib finds no folder to write, and its advice helps nobody"""
    (tmp_path / "results.json").write_text(to_json(RESULTS["one run"]()))

    assert ("report.html\n", "") == bare("-m", "job", "render", "results.json", "--output", "report.html")


@pytest.mark.long
def test_a_folder_for_matplotlib_is_respected(bare, tmp_path):
    """who names one finds matplotlib's files there, also in the image; one that cannot be written is passed over"""
    mine, shipped = str(tmp_path / "mine"), str(tmp_path / "shipped")
    (tmp_path / "shipped").mkdir()

    assert (f"{mine}\n", "") == bare("-c", SETTLE, MPLCONFIGDIR=mine, MINORITY_REPORT_FONT_CACHE=shipped)
    for variables in ({"MPLCONFIGDIR": "/dev/null/folder"}, {"MINORITY_REPORT_FONT_CACHE": shipped}):
        out, err = bare("-c", SETTLE, **variables)
        assert ("", True) == (err, out.startswith(str(tmp_path / "tmp")))


@pytest.mark.long
def test_libraries_that_talk_are_not_heard(bare, tmp_path):
    """neither when the spec is checked, in workers, without a home, nor when buffers are emptied at the end"""
    words = ("spec.yaml", "--quiet", "--workers", "1", "--allow-package", "unruly")

    assert ("output/report.html\n", "") == bare("-m", "job", "run", *words)
    results = json.loads((tmp_path / "output/results.json").read_text())
    said = {run["strategy"]: run["warnings"] for run in results["runs"]}
    assert {"baseline": [], "TalksLater": [], "Talks": list(SAID), "TalksWhenChecked": list(SAID)} == said


@pytest.mark.long
@pytest.mark.parametrize("name", ["numbers.csv", "mixed.csv"])
def test_boosters_are_not_heard_and_repeat(name, tmp_path, monkeypatch, capfd):
    """all three, plain, weighted and bagged: nothing is printed or left behind, and two workers write the same bytes"""
    (tmp_path / name).write_text("\n".join(_rows(is_mixed=name == "mixed.csv")))
    (tmp_path / "spec.yaml").write_text(BOOSTERS.format(name=name))
    monkeypatch.chdir(tmp_path)
    before = {path.name for path in tmp_path.iterdir()}
    for n in (1, 2):
        run_job(read_spec("spec.yaml"), Path(f"out-{n}"), workers=n)

    assert ("", "") == tuple(capfd.readouterr())
    assert {*before, "out-1", "out-2"} == {path.name for path in tmp_path.iterdir()}
    for file in ("report.html", "results.json", "metrics.csv", "comparisons.csv", "summary.md"):
        assert (tmp_path / "out-1" / file).read_bytes() == (tmp_path / "out-2" / file).read_bytes(), file
    results = json.loads((tmp_path / "out-1/results.json").read_text())
    assert 4 * 3 == len(results["runs"])
    assert {"ok", "degraded"} >= {run["status"] for run in results["runs"]}
    assert [] == [word for run in results["runs"] for word in run["warnings"]]
    assert {"under_bagging": "fewer"}.items() <= {each["label"]: each["kind"] for each in results["strategies"]}.items()
    assert results["model"]["file"] == "model.skops"


def _rows(is_mixed: bool) -> Iterator[str]:
    """Numbers, or also a column of categories and gaps; one label in six is rare."""
    luck = Random(1)
    yield "amount,count,shop,label" if is_mixed else "amount,count,size,label"
    for row in range(240):
        rare = row % 6 == 0
        third = luck.choice("abcd") if is_mixed else f"{luck.gauss():.4f}"
        amount = "" if is_mixed and row % 11 == 0 else f"{luck.gauss(1.0 * rare):.4f}"
        yield f"{amount},{luck.randrange(9) + 2 * rare},{third},{'rare' if rare else 'common'}"
