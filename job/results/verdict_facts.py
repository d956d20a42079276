"""What is said about differences: comparisons, power, the two answers and the headline."""

from collections.abc import Mapping

from pydantic import JsonValue

from job.results.record import Pair, Record


class Interval(Record):
    """A difference from the reference and its interval."""

    difference: float | None
    lower: float | None
    upper: float | None


class Comparison(Pair, Interval):
    """A metric of a strategy less that of its reference, over the splits that both have.

    ``p_adjusted`` is Holm's over the strategies that are compared with baseline in one metric × classifier; the
    probabilities are those of being better, the same for practical purposes, and worse in the metric's own good
    direction.
    """

    metric: str
    reference: str
    n_splits: int
    p_value: float | None
    p_adjusted: float | None
    probability_better: float | None
    probability_equivalent: float | None
    probability_worse: float | None
    method: str
    se: float | None
    rope: float | None
    n_left_out: int
    reason: str | None


class Tested(Interval):
    """One test of a family: improvement is positive.

    The interval is the simultaneous one: it excludes 0 exactly where ``p_adjusted``, Holm's over the family, is below
    the level. The probabilities are those that the true difference is beyond the ROPE, within it, and beyond it the
    other way.
    """

    se: float | None
    p_value: float | None
    p_adjusted: float | None
    probability_better: float | None
    probability_equivalent: float | None
    probability_worse: float | None
    rope: float
    n_splits: int
    method: str
    reason: str | None


class Shortage(Record):
    """What there is too little of for a test."""

    what: str
    found: int
    needed: int


class RankingAnswer(Tested):
    """Does it rank better?"""

    code: str
    metric: str
    shortage: Shortage | None


class DecisionAnswer(Tested):
    """How do its decisions differ?"""

    code: str
    metric: str
    rank_gain: Interval
    recall_of_baseline_at_same_alerts: float | None
    share_found_by_baseline: float | None


class Means(Record):
    """Means of baseline and of a strategy over the splits that both have."""

    baseline: float | None
    strategy: float | None


class VerdictRow(Pair):
    """Both answers about one oversampler with one classifier."""

    reference: str
    ranking: RankingAnswer
    decision: DecisionAnswer
    means: Mapping[str, Means]
    n_distinct_scores: float | None
    tuned_against_untuned: bool = False


class Rivalry(Pair, Tested):
    """``custom`` against plain SMOTE."""

    reference: str
    code: str


class OtherClassifier(Record):
    """The answer for a classifier that the headline isn't about."""

    classifier: str
    code: str
    strategy: str | None


class LeftOut(Pair):
    """A pair with values on too few splits to be ranked."""

    n_splits: int


class MetricBeside(Means, Interval):
    """A metric of what is recommended beside baseline's."""

    p_adjusted: float | None


class BesideBaseline(Record):
    """What is recommended, beside baseline with the same classifier, over the splits that both have a value on."""

    n_splits: int
    method: str
    metrics: Mapping[str, MetricBeside]


class HeadlineNumbers(Record):
    """What the headline rests on."""

    primary: str
    n_tried: int
    n_splits_scored: int
    left_out: tuple[LeftOut, ...]
    best: Pair | None
    alike: tuple[Pair, ...]
    n_oversampling: int
    price: Mapping[str, float | None] | None
    prevalence: float
    n_splits: int
    n_train_mean: float
    n_minority_rows: int
    confidence: float
    baseline: str
    beside_baseline: BesideBaseline | None
    cutoff_reason: str | None = None


class Cutoff(Record):
    """An advised cut-off, the median over the splits; an alert on every row, or on none, has no threshold."""

    threshold: float | None
    action: str


class AdvisedCutoff(Cutoff):
    """The cut-off of what is recommended, and what it was asked for."""

    asked: str


class Headline(Record):
    """The answer about the classifier that is recommended; ``about`` is the best oversampler with it."""

    code: str
    rule: str
    classifier: str
    about: Pair | None
    n_oversamplers: int
    others: tuple[OtherClassifier, ...]
    recommended: Pair | None
    cutoff: AdvisedCutoff | None
    numbers: HeadlineNumbers


class Survival(Pair):
    """The ranking answers about a pair at its defaults and about the same pair ``tuned``.

    ``turned``: one is a gain, no shown difference or a loss, and the other is something else of these.
    """

    tuned: Pair
    code: str
    tuned_code: str
    difference: float | None
    tuned_difference: float | None
    turned: bool


class Verdict(Record):
    """All answers."""

    rows: tuple[VerdictRow, ...]
    custom_against_smote: tuple[Rivalry, ...]
    headline: Headline
    tuning: tuple[Survival, ...] = ()


class PowerRow(Pair):
    """What this job could show, and how many minority rows would show more."""

    se: float | None
    gain: float
    detectable: float | None
    needed: float | None
    low: int | None
    high: int | None


class Power(Record):
    """Power of the comparisons with baseline; ``recall_per_row`` is what one minority row of a test part is worth."""

    primary: str
    power: float
    n_positive: int
    recall_per_row: float | None
    rows: tuple[PowerRow, ...]


class Gate(Record):
    """What became of a rule of the spec, with one classifier where it is about a strategy.

    ``value``, ``lower`` and ``upper`` are of the metric, or of the improvement where the rule is about a difference.
    ``fails_job`` says whether the exit code is 5 because of it.
    """

    rule: str
    strategy: str | None
    classifier: str | None
    value: float | None
    lower: float | None
    upper: float | None
    status: str
    reason: str | None
    fails_job: bool


class Change(Record):
    """Something that differs from earlier results: of the ``data``, the ``spec``, ``versions`` or the ``verdict``."""

    part: str
    what: str
    old: JsonValue
    new: JsonValue


class MetricChange(Pair, Interval):
    """A metric of a strategy, earlier and now; the interval is that of the difference, new - old."""

    metric: str
    old: float | None
    new: float | None


class Against(Record):
    """All that differs from earlier results.

    ``causes`` are those of data, spec, seed and versions that differ: of all that results are a function of.
    """

    causes: tuple[str, ...]
    changes: tuple[Change, ...]
    metrics: tuple[MetricChange, ...]
