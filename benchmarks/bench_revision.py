"""What a job costs beside an earlier revision: CPU and peak memory, all of its processes together, in pairs of runs."""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import psutil

ROOT = Path(__file__).parents[1]
BAR = 1.05
BEFORE = "22068b3"  # before results were frozen values
SECONDS_BETWEEN_LOOKS = 0.2  # a look stops what it looks at
LARGE = """\
title: Four classifiers on a large table
data: {generate: {n_samples: 300000, n_features: 20, n_informative: 8, weights: [0.99]}}
split: {n_repeats: 2}
strategies: [baseline, RandomUnderSampler]
classifiers:
  - gaussian_nb
  - {name: decision_tree, params: {max_depth: 4}}
  - {class: sklearn.linear_model.RidgeClassifier, params: {solver: cholesky}}
  - {class: sklearn.linear_model.SGDClassifier, params: {loss: log_loss, max_iter: 5, tol: null}}
engine: {workers: 1}
"""

UNITS = (("CPU", "s", 1.0), ("peak memory", "MB", 1e6))


class Cost(NamedTuple):
    """Seconds of all processors, and the most bytes that were held at once."""

    cpu: float
    memory: float


def main() -> None:
    """Measure pairs of runs, one of each checkout in turn, and compare them with the bar."""
    options = parse_options()
    with tempfile.TemporaryDirectory() as folder:
        other = options.against or check_out(options.revision, Path(folder))
        specs = {"default job": (other / "job/spec/default.yaml").read_text(), "300,000 x 20": LARGE}
        ratios = [ratio for name, text in specs.items() for ratio in compare(name, text, other, options.pairs)]
    sys.exit(max(ratios) > BAR)


def parse_options() -> argparse.Namespace:
    """Read what this checkout is compared with."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--against", type=Path, help="a checkout to compare with")
    parser.add_argument("--revision", default=BEFORE, help="a revision of this one to compare with otherwise")
    parser.add_argument("--pairs", type=int, default=7)
    return parser.parse_args()


def check_out(revision: str, folder: Path) -> Path:
    """Write the files of a revision to a folder of its own."""
    files = subprocess.run(["git", "archive", revision], cwd=ROOT, check=True, capture_output=True).stdout
    checkout = folder / "checkout"
    checkout.mkdir()
    subprocess.run(["tar", "-x", "-C", str(checkout)], input=files, check=True)
    return checkout


def compare(name: str, text: str, other: Path, n_pairs: int) -> list[float]:
    """Run a spec, which both know, in each checkout in turn; print and return the ratios of its costs."""
    with tempfile.TemporaryDirectory() as folder:
        spec = Path(folder, "spec.yaml")
        spec.write_text(text)
        pairs = [(measure(ROOT, spec), measure(other, spec)) for _ in range(n_pairs)]
    medians = []
    for place, (what, unit, size) in enumerate(UNITS):
        ratios = [here[place] / there[place] for here, there in pairs]
        here, there = (statistics.median(cost[place] for cost in side) / size for side in zip(*pairs, strict=True))
        medians.append(statistics.median(ratios))
        spread = f"{min(ratios):.3f} to {max(ratios):.3f}"
        words = f"{name}, {what}: {here:.0f} {unit}, before {there:.0f} {unit}"
        print(f"{words}; ratio {medians[-1]:.3f} ({spread}), bar {BAR}", flush=True)
    return medians


def measure(checkout: Path, spec: Path) -> Cost:
    """Run the job of a checkout and return what it costs; shared pages count once."""
    with tempfile.TemporaryDirectory() as output:
        before = processor_seconds()
        command = [sys.executable, "-m", "job", "run", str(spec), "--output", output]
        job = subprocess.Popen(command, cwd=checkout, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        peak = 0
        while job.poll() is None:
            peak = max(peak, held_by(psutil.Process(job.pid)))
            time.sleep(SECONDS_BETWEEN_LOOKS)
        if job.returncode:
            raise SystemExit(f"the job of {checkout} ended with {job.returncode}: {job.communicate()[1]}")
        return Cost(processor_seconds() - before, peak)


def processor_seconds() -> float:
    """Return what children that have ended, and theirs, have taken of all processors."""
    times = os.times()
    return times.children_user + times.children_system


def held_by(process: psutil.Process) -> int:
    """Sum the proportional set sizes of a process and all below it."""
    total = 0
    try:
        for each in (process, *process.children(recursive=True)):
            total += each.memory_full_info().pss
    except psutil.Error:  # it ended meanwhile
        return 0
    return total


if __name__ == "__main__":
    main()
