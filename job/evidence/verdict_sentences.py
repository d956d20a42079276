"""The sentence of each verdict, from its code and numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from job.evidence import rules
from job.evidence.bootstrap import LEAST_POSITIVES
from job.evidence.corrected_t import LEAST_PAIRS
from job.evidence.words import (
    Naming,
    counted,
    decimal,
    more_or_fewer,
    p_text,
    percent,
    rounded,
    signed,
    whole,
)

PRIMARY_WORDS = MappingProxyType({"average_precision": "average precision", "roc_auc": "ROC AUC"})


@dataclass(frozen=True)
class Told:
    """One verdict, ready to be told.

    Parameters
    ----------
    strategy, classifier, baseline : str
        As they are to be written.
    numbers : Mapping[str, Any]
        Of the verdict.
    """

    strategy: str
    classifier: str
    baseline: str
    numbers: Mapping[str, Any]

    @property
    def metric(self) -> str:
        """The primary metric within a sentence."""
        return PRIMARY_WORDS[str(self.numbers["primary"])]

    @property
    def rope(self) -> str:
        """The practical difference, as short as it can be."""
        return f"{self.numbers['rope']:g}"

    def mean(self, metric: str, who: str) -> float | None:
        """A mean over the shared splits, of ``strategy`` or ``baseline``."""
        value: float | None = self.numbers["means"][metric][who]
        return value

    def change(self, metric: str) -> float | None:
        """Strategy minus baseline, over the shared splits."""
        mine, theirs = self.mean(metric, "strategy"), self.mean(metric, "baseline")
        return None if mine is None or theirs is None else mine - theirs


def describe_verdict(verdict: Mapping[str, Any], naming: Naming = str) -> str:
    """Say what a verdict means, in plain words.

    Parameters
    ----------
    verdict : Mapping
        One row of ``verdict.rows`` in results.json.
    naming : callable
        How labels are written.

    Returns
    -------
    str
        One to three sentences.
    """
    return _SENTENCES[verdict["code"]](prepare_telling(verdict, naming))


def prepare_telling(verdict: Mapping[str, Any], naming: Naming) -> Told:
    """Write the labels of a verdict as they are to be shown."""
    strategy, classifier, baseline = (naming(str(verdict[key])) for key in ("strategy", "classifier", "reference"))
    return Told(strategy, classifier, baseline, verdict["numbers"])


def describe_interval(told: Told) -> str:
    """Write the difference in the primary metric with its interval: ``+0.031 (95 % interval +0.012 to +0.050)``."""
    numbers = told.numbers
    difference = signed(numbers["primary_difference"])
    if numbers["primary_lower"] is None:
        return difference
    limits = f"{signed(numbers['primary_lower'])} to {signed(numbers['primary_upper'])}"
    return f"{difference} ({100 * numbers['confidence']:g} % interval {limits})"


def describe_price_of_recall(told: Told) -> str:
    """Say what is found and raised beyond baseline: ``finds 21 more of every 100 minority rows and raises ...``."""
    recall, alarms = told.change("recall"), told.change("false_alarms_per_1000")
    if recall is None or alarms is None:
        return "has no decision to compare"
    found = more_or_fewer(100 * recall, "of every 100 minority rows", "of every 100 minority rows")
    raised = more_or_fewer(alarms, "false alarm", "false alarms")
    return f"finds {found} and raises {raised} per 1,000 rows"


def describe_baseline_at_same_alarms(told: Told) -> str:
    """Say what baseline's own ranking gives at the strategy's false alarms, without synthetic rows."""
    gain = told.numbers["curve_gain_of_baseline"]
    if gain is None:
        return ""
    found = more_or_fewer(100 * gain, "", "").rstrip()
    return f"without synthetic rows, the same alarms find {found}"


def describe_probabilities(told: Told) -> str:
    """Say what the probabilities lost; nothing where there are none."""
    mine, theirs = told.mean("mean_predicted", "strategy"), told.mean("mean_predicted", "baseline")
    if mine is None or theirs is None:
        return ""
    share = told.numbers["prevalence"]
    true_share = "" if share is None else f", where {decimal(share)} of the rows are of the minority"
    mean = f"mean predicted probability {decimal(mine)} instead of {decimal(theirs)}{true_share}"
    loss, lost = told.mean("log_loss", "strategy"), told.mean("log_loss", "baseline")
    return mean if loss is None or lost is None else f"{mean}; log loss {decimal(loss)} instead of {decimal(lost)}"


def _too_few_splits(told: Told) -> str:
    n_splits, n_total = told.numbers["n_splits"], told.numbers["n_splits_total"]
    start = f"Cannot tell whether {told.strategy} helps {told.classifier}"
    if not n_splits:
        return f"{start}: no split has a result of both {told.strategy} and {told.baseline}."
    if n_total == 1:
        return (
            f"{start}: there is one split only, and it has {counted(told.numbers['n_minority_rows'], 'minority row')} "
            f"in its test part. It takes {LEAST_POSITIVES} there, or {counted(LEAST_PAIRS, 'split')} or more."
        )
    return (
        f"{start}: {counted(n_splits, 'split has', 'splits have')} a result of both {told.strategy} and "
        f"{told.baseline}, and it takes {counted(LEAST_PAIRS, 'split')}."
    )


def _too_few_rows(told: Told) -> str:
    n_rows = told.numbers["n_minority_rows"]
    least = (
        f"Cannot tell whether {told.strategy} helps {told.classifier}: all test parts together hold "
        f"{counted(n_rows, 'minority row')}, and a verdict takes {rules.LEAST_MINORITY_ROWS} at the very least."
    )
    high = told.numbers["power"]["high"]  # an estimate from so few rows may be far too low
    return f"{least} {_needed(told)}" if high is not None and high > rules.LEAST_MINORITY_ROWS else least


def _decisions_only(told: Told) -> str:
    n_scores = told.numbers["n_distinct_scores"]
    scores = f"{whole(n_scores)} distinct {'score' if n_scores == 1 else 'scores'}"
    start = (
        f"{told.classifier} gives {scores} in the median split, so it decides and hardly ranks. "
        f"{told.strategy} {describe_price_of_recall(told)}"
    )
    ratio = told.numbers["false_alarms_per_found_row"]
    found, alarms = told.change("tp"), told.change("fp")
    if found is None or alarms is None or ratio is None:
        return f"{start}."
    times = f"{decimal(ratio, 1)} times as much as a false alarm"
    if found > 0 and alarms > 0:
        more = f"{decimal(ratio, 1)} more false alarms for each further minority row"
        return f"{start}: {more}, which pays where a missed minority row costs more than {times}."
    if found < 0 and alarms < 0:
        fewer = f"{decimal(ratio, 1)} fewer false alarms for each minority row lost"
        return f"{start}: {fewer}, which pays where a missed minority row costs less than {times}."
    return f"{start}: it pays at any cost." if found > 0 or alarms < 0 else f"{start}: it pays at no cost."


def _ranks_better(told: Told) -> str:
    return (
        f"{told.strategy} ranks better than {told.baseline} with {told.classifier}: {told.metric} changes by "
        f"{describe_interval(told)}, {_significance(told)}, and at equal false alarms it doesn't find fewer minority "
        "rows."
    )


def _ranks_worse(told: Told) -> str:
    return (
        f"{told.strategy} ranks worse than {told.baseline} with {told.classifier}: {told.metric} changes by "
        f"{describe_interval(told)}, {_significance(told)}, and at equal false alarms it doesn't find more minority "
        "rows."
    )


def _curves_cross(told: Told) -> str:
    rows = "of every 100 minority rows"
    at_baseline, at_own = (
        more_or_fewer(100 * (told.numbers[key] or 0.0), rows, rows)
        for key in ("recall_at_baseline_fpr_difference", "rank_gain_at_own_fpr_difference")
    )
    return (
        f"{told.strategy} ranks better than {told.baseline} in one region and worse in another with "
        f"{told.classifier}: {told.metric} changes by {describe_interval(told)}, {_significance(told)}. At the false "
        f"alarms that {told.baseline} raises it finds {at_baseline}; at those that it raises itself, {at_own}."
    )


def _mostly_threshold(told: Told) -> str:
    probabilities, at_same = describe_probabilities(told), describe_baseline_at_same_alarms(told)
    rest = f" What the probabilities became: {probabilities}." if probabilities else ""
    more = f": {at_same} by {told.baseline}'s own ranking" if at_same else ""
    return (
        f"{told.strategy} {describe_price_of_recall(told)} with {told.classifier}, but at least half of that gain is "
        f"a moved threshold{more}.{rest}"
    )


def _equivalent(told: Told) -> str:
    probability = told.numbers["primary_probability_equivalent"]
    if probability is None:
        return (
            f"{told.strategy} and {told.baseline} are alike with {told.classifier}: {told.metric} is the same on every "
            "split."
        )
    return (
        f"{told.strategy} and {told.baseline} rank alike with {told.classifier}: {told.metric} differs by "
        f"{describe_interval(told)}, and by no more than {told.rope} with a probability of {percent(probability)}."
    )


def _no_worthwhile_gain(told: Told) -> str:
    probability = told.numbers["primary_probability_better"]
    return (
        f"{told.strategy} brings {told.classifier} no gain worth having: {told.metric} changes by "
        f"{describe_interval(told)}, and a gain above {told.rope} has a probability of {percent(probability)}."
    )


def _undecided(told: Told) -> str:
    start = (
        f"Whether {told.strategy} helps {told.classifier} stays undecided: {told.metric} changes by "
        f"{describe_interval(told)}, {_significance(told)}."
    )
    return f"{start} {_needed(told)}".rstrip()


def _significance(told: Told) -> str:
    p_value = told.numbers["primary_p_adjusted"]
    return "without a p-value" if p_value is None else f"adjusted {p_text(p_value)}"


def _needed(told: Told) -> str:
    power = told.numbers["power"]
    if power["low"] is None:
        return ""
    low, high = rounded(power["low"]), rounded(power["high"])
    n_rows = told.numbers["n_positive"]
    start = (
        f"A gain of {power['gain']:g} in {told.metric} would show with about {low} to {high} minority rows; the data "
        f"has {n_rows:,}"
    )
    return f"{start}, so one that large would probably have shown." if n_rows > power["high"] else f"{start}."


_SENTENCES: Mapping[str, Callable[[Told], str]] = MappingProxyType(
    {
        rules.TOO_FEW_SPLITS: _too_few_splits,
        rules.TOO_FEW_ROWS: _too_few_rows,
        rules.DECISIONS_ONLY: _decisions_only,
        rules.RANKS_BETTER: _ranks_better,
        rules.RANKS_WORSE: _ranks_worse,
        rules.CURVES_CROSS: _curves_cross,
        rules.MOSTLY_THRESHOLD: _mostly_threshold,
        rules.EQUIVALENT: _equivalent,
        rules.NO_WORTHWHILE_GAIN: _no_worthwhile_gain,
        rules.UNDECIDED: _undecided,
    }
)
