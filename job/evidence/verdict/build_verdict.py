"""From runs to comparisons, power and verdict: all that is said about differences."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from job.data.dataset import Dataset
from job.data.splits import Split
from job.evaluation.grid import strategies_of
from job.evaluation.metrics.run_metrics import MetricContext, Prediction
from job.evidence.runs import Place, Predictions, by_place, named
from job.evidence.statistics.comparisons import Rivals, compare_strategies, list_pairs
from job.evidence.statistics.family import Question, Sizes, build_power, judge_family, question_of
from job.evidence.statistics.measured import Measured, draw_measures, measure_runs
from job.evidence.statistics.paired_t import GROUPED_HOLDOUT
from job.evidence.strategy_kinds import Roles, find_roles
from job.evidence.verdict import rules
from job.evidence.verdict.recommendation import PRICE, build_headline
from job.evidence.verdict.rules import find_shortage, grade_decision, grade_ranking, read_at_same_alerts
from job.results import verdict_facts as facts
from job.results.job_facts import Run
from job.results.record import Pair
from job.spec.job_spec import JobSpec
from job.spec.strategy_entries import CalibratedEntry, Entry

_DIRECTIONS = {rules.BETTER: 1, rules.PROBABLY_BETTER: 1, rules.WORSE: -1, rules.PROBABLY_WORSE: -1}
QUOTED = ("average_precision", "roc_auc", *PRICE)
"""Metrics whose means over the shared splits are quoted beside the answers."""


class Judged(NamedTuple):
    """All that is said about differences, and the metrics that it rests on."""

    comparisons: tuple[facts.Comparison, ...]
    power: facts.Power
    verdict: facts.Verdict
    measured: Measured


def judge_strategies(
    spec: JobSpec,
    dataset: Dataset,
    splits: Sequence[Split],
    runs: Sequence[Run],
    predictions: Predictions,
    context: MetricContext,
) -> Judged:
    """Compare strategies and decide; only those that the spec lists, and baseline, are judged."""
    entries = [entry for entry in strategies_of(spec) if not isinstance(entry, CalibratedEntry)]
    strategies = [entry.label for entry in entries]
    classifiers = [entry.label for entry in spec.classifiers]
    tuned = frozenset(entry.label for entry in spec.classifiers if entry.tune is not None)
    roles = replace(find_roles(entries, runs), tuned_classifiers=tuned)
    question = question_of(spec)
    places = [(strategy, classifier) for classifier in classifiers for strategy in strategies]
    holds_groups_out = dataset.groups is not None and spec.split.method == "holdout"
    measured = measure_runs(runs, places, roles.thresholds, GROUPED_HOLDOUT if holds_groups_out else 0.0)
    groups, time = (None if each is None else each[splits[0].test] for each in (dataset.groups, dataset.time))
    measured = draw_measures(measured, predictions, roles.baseline, groups, context, spec.seed, time)
    positives = [int(dataset.y[split.test].sum()) for split in splits]
    is_tested = np.zeros(dataset.n_rows, dtype=bool)
    is_tested[np.concatenate([split.test for split in splits])] = True
    minority = np.flatnonzero(is_tested & (dataset.y == 1))
    sizes = Sizes(
        n_positive=dataset.n_positive,
        n_minority_rows=len(minority),
        n_minority_groups=None if dataset.groups is None else len(np.unique(dataset.groups[minority])),
        n_test_positive=sum(positives) / len(splits),
        prevalence=sum(positives) / sum(len(split.test) for split in splits),
    )
    judged = judge_measured(measured, predictions, roles, question, sizes)
    survival = build_survival(spec, judged.verdict.rows)
    return judged._replace(verdict=judged.verdict.model_copy(update={"tuning": survival})) if survival else judged


def judge_measured(
    measured: Measured, predictions: Predictions, roles: Roles, question: Question, sizes: Sizes
) -> Judged:
    """Compare and decide, once every metric is in one array."""
    strategies, classifiers = (list(dict.fromkeys(labels)) for labels in zip(*measured.places, strict=True))
    pairs = list_pairs(roles, strategies, classifiers)
    comparisons = compare_strategies(measured, pairs, roles, question)
    family = [(strategy, classifier) for classifier in classifiers for strategy in roles.oversamplers]
    metrics = question.primary, "recall"
    gains, recalls = (_against_baseline(measured, family, roles, metric, question) for metric in metrics)
    ranked = [row for row in comparisons if row.metric == "rank_gain_at_own_fpr" and row.reference == roles.baseline]
    rank_gains = {row.place: facts.Interval.model_validate(dict(row)) for row in ranked}
    others = [place for place in measured.places if place[0] != roles.baseline and place not in gains]
    everything = {**gains, **_against_baseline(measured, others, roles, question.primary, question)}
    cells = by_place(predictions, strategies, classifiers)
    rows = []
    for place in family:
        shortage = find_shortage(gains[place], sizes, measured.n_splits)
        code, gain = grade_ranking(gains[place], shortage, question), dict(gains[place])
        ranking = facts.RankingAnswer(code=code, metric=question.primary, **gain, shortage=shortage)
        baseline = roles.baseline, place[1]
        shared = [(cells[place][at], cells[baseline][at]) for at in cells[place] if at in cells[baseline]]
        recall, share = read_at_same_alerts(shared)
        decision = facts.DecisionAnswer(
            code=grade_decision(recalls[place], rank_gains[place], ranking.code != rules.UNTESTED, question),
            metric="recall",
            **dict(recalls[place]),
            rank_gain=rank_gains[place],
            recall_of_baseline_at_same_alerts=recall,
            share_found_by_baseline=share,
        )
        rows.append(
            facts.VerdictRow(
                **named(place),
                reference=roles.baseline,
                ranking=ranking,
                decision=decision,
                means={metric: measured.shared_means(metric, baseline, place) for metric in QUOTED},
                n_distinct_scores=count_distinct_scores(shared),
                **({"tuned_against_untuned": True} if _is_unfair(place, roles) else {}),
            )
        )
    codes = {row.place: _standing_of(row) for row in rows}
    baselines = {place: measured.mean_of((roles.baseline, place[1]), question.primary) for place in gains}
    rivalries = _judge_rivals(measured, pairs, question, sizes)
    headline = build_headline(measured, comparisons, everything, codes, roles, question, sizes)
    verdict = facts.Verdict(rows=tuple(rows), custom_against_smote=rivalries, headline=headline)
    return Judged(comparisons, build_power(gains, baselines, question, sizes), verdict, measured)


def _is_unfair(place: Place, roles: Roles) -> bool:
    """Tell whether a tuned strategy is compared with a baseline whose classifier isn't tuned."""
    return place[0] in roles.tuned and place[1] not in roles.tuned_classifiers


