"""What a diagnosis finds worth a word, each with a stable code, how serious it is, and what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from job.data.dataset import Column, Dataset
from job.data.difficulty.class_overlap import Overlap
from job.data.difficulty.leakage import NEARER, Duplicates
from job.data.difficulty.minority_types import Clusters
from job.data.quoting import counted

NOTE, WARNING, PROBLEM = "note", "warning", "problem"

NEAR_DUPLICATES = "near-duplicate-rows"

GIVES_AWAY = 0.99
NEAR_UNIQUE = 0.95
FEW, VERY_FEW = 50, 20
MANY_MISSING, MOSTLY_MISSING = 0.2, 0.5
IMBALANCED = 3.0
MANY_OUTLIERS = 0.2
SEPARABLE = 0.01
MANY_NEAR_DUPLICATES = 0.05

_LEAST_FOR_IDENTIFIER = 20
_LEAST_FOR_SEPARABLE = 20  # a handful of rows touches few others wherever it lies
_LEAST_FOR_TYPES = 6  # below, a row cannot have five of its own kind around it


@dataclass(frozen=True)
class Finding:
    """One thing that a reader should know.

    Parameters
    ----------
    code : str
        Stable kebab-case word by which a program can find it.
    level : {"note", "warning", "problem"}
    found : str
        What was found, in one sentence.
    advice : str
        What to do, in one sentence.
    columns : tuple of str
        The columns that it is about.
    """

    code: str
    level: str
    found: str
    advice: str
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Facts:
    """What was measured; None where it could not be.

    Parameters
    ----------
    dataset : Dataset
    types : Mapping of str to int, or None
        Minority rows of each type.
    overlap : Overlap or None
    clusters : Clusters or None
    scores : tuple of (str, float)
        AUC of each feature alone, highest first.
    equal_columns : tuple of tuple of str
    duplicates : Duplicates
    near_duplicates : float or None
        Share of rows that have one.
    """

    dataset: Dataset
    types: Mapping[str, int] | None
    overlap: Overlap | None
    clusters: Clusters | None
    scores: tuple[tuple[str, float], ...]
    equal_columns: tuple[tuple[str, ...], ...]
    duplicates: Duplicates
    near_duplicates: float | None


def find_all(facts: Facts) -> tuple[Finding, ...]:
    """Find everything worth a word, the most serious first.

    Parameters
    ----------
    facts : Facts

    Returns
    -------
    tuple of Finding
    """
    found = [
        finding
        for look in (_find_leaks, _find_near_duplicates, _find_rows, _find_minority, _find_columns)
        for finding in look(facts)
    ]
    return tuple(finding for level in (PROBLEM, WARNING, NOTE) for finding in found if finding.level == level)


def _find_leaks(facts: Facts) -> Iterator[Finding]:
    giving = [(name, score) for name, score in facts.scores if score > GIVES_AWAY]
    if giving:
        best = giving[0][1]
        yield Finding(
            "gives-the-answer-away",
            PROBLEM,
            f"The classes are told apart with an AUC above {GIVES_AWAY} (up to {best:.4f}) by "
            f"{counted(len(giving), 'column')} alone.",
            "Make sure that it is known before the label is; what is written afterwards belongs under data.file.drop.",
            tuple(name for name, _ in giving),
        )


def _find_near_duplicates(facts: Facts) -> Iterator[Finding]:
    if facts.near_duplicates is None or facts.near_duplicates <= MANY_NEAR_DUPLICATES:
        return
    ungrouped = facts.dataset.groups is None
    yield Finding(
        NEAR_DUPLICATES,
        PROBLEM,
        f"{_percent(facts.near_duplicates)} of the rows have a near-duplicate"
        f"{'' if ungrouped else ' in another group'}: a row {NEARER} times nearer than those around it.",
        "A model that has seen one of two near-duplicates knows the other, so scores on test rows are too high. "
        + (
            "If one case has several rows, name the column that identifies it under data.file.groups."
            if ungrouped
            else "Check whether the column under data.file.groups identifies the case."
        ),
    )


def _find_rows(facts: Facts) -> Iterator[Finding]:
    duplicates, n_minority = facts.duplicates, facts.dataset.n_positive
    if duplicates.n_conflicting:
        share = duplicates.n_conflicting_minority / n_minority
        yield Finding(
            "conflicting-duplicates",
            PROBLEM if share >= MANY_OUTLIERS else WARNING,
            f"{counted(duplicates.n_conflicting, 'row')} equal a row of another class in every feature, "
            f"{duplicates.n_conflicting_minority:,} of them minority ({_percent(share)} of the minority).",
            "Check their labels, or add a column that tells them apart: nothing finds the one without the other.",
        )
    if duplicates.n_repeated:
        yield Finding(
            "duplicate-rows",
            NOTE,
            f"An earlier row is repeated in every feature by {counted(duplicates.n_repeated, 'row')}.",
            "If one thing stands there several times, name its column under data.file.groups, so that training and "
            "test part don't share it.",
        )


def _find_minority(facts: Facts) -> Iterator[Finding]:
    n_minority, ratio = facts.dataset.n_positive, facts.dataset.imbalance_ratio
    if n_minority < FEW:
        yield Finding(
            "few-minority-rows",
            PROBLEM if n_minority < VERY_FEW else WARNING,
            f"There are only {counted(n_minority, 'minority row')}.",
            "Collect more of them: numbers from so few vary so much that strategies can hardly be told apart.",
        )
    if ratio >= IMBALANCED:
        yield Finding(
            "imbalanced",
            NOTE,
            f"For each minority row there are {ratio:,.1f} others.",
            "Judge by recall, precision and average precision together; accuracy is high without finding anything.",
        )
    yield from _find_overlap(facts)
    yield from _find_disjuncts(facts)


def _find_overlap(facts: Facts) -> Iterator[Finding]:
    n = sum(facts.types.values()) if facts.types else 0
    if facts.types and n >= _LEAST_FOR_TYPES:
        outliers, unsafe = facts.types["outlier"], n - facts.types["safe"]
        if outliers >= MANY_OUTLIERS * n:
            yield Finding(
                "many-outliers",
                WARNING,
                f"{_percent(outliers / n)} of the minority rows have no minority row among their five nearest.",
                "Check their labels first: rows made from outliers lie among the majority.",
            )
        if 2 * unsafe > n:
            yield Finding(
                "mostly-unsafe",
                WARNING,
                f"{_percent(unsafe / n)} of the minority rows lie at the border or among other rows.",
                "Expect a moved threshold to do as much as synthetic rows, and look for columns that tell more.",
            )
    enough = facts.dataset.n_positive >= _LEAST_FOR_SEPARABLE
    if enough and facts.overlap and max(facts.overlap.n1, facts.overlap.n3) <= SEPARABLE:
        yield Finding(
            "separable",
            NOTE,
            f"Classes hardly touch: a minimum spanning tree joins only {_percent(facts.overlap.n1)} of the rows to "
            "the other class.",
            "Expect little from resampling: a classifier finds such a border as it is.",
        )


def _find_disjuncts(facts: Facts) -> Iterator[Finding]:
    clusters = facts.clusters
    if clusters is None or len(clusters.sizes) < 2:
        return
    inside = sum(clusters.sizes)
    if 2 * clusters.sizes[0] < inside + clusters.n_alone:
        yield Finding(
            "small-disjuncts",
            WARNING,
            f"The minority falls into {counted(len(clusters.sizes), 'cluster')} of {clusters.sizes[-1]:,} to "
            f"{clusters.sizes[0]:,} rows, and {counted(clusters.n_alone, 'row')} in none.",
            "Compare samplers that stay within a neighbourhood, and classifiers that can carve out several regions.",
        )


def _find_columns(facts: Facts) -> Iterator[Finding]:
    columns, n_rows = facts.dataset.columns, _n_described(facts.dataset)
    features = [column for column in columns if column.role == "feature"]
    mostly = [column.name for column in features if column.n_missing >= MOSTLY_MISSING * n_rows]
    many = [column.name for column in features if MANY_MISSING * n_rows <= column.n_missing < MOSTLY_MISSING * n_rows]
    some = [column.name for column in features if 0 < column.n_missing < MANY_MISSING * n_rows]
    for level, names, words in (
        (PROBLEM, mostly, f"{_percent(MOSTLY_MISSING)} or more"),
        (WARNING, many, f"{_percent(MANY_MISSING)} to {_percent(MOSTLY_MISSING)}"),
        (NOTE, some, f"less than {_percent(MANY_MISSING)}"),
    ):
        if names:
            yield Finding(
                "missing-values",
                level,
                f"{counted(len(names), 'column')} {'lacks' if len(names) == 1 else 'lack'} {words} of the values.",
                "Find out why they are missing; what is imputed is a guess that samplers then interpolate.",
                tuple(names),
            )
    yield from _find_empty_columns(facts)


def _find_empty_columns(facts: Facts) -> Iterator[Finding]:
    columns = facts.dataset.columns
    constant = tuple(column.name for column in columns if column.kind == "constant")
    if constant:
        yield Finding(
            "constant-columns",
            NOTE,
            f"{counted(len(constant), 'column')} {'has' if len(constant) == 1 else 'have'} one value only.",
            "Nothing has to be done: what has one value is left out.",
            constant,
        )
    for names in facts.equal_columns:
        yield Finding(
            "duplicate-columns",
            WARNING,
            f"{len(names)} columns have the same content.",
            "List all but one of them under data.file.drop: distances count them as often as they stand there.",
            names,
        )
    unique = tuple(column.name for column in columns if _is_near_unique(column, _n_described(facts.dataset)))
    if unique:
        yield Finding(
            "near-unique-columns",
            NOTE,
            f"Nearly every row has a value of its own in {counted(len(unique), 'column')}.",
            "If it only names the rows, list it under data.file.drop, unless it is left out already, as such text is.",
            unique,
        )


def _n_described(dataset: Dataset) -> int:
    """Rows whose values the columns count, which may be more than a sample of them."""
    return dataset.n_rows if dataset.n_described is None else dataset.n_described


def _is_near_unique(column: Column, n_rows: int) -> bool:
    """Whether a column could name the rows: text that is left out, or whole numbers; what is measured may differ."""
    named = (column.role, column.kind) in (("dropped", "text"), ("feature", "integer"))
    n_present = n_rows - column.n_missing
    return named and n_present >= _LEAST_FOR_IDENTIFIER and column.n_distinct >= NEAR_UNIQUE * n_present


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %"
