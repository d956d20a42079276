"""Every metric in groups: differences from baseline as heat maps, then one table for each classifier."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from job.report.charts.canvas import Block, Description, Picture
from job.report.charts.heat_chart import MOST_COLUMNS, HeatCell, draw_heat
from job.report.charts.lines import part_evenly, part_words
from job.report.facts import Facts
from job.report.layout import Name, Section, Table
from job.report.metric_columns import BY_NAME, build_metric_table
from job.report.sections.asked import describe_spread
from job.text import NO_VALUE, counted, number, sentence, signed

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
        "What each strategy's own decisions give. These change as soon as the decision threshold moves, "
        "even when the classifier has learned nothing new.",
        ("recall", "specificity", "precision", "false_alarms_per_1000", "expected_cost_per_1000"),
    ),
    Group(
        "decision-scores",
        "Decisions: summary scores",
        "The same decisions summed up. Each score weighs missed rows against false alerts in its own way, so they "
        "needn't agree; accuracy alone says little where the minority is rare.",
        ("f1", "mcc", "balanced_accuracy", "geometric_mean", "accuracy"),
    ),
    Group(
        "ranking",
        "Ranking",
        "How well the scores put minority rows before the others, at any threshold.",
        ("roc_auc", "average_precision"),
    ),
    Group(
        "probabilities",
        "Probabilities",
        "Whether predicted probabilities can be trusted.",
        ("brier", "log_loss", "mean_predicted", "calibration_slope", "calibration_intercept"),
    ),
    Group(
        "corrected-probabilities",
        "Probabilities, corrected",
        "The same after the prior correction, which undoes the change of class shares by resampling or weighting. It "
        "is exact for class weights and random over- and under-sampling only; where SMOTE and its variants leave an "
        "error, use “calibrated: true”.",
        ("brier_corrected", "log_loss_corrected", "mean_predicted_corrected"),
    ),
    Group(
        "equal-footing",
        "At the same number of alerts",
        "Strategies at the same number of false alerts, the same recall or the same number of alerts, where none can "
        "gain by changing its threshold. They are descriptive: the verdict uses the ranking metric alone.",
        ("recall_at_baseline_fpr", "rank_gain_at_own_fpr", "precision_at_baseline_recall", "recall_at_alerts"),
    ),
)


_MAPS = (
    ("decisions", "Decisions", ("decision", "decision-scores")),
    ("ranking", "Ranking", ("ranking", "equal-footing")),
    ("probabilities", "Probabilities", ("probabilities", "corrected-probabilities")),
)
"""Key and title of each heat map, and the groups that it holds."""
_MOST_LETTERS = 6  # that fit a cell
_SHORT = {
    "false_alarms_per_1000": "False alerts",
    "expected_cost_per_1000": "Cost",
    "brier_corrected": "Brier, corrected",
    "mean_predicted_corrected": "Mean, corrected",
    "recall_at_baseline_fpr": "Recall at same FPR",
    "rank_gain_at_own_fpr": "Rank gain, own FPR",
    "precision_at_baseline_recall": "Precision, same recall",
}
"""Labels that a heat map has room for."""
_AXIS = "blue: better · orange: worse"
_CAPTION = "Mean differences from {}; strong colours where the {} interval (not adjusted) excludes 0."


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

    @property
    def inside(self) -> str:
        """Name its metrics."""
        return ", ".join(label for label, _ in self.meanings)


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
    classifiers: tuple[Name, ...]
    groups: tuple[MetricGroup, ...]
    blocks: tuple[Block, ...]


def build(facts: Facts) -> Section:
    """Build the section."""
    groups = tuple(_group(facts, group) for group in GROUPS)
    blocks = tuple(Block(name, pictures=tuple(_draw(facts, name, groups))) for name in facts.classifiers)
    content = Metrics(describe_spread(facts), facts.baseline.short, facts.classifiers, groups, blocks)
    return Section("metrics", "All metrics", content)


def _draw(facts: Facts, classifier: Name, groups: Sequence[MetricGroup]) -> Iterator[Picture]:
    """Draw a heat map for each kind of metric, of as many strategies as fit beside each other."""
    parts = part_evenly(facts.strategies[1:], MOST_COLUMNS)
    for place, names in enumerate(parts):
        suffix, words = part_words(place, len(parts))
        for key, title, keys in _MAPS:
            held = [group for group in groups if group.asked.key in keys]
            metrics = facts.with_values(metric for group in held for metric in group.asked.metrics)
            rows = [(metric, _cells(facts, names, classifier, metric)) for metric in metrics]
            rows = [(metric, cells) for metric, cells in rows if any(cell.text != NO_VALUE for cell in cells)]
            if rows:
                steps = [(name, [(metric, cells[at].step) for metric, cells in rows]) for at, name in enumerate(names)]
                alt = f"Differences from {facts.baseline.short} in {counted(len(rows), 'metric')} with"
                alt += f" {classifier.short}, where the {facts.confidence} interval excludes 0:"
                alt += f" {'; '.join(_tell(*each) for each in steps)}."
                caption = _CAPTION.format(facts.baseline.short, facts.confidence)
                table = held[0].tables[facts.classifiers.index(classifier)]
                about = Description(alt, caption, table, f"{title}{words}", f"heat-{key}-{classifier.index}{suffix}")
                labelled = [(_SHORT.get(metric, BY_NAME[metric].label), cells) for metric, cells in rows]
                yield draw_heat(labelled, names, _AXIS, about)


def _cells(facts: Facts, names: Sequence[Name], classifier: Name, metric: str) -> list[HeatCell]:
    """Write the differences of one metric with as many of its decimals as fit a cell."""
    found = [facts.summary(name, classifier, metric).difference for name in names]
    known = [difference for difference in found if difference is not None]
    most = facts.decimals(classifier, metric)
    fits = (n for n in range(most, -1, -1) if all(len(signed(each, n)) <= _MOST_LETTERS for each in known))
    decimals = next(fits, 0)
    steps = (_step(facts, *pair, classifier, metric, decimals) for pair in zip(names, found, strict=True))
    return [HeatCell(_write(difference, decimals), step) for difference, step in zip(found, steps, strict=True)]


def _write(difference: float | None, decimals: int) -> str:
    text = signed(difference, decimals)
    return text if len(text) <= _MOST_LETTERS else f"{difference:+.0e}".replace("-", "\u2212")


def _step(facts: Facts, name: Name, difference: float | None, classifier: Name, metric: str, decimals: int) -> int:
    """Colour a difference by its direction, and by whether its interval excludes 0."""
    better = BY_NAME[metric].better
    if difference is None or better is None or not round(difference, decimals):
        return 0
    tested = facts.against_baseline(name, classifier, metric)
    ends = () if tested is None else (tested.lower, tested.upper)
    is_sure = any(end is not None and end * side > 0 for end, side in zip(ends, (1, -1), strict=False))
    return (1 if (difference > 0) == (better == "higher") else -1) * (2 if is_sure else 1)


def _tell(name: Name, steps: Sequence[tuple[str, int]]) -> str:
    """Tell where one strategy is surely better or worse; all numbers are in the tables."""
    sides = []
    for side, step in (("better", 2), ("worse", -2)):
        labels = [BY_NAME[metric].label for metric, found in steps if found == step]
        sides.append(f"{side} in {len(labels)}" + (f" ({', '.join(labels)})" if labels else ""))
    return f"{name.short} {', '.join(sides)}"


def _group(facts: Facts, group: Group) -> MetricGroup:
    meanings = tuple((BY_NAME[name].label, sentence(BY_NAME[name].description)) for name in group.metrics)
    return MetricGroup(group, meanings, tuple(_table(facts, group, classifier) for classifier in facts.classifiers))


def _table(facts: Facts, group: Group, classifier: Name) -> Table:
    key, caption = f"{group.key}-{classifier.index}", f"{group.title} with {classifier.short}"
    hints = {} if facts.chance is None else {"average_precision": f"random: {number(facts.chance, 3)}"}
    return build_metric_table(facts, classifier, group.metrics, key, caption, hints=hints)


@dataclass(frozen=True)
class Confusion:
    """The confusion matrix of each strategy.

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
    classifiers: tuple[Name, ...]
    tables: tuple[Table, ...]


def build_confusion(facts: Facts) -> Section:
    """Build the section of counts."""
    titles = ((name, f"confusion-{name.index}", f"Mean counts with {name.short}") for name in facts.classifiers)
    tables = tuple(build_metric_table(facts, name, CONFUSION, key, caption) for name, key, caption in titles)
    sizes = facts.splits.n_test_mean, facts.splits.n_test_positive_mean
    content = Confusion(*sizes, facts.baseline.short, facts.classifiers, tables)
    return Section("confusion", "Confusion matrix", content)
