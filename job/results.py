"""The content of results.json and timings.json: everything that is known once every run has ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from job.data.dataset import Dataset, Note
from job.data.splits import Split, note_splits, note_unused
from job.evaluation.grid import RunKey, strategies_of
from job.evaluation.metrics.run_metrics import Prediction, build_prediction, collect_runs, metric_context
from job.evaluation.worker import STATUSES, Outcome
from job.evidence.alarms import build_alarms
from job.evidence.curves import average_curves, build_best_possible
from job.evidence.diagnosis import build_diagnosis, describe_minority_types
from job.evidence.in_use import build_in_use
from job.evidence.leak import build_leak
from job.evidence.net_benefit import build_net_benefit
from job.evidence.picture import build_picture
from job.evidence.probabilities import build_harm, build_stability
from job.evidence.rescued import build_rescued
from job.evidence.study_runs import StudyRuns
from job.evidence.summary import build_levels, summarize_runs
from job.evidence.sweeps import build_sweeps
from job.evidence.synthetic_audit import build_audit
from job.evidence.verdict.cutoff_advice import advised, build_decisions
from job.evidence.verdict.judge import judge_strategies
from job.provenance import describe_environment, describe_provenance
from job.snippet.recommended_model import build_snippet
from job.spec.job_spec import JobSpec
from job.spec.strategy_entries import Entry
from job.strategies.label_keys import key_by_class
from job.strategies.recipes import recipe_of

SCHEMA_VERSION = 2


def build_results(
    spec: JobSpec, dataset: Dataset, splits: tuple[Split, ...], outcomes: Iterable[Outcome]
) -> dict[str, Any]:
    """Put together all that is known once every run has ended.

    Parameters
    ----------
    spec : JobSpec
    dataset : Dataset
    splits : tuple of Split
    outcomes : iterable of Outcome
        In the order of the enumerator, those of the runs beside the grid included.

    Returns
    -------
    dict
        The content of results.json.
    """
    written_spec = spec.model_dump(mode="json", by_alias=True, exclude={"engine"}, exclude_none=True)
    written_entries = strategies_of(spec), spec.classifiers
    keyed = key_by_class(spec, dataset)
    spec, ended = keyed.spec, list(outcomes)
    outcomes = [outcome for outcome in ended if outcome.key.study is None]
    strategies, classifiers = strategies_of(spec), spec.classifiers
    labels = [entry.label for entry in strategies], [entry.label for entry in classifiers]
    by_split = {(split.repeat, split.fold): split for split in splits}
    predictions: dict[RunKey, Prediction | None] = {
        outcome.key: build_prediction(outcome, by_split[outcome.key.repeat, outcome.key.fold], dataset)
        for outcome in outcomes
    }
    context = metric_context(spec, dataset)
    minority_types = describe_minority_types(dataset, spec.preparation, spec.seed)
    runs = collect_runs(outcomes, predictions, splits, dataset, context, spec.baseline.label)
    judged = judge_strategies(spec, dataset, splits, runs, predictions, context)
    decisions = build_decisions(spec, outcomes, predictions, splits)
    studies = StudyRuns(tuple(ended), splits, dataset, context, spec.evaluation.confidence)
    return {
        "schema_version": SCHEMA_VERSION,
        "spec": written_spec,
        "provenance": describe_provenance(written_spec, dataset.digest),
        "dataset": {
            **_describe_dataset(
                dataset,
                (*keyed.notes, *note_unused(dataset, spec.split.method), *note_splits(dataset, spec.split, splits)),
            ),
            "minority_types": minority_types,
            "diagnosis": build_diagnosis(dataset, spec.preparation, minority_types, spec.seed),
        },
        "splits": _describe_splits(spec, dataset, splits),
        "evaluation": asdict(context),
        "strategies": [
            {**_describe_entry(written), "description": _describe_strategy(entry, dataset)}
            for written, entry in zip(written_entries[0], strategies, strict=True)
        ],
        "classifiers": [_describe_entry(entry) for entry in written_entries[1]],
        "runs": runs,
        "summary": summarize_runs(runs, *labels, spec.baseline.label),
        "levels": build_levels(runs, predictions, spec.seed),
        "curves": average_curves(predictions, *labels),
        "alarms": build_alarms(predictions, *labels, context),
        "decisions": decisions,
        "best_possible": build_best_possible(dataset, splits),
        "harm": build_harm(runs, predictions, splits, spec.seed),
        "net_benefit": build_net_benefit(predictions, *labels, spec.evaluation, dataset.prevalence),
        "in_use": build_in_use(predictions, splits, *labels, spec.evaluation, dataset.y),
        "stability": build_stability(predictions, splits, *labels, dataset.y),
        "rescued": build_rescued(dataset, splits, predictions, spec.preparation, spec.seed, spec.baseline.label),
        **_with_advice(judged, decisions),
        "audit": build_audit(outcomes, labels[0]),
        "picture": build_picture(spec, dataset, splits, outcomes),
        "snippet": build_snippet(spec, dataset, runs, predictions, judged["verdict"]),
        "leak": build_leak(spec, studies),
        "sweeps": build_sweeps(spec, studies),
        "status": _count_statuses(runs),
    }


def _with_advice(judged: dict[str, Any], decisions: Mapping[str, Any]) -> dict[str, Any]:
    """Fill in the cut-off that is advised for what is recommended, and what it comes to on the test parts."""
    headline = judged["verdict"]["headline"]
    if headline["recommended"] is None:
        return judged
    advice = advised(decisions, (headline["recommended"]["strategy"], headline["recommended"]["classifier"]))
    price = {**headline["numbers"]["price"], **advice["numbers"]}
    numbers = {**headline["numbers"], "price": price, "cutoff_reason": advice["reason"]}
    told = {**headline, "cutoff": advice["cutoff"], "numbers": numbers}
    return {**judged, "verdict": {**judged["verdict"], "headline": told}}


def build_timings(outcomes: Iterable[Outcome], n_workers: int) -> dict[str, Any]:
    """Put together the durations, which never stand in results: they differ from run to run."""
    return {
        "environment": describe_environment(n_workers),
        "runs": [
            {
                **asdict(outcome.key),
                "study": outcome.key.study.words if outcome.key.study else None,
                "seconds_resample": outcome.seconds_resample,
                "seconds_fit": outcome.seconds_fit,
            }
            for outcome in outcomes
        ],
    }


def _describe_dataset(dataset: Dataset, more_notes: tuple[Note, ...]) -> dict[str, Any]:
    return {
        "source": dataset.source,
        "n_rows": dataset.n_rows,
        "n_positive": dataset.n_positive,
        "positive": dataset.positive,
        "rest": list(dataset.rest),
        "label_counts": dict(dataset.label_counts),
        "prevalence": dataset.prevalence,
        "imbalance_ratio": dataset.imbalance_ratio,
        "columns": [asdict(column) for column in dataset.columns],
        "notes": [asdict(note) for note in (*dataset.notes, *more_notes)],
    }


def _describe_splits(spec: JobSpec, dataset: Dataset, splits: tuple[Split, ...]) -> dict[str, Any]:
    def mean(numbers: Iterable[int]) -> float:
        return sum(numbers) / len(splits)

    return {
        "method": spec.split.method,
        "n_splits_total": len(splits),
        "n_repeats": len({split.repeat for split in splits}),
        "n_folds": len({split.fold for split in splits}),
        "n_train_mean": mean(len(split.train) for split in splits),
        "n_test_mean": mean(len(split.test) for split in splits),
        "n_test_positive_mean": mean(int(dataset.y[split.test].sum()) for split in splits),
    }


def _describe_strategy(entry: Entry, dataset: Dataset) -> str:
    return recipe_of(entry).describe(len(dataset.categorical), len(dataset.numeric))


def _describe_entry(entry: Entry) -> dict[str, Any]:
    return entry.model_dump(mode="json", by_alias=True, exclude_none=True)


def _count_statuses(runs: list[dict[str, Any]]) -> dict[str, int]:
    counts = Counter(run["status"] for run in runs)
    return {"n_runs": len(runs), **{f"n_{status}": counts[status] for status in STATUSES}}
