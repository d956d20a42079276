"""What each strategy does to probabilities, and what the prior correction takes back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from job.report.charts.canvas import Picture
from job.report.charts.figures import Curve, draw_curves
from job.report.charts.panels import is_calibrated, part_evenly, part_words
from job.report.charts.theme import N_COLOURS
from job.report.facts import Facts, Found
from job.report.layout import Cell, Heading, Line, Name, Number, Section, Table, Words, tabulate
from job.report.metric_columns import BY_NAME, Footnotes
from job.text import abbreviate_all, counted, listed, number, percent

_LABEL_LENGTH = 24
_METRICS = ("mean_predicted", "brier", "log_loss", "calibration_slope", "calibration_intercept")
_ECE_DECIMALS = 3
_REACHES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
_AXES = ("mean predicted probability", "share that came true")
_CAPTION = "On the dotted line, as many rows came true as was predicted; below it, fewer: probabilities are too high."
_ABSENT = "These results hold no ledger of probabilities."
_UNCHANGED = (
    "There is nothing to correct where a classifier saw the data's own shares of the classes, or was calibrated on "
    "them: {}."
)
_UNCORRECTED = "Not corrected: {}, because {}."

Bins = Found


@dataclass(frozen=True)
class Ledger:
    """One classifier's probabilities.

    Parameters
    ----------
    sentence : str
        The largest distance of mean probability from prevalence, and what is left of it.
    unchanged : str
        Whose probabilities the correction leaves as they are, or cannot correct, and why.
    pictures : tuple of Picture
        Reliability curves: as predicted, corrected, calibrated; those that there are.
    """

    classifier: Name
    sentence: str
    raw: Table | None
    corrected: Table | None
    unchanged: str
    pictures: tuple[Picture, ...]


@dataclass(frozen=True)
class Harm:
    """The ledger of harm.

    Parameters
    ----------
    absent : str
        Why there is none.
    note : str
        Where the correction is exact.
    reading : str
        How errors were binned, and what a perfect model is.
    ledgers : tuple of Ledger
        One for each classifier.
    """

    absent: str
    note: str
    reading: str
    ledgers: tuple[Ledger, ...]


def build(facts: Facts) -> Section:
    """Build the section."""
    harm = facts.results.get("harm")
    content = Harm(_ABSENT, "", "", ()) if harm is None else _content(facts, harm)
    return Section("harm", "What happens to probabilities", content)


def _content(facts: Facts, harm: Found) -> Harm:
    names = _names(facts, harm["rows"])
    ledgers = []
    for classifier in facts.classifiers:
        rows = {row["strategy"]: row for row in harm["rows"] if row["classifier"] == classifier.label}
        found = [(name, rows[name.label]) for name in names if name.label in rows]
        ledgers.append(_ledger(facts, classifier, found))
    return Harm("", str(harm["note"]), _reading(facts, harm), tuple(ledgers))


def _names(facts: Facts, rows: Iterable[Found]) -> tuple[Name, ...]:
    """Every strategy that the ledger knows: also those that stand in it only."""
    labels = [name.label for name in facts.strategies]
    more = [label for label in dict.fromkeys(row["strategy"] for row in rows) if label not in labels]
    short = abbreviate_all([*labels, *more], _LABEL_LENGTH)[len(labels) :]
    looks = facts.further_looks(len(more))
    extra = (
        Name(label, text, len(labels) + place, look)
        for place, (label, text, look) in enumerate(zip(more, short, looks, strict=True))
    )
    return (*facts.strategies, *extra)


def _reading(facts: Facts, harm: Found) -> str:
    pooled, every = harm["n_splits_pooled"], facts.n_splits
    some = f" of the first {counted(pooled, 'split')}" if pooled < every else ""
    return (
        f"Calibration error is the mean distance of probabilities from what came true, over {harm['n_bins']} bins of "
        f"equal count that pool the test predictions{some} (fewer bins where there are few rows; equal probabilities "
        f"share a bin). A perfect model has such an error too, because labels are luck: “if perfect” is the mean over "
        f"{harm['n_draws']} draws of labels from the very probabilities, each row with one luck in all splits."
    )


def _ledger(facts: Facts, classifier: Name, found: Sequence[tuple[Name, Found]]) -> Ledger:
    changed = [(name, row) for name, row in found if row["corrected"] and row["corrected"] != row["raw"]]
    kept = [name.short for name, row in found if row["corrected"] and row["corrected"] == row["raw"]]
    why_not: dict[str, list[str]] = {}
    for name, row in found:
        if row["raw"] and not row["corrected"]:
            why_not.setdefault(str(row["reason"]), []).append(name.short)
    left = [_UNCHANGED.format(listed(kept))] if kept else []
    left += [_UNCORRECTED.format(listed(names), reason) for reason, names in why_not.items()]
    any_raw = any(row["raw"] for _, row in found)
    return Ledger(
        classifier,
        _sentence(found) or f"No strategy gives probabilities with {classifier.short}.",
        _table(facts, classifier, found, "raw") if any_raw else None,
        _table(facts, classifier, changed, "corrected") if changed else None,
        " ".join(left),
        _pictures(facts, classifier, found, changed),
    )


def _sentence(found: Sequence[tuple[Name, Found]]) -> str:
    """Name the strategy whose mean probability is farthest from the prevalence."""
    known = [(name, row) for name, row in found if row["raw"]]
    if not known:
        return ""
    name, row = max(known, key=lambda pair: abs(pair[1]["raw"]["mean_predicted"] - pair[1]["prevalence"]))
    predicted, prevalence = row["raw"]["mean_predicted"], row["prevalence"]
    said = (
        f"Farthest from the truth is {name.short}: on average it predicts {percent(predicted)} where "
        f"{percent(prevalence)} of the rows are of the minority"
    )
    corrected = row["corrected"]
    if not corrected or corrected == row["raw"]:
        return f"{said}."
    return f"{said}; after the prior correction, {percent(corrected['mean_predicted'])}."


def _table(facts: Facts, classifier: Name, found: Sequence[tuple[Name, Found]], state: str) -> Table:
    footnotes = Footnotes()
    lines: list[Line] = [(name, _cells(facts, classifier, row, state, footnotes)) for name, row in found]
    shares = [row["prevalence"] for _, row in found if row["prevalence"] is not None]
    hints = {
        "mean_predicted": f"true share {number(shares[0], 3)}",
        "calibration_slope": "1 is right, median",
        "calibration_intercept": "0 is right, median",
    }
    headings = [
        *(Heading(BY_NAME[key].label, BY_NAME[key].better, hints.get(key, ""), numeric=True) for key in _METRICS),
        Heading("Calibration error", "lower", numeric=True),
        Heading("if perfect", hint="5 to 95 % of draws", numeric=True),
    ]
    what = "as predicted" if state == "raw" else "after the prior correction"
    key, caption = f"harm-{state}-{classifier.index}", f"Probabilities with {classifier.short}, {what}"
    return tabulate(key, caption, headings, lines, footnotes.all(), of_metrics=True)


def _cells(facts: Facts, classifier: Name, row: Found, state: str, footnotes: Footnotes) -> tuple[Cell, ...]:
    values = row[state]
    if not values:
        letter = footnotes.letter(f"No value: {row['reason']}.")
        return tuple(Number(None, footnote=letter) for _ in range(len(_METRICS) + 2))
    cells: list[Cell] = []
    for metric in _METRICS:
        decimals = facts.decimals(classifier, metric)
        missing = values[metric] is None
        why = "On no split were there enough rows and distinct probabilities, or the scores part the classes."
        cells.append(Number(values[metric], decimals, footnote=footnotes.letter(why) if missing else ""))
    if values.get("ece") is None:
        letter = footnotes.letter("No probabilities on the splits that were pooled.")
        return (*cells, Number(None, footnote=letter), Number(None, footnote=letter))
    low, high = (number(values[f"ece_perfect_{end}"], _ECE_DECIMALS) for end in ("low", "high"))
    perfect = f"{number(values['ece_perfect'], _ECE_DECIMALS)} ({low} to {high})"
    return (*cells, Number(values["ece"], _ECE_DECIMALS), Words(perfect))


def _pictures(
    facts: Facts, classifier: Name, found: Sequence[tuple[Name, Found]], changed: Sequence[tuple[Name, Found]]
) -> tuple[Picture, ...]:
    calibrated = [(name, row) for name, row in found if is_calibrated(facts, name)]
    plain = [pair for pair in found if pair not in calibrated]
    corrected = [pair for pair in changed if pair not in calibrated]
    groups = (("As predicted", plain, "raw"), ("Corrected", corrected, "corrected"), ("Calibrated", calibrated, "raw"))
    return tuple(picture for title, group, state in groups for picture in _draw(classifier, title, group, state))


def _draw(classifier: Name, title: str, found: Sequence[tuple[Name, Found]], state: str) -> Iterator[Picture]:
    """Draw as many charts as it takes for no colour to stand twice in one."""
    apart, alike = _part_twins([(name, row[state]) for name, row in found if row[state]])
    if not apart:
        return
    key = f"reliability-{title.split()[-1].lower()}-{classifier.index}"
    whole = f"Reliability with {classifier.short}, {title.lower()}"
    caption, reach = "".join((_CAPTION, *(f" {text}." for text in alike))), _reach(apart)
    perfect = Curve(Name("perfect", "perfect", 0), (0.0, reach), (0.0, reach))
    parts = part_evenly(apart, N_COLOURS)
    for place, part in enumerate(parts):
        suffix, words = part_words(place, len(parts))
        alt, table = _alt(f"{whole}{words}", part), _bins(f"{key}{suffix}", f"{whole}{words}", part)
        curves = [_curve(*pair) for pair in part]
        picture = draw_curves(curves, _AXES, perfect, alt, caption, table, reach=reach)
        yield replace(picture, title=f"{title}{words}")


def _part_twins(known: Sequence[tuple[Name, Bins]]) -> tuple[list[tuple[Name, Bins]], list[str]]:
    """Equal probabilities are drawn once; say of the others whose they have."""
    apart: list[tuple[Name, Bins]] = []
    alike = []
    for name, values in known:
        if not values.get("reliability"):
            continue
        twin = next((other for other, drawn in apart if drawn["reliability"] == values["reliability"]), None)
        if twin is None:
            apart.append((name, values))
        else:
            alike.append(f"{name.short} has the probabilities of {twin.short}")
    return apart, alike


def _curve(name: Name, values: Bins) -> Curve:
    bins = values["reliability"]
    return Curve(name, tuple(entry["mean_predicted"] for entry in bins), tuple(entry["observed"] for entry in bins))


def _reach(drawn: Sequence[tuple[Name, Bins]]) -> float:
    """How far the axes go: a rare minority's probabilities would else lie in a corner."""
    keys = ("mean_predicted", "observed")
    highest = max(entry[key] for _, values in drawn for entry in values["reliability"] for key in keys)
    return next((reach for reach in _REACHES if highest <= reach), 1.0)


