"""The image as its users start it: any user, nothing writable but /output and /tmp, no network, no home."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from small_job import small_spec

from job import __version__
from job.names import CLASSIFIERS, EXTRAS, IMBALANCED_LEARN_SAMPLERS
from job.outputs import ALWAYS, FIGURES, KEPT

pytestmark = pytest.mark.container

DOCKERFILE = Path(__file__).parents[2] / "Dockerfile"
USER = 12345
HARDENED = (
    "--network=none",
    "--read-only",
    "--tmpfs=/tmp",
    "--cap-drop=ALL",
    "--security-opt=no-new-privileges",
    f"--user={USER}:{USER}",
    "--memory=1g",
    "--shm-size=64m",
    "--env=HOME=/nonexistent",
)
SPEC = small_spec().replace("[baseline, smote]", "[class_weight, threshold, smote, custom]")
OWN_CLASSIFIERS = [name for name in CLASSIFIERS if name not in EXTRAS]
REPEATABLE = ("report.html", "results.json", "metrics.csv")


def _docker(
    *arguments: str, stdin: str | None = None, timeout: float | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["docker", *arguments], input=stdin, capture_output=True, text=True, timeout=timeout)


def _run(
    image: str, *command: str, flags: tuple[str, ...] = HARDENED, stdin: str | None = None
) -> subprocess.CompletedProcess[str]:
    return _docker("run", "--rm", "--interactive", *flags, image, *command, stdin=stdin)


@pytest.mark.parametrize(
    ("command", "spec"),
    [(("run", "-"), SPEC), pytest.param((), None, marks=pytest.mark.long)],
    ids=["a small job", "the default job"],
)
def test_a_job_needs_only_an_output_folder(
    image: str, output: Path, command: tuple[str, ...], spec: str | None
) -> None:
    """Files belong to who asked, and nothing but progress is said."""
    done = _run(image, *command, flags=(*HARDENED, f"--volume={output}:/output"), stdin=spec)

    assert done.returncode == 0, done.stderr
    assert {USER} == {path.stat().st_uid for path in output.iterdir()}
    assert [] == [line for line in done.stderr.splitlines() if not re.match(r"\d+ of \d+ runs", line)]


@pytest.fixture(scope="module")
def limited(image: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a job in a container with every restriction and 400 MB writes into a new named volume."""
    folder = tmp_path_factory.mktemp("limited")
    volume = f"--volume=minority-report-test-{folder.name}"
    try:
        done = _run(image, "run", "-", flags=(*HARDENED, "--memory=400m", f"{volume}:/output"), stdin=SPEC)
        assert done.returncode == 0, done.stderr
        copy = ("--user=0", "--entrypoint=cp", f"{volume}:/from", f"--volume={folder}:/to")
        assert _run(image, "-r", "/from/.", "/to", flags=copy).returncode == 0
    finally:
        _docker("volume", "rm", volume.removeprefix("--volume="))
    return folder


def test_a_new_named_volume_can_be_written_by_any_user(limited: Path) -> None:
    """A volume takes its mode from the image, so a job in a cluster needs no step that prepares it."""
    assert {*ALWAYS, FIGURES, KEPT} == {path.name for path in limited.iterdir()}


def test_400_mb_hold_one_worker(limited: Path) -> None:
    """There are as many workers as the container's memory holds."""
    assert 1 == _n_workers(limited)


def test_a_job_gives_the_same_bytes_everywhere(image: str, output: Path, limited: Path) -> None:
    """The container's user, limits and file system leave no trace in the results."""
    done = _run(image, "run", "-", flags=(f"--volume={output}:/output",), stdin=SPEC)

    assert done.returncode == 0, done.stderr
    assert [(limited / name).read_bytes() == (output / name).read_bytes() for name in REPEATABLE] == [True] * 3


