"""Generated data whose truth is known: a mixture of normals, with the posterior of every row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from job.data.dataset import Dataset
from job.data.digest import digest_dataset
from job.data.generating.components import Component, build_components
from job.data.generating.mixture_columns import describe_columns, kind_of, note_left_out
from job.data.generating.mixture_posterior import compute_posterior
from job.data.generating.views import CATEGORIES, View, view_category, view_continuous, view_integer
from job.errors import DataError
from job.machine import usable_memory
from job.spec.mixture import COLUMNS
from job.spec.model import MixtureSpec

POSITIVE, REST = "1", "0"

_INFORMATIVE = {"continuous": "n_continuous", "integer": "n_integer", "category": "n_categorical"}
_COPIES = 4  # the columns, what the posterior reads, the data frame, and one more while it is made


@dataclass(frozen=True)
class Streams:
    """Random numbers, one stream for each thing that is drawn, so that what is changed in one leaves the others.

    Parameters
    ----------
    places, owners, values, gaps, labels : numpy.random.Generator
        For the centres of clusters, the component of each row, the values of columns, missing cells, flipped labels.
    """

    places: np.random.Generator
    owners: np.random.Generator
    values: np.random.Generator
    gaps: np.random.Generator
    labels: np.random.Generator


@dataclass(frozen=True, eq=False)
class Drawn:
    """One column.

    Parameters
    ----------
    name : str
    values : ndarray or Series of shape (n_rows,)
        As the data set has them.
    view : Continuous, Discrete or None
        What the posterior reads; None for a column that tells nothing.
    """

    name: str
    values: np.ndarray | pd.Series
    view: View | None


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
    streams = Streams(*(np.random.default_rng([spec.random_state, place]) for place in range(5)))
    components = build_components(spec, streams.places)
    owner = streams.owners.permutation(np.repeat(np.arange(len(components)), [c.n_rows for c in components]))
    columns = [*_draw_informative(spec, components, owner, streams), *_draw_noise(spec, streams)]
    is_minority = np.array([component.is_minority for component in components])[owner]
    y, flipped = _flip(is_minority, spec.label_noise, streams.labels)
    dataset = _describe(pd.DataFrame({column.name: column.values for column in columns}, copy=False), y)
    views = [column.view for column in columns if column.view is not None]
    dataset = replace(dataset, posterior=compute_posterior(views, components, *flipped))
    return replace(dataset, digest=digest_dataset(dataset))


def _check_size(spec: MixtureSpec) -> None:
    n_columns = sum(getattr(spec, key) for key in COLUMNS)
    n_bytes = 8 * _COPIES * spec.n_samples * (n_columns + 4)
    if n_bytes > usable_memory():
        raise DataError(
            f"data.generate: {spec.n_samples:,} rows of {n_columns:,} columns need about {n_bytes / 1e9:,.1f} GB while "
            f"they are drawn, and {usable_memory() / 1e9:,.1f} GB may be used; lower n_samples or the number of columns"
        )


def _draw_informative(
    spec: MixtureSpec, components: Sequence[Component], owner: np.ndarray, streams: Streams
) -> Iterator[Drawn]:
    centres = np.array([component.centre for component in components])
    spreads = np.array([component.spread for component in components])
    names = [f"{name}_{number}" for name, key in _INFORMATIVE.items() for number in range(getattr(spec, key))]
    for place, name in enumerate(names):
        normal = centres[owner, place] + spreads[owner] * streams.values.standard_normal(spec.n_samples)
        yield _show(name, normal, _draw_gaps(spec, streams.gaps))


def _draw_noise(spec: MixtureSpec, streams: Streams) -> Iterator[Drawn]:
    for number in range(spec.n_noise):
        values = streams.values.standard_normal(spec.n_samples)
        values[_draw_gaps(spec, streams.gaps)] = np.nan
        yield Drawn(f"noise_{number}", values, None)


def _show(name: str, normal: np.ndarray, missing: np.ndarray) -> Drawn:
    kind = kind_of(name)
    if kind == "continuous":
        numbers = view_continuous(normal, missing)
        return Drawn(name, numbers.values, numbers)
    if kind == "integer":
        whole, values = view_integer(normal, missing)
        return Drawn(name, values, whole)
    letters = view_category(normal, missing)
    categories = pd.Categorical.from_codes(letters.codes, pd.Index(CATEGORIES)).remove_unused_categories()
    return Drawn(name, pd.Series(categories), letters)


def _draw_gaps(spec: MixtureSpec, draw: np.random.Generator) -> np.ndarray:
    """Choose exactly ``round(missing * n_samples)`` rows."""
    missing = np.zeros(spec.n_samples, dtype=bool)
    missing[draw.permutation(spec.n_samples)[: round(spec.missing * spec.n_samples)]] = True
    return missing


def _flip(is_minority: np.ndarray, share: float, draw: np.random.Generator) -> tuple[np.ndarray, tuple[float, float]]:
    """Flip a share of the labels of each class; return the labels, and the shares as they came out."""
    minority, majority = np.flatnonzero(is_minority), np.flatnonzero(~is_minority)
    n_from_minority = round(share * len(minority))
    room = len(is_minority) // 2 - (len(minority) - n_from_minority)
    n_from_majority = min(round(share * len(majority)), room)
    y = is_minority.astype(np.int8)
    y[draw.permutation(minority)[:n_from_minority]] = 0
    y[draw.permutation(majority)[:n_from_majority]] = 1
    return y, (n_from_minority / len(minority), n_from_majority / len(majority))


def _describe(frame: pd.DataFrame, y: np.ndarray) -> Dataset:
    """Say of every column what it is; one with a single value is left out, as one of a file would be."""
    columns = describe_columns(frame)
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
        notes=note_left_out(columns),
    )
