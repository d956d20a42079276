"""How much memory a large job takes at its peak, all of its processes together, beside an earlier revision."""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[1]
BAR = 1.05
SECONDS_BETWEEN_LOOKS = 0.2  # a look stops what it looks at
SPEC = """\
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


def main() -> None:
    """Measure pairs of runs, one of each checkout in turn, and compare them with the bar."""
    options = parse_options()
    with tempfile.TemporaryDirectory() as folder:
        spec = Path(folder, "spec.yaml")
        spec.write_text(SPEC)
        other = options.against or check_out(options.revision, Path(folder))
        peaks = [(measure_peak(ROOT, spec), measure_peak(other, spec)) for _ in range(options.pairs)]
    ratios = [here / there for here, there in peaks]
    here, there = (statistics.median(side) / 1e6 for side in zip(*peaks, strict=True))
    ratio = statistics.median(ratios)
    what = f"peak memory of 300,000 rows with four classifiers: {here:.0f} MB, {options.against or options.revision}"
    print(f"{what}: {there:.0f} MB; ratio {ratio:.3f} ({min(ratios):.3f} to {max(ratios):.3f}), bar {BAR}")
    sys.exit(ratio > BAR)


def parse_options() -> argparse.Namespace:
    """Read what this checkout is compared with."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--against", type=Path, help="a checkout to compare with")
    parser.add_argument("--revision", default="db7697e", help="a revision of this one to compare with otherwise")
    parser.add_argument("--pairs", type=int, default=7)
    return parser.parse_args()


def check_out(revision: str, folder: Path) -> Path:
    """Write the files of a revision to a folder of its own."""
    files = subprocess.run(["git", "archive", revision], cwd=ROOT, check=True, capture_output=True).stdout
    checkout = folder / "checkout"
    checkout.mkdir()
    subprocess.run(["tar", "-x", "-C", str(checkout)], input=files, check=True)
    return checkout


def measure_peak(checkout: Path, spec: Path) -> int:
    """Run the job of a checkout and return the most bytes that its processes held at once; shared pages count once."""
    with tempfile.TemporaryDirectory() as output:
        command = [sys.executable, "-m", "job", "run", str(spec), "--output", output]
        job = subprocess.Popen(command, cwd=checkout, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        peak = 0
        while job.poll() is None:
            peak = max(peak, held_by(psutil.Process(job.pid)))
            time.sleep(SECONDS_BETWEEN_LOOKS)
        if job.returncode:
            raise SystemExit(f"the job of {checkout} ended with {job.returncode}: {job.communicate()[1]}")
    return peak


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
