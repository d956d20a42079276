"""Synthetic rows audited: how plausible they are beside held-out real rows, and whether one is a test row."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache

import numpy as np
from scipy.spatial.distance import cdist
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import roc_auc_score

from job.data.dataset import Dataset
from job.data.difficulty import draw, fit_plane, thin
from job.evaluation.grid import Unit
from job.strategies.preparation import Preparation
from job.strategies.recipe import Resampled, TrainingPart
from job.strategies.resampling import find_added, find_equal

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


@dataclass(frozen=True, eq=False)
class References:
    """What the synthetic rows of one split are held against, whichever sampler made them.

    Parameters
    ----------
    real : Real
    layout : Layout
    seed : int
        Of what is sampled: at most `MOST_ROWS` rows of the minority, and `MOST_REFERENCES` rows to be near to.
    """

    real: Real
    layout: Layout
    seed: int

    @cached_property
    def held_out(self) -> Measured:
        """The test part's minority, measured as if it were synthetic."""
        return self._measure(self._held, self._minority, np.random.RandomState(self.seed), among_test=True)

    def measure(self, rows: np.ndarray) -> Measured:
        """Measure synthetic rows of the minority.

        Parameters
        ----------
        rows : ndarray of shape (n_synthetic, n_encoded)

        Returns
        -------
        Measured
            ``copies``: share that equals a training row. ``majority_train`` and ``majority_test``: share whose nearest
            row of that part is of the majority (a test row's nearest other one) [1]_. ``density`` and ``coverage`` of
            the training part's minority, with five neighbours and equal counts [2]_. ``detection``: AUC, out of bag,
            of a forest that tells the rows from held-out minority rows (these: from training rows of the minority);
            0.5 is best. ``closest``: median distance to the nearest training row, in units of that among the
            minority's. ``out_of_range``: share with a number outside the range of all real rows; ``not_whole`` and
            ``no_category``: share with a value that such a column cannot hold. ``margins``: mean Kolmogorov-Smirnov
            distance of the numbers, ``categories``: mean total variation of the category columns, ``correlations``:
            mean absolute difference of the numbers' correlations, all three from the training part's minority.

        References
        ----------
        .. [1] Hassanat, Altarawneh, Tarawneh (2022). Stop oversampling for class imbalance learning: a review.
           IEEE Access 10.
        .. [2] Naeem, Oh, Uh, Choi, Yoo (2020). Reliable fidelity and diversity metrics for generative models. ICML.
        """
        luck = np.random.RandomState(self.seed)
        return self._measure(_sample(rows, MOST_ROWS, luck), self._held, luck, among_test=False)

    @cached_property
    def _minority(self) -> np.ndarray:
        return _sample(self.real.X_train[self.real.y_train == 1], MOST_ROWS, np.random.RandomState(self.seed))

    @cached_property
    def _held(self) -> np.ndarray:
        return _sample(self.real.X_test[self.real.y_test == 1], MOST_ROWS, np.random.RandomState(self.seed))

    @cached_property
    def _near(self) -> Real:
        """Real rows among which the nearest is looked for."""
        luck, real = np.random.RandomState(self.seed), self.real
        train, test = (_thin(y, MOST_REFERENCES, luck) for y in (real.y_train, real.y_test))
        return Real(real.X_train[train], real.y_train[train], real.X_test[test], real.y_test[test])

    @cached_property
    def _ends(self) -> tuple[np.ndarray, np.ndarray]:
        """Lowest and highest number of each column."""
        parts = [part[:, : self.layout.n_numeric] for part in (self.real.X_train, self.real.X_test) if len(part)]
        return np.min([p.min(axis=0) for p in parts], axis=0), np.max([p.max(axis=0) for p in parts], axis=0)

    @cached_property
    def _usual(self) -> float:
        """Median distance of the minority's rows to the nearest other row."""
        among = cdist(self._minority, self._near.X_train)
        among[among == 0] = np.inf  # itself, and its doubles
        return float(np.median(among.min(axis=1)))

    @cached_property
    def _radii(self) -> np.ndarray:
        return find_radii(self._minority)

    def _measure(
        self, rows: np.ndarray, others: np.ndarray, luck: np.random.RandomState, *, among_test: bool
    ) -> Measured:
        if not len(rows) or len(self._minority) < 2:
            return dict.fromkeys(MEASURES)
        near, numbers, usual = self._near, rows[:, : self.layout.n_numeric], self._usual
        to_train, to_test = cdist(rows, near.X_train), cdist(rows, near.X_test)
        if among_test:  # a test row is its own nearest
            own = np.arange(len(rows)), to_test.argmin(axis=1)
            to_test[own] = np.where(to_test[own] == 0, np.inf, to_test[own])
        low, high = self._ends
        outside = (numbers < low - WHOLE) | (numbers > high + WHOLE)
        density, coverage = measure_density(self._minority, self._radii, rows, luck)
        return {
            "copies": float(find_equal(rows, self.real.X_train).mean()),
            "majority_train": float(np.mean(near.y_train[to_train.argmin(axis=1)] == 0)),
            "majority_test": float(np.mean(near.y_test[to_test.argmin(axis=1)] == 0)) if len(near.y_test) > 1 else None,
            "density": density,
            "coverage": coverage,
            "detection": detect(rows, others, luck),
            "closest": float(np.median(to_train.min(axis=1)) / usual) if np.isfinite(usual) and usual > 0 else None,
            "out_of_range": float(outside.any(axis=1).mean()),
            "not_whole": _not_whole(rows, near.X_train, self.layout),
            "no_category": _no_category(rows, self.layout),
            **_shifts(rows, self._minority, self.layout),
        }


