"""From the runs of a small job to its verdict: every state, and the same numbers again."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from factories import make_dataset, make_spec
from judged import make_run
from predictions import CONTEXT

from job.data.splits import Split
from job.evaluation.grid import RunKey
from job.evaluation.metrics.run_metrics import Prediction, evaluate_metrics
from job.evidence.verdict.build_verdict import judge_strategies
from job.results.record import Pair
from job.results.verdict_facts import Shortage

STRATEGIES = ["baseline", "threshold", "smote", "custom"]


def make_job(n_repeats=20, n=1000, n_positive=100, strategies=STRATEGIES, groups=None, skill=None, moved=(), seed=1):
    """A job on made scores: strategies in `skill` rank better by that much, those in `moved` raise more alerts."""
    spec = make_spec(split={"n_repeats": n_repeats}, strategies=list(strategies))
    dataset = replace(make_dataset(n, n_positive), groups=groups)
    luck = np.random.default_rng(seed)
    splits, predictions, runs = [], {}, []
    easy = luck.normal(size=n)
    for repeat in range(n_repeats):
        test = np.sort(
            np.concatenate(
                [
                    luck.permutation(np.flatnonzero(dataset.y == label))[: round(share)]
                    for label, share in ((0, 0.4 * (n - n_positive)), (1, 0.4 * n_positive))
                ]
            )
        )
        split = Split(repeat, 0, np.setdiff1d(np.arange(n), test), test)
        splits.append(split)
        y, shared = dataset.y[test], 0.5 * luck.normal(size=len(test)) + easy[test]
        labels = [entry if isinstance(entry, str) else entry["label"] for entry in strategies]
        for label in labels:
            logits = (1.5 + (skill or {}).get(label, 0)) * y + shared - 2 + 2 * (label in moved)
            if label not in ("baseline", "threshold"):
                logits = logits + 0.1 * luck.normal(size=len(y))
            scores = 1 / (1 + np.exp(-logits))
            decisions = (scores > (0.2 if label == "threshold" else 0.5)).astype(np.int8)
            prediction = Prediction(y, scores, decisions, True, 0.1, 0.1)
            predictions[RunKey(label, "logistic_regression", repeat, 0)] = prediction
            reference = predictions[RunKey(labels[0], "logistic_regression", repeat, 0)]
            metrics, undefined = evaluate_metrics(prediction, reference, CONTEXT)
            runs.append(run_on(label, split, dataset, metrics, undefined))
    return SimpleNamespace(
        spec=spec, dataset=dataset, splits=tuple(splits), runs=runs, predictions=predictions, context=CONTEXT
    )


def run_on(label, split, dataset, metrics, undefined):
    n_positive = int(dataset.y[split.train].sum())
    train = {"n_train": len(split.train), "n_train_positive": n_positive}
    resampled = {"n_resampled": len(split.train), "n_resampled_positive": n_positive}
    test = {"n_test": len(split.test), "n_test_positive": int(dataset.y[split.test].sum())}
    found = {**train, **resampled, **test, "metrics": metrics, "undefined": undefined}
    return make_run(label, "logistic_regression", split.repeat, **found)


def without_metrics(run):
    return run.model_copy(update={"metrics": dict.fromkeys(run.metrics)})


def judge(job):
    return judge_strategies(**vars(job))


def codes_of(judged, answer="ranking"):
    return {row.strategy: getattr(row, answer).code for row in judged.verdict.rows}


def named(strategy):
    return Pair(strategy=strategy, classifier="logistic_regression")


def test_a_moved_threshold_is_told_from_a_better_ranking():
    """the one that only raises more alerts is found out, the one that ranks better is recommended"""
    judged = judge(make_job(moved=("smote",), skill={"custom": 1.0}))
    assert {"smote": "moved_threshold", "custom": "more_than_threshold"} == codes_of(judged, "decision")
    assert "better" == codes_of(judged)["custom"]
    assert codes_of(judged)["smote"] in ("open", "equivalent")
    shares = [row.decision.share_found_by_baseline for row in judged.verdict.rows]
    assert shares[0] > 0.9
    assert shares[1] < 0.5
    headline = judged.verdict.headline
    assert ("helps", named("custom"), named("custom")) == (headline.code, headline.about, headline.recommended)
    (rival,) = judged.verdict.custom_against_smote
    assert "better" == rival.code


def test_a_worse_ranking_is_told():
    """with each answer its own way, and then something without synthetic rows is recommended"""
    judged = judge(make_job(skill={"smote": -1.0, "custom": -1.0}))
    assert {"smote": "worse", "custom": "worse"} == codes_of(judged)
    headline = judged.verdict.headline
    assert ("harms", named("baseline")) == (headline.code, headline.recommended)


def test_every_row_has_both_answers_with_their_evidence():
    """each with code, difference, interval and probability, and the interval agrees with the code"""
    judged = judge(make_job(moved=("smote",), skill={"custom": 1.0}))
    for row in judged.verdict.rows:
        for answer in (row.ranking, row.decision):
            assert answer.lower <= answer.difference <= answer.upper
            assert (answer.p_adjusted < 0.05) == (answer.lower > 0 or answer.upper < 0)
            shares = (answer.probability_better, answer.probability_equivalent, answer.probability_worse)
            assert pytest.approx(1) == sum(shares)
    beside = [row for row in judged.comparisons if (row.metric, row.reference) == ("average_precision", "baseline")]
    plain = {row.strategy: row for row in beside}
    simultaneous = {row.strategy: row.ranking for row in judged.verdict.rows}
    for label in ("smote", "custom"):
        assert plain[label].difference == simultaneous[label].difference
        assert plain[label].p_value == pytest.approx(simultaneous[label].p_value)
    assert simultaneous["smote"].p_adjusted >= simultaneous["smote"].p_value


def test_the_evidence_of_a_decision_is_that_of_its_comparison():
    """the rank gain beside it is the row of comparisons.csv, and oversamplers are counted with one classifier too"""
    judged = judge(make_job(skill={"custom": 0.8}))
    for row in judged.verdict.rows:
        (compared,) = [
            each
            for each in judged.comparisons
            if (*each.place, each.reference, each.metric) == (*row.place, "baseline", "rank_gain_at_own_fpr")
        ]
        told = row.decision.rank_gain
        assert (compared.difference, compared.lower, compared.upper) == (told.difference, told.lower, told.upper)
    assert 2 == judged.verdict.headline.n_oversamplers


def test_few_minority_rows_say_nothing():
    """under 20 distinct ones oversamplers are untested: how many it takes is said, and baseline is recommended"""
    judged = judge(make_job(n_positive=15))
    assert {"untested"} == set(codes_of(judged).values())
    assert Shortage(what="rows", found=15, needed=20) == judged.verdict.rows[0].ranking.shortage
    headline = judged.verdict.headline
    assert ("cannot_tell", named("baseline")) == (headline.code, headline.recommended)
    assert "untested" == judged.verdict.custom_against_smote[0].code
    assert {"open"} == set(codes_of(judged, "decision").values())


def test_one_split_is_bootstrapped():
    """with one split and 40 minority rows in its test part the rows are drawn again; it is at most probable"""
    judged = judge(make_job(n_repeats=1, n_positive=120, skill={"custom": 1.5}))
    rows = {
        row.strategy: row
        for row in judged.comparisons
        if row.metric == "average_precision" and row.reference == "baseline"
    }
    assert {"paired_bootstrap_one_split"} == {row.method for row in rows.values()}
    assert (0.0, 1.0) == (rows["threshold"].difference, rows["threshold"].p_value)
    assert rows["custom"].lower > 0
    assert "probably_better" == codes_of(judged)["custom"]
    assert "probably_helps" == judged.verdict.headline.code
    assert judged.comparisons == judge(make_job(n_repeats=1, n_positive=120, skill={"custom": 1.5})).comparisons


@pytest.mark.parametrize(
    ("n_repeats", "n_positive", "shortage"),
    [
        (1, 90, Shortage(what="test_rows", found=36, needed=40)),
        (4, 120, Shortage(what="splits", found=4, needed=5)),
    ],
)
def test_too_few_splits_say_nothing(n_repeats, n_positive, shortage):
    """one split without rows enough for a bootstrap, or fewer than five; a pair is recommended all the same"""
    judged = judge(make_job(n_repeats=n_repeats, n_positive=n_positive, skill={"custom": 1.5}))
    assert {"untested"} == set(codes_of(judged).values())
    assert [shortage] * 2 == [row.ranking.shortage for row in judged.verdict.rows]
    headline = judged.verdict.headline
    assert ("cannot_tell", named("baseline")) == (headline.code, headline.recommended)


def errors_of(job, metric):
    """Method and standard error of each strategy beside baseline."""
    rows = judge(job).comparisons
    beside = [row for row in rows if (row.metric, row.reference) == (metric, "baseline")]
    return {row.strategy: (row.method, row.se) for row in beside}


def test_a_grouped_holdout_counts_the_groups_that_train():
    """another training set has other groups, so intervals of rankings are wider too, and their method is named"""
    plain, grouped = (make_job(groups=groups) for groups in (None, np.arange(1000) % 100))
    (one, se), (other, wider) = (errors_of(job, "average_precision")["smote"] for job in (plain, grouped))
    assert ("corrected_resampled_t", "corrected_resampled_t_training") == (one, other)
    assert wider > 1.1 * se


def test_a_tuned_cut_off_has_the_widest_intervals():
    """the same false alerts are less certain where the cut-off is tuned"""
    job = make_job(strategies=["baseline", "threshold", {"name": "class_weight", "label": "same"}])
    for place, run in enumerate(job.runs):
        if run.strategy == "same":
            job.runs[place] = run.model_copy(update={"metrics": job.runs[place - 1].metrics})
    errors = errors_of(job, "false_alarms_per_1000")
    assert errors["threshold"][1] > 1.05 * errors["same"][1]


def test_one_split_in_time_is_bootstrapped_in_blocks():
    """rows that follow each other are drawn together where there is a time"""
    job = make_job(n_repeats=1, n_positive=120)
    timed = SimpleNamespace(**{**vars(job), "dataset": replace(job.dataset, time=np.arange(1000.0))})
    for metric in ("average_precision", "brier"):
        one, other = (errors_of(each, metric)["smote"] for each in (job, timed))
        assert one[0] == other[0] == "paired_bootstrap_one_split"
        assert one[1] != other[1]


def test_few_groups_are_not_bootstrapped():
    """many rows of few groups are few"""
    few, many = (np.arange(1000) % n for n in (5, 200))
    assert {"untested"} == set(codes_of(judge(make_job(1, n_positive=120, groups=few))).values())
    assert "untested" not in codes_of(judge(make_job(1, n_positive=120, groups=many))).values()


def test_one_split_lacks_what_it_lacks():
    """forty minority rows are enough, so what is untested there lacks groups or results, and not rows"""
    failed = make_job(1, n_positive=120)
    for place, run in enumerate(failed.runs):
        if run.strategy == "smote":
            failed.runs[place] = without_metrics(run)
            failed.predictions[RunKey("smote", "logistic_regression", 0, 0)] = None
    for job in (make_job(1, n_positive=120, groups=np.arange(1000) % 5), failed):
        ranking = judge(job).verdict.rows[0].ranking
        assert "untested" == ranking.code
        assert ranking.shortage.found < ranking.shortage.needed, ranking.shortage


def test_few_groups_are_few_over_many_splits_too():
    """the group is the unit: nineteen that have a minority row are too few, twenty are enough"""
    for n_groups, shortage in ((19, Shortage(what="groups", found=19, needed=20)), (20, None)):
        judged = judge(make_job(n_positive=500, groups=np.arange(1000) % n_groups))
        assert [shortage] * 2 == [row.ranking.shortage for row in judged.verdict.rows]


def test_without_an_over_sampler_there_is_still_a_recommendation():
    """the job then says that it wasn't asked"""
    judged = judge(make_job(strategies=["baseline", "threshold"]))
    assert ((), ()) == (judged.verdict.rows, judged.verdict.custom_against_smote)
    headline = judged.verdict.headline
    assert "no_oversampling_strategy" == headline.code
    assert headline.recommended is not None