def _alt(title: str, known: Sequence[tuple[Name, Bins]]) -> str:
    parts = []
    for name, values in known:
        last = values["reliability"][-1]
        predicted, came_true = number(last["mean_predicted"], 2), number(last["observed"], 2)
        parts.append(
            f"{name.short} {number(values['ece'], _ECE_DECIMALS)} ({number(values['ece_perfect'], _ECE_DECIMALS)} if "
            f"perfect), in its highest bin {predicted} predicted and {came_true} came true"
        )
    return f"{title}. Calibration error: {'; '.join(parts)}."


def _bins(key: str, title: str, known: Sequence[tuple[Name, Bins]]) -> Table:
    """Bins in rows, strategies in columns: what was predicted, what came true, and of how many rows."""
    n_bins = max(len(values["reliability"]) for _, values in known)
    columns = [_bin_cells(values["reliability"], n_bins) for _, values in known]
    lines: list[Line] = [(f"bin {place + 1}", tuple(column[place] for column in columns)) for place in range(n_bins)]
    caption = f"{title}: predicted → came true (rows)"
    return tabulate(key, caption, [name.short for name, _ in known], lines, first="From low to high")


def _bin_cells(entries: Sequence[Found], n_bins: int) -> list[Words]:
    cells = [
        Words(f"{number(entry['mean_predicted'], 3)} → {number(entry['observed'], 3)} ({entry['n']:,})")
        for entry in entries
    ]
    return cells + [Words("")] * (n_bins - len(cells))
