"""``custom``: our over-sampler, neighbour interpolation that keeps local structure."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np

from job.samplers import AffinitySMOTE
from job.strategies.parameters import complain_about_parameters
from job.strategies.recipe import Complaint, Recipe, Resampled, TrainingPart
from job.strategies.sampler import count_added, fit_resample

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
