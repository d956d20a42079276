"""SMOTE with categories: ``smote`` chooses the variant for the data; ``SMOTENC`` and ``SMOTEN`` are taken by name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from imblearn.over_sampling import SMOTE, SMOTEN, SMOTENC

from job.errors import StrategyError
from job.strategies.neighbors import shrink_to_minority
from job.strategies.parameters import complain_about_parameters
from job.strategies.recipe import Complaint, Recipe, Resampled, TrainingPart
from job.strategies.sampler import Resample, count_added, fit_resample


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
