"""What ``tune`` of an entry says: how many candidates, on how many inner folds, drawn from which space."""

import math
from collections.abc import Collection, Iterable, Mapping
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field, GetJsonSchemaHandler, WithJsonSchema
from pydantic.json_schema import JsonSchemaValue
from pydantic.types import StrictInt
from pydantic_core import CoreSchema

from job.spec.spec_section import Complaint, Given, Rule, Section
from job.text import shorten

RANGES = ("log", "uniform", "int", "log_int")
"""What a parameter can be drawn from: a number from low to high, even in its logarithm or itself; or a whole one."""
_WHOLE = ("int", "log_int")
_ENDS: dict[str, Any] = {
    kind: {"type": "array", "items": {"type": "integer" if kind in _WHOLE else "number"}, "minItems": 2, "maxItems": 2}
    for kind in RANGES
}
_ONE_RANGE = {"type": "object", "properties": _ENDS, "additionalProperties": False, "minProperties": 1}
_RANGE_SCHEMA: dict[str, Any] = {"anyOf": [{"type": "array", "minItems": 1}, {**_ONE_RANGE, "maxProperties": 1}]}
_FORMS = "a list of choices, or one of {log: [low, high]}, {uniform: ...}, {int: ...}, {log_int: ...}"

REAL_SHARE = "real_share"
"""The one key of a space that is no parameter: that of ``weights``, for an entry that has them."""

_RATIO = {"uniform": [0.2, 1.0]}
_FOREST = {"max_features": ["sqrt", "log2", 0.3, 0.6], "min_samples_leaf": {"log_int": [1, 30]}}
_RATE = {"log": [0.01, 0.3]}
SPACES: Mapping[str, Mapping[str, Any]] = {
    "logistic_regression": {"C": {"log": [0.001, 1000.0]}},
    "random_forest": _FOREST,
    "extra_trees": _FOREST,
    "hist_gradient_boosting": {
        "learning_rate": _RATE,
        "max_leaf_nodes": {"log_int": [4, 63]},
        "min_samples_leaf": {"log_int": [2, 60]},
        "l2_regularization": {"log": [0.001, 10.0]},
    },
    "decision_tree": {"max_depth": [3, 5, 8, 12, None], "min_samples_leaf": {"log_int": [1, 50]}},
    "knn": {"n_neighbors": {"log_int": [3, 50]}, "weights": ["uniform", "distance"]},
    "svc": {"C": {"log": [0.1, 100.0]}, "gamma": {"log": [0.001, 1.0]}},
    "gaussian_nb": {"var_smoothing": {"log": [1e-9, 0.1]}},
    "mlp": {"alpha": {"log": [1e-5, 1.0]}, "learning_rate_init": {"log": [0.0001, 0.01]}},
    "xgboost": {"learning_rate": _RATE, "max_depth": {"int": [2, 10]}, "reg_lambda": {"log": [0.1, 30.0]}},
    "lightgbm": {"learning_rate": _RATE, "num_leaves": {"log_int": [4, 63]}, "min_child_samples": {"log_int": [2, 60]}},
    "catboost": {"learning_rate": _RATE, "depth": {"int": [3, 8]}, "l2_leaf_reg": {"log": [0.5, 30.0]}},
    "smote": {"sampling_strategy": _RATIO, "k_neighbors": {"int": [2, 15]}},
    "custom": {"sampling_strategy": _RATIO, "k_neighbors": {"int": [3, 30]}},
}
"""Name of a classifier or strategy -> the space that ``tune: true`` draws from; defaults are always a candidate."""
_OF_WEIGHTS = {REAL_SHARE: {"uniform": [0.1, 0.9]}}


def shipped_space(name: str | None, has_weights: bool, fixed: Collection[str]) -> dict[str, Any]:
    """Return the space that ships for a name, without the parameters that an entry fixes; empty where none does."""
    found = SPACES.get(name or "", {})
    whole = {**found, **_OF_WEIGHTS} if found and has_weights else found
    return {key: value for key, value in whole.items() if key not in fixed}


def complain_about_ranges(space: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """Say which parameters have neither choices nor a range, as (parameter, message)."""
    for key, value in space.items():
        if isinstance(value, list | tuple):
            if not value:
                yield key, f"is an empty list, must be {_FORMS}"
            continue
        kind, ends = next(iter(value.items())) if isinstance(value, Mapping) and len(value) == 1 else ("", None)
        if kind not in RANGES:
            yield key, f"got {shorten(str(value), 60)}, must be {_FORMS}"
            continue
        number = int if kind in _WHOLE else (int, float)
        if not isinstance(ends, list | tuple) or len(ends) != 2 or not all(_is_a(end, number) for end in ends):
            what = "whole numbers" if kind in _WHOLE else "finite numbers"
            yield key, f"got {shorten(str(value), 60)}, must be {{{kind}: [low, high]}} with two {what}"
        elif not ends[0] < ends[1]:
            yield key, f"got {shorten(str(value), 60)}, low must be below high"
        elif kind.startswith("log") and ends[0] <= 0:
            yield key, f"got {shorten(str(value), 60)}, low must be above 0 where numbers are drawn by their logarithm"


def _is_a(value: object, kind: Any) -> bool:
    return isinstance(value, kind) and not isinstance(value, bool) and math.isfinite(value)


def _ranges_are_sound(given: Given) -> Iterable[Complaint]:
    return ((("space", key), message) for key, message in complain_about_ranges(given["space"] or {}))


class TuneSpec(Section):
    """How an entry is tuned: on inner folds of each training part, by the primary metric."""

    rules: ClassVar[tuple[Rule, ...]] = (_ranges_are_sound,)

    n_candidates: StrictInt = Field(default=20, ge=2, le=1000)
    """Candidates, the entry's own parameters included; of a pair of entries the larger number counts"""
    inner_folds: StrictInt = Field(default=3, ge=2, le=20)
    """Inner folds on which they are compared; of a pair of entries the larger number counts"""
    space: dict[str, Annotated[Any, WithJsonSchema(_RANGE_SCHEMA)]] = Field(
        default={},
        title="a mapping of parameter names to choices or ranges",
        description="What each parameter is drawn from: [3, 6, null], {log: [0.001, 1000]}, {uniform: [0, 1]}, "
        "{int: [2, 15]} or {log_int: [1, 50]}. Default: the default search space of the name",
    )

    @classmethod
    def _rewrite(cls, value: Any) -> Any:
        return {} if value is True else super()._rewrite(value)

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        long = handler.resolve_ref_schema(handler(core))
        long["properties"]["space"].pop("default", None)  # it hangs on the name
        return {"anyOf": [{"type": "boolean"}, long]}


Tune = Annotated[TuneSpec | None, BeforeValidator(lambda value: None if value is False else value)]


def is_tuned(tune: object) -> bool:
    """Tell whether what an entry has under ``tune`` asks for tuning."""
    return tune is not None and tune is not False


def given_space(tune: object) -> Mapping[str, Any]:
    """Return the space that an entry gives, right or wrong; empty where it gives none."""
    space = tune.get("space") if isinstance(tune, Mapping) else getattr(tune, "space", None)
    return space if isinstance(space, Mapping) else {}
