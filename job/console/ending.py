"""The last words of a job or a suite in a log: which runs did not go as asked, the means, and the answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size  # an ideograph is two columns wide

from job.text import number, one_line

if TYPE_CHECKING:  # they take long to import, and `run` has done so when it ends
    from job.pipeline import Reused
    from job.results.results import Results
    from job.results.verdict_facts import Against
    from job.suite.run_suite import SuiteResult

_STATES: Mapping[str, str] = {"failed": "failed", "degraded": "degraded", "not_applicable": "not applicable"}
"""Status -> words; the first letter marks a row of the table."""
_METRICS: tuple[tuple[str, str, int], ...] = (
    ("recall", "recall", 3),
    ("precision", "preci- sion", 3),
    ("false_alarms_per_1000", "false alerts /1,000", 1),
    ("average_precision", "average preci- sion", 3),
)
_HEIGHT = 3  # lines of a heading
_MOST_LINES = 20
_MOST_OF_A_LABEL = 40
_NONE_READ, _INCOMPLETE, _A_GATE_FAILED = 3, 4, 5  # exit codes of a suite
_GAP = "  "


def summarize_reuse(reused: Reused, output: str, quiet: bool) -> Iterator[str]:
    """Say how much of a job was there already, and why finished runs could not be kept."""
    if reused.is_unchanged and not quiet:
        yield f"Unchanged: {output} already has the report for this spec, data and version; nothing was run"
        yield from summarize_kept(0, 0, reused.problem, output, quiet)
    else:
        yield from summarize_kept(reused.n_kept, reused.n_runs, reused.problem, output, quiet)


def summarize_kept(n_kept: int, n_runs: int, problem: str | None, output: str, quiet: bool) -> Iterator[str]:
    """Say how many runs were there already, and why finished runs could not be kept."""
    if n_kept and not quiet:
        yield f"{n_kept:,} of {n_runs:,} runs kept from before"
    if problem is not None:
        yield f"Finished runs could not be stored in {output} ({problem}), so a later job will run them again"


def summarize_trouble(results: Results, quiet: bool) -> Iterator[str]:
    """Say which runs failed, were degraded or could not exist, one line for each strategy and reason.

    Parameters
    ----------
    quiet : bool
        Whether only failed runs are worth a line.
    """
    lines = [line for status in _STATES if status == "failed" or not quiet for line in _list_reasons(results, status)]
    yield from _first(lines, "; the report has all reasons")


def summarize_gates(results: Results, quiet: bool) -> Iterator[str]:
    """Say which gates fail the job and why, one line for each; and unless `quiet` how many there are of each kind."""
    from job.wording.verdict_rows import count_gates, describe_gate

    if results.gates and not quiet:
        yield count_gates(results.gates)
    failing = [describe_gate(gate) for gate in results.gates if gate.fails_job]
    yield from _first(failing, "; the report has all gates")


def summarize_suite(result: SuiteResult, output: str, quiet: bool) -> Iterator[str]:
    """Say how much was there already, which data sets have no report, which runs failed, and which gates."""
    from job.suite.suite_results import OK
    from job.wording.verdict_rows import describe_gate

    rows, ended = result.results.datasets, result.ended
    yield from summarize_kept(ended.n_kept, ended.n_runs, ended.problem, output, quiet)
    if result.unheld is not None:
        yield f"Note: {output} can't be locked ({result.unheld}), so another job may write to it at the same time"
    lost = [f"{row.status.capitalize()}: {row.dataset}: {row.reason}" for row in rows if row.status != OK]
    lost += [f"{row.dataset}: {row.n_failed:,} of {row.n_runs:,} runs failed" for row in rows if row.n_failed]
    failing = [f"{row.dataset}: {describe_gate(gate)}" for row in rows for gate in row.gates if gate.fails_job]
    for lines in (lost, failing):
        yield from _first([one_line(line) for line in lines], "; the index has all of them")


def _first(lines: Sequence[str], rest: str) -> Iterator[str]:
    """Give the first lines, and say how many more there are and where."""
    yield from lines[:_MOST_LINES]
    if len(lines) > _MOST_LINES:
        yield f"and {len(lines) - _MOST_LINES:,} more{rest}"


def exit_code_of_suite(result: SuiteResult) -> int:
    """Give 3 where no data set could be read, else 5 for a gate, 4 for a missing report or a failed run, or 0."""
    from job.suite.suite_results import OK, UNREADABLE

    rows = result.results.datasets
    if all(row.status == UNREADABLE for row in rows):
        return _NONE_READ
    if any(gate.fails_job for row in rows for gate in row.gates):
        return _A_GATE_FAILED
    return _INCOMPLETE if any(row.status != OK or row.n_failed for row in rows) else 0


def write_changes(against: Against) -> Iterator[str]:
    """Write what differs between two jobs, a line for each difference."""
    from job.wording.verdict_rows import describe_causes, list_changes

    yield describe_causes(against)
    yield from (one_line(f"{part}: {what}: {values}") for part, what, values in list_changes(against))


def _list_reasons(results: Results, status: str) -> Iterator[str]:
    from job.wording.headline import gather_reasons

    for reason, runs in gather_reasons(results.runs, status).items():
        for strategy in dict.fromkeys(run.strategy for run in runs):
            same = [run for run in runs if run.strategy == strategy]
            classifiers = list(dict.fromkeys(run.classifier for run in same))
            among = sum(run.strategy == strategy and run.classifier in classifiers for run in results.runs)
            where = "" if len(classifiers) == len(results.classifiers) else f" with {', '.join(classifiers)}"
            yield f"{_STATES[status].capitalize()}: {strategy}{where}, {len(same):,} of {among:,} runs: {reason}"


def write_answer(results: Results, width: int) -> Iterator[str]:
    """Write what the report's first screen says in words, in lines of this width."""
    from job.wording.headline import tell_answer

    told = tell_answer(results)
    warning = f"A problem with the data: {' '.join(told.problems)}" if told.problems else ""
    use = f"{told.action}{told.use}"
    for text in (warning, told.short, told.found, told.others, use, *told.cutoffs, told.sure, told.why):
        if text:
            yield from wrap(one_line(text), width)


