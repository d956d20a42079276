"""From a file, standard input, Python or the built-in example to a `JobSpec`, with every problem at once, in place."""

import codecs
import json
import os
import re
import stat
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from job.errors import Problem, SpecError
from job.names import ALLOWED_PACKAGES
from job.spec.file_keys import FileSpec
from job.spec.job_spec import EvaluationSpec, JobSpec
from job.spec.schema import faults_of, path_in
from job.spec.spec_section import Complaint, Section
from job.spec.strategy_entries import BASELINE, ClassifierEntry, Entry, StrategyEntry
from job.spec.suite_spec import DATASETS
from job.spec.yaml_document import Document, Fault, Place, read_document
from job.text import one_line, show

STDIN = "-"
ARGUMENTS = "the arguments"
"""The name of a spec that Python gives, whose problems have a key and no line."""
MOST_BYTES = 1_000_000

Check = Callable[[str, int, Entry], Iterable[Complaint]]
"""Takes "strategies", "classifiers" or "ratio_sweep", an index and an entry; key paths are relative to the entry."""
CheckFile = Callable[[FileSpec, Path], Iterable[str]]
"""Takes ``data.file`` and the folder of the spec."""

_ENTRIES: tuple[tuple[str, type[Entry]], ...] = (("strategies", StrategyEntry), ("classifiers", ClassifierEntry))
_MOST_SHOWN = 100
_NOT_IN_YAML = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_Section = TypeVar("_Section", bound=Section)
_RUN_SUITE = "run it with: minority-report suite SUITE.yaml --output DIR"
_START = "write one with: minority-report init > spec.yaml"
_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


@dataclass(frozen=True)
class LoadedSpec:
    """A spec that can be run.

    Parameters
    ----------
    spec : JobSpec
    folder : Path
        What ``data.file.path`` is relative to.
    name : str
        What messages call the spec.
    document : Document
        For the lines of what turns out to be wrong once the data is read.
    """

    spec: JobSpec
    folder: Path
    name: str
    document: Document = field(default_factory=Document, repr=False, compare=False)

    def refuse(self, complaints: Iterable[Complaint]) -> None:
        """Raise SpecError with the place of each complaint, where there are any."""
        faults = [Fault(self.document.find(path)[0].place, message, path) for path, message in complaints]
        if faults:
            raise SpecError(list_problems(self.name, faults))


@dataclass(frozen=True)
class Source:
    """A document that has been read and is a mapping.

    Parameters
    ----------
    name : str
        What messages call it.
    folder : Path
        What its paths are relative to.
    document : Document
    """

    name: str
    folder: Path
    document: Document

    @property
    def keys(self) -> Collection[str]:
        """Its keys."""
        return tuple(self.document.plain)


def load_spec(
    source: str | Mapping[str, Any] | Source | None,
    check: Check = lambda kind, index, entry: (),
    allowed_packages: Iterable[str] = (),
    check_file: CheckFile = lambda file, folder: (),
    dask: str | None = None,
) -> LoadedSpec:
    """Load a spec.

    Parameters
    ----------
    source : str, Mapping, Source or None
        A path, ``-`` for standard input, None for the built-in example; the keys and their plain values, whose data
        file is not looked at; or a document that `read_source` has read.
    check : callable
        ``check(kind, index, entry)`` with kind "strategies" or "classifiers" says what is wrong with one entry's
        class and parameters, as pairs of a key path relative to the entry and a message; with kind "ratio_sweep",
        why the sampling_strategy of the strategy that stands there cannot be swept. It is asked about every
        entry that is right in itself, also where others are wrong, and never about a class from a package that
        is not allowed.
    allowed_packages : iterable of str
        Packages that classes may come from beside ``job.names.ALLOWED_PACKAGES``.
    check_file : callable
        ``check_file(file, folder)`` says what is wrong with the data file. It is asked only where the spec has
        problems, so that they are told together; a spec without any meets its data when it is run.
    dask : str or None
        The address of a Dask scheduler, which wins over what the spec says of its engine.

    Returns
    -------
    LoadedSpec

    Raises
    ------
    SpecError
        With every problem, in the order of their lines.
    """
    read = source if isinstance(source, Source) else read_source(source)
    if DATASETS in read.keys:
        fault = Fault(read.document.find((DATASETS,))[0].place, f"belongs to a suite; {_RUN_SUITE}", (DATASETS,))
        raise SpecError(list_problems(read.name, [fault]))
    values = set_engine(read.document.plain, dask)
    spec, faults = validate(JobSpec, values, read.document)
    allowed = (*ALLOWED_PACKAGES, *allowed_packages)
    faults += read.document.faults + list(check_entries(values, read.document, check, allowed))
    if faults or spec is None:
        is_file = read.name != ARGUMENTS
        faults += _check_data(values, read.document, lambda file: check_file(file, read.folder)) if is_file else ()
        raise SpecError(list_problems(read.name, faults))
    return LoadedSpec(spec, read.folder, read.name, read.document)


