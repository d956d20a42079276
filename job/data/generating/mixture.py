"""Generated data whose truth is known: a mixture of normals, with the posterior of every row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd
from scipy.special import ndtri

from job.data.dataset import Column, Dataset, Note
from job.data.digest import digest_dataset
from job.data.generating.mixture_posterior import Component, Continuous, Discrete, View, compute_posterior
from job.data.quoting import quoted
from job.errors import DataError
from job.machine import usable_memory
from job.spec.generators import COLUMNS, INFORMATIVE, MixtureSpec, count_minority

POSITIVE, REST = "1", "0"

OUTLIER_SPREAD = 3.0
"""Standard deviation of the outliers of the minority, around the majority's centre; the majority's own is 1."""

INTEGER_SCALE = 3.0
"""Whole numbers are the normal times this, rounded: the majority's have standard deviation 3."""

CATEGORIES = ("a", "b", "c", "d", "e")
CUTS = ndtri([0.4, 0.7, 0.85, 0.95])
"""Where the normal is cut into categories; of the majority 40, 30, 15, 10 and 5 % are a to e."""

_INFORMATIVE = {"continuous": "n_continuous", "integer": "n_integer", "category": "n_categorical"}
_COPIES = 4  # the columns, what the posterior reads, the data frame, and one more while it is made
_WHY = {
    "continuous": ("number", "a normal"),
    "integer": ("integer", f"a normal, times {INTEGER_SCALE:g} and rounded"),
    "category": ("category", f"a normal, cut into {len(CATEGORIES)} categories"),
    "noise": ("number", "a normal that is the same in both classes"),
}


def generate_mixture(spec: MixtureSpec) -> Dataset:
    """Draw a data set whose posterior is known.

    Each class is a list of components: the majority is one standard normal, the minority ``clusters`` normals of
    standard deviation ``cluster_spread`` and, with ``outliers``, one that is three times as wide as the majority.
    Columns are independent given the component; whole numbers are a normal times 3, rounded, and categories a
    normal cut at fixed places. All counts are exact: `build_components` says how shares round,
    ``round(label_noise * n)`` labels of each class are flipped (never so many that the minority exceeds half), and
    ``round(missing * n_samples)`` cells of each column are missing.

    Parameters
    ----------
    spec : MixtureSpec

    Returns
    -------
    Dataset
        Columns ``continuous_0``, ``integer_0``, ``category_0``, ``noise_0`` and so on. The positive label is 1, the
        minority. ``posterior`` holds P(recorded label = 1 | observed row) for every row.

    Raises
    ------
    DataError
        When the data would not fit into memory, or no column has two different values.
    """
    _check_size(spec)
    # one stream for each thing that is drawn, so that what is changed in one leaves the others
    places, owners, values, gaps, labels = (np.random.default_rng([spec.random_state, place]) for place in range(5))
    components = build_components(spec, places)
    owner = owners.permutation(np.repeat(np.arange(len(components)), [c.n_rows for c in components]))
    centres, spreads = np.array([c.centre for c in components]), np.array([c.spread for c in components])
    columns: dict[str, np.ndarray | pd.Series] = {}
    views: list[View] = []
    for kind, key in _INFORMATIVE.items():
        for number in range(getattr(spec, key)):
            normal = centres[owner, len(views)] + spreads[owner] * values.standard_normal(spec.n_samples)
            columns[f"{kind}_{number}"], view = _show(kind, normal, _draw_gaps(spec, gaps))
            views.append(view)
    for number in range(spec.n_noise):
        noise = values.standard_normal(spec.n_samples)
        columns[f"noise_{number}"] = np.where(_draw_gaps(spec, gaps), np.nan, noise)
    y, flipped = _flip(np.array([c.is_minority for c in components])[owner], spec.label_noise, labels)
    dataset = _describe(pd.DataFrame(columns, copy=False), y)
    dataset = replace(dataset, posterior=compute_posterior(views, components, *flipped))
    return replace(dataset, digest=digest_dataset(dataset))


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
    clusters = _build_clusters(spec, n_minority - n_outliers, len(middle), draw)
    majority = Component(spec.n_samples - n_minority, False, middle, 1.0)
    outliers = Component(n_outliers, True, middle, OUTLIER_SPREAD)
    return tuple(component for component in (majority, *clusters, outliers) if component.n_rows)


def _build_clusters(spec: MixtureSpec, n_rows: int, n_columns: int, draw: np.random.Generator) -> Iterator[Component]:
    for cluster in range(spec.clusters):
        if spec.shift is not None:
            centre = np.array(spec.shift, dtype=float)
        else:
            assert spec.separation is not None  # a spec without either has the default
            point = draw.standard_normal(n_columns)
            # without a column there is no direction
            centre = spec.separation * (point / np.sqrt((point * point).sum()) if n_columns else point)
        size = n_rows // spec.clusters + (cluster < n_rows % spec.clusters)
        yield Component(size, True, centre, spec.cluster_spread)


