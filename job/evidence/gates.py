"""Gates: do the results keep to the spec's rules? One row for each rule and each classifier that it holds for."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from job.evaluation.metrics.metric_registry import METRICS, Metric
from job.evidence.runs import Place
from job.evidence.statistics.measured import Measured
from job.results.job_facts import SummaryRow
from job.results.results import Results
from job.results.verdict_facts import Against, Gate, Verdict
from job.spec.job_spec import PREVIOUS, GateSpec, JobSpec

PASSED, FAILED, UNDECIDED = "passed", "failed", "undecided"
_NO_EARLIER = "no earlier result; give one with run --against"

_BY_NAME = {metric.name: (place, metric) for place, metric in enumerate(METRICS)}
_BOUNDS = {"lower": "the lower bound", "mean": "the mean", "upper": "the upper bound"}


class Reading(NamedTuple):
    """What a rule reads: a metric or an improvement, and its interval; or why there is none."""

    value: float | None = None
    lower: float | None = None
    upper: float | None = None
    reason: str | None = None


def evaluate_gates(spec: JobSpec, measured: Measured, results: Results) -> tuple[Gate, ...]:
    """Evaluate every rule on the results of a job; `measured` has every strategy that a rule may name."""
    classifiers, found = [entry.label for entry in spec.classifiers], list[Gate]()
    for rule in spec.gates:
        if rule.max_failed_runs is not None:
            n, most = results.status.n_failed, rule.max_failed_runs
            reading = Reading(n, reason=f"{n:,} of the runs failed, and max_failed_runs is {most:,}")
            found.append(_row(rule, (None, None), reading, PASSED if n <= most else FAILED))
            continue
        for place in ((str(rule.strategy), label) for label in classifiers if rule.classifier in (None, label)):
            if rule.ranking is not None:
                found.append(_judge_answer(rule, place, results.verdict))
            elif rule.versus == PREVIOUS:
                found.append(_judge_change(rule, place, results.against))
            else:
                reading = _read(measured, results.summary, rule, place, spec.evaluation.confidence)
                found.append(_judge(rule, place, reading))
    return tuple(found)


def _row(rule: GateSpec, place: tuple[str | None, str | None], reading: Reading, status: str) -> Gate:
    numbers = reading._replace(reason=None if status == PASSED else reading.reason)._asdict()
    fails = status == FAILED or (status == UNDECIDED and rule.on_undecided == "fail")
    return Gate(rule=rule.text, strategy=place[0], classifier=place[1], **numbers, status=status, fails_job=fails)


def _judge_answer(rule: GateSpec, place: Place, verdict: Verdict) -> Gate:
    answer = next((row.ranking for row in verdict.rows if row.place == place), None)
    if answer is None:
        return _row(rule, place, Reading(reason="no ranking verdict: only oversampling strategies get one"), FAILED)
    reading = Reading(answer.difference, answer.lower, answer.upper, f"the ranking verdict is {answer.code}")
    return _row(rule, place, reading, PASSED if answer.code in (rule.ranking or ()) else FAILED)


def _judge_change(rule: GateSpec, place: Place, against: Against | None) -> Gate:
    rows = against.metrics if against is not None else ()
    row = next((row for row in rows if row.place == place and row.metric == rule.metric), None)
    if row is None or row.old is None:
        return _row(rule, place, Reading(reason=_NO_EARLIER if against is None else "no earlier result"), UNDECIDED)
    why = "no value" if row.difference is None else "no interval: too few splits have a value"
    reading = Reading(row.difference, row.lower, row.upper, why)
    return _judge(rule, place, _improvement(reading, _BY_NAME[row.metric][1]))


def _read(
    measured: Measured, summary: Sequence[SummaryRow], rule: GateSpec, place: Place, confidence: float
) -> Reading:
    column, metric = _BY_NAME[str(rule.metric)]
    if rule.versus is not None:
        found = measured.compare([place], [(rule.versus, place[1])], 0.0, confidence)
        why = measured.explain_no_interval(found, (0, column))
        return _improvement(Reading(*found.limits((0, column)), why), metric)
    row = next(row for row in summary if row.place == place and row.metric == metric.name)
    if row.value is None or metric.statistic == "median":
        return Reading(row.value, reason=row.reason or "a median over the splits has no interval")
    found = measured.compare([place], None, 0.0, confidence)
    why = measured.explain_no_interval(found, (0, column))
    return Reading(*found.limits((0, column)), why and why.removesuffix(" for both"))._replace(value=row.value)


def _improvement(reading: Reading, metric: Metric) -> Reading:
    """Turn a difference, so that more is better."""
    if metric.better != "lower":
        return reading
    value, upper, lower = (None if number is None else 0.0 - number for number in reading[:3])
    return Reading(value, lower, upper, reading.reason)


def _judge(rule: GateSpec, place: Place, reading: Reading) -> Gate:
    """Compare one number, or the whole interval, with the limits of a rule."""
    value, lower, upper, reason = reading
    ends = {"lower": (lower, lower), "mean": (value, value), "upper": (upper, upper), None: (lower, upper)}
    first, last = ends[rule.bound]
    if first is None or last is None:
        return _row(rule, place, reading._replace(reason=reason or "no value"), FAILED)
    broken = list(_broken_limits(rule, first, last))
    status = FAILED if any(is_out for _, is_out in broken) else UNDECIDED if broken else PASSED
    of = " of the improvement" if rule.versus else ""
    what = _BOUNDS.get(rule.bound or "", "the interval")
    numbers = _number(first) if rule.bound else f"{_number(first)} to {_number(last)}"
    why = f"{what}{of} is {numbers}, and {' and '.join(limit for limit, _ in broken)}"
    return _row(rule, place, reading._replace(reason=why), status)


def _broken_limits(rule: GateSpec, first: float, last: float) -> Iterator[tuple[str, bool]]:
    """Find the limits that not all from first to last keeps to, in words, and whether none of it does."""
    loss = None if rule.max_loss is None else -rule.max_loss
    for key, low in (("min", rule.min), ("min_gain", rule.min_gain), ("max_loss", loss)):
        if low is not None and first < low:
            yield f"{key} is {_number(abs(low) if key == 'max_loss' else low)}", last < low
    if rule.max is not None and last > rule.max:
        yield f"max is {_number(rule.max)}", first > rule.max


def _number(value: float) -> str:
    return f"{value:.6g}"
