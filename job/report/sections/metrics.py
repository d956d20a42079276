"""Every metric in groups: mean, spread and difference from baseline, one table for each classifier."""

from dataclasses import dataclass

from job.report.facts import Facts
from job.report.layout import Name, Section, Table
from job.report.metric_columns import BY_NAME, build_metric_table
from job.report.sections.asked import describe_spread
from job.text import number, sentence

CONFUSION = ("tn", "fp", "fn", "tp")


@dataclass(frozen=True)
class Group:
    """Metrics that answer one kind of question.

    Parameters
    ----------
    reading : str
        How to read them.
    """

    key: str
    title: str
    reading: str
    metrics: tuple[str, ...]


GROUPS = (
    Group(
        "decision",
        "Decisions",
        "What comes of each strategy's own decision. These change as soon as the decision threshold moves, "
        "even when the classifier has learnt nothing new.",
        ("recall", "specificity", "precision", "false_alarms_per_1000", "expected_cost_per_1000"),
    ),
    Group(
        "decision-scores",
        "Decisions, each in one score",
        "The same decisions summed up. Each score weighs missed rows against false alarms in its own way, so they "
        "needn't agree; accuracy alone says little where the minority is rare.",
        ("f1", "mcc", "balanced_accuracy", "geometric_mean", "accuracy"),
    ),
    Group(
        "ranking",
        "Ranking",
        "How well the scores put minority rows before the others, whatever the threshold.",
        ("roc_auc", "average_precision"),
    ),
    Group(
        "probabilities",
        "Probabilities",
        "Whether a predicted probability can be taken at its word.",
        ("brier", "log_loss", "mean_predicted", "calibration_slope", "calibration_intercept"),
    ),
    Group(
        "corrected-probabilities",
        "Probabilities, corrected",
        "The same after the arithmetic that takes the changed class shares of resampling or weighting out again. It is "
        "exact for class weights and random over- and under-sampling only; where SMOTE and its kin leave an error, "
        "“calibrated: true” is the remedy.",
        ("brier_corrected", "log_loss_corrected", "mean_predicted_corrected"),
    ),
    Group(
        "equal-footing",
        "On equal footing",
        "Strategies at the same number of false alarms, the same recall or the same number of alarms, where none can "
        "gain by moving its threshold. They describe; the ranking metric decides.",
        ("recall_at_baseline_fpr", "rank_gain_at_own_fpr", "precision_at_baseline_recall", "recall_at_alerts"),
    ),
)


@dataclass(frozen=True)
class MetricGroup:
    """One group with its tables.

    Parameters
    ----------
    asked : Group
        What it is.
    meanings : tuple of (str, str)
        Label and plain-words description of each metric.
    tables : tuple of Table
        One for each classifier.
    """

    asked: Group
    meanings: tuple[tuple[str, str], ...]
    tables: tuple[Table, ...]


@dataclass(frozen=True)
class Metrics:
    """Every metric.

    Parameters
    ----------
    spread : str
        What stands behind the ± sign.
    """

    spread: str
    baseline: str
    groups: tuple[MetricGroup, ...]


def build(facts: Facts) -> Section:
    """Build the section."""
    groups = tuple(_group(facts, group) for group in GROUPS)
    return Section("metrics", "All metrics", Metrics(describe_spread(facts), facts.baseline.short, groups))


def _group(facts: Facts, group: Group) -> MetricGroup:
    meanings = tuple((BY_NAME[name].label, sentence(BY_NAME[name].description)) for name in group.metrics)
    return MetricGroup(group, meanings, tuple(_table(facts, group, classifier) for classifier in facts.classifiers))


def _table(facts: Facts, group: Group, classifier: Name) -> Table:
    key, caption = f"{group.key}-{classifier.index}", f"{group.title} with {classifier.short}"
    hints = {} if facts.chance is None else {"average_precision": f"random order {number(facts.chance, 3)}"}
    return build_metric_table(facts, classifier, group.metrics, key, caption, hints=hints)


@dataclass(frozen=True)
class Confusion:
    """Right and wrong decisions, counted.

    Parameters
    ----------
    n_test, n_positive : float
        Mean size of a test part, and its positive rows.
    tables : tuple of Table
        One for each classifier.
    """

    n_test: float
    n_positive: float
    baseline: str
    tables: tuple[Table, ...]


def build_confusion(facts: Facts) -> Section:
    """Build the section of counts."""
    tables = tuple(
        build_metric_table(facts, name, CONFUSION, f"confusion-{name.index}", f"Counts with {name.short}")
        for name in facts.classifiers
    )
    splits = facts.splits
    content = Confusion(splits.n_test_mean, splits.n_test_positive_mean, facts.baseline.short, tables)
    return Section("confusion", "Right and wrong", content)
