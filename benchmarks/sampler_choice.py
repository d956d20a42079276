"""Would the constants have been chosen without the data they are judged on? Leaves one family of sets out at a time.

    python benchmarks/sampler_choice.py --keep choice.csv

For each family the variant that is best on all others is taken, and judged on the family that was left out. The best is
the one that meets the most bars of `sampler_quality.py` there; among equals, the one with the highest summed gain over
SMOTE in MCC, F1, AP and AUC. Only the tuning sets are read.
"""

from __future__ import annotations

import argparse
import logging
import sys
import warnings
from pathlib import Path

import pandas as pd
from sampler_keel import FAMILY, TUNING, load_keel
from sampler_quality import ENOUGH_ROWS, GAINS, OURS, REFERENCE, average, collect, judge, tell_apart

VARIANTS = [
    OURS,
    *(f"{OURS}?k_neighbors={k}" for k in (5, 10, 25)),
    *(f"{OURS}?extrapolation={amount}" for amount in (0.0, 0.25, 0.75)),
    f"{OURS}?clip=False",
]


def choose(runs: pd.DataFrame, apart: pd.DataFrame) -> str:
    """Return the best variant on these runs, and on what tells its rows apart on the same data."""

    def merit(variant: str) -> tuple[int, float]:
        pair = rename(runs, variant, OURS)
        told = {OURS: float(apart[variant].mean()), REFERENCE: float(apart[REFERENCE].mean())}
        gains = (average(pair, metric).mean() for metric in GAINS)
        return sum(met for _, _, met in judge(pair, told)), sum(gain[OURS] - gain[REFERENCE] for gain in gains)

    return max(VARIANTS, key=merit)


def rename(runs: pd.DataFrame, variant: str, name: str) -> pd.DataFrame:
    """Return the runs of one variant, under another name, and of SMOTE."""
    part = runs[runs["sampler"].isin([variant, REFERENCE])]
    return part.assign(sampler=part["sampler"].replace(variant, name))


def measure_apart(keep: Path | None) -> pd.DataFrame:
    """Tell each variant's rows apart on each data set that has enough of them: data sets by variants."""
    if keep and keep.exists():
        return pd.read_csv(keep, index_col=0)
    samplers = [REFERENCE, *VARIANTS]
    enough = [name for name in TUNING if load_keel(name)[1].sum() >= ENOUGH_ROWS]
    apart = pd.DataFrame({sampler: [tell_apart(name, sampler) for name in enough] for sampler in samplers}, enough)
    if keep:
        apart.to_csv(keep)
    return apart


def main() -> int:
    """Print each family's choice, then every bar for what was chosen without seeing the family."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="CSV file of all runs, read and written")
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    runs = collect(TUNING, [REFERENCE, *VARIANTS], asked.repeats, asked.keep)
    apart = measure_apart(asked.keep and asked.keep.with_suffix(".apart.csv"))
    family, apart_family = runs["data"].map(FAMILY), apart.index.map(FAMILY)
    judged, told = [], []
    for left_out in dict.fromkeys(FAMILY.values()):
        chosen = choose(runs[family != left_out], apart[apart_family != left_out])
        print(f"{left_out:18} {chosen}")
        judged.append(rename(runs[family == left_out], chosen, OURS))
        told.append(apart.loc[apart_family == left_out, [REFERENCE, chosen]].set_axis([REFERENCE, OURS], axis=1))
    bars = judge(pd.concat(judged), dict(pd.concat(told).mean()))
    print("\nWhat was chosen without the family, judged on it:")
    for bar, seen, met in bars:
        print(f"{'met ' if met else 'MISS'}  {bar}: {seen}")
    return 0 if all(met for *_, met in bars) else 1


if __name__ == "__main__":
    sys.exit(main())
