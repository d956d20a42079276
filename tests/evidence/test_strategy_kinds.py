"""The kind of a strategy: from its runs, whatever it is called."""

from __future__ import annotations

from typing import Any

import pytest
from factories import make_entry
from judged import make_run

from job.evidence.strategy_kinds import find_kinds
from job.spec.strategy_entries import Entry

OWN = {"class": "my.own.Class", "label": "x"}


def kinds_of(entry: Entry, judged: tuple[str, ...] = (), **run: Any) -> dict[str, str]:
    return find_kinds([entry], [make_run(entry.label, **{"n_train": 100, "n_resampled": 100, **run})], judged)


@pytest.mark.parametrize(
    ("entry", "run", "kind"),
    [
        ({"name": "baseline"}, {}, "baseline"),
        ({"name": "class_weight"}, {}, "class_weight"),
        ({"name": "threshold"}, {}, "threshold"),
        ({"name": "smote"}, {"n_resampled": 180, "n_synthetic": 80}, "synthetic"),
        ({"name": "SMOTEENN"}, {"n_resampled": 150, "n_synthetic": 80}, "synthetic_and_fewer"),
        ({"name": "RandomOverSampler"}, {"n_resampled": 180}, "repeated"),
        ({"name": "RandomUnderSampler"}, {"n_resampled": 20}, "fewer"),
        (OWN, {"n_resampled": 180, "n_synthetic": 80}, "synthetic"),
        (OWN, {}, ""),
    ],
)
def test_the_runs_tell_what_a_strategy_does(entry: dict[str, Any], run: dict[str, Any], kind: str) -> None:
    """rows made, repeated or taken away; nothing is said of what did none of that"""
    assert {"x": kind} == kinds_of(make_entry(**{**entry, "label": "x"}), **run)


def test_what_never_ran_is_known_by_its_verdict() -> None:
    """only what adds rows has one"""
    failed = {"n_resampled": None, "n_resampled_positive": None, "n_synthetic": None}
    for name, judged, kind in (
        ("KMeansSMOTE", ("x",), "synthetic"),
        ("NearMiss", (), ""),
        ("threshold", (), "threshold"),
    ):
        assert {"x": kind} == kinds_of(make_entry(name, label="x"), judged, **failed)


def test_rows_drawn_again_are_not_called_synthetic() -> None:
    """RandomOverSampler adds copies, unless it is told to smooth them"""
    copies = {"class": "imblearn.over_sampling.RandomOverSampler", "label": "x"}
    added = {"n_train": 100, "n_resampled": 160, "n_resampled_positive": 80, "n_synthetic": 60}
    for params, kind in (({}, "repeated"), ({"shrinkage": 0.5}, "synthetic")):
        assert {"x": kind} == kinds_of(Entry.model_validate({**copies, "params": params}), (), **added)
