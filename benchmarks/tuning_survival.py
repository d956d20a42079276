"""Does oversampling survive tuning? The verdicts at defaults beside those after tuning, on KEEL's data sets.

PYTHONPATH=. .venv/bin/python benchmarks/tuning_survival.py                        the table, on all 36 sets
PYTHONPATH=. .venv/bin/python benchmarks/tuning_survival.py --sets 2               on the first two of them
PYTHONPATH=. .venv/bin/python benchmarks/tuning_survival.py --write docs/tuning.md and into the page, where its table is

Five folds once; strategy and classifier are tuned together, 8 candidates on 3 inner folds. Only what a verdict at
defaults or tuned needs is run, so nothing that is tuned is compared with a baseline that isn't.
"""

from __future__ import annotations

import argparse
import re
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from sampler_keel import TUNING, load_keel
from threadpoolctl import threadpool_limits
from verdict_kinds import make_dataset

from job.data.splits import build_splits
from job.evaluation.evaluate_unit import evaluate_unit
from job.evaluation.grid import build_unit, strategies_of
from job.evaluation.metrics.run_metrics import build_prediction, metric_context
from job.evidence.runs import collect_runs
from job.evidence.verdict.build_verdict import judge_strategies
from job.evidence.verdict.rules import BETTER, PROBABLY_BETTER, PROBABLY_WORSE, UNTESTED, WORSE
from job.spec.job_spec import JobSpec
from job.spec.strategy_entries import Entry

TUNE = {"n_candidates": 8, "inner_folds": 3}
OVERSAMPLERS = ("smote", "custom")
CLASSIFIERS: tuple[dict[str, Any], ...] = (
    {"name": "logistic_regression", "params": {"max_iter": 1000}},
    {"name": "random_forest"},
    {"name": "hist_gradient_boosting"},
)
GAINS, LOSSES = (BETTER, PROBABLY_BETTER), (WORSE, PROBABLY_WORSE)
MARKS = re.compile(r"(?<=<!-- table -->\n).*(?=<!-- end -->)", re.DOTALL)


def make_spec(n_folds: int) -> JobSpec:
    """List every oversampler and classifier twice, the second time tuned."""
    strategies = [{"name": name, **more} for name in OVERSAMPLERS for more in ({}, {"tune": TUNE})]
    classifiers = [{**entry, **more} for entry in CLASSIFIERS for more in ({}, {"tune": TUNE})]
    return JobSpec.model_validate(
        {
            "data": {"file": {"path": "x.csv", "target": "y"}},
            "split": {"method": "kfold", "n_splits": n_folds},
            "strategies": ["baseline", *strategies],
            "classifiers": classifiers,
        }
    )


def needed(strategy: Entry, classifiers: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return the classifiers that are tuned where an oversampler is; baseline needs all."""
    return tuple(c for c in classifiers if strategy.name == "baseline" or (c.tune is None) == (strategy.tune is None))


def judge_set(name: str) -> pd.DataFrame:
    """Run one data set: a row for each oversampler and classifier, with both answers."""
    X, y = load_keel(name)
    dataset, spec = make_dataset(pd.DataFrame(X).rename(columns=str), y), make_spec(max(2, min(5, int(y.sum()))))
    splits = build_splits(dataset, spec.split)
    with threadpool_limits(limits=1):
        outcomes = [
            outcome
            for split in splits
            for entry in strategies_of(spec)
            for outcome in evaluate_unit(build_unit(spec, split, entry, only=needed(entry, spec.classifiers)), dataset)
        ]
    by_split = {(each.repeat, each.fold): each for each in splits}
    predictions = {o.key: build_prediction(o, by_split[o.key.repeat, o.key.fold], dataset) for o in outcomes}
    context = metric_context(spec, dataset)
    runs = collect_runs(outcomes, predictions, splits, dataset, context, "baseline")
    verdict = judge_strategies(spec, dataset, splits, runs, predictions, context).verdict
    rows = [
        {
            "data": name,
            "classifier": row.classifier,
            "strategy": row.strategy,
            "code": row.code,
            "tuned_code": row.tuned_code,
            "gain": row.difference,
            "tuned_gain": row.tuned_difference,
            "turned": row.turned,
        }
        for row in verdict.tuning
    ]
    return pd.DataFrame(rows)


def show(rows: pd.DataFrame) -> str:
    """Write the table, and what it says of all pairs together."""
    tested = rows[(rows["code"] != UNTESTED) & (rows["tuned_code"] != UNTESTED)]
    heads = ("classifier", "strategy", "sets tested", "gains at defaults", "of these tuned", "gains only tuned")
    heads += ("losses at defaults", "losses tuned", "mean difference at defaults", "mean difference tuned")
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    for (classifier, strategy), some in tested.groupby(["classifier", "strategy"], sort=False):
        gains, tuned_gains = some["code"].isin(GAINS), some["tuned_code"].isin(GAINS)
        counts = (len(some), gains.sum(), (gains & tuned_gains).sum(), (~gains & tuned_gains).sum())
        losses = (some["code"].isin(LOSSES).sum(), some["tuned_code"].isin(LOSSES).sum())
        cells = [str(n) for n in (*counts, *losses)]
        cells += [f"{some[column].mean():+.4f}" for column in ("gain", "tuned_gain")]
        lines.append(f"| {classifier} | {strategy} | {' | '.join(cells)} |")
    gains = tested["code"].isin(GAINS)
    lines += [
        "",
        f"On {tested['data'].nunique()} of {rows['data'].nunique()} data sets there are enough minority rows for an "
        f"answer. Of {gains.sum()} gains at defaults (shown or probable), "
        f"{(gains & tested['tuned_code'].isin(GAINS)).sum()} survive tuning; it turns {int(tested['turned'].sum())} of "
        f"{len(tested)} verdicts.",
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", type=int, default=len(TUNING), help="how many data sets, the first of the list")
    parser.add_argument("--write", type=Path, help="a page with a place for the table")
    given, started = parser.parse_args(), time.monotonic()
    names = TUNING[: given.sets]
    sizes = [len(load_keel(name)[1]) for name in names]
    largest_first = [names[place] for place in np.argsort(sizes, kind="stable")[::-1]]
    found = dict(
        zip(largest_first, Parallel(n_jobs=2)(delayed(judge_set)(name) for name in largest_first), strict=True)
    )
    table = show(pd.concat([found[name] for name in names], ignore_index=True))
    print(table)
    print(f"{(time.monotonic() - started) / 60:.1f} minutes")
    if given.write:
        given.write.write_text(MARKS.sub(lambda _: table, given.write.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
