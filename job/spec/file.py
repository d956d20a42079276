"""``data.file``: a file to read, and what its columns are for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from job.spec.containers import Listed
from job.spec.kinds import Kind
from job.spec.numbers import Number, Whole
from job.spec.scalars import plain, source_of
from job.spec.section import Complaint, Given, Rule, Section
from job.spec.texts import OneOf, Text
from job.text import show

NA_VALUES = ("", "NA", "N/A", "NaN", "null", "None", "?")

_COLUMN = Text("the name of a column")
_OPTIONAL_COLUMN = Text("the name of a column", optional=True)
_NUMBER = re.compile(r"[+-]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,2})?")
_NO_DELIMITER = frozenset('"\r\n')


def numbers_among(na_values: Iterable[str], decimal: str) -> tuple[float, ...]:
    """Give the numbers among what stands for a missing value; digits with a zero in front are a code."""
    texts = [word.strip().replace(",", "." if decimal == "," else ",") for word in na_values]
    return tuple(dict.fromkeys(float(text) for text in texts if _NUMBER.fullmatch(text)))


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


def _one_role_each(given: Given) -> Iterable[Complaint]:
    taken: dict[str | None, str] = {}
    for key in ("target", "groups", "time", "split", "drop", "categorical"):
        value = given.raw(key)
        names = enumerate(value) if isinstance(value, list | tuple) else [(None, value)]
        for index, name in names:
            if plain(name) is None and index is None:
                continue  # not given
            text, path = source_of(name), (key,) if index is None else (key, index)
            if text in taken:
                yield path, f"column {show(text)} stands under {taken[text]} already; a column has one use"
            taken.setdefault(text, key)


def _query_says_something(given: Given) -> Iterable[Complaint]:
    query = given["query"]
    if query is not None and not str(query).strip():
        yield ("query",), "is blank, must be one SELECT statement"


class FileSpec(Section):
    """Read the data from a file."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(("delimiter", "decimal"), _delimiter_is_not_decimal),
        Rule(("target", "groups", "time", "split", "drop", "categorical"), _one_role_each),
        Rule(("query",), _query_says_something),
    )

    path: Annotated[str, Text("a path", longest=4096)] = Field(
        description="The file, relative to the spec: csv, tsv, their .gz, parquet or jsonl"
    )
    target: Annotated[str, _COLUMN] = Field(description="The column with the labels")
    positive: Annotated[str | None, Text("a label", empty=True, optional=True)] = Field(
        default=None,
        description="The label that the job is about, on at most half of the rows. Default: the rarest, in a tie the "
        "one that sorts last",
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
    query_timeout: Annotated[float, Number(0, open="low")] = Field(
        default=300, description="Seconds after which the query is stopped"
    )
    max_rows: Annotated[int, Whole(10, 1_000_000_000)] = Field(
        default=500_000, description="Most rows that are used; from a longer file a stratified sample is drawn"
    )
