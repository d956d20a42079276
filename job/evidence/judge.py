"""From runs to comparisons, power and verdict: all that is said about differences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from job.data.dataset import Dataset
from job.data.split import Split
from job.evaluation.metrics import MetricContext, Prediction
from job.evaluation.runs import RunKey, strategies_of
from job.evidence.basis import build_basis
from job.evidence.cases import Question, build_cases, count_minority_rows
from job.evidence.compare import compare_strategies, list_pairs
from job.evidence.corrected_t import GROUPED_HOLDOUT
from job.evidence.headline import build_headline
from job.evidence.headline_sentences import describe_headline
from job.evidence.measured import Measured, draw_measures, measure_runs
from job.evidence.power import build_power
from job.evidence.rivals import judge_rivals
from job.evidence.roles import Roles, find_roles
from job.evidence.rules import LEAST_MINORITY_ROWS
from job.evidence.verdict import build_verdicts
from job.spec.entries import CalibratedEntry
from job.spec.model import JobSpec

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Sizes:
    """How many minority rows there are.

    Parameters
    ----------
    n_positive : int
        In the data.
    n_minority_rows : int
        Distinct ones over all test parts.
    n_test_positive : float
        Mean number in a test part.
    prevalence : float
        Their share of all test rows.
    """

    n_positive: int
    n_minority_rows: int
    n_test_positive: float
    prevalence: float


def judge_strategies(
    spec: JobSpec,
    dataset: Dataset,
    splits: Sequence[Split],
    runs: Sequence[Row],
    predictions: Mapping[RunKey, Prediction | None],
    context: MetricContext,
) -> dict[str, Any]:
    """Compare strategies and decide.

    Parameters
    ----------
    spec : JobSpec
    dataset : Dataset
    splits : sequence of Split
    runs : sequence of Mapping
        As in results.json; only those that the spec lists, and baseline's, are judged.
    predictions : Mapping of RunKey to Prediction or None
    context : MetricContext

    Returns
    -------
    dict
        ``comparisons``, ``power`` and ``verdict`` of results.json.
    """
    entries = [entry for entry in strategies_of(spec) if not isinstance(entry, CalibratedEntry)]
    strategies = [entry.label for entry in entries]
    classifiers = [entry.label for entry in spec.classifiers]
    roles = find_roles(entries, runs)
    question = Question(spec.evaluation.primary, spec.evaluation.rope, spec.evaluation.confidence)
    places = [(strategy, classifier) for classifier in classifiers for strategy in strategies]
    holds_groups_out = dataset.groups is not None and spec.split.method == "holdout"
    measured = measure_runs(runs, places, roles.thresholds, GROUPED_HOLDOUT if holds_groups_out else 0.0)
    groups, time = (None if each is None else each[splits[0].test] for each in (dataset.groups, dataset.time))
    measured = draw_measures(measured, predictions, roles.baseline, groups, context, spec.seed, time)
    positives = [int(dataset.y[split.test].sum()) for split in splits]
    sizes = Sizes(
        n_positive=dataset.n_positive,
        n_minority_rows=count_minority_rows(dataset.y, splits),
        n_test_positive=sum(positives) / len(splits),
        prevalence=sum(positives) / sum(len(split.test) for split in splits),
    )
    return judge_measured(measured, predictions, roles, question, sizes)


def judge_measured(
    measured: Measured,
    predictions: Mapping[RunKey, Prediction | None],
    roles: Roles,
    question: Question,
    sizes: Sizes,
) -> dict[str, Any]:
    """Compare and decide, once every metric is in one array.

    Parameters
    ----------
    measured : Measured
    predictions : Mapping of RunKey to Prediction or None
    roles : Roles
    question : Question
    sizes : Sizes

    Returns
    -------
    dict
        As `judge_strategies`.
    """
    strategies, classifiers = (list(dict.fromkeys(labels)) for labels in zip(*measured.places, strict=True))
    pairs = list_pairs(roles, strategies, classifiers)
    comparisons = compare_strategies(measured, pairs, roles, question.rope, question.confidence)
    combinations = [(strategy, classifier) for classifier in classifiers for strategy in roles.oversamplers]
    power = build_power(comparisons, question, sizes.n_positive, sizes.n_test_positive, combinations, roles.baseline)
    cases = build_cases(
        comparisons, measured, predictions, question, sizes.n_minority_rows, combinations, roles.baseline
    )
    verdicts = build_verdicts(cases, power, roles.baseline)
    headline = build_headline(measured, verdicts, comparisons, roles, question, sizes.prevalence)
    recommended = headline["recommended"]
    basis = build_basis(measured, comparisons, recommended, roles.baseline, question, sizes.n_minority_rows)
    headline = {**headline, "numbers": {**headline["numbers"], **basis}}
    enough = sizes.n_minority_rows >= LEAST_MINORITY_ROWS
    verdict = {
        "rows": verdicts,
        "custom_against_smote": judge_rivals(comparisons, question, roles.baseline, enough),
        "headline": {**headline, "sentences": describe_headline(headline, verdicts)},
    }
    return {"comparisons": comparisons, "power": power, "verdict": verdict}
