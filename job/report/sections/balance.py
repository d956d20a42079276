"""How rare the minority is, and what each strategy made of the training part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from job.report.charts.canvas import Picture
from job.report.charts.figures import draw_bars
from job.report.facts import Facts, Found
from job.report.layout import Line, Name, Number, Section, Table, Words, tabulate
from job.text import abbreviate_all, counted, percent

_MOST_BARS = 12
_LABEL_LENGTH = 24


@dataclass(frozen=True)
class Balance:
    """Class balance.

    Parameters
    ----------
    resampled : Table
        Training rows as each strategy left them.
    """

    positive: str
    n_rows: int
    n_positive: int
    prevalence: float
    imbalance_ratio: float
    picture: Picture
    resampled: Table


def build(facts: Facts) -> Section:
    """Build the section."""
    dataset = facts.dataset
    content = Balance(
        facts.positive,
        dataset["n_rows"],
        dataset["n_positive"],
        dataset["prevalence"],
        dataset["imbalance_ratio"],
        _draw(facts),
        _resampled(facts),
    )
    return Section("balance", "Class balance", content)


def _draw(facts: Facts) -> Picture:
    positive = str(facts.dataset["positive"])
    counts = {str(label): int(count) for label, count in facts.dataset["label_counts"].items()}
    ordered = sorted(counts, key=lambda label: (label != positive, -counts[label], label))
    short = dict(zip(ordered, abbreviate_all(ordered, _LABEL_LENGTH), strict=True))
    drawn = ordered if len(ordered) <= _MOST_BARS else ordered[: _MOST_BARS - 1]
    bars = [(short[label], float(counts[label]), label == positive) for label in drawn]
    if others := ordered[len(drawn) :]:
        bars.append((counted(len(others), "other label"), float(sum(counts[label] for label in others)), False))
    alt = f"Rows of each label: {'; '.join(f'{name} {count:,.0f}' for name, count, _ in bars)}."
    caption = f"Rows of each label; {short[positive]} is the positive label."
    n_rows = facts.dataset["n_rows"]
    lines: list[Line] = [(short[label], (Number(counts[label]), percent(counts[label] / n_rows))) for label in ordered]
    table = tabulate("labels", "Rows of each label", ("Rows", "Share"), lines, first="Label")
    return draw_bars(bars, "rows", alt, caption, table)


def _resampled(facts: Facts) -> Table:
    headings = ("Training rows", "of these minority", "Share of minority", "Synthetic or repeated")
    lines: list[Line] = [(strategy, _resampled_cells(facts, strategy)) for strategy in facts.strategies]
    without = any(not _resampled_runs(facts, strategy) for strategy in facts.strategies)
    footnotes = (("a", "No run of this strategy got as far as resampling."),) if without else ()
    caption = "Training part as each strategy left it, mean over splits"
    return tabulate("resampled", caption, headings, lines, footnotes)


def _resampled_cells(facts: Facts, strategy: Name) -> tuple[Number | Words, ...]:
    runs = _resampled_runs(facts, strategy)
    if not runs:
        return tuple(Number(None, footnote="a") for _ in range(4))
    rows, positive, synthetic = (
        sum(run[key] or 0 for run in runs) / len(runs) for key in ("n_resampled", "n_resampled_positive", "n_synthetic")
    )
    return Number(rows), Number(positive), Words(percent(positive / rows)), Number(synthetic)


def _resampled_runs(facts: Facts, strategy: Name) -> Sequence[Found]:
    """One run of each split: classifiers share what was resampled."""
    found = {
        (run["repeat"], run["fold"]): run
        for classifier in facts.classifiers
        for run in facts.runs(strategy, classifier)
        if run["n_resampled"]
    }
    return list(found.values())
