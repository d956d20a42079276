"""What was asked and what was run: spec, versions, data, splits, entries, runs."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import ConfigDict, Field, JsonValue

from job.data.dataset import Column, Note
from job.data.difficulty import Overlap
from job.data.findings import Finding
from job.data.leakage import Duplicates
from job.results.record import Number, Pair, Record, Values


class _Written(Record):
    """A part of the spec, as it was written with its defaults; keys that nobody here reads are kept."""

    model_config = ConfigDict(extra="allow")


class Cost(_Written):
    """What errors cost."""

    false_negative: float
    false_positive: float


class Tune(_Written):
    """How an entry was tuned, with the space that its candidates were drawn from."""

    n_candidates: int
    inner_folds: int
    space: Mapping[str, JsonValue]


class WrittenEntry(_Written):
    """An entry of strategies or classifiers: name or class, parameters, weights and tuning where it has any, label."""

    name: str | None = None
    class_: str | None = Field(default=None, alias="class")
    params: Mapping[str, Any] = {}
    weights: Mapping[str, Any] | None = None
    tune: Tune | None = None
    label: str


class WrittenFile(_Written):
    """The file that was read; without a path where it was a data frame."""

    path: str | None
    target: str
    positive: str | None = None
    drop: tuple[str, ...] = ()
    groups: str | None = None
    time: str | None = None
    split: str | None = None
    query: str | None = None


class WrittenData(_Written):
    """Where the data came from."""

    generate: Mapping[str, Any] | None = None
    file: WrittenFile | None = None


class WrittenSplit(_Written):
    """Which rows train and which test."""

    method: Literal["holdout", "kfold", "time", "predefined"]
    test_size: float | None = None
    n_splits: int | None = None
    n_repeats: int | None = None
    random_state: int | None = None


class WrittenPreparation(_Written):
    """How columns became numbers."""

    scale: str
    impute: str
    max_categories: int


class WrittenEvaluation(_Written):
    """How results are judged."""

    primary: str
    rope: float | str
    confidence: float
    alerts_per_1000: float | None = None


class WrittenReport(_Written):
    """What is written beside the numbers."""

    timings: bool = False
    model: bool = False
    synthetic: bool = False


class WrittenSpec(_Written):
    """The spec, its defaults filled in."""

    title: str
    seed: int
    data: WrittenData
    split: WrittenSplit
    preparation: WrittenPreparation
    strategies: tuple[WrittenEntry, ...]
    classifiers: tuple[WrittenEntry, ...]
    evaluation: WrittenEvaluation
    report: WrittenReport


class Provenance(Record):
    """What the results were made with and from.

    ``against_digest`` is that of the earlier results.json, ``results_digest`` of these results without it.
    """

    versions: Mapping[str, str]
    spec_digest: str
    data_digest: str
    seed: int
    against_digest: str | None = None
    results_digest: str | None = None


class TypeCount(Record):
    """Minority rows of one type."""

    type: str
    n: int
    share: float | None


class MinorityTypes(Record):
    """The types of the minority rows among all others."""

    k: int
    n_rows: int
    n_minority: int
    types: tuple[TypeCount, ...] | None
    reason: str | None


class Clusters(Record):
    """Clusters of the minority."""

    n: int
    sizes: tuple[int, ...]
    n_alone: int


class ColumnScore(Record):
    """How well one column alone tells the classes apart."""

    column: str
    auc: float


class NearDuplicates(Record):
    """Rows that are all but the same."""

    share: float
    n_rows: int


class Diagnosis(Record):
    """What makes the data hard; ``scores`` are those of the columns that alone tell most."""

    n_rows: int
    n_minority: int
    imbalance_ratio: float
    types: Mapping[str, int] | None
    overlap: Overlap | None
    clusters: Clusters | None
    reason: str | None
    scores: tuple[ColumnScore, ...] | None
    equal_columns: tuple[tuple[str, ...], ...]
    duplicates: Duplicates | None
    near_duplicates: NearDuplicates | None
    findings: tuple[Finding, ...]


class DatasetFacts(Record):
    """The data."""

    source: str
    n_rows: int
    n_positive: int
    positive: str
    rest: tuple[str, ...]
    label_counts: Mapping[str, int]
    prevalence: float
    imbalance_ratio: float
    columns: tuple[Column, ...]
    notes: tuple[Note, ...]
    minority_types: MinorityTypes
    diagnosis: Diagnosis


class SplitFacts(Record):
    """How the data was split, and the mean sizes of the parts."""

    method: str
    n_splits_total: int
    n_repeats: int
    n_folds: int
    n_train_mean: float
    n_test_mean: float
    n_test_positive_mean: float


class StrategyFacts(WrittenEntry):
    """A strategy that was run; ``kind`` is a constant of `job.evidence.strategy_kinds`."""

    description: str
    kind: str = ""


class TunedRun(Record):
    """What tuning chose on one split: the number of a candidate, 0 for the defaults, and what it changes.

    The scores are means of the primary metric over the inner folds.
    """

    candidate: int
    n_candidates: int
    strategy: Mapping[str, JsonValue]
    classifier: Mapping[str, JsonValue]
    score: float | None
    score_of_default: float | None

    @property
    def params(self) -> Mapping[str, JsonValue]:
        """All that it changes."""
        return {**self.strategy, **self.classifier}


class Run(Pair):
    """One strategy with one classifier on one split."""

    repeat: int
    fold: int
    status: str
    reason: str | None
    warnings: tuple[str, ...]
    n_train: int
    n_train_positive: int
    n_resampled: int | None
    n_resampled_positive: int | None
    n_synthetic: int | None
    n_test: int
    n_test_positive: int
    threshold: float | None
    metrics: Mapping[str, Number | None]
    undefined: Mapping[str, str]
    tuned: TunedRun | None = None

    @property
    def split(self) -> tuple[int, int]:
        """Which split it is of."""
        return self.repeat, self.fold


class SummaryRow(Pair):
    """A metric over the ``n`` splits that have a value: its mean or median, spread and range.

    ``difference`` is the same statistic of the differences from baseline over the ``n_pairs`` splits where both have a
    value.
    """

    metric: str
    n: int
    statistic: str
    value: float | None
    sd: float | None
    low: Number | None
    high: Number | None
    difference: float | None
    difference_sd: float | None
    n_pairs: int
    reason: str | None


class TradeoffRow(Pair):
    """What a strategy finds and what it pays, means at its own decision; on the front nobody beats it.

    Of the ``n_pairs`` splits where every strategy of its classifier has both, it is on the front of ``n_front``.
    """

    recall: float
    false_alarms_per_1000: float
    beaten_by: tuple[str, ...]
    n_front: int
    n_pairs: int


class GainPart(Pair):
    """A gain in recall over baseline, whole or in part, over the ``n`` splits where both have decisions."""

    part: str
    n: int
    mean: float
    sd: float | None


class Optimism(Pair):
    """How much too high average precision reads."""

    optimism: float | None


class Levels(Record):
    """Average precision of a random order, and how much too high it reads on small test parts."""

    chance: float | None
    rows: tuple[Optimism, ...]


class StatusCounts(Record):
    """How runs ended."""

    n_runs: int
    n_ok: int
    n_degraded: int
    n_failed: int
    n_not_applicable: int


class Points(Record):
    """Some of the majority's rows, in two dimensions."""

    n: int
    points: tuple[Values, ...]


class TypedPoints(Record):
    """Minority rows of one type, in two dimensions."""

    type: str
    points: tuple[Values, ...]


class MadePoints(Record):
    """What a sampler added, in two dimensions."""

    strategy: str
    n: int
    points: tuple[Values, ...]
    reason: str | None


class Picture(Record):
    """The training part of the first split, and what samplers added to it, in its two main directions.

    ``shares`` of the variance lie along each axis; where there is only one, ``one_direction`` is true and the second
    coordinate is luck. Points are rounded to a thousandth of what they span.
    """

    reason: str | None
    n_train: int
    shares: Values
    strategies: tuple[MadePoints, ...]
    n_columns: int = 0
    n_fitted: int = 0
    one_direction: bool = False
    majority: Points = Points(n=0, points=())
    n_minority: int = 0
    minority: tuple[TypedPoints, ...] = ()
