"""The last words about runs that did not go as asked."""

from __future__ import annotations

from job.console.ending import summarize_trouble


def results(*runs: tuple[str, str, str, str | None], n_classifiers: int = 2):
    keys = ("strategy", "classifier", "status", "reason")
    return {"classifiers": [{}] * n_classifiers, "runs": [dict(zip(keys, run, strict=True)) for run in runs]}


def test_equal_reasons_of_a_strategy_share_a_line() -> None:
    """One line for twenty splits, with how many runs it is about and of how many."""
    runs = [("smote", name, "degraded", "k is 3") for name in ("knn", "svc")] * 3 + [("smote", "knn", "ok", None)]

    assert ["Degraded: smote, 6 of 7 runs: k is 3"] == list(summarize_trouble(results(*runs), quiet=False))


def test_a_reason_of_one_classifier_names_it() -> None:
    """The other classifiers went well, so it isn't the strategy's fault alone."""
    runs = [("smote", "knn", "failed", "died"), ("smote", "svc", "ok", None), ("smote", "knn", "ok", None)]

    assert ["Failed: smote with knn, 1 of 2 runs: died"] == list(summarize_trouble(results(*runs), quiet=False))


def test_the_worst_comes_first_and_quiet_keeps_only_that() -> None:
    """Failures decide the exit code."""
    runs = [("a", "knn", "not_applicable", "x"), ("b", "knn", "degraded", "y"), ("c", "knn", "failed", "z")]

    loud = list(summarize_trouble(results(*runs, n_classifiers=1), quiet=False))

    assert ["Failed: c", "Degraded: b", "Not applicable: a"] == [line.partition(",")[0] for line in loud]
    assert loud[:1] == list(summarize_trouble(results(*runs, n_classifiers=1), quiet=True))


def test_many_reasons_are_cut() -> None:
    """The report has them all."""
    runs = [("smote", "knn", "failed", f"reason {number}") for number in range(50)]

    lines = list(summarize_trouble(results(*runs), quiet=False))

    assert 21 == len(lines)
    assert "and 30 more reasons, all of them in the report" == lines[-1]
