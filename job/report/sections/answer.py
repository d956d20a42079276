"""The first screen: the answer, four numbers beside baseline's, and the recall of each strategy."""

from collections.abc import Sequence
from dataclasses import dataclass

from job.evidence.statistics.paired_t import NO_TEST
from job.report.charts.canvas import Picture
from job.report.facts import LEAST_OPTIMISM, Facts
from job.report.layout import Name, Section, Table
from job.report.metric_columns import BY_NAME
from job.report.sections.cutoffs import build_menu
from job.report.sections.overview import draw_recall, explain_no_recall
from job.report.sections.runs import Trouble, find_trouble
from job.results.decision_facts import ProbabilityState
from job.results.verdict_facts import Comparison
from job.text import NO_VALUE, counted, number, signed, whole
from job.wording import headline as wording
from job.wording.cutoffs import row_of

_TESTED = (
    ("recall", "Found of 100", " minority rows"),
    ("false_alarms_per_1000", "False alerts per 1,000", " rows"),
    ("average_precision", "Average precision", ""),
)
_AT_CUTOFF = ("recall", "false_alarms_per_1000")
_CALIBRATION = "Calibration error"
_SAME = "the same"
_NOTHING = "no value"


@dataclass(frozen=True)
class Gloss:
    """Strategies of one kind."""

    names: tuple[Name, ...]
    words: str


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

    @property
    def compared(self) -> Name | None:
        """What is compared with baseline."""
        return self.other or (self.after if self.before else None)


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


@dataclass(frozen=True)
class Answer:
    """The first screen.

    Parameters
    ----------
    trouble : Trouble or None
        Which runs failed or were degraded; None where all went well.
    told : job.wording.headline.Answer
        The sentences.
    menu : Table or None
        The cut-offs to choose from, where nothing was asked.
    beside : Beside
        Of which strategies the tiles tell.
    classifier : Name
        Of the tiles and the chart.
    glossary : tuple of Gloss
        What each strategy does.
    """

    trouble: Trouble | None
    told: wording.Answer
    menu: Table | None
    beside: Beside
    tiles: tuple[Tile, ...]
    classifier: Name
    picture: Picture | None
    why_no_picture: str
    glossary: tuple[Gloss, ...]


def build(facts: Facts) -> Section:
    """Build the section."""
    recommended, classifier, beside = facts.headline.recommended, facts.main_classifier, _find_beside(facts)
    menu = None
    if recommended is not None and facts.results.decisions.asked is None:
        menu = build_menu(facts, facts.strategy(recommended.strategy), classifier)
    picture = draw_recall(facts, classifier)
    content = Answer(
        find_trouble(facts, recommended),
        wording.tell_answer(facts.results, facts.name_shortly),
        menu,
        beside,
        _build_tiles(facts, beside),
        classifier,
        picture,
        "" if picture else explain_no_recall(classifier),
        _glossary(facts),
    )
    return Section("answer", "The answer", content)


def _glossary(facts: Facts) -> tuple[Gloss, ...]:
    """List kinds in the order of the strategies; those of which nothing is known aren't in it."""
    groups: dict[str, list[Name]] = {}
    for name in facts.strategies:
        groups.setdefault(wording.describe_strategy(facts.results.strategies[name.index]), []).append(name)
    return tuple(Gloss(tuple(names), words) for words, names in groups.items() if words)


def _find_beside(facts: Facts) -> Beside:
    """Find what to tell of with the main classifier."""
    over = f"means of {counted(facts.n_splits, 'split')}" if facts.n_splits > 1 else "one split only"
    where = "its own decision threshold" if facts.headline.cutoff is None else "the cut-off advised for it"
    over = f"each at {where}, {over}"
    recommended = facts.headline.recommended
    if recommended is None:
        note = f"nothing is recommended, so these are the values as they are; {over}"
        return Beside(None, facts.baseline, None, note)
    after, tested = facts.strategy(recommended.strategy), f"{over}, {facts.confidence} intervals"
    if after != facts.baseline:
        return Beside(facts.baseline, after, None, tested)
    other = _find_other(facts)
    return Beside(None, after, other, tested if other else over)


def _find_other(facts: Facts) -> Name | None:
    """Find what else could be done: what the answer speaks of, or else what costs least or ranks best."""
    costs, ranks = (_values(facts, metric) for metric in ("expected_cost_per_1000", facts.primary))
    costs = costs or {name: -value for name, value in ranks.items()}
    about = facts.headline.about
    told = (name for name in costs if about and about.place == (name.label, facts.main_classifier.label))
    return next(told, None) or min(costs, key=lambda name: costs[name], default=None)


