"""The content of results.json and timings.json: everything that is known once every run has ended."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from job.data.dataset import Dataset
from job.data.splits import Split, note_splits, note_unused
from job.evaluation.evaluate_unit import STATUSES, Outcome
from job.evaluation.grid import strategies_of
from job.evaluation.metrics.run_metrics import build_prediction, metric_context
from job.evidence.alarms import build_alarms
from job.evidence.curves import average_curves, build_best_possible, with_decisions
from job.evidence.diagnosis import build_diagnosis, describe_minority_types
from job.evidence.gates import evaluate_gates
from job.evidence.leak import build_leak
from job.evidence.net_benefit import build_in_use, build_net_benefit
from job.evidence.picture import build_picture
from job.evidence.probabilities import build_calibration, build_stability
from job.evidence.rescued import build_rescued
from job.evidence.runs import StudyRuns, by_place, collect_runs
from job.evidence.statistics.changes import find_changes
from job.evidence.strategy_kinds import find_kinds
from job.evidence.summary import build_levels, build_tradeoff, part_gains, summarize_runs
from job.evidence.sweeps import build_sweeps
from job.evidence.synthetic_audit import build_audit
from job.evidence.verdict.build_verdict import judge_strategies
from job.evidence.verdict.cutoff_advice import build_decisions, with_advice
from job.provenance import describe_environment, describe_provenance
from job.results.job_facts import DatasetFacts, Run, SplitFacts, StatusCounts, StrategyFacts, WrittenSpec
from job.results.results import SCHEMA_VERSION, Results, RunTime, Timings
from job.results.verdict_facts import Verdict
from job.snippet.recommended_model import build_snippet
from job.spec.job_spec import JobSpec
from job.spec.strategy_entries import Entry
from job.strategies.label_keys import Keyed, key_by_class
from job.strategies.recipes import recipe_of


class Earlier(NamedTuple):
    """Earlier results, and the digest of their file."""

    results: Results
    digest: str


def build_results(
    spec: JobSpec,
    dataset: Dataset,
    splits: tuple[Split, ...],
    outcomes: Iterable[Outcome],
    earlier: Earlier | None = None,
) -> Results:
    """Put together all that is known; outcomes come in the order of the enumerator, those beside the grid included."""
    written = spec.model_dump(mode="json", by_alias=True, exclude={"engine"}, exclude_none=True)
    written_spec, entries, keyed = WrittenSpec.model_validate(written), strategies_of(spec), key_by_class(spec, dataset)
    spec, ended = keyed.spec, tuple(outcomes)
    grid = [outcome for outcome in ended if outcome.key.study is None]
    labels = [entry.label for entry in strategies_of(spec)], [entry.label for entry in spec.classifiers]
    by_split = {(split.repeat, split.fold): split for split in splits}
    places = ((outcome, by_split[outcome.key.repeat, outcome.key.fold]) for outcome in grid)
    predictions = {outcome.key: build_prediction(outcome, split, dataset) for outcome, split in places}
    cells, context = by_place(predictions, *labels), metric_context(spec, dataset)
    runs = collect_runs(grid, predictions, splits, dataset, context, spec.baseline.label)
    summary = summarize_runs(runs, *labels, spec.baseline.label)
    judged = judge_strategies(spec, dataset, splits, runs, predictions, context)
    decisions = build_decisions(spec, grid, cells, splits)
    studies = StudyRuns(ended, splits, dataset, context, spec.evaluation.confidence)
    headline = judged.verdict.headline
    results = Results(
        schema_version=SCHEMA_VERSION,
        spec=written_spec,
        provenance=describe_provenance(written, dataset.digest),
        dataset=_describe_dataset(keyed, dataset, splits),
        splits=_describe_splits(spec, dataset, splits),
        evaluation=context,
        strategies=_describe_strategies(entries, spec, dataset, runs, judged.verdict),
        classifiers=written_spec.classifiers,
        runs=runs,
        summary=summary,
        tradeoff=build_tradeoff(runs, summary),
        gains=part_gains(runs, spec.baseline.label),
        levels=build_levels(runs, predictions, spec.seed),
        curves=with_decisions(average_curves(cells), summary),
        alarms=build_alarms(cells, context),
        decisions=decisions,
        best_possible=build_best_possible(dataset, splits),
        calibration=build_calibration(runs, predictions, splits, spec.seed),
        net_benefit=build_net_benefit(cells, spec.evaluation, dataset.prevalence),
        in_use=build_in_use(cells, splits, spec.evaluation, dataset.y),
        stability=build_stability(cells, splits, dataset.y),
        rescued=build_rescued(spec, dataset, splits, predictions),
        comparisons=judged.comparisons,
        power=judged.power,
        verdict=judged.verdict.model_copy(update={"headline": with_advice(headline, decisions)}),
        audit=build_audit(grid, labels[0]),
        picture=build_picture(spec, dataset, splits, grid),
        snippet=build_snippet(spec, dataset, runs, predictions, headline.recommended),
        leak=build_leak(spec, studies),
        sweeps=build_sweeps(spec, studies),
        status=_count_statuses(runs),
    )
    if earlier is not None:
        provenance = results.provenance.model_copy(update={"against_digest": earlier.digest})
        changes = {"against": find_changes(earlier.results, results), "provenance": provenance}
        results = results.model_copy(update=changes)
    gates = evaluate_gates(spec, judged.measured, results)
    return results.model_copy(update={"gates": gates}) if gates else results


def _describe_strategies(
    written: Iterable[Entry], spec: JobSpec, dataset: Dataset, runs: Sequence[Run], verdict: Verdict
) -> tuple[StrategyFacts, ...]:
    """Say what each strategy, as it was written, does once its parameters are keyed by class."""
    entries = strategies_of(spec)
    kinds = find_kinds(entries, runs, {row.strategy for row in verdict.rows})
    sizes = len(dataset.categorical), len(dataset.numeric)
    found = []
    for entry, keyed in zip(written, entries, strict=True):
        facts = {"description": recipe_of(keyed).describe(*sizes), "kind": kinds[entry.label]}
        said = entry.model_dump(mode="json", by_alias=True, exclude_none=True)
        found.append(StrategyFacts.model_validate(said | facts))
    return tuple(found)


def _describe_dataset(keyed: Keyed, dataset: Dataset, splits: tuple[Split, ...]) -> DatasetFacts:
    spec = keyed.spec
    more_notes = *keyed.notes, *note_unused(dataset, spec.split.method), *note_splits(dataset, spec.split, splits)
    minority_types = describe_minority_types(dataset, spec.preparation, spec.seed)
    return DatasetFacts(
        source=dataset.source,
        n_rows=dataset.n_rows,
        n_positive=dataset.n_positive,
        positive=dataset.positive,
        rest=dataset.rest,
        label_counts=dataset.label_counts,
        prevalence=dataset.prevalence,
        imbalance_ratio=dataset.imbalance_ratio,
        columns=dataset.columns,
        notes=(*dataset.notes, *more_notes),
        minority_types=minority_types,
        diagnosis=build_diagnosis(dataset, spec.preparation, minority_types, spec.seed),
    )


def _describe_splits(spec: JobSpec, dataset: Dataset, splits: tuple[Split, ...]) -> SplitFacts:
    def mean(numbers: Iterable[int]) -> float:
        return sum(numbers) / len(splits)

    return SplitFacts(
        method=spec.split.method,
        n_splits_total=len(splits),
        n_repeats=len({split.repeat for split in splits}),
        n_folds=len({split.fold for split in splits}),
        n_train_mean=mean(len(split.train) for split in splits),
        n_test_mean=mean(len(split.test) for split in splits),
        n_test_positive_mean=mean(int(dataset.y[split.test].sum()) for split in splits),
    )


def _count_statuses(runs: Sequence[Run]) -> StatusCounts:
    counts = Counter(run.status for run in runs)
    return StatusCounts(n_runs=len(runs), **{f"n_{status}": counts[status] for status in STATUSES})


def build_timings(outcomes: Iterable[Outcome], n_workers: int) -> Timings:
    """Put together the durations, which never stand in results: they differ from run to run."""
    runs = (
        RunTime(
            strategy=outcome.key.strategy,
            classifier=outcome.key.classifier,
            repeat=outcome.key.repeat,
            fold=outcome.key.fold,
            study=outcome.key.study.words if outcome.key.study else None,
            seconds_resample=outcome.seconds_resample,
            seconds_fit=outcome.seconds_fit,
        )
        for outcome in outcomes
    )
    return Timings(environment=describe_environment(n_workers), runs=tuple(runs))
