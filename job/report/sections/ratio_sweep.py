"""How much to oversample: from the data's own ratio to as many minority rows as others."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from job.report.charts.canvas import Block
from job.report.charts.lines import Sweep, draw_sweep, in_lower_case
from job.report.facts import Facts
from job.report.layout import Line, Name, Number, Section, tabulate
from job.report.metric_columns import BY_NAME
from job.results.study_facts import AgainstOwn, RatioCurve, ReasonCount
from job.results.study_facts import RatioSweep as Found
from job.text import abbreviate, counted, listed, number, sentence, signed

METRICS = ("recall", "precision", "average_precision", "brier")
_WORTH = {
    "same": "no practical difference",
    "helps": "choosing it helps here",
    "harms": "choosing it harms here",
    "open": "these splits can't tell whether that matters",
}
_X = "minority rows for each other row"
_REASON_LENGTH = 200
_MOST_TOLD = 12


@dataclass(frozen=True)
class RatioSweep:
    """The sweep.

    Parameters
    ----------
    is_asked : bool
        Whether the spec asks for it.
    ratios, splits : str
        What was swept, and on which splits; nothing where there is no other ratio than the data's own.
    blocks : tuple of Block
        What the training data would choose, one sentence for each strategy; charts; and how often it chose what.
    """

    is_asked: bool
    baseline: str
    confidence: str
    ratios: str = ""
    splits: str = ""
    blocks: tuple[Block, ...] = ()


def build(facts: Facts) -> Section:
    """Build the section."""
    sweep = facts.results.sweeps.ratio
    content = RatioSweep(sweep is not None, facts.baseline.short, facts.confidence)
    if sweep is not None and sweep.ratios[0] < 1:
        blocks = tuple(_block(facts, sweep, name) for name in facts.classifiers if name.label in sweep.classifiers)
        ratios, splits = listed(_ratios(sweep)), first_splits(sweep.n_splits)
        content = replace(content, ratios=ratios, splits=splits, blocks=blocks)
    return Section("ratio_sweep", "How much to oversample", content, "" if sweep else "not requested")


def _ratios(sweep: Found) -> list[str]:
    return [number(ratio, 3) for ratio in sweep.ratios]


def _block(facts: Facts, found: Found, classifier: Name) -> Block:
    curves = [(facts.strategy(curve.strategy), curve) for curve in found.curves if curve.classifier == classifier.label]
    labels = _ratios(found)
    sweep = Sweep(_X, "ratio", found.ratios, labels, f"the ratios {listed(labels)}")
    pictures = (
        draw_sweep(
            f"ratio-{metric}-{classifier.index}",
            f"{BY_NAME[metric].label} with {classifier.short}",
            [(name, [point.metrics[metric] for point in curve.points]) for name, curve in curves],
            sweep,
            BY_NAME[metric].label,
            f"{BY_NAME[metric].label}; {BY_NAME[metric].better} is better.",
            metric != "brier",
        )
        for metric in METRICS
    )
    lines: list[Line] = [(name, map(Number, curve.chosen.counts)) for name, curve in curves]
    caption = f"Splits in which the training data chose each ratio, with {classifier.short}"
    # a choice that jumps from split to split is luck
    chosen = tabulate(f"ratio-chosen-{classifier.index}", caption, labels, lines)
    points = ((name.short, point) for name, curve in curves for point in curve.points)
    troubles = tell_reasons((f"{name} at {number(point.ratio, 3)}", point.reasons) for name, point in points)
    sentences = tuple(_choice(*each) for each in curves)
    return Block(classifier, sentences, (chosen,), tuple(picture for picture in pictures if picture), troubles)


def _choice(name: Name, curve: RatioCurve) -> str:
    found = curve.chosen
    metric = in_lower_case(BY_NAME[found.metric].label)
    if found.against_own is None:
        return f"{name.short}: no inner split of the training data could choose a ratio."
    chosen, own, full = (number(value, 3) for value in (found.chosen, found.own, found.full))
    return (
        f"{name.short}: with the ratio chosen on an inner split of the training data, {metric} on the test part is "
        f"{chosen}; without resampling it is {own}, and with a ratio of 1 it is {full}. {_worth(found.against_own)}"
    )


def _worth(against: AgainstOwn) -> str:
    """Say what choosing gains over no resampling, as far as the splits can tell."""
    told = f"The chosen ratio differs from no resampling by {signed(against.difference, 3)}"
    if against.lower is None:
        return f"{told}, on too few splits, or splits too alike, to judge it by."
    return f"{told} ({signed(against.lower, 3)} to {signed(against.upper, 3)}): {_WORTH[against.code]}."


def first_splits(number_of_splits: int) -> str:
    """Say on which splits a study was made."""
    return "the only split" if number_of_splits == 1 else f"the first {counted(number_of_splits, 'split')}"


def tell_reasons(found: Iterable[tuple[str, Sequence[ReasonCount]]]) -> tuple[str, ...]:
    """Say why runs are missing, once for each reason.

    Parameters
    ----------
    found : iterable of (str, sequence of ReasonCount)
        What the runs were, and reasons with their number of runs.
    """
    told: dict[str, list[str]] = {}
    for what, reasons in found:
        for each in reasons:
            told.setdefault(each.reason, []).append(f"{what} ({counted(each.n, 'split')})")
    sentences = []
    for reason, runs in list(told.items())[:_MOST_TOLD]:
        where = f"{listed(runs[:_MOST_TOLD])}{' and others' if len(runs) > _MOST_TOLD else ''}"
        sentences.append(f"Without a score: {where}. {sentence(abbreviate(reason, _REASON_LENGTH))}")
    return tuple(sentences)
