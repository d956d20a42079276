"""The verdict where the truth is known: kinds of data on which SMOTE can't gain, gains, or loses; nulls; calibration.

PYTHONPATH=. .venv/bin/python benchmarks/verdict_kinds.py kinds headlines nulls calibration [--full]
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from known_truth import WORLDS, draw_groups
from scipy.stats import norm
from sklearn.metrics import average_precision_score
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold
from threadpoolctl import threadpool_limits

from job.data.dataset import Column, Dataset
from job.data.splits import Split, build_splits
from job.evaluation.evaluate_unit import evaluate_unit
from job.evaluation.grid import build_unit, strategies_of
from job.evaluation.metrics.ranking_metrics import average_precision, build_ranking
from job.evaluation.metrics.run_metrics import build_prediction, metric_context
from job.evidence.runs import collect_runs
from job.evidence.statistics.family import Question, judge_family
from job.evidence.statistics.measured import Measured
from job.evidence.verdict.build_verdict import Judged, judge_strategies
from job.evidence.verdict.recommendation import HARMS, NO_DIFFERENCE, PROBABLY_HARMS
from job.evidence.verdict.rules import BETTER, PROBABLY_BETTER, PROBABLY_WORSE, WORSE, grade_ranking
from job.names import METRICS
from job.results.verdict_facts import Tested
from job.spec.job_spec import JobSpec

N_ROWS, N_FRESH, N_TRUTHS = 1200, 20_000, 5
DESIGNS: Mapping[str, Mapping[str, Any]] = {
    "10 folds twice": {},
    "20 holdouts": {"method": "holdout"},
    "10 folds, five times": {"method": "kfold", "n_splits": 10, "n_repeats": 5},
}
QUESTION = Question("average_precision", None, 0.95)
_GRID = np.linspace(0, 5, 400)
_SCORES = np.linspace(-8, 14, 6000)

Draw = Callable[[int, int], tuple[pd.DataFrame, np.ndarray]]
"""From a seed and a number of rows to features and labels."""


@dataclass(frozen=True)
class Kind:
    """A kind of data.

    Parameters
    ----------
    truth : {"null", "gain", "loss"}
        What SMOTE does to the ranking: nothing better is possible, it gains, or it loses.
    name, classifier : str
    draw : callable
    n_seeds : int
    """

    truth: str
    name: str
    classifier: str
    draw: Draw
    n_seeds: int


def draw_clusters(n_clusters: int, spread: float, radius: float, n_columns: int, share: float, noise: int = 0) -> Draw:
    """Make minority clusters on a sphere around a standard normal majority: small disjuncts, which trees split up."""
    centres = np.random.default_rng(0).normal(size=(n_clusters, n_columns))
    centres *= radius / np.linalg.norm(centres, axis=1, keepdims=True)

    def draw(seed: int, n_rows: int) -> tuple[pd.DataFrame, np.ndarray]:
        luck = np.random.default_rng([seed, n_clusters, n_columns])
        y = (luck.random(n_rows) < share).astype(np.int8)
        X = luck.normal(size=(n_rows, n_columns + noise))
        n_minority = int(y.sum())
        near = centres[luck.integers(0, n_clusters, n_minority)]
        X[y == 1, :n_columns] = near + spread * luck.normal(size=(n_minority, n_columns))
        return pd.DataFrame(X).rename(columns=str), y

    return draw


def draw_shifted(n_columns: int, n_shifted: int, shift: float, share: float) -> Draw:
    """Make one normal minority in the tail of the majority: interpolation fills in where the majority is denser."""

    def draw(seed: int, n_rows: int) -> tuple[pd.DataFrame, np.ndarray]:
        luck = np.random.default_rng([seed, n_columns, n_shifted])
        y = (luck.random(n_rows) < share).astype(np.int8)
        X = luck.normal(size=(n_rows, n_columns))
        X[:, :n_shifted] += shift * y[:, np.newaxis]
        return pd.DataFrame(X).rename(columns=str), y

    return draw


KINDS = (
    *(Kind("null", name, world.classifier, world.draw, 6) for name, world in WORLDS.items()),
    Kind("gain", "8 clusters", "random_forest", draw_clusters(8, 0.35, 2.4, 6, 0.1), 4),
    Kind("gain", "8 clusters, tree", "decision_tree", draw_clusters(8, 0.35, 2.4, 6, 0.1), 4),
    Kind("gain", "4 clusters", "random_forest", draw_clusters(4, 0.4, 2.2, 6, 0.06), 4),
    Kind("gain", "16 clusters", "extra_trees", draw_clusters(16, 0.3, 2.3, 8, 0.06), 4),
    Kind("loss", "shifted", "knn", draw_shifted(6, 4, 0.9, 0.1), 3),
    Kind("loss", "shifted, forest", "random_forest", draw_shifted(6, 4, 0.9, 0.1), 3),
    Kind("loss", "clusters and noise", "knn", draw_clusters(4, 0.5, 2.4, 6, 0.1, noise=8), 2),
)
"""16 gains, 8 losses and 24 on which SMOTE can't rank better than baseline."""


