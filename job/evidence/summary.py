"""Results over all splits: the middle, the spread, the difference from baseline, how high average precision reads."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from job.evaluation.grid import RunKey
from job.evaluation.metrics.metric_registry import METRICS, Metric, Undefined
from job.evaluation.metrics.ranking_metrics import average_precision_of_halves, expect_by_chance
from job.evidence.runs import Place, Predictions, named
from job.results.job_facts import Levels, Optimism, Run, SummaryRow

N_HALVES = 10
MOST_POSITIVES = 1000  # with more, average precision reads less than .001 too high


def summarize_runs(
    runs: Iterable[Run], strategies: Sequence[str], classifiers: Iterable[str], baseline: str
) -> tuple[SummaryRow, ...]:
    """Summarise every metric of every strategy × classifier over the splits, and its difference from baseline."""
    cells: dict[Place, dict[tuple[int, int], Run]] = {}
    for run in runs:
        cells.setdefault(run.place, {})[run.split] = run
    return tuple(
        _summarize(metric, (strategy, classifier), cells[strategy, classifier], cells[baseline, classifier])
        for classifier in classifiers
        for strategy in strategies
        for metric in METRICS
    )


def _summarize(
    metric: Metric, place: Place, runs: Mapping[tuple[int, int], Run], baseline: Mapping[tuple[int, int], Run]
) -> SummaryRow:
    values, reference = (
        {split: value for split, run in each.items() if (value := run.metrics[metric.name]) is not None}
        for each in (runs, baseline)
    )
    paired = [value - reference[split] for split, value in values.items() if split in reference]
    middle, numbers = np.mean if metric.statistic == "mean" else np.median, list(values.values())
    reasons = dict.fromkeys(run.undefined.get(metric.name) or run.reason or "unknown" for run in runs.values())
    return SummaryRow(
        **named(place),
        metric=metric.name,
        n=len(numbers),
        statistic=metric.statistic,
        value=float(middle(numbers)) if numbers else None,
        sd=float(np.std(numbers, ddof=1)) if len(numbers) > 1 else None,
        low=min(numbers, default=None),
        high=max(numbers, default=None),
        difference=float(middle(paired)) if paired else None,
        difference_sd=float(np.std(paired, ddof=1)) if len(paired) > 1 else None,
        n_pairs=len(paired),
        reason=None if numbers else "; ".join(reasons),
    )


def build_levels(runs: Sequence[Run], predictions: Predictions, seed: int) -> Levels:
    """Measure how high average precision reads.

    ``chance`` is the mean over test parts that have a positive row. ``optimism`` is how much more the mean average
    precision of the test parts is than it would be in very large ones, estimated from random halves of each test part;
    null where no test part can be halved, or they need no correction.
    """
    parts = {run.split: (run.n_test, run.n_test_positive) for run in runs}
    chances = [expect_by_chance(*sizes) for sizes in parts.values() if sizes[1]]
    found: dict[Place, list[float]] = {run.place: [] for run in runs}
    for run in runs:
        prediction = predictions.get(RunKey(*run.place, *run.split))
        whole = run.metrics["average_precision"]
        if prediction is None or whole is None or prediction.ranking.positives > MOST_POSITIVES:
            continue
        luck = np.random.default_rng([seed, *run.split])  # the same halves for all, as far as can be
        halves = average_precision_of_halves(prediction.ranking, N_HALVES, luck)
        if not isinstance(halves, Undefined):
            found[run.place].append(halves - whole)
    rows = (Optimism(**named(place), optimism=float(np.mean(each)) if each else None) for place, each in found.items())
    return Levels(chance=float(np.mean(chances)) if chances else None, rows=tuple(rows))
