"""The whole of results.json."""

from collections.abc import Mapping
from typing import Any

from job.evaluation.metrics.run_metrics import MetricContext
from job.results import decision_facts, job_facts, study_facts, verdict_facts
from job.results.record import Record

SCHEMA_VERSION = 2


class Results(Record):
    """Everything that is known once every run has ended."""

    schema_version: int
    spec: job_facts.WrittenSpec
    provenance: job_facts.Provenance
    dataset: job_facts.DatasetFacts
    splits: job_facts.SplitFacts
    evaluation: MetricContext
    strategies: tuple[job_facts.StrategyFacts, ...]
    classifiers: tuple[job_facts.WrittenEntry, ...]
    runs: tuple[job_facts.Run, ...]
    summary: tuple[job_facts.SummaryRow, ...]
    tradeoff: tuple[job_facts.TradeoffRow, ...] = ()
    gains: tuple[job_facts.GainPart, ...] = ()
    levels: job_facts.Levels
    curves: tuple[decision_facts.Curve, ...]
    alarms: decision_facts.Alarms
    decisions: decision_facts.Decisions
    best_possible: decision_facts.BestPossible
    calibration: decision_facts.Calibration
    net_benefit: decision_facts.NetBenefit
    in_use: decision_facts.InUse | None
    stability: decision_facts.Stability
    rescued: study_facts.Rescued
    comparisons: tuple[verdict_facts.Comparison, ...]
    power: verdict_facts.Power
    verdict: verdict_facts.Verdict
    audit: study_facts.Audit
    picture: job_facts.Picture
    snippet: study_facts.Snippet
    leak: study_facts.Leak
    sweeps: study_facts.Sweeps
    status: job_facts.StatusCounts
    model: study_facts.SavedModel | None = None
    synthetic: tuple[study_facts.SyntheticFile, ...] = ()
    gates: tuple[verdict_facts.Gate, ...] = ()
    against: verdict_facts.Against | None = None


class RunTime(Record):
    """How long one run took."""

    strategy: str
    classifier: str
    repeat: int
    fold: int
    study: str | None = None
    seconds_resample: float | None
    seconds_fit: float | None


class Timings(Record):
    """The content of timings.json: durations, which never stand in results, because they differ from run to run."""

    environment: Mapping[str, Any]
    runs: tuple[RunTime, ...]
    files: Mapping[str, str] | None = None
