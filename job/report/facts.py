"""Results with the look-ups that sections need: by strategy, classifier and metric."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice

from job.report.charts.theme import assign_looks, find_further_looks
from job.report.layout import Name
from job.results.decision_facts import Curve
from job.results.job_facts import DatasetFacts, Run, SplitFacts, SummaryRow, WrittenEntry, WrittenSpec
from job.results.results import Results, Timings
from job.results.verdict_facts import Comparison, Headline
from job.text import abbreviate, abbreviate_all, decimals_for

_TITLE_LENGTH = 120
_STRATEGY_LENGTH, _CLASSIFIER_LENGTH = 26, 30  # the longest of our own, tuned; charts have no room for more
_VALUE_LENGTH = 60
_REASON_LENGTH = 200
_SCORED = ("ok", "degraded")
_COUNTS = ("tn", "fp", "fn", "tp")
_PER_THOUSAND = ("false_alarms_per_1000", "expected_cost_per_1000")
LEAST_OPTIMISM = 0.005  # that is worth a word: it is shown with two decimals


@dataclass(frozen=True, eq=False)
class Facts:
    """The results of one job, ready to be asked.

    Parameters
    ----------
    strategies, classifiers : tuple of Name
        In the order of the results: baseline is the first strategy.
    timings : Timings or None
        Where the spec asks for durations on the page.
    """

    results: Results
    strategies: tuple[Name, ...]
    classifiers: tuple[Name, ...]
    timings: Timings | None = None

    @property
    def spec(self) -> WrittenSpec:
        """The spec, defaults filled in."""
        return self.results.spec

    @property
    def dataset(self) -> DatasetFacts:
        """Counts, columns and notes."""
        return self.results.dataset

    @property
    def splits(self) -> SplitFacts:
        """How the data was split, and the mean sizes of the parts."""
        return self.results.splits

    @property
    def n_splits(self) -> int:
        """How often strategies were compared."""
        return self.splits.n_splits_total

    @property
    def test_share(self) -> float:
        """Mean share of positive rows in the test parts."""
        return self.splits.n_test_positive_mean / self.splits.n_test_mean

    @property
    def has_cost(self) -> bool:
        """Whether the spec says what errors cost."""
        return self.results.evaluation.cost_false_negative is not None

    def with_values(self, metrics: Iterable[str]) -> tuple[str, ...]:
        """Leave out the expected cost where there is none."""
        return tuple(metric for metric in metrics if self.has_cost or metric != "expected_cost_per_1000")

    @property
    def chance(self) -> float | None:
        """Average precision that a random order is expected to have; None where no test part has a positive row."""
        return self.results.levels.chance

    def optimism(self, strategy: Name | None = None, classifier: Name | None = None) -> float:
        """How much too high average precision reads, mean over what has it; 0 where that isn't known."""
        found = [
            row.optimism
            for row in self.results.levels.rows
            if row.optimism is not None
            and (strategy is None or row.strategy == strategy.label)
            and (classifier is None or row.classifier == classifier.label)
        ]
        return float(sum(found) / len(found)) if found else 0.0

    @property
    def primary(self) -> str:
        """Name of the metric that ranks strategies."""
        return self.spec.evaluation.primary

    @property
    def confidence(self) -> str:
        """Of intervals and tests, in words."""
        return f"{100 * self.spec.evaluation.confidence:g} %"

    @property
    def baseline(self) -> Name:
        """The strategy that differences are taken from."""
        return self.strategies[0]

    @property
    def title(self) -> str:
        """The title, short enough for a heading."""
        return abbreviate(self.spec.title, _TITLE_LENGTH)

    @property
    def positive(self) -> str:
        """The positive label, short enough for a sentence."""
        return abbreviate_all([self.dataset.positive], _VALUE_LENGTH)[0]

    @property
    def headline(self) -> Headline:
        """What the answer is about and what it recommends."""
        return self.results.verdict.headline

    @property
    def main_classifier(self) -> Name:
        """The classifier that the first screen is about: the headline's."""
        return self.classifier(self.headline.classifier)

    def quoted(self, names: Collection[Name], classifier: Name) -> Name | None:
        """Find whom of these a sentence should be about: what is recommended, else what the headline speaks of."""
        pairs = [pair for pair in (self.headline.recommended, self.headline.about) if pair is not None]
        labels = [pair.strategy for pair in pairs if pair.classifier == classifier.label]
        by_label = {name.label: name for name in names if name != self.baseline}
        return next((by_label[label] for label in labels if label in by_label), None)

    def strategy(self, label: str) -> Name:
        """The strategy with this label."""
        return next(name for name in self.strategies if name.label == label)

    def classifier(self, label: str) -> Name:
        """The classifier with this label."""
        return next(name for name in self.classifiers if name.label == label)

    def name_shortly(self, label: str) -> str:
        """Write a label as the page does inside sentences."""
        names = (*self.strategies, *self.classifiers)
        return next((name.short for name in names if name.label == label), label)

    def kind(self, strategy: Name) -> str:
        """What kind of strategy one is: a code of `job.evidence.strategy_kinds`."""
        return self.results.strategies[strategy.index].kind

    def further_looks(self, number: int) -> tuple[int, ...]:
        """Give this many colours and markers that no strategy has, for what stands beside them."""
        return tuple(islice(find_further_looks([name.look for name in self.strategies]), number))

    def summary(self, strategy: Name, classifier: Name, metric: str) -> SummaryRow:
        """Mean and spread of one metric."""
        return self._summaries[strategy.label, classifier.label, metric]

    def against_baseline(self, strategy: Name, classifier: Name, metric: str) -> Comparison | None:
        """The tested difference of one metric from baseline."""
        return self._comparisons.get((strategy.label, classifier.label, metric))

    def curve(self, strategy: Name, classifier: Name, kind: str) -> Curve | None:
        """Mean curve of one strategy; None where it has none."""
        return self._curves.get((strategy.label, classifier.label, kind))

    def runs(self, strategy: Name, classifier: Name) -> Sequence[Run]:
        """Every run of one strategy × classifier, in the order of the splits."""
        return self._runs.get((strategy.label, classifier.label), ())

    def values(self, strategy: Name, classifier: Name, metric: str) -> tuple[float, ...]:
        """The metric on each split where it is defined."""
        found = (run.metrics.get(metric) for run in self.runs(strategy, classifier))
        return tuple(float(value) for value in found if value is not None)

    def gaps(self, strategy: Name, classifier: Name, metric: str) -> Counter[str]:
        """Why the metric has no value, and on how many splits: undefined there, or no run that could be scored."""
        reasons: Counter[str] = Counter()
        for run in self.runs(strategy, classifier):
            if run.metrics.get(metric) is None:
                is_scored = run.status in _SCORED
                reasons[run.undefined.get(metric, "not computed") if is_scored else _without_run(run)] += 1
        return reasons

    def decimals(self, classifier: Name, metric: str) -> int:
        """Decimals for one metric, the same for every strategy so that a column can be compared by eye."""
        rows = (self.summary(strategy, classifier, metric) for strategy in self.strategies)
        spreads = sorted(row.sd for row in rows if row.sd)
        return decimals_for(spreads[len(spreads) // 2] if spreads else None, fallback_decimals(metric))

    @cached_property
    def _summaries(self) -> dict[tuple[str, str, str], SummaryRow]:
        return {(*row.place, row.metric): row for row in self.results.summary}

    @cached_property
    def _comparisons(self) -> dict[tuple[str, str, str], Comparison]:
        rows = (row for row in self.results.comparisons if row.reference == self.baseline.label)
        return {(*row.place, row.metric): row for row in rows}

    @cached_property
    def _curves(self) -> dict[tuple[str, str, str], Curve]:
        return {(*row.place, row.kind): row for row in self.results.curves}

    @cached_property
    def _runs(self) -> dict[tuple[str, str], list[Run]]:
        found: dict[tuple[str, str], list[Run]] = {}
        for run in self.results.runs:
            found.setdefault(run.place, []).append(run)
        return found


def load_facts(results: Results, timings: Timings | None = None) -> Facts:
    """Give every strategy and classifier the name by which the whole page shows it."""
    strategies = _names(results.strategies, _STRATEGY_LENGTH)
    looks = assign_looks(results.strategies)
    looking = tuple(replace(name, own_look=look) for name, look in zip(strategies, looks, strict=True))
    return Facts(results, looking, _names(results.classifiers, _CLASSIFIER_LENGTH), timings)


def fallback_decimals(metric: str) -> int:
    """Decimals of a metric that has no spread."""
    if metric in _COUNTS:
        return 0
    return 1 if metric in _PER_THOUSAND else 3


def _names(entries: Iterable[WrittenEntry], length: int) -> tuple[Name, ...]:
    labels = [entry.label for entry in entries]
    pairs = zip(labels, abbreviate_all(labels, length), strict=True)
    return tuple(Name(*pair, index) for index, pair in enumerate(pairs))


def _without_run(run: Run) -> str:
    kind = "the run failed" if run.status == "failed" else "this combination cannot exist"
    return f"{kind}: {abbreviate(run.reason, _REASON_LENGTH)}" if run.reason else kind
