"""The verdict after tuning where nothing differs: how often is a strategy said to rank better or worse?

PYTHONPATH=. .venv/bin/python benchmarks/verdict_tuned.py [1000]

Each job draws features that tell nothing of the label, so no strategy ranks better or worse than baseline, tuned or
not. Both classifiers and SMOTE are tuned, with 5 candidates on 3 inner folds of each of 20 splits. Fails where a job
shows any difference more often than in 5 % and two standard errors.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np
from evidence_jobs import judge_job
from joblib import Parallel, delayed
from threadpoolctl import threadpool_limits

from job.evidence.verdict.rules import BETTER, WORSE

N_JOBS = 1000
TUNE = {"n_candidates": 5}
MIXTURE = {
    **{"kind": "mixture", "n_samples": 400, "minority_share": 0.1, "clusters": 1, "cluster_spread": 1.0},
    **{"n_continuous": 4, "n_integer": 0, "n_categorical": 0, "n_noise": 0, "shift": [0.0] * 4},
}


def make_null(seed: int) -> Mapping[str, Any]:
    """Make the spec of one job."""
    return {
        "seed": seed,
        "data": {"generate": {**MIXTURE, "random_state": seed}},
        "strategies": ["baseline", {"name": "smote", "tune": TUNE}],
        "classifiers": [{"name": name, "tune": TUNE} for name in ("logistic_regression", "decision_tree")],
    }


def judge_null(seed: int) -> list[tuple[str, str, str]]:
    """Run one job; strategy, classifier and the ranking answer of each row."""
    with threadpool_limits(limits=1):
        return [(*row.place, row.ranking.code) for row in judge_job(make_null(seed)).verdict.rows]


def main() -> None:
    """Print how often each answer was given, and fail where differences are shown too often."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("n_jobs", nargs="?", type=int, default=N_JOBS)
    n_jobs, started = parser.parse_args().n_jobs, time.monotonic()
    jobs = Parallel(n_jobs=2)(delayed(judge_null)(seed) for seed in range(n_jobs))
    for place in dict.fromkeys((strategy, classifier) for job in jobs for strategy, classifier, _ in job):
        codes = Counter(code for job in jobs for *found, code in job if tuple(found) == place)
        told = ", ".join(f"{code} {n / n_jobs:.1%}" for code, n in codes.most_common())
        print(f"{place[0]} with {place[1]}: {told}")
    shown = float(np.mean([any(code in (BETTER, WORSE) for *_, code in job) for job in jobs]))
    most = 0.05 + 2 * np.sqrt(0.05 * 0.95 / n_jobs)
    told = f"better or worse anywhere in {shown:.1%} of {n_jobs:,} jobs, allowed {most:.1%}"
    print(f"{told} ({(time.monotonic() - started) / 60:.1f} minutes)")
    if shown > most:
        raise SystemExit(told)


if __name__ == "__main__":
    main()
