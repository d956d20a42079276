"""The two answers for one oversampler and classifier, and what became of the spec's rules, in words."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from pydantic import JsonValue

from job.evidence.verdict import rules
from job.results.verdict_facts import Against, Gate, Means, PowerRow, Shortage, Tested, VerdictRow
from job.text import counted, listed, more_or_fewer, number, probability, rounded, sentence, show, signed

METRIC_WORDS: Mapping[str, str] = {"average_precision": "average precision", "roc_auc": "ROC AUC", "recall": "recall"}

RANKING_TITLES: Mapping[str, str] = {
    rules.UNTESTED: "Untested",
    rules.BETTER: "Better",
    rules.WORSE: "Worse",
    rules.EQUIVALENT: "Equivalent",
    rules.PROBABLY_BETTER: "Probably better",
    rules.PROBABLY_WORSE: "Probably worse",
    rules.OPEN: "Open",
}
"""Code of the ranking answer -> what tables call it."""

DECISION_TITLES: Mapping[str, str] = {
    rules.MOVED_THRESHOLD: "A different threshold",
    rules.MORE_THAN_THRESHOLD: "More than a different threshold",
    rules.NO_CHANGE: "No change",
    rules.OPEN: "Open",
}
"""Code of the decision answer -> what tables call it, where there are decisions."""

_ALLOWED = "undecided but allowed"
_SHORTAGES: Mapping[str, tuple[str, str]] = {
    "splits": ("split", "{found} with both results, {needed} needed"),
    "test_rows": ("minority row", "one split with {found} in its test part, {needed} needed there (or five splits)"),
    "rows": ("minority row", "{found} over all test parts, {needed} needed"),
    "groups": ("group", "{found} with a minority row, {needed} needed"),
}


def describe_shortage(shortage: Shortage) -> str:
    """Say what there is too little of, without a full stop."""
    noun, words = _SHORTAGES[shortage.what]
    return f"too few {noun}s ({words.format(found=counted(shortage.found, noun), needed=shortage.needed)})"


def describe_difference(tested: Tested, confidence: float) -> str:
    """Write a difference with its interval: ``+0.031 (simultaneous 95 % interval +0.012 to +0.050)``."""
    difference = signed(tested.difference, 3)
    if tested.lower is None:
        return f"{difference} on every split" if tested.reason else difference
    limits = f"{signed(tested.lower, 3)} to {signed(tested.upper, 3)}"
    return f"{difference} (simultaneous {100 * confidence:g} % interval {limits})"


def describe_probability(tested: Tested, metric: str = "") -> str:
    """Say how likely a gain or loss (in a metric) beyond the ROPE is, or neither; nothing without a test."""
    if tested.probability_equivalent is None:
        return ""
    shares = {
        "a gain{} of more than {}": tested.probability_better or 0.0,
        "no practical difference{} (at most {})": tested.probability_equivalent,
        "a loss{} of more than {}": tested.probability_worse or 0.0,
    }
    likeliest = max(shares, key=lambda words: shares[words])
    what = likeliest.format(f" in {metric}" if metric else "", _fine(tested.rope))
    return f"{probability(shares[likeliest])} probability of {what}"


def describe_decision(row: VerdictRow) -> str:
    """Say, without a capital, what its decisions find and cost beside baseline's, and how much a threshold does."""
    code, share = row.decision.code, row.decision.share_found_by_baseline
    recall, alerts = (_change(row.means[metric]) for metric in ("recall", "false_alarms_per_1000"))
    if recall is None or alerts is None:
        return "there are no decisions to compare."
    found = more_or_fewer(100 * recall, "of every 100 minority rows", "of every 100 minority rows")
    raised = more_or_fewer(alerts, "false alert", "false alerts")
    start = f"compared with baseline, at its own threshold it finds {found} and raises {raised} per 1,000 rows"
    if code == rules.NO_CHANGE:
        return f"{start}: no practical change in recall."
    if code == rules.OPEN:
        known = "" if share is None else f"on average baseline {_share(share)} at the same number of alerts, but "
        return f"{start}. {sentence(f'{known}the splits differ too much to tell how much is only another threshold')}"
    verdict = {
        rules.MOVED_THRESHOLD: (
            f"{'All' if share is not None and share >= 0.995 else 'Most'} of that comes from a "
            f"{'lower' if recall > 0 else 'higher'} decision threshold"
        ),
        rules.MORE_THAN_THRESHOLD: "That is more than a different threshold",
    }[code]
    same = "" if share is None else f": at the same number of alerts, baseline {_share(share)}"
    return f"{start}. {verdict}{same}."


def describe_needed(power: PowerRow, n_positive: int) -> str:
    """Say how many minority rows would settle what is open; nothing where that is unknown."""
    if power.low is None or power.high is None:
        return ""
    return (
        f"Detecting a true difference of {_fine(power.gain)} with 80 % power would take about {rounded(power.low)} to "
        f"{rounded(power.high)} minority rows; the data has {n_positive:,}."
    )


def count_gates(gates: Iterable[Gate]) -> str:
    """Say how many gates ended how: ``Gates: 3 passed, 1 failed``."""
    counts = Counter(_ALLOWED if gate.status == "undecided" and not gate.fails_job else gate.status for gate in gates)
    ordered = (status for status in ("passed", "failed", "undecided", _ALLOWED) if counts[status])
    return f"Gates: {', '.join(f'{counts[status]:,} {status}' for status in ordered)}"


def describe_gate(gate: Gate) -> str:
    """Say on one line what became of a gate, and why."""
    where = f" with {gate.classifier}" if gate.classifier is not None else ""
    return f"Gate {gate.status}: {gate.rule}{where}{f': {gate.reason}' if gate.reason else ''}"


def describe_causes(against: Against) -> str:
    """Say whether results differ from earlier ones, and what of all that they are a function of does."""
    causes = listed(f"the {cause}" for cause in against.causes) if against.causes else ""
    if all(row.old == row.new for row in against.metrics) and all(
        change.part != "verdict" for change in against.changes
    ):
        return f"The results are the same{f', though {causes} changed' if causes else ''}."
    if not causes:
        return "Data, spec, seed and versions are the same, so the differences come from another kind of machine."
    if {*against.causes} <= {"seed", "versions"}:
        return f"Nothing but {causes} changed, which alone explains every difference in the results."
    return f"The results differ, and {causes} changed."


def list_changes(against: Against) -> Iterator[tuple[str, str, str]]:
    """List what differs, in words: of what kind it is, what it is, and the old and the new value."""
    for change in against.changes:
        yield change.part, change.what, f"{_in_words(change.old)} → {_in_words(change.new)}"
    for row in against.metrics:
        if row.old != row.new:
            interval = "" if row.lower is None else f", interval {signed(row.lower, 4)} to {signed(row.upper, 4)}"
            difference = "" if row.difference is None else f" ({signed(row.difference, 4)}{interval})"
            what = f"{row.metric} of {row.strategy} with {row.classifier}"
            yield "metric", what, f"{number(row.old, 4)} → {number(row.new, 4)}{difference}"


def _in_words(value: JsonValue) -> str:
    return "nothing" if value is None else show(value)


def _fine(difference: float) -> str:
    return number(difference, 4 if difference < 0.0095 else 3)


def _share(share: float) -> str:
    points = round(100 * share)
    gain = f"achieves {'none' if points <= 0 else f'{points} %'} of that gain"
    return "finds as many or more" if points >= 100 else gain


def _change(means: Means) -> float | None:
    return None if means.strategy is None or means.baseline is None else means.strategy - means.baseline
