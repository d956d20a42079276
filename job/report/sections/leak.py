"""The leak: what resampling before the split would have feigned, and the proof that this job has none."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from job.data.findings import NEAR_DUPLICATES
from job.report.charts.canvas import Description, Picture
from job.report.charts.figures import draw_dots
from job.report.charts.lines import in_lower_case
from job.report.facts import Facts
from job.report.layout import Heading, Line, Name, Number, Section, Table, number_or_dash, tabulate
from job.report.metric_columns import BY_NAME
from job.report.sections.ratio_sweep import first_splits
from job.results import study_facts as found
from job.text import abbreviate, counted, listed, number, percent, sentence

READINGS = ("This job", "Leaked, real rows", "Leaked, as reported")
_REASON_LENGTH = 200


@dataclass(frozen=True)
class Leak:
    """The demonstration and the proof.

    Parameters
    ----------
    strategy, splits : str
        What was resampled too early, and on which splits.
    is_listed : bool
        Whether the job has this strategy otherwise.
    synthetic : str
        How much of the test rows was then synthetic; nothing where none was.
    troubles : tuple of str
        Why runs of the demonstration have no score.
    noted : str
        How many checks there are, and how many found something.
    twins : tuple of str
        What there is to say about identical rows.
    """

    strategy: str
    is_listed: bool
    splits: str
    synthetic: str
    verdict: str
    picture: Picture | None
    scores: Table
    troubles: tuple[str, ...]
    proof: Table
    noted: str
    twins: tuple[str, ...]


def build(facts: Facts) -> Section:
    """Build the section."""
    leak = facts.results.leak
    rows = [row for row in leak.scores if row.metric == facts.primary and row.honest is not None]
    near = (finding.found for finding in facts.dataset.diagnosis.findings if finding.code == NEAR_DUPLICATES)
    content = Leak(
        abbreviate(leak.strategy, 40),
        leak.is_listed,
        first_splits(leak.n_splits),
        percent(leak.share_synthetic) if leak.share_synthetic else "",
        _verdict(facts, rows, leak.n_test_synthetic == 0),
        _draw(facts, leak, rows) if rows else None,
        _scores(facts, leak),
        tuple(dict.fromkeys(_troubles(leak))),
        _proof(leak.proof),
        _count_checks(leak.proof),
        # what the diagnosis found is repeated, lest the proof be read as if it knew of near-duplicates
        (*_twins(leak.proof.identical), *near),
    )
    return Section("leak", "Resampling before the split (data leakage)", content)


def _verdict(facts: Facts, rows: Sequence[found.LeakScore], adds_nothing: bool) -> str:
    """Say what the leak would feign with the classifier that it flatters most, on rows as they come."""
    if not rows:
        return "No run of the mistake has a score, so it cannot be shown; the proof below doesn't need it."
    if adds_nothing:
        return "The classes are balanced already, so nothing was added and there is nothing to leak."
    worst = max(rows, key=lambda row: row.gain or 0.0)
    honest, real, reported = (number(value, 3) for value in _readings(worst))
    name, metric = facts.classifier(worst.classifier).short, in_lower_case(BY_NAME[facts.primary].label)
    told = f"With {name}, such a job would report {metric} {reported}; measured correctly, it is {honest}"
    if (worst.gain or 0.0) <= 0:
        return (
            f"{told}. On the real rows among its test rows it has {real}: here the leak itself gains nothing, and what "
            "it reports is the easier mix of rows that it tests on."
        )
    return f"{told}; on the real rows alone, which are as rare as in the honest test, it would still be {real}."


def _readings(row: found.LeakScore) -> tuple[float | None, ...]:
    return row.honest, row.leaked_real_rows, row.leaked


def _scores(facts: Facts, leak: found.Leak) -> Table:
    lines: list[Line] = []
    for row in leak.scores:
        name = f"{facts.classifier(row.classifier).short}: {BY_NAME[row.metric].label}"
        lines.append((name, (*(number_or_dash(value, 3) for value in _readings(row)), Number(row.n))))
    missing = any(row.honest is None for row in leak.scores)
    footnotes = (("a", "No split has all three readings."),) if missing else ()
    caption, first = "The same strategy, scored honestly and after the leak", "Classifier and metric"
    return tabulate("leak-scores", caption, (*READINGS, "Splits"), lines, footnotes, first=first)


def _draw(facts: Facts, leak: found.Leak, rows: Sequence[found.LeakScore]) -> Picture:
    metric = BY_NAME[facts.primary].label
    found_by = {facts.classifier(row.classifier).short: _readings(row) for row in rows}
    names = [Name(label, label, place) for place, label in enumerate(READINGS)]
    dots = list(zip(names, zip(*found_by.values(), strict=True), strict=True))
    read = ((name, zip(READINGS, values, strict=True)) for name, values in found_by.items())
    told = "; ".join(f"{name} {listed(f'{label} {number(x, 2)}' for label, x in pairs)}" for name, pairs in read)
    lines: list[Line] = [(name, [Number(value, 3) for value in values]) for name, values in found_by.items()]
    title = f"{metric} with and without the leak"
    table = tabulate("leak-numbers", f"{title}: the numbers of the chart", READINGS, lines, first="Classifier")
    about = Description(f"{title}: {told}.", f"{metric}, mean over {first_splits(leak.n_splits)}.", table)
    return draw_dots(list(found_by), dots, in_lower_case(metric), about)


def _troubles(leak: found.Leak) -> Iterator[str]:
    for row in leak.scores:
        for kind, reasons in row.reasons.items():
            which = "honest run" if kind == "honest" else "leaked run"
            for each in reasons:
                reason = sentence(abbreviate(each.reason, _REASON_LENGTH))
                yield f"{abbreviate(row.classifier, 40)}: {counted(each.n, which)} without a score. {reason}"


def _proof(proof: found.Proof) -> Table:
    both = proof.parents_outside.strategies, proof.parents_outside.untold
    told, untold = (listed(abbreviate(label, 40) for label in labels) if labels else "" for labels in both)
    whose = f"Parents of synthetic rows outside the training part{f' ({told})' if told else ''}"
    footnotes = {
        "a": f"The samplers of {untold} don't report the parents of their rows." if untold else "",
        "b": "Samplers see no test row. In columns of few values, a new row may equal one by coincidence."
        if proof.new_rows_in_test.n_found
        else "",
    }
    notes = tuple((letter, text) for letter, text in footnotes.items() if text)
    lines = (
        _check("Synthetic rows in a test part", proof.synthetic_in_test, "scored rows"),
        _check("Rows in both the training and the test part", proof.rows_in_both, "test rows"),
        _check(whose, proof.parents_outside, "parents", "a" if untold else ""),
        _check("New rows that equal a test row", proof.new_rows_in_test, "new rows", "b" if footnotes["b"] else ""),
        _check("Groups on both sides of a split", proof.groups_in_both, "groups"),
    )
    headings: list[Heading | str] = ["Found", Heading("Among")]
    caption = "What a leak would leave behind, over all splits"
    return tabulate("leak-proof", caption, headings, lines, notes, first="Looked for")


def _count_checks(proof: found.Proof) -> str:
    rows = (proof.synthetic_in_test, proof.rows_in_both, proof.parents_outside, proof.new_rows_in_test)
    made = [check.n_found for check in (*rows, proof.groups_in_both) if not check.reason]
    hits = sum(map(bool, made))
    return f"{counted(len(made), 'check')}, {f'{hits} to look at' if hits else 'nothing found'}"


def _check(name: str, check: found.Checked, what: str, letter: str = "") -> Line:
    if check.reason:
        return name, ("–", sentence(check.reason))
    return name, (Number(check.n_found, footnote=letter), f"{number(check.n_checked)} {what}")


def _twins(identical: found.Identical) -> Iterator[str]:
    if not identical.n_rows:
        yield "No two rows of the data are the same in every feature."
        return
    sets = counted(identical.n_sets, "set")
    yield f"{identical.n_rows:,} rows of the data are the same in every feature as another one, in {sets}."
    if not identical.n_most:
        yield "No split separated such a set."
        return
    mean, size = number(identical.n_mean, 1), number(identical.n_test_mean, 0)
    yield (
        f"On average {mean} of {size} test rows have such a twin in the training part, {identical.n_most:,} at "
        "most: what is learnt about the one is known about the other. Where both are one case recorded twice, name "
        "the column that says so under data.file.groups."
    )
    yield f"Rows, as the job numbers them from 1: {'; '.join(map(_set, identical.sets))}."


def _set(one: found.IdenticalSet) -> str:
    more = one.n - len(one.rows)
    rows = [f"{row:,}" for row in one.rows] + ([f"{more:,} more"] if more else [])
    return listed(rows) + ("" if one.one_label else " (with different labels)")
