"""A suite is run: one queue, a report for each data set, the same bytes whatever happens on the way."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import distributed
import pytest
from dask_cluster import ENVIRONMENT, start_cluster, wait_until

from job.cli import main
from job.outputs import KEPT
from job.suite.run_suite import read_suite_spec, run_suite
from job.suite.suite_results import read_suite

pytestmark = pytest.mark.long

FILES = ("index.html", "suite.json", "suite.csv", "summary.md", "junit.xml")
OF_JOBS = ("report.html", "results.json", "metrics.csv", "comparisons.csv", "summary.md", "junit.xml")
SUITE = """\
title: A small suite
datasets:
  - {generate: {kind: mixture, n_samples: 160, minority_share: 0.2}, label: one, family: f}
  - {file: {path: broken.csv, target: class}, label: "../broken"}
  - {generate: {kind: mixture, n_samples: 120, minority_share: 0.25, separation: 1.0}, label: "a <b>", family: f}
  - {generate: {kind: mixture, n_samples: 140, minority_share: 0.25, separation: 1.5}, label: three}
split: {n_repeats: 12}
strategies: [baseline, smote]
classifiers: [logistic_regression]
gates:
  - {max_failed_runs: 0}
  - {metric: average_precision, strategy: smote, min: 0.0}
"""
N_RUNS = 3 * (12 * 2 + 5)  # the leak is made on five splits


def write(folder: Path, text: str = SUITE) -> Path:
    (folder / "broken.csv").write_text("x,class\n1,a\n2,a\n")
    (folder / "suite.yaml").write_text(text)
    return folder / "suite.yaml"


def contents(output: Path) -> dict[str, bytes]:
    found = [*FILES, *(f"datasets/{job}/{name}" for job in ("one", "a_b", "three") for name in OF_JOBS)]
    return {name: (output / name).read_bytes() for name in found}


def start(folder: Path, *words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "job", "suite", "suite.yaml", "--output", "out", "--verbose", *words]
    return subprocess.Popen(
        command, cwd=folder, env=ENVIRONMENT, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory) -> Path:
    """The folder of a suite that has run."""
    folder = tmp_path_factory.mktemp("suite")
    result = run_suite(read_suite_spec(str(write(folder))), folder / "out", workers=1)
    assert (result.ended.n_kept, result.ended.n_runs) == (0, N_RUNS)
    assert result.results == read_suite(folder / "out" / "suite.json")
    return folder


def test_one_data_set_that_cannot_be_read_costs_its_row(undisturbed) -> None:
    """suite.csv has it with its reason, and no folder lies outside of the suite's"""
    rows = list(csv.DictReader(io.StringIO((undisturbed / "out" / "suite.csv").read_text())))

    assert [(row["dataset"], row["status"]) for row in rows] == [
        ("one", "ok"), ("../broken", "unreadable"), ("a <b>", "ok"), ("three", "ok"),
    ]  # fmt: skip
    assert "broken.csv" in rows[1]["reason"]
    assert sorted(os.listdir(undisturbed / "out" / "datasets")) == ["a_b", "one", "three"]
    assert rows[2]["report"] == "datasets/a_b/report.html"
    assert [row["rows"] for row in rows] == ["160", "", "120", "140"]


def test_what_is_known_over_all(undisturbed) -> None:
    """two families of three data sets; means are those of the reports"""
    found = read_suite(undisturbed / "out" / "suite.json")
    (ranking,), (over_all,) = found.rankings, found.over_all
    means = {}
    for job in ("one", "a_b", "three"):
        results = json.loads((undisturbed / "out" / "datasets" / job / "results.json").read_text())
        means[job] = next(
            row["difference"] for row in results["comparisons"]
            if (row["metric"], row["strategy"]) == ("average_precision", "smote")
        )  # fmt: skip

    assert (found.n_families, ranking.n_blocks, ranking.n_datasets, over_all.n_datasets) == (2, 2, 3, 3)
    assert over_all.difference == pytest.approx(((means["one"] + means["a_b"]) / 2 + means["three"]) / 2)
    assert sum(ranking.ranks) == pytest.approx(3)
    assert sum(over_all.counts) == 3
    shares = over_all.probability_better, over_all.probability_equivalent, over_all.probability_worse
    assert sum(shares) == pytest.approx(1)


def test_gates_of_all_jobs_are_in_one_file(undisturbed) -> None:
    """one test suite for each data set"""
    text = (undisturbed / "out" / "junit.xml").read_text()

    assert text.count("<testcase") == 6
    assert 'tests="6" failures="0"' in text
    assert 'name="a &lt;b&gt;"' in text


