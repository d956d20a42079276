"""What follows for decisions and probabilities: curves, alerts, cut-offs, net benefit, calibration, stability."""

from collections.abc import Mapping

from pydantic import Field

from job.results.job_facts import Cost
from job.results.record import MaybeValues, Pair, Record, Values
from job.results.verdict_facts import Cutoff


class MeanCurve(Record):
    """A curve, mean over splits."""

    kind: str
    x: Values
    y: Values
    n: int


class Curve(MeanCurve, Pair):
    """A curve of one strategy with one classifier, and the point of it (x, y) where the strategy decides on average."""

    decision: tuple[float, float] | None = None


class MeanMetric(Record):
    """A metric of the best possible scores."""

    metric: str
    n: int
    value: float | None
    sd: float | None
    reason: str | None


class BestOnSplit(Record):
    """What the true probabilities come to on one split."""

    repeat: int
    fold: int
    average_precision: float | None
    roc_auc: float | None
    brier: float | None
    log_loss: float | None


class BestPossible(Record):
    """What the true probabilities come to, where they are known."""

    reason: str | None
    metrics: tuple[MeanMetric, ...] = ()
    splits: tuple[BestOnSplit, ...] = ()
    curves: tuple[MeanCurve, ...] = ()


class OwnAlarms(Record):
    """Alerts at a strategy's own decision."""

    alarms_per_1000: float
    threshold: float | None
    recall: float | None
    precision: float | None
    false_alarms_per_1000: float
    expected_cost_per_1000: float | None


class AlarmsRow(Pair):
    """What each number of alerts comes to, means over the ``n`` splits that have scores.

    ``threshold`` is the lowest score that raises an alert; where none is raised, there is neither precision nor
    threshold. ``own`` is the same where the strategy itself decides.
    """

    n: int
    reason: str | None
    minority_per_1000: float | None = None
    threshold: MaybeValues = ()
    recall: MaybeValues = ()
    precision: MaybeValues = ()
    false_alarms_per_1000: Values = ()
    expected_cost_per_1000: MaybeValues | None = None
    own: OwnAlarms | None = None


class Alarms(Record):
    """What each number of alerts comes to, by strategy and classifier."""

    rates: Values
    rows: tuple[AlarmsRow, ...]


class Choice(Record):
    """What a choice of cut-off comes to, means over test parts."""

    recall: float | None
    precision: float | None
    false_alarms_per_1000: float | None
    alerts_per_1000: float | None
    expected_cost_per_1000: float | None


class OwnDecision(Choice):
    """The same at the strategy's own decision."""

    n_splits: int


class DecisionRow(Choice, Pair):
    """The advised cut-off of a strategy."""

    cutoff: Cutoff | None
    reason: str | None
    details: tuple[str, ...]
    n_splits: int
    intervals: Mapping[str, tuple[float, float] | None]
    own: OwnDecision


class MenuPoint(Choice):
    """One point of a curve."""

    point: str
    threshold: float | None
    action: str
    missed_per_1000: float


class Menu(Pair):
    """The points of one curve."""

    reason: str | None
    points: tuple[MenuPoint, ...]


class CostRange(Record):
    """The cost ratios for which a choice is the cheapest."""

    from_: float = Field(alias="from")
    to: float | None
    point: str | None
    threshold: float | None
    choice: str


class CostRanges(Pair):
    """Which choice is the cheapest, by cost ratio."""

    reason: str | None
    ranges: tuple[CostRange, ...]


class RequestFacts(Record):
    """What the spec asks of a cut-off."""

    cost: Cost | None
    alerts_per_1000: float | None
    limit: Mapping[str, float] | None
    prevalence_in_use: float | None


class Decisions(Record):
    """All that is known of cut-offs.

    ``asked`` is what decides between them, ``request`` all that is written. ``menu`` has points chosen with the labels
    of the test parts. Each ``reason`` is a code.
    """

    asked: str | None
    request: RequestFacts
    rows: tuple[DecisionRow, ...]
    never: Choice
    always: Choice
    menu: tuple[Menu, ...]
    cost_ranges: tuple[CostRanges, ...]


class Bin(Record):
    """A bin of probabilities, and what came true."""

    mean_predicted: float
    observed: float
    n: int
    n_positive: int


class ProbabilityState(Record):
    """Probabilities, as they are or corrected, beside what came true.

    Means over splits of the errors, medians of the calibration parameters over the ``n_fitted`` splits that have them,
    and the expected calibration error, beside that of a perfect model with its 5th and 95th of 100 draws.
    """

    mean_predicted: float | None
    brier: float | None
    log_loss: float | None
    calibration_slope: float | None
    calibration_intercept: float | None
    n_fitted: int
    n_pooled: int | None = None
    ece: float | None = None
    ece_perfect: float | None = None
    ece_perfect_low: float | None = None
    ece_perfect_high: float | None = None
    reliability: tuple[Bin, ...] = ()


class CalibrationRow(Pair):
    """The probabilities of one strategy with one classifier."""

    n_splits: int
    prevalence: float | None
    raw: ProbabilityState | None
    corrected: ProbabilityState | None
    reason: str | None


class Calibration(Record):
    """What each strategy does to probabilities."""

    n_bins: int
    n_draws: int
    n_splits_pooled: int
    rows: tuple[CalibrationRow, ...]


class NetBenefitRow(Pair):
    """Net benefit of one strategy at each threshold."""

    n: int
    own: Values | None
    corrected: Values | None
    reason: str | None


class NetBenefit(Record):
    """Net benefit over threshold probabilities."""

    prevalence: float
    cost_threshold: float | None
    thresholds: Values
    treat_all: Values | None
    treat_none: Values
    rows: tuple[NetBenefitRow, ...]


class PrecisionInUse(Record):
    """Precision at another prevalence, with its interval, and in the data."""

    value: float
    lower: float
    upper: float
    method: str
    in_data: float


class ErrorsInUse(Record):
    """Mean probability and Brier score at another prevalence."""

    mean_predicted: float
    brier: float


class InUseRow(Pair):
    """What alerts and probabilities become."""

    n: int
    reason: str | None
    recall: float | None = None
    false_positive_rate: float | None = None
    precision: PrecisionInUse | None = None
    alerts_per_1000: float | None = None
    false_alarms_per_1000: float | None = None
    expected_cost_per_1000: float | None = None
    own: ErrorsInUse | None = None
    corrected: ErrorsInUse | None = None


class InUse(Record):
    """What alerts and probabilities become at the prevalence in use."""

    prevalence: float
    prevalence_of_data: float
    rows: tuple[InUseRow, ...]


class Movement(Record):
    """How far probabilities of one row are apart: absolute differences, and the standard deviation of a row's."""

    mean: float
    median: float
    p95: float
    sd: float


class Movements(Record):
    """The same, by class."""

    minority: Movement | None
    rest: Movement | None


class Changed(Record):
    """Share of pairs of results with unlike decisions, by class."""

    minority: float | None
    rest: float | None


class StabilityRow(Pair):
    """How much results move from one training set to another."""

    n_pairs: int
    changed: Changed | None
    own: Movements | None
    corrected: Movements | None
    reason: str | None


class Stability(Record):
    """How much results move from one training set to another, by strategy and classifier."""

    n_rows: int
    n_positive: int
    train_share: float
    most_times: float | None
    reason: str | None
    rows: tuple[StabilityRow, ...]
