"""The same spec, data and versions give the same bytes, wherever and however the job runs: `make same-bytes`."""

from __future__ import annotations

import csv
import os
import platform
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from dask_cluster import start_cluster

from job.outputs import ALWAYS, FIGURES, JUNIT, KEPT, TIMINGS

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]
SPEC = """\
title: Größer als eins
data: {generate: {kind: mixture, n_samples: 200, minority_share: 0.2, n_categorical: 1, n_integer: 1, missing: 0.05}}
split: {n_repeats: 2}
strategies: [threshold, smote, custom, RandomUnderSampler]
classifiers: [logistic_regression, {name: hist_gradient_boosting, params: {max_iter: 9}}]
evaluation: {cost: {false_negative: 7}}
gates: [{max_failed_runs: 0}]
"""
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "LOKY_MAX_CPU_COUNT")
HERE: Mapping[str, tuple[int, Mapping[str, str]]] = {
    "two workers": (2, {"PYTHONHASHSEED": "7", "TZ": "Asia/Kolkata", **dict.fromkeys(THREADS, "3")}),
    "one worker in ASCII": (
        1,
        {
            **{"PYTHONHASHSEED": "4294967295", "TZ": "America/St_Johns", **dict.fromkeys(THREADS, "1")},
            **{"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
        },
    ),
}
"""What is varied -> workers and variables of a job on this machine."""


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output folder of a job with one worker, in the environment of these tests."""
    return run(tmp_path_factory.mktemp("reference"), {"PYTHONHASHSEED": "0"}, "--workers", "1")


def run(folder: Path, environment: Mapping[str, str], *words: str) -> Path:
    """Run a job below a folder, and give its output folder."""
    (folder / "spec.yaml").write_text(SPEC, encoding="utf-8")
    command = [sys.executable, "-m", "job", "run", "spec.yaml", "--output", "some/where", *words]
    variables = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    done = subprocess.run(command, cwd=folder, env=variables, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    return folder / "some/where"


def contents(output: Path) -> dict[str, bytes]:
    """Every file but what says how long it took, and what is kept for a later job."""
    paths = [path for path in output.rglob("*") if path.is_file() and KEPT not in path.parts]
    return {path.relative_to(output).as_posix(): path.read_bytes() for path in paths if path.name != TIMINGS}


def test_what_is_compared(reference: Path) -> None:
    """all files of a job, figures included"""
    names = contents(reference).keys()

    assert {*ALWAYS, JUNIT} - {TIMINGS} == {name for name in names if "/" not in name}
    assert {FIGURES} == {name.partition("/")[0] for name in names if "/" in name}


@pytest.mark.parametrize("leg", HERE)
def test_on_this_machine(leg: str, reference: Path, tmp_path: Path) -> None:
    """the number of workers, hash seeds, time zone, locale and threads leave no trace"""
    workers, environment = HERE[leg]

    assert contents(reference) == contents(run(tmp_path, environment, "--workers", str(workers)))


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The scheduler of a cluster with two workers."""
    with start_cluster(tmp_path_factory.mktemp("cluster"), 2) as cluster:
        yield cluster.address


def test_on_a_dask_cluster(reference: Path, tmp_path: Path, address: str) -> None:
    """a cluster's workers give what this machine's give"""
    assert contents(reference) == contents(run(tmp_path, {"PYTHONHASHSEED": "3"}, "--dask", address))


@pytest.mark.container
def test_in_a_container(reference: Path, image: str, data: Path, output: Path) -> None:
    """the same CPU and the same Python give the same bytes; another Python or C library differs in a last digit"""
    (data / "spec.yaml").write_text(SPEC, encoding="utf-8")
    docker = ("docker", "run", "--rm", "--network=none", f"--volume={data}:/data:ro", f"--volume={output}:/output")
    done = subprocess.run([*docker, image, "run", "/data/spec.yaml"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    asked = [*docker, "--entrypoint=python", image, "-c", "import platform; print(platform.python_version())"]
    version = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()

    assert metrics(output) == pytest.approx(metrics(reference), rel=1e-9, abs=1e-12, nan_ok=True)
    if version == platform.python_version():
        assert contents(reference) == contents(output)


def metrics(output: Path) -> dict[str, float]:
    with (output / "metrics.csv").open(encoding="utf-8") as file:
        return {",".join(key): float(value or "nan") for *key, value in list(csv.reader(file))[1:]}
