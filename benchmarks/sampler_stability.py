"""Does luck decide less than with SMOTE? Standard deviations over 20 seeds, and over 20 times 5 % of the rows left out.

    python benchmarks/sampler_stability.py

One fold of ten data sets is resampled 20 times. What counts is a metric's standard deviation, averaged over data sets
and classifiers, as a multiple of SMOTE's. The exit code is 0 if every bar is met.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator

import numpy as np
import pandas as pd
from sampler_keel import CLASSIFIERS, load_keel, measure, resample, standardise
from sklearn.model_selection import StratifiedKFold

DATA = (
    "ecoli1 ecoli3 haberman vehicle0 vehicle1 abalone9-18 abalone19 new-thyroid1 winequality-red-4 page-blocks-1-3_vs_4"
)
SAMPLERS = ("SMOTE", "AffinitySMOTE")
TIMES = 20
METRICS = ["mcc", "fp", "f1", "recall", "gmean", "auc", "ap"]
BARS = {("seed", "mcc"): 1.0, ("seed", "fp"): 1.0, ("rows left out", "mcc"): 1.1}


def vary(name: str) -> Iterator[dict[str, object]]:
    """Yield the metrics of every classifier after resampling with each seed, and with each set of rows left out."""
    X, y = load_keel(name)
    train, test = next(StratifiedKFold(5, shuffle=True, random_state=0).split(X, y))
    part = standardise(X, y, train, test)
    for time in range(TIMES):
        kept = np.random.RandomState(time).rand(len(part.y)) > 0.05
        for kind, seed, rows in (("seed", time, slice(None)), ("rows left out", 0, kept)):
            for sampler in SAMPLERS:
                X_resampled, y_resampled, problem = resample(sampler, seed, part.X[rows], part.y[rows])
                if problem:
                    raise SystemExit(f"{sampler} on {name}: {problem}")
                for label, make in CLASSIFIERS.items():
                    probability = make().fit(X_resampled, y_resampled).predict_proba(part.X_test)[:, 1]
                    key = {"kind": kind, "data": name, "classifier": label, "sampler": sampler}
                    yield {**key, **measure(part.y_test, probability)}


def main() -> int:
    """Print the ratios by kind and classifier, then every bar."""
    warnings.simplefilter("ignore")
    runs = pd.DataFrame([run for name in DATA.split() for run in vary(name)])
    spread = runs.groupby(["kind", "classifier", "data", "sampler"])[METRICS].std()
    by_classifier = spread.groupby(["kind", "classifier", "sampler"]).mean()
    overall = spread.groupby(["kind", "sampler"]).mean()
    for table in (by_classifier, overall):
        ratio = table.xs("AffinitySMOTE", level="sampler") / table.xs("SMOTE", level="sampler")
        print(ratio.round(2).to_string(), end="\n\n")
    all_met = True
    for (kind, metric), most in BARS.items():
        met = bool(ratio.loc[kind, metric] <= most)
        all_met &= met
        print(f"{'met ' if met else 'MISS'}  {metric}, {kind}: {ratio.loc[kind, metric]:.3f}, at most {most}")
    return 0 if all_met else 1


if __name__ == "__main__":
    sys.exit(main())
