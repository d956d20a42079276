"""``data.generate``: scikit-learn's ``make_classification``, or a mixture of normals whose posterior is known."""

import math
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Discriminator, Field, StrictBool, StrictFloat, StrictInt, Tag

from job.spec.spec_section import SEED, Complaint, Given, Rule, Section, Seed, one_of
from job.text import nearest, show

_MOST = 10_000
_ROUNDING = 1e-6
_ROUNDED_BY_HAND = 0.01
SEPARATION = 2.0
"""Where neither separation nor shift is given."""

COLUMNS = ("n_continuous", "n_integer", "n_categorical", "n_noise")
INFORMATIVE = COLUMNS[:3]

_PRESET_KEYS = (
    *("n_samples", "minority_share", *COLUMNS, "clusters", "cluster_spread"),
    *("separation", "outliers", "label_noise", "missing"),
)
_PRESETS: Mapping[str, tuple[float, ...]] = {
    # Card payments: one in two hundred is fraud, by four schemes of which each has its own look, and some fraud looks
    # like nothing known. One label in 2,000 is wrong; among so many good payments that is one in eleven positive rows.
    "fraud": (20_000, 0.005, 10, 3, 3, 4, 4, 0.7, 4.5, 0.1, 0.0005, 0.0),
    # Patients: one illness that moves many measurements a little, so that the classes overlap; small data, tests that
    # were not made, and diagnoses that were wrong.
    "diagnosis": (1_500, 0.08, 8, 3, 2, 3, 1, 1.2, 2.2, 0.05, 0.02, 0.1),
    # Customers: one in seven leaves, for one of three reasons; counts and contracts rather than measurements, wide
    # overlap, and labels that depend on the day on which one looks.
    "churn": (5_000, 0.15, 4, 4, 5, 3, 3, 0.9, 2.5, 0.0, 0.03, 0.02),
    # Parts on a line: three kinds of defect, each with its own narrow trace in the sensors, many sensors without any,
    # and defects that nobody has seen before.
    "defects": (3_000, 0.03, 12, 2, 1, 10, 3, 0.6, 4.0, 0.1, 0.002, 0.01),
}
PRESETS: Mapping[str, Mapping[str, Any]] = {
    name: dict(zip(_PRESET_KEYS, values, strict=True)) for name, values in _PRESETS.items()
}
"""Presets of the mixture: problems that people have. Every key given beside ``preset`` wins."""

Share = Annotated[StrictFloat, Field(ge=0, le=1)]
Weights = Annotated[tuple[Share, ...], Field(title="a list of shares of the classes, each from 0 to 1", min_length=1)]
Factor = Annotated[StrictFloat, Field(gt=0)]
Shift = Annotated[StrictFloat, Field(ge=-1_000, le=1_000)]


