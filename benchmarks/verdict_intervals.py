"""What intervals, levels and warnings are worth where the truth is known: the audit's findings 4, 5, 6, 7 and 12.

PYTHONPATH=. .venv/bin/python benchmarks/verdict_intervals.py coverage groups one-split levels twins [--jobs 200]
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping

import numpy as np
from known_truth import WORLDS, World, draw_groups, draw_twins
from scipy.signal import lfilter
from scipy.special import expit
from sklearn.model_selection import StratifiedGroupKFold
from threadpoolctl import threadpool_limits

from job.data.leakage import share_near_duplicates
from job.evaluation.metrics.ranking_metrics import (
    average_precision,
    average_precision_of_halves,
    build_ranking,
    expect_by_chance,
)
from job.evaluation.metrics.run_metrics import MetricContext, Prediction
from job.evidence.statistics.bootstrap import (
    LEAST_GROUPS,
    Units,
    compare_over_draws,
    count_weighted,
    deal_units,
    draw_weights,
    evaluate_weighted,
    order_rows,
)
from job.evidence.statistics.paired_t import GROUPED_HOLDOUT, compare_over_splits, weigh_training

N_ROWS, N_FRESH, N_SPLITS, SHARE = 1200, 2000, 20, 0.1
DESIGNS = {"20 holdouts": (5, 20), "10 folds twice": (10, 2)}  # folds, repeats; a holdout is one fold of five
COST = 9.0
DECIDED = ("false_alarms_per_1000", "specificity", "accuracy", "expected_cost_per_1000", "recall")
PREDICTED = ("brier", "log_loss", "mean_predicted")

Model = Callable[[np.ndarray], np.ndarray]
"""From rows to one column of probabilities for each fit."""


def main() -> None:
    """Print the tables that are asked for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("parts", nargs="*", default=list(PARTS), metavar="|".join(PARTS))
    parser.add_argument("--jobs", type=int, default=200)
    asked = parser.parse_args()
    with threadpool_limits(limits=1):
        for part in asked.parts:
            print(f"\n{part}", flush=True)
            for line in PARTS[part](asked.jobs):
                print(line, flush=True)


def fit_logistic(X: np.ndarray, y: np.ndarray, weights: np.ndarray) -> Model:
    """Fit scikit-learn's logistic regression (C = 1) once for each column of weights, all in one pass of Newton's."""
    A = np.column_stack([X, np.ones(len(X))])
    n_terms, n_fits = A.shape[1], weights.shape[1]
    upper = np.triu_indices(n_terms)
    products, penalty = A[:, upper[0]] * A[:, upper[1]], np.append(np.ones(n_terms - 1), 0.0)
    found, hessians = np.zeros((n_terms, n_fits)), np.zeros((n_fits, n_terms, n_terms))
    for _ in range(30):
        p = expit(A @ found)
        gradient = A.T @ (weights * (p - y[:, np.newaxis])) + penalty[:, np.newaxis] * found
        curvature = (products.T @ (weights * p * (1 - p))).T
        hessians[:, upper[0], upper[1]] = hessians[:, upper[1], upper[0]] = curvature
        hessians[:, range(n_terms), range(n_terms)] += penalty
        step = np.linalg.solve(hessians, gradient.T[..., np.newaxis])[..., 0].T
        found -= step
        if np.abs(step).max() < 1e-5:
            break
    return lambda rows: expit(np.column_stack([rows, np.ones(len(rows))]) @ found)


def fit_bayes(X: np.ndarray, y: np.ndarray, weights: np.ndarray) -> Model:
    """Fit scikit-learn's Gaussian naive Bayes once for each column of weights."""
    classes = []
    for label in (0, 1):
        own = weights * (y == label)[:, np.newaxis]
        total = own.sum(axis=0)
        means = (own.T @ X) / total[:, np.newaxis]
        classes.append((means, (own.T @ X**2) / total[:, np.newaxis] - means**2 + 1e-9, np.log(total)))

    def predict(rows: np.ndarray) -> np.ndarray:
        logs = [
            -(rows**2 @ (0.5 / v).T) + rows @ (m / v).T - ((m**2 / v + np.log(v)).sum(axis=1) / 2) + prior
            for m, v, prior in classes
        ]
        return np.asarray(expit(logs[1] - logs[0]))

    return predict


