"""Small data sets, training parts and specs for the tests; every one is made, none is pasted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from job.data.dataset import Column, Dataset, digest_dataset
from job.spec.job_spec import JobSpec, PreparationSpec
from job.spec.strategy_entries import AnyStrategy
from job.strategies.preparation import Preparation
from job.strategies.recipe import Seeds, TrainingPart

SEEDS = Seeds(sampler=1, classifier=2, inner_folds=3)


def make_dataset(
    n: int = 120,
    n_positive: int = 24,
    *,
    n_numeric: int = 3,
    n_integer: int = 0,
    n_categorical: int = 0,
    missing: float = 0.0,
    n_groups: int | None = None,
    shift: float = 1.0,
    seed: int = 0,
) -> Dataset:
    """Make a data set whose minority is shifted by `shift` in every number and prefers the first category."""
    rng = np.random.default_rng(seed)
    y = np.zeros(n, dtype=np.int8)
    y[rng.choice(n, n_positive, replace=False)] = 1
    features: dict[str, Any] = {f"x{j}": rng.normal(size=n) + shift * y for j in range(n_numeric)}
    features |= {f"k{j}": np.round(rng.normal(5, 2, size=n) + shift * y) for j in range(n_integer)}
    kinds = ["number"] * n_numeric + ["integer"] * n_integer
    for j in range(n_categorical):
        letters = np.where(y & (rng.random(n) < 0.7), "a", rng.choice(list("abcd"), n)).astype(object)
        features[f"c{j}"] = letters
        kinds.append("category")
    X = pd.DataFrame(features)
    if missing:
        X = X.mask(rng.random(X.shape) < missing)
    for name, kind in zip(X.columns, kinds, strict=True):
        X[name] = pd.Categorical(X[name]) if kind == "category" else X[name].astype(float)
    columns = tuple(
        Column(name, kind, "feature", int(X[name].isna().sum()), int(X[name].nunique()), "made")
        for name, kind in zip(X.columns, kinds, strict=True)
    )
    groups = None if n_groups is None else rng.integers(0, n_groups, n)
    return with_digest(
        source="made",
        X=X,
        y=y,
        positive="1",
        rest=("0",),
        label_counts={"0": n - n_positive, "1": n_positive},
        columns=columns,
        groups=groups,
    )


def with_digest(**parts: Any) -> Dataset:
    """Make a data set from its parts, its digest computed."""
    dataset = Dataset(**parts)
    return Dataset(**parts, digest=digest_dataset(dataset))


def make_training_part(dataset: Dataset | None = None, seeds: Seeds = SEEDS, **preparation: Any) -> TrainingPart:
    """Take all rows of a data set for training."""
    dataset = make_dataset() if dataset is None else dataset
    fitted = Preparation(**preparation).fit(dataset.X)
    return TrainingPart(
        X=dataset.X,
        y=dataset.y,
        groups=dataset.groups,
        preparation=fitted,
        integer=dataset.integer,
        seeds=seeds,
    )


def make_entry(name: str | None = None, **parts: Any) -> AnyStrategy:
    """Make one entry of a spec's strategies or classifiers."""
    parts = {"name": name, **parts} if name is not None else parts
    return AnyStrategy.model_validate(parts)


def make_spec(**sections: Any) -> JobSpec:
    """Make a small spec; a section given replaces the one here."""
    small: Mapping[str, Any] = {
        "data": {"generate": {"kind": "classification", "n_samples": 200, "weights": [0.85]}},
        "split": {"method": "holdout", "n_repeats": 2},
        "strategies": ["baseline", "smote"],
        "classifiers": ["logistic_regression"],
    }
    return JobSpec.model_validate({**small, **sections})


DEFAULT_PREPARATION = PreparationSpec()
