"""Entries of ``strategies`` and ``classifiers``: a name, or a class by its dotted path, with parameters and a label."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, Field, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from job.names import CLASSIFIERS, STRATEGIES
from job.spec.containers import Parameters
from job.spec.kinds import Kind, complaint
from job.spec.scalars import Scalar, plain
from job.spec.section import Complaint, Given, Rule, Section
from job.spec.texts import Known, Text
from job.text import show


class DottedPath(Kind):
    """The dotted path of a class; whether its package may be imported is decided where the spec is loaded."""

    _allowed = "the dotted path of a class, such as imblearn.over_sampling.SVMSMOTE"

    def _read(self, value: Any) -> str:
        path = plain(value)
        if not isinstance(path, str) or len(path) > 300 or not path.isascii():
            raise self.refused(value)
        parts = path.split(".")
        if len(parts) < 2 or not all(part.isidentifier() for part in parts):
            raise self.refused(value)
        if private := [part for part in parts if part.startswith("_")]:
            raise complaint(f"got {show(path)}: {private[0]} is private, must be {self._allowed}")
        return path

    def _schema(self) -> JsonSchemaValue:
        return {"type": "string", "pattern": r"^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)+$"}


def _name_or_class(given: Given) -> Iterable[Complaint]:
    if "name" in given and "class" in given:
        yield ("class",), "stands beside name; an entry has one of the two"
    elif "name" not in given and "class" not in given:
        yield (), "has neither name nor class; an entry has one of the two"


class Entry(Section):
    """A name; or a mapping with a name or a class, its parameters and a label."""

    rules: ClassVar[tuple[Rule, ...]] = (Rule(("name", "class"), _name_or_class),)

    name: Annotated[str | None, Text("a name")] = Field(default=None, description="A name that the job knows")
    class_: Annotated[str | None, DottedPath()] = Field(
        default=None, alias="class", description="The dotted path of a class, instead of a name"
    )
    params: Annotated[dict[str, Any], Parameters()] = Field(
        default={}, description="Parameters of the class, each under its own name"
    )
    label: Annotated[str, Text("a label", shown=True, longest=80)] = Field(
        default="", description="What tables and files show; by default the name, or the class's own name"
    )

    @classmethod
    def _rewrite(cls, value: Any) -> Any:
        value = super()._rewrite(value)
        if isinstance(value, Scalar | str):
            return {"name": value}
        # an entry of no particular kind, from Python
        return value.model_dump(by_alias=True, exclude_none=True) if isinstance(value, BaseModel) else value

    def _fill(self) -> None:
        if not self.label:
            self._put("label", self.name if self.class_ is None else self.class_.rpartition(".")[2])

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        long = handler.resolve_ref_schema(handler(core))
        long |= {"oneOf": [{"required": ["name"]}, {"required": ["class"]}]}
        for key in ("name", "class", "label"):
            long["properties"][key].pop("default", None)
        short = {key: value for key, value in long["properties"]["name"].items() if key == "enum"}
        return {"anyOf": [short or {"type": "string"}, long]}


class StrategyEntry(Entry):
    """A strategy: a name; or a mapping with a name or a sampler's class, its parameters and a label."""

    name: Annotated[str | None, Known("strategy", STRATEGIES)] = Field(
        default=None, description="The name of a strategy"
    )


class ClassifierEntry(Entry):
    """A classifier: a name; or a mapping with a name or a class, its parameters and a label."""

    name: Annotated[str | None, Known("classifier", CLASSIFIERS)] = Field(
        default=None, description="The name of a classifier"
    )


CALIBRATED = " (calibrated)"


class CalibratedEntry(StrategyEntry):
    """A strategy that is run inside CalibratedClassifierCV; the job makes it from a listed one, no spec has it."""

    calibrated: bool = True


def calibrated(entry: Entry) -> CalibratedEntry:
    """Make the calibrated one of a strategy.

    Parameters
    ----------
    entry : Entry
        As the spec lists it.

    Returns
    -------
    CalibratedEntry
        Its label has `CALIBRATED` behind it.
    """
    return CalibratedEntry.model_construct(**{**dict(entry), "label": f"{entry.label}{CALIBRATED}"})
