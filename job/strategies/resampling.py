"""The recipes that resample: any sampler by its class, SMOTE with categories, and our own over-sampler."""

import re
from collections.abc import Iterable
from dataclasses import replace
from itertools import permutations
from typing import Any

import numpy as np
import pandas as pd
from imblearn.over_sampling import SMOTE, SMOTEN, SMOTENC

from job.errors import StrategyError
from job.strategies.recipe import Complaint, Recipe, Resampled, TrainingPart
from job.strategies.recipes import accepts, complain_about_parameters, import_class

RATIO = "sampling_strategy"
"""The parameter by which imbalanced-learn's samplers take the ratio of minority to majority."""

_ODD, _HALF = np.uint64(0x9E3779B97F4A7C15), np.uint64(32)  # that of Fibonacci hashing (Knuth, section 6.4)
_BLOCK = 8192

# These two interpolate with a SMOTE of their own, which cannot be told in YAML.
_WITH_SMOTE = ("SMOTEENN", "SMOTETomek")

LIMITS = (
    # Neighbours are looked for inside the minority, the row itself not counted; or among all rows.
    ("minority - 1", 1, "k_neighbors", ("SMOTE", "SMOTEN", "SMOTENC", "BorderlineSMOTE", "KMeansSMOTE", "SVMSMOTE")),
    ("minority - 1", 1, "n_neighbors", ("ADASYN",)),
    ("len(train) - 1", 1, "m_neighbors", ("BorderlineSMOTE", "SVMSMOTE")),
    # Majority rows look for their neighbours inside the minority; stratified inner folds need a minority row each.
    ("minority", 1, "n_neighbors", ("NearMiss",)),
    ("minority", 2, "cv", ("InstanceHardnessThreshold",)),
)
"""The most that a parameter of some samplers can be, as a script says it, and the least that makes sense."""


def shrink_to_minority(sampler: Any, y: np.ndarray) -> tuple[str, ...]:
    """Lower the neighbours and folds that a sampler asks for to what the training part has.

    Parameters
    ----------
    sampler : object
        A sampler of imbalanced-learn; its parameters are changed. Any other class is left alone.
    y : ndarray of shape (n_train,)
        1 for the positive label.

    Returns
    -------
    tuple of str
        One sentence for each parameter that was lowered.

    Raises
    ------
    StrategyError
        Where even the smallest value needs more minority rows.
    """
    name, n_all = type(sampler).__name__, len(y)
    n_minority = int(min(y.sum(), n_all - y.sum()))
    if not type(sampler).__module__.startswith("imblearn."):
        return ()
    if name in _WITH_SMOTE:
        sampler.set_params(smote=SMOTE(random_state=sampler.random_state, sampling_strategy=sampler.sampling_strategy))
        return shrink_to_minority(sampler.smote, y)
    most_of = {"minority - 1": n_minority - 1, "len(train) - 1": n_all - 1, "minority": n_minority}
    sentences, there = [], "is 1 minority row" if n_minority == 1 else f"are {n_minority} minority rows"
    for limit, least, parameter, samplers in LIMITS:
        most, asked = most_of[limit], getattr(sampler, parameter) if name in samplers else None
        if not isinstance(asked, int) or asked <= most:
            continue
        if most < least:
            needed = f"{name} needs at least {n_minority + least - most} minority rows in the training part"
            raise StrategyError(f"{needed}, but there {there}")
        sampler.set_params(**{parameter: most})
        sentences.append(f"{parameter}={asked} was lowered to {most}: there {there}")
    return tuple(sentences)


