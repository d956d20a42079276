"""How often the interval of precision at another prevalence holds the truth: 200 simulated jobs of each world.

The truth comes from 12,000 fresh rows for each job, which every fitted model scores, in three readings: precision from
the rates that the procedure has on average over data sets (the one that the page speaks of), the mean precision of one
model, and precision from the mean rates of this data set's own models.
"""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from imblearn.over_sampling import SMOTE
from joblib import Parallel, delayed
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict, train_test_split
from sklearn.tree import DecisionTreeClassifier
from threadpoolctl import threadpool_limits

from job.data.splits import Split
from job.evaluation.grid import RunKey
from job.evaluation.metrics.decision_metrics import Rates
from job.evaluation.metrics.run_metrics import Prediction
from job.evidence.net_benefit import build_in_use
from job.evidence.runs import by_place
from job.results.decision_facts import InUseRow
from job.spec.job_spec import EvaluationSpec

N_JOBS, LEAST = 200, 0.92
SHIFTS = np.array([0.9, 0.9, 0.6, 0.3, 0.0])
N_FRESH = (2_000, 10_000)


@dataclass(frozen=True)
class World:
    """Rows, their share of positives, the share in use, and how they are split."""

    n_rows: int
    share: float
    in_use: float
    n_folds: int | None


WORLDS = (World(1200, 0.1, 0.01, None), World(1200, 0.1, 0.01, 10), World(400, 0.3, 0.01, None))


def main() -> None:
    """Print the share of jobs whose interval holds each truth; fail where one is below the bar."""
    n_jobs, failed = int(sys.argv[1]) if len(sys.argv) > 1 else N_JOBS, []
    for world in WORLDS:
        start = time.perf_counter()
        jobs = Parallel(n_jobs=2)(delayed(simulate_job)(world, seed) for seed in range(n_jobs))
        method = "20 holdouts" if world.n_folds is None else f"{world.n_folds} folds twice"
        print(
            f"\n{world.n_rows:,} rows, {world.share:.0%} positive, used at {world.in_use:.0%}, {method}, {n_jobs} jobs "
            f"({time.perf_counter() - start:.0f} s)\n{'':24}{'precision':>33}{'95 % interval holds':>38}"
        )
        print(
            f"{'':24}{'in data':>11}{'predicted':>11}{'true':>11}{'procedure':>14}{'one model':>12}{'own models':>12}"
        )
        for place, name in enumerate(MODELS):
            held = report(name, world, [job[place] for job in jobs])
            if held < LEAST:
                failed.append(f"{name}, {method}: {held:.1%} of intervals hold the truth, allowed is {LEAST:.0%}")
    if failed:
        raise SystemExit("\n".join(failed))


def report(name: str, world: World, jobs: list[tuple[InUseRow, np.ndarray]]) -> float:
    """Print one line and give the lowest coverage."""
    found = [row.precision for row, _ in jobs]
    rates = np.array([each for _, each in jobs])  # jobs x splits x (recall, false-positive rate)
    of_procedure = Rates(*rates.mean(axis=(0, 1)), prevalence=world.in_use).precision
    of_one = np.nanmean(Rates(rates[..., 0], rates[..., 1], world.in_use).precision)
    own = rates.mean(axis=1)
    truths = (of_procedure, of_one, Rates(own[:, 0], own[:, 1], world.in_use).precision)
    lower, upper = (np.array([getattr(one, end) for one in found]) for end in ("lower", "upper"))
    held = [float(np.mean((lower <= truth) & (truth <= upper))) for truth in truths]
    means = [np.mean([getattr(one, key) for one in found]) for key in ("in_data", "value")]
    print(f"{name:24}" + "".join(f"{value:11.1%}" for value in (*means, of_procedure)) + f"{held[0]:14.1%}", end="")
    print(f"{held[1]:12.1%}{held[2]:12.1%}   width {np.mean(upper - lower):.1%}")
    return min(held)


def simulate_job(world: World, seed: int) -> list[tuple[InUseRow, np.ndarray]]:
    """Fit every model on every split; give the row of results, and the true rates of each fitted model."""
    warnings.simplefilter("ignore")
    with threadpool_limits(limits=1):
        return _simulate(world, seed)


