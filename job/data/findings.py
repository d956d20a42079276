"""What a diagnosis finds worth a word, each with a stable code, how serious it is, and what to do."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from job.data.dataset import Column, Dataset
from job.data.difficulty import Clusters, Overlap
from job.data.leakage import NEARER, Duplicates
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

_ADVICE = {
    "gives-the-answer-away": "Make sure that it is known before the label is; list what is recorded afterwards under "
    "data.file.drop.",
    NEAR_DUPLICATES: "A model that has seen one of two near-duplicates knows the other, so scores on test rows are too "
    "high.",
    "conflicting-duplicates": "Check their labels, or add a column that tells them apart: as they are, no model can "
    "separate them.",
    "duplicate-rows": "If one case occurs several times, name the column that identifies it under data.file.groups, "
    "so that training and test part don't share it.",
    "few-minority-rows": "Collect more of them: numbers from so few vary so much that strategies can hardly be told "
    "apart.",
    "imbalanced": "Judge by recall, precision and average precision together; accuracy is high without finding "
    "anything.",
    "many-outliers": "Check their labels first: rows made from outliers lie among the majority.",
    "mostly-unsafe": "Expect a different decision threshold to do as much as synthetic rows, and look for more "
    "informative columns.",
    "separable": "Expect little from resampling: a classifier finds such a border as it is.",
    "small-disjuncts": "Compare samplers that stay within a neighbourhood, and classifiers that can carve out several "
    "regions.",
    "missing-values": "Find out why they are missing; what is imputed is a guess that samplers then interpolate.",
    "constant-columns": "Nothing has to be done: what has one value is left out.",
    "duplicate-columns": "List all but one of them under data.file.drop: distances count every copy.",
    "near-unique-columns": "If it only identifies the rows, list it under data.file.drop, unless it is left out "
    "already, as such text is.",
}
"""What to do, by code."""


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
    found = [finding for look in (_find_in_rows, _find_in_minority, _find_in_columns) for finding in look(facts)]
    return tuple(finding for level in (PROBLEM, WARNING, NOTE) for finding in found if finding.level == level)


def _make(code: str, level: str, found: str, columns: Sequence[str] = (), advice: str = "") -> Finding:
    return Finding(code, level, found, _ADVICE[code] + advice, tuple(columns))


def _find_in_rows(facts: Facts) -> Iterator[Finding]:
    giving = [(name, score) for name, score in facts.scores if score > GIVES_AWAY]
    if giving:
        how = f"with an AUC above {GIVES_AWAY} (up to {giving[0][1]:.4f})"
        each = "alone separates" if len(giving) == 1 else "separate, each alone,"
        found = f"{counted(len(giving), 'column')} {each} the classes {how}."
        yield _make("gives-the-answer-away", PROBLEM, found, [name for name, _ in giving])
    if (near := facts.near_duplicates) is not None and near > MANY_NEAR_DUPLICATES:
        where, advice = " in another group", "Check whether the column under data.file.groups identifies the case."
        if facts.dataset.groups is None:
            where = ""
            advice = "If one case has several rows, name the column that identifies it under data.file.groups."
        found = f"have a near-duplicate{where}: a row {NEARER} times nearer than those around it."
        yield _make(NEAR_DUPLICATES, PROBLEM, f"{_percent(near)} of the rows {found}", advice=f" {advice}")
    duplicates = facts.duplicates
    if duplicates.n_conflicting:
        share = duplicates.n_conflicting_minority / facts.dataset.n_positive
        them = f"{duplicates.n_conflicting_minority:,} of them minority ({_percent(share)} of the minority)"
        found = f"{counted(duplicates.n_conflicting, 'row')} equal a row of another class in every feature, {them}."
        yield _make("conflicting-duplicates", PROBLEM if share >= MANY_OUTLIERS else WARNING, found)
    if duplicates.n_repeated:
        found = f"An earlier row is repeated in every feature by {counted(duplicates.n_repeated, 'row')}."
        yield _make("duplicate-rows", NOTE, found)


def _find_in_minority(facts: Facts) -> Iterator[Finding]:
    n_minority, ratio = facts.dataset.n_positive, facts.dataset.imbalance_ratio
    if n_minority < FEW:
        found = f"There are only {counted(n_minority, 'minority row')}."
        yield _make("few-minority-rows", PROBLEM if n_minority < VERY_FEW else WARNING, found)
    if ratio >= IMBALANCED:
        yield _make("imbalanced", NOTE, f"For each minority row there are {ratio:,.1f} others.")
    n = sum(facts.types.values()) if facts.types else 0
    if facts.types and n >= _LEAST_FOR_TYPES:
        outliers, unsafe = facts.types["outlier"] / n, 1 - facts.types["safe"] / n
        if outliers >= MANY_OUTLIERS:
            found = f"{_percent(outliers)} of the minority rows have no minority row among their five nearest."
            yield _make("many-outliers", WARNING, found)
        if unsafe > 0.5:
            found = (
                f"{_percent(1 - unsafe)} of the minority rows are safe; the rest lie at the border or among other rows."
            )
            yield _make("mostly-unsafe", WARNING, found)
    overlap, clusters = facts.overlap, facts.clusters
    if n_minority >= _LEAST_FOR_SEPARABLE and overlap and max(overlap.n1, overlap.n3) <= SEPARABLE:
        found = f"a minimum spanning tree joins only {_percent(overlap.n1)} of the rows to the other class."
        yield _make("separable", NOTE, f"Classes hardly touch: {found}")
    sizes = clusters.sizes if clusters else ()
    if clusters and len(sizes) > 1 and 2 * sizes[0] < sum(sizes) + clusters.n_alone:
        inside = f"{counted(len(sizes), 'cluster')} of {sizes[-1]:,} to {sizes[0]:,} rows"
        found = f"The minority falls into {inside}, and {counted(clusters.n_alone, 'row')} in no cluster."
        yield _make("small-disjuncts", WARNING, found)


def _find_in_columns(facts: Facts) -> Iterator[Finding]:
    columns, dataset = facts.dataset.columns, facts.dataset
    # the columns may count more rows than a sample of them has
    n_rows = dataset.n_rows if dataset.n_described is None else dataset.n_described
    shares = {column.name: column.n_missing / n_rows for column in columns if column.role == "feature"}
    limits = (np.inf, MOSTLY_MISSING, MANY_MISSING, 0)
    for level, most, least in zip((PROBLEM, WARNING, NOTE), limits[:-1], limits[1:], strict=True):
        gappy = {name: share for name, share in shares.items() if share and least <= share < most}
        if gappy:
            most_missing = f"{'Up to ' if len(gappy) > 1 else ''}{_percent(max(gappy.values()))}"
            found = f"{most_missing} of the values are missing in {counted(len(gappy), 'column')}."
            yield _make("missing-values", level, found, list(gappy))
    constant = [column.name for column in columns if column.kind == "constant"]
    if constant:
        found = f"{counted(len(constant), 'column')} {'has' if len(constant) == 1 else 'have'} one value only."
        yield _make("constant-columns", NOTE, found, constant)
    for equal in facts.equal_columns:
        yield _make("duplicate-columns", WARNING, f"{len(equal)} columns have the same content.", equal)
    unique = [column.name for column in columns if _is_near_unique(column, n_rows)]
    if unique:
        found = f"Nearly every row has a value of its own in {counted(len(unique), 'column')}."
        yield _make("near-unique-columns", NOTE, found, unique)


def _is_near_unique(column: Column, n_rows: int) -> bool:
    """Whether a column could name the rows: text that is left out, or whole numbers; what is measured may differ."""
    named = (column.role, column.kind) in (("dropped", "text"), ("feature", "integer"))
    n_present = n_rows - column.n_missing
    return named and n_present >= _LEAST_FOR_IDENTIFIER and column.n_distinct >= NEAR_UNIQUE * n_present


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %"