def _values(facts: Facts, metric: str) -> dict[Name, float]:
    rows = ((name, facts.summary(name, facts.main_classifier, metric)) for name in facts.strategies[1:])
    return {name: row.value for name, row in rows if row.value is not None}


def _build_tiles(facts: Facts, beside: Beside) -> tuple[Tile, ...]:
    """Build the four numbers."""
    at_cutoff = () if facts.headline.cutoff is None else _AT_CUTOFF
    tiles = (_tile_at_cutoff(facts, beside, *a) if a[0] in at_cutoff else _tile(facts, beside, *a) for a in _TESTED)
    return (*tiles, _calibration(facts, beside))


def _tile_at_cutoff(facts: Facts, beside: Beside, metric: str, label: str, unit: str) -> Tile:
    """What the advised cut-offs give on the test parts: the numbers that following the advice leads to."""
    classifier, rows = facts.main_classifier.label, facts.results.decisions.rows
    names = [beside.after, beside.other or beside.before]
    mine, theirs = (None if name is None else row_of(rows, name.label, classifier) for name in names)
    value = None if mine is None else getattr(mine, metric)
    if mine is None or value is None:
        return Tile(label, unit, "", NO_VALUE, _NOTHING)
    limits = mine.intervals[metric]
    whose = f"{beside.after.short}: " if names[1] else ""
    span = "" if limits is None else " to ".join(_shown(limit, metric) for limit in limits)
    change = f"{whose}{facts.confidence} interval {span}" if span else ""
    known = None if theirs is None else getattr(theirs, metric)
    other = "" if names[1] is None or known is None else f"{names[1].short}: {_shown(known, metric)}"
    right = metric == "false_alarms_per_1000" and mine.precision is not None
    note = f"{_share(mine.precision)} of alerts are correct" if right else ""
    return Tile(label, unit, "", _shown(value, metric), change, other=other, note=note)


def _tile(facts: Facts, beside: Beside, metric: str, label: str, unit: str) -> Tile:
    row = None if beside.compared is None else _compare(facts, beside.compared, metric)
    if beside.compared is None or row is None or row.difference is None:
        shown = [_shown(value, metric) for value in _means(facts, [beside.after], [metric])] or [NO_VALUE]
        note, nothing = _note(facts, metric, beside.after, None), _NOTHING if shown == [NO_VALUE] else ""
        return Tile(label, unit, "", shown[0], nothing, note=note)
    old, new = (_shown(value, metric) for value in _means(facts, [facts.baseline, beside.compared], [metric]))
    word, tone = _judge(facts, row, row.difference)
    change = "" if word == _SAME else _change(row, row.difference)
    note = _note(facts, metric, beside.after, beside.compared)
    if beside.other:
        return Tile(label, unit, "", old, change, word, tone, f"{beside.other.short}: {new}", note)
    return Tile(label, unit, old, new, change, word, tone, note=note)


def _compare(facts: Facts, strategy: Name, metric: str) -> Comparison | None:
    place = metric, strategy.label, facts.main_classifier.label, facts.baseline.label
    rows = facts.results.comparisons
    found = next((row for row in rows if (row.metric, row.strategy, row.classifier, row.reference) == place), None)
    answers = (row for row in facts.results.verdict.rows if row.place == (strategy.label, facts.main_classifier.label))
    answer = next((row.ranking for row in answers if row.ranking.metric == metric), None)
    if found is None or answer is None or answer.lower is None:
        return found
    # The same interval and p as in the answer, which are about all oversamplers at once.
    return found.model_copy(update={"lower": answer.lower, "upper": answer.upper, "p_value": answer.p_adjusted})


def _means(facts: Facts, strategies: Sequence[Name], metrics: Sequence[str]) -> list[float]:
    """Means over the splits on which all have all values, so that they differ by what was tested; none without such."""
    splits = zip(*(facts.runs(strategy, facts.main_classifier) for strategy in strategies), strict=False)
    values = ([run.metrics[metric] for run in split for metric in metrics] for split in splits)
    shared = [[value for value in split if value is not None] for split in values if None not in split]
    return [sum(column) / len(shared) for column in zip(*shared, strict=True)]


