"""What is written on request beside the numbers, each in a process of its own: none of it can lose the report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from job.data.dataset import Dataset
from job.engine.apart import run_apart
from job.evaluation.runs import strategies_of
from job.outputs import MODEL, Outputs
from job.spec.model import Entry, JobSpec

_NOTHING = "no strategy has a score with any classifier"
_NOT_LISTED = "what is recommended is no strategy of the spec itself"


def take_home(spec: JobSpec, dataset: Dataset, results: Mapping[str, Any], outputs: Outputs) -> dict[str, Any]:
    """Write what the spec's ``report`` asks for.

    Parameters
    ----------
    spec : JobSpec
    dataset : Dataset
    results : Mapping
        As results.json, with its ``snippet``: the model is that one.
    outputs : Outputs

    Returns
    -------
    dict
        ``model`` of results.json, where it was asked for.
    """
    return {"model": _save_model(spec, dataset, results["snippet"], outputs)} if spec.report.model else {}


def _save_model(spec: JobSpec, dataset: Dataset, chosen: Mapping[str, Any], outputs: Outputs) -> dict[str, Any]:
    strategies = {entry.label: entry for entry in strategies_of(spec)}
    classifiers = {entry.label: entry for entry in spec.classifiers}
    strategy, classifier = strategies.get(chosen["strategy"]), classifiers.get(chosen["classifier"])
    head = {"strategy": chosen["strategy"], "classifier": chosen["classifier"]}
    if strategy is None or classifier is None:
        reason = _NOTHING if chosen["strategy"] is None else _NOT_LISTED
        return {**head, "file": None, "trusted": [], "reason": reason}
    trusted, problem = _fit_and_save(spec, dataset, strategy, classifier, outputs)
    if trusted is None:
        outputs.path(MODEL).unlink(missing_ok=True)  # half of one, it may be
        return {**head, "file": None, "trusted": [], "reason": problem}
    return {**head, "file": MODEL, "trusted": list(trusted), "reason": None}


def _fit_and_save(
    spec: JobSpec, dataset: Dataset, strategy: Entry, classifier: Entry, outputs: Outputs
) -> tuple[tuple[str, ...] | None, str | None]:
    from job.evaluation.whole import save_model  # skops is of use to few jobs

    return run_apart(save_model, spec, dataset, strategy, classifier, outputs.path(MODEL))
