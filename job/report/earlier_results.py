"""An earlier job's results, read again: whole, of this program, and no newer than it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from job.errors import DataError
from job.results import SCHEMA_VERSION
from job.text import visible_line

_SECTIONS: Mapping[type, tuple[str, ...]] = {
    dict: ("spec", "provenance", "dataset", "splits", "evaluation", "status"),
    list: ("strategies", "classifiers", "runs", "summary"),
}


def load_results(path: Path) -> dict[str, Any]:
    """Load a results.json.

    Raises
    ------
    DataError
        Where there is no such file, it is not a results.json, or another version wrote it.
    """
    results = _load_json(path, "give the results.json of a job")
    version = results.get("schema_version")
    if not isinstance(version, int) or isinstance(version, bool):
        raise DataError(f"{_shown(path)}: no results of minority-report: no schema_version; give a job's results.json")
    if version != SCHEMA_VERSION:
        raise DataError(
            f"{_shown(path)}: schema_version is {version}, must be {SCHEMA_VERSION}: {_writer(results)} wrote it; "
            "render with that version, or run the job again"
        )
    lacking = [name for kind, names in _SECTIONS.items() for name in names if not isinstance(results.get(name), kind)]
    if lacking:
        raise DataError(
            f"{_shown(path)}: no results that a report can be made of: {lacking[0]} is missing or not what it was; run "
            "the job again"
        )
    return results


def _writer(results: Mapping[str, Any]) -> str:
    """Name the version that wrote results of another schema."""
    try:
        return f"minority-report {visible_line(str(results['provenance']['versions']['minority-report']))}"
    except (KeyError, TypeError):
        return "another version of minority-report"


def load_timings(path: Path) -> dict[str, Any] | None:
    """Load the timings.json beside a results.json; None where there is none.

    Raises
    ------
    DataError
        Where the file is there and is not a timings.json.
    """
    if not path.exists():
        return None
    timings = _load_json(path, "restore the timings.json of the job, or move the file away")
    if not isinstance(timings.get("runs"), list):
        raise DataError(f"{_shown(path)}: no timings of minority-report: no list of runs; restore it or move it away")
    return timings


@contextmanager
def refuse_damage(path: Path) -> Iterator[None]:
    """Say of results that cannot be drawn that it is they that are at fault.

    The page of whole results was drawn before they were written, so what cannot be drawn was changed since, or comes
    from another version with the same ``schema_version``.

    Raises
    ------
    DataError
    """
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise DataError(
            f"{_shown(path)}: no report can be made of it ({type(error).__name__}: {visible_line(str(error))}): "
            "it was changed, or another version wrote it; run the job again"
        ) from error


def _load_json(path: Path, advice: str) -> dict[str, Any]:
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise DataError(f"{_shown(path)}: cannot be read: {error.strerror or error}; {advice}") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{_shown(path)}: not UTF-8 at byte {error.start:,}, so no JSON of ours; {advice}") from error
    try:
        found = json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        where = f"{_shown(path)}:{error.lineno}:{error.colno}"
        raise DataError(f"{where}: not JSON, {error.msg[:1].lower()}{error.msg[1:]}; {advice}") from error
    except (ValueError, RecursionError) as error:  # NaN, a number or a nesting beyond what Python reads
        raise DataError(f"{_shown(path)}: not JSON of ours, {error}; {advice}") from error
    if not isinstance(found, dict):
        raise DataError(f"{_shown(path)}: holds a {type(found).__name__}, must be an object; {advice}")
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _shown(path: Path) -> str:
    return visible_line(str(path))
