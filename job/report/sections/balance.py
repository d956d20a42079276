"""How rare the minority is, and what each strategy made of the training part."""

from __future__ import annotations

from dataclasses import dataclass

from job.report.charts.canvas import Description, Picture
from job.report.charts.figures import draw_bars
from job.report.facts import Facts
from job.report.layout import Line, Name, Number, Section, Table, Words, tabulate
from job.results.job_facts import DatasetFacts
from job.text import abbreviate_all, counted, percent

_MOST_BARS = 12
_LABEL_LENGTH = 24
_NOTHING = (Number(None, footnote="a"),) * 4


@dataclass(frozen=True)
class Balance:
    """Class balance.

    Parameters
    ----------
    resampled : Table
        Training rows as each strategy left them.
    """

    positive: str
    dataset: DatasetFacts
    picture: Picture
    resampled: Table


def build(facts: Facts) -> Section:
    """Build the section."""
    content = Balance(facts.positive, facts.dataset, _draw(facts.dataset), _resampled(facts))
    return Section("balance", "Class balance", content)


def _draw(dataset: DatasetFacts) -> Picture:
    positive, counts = dataset.positive, dataset.label_counts
    ordered = sorted(counts, key=lambda label: (label != positive, -counts[label], label))
    short = dict(zip(ordered, abbreviate_all(ordered, _LABEL_LENGTH), strict=True))
    drawn = ordered if len(ordered) <= _MOST_BARS else ordered[: _MOST_BARS - 1]
    bars = [(short[label], float(counts[label]), label == positive) for label in drawn]
    if others := ordered[len(drawn) :]:
        bars.append((counted(len(others), "other label"), float(sum(counts[label] for label in others)), False))
    alt = f"Rows of each label: {'; '.join(f'{name} {count:,.0f}' for name, count, _ in bars)}."
    caption = f"Rows of each label; {short[positive]} is the positive label."
    lines: list[Line] = [
        (short[label], (Number(counts[label]), percent(counts[label] / dataset.n_rows))) for label in ordered
    ]
    table = tabulate("labels", "Rows of each label", ("Rows", "Share"), lines, first="Label")
    return draw_bars(bars, "rows", Description(alt, caption, table))


def _resampled(facts: Facts) -> Table:
    headings = ("Training rows", "of these minority", "Share of minority", "Synthetic or repeated")
    lines: list[Line] = [(strategy, _resampled_cells(facts, strategy)) for strategy in facts.strategies]
    without = [cells for _, cells in lines if cells == _NOTHING]
    footnotes = (("a", "No run of this strategy got as far as resampling."),) if without else ()
    caption = "Training part as each strategy left it, mean over splits"
    return tabulate("resampled", caption, headings, lines, footnotes)


def _resampled_cells(facts: Facts, strategy: Name) -> tuple[Number | Words, ...]:
    runs = (run for classifier in facts.classifiers for run in facts.runs(strategy, classifier) if run.n_resampled)
    one = {run.split: run for run in runs}.values()  # of each split: classifiers share what was resampled
    if not one:
        return _NOTHING
    counts = ((run.n_resampled or 0, run.n_resampled_positive or 0, run.n_synthetic or 0) for run in one)
    rows, positive, synthetic = (sum(column) / len(one) for column in zip(*counts, strict=True))
    return Number(rows), Number(positive), Words(percent(positive / rows)), Number(synthetic)
