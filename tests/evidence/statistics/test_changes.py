"""What changed between two jobs, and what explains it."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from judged import make_runs_of
from report_factories import make_results, make_runs

from job.evidence.statistics.changes import find_changes
from job.evidence.statistics.measured import measure_runs
from job.evidence.summary import summarize_runs
from job.results.job_facts import Provenance, WrittenSpec
from job.results.results import Results
from job.results.verdict_facts import Against, MetricChange
from job.wording.verdict_rows import describe_causes, list_changes


@pytest.fixture(scope="module")
def results() -> Results:
    return make_results(runs=make_runs(n_repeats=6))


def change_spec(results: Results, **changes: Any) -> Results:
    spec = results.spec.model_dump(by_alias=True, exclude_unset=True)
    return results.model_copy(update={"spec": WrittenSpec.model_validate({**spec, **changes})})


def change_provenance(results: Results, **changes: Any) -> Results:
    provenance = Provenance.model_validate({**results.provenance.model_dump(exclude_unset=True), **changes})
    return results.model_copy(update={"provenance": provenance})


def with_recall(results: Results, values: Sequence[float], **changes: Any) -> Results:
    """The same job, had baseline and smote with one classifier these values of recall on its splits."""
    runs = make_runs_of({label: {"recall": values} for label in ("baseline", "smote")})
    summary = summarize_runs(runs, ["baseline", "smote"], ["c"], "baseline")
    return results.model_copy(update={"runs": tuple(runs), "summary": summary, **changes})


def recall_of(against: Against, strategy: str = "smote") -> MetricChange:
    return next(row for row in against.metrics if (row.strategy, row.metric) == (strategy, "recall"))


def told(against: Against) -> list[tuple[str, str]]:
    return [(part, what) for part, what, _ in list_changes(against)]


def test_nothing_changes_between_equal_results(results) -> None:
    """Every metric is there, with a difference of 0 on every split, which is its own interval."""
    against = find_changes(results, results)

    assert ((), ()) == (against.causes, against.changes)
    assert len(results.summary) == len(against.metrics)
    assert {(0.0, 0.0, 0.0)} == {
        (row.difference, row.lower, row.upper)
        for row in against.metrics
        if row.old is not None and row.lower is not None
    }
    assert "The results are the same." == describe_causes(against)
    assert [] == told(against)


def test_splits_that_are_the_same_are_paired(results) -> None:
    """The difference has the interval that two strategies on these splits would have."""
    luck = np.random.default_rng(2)
    old = luck.uniform(0.3, 0.9, 10)
    new = old + luck.normal(0.02, 0.01, 10)
    row = recall_of(find_changes(with_recall(results, old.tolist()), with_recall(results, new.tolist())))
    runs = make_runs_of({"old": {"recall": old.tolist()}, "new": {"recall": new.tolist()}})
    measured = measure_runs(runs, [("old", "c"), ("new", "c")])
    expected = measured.compare([("new", "c")], [("old", "c")], 0.0, 0.95).limits((0, 4))

    assert expected == (row.difference, row.lower, row.upper)
    assert (pytest.approx(old.mean()), pytest.approx(new.mean())) == (row.old, row.new)
    assert row.upper is not None
    assert row.lower is not None
    assert row.upper - row.lower < 0.05


def test_other_data_are_another_sample(results) -> None:
    """Nothing is paired then: both intervals add up as two lengths at a right angle do."""
    luck = np.random.default_rng(2)
    old, new = luck.uniform(0.3, 0.9, 10).tolist(), luck.uniform(0.4, 0.9, 10).tolist()
    later = change_provenance(with_recall(results, new), data_digest="other")
    row = recall_of(find_changes(with_recall(results, old), later))
    runs = make_runs_of({"old": {"recall": old}, "new": {"recall": new}})
    measured = measure_runs(runs, [("old", "c"), ("new", "c")])
    found = measured.compare([("old", "c"), ("new", "c")], None, 0.0, 0.95)
    widths = [float(found.upper[at, 4] - found.difference[at, 4]) for at in (0, 1)]

    assert row.difference == pytest.approx(np.mean(new) - np.mean(old))
    assert row.upper == pytest.approx((row.difference or 0) + np.hypot(*widths))
    assert row.lower == pytest.approx((row.difference or 0) - np.hypot(*widths))


def test_what_only_one_job_has_is_no_difference(results) -> None:
    """A strategy that is new has no earlier value, and one that went has no later one."""
    less = results.model_copy(
        update={
            key: tuple(row for row in getattr(results, key) if row.strategy != "custom") for key in ("runs", "summary")
        }
    )
    added, removed = (recall_of(find_changes(*each), "custom") for each in ((less, results), (results, less)))

    assert (None, None) == (added.old, added.difference)
    assert (None, None) == (removed.new, removed.difference)
    assert added.new == removed.old is not None
    empty = less.model_copy(update={"runs": (), "summary": ()})
    assert {None} == {row.difference for row in find_changes(empty, less).metrics}


def test_versions_alone_explain_what_differs(results) -> None:
    """Spec, seed and data are the same, so nothing else can."""
    later = change_provenance(with_recall(results, [0.5] * 5), versions={"numpy": "99"})
    against = find_changes(with_recall(results, [0.4] * 5), later)

    assert ("versions",) == against.causes
    assert "Nothing but the versions changed, which alone explains every difference in the results." == describe_causes(
        against
    )
    assert ("versions", "numpy") in told(against)
    assert ("metric", "recall of smote with c") in told(against)


def test_the_seed_alone_explains_what_differs(results) -> None:
    """Also a random_state anywhere, and other data where these are drawn from it."""
    data = {"generate": {**results.spec.data.generate, "random_state": 7}}
    later = change_provenance(change_spec(results, seed=7, data=data), data_digest="other")
    against = find_changes(results, later)

    assert results.spec.data.generate is not None
    assert ("seed",) == against.causes
    assert {("spec", "seed"), ("data", "digest")} <= {*told(against)}


def test_spec_keys_are_named_by_path_and_label(results) -> None:
    """Entries of lists are known by their label; what the results don't depend on is no cause."""
    strategies = [entry.model_dump(by_alias=True, exclude_unset=True) for entry in results.spec.strategies]
    strategies[-1]["params"] = {"k_neighbors": 3}
    changed = find_changes(results, change_spec(results, strategies=strategies))
    titled = find_changes(results, change_spec(results, title="Another"))

    assert [("spec", f"strategies.{strategies[-1]['label']}.params.k_neighbors")] == told(changed)
    assert ("spec",) == changed.causes
    assert [("spec", "title")] == told(titled)
    assert () == titled.causes
    assert "The results are the same." == describe_causes(titled)


