"""Entries of ``strategies`` and ``classifiers``: a name, or a class by its dotted path, with parameters and a label."""

import math
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, Field, GetJsonSchemaHandler, StrictFloat
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from job.names import CLASSIFIERS, STRATEGIES
from job.spec.spec_section import Complaint, Given, Label, Rule, Section, complaint, one_of
from job.spec.tune_spec import Tune, given_space, is_tuned, shipped_space
from job.spec.yaml_document import read_plain
from job.text import show

_CLASS = "the dotted path of a class, such as imblearn.over_sampling.SVMSMOTE"
_PATH = r"^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)+$"
BASELINE = "baseline"
NO_SAMPLERS = (BASELINE, "class_weight", "threshold", "under_bagging")
"""Strategies that hand the classifier the training part as it is."""
CALIBRATED = " (calibrated)"
WEIGHTED = " (weighted)"
TUNED = " (tuned)"
_LONGEST_LABEL = 80


def _refuse_private(path: Any) -> Any:
    if isinstance(path, str) and (private := [part for part in path.split(".") if part[:1] == "_"]):
        raise complaint(f"got {show(path)}: {private[0]} is private, must be {_CLASS}")
    return path


def _read_parameters(value: Any) -> Any:
    """Read integers where keys spell them, as in ``sampling_strategy: {1: 500}``; labels like 01 stay texts."""
    if not isinstance(value, Mapping):
        return {} if value is None else value
    return {name: _read_parameter(item, name) for name, item in value.items()}


def _read_parameter(value: Any, name: str) -> Any:
    if isinstance(value, Mapping):
        return {_label(key): _read_parameter(item, name) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_read_parameter(item, name) for item in value]
    is_large = isinstance(value, int) and not -(2**63) <= value < 2**63
    if is_large or (isinstance(value, float) and not math.isfinite(value)):
        raise complaint(f"{name} has {show(value)}: numbers must be finite, and integers must fit into 64 bits")
    return value


def _label(key: Any) -> Any:
    label = read_plain(key) if isinstance(key, str) else key
    return label if isinstance(label, int) and str(label) == key else key


def _name_or_class(given: Given) -> Iterable[Complaint]:
    has = [key for key in ("name", "class") if key in given and given[key] is not None]
    if len(has) == 2:
        yield ("class",), "can't be combined with name; an entry has one of the two"
    elif not has:
        yield (), "has neither name nor class; an entry has one of the two"


def _tuned_has_a_space(given: Given) -> Iterable[Complaint]:
    """Refuse tuning where nothing is left to choose."""
    if not is_tuned(tune := given.raw("tune")) or given_space(tune):
        return
    name, params = given["name"], given["params"] or {}
    has_weights = "weights" in given and given.raw("weights") is not None
    if not shipped_space(name, has_weights, params):
        found = f"there is no default search space for {name or 'a class by its path'}"
        if shipped_space(name, has_weights, ()):
            found = f"params already fix every parameter of the default search space of {name}"
        yield ("tune",), f"{found}; write tune: {{space: {{PARAMETER: [1, 2, 3]}}}}, or leave tune out"


def _label_has_room(given: Given) -> Iterable[Complaint]:
    """Keep labels with what is put behind them short enough for tables."""
    behind = WEIGHTED if "weights" in given and given.raw("weights") is not None else ""
    behind += TUNED if is_tuned(given.raw("tune")) else ""
    label, most = given["label"] or "", _LONGEST_LABEL - len(behind)
    if behind and isinstance(label, str) and len(_bare(label, (WEIGHTED, TUNED))) > most:
        what = "tune adds" if TUNED in behind else "weights add"
        yield ("label",), f"has {len(label)} characters, must be at most {most} where {what} {behind!r}"


def _bare(label: str, suffixes: Iterable[str]) -> str:
    for suffix in reversed(tuple(suffixes)):
        label = label.removesuffix(suffix)
    return label


ClassPath = Annotated[str, Field(title=_CLASS, pattern=_PATH, max_length=300), BeforeValidator(_refuse_private)]
Parameters = Annotated[dict[str, Any], BeforeValidator(_read_parameters)]