def test_a_strategy_that_never_ran_cannot_be_judged():
    """its runs have no numbers, and the rest is judged as ever"""
    job = make_job(skill={"custom": 1.0})
    for place, run in enumerate(job.runs):
        if run.strategy == "smote":
            job.runs[place] = without_metrics(run)
            job.predictions[RunKey("smote", "logistic_regression", run.repeat, 0)] = None
    judged = judge(job)
    assert {"smote": "untested", "custom": "better"} == codes_of(judged)
    ranking = judged.verdict.rows[0].ranking
    assert Shortage(what="splits", found=0, needed=5) == ranking.shortage
    assert (None, "no split has a value for both") == (ranking.difference, ranking.reason)


def test_adding_a_strategy_changes_no_difference():
    """only what is adjusted for their number may change"""
    few, many = (
        {
            (row.metric, row.strategy): (row.difference, row.lower, row.upper, row.p_value)
            for row in judge(job).comparisons
            if row.reference == "baseline"
        }
        for job in (without(make_job(), "custom"), make_job())
    )
    assert few == {key: row for key, row in many.items() if key in few}


def without(job, label):
    job.spec = make_spec(split={"n_repeats": 20}, strategies=[name for name in STRATEGIES if name != label])
    job.runs = [run for run in job.runs if run.strategy != label]
    job.predictions = {key: value for key, value in job.predictions.items() if key.strategy != label}
    return job
