"""The recipes that resample: any sampler by its class, SMOTE with categories, and our own over-sampler."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

import numpy as np
from imblearn.over_sampling import SMOTE, SMOTEN, SMOTENC

from job.errors import StrategyError
from job.samplers.affinity_smote import AffinitySMOTE
from job.strategies.parameters import accepts, complain_about_missing, complain_about_parameters, import_class
from job.strategies.recipe import Complaint, Recipe, Resampled, TrainingPart

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
    most_of = {"minority - 1": n_minority - 1, "len(train) - 1": n_all - 1, "minority": n_minority}
    sentences = []
    for limit, least, parameter, samplers in LIMITS:
        most, asked = most_of[limit], getattr(sampler, parameter) if name in samplers else None
        if not isinstance(asked, int) or asked <= most:
            continue
        if most < least:
            raise StrategyError(
                f"{name} needs at least {n_minority + least - most} minority rows in the training part, "
                f"but there {_are(n_minority)}"
            )
        sampler.set_params(**{parameter: most})
        sentences.append(f"{parameter}={asked} was lowered to {most}: there {_are(n_minority)}")
    return tuple(sentences)


def _are(n_minority: int) -> str:
    return "is 1 minority row" if n_minority == 1 else f"are {n_minority} minority rows"


# These two interpolate with a SMOTE of their own, which cannot be told in YAML.
_WITH_SMOTE = ("SMOTEENN", "SMOTETomek")

RATIO = "sampling_strategy"
"""The parameter by which imbalanced-learn's samplers take the ratio of minority to majority."""


class Resample(Recipe):
    """Resample encoded rows with any class that has ``fit_resample``."""

    own_parameters: tuple[str, ...] = ()

    def complaints(self) -> Iterable[Complaint]:
        """As in `Recipe`: what the class itself would refuse, and whether it is a sampler at all."""
        class_ = import_class(self.class_path)
        if not callable(getattr(class_, "fit_resample", None)):
            yield ("class",), f"{self.class_path} is no sampler: it has no fit_resample(X, y)"
            return
        yield from complain_about_parameters(class_, self.params, own=self.own_parameters)
        yield from complain_about_missing(class_, self.params, own=self.own_parameters)

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
        return next((why for _, why in complain_about_parameters(class_, {RATIO: 0.5}, own=self.own_parameters)), None)

    def resample(self, part: TrainingPart) -> Resampled:
        """As in `Recipe`."""
        encoded = part.preparation.encode(part.codes)
        sampler = self.build(part)
        degraded = self._shrink(sampler, part)
        X, y = fit_resample(sampler, encoded, part.y)
        chosen = chosen_rows(sampler, encoded, X)
        if chosen is None and part.categorical_indices:
            degraded += (
                f"{type(sampler).__name__} knows no categories: it was given one-hot columns "
                "and may have made rows that lie between categories",
            )
        n_synthetic = count_new_rows(encoded, X)
        parents = None if chosen is None or not n_synthetic else np.column_stack([chosen, chosen])[-n_synthetic:]
        return Resampled(X, y, n_synthetic=n_synthetic, degraded=degraded, parents=parents)

    def build(self, part: TrainingPart, **params: Any) -> Any:
        """Make the sampler, with the split's seed unless the spec gives one."""
        class_ = import_class(self.class_path)
        if accepts(class_, "random_state"):
            params["random_state"] = part.seeds.sampler
        return class_(**{**params, **self.params})

    def _shrink(self, sampler: Any, part: TrainingPart) -> tuple[str, ...]:
        if type(sampler).__name__ in _WITH_SMOTE and type(sampler).__module__.startswith("imblearn."):
            from imblearn.over_sampling import SMOTE

            smote = SMOTE(random_state=sampler.random_state, sampling_strategy=sampler.sampling_strategy)
            degraded = shrink_to_minority(smote, part.y)
            sampler.set_params(smote=smote)
            return degraded
        return shrink_to_minority(sampler, part.y)


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
    X_resampled = np.asarray(X_resampled, dtype=np.float64)
    y_resampled = np.asarray(y_resampled)
    if X_resampled.ndim != 2 or X_resampled.shape != (len(y_resampled), X.shape[1]):
        raise StrategyError(
            f"{name} returned X of shape {X_resampled.shape} and y of shape {y_resampled.shape}, "
            f"expected (n, {X.shape[1]}) and (n,)"
        )
    if not np.isfinite(X_resampled).all():
        raise StrategyError(f"{name} returned rows with missing or infinite values")
    if set(np.unique(y_resampled).tolist()) != {0, 1}:
        raise StrategyError(f"{name} returned the labels {np.unique(y_resampled).tolist()[:5]}, expected 0 and 1")
    return X_resampled, y_resampled.astype(np.int8)


