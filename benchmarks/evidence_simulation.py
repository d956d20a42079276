"""Fresh data again and again, two logistic regressions that see different features, and what tests say."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from joblib import Parallel, delayed
from scipy import stats
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from threadpoolctl import threadpool_limits

from job.evaluation.metrics.ranking_metrics import average_precision, build_ranking
from job.evidence.statistics.paired_t import compare_over_splits

N_SPLITS, TEST_SIZE, MINORITY = 20, 0.2, 0.1
LEVEL = 0.05
METRICS = ("average precision", "recall at the default decision")


@dataclass(frozen=True)
class World:
    """What the data of one simulated job looks like, and which features the two classifiers see.

    Parameters
    ----------
    n_rows : int
        A tenth of them minority.
    shifts : tuple of float
        How far the minority is shifted in each feature.
    left, right : (int, int)
        First feature that each classifier sees, and the first that it doesn't see again.
    """

    n_rows: int
    shifts: tuple[float, ...] = (0.5,) * 8
    left: tuple[int, int] = (0, 4)
    right: tuple[int, int] = (4, 8)


@dataclass(frozen=True, eq=False)
class Rates:
    """How often each test rejected, one number for each of `METRICS`.

    Parameters
    ----------
    uncorrected, corrected : ndarray of shape (2,)
        Shares of the jobs.
    gain : ndarray of shape (2,)
        Mean difference.
    """

    uncorrected: np.ndarray
    corrected: np.ndarray
    gain: np.ndarray


def simulate(world: World, n_jobs: int, seed: int) -> Rates:
    """Run many small jobs on two processes.

    Parameters
    ----------
    world : World
    n_jobs : int
    seed : int

    Returns
    -------
    Rates
    """
    seeds = np.random.SeedSequence(seed).generate_state(n_jobs)
    found = Parallel(n_jobs=2)(delayed(_simulate_job)(world, int(each)) for each in seeds)
    p_values, gains = (np.array(part) for part in zip(*found, strict=True))
    rejected = (p_values < LEVEL).mean(axis=0)
    return Rates(rejected[0], rejected[1], gains.mean(axis=0))


@threadpool_limits.wrap(limits=1)
def _simulate_job(world: World, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """P-values of shape (2 tests, 2 metrics), and the mean differences."""
    luck = np.random.default_rng(seed)
    y = np.zeros(world.n_rows, dtype=int)
    y[: round(MINORITY * world.n_rows)] = 1
    X = luck.normal(size=(world.n_rows, len(world.shifts))) + y[:, np.newaxis] * world.shifts
    values = np.empty((2, len(METRICS), N_SPLITS))
    sizes = np.empty((2, N_SPLITS))
    for split in range(N_SPLITS):
        parts = train_test_split(
            np.arange(world.n_rows), test_size=TEST_SIZE, stratify=y, random_state=(seed + split) % 2**32
        )
        sizes[:, split] = len(parts[1]), len(parts[0])
        for side, columns in enumerate((world.left, world.right)):
            values[side, :, split] = _fit_and_score(X[:, slice(*columns)], y, *parts)
    estimates = compare_over_splits(values[0], values[1], (sizes[0], sizes[1]), 0.01, 1 - LEVEL)
    uncorrected = stats.ttest_rel(values[0], values[1], axis=1).pvalue
    return np.array([uncorrected, estimates.p_value]), estimates.difference


def _fit_and_score(X: np.ndarray, y: np.ndarray, train: np.ndarray, test: np.ndarray) -> tuple[float, float]:
    model = LogisticRegression(solver="newton-cholesky").fit(X[train], y[train])
    scores = model.decision_function(X[test])
    found = average_precision(build_ranking(y[test], scores))
    assert isinstance(found, float)
    return found, float((scores[y[test] == 1] > 0).mean())