class Entry(Section):
    """A name; or a mapping with a name or a class, its parameters and a label."""

    rules: ClassVar[tuple[Rule, ...]] = (_name_or_class, _tuned_has_a_space, _label_has_room)

    name: Annotated[str, Field(title="a name", min_length=1)] | None = None
    """A name that the job knows"""
    class_: ClassPath | None = Field(default=None, alias="class")
    """The dotted path of a class, instead of a name"""
    params: Parameters = Field(default={}, title="a mapping of parameter names to values")
    """Parameters of the class, each under its own name"""
    label: Label = ""
    """The name in tables and files. Default: the name, or the name of the class"""
    tune: Tune = None
    """Whether its parameters are chosen on inner folds of each training part; the label then ends in (tuned)"""

    @classmethod
    def _rewrite(cls, value: Any) -> Any:
        if isinstance(value, str | int | float):
            return {"name": value}
        if isinstance(value, BaseModel):  # an entry of no particular kind, from Python
            return value.model_dump(by_alias=True, exclude_none=True)
        return super()._rewrite(value)

    def _fill(self) -> None:
        self._put(label=self.name if self.class_ is None else self.class_.rpartition(".")[2])
        suffixes = self._suffixes()  # once, also where results are read again
        self.__dict__["label"] = f"{_bare(self.label, suffixes)}{''.join(suffixes)}"
        if self.tune is not None and not self.tune.space:
            space = shipped_space(self.name, WEIGHTED in suffixes, self.params)
            self.__dict__["tune"] = self.tune.model_copy(update={"space": space})

    def _suffixes(self) -> tuple[str, ...]:
        """Say what is put behind the label."""
        return () if self.tune is None else (TUNED,)

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        long = handler.resolve_ref_schema(handler(core))
        properties = long["properties"]
        for key in ("name", "class"):  # an entry has one of the two, and null is neither
            properties[key] = {**properties[key]["anyOf"][0], "description": properties[key]["description"]}
        properties["label"].pop("default", None)
        long["oneOf"] = [{"required": ["name"]}, {"required": ["class"]}]
        short = {key: value for key, value in properties["name"].items() if key in ("enum", "type")}
        return {"anyOf": [short, long]}


class WeightsSpec(Section):
    """Sample weights after resampling: each class keeps the total weight that it had before."""

    keep: Literal["prevalence"] = "prevalence"
    """What the weights keep: prevalence, the total weight that each class had"""
    real_share: Literal["proportional"] | Annotated[StrictFloat, Field(ge=0, le=1)] = 0.5
    """Share of an oversampled class's weight that its real rows get; proportional: all its rows weigh the same"""

    @classmethod
    def _rewrite(cls, value: Any) -> Any:
        return {"keep": value} if isinstance(value, str) else super()._rewrite(value)

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"anyOf": [{"const": "prevalence", "type": "string"}, handler.resolve_ref_schema(handler(core))]}


def _weights_have_a_sampler(given: Given) -> Iterable[Complaint]:
    if given["weights"] is None:
        return
    if given["name"] in NO_SAMPLERS:
        yield ("weights",), f"is for samplers only, and {given['name']} isn't one; leave it out"


class AnyStrategy(Entry):
    """An entry of ``strategies``, whatever its name."""

    rules = (*Entry.rules, _weights_have_a_sampler)

    weights: WeightsSpec | None = None
    """For samplers: prevalence keeps each class's total weight, so that probabilities match the data"""

    def _suffixes(self) -> tuple[str, ...]:
        return (*(() if self.weights is None else (WEIGHTED,)), *super()._suffixes())


class StrategyEntry(AnyStrategy):
    """A strategy: a name; or a mapping with a name or a sampler's class, its parameters, weights and a label."""

    name: Annotated[str, one_of(STRATEGIES), Field(title="the name of a strategy")] | None = None
    """The name of a strategy"""


class ClassifierEntry(Entry):
    """A classifier: a name; or a mapping with a name or a class, its parameters and a label."""

    name: Annotated[str, one_of(CLASSIFIERS), Field(title="the name of a classifier")] | None = None
    """The name of a classifier"""


class CalibratedEntry(StrategyEntry):
    """A strategy that is run inside CalibratedClassifierCV; the job makes it from a listed one, no spec has it."""

    calibrated: bool = True


def calibrated(entry: Entry) -> CalibratedEntry:
    """Make the calibrated one of a strategy, with `CALIBRATED` behind its label."""
    return CalibratedEntry.model_construct(**{**dict(entry), "label": f"{entry.label}{CALIBRATED}"})