def test_the_numbers_are_those_of_a_job_outside(limited: Path, tmp_path: Path) -> None:
    """Another Python and another C library may differ in a last digit, and in nothing else."""
    (tmp_path / "spec.yaml").write_text(SPEC)
    outside = (sys.executable, "-m", "job", "run", tmp_path / "spec.yaml", "--output", tmp_path / "outside")
    assert subprocess.run(outside, cwd=DOCKERFILE.parent, capture_output=True).returncode == 0

    assert _metrics(tmp_path / "outside") == pytest.approx(_metrics(limited), rel=1e-9, abs=1e-12, nan_ok=True)


def _metrics(folder: Path) -> dict[str, float]:
    with (folder / "metrics.csv").open() as file:
        return {",".join(key): float(value or "nan") for *key, value in list(csv.reader(file))[1:]}


def _n_workers(folder: Path) -> int:
    environment: dict[str, int] = json.loads((folder / "timings.json").read_text())["environment"]
    return environment["n_workers"]


@pytest.mark.parametrize(
    ("suffix", "strategies", "classifiers", "source", "limit"),
    [
        ("parquet", IMBALANCED_LEARN_SAMPLERS, ["gaussian_nb"], "/data/spec.yaml", "--cpus=1"),
        ("csv.gz", ["custom", "under_bagging"], ["logistic_regression"], "-", "--cpuset-cpus=0"),
        pytest.param(
            "csv.gz", ["custom", "under_bagging"], OWN_CLASSIFIERS, "-", "--cpuset-cpus=0", marks=pytest.mark.long
        ),
    ],
)
def test_everything_a_spec_can_name_works_in_the_image(
    image: str,
    output: Path,
    data: Path,
    suffix: str,
    strategies: Iterable[str],
    classifiers: Iterable[str],
    source: str,
    limit: str,
) -> None:
    """Test suites, headers and sources are stripped from the libraries; nothing that a job needs went with them.

    Data lies in a folder that is mounted to be read only, beside the spec or where a spec from a pipe is run. Half a
    processor each would only make two workers slow, so one processor has one.
    """
    rows = _write_rows(data / f"rows.{suffix}")
    spec = f"""\
data: {{file: {{path: {rows.name}, target: label, time: booked}}}}
split: {{method: time}}
strategies: [{", ".join(strategies)}]
classifiers: [{", ".join(classifiers)}]
"""
    (data / "spec.yaml").write_text(spec)
    mounts = (f"--volume={data}:/data:ro", f"--volume={output}:/output")

    done = _run(image, "run", source, flags=(*HARDENED, *mounts, limit), stdin=spec)

    assert done.returncode == 0, done.stderr
    results = json.loads((output / "results.json").read_text())
    assert ("rare", 300) == (results["dataset"]["positive"], results["dataset"]["n_rows"])
    assert {*strategies, "baseline"} == {run["strategy"] for run in results["runs"]}
    assert {"ok", "degraded"} >= {run["status"] for run in results["runs"]}
    assert (output / "report.html").stat().st_size > 0
    assert 1 == _n_workers(output)


BOOSTERS = small_spec(n_repeats=1).replace(
    "[logistic_regression]", "[xgboost, lightgbm, {name: catboost, params: {iterations: 20}}]"
)


def test_boosters_are_said_to_be_missing_with_what_to_do(image: str, output: Path) -> None:
    """Each at its entry, before anything is run."""
    done = _run(image, "run", "-", flags=(*HARDENED, f"--volume={output}:/output"), stdin=BOOSTERS)

    assert (2, 3) == (done.returncode, len(done.stderr.splitlines())), done.stderr
    assert all("--build-arg EXTRA=boost" in line for line in done.stderr.splitlines())


@pytest.mark.long
def test_boosters_work_in_the_image_that_has_them(boost_image: str, output: Path) -> None:
    """Without what draws their charts, and with an OpenMP for LightGBM."""
    done = _run(boost_image, "run", "-", "--quiet", flags=(*HARDENED, f"--volume={output}:/output"), stdin=BOOSTERS)

    assert (0, "") == (done.returncode, done.stderr)
    results = json.loads((output / "results.json").read_text())
    assert {(name, "ok") for name in EXTRAS} == {(run["classifier"], run["status"]) for run in results["runs"]}


