"""Whether the posterior is right on a million rows, and how long they take beside scikit-learn's generator."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.datasets import make_classification

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from job.data.dataset import Dataset
from job.data.generating.mixture import generate_mixture
from job.spec.generators import MixtureSpec

N_ROWS = 1_000_000
N_BINS = 20
MOST = 4.0
EVERYTHING: Mapping[str, Any] = {
    "minority_share": 0.1,
    "n_continuous": 3,
    "n_integer": 3,
    "n_categorical": 3,
    "n_noise": 1,
    "clusters": 8,
    "cluster_spread": 0.5,
    "separation": 2.5,
    "outliers": 0.1,
    "label_noise": 0.03,
    "missing": 0.15,
}
CASES: Mapping[str, Mapping[str, Any]] = {
    "everything": EVERYTHING,
    "rare": {**EVERYTHING, "minority_share": 0.002, "label_noise": 0.0002},
    "hardly any cell": {**EVERYTHING, "missing": 0.8},
    "preset fraud": {"preset": "fraud"},
    "preset diagnosis": {"preset": "diagnosis"},
    "preset churn": {"preset": "churn"},
    "preset defects": {"preset": "defects"},
}


def draw(parameters: Mapping[str, Any], seed: int) -> Dataset:
    """Draw a million rows."""
    fixed = {"kind": "mixture", "n_samples": N_ROWS, "random_state": seed}
    return generate_mixture(MixtureSpec.model_validate({**parameters, **fixed}))


def z_of_bins(dataset: Dataset) -> np.ndarray:
    """Positive rows beyond what the posterior promises, in standard errors, in bins of equally many rows."""
    assert dataset.posterior is not None
    bins = np.array_split(np.argsort(dataset.posterior, kind="stable"), N_BINS)
    beyond = [dataset.y[rows].sum() - dataset.posterior[rows].sum() for rows in bins]
    variance = [(dataset.posterior[rows] * (1 - dataset.posterior[rows])).sum() for rows in bins]
    return np.asarray(np.array(beyond) / np.sqrt(variance))


def main() -> int:
    """Print one line for each case, and fail where a bin is off."""
    worst = 0.0
    for seed, (name, parameters) in enumerate(CASES.items()):
        start = time.perf_counter()
        dataset = draw(parameters, seed)
        ours = time.perf_counter() - start
        start = time.perf_counter()
        make_classification(n_samples=N_ROWS, n_features=dataset.X.shape[1], n_informative=5, random_state=seed)
        theirs = time.perf_counter() - start
        z = np.abs(z_of_bins(dataset))
        worst = max(worst, z.max())
        print(
            f"{name:<18} largest |z| of {N_BINS} bins {z.max():4.2f} (at most {MOST:g}), "
            f"{ours:5.1f} s   {ours / theirs:5.2f} x make_classification"
        )
    return int(worst >= MOST)


if __name__ == "__main__":
    sys.exit(main())
