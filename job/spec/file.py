"""``data.file``: a file to read, and what its columns are for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from job.spec.kinds import Kind, Listed, OneOf, Text, Whole
from job.spec.scalars import plain, source_of
from job.spec.section import Complaint, Given, Rule, Section
from job.spec.words import show

NA_VALUES = ("", "NA", "N/A", "NaN", "null", "None", "?")

_COLUMN = Text("the name of a column")
_OPTIONAL_COLUMN = Text("the name of a column", optional=True)
_NO_DELIMITER = frozenset('"\r\n')


class Delimiter(Kind):
    """One character that parts the cells of a row."""

    _allowed = 'one character, such as ";" or "\\t" in double quotes'

    def _read(self, value: Any) -> str | None:
        if plain(value) is None:
            return None
        text = source_of(value)
        if text is None or len(text) != 1 or text in _NO_DELIMITER or text.isalnum():
            raise self.refused(value)
        return text

    def _schema(self) -> dict[str, Any]:
        return {"type": ["string", "null"], "minLength": 1, "maxLength": 1}


def _delimiter_is_not_decimal(given: Given) -> Iterable[Complaint]:
    if given["delimiter"] == given["decimal"]:
        yield ("delimiter",), f"got {show(given['delimiter'])}, which is decimal too; a file has two different ones"


def _target_is_kept(given: Given) -> Iterable[Complaint]:
    target = source_of(given.raw("target"))
    for index, name in enumerate(given.raw("drop")):
        if source_of(name) == target:
            yield ("drop", index), f"{show(target)} is the target, which cannot be dropped"


def _target_is_nothing_else(key: str) -> Rule:
    def complain(given: Given) -> Iterable[Complaint]:
        if given[key] is not None and source_of(given.raw(key)) == source_of(given.raw("target")):
            yield (key,), f"{show(source_of(given.raw(key)))} is the target; {key} is another column"

    return Rule((key, "target"), complain)


def _categorical_is_kept(given: Given) -> Iterable[Complaint]:
    dropped = {source_of(name) for name in given.raw("drop")}
    for index, name in enumerate(given.raw("categorical")):
        if source_of(name) in dropped:
            yield ("categorical", index), f"{show(source_of(name))} stands under drop too; keep it in one of the two"


class FileSpec(Section):
    """Read the data from a file."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(("delimiter", "decimal"), _delimiter_is_not_decimal),
        Rule(("target", "drop"), _target_is_kept),
        Rule(("categorical", "drop"), _categorical_is_kept),
        *(_target_is_nothing_else(key) for key in ("groups", "time", "split")),
    )

    path: Annotated[str, Text("a path", longest=4096)] = Field(
        description="The file, relative to the spec: csv, tsv, their .gz, parquet or jsonl"
    )
    target: Annotated[str, _COLUMN] = Field(description="The column with the labels")
    positive: Annotated[str | None, Text("a label", empty=True, optional=True)] = Field(
        default=None,
        description="The label that the job is about. Default: the rarest, in a tie the one that sorts last",
    )
    drop: Annotated[tuple[Annotated[str, _COLUMN], ...], Listed("column names")] = Field(
        default=(), description="Columns that are left out"
    )
    groups: Annotated[str | None, _OPTIONAL_COLUMN] = Field(
        default=None, description="A column whose equal values stay on one side of a split"
    )
    time: Annotated[str | None, _OPTIONAL_COLUMN] = Field(
        default=None, description="A column to sort by, for split method time"
    )
    split: Annotated[str | None, _OPTIONAL_COLUMN] = Field(
        default=None, description="A column that says train or test, for split method predefined"
    )
    categorical: Annotated[tuple[Annotated[str, _COLUMN], ...], Listed("column names")] = Field(
        default=(), description="Columns that are categories though they look like numbers"
    )
    delimiter: Annotated[str | None, Delimiter()] = Field(
        default=None, description="What parts the cells of a row. Default: by the suffix of the path"
    )
    decimal: Annotated[Literal[".", ","], OneOf(".", ",")] = Field(
        default=".", description="The decimal sign of numbers"
    )
    na_values: Annotated[tuple[Annotated[str, Text("text", empty=True)], ...], Listed("texts")] = Field(
        default=NA_VALUES, description="What stands for a missing value"
    )
    query: Annotated[str | None, Text("one SELECT statement", optional=True, longest=100_000)] = Field(
        default=None, description="One SELECT statement over the table data, which holds the file"
    )
    max_rows: Annotated[int, Whole(10, 1_000_000_000)] = Field(
        default=500_000, description="Most rows that are used; from a longer file a stratified sample is drawn"
    )