def _simulate(world: World, seed: int) -> list[tuple[InUseRow, np.ndarray]]:
    luck = np.random.default_rng(seed)
    n_positive = int((luck.random(world.n_rows) < world.share).sum())
    X, y = draw(luck, n_positive, world.n_rows - n_positive)
    X_fresh, y_fresh = draw(luck, *N_FRESH)
    splits = tuple(
        Split(place, 0, train, test) for place, (train, test) in enumerate(make_splits(y, seed, world.n_folds))
    )
    evaluation = EvaluationSpec.model_validate({"prevalence_in_use": world.in_use})
    found = []
    for name, fit in MODELS.items():
        predictions: dict[RunKey, Prediction | None] = {}
        rates = []
        for split in splits:
            decide = fit(X[split.train], y[split.train], split.repeat)
            decisions, fresh = decide(X[split.test]), decide(X_fresh)
            shares = y[split.train].mean()
            key = RunKey(name, "", split.repeat, 0)
            predictions[key] = Prediction(y[split.test], decisions.astype(float), decisions, False, shares, shares)
            rates.append((fresh[y_fresh == 1].mean(), fresh[y_fresh == 0].mean()))
        built = build_in_use(by_place(predictions, [name], [""]), splits, evaluation, y)
        assert built is not None
        found.append((built.rows[0], np.array(rates)))
    return found


def draw(luck: np.random.Generator, n_positive: int, n_others: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw five unit normals, shifted for the positive rows."""
    y = np.repeat(np.array([1, 0], dtype=np.int8), (n_positive, n_others))
    return luck.normal(size=(len(y), len(SHIFTS))) + y[:, np.newaxis] * SHIFTS, y


def make_splits(y: np.ndarray, seed: int, n_folds: int | None) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield 20 splits: holdouts of a fifth, or ten folds twice."""
    for repeat in range(20 if n_folds is None else 2):
        if n_folds is None:
            yield train_test_split(np.arange(len(y)), test_size=0.2, stratify=y, random_state=100 * seed + repeat)
        else:
            yield from StratifiedKFold(n_folds, shuffle=True, random_state=100 * seed + repeat).split(y, y)


Decide = Callable[[np.ndarray], np.ndarray]


def fit_baseline(X: np.ndarray, y: np.ndarray, seed: int) -> Decide:
    """Fit the plain model."""
    return _cut(_logistic().fit(X, y), 0.5)


def fit_class_weight(X: np.ndarray, y: np.ndarray, seed: int) -> Decide:
    """Fit with balanced weights."""
    return _cut(_logistic(class_weight="balanced").fit(X, y), 0.5)


def fit_threshold(X: np.ndarray, y: np.ndarray, seed: int) -> Decide:
    """Tune the cut-off for balanced accuracy on three inner folds."""
    p = cross_val_predict(_logistic(), X, y, cv=3, method="predict_proba")[:, 1]
    order = np.argsort(-p)
    gain = np.cumsum(y[order] / y.sum() - (1 - y[order]) / (1 - y).sum())
    return _cut(_logistic().fit(X, y), float(p[order][np.argmax(gain)]))


def fit_smote_tree(X: np.ndarray, y: np.ndarray, seed: int) -> Decide:
    """Fit a deep tree after SMOTE."""
    X, y = SMOTE(random_state=seed).fit_resample(X, y)
    return _cut(DecisionTreeClassifier(random_state=seed).fit(X, y), 0.5)


def _logistic(**params: Any) -> LogisticRegression:
    return LogisticRegression(solver="newton-cholesky", **params)


def _cut(model: Any, threshold: float) -> Decide:
    return lambda X: (model.predict_proba(X)[:, 1] >= threshold).astype(np.int8)


MODELS = {
    "logistic regression": fit_baseline,
    "  class_weight": fit_class_weight,
    "  threshold": fit_threshold,
    "smote x decision tree": fit_smote_tree,
}


if __name__ == "__main__":
    main()
