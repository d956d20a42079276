"""Results over all splits: middle, spread and difference from baseline, and what follows from these.

Which strategies no other beats, what a gain in recall is made of, how high average precision reads.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from statistics import fmean, stdev

import numpy as np

from job.evaluation.grid import RunKey
from job.evaluation.metrics.metric_registry import METRICS, Metric, Undefined
from job.evaluation.metrics.ranking_metrics import average_precision_of_halves, expect_by_chance
from job.evidence.runs import Place, Predictions, named
from job.results.job_facts import GainPart, Levels, Optimism, Run, SummaryRow, TradeoffRow

N_HALVES = 10
MOST_POSITIVES = 1000  # with more, average precision reads less than .001 too high
_DIGITS = 12  # a mean of the same counts in another order may differ by its last bits

Trade = tuple[float, float]
"""What a decision finds and what it pays: recall, and false alerts in 1,000 rows."""
Readings = dict[str, dict[str, float | None]]
"""Metrics of each strategy with one classifier."""


def summarize_runs(
    runs: Iterable[Run], strategies: Sequence[str], classifiers: Iterable[str], baseline: str
) -> tuple[SummaryRow, ...]:
    """Summarise every metric of every strategy × classifier over the splits, and its difference from baseline."""
    cells: dict[Place, dict[tuple[int, int], Run]] = {}
    for run in runs:
        cells.setdefault(run.place, {})[run.split] = run
    rows = product(classifiers, strategies, METRICS)
    places = (((strategy, classifier), metric) for classifier, strategy, metric in rows)
    return tuple(_summarize(metric, place, cells[place], cells[baseline, place[1]]) for place, metric in places)


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


def build_tradeoff(runs: Iterable[Run], summary: Iterable[SummaryRow]) -> tuple[TradeoffRow, ...]:
    """Weigh recall against false alerts: which strategies beat each other in the means, and how often on one split."""
    means: dict[str, Readings] = {}
    splits: dict[str, dict[tuple[int, int], Readings]] = {}
    for row in summary:
        means.setdefault(row.classifier, {}).setdefault(row.strategy, {})[row.metric] = row.value
    for run in runs:
        splits.setdefault(run.classifier, {}).setdefault(run.split, {})[run.strategy] = dict(run.metrics)
    return tuple(row for name, found in means.items() for row in _weigh(name, found, splits[name].values()))


def _weigh(classifier: str, means: Readings, splits: Iterable[Readings]) -> Iterator[TradeoffRow]:
    trades = _trades(means)
    fronts = [find_winners(found) for each in splits if len(found := _trades(each)) == len(trades)]
    for strategy, winners in find_winners(trades).items():
        trade = dict(zip(("recall", "false_alarms_per_1000"), trades[strategy], strict=True))
        counts = {"n_front": sum(not found[strategy] for found in fronts), "n_pairs": len(fronts)}
        yield TradeoffRow.model_validate({**named((strategy, classifier)), **trade, "beaten_by": winners, **counts})


def _trades(found: Readings) -> dict[str, Trade]:
    both = ((strategy, metrics["recall"], metrics["false_alarms_per_1000"]) for strategy, metrics in found.items())
    return {label: (recall, alarms) for label, recall, alarms in both if recall is not None and alarms is not None}


def find_winners(trades: Mapping[str, Trade]) -> dict[str, tuple[str, ...]]:
    """Find for each trade those that beat it; the front are the trades that none beats, equal ones among them."""
    return {name: tuple(other for other in trades if _beats(trades[other], trades[name])) for name in trades}


def _beats(trade: Trade, other: Trade) -> bool:
    """Whether a trade finds at least as much with no more false alerts, and does better in one of the two."""
    more, fewer = round(trade[0] - other[0], _DIGITS), round(other[1] - trade[1], _DIGITS)
    return more >= 0 and fewer >= 0 and (more > 0 or fewer > 0)


def part_gains(runs: Sequence[Run], baseline: str) -> tuple[GainPart, ...]:
    """Part each gain in recall into what a better ranking brought and what the threshold did."""
    before = {(run.classifier, run.split): run.metrics["recall"] for run in runs if run.strategy == baseline}
    found: dict[Place, list[tuple[float, ...]]] = {}
    for run in runs:
        recall, ranking = run.metrics["recall"], run.metrics["rank_gain_at_own_fpr"]
        reference = before[run.classifier, run.split]
        if run.strategy != baseline and reference is not None and recall is not None and ranking is not None:
            found.setdefault(run.place, []).append((recall - reference, recall - reference - ranking, ranking))
    return tuple(
        GainPart(**named(place), part=part, n=len(each), mean=fmean(each), sd=stdev(each) if len(each) > 1 else None)
        for place, gains in found.items()
        for part, each in zip(("whole", "threshold", "ranking"), zip(*gains, strict=True), strict=True)
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
