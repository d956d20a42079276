"""The audit of synthetic rows: every measure beside that of held-out real rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from job.report.facts import Facts
from job.report.layout import Heading, Line, Number, Section, Table, tabulate
from job.report.metric_columns import Footnotes
from job.results.study_facts import StrategyAudit
from job.text import counted, listed, number, sentence

_DECIMALS = 2
_FEW = "There were too few real minority rows on every split."
_WHY_NONE = {
    "detection": "There were fewer than ten rows of either kind on every split.",
    "margins": "The data has no column of numbers.",
    "categories": "The data has no category column.",
    "correlations": "There are no two columns of numbers that vary in both.",
}


@dataclass(frozen=True)
class Measure:
    """One measure.

    Parameters
    ----------
    name : str
        As in the results.
    reading : str
        One sentence.
    """

    name: str
    label: str
    reading: str


MEASURES = (
    Measure("copies", "Exact copies", "Share that equals a training row: a copy adds weight, but nothing new."),
    Measure(
        "majority_train",
        "Majority nearest, training part",
        "Share whose nearest training row is of the majority; far more than among real rows means made of majority.",
    ),
    Measure(
        "majority_test",
        "Majority nearest, test part",
        "The same among rows that no sampler saw: how far the new rows reach into the majority's place.",
    ),
    Measure("density", "Density", "1 where real minority rows lie, more in their dense places, near 0 off them."),
    Measure("coverage", "Coverage", "Share of the real minority rows that have a new row nearby: 1 is all of them."),
    Measure(
        "detection",
        "Detection",
        "How well a forest tells them from held-out real rows: 0.5 is not at all, 1 always; few rows say little.",
    ),
    Measure(
        "closest",
        "Distance to the closest real row",
        "In units of that between real rows: far below 1 they are near copies, far above 1 they are on their own.",
    ),
    Measure("out_of_range", "Out of range", "Share with a number outside the range of all real rows."),
    Measure("not_whole", "Not whole", "Share with a fraction in a column of whole numbers."),
    Measure("no_category", "No category", "Share that lies between the categories of a column."),
    Measure("margins", "Shift of numbers", "Mean Kolmogorov-Smirnov distance of each column from the minority's."),
    Measure("categories", "Shift of categories", "Mean total variation of each category column from the minority's."),
    Measure("correlations", "Shift of correlations", "Mean change of the correlations between two columns of numbers."),
)


@dataclass(frozen=True)
class Audit:
    """The audit.

    Parameters
    ----------
    absent : str
        Why there is none.
    summary : tuple of str
        How many rows were looked at, a sentence for each sampler.
    flags : tuple of (str, str, str)
        Sampler, code and text.
    """

    absent: str
    summary: tuple[str, ...] = ()
    flags: tuple[tuple[str, str, str], ...] = ()
    table: Table | None = None


def build(facts: Facts) -> Section:
    """Build the section."""
    content, found = Audit(facts.results.audit.reason or ""), facts.results.audit.strategies
    if not content.absent:
        made = [(facts.strategy(row.strategy).short, row) for row in found]
        flags = tuple((name, flag.code, sentence(flag.text)) for name, row in made for flag in row.flags)
        content = Audit("", tuple(_describe(*each) for each in made), flags, _table(made))
    return Section("audit", "Are synthetic rows plausible?", content)


def _describe(name: str, row: StrategyAudit) -> str:
    made = f", made of {number(row.n_parents)} different rows" if row.n_parents is not None else ""
    over = f" (mean over {counted(row.n_splits, 'split')})" if row.n_splits > 1 else ""
    codes = [flag.code for flag in row.flags]
    verdict = f"flagged: {listed(codes)}" if codes else "no flag was raised"
    return f"{name} added {number(row.n_rows)} rows of the minority in a training part{made}{over}; {verdict}."


def _table(made: Sequence[tuple[str, StrategyAudit]]) -> Table:
    footnotes = Footnotes()

    def cell(found: Mapping[str, float | None], name: str) -> Number:
        why = "" if found[name] is not None else _WHY_NONE.get(name, _FEW)
        return Number(found[name], _DECIMALS, footnote=footnotes.letter(why))

    held_out = made[0][1].held_out
    lines: list[Line] = [
        (each.label, [*(cell(row.synthetic, each.name) for _, row in made), cell(held_out, each.name), each.reading])
        for each in MEASURES
    ]
    headings: list[Heading | str] = [*(name for name, _ in made), "Held-out real rows", Heading("How to read it")]
    caption = "Synthetic rows beside held-out real ones, in prepared units"
    return tabulate("audit-table", caption, headings, lines, footnotes.all(), first="Measure")