def deal(y: np.ndarray, n_folds: int, luck: np.random.Generator) -> np.ndarray:
    """Deal rows to folds, class by class."""
    folds = np.empty(len(y), dtype=int)
    for label in (0, 1):
        rows = luck.permutation(np.flatnonzero(y == label))
        folds[rows] = (np.arange(len(rows)) + label * (n_folds // 2)) % n_folds
    return folds


def part_rows(y: np.ndarray, design: str, luck: np.random.Generator) -> np.ndarray:
    """Which rows each split tests: shape (n_rows, 20)."""
    n_folds, n_repeats = DESIGNS[design]
    dealt = [deal(y, n_folds, luck) for _ in range(n_repeats)]
    if n_repeats == N_SPLITS:
        return np.stack([folds == 0 for folds in dealt], axis=1)
    return np.stack([folds == fold for folds in dealt for fold in range(n_folds)], axis=1)


def tune(X: np.ndarray, y: np.ndarray, is_train: np.ndarray, fit: Callable[..., Model], luck: np.random.Generator):
    """Cut-off of the highest balanced accuracy on five inner folds of each training part."""
    cuts = np.empty(is_train.shape[1])
    folds = deal(y, 5, luck)
    inner = np.stack([is_train[:, j] & (folds != k) for j in range(is_train.shape[1]) for k in range(5)], axis=1)
    p = fit(X, y, inner.astype(float))(X)
    for split, rows in enumerate(is_train.T):
        scores, labels = p[np.flatnonzero(rows), 5 * split + folds[rows]], y[rows]
        order = np.argsort(-scores)
        gains = np.cumsum(labels[order]) / labels.sum() - np.cumsum(1 - labels[order]) / (1 - labels).sum()
        cuts[split] = scores[order][gains.argmax()]
    return cuts


def measure(y: np.ndarray, p: np.ndarray, cuts: np.ndarray | float, rows: np.ndarray) -> Mapping[str, np.ndarray]:
    """Metrics of each column on its own rows."""
    y, alarms, n = y[:, np.newaxis], p >= cuts, rows.sum(axis=0)

    def mean(values: np.ndarray) -> np.ndarray:
        return np.asarray((values * rows).sum(axis=0) / n)

    false, missed, positive = mean(alarms * (1 - y)), mean(~alarms * y), mean(y + 0 * p)
    return {
        "false_alarms_per_1000": 1000 * false,
        "specificity": 1 - false / (1 - positive),
        "accuracy": 1 - false - missed,
        "expected_cost_per_1000": 1000 * (false + COST * missed),
        "recall": 1 - missed / positive,
        "brier": mean((p - y) ** 2),
        "log_loss": mean(-np.log(np.clip(np.where(y == 1, p, 1 - p), 1e-15, 1))),
        "mean_predicted": mean(p),
    }


def compare_jobs(world: World, design: str, seed: int) -> Mapping[tuple[str, str], tuple[np.ndarray, float]]:
    """Differences from baseline on each split, and the mean of the same models' on fresh rows."""
    luck = np.random.default_rng([seed, 1])
    X, y, _ = world.draw_numbers(1000 + seed, N_ROWS, SHARE)
    fresh, labels, _ = world.draw_numbers(500_000 + seed, N_FRESH, SHARE)
    X, fresh = world.encode(X), world.encode(fresh)
    center, scale = X.mean(axis=0), X.std(axis=0)
    X, fresh = (X - center) / scale, (fresh - center) / scale
    fit = fit_bayes if world.classifier == "gaussian_nb" else fit_logistic
    is_test = part_rows(y, design, luck)
    weights = (~is_test).astype(float)
    n_positive, n_train = y @ weights, weights.sum(axis=0)
    balanced = weights * np.where(y[:, np.newaxis] == 1, n_train / 2 / n_positive, n_train / 2 / (n_train - n_positive))
    plain, weighted = fit(X, y, weights), fit(X, y, balanced)
    everywhere = np.ones((N_FRESH, N_SPLITS))
    states = {
        name: (measure(y, model(X), cut, is_test), measure(labels, model(fresh), cut, everywhere))
        for name, model, cut in (
            ("baseline", plain, 0.5),
            ("class_weight", weighted, 0.5),
            ("threshold", plain, tune(X, y, ~is_test, fit, luck)),
        )
    }
    before = states.pop("baseline")
    return {
        (name, metric): (own[metric] - before[0][metric], float((new[metric] - before[1][metric]).mean()))
        for name, (own, new) in states.items()
        for metric in (DECIDED if name == "threshold" else (*DECIDED, *PREDICTED))
    }


def study_coverage(n_jobs: int) -> Iterator[str]:
    """Finding 4: how often 95 % intervals hold the difference expected of the procedure, and how wide they are."""
    yield f"{'data':11}{'splits':15}{'strategy':14}{'metric':24}{'corrected t':>12}{'now':>7}{'width (1 = right)':>19}"
    for world in WORLDS.values():
        for design, (n_folds, _) in DESIGNS.items():
            jobs = [compare_jobs(world, design, seed) for seed in range(n_jobs)]
            sizes = np.full(N_SPLITS, N_ROWS / n_folds), np.full(N_SPLITS, N_ROWS - N_ROWS / n_folds)
            for name, metric in jobs[0]:
                values = np.array([job[name, metric][0] for job in jobs])
                truth = float(np.mean([job[name, metric][1] for job in jobs]))
                training = float(weigh_training([metric], np.array([name == "threshold"]))[0, 0])
                before, now = (
                    compare_over_splits(values, 0 * values, sizes, 0.01, 0.95, each) for each in (0.0, training)
                )
                held = [100 * ((e.lower <= truth) & (truth <= e.upper)).mean() for e in (before, now)]
                width = np.nanmean(now.se) / now.difference.std(ddof=1)
                yield f"{world.name:11}{design:15}{name:14}{metric:24}{held[0]:10.1f} %{held[1]:5.1f} %{width:19.2f}"


def split_groups(y: np.ndarray, groups: np.ndarray, design: str, seed: int, rotated: bool) -> np.ndarray:
    """Which rows each split tests, as `job.data.splits` does (or did: with fold 0 in every repeat)."""
    n_folds, n_repeats = DESIGNS[design]
    is_test = []
    for repeat in range(n_repeats):
        folds = StratifiedGroupKFold(n_folds, shuffle=True, random_state=seed + repeat).split(y, y, groups)
        parts = [np.isin(np.arange(len(y)), test) for _, test in folds]
        is_test += [parts[repeat % n_folds if rotated else 0]] if n_repeats == N_SPLITS else parts
    return np.stack(is_test, axis=1)


def study_groups(n_jobs: int) -> Iterator[str]:
    """Finding 6: how often average precision differs at 5 % where nothing does, and where one model gains."""
    heads = (("groups", 7), ("with minority", 14), ("between", 8), ("corrected t", 12), ("now", 7), ("power", 7))
    yield f"{'splits':26}" + "".join(f"{head:>{width}}" for head, width in heads) + f"{'gain':>7}"
    for design, rotated in (("20 holdouts", False), ("20 holdouts", True), ("10 folds twice", True)):
        training = GROUPED_HOLDOUT if rotated and design == "20 holdouts" else 0.0
        for between in (0.3, 0.7):
            for n_groups in (20, 30, 40, 60, 100):
                found = [
                    _judge_groups(design, rotated, n_groups, between, seed, training, 0.0) for seed in range(n_jobs)
                ]
                gained = [
                    _judge_groups(design, rotated, n_groups, between, seed, training, 0.25)
                    for seed in range(n_jobs // 4 if rotated else 0)
                ]
                before, now, n_with, _ = (np.nanmean(column) for column in zip(*found, strict=True))
                power, gain = (float(np.mean([row[place] for row in gained or found])) for place in (1, 3))
                shown = f"{100 * power:5.0f} %{gain:7.3f}" if gained else ""
                name = f"{design}{'' if rotated else ', fold 0 only'}"
                yield (
                    f"{name:26}{n_groups:7}{n_with:14.1f}{between:8}{100 * before:10.1f} %{100 * now:5.1f} %"
                    f"{shown:14}{'' if n_with >= LEAST_GROUPS else '   too few, not tested'}"
                )


def _judge_groups(
    design: str, rotated: bool, n_groups: int, between: float, seed: int, training: float, gain: float
) -> tuple[float, float, int, float]:
    X, y, groups = draw_groups(seed, n_groups, 1000 // n_groups, between, gain=gain)
    n_with = len(np.unique(groups[y == 1]))
    if y.sum() < 10:
        return np.nan, np.nan, n_with, np.nan
    is_test = split_groups(y, groups, design, seed, rotated)
    values = np.full((2, N_SPLITS), np.nan)
    for side, columns in enumerate((slice(0, 4), slice(4, 8))):
        p = fit_logistic(X[:, columns], y, (~is_test).astype(float))(X[:, columns])
        for split, rows in enumerate(is_test.T):
            score = average_precision(build_ranking(y[rows], p[rows, split]))
            values[side, split] = score if isinstance(score, float) else np.nan
    sizes = is_test.sum(axis=0).astype(float), (~is_test).sum(axis=0).astype(float)
    before, now = (compare_over_splits(*values, sizes, 0.01, 0.95, each) for each in (0.0, training))
    return float(before.p_value < 0.05), float(now.p_value < 0.05), n_with, float(now.difference)


def study_one_split(n_jobs: int) -> Iterator[str]:
    """Finding 7: how often the bootstrap holds the value of the two fitted models, row by row and in blocks."""
    yield f"{'rows':26}{'metric':24}{'row by row':>11}{'blocks':>8}"
    for lag in (0.0, 0.9):
        jobs = [_draw_one_split(seed, lag) for seed in range(n_jobs)]
        for metric in ("false_alarms_per_1000", "expected_cost_per_1000", "recall", "brier", "average_precision"):
            held = [100 * np.mean([job[kind][metric] for job in jobs]) for kind in (0, 1)]
            name = f"autocorrelation {lag}" if lag else "independent"
            yield f"{name:26}{metric:24}{held[0]:9.1f} %{held[1]:6.1f} %"


def _draw_series(n_rows: int, lag: float, luck: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Draw `linear` rows in time: features, and half of the noise behind the label, follow what went before."""
    X = lfilter([np.sqrt(1 - lag**2)], [1, -lag], luck.normal(size=(n_rows, 6)), axis=0)
    noise = 1.2 * X[:, 5] + 1.2 * luck.normal(size=n_rows)
    return X[:, :5], (X[:, :5] @ [1.0, -0.8, 0.6, 0.4, 0.2] + noise > 2.9).astype(int)


def _draw_one_split(seed: int, lag: float) -> tuple[Mapping[str, bool], Mapping[str, bool]]:
    luck = np.random.default_rng([seed, 3])
    parts = [_draw_series(n_rows, lag, luck) for n_rows in (1000, 600, 40_000)]
    (X, y), (test, labels), (fresh, truth) = parts
    weights = np.stack([np.ones(len(y)), np.where(y == 1, 1 / y.mean(), 1 / (1 - y.mean())) / 2], axis=1)
    model = fit_logistic(X, y, weights)
    context = MetricContext(COST, 1.0, 100.0)

    def predict(rows: np.ndarray, of: np.ndarray) -> list[Prediction]:
        return [Prediction(of, p, (p >= 0.5).astype(np.int8), True, 0.1, 0.1) for p in model(rows).T]

    def read(pair: list[Prediction], times: np.ndarray, units: Units) -> tuple[Mapping[str, np.ndarray], ...]:
        ordered = [order_rows(each, units) for each in pair]
        counts = [count_weighted(each, times) for each in ordered]
        return tuple(evaluate_weighted(o, times, c, counts[0], context) for o, c in zip(ordered, counts, strict=True))

    fitted = predict(test, labels)
    expected = read(predict(fresh, truth), np.ones((len(truth), 1)), Units(np.arange(len(truth))))
    observed = read(fitted, np.ones((len(labels), 1)), Units(np.arange(len(labels))))
    found = []
    for time in (None, np.arange(len(labels))):
        units = deal_units(len(labels), None, seed, time)
        drawn = read(fitted, np.concatenate(list(draw_weights(units, seed)), axis=1), units)
        held = {}
        for metric in drawn[0]:
            sides = (1, 0)
            e = compare_over_draws(
                tuple(observed[side][metric][0] for side in sides),
                tuple(drawn[side][metric] for side in sides),
                0.01,
                0.95,
            )
            true = float(expected[1][metric][0] - expected[0][metric][0])
            held[metric] = bool(e.lower <= true <= e.upper)
        found.append(held)
    return found[0], found[1]


def study_levels(n_jobs: int) -> Iterator[str]:
    """Finding 5: what average precision reads beyond that of the same models on many rows, and after halving."""
    yield (
        f"{'data':11}{'splits':15}{'minority rows':>14}{'reads':>7}{'too high':>9}{'said':>7}{'chance':>8}{'share':>7}"
    )
    for world in WORLDS.values():
        for design in DESIGNS:
            rows = np.array([_read_level(world, design, seed) for seed in range(n_jobs)]).mean(axis=0)
            yield f"{world.name:11}{design:15}" + "{:14.1f}{:7.3f}{:+9.3f}{:+7.3f}{:8.3f}{:7.3f}".format(*rows)


def _read_level(world: World, design: str, seed: int) -> tuple[float, ...]:
    luck = np.random.default_rng([seed, 5])
    X, y, _ = world.draw_numbers(1000 + seed, N_ROWS, SHARE)
    fresh, labels, _ = world.draw_numbers(500_000 + seed, 10 * N_FRESH, SHARE)
    X, fresh = world.encode(X), world.encode(fresh)
    is_test = part_rows(y, design, luck)
    fit = fit_bayes if world.classifier == "gaussian_nb" else fit_logistic
    model = fit(X, y, (~is_test).astype(float))
    p, new = model(X), model(fresh)
    truth = float(np.mean([average_precision(build_ranking(labels, new[:, split])) for split in (0, 7, 14)]))
    rankings = [build_ranking(y[rows], p[rows, split]) for split, rows in enumerate(is_test.T)]
    reads = float(np.mean([average_precision(each) for each in rankings]))
    halves = float(np.mean([average_precision_of_halves(each, 10, luck) for each in rankings]))
    chance = float(np.mean([expect_by_chance(int(rows.sum()), int(y[rows].sum())) for rows in is_test.T]))
    n_positive = float(np.mean([each.positives for each in rankings]))
    return n_positive, reads, reads - truth, halves - reads, chance, float(y.mean())


def study_twins(n_jobs: int) -> Iterator[str]:
    """Finding 12: the share of rows with near-duplicates."""
    for name, draw in {
        "every case twice": lambda seed: draw_twins(seed)[0],
        **{world.name: lambda seed, world=world: world.draw_numbers(seed, N_ROWS)[0] for world in WORLDS.values()},
    }.items():
        shares = []
        for seed in range(min(n_jobs, 20)):
            X = np.asarray(draw(seed))
            shares.append(share_near_duplicates(lambda rows: rows, _Rows(X), X, None, seed)[0])
        yield f"{name:20}{min(shares):6.3f} to {max(shares):.3f}"


class _Rows:
    """An array where a frame is asked for."""

    def __init__(self, X: np.ndarray) -> None:
        self.iloc = X

    def __len__(self) -> int:
        return len(self.iloc)


PARTS = {
    "coverage": study_coverage,
    "groups": study_groups,
    "one-split": study_one_split,
    "levels": study_levels,
    "twins": study_twins,
}

if __name__ == "__main__":
    main()