def main() -> None:
    """Print the tables that are asked for, and fail where a bar doesn't hold."""
    parser = argparse.ArgumentParser()
    parser.add_argument("parts", nargs="*", default=list(PARTS), metavar="|".join(PARTS))
    parser.add_argument("--full", action="store_true", help="all designs, and as many jobs as docs/verdict.md has")
    asked = parser.parse_args()
    failed = []
    for part in asked.parts:
        print(f"\n{part}", flush=True)
        for line, wrong in PARTS[part](asked.full):
            print(line, flush=True)
            failed += [wrong] if wrong else []
    if failed:
        raise SystemExit("\n".join(failed))


Lines = Iterator[tuple[str, str]]
"""What is printed, and what is wrong with it, if anything."""


def check_kinds(full: bool) -> Lines:
    """Judge SMOTE against baseline on 48 data sets (96 in full), and count what following the answer costs."""
    seeds = (0, 100) if full else (0,)  # one gain missed is a thousandth of 48 sets, so a thousandth takes more of them
    for design in DESIGNS if full else list(DESIGNS)[:1]:
        jobs = [(kind, first + seed) for first in seeds for kind in KINDS for seed in range(kind.n_seeds)]
        found = Parallel(n_jobs=2)(delayed(_judge_kind)(kind, seed, DESIGNS[design]) for kind, seed in jobs)
        codes: dict[str, Counter[str]] = {truth: Counter() for truth in ("null", "gain", "loss")}
        lost = []
        for (kind, _), (code, gain) in zip(jobs, found, strict=True):
            codes[kind.truth][code] += 1
            lost.append(max(gain, 0.0) - (gain if code in (BETTER, PROBABLY_BETTER) else 0.0))
        better, gains = codes["null"][BETTER], codes["gain"][BETTER] + codes["gain"][PROBABLY_BETTER]
        losses, cost = codes["loss"][WORSE] + codes["loss"][PROBABLY_WORSE], float(np.mean(lost))
        most = 0.001 if "five" in design else 0.003
        n = len(seeds)
        told = (
            f"{design}: false better {better} of {24 * n} (and {codes['null'][PROBABLY_BETTER]} probably), gains "
            f"{gains} of {16 * n} ({codes['gain'][BETTER]} shown), losses {losses} of {8 * n} "
            f"({codes['loss'][WORSE]} shown), lost {cost:.4f} a set"
        )
        wrong = better > n or gains < 13 * n or losses < 6 * n or cost > most
        yield told, told if wrong and design != "20 holdouts" else ""


def _judge_kind(kind: Kind, seed: int, split: Mapping[str, Any]) -> tuple[str, float]:
    """The ranking answer, and SMOTE's true gain: of models fitted on training parts, on fresh rows."""
    with threadpool_limits(limits=1):
        return _judge(kind, seed, split)


def _judge(kind: Kind, seed: int, split: Mapping[str, Any]) -> tuple[str, float]:
    X, y = kind.draw(seed, N_ROWS + N_FRESH)
    dataset = make_dataset(X, y)
    seen = replace(dataset, X=X.iloc[:N_ROWS].reset_index(drop=True), y=dataset.y[:N_ROWS])
    spec = _spec(seed, split, ["smote"], [kind.classifier])
    splits, judged = _run(spec, seen)
    fresh = np.arange(N_ROWS, N_ROWS + N_FRESH)
    truths = [
        [
            average_precision_score(dataset.y[fresh], outcome.scores)
            for entry in strategies_of(spec)
            for outcome in evaluate_unit(build_unit(spec, Split(s.repeat, s.fold, s.train, fresh), entry), dataset)
        ]
        for s in splits[:N_TRUTHS]
    ]
    return judged.verdict.rows[0].ranking.code, float(np.diff(truths, axis=1).mean())


def _spec(seed: int, split: Mapping[str, Any], oversamplers: list[str], classifiers: list[str]) -> JobSpec:
    sections = {"seed": seed, "data": {"file": {"path": "x.csv", "target": "y"}}, "split": {**split}}
    return JobSpec.model_validate({**sections, "strategies": ["baseline", *oversamplers], "classifiers": classifiers})


