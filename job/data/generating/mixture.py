"""Generated data whose truth is known: a mixture of normals, with the posterior of every row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.special import expit, log_ndtr, ndtri

from job.data.dataset import Column, Dataset, Note, digest_dataset
from job.data.generating.classification import check_memory
from job.data.quoting import quoted
from job.errors import DataError
from job.spec.generators import COLUMNS, INFORMATIVE, MixtureSpec, count_minority

POSITIVE, REST = "1", "0"

OUTLIER_SPREAD = 3.0
"""Standard deviation of the outliers of the minority, around the majority's centre; the majority's own is 1."""

INTEGER_SCALE = 3.0
"""Whole numbers are the normal times this, rounded: the majority's have standard deviation 3."""

CATEGORIES = ("a", "b", "c", "d", "e")
CUTS = ndtri([0.4, 0.7, 0.85, 0.95])
"""Where the normal is cut into categories; of the majority 40, 30, 15, 10 and 5 % are a to e."""

_KINDS = ("continuous", "integer", "category")  # of `INFORMATIVE`
_COPIES = 4  # the columns, what the posterior reads, the data frame, and one more while it is made
_WHY = {
    "continuous": ("number", "a normal"),
    "integer": ("integer", f"a normal, times {INTEGER_SCALE:g} and rounded"),
    "category": ("category", f"a normal, cut into {len(CATEGORIES)} categories"),
    "noise": ("number", "a normal that is the same in both classes"),
}
_CELLS = 1 << 18  # rows × components at a time: what fits into the cache of a processor
_LEAST_ROWS = 1 << 12  # at a time, because the tables of whole numbers are made anew for them


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


View = Callable[[slice, np.ndarray, np.ndarray], np.ndarray]
"""Gives the log likelihood of what a column shows, of some rows × components with their centres and spreads."""


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
    n_columns = sum(getattr(spec, key) for key in COLUMNS)
    what = f"{spec.n_samples:,} rows of {n_columns:,} columns"
    n_cells = _COPIES * spec.n_samples * (n_columns + 4)
    check_memory(n_cells, what, "n_samples or the number of columns")
    # one stream for each thing that is drawn, so that what is changed in one leaves the others
    places, owners, values, gaps, labels = (np.random.default_rng([spec.random_state, place]) for place in range(5))
    components = build_components(spec, places)
    owner = owners.permutation(np.repeat(np.arange(len(components)), [c.n_rows for c in components]))
    centres, spreads = np.array([c.centre for c in components]), np.array([c.spread for c in components])
    columns: dict[str, np.ndarray | pd.Series] = {}
    views: list[View] = []
    for kind, key in zip(_KINDS, INFORMATIVE, strict=True):
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


def _show(kind: str, normal: np.ndarray, missing: np.ndarray) -> tuple[np.ndarray | pd.Series, View]:
    """Show a normal as it is, rounded to whole numbers or cut into categories; and as the posterior reads it."""
    if kind == "continuous":
        values = np.where(missing, np.nan, normal)
        return values, _view_number(values)
    if kind == "integer":
        whole = np.rint(INTEGER_SCALE * normal) + 0.0  # no minus zero
        seen, codes = np.unique(whole, return_inverse=True)
        codes, low, high = np.where(missing, -1, codes), (seen - 0.5) / INTEGER_SCALE, (seen + 0.5) / INTEGER_SCALE
        return np.where(missing, np.nan, whole), _view_interval(codes, low, high)
    codes = np.where(missing, -1, np.searchsorted(CUTS, normal))
    letters = pd.Categorical.from_codes(codes, pd.Index(CATEGORIES)).remove_unused_categories()
    return pd.Series(letters), _view_interval(codes, np.append(-np.inf, CUTS), np.append(CUTS, np.inf))


def _view_number(values: np.ndarray) -> View:
    """View the normal itself: its log density without the constant -log(2π)/2, and 0 where it is missing."""

    def log_likelihood(rows: slice, centres: np.ndarray, spreads: np.ndarray) -> np.ndarray:
        found = (values[rows][:, None] - centres) / spreads
        found *= found
        found *= -0.5
        found -= np.log(spreads)
        found[np.isnan(values[rows])] = 0.0
        return np.asarray(found)

    return log_likelihood


def _view_interval(codes: np.ndarray, low: np.ndarray, high: np.ndarray) -> View:
    """View only in which interval the normal lies, as codes; its log probability, and 0 for -1, which is missing."""

    def log_likelihood(rows: slice, centres: np.ndarray, spreads: np.ndarray) -> np.ndarray:
        table = log_interval((low[:, None] - centres) / spreads, (high[:, None] - centres) / spreads)
        unseen = np.zeros((1, len(centres)))  # the last row, where -1 points
        return np.asarray(np.concatenate([table, unseen])[codes[rows]])

    return log_likelihood


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
    columns = [_describe_column(str(name), frame[name]) for name in frame.columns]
    kept = [column.name for column in columns if column.role == "feature"]
    if not kept:
        what = "no column has two different values, so there is nothing to learn from"
        raise DataError(f"data.generate: {what}; lower missing, or raise n_samples")
    notes = []
    for column in columns:
        code, text = "constant" if column.n_distinct else "all-missing", f"is left out: {column.why}."
        if column.role == "dropped":
            notes.append(Note(code, f"Column {quoted(column.name)} {text}", column.name))
    target = Column("target", "category", "target", 0, 2, "the class, with labels flipped where label_noise says so")
    counts = {REST: len(y) - int(y.sum()), POSITIVE: int(y.sum())}
    return Dataset("mixture", frame[kept], y, POSITIVE, (REST,), counts, (*columns, target), tuple(notes))