def wrap(text: str, width: int) -> Iterator[str]:
    """Break lines between words; a word that is wider than a line stays whole."""
    line = ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if line and cell_len(longer) > width:
            yield line
            longer = word
        line = longer
    yield line


def write_table(results: Results, width: int) -> Iterator[str]:
    """Write the means over the splits: a row for each strategy, columns for each classifier.

    Parameters
    ----------
    width : int
        Columns that there are; classifiers that don't fit side by side stand one below the other.
    """
    strategies = [entry.label for entry in results.strategies]
    marks = _find_marks(results)
    names = _align(["", *[""] * (_HEIGHT - 1), "strategy", *map(_name, strategies)])
    groups = [_group(results, marks, strategies, entry.label) for entry in results.classifiers]
    for block in _blocks(groups, width - cell_len(names[0])):
        yield from (_GAP.join(parts).rstrip() for parts in zip(names, *block, strict=True))
        yield ""
    used = {mark for found in marks.values() for mark in found}
    meanings = (f"{words[0]} {words}" for words in sorted(_STATES.values()) if words[0] in used)
    n_splits = results.splits.n_splits_total
    yield "; ".join([f"Means over {n_splits:,} splits" if n_splits > 1 else "One split", *meanings])


def _find_marks(results: Results) -> dict[tuple[str, str], str]:
    """Find which cells are not what they look like."""
    marks: dict[tuple[str, str], str] = {}
    for run in results.runs:
        mark, found = run.status[0] if run.status in _STATES else "", marks.get(run.place, "")
        marks[run.place] = found if mark in found else found + mark
    return marks


def _group(
    results: Results, marks: Mapping[tuple[str, str], str], strategies: Sequence[str], classifier: str
) -> list[str]:
    """Write the columns of one classifier below its label."""
    values = {(row.strategy, row.metric): row.value for row in results.summary if row.classifier == classifier}
    columns = [
        (heading.split(), [number(values.get((strategy, metric)), decimals) for strategy in strategies])
        for metric, heading, decimals in _METRICS
    ]
    columns.append(([], [marks[strategy, classifier] for strategy in strategies]))
    aligned = (_align([*[""] * (_HEIGHT - len(head)), *head, *cells], right=True) for head, cells in columns)
    return _align([_name(classifier), *(" ".join(parts) for parts in zip(*aligned, strict=True))])


def _blocks(groups: Iterable[list[str]], room: int) -> Iterator[list[list[str]]]:
    """Part the groups into blocks that fit side by side; a block has one at least."""
    block: list[list[str]] = []
    for group in groups:
        if block and sum(len(_GAP) + cell_len(each[0]) for each in (*block, group)) > room:
            yield block
            block = []
        block.append(group)
    yield block


def _align(texts: Sequence[str], right: bool = False) -> list[str]:
    """Fill up with spaces, so that all have the width of the widest."""
    width = max(map(cell_len, texts))
    fills = [" " * (width - cell_len(text)) for text in texts]
    return [f"{fill}{text}" if right else f"{text}{fill}" for text, fill in zip(texts, fills, strict=True)]


def _name(label: str) -> str:
    name = one_line(label)
    return name if cell_len(name) <= _MOST_OF_A_LABEL else set_cell_size(name, _MOST_OF_A_LABEL - 1) + "…"
