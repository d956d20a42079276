"""What is written on request beside the numbers, each in a process of its own: none of it can lose the report."""

import math
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from job.data.dataset import Dataset
from job.engine.local_workers import run_apart
from job.evaluation.all_rows import SyntheticRows, make_synthetic_rows, save_model
from job.evaluation.grid import strategies_of
from job.outputs import MODEL, PARENTS, SYNTHETIC, Outputs, to_csv
from job.results.results import Results
from job.results.study_facts import SavedModel, Snippet, SyntheticFile
from job.spec.job_spec import JobSpec
from job.spec.strategy_entries import CalibratedEntry, Entry
from job.text import name_files

_NOTHING = "no strategy has a score with any classifier"


def take_home(spec: JobSpec, dataset: Dataset, results: Results, outputs: Outputs) -> Results:
    """Write what the spec's ``report`` asks for, and note it in the results; the model is that of their ``snippet``."""
    made: dict[str, object] = {}
    if spec.report.model:
        made["model"] = _save_model(spec, dataset, results.snippet, outputs)
    if spec.report.synthetic:
        added = {run.strategy for run in results.runs if run.n_synthetic}
        # What a tuned one adds depends on the classifier, so there are no such rows to write.
        strategies = [entry for entry in strategies_of(spec) if entry.label in added and entry.tune is None]
        names = name_files([entry.label for entry in strategies])
        named = [pair for pair in zip(strategies, names, strict=True) if not isinstance(pair[0], CalibratedEntry)]
        files = (_write_synthetic(spec, dataset, entry, f"{name}.csv", outputs) for entry, name in named)
        made["synthetic"] = tuple(files)
    return results.model_copy(update=made)


def has_taken_all(results: Results) -> bool:
    """Tell whether everything that was asked for was written."""
    made = (results.model, *(results.synthetic or ()))
    return all(each is None or each.reason is None for each in made)


def _write_synthetic(spec: JobSpec, dataset: Dataset, strategy: Entry, name: str, outputs: Outputs) -> SyntheticFile:
    file: str | None = f"{SYNTHETIC}/{name}"
    parents = f"{PARENTS}/{name}" if spec.report.synthetic_parents else None
    paths = [outputs.path(written) for written in (file, parents) if written]
    n_rows, problem = run_apart(write_rows, spec, dataset, strategy, *paths, timeout=spec.engine.run_timeout)
    if n_rows is None:
        file = parents = None
        for path in paths:
            path.unlink(missing_ok=True)
    return SyntheticFile(strategy=strategy.label, file=file, parents=parents, n_rows=n_rows, reason=problem)


def write_rows(spec: JobSpec, dataset: Dataset, strategy: Entry, path: Path, parents: Path | None = None) -> int:
    """Write the rows that a strategy adds to all rows.

    Parameters
    ----------
    spec : JobSpec
    dataset : Dataset
    strategy : Entry
    path : Path
        A CSV file: the features and the target in the order of the data, then ``synthetic`` (true in every row).
        Sorted, because a sampler's own order tells which rows share a parent.
    parents : Path or None
        A CSV file: ``row`` (of `path`, 1 for the first), ``parent_1``, ``parent_2`` (of the data) and ``weight`` (of
        the second parent), empty where the sampler doesn't tell.

    Returns
    -------
    int
        How many.
    """
    made = make_synthetic_rows(spec, dataset, strategy)
    other = dataset.rest[0] if len(dataset.rest) == 1 else None
    labels = [dataset.positive if value else other for value in made.y.tolist()]
    kept = [(column.name, column.role) for column in dataset.columns if column.role in ("target", "feature")]
    columns = {name: labels if role == "target" else made.features[name] for name, role in kept}
    columns[_free_name("synthetic", columns)] = ["true"] * len(labels)
    rows = list(zip(*columns.values(), strict=True))
    order = sorted(range(len(rows)), key=lambda place: ["" if cell is None else str(cell) for cell in rows[place]])
    path.write_text(to_csv(tuple(columns), (rows[place] for place in order)), encoding="utf-8", newline="")
    if parents is not None:
        table = to_csv(("row", "parent_1", "parent_2", "weight"), _rows_of_parents(dataset, made, order))
        parents.write_text(table, encoding="utf-8", newline="")
    return len(rows)


def _rows_of_parents(dataset: Dataset, made: SyntheticRows, order: Sequence[int]) -> Iterator[tuple[object, ...]]:
    numbers = np.arange(1, dataset.n_rows + 1) if dataset.row_numbers is None else dataset.row_numbers
    for row, place in enumerate(order, start=1):
        parents = (None if parent < 0 else int(numbers[parent]) for parent in made.parents[place])
        weight = float(made.weights[place])
        yield (row, *parents, None if math.isnan(weight) else weight)


def _free_name(name: str, taken: Iterable[str]) -> str:
    lower = {other.lower() for other in taken}
    while name.lower() in lower:
        name += "_"
    return name


def _save_model(spec: JobSpec, dataset: Dataset, chosen: Snippet, outputs: Outputs) -> SavedModel:
    file, trusted, problem = None, None, None
    if chosen.strategy is None:
        problem = _NOTHING
    else:
        strategy = next(entry for entry in strategies_of(spec) if entry.label == chosen.strategy)
        classifier = next(entry for entry in spec.classifiers if entry.label == chosen.classifier)
        asked, timeout = (spec, dataset, strategy, classifier, outputs.path(MODEL)), spec.engine.run_timeout
        trusted, problem = run_apart(save_model, *asked, timeout=timeout)
        file = MODEL if trusted is not None else None
    if file is None:
        outputs.path(MODEL).unlink(missing_ok=True)  # half of one, it may be
    return SavedModel(
        strategy=chosen.strategy, classifier=chosen.classifier, file=file, trusted=trusted or (), reason=problem
    )
