"""Every metric of every run as one array, so that thousands of differences cost one pass each."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from threadpoolctl import threadpool_limits

from job.evaluation.metrics.run_metrics import MetricContext
from job.evidence.runs import Place, Predictions
from job.evidence.statistics import bootstrap
from job.evidence.statistics.paired_t import LEAST_PAIRS, Estimates, compare_over_splits, weigh_training
from job.names import METRICS
from job.results.job_facts import Run
from job.results.verdict_facts import Means


@dataclass(frozen=True, eq=False)
class Measured:
    """Values of all metrics, by strategy × classifier and split.

    Parameters
    ----------
    values : ndarray of shape (n_places, n_metrics, n_splits)
        NaN where undefined. Metrics in the order of `job.names.METRICS`.
    places : Mapping of (strategy, classifier) to int
        Where each combination stands.
    n_test, n_train : ndarray of shape (n_splits,)
        Rows of each part.
    draws : ndarray of shape (n_places, n_metrics, n_draws) or None
        With one split only, the same metrics on bootstrap samples of its test rows.
    tuned : frozenset of str
        Strategies that tune their cut-off.
    least_training : float
        As `least` in `job.evidence.statistics.paired_t.weigh_training`.
    """

    values: np.ndarray
    places: Mapping[Place, int]
    n_test: np.ndarray
    n_train: np.ndarray
    draws: np.ndarray | None = None
    tuned: frozenset[str] = frozenset()
    least_training: float = 0.0

    @property
    def n_splits(self) -> int:
        """Splits of the job."""
        return int(self.values.shape[-1])

    def on(self, splits: Sequence[int]) -> Measured:
        """The same on some of the splits only, given by their places."""
        chosen = list(splits)
        if len(chosen) == self.n_splits:
            return self
        values, n_test, n_train = self.values[..., chosen], self.n_test[chosen], self.n_train[chosen]
        return replace(self, values=values, n_test=n_test, n_train=n_train, draws=None)

    def compare(
        self, left: Sequence[Place], right: Sequence[Place] | None, rope: float | np.ndarray, confidence: float
    ) -> Estimates:
        """Compare combinations pair by pair in every metric: left - right, in arrays of shape (n_pairs, n_metrics).

        Without a right side the values themselves are estimated, as differences from 0.
        """
        lefts, rights = ([self.places[place] for place in side] for side in (left, right or left))

        def reference(values: np.ndarray) -> np.ndarray:
            return values[rights] if right is not None else np.zeros_like(values[rights])

        if self.draws is not None:
            observed = self.values[lefts, :, 0], reference(self.values)[..., 0]
            drawn = self.draws[lefts], reference(self.draws)
            return bootstrap.compare_over_draws(observed, drawn, rope, confidence)
        pairs = zip(left, right or left, strict=True)
        tuned = np.array([bool({one[0], other[0]} & self.tuned) for one, other in pairs])
        training = weigh_training(METRICS, tuned, self.least_training)
        sizes = self.n_test, self.n_train
        return compare_over_splits(self.values[lefts], reference(self.values), sizes, rope, confidence, training)

    def of(self, place: Place, metric: str) -> np.ndarray:
        """One metric of one combination on each split."""
        return np.asarray(self.values[self.places[place], METRICS.index(metric)])

    def mean_of(self, place: Place, metric: str) -> float:
        """Mean over the splits that have a value; NaN where none has."""
        values = self.of(place, metric)
        values = values[np.isfinite(values)]
        return float(values.mean()) if len(values) else float("nan")

    def shared_means(self, metric: str, baseline: Place, strategy: Place) -> Means:
        """Means over the splits that both have a value on, so that they differ by the difference that is tested."""
        values = np.stack([self.of(baseline, metric), self.of(strategy, metric)])
        both = np.isfinite(values).all(axis=0)
        theirs, mine = (float(side[both].mean()) if both.any() else None for side in values)
        return Means(baseline=theirs, strategy=mine)

    def explain_no_interval(self, estimates: Estimates, at: tuple[int, int]) -> str | None:
        """Say why a comparison has no interval; None where it has one."""
        if not estimates.n_splits[at]:
            return "no split has a value for both"
        if not estimates.tested[at]:
            if self.draws is not None:
                return "fewer than half of the bootstrap samples have a value for both"
            if self.n_splits == 1:
                needed = f"{bootstrap.LEAST_POSITIVES} positive ones (and, where rows are grouped,"
                needed += f" {bootstrap.LEAST_GROUPS} groups that have one)"
                return f"one split only, and a bootstrap over its test rows takes {needed}"
            if estimates.n_splits[at] >= LEAST_PAIRS:
                return "it depends on the training rows alone, which the splits share, so they don't show how it varies"
            return f"fewer than {LEAST_PAIRS} splits have a value for both"
        if not estimates.varies[at]:
            what = "split" if self.draws is None else "bootstrap sample"
            return f"the difference is the same on every {what}, so there is no spread to judge it by"
        return None


def measure_runs(
    runs: Iterable[Run], places: Iterable[Place], tuned: Iterable[str] = (), least_training: float = 0.0
) -> Measured:
    """Put the metrics of runs into one array; those of other combinations are left out."""
    index = {place: number for number, place in enumerate(places)}
    kept = [run for run in runs if run.place in index]
    sizes = {run.split: (run.n_test, run.n_train) for run in kept}
    splits = {split: number for number, split in enumerate(sizes)}
    values = np.full((len(index), len(METRICS), len(splits)), np.nan)
    for run in kept:  # None becomes NaN
        measured = np.array([run.metrics.get(name) for name in METRICS], dtype=float)
        values[index[run.place], :, splits[run.split]] = measured
    n_test, n_train = np.array(list(sizes.values()), dtype=float).reshape(-1, 2).T
    return Measured(values, index, n_test, n_train, None, frozenset(tuned), least_training)


def draw_measures(
    measured: Measured,
    predictions: Predictions,
    baseline: str,
    groups: np.ndarray | None,
    context: MetricContext,
    seed: int,
    time: np.ndarray | None = None,
) -> Measured:
    """Add bootstrap samples, where there is one split only and minority rows enough in it.

    `groups` and `time` are those of its test rows.
    """
    known = (((key.strategy, key.classifier), prediction) for key, prediction in predictions.items() if prediction)
    found = {place: prediction for place, prediction in known if place in measured.places}
    y = next((prediction.y for prediction in found.values()), np.zeros(0))
    if measured.n_splits != 1 or not bootstrap.enough_to_draw(y, groups):
        return measured
    units = bootstrap.deal_units(len(y), groups, _seed(seed), time)
    ordered = {place: bootstrap.order_rows(prediction, units) for place, prediction in found.items()}
    with threadpool_limits(limits=1):  # the matrices are small, and more threads would sum in another order
        weights = bootstrap.draw_weights(units, _seed(seed))
        chunks = [_draw_chunk(measured.places, ordered, baseline, each, context) for each in weights]
        draws = np.concatenate(chunks, axis=-1)
        if len(y) > bootstrap.MOST_UNITS:  # a curve read at fewer points is a little lower or higher: on all rows, too
            once = _draw_chunk(measured.places, ordered, baseline, np.ones((units.n, 1)), context)
            draws += np.nan_to_num(measured.values - once, posinf=0.0, neginf=0.0)
    return replace(measured, draws=draws)


def _draw_chunk(
    places: Mapping[Place, int],
    ordered: Mapping[Place, bootstrap.Ordered],
    baseline: str,
    weights: np.ndarray,
    context: MetricContext,
) -> np.ndarray:
    draws = np.full((len(places), len(METRICS), weights.shape[1]), np.nan)
    counts = {place: bootstrap.count_weighted(each, weights) for place, each in ordered.items()}
    for place, each in ordered.items():
        found = bootstrap.evaluate_weighted(each, weights, counts[place], counts.get((baseline, place[1])), context)
        draws[places[place]] = np.stack([found[metric] for metric in METRICS])
    return draws


def _seed(seed: int) -> int:
    """The bootstrap's own luck, apart from that of splits, samplers and classifiers."""
    return int.from_bytes(hashlib.sha256(f"{seed}/bootstrap".encode()).digest()[:4], "big")
