"""Generated data: scikit-learn's ``make_classification`` as a `Dataset`."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from sklearn.datasets import make_classification
from threadpoolctl import threadpool_limits

from job.data.dataset import Column, Dataset, digest_dataset
from job.errors import DataError
from job.machine import usable_memory
from job.spec.generators import ClassificationSpec

PARAMETERS = tuple(name for name in ClassificationSpec.model_fields if name != "kind")
"""Every parameter of ``make_classification`` that says what is drawn."""

_COPIES = 3  # what scikit-learn fills, its shuffled copy, and the data frame; centres are copied as often


def generate_classification(spec: ClassificationSpec) -> Dataset:
    """Draw a data set with scikit-learn's ``make_classification``.

    Parameters
    ----------
    spec : ClassificationSpec
        Has every name of ``PARAMETERS`` as an attribute.

    Returns
    -------
    Dataset
        Columns ``feature_0``, ``feature_1``, ...; labels are the numbers of the classes as text. The positive label
        is the rarest, in a tie the one that sorts last; all other classes are the rest.

    Raises
    ------
    DataError
        When the parameters contradict each other, when the data would not fit into memory, when a value is not
        finite, or when fewer than two rows of either class were drawn.
    """
    given = {name: getattr(spec, name) for name in PARAMETERS}
    # lists are the only sequences that every parameter takes
    X, labels = _draw({name: list(value) if isinstance(value, tuple) else value for name, value in given.items()})
    found, n_rows = np.unique(labels, return_counts=True)
    counts = dict(sorted((str(label), int(n)) for label, n in zip(found, n_rows, strict=True)))
    positive = max(label for label, n in counts.items() if n == min(counts.values()))
    if min(counts[positive], len(labels) - counts[positive]) < 2:
        drawn = ", ".join(f"label {label} on {n:,}" for label, n in counts.items())
        advice = "raise n_samples, or the rare class's share in weights"
        needed = "at least two rows of the positive label and two of the others are needed"
        raise DataError(f"data.generate: drew {drawn} of {len(labels):,} rows; {needed}: {advice}")
    frame = pd.DataFrame(X, columns=[f"feature_{i}" for i in range(X.shape[1])])
    why = "a number drawn by make_classification"
    columns = [Column(str(name), "number", "feature", 0, len(np.unique(frame[name])), why) for name in frame.columns]
    target = Column("target", "category", "target", 0, len(counts), "the class drawn by make_classification")
    y = (labels == int(positive)).astype(np.int8)
    rest = tuple(label for label in counts if label != positive)
    dataset = Dataset("make_classification", frame, y, positive, rest, counts, (*columns, target))
    return replace(dataset, digest=digest_dataset(dataset))


def _draw(parameters: Mapping[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """Call scikit-learn, and say in the job's words what it could not draw."""
    n_samples, n_features, n_informative = (parameters[key] for key in ("n_samples", "n_features", "n_informative"))
    n_clusters = parameters["n_classes"] * parameters["n_clusters_per_class"]
    # the rows, the centre of each cluster, and the matrix that turns one
    n_cells = _COPIES * (n_samples * n_features + n_clusters * n_informative) + n_informative**2
    what = f"{n_samples:,} rows of {n_features:,} features, in {n_clusters:,} clusters,"
    check_memory(n_cells, what, "n_samples, n_features or n_clusters_per_class")
    try:
        with threadpool_limits(limits=1):  # the order of the sums, and so the last bits, can depend on the threads
            X, labels = make_classification(**parameters)
    except ValueError as error:
        raise DataError(f"data.generate: make_classification cannot draw this: {error}") from error
    if not np.isfinite(X).all():
        advice = "bring class_sep, shift and scale nearer to 1"
        raise DataError(f"data.generate: the features hold values that are not finite; {advice}")
    return X, labels


def check_memory(n_cells: int, what: str, lower: str) -> None:
    """Refuse what wouldn't fit, before anything is drawn."""
    if 8 * n_cells > usable_memory():
        needed, there = (f"{n_bytes / 1e9:,.1f} GB" for n_bytes in (8 * n_cells, usable_memory()))
        found = f"{what} need about {needed} while they are drawn, and {there} may be used"
        raise DataError(f"data.generate: {found}; lower {lower}")