def test_a_suite_that_is_there_is_not_run_again(undisturbed) -> None:
    """nothing is in the queue, and every file has its bytes"""
    before = contents(undisturbed / "out")
    result = run_suite(read_suite_spec(str(undisturbed / "suite.yaml")), undisturbed / "out", workers=1)

    assert (result.ended.n_runs, contents(undisturbed / "out")) == (0, before)


def test_a_job_alone_makes_the_same_report(undisturbed, tmp_path) -> None:
    """the store and the queue change no byte of it"""
    data = "generate: {kind: mixture, n_samples: 140, minority_share: 0.25, separation: 1.5}"
    lines = SUITE.replace("A small suite", "'three: A small suite'").split("\n")
    shared = "\n".join([lines[0], f"data: {{{data}}}", *lines[6:]])
    (tmp_path / "spec.yaml").write_text(shared)

    assert main(["run", str(tmp_path / "spec.yaml"), "--output", str(tmp_path / "out"), "--quiet", "-w", "1"]) == 0
    for name in OF_JOBS:
        assert (tmp_path / "out" / name).read_bytes() == (undisturbed / "out/datasets/three" / name).read_bytes()


def test_killed_twice_it_goes_on_with_the_same_bytes(undisturbed, tmp_path) -> None:
    """once in the queue, once while reports are written; nothing that had ended is run again"""
    write(tmp_path)
    for word in (f"20 of {N_RUNS}:", f"{N_RUNS} of {N_RUNS}:"):
        job = start(tmp_path, "--workers", "1")
        assert any(line.startswith(word) for line in job.stderr)
        job.kill()
        job.communicate()
    n_kept = len(list((tmp_path / "out" / KEPT / "runs").glob("*/*")))
    job = start(tmp_path, "--workers", "1")
    said = job.communicate()[1]

    assert n_kept == N_RUNS
    assert job.returncode == 4
    assert "logistic_regression, repeat" not in said
    assert "Unreadable: ../broken: " in said
    assert contents(tmp_path / "out") == contents(undisturbed / "out")
    assert not list((tmp_path / "out").glob(".minority-report-*"))


def test_a_cluster_that_loses_a_worker_makes_the_same_bytes(undisturbed, tmp_path) -> None:
    """two workers on loopback, of which one is killed"""
    write(tmp_path)
    (tmp_path / "cluster").mkdir()
    with start_cluster(tmp_path / "cluster", 2) as cluster:
        with distributed.Client(cluster.address, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=120)
        job = start(tmp_path, "--dask", cluster.address)
        assert any(line.startswith(f"6 of {N_RUNS}:") for line in job.stderr)
        victim = cluster.workers()[0]
        victim.kill()
        said = job.communicate()[1]
        wait_until(lambda: not victim.is_running())

    assert job.returncode == 4, said
    assert contents(tmp_path / "out") == contents(undisturbed / "out")


SHARED = "split: {n_repeats: 1}\nstrategies: [baseline, smote]\nclassifiers: [logistic_regression]\n"
DRAWN = "  - {generate: {n_samples: 100, weights: [0.8]}, label: drawn}\n"


def test_where_none_could_be_read_the_code_is_3(tmp_path, capsys) -> None:
    """the index says so, and --quiet prints its path only"""
    path = write(tmp_path, f"datasets:\n  - {{file: {{path: broken.csv, target: class}}}}\n{SHARED}")

    assert main(["suite", str(path), "--output", str(tmp_path / "out"), "--quiet", "--workers", "1"]) == 3
    told = capsys.readouterr()
    assert told.out == f"{tmp_path / 'out' / 'index.html'}\n"
    assert told.err.startswith("Unreadable: broken: ")


def test_a_gate_that_fails_wins(tmp_path, capsys) -> None:
    """5, also where a data set has no report; without a store nothing stays behind"""
    gate = "{metric: average_precision, strategy: smote, max: 0.0}"
    path = write(
        tmp_path,
        f"datasets:\n{DRAWN}{DRAWN.replace('drawn', 'lost')}{SHARED}engine: {{store: false}}\ngates: [{gate}]\n",
    )
    (tmp_path / "out" / "datasets").mkdir(parents=True)
    (tmp_path / "out" / "datasets" / "lost").write_text("a file in the way")

    assert main(["suite", str(path), "--output", str(tmp_path / "out"), "--quiet", "--workers", "1"]) == 5
    told = capsys.readouterr().err
    assert "Failed: lost: its report cannot be made: " in told
    assert "drawn: " in told
    assert not list((tmp_path / "out").rglob(KEPT))


def test_a_suite_replaces_nothing_that_it_reads(tmp_path, capsys) -> None:
    """its own document, say, where somebody calls it suite.json"""
    write(tmp_path).rename(tmp_path / "suite.json")

    assert main(["suite", str(tmp_path / "suite.json"), "--output", str(tmp_path)]) == 2
    assert "suite.json would replace" in capsys.readouterr().err
