"""What the numbers of this job cannot tell; how they were made, and what holds for every job, is in the template."""

from collections.abc import Iterator
from dataclasses import dataclass

from job.report.facts import LEAST_OPTIMISM, Facts
from job.report.layout import Section
from job.text import number

_FEW_SPLITS = 5


@dataclass(frozen=True)
class Methods:
    """What narrows this job beyond what narrows every one, a sentence each; and whether any entry is tuned."""

    limits: tuple[str, ...]
    tuned: bool


def build(facts: Facts) -> Section:
    """Build the section."""
    tuned = any(entry.tune for entry in (*facts.results.strategies, *facts.results.classifiers))
    return Section("methods", "Methods and limits", Methods(tuple(_limits(facts)), tuned))


def _limits(facts: Facts) -> Iterator[str]:
    if facts.n_splits == 1:
        yield (
            "There is one split: differences are about these fitted models, on rows like these. Nothing here shows how "
            "models that were trained on other rows would differ."
        )
    elif facts.n_splits < _FEW_SPLITS:
        yield f"Differences aren't tested over fewer than {_FEW_SPLITS} splits; here there are {facts.n_splits}."
    else:
        yield (
            "The ± next to a mean is the spread from split to split, not the uncertainty of the mean: for that, read "
            "the intervals of the differences."
        )
    optimism = facts.optimism()
    if optimism >= LEAST_OPTIMISM:
        yield (
            f"With {number(facts.splits.n_test_positive_mean, 0)} minority rows in a test part, average precision "
            f"reads higher than it would on many rows, by {number(optimism, 2)} on average over all strategies and "
            "classifiers. This holds for all strategies alike, so it hardly changes their differences."
        )
    if len(facts.dataset.rest) > 1:
        yield (
            f"One label, {facts.positive}, is held against all others as one class. What a strategy does to each of "
            "the others has to be asked label by label."
        )
    if not facts.has_cost:
        yield "The spec gives no costs, so none are assumed: which cut-off is the cheapest depends on them."
    failed = {(run.strategy, run.classifier) for run in facts.results.runs if run.status == "failed"}
    if any((run.strategy, run.classifier) in failed for run in facts.results.runs if run.status != "failed"):
        yield "Some runs failed. The remaining splits may be easier ones, so these means aren't fully comparable."
