"""How long diagnosing a data set takes, and typing the test rows of a split, beside one plain search for neighbours."""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path

import numpy as np
from sklearn.neighbors import NearestNeighbors
from threadpoolctl import threadpool_limits

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))


from job.data.generating.mixture import generate_mixture
from job.data.splitting.splits import build_splits
from job.evidence.diagnosis import MOST_ROWS, build_diagnosis, describe_minority_types
from job.evidence.rescued import build_rescued
from job.spec.generators import MixtureSpec
from job.spec.job_spec import JobSpec

N_COLUMNS = 30
SIZES = (2_000, 20_000, 100_000)
MOST_SECONDS, MOST_GIGABYTES = 20.0, 1.5
SPEC = JobSpec.model_validate(
    {
        "data": {"generate": {"kind": "mixture"}},
        "split": {"n_repeats": 2},
        "strategies": ["smote"],
        "classifiers": ["svc"],
    }
)
PREPARATION = SPEC.preparation


def main() -> int:
    """Print one line for each size, and fail where the largest takes too long or too much."""
    seconds = 0.0
    for n_rows in SIZES:
        spec = {
            "kind": "mixture",
            "n_samples": n_rows,
            "n_continuous": N_COLUMNS,
            "minority_share": 0.05,
            "clusters": 4,
        }
        dataset = generate_mixture(MixtureSpec.model_validate(spec))
        start = time.perf_counter()
        build_diagnosis(dataset, PREPARATION, describe_minority_types(dataset, PREPARATION, 0), 0)
        seconds = time.perf_counter() - start
        start = time.perf_counter()
        build_rescued(SPEC, dataset, build_splits(dataset, SPEC.split), {})
        typing = (time.perf_counter() - start) / 2
        X = np.ascontiguousarray(dataset.X.to_numpy()[:MOST_ROWS])
        start = time.perf_counter()
        with threadpool_limits(limits=1):
            NearestNeighbors(n_neighbors=2, algorithm="brute").fit(X).kneighbors()
        peer = time.perf_counter() - start
        print(
            f"{n_rows:>7,} x {N_COLUMNS}: diagnosis {seconds:5.1f} s ({seconds / peer:5.1f} x one search of up to "
            f"{MOST_ROWS:,} rows), test rows of one split typed in {typing:5.2f} s"
        )
    gigabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"largest: {seconds:.1f} s (at most {MOST_SECONDS:g}), {gigabytes:.2f} GB (at most {MOST_GIGABYTES:g})")
    return int(seconds >= MOST_SECONDS or gigabytes >= MOST_GIGABYTES)


if __name__ == "__main__":
    sys.exit(main())
