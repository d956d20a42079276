"""What a job saves that was run before: unchanged, with one more strategy, killed halfway; and a cluster of two."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[1]
PAIRS = 5
BAR = 1.2
DEFAULT = (ROOT / "job/spec/default.yaml").read_text()
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}


def main() -> None:
    """Print one line for each thing measured, as a multiple of its peer."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "spec.yaml").write_text(DEFAULT)
        whole = clocked(lambda: job(folder, "run", "spec.yaml"))
        pairs = [
            (clocked(lambda: job(folder, "run", "spec.yaml")), clocked(lambda: job(folder, "validate", "spec.yaml")))
            for _ in range(PAIRS)
        ]
        tell("unchanged default job / validate", [unchanged / check for unchanged, check in pairs], f", bar {BAR}")
        (folder / "spec.yaml").write_text(DEFAULT.replace("strategies: [", "strategies: [RandomOverSampler, "))
        tell(
            "default job with one more strategy / whole job", [clocked(lambda: job(folder, "run", "spec.yaml")) / whole]
        )
        (folder / "spec.yaml").write_text(DEFAULT)
        tell("default job killed halfway, its second part / whole job", [resume(folder) / whole])
        two = [clocked(lambda: fresh(folder, "--workers", "2")) for _ in range(2)]
        tell("default job, 2 workers / 1", [two[0] / clocked(lambda: fresh(folder, "--workers", "1"))])
        with ExitStack() as cluster:
            address = start_cluster(cluster)
            tell(
                "default job, Dask with 2 workers / 2 local ones",
                [clocked(lambda: fresh(folder, "--dask", address)) / two[1]],
            )


def tell(what: str, ratios: list[float], bar: str = "") -> None:
    """Print the median, and the spread where there are several."""
    spread = f" ({min(ratios):.2f} to {max(ratios):.2f})" if len(ratios) > 1 else ""
    print(f"{what}: {median(ratios):.2f}{spread}{bar}", flush=True)


def clocked(call: Callable[[], object]) -> float:
    """Seconds that a call takes."""
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def job(folder: Path, *arguments: str) -> None:
    """Run a command of the job."""
    subprocess.run(
        [sys.executable, "-m", "job", *arguments], cwd=folder, env=ENVIRONMENT, check=True, capture_output=True
    )


def fresh(folder: Path, *arguments: str) -> None:
    """Run the whole job."""
    job(folder, "run", "spec.yaml", "--fresh", *arguments)


def resume(folder: Path) -> float:
    """Kill a job when half of its runs have ended, and return the seconds of the one that goes on."""
    command = [sys.executable, "-m", "job", "run", "spec.yaml", "--output", "killed"]
    begun = subprocess.Popen(
        command, cwd=folder, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    assert begun.stderr is not None
    for line in begun.stderr:
        done = re.match(r"([\d,]+) of ([\d,]+) runs", line)
        if done and 2 * int(done[1].replace(",", "")) >= int(done[2].replace(",", "")):
            break
    begun.kill()
    begun.wait()
    return clocked(lambda: job(folder, *command[3:]))


def start_cluster(cluster: ExitStack) -> str:
    """Start a scheduler and two workers on this machine, and return their address."""
    port, quiet = "18786", {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": ENVIRONMENT}
    address = f"tcp://127.0.0.1:{port}"
    scheduler = ("scheduler", "--host", "127.0.0.1", "--port", port, "--no-dashboard")
    for arguments in (scheduler, ("worker", address, "--no-dashboard"), ("worker", address, "--no-dashboard")):
        started = subprocess.Popen([sys.executable, "-m", "job", "dask", *arguments], **quiet)
        cluster.callback(started.wait)
        cluster.callback(started.terminate)
    time.sleep(10)  # until both have joined
    return address


if __name__ == "__main__":
    main()
