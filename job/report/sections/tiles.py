"""The four numbers of the first screen: recall, false alarms, ranking and calibration, before and after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from job.evidence.statistics.paired_t import NO_TEST
from job.evidence.words import whole
from job.report.facts import LEAST_OPTIMISM, Facts, Found
from job.report.layout import Name
from job.report.metric_columns import BY_NAME
from job.text import NO_VALUE, counted, number, signed

_METRICS = ("recall", "false_alarms_per_1000")
_TESTED = (
    ("recall", "Recall per 100", " minority rows"),
    ("false_alarms_per_1000", "False alarms per 1,000", " rows"),
    ("average_precision", "Average precision", ""),
)
_CALIBRATION = "Calibration error"
_SAME = "the same"
_NOTHING = "no value"


def describe_right_alarms(facts: Facts, classifier: Name, strategy: Name, compared: Name | None) -> str:
    """Say which share of all alarms is right, and which share it is with another strategy.

    Parameters
    ----------
    compared : Name or None
        The same as `strategy`: then baseline is told beside it; another one: that one is.

    Returns
    -------
    str
        From recall and false alarms over the splits on which both have them; nothing where there are none.
    """
    other = None if compared is None else facts.baseline if compared == strategy else compared
    shown = [strategy] if other is None else [strategy, other]
    shares = _shares(facts, classifier, shown)
    if shares is None:
        return ""
    mine, *theirs = (_share(share) for share in shares)
    if other is None or shares[0] == shares[-1]:
        return f"{mine} of alarms right" if shares[0] is not None else mine
    beside = f"before {theirs[0]}" if compared == strategy else f"{other.short}: {theirs[0]}"
    return f"{mine}{' of alarms right' if shares[0] is not None else ''}, {beside}"


def _share(share: float | None) -> str:
    if share is None:
        return "no alarms"
    points = 100 * share
    return f"{points:.0f} %" if points >= 0.95 or points == 0 else "under 1 %"


def _shares(facts: Facts, classifier: Name, strategies: list[Name]) -> list[float | None] | None:
    """Right alarms of all, for each strategy; None for one without any alarm."""
    runs = zip(*(facts.runs(strategy, classifier) for strategy in strategies), strict=False)
    values = [[run["metrics"].get(metric) for run in split for metric in _METRICS] for split in runs]
    shared = [split for split in values if None not in split]
    if not shared:
        return None
    means = [sum(column) / len(shared) for column in zip(*shared, strict=True)]
    return [_right(1000 * facts.test_share * means[at], means[at + 1]) for at in range(0, len(means), 2)]


def _right(found: float, false_alarms: float) -> float | None:
    return found / (found + false_alarms) if found + false_alarms > 0 else None


@dataclass(frozen=True)
class Beside:
    """Which strategies the tiles tell of.

    Parameters
    ----------
    before : Name or None
        Baseline; None where the tiles hold one value each.
    after : Name
        What is recommended, or else baseline.
    other : Name or None
        What baseline is compared with where baseline itself is recommended.
    note : str
        What kind of numbers these are.
    """

    before: Name | None
    after: Name
    other: Name | None
    note: str


@dataclass(frozen=True)
class Tile:
    """One number.

    Parameters
    ----------
    unit : str
        Goes on where the label ends, where there is room.
    before, after : str
        As they are shown; `before` is empty where there is one value only.
    change : str
        The difference with its interval, or what to compare the number with.
    word : str
        What the test says of the difference.
    tone : {"best", "worst", ""}
        Whether that is good or bad.
    other : str
        What another strategy has, where this one is told beside it.
    note : str
        What it means, or what to compare it with.
    """

    label: str
    unit: str
    before: str
    after: str
    change: str
    word: str = ""
    tone: str = ""
    other: str = ""
    note: str = ""


def find_beside(facts: Facts, classifier: Name, headline: Found | None) -> Beside:
    """Find what to tell of with this classifier.

    Parameters
    ----------
    headline : Mapping or None
        ``verdict.headline``, where there is one.
    """
    over = f"means of {counted(facts.n_splits, 'split')}" if facts.n_splits > 1 else "one split only"
    over = f"each at its own decision threshold, {over}"
    recommended = headline["recommended"] if headline is not None else None
    if recommended is None:
        note = f"nothing is recommended, so these are the values as they are; {over}"
        return Beside(None, facts.baseline, None, note)
    after = facts.strategy(recommended["strategy"])
    tested = f"{over}, {facts.confidence} intervals"
    if after != facts.baseline:
        return Beside(facts.baseline, after, None, tested)
    other = _other(facts, classifier, (headline or {})["about"])
    return Beside(None, after, other, tested if other else over)


def build_tiles(facts: Facts, classifier: Name, beside: Beside) -> tuple[Tile, ...]:
    """Build the four numbers."""
    tiles = [_tile(facts, classifier, beside, *asked) for asked in _TESTED]
    return (*tiles, _calibration(facts, classifier, beside))


def _other(facts: Facts, classifier: Name, about: Mapping[str, str] | None) -> Name | None:
    """Find what else could be done: what the answer speaks of, or else what costs least or ranks best."""
    ranked = {metric: _values(facts, classifier, metric) for metric in ("expected_cost_per_1000", facts.primary)}
    costs = ranked["expected_cost_per_1000"] or {name: -value for name, value in ranked[facts.primary].items()}
    told = [name for name in costs if about == {"strategy": name.label, "classifier": classifier.label}]
    return told[0] if told else min(costs, key=lambda name: costs[name], default=None)


def _values(facts: Facts, classifier: Name, metric: str) -> dict[Name, float]:
    rows = ((name, facts.summary(name, classifier, metric)) for name in facts.strategies[1:])
    return {name: row["value"] for name, row in rows if row is not None and row["value"] is not None}


def _tile(facts: Facts, classifier: Name, beside: Beside, metric: str, label: str, unit: str) -> Tile:
    compared = beside.other or (beside.after if beside.before else None)
    row = None if compared is None else _compared(facts, classifier, compared, metric)
    if compared is None or row is None or row["difference"] is None:
        (value,) = _means(facts, classifier, metric, beside.after)
        note = _note(facts, classifier, metric, beside, None)
        return Tile(label, unit, "", _shown(value, metric), "" if value is not None else _NOTHING, note=note)
    old, new = (_shown(value, metric) for value in _means(facts, classifier, metric, facts.baseline, compared))
    word, tone = _judge(facts, row, metric)
    change = "" if word == _SAME else _change(row, metric)
    note = _note(facts, classifier, metric, beside, compared)
    if beside.other:
        return Tile(label, unit, "", old, change, word, tone, f"{beside.other.short}: {new}", note)
    return Tile(label, unit, old, new, change, word, tone, note=note)


def _note(facts: Facts, classifier: Name, metric: str, beside: Beside, compared: Name | None) -> str:
    if metric == "average_precision":
        return _describe_level(facts, classifier, beside.after)
    return describe_right_alarms(facts, classifier, beside.after, compared) if metric != "recall" else ""


def _describe_level(facts: Facts, classifier: Name, strategy: Name) -> str:
    """Say what a random order has, and how much too high a small test part reads."""
    chance = "" if facts.chance is None else f"random order: {number(facts.chance, 3)}"
    optimism = facts.optimism(strategy, classifier)
    if not chance or optimism < LEAST_OPTIMISM:
        return chance
    return f"{chance}; test parts are small, so it reads about {number(optimism, 2)} too high"


def _calibration(facts: Facts, classifier: Name, beside: Beside) -> Tile:
    before, after, other = (
        None if name is None else _calibration_of(facts, classifier, name)
        for name in (beside.before, beside.after, beside.other)
    )
    if after is None:
        ranked = facts.values(beside.after, classifier, "average_precision")
        return Tile(_CALIBRATION, "", "", NO_VALUE, f"{classifier.short} gave no probabilities" if ranked else _NOTHING)
    perfect = f"a perfect model shows {number(after['ece_perfect'], 3)} by chance"
    shown = number(before["ece"], 3) if before is not None else ""
    instead = ""
    if other is not None and beside.other is not None:
        instead = f"{beside.other.short}: {number(other['ece'], 3)}"
    compared = [found["ece"] for found in (before, after, other) if found is not None]
    word = _SAME if len(compared) > 1 and len(set(compared)) == 1 else ""
    return Tile(_CALIBRATION, "", shown, number(after["ece"], 3), "", word, other=instead, note=perfect)


def _calibration_of(facts: Facts, classifier: Name, strategy: Name) -> Found | None:
    rows = (facts.results.get("harm") or {"rows": []})["rows"]
    found = (row["raw"] for row in rows if (row["strategy"], row["classifier"]) == (strategy.label, classifier.label))
    return next(found, None)


def _compared(facts: Facts, classifier: Name, strategy: Name, metric: str) -> Found | None:
    place = (metric, strategy.label, classifier.label, facts.baseline.label)
    rows = facts.results.get("comparisons") or ()
    keys = ("metric", "strategy", "classifier", "reference")
    return next((row for row in rows if tuple(row[key] for key in keys) == place), None)


def _means(facts: Facts, classifier: Name, metric: str, *strategies: Name) -> list[float | None]:
    """Means over the splits on which all of them have a value, so that they differ by what was tested."""
    runs = zip(*(facts.runs(strategy, classifier) for strategy in strategies), strict=False)
    values = [[run["metrics"].get(metric) for run in split] for split in runs]
    shared = [split for split in values if None not in split]
    return [sum(column) / len(shared) for column in zip(*shared, strict=True)] or [None] * len(strategies)


def _shown(value: float | None, metric: str) -> str:
    if value is None:
        return NO_VALUE
    if metric == "average_precision":
        return number(value, 3)
    return number(100 * value) if metric == "recall" else whole(value)


def _change(row: Found, metric: str) -> str:
    """Write a difference with its interval, with no more digits than the interval supports."""
    keys = ("difference", "lower", "upper") if row["lower"] is not None else ("difference",)
    scale = 100 if metric == "recall" else 1
    values = [scale * row[key] for key in keys]
    decimals = 3 if metric == "average_precision" else 0 if metric == "recall" or max(map(abs, values)) >= 10 else 1
    difference, *limits = (signed(value, decimals) for value in values)
    return f"{difference} ({' to '.join(limits)})" if limits else difference


def _judge(facts: Facts, row: Found, metric: str) -> tuple[str, str]:
    """Say what the test says of a difference, and whether that is good."""
    difference = row["difference"]
    if row["method"] == NO_TEST:
        return "not tested", ""
    if difference == 0 and row["lower"] is None:
        return _SAME, ""
    level = round(1 - facts.spec["evaluation"]["confidence"], 12)
    p_value = row["p_value"]  # not the adjusted one: the interval beside the word isn't adjusted either
    if p_value is None or p_value >= level:
        return "may be chance", ""
    if (difference > 0) == (BY_NAME[metric].better == "higher"):
        return "better", "best"
    return "worse", "worst"
