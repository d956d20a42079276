"""HistGradientBoosting with weights, fitted faster to the same model: the edges of its bins from one sort a column.

scikit-learn 1.9 finds these edges with `_weighted_percentile`, called once for each of 254 edges of each column, and
each call sorts the column anew (`sklearn/ensemble/_hist_gradient_boosting/binning.py`). docs/scale.md has the figures,
and what upstream could do.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from sklearn.ensemble._hist_gradient_boosting import binning

_NAME = "_weighted_percentile"


@contextmanager
def sorted_once() -> Iterator[None]:
    """Let scikit-learn sort each column once where it bins weighted rows; with other internals nothing changes."""
    original = getattr(binning, _NAME, None)
    if original is None:
        yield
        return
    setattr(binning, _NAME, _Percentiles(original))
    try:
        yield
    finally:
        setattr(binning, _NAME, original)


class _Percentiles:
    """Percentiles of the last column: all edges are computed when the first is asked for."""

    def __init__(self, original: Callable[..., Any]) -> None:
        self._original = original
        self._last: tuple[object, object, dict[float, Any]] = (None, None, {})

    def __call__(self, column: np.ndarray, weights: np.ndarray, percentile: Any, **options: Any) -> Any:
        known_column, known_weights, found = self._last
        if known_column is not column or known_weights is not weights:
            found = self._all_edges(column, weights, percentile) if options == {"average": True} else {}
            self._last = column, weights, found
        if isinstance(percentile, float) and percentile in found:
            return found[percentile]
        return self._original(column, weights, percentile, **options)

    def _all_edges(self, column: np.ndarray, weights: np.ndarray, first: Any) -> dict[float, Any]:
        """Guess from the first edge which others follow; none where scikit-learn finds some of them elsewhere."""
        if not isinstance(first, float) or not 0 < first <= 50 or not (weights > 0).all() or np.isnan(column).any():
            return {}
        ranks = np.linspace(0, 100, num=round(100 / first) + 1)[1:-1]
        found = dict(zip(ranks.tolist(), _averaged(column, weights, ranks), strict=True))
        some = ranks[[0, len(ranks) // 2, -1]].tolist()
        is_right = all(found[rank] == self._original(column, weights, rank, average=True) for rank in some)
        return found if is_right else {}


def _averaged(column: np.ndarray, weights: np.ndarray, ranks: np.ndarray) -> np.ndarray:
    """Compute percentiles as scikit-learn does, operation by operation, all from one sort."""
    order = np.argsort(column.reshape(-1, 1), axis=0)[:, 0]  # of equal values whose weights differ, in its order
    ordered, share = column[order], np.cumsum(weights[order])
    wanted, last = ranks / 100 * share[-1], len(column) - 1
    below = np.minimum(np.searchsorted(share, wanted), last)
    above = np.minimum(below + 1, last)
    is_between = share[below] - wanted > np.finfo(column.dtype).eps
    return np.asarray(np.where(is_between, ordered[below], (ordered[below] + ordered[above]) / 2))
