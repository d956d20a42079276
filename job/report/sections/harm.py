"""What each strategy does to probabilities, and what the prior correction takes back."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from job.evidence.probabilities import MOST_PREDICTIONS
from job.report.charts.canvas import Block, Description, Picture
from job.report.charts.lines import Curve, draw_curves, is_calibrated, name_all, name_plainly, part_evenly, part_words
from job.report.charts.theme import N_COLOURS
from job.report.facts import Facts
from job.report.layout import Cell, Heading, Line, Name, Number, Section, Table, rows_of, tabulate
from job.report.metric_columns import BY_NAME, Footnotes
from job.results.decision_facts import Bin, CalibrationRow, ProbabilityState
from job.text import counted, listed, number, percent

_METRICS = ("mean_predicted", "brier", "log_loss", "calibration_slope", "calibration_intercept")
_ECE_DECIMALS = 3
_REACHES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
_AXES = ("mean predicted probability", "observed share of the minority")
_CAPTION = (
    "Observed share against mean predicted probability, in equal-frequency bins; below the dotted line, probabilities "
    "are too high."
)
_UNCHANGED = "No correction is needed where a classifier was trained or calibrated at the data's own prevalence: {}."
_UNFITTED = (
    "On no split were there enough rows and distinct probabilities, or the scores separate the classes perfectly."
)
_UNPOOLED = "No probabilities on the splits that were pooled."

Found = list[tuple[Name, CalibrationRow]]
States = Sequence[tuple[Name, ProbabilityState]]


@dataclass(frozen=True)
class Harm:
    """Calibration of each strategy, as predicted and corrected.

    Parameters
    ----------
    n_bins, n_draws : int
        How errors were binned, and what a perfect model's are averaged over.
    some : str
        Which splits were pooled, where it wasn't all.
    blocks : tuple of Block
        The largest distance of mean probability from prevalence; tables of probabilities as they are and corrected;
        reliability curves; and whose probabilities the correction leaves as they are, or cannot correct, and why.
    """

    n_bins: int
    n_draws: int
    some: str
    blocks: tuple[Block, ...]


def build(facts: Facts) -> Section:
    """Build the section."""
    found = facts.results.calibration
    names = name_all(facts, (row.strategy for row in found.rows))
    some = f" of the first {counted(found.n_splits_pooled, 'split')}" if found.n_splits_pooled < facts.n_splits else ""
    if any(row.raw and row.raw.n_pooled == MOST_PREDICTIONS for row in found.rows):
        some += f", at most {MOST_PREDICTIONS:,} of them in a stratified sample"
    blocks = tuple(_block(facts, each, rows_of(names, each, found.rows)) for each in facts.classifiers)
    return Section("harm", "Calibration", Harm(found.n_bins, found.n_draws, some, blocks))


def _block(facts: Facts, classifier: Name, found: Found) -> Block:
    changed = [(name, row) for name, row in found if row.corrected and row.corrected != row.raw]
    kept = [name.short for name, row in found if row.corrected and row.corrected == row.raw]
    why_not: dict[str | None, list[str]] = {}
    for name, row in found:
        if row.raw and not row.corrected:
            why_not.setdefault(row.reason, []).append(name.short)
    left = [_UNCHANGED.format(listed(kept))] if kept else []
    left += [f"Not corrected: {listed(names)}, because {reason}." for reason, names in why_not.items()]
    tables = []
    if any(row.raw for _, row in found):
        tables.append(_table(facts, classifier, "raw", "as predicted", found, [row.raw for _, row in found]))
    if changed:
        states = [row.corrected for _, row in changed]
        tables.append(_table(facts, classifier, "corrected", "after the prior correction", changed, states))
    groups = {
        ("predicted", "As predicted"): [(name, row.raw) for name, row in found if not is_calibrated(facts, name)],
        ("corrected", "Corrected"): [(name, row.corrected) for name, row in changed if not is_calibrated(facts, name)],
        ("calibrated", "Calibrated"): [(name, row.raw) for name, row in found if is_calibrated(facts, name)],
    }
    pictures = (picture for title, states in groups.items() for picture in _draw(classifier, *title, states))
    sentence = _sentence(found) or f"No strategy gives probabilities with {classifier.short}."
    known = [(name.short, row.raw.ece) for name, row in found if row.raw and row.raw.ece is not None]
    sentence += (
        f" Calibration error: {listed(f'{name} {number(e, _ECE_DECIMALS)}' for name, e in known)}." if known else ""
    )
    return Block(classifier, (sentence,), tuple(tables), tuple(pictures), (" ".join(left),) if left else ())


def _sentence(found: Found) -> str:
    """Name the strategy whose mean probability is farthest from the prevalence."""
    known = [
        (name, row, row.raw.mean_predicted, row.prevalence)
        for name, row in found
        if row.raw and row.raw.mean_predicted is not None and row.prevalence is not None
    ]
    if not known:
        return ""
    name, row, predicted, prevalence = max(known, key=lambda each: abs(each[2] - each[3]))
    said = (
        f"{name.short} is the worst calibrated on average: it predicts {percent(predicted)} where "
        f"{percent(prevalence)} of the rows are minority rows"
    )
    if not row.corrected or row.corrected == row.raw:
        return f"{said}."
    return f"{said}; after the prior correction, {percent(row.corrected.mean_predicted)}."


def _table(
    facts: Facts, classifier: Name, key: str, what: str, found: Found, states: Sequence[ProbabilityState | None]
) -> Table:
    footnotes = Footnotes()
    told = [(name, state, row.reason) for (name, row), state in zip(found, states, strict=True)]
    lines = [(name, tuple(_cells(facts, classifier, state, reason, footnotes))) for name, state, reason in told]
    share = next(row.prevalence for _, row in found if row.prevalence is not None)
    hints = {
        "mean_predicted": f"true share {number(share, 3)}",
        "calibration_slope": "1 is right, median",
        "calibration_intercept": "0 is right, median",
    }
    headings = [
        *(Heading(BY_NAME[key].label, BY_NAME[key].better, hints.get(key, ""), numeric=True) for key in _METRICS),
        Heading("Calibration error", "lower", numeric=True),
        Heading("if perfect", hint="5 to 95 % of draws", numeric=True),
    ]
    caption = f"Probabilities with {classifier.short}, {what}"
    return tabulate(f"harm-{key}-{classifier.index}", caption, headings, lines, footnotes.all(), of_metrics=True)


def _cells(
    facts: Facts, classifier: Name, state: ProbabilityState | None, reason: str | None, footnotes: Footnotes
) -> Iterator[Cell | str]:
    if state is None:
        letter = footnotes.letter(f"No value: {reason}.")
        yield from (Number(None, footnote=letter) for _ in range(len(_METRICS) + 2))
        return
    for metric in _METRICS:
        value = getattr(state, metric)
        letter = footnotes.letter(_UNFITTED) if value is None else ""
        yield Number(value, facts.decimals(classifier, metric), footnote=letter)
    letter = footnotes.letter(_UNPOOLED) if state.ece is None else ""
    yield Number(state.ece, _ECE_DECIMALS, footnote=letter)
    found = (state.ece_perfect, state.ece_perfect_low, state.ece_perfect_high)
    perfect, low, high = (number(value, _ECE_DECIMALS) for value in found)
    yield f"{perfect} ({low} to {high})" if state.ece is not None else Number(None, footnote=letter)


def _draw(
    classifier: Name, key: str, title: str, found: Sequence[tuple[Name, ProbabilityState | None]]
) -> Iterator[Picture]:
    """Draw as many charts as it takes for no colour to stand twice in one; equal probabilities are drawn once."""
    apart: list[tuple[Name, ProbabilityState]] = []
    caption = _CAPTION
    for name, state in found:
        if state and state.reliability:
            if twin := next((other for other, drawn in apart if drawn.reliability == state.reliability), None):
                caption += f" {name.short} has the probabilities of {twin.short}."
            else:
                apart.append((name, state))
    if not apart:
        return
    # a rare minority's probabilities would else lie in a corner
    highest = max(max(entry.mean_predicted, entry.observed) for _, state in apart for entry in state.reliability)
    reach = next((reach for reach in _REACHES if highest <= reach), 1.0)
    parts = part_evenly(apart, N_COLOURS)
    for place, part in enumerate(parts):
        suffix, words = part_words(place, len(parts))
        whole = f"Reliability with {classifier.short}, {title.lower()}{words}"
        alt = f"{whole}. Calibration error: {'; '.join(_tell(*each) for each in part)}."
        table = _bins(f"reliability-{key}-{classifier.index}{suffix}", whole, part)
        about = Description(alt, caption, table, f"{title}{words}")
        perfect = Curve(name_plainly("perfect"), (0.0, reach), (0.0, reach))
        yield draw_curves([_curve(name, state.reliability) for name, state in part], _AXES, perfect, about, reach=reach)


def _curve(name: Name, bins: Sequence[Bin]) -> Curve:
    return Curve(name, [entry.mean_predicted for entry in bins], [entry.observed for entry in bins])


def _tell(name: Name, state: ProbabilityState) -> str:
    last = state.reliability[-1]
    error, perfect = (number(value, _ECE_DECIMALS) for value in (state.ece, state.ece_perfect))
    predicted, true = (number(value, 2) for value in (last.mean_predicted, last.observed))
    return f"{name.short} {error} ({perfect} if perfect), in its highest bin {predicted} predicted and {true} came true"


def _bins(key: str, title: str, known: States) -> Table:
    """Bins in rows, strategies in columns: what was predicted, what came true, and of how many rows."""
    columns = [
        [f"{number(each.mean_predicted, 3)} → {number(each.observed, 3)} ({each.n:,})" for each in state.reliability]
        for _, state in known
    ]
    rows = zip_longest(*columns, fillvalue="")
    lines: list[Line] = [(f"bin {place + 1}", cells) for place, cells in enumerate(rows)]
    caption = f"{title}: predicted → came true (rows)"
    return tabulate(key, caption, [name.short for name, _ in known], lines, first="From low to high")