def _check_size(spec: MixtureSpec) -> None:
    n_columns = sum(getattr(spec, key) for key in COLUMNS)
    n_bytes = 8 * _COPIES * spec.n_samples * (n_columns + 4)
    if n_bytes > usable_memory():
        raise DataError(
            f"data.generate: {spec.n_samples:,} rows of {n_columns:,} columns need about {n_bytes / 1e9:,.1f} GB while "
            f"they are drawn, and {usable_memory() / 1e9:,.1f} GB may be used; lower n_samples or the number of columns"
        )


def _show(kind: str, normal: np.ndarray, missing: np.ndarray) -> tuple[np.ndarray | pd.Series, View]:
    """Show a normal as it is, rounded to whole numbers or cut into categories; and as the posterior reads it."""
    if kind == "continuous":
        values = np.where(missing, np.nan, normal)
        return values, Continuous(values)
    if kind == "integer":
        whole = np.rint(INTEGER_SCALE * normal) + 0.0  # no minus zero
        seen, codes = np.unique(whole, return_inverse=True)
        codes, low, high = np.where(missing, -1, codes), (seen - 0.5) / INTEGER_SCALE, (seen + 0.5) / INTEGER_SCALE
        return np.where(missing, np.nan, whole), Discrete(codes, low, high)
    codes = np.where(missing, -1, np.searchsorted(CUTS, normal))
    letters = pd.Categorical.from_codes(codes, pd.Index(CATEGORIES)).remove_unused_categories()
    return pd.Series(letters), Discrete(codes, np.append(-np.inf, CUTS), np.append(CUTS, np.inf))


def _draw_gaps(spec: MixtureSpec, draw: np.random.Generator) -> np.ndarray:
    """Choose exactly ``round(missing * n_samples)`` rows."""
    missing = np.zeros(spec.n_samples, dtype=bool)
    missing[draw.permutation(spec.n_samples)[: round(spec.missing * spec.n_samples)]] = True
    return missing


def _flip(is_minority: np.ndarray, share: float, draw: np.random.Generator) -> tuple[np.ndarray, tuple[float, float]]:
    """Flip a share of the labels of each class; return the labels, and the shares that were flipped in fact."""
    minority, majority = np.flatnonzero(is_minority), np.flatnonzero(~is_minority)
    n_from_minority = round(share * len(minority))
    room = len(is_minority) // 2 - (len(minority) - n_from_minority)
    n_from_majority = min(round(share * len(majority)), room)
    y = is_minority.astype(np.int8)
    y[draw.permutation(minority)[:n_from_minority]] = 0
    y[draw.permutation(majority)[:n_from_majority]] = 1
    return y, (n_from_minority / len(minority), n_from_majority / len(majority))


def _describe(frame: pd.DataFrame, y: np.ndarray) -> Dataset:
    """Describe the columns, the target last; one with a single value is left out, as one of a file would be."""
    target = Column("target", "category", "target", 0, 2, "the class, with labels flipped where label_noise says so")
    columns = (*(_describe_column(str(name), frame[name]) for name in frame.columns), target)
    kept = [column.name for column in columns if column.role == "feature"]
    if not kept:
        raise DataError(
            "data.generate: no column has two different values, so there is nothing to learn from; lower missing, "
            "or raise n_samples"
        )
    n_positive = int(y.sum())
    return Dataset(
        source="mixture",
        X=frame[kept],
        y=y,
        positive=POSITIVE,
        rest=(REST,),
        label_counts={REST: len(y) - n_positive, POSITIVE: n_positive},
        columns=columns,
        notes=tuple(_note_left_out(column) for column in columns if column.role == "dropped"),
    )


def _describe_column(name: str, values: pd.Series) -> Column:
    kind, why = _WHY[name.rpartition("_")[0]]
    n_missing, n_distinct = int(values.isna().sum()), int(values.nunique())
    gaps_are_a_value = kind == "category" and 0 < n_missing < len(values)
    if n_distinct + gaps_are_a_value < 2:
        why = "all its present values are equal" if n_distinct else "all its values are missing"
        return Column(name, "constant", "dropped", n_missing, n_distinct, why)
    return Column(name, kind, "feature", n_missing, n_distinct, why)


def _note_left_out(column: Column) -> Note:
    code = "constant" if column.n_distinct else "all-missing"
    return Note(code, f"Column {quoted(column.name)} is left out: {column.why}.", column.name)
