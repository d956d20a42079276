"""The paired bootstrap over test rows, for jobs that have one split only."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from job.evidence.statistics.paired_t import BOOTSTRAP, ROUND_OFF, Estimates

N_DRAWS = 2000
LEAST_POSITIVES = 40
LEAST_GROUPS = 20
"""Groups with a positive row; with fewer no test holds its level, this one or the corrected t-test."""
_MOST_CELLS = 500_000  # of one chunk of weights: 4 MB, which a cache may hold
_LEAST_DRAWS = 32  # of one chunk


def enough_to_draw(y: np.ndarray, groups: np.ndarray | None) -> bool:
    """Tell whether there are positive rows, and groups that have one, enough for a bootstrap.

    Returns
    -------
    bool
        With fewer than 40 positive rows the bootstrap rejects too often; rows of a few groups are no more than these.
    """
    n_groups = LEAST_GROUPS if groups is None else len(np.unique(groups[y == 1]))
    return bool(y.sum() >= LEAST_POSITIVES and n_groups >= LEAST_GROUPS)


def draw_weights(
    n_test: int, groups: np.ndarray | None, seed: int, time: np.ndarray | None = None
) -> Iterator[np.ndarray]:
    """Draw how often each test row stands in each bootstrap sample, a chunk of samples at a time.

    Rows are drawn whatever their class, so that the share of positive rows varies as it would in other rows like
    these. Where rows belong to groups, whole groups are drawn; where they have a time, blocks of about n_test^(1/3)
    rows that follow each other, the first after the last.

    Parameters
    ----------
    time : ndarray of shape (n_test,) or None
        Not read where there are groups.

    Yields
    ------
    ndarray of shape (n_test, n_draws_of_chunk), float64

    References
    ----------
    .. [1] Efron, Tibshirani (1993). An introduction to the bootstrap. Chapman & Hall, chapters 8 and 13.
    .. [2] Davison, Hinkley (1997). Bootstrap methods and their application. Cambridge, section 3.8 (whole groups).
    .. [3] Künsch (1989). The jackknife and the bootstrap for general stationary observations. Annals of Statistics 17,
       1217-1241 (blocks).
    """
    unit_of_row, length = np.arange(n_test), 1
    if groups is not None:
        unit_of_row = np.unique(groups, return_inverse=True)[1]
    elif time is not None:
        unit_of_row[np.argsort(time, kind="stable")] = np.arange(n_test)
        length = round(n_test ** (1 / 3))
    n_units = int(unit_of_row.max()) + 1
    luck = np.random.RandomState(seed)
    left, most = N_DRAWS, max(_LEAST_DRAWS, _MOST_CELLS // n_test)
    while left:
        n_draws = min(left, most)
        counts = np.empty((n_draws, n_units))
        for draw in range(n_draws):  # one after the other: the size of a chunk changes no draw
            starts = luck.randint(0, n_units, -(-n_units // length))
            drawn = (starts[:, np.newaxis] + np.arange(length)).ravel()[:n_units] % n_units
            counts[draw] = np.bincount(drawn, minlength=n_units)
        yield np.ascontiguousarray(counts.T)[unit_of_row]
        left -= n_draws


def compare_over_draws(
    observed: tuple[np.ndarray, np.ndarray],
    draws: tuple[np.ndarray, np.ndarray],
    rope: float | np.ndarray,
    confidence: float,
) -> Estimates:
    """Compare two sets of values on the one split that there is.

    It is about these two fitted models, on rows like these: it says how much luck there is in the test rows, and
    nothing about that in the training rows.

    Parameters
    ----------
    observed : (ndarray, ndarray) of shape (...)
        Left and right on the test part itself; NaN where undefined.
    draws : (ndarray, ndarray) of shape (..., n_draws)
        The same on each bootstrap sample.
    rope, confidence : float
        As for splits.

    Returns
    -------
    Estimates
        Percentile intervals; p = 2 min(1 + #≤0, 1 + #≥0) / (n_draws + 1), at most 1; the probabilities are shares of
        the draws. Nothing where fewer than half of the samples have a value.
    """
    left, right = observed
    difference, drawn = left - right, draws[0] - draws[1]
    scale = np.maximum(np.abs(left), np.abs(right))
    drawn = np.where(np.abs(drawn) > ROUND_OFF * scale[..., np.newaxis], drawn, drawn * 0.0)
    difference = np.where(np.abs(difference) > ROUND_OFF * scale, difference, difference * 0.0)
    exists = np.isfinite(drawn)
    n_drawn = exists.sum(axis=-1)
    tested = np.isfinite(difference) & (2 * n_drawn >= drawn.shape[-1])
    low, high = (edge(np.where(exists, drawn, fill), axis=-1) for edge, fill in ((np.min, np.inf), (np.max, -np.inf)))
    varies = high - low > ROUND_OFF * scale
    lower, upper = _percentiles(drawn, n_drawn, confidence)
    p_value = np.minimum(2 * (1 + np.minimum((drawn <= 0).sum(-1), (drawn >= 0).sum(-1))) / (n_drawn + 1), 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(exists, drawn, 0.0).sum(axis=-1) / n_drawn
        residual = np.where(exists, drawn - mean[..., np.newaxis], 0.0)
        deviation = np.sqrt((residual**2).sum(axis=-1) / (n_drawn - 1))
        width = np.asarray(rope)[..., np.newaxis]
        below, above = ((side.sum(axis=-1) / n_drawn) for side in (drawn < -width, drawn > width))

    def where_known(values: np.ndarray) -> np.ndarray:
        return np.where(tested & varies, values, np.nan)

    return Estimates(
        n_splits=np.isfinite(difference).astype(int),
        difference=difference,
        se=where_known(deviation),
        lower=where_known(lower),
        upper=where_known(upper),
        p_value=np.where(tested & ~varies & (difference == 0), 1.0, where_known(p_value)),
        below=where_known(below),
        within=where_known(np.maximum(1 - below - above, 0.0)),
        above=where_known(above),
        tested=tested,
        varies=varies,
        method=np.full(difference.shape, BOOTSTRAP),
    )


def _percentiles(drawn: np.ndarray, n_drawn: np.ndarray, confidence: float) -> tuple[np.ndarray, np.ndarray]:
    """Linear between order statistics, as `numpy.quantile` has them, of the draws that exist."""
    ordered = np.sort(drawn, axis=-1)  # NaN last

    def at(share: float) -> np.ndarray:
        place = np.maximum(share * (n_drawn - 1), 0.0)
        first = np.floor(place).astype(int)
        second = np.minimum(first + 1, np.maximum(n_drawn - 1, 0))
        low, high = (np.take_along_axis(ordered, index[..., np.newaxis], -1)[..., 0] for index in (first, second))
        return np.asarray(low + (place - first) * (high - low))

    return at((1 - confidence) / 2), at((1 + confidence) / 2)
