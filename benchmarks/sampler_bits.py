"""Are the synthetic rows the same bits everywhere? One hash over threads, BLAS kernels and row orders.

    python benchmarks/sampler_bits.py

Every combination runs in a process of its own and hashes the synthetic rows of two tables, one continuous and one
heavily tied, together with their parents as rows. The exit code is 0 if all hashes of a table are the same.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
THREADS = ("1", "2")
KERNELS = ("", "Prescott", "Haswell")
ORDERS = ("0", "1", "2")


def hash_synthetic(order: int, kind: str) -> str:
    """Hash the sampler's output on one table whose rows stand in a given order."""
    import numpy as np

    from job.samplers.affinity_smote import AffinitySMOTE

    table = np.random.RandomState(0)
    n_rows, n_columns = 24_000, 12
    X = table.standard_normal((n_rows, n_columns)) if kind == "continuous" else table.randint(0, 3, (n_rows, n_columns))
    X = X.astype(np.float64)
    y = (table.random_sample(n_rows) < 0.25).astype(int)
    rows = np.random.RandomState(order).permutation(n_rows) if order else np.arange(n_rows)
    sampler = AffinitySMOTE(random_state=7)
    X_resampled, _ = sampler.fit_resample(X[rows], y[rows])
    digest = hashlib.sha256(np.ascontiguousarray(X_resampled[n_rows:]).tobytes())
    digest.update(X[rows][sampler.parents_].tobytes())
    digest.update(sampler.weights_.tobytes())
    return digest.hexdigest()


def run_elsewhere(threads: str, kernel: str, order: str, kind: str) -> str:
    """Hash in a new process with its own number of threads and BLAS kernel."""
    environment = {name: value for name, value in os.environ.items() if name != "OPENBLAS_CORETYPE"}
    environment |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), threads)
    environment |= {"PYTHONPATH": str(ROOT)} | ({"OPENBLAS_CORETYPE": kernel} if kernel else {})
    command = [sys.executable, __file__, "--hash", order, kind]
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout.strip()


def main() -> int:
    """Print every hash and the verdict."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hash", nargs=2, metavar=("ORDER", "KIND"), help=argparse.SUPPRESS)
    asked = parser.parse_args().hash
    if asked:
        print(hash_synthetic(int(asked[0]), asked[1]))
        return 0
    passed = True
    for kind in ("continuous", "tied"):
        seen = set()
        for threads, kernel, order in itertools.product(THREADS, KERNELS, ORDERS):
            digest = run_elsewhere(threads, kernel, order, kind)
            seen.add(digest)
            print(f"{kind:10}  threads {threads}  kernel {kernel or 'default':8}  row order {order}  {digest[:16]}")
        passed &= len(seen) == 1
        print(f"{kind}: {len(seen)} hash(es) over {len(THREADS) * len(KERNELS) * len(ORDERS)} runs")
    print("PASS" if passed else "FAIL")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