class Resample(Recipe):
    """Resample encoded rows with any class that has ``fit_resample``."""

    own_parameters: tuple[str, ...] = ()

    def complaints(self) -> Iterable[Complaint]:
        """As in `Recipe`: what the class itself would refuse, and whether it is a sampler at all."""
        class_ = import_class(self.class_path)
        if callable(getattr(class_, "fit_resample", None)):
            yield from complain_about_parameters(class_, self.params, own=self.own_parameters)
        else:
            yield ("class",), f"{self.class_path} isn't a sampler: it has no fit_resample(X, y)"

    def describe(self, n_categorical: int, n_numeric: int) -> str:
        """As in `Recipe`."""
        name = self.class_path.rpartition(".")[2]
        return f"{name}, on one-hot encoded categories" if n_categorical else name

    def refuses_ratio(self) -> str | None:
        """As in `Recipe`: methods that clean a class take no ratio, and other packages may know no such parameter."""
        class_ = import_class(self.class_path)
        if not accepts(class_, RATIO):
            return f"{class_.__name__} has no {RATIO}"
        if getattr(class_, "_sampling_type", "") == "clean-sampling":
            return f"{class_.__name__} takes out rows by what they are like, whatever ratio is left"
        complaints = complain_about_parameters(class_, {RATIO: 0.5}, own=self.own_parameters)
        return next((why for where, why in complaints if where[-1] == RATIO), None)

    def resample(self, part: TrainingPart) -> Resampled:
        """As in `Recipe`."""
        encoded = part.preparation.encode(part.codes)
        sampler = self.build(part)
        degraded = shrink_to_minority(sampler, part.y)
        X, y = fit_resample(sampler, encoded, part.y)
        chosen = getattr(sampler, "sample_indices_", None)
        if chosen is not None and (len(chosen) != len(X) or not np.array_equal(encoded[chosen], X)):
            chosen = None  # it makes rows of its own
        if chosen is None and part.categorical_indices:
            knows_none = f"{type(sampler).__name__} doesn't support categories: it was given one-hot columns"
            degraded += (f"{knows_none} and may have made rows that lie between categories",)
        n_synthetic = len(find_added(encoded, X))
        parents = None if chosen is None or not n_synthetic else np.column_stack([chosen, chosen])[-n_synthetic:]
        return Resampled(X, y, n_synthetic=n_synthetic, degraded=degraded, parents=parents)

    def build(self, part: TrainingPart, class_: Any = None, **params: Any) -> Any:
        """Make the sampler, of its own class unless given one, with the split's seed unless the spec gives one."""
        class_ = import_class(self.class_path) if class_ is None else class_
        if accepts(class_, "random_state"):
            params["random_state"] = part.seeds.sampler
        return class_(**{**params, **self.params})


def resample_codes(
    sampler: Any, part: TrainingPart, degraded: tuple[str, ...] = (), whole: tuple[str, ...] = ()
) -> Resampled:
    """Give a sampler categories as categories, and encode them after it; new values of `whole` columns are rounded."""
    degraded += shrink_to_minority(sampler, part.y)
    codes, y = fit_resample(sampler, part.codes, part.y)
    n_train, before, after = len(part.y), np.bincount(part.y, minlength=2), np.bincount(y, minlength=2)
    if whole:  # the prepared columns are scaled, so a whole number is whole in its own units only
        codes[n_train:] = part.preparation.snap(codes[n_train:], whole)
    n_synthetic = int(np.maximum(after - before, 0).sum())  # rows taken away do not count against them
    return Resampled(part.preparation.encode(codes), y, n_synthetic=n_synthetic, degraded=degraded)


