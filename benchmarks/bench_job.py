"""How long a user waits: for --help, and for the default job beside the bare fits of its runs, made in a plain loop.

Bare fits: each estimator of the job, as scikit-learn has it, on the rows that the job gives it, prepared and resampled
beforehand; the inner fits of `threshold`, sweeps and the leak demonstration included, metrics and report not. One
process, one thread. Two workers can't take less than half of that, where they fit as scikit-learn does.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, clone
from sklearn.model_selection import TunedThresholdClassifierCV
from sklearn.pipeline import make_pipeline
from threadpoolctl import threadpool_limits

from job.data.dataset import Dataset
from job.data.splits import build_splits, settle_split
from job.evaluation.evaluate_unit import _resample, _resample_then_split, arrange
from job.evaluation.grid import LEAK, Unit, enumerate_units
from job.evaluation.search import Search
from job.pipeline import load_data, read_spec
from job.spec.strategy_entries import Entry
from job.strategies.candidates import with_parameters
from job.strategies.inner_folds import DEFAULT_FOLDS, prepare_inner, split_rows
from job.strategies.recipes import classifier_of, recipe_of

ROOT = Path(__file__).parents[1]
BAR = 1.15
Fit = tuple[BaseEstimator, Any, np.ndarray, Any]


def main() -> None:
    """Print one line for each thing measured: its time, and as a multiple of its peer's."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("spec", nargs="?", help="a spec; default: the embedded one")
    parser.add_argument("--pairs", type=int, default=3)
    options = parser.parse_args()
    help_time = min(clocked(lambda: start_python("-m", "job", "--help"))[0] for _ in range(5))
    click_time = min(clocked(lambda: start_python("-c", "import click"))[0] for _ in range(5))
    print(f"--help            {help_time:6.2f} s   {help_time / click_time:5.2f} x python -c 'import click'")
    measure(options.spec, options.pairs)


def measure(source: str | None, n_pairs: int, workers: tuple[int, ...] = (1, 2)) -> None:
    """Print the time of a job with so many workers, as a multiple of its bare fits."""
    fits, bare = list(collect_fits(source)), list[tuple[float, float]]()
    jobs: dict[int, list[tuple[float, float]]] = {n_workers: [] for n_workers in workers}
    for _ in range(n_pairs):
        before = clocked(lambda: fit_all(fits[::2]))
        for n_workers, times in jobs.items():
            times.append(clocked(lambda n_workers=n_workers: run_job(source, n_workers)))
        after = clocked(lambda: fit_all(fits[1::2]))  # machines become faster or slower meanwhile
        bare.append((before[0] + after[0], before[1] + after[1]))
    for n_workers, times in jobs.items():
        for kind, place, share in (("wall", 0, n_workers), ("CPU", 1, 1)):
            ratios = [job[place] / (fit[place] / share) for job, fit in zip(times, bare, strict=True)]
            peers, walls = (median(side[place] for side in sides) for sides in (bare, times))
            line = f"{n_workers} workers {kind:4} {walls:6.1f} s, {len(fits)} bare fits {peers:6.1f} s / {share}"
            bar = f", bar {BAR}" if (n_workers, kind) == (2, "wall") else ""
            print(f"{line}: {median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f}){bar}")


def clocked(action: Callable[[], object]) -> tuple[float, float]:
    """Measure one call: seconds on the wall, and of all processors, those of ended children included."""
    start, before = time.perf_counter(), sum(os.times()[:4])
    action()
    return time.perf_counter() - start, sum(os.times()[:4]) - before


def start_python(*arguments: str) -> None:
    """Run Python in the checkout and wait for its end."""
    subprocess.run([sys.executable, *arguments], cwd=ROOT, check=True, capture_output=True)


def run_job(spec: str | None, n_workers: int) -> None:
    """Run a job, from the command to its report."""
    with tempfile.TemporaryDirectory() as output:
        named = [spec] if spec else []
        start_python("-m", "job", "run", *named, "--output", output, "--workers", str(n_workers))


def collect_fits(source: str | None) -> Iterator[Fit]:
    """Yield each estimator of a job, not fitted, with its training rows and the rows that it scores."""
    loaded = read_spec(source)
    spec, dataset = settle_split(loaded.spec, load_data(loaded.spec, loaded.folder))
    for unit in enumerate_units(spec, build_splits(dataset, spec.split)):
        arranged = arrange(unit, dataset)
        if not isinstance(arranged, Unit):
            continue
        resample = _resample_then_split if unit.kind == LEAK else _resample
        work = resample(arranged, dataset, recipe_of(arranged.strategy))
        X_test = work.part.preparation.transform(work.X_test)
        for entry in arranged.classifiers:
            if unit.strategy.tune is not None or entry.tune is not None:
                yield from collect_tuned_fits(arranged, dataset, work, entry)
                continue
            classifier = classifier_of(entry, unit.seeds.classifier)
            if work.recipe.refuses(classifier) is not None:
                continue
            if unit.strategy.name == "class_weight":
                classifier.set_params(class_weight="balanced")
            if unit.strategy.name == "threshold":
                folds, _ = split_rows(work.part.y, work.part.groups, unit.seeds.inner_folds, DEFAULT_FOLDS)
                pipeline = make_pipeline(clone(work.part.preparation), classifier)
                yield TunedThresholdClassifierCV(pipeline, cv=folds), work.part.X, work.part.y.copy(), work.X_test
            else:
                yield classifier, work.resampled.X, work.resampled.y.copy(), X_test


def collect_tuned_fits(unit: Unit, dataset: Dataset, work: Any, entry: Entry) -> Iterator[Fit]:
    """Yield each different candidate on each inner fold, and the chosen one on the training part."""
    assert unit.tuning is not None
    ranked = Search.of_rows(unit.strategy, work.part, unit.tuning, dataset, unit.train).rank(entry)
    if isinstance(ranked, str):
        return
    assert ranked.part.folds is not None
    X, y = work.part.X, work.part.y
    parts = [(prepare_inner(work.part, X.iloc[rows], y[rows]), X.iloc[test]) for rows, test in ranked.part.folds[0]]
    unlike = {repr(candidate): candidate for candidate in ranked.candidates}.values()
    fitted = [(candidate, *part) for candidate in unlike for part in parts]
    for candidate, part, X_test in [*fitted, (ranked.candidates[ranked.order[0]], work.part, work.X_test)]:
        resampled = recipe_of(with_parameters(unit.strategy, candidate.strategy)).resample(part)
        classifier = classifier_of(with_parameters(entry, candidate.classifier), unit.seeds.classifier)
        yield classifier, resampled.X, resampled.y.copy(), part.preparation.transform(X_test)


@threadpool_limits.wrap(limits=1)
def fit_all(fits: list[Fit]) -> None:
    """Fit and score in a plain loop."""
    for estimator, X, y, X_test in fits:
        clone(estimator).fit(X, y).predict_proba(X_test)


if __name__ == "__main__":
    main()