def _run(spec: JobSpec, seen: Dataset) -> tuple[tuple[Split, ...], Judged]:
    """Run the grid in this process; the splits, and what the evidence says."""
    splits = build_splits(seen, spec.split)
    outcomes = [
        o for s in splits for entry in strategies_of(spec) for o in evaluate_unit(build_unit(spec, s, entry), seen)
    ]
    by_split = {(each.repeat, each.fold): each for each in splits}
    predictions = {o.key: build_prediction(o, by_split[o.key.repeat, o.key.fold], seen) for o in outcomes}
    context = metric_context(spec, seen)
    runs = collect_runs(outcomes, predictions, splits, seen, context, spec.baseline.label)
    return splits, judge_strategies(spec, seen, splits, runs, predictions, context)


def make_dataset(X: pd.DataFrame, y: np.ndarray) -> Dataset:
    """Make a data set of features and labels; text becomes categories."""
    is_text = [not pd.api.types.is_numeric_dtype(dtype) for dtype in X.dtypes]
    for name in X.columns[is_text]:
        X[name] = pd.Categorical(X[name], categories=sorted(X[name].unique()))
    columns = tuple(
        Column(str(name), "category" if text else "number", "feature", 0, X[name].nunique(), "")
        for name, text in zip(X.columns, is_text, strict=True)
    )
    counts = {"0": int((y == 0).sum()), "1": int(y.sum())}
    return Dataset("x.csv", X, y.astype(np.int8), "1", ("0",), counts, columns)


def check_headlines(full: bool) -> Lines:
    """Judge eight small minority clusters, on which oversampling truly gains: nothing may say that it doesn't."""
    told: Counter[str] = Counter(Parallel(n_jobs=2)(delayed(_head)(seed) for seed in range(20)))
    wrong = sum(told[code] for code in (NO_DIFFERENCE, PROBABLY_HARMS, HARMS))
    line = f"eight clusters, 20 jobs: {', '.join(f'{code} {n}' for code, n in told.most_common())}"
    yield line, line if wrong else ""


def _head(seed: int) -> str:
    X, y = draw_clusters(8, 0.35, 2.4, 6, 0.05)(seed, 800)
    split = {"method": "holdout", "n_repeats": 8}
    with threadpool_limits(limits=1):
        _, judged = _run(_spec(seed, split, ["smote", "custom"], ["hist_gradient_boosting"]), make_dataset(X, y))
    return judged.verdict.headline.code


def check_nulls(full: bool) -> Lines:
    """Compare two classifiers on exchangeable features: how often a difference is shown where there is none."""
    n_jobs = 1000 if full else 300
    most = 0.05 + 2 * np.sqrt(0.05 * 0.95 / n_jobs)
    cases: Mapping[str, Callable[[int], tuple[np.ndarray, np.ndarray, np.ndarray | None]]] = {
        "10 % positive": lambda seed: draw_pair(seed, 1200, 0.1, 0.0, 0.7),
        "10 % positive, pairs less alike": lambda seed: draw_pair(seed, 1200, 0.1, 0.0, 0.0),
        "3 % positive": lambda seed: draw_pair(seed, 2000, 0.03, 0.0, 0.7),
        "100 groups of 10": lambda seed: draw_groups(seed, 100, 10, 0.3),
        "40 groups of 25": lambda seed: draw_groups(seed, 40, 25, 0.7),
    }
    for name, draw in cases.items():
        tested = Parallel(n_jobs=2)(delayed(_test_pair)(*draw(seed), seed) for seed in range(n_jobs))
        shown = float(np.mean([grade_ranking(each, None, QUESTION) in (BETTER, WORSE) for each in tested]))
        told = f"{name}: better or worse in {shown:.1%} of {n_jobs} jobs"
        yield told, f"{told}, allowed {most:.1%}" if shown > most else ""


