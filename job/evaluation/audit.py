"""Synthetic rows audited: how plausible they are beside held-out real rows, and whether one is a test row."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from scipy.spatial.distance import cdist
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import roc_auc_score

from job.data.dataset import Dataset
from job.data.difficulty import draw
from job.evaluation.grid import Unit
from job.strategies.preparation import Preparation
from job.strategies.recipe import Resampled, TrainingPart
from job.strategies.resampling import find_added

MOST_ROWS = 400
"""Most rows that are looked at, of each kind; more are sampled."""
MOST_REFERENCES = 4_000
"""Most training rows among which the nearest is looked for; more are sampled, each class alike."""
MOST_CORRELATED = 100
"""Most columns whose correlations are compared; of more, some that are spread evenly."""
N_NEIGHBORS = 5
N_TREES = 25
LEAST_FOR_DETECTION = 10
WHOLE = 1e-6

MEASURES = (
    *("copies", "majority_train", "majority_test", "density", "coverage", "detection", "closest"),
    *("out_of_range", "not_whole", "no_category", "margins", "categories", "correlations"),
)


@dataclass(frozen=True, eq=False)
class Layout:
    """What the columns of encoded rows are.

    Parameters
    ----------
    n_numeric : int
        The first columns are numbers.
    blocks : tuple of (int, int)
        Where the columns of each category column begin and end.
    whole : tuple of int
        Numeric columns that hold whole numbers in their own units.
    centre, scale : ndarray of shape (n_numeric,)
        A number in its own units is ``value * scale + centre``.
    """

    n_numeric: int
    blocks: tuple[tuple[int, int], ...]
    whole: tuple[int, ...]
    centre: np.ndarray
    scale: np.ndarray


@dataclass(frozen=True, eq=False)
class Real:
    """The real rows of one split, encoded.

    Parameters
    ----------
    X_train, X_test : ndarray of shape (n_rows, n_encoded)
    y_train, y_test : ndarray of shape (n_rows,)
        1 for the minority.
    """

    X_train: np.ndarray
    y_train: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray


def layout_of(preparation: Preparation, integer: Sequence[str]) -> Layout:
    """Tell from a fitted preparation what the columns of its encoded rows are.

    Parameters
    ----------
    preparation : Preparation
    integer : sequence of str
        Numeric columns that hold whole numbers only.

    Returns
    -------
    Layout
    """
    n_numeric = len(preparation.numeric_)
    ends = (n_numeric + np.cumsum(preparation.category_counts_)).tolist()
    scaler = preparation.numbers_[-1] if n_numeric else None
    centre, scale = getattr(scaler, "mean_", getattr(scaler, "center_", None)), getattr(scaler, "scale_", None)
    centre, scale = np.zeros(n_numeric) if centre is None else centre, np.ones(n_numeric) if scale is None else scale
    whole = tuple(preparation.numeric_.index(name) for name in integer)
    return Layout(n_numeric, tuple(zip([n_numeric, *ends], ends, strict=False)), whole, centre, scale)


Measured = dict[str, float | None]
"""A value for each of `MEASURES`, None where there is none."""


def audit_rows(rows: np.ndarray, real: Real, layout: Layout, seed: int) -> tuple[Measured, Measured]:
    """Measure synthetic minority rows, and held-out real minority rows beside them.

    Parameters
    ----------
    rows : ndarray of shape (n_synthetic, n_encoded)
    real : Real
    layout : Layout
    seed : int
        Of what is sampled, and of the forest.

    Returns
    -------
    synthetic, held_out : Measured
        ``copies``: share that equals a training row. ``majority_train`` and ``majority_test``: share whose nearest
        row of that part is of the majority (a test row's nearest other one) [1]_. ``density`` and ``coverage`` of
        the training part's minority, with five neighbours and equal counts [2]_. ``detection``: AUC, out of bag, of
        a forest that tells the rows from held-out minority rows (these: from training rows of the minority); 0.5 is
        best. ``closest``: median distance to the nearest training row, in units of that among the minority's.
        ``out_of_range``: share with a number outside the range of all real rows; ``not_whole`` and ``no_category``:
        share with a value that such a column cannot hold. ``margins``: mean Kolmogorov-Smirnov distance of the
        numbers, ``categories``: mean total variation of the category columns, ``correlations``: mean absolute
        difference of the numbers' correlations, all three from the training part's minority.

    References
    ----------
    .. [1] Hassanat, Altarawneh, Tarawneh (2022). Stop oversampling for class imbalance learning: a review.
       IEEE Access 10.
    .. [2] Naeem, Oh, Uh, Choi, Yoo (2020). Reliable fidelity and diversity metrics for generative models. ICML.
    """
    luck = np.random.RandomState(seed)
    minority = _sample(real.X_train[real.y_train == 1], MOST_ROWS, luck)
    held = _sample(real.X_test[real.y_test == 1], MOST_ROWS, luck)
    made = _sample(rows, MOST_ROWS, luck)
    train, test = (_thin(y, MOST_REFERENCES, luck) for y in (real.y_train, real.y_test))
    near = Real(real.X_train[train], real.y_train[train], real.X_test[test], real.y_test[test])
    references = _References(real, near, minority, layout, luck)
    return references.measure(made, held, among_test=False), references.measure(held, minority, among_test=True)


@dataclass(frozen=True, eq=False)
class _References:
    """What rows are held against: all real rows, some of them for distances, and the training part's minority."""

    real: Real
    near: Real
    minority: np.ndarray
    layout: Layout
    luck: np.random.RandomState

    def measure(self, rows: np.ndarray, others: np.ndarray, *, among_test: bool) -> Measured:
        if not len(rows) or len(self.minority) < 2:
            return dict.fromkeys(MEASURES)
        near, numbers = self.near, rows[:, : self.layout.n_numeric]
        to_train, to_test, among = (
            cdist(*pair) for pair in ((rows, near.X_train), (rows, near.X_test), (self.minority, near.X_train))
        )
        if among_test:  # a test row is its own nearest
            own = np.arange(len(rows)), to_test.argmin(axis=1)
            to_test[own] = np.where(to_test[own] == 0, np.inf, to_test[own])
        among[among == 0] = np.inf  # itself, and its doubles
        usual = np.median(among.min(axis=1))
        ends = np.vstack([self.real.X_train, self.real.X_test])[:, : self.layout.n_numeric]
        outside = (numbers < ends.min(axis=0) - WHOLE) | (numbers > ends.max(axis=0) + WHOLE)
        keys = [row.tobytes() for row in rows + 0.0]  # 0 and -0 are equal
        known = set(keys).intersection(row.tobytes() for row in self.real.X_train + 0.0)
        density, coverage = measure_density(self.minority, rows, self.luck)
        return {
            "copies": float(np.mean([key in known for key in keys])),
            "majority_train": float(np.mean(near.y_train[to_train.argmin(axis=1)] == 0)),
            "majority_test": float(np.mean(near.y_test[to_test.argmin(axis=1)] == 0)) if len(near.y_test) > 1 else None,
            "density": density,
            "coverage": coverage,
            "detection": detect(rows, others, self.luck),
            "closest": float(np.median(to_train.min(axis=1)) / usual) if np.isfinite(usual) and usual > 0 else None,
            "out_of_range": float(outside.any(axis=1).mean()),
            "not_whole": _not_whole(rows, near.X_train, self.layout),
            "no_category": _no_category(rows, self.layout),
            **_shifts(rows, self.minority, self.layout),
        }


def measure_density(real: np.ndarray, rows: np.ndarray, luck: np.random.RandomState) -> tuple[float, float]:
    """Compute density and coverage of rows, as many as real ones, by balls around the real ones.

    Parameters
    ----------
    real : ndarray of shape (n_real, n_columns)
    rows : ndarray of shape (n_rows, n_columns)
    luck : RandomState
        Draws equal counts of both.

    Returns
    -------
    density : float
        Mean number of balls that a row lies in, over k; 1 for rows of the same distribution, more near dense places.
    coverage : float
        Share of balls with a row in them.
    """
    n = min(len(real), len(rows))
    k = min(N_NEIGHBORS, len(real) - 1)
    radii = np.sort(cdist(real, real), axis=1)[:, k]
    inside = cdist(_sample(rows, n, luck), real) <= radii
    chosen = luck.permutation(len(real))[:n]
    return float(inside.sum(axis=1).mean() / k), float(inside[:, chosen].any(axis=0).mean())


def detect(rows: np.ndarray, others: np.ndarray, luck: np.random.RandomState) -> float | None:
    """Compute the AUC, out of bag, of a forest that tells rows from others, with equal counts of both."""
    n = min(len(rows), len(others))
    if n < LEAST_FOR_DETECTION:
        return None
    X = np.vstack([_sample(rows, n, luck), _sample(others, n, luck)])
    y = np.repeat([1, 0], n)
    forest = RandomForestClassifier(N_TREES, random_state=int(luck.randint(2**31)), oob_score=lambda *_: 0.0)
    with warnings.catch_warnings():  # that a row was in every bag, which is seen below
        warnings.simplefilter("ignore")
        forest.fit(X, y)
    votes = forest.oob_decision_function_[:, 1]
    seen = np.isfinite(votes)
    return float(roc_auc_score(y[seen], votes[seen])) if 0 < y[seen].sum() < seen.sum() else None


def _not_whole(rows: np.ndarray, train: np.ndarray, layout: Layout) -> float:
    """Share of rows with a number that is neither whole nor found in a training row, as a filled gap may be."""
    if not layout.whole:
        return 0.0
    columns = list(layout.whole)
    own = rows[:, columns] * layout.scale[columns] + layout.centre[columns]
    tolerance = WHOLE * np.maximum(1.0, np.abs(own))
    found = np.column_stack([np.isin(rows[:, column], train[:, column]) for column in columns])
    return float(((np.abs(own - np.round(own)) > tolerance) & ~found).any(axis=1).mean())


def _no_category(rows: np.ndarray, layout: Layout) -> float:
    """Share of rows that lie between categories; a row of none has one that the training part lacks."""
    wrong = np.zeros(len(rows), dtype=bool)
    for start, stop in layout.blocks:
        block = rows[:, start:stop]
        wrong |= ~np.isin(block, (0.0, 1.0)).all(axis=1) | (block.sum(axis=1) > 1)
    return float(wrong.mean())


def _shifts(rows: np.ndarray, minority: np.ndarray, layout: Layout) -> Measured:
    n = layout.n_numeric
    distances = [kolmogorov_smirnov(rows[:, j], minority[:, j]) for j in range(n)]
    shares = ([part[:, start:stop].mean(axis=0) for part in (rows, minority)] for start, stop in layout.blocks)
    variations = [float(np.abs(one - other).sum() / 2) for one, other in shares]
    return {
        "margins": float(np.mean(distances)) if distances else None,
        "categories": float(np.mean(variations)) if variations else None,
        "correlations": _correlation_shift(rows[:, :n], minority[:, :n]),
    }


def kolmogorov_smirnov(first: np.ndarray, second: np.ndarray) -> float:
    """Compute the largest distance of two empirical distribution functions."""
    first, second = np.sort(first), np.sort(second)
    points = np.concatenate([first, second])
    one, other = (np.searchsorted(part, points, side="right") / len(part) for part in (first, second))
    return float(np.abs(one - other).max())


def _correlation_shift(rows: np.ndarray, minority: np.ndarray) -> float | None:
    """Mean absolute difference of correlations, of pairs of columns that vary in both."""
    if min(len(rows), len(minority)) < 3:
        return None
    varies = np.flatnonzero((rows.std(axis=0) > WHOLE) & (minority.std(axis=0) > WHOLE))
    if len(varies) < 2:
        return None
    chosen = varies[np.linspace(0, len(varies) - 1, min(len(varies), MOST_CORRELATED)).astype(int)]
    first, second = (np.corrcoef(part[:, chosen], rowvar=False) for part in (rows, minority))
    above = np.triu_indices(len(chosen), 1)
    return float(np.abs(first - second)[above].mean())


def _sample(rows: np.ndarray, n: int, luck: np.random.RandomState) -> np.ndarray:
    return np.asarray(rows[draw(np.arange(len(rows)), n, luck)])


def _thin(y: np.ndarray, n: int, luck: np.random.RandomState) -> np.ndarray:
    """Choose rows in the shares that the classes have, all where there are few."""
    if len(y) <= n:
        return np.arange(len(y))
    classes = [np.flatnonzero(y == label) for label in (0, 1)]
    kept = [rows[luck.permutation(len(rows))[: max(2, round(n * len(rows) / len(y)))]] for rows in classes]
    return np.sort(np.concatenate(kept))


FIRST_SPLIT = (0, 0)
MOST_DRAWN = 200
"""Most added rows of the minority that are kept to be drawn."""


@dataclass(frozen=True)
class ResamplingAudit:
    """What was found in one unit.

    Parameters
    ----------
    n_new : int
        Rows of the resampled training part that equal no training row.
    n_new_in_test : int
        Those of them that equal a test row.
    n_parents, n_parents_outside : int or None
        Parents that the sampler named, and those that are no rows of the training part; None where it names none.
    n_minority : int
        Rows of the minority that were added.
    synthetic, held_out : Measured or None
        What `audit_rows` found of them, and of the test part's minority; None where none was added.
    drawn : ndarray of shape (n_drawn, n_encoded) or None
        Some of them, for a picture; kept on the first split only.
    """

    n_new: int
    n_new_in_test: int
    n_parents: int | None
    n_parents_outside: int | None
    n_minority: int = 0
    synthetic: Measured | None = None
    held_out: Measured | None = None
    drawn: np.ndarray | None = field(default=None, compare=False)


def audit_resampling(unit: Unit, dataset: Dataset, part: TrainingPart, resampled: Resampled) -> ResamplingAudit | None:
    """Look for test rows among resampled rows and their parents.

    Parameters
    ----------
    unit : Unit
    dataset : Dataset
    part : TrainingPart
    resampled : Resampled

    Returns
    -------
    ResamplingAudit or None
        None where nothing was added.
    """
    if not resampled.n_synthetic:
        return None
    X_train = part.preparation.encode(part.codes)
    X_test = part.preparation.transform(dataset.X.iloc[unit.test])
    train, test, made = (_as_bytes(rows) for rows in (X_train, X_test, resampled.X))
    new = made[~np.isin(made, train)]
    added = find_added(X_train, resampled.X)
    rows = resampled.X[added[resampled.y[added] == 1]]
    found = ResamplingAudit(len(new), int(np.isin(new, test).sum()), *_count_parents(unit, dataset, resampled))
    if not len(rows):
        return found
    real = Real(X_train, part.y, X_test, dataset.y[unit.test])
    seed, is_first = part.seeds.sampler, (unit.repeat, unit.fold) == FIRST_SPLIT
    synthetic, held_out = audit_rows(rows, real, layout_of(part.preparation, part.integer), seed)
    drawn = _sample(rows, MOST_DRAWN, np.random.RandomState(seed)) if is_first else None
    return replace(found, n_minority=len(rows), synthetic=synthetic, held_out=held_out, drawn=drawn)


def _count_parents(unit: Unit, dataset: Dataset, resampled: Resampled) -> tuple[int | None, int | None]:
    """Count parents, and those that are not among the training rows, by their number in the whole data set."""
    if resampled.parents is None:
        return None, None
    parents = np.unique(resampled.parents)
    known = (parents >= 0) & (parents < len(unit.train))
    is_train = np.zeros(dataset.n_rows, dtype=bool)
    is_train[unit.train] = True
    is_train[unit.test] = False  # a row of both parts would be a test row
    return len(parents), int((~known).sum() + (~is_train[unit.train[parents[known]]]).sum())


def _as_bytes(rows: np.ndarray) -> np.ndarray:
    """Make one comparable value of each row; 0 and -0 are equal."""
    rows = np.ascontiguousarray(rows + 0.0)
    return rows.view([("row", f"V{rows.shape[1] * rows.itemsize}")]).ravel()
