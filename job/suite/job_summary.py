"""What a suite keeps of the results of one job: its row, and the primary metric of every split."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from job.evidence.runs import Place
from job.evidence.strategy_kinds import THRESHOLD
from job.results.job_facts import Diagnosis
from job.results.results import Results
from job.results.verdict_facts import Comparison
from job.suite.load_suite import SuiteJob
from job.suite.suite_results import OK, DatasetResult, Difficulty, PairResult


@dataclass(frozen=True, eq=False)
class JobSummary:
    """One data set of a suite.

    Parameters
    ----------
    row : DatasetResult
    strategies : tuple of str
        Those that rank differently from baseline, which is the first; a tuned threshold changes no ranking.
    values : Mapping[Place, ndarray of shape (n_splits,)]
        The primary metric; NaN where a split has none.
    ropes : Mapping[Place, float]
        Differences up to this are no practical difference.
    test_share : float
    """

    row: DatasetResult
    strategies: tuple[str, ...] = ()
    values: Mapping[Place, np.ndarray] = field(default_factory=dict)
    ropes: Mapping[Place, float] = field(default_factory=dict)
    test_share: float = 0.0

    def differences(self, place: Place) -> np.ndarray:
        """Return the differences from baseline in units of the ROPE, on the splits that have both."""
        own, baseline = self.values.get(place), self.values.get((self.strategies[0], place[1]))
        if own is None or baseline is None:
            return np.empty(0)
        found = (own - baseline) / (self.ropes.get(place) or 1.0)
        known: np.ndarray = found[np.isfinite(found)]
        return known

    def mean(self, place: Place) -> float:
        """Return the mean over the splits that have a value; NaN where none has."""
        values = self.values.get(place, np.empty(0))
        known = values[np.isfinite(values)]
        return float(known.mean()) if len(known) else float("nan")


def summarize_job(job: SuiteJob, results: Results) -> JobSummary:
    """Take from the results of a job what its suite keeps."""
    primary = results.spec.evaluation.primary
    strategies = tuple(entry.label for entry in results.strategies if entry.kind != THRESHOLD)
    values = _values(results, primary)
    rows = (row for row in results.comparisons if (row.metric, row.reference) == (primary, strategies[0]))
    compared = {row.place: row for row in rows if row.strategy in strategies}
    codes = {row.place: row.ranking.code for row in results.verdict.rows}
    pairs = {place: _pair(values[place], row, codes.get(place)) for place, row in compared.items()}
    headline, splits = results.verdict.headline, results.splits
    row = DatasetResult(
        dataset=job.label,
        folder=job.folder,
        family=job.family,
        status=OK,
        reason=None,
        source=results.dataset.source,
        difficulty=_difficulty(results.dataset.diagnosis),
        code=headline.code,
        about=None if headline.about is None else pairs.get(headline.about.place),
        n_runs=results.status.n_runs,
        n_failed=results.status.n_failed,
        pairs=tuple(pair for pair in pairs.values() if pair is not None),
        gates=results.gates,
    )
    ropes = {place: row.rope for place, row in compared.items() if row.rope}
    share = splits.n_test_mean / (splits.n_test_mean + splits.n_train_mean)
    return JobSummary(row, strategies, values, ropes, share)


def _values(results: Results, primary: str) -> dict[Place, np.ndarray]:
    places = {split: place for place, split in enumerate(dict.fromkeys(run.split for run in results.runs))}
    found: dict[Place, np.ndarray] = {}
    for run in results.runs:
        value = run.metrics.get(primary)
        column = found.setdefault(run.place, np.full(len(places), np.nan))
        column[places[run.split]] = np.nan if value is None else value
    return found


def _pair(values: np.ndarray, row: Comparison, code: str | None) -> PairResult | None:
    known = values[np.isfinite(values)]
    if not len(known):
        return None
    return PairResult.model_validate({**dict(row), "value": float(known.mean()), "code": code})


def _difficulty(found: Diagnosis) -> Difficulty:
    n_typed = sum(found.types.values()) if found.types else 0
    return Difficulty(
        n_rows=found.n_rows,
        n_minority=found.n_minority,
        imbalance_ratio=found.imbalance_ratio,
        unsafe=1 - found.types["safe"] / n_typed if found.types and n_typed else None,
        n3=found.overlap.n3 if found.overlap else None,
        clusters=found.clusters.n if found.clusters else None,
    )
