"""``split``: which rows train and which rows test."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from job.spec.numbers import Number, Whole
from job.spec.section import Complaint, Given, Rule, Section
from job.spec.seeds import SEED, Seed
from job.spec.texts import OneOf

FOLDS_TWICE: Mapping[str, Any] = {"method": "kfold", "n_splits": 10, "n_repeats": 2}
"""What is run where the spec says neither how rows are parted nor how often; docs/verdict.md has the reasons."""

_CHOOSE_HOLDOUT = ("test_size", "n_repeats")

METHODS_OF: Mapping[str, tuple[str, ...]] = {
    "test_size": ("holdout", "time"),
    "n_splits": ("kfold",),
    "random_state": ("holdout", "kfold"),
}
"""Keys that not every method takes, and the methods that do."""

N_REPEATS: Mapping[str, int] = {"holdout": 20, "kfold": 1, "time": 1, "predefined": 1}
"""How often each method is repeated by default."""

ONCE = ("time", "predefined")
"""Methods that part the rows in one way only."""


def _method(given: Given) -> Any:
    """The method that is written, or else the one that the other keys choose."""
    if "method" in given:
        return given["method"]
    return "holdout" if any(key in given for key in _CHOOSE_HOLDOUT) else FOLDS_TWICE["method"]


def _keys_of_the_method(given: Given) -> Iterable[Complaint]:
    method = _method(given)
    for key, methods in METHODS_OF.items():
        if key in given and method not in methods:
            yield (key,), f"belongs to method {' or '.join(methods)}, and method is {method}; leave it out"


def _once(given: Given) -> Iterable[Complaint]:
    if _method(given) in ONCE and "n_repeats" in given and given["n_repeats"] != 1:
        yield (
            ("n_repeats",),
            f"got {given['n_repeats']}, must be 1: method {given['method']} parts the rows in one way only",
        )


class SplitSpec(Section):
    """Which rows train and which rows test."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(("method",), _keys_of_the_method),
        Rule(("method", "n_repeats"), _once),
    )

    method: Annotated[Literal["holdout", "kfold", "time", "predefined"], OneOf(*N_REPEATS)] = Field(
        default="holdout",
        description="How rows are parted; time tests on the latest, predefined on those that the data marks. Default: "
        "10 folds, twice; holdout where test_size or n_repeats is given",
    )
    test_size: Annotated[float, Number(0, 1, open="low high")] = Field(
        default=0.2, description="Share of the rows that test, for holdout and time"
    )
    n_splits: Annotated[int, Whole(2, 1000)] = Field(
        default=5, description="Folds, for kfold. Default: 5, and 10 where no method is given"
    )
    n_repeats: Annotated[int, Whole(1, 10_000)] = Field(
        default=20, description="How often rows are parted anew. Default: 20 for holdout, 2 without a method, else 1"
    )
    random_state: Annotated[int, Seed()] = Field(default=SEED, description="Seed of the first repeat. Default: seed")

    @property
    def is_default(self) -> bool:
        """Whether the spec says neither how rows are parted nor how often."""
        return not {"method", *_CHOOSE_HOLDOUT} & self.model_fields_set

    def _fill(self) -> None:
        if self.is_default:
            for key, value in FOLDS_TWICE.items():
                if key not in self.model_fields_set:
                    self._put(key, value)
            return
        if "n_repeats" not in self.model_fields_set:
            self._put("n_repeats", N_REPEATS[self.method])

    def _keeps(self, key: str) -> bool:
        return self.method in METHODS_OF.get(key, (self.method,))