def read_source(source: str | Mapping[str, Any] | None) -> Source:
    """Read a document from what `load_spec` takes; raises SpecError where it is no mapping."""
    name, folder, text = _read_source(source)
    document = read_document(text)
    if document.root is None:
        raise SpecError(list_problems(name, document.faults or [Fault(Place(), f"is empty; {_START}")]))
    values = document.root.plain
    if not isinstance(values, dict):
        what = "a list" if isinstance(values, list) else show(values)
        fault = Fault(Place(), f"got {what}; a spec must be a mapping of keys to values")
        raise SpecError(list_problems(name, [fault, *document.faults]))
    return Source(name, folder, document)


def set_engine(values: Any, dask: str | None) -> Any:
    """Let the address of a Dask scheduler win over what a spec says of its engine."""
    if dask is not None and isinstance(engine := values.get("engine") or {}, dict):
        return {**values, "engine": {**engine, "kind": "dask", "address": dask}}
    return values


def validate(section: type[_Section], values: Any, document: Document) -> tuple[_Section | None, list[Fault]]:
    """Make a section, or say what is wrong with it; in the values, texts are then as they were written."""
    while True:
        try:
            return section.model_validate(values), []
        except ValidationError as error:
            errors = error.errors(include_url=False)
        texts = [path_in(document, details["loc"]) for details in errors if details["type"] == "string_type"]
        changed = [_put_source(values, document, path) for path in texts]
        if not any(changed):
            return None, list(faults_of(errors, document))


def _put_source(values: Any, document: Document, path: tuple[str | int, ...]) -> bool:
    """Take a bare number, ``true`` or ``null`` for the text that it is written as, where a key wants text."""
    node, _ = document.find(path)
    for step in path[:-1]:
        values = values[step]
    if node.below or isinstance(node.value, dict | list) or isinstance(values[path[-1]], str):
        return False
    values[path[-1]] = node.source
    return True


def check_entries(values: Any, document: Document, check: Check, allowed: tuple[str, ...]) -> Iterator[Fault]:
    """Ask `check` about every entry of strategies and classifiers that is right in itself."""
    right = list(_right_entries(values))
    for kind, index, entry in [*right, *_swept_entries(values, right)]:
        above = ("evaluation", kind) if kind == "ratio_sweep" else (kind,)
        package = (entry.class_ or "").partition(".")[0]
        if not package or package in allowed:
            found = check(kind, index, entry)
        else:
            what = f"got {entry.class_}, must be a class from one of {', '.join(dict.fromkeys(allowed))}"
            advice = f"if you trust {package}, run with --allow-package {package}"
            found = () if kind == "ratio_sweep" else [(("class",), f"{what}; {advice}")]
        for path, message in found:
            child, place = document.find((*above, index, *path))
            yield Fault(child.place, message, place)


def _right_entries(values: Any) -> Iterator[tuple[str, int, Entry]]:
    for kind, section in _ENTRIES:
        entries = values.get(kind)
        for index, value in enumerate(entries if isinstance(entries, list) else ()):
            with suppress(ValidationError):  # it has been reported with the rest of the document
                yield kind, index, section.model_validate(value)