def check_calibration(full: bool) -> Lines:
    """Say how often a difference beyond the ROPE is there, by the probability that was said."""
    n_jobs = 500 if full else 250
    for name, null_share, shared in (
        ("normal differences, pairs alike", 0.0, 0.7),
        ("normal differences, pairs less alike", 0.0, 0.0),
        ("half of them nulls", 0.5, 0.7),
    ):
        luck = np.random.default_rng(5)
        gains = luck.normal(0, 0.05, n_jobs) * (luck.random(n_jobs) >= null_share)
        tested = Parallel(n_jobs=2)(
            delayed(_test_pair)(*draw_pair(seed, 1200, 0.1, gains[seed], shared), seed) for seed in range(n_jobs)
        )
        said = np.array([max(each.probability_better or 0, each.probability_worse or 0) for each in tested])
        signs = np.array([1 if (e.probability_better or 0) > (e.probability_worse or 0) else -1 for e in tested])
        beyond = signs * gains > [each.rope for each in tested]
        for low, high in ((0.5, 0.6), (0.6, 0.75), (0.75, 0.85), (0.85, 0.95), (0.95, 1.01)):
            rows = (said >= low) & (said < high)
            if not rows.any():
                continue
            told = (
                f"{name}: said {low:.2f} to {min(high, 1):.2f}, mean {said[rows].mean():.2f}, true "
                f"{beyond[rows].mean():.2f} ({rows.sum()} jobs)"
            )
            checked = full and null_share == 0 and low in (0.75, 0.85)
            yield told, told if checked and abs(said[rows].mean() - beyond[rows].mean()) > 0.1 else ""


def draw_pair(
    seed: int, n_rows: int, share: float, gain: float, alike: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Draw rows for two linear classifiers, of four columns each, the second better by `gain` in average precision.

    `alike` is the share of the squared separation that is in two columns which both see.
    """
    luck = np.random.default_rng([seed, 11])
    y = (np.arange(n_rows) < round(share * n_rows)).astype(int)
    middle = np.interp(1.4, _GRID, _precisions(share))
    left, right = (np.interp(middle + half, _precisions(share), _GRID) for half in (-gain / 2, gain / 2))
    shared = min(alike * 1.4**2, 0.9 * min(left, right) ** 2)
    shifts = [np.sqrt(shared / 2)] * 2 + [np.sqrt((d**2 - shared) / 2) for d in (left, left, right, right)]
    return luck.normal(size=(n_rows, 6)) + y[:, np.newaxis] * shifts, y, None


def _precisions(share: float, _known: dict[float, np.ndarray] = {}) -> np.ndarray:  # noqa: B006 (a cache)
    """Average precision of two unit normals that are this far apart, for each distance of the grid."""
    if share not in _known:
        found = []
        for distance in _GRID:
            hit, alarm = share * norm.sf(_SCORES - distance), (1 - share) * norm.sf(_SCORES)
            found.append(np.trapezoid(hit / (hit + alarm + 1e-300) * norm.pdf(_SCORES - distance), _SCORES))
        _known[share] = np.array(found)
    return _known[share]


def _test_pair(X: np.ndarray, y: np.ndarray, groups: np.ndarray | None, seed: int) -> Tested:
    """Fit and compare both classifiers on 10 folds twice; with groups on eight columns, four each."""
    with threadpool_limits(limits=1):
        measured = _measure_pair(X, y, groups, seed)
    return judge_family(measured, [(("b", "c"), ("a", "c"))], "average_precision", QUESTION)[0]


def _measure_pair(X: np.ndarray, y: np.ndarray, groups: np.ndarray | None, seed: int) -> Measured:
    sides = ([0, 1, 2, 3], [0, 1, 4, 5]) if X.shape[1] == 6 else (range(4), range(4, 8))
    values = np.full((2, len(METRICS), 20), np.nan)
    sizes = []
    for train, test in _folds(y, groups, seed):
        for side, columns in enumerate(sides):
            scores = X[np.ix_(test, columns)] @ fit_discriminant(X[np.ix_(train, columns)], y[train])
            found = average_precision(build_ranking(y[test], scores))
            if isinstance(found, float):
                values[side, METRICS.index("average_precision"), len(sizes)] = found
        sizes.append((len(test), len(train)))
    n_test, n_train = np.array(sizes, dtype=float).T
    return Measured(values, {("a", "c"): 0, ("b", "c"): 1}, n_test, n_train)


def _folds(y: np.ndarray, groups: np.ndarray | None, seed: int) -> Iterable[tuple[np.ndarray, np.ndarray]]:
    kind = StratifiedKFold if groups is None else StratifiedGroupKFold
    for repeat in range(2):
        yield from kind(10, shuffle=True, random_state=100 * seed + repeat).split(y, y, groups)


def fit_discriminant(X: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Fisher's linear discriminant, the true model of equal normals."""
    centred = X - np.where(y[:, np.newaxis] == 1, X[y == 1].mean(axis=0), X[y == 0].mean(axis=0))
    return np.linalg.solve(centred.T @ centred, X[y == 1].mean(axis=0) - X[y == 0].mean(axis=0))


PARTS: Mapping[str, Callable[[bool], Lines]] = {
    "kinds": check_kinds,
    "headlines": check_headlines,
    "nulls": check_nulls,
    "calibration": check_calibration,
}

if __name__ == "__main__":
    main()
