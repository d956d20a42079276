"""The audit of synthetic rows: every measure beside that of held-out real rows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from job.report.charts.canvas import Description, Picture
from job.report.charts.figures import Usual, draw_dots
from job.report.facts import Facts
from job.report.layout import Heading, Line, Name, Number, Section, Table, tabulate
from job.report.metric_columns import Footnotes
from job.results.study_facts import StrategyAudit
from job.text import counted, listed, number, sentence

_DECIMALS = 2
_REACH = 2.0
_CAPTION = (
    "Mean of each measure over the splits. Shaded: the range of held-out real rows over the splits, the tick their "
    "mean; where a marker is inside, synthetic rows measure like real ones."
)
Made = Sequence[tuple[Name, StrategyAudit]]
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
    Measure("copies", "Exact copies", "Share that equals a training row: a copy adds weight but no information."),
    Measure(
        "majority_train",
        "Majority nearest, training part",
        "Share whose nearest training row is a majority row; far more than for real rows: made within the majority.",
    ),
    Measure(
        "majority_test",
        "Majority nearest, test part",
        "The same among rows that no sampler saw: how far the new rows reach into the majority's region.",
    ),
    Measure("density", "Density", "About 1 among real minority rows, higher in dense regions, near 0 away from them."),
    Measure("coverage", "Coverage", "Share of the real minority rows that have a new row nearby: 1 is all of them."),
    Measure(
        "detection",
        "Detection",
        "AUC of a forest that tells new rows from held-out real ones: 0.5 is chance; unreliable with few rows.",
    ),
    Measure(
        "closest",
        "Distance to the closest real row",
        "In units of that between real rows: far below 1 they are near copies, far above 1 far from all real rows.",
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
    picture : Picture or None
        None where no measure has a value.
    noted : str
        How many flags there are; nothing where there are none.
    """

    absent: str
    summary: tuple[str, ...] = ()
    flags: tuple[tuple[str, str, str], ...] = ()
    table: Table | None = None
    picture: Picture | None = None
    noted: str = ""


def build(facts: Facts) -> Section:
    """Build the section."""
    content, found = Audit(facts.results.audit.reason or ""), facts.results.audit.strategies
    if not content.absent:
        made = [(facts.strategy(row.strategy), row) for row in found]
        flags = tuple((name.short, flag.code, sentence(flag.text)) for name, row in made for flag in row.flags)
        told, table = list(_join_equal(made)), _table(made)
        noted = counted(len(flags), "flag") if flags else ""
        summary = tuple(_describe(name.short, row) for name, row in told)
        content = Audit("", summary, flags, table, _draw(told, table), noted)
    return Section("audit", "Plausibility of synthetic rows", content, content.noted)


def _join_equal(made: Made) -> Iterator[tuple[Name, StrategyAudit]]:
    """Join strategies whose rows are the same, as with weights and without: their names are listed in one."""
    same: dict[str, list[tuple[Name, StrategyAudit]]] = {}
    for name, row in made:
        same.setdefault(row.model_copy(update={"strategy": ""}).model_dump_json(), []).append((name, row))
    for (name, row), *more in same.values():
        yield replace(name, short=", ".join([name.short, *(other.short for other, _ in more)])), row


def _draw(made: Made, table: Table) -> Picture | None:
    """Draw every measure that tells anything; one that is 0 for all is told in the caption."""
    real = made[0][1]
    found = {each: [row.synthetic[each.name] for _, row in made] for each in MEASURES}
    drawn = [each for each, values in found.items() if any((*values, real.held_out[each.name]))]
    if not drawn:
        return None
    dots = [(name, [row.synthetic[each.name] for each in drawn]) for name, row in made]
    usual = [_usual(real, each.name) for each in drawn]
    told = "; ".join(
        f"{each.label} {listed(f'{name.short} {number(row.synthetic[each.name], _DECIMALS)}' for name, row in made)}, "
        f"real rows {number(real.held_out[each.name], _DECIMALS)}"
        for each in drawn
    )
    known = [value for each in drawn for value in (*found[each], real.held_out_high.get(each.name)) if value]
    caption = _CAPTION + (" What is beyond 2 is drawn at the edge." if max(known, default=0.0) > _REACH else "")
    if zeros := [each.label.lower() for each, values in found.items() if each not in drawn and 0 in values]:
        caption += f" 0 for all: {listed(zeros)}."
    about = Description(f"Measures of synthetic rows next to real ones: {told}.", caption, table, key="audit")
    reach = 1.0 if max(known, default=0.0) <= 1 else _REACH
    return draw_dots([each.label for each in drawn], dots, "share, AUC or ratio", about, usual, reach)


def _usual(real: StrategyAudit, measure: str) -> Usual | None:
    """Tell the range of real rows; results of earlier releases have their mean only."""
    middle = real.held_out[measure]
    if middle is None:
        return None
    low, high = real.held_out_low.get(measure), real.held_out_high.get(measure)
    return (middle if low is None else low, middle, middle if high is None else high)


def _describe(name: str, row: StrategyAudit) -> str:
    made = f", made from {number(row.n_parents)} different rows" if row.n_parents is not None else ""
    over = f" (mean over {counted(row.n_splits, 'split')})" if row.n_splits > 1 else ""
    codes = [flag.code for flag in row.flags]
    verdict = f"flagged: {listed(codes)}" if codes else "no flag was raised"
    return f"{name} added {number(row.n_rows)} minority rows to a training part{made}{over}; {verdict}."


def _table(made: Made) -> Table:
    footnotes = Footnotes()

    def cell(found: Mapping[str, float | None], name: str) -> Number:
        why = "" if found[name] is not None else _WHY_NONE.get(name, _FEW)
        return Number(found[name], _DECIMALS, footnote=footnotes.letter(why))

    held_out = made[0][1].held_out
    lines: list[Line] = [
        (each.label, [*(cell(row.synthetic, each.name) for _, row in made), cell(held_out, each.name), each.reading])
        for each in MEASURES
    ]
    headings: list[Heading | str] = [*(name.short for name, _ in made), "Held-out real rows", Heading("How to read it")]
    caption = "Synthetic rows beside held-out real ones, in prepared units"
    return tabulate("audit-table", caption, headings, lines, footnotes.all(), first="Measure")
