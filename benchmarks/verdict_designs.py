"""Size and power of the ranking answer by split, test and number of minority rows, on pairs of linear classifiers.

PYTHONPATH=. .venv/bin/python benchmarks/verdict_designs.py [jobs]
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping

import numpy as np
from joblib import Parallel, delayed
from scipy.stats import norm
from sklearn.model_selection import StratifiedKFold, train_test_split
from threadpoolctl import threadpool_limits
from verdict_kinds import QUESTION, draw_pair, fit_discriminant

from job.evaluation.metrics.ranking_metrics import average_precision, build_ranking
from job.evidence.statistics.family import judge_family
from job.evidence.statistics.measured import Measured
from job.evidence.verdict.rules import BETTER, PROBABLY_BETTER, PROBABLY_WORSE, WORSE, grade_ranking
from job.names import METRICS

SHARE, GAIN, ALIKE = 0.1, 0.05, 0.7
N_MINORITY = (20, 50, 100, 200, 1000)
FOLDS: Mapping[str, tuple[int, int] | None] = {
    "20 holdouts": None,
    "10 x 2": (10, 2),
    "10 x 5": (10, 5),
    "5 x 4": (5, 4),
}
HALVINGS, HALF_SPLITS = 12, 5
SIDES = ([0, 1, 2, 3], [0, 1, 4, 5])

Rows = tuple[np.ndarray, np.ndarray]


def main() -> None:
    """Print one table a number of minority rows."""
    n_jobs = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    print(f"{n_jobs} jobs each, {SHARE:.0%} positive, a gain of 0 and of {GAIN:g} in average precision")
    print(f"{'minority rows':>14}  {'design':20} {'false shown':>12} {'false probable':>15} {'found':>8} {'shown':>8}")
    for n_minority in N_MINORITY:
        jobs = Parallel(n_jobs=2)(
            delayed(judge_designs)(n_minority, gain, seed) for gain in (0.0, GAIN) for seed in range(n_jobs)
        )
        for design in jobs[0]:
            null, gain = ([job[design] for job in part] for part in (jobs[:n_jobs], jobs[n_jobs:]))
            print(
                f"{n_minority:14,}  {design:20} {_share(null, BETTER, WORSE):12.1%} "
                f"{_share(null, PROBABLY_BETTER, PROBABLY_WORSE):15.1%} {_share(gain, BETTER, PROBABLY_BETTER):8.1%} "
                f"{_share(gain, BETTER):8.1%}",
                flush=True,
            )


def _share(codes: list[str], *counted: str) -> float:
    return float(np.mean([code in counted for code in codes]))


def judge_designs(n_minority: int, gain: float, seed: int) -> dict[str, str]:
    """The answer of each design for the same rows."""
    X, y, _ = draw_pair(seed, round(n_minority / SHARE), SHARE, gain, ALIKE)
    with threadpool_limits(limits=1):
        found = {design: _judge(X, y, folds, seed) for design, folds in FOLDS.items()}
        return {**found, "half-sample variance": _judge_halves(X, y, seed)}


def _judge(X: np.ndarray, y: np.ndarray, folds: tuple[int, int] | None, seed: int) -> str:
    parts = list(_parts(y, folds, seed))
    values = np.full((2, len(METRICS), len(parts)), np.nan)
    values[:, METRICS.index("average_precision")] = np.transpose([_precisions(X, y, part) for part in parts])
    n_test, n_train = np.array([(len(test), len(train)) for train, test in parts], dtype=float).T
    measured = Measured(values, {("a", "c"): 0, ("b", "c"): 1}, n_test, n_train)
    (tested,) = judge_family(measured, [(("b", "c"), ("a", "c"))], "average_precision", QUESTION)
    return grade_ranking(tested, None, QUESTION)


def _parts(y: np.ndarray, folds: tuple[int, int] | None, seed: int) -> Iterator[Rows]:
    if folds is None:
        for repeat in range(20):
            yield train_test_split(np.arange(len(y)), test_size=0.2, stratify=y, random_state=100 * seed + repeat)
    else:
        for repeat in range(folds[1]):
            yield from StratifiedKFold(folds[0], shuffle=True, random_state=100 * seed + repeat).split(y, y)


def _precisions(X: np.ndarray, y: np.ndarray, part: Rows) -> list[float]:
    train, test = part
    scores = [X[np.ix_(test, side)] @ fit_discriminant(X[np.ix_(train, side)], y[train]) for side in SIDES]
    return [float(average_precision(build_ranking(y[test], each)) or np.nan) for each in scores]


def _judge_halves(X: np.ndarray, y: np.ndarray, seed: int) -> str:
    """Test 10 folds twice by the conservative Z (Nadeau & Bengio 2003, section 4.4): it is only shown or open.

    Both halves of the data are independent, so their results' spread has no shared rows in it; it is halved, as
    the data double.
    """
    whole = np.diff([_precisions(X, y, part) for part in _parts(y, (10, 2), seed)], axis=1).mean()
    squared = []
    for halving in range(HALVINGS):
        halves = train_test_split(np.arange(len(y)), test_size=0.5, stratify=y, random_state=1000 * seed + halving)
        means = [
            np.diff(
                [_precisions(X[half], y[half], part) for part in list(_parts(y[half], None, seed))[:HALF_SPLITS]],
                axis=1,
            ).mean()
            for half in halves
        ]
        squared.append((means[0] - means[1]) ** 2)
    z = whole / np.sqrt(np.mean(squared) / 2 / 2)
    if 2 * norm.sf(abs(z)) >= QUESTION.level:
        return "open"
    return BETTER if z > 0 else WORSE


if __name__ == "__main__":
    main()