def test_data_and_answers_are_compared(results) -> None:
    """Rows, labels, columns and prevalence; the headline and both answers of each pair."""
    dataset = results.dataset.model_copy(
        update={"n_rows": 3000, "prevalence": 0.2, "label_counts": {"0": 2400, "1": 600}, "columns": ()}
    )
    headline = results.verdict.headline.model_copy(update={"code": "other", "recommended": None})
    verdict = results.verdict.model_copy(update={"headline": headline, "rows": results.verdict.rows[1:]})
    against = find_changes(results, results.model_copy(update={"dataset": dataset, "verdict": verdict}))
    gone = " with ".join(results.verdict.rows[0].place)

    assert {("data", what) for what in ("rows", "prevalence", "labels.0", "labels.1")} <= {*told(against)}
    assert {("verdict", what) for what in ("headline", f"ranking.{gone}", f"decision.{gone}")} <= {*told(against)}
    assert any(part == "data" and what.startswith("columns") for part, what in told(against))
    assert ("data",) == against.causes
    assert "The results differ, and the data changed." == describe_causes(against)
    same_all = against.model_copy(update={"causes": ()})
    assert describe_causes(same_all).startswith("Data, spec, seed and versions are the same")


def test_numbers_beyond_reason_have_no_difference(results) -> None:
    """A file may hold any number that JSON can: what overflows is left out, without a word on standard error."""
    plain = with_recall(results, [0.5] * 6)
    old, new = (
        plain.model_copy(update={"runs": tuple(make_runs_of({s: {"recall": values} for s in ("baseline", "smote")}))})
        for values in ([-1e300] * 6, [1e300, 9e299] * 3)
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        row = recall_of(find_changes(old, new))

    assert (None, None) == (row.lower, row.upper)