def count_minority(n_samples: int, minority_share: float) -> int:
    """Count the rows of the minority: ``round(n_samples * minority_share)``, and never more than half of all."""
    return min(round(n_samples * minority_share), n_samples // 2)


def _features_add_up(given: Given) -> Iterable[Complaint]:
    parts = ("n_informative", "n_redundant", "n_repeated")
    total = sum(given[part] for part in parts)
    if total > given["n_features"]:
        sizes = " + ".join(f"{part} ({given[part]})" for part in parts)
        key = next((part for part in parts if part in given), "n_features")
        yield (key,), f"{sizes} is {total}, must be at most n_features ({given['n_features']})"


def _clusters_have_room(given: Given) -> Iterable[Complaint]:
    n_classes, n_clusters, n_informative = (given[k] for k in ("n_classes", "n_clusters_per_class", "n_informative"))
    if n_informative < math.log2(n_classes * n_clusters):
        key = next((k for k in ("n_clusters_per_class", "n_classes") if k in given), "n_informative")
        product = f"n_classes ({n_classes}) * n_clusters_per_class ({n_clusters}) is {n_classes * n_clusters:,}"
        yield (key,), f"{product}, must be at most 2**n_informative ({2**n_informative:,})"


def _weights_add_up(given: Given) -> Iterable[Complaint]:
    weights, n_classes = given["weights"], given["n_classes"]
    if weights is None:
        return
    total = sum(weights)
    if len(weights) not in (n_classes, n_classes - 1):
        allowed = f"{n_classes} (n_classes) or {n_classes - 1} (without the last)"
        yield ("weights",), f"got {len(weights)} weight{'s' * (len(weights) != 1)}, must be {allowed}"
    elif total > 1 + _ROUNDING or (len(weights) == n_classes and total < 1 - _ROUNDED_BY_HAND):
        yield ("weights",), f"got {show(weights)}, which sum to {total:g}, must sum to 1"


def _one_for_each_feature(key: str) -> Rule:
    def rule(given: Given) -> Iterable[Complaint]:
        values, n_features = given[key], given["n_features"]
        if isinstance(values, list | tuple) and len(values) != n_features:
            got = f"got {len(values)} number{'s' * (len(values) != 1)}"
            yield (key,), f"{got}, must be one for each of the {n_features} features"

    return rule


def _minority_has_rows(given: Given) -> Iterable[Complaint]:
    n_samples, share = given["n_samples"], given["minority_share"]
    n_minority = count_minority(n_samples, share)
    if n_minority < 2:
        found = f"is {'one' if n_minority else 'no'} minority row, must be at least two"
        what = f"minority_share ({share:g}) of n_samples ({n_samples:,}) {found}"
        yield (_named(given, "minority_share", "n_samples"),), what


def _has_columns(given: Given) -> Iterable[Complaint]:
    total = sum(given[key] for key in COLUMNS)
    if not 1 <= total <= _MOST:
        yield (_named(given, *COLUMNS),), f"{_sizes(given, COLUMNS)} is {total:,}, must be from 1 to {_MOST:,}"


def _one_for_each_informative_column(given: Given) -> Iterable[Complaint]:
    shift = given["shift"]
    n = sum(given[key] for key in INFORMATIVE)
    if shift is not None and len(shift) != n:
        got = f"got {len(shift):,} number{'s' * (len(shift) != 1)}, must be one for each of the {n:,} informative"
        yield ("shift",), f"{got} columns: {_sizes(given, INFORMATIVE)}, in this order"


def _one_place(given: Given) -> Iterable[Complaint]:
    shift, separation, clusters = given["shift"], given["separation"], given["clusters"]
    if shift is not None and separation is not None:
        yield ("separation",), "can't be combined with shift, because both place the minority; keep one of the two"
    if shift is not None and clusters > 1:
        yield ("clusters",), f"got {clusters:,}, must be 1 with shift, which is the centre of a single cluster"


def _named(given: Given, *keys: str) -> str:
    """Name the first of some keys that stands in the spec and isn't the preset's; the first of all where none does."""
    preset = PRESETS.get(str(given.raw("preset")), {})
    return next((key for key in keys if key in given and given[key] is not preset.get(key)), keys[0])


def _sizes(given: Given, keys: Iterable[str]) -> str:
    return " + ".join(f"{key} ({given[key]:,})" for key in keys)


class ClassificationSpec(Section):
    """Generate the data with scikit-learn's make_classification."""

    rules = (_features_add_up, _clusters_have_room, _weights_add_up, *map(_one_for_each_feature, ("shift", "scale")))

    kind: Literal["classification"] = "classification"
    """The generator"""
    n_samples: StrictInt = Field(default=100, ge=10, le=10_000_000)
    """Rows"""
    n_features: StrictInt = Field(default=20, ge=1, le=_MOST)
    """Features, all kinds together"""
    n_informative: StrictInt = Field(default=2, ge=1, le=_MOST)
    """Features that differ between the classes"""
    n_redundant: StrictInt = Field(default=2, ge=0, le=_MOST)
    """Features that are linear combinations of the informative ones"""
    n_repeated: StrictInt = Field(default=0, ge=0, le=_MOST)
    """Features that repeat informative or redundant ones"""
    n_classes: StrictInt = Field(default=2, ge=2, le=_MOST)
    """Classes; the rarest is the positive label, compared with all others together"""
    n_clusters_per_class: StrictInt = Field(default=2, ge=1, le=_MOST)
    """Clusters of each class"""
    weights: Weights | None = None
    """Share of each class; the last may be left out. Null: equal shares"""
    flip_y: Share = 0.01
    """Share of rows whose class is drawn at random"""
    class_sep: Factor = 1.0
    """Distance between the clusters; larger is easier"""
    hypercube: StrictBool = True
    """Whether clusters are at the corners of a hypercube, or of a random polytope"""
    shift: StrictFloat | tuple[StrictFloat, ...] | None = 0.0
    """Added to the features: one number, or one for each. Null: random"""
    scale: Factor | tuple[Factor, ...] | None = 1.0
    """Multiplies the features: one number, or one for each. Null: random"""
    shuffle: StrictBool = True
    """Whether rows and features are shuffled"""
    random_state: Seed = SEED
    """Seed of the data. Default: the job's seed"""


class MixtureSpec(Section):
    """Generate the data from a mixture of normals whose posterior is known."""

    model_config = ConfigDict(json_schema_extra={"anyOf": [{"required": ["kind"]}, {"required": ["preset"]}]})

    rules = (_minority_has_rows, _has_columns, _one_for_each_informative_column, _one_place)

    kind: Literal["mixture"] = "mixture"
    """The generator"""
    preset: Annotated[str, one_of(PRESETS)] | None = None
    """A typical problem, which sets every key that is not given"""
    n_samples: StrictInt = Field(default=2_000, ge=10, le=10_000_000)
    """Rows"""
    minority_share: StrictFloat = Field(default=0.1, gt=0, le=0.5)
    """Share of rows that belong to the minority, before labels are flipped"""
    n_continuous: StrictInt = Field(default=6, ge=0, le=_MOST)
    """Numeric columns that differ between the classes"""
    n_integer: StrictInt = Field(default=0, ge=0, le=_MOST)
    """Integer columns that differ between the classes"""
    n_categorical: StrictInt = Field(default=0, ge=0, le=_MOST)
    """Categorical columns that differ between the classes"""
    n_noise: StrictInt = Field(default=0, ge=0, le=_MOST)
    """Further numeric columns, which are uninformative"""
    clusters: StrictInt = Field(default=1, ge=1, le=1_000)
    """Clusters of the minority, of equal size; the majority has one"""
    cluster_spread: StrictFloat = Field(default=1.0, ge=0.001, le=100)
    """Standard deviation of each cluster of the minority; the majority's is 1"""
    separation: Annotated[StrictFloat, Field(ge=0, le=1_000)] | None = None
    """Distance of the clusters' random centres from the majority's. Default: 2, unless shift is given"""
    shift: Annotated[tuple[Shift, ...], Field(title="a list of numbers")] | None = Field(
        default=None,
        description="Instead of separation: the centre of the minority, one number for each informative column "
        "(continuous, integer, categorical)",
    )
    outliers: Share = 0.0
    """Share of the minority that is scattered widely around the majority's centre"""
    label_noise: StrictFloat = Field(default=0.0, ge=0, le=0.5)
    """Share of the labels of each class that are flipped"""
    missing: StrictFloat = Field(default=0.0, ge=0, lt=1)
    """Share of the cells of each column that are missing, completely at random"""
    random_state: Seed = SEED
    """Seed of the data. Default: the job's seed"""

    @classmethod
    def _rewrite(cls, value: Any) -> Any:
        value = super()._rewrite(value)
        name = value.get("preset") if isinstance(value, Mapping) else None
        if not isinstance(name, str) or name not in PRESETS:
            return value
        gives_way = ("separation", "clusters") if value.get("shift") is not None else ()
        return {**{key: item for key, item in PRESETS[name].items() if key not in gives_way}, **value}

    def _fill(self) -> None:
        if self.separation is None and self.shift is None:
            self.__dict__["separation"] = SEPARATION


GENERATORS: Mapping[str, type[Section]] = {"classification": ClassificationSpec, "mixture": MixtureSpec}


def kind_of(value: Any) -> str:
    """Find the generator that is meant, also where its name is misspelt or left out, so that messages are about it."""
    if not isinstance(value, Mapping):
        return next((kind for kind, section in GENERATORS.items() if isinstance(value, section)), "classification")
    word = value.get("kind")
    if isinstance(word, str) and (near := nearest(word, GENERATORS)):
        return near
    if "kind" not in value:
        return "mixture" if "preset" in value else "classification"
    return max(GENERATORS, key=lambda kind: sum(key in GENERATORS[kind].model_fields for key in value))


Generate = Annotated[
    Annotated[ClassificationSpec, Tag("classification")] | Annotated[MixtureSpec, Tag("mixture")],
    Discriminator(kind_of),
]
"""One of the generators, told apart by ``kind`` or by ``preset``."""
