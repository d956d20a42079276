"""AffinitySMOTE: over-sampling from the rows that are surest of their class, in both directions."""

import numbers
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from imblearn.over_sampling.base import BaseOverSampler
from imblearn.utils import check_target_type
from joblib import effective_n_jobs
from numpy.typing import NDArray
from scipy import sparse
from sklearn.utils import check_consistent_length, check_random_state, column_or_1d
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import validate_data

from job.samplers.columns import category_columns, decode, encode, find_columns, integer_columns, is_mixed
from job.samplers.parents import Plan, Settings, describe_degradations, plan_classes
from job.samplers.survey import survey_table
from job.samplers.threads import Workers, count_threads, open_workers
from job.samplers.writing import ColumnRules, column_rules, write_rows, write_rows_into

ROWS_FOR_THREADS = 10_000  # up to here threads take longer to wait for one another than they save on a busy machine


class AffinitySMOTE(BaseOverSampler):
    r"""Over-sample by interpolation between neighbours, from the rows that are surest of their class.

    For each class that needs rows, let :math:`P` be its rows and :math:`M` those of all other classes. Row
    :math:`i` of :math:`P` has the affinity

    .. math:: a_i = \frac{\bar d_M(i)}{\bar d_M(i) + \bar d_P(i)} \cdot \frac{c_i + 1/2}{6}

    where :math:`\bar d_P(i)` and :math:`\bar d_M(i)` are its mean distances to the five nearest other rows of
    :math:`P` and to the five nearest rows of :math:`M`, and :math:`c_i` of its five nearest rows of all are of
    :math:`P` (the second factor estimates their share as in [5]_). A row becomes a seed of new rows in proportion to
    :math:`a_i`: rows among their own kind often, rows amid another class rarely. A new row is

    .. math:: x = (1 - w)\, x_i + w\, x_j, \qquad w \in [-\lambda, 1]

    with :math:`x_j` one of the seed's `k_neighbors` nearest rows of :math:`P`, chosen in proportion to :math:`a_j`,
    and :math:`\lambda` the `extrapolation`. A negative :math:`w` leads past the seed, away from the neighbour:
    interpolation alone makes the class narrower than it is, and :math:`\lambda = 1/2` keeps the variance of independent
    neighbours. Seeds and neighbours are shared out by systematic resampling [3]_ and the weights of a seed's rows are
    spread evenly; the random state shifts those weights only, which leaves little to luck. Bunkhumpornpat et al. [4]_
    were the first to ask how safe both ends of a segment are.

    Parameters
    ----------
    sampling_strategy : float, str, dict or callable, default='auto'
        How many rows to make, exactly as in imbalanced-learn's over-samplers.

    k_neighbors : int, default=15
        Number of neighbours that a seed is combined with; at most the class's rows less one.

    extrapolation : float in [0, 1], default=0.5
        How far past the seed a new row may lie, in units of its distance to the neighbour. 0 is SMOTE's segment.

    clip : bool, default=True
        Keep each column's values within the range observed in `X`, and those of a discrete column, which has at most 50
        values with five rows or more for each on average, to these: the nearest, and of two (a dummy column) the
        closer parent's. With False, values are exactly those of the formula.

    scale : bool, default=True
        Measure distances on columns brought to unit standard deviation. With False, on columns as they are.

    categorical_features : "auto", array-like of int, str or bool, or None, default="auto"
        Columns that hold categories, by position, name or mask. "auto" takes a data frame's categorical, text and
        boolean columns. A different category adds the median variance of the class's numeric columns to a squared
        distance, as in SMOTE-NC [2]_; a new row takes the vote of the seed and its neighbours, weighted by affinity.

    integer_features : array-like of int, str or bool, or None, default=None
        Columns that hold whole numbers besides those of integer dtype. New values are rounded to whole numbers; in a
        column whose numbers were scaled, to the nearest value observed.

    random_state : int, RandomState instance or None, default=None
        Controls the randomness.

    n_jobs : int or None, default=None
        Number of threads. None is one for up to 10,000 rows and as many as the thread pools have for more, -1 uses all
        processors. The result is the same whatever the number.

    Attributes
    ----------
    sampling_strategy_ : dict
        Number of rows made for each class.

    parents_ : ndarray of int, shape (n_synthetic, 2)
        Row numbers in `X` of each new row's seed and neighbour.

    weights_ : ndarray of float, shape (n_synthetic,)
        The neighbour's weight :math:`w`; the seed's is :math:`1 - w`.

    degradations_ : tuple of str
        What could not be done as asked, and why, a sentence each.

    n_features_in_ : int
        Number of columns of `X`.

    feature_names_in_ : ndarray of str
        Names of the columns, where `X` has names.

    See Also
    --------
    imblearn.over_sampling.SMOTE : The method that this one started from.
    imblearn.over_sampling.SMOTENC : SMOTE for mixed columns.

    Notes
    -----
    The same data and `random_state` give the same bits, whatever the order of the rows, the number of threads or the
    kernel of the linear algebra library. At most 2,000 rows, chosen by a hash of their content, stand for the other
    classes; the neighbours of a class of more than 4,000 rows are sought within cells of at most 2,000, made by median
    splits.

    A missing value (NaN) is left out of distances. In a new row a cell is missing where it is missing in the closer
    parent; where only the other parent lacks it, the closer parent's value is taken.

    References
    ----------
    .. [1] N. V. Chawla, K. W. Bowyer, L. O. Hall, W. P. Kegelmeyer, "SMOTE: synthetic minority over-sampling
       technique", Journal of Artificial Intelligence Research 16, 321-357, 2002.

    .. [2] The same, section 6.1, "Synthetic minority over-sampling technique - nominal continuous".

    .. [3] J. D. Hol, T. B. Schon, F. Gustafsson, "On resampling algorithms for particle filters", IEEE Nonlinear
       Statistical Signal Processing Workshop, 79-82, 2006 (systematic resampling).

    .. [4] C. Bunkhumpornpat, K. Sinapiromsaran, C. Lursinsap, "Safe-Level-SMOTE", Advances in Knowledge Discovery and
       Data Mining, 475-482, 2009.

    .. [5] R. E. Krichevsky, V. K. Trofimov, "The performance of universal encoding", IEEE Transactions on Information
       Theory 27, 199-207, 1981 (one half added to each count).

    Examples
    --------
    >>> from collections import Counter
    >>> from sklearn.datasets import make_classification
    >>> from job.samplers import AffinitySMOTE
    >>> X, y = make_classification(n_samples=1000, weights=[0.9], random_state=42)
    >>> sampler = AffinitySMOTE(random_state=42, clip=False)
    >>> X_resampled, y_resampled = sampler.fit_resample(X, y)
    >>> sorted(Counter(y.tolist()).items()), sorted(Counter(y_resampled.tolist()).items())
    ([(0, 898), (1, 102)], [(0, 898), (1, 898)])

    Every new row can be traced to its parents:

    >>> (seed, neighbour), w = sampler.parents_[0], sampler.weights_[0]
    >>> bool(((1 - w) * X[seed] + w * X[neighbour] == X_resampled[1000]).all())
    True
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **BaseOverSampler._parameter_constraints,
        "k_neighbors": [Interval(numbers.Integral, 1, None, closed="left")],
        "extrapolation": [Interval(numbers.Real, 0, 1, closed="both")],
        "clip": ["boolean"],
        "scale": ["boolean"],
        "categorical_features": [StrOptions({"auto"}), "array-like", None],
        "integer_features": ["array-like", None],
        "n_jobs": [numbers.Integral, None],
    }

    def __init__(
        self,
        *,
        sampling_strategy: float | str | Mapping[Any, int] | Callable[[Any], Mapping[Any, int]] = "auto",
        k_neighbors: int = 15,
        extrapolation: float = 0.5,
        clip: bool = True,
        scale: bool = True,
        categorical_features: Any = "auto",
        integer_features: Any = None,
        random_state: Any = None,
        n_jobs: int | None = None,
    ) -> None:
        super().__init__(sampling_strategy=sampling_strategy)
        self.k_neighbors = k_neighbors
        self.extrapolation = extrapolation
        self.clip = clip
        self.scale = scale
        self.categorical_features = categorical_features
        self.integer_features = integer_features
        self.random_state = random_state
        self.n_jobs = n_jobs

    def _check_X_y(self, X: Any, y: Any) -> tuple[Any, NDArray[Any], bool]:  # noqa: N802 - the base class's name
        # Looking for columns of indicators is as slow as counting the labels, and in vain where y is one column.
        y, is_one_vs_all = (
            check_target_type(y, indicate_one_vs_all=True) if np.ndim(y) != 1 else (column_or_1d(y), False)
        )
        chosen = self.categorical_features
        asks_for_none = chosen is None or isinstance(chosen, str) or len(chosen) == 0
        if is_mixed(X) or (_holds_objects(X) and not asks_for_none):
            check_consistent_length(X, y)
            validate_data(self, X=X, y=y, reset=True, skip_check_array=True)
            return X, y, is_one_vs_all
        X, y = validate_data(self, X=X, y=y, reset=True, accept_sparse=["csr", "csc"], ensure_all_finite="allow-nan")
        return X, y, is_one_vs_all

    def _fit_resample(self, X: Any, y: NDArray[Any]) -> tuple[Any, NDArray[Any]]:
        if _holds_objects(X):
            import pandas as pd

            frame, y_resampled = self._fit_resample(pd.DataFrame(X), y)  # to be read column by column
            return frame.to_numpy(dtype=object), y_resampled
        n_threads = count_threads() if X.shape[0] > ROWS_FOR_THREADS else 1
        if self.n_jobs is not None:
            n_threads = effective_n_jobs(self.n_jobs)
        with open_workers(n_threads) as workers:
            return self._fit_resample_table(X, y, workers)

    def _fit_resample_table(self, X: Any, y: NDArray[Any], workers: Workers) -> tuple[Any, NDArray[Any]]:
        settings = self._settings(X)
        if is_mixed(X):
            cells, levels = encode(X, settings.categorical)
            dtypes = [dtype if isinstance(dtype, np.dtype) else np.dtype(np.float64) for dtype in X.dtypes]
        else:
            cells = X.tocsr() if sparse.issparse(X) else X
            dtypes = [X.dtype] * X.shape[1]
        survey = survey_table(cells, workers)
        plans = plan_classes(cells, y, self.sampling_strategy_, settings, survey.hashes, workers)
        rules = column_rules(cells, settings, survey, dtypes)
        self.parents_ = np.concatenate([np.empty((0, 2), np.intp), *(plan.parents for plan in plans)])
        self.weights_ = np.concatenate([np.empty(0), *(plan.steps for plan in plans)])
        self.degradations_ = describe_degradations(plans, self.k_neighbors)
        y_resampled = np.concatenate([y, *(np.full(len(plan.seeds), plan.label, dtype=y.dtype) for plan in plans)])
        if sparse.issparse(X):
            make = sparse.csr_array if isinstance(X, sparse.sparray) else sparse.csr_matrix
            blocks = (make(block.astype(X.dtype)) for block in write_rows(plans, rules))
            return sparse.vstack([X, *blocks], format=X.format), y_resampled
        if is_mixed(X):
            return decode(X, _append_rows(np.empty((0, X.shape[1])), plans, rules, workers), levels), y_resampled
        return _append_rows(X, plans, rules, workers), y_resampled

    def _settings(self, X: Any) -> Settings:
        names, whole = getattr(self, "feature_names_in_", None), integer_columns(X)
        categorical = find_columns(
            self.categorical_features, "categorical_features", X.shape[1], names, category_columns(X)
        )
        named = find_columns(self.integer_features, "integer_features", X.shape[1], names, whole)
        integer = np.setdiff1d(np.union1d(named, whole), categorical).astype(np.intp)
        luck = check_random_state(self.random_state)
        return Settings(self.k_neighbors, self.extrapolation, self.clip, self.scale, categorical, integer, luck)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags


def _holds_objects(X: Any) -> bool:
    """Tell whether X is an array of Python objects, which may hold categories as text."""
    return isinstance(X, np.ndarray) and X.ndim == 2 and X.dtype == object


def _append_rows(X: NDArray[Any], plans: Sequence[Plan], rules: ColumnRules, workers: Workers) -> NDArray[Any]:
    """Append the synthetic rows to X, in its type."""
    X_resampled = np.empty((len(X) + sum(len(plan.seeds) for plan in plans), X.shape[1]), dtype=X.dtype)

    def copy_span(span: slice) -> None:
        X_resampled[span] = X[span]

    workers.run(copy_span, workers.split(X.shape))
    write_rows_into(X_resampled[len(X) :], plans, rules, workers)
    return X_resampled


def affinity_oversample(X: Any, y: Any, **params: Any) -> tuple[Any, Any]:
    """Over-sample in one call: `AffinitySMOTE` as a function.

    Parameters
    ----------
    X : array-like, data frame or sparse matrix of shape (n_samples, n_features)
        Numbers; in a data frame also categories.
    y : array-like of shape (n_samples,)
        Labels.
    **params
        The parameters of `AffinitySMOTE`.

    Returns
    -------
    X_resampled, y_resampled
        The rows of `X` and `y` as they are, followed by the new ones, in the types of `X` and `y`.

    Examples
    --------
    >>> import numpy as np
    >>> from job.samplers import affinity_oversample
    >>> X = np.array([[0.0], [1.0], [2.0], [8.0], [9.0]])
    >>> X_resampled, y_resampled = affinity_oversample(X, np.array([0, 0, 0, 1, 1]), random_state=0)
    >>> X_resampled.shape, y_resampled
    ((6, 1), array([0, 0, 0, 1, 1, 1]))
    """
    return AffinitySMOTE(**params).fit_resample(X, y)  # type: ignore[no-any-return]
