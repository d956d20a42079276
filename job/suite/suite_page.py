"""index.html: the answer, the data sets, and what supports it, as self-contained as a report."""

from collections.abc import Sequence
from dataclasses import dataclass

from job.names import RANKINGS
from job.report.charts.canvas import Picture
from job.report.charts.theme import assign_looks
from job.report.layout import Heading, Line, Name, Number, Section, Table, number_or_dash, tabulate
from job.report.render import STYLES, Page, fill_page
from job.results.job_facts import WrittenEntry
from job.suite.suite_charts import draw_pattern, draw_ranks
from job.suite.suite_results import OK, DatasetResult, OverAll, Ranking, SuiteResults
from job.suite.suite_wording import CODE_TITLES, FACT_TITLES, describe_over_all, tell_answer, tell_state
from job.text import abbreviate, abbreviate_all, counted, number, sentence, signed
from job.wording.verdict_rows import METRIC_WORDS, RANKING_TITLES, count_gates, describe_gate

_TITLE_LENGTH = 120
_LABEL_LENGTH = 24
_DATASET_LENGTH = 40
_REASON_LENGTH = 300
_MOST_GATES = 200
_PARTS = {
    "Answer": ("suite_answer", "suite_datasets"),
    "Evidence": ("suite_ranks", "suite_comparisons", "suite_where", "suite_gates", "suite_methods"),
}


class SuitePage(Page):
    """The page, which has sections and parts of its own."""

    @property
    def parts(self) -> tuple[tuple[str, tuple[Section, ...]], ...]:
        """Title and sections of each part of the page."""
        return tuple((title, tuple(one for one in self.sections if one.key in keys)) for title, keys in _PARTS.items())


@dataclass(frozen=True)
class DatasetLine:
    """One row of the table of data sets.

    Parameters
    ----------
    report : str
        Path of its report; nothing where there is none.
    numbers : tuple of (str, str)
        What a cell shows and what it is sorted by; a dash where there is no number.
    """

    name: str
    report: str
    family: str
    answer: str
    best: str
    interval: str
    numbers: tuple[tuple[str, str], ...]
    reason: str


@dataclass(frozen=True)
class DatasetTable:
    """The table of data sets."""

    lines: tuple[DatasetLine, ...]
    has_families: bool
    metric: str
    confidence: str


@dataclass(frozen=True)
class Said:
    """Sentences, tables and charts of a section."""

    sentences: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    pictures: tuple[Picture, ...] = ()
    notes: tuple[str, ...] = ()


def render_index(results: SuiteResults) -> str:
    """Render the index; equal results give equal text."""
    return fill_page(draw_index(results), (*STYLES, "suite"), ("page", "suite"))


def draw_index(results: SuiteResults) -> SuitePage:
    """Build the values of the page, every chart drawn."""
    strategies, classifiers = _names(results.strategies), _names(results.classifiers)
    compared = f"{counted(len(strategies), 'strategy', 'strategies')}, {counted(len(classifiers), 'classifier')}"
    sections = [
        Section("suite_answer", "Answer", Said((tell_answer(results), tell_state(results)))),
        Section("suite_datasets", "Data sets", _list_datasets(results)),
        Section("suite_ranks", "Average ranks", _show_ranks(results, strategies, classifiers)),
        Section("suite_comparisons", "Comparison with baseline", _compare(results, strategies, classifiers)),
        Section("suite_where", "Where oversampling helps", _show_patterns(results)),
        Section("suite_methods", "Methods", Said()),
    ]
    if any(row.gates for row in results.datasets):
        sections.insert(-1, Section("suite_gates", "Gates", _list_gates(results)))
    question = f"{tell_state(results)} {sentence(compared)}."
    return SuitePage(abbreviate(results.title, _TITLE_LENGTH), question, tuple(sections), results.version)


def _names(labels: Sequence[str]) -> tuple[Name, ...]:
    looks = assign_looks([WrittenEntry(label=label, name=label) for label in labels])
    short = abbreviate_all(labels, _LABEL_LENGTH)
    return tuple(Name(*names, place, looks[place]) for place, names in enumerate(zip(labels, short, strict=True)))


def _list_datasets(results: SuiteResults) -> DatasetTable:
    names = abbreviate_all([row.dataset for row in results.datasets], _DATASET_LENGTH)
    lines = tuple(_line(row, name) for row, name in zip(results.datasets, names, strict=True))
    has_families, confidence = any(row.family for row in results.datasets), f"{100 * results.confidence:g} %"
    return DatasetTable(lines, has_families, METRIC_WORDS[results.primary], confidence)


def _line(row: DatasetResult, name: str) -> DatasetLine:
    facts, about = row.difficulty, row.about
    family = abbreviate(row.family or "", _LABEL_LENGTH)
    if row.status != OK or facts is None:
        reason = abbreviate(row.reason or "", _REASON_LENGTH)
        return DatasetLine(name, "", family, row.status.capitalize(), "", "", (), reason)
    numbers = (
        (facts.n_rows, 0), (facts.n_minority, 0), (facts.imbalance_ratio, 1), (facts.unsafe, 2), (facts.n3, 2),
    )  # fmt: skip
    gain = about.difference if about else None
    shown = (*(_sortable(number(*each), each[0]) for each in numbers), _sortable(signed(gain, 3), gain))
    interval = "" if about is None or about.lower is None else f"{signed(about.lower, 3)} to {signed(about.upper, 3)}"
    best = "" if about is None else f"{abbreviate(about.strategy, _LABEL_LENGTH)}, {abbreviate(about.classifier, 24)}"
    answer = CODE_TITLES.get(row.code or "", "")
    report = f"datasets/{row.folder}/report.html"
    failed = f"{counted(row.n_failed, 'run')} failed" if row.n_failed else ""
    return DatasetLine(name, report, family, answer, best, interval, shown, failed)


