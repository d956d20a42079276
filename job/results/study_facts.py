"""What is shown beside the comparison: which rows are found, synthetic rows, leak, sweeps, the model as a script."""

from collections.abc import Mapping

from job.results.decision_facts import MeanMetric
from job.results.record import MaybeValues, Pair, Record, Values
from job.results.verdict_facts import Interval


class TestedRows(Record):
    """Test rows of one kind."""

    n: int
    share: float | None
    n_distinct: int


class TestedType(TestedRows):
    """Minority test rows of one type."""

    type: str


class TestedNeighborhood(TestedRows):
    """Majority test rows by their minority neighbours."""

    minority_neighbors: int


class TypeRecall(Pair):
    """Rows of one type that a strategy finds.

    Among the ``n_pairs`` rows that baseline decided on too, those found and missed by baseline are ``rescued``, the
    reverse ``lost``.
    """

    type: str
    n: int
    found: int
    recall: float | None
    n_pairs: int
    rescued: int
    lost: int


class NeighborhoodAlarms(Pair):
    """False alerts in one kind of neighbourhood."""

    minority_neighbors: int
    n: int
    alarms: int
    rate: float | None


class Rescued(Record):
    """Which kinds of minority row each strategy finds, and where it raises false alerts."""

    k: int
    n_splits: int
    reason: str | None
    sampled: bool
    types: tuple[TestedType, ...]
    neighborhoods: tuple[TestedNeighborhood, ...]
    recall: tuple[TypeRecall, ...]
    false_alarms: tuple[NeighborhoodAlarms, ...]


class AuditFlag(Record):
    """Something about synthetic rows that a reader should know."""

    code: str
    text: str


class StrategyAudit(Record):
    """The synthetic rows of one strategy, and held-out real rows beside them: means, and how far splits differ."""

    strategy: str
    n_splits: int
    n_rows: float | None
    n_parents: float | None
    synthetic: Mapping[str, float | None]
    held_out: Mapping[str, float | None]
    held_out_low: Mapping[str, float | None] = {}
    held_out_high: Mapping[str, float | None] = {}
    flags: tuple[AuditFlag, ...]


class Audit(Record):
    """The audit of synthetic rows."""

    reason: str | None
    strategies: tuple[StrategyAudit, ...]


class Snippet(Record):
    """The recommended model as a script."""

    strategy: str | None
    classifier: str | None
    recommended: bool
    code: str | None
    notes: tuple[str, ...]
    reason: str | None


class ReasonCount(Record):
    """Why runs have no score, and how many."""

    reason: str
    n: int


class LeakScore(Record):
    """A score, honest and leaked.

    ``leaked`` is what a job that resamples first would report; ``leaked_real_rows`` leaves synthetic test rows out, so
    that it and ``honest`` are about rows as they come; ``gain`` is what the one has beyond the other.
    """

    classifier: str
    metric: str
    honest: float | None
    leaked: float | None
    leaked_real_rows: float | None
    gain: float | None = None
    n: int
    reasons: Mapping[str, tuple[ReasonCount, ...]]


class Checked(Record):
    """What was looked for, and found."""

    n_checked: int | None
    n_found: int | None
    reason: str | None


class CheckedParents(Checked):
    """Parents outside the training part."""

    strategies: tuple[str, ...]
    untold: tuple[str, ...]


class IdenticalSet(Record):
    """Rows that are the same, on both sides of a split: numbers from 1 as the job reads them, five at most."""

    rows: tuple[int, ...]
    n: int
    one_label: bool


class Identical(Record):
    """Test rows that are the same as a training row."""

    n_rows: int
    n_sets: int
    n_mean: float
    n_most: int
    n_test_mean: float
    sets: tuple[IdenticalSet, ...]


class Proof(Record):
    """What a leak would leave behind: scored rows that are no test rows, parents that are no training rows, and so on.

    Samplers of the ``untold`` strategies don't tell the parents of their rows.
    """

    synthetic_in_test: Checked
    rows_in_both: Checked
    parents_outside: CheckedParents
    new_rows_in_test: Checked
    groups_in_both: Checked
    identical: Identical


class Leak(Record):
    """Spurious gains of resampling before the split, and the proof that this job has no leak."""

    strategy: str
    is_listed: bool
    n_splits: int
    n_test: float | None
    n_test_synthetic: float | None
    share_synthetic: float | None = None
    scores: tuple[LeakScore, ...]
    proof: Proof


class SweptMetric(Record):
    """A metric at one point of a sweep: mean or median over the splits, its interval, and the value on each."""

    value: float | None
    lower: float | None
    upper: float | None
    n: int
    values: MaybeValues


class SweepPoint(Record):
    """One setting of a sweep."""

    ratio: float
    metrics: Mapping[str, SweptMetric]
    reasons: tuple[ReasonCount, ...]


class AgainstOwn(Interval):
    """The chosen ratio against the data's own, and the code of what choosing is worth: same, helps, harms or open."""

    probability_equivalent: float | None
    rope: float
    code: str = "open"


class ChosenRatio(Record):
    """The ratio that was chosen inside each split.

    ``counts`` says how often each step was. The metric on the test parts is given with the ratio ``chosen`` there, with
    the data's ``own`` and with ``full`` resampling to 1, over the ``n`` splits that have all three.
    """

    metric: str
    counts: tuple[int, ...]
    ratios: MaybeValues
    chosen: float | None
    own: float | None
    full: float | None
    n: int
    against_own: AgainstOwn | None


class RatioCurve(Pair):
    """One strategy over the ratios."""

    points: tuple[SweepPoint, ...]
    chosen: ChosenRatio


class RatioSweep(Record):
    """How far to resample."""

    n_splits: int
    ratios: Values
    strategies: tuple[str, ...]
    classifiers: tuple[str, ...]
    curves: tuple[RatioCurve, ...]


class ThinnedSize(Record):
    """Rows of a thinned training part."""

    ratio: float
    n_rows: float | None
    n_minority: float | None
    reason: str | None


class ImbalanceCurve(Record):
    """One strategy over imbalance ratios."""

    strategy: str
    points: tuple[SweepPoint, ...]


class ImbalanceSweep(Record):
    """What imbalance does.

    ``effect`` is its code, from end to end of the first curve: nothing, ranking, threshold, both, or unknown.
    """

    n_splits: int
    classifier: str
    strategies: tuple[str, ...]
    listed: tuple[bool, ...]
    least_minority: int
    ratios: Values
    sizes: tuple[ThinnedSize, ...]
    curves: tuple[ImbalanceCurve, ...]
    best_possible: tuple[MeanMetric, ...]
    effect: str = "unknown"


class Sweeps(Record):
    """Both sweeps, where the spec asks for them."""

    ratio: RatioSweep | None
    imbalance: ImbalanceSweep | None


class SavedModel(Record):
    """The recommended pipeline, saved."""

    strategy: str | None
    classifier: str | None
    file: str | None
    trusted: tuple[str, ...]
    reason: str | None


class SyntheticFile(Record):
    """The rows that one strategy adds, written."""

    strategy: str
    file: str | None
    parents: str | None = None
    n_rows: int | None
    reason: str | None
