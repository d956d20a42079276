"""The whole of suite.json."""

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from job.results.record import Pair, Record
from job.results.results_file import read_record
from job.results.verdict_facts import Gate, Interval

OK, UNREADABLE, FAILED = "ok", "unreadable", "failed"


class Difficulty(Record):
    """What makes a data set hard: counts, and shares from 0 to 1."""

    n_rows: int
    n_minority: int
    imbalance_ratio: float
    unsafe: float | None
    n3: float | None
    clusters: int | None


class PairResult(Pair, Interval):
    """A strategy on one data set: its mean, and the difference from baseline in the primary metric.

    ``code`` is the verdict's answer whether it ranks better; only oversampling strategies have one.
    """

    value: float
    n_splits: int
    code: str | None


class DatasetResult(Record):
    """One data set: its place in the suite, how it ended, and the answer of its report."""

    dataset: str
    folder: str
    family: str | None
    status: str
    reason: str | None
    source: str
    difficulty: Difficulty | None = None
    code: str | None = None
    about: PairResult | None = None
    n_runs: int = 0
    n_failed: int = 0
    pairs: tuple[PairResult, ...] = ()
    gates: tuple[Gate, ...] = ()


def list_gains(rows: Iterable[DatasetResult], fact: str) -> list[tuple[str, float, float]]:
    """List the data sets that have both one fact of their difficulty and a gain: label, fact, gain."""
    known = ((row.dataset, getattr(row.difficulty, fact, None), row.about) for row in rows if row.about)
    gains = ((name, value, about.difference) for name, value, about in known if value is not None)
    return [(name, float(value), gain) for name, value, gain in gains if gain is not None]


class Clique(Record):
    """Strategies whose average ranks do not differ."""

    strategies: tuple[str, ...]


class Ranking(Record):
    """Average ranks of strategies with one classifier; rank 1 is the best.

    ``n_blocks`` families (or data sets without one) enter; ``n_left_out`` data sets lack a value of some strategy.
    """

    classifier: str
    strategies: tuple[str, ...]
    ranks: tuple[float, ...]
    n_blocks: int
    n_datasets: int
    n_left_out: int
    chi2: float | None
    p_value: float | None
    critical_difference: float | None
    cliques: tuple[Clique, ...]
    reason: str | None


class OverAll(Pair):
    """A strategy against baseline over all data sets.

    ``difference`` is the mean over families; ``gain`` is the mean in units of each data set's ROPE, on which the
    hierarchical model and Wilcoxon's test rest. ``better``, ``alike`` and ``worse`` count data sets by verdict.
    """

    n_blocks: int
    n_datasets: int
    difference: float | None
    gain: float | None
    p_value: float | None
    p_adjusted: float | None
    probability_better: float | None
    probability_equivalent: float | None
    probability_worse: float | None
    code: str
    counts: tuple[int, ...]
    reason: str | None


class Pattern(Record):
    """How the gain of the best oversampling strategy goes with what makes a data set hard, by rank correlation."""

    fact: str
    n: int
    correlation: float | None
    p_value: float | None
    low: float | None
    high: float | None


class SuiteResults(Record):
    """Everything that is known of a suite."""

    schema_version: Literal[1]
    version: str
    title: str
    primary: str
    confidence: float
    strategies: tuple[str, ...]
    classifiers: tuple[str, ...]
    datasets: tuple[DatasetResult, ...]
    n_families: int | None
    rankings: tuple[Ranking, ...]
    over_all: tuple[OverAll, ...]
    patterns: tuple[Pattern, ...]


def read_suite(path: Path) -> SuiteResults:
    """Read a suite.json, which `job.results.results_file.to_json` writes; raises DataError where it is none."""
    return read_record(SuiteResults, path, "give the suite.json of a suite")
