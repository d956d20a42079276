"""One table of metrics for one classifier: mean, spread, difference from baseline, and why a number is missing."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import median

from job.evaluation.metrics.metric_registry import METRICS, Metric
from job.report.facts import Facts
from job.report.layout import Heading, Name, Number, Table, tabulate
from job.text import counted, sentence

BY_NAME = {metric.name: metric for metric in METRICS}
_MOST_REASONS = 3
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


class Footnotes:
    """Footnotes of one table: equal texts share a letter."""

    def __init__(self) -> None:
        self._letters: dict[str, str] = {}

    def letter(self, text: str) -> str:
        """Give the letter of a text; nothing for no text."""
        if not text:
            return ""
        return self._letters.setdefault(text, _LETTERS[len(self._letters) % 26] * (1 + len(self._letters) // 26))

    def all(self) -> tuple[tuple[str, str], ...]:
        """Every letter with its text."""
        return tuple((letter, text) for text, letter in self._letters.items())


def build_metric_table(
    facts: Facts,
    classifier: Name,
    metrics: Sequence[str],
    key: str,
    caption: str,
    hints: Mapping[str, str] | None = None,
) -> Table:
    """Build the table of some metrics: one row for each strategy.

    Parameters
    ----------
    metrics : sequence of str
        One column each.
    key, caption : str
        As in `Table`.
    hints : Mapping[str, str] or None
        Metric -> a few words below its label.
    """
    footnotes = Footnotes()
    columns = [_column(facts, classifier, BY_NAME[metric], footnotes) for metric in metrics]
    headings = [_heading(BY_NAME[metric], (hints or {}).get(metric, "")) for metric in metrics]
    lines = zip(facts.strategies, zip(*columns, strict=True), strict=True)
    return tabulate(key, caption, headings, lines, footnotes.all(), of_metrics=True)


def explain_gaps(facts: Facts, strategy: Name, classifier: Name, metric: str) -> str:
    """Say on which splits a metric has no value and why; nothing where it has one everywhere."""
    gaps = facts.gaps(strategy, classifier, metric)
    n_runs, n_gaps = len(facts.runs(strategy, classifier)), gaps.total()
    if not n_gaps:
        return ""
    if n_gaps == n_runs and len(gaps) == 1:
        return f"No value on any split: {sentence(next(iter(gaps)))}"
    kept = f"From {n_runs - n_gaps:,} of {counted(n_runs, 'split')}. " if n_gaps < n_runs else ""
    told = [f"No value on {count:,}: {sentence(why)}" for why, count in gaps.most_common(_MOST_REASONS)]
    untold = n_gaps - sum(count for _, count in gaps.most_common(_MOST_REASONS))
    if untold:
        told.append(f"No value on {untold:,} for other reasons, listed under failed, degraded and skipped runs.")
    return kept + " ".join(told)


def measure(facts: Facts, strategy: Name, classifier: Name, metric: str, footnotes: Footnotes) -> Number:
    """Write a metric as its mean, its spread and its difference from baseline, or as a dash with its reason."""
    letter = footnotes.letter(explain_gaps(facts, strategy, classifier, metric))
    row = facts.summary(strategy, classifier, metric)
    difference = row.difference if strategy != facts.baseline else None
    return Number(row.value, facts.decimals(classifier, metric), row.sd, difference, footnote=letter)


def _column(facts: Facts, classifier: Name, metric: Metric, footnotes: Footnotes) -> list[Number]:
    cells = [measure(facts, strategy, classifier, metric.name, footnotes) for strategy in facts.strategies]
    rows = [facts.summary(strategy, classifier, metric.name) for strategy in facts.strategies]
    if len({row.n for row in rows} - {0}) > 1 or facts.n_splits == 1:
        return cells  # means over different splits, or luck alone, are no contest
    unrest = [row.difference_sd for row in rows if row.difference_sd]  # how much differences vary from split to split
    return _mark(cells, metric.better, median(unrest) if unrest else 0.0)


def _mark(cells: Sequence[Number], better: str | None, unrest: float) -> list[Number]:
    """Mark best and worst as they are shown, unless all are as close together as one split is to the next."""
    shown = [None if cell.value is None else round(cell.value, cell.decimals) + 0.0 for cell in cells]
    present = {value for value in shown if value is not None}
    if better is None or len(present) < 2 or max(present) - min(present) < unrest:
        return list(cells)
    best, worst = (max(present), min(present)) if better == "higher" else (min(present), max(present))
    marks = {best: "best", worst: "worst", None: ""}
    return [replace(cell, mark=marks.get(value, "")) for cell, value in zip(cells, shown, strict=True)]


def _heading(metric: Metric, hint: str) -> Heading:
    hint = hint or ("median over splits" if metric.statistic == "median" else "")
    return Heading(metric.label, metric.better, hint, numeric=True)
