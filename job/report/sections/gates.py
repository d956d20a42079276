"""What a CI pipeline asks: what became of the spec's rules, and what differs from an earlier job."""

from collections.abc import Iterator
from dataclasses import dataclass

from job.report.facts import Facts
from job.report.layout import Heading, Line, Section, Table, tabulate
from job.text import sentence
from job.wording.verdict_rows import count_gates, describe_causes, list_changes

_MOST_CHANGES = 200


@dataclass(frozen=True)
class Listed:
    """A sentence about rules or changes, and each of them."""

    summary: str
    table: Table


def build(facts: Facts) -> Section | None:
    """Build the section, where the spec has rules."""
    gates = facts.results.gates
    if not gates:
        return None
    headings = (Heading("Classifier"), Heading("Result"), "Value", "Interval", Heading("Reason"))
    table = tabulate("gates-rules", "Rules of the spec and their results", headings, _lines(facts), first="Rule")
    return Section("gates", "Gates", Listed(sentence(count_gates(gates)), table))


def build_against(facts: Facts) -> Section | None:
    """Build the section on what differs from earlier results, where there are any."""
    against = facts.results.against
    if against is None:
        return None
    summary, changes = describe_causes(against), list(list_changes(against))
    if len(changes) > _MOST_CHANGES:
        summary += f" The first {_MOST_CHANGES} of {len(changes):,} differences; results.json has all."
    lines = [(what, (part, values)) for part, what, values in changes[:_MOST_CHANGES]]
    headings = Heading("Part"), Heading("Old → new", hint="and the difference of a metric with its interval")
    table = tabulate("against-changes", "Differences from the earlier results", headings, lines, first="What")
    return Section("against", "Changes", Listed(summary, table))


def _lines(facts: Facts) -> Iterator[Line]:
    for gate in facts.results.gates:
        classifier = "" if gate.classifier is None else facts.name_shortly(gate.classifier)
        is_let_pass = gate.status == "undecided" and not gate.fails_job
        status = "undecided, which may pass" if is_let_pass else gate.status
        value, *ends = ("–" if each is None else f"{each:.4g}" for each in (gate.value, gate.lower, gate.upper))
        interval = "–" if gate.lower is None else " to ".join(ends)
        yield gate.rule, (classifier, status, value, interval, sentence(gate.reason or ""))
