"""Does it survive tuning? Verdicts of pairs at their defaults and tuned, and what was chosen on every split."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from job.evidence.verdict.rules import UNTESTED
from job.report.charts.canvas import Block
from job.report.facts import Facts
from job.report.layout import Heading, Line, Name, Section, Table, tabulate
from job.results.job_facts import Run, TunedRun
from job.results.verdict_facts import Survival
from job.text import abbreviate, counted, signed
from job.wording.verdict_rows import METRIC_WORDS, RANKING_TITLES

_LONGEST = 60
_ANSWERS = (Heading("At defaults"), Heading("Tuned"), Heading("Does it survive?"))
_CHOSEN = (Heading("Splits that chose the defaults"), Heading("Different choices"), Heading("Chosen values"))


@dataclass(frozen=True)
class Tuning:
    """What tuning changes.

    Parameters
    ----------
    summary : str
        How many verdicts it turns.
    reading : str
        How candidates are compared.
    blocks : tuple of Block
        Of each classifier the verdicts beside those of its tuned twin, and what was chosen where it or a strategy is
        tuned; in detail the choice on every split.
    """

    summary: str
    reading: str
    blocks: tuple[Block, ...]


def build(facts: Facts) -> Section | None:
    """Build the section; None where nothing is tuned."""
    if not any(run.tuned for run in facts.results.runs):
        return None
    rows = facts.results.verdict.tuning
    blocks = tuple(_block(facts, name) for name in facts.classifiers)
    noted = counted(sum(row.turned for row in rows), "verdict changed", "verdicts changed") if rows else ""
    content = Tuning(_summarize(rows), _explain(facts), tuple(block for block in blocks if block.tables))
    return Section("tuning", "Does it survive tuning?", content, noted)


def _summarize(rows: Sequence[Survival]) -> str:
    if not rows:
        return (
            "No oversampler has a verdict with the same classifier both tuned and untuned. List each classifier twice, "
            "once with tune: true, to see whether verdicts survive."
        )
    tested = [row for row in rows if UNTESTED not in (row.code, row.tuned_code)]
    n_turned = sum(row.turned for row in tested)
    return f"Verdicts that tuning changes: {n_turned:,} of {len(tested):,} tested both tuned and untuned."


def _explain(facts: Facts) -> str:
    folds = "that test on later rows than they train on" if facts.splits.method == "time" else "of the training part"
    return (
        "In each training part, seeded candidates are compared by their mean "
        f"{METRIC_WORDS[facts.primary]} on inner folds {folds}, each prepared and resampled by itself; test rows have "
        "no part in it. Every strategy has the same candidates for a classifier, the defaults among them. A verdict "
        "changes where it goes from one of a gain, no shown difference and a loss to another. Where the chosen "
        "parameters differ from split to split, they matter little."
    )


def _block(facts: Facts, classifier: Name) -> Block:
    rows = [row for row in facts.results.verdict.tuning if row.classifier == classifier.label]
    tuned = {name: runs for name in facts.strategies if (runs := _tuned_runs(facts, name, classifier))}
    tables = [_survival(facts, classifier, rows)] if rows else []
    tables += [_choices(classifier, tuned)] if tuned else []
    return Block(classifier, tables=tuple(tables), details=(_by_split(classifier, tuned),) if tuned else ())


def _tuned_runs(facts: Facts, strategy: Name, classifier: Name) -> dict[tuple[int, int], TunedRun]:
    runs: Sequence[Run] = facts.runs(strategy, classifier)
    return {run.split: run.tuned for run in runs if run.tuned is not None}


def _survival(facts: Facts, classifier: Name, rows: Sequence[Survival]) -> Table:
    lines: list[Line] = []
    for row in rows:
        default, tuned = _graded(row.code, row.difference), _graded(row.tuned_code, row.tuned_difference)
        twin = f" ({facts.name_shortly(row.tuned.strategy)})" if row.tuned.strategy != row.strategy else ""
        survives = "untested" if UNTESTED in (row.code, row.tuned_code) else "no" if row.turned else "yes"
        lines.append((facts.strategy(row.strategy), (default, f"{tuned}{twin}", survives)))
    twin = facts.name_shortly(rows[0].tuned.classifier)
    caption = f"Does it rank better than {facts.baseline.short} with {classifier.short}, and with {twin}?"
    return tabulate(f"survival-{classifier.index}", caption, _ANSWERS, lines)


def _graded(code: str, difference: float | None) -> str:
    return RANKING_TITLES[code] if difference is None else f"{RANKING_TITLES[code]} ({signed(difference, 3)})"


def _choices(classifier: Name, tuned: Mapping[Name, Mapping[tuple[int, int], TunedRun]]) -> Table:
    lines: list[Line] = []
    for name, runs in tuned.items():
        n_default = sum(run.candidate == 0 for run in runs.values())
        n_different = len({run.candidate for run in runs.values()})
        most = max(run.n_candidates for run in runs.values())
        cells = (f"{n_default:,} of {len(runs):,}", f"{n_different:,} of {most:,}", "; ".join(_spreads(runs)) or "–")
        lines.append((name, cells))
    return tabulate(f"chosen-{classifier.index}", f"What tuning chose with {classifier.short}", _CHOSEN, lines)


def _spreads(runs: Mapping[tuple[int, int], TunedRun]) -> Iterator[str]:
    """Say which values each parameter took where it wasn't left at its default."""
    for name in dict.fromkeys(name for run in runs.values() for name in run.params):
        values = [run.params[name] for run in runs.values() if name in run.params]
        numbers = [value for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
        if len(numbers) == len(values):
            ends = dict.fromkeys((min(numbers), max(numbers)))
            yield f"{name} {' to '.join(f'{end:.4g}' for end in ends)}"
        else:
            counts = Counter(_written(value) for value in values)
            told = ", ".join(f"{value} ({n})" if len(counts) > 1 else value for value, n in counts.most_common())
            yield f"{name} {told}"


def _by_split(classifier: Name, tuned: Mapping[Name, Mapping[tuple[int, int], TunedRun]]) -> Table:
    """List what was chosen on each split, one column for each strategy."""
    splits = dict.fromkeys(split for runs in tuned.values() for split in runs)
    chosen = ((split, [_told(runs.get(split)) for runs in tuned.values()]) for split in splits)
    lines: list[Line] = [(f"repeat {repeat}, fold {fold}", cells) for (repeat, fold), cells in chosen]
    headings = [Heading(name.short) for name in tuned]
    caption = f"Parameters chosen on each split with {classifier.short}"
    return tabulate(f"choices-{classifier.index}", caption, headings, lines, first="Split")


def _told(run: TunedRun | None) -> str:
    if run is None:
        return "–"
    told = ", ".join(f"{name}={_written(value)}" for name, value in run.params.items())
    return told or "defaults"


def _written(value: JsonValue) -> str:
    return f"{value:.4g}" if isinstance(value, float) else abbreviate(str(value), _LONGEST)
