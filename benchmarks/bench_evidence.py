"""How long the comparison takes, how often its tests are wrong on fresh data, and how often they find a true gain."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping

import numpy as np
from evidence_jobs import make_runs_of_a_job
from evidence_simulation import METRICS, Rates, World, simulate
from scipy import stats

from job.evidence.verdict.build_verdict import judge_strategies
from job.results.job_facts import Run
from job.results.verdict_facts import Comparison

N_JOBS, N_JOBS_LARGE, N_JOBS_POWER = 1000, 400, 200
SHIFTS = (0.9,) * 4 + (0.6,) * 2  # whoever sees the last two as well gains about 0.06 in average precision
MINORITY_ROWS = (50, 100, 200, 400)


def main() -> None:
    """Print one line for each thing measured, and fail where a bar doesn't hold."""
    failed = [*time_comparison(), *check_error_rates(), *check_power()]
    if failed:
        raise SystemExit("\n".join(failed))


def time_comparison() -> Iterable[str]:
    """Compare 20 repeats × 8 strategies × 3 classifiers, beside one call of scipy for each comparison."""
    job = make_runs_of_a_job(n_repeats=20, n_strategies=8, n_classifiers=3)
    start = time.perf_counter()
    judged = judge_strategies(*job)
    ours = time.perf_counter() - start
    start = time.perf_counter()
    _test_one_by_one(job[3], judged.comparisons)
    theirs = time.perf_counter() - start
    n_rows = len(judged.comparisons)
    print(f"comparisons, verdict and headline   {ours:6.2f} s   {ours / theirs:5.2f} x scipy's t-test {n_rows} times")
    if ours >= 2:
        yield f"the comparison took {ours:.2f} s, allowed are 2 s"


def _test_one_by_one(runs: Iterable[Run], comparisons: Iterable[Comparison]) -> None:
    values: dict[tuple[str, str], list[Mapping[str, float | None]]] = {}
    for run in runs:
        values.setdefault(run.place, []).append(run.metrics)
    for row in comparisons:
        left, right = (
            [metrics[row.metric] for metrics in values[side, row.classifier]] for side in (row.strategy, row.reference)
        )
        with np.errstate(invalid="ignore", divide="ignore"):
            stats.ttest_rel(left, right)


def check_error_rates() -> Iterable[str]:
    """No difference in truth: how often each test says that there is one, at a level of 5 %."""
    print(f"no true difference, {N_JOBS} jobs of 500 rows and {N_JOBS_LARGE} of 2,000, a tenth minority")
    small, large = simulate(World(500), N_JOBS, seed=1), simulate(World(2000), N_JOBS_LARGE, seed=2)
    for n_rows, rates in ((500, small), (2000, large)):
        for column, metric in enumerate(METRICS):
            print(f"  n = {n_rows:5,}  {metric:30}  {_show(rates, column)}")
    if small.uncorrected[0] <= 0.2:
        yield f"the uncorrected test rejected in {small.uncorrected[0]:.1%} of the jobs, expected more than 20 %"
    if small.corrected[0] > 0.07:
        yield f"the corrected test rejected in {small.corrected[0]:.1%} of the jobs, allowed are 7 %"


def check_power() -> Iterable[str]:
    """A true gain in average precision: how often it is found."""
    print(f"a true gain, {N_JOBS_POWER} jobs each")
    found = []
    for n_minority in MINORITY_ROWS:
        rates = simulate(World(10 * n_minority, SHIFTS, (0, 6), (0, 4)), N_JOBS_POWER, seed=3)
        found.append(float(rates.corrected[0]))
        print(f"  {n_minority:3} minority rows  mean gain {rates.gain[0]:.3f}  found in {rates.corrected[0]:.0%}")
    if sorted(found) != found or found[-1] < 0.9:
        yield f"power at {MINORITY_ROWS} minority rows is {found}, expected to rise beyond 0.9"


def _show(rates: Rates, column: int) -> str:
    return f"uncorrected {rates.uncorrected[column]:6.1%}   corrected {rates.corrected[column]:6.1%}"


if __name__ == "__main__":
    main()
