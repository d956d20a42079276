"""A cluster of containers, as examples/compose.yaml has it: a scheduler, two workers, and a job that loses one."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from container.compose import docker, network, read_services, start
from small_job import small_spec

pytestmark = [pytest.mark.container, pytest.mark.long]

SERVICES = read_services(Path(__file__).parents[2] / "examples" / "compose.yaml")
BYTES = ("report.html", "results.json", "metrics.csv")


def test_a_worker_that_is_killed_leaves_no_trace(image: str, data: Path, tmp_path: Path) -> None:
    """The job goes on with the other one, and its files have the bytes of a job in one container."""
    (data / "known_truth.yaml").write_text(small_spec(n_repeats=6).replace("[baseline", "[custom, baseline"))
    outputs = [tmp_path / name for name in ("alone", "cluster")]
    for folder in outputs:
        folder.mkdir()
        folder.chmod(0o777)
    alone, cluster = ((f"--volume={data}:/data:ro", f"--volume={folder}:/output") for folder in outputs)

    with network(f"minority-report-test-{tmp_path.name[-20:]}") as net:
        start("scheduler", SERVICES["scheduler"], image, net)
        workers = start("worker", SERVICES["worker"], image, net)
        asked = {**SERVICES["job"], "command": [*SERVICES["job"]["command"], "--verbose"]}
        (job,) = start("job", asked, image, net, *cluster)
        _wait_for(job, "4 of ")
        docker("kill", workers[0])
        assert "running" == docker("inspect", "--format={{.State.Status}}", job).stdout.strip()
        assert "0" == docker("wait", job, timeout=300).stdout.strip(), docker("logs", job).stderr
        log = docker("logs", job).stderr
        (local,) = start("job", {**asked, "command": ["run", "known_truth.yaml"]}, image, net, *alone)
        assert "0" == docker("wait", local, timeout=300).stdout.strip(), docker("logs", local).stderr

    assert [] == [line for line in log.splitlines() if ": ok in" not in line]
    assert [True] * 3 == [(outputs[0] / name).read_bytes() == (outputs[1] / name).read_bytes() for name in BYTES]


def _wait_for(container: str, words: str) -> None:
    deadline = time.monotonic() + 180
    while words not in (said := docker("logs", container).stderr):
        assert time.monotonic() < deadline, said
        time.sleep(0.1)