def _swept_entries(values: Any, right: Iterable[tuple[str, int, Entry]]) -> Iterator[tuple[str, int, Entry]]:
    """Find the strategies that ``evaluation.ratio_sweep`` names, where both are right in themselves."""
    always = () if "strategies" in values else JobSpec.model_fields["strategies"].default
    listed = (entry for kind, _, entry in right if kind == "strategies")
    by_label = {entry.label: entry for entry in (StrategyEntry.model_validate(BASELINE), *always, *listed)}
    with suppress(ValidationError):
        labels = EvaluationSpec.model_validate(values.get("evaluation", {})).ratio_sweep
        yield from (("ratio_sweep", index, by_label[label]) for index, label in enumerate(labels) if label in by_label)


def _check_data(values: Any, document: Document, check: Callable[[FileSpec], Iterable[str]]) -> Iterator[Fault]:
    """Ask about the data file of a spec whose section about it is right in itself."""
    data, path = values.get("data"), ("data", "file")
    with suppress(ValidationError):  # it has been reported with the rest of the document, or there is none
        file = FileSpec.model_validate(data.get("file") if isinstance(data, dict) else None)
        yield from (Fault(document.find(path)[0].place, message, path) for message in check(file))


def list_problems(name: str, faults: Iterable[Fault]) -> list[Problem]:
    """Turn faults into problems, in the order of their lines, each once."""
    ordered = sorted(dict.fromkeys(faults), key=lambda fault: fault.place)
    problems = []
    for (line, column), message, path in ordered[:_MOST_SHOWN]:
        key = _key_path(path)
        where = key.strip() or name if name == ARGUMENTS else f"{name}:{line}:{column}{key}"
        problems.append(Problem(where, one_line(message)))
    more = len(ordered) - _MOST_SHOWN
    return problems + ([Problem(name, f"and {more:,} more problem{'s' * (more > 1)}")] if more > 0 else [])


def _key_path(path: tuple[str | int, ...]) -> str:
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            text += f".{step if _PLAIN_KEY.fullmatch(step) and len(step) <= 40 else show(step, 40)}"
    return f" {one_line(text.lstrip('.'))}" if text else ""


def _read_source(source: str | Mapping[str, Any] | None) -> tuple[str, Path, str]:
    """Read a spec's text; return what messages call it, the folder that its paths are relative to, and the text."""
    if source is None:
        return "<default>", Path(), files("job.spec").joinpath("default.yaml").read_text("utf-8")
    if isinstance(source, Mapping):  # JSON is YAML, but for one character
        return ARGUMENTS, Path(), json.dumps(source).replace("\x7f", "\\u007f")
    if source == STDIN:
        return "<stdin>", Path(), _decode("<stdin>", sys.stdin.buffer.read(MOST_BYTES + 1))
    try:
        content, is_file = _read_bytes(source)
    except (OSError, ValueError) as error:  # ValueError: a path that has NUL in it
        reason = getattr(error, "strerror", None) or str(error)
        raise SpecError([Problem(source, f"cannot read the spec: {reason}; {_START}")]) from error
    return source, Path(source).parent if is_file else Path(), _decode(source, content)


def _read_bytes(path: str) -> tuple[bytes, bool]:
    """Read a file or a pipe, and tell which; a pipe that nobody writes to is empty and keeps nobody waiting."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    with open(descriptor, "rb") as file:
        os.set_blocking(descriptor, True)
        return file.read(MOST_BYTES + 1), stat.S_ISREG(os.fstat(descriptor).st_mode)


def _decode(name: str, content: bytes) -> str:
    if len(content) > MOST_BYTES:
        raise SpecError([Problem(name, f"has more than {MOST_BYTES:,} bytes, too many for a spec")])
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise SpecError([Problem(f"{name}:1:1", "is UTF-16, must be UTF-8; save it as UTF-8")])
    content = content.removeprefix(codecs.BOM_UTF8)  # some editors on Windows write one
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        where = _position(name, content[: error.start].decode())
        message = f"byte 0x{content[error.start]:02x} is not UTF-8; save the spec as UTF-8"
        raise SpecError([Problem(where, message)]) from error
    if odd := _NOT_IN_YAML.search(text):
        where = _position(name, text[: odd.start()])
        raise SpecError([Problem(where, f"has the control character U+{ord(odd[0]):04X}; remove it")])
    return text


def _position(name: str, before: str) -> str:
    lines = before.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return f"{name}:{len(lines)}:{len(lines[-1]) + 1}"