def chosen_rows(sampler: Any, X: np.ndarray, X_resampled: np.ndarray) -> np.ndarray | None:
    """Row numbers that a sampler chose, None where it makes rows of its own."""
    indices = getattr(sampler, "sample_indices_", None)
    if indices is None or len(indices) != len(X_resampled) or not np.array_equal(X[indices], X_resampled):
        return None
    return np.asarray(indices)


def count_new_rows(X: np.ndarray, X_resampled: np.ndarray) -> int:
    """Rows that resampling made or repeated; rows taken away do not count against them."""
    left = Counter(row.tobytes() for row in X)
    left.subtract(row.tobytes() for row in X_resampled)
    return -sum(count for count in left.values() if count < 0)


def count_added(y: np.ndarray, y_resampled: np.ndarray) -> int:
    """Rows that resampling added, all classes together; rows taken away do not count against them."""
    return sum(max(0, int(np.sum(y_resampled == label)) - int(np.sum(y == label))) for label in (0, 1))


class Smote(Recipe):
    """SMOTE on numbers, SMOTENC on numbers and categories, SMOTEN on categories alone."""

    def complaints(self) -> Iterable[Complaint]:
        """As in `Recipe`."""
        return complain_about_parameters(SMOTE, self.params)

    def describe(self, n_categorical: int, n_numeric: int) -> str:
        """As in `Recipe`."""
        name = _choose(n_categorical, n_numeric).__name__
        if not n_categorical:
            return f"{name}: new minority rows on the lines between neighbouring ones"
        some = "all features are" if not n_numeric else f"{n_categorical} of the features are"
        return f"{name}, the SMOTE for categories: {some} categories"

    def refuses_ratio(self) -> str | None:
        """As in `Recipe`."""
        return None

    def resample(self, part: TrainingPart) -> Resampled:
        """As in `Recipe`; categories reach the sampler as categories and are encoded after it."""
        categorical = part.categorical_indices
        kind = _choose(len(categorical), part.codes.shape[1] - len(categorical))
        columns: dict[str, Any] = {"categorical_features": categorical} if kind is SMOTENC else {}
        sampler = kind(**columns, **{"random_state": part.seeds.sampler, **self.params})
        degraded = shrink_to_minority(sampler, part.y)
        codes, y = fit_resample(sampler, part.codes, part.y)
        return Resampled(part.preparation.encode(codes), y, n_synthetic=count_added(part.y, y), degraded=degraded)


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
        degraded: tuple[str, ...] = ()
        if self.class_path.endswith(".SMOTENC"):
            if not categorical:
                raise StrategyError("SMOTENC needs a category column and the data has none; use SMOTE")
            sampler = self.build(part, categorical_features=categorical)
        else:
            sampler = self.build(part)
            if len(categorical) < part.codes.shape[1]:
                degraded = ("SMOTEN takes every distinct number for a category of its own",)
        degraded += shrink_to_minority(sampler, part.y)
        codes, y = fit_resample(sampler, part.codes, part.y)
        return Resampled(part.preparation.encode(codes), y, n_synthetic=count_added(part.y, y), degraded=degraded)


_CLASS = re.compile(r"\b([Cc])lass ([01])\b")
_OWN_PARAMETERS = ("categorical_features", "integer_features")


class Custom(Recipe):
    """`job.samplers.AffinitySMOTE`; categories stay categories and whole numbers stay whole."""

    def complaints(self) -> Iterable[Complaint]:
        """As in `Recipe`."""
        return complain_about_parameters(AffinitySMOTE, self.params, own=_OWN_PARAMETERS)

    def describe(self, n_categorical: int, n_numeric: int) -> str:
        """As in `Recipe`."""
        text = "AffinitySMOTE: new minority rows between neighbours, from those that are surest of their class"
        return f"{text}; categories by their neighbours' vote" if n_categorical else text

    def refuses_ratio(self) -> str | None:
        """As in `Recipe`."""
        return None

    def resample(self, part: TrainingPart) -> Resampled:
        """As in `Recipe`."""
        sampler = AffinitySMOTE(
            **{
                "random_state": part.seeds.sampler,
                "categorical_features": part.categorical_indices or None,
                **self.params,
            }
        )
        codes, y = fit_resample(sampler, part.codes, part.y)
        n_train = len(part.y)
        # The prepared columns are scaled, so a whole number is whole in its own units only.
        codes = np.vstack([codes[:n_train], part.preparation.snap(codes[n_train:], part.integer)])
        return Resampled(
            part.preparation.encode(codes),
            y,
            n_synthetic=count_added(part.y, y),
            degraded=tuple(_CLASS.sub(_name_class, sentence) for sentence in sampler.degradations_),
            parents=sampler.parents_,
            weights=sampler.weights_,
        )


def _name_class(found: re.Match[str]) -> str:
    """Name a class as everywhere else: the sampler knows it by a code that stands nowhere in the data."""
    article = "The" if found[1] == "C" else "the"
    return f"{article} {'minority' if found[2] == '1' else 'majority'} class"
