"""Strategies are known by their recipes, whatever they are called."""

from __future__ import annotations

import pytest
from factories import make_entry
from judged import make_run

from job.evidence.strategy_kinds import find_roles

BASELINE = make_entry("baseline", label="plain & simple")


def run_of(label, n_resampled=None, n_positive=None):
    """One run on 100 rows, ten of them positive."""
    sizes = {"n_train": 100, "n_train_positive": 10}
    return make_run(label, **sizes, n_resampled=n_resampled, n_resampled_positive=n_positive)


def roles_of(*entries, runs=()):
    return find_roles((BASELINE, *entries), runs)


@pytest.mark.parametrize(
    "entry",
    [
        make_entry("smote"),
        make_entry("custom"),
        make_entry("ADASYN"),
        make_entry("RandomOverSampler"),
        make_entry("SMOTENC"),
        make_entry("SMOTEENN"),
        make_entry("SMOTETomek"),
        make_entry(**{"class": "imblearn.over_sampling.SVMSMOTE"}),
        make_entry(**{"class": "imblearn.combine.SMOTEENN"}),
        make_entry(**{"class": "job.samplers.AffinitySMOTE"}),
    ],
    ids=lambda entry: entry.label,
)
def test_what_adds_rows_is_an_over_sampler(entry):
    """by name or dotted path, and also where none of its runs came to an end"""
    assert (entry.label,) == roles_of(entry).oversamplers


@pytest.mark.parametrize(
    "entry",
    [
        make_entry("class_weight"),
        make_entry("threshold"),
        make_entry("under_bagging"),
        make_entry("RandomUnderSampler"),
        make_entry("TomekLinks"),
        make_entry("ClusterCentroids", label="SMOTE"),
        make_entry(**{"class": "imblearn.under_sampling.NearMiss"}),
    ],
    ids=lambda entry: entry.name or entry.class_,
)
def test_what_adds_no_rows_is_none(entry):
    """under-samplers and weights are none, not even where they make rows of their own or are labelled so"""
    runs = [run_of(entry.label, 20, 10)]
    assert () == roles_of(entry, runs=runs).oversamplers


@pytest.mark.parametrize(
    ("n_resampled", "n_positive", "adds"), [(180, 90, True), (120, 10, True), (20, 10, False), (None, None, False)]
)
def test_a_sampler_of_unknown_kind_is_known_by_its_runs(n_resampled, n_positive, adds):
    """it is an oversampler where it left more rows of a class than there were"""
    entry = make_entry(**{"class": "imblearn.FunctionSampler"}, label="mine")
    runs = [run_of("mine", n_resampled, n_positive), run_of("another", 500, 400)]
    assert (("mine",) if adds else ()) == roles_of(entry, runs=runs).oversamplers


def test_labels_say_nothing():
    """several of ours and of SMOTE are found under any label, and a label alone makes none"""
    entries = [
        make_entry("custom", label="smote"),
        make_entry("custom", label="B", params={"k_neighbors": 3}),
        make_entry("smote", label="custom"),
        make_entry("SMOTE", label="=1+1"),
        make_entry(**{"class": "imblearn.over_sampling.SMOTEN"}, label="<b>"),
        make_entry(**{"class": "job.samplers.affinity_smote.AffinitySMOTE"}, label="A"),
        make_entry("BorderlineSMOTE"),
        make_entry("threshold", label="cut"),
    ]
    roles = roles_of(*entries)
    assert ("smote", "B", "A") == roles.customs
    assert ("custom", "=1+1", "<b>") == roles.smotes
    assert ("cut",) == roles.thresholds
    assert "plain & simple" == roles.baseline


def test_weights_make_an_over_sampler_of_its_own():
    """which is no rival of SMOTE, and comes before the same sampler without them"""
    names = ("custom", "smote", "SVMSMOTE")
    entries = [made for name in names for made in (make_entry(name), make_entry(name, weights="prevalence"))]
    roles = roles_of(*entries, make_entry("RandomUnderSampler", weights="prevalence"))
    assert tuple(entry.label for entry in entries) == roles.oversamplers
    assert (("custom",), ("smote",)) == (roles.customs, roles.smotes)
    ordered = sorted((entry.label for entry in entries), key=roles.order.__getitem__)
    assert ["smote (weighted)", "smote", "custom (weighted)", "custom", "SVMSMOTE (weighted)", "SVMSMOTE"] == ordered


def test_the_order_is_that_of_the_registry():
    """however the spec lists them, and classes by dotted path come last"""
    entries = [
        make_entry(**{"class": "imblearn.over_sampling.SVMSMOTE"}, label="dotted"),
        make_entry("ADASYN"),
        make_entry("custom"),
        make_entry("class_weight"),
    ]
    order = roles_of(*entries).order
    assert ["plain & simple", "class_weight", "custom", "ADASYN", "dotted"] == sorted(order, key=order.__getitem__)
