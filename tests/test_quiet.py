"""What a job writes to its standard streams beside its own words: nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SPEC = """\
data: {generate: {kind: classification, n_samples: 300, weights: [0.9]}}
split: {n_repeats: 1}
strategies: [{class: unruly.Talks}, {class: unruly.TalksWhenChecked, params: {volume: 2}}]
classifiers: [logistic_regression]
"""


@pytest.fixture
def bare(tmp_path):
    """Call the command without a home, a locale or anything else but a PATH; give back what it wrote."""
    (tmp_path / "home").write_text("no folder")
    (tmp_path / "spec.yaml").write_text(SPEC)
    (tmp_path / "tmp").mkdir()
    path = f"{ROOT}{os.pathsep}{ROOT / 'tests'}"

    def bare(*words: str, **variables: str) -> tuple[str, str]:
        done = subprocess.run(
            [sys.executable, "-m", "job", *words],
            cwd=tmp_path,
            env={"HOME": str(tmp_path / "home"), "PYTHONPATH": path, "TMPDIR": str(tmp_path / "tmp"), **variables},
            capture_output=True,
            text=True,
        )
        return done.stdout, done.stderr

    yield bare
    assert [] == list((tmp_path / "tmp").iterdir())


@pytest.mark.parametrize("variables", [{}, {"MPLCONFIGDIR": "/dev/null/folder"}], ids=["no home", "no folder"])
def test_render_says_nothing_without_a_home(bare, variables):
    """matplotlib finds no folder to write, and its advice helps nobody"""
    page = "report.html"

    assert (f"{page}\n", "") == bare("render", str(ROOT / "tests/gold/results.json"), "--output", page, **variables)


def test_a_folder_for_matplotlib_is_respected(bare, tmp_path):
    """who names one finds matplotlib's files there"""
    bare("render", str(ROOT / "tests/gold/results.json"), "--output", "page.html", MPLCONFIGDIR=str(tmp_path / "mine"))

    assert any((tmp_path / "mine").iterdir())


def test_libraries_that_talk_are_not_heard(bare, tmp_path):
    """neither when the spec is checked, in workers, without a home, nor when buffers are emptied at the end"""
    words = ("--allow-package", "unruly")

    assert ("output/report.html\n", "") == bare("run", "spec.yaml", "--quiet", "--workers", "1", *words)
    out, err = bare("validate", "spec.yaml", *words)
    assert ("", 1) == (err, out.count("\n"))
    assert 3 * 1 == (tmp_path / "output/results.json").read_text().count("unruly: this takes 3 rows") + 1
