"""The whole of results.json."""

from collections.abc import Mapping
from typing import Any

from job.evaluation.metrics.run_metrics import MetricContext
from job.results.decision_facts import (
    Alarms,
    BestPossible,
    Calibration,
    Curve,
    Decisions,
    InUse,
    NetBenefit,
    Stability,
)
from job.results.job_facts import (
    DatasetFacts,
    Levels,
    Picture,
    Provenance,
    Run,
    SplitFacts,
    StatusCounts,
    StrategyFacts,
    SummaryRow,
    WrittenEntry,
    WrittenSpec,
)
from job.results.record import Record
from job.results.study_facts import Audit, Leak, Rescued, SavedModel, Snippet, Sweeps, SyntheticFile
from job.results.verdict_facts import Comparison, Power, Verdict

SCHEMA_VERSION = 2


class Results(Record):
    """Everything that is known once every run has ended."""

    schema_version: int
    spec: WrittenSpec
    provenance: Provenance
    dataset: DatasetFacts
    splits: SplitFacts
    evaluation: MetricContext
    strategies: tuple[StrategyFacts, ...]
    classifiers: tuple[WrittenEntry, ...]
    runs: tuple[Run, ...]
    summary: tuple[SummaryRow, ...]
    levels: Levels
    curves: tuple[Curve, ...]
    alarms: Alarms
    decisions: Decisions
    best_possible: BestPossible
    calibration: Calibration
    net_benefit: NetBenefit
    in_use: InUse | None
    stability: Stability
    rescued: Rescued
    comparisons: tuple[Comparison, ...]
    power: Power
    verdict: Verdict
    audit: Audit
    picture: Picture
    snippet: Snippet
    leak: Leak
    sweeps: Sweeps
    status: StatusCounts
    model: SavedModel | None = None
    synthetic: tuple[SyntheticFile, ...] = ()


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
