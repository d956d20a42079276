"""What changed between two jobs: data, spec, versions, every metric with its interval, and the answers."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from math import hypot

import numpy as np
from pydantic import JsonValue

from job.evidence.runs import Place, named
from job.evidence.statistics.measured import Measured, measure_runs
from job.evidence.statistics.paired_t import GROUPED_HOLDOUT, Estimates, Limits, finite
from job.names import METRICS
from job.results.job_facts import Run
from job.results.results import Results
from job.results.verdict_facts import Against, Change, MetricChange

_EARLIER = "\n"  # behind a label, which has no line break
_SEEDS = ("seed", "random_state")
_NO_CAUSE = ("title", "report", "gates")
"""Sections of the spec that no result depends on."""


def find_changes(old: Results, new: Results) -> Against:
    """Find what changed from the old results to the new ones, and what can be its cause."""
    before, after = (dict(_flatten(_facts(results))) for results in (old, new))
    found = [(path, before.get(path), after.get(path)) for path in dict.fromkeys([*after, *before])]
    differing = [(path.partition("."), one, other) for path, one, other in found if one != other]
    changes = tuple(Change(part=path[0], what=path[2], old=one, new=other) for path, one, other in differing)
    causes = _find_causes(changes, new.spec.data.generate is not None)
    return Against(causes=causes, changes=changes, metrics=tuple(_compare_metrics(old, new)))


def _facts(results: Results) -> dict[str, JsonValue]:
    dataset, verdict, recommended = results.dataset, results.verdict, results.verdict.headline.recommended
    answers = {" with ".join(row.place): row for row in verdict.rows}
    return {
        "data": {
            "digest": results.provenance.data_digest,
            "rows": dataset.n_rows,
            "positive": dataset.positive,
            "prevalence": dataset.prevalence,
            "labels": dict(dataset.label_counts),
            "columns": {column.name: f"{column.kind}, {column.role}" for column in dataset.columns},
        },
        "spec": results.spec.model_dump(mode="json", by_alias=True, exclude_unset=True),
        "versions": dict(results.provenance.versions),
        "verdict": {
            "headline": verdict.headline.code,
            "recommended": " with ".join(recommended.place) if recommended else None,
            "ranking": {name: row.ranking.code for name, row in answers.items()},
            "decision": {name: row.decision.code for name, row in answers.items()},
            "failed runs": results.status.n_failed,
        },
    }


def _flatten(value: JsonValue, path: str = "") -> Iterator[tuple[str, JsonValue]]:
    """List values by their key paths, entries of a list by their labels."""
    if isinstance(value, list) and all(isinstance(item, dict) and "label" in item for item in value):
        value = {str(item["label"]): item for item in value if isinstance(item, dict)}
    if isinstance(value, dict):
        for key, below in value.items():
            yield from _flatten(below, f"{path}.{key}" if path else key)
    else:
        yield path, value


def _find_causes(changes: Iterable[Change], is_generated: bool) -> tuple[str, ...]:
    """Name what differs of all that results are a function of; generated data follows from its seed."""
    of_spec = [change.what for change in changes if change.part == "spec"]
    seeds = [what for what in of_spec if what.rpartition(".")[2] in _SEEDS]
    asked = [what for what in of_spec if what not in seeds and what.partition(".")[0] not in _NO_CAUSE]
    data = [change for change in changes if change.part == "data" and not (is_generated and seeds)]
    versions = [change for change in changes if change.part == "versions"]
    parts = {"data": data, "spec": asked, "seed": seeds, "versions": versions}
    return tuple(cause for cause, found in parts.items() if found)


def _compare_metrics(old: Results, new: Results) -> Iterator[MetricChange]:
    before, after = ({(row.place, row.metric): row.value for row in results.summary} for results in (old, new))
    earlier = {place for place, _ in before}
    limits = _estimate(old, new, [place for place in dict.fromkeys(place for place, _ in after) if place in earlier])
    for place, metric in dict.fromkeys([*after, *before]):
        difference, lower, upper = limits.get((place, metric), (None, None, None))
        values = {"old": before.get((place, metric)), "new": after.get((place, metric))}
        yield MetricChange(**named(place), metric=metric, **values, difference=difference, lower=lower, upper=upper)


@np.errstate(all="ignore")  # a file may hold any numbers
def _estimate(old: Results, new: Results, places: Sequence[Place]) -> Mapping[tuple[Place, str], Limits]:
    """Estimate new - old: in pairs where both have the same splits, else as of two samples (Zou & Donner 2008).

    References
    ----------
    .. [1] Zou, Donner (2008). Construction of confidence limits about effect measures: a general approach. Statistics
       in Medicine 27, 1693-1702.
    """
    confidence, found = new.spec.evaluation.confidence, list[Estimates]()
    if places and _splits(old) == _splits(new):
        renamed = [run.model_copy(update={"strategy": f"{run.strategy}{_EARLIER}"}) for run in old.runs]
        earlier = [(f"{strategy}{_EARLIER}", classifier) for strategy, classifier in places]
        measured = _measure(new, [*new.runs, *renamed], [*places, *earlier])
        found.append(measured.compare(places, earlier, 0.0, confidence))
    elif places:
        found += (_measure(each, each.runs, places).compare(places, None, 0.0, confidence) for each in (old, new))
    cells = product(enumerate(places), enumerate(METRICS))
    return {(place, metric): _subtract(*(e.limits((row, at)) for e in found)) for (row, place), (at, metric) in cells}


def _splits(results: Results) -> tuple[object, ...]:
    sizes = {run.split: (run.n_train, run.n_test, run.n_test_positive) for run in results.runs}
    return results.provenance.data_digest, results.dataset.positive, results.spec.split, sizes


def _measure(results: Results, runs: Iterable[Run], places: Iterable[Place]) -> Measured:
    tuned = [entry.label for entry in results.strategies if entry.kind == "threshold"]
    file = results.spec.data.file
    holds_groups_out = file is not None and file.groups is not None and results.spec.split.method == "holdout"
    return measure_runs(runs, places, tuned, GROUPED_HOLDOUT if holds_groups_out else 0.0)


def _subtract(old: Limits, new: Limits | None = None) -> Limits:
    """Subtract two estimates; one alone is the difference already."""
    if new is None:
        return old
    (before, low, high), (after, lower, upper) = old, new
    if before is None or after is None:
        return None, None, None
    middle = finite(after - before)
    if middle is None or low is None or high is None or lower is None or upper is None:
        return middle, None, None
    below, above = hypot(after - lower, high - before), hypot(upper - after, before - low)
    return middle, finite(middle - below), finite(middle + above)
