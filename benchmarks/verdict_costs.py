"""What the advised cut-off costs on fresh rows, beside true probabilities cut at c_fp / (c_fp + c_fn).

Four generators whose classifier is the true model, 1,500 rows, 8 % positive; 20 splits, cut-offs on inner folds, their
median; the model fitted on all rows is cut there and scored on 20,000 fresh rows.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from scipy import special
from scipy.optimize import brentq
from scipy.stats import norm
from sklearn.model_selection import train_test_split
from threadpoolctl import threadpool_limits

from job.evaluation.cutoff import TRUST_IN_CALIBRATION, Request, choose_cutoff, median_cutoff
from job.evaluation.grid import seeds_of
from job.evaluation.third_party import score
from job.spec.strategy_entries import ClassifierEntry, StrategyEntry
from job.strategies.inner_folds import fit_inner_models
from job.strategies.preparation import Preparation
from job.strategies.recipe import Fitted, Seeds, TrainingPart
from job.strategies.recipes import classifier_of, recipe_of

SEEDS, N_SPLITS = range(20), 20
N_ROWS, N_FRESH, PREVALENCE = 1500, 20_000, 0.08
RATIOS = (2.0, 5.0, 50.0)
WAYS: Mapping[str, float] = {"bayes": 1.0, "tuned": 0.0, "advised": TRUST_IN_CALIBRATION}
"""Bayes' cut on calibrated scores, the cut that was cheapest out of fold, and the mean of both, which is advised."""
STRATEGIES = ("baseline", "class_weight", "smote")
RECOMMENDED = ("baseline", "class_weight")
"""What may be recommended here, where SMOTE can't rank better; its costs are printed beside."""
MOST_ABOVE = 1.05

Data = tuple[pd.DataFrame, np.ndarray, np.ndarray]
"""Features, labels and true probabilities."""


@dataclass(frozen=True)
class Kind:
    """One generator: how features are drawn, the log odds of a row but for a constant, and the true model."""

    draw: Callable[[int, np.random.Generator], np.ndarray]
    log_odds: Callable[[np.ndarray], np.ndarray]
    classifier: str = "logistic_regression"


def _draw_skewed(n: int, luck: np.random.Generator) -> np.ndarray:
    return np.column_stack([luck.lognormal(size=(n, 3)), luck.exponential(size=(n, 2))])


_LEVELS = np.random.default_rng(7).normal(0, 0.8, size=(4, 4))
_SHIFT = np.array([1.0, 0.8, 0.6, 0.0, 0.0])

KINDS: Mapping[str, Kind] = {
    "linear": Kind(lambda n, luck: luck.normal(size=(n, 5)), lambda X: X @ [0.75, 0.6, 0.45, 0.3, 0.0]),
    "skewed": Kind(_draw_skewed, lambda X: X @ [0.35, 0.25, -0.2, 0.6, -0.5]),
    "categories": Kind(
        lambda n, luck: luck.integers(0, 4, size=(n, 4)), lambda X: _LEVELS[np.arange(4), X].sum(axis=1)
    ),
}


def make_data(kind: str, n: int, luck: np.random.Generator) -> Data:
    """Draw labels from the true probability of each row; for `gauss`, rows from the class of each label."""
    if kind == "gauss":
        y = (luck.random(n) < PREVALENCE).astype(np.int8)
        X = luck.normal(size=(n, 5)) * np.where(y == 1, 1.3, 1.0)[:, np.newaxis] + y[:, np.newaxis] * _SHIFT
        odds = (norm.logpdf(X, _SHIFT, 1.3) - norm.logpdf(X)).sum(axis=1)
        return pd.DataFrame(X).add_prefix("x"), y, special.expit(odds + special.logit(PREVALENCE))
    X = KINDS[kind].draw(n, luck)
    p = special.expit(KINDS[kind].log_odds(X) + _CONSTANTS[kind])
    frame = pd.DataFrame(X).add_prefix("x")
    if kind == "categories":
        frame = frame.apply(lambda column: pd.Categorical(column.map(lambda level: "abcd"[level])))
    return frame, (luck.random(n) < p).astype(np.int8), p


def _constant(kind: str) -> float:
    """The constant of the log odds at which the prevalence is right."""
    odds = KINDS[kind].log_odds(KINDS[kind].draw(400_000, np.random.default_rng(1)))
    return float(brentq(lambda constant: special.expit(odds + constant).mean() - PREVALENCE, -20, 20))


_CONSTANTS = {kind: _constant(kind) for kind in KINDS}


