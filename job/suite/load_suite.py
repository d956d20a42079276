"""From a document with `datasets` to one job for each data set, with every problem at once and its place."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from glob import has_magic
from pathlib import Path

from job.errors import SpecError
from job.names import ALLOWED_PACKAGES
from job.spec.job_spec import JobSpec
from job.spec.load_spec import Check, LoadedSpec, Source, check_entries, list_problems, set_engine, validate
from job.spec.suite_spec import DATASETS, DatasetEntry, SuiteData
from job.spec.yaml_document import Document, Fault, Node
from job.suite.named_data import TARGET, family_of, find_problem
from job.text import name_files, show

FOLDER = "data"
"""Where in the output folder data sets that are known by name are written, for their jobs to read."""
_MOST = 1000
_LONGEST_TITLE = 200
_JOB = "datasets is missing. A spec with data is a job; run it with: minority-report run SPEC --output DIR"
_BOTH = "can't be combined with datasets; keep data for a job, datasets for a suite"


@dataclass(frozen=True)
class SuiteJob:
    """One data set of a suite.

    Parameters
    ----------
    label : str
    folder : str
        A safe form of the label, different from all others.
    family : str or None
    loaded : LoadedSpec
    named : (str, str, str) or None
        Where it has to be written first: its source (``keel``, ``zenodo``), its name there, and the path of the file in
        the output folder.
    """

    label: str
    folder: str
    family: str | None
    loaded: LoadedSpec
    named: tuple[str, str, str] | None = None


@dataclass(frozen=True)
class LoadedSuite:
    """A suite that can be run.

    Parameters
    ----------
    name : str
        What messages call it.
    title : str
    jobs : tuple of SuiteJob
        In the order of the document.
    """

    name: str
    title: str
    jobs: tuple[SuiteJob, ...]

    @property
    def spec(self) -> JobSpec:
        """The first job's, which differs from the others' in its data only."""
        return self.jobs[0].loaded.spec


@dataclass(frozen=True)
class _Found:
    """A data set that an entry stands for: its label, and the section ``data`` of its job."""

    place: int
    label: str
    family: str | bool | None
    data: Node
    named: tuple[str, str, str] | None = None


def load_suite(
    source: Source, check: Check, allowed_packages: Iterable[str] = (), dask: str | None = None
) -> LoadedSuite:
    """Make the jobs of a suite.

    Parameters
    ----------
    source : Source
        A document that has been read.
    check, allowed_packages, dask
        As `job.spec.load_spec.load_spec` takes them.

    Returns
    -------
    LoadedSuite

    Raises
    ------
    SpecError
        With every problem, in the order of their lines.
    """
    document, faults = source.document, [*source.document.faults]
    if "data" in source.keys:
        at = (DATASETS,) if DATASETS in source.keys else ()
        faults.append(Fault(document.find(("data",))[0].place, _BOTH if at else _JOB, ("data",)))
    suite, wrong = validate(SuiteData, {DATASETS: document.plain.get(DATASETS)}, document)
    faults += wrong if DATASETS in source.keys or "data" not in source.keys else []
    found = [] if suite is None else _expand(suite, source, faults)
    _check_labels(found, document, faults)
    specs, allowed = list[tuple[Document, JobSpec | None]](), (*ALLOWED_PACKAGES, *allowed_packages)
    for number, one in enumerate(found or [_stand_in(document)]):
        own = _with_data(document, one.data, one.label)
        values = set_engine(own.plain, dask)
        spec, wrong = validate(JobSpec, values, own)
        faults += _placed(wrong, found, number)
        if number == 0:  # what is shared is checked once
            faults += check_entries(values, own, check, allowed)
        specs.append((own, spec))
    if faults or not found:
        raise SpecError(list_problems(source.name, faults))
    folders = name_files([one.label for one in found])
    return LoadedSuite(
        source.name,
        _title_of(document).source,
        tuple(
            SuiteJob(one.label, folder, _family(one), LoadedSpec(spec, source.folder, source.name, own), one.named)
            for one, folder, (own, spec) in zip(found, folders, specs, strict=True)
            if spec is not None
        ),
    )


def _expand(suite: SuiteData, source: Source, faults: list[Fault]) -> list[_Found]:
    """Find the data sets that the entries stand for."""
    found = list[_Found]()
    for place, entry in enumerate(suite.datasets):
        node, _ = source.document.find((DATASETS, place))
        if entry.file is not None:
            found += _find_files(place, entry, node, source.folder, faults)
        elif entry.generate is not None:
            label = entry.label or getattr(entry.generate, "preset", None) or entry.generate.kind
            found.append(_Found(place, label, entry.family, Node(node.place, {"generate": node.below["generate"]})))
        else:
            found += _find_named(place, entry, node, faults)
    if len(found) > _MOST:
        what = f"has {len(found):,} data sets, must be at most {_MOST:,}"
        faults.append(Fault(source.document.find((DATASETS,))[0].place, what, (DATASETS,)))
    return found


def _find_files(place: int, entry: DatasetEntry, node: Node, folder: Path, faults: list[Fault]) -> Iterator[_Found]:
    assert entry.file is not None
    file, at = node.below["file"], (DATASETS, place)
    paths = _match(entry.file.path, folder)
    if not paths:
        what = f"matches no file in {folder.resolve()}; correct the path, which is relative to the suite"
        message = f"got {show(entry.file.path)}, which {what}"
        faults.append(Fault(file.below["path"].place, message, (*at, "file", "path")))
    elif len(paths) > 1 and entry.label is not None:
        what = f"is one label for the {len(paths)} files of a pattern; leave it out"
        faults.append(Fault(node.below["label"].place, what, (*at, "label")))
    for path in paths:
        label = entry.label or Path(path).name.split(".")[0] or Path(path).name
        yield _Found(place, label, entry.family, Node(file.place, {"file": _with_path(file, path)}))


def _find_named(place: int, entry: DatasetEntry, node: Node, faults: list[Fault]) -> Iterator[_Found]:
    kind, names = ("keel", entry.keel) if entry.keel is not None else ("zenodo", entry.zenodo or ())
    for number, name in enumerate(names):
        if problem := find_problem(kind, name):
            below = node.below[kind].below.get(number, node)
            faults.append(Fault(below.place, problem, (DATASETS, place, kind, number)))
        path = f"{FOLDER}/{kind}-{name_files([name])[0]}.csv"
        file = Node(node.place, {"target": _text(node, TARGET)})
        data = Node(node.place, {"file": _with_path(file, path)})
        yield _Found(place, entry.label or name, entry.family, data, (kind, name, path))


def _match(path: str, folder: Path) -> list[str]:
    """Find the files that a path stands for; one that is no pattern stands for itself, there or not."""
    if not has_magic(path) or (folder / path).exists():
        return [path]
    if Path(path).is_absolute():
        root = Path(path).anchor
        return sorted(map(str, Path(root).glob(path[len(root) :])))
    return sorted(found.relative_to(folder).as_posix() for found in folder.glob(path) if found.is_file())


def _with_path(file: Node, path: str) -> Node:
    """Write a section ``data.file`` that reads this file."""
    return replace(file, value={**file.below, "path": _text(file.below.get("path", file), path)})


def _text(node: Node, text: str) -> Node:
    return Node(node.place, text, text)


def _stand_in(document: Document) -> _Found:
    """Stand in for data sets that are wrong, so that what is wrong elsewhere is found too."""
    at = document.find((DATASETS,))[0]
    file = Node(at.place, {"target": _text(at, TARGET)})
    return _Found(0, "", None, Node(at.place, {"file": _with_path(file, TARGET)}))


def _with_data(document: Document, data: Node, label: str) -> Document:
    """Put a section ``data`` in the place of the list, and the label into the title of the report."""
    root = document.find(())[0]
    kept = {key: node for key, node in root.below.items() if key not in (DATASETS, "data")}
    title = _title_of(document)
    if len(own := f"{label}: {title.source}") <= _LONGEST_TITLE and not title.below:
        kept["title"] = _text(title, own)
    return Document(replace(root, value={**kept, "data": data}))


def _title_of(document: Document) -> Node:
    root = document.find(())[0]
    return root.below.get("title", _text(root, JobSpec.model_fields["title"].default))


def _placed(faults: Iterable[Fault], found: Sequence[_Found], number: int) -> Iterator[Fault]:
    """Let faults of a section ``data`` be about the entry that it is of."""
    for fault in faults:
        if fault.path[:1] != ("data",):
            yield fault
        elif found:
            yield fault._replace(path=(DATASETS, found[number].place, *fault.path[1:]))


def _check_labels(found: Iterable[_Found], document: Document, faults: list[Fault]) -> None:
    owners = dict[str, int]()
    for one in found:
        path = (DATASETS, one.place)
        if one.label in owners:
            why = f"label {one.label} is already used by {DATASETS}[{owners[one.label]}]; give this entry another label"
            faults.append(Fault(document.find(path)[0].place, why, path))
        owners.setdefault(one.label, one.place)


def _family(found: _Found) -> str | None:
    return family_of(found.label) if found.family is True else (found.family or None)
