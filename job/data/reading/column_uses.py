"""Which column is what: the names of the spec looked up in the data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from job.data.quoting import listed, nearest, quoted
from job.data.reading.database import suspect_no_header
from job.errors import DataError
from job.spec.file import FileSpec

_ONE = ("target", "groups", "time", "split")
_SEVERAL = ("drop", "categorical")


def check_roles(spec: FileSpec, names: Sequence[str], shown: str) -> None:
    """Make sure that the data has every column that the spec names, and something to learn from.

    Parameters
    ----------
    spec : FileSpec
        The spec's ``data.file``.
    names : sequence of str
        The columns of the data.
    shown : str
        The file's path for messages.

    Raises
    ------
    DataError
        A column isn't there, or no column is left for a feature; all such names in one line.
    """
    problems = [
        f"{key}: no column {quoted(name)}{nearest(name, names)}" for key, name in _named(spec) if name not in names
    ]
    if problems:
        raise DataError(f"{shown}: {'; '.join(problems)} (columns: {listed(names, 12)}){suspect_no_header(names)}")
    taken = {name for key, name in _named(spec) if not key.startswith("data.file.categorical")}
    if not set(names) - taken:
        raise DataError(f"{shown}: no column is left for a feature; at least one that isn't {_uses(spec)} is needed")


def assign_role(spec: FileSpec, name: str) -> str:
    """Say what the spec uses a column for."""
    if name in spec.drop:
        return "dropped"
    return next((key for key in _ONE if getattr(spec, key) == name), "feature")


def _named(spec: FileSpec) -> Iterator[tuple[str, str]]:
    """Yield the key path and name of every column that the spec names."""
    for key in _ONE:
        if getattr(spec, key) is not None:
            yield f"data.file.{key}", getattr(spec, key)
    for key in _SEVERAL:
        for index, name in enumerate(getattr(spec, key)):
            yield f"data.file.{key}[{index}]", name


def _uses(spec: FileSpec) -> str:
    return " or ".join(["the target", *(key for key in (*_ONE[1:], "drop") if getattr(spec, key))])
