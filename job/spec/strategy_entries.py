"""Entries of ``strategies`` and ``classifiers``: a name, or a class by its dotted path, with parameters and a label."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from job.names import CLASSIFIERS, STRATEGIES
from job.spec.spec_section import Complaint, Given, Label, Section, complaint, one_of
from job.spec.yaml_document import read_plain
from job.text import show

_CLASS = "the dotted path of a class, such as imblearn.over_sampling.SVMSMOTE"
_PATH = r"^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)+$"
BASELINE = "baseline"
CALIBRATED = " (calibrated)"


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
        raise complaint(f"{name} has {show(value)}: numbers must be finite, and integers fit into 64 bits")
    return value


def _label(key: Any) -> Any:
    label = read_plain(key) if isinstance(key, str) else key
    return label if isinstance(label, int) and str(label) == key else key


def _name_or_class(given: Given) -> Iterable[Complaint]:
    has = [key for key in ("name", "class") if key in given and given[key] is not None]
    if len(has) == 2:
        yield ("class",), "stands beside name; an entry has one of the two"
    elif not has:
        yield (), "has neither name nor class; an entry has one of the two"


ClassPath = Annotated[str, Field(title=_CLASS, pattern=_PATH, max_length=300), BeforeValidator(_refuse_private)]
Parameters = Annotated[dict[str, Any], BeforeValidator(_read_parameters)]


class Entry(Section):
    """A name; or a mapping with a name or a class, its parameters and a label."""

    rules = (_name_or_class,)

    name: Annotated[str, Field(title="a name", min_length=1)] | None = None
    """A name that the job knows"""
    class_: ClassPath | None = Field(default=None, alias="class")
    """The dotted path of a class, instead of a name"""
    params: Parameters = Field(default={}, title="a mapping of parameter names to values")
    """Parameters of the class, each under its own name"""
    label: Label = ""
    """What tables and files show; by default the name, or the class's own name"""

    @classmethod
    def _rewrite(cls, value: Any) -> Any:
        if isinstance(value, str | int | float):
            return {"name": value}
        if isinstance(value, BaseModel):  # an entry of no particular kind, from Python
            return value.model_dump(by_alias=True, exclude_none=True)
        return super()._rewrite(value)

    def _fill(self) -> None:
        self._put(label=self.name if self.class_ is None else self.class_.rpartition(".")[2])

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


class StrategyEntry(Entry):
    """A strategy: a name; or a mapping with a name or a sampler's class, its parameters and a label."""

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