def _write_rows(path: Path) -> Path:
    """Write 300 rows with a number, a category and a zoned time; the suffix says in which format."""
    duckdb.execute(f"""
        COPY (
            SELECT (i * 37) % 101 / 10 AS amount, ['red', 'green', 'blue'][i % 3 + 1] AS colour,
                   TIMESTAMPTZ '2024-03-30 22:00:00+01' + to_minutes(i) AS booked,
                   CASE WHEN amount < 2 OR i % 29 = 0 THEN 'rare' ELSE 'common' END AS label
            FROM range(300) AS rows(i)
        ) TO '{path}'
    """)
    return path


@pytest.mark.parametrize("flags", [("--volume={shut}:/output",), ("--volume={output}:/output:ro",), ()])
def test_an_output_folder_that_cannot_be_written_is_said_with_what_to_do(
    image: str, flags: tuple[str, ...], output: Path, tmp_path: Path
) -> None:
    """Owned by somebody else, mounted to be read only, or not mounted: one line and exit code 2."""
    shut = tmp_path / "shut"
    shut.mkdir()
    mounts = tuple(flag.format(shut=shut, output=output) for flag in flags)

    done = _run(image, "run", "-", flags=(*HARDENED, *mounts), stdin=small_spec())

    assert done.returncode == 2, done.stderr
    assert "mkdir -p output" in done.stderr
    assert '--user "$(id -u):$(id -g)"' in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("signal", "code"), [("SIGTERM", "143"), ("SIGINT", "130")])
def test_a_signal_ends_the_job_and_leaves_nothing_behind(
    image: str, output: Path, data: Path, signal: str, code: str
) -> None:
    """Process 1 has no default handlers: without its own the job would run on until Docker kills it."""
    (data / "long.yaml").write_text(small_spec(n_repeats=5000))
    mounts = (f"--volume={data}:/data:ro", f"--volume={output}:/output")
    container = _docker("run", "--detach", *HARDENED, *mounts, image, "run", "long.yaml").stdout.strip()
    try:
        _wait_for_hidden_files(output)
        _docker("kill", f"--signal={signal}", container)
        ended_with = _docker("wait", container, timeout=120).stdout.strip()
        log = _docker("logs", container)
    finally:
        _docker("rm", "--force", container)

    assert code == ended_with, log.stdout + log.stderr
    assert "Traceback" not in log.stderr
    assert [] == list(output.iterdir())


def _wait_for_hidden_files(output: Path) -> None:
    deadline = time.monotonic() + 60
    while not any(output.iterdir()):
        assert time.monotonic() < deadline, "the job did not start to write"
        time.sleep(0.1)


def test_a_container_without_a_place_for_temporary_files_is_told_to_have_one(image: str, output: Path) -> None:
    """A read-only container has none unless it is asked for: one line and exit code 2."""
    flags = tuple(flag for flag in HARDENED if not flag.startswith("--tmpfs"))

    done = _run(image, "run", "-", flags=(*flags, f"--volume={output}:/output"), stdin=small_spec())

    assert done.returncode == 2, done.stderr
    assert ["--tmpfs /tmp"] == re.findall(r"--tmpfs /tmp", done.stderr)
    assert 1 == len(done.stderr.splitlines())


def test_the_image_is_at_most_500_mb_beside_its_base(image: str) -> None:
    """What the last stage of the Dockerfile adds, one history entry for each of its instructions."""
    last_stage = re.split(r"^FROM .*\n", DOCKERFILE.read_text(), flags=re.MULTILINE)[-1]
    n_instructions = len(re.findall(r"^[A-Z]+ ", last_stage, flags=re.MULTILINE))
    history = _docker("history", "--human=false", "--format={{.Size}}", image).stdout.split()

    added = sum(int(size) for size in history[:n_instructions])

    assert 100_000_000 < added <= 500_000_000