def find_radii(real: np.ndarray) -> np.ndarray:
    """Compute the distance of each row to its fifth neighbour, or to the furthest where there are fewer."""
    return np.asarray(np.sort(cdist(real, real), axis=1)[:, min(N_NEIGHBORS, len(real) - 1)])


def measure_density(
    real: np.ndarray, radii: np.ndarray, rows: np.ndarray, luck: np.random.RandomState
) -> tuple[float, float]:
    """Compute density and coverage of rows, as many as real ones, by balls around the real ones.

    Parameters
    ----------
    real : ndarray of shape (n_real, n_columns)
    radii : ndarray of shape (n_real,)
        Of the balls, by `find_radii`.
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
    margins, categories = (float(np.mean(found)) if found else None for found in (distances, variations))
    correlations = _correlation_shift(rows[:, :n], minority[:, :n])
    return {"margins": margins, "categories": categories, "correlations": correlations}


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
        What `References` found of them, and of the test part's minority; None where none was added.
    placed : ndarray of shape (n_drawn, n_axes) or None
        Where some of them lie in the plane of the training part, for a picture; on the first split only.
    """

    n_new: int
    n_new_in_test: int
    n_parents: int | None
    n_parents_outside: int | None
    n_minority: int = 0
    synthetic: Measured | None = None
    held_out: Measured | None = None
    placed: np.ndarray | None = field(default=None, compare=False)


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
    references = _find_references(part, dataset, unit.test.astype(np.int32).tobytes())
    X_train, X_test = references.real.X_train, references.real.X_test
    added = find_added(X_train, resampled.X)
    made = _take(resampled.X, added)  # what wasn't added equals a training row
    is_new = ~find_equal(made, X_train)
    n_in_test = int((is_new & find_equal(made, X_test)).sum())
    found = ResamplingAudit(int(is_new.sum()), n_in_test, *_count_parents(unit, dataset, resampled))
    rows = _take(made, np.flatnonzero(resampled.y[added] == 1))
    if not len(rows):
        return found
    is_first = (unit.repeat, unit.fold) == FIRST_SPLIT
    placed = _place(X_train, part.y, rows, references.seed) if is_first else None
    synthetic, held_out = references.measure(rows), references.held_out
    return replace(found, n_minority=len(rows), synthetic=synthetic, held_out=held_out, placed=placed)


@lru_cache(maxsize=1)
def _find_references(part: TrainingPart, dataset: Dataset, test: bytes) -> References:
    """Prepare what the samplers of one split share."""
    rows = np.frombuffer(test, dtype=np.int32)
    X_train, X_test = part.preparation.encode(part.codes), part.preparation.transform(dataset.X.iloc[rows])
    real = Real(X_train, part.y, X_test, dataset.y[rows])
    return References(real, layout_of(part.preparation, part.integer), part.seeds.sampler)


def _place(X_train: np.ndarray, y_train: np.ndarray, rows: np.ndarray, seed: int) -> np.ndarray:
    """Place some rows in the plane of the training part, where `job.evidence.picture` places its own."""
    plane = fit_plane(X_train[thin(y_train, X_train.shape[1], seed)])
    return plane.place(_sample(rows, MOST_DRAWN, np.random.RandomState(seed)))


def _count_parents(unit: Unit, dataset: Dataset, resampled: Resampled) -> tuple[int | None, int | None]:
    """Count parents, and those that are not among the training rows, by their number in the whole data set."""
    if resampled.parents is None:
        return None, None
    parents, n_train = np.ravel(resampled.parents), len(unit.train)
    known = (parents >= 0) & (parents < n_train)
    is_parent, is_test = np.zeros(n_train, dtype=bool), np.zeros(dataset.n_rows, dtype=bool)
    is_parent[parents[known]] = True
    is_test[unit.test] = True  # a row of both parts would be a test row
    n_unknown = len(np.unique(parents[~known]))
    return int(is_parent.sum()) + n_unknown, n_unknown + int(is_test[unit.train[is_parent]].sum())


def _take(rows: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Take some rows, given in ascending order; without a copy where they follow each other."""
    if len(chosen) and chosen[-1] - chosen[0] == len(chosen) - 1:
        return np.asarray(rows[chosen[0] : chosen[-1] + 1])
    return np.asarray(rows[chosen])
