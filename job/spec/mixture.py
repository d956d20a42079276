"""``data.generate`` of ``kind: mixture``: our own generator, which knows the posterior of every row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import ConfigDict, Field

from job.spec.containers import Listed
from job.spec.generator_name import GeneratorName
from job.spec.kinds import Kind
from job.spec.numbers import Number, Whole
from job.spec.presets import PRESETS
from job.spec.scalars import plain
from job.spec.section import Complaint, Given, Rule, Section
from job.spec.seeds import SEED, Seed
from job.spec.texts import OneOf

_MOST = 10_000
_LEAST_MINORITY = 2
SEPARATION = 2.0
"""Where neither separation nor shift is given."""

COLUMNS = ("n_continuous", "n_integer", "n_categorical", "n_noise")
INFORMATIVE = COLUMNS[:3]


def count_minority(n_samples: int, minority_share: float) -> int:
    """Count the rows of the minority: ``round(n_samples * minority_share)``, and never more than half of all.

    Parameters
    ----------
    n_samples : int
    minority_share : float
        0 to 0.5.

    Returns
    -------
    int
    """
    return min(round(n_samples * minority_share), n_samples // 2)


def _named(given: Given, *keys: str) -> str:
    """Name the first of some keys that stands in the spec and isn't the preset's; the first of all where none does."""
    preset = PRESETS.get(str(given["preset"]), {})
    return next((key for key in keys if key in given and given.raw(key) is not preset.get(key)), keys[0])


def _minority_has_rows(given: Given) -> Iterable[Complaint]:
    n_samples, share = given["n_samples"], given["minority_share"]
    n_minority = count_minority(n_samples, share)
    if n_minority < _LEAST_MINORITY:
        rows = "no row" if n_minority == 0 else "one row"
        yield (
            (_named(given, "minority_share", "n_samples"),),
            f"minority_share ({share:g}) of n_samples ({n_samples:,}) is {rows} of the minority, must be at least two",
        )


def _has_columns(given: Given) -> Iterable[Complaint]:
    total = sum(given[key] for key in COLUMNS)
    if not 1 <= total <= _MOST:
        sizes = " + ".join(f"{key} ({given[key]:,})" for key in COLUMNS)
        yield (_named(given, *COLUMNS),), f"{sizes} is {total:,}, must be from 1 to {_MOST:,}"


def _one_for_each_informative_column(given: Given) -> Iterable[Complaint]:
    shift = given["shift"]
    n_informative = sum(given[key] for key in INFORMATIVE)
    if shift is not None and len(shift) != n_informative:
        sizes = " + ".join(f"{key} ({given[key]:,})" for key in INFORMATIVE)
        numbers = "1 number" if len(shift) == 1 else f"{len(shift):,} numbers"
        yield (
            ("shift",),
            f"got {numbers}, must be one for each of the {n_informative:,} informative columns: {sizes}, in this order",
        )


def _one_place(given: Given) -> Iterable[Complaint]:
    if given["shift"] is None:
        return
    if given["separation"] is not None:
        yield ("separation",), "stands beside shift; both say where the minority is, so keep one of the two"
    if given["clusters"] > 1:
        yield (
            ("clusters",),
            f"got {given['clusters']:,}, must be 1 beside shift, which is the one place of all clusters",
        )


class Preset(Kind):
    """The name of a preset, or null."""

    _allowed = f"one of {', '.join(PRESETS)}"

    def _read(self, value: Any) -> str | None:
        return None if plain(value) is None else OneOf(*PRESETS)._read(value)

    def _schema(self) -> dict[str, Any]:
        return {"enum": [*PRESETS, None]}


class MixtureSpec(Section):
    """Generate the data from a mixture of normals whose posterior is known."""

    model_config = ConfigDict(json_schema_extra={"anyOf": [{"required": ["kind"]}, {"required": ["preset"]}]})

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(("n_samples", "minority_share"), _minority_has_rows),
        Rule(COLUMNS, _has_columns),
        Rule(("shift", *INFORMATIVE), _one_for_each_informative_column),
        Rule(("shift", "separation", "clusters"), _one_place),
    )

    kind: Annotated[Literal["mixture"], GeneratorName("mixture")] = Field(
        default="mixture", description="The generator"
    )
    preset: Annotated[Literal["fraud", "diagnosis", "churn", "defects"] | None, Preset()] = Field(
        default=None, description="Values for every key that is not given: a problem that people have"
    )
    n_samples: Annotated[int, Whole(10, 10_000_000)] = Field(default=2_000, description="Rows")
    minority_share: Annotated[float, Number(0, 0.5, open="low")] = Field(
        default=0.1, description="Share of rows that belong to the minority, before labels are flipped"
    )
    n_continuous: Annotated[int, Whole(0, _MOST)] = Field(
        default=6, description="Columns of numbers that tell the classes apart"
    )
    n_integer: Annotated[int, Whole(0, _MOST)] = Field(
        default=0, description="Columns of whole numbers that tell the classes apart"
    )
    n_categorical: Annotated[int, Whole(0, _MOST)] = Field(
        default=0, description="Columns of categories that tell the classes apart"
    )
    n_noise: Annotated[int, Whole(0, _MOST)] = Field(
        default=0, description="Further columns of numbers, that tell nothing"
    )
    clusters: Annotated[int, Whole(1, 1_000)] = Field(
        default=1, description="Clusters of the minority, of equal size; the majority has one"
    )
    cluster_spread: Annotated[float, Number(0.001, 100)] = Field(
        default=1.0, description="Standard deviation of each cluster of the minority; the majority's is 1"
    )
    separation: Annotated[float | None, Number(0, 1_000, optional=True)] = Field(
        default=None,
        description="Distance of the clusters' random centres from the majority's. Default: 2, unless shift is given",
    )
    shift: Annotated[tuple[Annotated[float, Number(-1_000, 1_000)], ...] | None, Listed("numbers", optional=True)] = (
        Field(
            default=None,
            description="Instead of separation: the centre of the minority, one number for each informative column "
            "(continuous, integer, categorical)",
        )
    )
    outliers: Annotated[float, Number(0, 1)] = Field(
        default=0.0, description="Share of the minority that is scattered widely around the majority's centre"
    )
    label_noise: Annotated[float, Number(0, 0.5)] = Field(
        default=0.0, description="Share of the labels of each class that are flipped"
    )
    missing: Annotated[float, Number(0, 1, open="high")] = Field(
        default=0.0, description="Share of the cells of each column that are missing, completely at random"
    )
    random_state: Annotated[int, Seed()] = Field(default=SEED, description="Seed of the data. Default: seed")

    @classmethod
    def _rewrite(cls, value: Any) -> Any:
        value = super()._rewrite(value)
        name = plain(value.get("preset")) if isinstance(value, Mapping) else None
        if not isinstance(name, str) or name not in PRESETS:
            return value
        given_place = plain(value.get("shift")) is not None
        gives_way = ("separation", "clusters") if given_place else ()
        return {**{key: item for key, item in PRESETS[name].items() if key not in gives_way}, **value}

    def _fill(self) -> None:
        if self.separation is None and self.shift is None:
            self._put("separation", SEPARATION)
