"""``data.file``: a file to read, and what its columns are for."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StrictFloat, StrictInt, field_serializer

from job.spec.spec_section import Column, Complaint, Given, Section
from job.text import show

NA_VALUES = ("", "NA", "N/A", "NaN", "null", "None", "?")

_CHARACTER = 'one character, such as ";" or "\\t" in double quotes'
_NUMBER = re.compile(r"[+-]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,2})?")


def numbers_among(na_values: Iterable[str], decimal: str) -> tuple[float, ...]:
    """Give the numbers among what stands for a missing value; digits with a zero in front are a code."""
    texts = [word.strip().replace(",", "." if decimal == "," else ",") for word in na_values]
    return tuple(dict.fromkeys(float(text) for text in texts if _NUMBER.fullmatch(text)))


def _delimiter_is_not_decimal(given: Given) -> Iterable[Complaint]:
    if given["delimiter"] == given["decimal"]:
        what = "which is also the decimal sign; use two different characters"
        yield ("delimiter",), f"got {show(given['delimiter'])}, {what}"


def _one_role_each(given: Given) -> Iterable[Complaint]:
    taken: dict[str, str] = {}
    keys = ("target", "groups", "time", "split", "drop", "categorical")
    for key, value in [(key, given[key]) for key in keys if given[key] is not None]:
        for index, name in enumerate([value] if isinstance(value, str) else value):
            path = (key,) if isinstance(value, str) else (key, index)
            if name in taken:
                where = f"is already listed under {taken[name]}"
                yield path, f"column {show(name)} {where}; a column can have only one role"
            taken.setdefault(name, key)


class FileSpec(Section):
    """Read the data from a file."""

    rules = (_delimiter_is_not_decimal, _one_role_each)

    path: str = Field(title="a path", min_length=1, max_length=4096)
    """The file, relative to the spec: csv, tsv, their .gz, parquet or jsonl"""
    target: Column
    """The column with the labels"""
    positive: Annotated[str, Field(title="a label", max_length=10_000)] | None = Field(
        default=None,
        description="The positive label, on at most half of the rows. Default: the rarest; of several, the last when "
        "sorted",
    )
    drop: tuple[Column, ...] = Field(default=(), title="a list of column names")
    """Columns that are left out"""
    groups: Column | None = None
    """A column; rows with the same value stay on one side of a split"""
    time: Column | None = None
    """A column to sort by, for split method time"""
    split: Column | None = None
    """A column that says train or test, for split method predefined"""
    categorical: tuple[Column, ...] = Field(default=(), title="a list of column names")
    """Columns that are categories although they look like numbers"""
    delimiter: Annotated[str, Field(title=_CHARACTER, pattern=r'^([^"\r\n\w]|_)$')] | None = None
    """The character between the cells of a row. Default: by the suffix of the path"""
    decimal: Literal[".", ","] = "."
    """The decimal sign of numbers"""
    na_values: tuple[Annotated[str, Field(title="text", max_length=10_000)], ...] = Field(
        default=NA_VALUES, title="a list of texts"
    )
    """Texts that mean a missing value"""
    query: Annotated[str, Field(title="one SELECT statement", pattern=r"\S", max_length=100_000)] | None = None
    """One SELECT statement; the file is the table named data"""
    query_timeout: StrictFloat = Field(default=300, gt=0)
    """Seconds after which the query is stopped"""
    max_rows: StrictInt = Field(default=500_000, ge=10, le=1_000_000_000)
    """Maximum number of rows; from a longer file a stratified sample is drawn"""

    _is_frame: bool = False

    @property
    def is_frame(self) -> bool:
        """Whether the file was written from a data frame, so that nobody but this job knows its path."""
        return self._is_frame

    def mark_as_frame(self, path: Path) -> None:
        """Read what was written there from a data frame; for a spec that nobody else has seen yet."""
        self.__dict__["path"] = str(path)
        self._is_frame = True

    @field_serializer("path")
    def _write_path(self, path: str) -> str | None:
        return None if self._is_frame else path