def cost_on_fresh_rows(kind: str, seed: int) -> dict[tuple[str, float, str], float]:
    """Cost per 1,000 fresh rows of each strategy (or reference), cost ratio and way."""
    luck = np.random.default_rng([seed, 2026])
    X, y, _ = make_data(kind, N_ROWS, luck)
    fresh, y_fresh, truth = make_data(kind, N_FRESH, luck)
    classifier = ClassifierEntry.model_validate("gaussian_nb" if kind == "gauss" else KINDS[kind].classifier)
    found: dict[tuple[str, float, str], float] = {}
    with threadpool_limits(limits=1):
        for ratio in RATIOS:
            found["truth", ratio, ""] = _cost(y_fresh, truth >= 1 / (1 + ratio), ratio)
            found["never", ratio, ""] = _cost(y_fresh, np.zeros(N_FRESH, dtype=bool), ratio)
            found["always", ratio, ""] = _cost(y_fresh, np.ones(N_FRESH, dtype=bool), ratio)
        for name in STRATEGIES:
            recipe = recipe_of(StrategyEntry.model_validate(name))
            if recipe.refuses(classifier_of(classifier, 0)):
                continue
            cuts: dict[tuple[float, str], list[float]] = {(ratio, way): [] for ratio in RATIOS for way in WAYS}
            for repeat in range(N_SPLITS):
                train, _ = train_test_split(np.arange(N_ROWS), stratify=y, test_size=0.2, random_state=42 + repeat)
                part = _part(X.iloc[train], y[train], seeds_of(seed, repeat, 0))
                unfitted = Fitted(None, 0.0)
                models, _ = fit_inner_models(recipe, classifier_of(classifier, part.seeds.classifier), part, unfitted)
                scored = [(part.y[test], *score(model, part.X.iloc[test], name)) for model, test in models]
                labels, scores = (np.concatenate([each[at] for each in scored]) for at in (0, 1))
                for ratio, way in cuts:
                    request = Request(cost=(ratio, 1.0))
                    chosen = choose_cutoff(labels, scores, request, scored[0][2], WAYS[way]).threshold
                    assert chosen is not None  # a cost rules no cut-off out
                    cuts[ratio, way].append(chosen)
            whole = _part(X, y, seeds_of(seed, 0, 0))
            fitted = recipe.fit(classifier_of(classifier, whole.seeds.classifier), whole, recipe.resample(whole))
            scores = score(fitted.model, fresh, name)[0]
            for (ratio, way), thresholds in cuts.items():
                found[name, ratio, way] = _cost(y_fresh, scores >= median_cutoff(thresholds), ratio)
    return found


def _part(X: pd.DataFrame, y: np.ndarray, seeds: Seeds) -> TrainingPart:
    return TrainingPart(X, y, None, Preparation().fit(X), (), seeds)


def _cost(y: np.ndarray, alerts: np.ndarray, ratio: float) -> float:
    return 1000 * float(np.mean(ratio * ((y == 1) & ~alerts) + ((y == 0) & alerts)))


def main(kinds: list[str]) -> None:
    """Print a table, and fail where the advised cut-off costs more than it may; names of generators, or all."""
    failed = []
    print("cost per 1,000 fresh rows; in brackets per cent above true probabilities")
    for kind in kinds or [*KINDS, "gauss"]:
        found = Parallel(n_jobs=2)(delayed(cost_on_fresh_rows)(kind, seed) for seed in SEEDS)
        for ratio in RATIOS:
            mean = {key: np.mean([each[key] for each in found]) for key in found[0] if key[1] == ratio}
            truth, never, always = (mean[name, ratio, ""] for name in ("truth", "never", "always"))
            print(f"{kind:10} {ratio:2g} : 1  truth {truth:.0f}, never {never:.0f}, always {always:.0f}")
            for name in dict.fromkeys(key[0] for key in mean if key[2]):
                costs = {way: mean[name, ratio, way] for way in WAYS}
                told = ", ".join(f"{way} {cost:.1f} ({100 * (cost / truth - 1):+.1f})" for way, cost in costs.items())
                print(f"{'':10} {name:12}  {told}", flush=True)
                if name in RECOMMENDED and costs["advised"] > min(MOST_ABOVE * truth, never, always):
                    failed.append(f"{kind}, {ratio:g} : 1, {name}: {costs['advised']:.1f}")
    if failed:
        raise SystemExit("\n".join(["costs more than 5 % above the truth, or than never or always:", *failed]))


if __name__ == "__main__":
    main(sys.argv[1:])
