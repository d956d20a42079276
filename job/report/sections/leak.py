"""The leak: what resampling before the split would have feigned, and the proof that this job has none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from job.data.findings import NEAR_DUPLICATES
from job.report.charts.canvas import Picture
from job.report.charts.figures import Dots, draw_dots
from job.report.facts import Facts, Found
from job.report.layout import Heading, Line, Name, Number, Row, Section, Table, Words, tabulate
from job.report.metric_columns import BY_NAME
from job.report.sections.sweep_tables import first_splits, in_lower_case
from job.text import abbreviate, counted, listed, number, percent, sentence

READINGS = (("honest", "This job"), ("leaked_real_rows", "Leaked, real rows"), ("leaked", "Leaked, as reported"))
_REASON_LENGTH = 200


@dataclass(frozen=True)
class Leak:
    """The demonstration and the proof.

    Parameters
    ----------
    missing : str
        Why there is neither; nothing where there are.
    troubles : tuple of str
        Why runs of the demonstration have no score.
    twins : tuple of str
        What there is to say about identical rows.
    """

    missing: str = ""
    how: str = ""
    verdict: str = ""
    picture: Picture | None = None
    scores: Table | None = None
    troubles: tuple[str, ...] = ()
    proof: Table | None = None
    twins: tuple[str, ...] = ()


def build(facts: Facts) -> Section:
    """Build the section."""
    leak = facts.results.get("leak")
    if not leak:
        return Section("leak", "The leak, shown", Leak("These results don't say what a leak would have feigned."))
    rows = [row for row in leak["scores"] if row["metric"] == facts.primary and row["honest"] is not None]
    scores = _scores(facts, leak)
    content = Leak(
        how=_how(leak),
        verdict=_verdict(facts, rows, leak["n_test_synthetic"] == 0),
        picture=_draw(facts, leak, rows, scores) if rows else None,
        scores=scores,
        troubles=tuple(_troubles(leak)),
        proof=_proof(leak["proof"]),
        twins=(*_twins(leak["proof"]["identical"]), *_near_duplicates(facts)),
    )
    return Section("leak", "The leak, shown", content)


def _how(leak: Found) -> str:
    name = abbreviate(str(leak["strategy"]), 40)
    whose = (
        f"{name} with every classifier"
        if leak["is_listed"]
        else f"SMOTE, which is none of this job's strategies and was run for this section alone ({name}), with every "
        "classifier"
    )
    share = ""
    if leak["n_test_synthetic"]:
        part = percent(leak["n_test_synthetic"] / leak["n_test"])
        share = f" {part} of the rows that then test are synthetic, most of them children of rows that trained."
    return (
        f"The mistake was made on purpose on {first_splits(leak['n_splits'])}: {whose}; all rows were "
        f"prepared and resampled, and only then parted at random into training and test rows.{share} As "
        "reported, it is scored on all of these; the column beside it reads the same run on the real rows among them."
    )


def _verdict(facts: Facts, rows: Sequence[Found], adds_nothing: bool) -> str:
    """Say what the leak would feign with the classifier that it flatters most, on rows as they come."""
    if not rows:
        return "No run of the mistake has a score, so it cannot be shown; the proof below doesn't need it."
    if adds_nothing:
        return "The classes are balanced already, so nothing was added and there is nothing to leak."
    worst = max(rows, key=lambda row: float(row["leaked_real_rows"] - row["honest"]))
    name = facts.classifier(worst["classifier"]).short
    metric = in_lower_case(BY_NAME[facts.primary].label)
    honest, real, reported = (number(worst[key], 3) for key in ("honest", "leaked_real_rows", "leaked"))
    told = f"With {name}, such a job would report {metric} {reported} where {honest} is true"
    if worst["leaked_real_rows"] <= worst["honest"]:
        return (
            f"{told}. On the real rows among its test rows it has {real}: here the leak itself gains nothing, and what "
            "it reports is the easier mix of rows that it tests on."
        )
    return f"{told}; on the real rows alone, which are as rare as in the honest test, it would still be {real}."


def _scores(facts: Facts, leak: Found) -> Table:
    rows = []
    for row in leak["scores"]:
        classifier = facts.classifier(row["classifier"]).short
        cells = [Number(row[key], 3, footnote="" if row[key] is not None else "a") for key, _ in READINGS]
        rows.append(Row(f"{classifier}: {BY_NAME[row['metric']].label}", (*cells, Number(row["n"]))))
    missing = any(row["honest"] is None for row in leak["scores"])
    return Table(
        "leak-scores",
        "The same strategy, scored honestly and after the leak",
        "Classifier and metric",
        (*(Heading(label, numeric=True) for _, label in READINGS), Heading("Splits", numeric=True)),
        tuple(rows),
        (("a", "No split has all three readings."),) if missing else (),
    )


def _draw(facts: Facts, leak: Found, rows: Sequence[Found], table: Table) -> Picture:
    metric = BY_NAME[facts.primary].label
    names = [facts.classifier(row["classifier"]).short for row in rows]
    dots = [
        Dots(Name(label, label, place), tuple(row[key] for row in rows)) for place, (key, label) in enumerate(READINGS)
    ]
    told = "; ".join(
        f"{name} {listed(f'{label} {number(row[key], 2)}' for key, label in READINGS)}"
        for name, row in zip(names, rows, strict=True)
    )
    lines: list[Line] = [
        (name, [Number(row[key], 3) for key, _ in READINGS]) for name, row in zip(names, rows, strict=True)
    ]
    title = f"{metric} with and without the leak: the numbers of the chart"
    numbers = tabulate("leak-numbers", title, [label for _, label in READINGS], lines, first="Classifier")
    caption = f"{metric}, mean over {first_splits(leak['n_splits'])}."
    return draw_dots(
        names, dots, in_lower_case(metric), f"{metric} with and without the leak: {told}.", caption, numbers
    )


def _troubles(leak: Found) -> list[str]:
    told: dict[str, None] = {}
    for row in leak["scores"]:
        for kind, reasons in row["reasons"].items():
            which = "honest runs" if kind == "honest" else "leaked runs"
            for found in reasons:
                reason = sentence(abbreviate(str(found["reason"]), _REASON_LENGTH))
                text = f"{abbreviate(str(row['classifier']), 40)}: {found['n']} {which} without a score. {reason}"
                told[text] = None
    return list(told)


def _proof(proof: Found) -> Table:
    parents = proof["parents_outside"]
    told = [abbreviate(str(label), 40) for label in parents["strategies"]]
    untold = [abbreviate(str(label), 40) for label in parents["untold"]]
    whose = f"Parents of synthetic rows outside the training part{f' ({listed(told)})' if told else ''}"
    checks = (
        ("Synthetic rows in a test part", "synthetic_in_test", "scored rows"),
        ("Rows that train and test in one split", "rows_in_both", "test rows"),
        (whose, "parents_outside", "parents"),
        ("New rows that equal a test row", "new_rows_in_test", "new rows"),
        ("Groups on both sides of a split", "groups_in_both", "groups"),
    )
    footnotes = []
    if untold:
        footnotes.append(("a", f"The samplers of {listed(untold)} don't tell whose children their rows are."))
    if proof["new_rows_in_test"]["n_found"]:
        footnotes.append(
            ("b", "Samplers see no test row. In columns of few values, a new row may equal one by coincidence.")
        )
    rows = tuple(_check(proof[key], name, what, footnotes) for name, key, what in checks)
    headings = (Heading("Found", numeric=True), Heading("Among"))
    return Table(
        "leak-proof", "What a leak would leave behind, over all splits", "Looked for", headings, rows, tuple(footnotes)
    )


def _check(found: Found, name: str, what: str, footnotes: Sequence[tuple[str, str]]) -> Row:
    letters = [letter for letter, _ in footnotes]
    letter = "a" if found.get("untold") and "a" in letters else "b" if what == "new rows" and "b" in letters else ""
    if found["reason"]:
        return Row(name, (Words("–"), Words(sentence(str(found["reason"])))))
    return Row(name, (Number(found["n_found"], footnote=letter), Words(f"{found['n_checked']:,} {what}")))


def _twins(identical: Found) -> list[str]:
    if not identical["n_rows"]:
        return ["No two rows of the data are the same in every feature."]
    of_data = (
        f"{identical['n_rows']:,} rows of the data are the same in every feature as another one, in "
        f"{counted(identical['n_sets'], 'set')}."
    )
    if not identical["n_most"]:
        return [of_data, "No split ever parted such a set."]
    mean, size = number(identical["n_mean"], 1), number(identical["n_test_mean"], 0)
    parted = (
        f"On average {mean} of {size} test rows have such a twin in the training part, {identical['n_most']:,} at "
        "most: what is learnt about the one is known about the other. Where both are one case recorded twice, name "
        "the column that says so under data.file.groups."
    )
    return [of_data, parted, f"Rows, as the job numbers them from 1: {'; '.join(map(_set, identical['sets']))}."]


def _near_duplicates(facts: Facts) -> list[str]:
    """Repeat what the diagnosis found, lest the proof be read as if it knew of near-duplicates."""
    findings = (facts.dataset.get("diagnosis") or {}).get("findings", ())
    return [str(finding["found"]) for finding in findings if finding["code"] == NEAR_DUPLICATES]


def _set(found: Found) -> str:
    more = found["n"] - len(found["rows"])
    rows = [f"{row:,}" for row in found["rows"]] + ([f"{more:,} more"] if more else [])
    return listed(rows) + ("" if found["one_label"] else " (with different labels)")