def _describe_column(name: str, values: pd.Series) -> Column:
    kind, why = _WHY[name.rpartition("_")[0]]
    n_missing, n_distinct = int(values.isna().sum()), int(values.nunique())
    gaps_are_a_value = kind == "category" and 0 < n_missing < len(values)
    if n_distinct + gaps_are_a_value < 2:
        why = "all its present values are equal" if n_distinct else "all its values are missing"
        return Column(name, "constant", "dropped", n_missing, n_distinct, why)
    return Column(name, kind, "feature", n_missing, n_distinct, why)


def compute_posterior(
    views: Sequence[View], components: Sequence[Component], flipped_minority: float, flipped_majority: float
) -> np.ndarray:
    """Compute P(recorded label = positive | observed row).

    With weights w_k = n_k / n and independent columns, Bayes' theorem [1]_ gives the probability of the true class,

        P(minority | x) = Σ_{k in minority} w_k Π_j f_kj(x_j) / Σ_k w_k Π_j f_kj(x_j),

    where f_kj is a normal density, or the probability of an interval for a rounded or cut column. A missing cell
    contributes 1: it is missing completely at random [2]_, and the integral over what it hides is 1. Columns that
    tell nothing cancel. With shares e1 and e0 of flipped labels [3]_,

        P(recorded positive | x) = P(minority | x) (1 - e1) + (1 - P(minority | x)) e0.

    Sums of products are taken as logarithms, each after its largest term (log-sum-exp).

    Parameters
    ----------
    views : sequence of View
        The informative columns, in the order of the components' centres; n_rows each.
    components : sequence of Component
        The majority first.
    flipped_minority, flipped_majority : float
        e1 and e0, shares of the rows of each class whose recorded label is the other one.

    Returns
    -------
    ndarray of shape (n_rows,), float64
        Each row for itself: what other rows show doesn't change it.

    References
    ----------
    .. [1] McLachlan, Peel (2000). Finite mixture models. Wiley, section 1.15.
    .. [2] Rubin (1976). Inference and missing data. Biometrika 63, 581-592.
    .. [3] Natarajan, Dhillon, Ravikumar, Tewari (2013). Learning with noisy labels. NeurIPS 26.
    """
    centres, spreads = np.array([c.centre for c in components]), np.array([c.spread for c in components])
    is_minority = np.array([c.is_minority for c in components])
    log_weights = np.log([float(c.n_rows) for c in components])
    n_rows = sum(c.n_rows for c in components)
    step = max(_LEAST_ROWS, _CELLS // len(components))
    minority = np.empty(n_rows)
    for start in range(0, n_rows, step):
        rows = slice(start, min(start + step, n_rows))
        # log(w_k Π_j f_kj(x_j)) of rows × components, up to what all components share
        log_joint = np.tile(log_weights, (rows.stop - rows.start, 1))
        for place, view in enumerate(views):
            log_joint += view(rows, centres[:, place], spreads)
        minority[rows] = expit(_log_sum_exp(log_joint[:, is_minority]) - _log_sum_exp(log_joint[:, ~is_minority]))
    return minority * (1 - flipped_minority) + (1 - minority) * flipped_majority


def _log_sum_exp(terms: np.ndarray) -> np.ndarray:
    largest = terms.max(axis=1)
    return np.asarray(largest + np.log(np.exp(terms - largest[:, None]).sum(axis=1)))


def log_interval(low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Compute log(Φ(high) - Φ(low)) without cancellation in either tail.

    An interval above 0 is mirrored, so that the difference is one of small numbers; with p < q and their logarithms,
    log(q - p) = log q + log(1 - exp(log p - log q)) [1]_.

    Parameters
    ----------
    low, high : ndarray
        Ends of the interval in standard deviations from the mean, low < high; may be infinite.

    Returns
    -------
    ndarray
        Finite for every interval that is no more than about 1e150 standard deviations away.

    References
    ----------
    .. [1] Mächler (2012). Accurately computing log(1 - exp(-|a|)). Vignette of the R package Rmpfr.
    """
    mirrored = low + high > 0
    left, right = np.where(mirrored, -high, low), np.where(mirrored, -low, high)
    log_q = log_ndtr(right)
    x = log_ndtr(left) - log_q
    near = x > -np.log(2)  # which form of log(1 - exp(x)) keeps more digits depends on x
    rest = np.where(near, np.log(-np.expm1(np.where(near, x, -1.0))), np.log1p(-np.exp(np.where(near, -1.0, x))))
    return np.asarray(log_q + rest)