def _sortable(shown: str, value: float | None) -> tuple[str, str]:
    return shown, "" if value is None else repr(value)


def _show_ranks(results: SuiteResults, strategies: Sequence[Name], classifiers: Sequence[Name]) -> Said:
    pictures, sentences = list[Picture](), list[str]()
    for ranking, classifier in zip(results.rankings, classifiers, strict=True):
        if ranking.reason is not None:
            sentences.append(f"{classifier.short}: no ranks, because {ranking.reason}.")
            continue
        sentences.append(_tell_ranking(ranking, classifier))
        pictures.append(draw_ranks(strategies, ranking, classifier))
    return Said(tuple(sentences), pictures=tuple(pictures))


def _tell_ranking(ranking: Ranking, classifier: Name) -> str:
    test = "Wilcoxon's test" if ranking.chi2 is None else f"Friedman's χ² = {number(ranking.chi2, 1)}"
    left_out = f"; {counted(ranking.n_left_out, 'data set')} left out" if ranking.n_left_out else ""
    p_value = "–" if ranking.p_value is None else f"{ranking.p_value:.2g}"
    return f"{classifier.short}: {test}, p = {p_value}, n = {ranking.n_blocks:,}{left_out}."


def _compare(results: SuiteResults, strategies: Sequence[Name], classifiers: Sequence[Name]) -> Said:
    tables = list[Table]()
    by_place = {one.place: one for one in results.over_all}
    for classifier in classifiers:
        found = [(name, by_place.get((name.label, classifier.label))) for name in strategies[1:]]
        kept = [(name, one) for name, one in found if one is not None]
        tables.append(_over_all_table(classifier, kept))
        if judged := [(name, one) for name, one in kept if sum(one.counts)]:
            heads = [RANKING_TITLES[code] for code in RANKINGS]
            caption = f"Data sets by verdict with {classifier.short}"
            wins: list[Line] = [(name, tuple(map(Number, one.counts))) for name, one in judged]
            tables.append(tabulate(f"verdicts-{classifier.index}", caption, heads, wins))
    return Said(tuple(describe_over_all(one, results) + "." for one in results.over_all), tuple(tables))


def _over_all_table(classifier: Name, kept: Sequence[tuple[Name, OverAll]]) -> Table:
    heads = (
        *("Mean gain", "In units of the ROPE", "p, Holm-adjusted"),
        *("Probability of a gain", "of no practical difference", "of a loss"),
        Heading("Answer"),
    )
    lines: list[Line] = [(name, (*_numbers(one), RANKING_TITLES[one.code])) for name, one in kept]
    has_gap = any(None in (one.p_adjusted, one.probability_better) for _, one in kept)
    footnotes = (("a", "Fewer than two data sets, or one split only."),) if has_gap else ()
    caption = f"Against baseline over all data sets with {classifier.short}"
    return tabulate(f"over-all-{classifier.index}", caption, heads, lines, footnotes)


def _numbers(one: OverAll) -> tuple[Number, ...]:
    values = (
        (one.difference, 4), (one.gain, 2), (one.p_adjusted, 4), (one.probability_better, 2),
        (one.probability_equivalent, 2), (one.probability_worse, 2),
    )  # fmt: skip
    return tuple(number_or_dash(value, decimals) for value, decimals in values)


def _show_patterns(results: SuiteResults) -> Said:
    metric = METRIC_WORDS[results.primary]
    known = [pattern for pattern in results.patterns if pattern.correlation is not None]
    heads = ("Data sets", "Rank correlation", "p", "Mean gain, lower half", "Mean gain, upper half")
    lines: list[Line] = []
    for one in known:
        numbers = ((one.correlation, 2), (one.p_value, 3), (one.low, 3), (one.high, 3))
        lines.append((FACT_TITLES[one.fact], (Number(one.n), *(number_or_dash(*each) for each in numbers))))
    if not known:
        return Said(("Fewer than five data sets have a gain to compare with what makes them hard.",))
    notes = (("a", "No data set is above the median."),) if any(one.high is None for one in known) else ()
    table = tabulate("where", "Gain and what makes a data set hard", heads, lines, notes, first="Fact")
    return Said((), (table,), tuple(draw_pattern(results.datasets, pattern, metric) for pattern in known))


def _list_gates(results: SuiteResults) -> Said:
    gates = [(row.dataset, gate) for row in results.datasets for gate in row.gates]
    failing = [f"{abbreviate(name, _DATASET_LENGTH)}: {describe_gate(gate)}" for name, gate in gates if gate.fails_job]
    more = len(failing) - _MOST_GATES
    notes = (*failing[:_MOST_GATES], *([f"and {counted(more, 'more gate')}"] if more > 0 else ()))
    return Said((f"{count_gates([gate for _, gate in gates])}.",), notes=notes)