def fit_resample(sampler: Any, X: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Call a sampler on copies, and check what it returns.

    Parameters
    ----------
    sampler : object
        With ``fit_resample(X, y)``.
    X : ndarray of shape (n_train, n_columns)
    y : ndarray of shape (n_train,)

    Returns
    -------
    X_resampled : ndarray of shape (n_resampled, n_columns), float64
    y_resampled : ndarray of shape (n_resampled,), int8

    Raises
    ------
    StrategyError
        Where the sampler returns something that no classifier can be fitted on.
    """
    name = type(sampler).__name__
    X_resampled, y_resampled = sampler.fit_resample(X.copy(), y.astype(np.int64))
    X_resampled, y_resampled = np.asarray(X_resampled, dtype=np.float64), np.asarray(y_resampled)
    if X_resampled.ndim != 2 or X_resampled.shape != (len(y_resampled), X.shape[1]):
        shapes = f"X of shape {X_resampled.shape} and y of shape {y_resampled.shape}"
        raise StrategyError(f"{name} returned {shapes}, expected (n, {X.shape[1]}) and (n,)")
    if not np.isfinite(X_resampled).all():
        raise StrategyError(f"{name} returned rows with missing or infinite values")
    if set(np.unique(y_resampled).tolist()) != {0, 1}:
        raise StrategyError(f"{name} returned the labels {np.unique(y_resampled).tolist()[:5]}, expected 0 and 1")
    return X_resampled, y_resampled.astype(np.int8)


def find_added(real: np.ndarray, resampled: np.ndarray) -> np.ndarray:
    """Find the rows that resampling added, made or repeated.

    Parameters
    ----------
    real : ndarray of shape (n_rows, n_encoded)
    resampled : ndarray of shape (n_resampled, n_encoded)

    Returns
    -------
    ndarray of int
        Row numbers of `resampled`, ascending.
    """
    n_real = len(real)
    if len(resampled) >= n_real and np.array_equal(resampled[:n_real], real):
        return np.arange(n_real, len(resampled))
    number = _number_rows(np.concatenate([real, resampled]))
    n_left = np.bincount(number[:n_real], minlength=int(number.max()) + 1)
    number = number[n_real:]
    order = np.argsort(number, kind="stable")  # equal rows one after the other, each with its place among them
    ordered = number[order]
    place = np.arange(len(ordered)) - np.searchsorted(ordered, ordered)
    return np.sort(order[place >= n_left[ordered]])


def find_equal(rows: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Tell which rows equal one of the others, exactly; only rows with the same hash are compared.

    Returns
    -------
    ndarray of shape (len(rows),) of bool
    """
    hashed, known = _hash_rows(rows), _hash_rows(others)
    here, there = (np.flatnonzero(one.isin(other)) for one, other in permutations(map(pd.Series, (hashed, known))))
    number = _number_rows(np.concatenate([rows[here], others[there]]))
    found = np.zeros(len(rows), dtype=bool)
    found[here] = np.isin(number[: len(here)], number[len(here) :])
    return found


def _number_rows(rows: np.ndarray) -> np.ndarray:
    """Give equal rows the same number; 0 and -0 are equal."""
    first, number = np.unique(_hash_rows(rows), return_index=True, return_inverse=True)[1:]
    if not all(np.array_equal(column[first][number], column) for column in rows.T):  # unlike rows share a hash
        number = np.unique(rows + 0.0, axis=0, return_inverse=True)[1]
    return number


def _hash_rows(rows: np.ndarray) -> np.ndarray:
    hashed = np.zeros(len(rows), dtype=np.uint64)
    for start in range(0, len(rows), _BLOCK):  # that a cache may hold
        part = hashed[start : start + _BLOCK]
        for column in np.ascontiguousarray(rows[start : start + _BLOCK].T) + 0.0:
            part ^= column.view(np.uint64)
            part *= _ODD
            part ^= part >> _HALF
    return hashed


class Smote(Resample):
    """SMOTE on numbers, SMOTENC on numbers and categories, SMOTEN on categories alone."""

    def describe(self, n_categorical: int, n_numeric: int) -> str:
        """As in `Recipe`."""
        name = _choose(n_categorical, n_numeric).__name__
        if not n_categorical:
            return f"{name}: new minority rows on the lines between neighbouring ones"
        some = f"{n_categorical} of {n_categorical + n_numeric}" if n_numeric else "all"
        return f"{name}, SMOTE for categories (categorical features: {some})"

    def resample(self, part: TrainingPart) -> Resampled:
        """As in `Recipe`; categories reach the sampler as categories and are encoded after it."""
        categorical = part.categorical_indices
        kind = _choose(len(categorical), part.codes.shape[1] - len(categorical))
        columns = {"categorical_features": categorical} if kind is SMOTENC else {}
        return resample_codes(self.build(part, kind, **columns), part)


def _choose(n_categorical: int, n_numeric: int) -> type[Any]:
    if not n_categorical:
        return SMOTE  # type: ignore[no-any-return]
    return SMOTENC if n_numeric else SMOTEN  # type: ignore[no-any-return]


class CategorySmote(Resample):
    """SMOTENC or SMOTEN as the spec names it, on categories as categories."""

    own_parameters = ("categorical_features", "categorical_encoder")

    def describe(self, n_categorical: int, n_numeric: int) -> str:
        """As in `Recipe`."""
        return self.class_path.rpartition(".")[2]

    def resample(self, part: TrainingPart) -> Resampled:
        """As in `Recipe`."""
        categorical = part.categorical_indices
        if self.class_path.endswith(".SMOTENC"):
            if not categorical:
                raise StrategyError("SMOTENC needs a categorical column and the data has none; use SMOTE")
            return resample_codes(self.build(part, categorical_features=categorical), part)
        all_categories = len(categorical) == part.codes.shape[1]
        warned = () if all_categories else ("SMOTEN treats every distinct number as a category of its own",)
        return resample_codes(self.build(part), part, warned)


_CLASS = re.compile(r"\b([Cc])lass ([01])\b")


class Custom(Resample):
    """`job.samplers.AffinitySMOTE`; categories stay categories and whole numbers stay whole."""

    own_parameters = ("categorical_features", "integer_features")

    def describe(self, n_categorical: int, n_numeric: int) -> str:
        """As in `Recipe`."""
        text = "AffinitySMOTE: new minority rows between neighbours, mostly where the neighbourhood is clearly minority"
        return f"{text}; categories by their neighbours' vote" if n_categorical else text

    def resample(self, part: TrainingPart) -> Resampled:
        """As in `Recipe`."""
        sampler = self.build(part, categorical_features=part.categorical_indices or None)
        resampled = resample_codes(sampler, part, whole=part.integer)
        degraded = tuple(_CLASS.sub(_name_class, sentence) for sentence in sampler.degradations_)
        return replace(resampled, degraded=degraded, parents=sampler.parents_, weights=sampler.weights_)


def _name_class(found: re.Match[str]) -> str:
    """Name a class as everywhere else: the sampler knows it by a code that stands nowhere in the data."""
    article = "The" if found[1] == "C" else "the"
    return f"{article} {'minority' if found[2] == '1' else 'majority'} class"
