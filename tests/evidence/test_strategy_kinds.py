"""What a strategy does, in a few words: from its runs, whatever it is called."""

from __future__ import annotations

from typing import Any

import pytest

from job.evidence.strategy_kinds import GLOSSES, describe_strategy, find_kinds, gloss_recommended

RUN = {"strategy": "x", "classifier": "svc", "n_train": 100, "n_resampled": 100, "n_synthetic": 0, "threshold": None}


def results_of(name: str, *runs: dict[str, Any], judged: tuple[str, ...] = ()) -> dict[str, Any]:
    verdict = {"rows": [{"strategy": label} for label in judged], "headline": {"recommended": None}}
    return {"strategies": [{"name": name, "label": "x"}], "runs": [{**RUN, **run} for run in runs], "verdict": verdict}


@pytest.mark.parametrize(
    ("name", "run", "kind"),
    [
        ("baseline", {}, "baseline"),
        ("class_weight", {}, "class_weight"),
        ("threshold", {}, "threshold"),
        ("smote", {"n_resampled": 180, "n_synthetic": 80}, "synthetic"),
        ("SMOTEENN", {"n_resampled": 150, "n_synthetic": 80}, "synthetic_and_fewer"),
        ("RandomOverSampler", {"n_resampled": 180}, "repeated"),
        ("RandomUnderSampler", {"n_resampled": 20}, "fewer"),
        ("my.own.Class", {"n_resampled": 180, "n_synthetic": 80}, "synthetic"),
        ("my.own.Class", {}, ""),
    ],
)
def test_the_runs_tell_what_a_strategy_does(name: str, run: dict[str, Any], kind: str) -> None:
    """rows made, repeated or taken away; nothing is said of what did none of that"""
    assert {"x": kind} == find_kinds(results_of(name, run))
    assert GLOSSES[kind] == describe_strategy(results_of(name, run), "x", "svc")


def test_what_never_ran_is_known_by_its_verdict() -> None:
    """only what adds rows has one"""
    failed = {"n_resampled": None, "n_synthetic": None}
    assert {"x": "synthetic"} == find_kinds(results_of("KMeansSMOTE", failed, judged=("x",)))
    assert {"x": ""} == find_kinds(results_of("NearMiss", failed))
    assert {"x": "threshold"} == find_kinds({**results_of("threshold", failed), "verdict": None})


@pytest.mark.parametrize(
    ("cuts", "expected"),
    [
        ((0.2, 0.2), "0.20"),
        ((0.1, 0.3), "about 0.20"),
        ((0.004, 0.006), "about 0.005"),
        ((-1.5, -0.5), "about −1.00"),
        ((0.0, 0.0), "0.00"),
    ],
)
def test_a_moved_cutoff_says_where_it_lies(cuts: tuple[float, ...], expected: str) -> None:
    """the mean over splits with this classifier, with digits enough to tell it from nothing"""
    results = results_of("threshold", *({"threshold": cut} for cut in cuts), {"threshold": 9.0, "classifier": "knn"})
    assert f"same model, cutoff moved to {expected}, no synthetic rows" == describe_strategy(results, "x", "svc")


def test_only_what_needs_words_gets_them() -> None:
    """nothing for baseline, and nothing where nothing is recommended"""
    for name, expected in (("baseline", ""), ("smote", "trained with synthetic minority rows")):
        results = results_of(name, {"n_resampled": 180, "n_synthetic": 80})
        assert "" == gloss_recommended(results)
        results["verdict"]["headline"]["recommended"] = {"strategy": "x", "classifier": "svc"}
        assert expected == gloss_recommended(results)
