"""From a YAML document to a `JobSpec`, with every problem found at once and where it stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from job.errors import Problem, SpecError
from job.names import ALLOWED_PACKAGES
from job.spec.kinds import COMPLAINT
from job.spec.labels import BASELINE
from job.spec.model import ClassifierEntry, Entry, EvaluationSpec, FileSpec, JobSpec, StrategyEntry
from job.spec.reader import read_tree
from job.spec.section import Complaint
from job.spec.source import read_source
from job.spec.tree import Fault, Place, Tree, raw
from job.spec.unknown import in_words
from job.text import one_line, show

Check = Callable[[str, int, Entry], Iterable[Complaint]]
"""Takes "strategies", "classifiers" or "ratio_sweep", an index and an entry; key paths are relative to the entry."""
CheckFile = Callable[[FileSpec, Path], Iterable[str]]
"""Takes ``data.file`` and the folder of the spec."""

_ENTRIES: tuple[tuple[str, type[Entry]], ...] = (("strategies", StrategyEntry), ("classifiers", ClassifierEntry))
_MOST_SHOWN = 100
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
    tree : Tree
        The document, for the lines of what turns out to be wrong once the data is read.
    """

    spec: JobSpec
    folder: Path
    name: str
    tree: Tree = field(default_factory=Tree, repr=False, compare=False)

    def refuse(self, complaints: Iterable[Complaint]) -> None:
        """Raise SpecError with the place of each complaint, where there are any."""
        faults = [Fault(self.tree.find(path)[0].place, message, path) for path, message in complaints]
        if faults:
            raise SpecError(_problems(self.name, faults))


def load_spec(
    source: str | None,
    check: Check = lambda kind, index, entry: (),
    allowed_packages: Iterable[str] = (),
    check_file: CheckFile = lambda file, folder: (),
) -> LoadedSpec:
    """Load a spec.

    Parameters
    ----------
    source : str or None
        A path, ``-`` for standard input, None for the embedded default.
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

    Returns
    -------
    LoadedSpec

    Raises
    ------
    SpecError
        With every problem, in the order of their lines.
    """
    read = read_source(source)
    tree = read_tree(read.text)
    if tree.root is None:
        faults = tree.faults or [Fault(Place(), "is empty; write one with: minority-report init > spec.yaml")]
        raise SpecError(_problems(read.name, faults))
    document = raw(tree.root.node)
    spec, faults = _validate(document, tree)
    faults += tree.faults + list(_check_entries(document, tree, check, (*ALLOWED_PACKAGES, *allowed_packages)))
    if faults or spec is None:
        faults += _check_data(document, tree, lambda file: check_file(file, read.folder))
        raise SpecError(_problems(read.name, faults))
    return LoadedSpec(spec, read.folder, read.name, tree)


def _validate(document: Any, tree: Tree) -> tuple[JobSpec | None, list[Fault]]:
    if not isinstance(document, dict):
        what = "a list" if isinstance(document, list) else show(document.value)
        return None, [Fault(Place(), f"got {what}, a spec is a mapping of keys to values")]
    try:
        return JobSpec.model_validate(document), []
    except ValidationError as error:
        return None, [_fault(details, tree, document) for details in error.errors(include_url=False)]


def _fault(details: Any, tree: Tree, document: Any) -> Fault:
    path = details["loc"]
    child, found = tree.find(path)
    if details["type"] == COMPLAINT:
        return Fault(child.place, details["msg"], found)
    return Fault(child.place, in_words(details["type"], path, raw(child.node), document), path)


def _check_entries(document: Any, tree: Tree, check: Check, allowed: tuple[str, ...]) -> Iterator[Fault]:
    for kind, index, entry in _right_entries(document):
        package = _package_not_allowed(entry, allowed)
        refusal = (("class",), _not_allowed(str(entry.class_), package, allowed)) if package else None
        for path, message in check(kind, index, entry) if refusal is None else (refusal,):
            child, found = tree.find((kind, index, *path))
            yield Fault(child.place, message, found)
    for index, entry in _swept_entries(document):
        if not _package_not_allowed(entry, allowed):
            child, found = tree.find(("evaluation", "ratio_sweep", index))
            yield from (Fault(child.place, message, found) for _, message in check("ratio_sweep", index, entry))


def _package_not_allowed(entry: Entry, allowed: tuple[str, ...]) -> str:
    """Return the package of an entry's class where it is not allowed, else nothing."""
    package = (entry.class_ or "").partition(".")[0]
    return "" if entry.class_ is None or package in allowed else package


def _swept_entries(document: Any) -> Iterator[tuple[int, Entry]]:
    """Find the strategies that ``evaluation.ratio_sweep`` names, where both are right in themselves."""
    if not isinstance(document, dict):
        return
    try:
        labels = EvaluationSpec.model_validate(document.get("evaluation", {})).ratio_sweep
    except ValidationError:
        return  # it has been reported with the rest of the document
    listed = [entry for kind, _, entry in _right_entries(document) if kind == "strategies"]
    if "strategies" not in document:
        listed = list(JobSpec.model_fields["strategies"].default)
    by_label = {entry.label: entry for entry in (StrategyEntry.model_validate(BASELINE), *listed)}
    yield from ((index, by_label[label]) for index, label in enumerate(labels) if label in by_label)


def _right_entries(document: Any) -> Iterator[tuple[str, int, Entry]]:
    for kind, section in _ENTRIES:
        entries = document.get(kind) if isinstance(document, dict) else None
        for index, value in enumerate(entries if isinstance(entries, list) else ()):
            try:
                yield kind, index, section.model_validate(value)
            except ValidationError:
                continue  # it has been reported with the rest of the document


def _check_data(document: Any, tree: Tree, check: Callable[[FileSpec], Iterable[str]]) -> Iterator[Fault]:
    """Ask about the data file of a spec whose section about it is right in itself."""
    data = document.get("data") if isinstance(document, dict) else None
    try:
        file = FileSpec.model_validate(data.get("file") if isinstance(data, dict) else None)
    except ValidationError:
        return  # it has been reported with the rest of the document, or there is none
    path = ("data", "file")
    for message in check(file):
        yield Fault(tree.find(path)[0].place, message, path)


def _not_allowed(path: str, package: str, allowed: tuple[str, ...]) -> str:
    return (
        f"got {path}, must be a class of one of {', '.join(dict.fromkeys(allowed))}; "
        f"if you trust {package}, run with --allow-package {package}"
    )


def _problems(name: str, faults: Iterable[Fault]) -> list[Problem]:
    ordered = sorted(dict.fromkeys(faults), key=lambda fault: (fault.place.line, fault.place.column))
    problems = [
        Problem(f"{name}:{fault.place.line}:{fault.place.column}{_key_path(fault.path)}", one_line(fault.message))
        for fault in ordered[:_MOST_SHOWN]
    ]
    if len(ordered) > _MOST_SHOWN:
        problems.append(Problem(name, f"and {len(ordered) - _MOST_SHOWN:,} more problems"))
    return problems


def _key_path(path: tuple[str | int, ...]) -> str:
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            text += f".{step if _PLAIN_KEY.fullmatch(step) and len(step) <= 40 else show(step, 40)}"
    return f" {one_line(text.lstrip('.'))}" if text else ""
