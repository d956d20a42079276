"""The audit of synthetic rows: every measure beside that of held-out real rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from job.report.facts import Facts, Found
from job.report.layout import Heading, Number, Row, Section, Table, Words
from job.report.metric_columns import Footnotes
from job.text import counted, listed, sentence

_ABSENT = "These results hold no audit of synthetic rows."
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
    summary: tuple[str, ...]
    flags: tuple[tuple[str, str, str], ...]
    table: Table | None


def build(facts: Facts) -> Section:
    """Build the section."""
    found: Found = facts.results.get("audit") or {"reason": _ABSENT, "strategies": []}
    if found["reason"] is not None:
        return Section("audit", "Are synthetic rows plausible?", Audit(str(found["reason"]), (), (), None))
    short = {name.label: name.short for name in facts.strategies}
    rows = found["strategies"]
    raised = ((short[row["strategy"]], flag) for row in rows for flag in row["flags"])
    flags = tuple((name, str(flag["code"]), sentence(str(flag["text"]))) for name, flag in raised)
    summary = tuple(_describe(row, short[row["strategy"]]) for row in rows)
    return Section("audit", "Are synthetic rows plausible?", Audit("", summary, flags, _table(rows, short)))


def _describe(row: Found, short: str) -> str:
    parents = row["n_parents"]
    made = f"{short} added {row['n_rows']:,.0f} rows of the minority in a training part"
    told = f", made of {parents:,.0f} different rows" if parents is not None else ""
    over = f" (mean over {counted(row['n_splits'], 'split')})" if row["n_splits"] > 1 else ""
    codes = [str(flag["code"]) for flag in row["flags"]]
    verdict = f"flagged: {listed(codes)}" if codes else "no flag was raised"
    return f"{made}{told}{over}; {verdict}."


def _table(rows: Sequence[Found], short: Mapping[str, str]) -> Table:
    headings = (
        *(Heading(short[row["strategy"]], numeric=True) for row in rows),
        Heading("Held-out real rows", numeric=True),
        Heading("How to read it"),
    )
    footnotes = Footnotes()

    def cell(found: Found, name: str) -> Number:
        value = found[name]
        why = "" if value is not None else _WHY_NONE.get(name, _FEW)
        return Number(value, _DECIMALS, footnote=footnotes.letter(why))

    body = []
    for measure in MEASURES:
        made = [cell(row["synthetic"], measure.name) for row in rows]
        held_out = cell(rows[0]["held_out"], measure.name)
        body.append(Row(measure.label, (*made, held_out, Words(measure.reading))))
    caption = "Synthetic rows beside held-out real ones, in prepared units"
    return Table("audit-table", caption, "Measure", headings, tuple(body), footnotes.all())
