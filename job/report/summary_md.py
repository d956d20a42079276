"""The short report in Markdown, for the summary of a CI job: the answer, one table a classifier, what went wrong."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from job.report.facts import Facts, load_facts
from job.report.layout import Name
from job.report.metric_columns import BY_NAME
from job.report.sections.runs import list_runs
from job.results.results import Results
from job.text import abbreviate, counted, listed, number, signed, visible_line
from job.wording.headline import tell_answer
from job.wording.verdict_rows import count_gates, describe_causes, describe_gate

_ENTITIES = {"|": "&#124;", "<": "&lt;", ">": "&gt;", "&": "&amp;", "@": "&#64;"}
_MARKUP = re.compile(r"[\\`*\[\]~$#|<>&@]|(?<![^\W_])_|_(?![^\W_])")
_LINKS = (("://", "&#58;//"), ("www.", "www&#46;"), ("WWW.", "WWW&#46;"))
_BLOCK = re.compile(r"^([-+=:]|\d{1,9}(?=[.)]))")
MOST_BYTES = 60_000
_METRICS = ("recall", "false_alarms_per_1000", "expected_cost_per_1000")
_STATES = ("failed", "degraded", "not-applicable")
_REPORT = "[report.html](report.html)"


def escape_markdown(text: str, length: int | None = None) -> str:
    """Write text on one line in which nothing is markup, neither to Markdown nor to HTML.

    Parameters
    ----------
    length : int or None
        Letters that are kept, as `shorten` counts them; None keeps all.

    Returns
    -------
    str
        Fits a cell of a table too; an underscore inside a word stays as it is, since it is no markup there.
    """
    line = visible_line(text) if length is None else abbreviate(text, length)
    escaped = _MARKUP.sub(lambda match: _ENTITIES.get(match[0], f"\\{match[0]}"), line)
    for link, inert in _LINKS:
        escaped = escaped.replace(link, inert)
    return _BLOCK.sub(lambda match: f"\\{match[0]}" if not match[0].isdigit() else f"{match[0]}\\", escaped)


@dataclass(frozen=True)
class Limits:
    """How much of everything is written.

    Parameters
    ----------
    classifiers, strategies, reasons : int
        Tables, rows of a table, and reasons of each kind.
    letters : int
        Of a sentence or a reason.
    """

    classifiers: int
    strategies: int
    reasons: int
    letters: int


_LADDER = (Limits(1000, 1000, 1000, 2000), Limits(50, 100, 50, 1000), Limits(20, 25, 20, 500), Limits(10, 12, 5, 300))
_LEAST = Limits(5, 8, 3, 120)  # fits whatever the labels are: 45 rows, 9 reasons and 5 sentences, six bytes a letter


def render_summary(results: Results) -> str:
    """Write the summary.

    Returns
    -------
    str
        Markdown that reads as plain text too, below `MOST_BYTES` in UTF-8; it says what was left out.
    """
    facts = load_facts(results)
    texts = ("\n".join([*_lines(facts, limits), ""]) for limits in (*_LADDER, _LEAST))
    return next(text for text in texts if len(text.encode()) < MOST_BYTES)


def _lines(facts: Facts, limits: Limits) -> Iterator[str]:
    yield f"# {escape_markdown(facts.title)}"
    told = tell_answer(facts.results, facts.name_shortly)
    for problem in told.problems:
        yield from ("", f"⚠ A problem with the data: {escape_markdown(problem, limits.letters)}")
    yield from ("", f"**{escape_markdown(told.short, limits.letters)}**")
    use = f"{told.action}{told.use}"
    for paragraph in (use, *told.cutoffs, told.found, told.sure, told.others, told.why, told.choice):
        if paragraph:
            yield from ("", escape_markdown(paragraph, limits.letters))
    yield from _gates(facts, limits)
    if facts.results.against is not None:
        yield from ("", f"Against the earlier results: {escape_markdown(describe_causes(facts.results.against))}")
    for classifier in facts.classifiers[: limits.classifiers]:
        yield from ("", f"## With {escape_markdown(classifier.short)}", "")
        yield from _table(facts, classifier, limits)
    means = f"Means over {counted(facts.n_splits, 'split')}" if facts.n_splits > 1 else "One split only"
    yield from ("", f"{means}; in brackets the difference from {escape_markdown(facts.baseline.short)}.")
    yield from _trouble(facts, limits)
    if cut := _left_out(facts, limits):
        yield from ("", f"Left out here, for want of room: {listed(cut)}.")
    yield from ("", f"The whole report: {_REPORT}")


def _gates(facts: Facts, limits: Limits) -> Iterator[str]:
    """List the gates, those that fail the job first."""
    gates = sorted(facts.results.gates, key=lambda gate: (not gate.fails_job, gate.status == "passed"))
    if gates:
        yield from ("", "## Gates", "", f"{count_gates(gates)}.", "")
    for gate in gates[: limits.reasons]:
        text = escape_markdown(describe_gate(gate), limits.letters)
        yield f"- **{text}**" if gate.fails_job else f"- {text}"
    if len(gates) > limits.reasons:
        yield f"- and {counted(len(gates) - limits.reasons, 'more gate')}"


def _table(facts: Facts, classifier: Name, limits: Limits) -> Iterator[str]:
    metrics = facts.with_values((facts.primary, *_METRICS))
    yield f"| Strategy | {' | '.join(BY_NAME[metric].label for metric in metrics)} |"
    yield f"| --- |{' ---: |' * len(metrics)}"
    for strategy in _kept(facts, limits):
        cells = (_cell(facts, strategy, classifier, metric) for metric in metrics)
        yield f"| {escape_markdown(strategy.short)} | {' | '.join(cells)} |"


def _kept(facts: Facts, limits: Limits) -> Sequence[Name]:
    """The first strategies, and what is recommended."""
    recommended = facts.headline.recommended
    rest = facts.strategies[limits.strategies :]
    further = (name for name in rest if recommended is not None and name.label == recommended.strategy)
    return (*facts.strategies[: limits.strategies], *further)


def _cell(facts: Facts, strategy: Name, classifier: Name, metric: str) -> str:
    row = facts.summary(strategy, classifier, metric)
    decimals = facts.decimals(classifier, metric)
    if strategy == facts.baseline or row.difference is None:
        return number(row.value, decimals)
    return f"{number(row.value, decimals)} ({signed(row.difference, decimals)})"


def _trouble(facts: Facts, limits: Limits) -> Iterator[str]:
    content = list_runs(facts)
    yield from ("", "## Runs", "", escape_markdown(content.summary))
    for state in content.states:
        if state.key not in _STATES or not state.reasons:
            continue
        yield from ("", f"{state.title}:", "")
        for reason in state.reasons[: limits.reasons]:
            where, why = (escape_markdown(text, limits.letters) for text in (reason.where, reason.text))
            yield f"- {where}: {why}"
        if len(state.reasons) > limits.reasons:
            yield f"- and {counted(len(state.reasons) - limits.reasons, 'more reason')}"


def _left_out(facts: Facts, limits: Limits) -> list[str]:
    tables = len(facts.classifiers) - limits.classifiers
    rows = len(facts.strategies) - len(_kept(facts, limits))
    left_out = [f"the tables of {counted(tables, 'more classifier')}"] if tables > 0 else []
    return left_out + ([f"the rows of {counted(rows, 'more strategy', 'more strategies')}"] if rows > 0 else [])
