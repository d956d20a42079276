"""The image as its users start it: any user, nothing writable but /output and /tmp, no network, no home."""

from __future__ import annotations

import json
import re
import subprocess
import time
from pathlib import Path

import pytest
from small_job import small_spec

pytestmark = [pytest.mark.container, pytest.mark.xdist_group("container")]

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
REPEATABLE = ("report.html", "results.json", "metrics.csv")


def _docker(*arguments: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["docker", *arguments], input=stdin, capture_output=True, text=True)


def _run(
    image: str, *command: str, flags: tuple[str, ...] = HARDENED, stdin: str | None = None
) -> subprocess.CompletedProcess[str]:
    return _docker("run", "--rm", "--interactive", *flags, image, *command, stdin=stdin)


def test_the_default_job_needs_only_an_output_folder_and_gives_the_same_bytes_everywhere(
    image: str, output: Path, tmp_path: Path
) -> None:
    """The container's user, limits and file system leave no trace in the results, and files belong to who asked."""
    plain = tmp_path / "plain"
    plain.mkdir()
    plain.chmod(0o777)

    hardened_run = _run(image, flags=(*HARDENED, f"--volume={output}:/output"))
    plain_run = _run(image, flags=(f"--volume={plain}:/output",))

    assert (0, 0) == (hardened_run.returncode, plain_run.returncode), hardened_run.stderr + plain_run.stderr
    assert [(plain / name).read_bytes() == (output / name).read_bytes() for name in REPEATABLE] == [True] * 3
    assert {USER} == {path.stat().st_uid for path in output.iterdir()}
    assert "matplotlib" not in hardened_run.stderr.lower()


def test_a_mounted_file_gets_its_report(image: str, output: Path, tmp_path: Path) -> None:
    """A spec finds its data beside itself, in a folder that is mounted to be read only."""
    rows = [f"{i},{(i * 37) % 101},{'rare' if i % 9 == 0 else 'common'}" for i in range(200)]
    (tmp_path / "rows.csv").write_text("\n".join(["i,noise,label", *rows]) + "\n")
    (tmp_path / "spec.yaml").write_text(small_spec(data="file: {path: rows.csv, target: label}"))
    mounts = (f"--volume={tmp_path}:/data:ro", f"--volume={output}:/output")

    done = _run(image, "run", "/data/spec.yaml", flags=(*HARDENED, *mounts))

    assert done.returncode == 0, done.stderr
    dataset = json.loads((output / "results.json").read_text())["dataset"]
    assert ("rare", 200, 23) == (dataset["positive"], dataset["n_rows"], dataset["n_positive"])
    assert (output / "report.html").stat().st_size > 0


def test_a_new_named_volume_can_be_written_by_any_user(image: str, tmp_path: Path) -> None:
    """A volume takes its mode from the image, so a job in a cluster needs no step that prepares it."""
    volume = f"minority-report-test-{tmp_path.name}"
    try:
        done = _run(image, "run", "-", flags=(*HARDENED, f"--volume={volume}:/output"), stdin=small_spec())
    finally:
        _docker("volume", "rm", volume)

    assert done.returncode == 0, done.stderr


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


def test_docker_stop_ends_the_job_at_once(image: str, output: Path, tmp_path: Path) -> None:
    """Process 1 has no default handlers: without its own, the job would run on until Docker kills it (137)."""
    (tmp_path / "long.yaml").write_text(small_spec(n_repeats=5000))
    mounts = (f"--volume={tmp_path}:/data:ro", f"--volume={output}:/output")
    container = _docker("run", "--detach", *HARDENED, *mounts, image, "run", "long.yaml").stdout.strip()
    try:
        _wait_for_hidden_files(output)
        _docker("stop", "--time=20", container)
        code = _docker("inspect", "--format={{.State.ExitCode}}", container).stdout.strip()
        log = _docker("logs", container)
    finally:
        _docker("rm", "--force", container)

    assert code == "143", log.stdout + log.stderr
    assert "Traceback" not in log.stderr
    assert [path.name for path in output.iterdir() if not path.name.startswith(".")] == []


def _wait_for_hidden_files(output: Path) -> None:
    deadline = time.monotonic() + 60
    while not any(output.iterdir()):
        assert time.monotonic() < deadline, "the job did not start to write"
        time.sleep(0.1)


def test_the_image_is_at_most_500_mb_beside_its_base(image: str) -> None:
    """What the last stage of the Dockerfile adds, one history entry for each of its instructions."""
    last_stage = re.split(r"^FROM .*\n", DOCKERFILE.read_text(), flags=re.MULTILINE)[-1]
    n_instructions = len(re.findall(r"^[A-Z]+ ", last_stage, flags=re.MULTILINE))
    history = _docker("history", "--human=false", "--format={{.Size}}", image).stdout.split()

    added = sum(int(size) for size in history[:n_instructions])

    assert 100_000_000 < added <= 500_000_000


def test_nobody_is_root_unless_asked(image: str) -> None:
    """A cluster that demands non-root users checks for a number."""
    user = _docker("image", "inspect", "--format={{.Config.User}}", image).stdout.strip()

    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", user)


def test_help_answers_in_a_container_without_mounts(image: str) -> None:
    """The arguments of docker run are the command's own."""
    done = _run(image, "--help")

    assert done.returncode == 0
    assert "Usage: minority-report" in done.stdout
