"""Generated data against a plain call of make_classification."""

from __future__ import annotations

import inspect
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import make_classification

from job.data.generating import classification
from job.data.generating.classification import PARAMETERS, generate_classification
from job.errors import DataError
from job.spec.generators import ClassificationSpec


def spec(**parameters):
    return ClassificationSpec.model_validate({"kind": "classification", **parameters})


DEFAULT = {"n_samples": 2000, "n_features": 15, "n_informative": 6, "n_redundant": 2, "weights": [0.9, 0.1]}


def test_every_parameter_of_make_classification_is_passed_on():
    """All that scikit-learn's generator takes is taken, under its own name, with its own default."""
    theirs = {name: p.default for name, p in inspect.signature(make_classification).parameters.items()}
    del theirs["return_X_y"]
    seedless = {name: value for name, value in theirs.items() if name != "random_state"}
    assert set(theirs) == set(PARAMETERS)
    assert seedless == {name: getattr(spec(), name) for name in seedless}


@pytest.mark.parametrize(
    "parameters",
    [
        DEFAULT,
        {},
        {"n_samples": 50, "flip_y": 0.0, "class_sep": 0.5, "hypercube": False, "shuffle": False},
        {"n_features": 6, "n_repeated": 1, "shift": None, "scale": None},
        {"n_features": 3, "n_informative": 2, "n_redundant": 0, "shift": [1, 2, 3.5], "scale": [0.5, 2, 100]},
        {"n_classes": 3, "n_informative": 4, "weights": [0.7, 0.2]},
        {"weights": [0.85]},
    ],
    ids=str,
)
def test_the_data_is_what_make_classification_draws(parameters):
    """Features and labels equal a plain call to the bit."""
    X, labels = make_classification(**parameters, random_state=5)
    dataset = generate_classification(spec(**parameters, random_state=5))
    np.testing.assert_array_equal(X, dataset.X.to_numpy())
    np.testing.assert_array_equal(labels == int(dataset.positive), dataset.y == 1)
    assert Counter(map(str, labels)) == dataset.label_counts


def test_the_default_experiment_has_its_known_counts():
    """The experiment that the project started from has 209 minority rows in 2000."""
    dataset = generate_classification(spec(**DEFAULT, random_state=42))
    assert (2000, 209, "1", ("0",)) == (dataset.n_rows, dataset.n_positive, dataset.positive, dataset.rest)


def test_columns_are_described():
    """Every feature is a complete column of numbers, and the target is the last column and no feature."""
    dataset = generate_classification(spec(n_features=4, random_state=1))
    assert [f"feature_{i}" for i in range(4)] == list(dataset.X.columns) == list(dataset.numeric)
    assert ["feature"] * 4 + ["target"] == [column.role for column in dataset.columns]
    assert {0} == {column.n_missing for column in dataset.columns}
    assert [100] * 4 + [2] == [column.n_distinct for column in dataset.columns]
    assert all(column.why for column in dataset.columns)


@given(
    st.lists(st.floats(0.3, 1.0), min_size=2, max_size=12),
    st.integers(0, 2**32 - 1),
)
@settings(max_examples=40)
def test_the_rarest_label_is_positive(shares, seed):
    """The positive label is the rarest, in a tie the one that sorts last as text; all others are the rest."""
    weights = (np.array(shares) / sum(shares)).tolist()[:-1]
    dataset = generate_classification(
        spec(n_samples=200, n_classes=len(shares), n_informative=5, weights=weights, flip_y=0.3, random_state=seed)
    )
    counts = dataset.label_counts
    expected = sorted((label for label in counts if counts[label] == min(counts.values())), key=str)[-1]
    assert expected == dataset.positive
    assert sorted(set(counts) - {expected}) == list(dataset.rest)
    assert counts[expected] == dataset.n_positive


def test_in_a_tie_the_label_that_sorts_last_is_positive():
    """Of balanced classes the last is positive, sorted as text: 9 comes after 10."""
    balanced = generate_classification(spec(n_samples=100, flip_y=0))
    assert "1" == balanced.positive
    many = generate_classification(spec(n_samples=110, n_classes=11, n_informative=5, flip_y=0, random_state=0))
    assert {10} == set(many.label_counts.values())
    assert "9" == many.positive


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"n_samples": 10, "weights": [0.999], "flip_y": 0}, ["label 0 on", "two rows of the positive label"]),
        ({"n_samples": 10, "weights": [1.0], "flip_y": 0, "n_clusters_per_class": 1}, ["label 0 on 10 of 10 rows"]),
        ({"shift": 1e308, "scale": 1e10}, ["not finite", "shift"]),
    ],
    ids=["one minority row", "one class", "infinite"],
)
def test_what_cannot_be_used_is_a_data_error(parameters, words):
    """Data that cannot answer the question is refused in one line that says what was drawn and what to change."""
    with pytest.raises(DataError) as caught:
        generate_classification(spec(**parameters, random_state=0))
    message = str(caught.value)
    assert message.startswith("data.generate: ")
    assert "\n" not in message
    assert [] == [word for word in words if word not in message], message


@pytest.mark.parametrize(
    "parameters",
    [
        {"n_samples": 1_000_000, "n_features": 1000},
        {"n_clusters_per_class": 10_000, "n_classes": 100, "n_informative": 200, "n_features": 300},
        {"n_informative": 10_000, "n_features": 10_000, "n_redundant": 0},
    ],
    ids=["rows", "clusters", "informative"],
)
def test_data_that_does_not_fit_is_refused_before_it_is_drawn(parameters, monkeypatch):
    """A spec that asks for more than memory holds gets a message with both figures, and no dead process."""
    monkeypatch.setattr(classification, "usable_memory", lambda: 500_000_000)
    monkeypatch.setattr(classification, "make_classification", lambda **_: pytest.fail("was drawn"))
    with pytest.raises(DataError, match=r"need about [\d.,]+ GB while they are drawn, and 0\.5 GB may be used"):
        generate_classification(spec(**parameters))


def test_equal_specs_draw_equal_digests():
    """The digest is that of the content: one seed, one digest."""
    one, same, other = (generate_classification(spec(random_state=seed)).digest for seed in (1, 1, 2))
    assert one == same != other
    assert 64 == len(one)
