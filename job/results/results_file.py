"""results.json and timings.json as text: written, and read again where they are whole and of this schema."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from pydantic import ValidationError

from job.errors import DataError, JobError
from job.results.record import Record
from job.results.results import SCHEMA_VERSION, Results, Timings
from job.text import visible_line, words_of

_Content = TypeVar("_Content", bound=Record)


def to_json(content: Record) -> str:
    """Write a record as JSON: numbers keep every digit, keys that were never filled in are left out."""
    return _dump(content.model_dump(by_alias=True, exclude_unset=True))


def _dump(plain: Mapping[str, Any]) -> str:
    return json.dumps(plain, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def seal(results: Results) -> Results:
    """Note the digest of all the rest in the provenance, by which `blaming` knows what a job wrote."""
    digest = hashlib.sha256(to_json(results).encode()).hexdigest()
    return results.model_copy(update={"provenance": results.provenance.model_copy(update={"results_digest": digest})})


@contextmanager
def blaming(*paths: Path) -> Iterator[None]:
    """Raise DataError for an exception where one of these results.json isn't what a job wrote; else it is a bug."""
    try:
        yield
    except JobError:
        raise
    except Exception as error:
        for path in paths:
            if not _is_as_written(path):
                found = f"no report can be made of it ({words_of(error)})"
                why = "the file was changed after the job wrote it; restore it, or run the job again"
                raise DataError(f"{_shown(path)}: {found}; {why}") from error
        raise


def _is_as_written(path: Path) -> bool:
    found = _load_json(path, "")
    digest = found["provenance"].pop("results_digest", None)
    try:
        return bool(digest == hashlib.sha256(_dump(found).encode()).hexdigest())
    except ValueError:  # half a character, which no job writes
        return False


def read_results(path: Path) -> Results:
    """Read a results.json.

    Raises
    ------
    DataError
        Where there is no such file, it is not a results.json, another version wrote it, or a field is not what it was.
    """
    found = _load_json(path, "give the results.json of a job")
    version = found.get("schema_version")
    if not isinstance(version, int) or isinstance(version, bool):
        raise DataError(f"{_shown(path)}: not a results.json (no schema_version); give the results.json of a job")
    if version != SCHEMA_VERSION:
        wrong = f"schema_version is {version}, must be {SCHEMA_VERSION}: {_writer(found)} wrote it"
        raise DataError(f"{_shown(path)}: {wrong}; render with that version, or run the job again")
    return _check(Results, found, path, "no report can be made of it", "run the job again")


def read_record(kind: type[_Content], path: Path, advice: str) -> _Content:
    """Read a record from a file of its own; raises DataError where it is not one."""
    return _check(kind, _load_json(path, advice), path, "not a valid file of minority-report", advice)


def _check(kind: type[_Content], found: Mapping[str, Any], path: Path, trouble: str, advice: str) -> _Content:
    try:
        return kind.model_validate(found)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = visible_line(".".join(map(str, first["loc"])))
        raise DataError(f"{_shown(path)}: {trouble}: {where}: {first['msg']}; {advice}") from error


def _writer(results: Mapping[str, Any]) -> str:
    """Name the version that wrote results of another schema."""
    try:
        return f"minority-report {visible_line(str(results['provenance']['versions']['minority-report']))}"
    except (KeyError, TypeError):
        return "another version of minority-report"


def read_timings(path: Path) -> Timings | None:
    """Read the timings.json beside a results.json; None where there is none.

    Raises
    ------
    DataError
        Where the file is there and is not a timings.json.
    """
    if not path.exists():
        return None
    advice = "restore the timings.json of the job, or move the file away"
    return _check(Timings, _load_json(path, advice), path, "not a valid timings.json", advice)


def _load_json(path: Path, advice: str) -> dict[str, Any]:
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise DataError(f"{_shown(path)}: cannot be read: {error.strerror or error}; {advice}") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{_shown(path)}: not UTF-8 at byte {error.start:,}, so not valid JSON; {advice}") from error
    try:
        found = json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        where = f"{_shown(path)}:{error.lineno}:{error.colno}"
        raise DataError(f"{where}: not JSON, {error.msg[:1].lower()}{error.msg[1:]}; {advice}") from error
    except (ValueError, RecursionError) as error:  # NaN, a number or a nesting beyond what Python reads
        raise DataError(f"{_shown(path)}: not valid JSON, {error}; {advice}") from error
    if not isinstance(found, dict):
        raise DataError(f"{_shown(path)}: holds a {type(found).__name__}, must be an object; {advice}")
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _shown(path: Path) -> str:
    return visible_line(str(path))
