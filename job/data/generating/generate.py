"""``data.generate``: the generator that the spec names."""

from __future__ import annotations

from job.data.dataset import Dataset
from job.data.generating.classification import generate_classification
from job.data.generating.mixture import generate_mixture
from job.spec.model import ClassificationSpec, MixtureSpec


def generate_data(spec: ClassificationSpec | MixtureSpec) -> Dataset:
    """Draw a data set.

    Parameters
    ----------
    spec : ClassificationSpec or MixtureSpec

    Returns
    -------
    Dataset

    Raises
    ------
    DataError
        When this cannot be drawn.
    """
    return generate_mixture(spec) if isinstance(spec, MixtureSpec) else generate_classification(spec)
