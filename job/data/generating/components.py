"""The components of a mixture: where each is, how wide, and how many rows come from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from job.spec.mixture import INFORMATIVE, count_minority
from job.spec.model import MixtureSpec

OUTLIER_SPREAD = 3.0
"""Standard deviation of the outliers of the minority, around the majority's centre; the majority's own is 1."""


@dataclass(frozen=True, eq=False)
class Component:
    """One normal of a mixture; its columns are independent.

    Parameters
    ----------
    n_rows : int
        Rows that are drawn from it, at least one.
    is_minority : bool
        The class of these rows, before labels are flipped.
    centre : ndarray of shape (n_informative,), float64
        Mean of each informative column, in standard deviations of the majority, whose own mean is 0.
    spread : float
        Standard deviation of each informative column.
    """

    n_rows: int
    is_minority: bool
    centre: np.ndarray
    spread: float


def build_components(spec: MixtureSpec, draw: np.random.Generator) -> tuple[Component, ...]:
    """Place the components of a mixture and share out the rows.

    Parameters
    ----------
    spec : MixtureSpec
    draw : numpy.random.Generator
        For the directions of the clusters; drawn uniformly on a sphere [1]_.

    Returns
    -------
    tuple of Component
        The majority first, then the clusters, then the outliers; those without a row are left out. Rows are shared
        out exactly: ``round(n_samples * minority_share)`` to the minority (never more than half), of these
        ``round(outliers * n)`` to the outliers, the others to clusters whose sizes differ by one at most.

    References
    ----------
    .. [1] Muller (1959). A note on a method for generating points uniformly on n-dimensional spheres. Communications
       of the ACM 2 (4), 19-20.
    """
    n_minority = count_minority(spec.n_samples, spec.minority_share)
    n_outliers = round(spec.outliers * n_minority)
    middle = np.zeros(sum(getattr(spec, key) for key in INFORMATIVE))
    clusters = _build_clusters(spec, n_minority - n_outliers, draw)
    majority = Component(spec.n_samples - n_minority, False, middle, 1.0)
    outliers = Component(n_outliers, True, middle, OUTLIER_SPREAD)
    return tuple(component for component in (majority, *clusters, outliers) if component.n_rows)


def _build_clusters(spec: MixtureSpec, n_rows: int, draw: np.random.Generator) -> Iterator[Component]:
    n_columns = sum(getattr(spec, key) for key in INFORMATIVE)
    for cluster in range(spec.clusters):
        if spec.shift is not None:
            centre = np.array(spec.shift, dtype=float)
        else:
            assert spec.separation is not None  # a spec without either has the default
            centre = spec.separation * _direction(draw, n_columns)
        size = n_rows // spec.clusters + (cluster < n_rows % spec.clusters)
        yield Component(size, True, centre, spec.cluster_spread)


def _direction(draw: np.random.Generator, n_columns: int) -> np.ndarray:
    """Draw a point on the unit sphere; in no dimensions there is but the one that has no coordinates."""
    point = draw.standard_normal(n_columns)
    length = np.sqrt((point * point).sum())
    return point / length if n_columns else point