def _note(facts: Facts, metric: str, strategy: Name, compared: Name | None) -> str:
    if metric == "recall":
        return ""
    if metric == "false_alarms_per_1000":
        return _describe_right_alarms(facts, strategy, compared)
    chance = "" if facts.chance is None else f"a random ranking has {number(facts.chance, 3)}"
    optimism = facts.optimism(strategy, facts.main_classifier)
    if not chance or optimism < LEAST_OPTIMISM:
        return chance
    return f"{chance}; small test parts inflate average precision by about {number(optimism, 2)}"


def _describe_right_alarms(facts: Facts, strategy: Name, compared: Name | None) -> str:
    """Say which share of all alerts is right, and which share it is with what is compared, or else before."""
    shown = [strategy, *([] if compared is None else [facts.baseline if compared == strategy else compared])]
    means = _means(facts, shown, ("recall", "false_alarms_per_1000"))
    if not means:
        return ""
    found = [1000 * facts.test_share * recall for recall in means[::2]]
    shares = [
        right / (right + wrong) if right + wrong else None for right, wrong in zip(found, means[1::2], strict=True)
    ]
    told = f"{_share(shares[0])}{'' if shares[0] is None else ' of alerts are correct'}"
    if shares[0] == shares[-1]:
        return told
    return f"{told}, {'before:' if compared == strategy else f'{shown[-1].short}:'} {_share(shares[-1])}"


def _share(share: float | None) -> str:
    if share is None:
        return "no alerts"
    return f"{100 * share:.0f} %" if 100 * share >= 0.95 or share == 0 else "under 1 %"


def _calibration(facts: Facts, beside: Beside) -> Tile:
    names = (beside.before, beside.after, beside.other)
    found = {name: state for name in names if name is not None and (state := _probabilities(facts, name)) is not None}
    if beside.after not in found:
        ranked = facts.values(beside.after, facts.main_classifier, "average_precision")
        why = f"{facts.main_classifier.short} gave no probabilities" if ranked else _NOTHING
        return Tile(_CALIBRATION, "", "", NO_VALUE, why)
    before, after, other = ("" if name not in found else number(found[name].ece, 3) for name in names)
    told = f"{beside.other.short}: {other}" if beside.other and other else ""
    state, whose = found[beside.after], f"{beside.after.short}: " if len(found) > 1 else ""
    if state.ece is None or state.ece_perfect_low is None or state.ece_perfect_high is None:
        return Tile(_CALIBRATION, "", before, after, "", other=told)
    perfect = f"{number(state.ece_perfect_low, 3)} to {number(state.ece_perfect_high, 3)}"
    word, tone = ("calibrated", "best") if state.ece <= state.ece_perfect_high else ("not calibrated", "worst")
    note = f"a perfectly calibrated model would have {perfect}"
    if told:
        return Tile(_CALIBRATION, "", before, after, "", other=told, note=f"{whose}{word}; {note}")
    return Tile(_CALIBRATION, "", before, after, "", word, tone, note=f"{whose}{note}")


def _probabilities(facts: Facts, strategy: Name) -> ProbabilityState | None:
    place = strategy.label, facts.main_classifier.label
    return next(row.raw for row in facts.results.calibration.rows if row.place == place)


def _shown(value: float, metric: str) -> str:
    if metric == "average_precision":
        return number(value, 3)
    return number(100 * value) if metric == "recall" else whole(value)


def _change(row: Comparison, difference: float) -> str:
    """Write a difference with its interval, with no more digits than the interval supports."""
    values = [difference, *(limit for limit in (row.lower, row.upper) if limit is not None)]
    if row.metric == "recall":
        values = [100 * value for value in values]
    rough = row.metric == "recall" or max(map(abs, values)) >= 10
    decimals = 3 if row.metric == "average_precision" else 0 if rough else 1
    shown, *limits = (signed(value, decimals) for value in values)
    return f"{shown} ({' to '.join(limits)})" if limits else shown


def _judge(facts: Facts, row: Comparison, difference: float) -> tuple[str, str]:
    """Say what the test says of a difference, and whether that is good."""
    if row.method == NO_TEST:
        return "not tested", ""
    if difference == 0 and row.lower is None:
        return _SAME, ""
    level = round(1 - facts.spec.evaluation.confidence, 12)
    if row.p_value is None or row.p_value >= level:
        return "may be chance", ""
    if (difference > 0) == (BY_NAME[row.metric].better == "higher"):
        return "better", "best"
    return "worse", "worst"
