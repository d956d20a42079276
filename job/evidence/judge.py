"""From runs to comparisons, power and verdict: all that is said about differences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from job.data.dataset import Dataset
from job.data.split import Split
from job.evaluation.metrics import MetricContext, Prediction
from job.evaluation.runs import RunKey, strategies_of
from job.evidence.cases import Question, build_cases, count_minority_rows
from job.evidence.compare import compare_strategies, list_pairs
from job.evidence.headline import build_headline
from job.evidence.headline_sentences import describe_headline
from job.evidence.measured import draw_measures, measure_runs
from job.evidence.power import build_power
from job.evidence.rivals import judge_rivals
from job.evidence.roles import find_roles
from job.evidence.rules import LEAST_MINORITY_ROWS
from job.evidence.verdict import build_verdicts
from job.spec.model import JobSpec

Row = Mapping[str, Any]


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
        As in results.json; those that the spec doesn't list are left out.
    predictions : Mapping of RunKey to Prediction or None
    context : MetricContext

    Returns
    -------
    dict
        ``comparisons``, ``power`` and ``verdict`` of results.json.
    """
    strategies = [entry.label for entry in strategies_of(spec)]
    classifiers = [entry.label for entry in spec.classifiers]
    roles = find_roles(strategies_of(spec), runs)
    question = Question(spec.evaluation.primary, spec.evaluation.rope, spec.evaluation.confidence)
    measured = measure_runs(runs, [(strategy, classifier) for classifier in classifiers for strategy in strategies])
    groups = None if dataset.groups is None else dataset.groups[splits[0].test]
    measured = draw_measures(measured, predictions, roles.baseline, groups, context, spec.seed)
    pairs = list_pairs(roles, strategies, classifiers)
    comparisons = compare_strategies(measured, pairs, roles, question.rope, question.confidence)
    combinations = [(strategy, classifier) for classifier in classifiers for strategy in roles.oversamplers]
    positives = [int(dataset.y[split.test].sum()) for split in splits]
    power = build_power(
        comparisons,
        question,
        dataset.n_positive,
        sum(positives) / len(positives),
        combinations,
        roles.baseline,
    )
    n_minority_rows = count_minority_rows(dataset.y, splits)
    cases = build_cases(comparisons, measured, predictions, question, n_minority_rows, combinations, roles.baseline)
    verdicts = build_verdicts(cases, power, roles.baseline)
    prevalence = sum(positives) / sum(len(split.test) for split in splits)
    headline = build_headline(measured, verdicts, comparisons, roles, question, prevalence)
    verdict = {
        "rows": verdicts,
        "custom_against_smote": judge_rivals(
            comparisons, question, roles.baseline, n_minority_rows >= LEAST_MINORITY_ROWS
        ),
        "headline": {**headline, "sentences": describe_headline(headline, verdicts)},
    }
    return {"comparisons": comparisons, "power": power, "verdict": verdict}
