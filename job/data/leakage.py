"""What lets a model score too well: columns that give the label away, and rows that are the same, or nearly."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from job.data.dataset import Note
from job.data.difficulty import draw, find_shrinkage, search_exactly
from job.data.quoting import quoted

ALONE = -1
NEARER = 100

_LEAST_ROWS_PER_CATEGORY = 10
_MOST_ASKED, _LEAST_ASKED = 1_000, 200
_MOST_WORK = 10_000_000_000  # of one search: a few seconds on one core
_WORK_OF_A_ROW = 100  # to be compared with another one, beside that of each column
_BLOCK_CELLS = 4_000_000
_COPIES = 16  # that a row may have and still be found out
_CLOSE = 0.01
_HEAD = 1_000


@dataclass(frozen=True)
class Duplicates:
    """Rows that are equal in every feature.

    Parameters
    ----------
    n_repeated : int
        Rows that equal an earlier one.
    n_conflicting, n_conflicting_minority : int
        Rows, and minority rows among them, that equal a row of another class.
    """

    n_repeated: int
    n_conflicting: int
    n_conflicting_minority: int


def score_columns(X: pd.DataFrame, y: np.ndarray) -> dict[str, float | None]:
    """Compute the area under the ROC curve of every feature, used alone as a score.

    AUC = (Σ of the minority's ranks - n₁(n₁ + 1)/2) / (n₁ n₀), ranks in the middle for ties, and 1 - AUC where that is
    more. A missing number is tried as the lowest and as the highest value; a category's score is the share of its rows
    that are minority.

    Parameters
    ----------
    X : pandas.DataFrame of shape (n_rows, n_features)
        Features as in `job.data.dataset.Dataset`.
    y : ndarray of shape (n_rows,) of 0 and 1
        Both there.

    Returns
    -------
    dict of str to float or None
        0.5 to 1; None for a column with so many categories (fewer than ten rows each) that any would seem to tell.

    References
    ----------
    .. [1] Hanley, McNeil (1982). The meaning and use of the area under a receiver operating characteristic (ROC)
       curve. Radiology 143, 29-36.
    """
    return {str(name): _score(X[name], y) for name in X.columns}


def find_equal_columns(X: pd.DataFrame) -> tuple[tuple[str, ...], ...]:
    """Group the features that have the same content in every row, missing cells included.

    Returns
    -------
    tuple of tuple of str
        Groups of two or more, in the order of their first column. Categories are equal if they part the rows alike,
        whatever they are called.
    """
    place = {name: number for number, name in enumerate(X.columns)}
    alike = _group_columns(X[:_HEAD], list(place))  # few columns are, so few are read to their end
    groups = (names for like in alike for names in _group_columns(X, like))
    return tuple(tuple(map(str, names)) for names in sorted(groups, key=lambda names: place[names[0]]))


def _group_columns(X: pd.DataFrame, names: Sequence[str]) -> list[list[str]]:
    groups: dict[bytes, list[str]] = {}
    for name in names:
        is_category = isinstance(X[name].dtype, pd.CategoricalDtype)
        values = pd.factorize(_codes(X[name]))[0] if is_category else X[name].to_numpy(dtype=np.float64) + 0.0
        content = np.where(np.isnan(values), np.nan, values)  # one pattern of bytes for all that is missing
        groups.setdefault(hashlib.sha256(content.tobytes()).digest(), []).append(name)
    return [each for each in groups.values() if len(each) > 1]


def count_duplicates(X: pd.DataFrame, y: np.ndarray) -> Duplicates:
    """Count rows that are equal in every feature, and those among them that carry different labels."""
    row = _number_rows(X)
    n_distinct = int(row.max(initial=-1)) + 1
    of_minority = np.bincount(row[y == 1], minlength=n_distinct)
    of_majority = np.bincount(row[y == 0], minlength=n_distinct)
    both = (of_minority > 0) & (of_majority > 0)
    return Duplicates(len(row) - n_distinct, int((of_minority + of_majority)[both].sum()), int(of_minority[both].sum()))


def number_identical(X: pd.DataFrame) -> np.ndarray:
    """Give rows that are the same in every feature one number; missing values are equal to each other.

    Returns
    -------
    ndarray of shape (n_rows,) of int64
        0, 1, 2, ... in the order of first appearance; `ALONE` for a row like no other.
    """
    row = _number_rows(X)
    is_shared = np.bincount(row) > 1
    return np.asarray(np.where(is_shared, np.cumsum(is_shared) - 1, ALONE)[row], dtype=np.int64)


def _number_rows(X: pd.DataFrame) -> np.ndarray:
    """Number the distinct rows, in the order of first appearance."""
    row = np.zeros(len(X), dtype=np.int64)
    for name in X.columns:  # such a number times that of a value fits 64 bits
        if row.max(initial=-1) == len(row) - 1:
            break  # no two rows are equal in the columns so far
        codes = _codes(X[name])
        row = pd.factorize(row * (int(codes.max(initial=0)) + 1) + codes)[0]
    return row


def _codes(column: pd.Series) -> np.ndarray:
    """Number the distinct values, a missing one included."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.cat.codes.to_numpy().astype(np.int64) + 1
    return np.asarray(pd.factorize(column.to_numpy(), use_na_sentinel=True)[0], dtype=np.int64) + 1


def _score(column: pd.Series, y: np.ndarray) -> float | None:
    if isinstance(column.dtype, pd.CategoricalDtype):
        codes = _codes(column)
        n_rows, n_minority = np.bincount(codes), np.bincount(codes, weights=y)
        if _LEAST_ROWS_PER_CATEGORY * np.count_nonzero(n_rows) > len(codes):
            return None
        return _auc((n_minority / np.maximum(n_rows, 1))[codes], y)
    values = column.to_numpy(dtype=np.float64)
    if not np.isnan(values).any():
        return _auc(values, y)
    return max(_auc(np.where(np.isnan(values), end, values), y) for end in (-np.inf, np.inf))


def _auc(scores: np.ndarray, y: np.ndarray) -> float:
    ranks = rankdata(scores)
    n_minority = int(y.sum())
    pairs = n_minority * (len(y) - n_minority)
    area = float((ranks[y == 1].sum() - n_minority * (n_minority + 1) / 2) / pairs)
    return max(area, 1 - area)


def share_near_duplicates(
    prepare: Callable[[pd.DataFrame], np.ndarray],
    X: pd.DataFrame,
    others: np.ndarray,
    groups: np.ndarray | None,
    seed: int,
) -> tuple[float, int]:
    """Find the share of rows with near-duplicates: up to 16 rows that are 100 times nearer than the next one.

    Where columns vary smoothly, one row in 100 ** n_columns is so by chance [1]_. Equal rows don't count. Where most
    columns are categories, two rows of one combination may be near in what is left; so each column must be close as
    well: no more than 1 % of all rows have a value between.

    Parameters
    ----------
    prepare : callable
        From features to numbers.
    X : pandas.DataFrame of shape (n_rows, n_features)
        Neighbours are sought among all of them, because a sample would part the pairs.
    others : ndarray of shape (n, n_columns)
        A sample of the prepared rows.
    groups : ndarray of shape (n_rows,) or None
        Near-duplicates of the same group don't count: no split parts them.
    seed : int
        Of the sample of rows whose neighbours are sought.

    Returns
    -------
    share : float
    n_asked : int
        Rows of the sample.

    References
    ----------
    .. [1] Facco, d'Errico, Rodriguez, Laio (2017). Estimating the intrinsic dimension of datasets by a minimal
       neighborhood information. Scientific Reports 7, 12140.
    """
    work = len(X) * (others.shape[1] + _WORK_OF_A_ROW)
    n_asked = int(np.clip(_MOST_WORK // work, _LEAST_ASKED, _MOST_ASKED))
    rows = draw(np.arange(len(X)), n_asked, np.random.RandomState(seed))
    asked = prepare(X.iloc[rows])
    distances, found = _find_nearest_unequal(asked, prepare, X)
    gaps = (NEARER * distances[:, :-1] < distances[:, 1:]) & np.isfinite(distances[:, 1:])
    suspects = np.flatnonzero(gaps.any(axis=1))
    last = gaps[suspects].argmax(axis=1)
    if groups is not None:
        strange = groups[found[suspects]] != groups[rows[suspects], np.newaxis]
        parted = (strange & (np.arange(found.shape[1]) <= last[:, np.newaxis])).any(axis=1)
        suspects, last = suspects[parted], last[parted]
    if not len(suspects):
        return 0.0, len(rows)
    between = _share_between(asked[suspects], prepare(X.iloc[found[suspects, last]]), others)
    return float((between <= _CLOSE + (last + 1) / len(X)).sum() / len(rows)), len(rows)


def _find_nearest_unequal(
    asked: np.ndarray, prepare: Callable[[pd.DataFrame], np.ndarray], X: pd.DataFrame
) -> tuple[np.ndarray, np.ndarray]:
    """Distances of the nearest rows, nearest first, and which these are; infinite where there are no more."""
    distances = np.full((len(asked), _COPIES + 1), np.inf)
    found = np.zeros(distances.shape, dtype=np.intp)
    size = max(1, _BLOCK_CELLS // max(asked.shape[1], 1))
    for start in range(0, len(X), size):
        block = prepare(X.iloc[start : start + size])
        factor = find_shrinkage(float(max(np.abs(asked).max(initial=0.0), np.abs(block).max())), asked.shape[1])
        with np.errstate(over="ignore"):
            exact, near = search_exactly(factor * block, factor * asked, _COPIES + 2)
            exact /= factor
        exact[exact == 0] = np.inf
        distances, found = np.hstack([distances, exact]), np.hstack([found, start + near])
        order = np.argsort(distances, axis=1, kind="stable")[:, : _COPIES + 1]
        distances, found = np.take_along_axis(distances, order, axis=1), np.take_along_axis(found, order, axis=1)
    return distances, found


def _share_between(left: np.ndarray, right: np.ndarray, others: np.ndarray) -> np.ndarray:
    """The largest share, over columns, of rows whose value lies between those of two rows."""
    low, high, ordered = np.minimum(left, right), np.maximum(left, right), np.sort(others, axis=0)
    columns = zip(ordered.T, low.T, high.T, strict=True)
    between = [np.searchsorted(all_, up) - np.searchsorted(all_, down, "right") for all_, down, up in columns]
    return np.asarray(np.max(between, axis=0) / len(others))


def note_leaks(X: pd.DataFrame, y: np.ndarray) -> Iterator[Note]:
    """Note each feature that alone parts positive rows from all others without an error."""
    for name in X.columns:
        if isinstance(X[name].dtype, pd.CategoricalDtype):
            enough = (len(X[name].cat.categories) + 1) * _LEAST_ROWS_PER_CATEGORY <= len(y)  # one may be missing
            tells = enough and _score(X[name], y) == 1.0
        else:  # as for categories, but in time that grows with the rows only; not where a value is missing
            inside, outside = X[name].to_numpy()[y == 1], X[name].to_numpy()[y == 0]
            tells = bool(inside.min() > outside.max() or inside.max() < outside.min())
        if tells:
            advice = "If it was written after the label was known, list it under data.file.drop."
            found = f"Column {quoted(name)} alone determines the label of every row."
            yield Note("tells-the-label", f"{found} {advice}", name)
