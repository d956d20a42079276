"""``data.generate``: scikit-learn's ``make_classification``, every parameter under its own name."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from job.spec.containers import Listed
from job.spec.generator_name import GeneratorName
from job.spec.numbers import Number, Numbers, Switch, Whole
from job.spec.section import Complaint, Given, Rule, Section
from job.spec.seeds import SEED, Seed
from job.text import show

_MOST = 10_000
_ROUNDING = 1e-6
_ROUNDED_BY_HAND = 0.01


def _features_add_up(given: Given) -> Iterable[Complaint]:
    parts = ("n_informative", "n_redundant", "n_repeated")
    total = sum(given[part] for part in parts)
    if total > given["n_features"]:
        sizes = " + ".join(f"{part} ({given[part]})" for part in parts)
        key = next((part for part in parts if part in given), "n_features")
        yield (key,), f"{sizes} is {total}, must be at most n_features ({given['n_features']})"


def _clusters_have_room(given: Given) -> Iterable[Complaint]:
    n_clusters = given["n_classes"] * given["n_clusters_per_class"]
    if given["n_informative"] < math.log2(n_clusters):
        key = next((k for k in ("n_clusters_per_class", "n_classes", "n_informative") if k in given), "n_informative")
        product = " * ".join(f"{factor} ({given[factor]})" for factor in ("n_classes", "n_clusters_per_class"))
        room = f"2**n_informative ({2 ** given['n_informative']:,})"
        yield (key,), f"{product} is {n_clusters:,}, must be at most {room}"


def _weights_add_up(given: Given) -> Iterable[Complaint]:
    weights, n_classes = given["weights"], given["n_classes"]
    if weights is None:
        return
    total = sum(weights)
    if len(weights) not in (n_classes, n_classes - 1):
        yield (
            ("weights",),
            f"got {len(weights)} weights, must be {n_classes} (n_classes) or {n_classes - 1} (the last is the rest)",
        )
    elif total > 1 + _ROUNDING or (len(weights) == n_classes and total < 1 - _ROUNDED_BY_HAND):
        yield ("weights",), f"got {show(weights)}, which sum to {total:g}, must sum to 1"


def _one_for_each_feature(key: str) -> Rule:
    def complain(given: Given) -> Iterable[Complaint]:
        values = given[key]
        if isinstance(values, list) and len(values) != given["n_features"]:
            yield (key,), f"got {len(values)} numbers, must be one for each of the {given['n_features']} features"

    return Rule((key, "n_features"), complain)


class ClassificationSpec(Section):
    """Generate the data with scikit-learn's make_classification."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(("n_features", "n_informative", "n_redundant", "n_repeated"), _features_add_up),
        Rule(("n_classes", "n_clusters_per_class", "n_informative"), _clusters_have_room),
        Rule(("n_classes", "weights"), _weights_add_up),
        _one_for_each_feature("shift"),
        _one_for_each_feature("scale"),
    )

    kind: Annotated[Literal["classification"], GeneratorName("classification")] = Field(
        default="classification", description="The generator"
    )
    n_samples: Annotated[int, Whole(10, 10_000_000)] = Field(default=100, description="Rows")
    n_features: Annotated[int, Whole(1, _MOST)] = Field(default=20, description="Features, all kinds together")
    n_informative: Annotated[int, Whole(1, _MOST)] = Field(
        default=2, description="Features that tell the classes apart"
    )
    n_redundant: Annotated[int, Whole(0, _MOST)] = Field(
        default=2, description="Features that are linear combinations of the informative ones"
    )
    n_repeated: Annotated[int, Whole(0, _MOST)] = Field(
        default=0, description="Features that repeat informative or redundant ones"
    )
    n_classes: Annotated[int, Whole(2, _MOST)] = Field(
        default=2, description="Classes; the rarest is the positive label and all others are the rest"
    )
    n_clusters_per_class: Annotated[int, Whole(1, _MOST)] = Field(default=2, description="Clusters of each class")
    weights: Annotated[
        tuple[Annotated[float, Number(0, 1)], ...] | None,
        Listed("shares of the classes, each from 0 to 1", least=1, optional=True),
    ] = Field(default=None, description="Share of each class; the last may be left out. Null: equal shares")
    flip_y: Annotated[float, Number(0, 1)] = Field(
        default=0.01, description="Share of rows whose class is drawn at random"
    )
    class_sep: Annotated[float, Number(0, open="low")] = Field(
        default=1.0, description="How far the clusters are apart; larger is easier"
    )
    hypercube: Annotated[bool, Switch()] = Field(
        default=True, description="Whether clusters sit on the corners of a hypercube, or of a random polytope"
    )
    shift: Annotated[float | tuple[float, ...] | None, Numbers(Number())] = Field(
        default=0.0, description="Added to the features: one number, or one for each. Null: random"
    )
    scale: Annotated[float | tuple[float, ...] | None, Numbers(Number(0, open="low"))] = Field(
        default=1.0, description="Multiplies the features: one number, or one for each. Null: random"
    )
    shuffle: Annotated[bool, Switch()] = Field(default=True, description="Whether rows and features are shuffled")
    random_state: Annotated[int, Seed()] = Field(default=SEED, description="Seed of the data. Default: seed")
