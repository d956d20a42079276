"""What does AffinitySMOTE cost? Time and memory beside its peers in one run.

    python benchmarks/sampler_speed.py                     10,000, 100,000 and 1,000,000 rows of 20 columns
    python benchmarks/sampler_speed.py --rows 10000        other sizes
    python benchmarks/sampler_speed.py --slow              also the peers that take minutes at a million rows

Each sampler runs in processes of its own, in turn with the others: the best of all times, and the highest memory above
that process's own before it resampled. The exit code is 0 if every bar is met.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time

import numpy as np

SHARES = (0.01, 0.05)
COMPARED = ("SMOTE", "AffinitySMOTE")
PEERS = ("SMOTE", "AffinitySMOTE", "BorderlineSMOTE", "SVMSMOTE", "ADASYN")
MOST_ROWS = {
    "BorderlineSMOTE": 100_000,
    "SVMSMOTE": 100_000,
    "ADASYN": 100_000,
}  # they take minutes beyond, unless --slow
BARS = {(100_000, 0.01): 1.6, (100_000, 0.05): 1.6, (1_000_000, 0.01): 1 / 1.7, (1_000_000, 0.05): 1 / 3}
MOST_MILLISECONDS = {10_000: 30}


def make_table(n_rows: int, share: float) -> tuple[np.ndarray, np.ndarray]:
    """Return 20 normal columns, the minority's shifted, rows shuffled."""
    table = np.random.RandomState(0)
    X = table.standard_normal((n_rows, 20))
    y = (np.arange(n_rows) < n_rows * share).astype(int)
    X[y == 1] += 0.8
    order = table.permutation(n_rows)
    return X[order], y[order]


def highest_memory() -> float:
    """Return this process's peak memory in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)


def measure_here(name: str, n_rows: int, share: float) -> dict[str, float]:
    """Time one sampler in this process."""
    from sampler_keel import make_sampler

    make_sampler(name, 0, 100).fit_resample(*make_table(2_000, 0.1))  # imports and thread pools
    X, y = make_table(n_rows, share)
    before, times = highest_memory(), []
    for _ in range(3 if n_rows >= 1_000_000 else 7):
        start = time.perf_counter()
        resampled = make_sampler(name, 0, int(y.sum())).fit_resample(X, y)
        times.append(time.perf_counter() - start)
        del resampled
    return {"seconds": min(times), "megabytes": highest_memory() - before}


def measure_elsewhere(name: str, n_rows: int, share: float) -> dict[str, float]:
    """Time one sampler in a process of its own."""
    command = [sys.executable, __file__, "--here", name, str(n_rows), str(share)]
    return dict(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))


def measure_in_turn(names: list[str], n_rows: int, share: float) -> dict[str, dict[str, float]]:
    """Time the samplers one after the other, those compared three times, so that a busy minute hits both."""
    seen: dict[str, dict[str, float]] = {}
    for turn in range(3):
        for name in names if turn == 0 else COMPARED:
            cost = measure_elsewhere(name, n_rows, share)
            seen[name] = {key: min(value, seen.get(name, cost)[key]) for key, value in cost.items()}
    return seen


def judge(n_rows: int, share: float, seen: dict[str, dict[str, float]]) -> list[tuple[str, bool]]:
    """Return (sentence, whether it is met) for each bar of this size."""
    ours, smote = seen["AffinitySMOTE"], seen["SMOTE"]
    size = f"{n_rows:,} rows, {share:.0%}"
    bars = []
    if (n_rows, share) in BARS:
        ratio, most = ours["seconds"] / smote["seconds"], BARS[n_rows, share]
        bars.append((f"{size}: {ratio:.2f} of SMOTE's time, at most {most:.2f}", ratio <= most))
    if n_rows in MOST_MILLISECONDS:
        most = MOST_MILLISECONDS[n_rows]
        bars.append((f"{size}: {ours['seconds'] * 1000:.0f} ms, under {most} ms", ours["seconds"] * 1000 < most))
    sentence = f"{size}: {ours['megabytes']:.0f} MB more at its peak, SMOTE {smote['megabytes']:.0f} MB"
    return [*bars, (sentence, ours["megabytes"] <= smote["megabytes"])]


def main() -> int:
    """Print one line for each sampler and size, then every bar."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--slow", action="store_true")
    parser.add_argument("--here", nargs=3, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.here:
        print(json.dumps(measure_here(asked.here[0], int(asked.here[1]), float(asked.here[2]))))
        return 0
    bars = []
    for n_rows in asked.rows:
        for share in SHARES:
            peers = [name for name in PEERS if asked.slow or n_rows <= MOST_ROWS.get(name, n_rows)]
            seen = measure_in_turn(peers, n_rows, share)
            for name, cost in seen.items():
                ratio = cost["seconds"] / seen["SMOTE"]["seconds"]
                print(f"{n_rows:>9,} {share:4.0%} {name:16}", end=" ")
                print(f"{cost['seconds']:9.3f} s {ratio:7.2f} x SMOTE {cost['megabytes']:6.0f} MB", flush=True)
            bars += judge(n_rows, share, seen)
    for sentence, met in bars:
        print(f"{'met ' if met else 'MISS'}  {sentence}")
    return 0 if all(met for _, met in bars) else 1


if __name__ == "__main__":
    sys.exit(main())
