"""How much to oversample: from the data's own ratio to as many minority rows as others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from job.report.charts.canvas import Picture
from job.report.charts.lines import Scale, draw_lines
from job.report.facts import Facts, Found
from job.report.layout import Line, Name, Number, Section, Table, tabulate
from job.report.metric_columns import BY_NAME
from job.report.sections import sweep_tables
from job.text import listed, number, signed

METRICS = ("recall", "precision", "average_precision", "brier")
_SURE = 0.95
_X = "minority rows for each other row"


@dataclass(frozen=True)
class Block:
    """One classifier.

    Parameters
    ----------
    sentences : tuple of str
        What the training data would choose, one for each strategy.
    """

    classifier: Name
    sentences: tuple[str, ...]
    pictures: tuple[Picture, ...]
    chosen: Table
    troubles: tuple[str, ...]


@dataclass(frozen=True)
class RatioSweep:
    """The sweep.

    Parameters
    ----------
    missing : str
        Why there is none; nothing where there is one.
    """

    missing: str = ""
    how: str = ""
    blocks: tuple[Block, ...] = ()


def build(facts: Facts) -> Section:
    """Build the section."""
    title = "How much to oversample"
    sweep = (facts.results.get("sweeps") or {}).get("ratio")
    if not sweep:
        missing = (
            "Not asked for. List strategies under evaluation.ratio_sweep, [smote, custom] say, and their "
            "sampling_strategy is swept from the data's own ratio to 1."
        )
        return Section("ratio_sweep", title, RatioSweep(missing))
    if sweep["ratios"][0] >= 1:
        nothing = "The classes are balanced already, so there is no ratio to sweep to."
        return Section("ratio_sweep", title, RatioSweep(nothing))
    blocks = tuple(_block(facts, sweep, classifier) for classifier in facts.classifiers)
    return Section("ratio_sweep", title, RatioSweep(how=_how(facts, sweep), blocks=blocks))


def _how(facts: Facts, sweep: Found) -> str:
    ratios = listed(number(ratio, 3) for ratio in sweep["ratios"])
    return (
        f"sampling_strategy is {ratios}, each by the same factor above the last, on "
        f"{sweep_tables.first_splits(sweep['n_splits'])}. The lowest is the data's own ratio: nothing is "
        f"resampled, so it is {facts.baseline.short}. Strokes are {facts.confidence} intervals of the mean over splits "
        "that share rows; where there are fewer than five splits there are none."
    )


def _block(facts: Facts, sweep: Found, classifier: Name) -> Block:
    curves = [
        (facts.strategy(curve["strategy"]), curve)
        for curve in sweep["curves"]
        if curve["classifier"] == classifier.label
    ]
    pictures = tuple(
        picture for metric in METRICS if (picture := _draw(facts, sweep, classifier, metric, curves)) is not None
    )
    sentences = tuple(_choice(facts, name, curve["chosen"]) for name, curve in curves)
    troubles = sweep_tables.gather_reasons(
        (f"{name.short} at {number(point['ratio'], 3)}", point["reasons"])
        for name, curve in curves
        for point in curve["points"]
    )
    return Block(classifier, sentences, pictures, _chosen(facts, sweep, classifier, curves), troubles)


def _draw(
    facts: Facts, sweep: Found, classifier: Name, metric: str, curves: Sequence[tuple[Name, Found]]
) -> Picture | None:
    lines = [sweep_tables.line_of(name, curve["points"], metric) for name, curve in curves]
    if not any(value is not None for line in lines for value in line.y):
        return None
    label = BY_NAME[metric].label
    settings = [number(ratio, 3) for ratio in sweep["ratios"]]
    scale = Scale(_X, sweep_tables.in_lower_case(label), tuple(sweep["ratios"]), metric != "brier")
    alt = f"{label} with {classifier.short} at the ratios {listed(settings)}: {sweep_tables.tell_points(lines)}."
    better = BY_NAME[metric].better
    table = sweep_tables.points_table(
        f"ratio-{metric}-{classifier.index}", f"{label} with {classifier.short} at each ratio", settings, lines
    )
    return draw_lines(lines, scale, None, alt, f"{label}; {better} is better.", table)


def _choice(facts: Facts, name: Name, chosen: Found) -> str:
    metric = sweep_tables.in_lower_case(BY_NAME[chosen["metric"]].label)
    if not chosen["n"]:
        return f"{name.short}: no inner split of the training data could choose a ratio."
    values = {key: number(chosen[key], 3) for key in ("chosen", "own", "full")}
    return (
        f"{name.short}: with the ratio that an inner split of the training data chooses by {metric}, the test part has "
        f"{values['chosen']}; without resampling {values['own']}, resampled to 1 {values['full']}. "
        f"{_worth(chosen['against_own'])}"
    )


def _worth(against: Found) -> str:
    """Say what choosing gains over no resampling, as far as the splits can tell."""
    difference, lower, upper = (against[key] for key in ("difference", "lower", "upper"))
    told = f"Against no resampling that is {signed(difference, 3)}"
    if lower is None or upper is None or difference is None:
        return f"{told}, on too few splits, or splits too alike, to judge it by."
    told = f"{told} ({signed(lower, 3)} to {signed(upper, 3)})"
    if (against["probability_equivalent"] or 0.0) > _SURE:
        return f"{told}: no practical difference."
    if lower > 0 and difference > against["rope"]:
        return f"{told}: resampling that far helps here."
    if upper < 0 and difference < -against["rope"]:
        return f"{told}: it harms here."
    return f"{told}: these splits cannot tell it from none."


def _chosen(facts: Facts, sweep: Found, classifier: Name, curves: Sequence[tuple[Name, Found]]) -> Table:
    """How often each ratio was chosen: a choice that jumps from split to split is luck."""
    lines: list[Line] = [(name, map(Number, curve["chosen"]["counts"])) for name, curve in curves]
    caption = f"Splits in which the training data chose each ratio, with {classifier.short}"
    ratios = [number(ratio, 3) for ratio in sweep["ratios"]]
    return tabulate(f"ratio-chosen-{classifier.index}", caption, ratios, lines)