def _standing_of(row: facts.VerdictRow) -> str:
    """Return the code that counts for the headline: what is tuned against an untuned baseline is at most probable."""
    is_capped = row.tuned_against_untuned and row.ranking.code == rules.BETTER
    return rules.PROBABLY_BETTER if is_capped else row.ranking.code


def _against_baseline(
    measured: Measured, places: Sequence[Place], roles: Roles, metric: str, question: Question
) -> dict[Place, facts.Tested]:
    pairs = [(place, (roles.baseline, place[1])) for place in places]
    return dict(zip(places, judge_family(measured, pairs, metric, question), strict=True))


def _judge_rivals(
    measured: Measured, pairs: Sequence[Rivals], question: Question, sizes: Sizes
) -> tuple[facts.Rivalry, ...]:
    """Grade each ``custom`` against each plain SMOTE, with every classifier: a family of tests of its own."""
    rivals = [pair for pair in pairs if not pair.in_family]
    family = judge_family(measured, [(pair.left, pair.right) for pair in rivals], question.primary, question)
    judged = []
    for pair, tested in zip(rivals, family, strict=True):
        code = grade_ranking(tested, find_shortage(tested, sizes, measured.n_splits), question)
        judged.append(facts.Rivalry(**named(pair.left), reference=pair.right[0], code=code, **dict(tested)))
    return tuple(judged)


def count_distinct_scores(shared: Sequence[tuple[Prediction, Prediction]]) -> float | None:
    """Distinct scores in the median split, of the one of both that has fewer."""
    if not shared:
        return None
    counts = np.array([[len(prediction.ranking.true_alarms) - 1 for prediction in pair] for pair in shared])
    return float(np.median(counts, axis=0).min())


def build_survival(spec: JobSpec, rows: Iterable[facts.VerdictRow]) -> tuple[facts.Survival, ...]:
    """Find each pair whose classifier is listed both tuned and untuned; its strategy is tuned too where that is listed.

    Parameters
    ----------
    spec : JobSpec
    rows : iterable of VerdictRow

    Returns
    -------
    tuple of Survival
        In the order of the rows at defaults.
    """
    by_place = {row.place: row for row in rows}
    strategies, classifiers = (_find_twins(entries) for entries in (spec.strategies, spec.classifiers))
    tuned_labels = {entry.label for entry in spec.strategies if entry.tune is not None}
    found = []
    for (strategy, classifier), row in by_place.items():
        tuned = Pair(strategy=strategies.get(strategy, strategy), classifier=classifiers.get(classifier, classifier))
        if strategy in tuned_labels or tuned.classifier == classifier or tuned.place not in by_place:
            continue
        own, other = row.ranking, by_place[tuned.place].ranking
        found.append(
            facts.Survival(
                **named((strategy, classifier)),
                tuned=tuned,
                code=own.code,
                tuned_code=other.code,
                difference=own.difference,
                tuned_difference=other.difference,
                turned=is_turned(own.code, other.code),
            )
        )
    return tuple(found)


def is_turned(code: str, tuned_code: str) -> bool:
    """Tell whether tuning makes a gain, no difference or a loss into another of these; not where one is untested."""
    return rules.UNTESTED not in (code, tuned_code) and _DIRECTIONS.get(code, 0) != _DIRECTIONS.get(tuned_code, 0)


def _find_twins(entries: Sequence[Entry]) -> dict[str, str]:
    """Map the label of each untuned entry to that of the first that is the same but tuned."""
    plain = {"tune": None, "label": ""}
    found: dict[str, str] = {}
    for tuned in (entry for entry in entries if entry.tune is not None):
        for entry in entries:
            if entry.tune is None and entry.model_copy(update=plain) == tuned.model_copy(update=plain):
                found.setdefault(entry.label, tuned.label)
    return found