def test_the_image_says_what_it_is(image: str) -> None:
    """By the labels of the Open Container Initiative, so that a registry can show them and a scanner can go by them."""
    labels = json.loads(_docker("image", "inspect", "--format={{json .Config.Labels}}", image).stdout)
    project = tomllib.loads((DOCKERFILE.parent / "pyproject.toml").read_text())["project"]
    base = re.findall(r"^FROM (python:\S+)$", DOCKERFILE.read_text(), flags=re.MULTILINE)

    said = {name.removeprefix("org.opencontainers.image."): text for name, text in labels.items()}
    revision = said.pop("revision", "0" * 40)  # of a checkout, by `make image`
    assert re.fullmatch(r"[0-9a-f]{40}(-dirty)?", revision)
    assert {
        "title": project["name"],
        "description": project["description"].partition("?")[0] + "?",
        "version": __version__,
        "licenses": project["license"],
        "base.name": f"docker.io/library/{base[-1]}",
    } == said


CONTENT = """
import importlib.util, json, os, re, shutil
from importlib.metadata import distributions

tools = "pip pip3 cc gcc g++ c++ clang make ld as cargo rustc git curl wget".split()
left = [os.path.join(folder, name)
        for top in ("/root", "/home", "/tmp", "/var/cache/apt", "/var/lib/apt/lists", "/opt", "/usr/local")
        for folder, folders, files in os.walk(top)
        for name in (*folders, *files)
        if name in (".cache", "pip", "ensurepip") or name.endswith((".whl", ".deb", "_Packages", "_Packages.lz4"))]
print(json.dumps({
    "tools": [name for name in tools if shutil.which(name)],
    "modules": [name for name in ("pip", "ensurepip", "setuptools", "wheel") if importlib.util.find_spec(name)],
    "left": left,
    "packages": sorted([re.sub("[-_.]+", "-", found.name.lower()), found.version] for found in distributions()),
}))
"""


@pytest.fixture(scope="module")
def content(image: str) -> dict[str, list[Any]]:
    """What is in the image that a job doesn't need, and its packages."""
    done = _run(image, "-c", CONTENT, flags=("--user=0", "--entrypoint=python"))
    assert done.returncode == 0, done.stderr
    found: dict[str, list[Any]] = json.loads(done.stdout)
    return found


def test_nothing_can_be_built_or_installed_in_the_image(content: dict[str, list[Any]]) -> None:
    """No compiler, no pip, no cache: what a job doesn't need, nobody else can use."""
    assert {"tools": [], "modules": [], "left": []} == {name: content[name] for name in ("tools", "modules", "left")}


def test_the_bill_of_materials_is_the_images(content: dict[str, list[Any]], tmp_path: Path) -> None:
    """Every package that is installed is in it, with its version, and no other."""
    command = (sys.executable, "benchmarks/sbom.py", tmp_path / "sbom.json")
    environment = {**os.environ, "PYTHONPATH": str(DOCKERFILE.parent)}
    assert subprocess.run(command, cwd=DOCKERFILE.parent, env=environment).returncode == 0
    bill = json.loads((tmp_path / "sbom.json").read_text())

    parts = [bill["metadata"]["component"], *bill["components"]]
    assert sorted([part["name"], part["version"]] for part in parts) == content["packages"]


def test_nobody_is_root_unless_asked(image: str) -> None:
    """A cluster that demands non-root users checks for a number."""
    user = _docker("image", "inspect", "--format={{.Config.User}}", image).stdout.strip()

    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", user)


def test_the_other_commands_need_no_output_folder(image: str, data: Path) -> None:
    """A spec can be started and checked where it will be run."""
    rows = _write_rows(data / "rows.parquet")
    flags = (*HARDENED, f"--volume={data}:/data:ro")

    started = _run(image, "init", rows.name, "--target", "label", flags=flags)
    (data / "spec.yaml").write_text(started.stdout)
    checked = _run(image, "validate", "spec.yaml", flags=flags)
    schema = _run(image, "schema", flags=flags)

    assert [(0, ""), (0, ""), (0, "")] == [(done.returncode, done.stderr) for done in (started, checked, schema)]
    assert "runs" in checked.stdout
    assert "data" in json.loads(schema.stdout)["properties"]


def test_help_answers_in_a_container_without_mounts(image: str) -> None:
    """The arguments of docker run are the command's own."""
    done = _run(image, "--help")

    assert done.returncode == 0
    assert "Usage: minority-report" in done.stdout
