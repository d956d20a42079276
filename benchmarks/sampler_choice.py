"""Would the constants have been chosen without the data they are judged on? Leaves one family of sets out at a time.

    python benchmarks/sampler_choice.py --keep choice.csv

For each family the variant that is best on all others is taken, and judged on the family that was left out. The best is
the one with the highest summed gain over SMOTE in MCC, F1, AP and AUC, among those whose recall is at least SMOTE's
with at most 0.95 of its false positives (among all, where none is so). Only the tuning sets are read.
"""

from __future__ import annotations

import argparse
import logging
import sys
import warnings
from pathlib import Path

import pandas as pd
from sampler_keel import FAMILY, TUNING
from sampler_quality import GAINS, OURS, REFERENCE, average, collect
from scipy.stats import wilcoxon

VARIANTS = [
    OURS,
    *(f"{OURS}?k_neighbors={k}" for k in (5, 10, 25)),
    *(f"{OURS}?extrapolation={amount}" for amount in (0.0, 0.25, 0.75)),
    f"{OURS}?clip=False",
]


def choose(runs: pd.DataFrame) -> str:
    """Return the best variant on these runs."""
    gain = sum(average(runs, metric).mean().sub(average(runs, metric)[REFERENCE].mean()) for metric in GAINS)
    recall, fpr = average(runs, "recall").mean(), average(runs, "fpr").mean()
    fit = (recall >= recall[REFERENCE]) & (fpr <= 0.95 * fpr[REFERENCE])
    candidates = gain[VARIANTS]
    return str((candidates[fit[VARIANTS]] if fit[VARIANTS].any() else candidates).idxmax())


def main() -> int:
    """Print each family's choice, then the gains of what was chosen without seeing the family."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="CSV file of all runs, read and written")
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    runs = collect(TUNING, [REFERENCE, *VARIANTS], asked.repeats, asked.keep)
    family = runs["data"].map(FAMILY)
    judged = []
    for left_out in dict.fromkeys(FAMILY.values()):
        chosen = choose(runs[family != left_out])
        print(f"{left_out:18} {chosen}")
        part = runs[(family == left_out) & runs["sampler"].isin([chosen, REFERENCE])]
        judged.append(part.assign(sampler=part["sampler"].replace(chosen, "chosen")))
    unseen = pd.concat(judged)
    print()
    for metric in [*GAINS, "recall", "fpr", "gmean"]:
        table = average(unseen, metric)
        gain = (table["chosen"] - table[REFERENCE]).round(9)
        wins, losses = int((gain > 0).sum()), int((gain < 0).sum())
        p = wilcoxon(gain[gain != 0]).pvalue
        print(f"{metric:7} {gain.mean() * 100:+.2f} points, {wins} wins, {losses} losses, p {p:.4f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
