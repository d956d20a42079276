"""From the jobs of a suite to what is known over all data sets: ranks and their tests, comparisons, where gains are."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import friedmanchisquare, rankdata, spearmanr, studentized_range, wilcoxon

from job import __version__
from job.evidence.runs import Place, named
from job.evidence.statistics.family import Question, adjust_holm, question_of
from job.evidence.statistics.paired_t import finite
from job.evidence.verdict import rules
from job.names import RANKINGS
from job.spec.job_spec import JobSpec
from job.suite.hierarchical import Measures, sample_posterior
from job.suite.job_summary import JobSummary
from job.suite.suite_results import OK, Clique, DatasetResult, OverAll, Pattern, Ranking, SuiteResults, list_gains

FACTS = ("unsafe", "n3", "clusters", "imbalance_ratio")
"""What of a data set's difficulty gains are compared with."""
LEAST_BLOCKS = 2
_LEAST_OF_PATTERN = 5
_FEW = f"fewer than {LEAST_BLOCKS} data sets have both results"


def build_suite(spec: JobSpec, title: str, summaries: Sequence[JobSummary]) -> SuiteResults:
    """Put together everything that is known of a suite.

    Parameters
    ----------
    spec : JobSpec
        What the jobs share.
    title : str
    summaries : sequence of JobSummary
        One for each data set, in the order of the suite; those that could not be read have a row only.
    """
    question = question_of(spec)
    known = [summary for summary in summaries if summary.row.status == OK]
    strategies = tuple(dict.fromkeys(label for summary in known for label in summary.strategies))
    classifiers = tuple(entry.label for entry in spec.classifiers)
    rows = tuple(summary.row for summary in summaries)
    has_families = any(row.family for row in rows)
    return SuiteResults(
        schema_version=1,
        version=__version__,
        title=title,
        primary=question.primary,
        confidence=question.confidence,
        strategies=strategies,
        classifiers=classifiers,
        datasets=rows,
        n_families=int(_families(known).max(initial=-1)) + 1 if has_families else None,
        rankings=tuple(_rank(known, strategies, classifier, question.level) for classifier in classifiers),
        over_all=tuple(_compare_all(known, strategies, classifiers, question, spec.seed)),
        patterns=tuple(_find_pattern(rows, fact) for fact in FACTS),
    )


def _families(summaries: Iterable[JobSummary]) -> np.ndarray:
    """Number the families; a data set without one is its own."""
    names = [("family", one.row.family) if one.row.family else ("dataset", one.row.dataset) for one in summaries]
    numbers = {name: number for number, name in enumerate(dict.fromkeys(names))}
    return np.array([numbers[name] for name in names], dtype=int)


def _rank(known: Sequence[JobSummary], strategies: Sequence[str], classifier: str, level: float) -> Ranking:
    means = np.array([[one.mean((strategy, classifier)) for strategy in strategies] for one in known])
    is_whole = np.isfinite(means.reshape(len(known), len(strategies))).all(axis=1)
    whole = [one for one, has_all in zip(known, is_whole, strict=True) if has_all]
    families = _families(whole)
    n_blocks = int(families.max(initial=-1)) + 1
    counts = {"n_blocks": n_blocks, "n_datasets": len(whole), "n_left_out": len(known) - len(whole)}
    if n_blocks < LEAST_BLOCKS or len(strategies) < 2:
        reason = "fewer than two data sets have a value of every strategy" if len(strategies) > 1 else "one strategy"
        return Ranking(classifier=classifier, strategies=(), ranks=(), **counts, chi2=None, p_value=None,
                       critical_difference=None, cliques=(), reason=reason)  # fmt: skip
    ranked = rank_treatments(means[is_whole], families, level)
    groups = find_cliques(ranked.ranks, ranked.critical_difference)
    return Ranking(
        classifier=classifier,
        strategies=tuple(strategies),
        ranks=tuple(map(float, ranked.ranks)),
        **counts,
        chi2=finite(ranked.chi2),
        p_value=finite(ranked.p_value),
        critical_difference=ranked.critical_difference,
        cliques=tuple(Clique(strategies=tuple(strategies[place] for place in group)) for group in groups),
        reason=None,
    )


@dataclass(frozen=True, eq=False)
class _Compared:
    """A strategy and baseline over the families: what each family measured, in units of the ROPE."""

    place: Place
    summaries: tuple[JobSummary, ...]
    families: np.ndarray
    gains: np.ndarray
    p_value: float

    @classmethod
    def of(cls, known: Iterable[JobSummary], place: Place) -> "_Compared":
        own = tuple(one for one in known if len(one.differences(place)))
        families = _families(own)
        if not own:
            return cls(place, (), families, np.empty(0), np.nan)
        gains = average_blocks(np.array([one.differences(place).mean() for one in own]), families)
        p_value = signed_rank_p(gains) if len(gains) >= LEAST_BLOCKS else np.nan
        return cls(place, own, families, gains, p_value)

    def measures(self) -> Measures | None:
        """Return what the hierarchical model needs; None where a family has one split only."""
        found = []
        for family in range(len(self.gains)):
            members = [one for one, at in zip(self.summaries, self.families, strict=True) if at == family]
            splits = [one.differences(self.place) for one in members]
            n = min(map(len, splits))
            if n < 2:
                return None
            mean = np.mean([part[:n] for part in splits], axis=0)  # a family's own differences, split by split
            share = float(np.mean([one.test_share for one in members]))
            found.append((self.gains[family], float(((mean - mean.mean()) ** 2).sum()), n, share))
        return Measures(*map(np.array, zip(*found, strict=True)))


def _compare_all(
    known: Sequence[JobSummary], strategies: Sequence[str], classifiers: Sequence[str], question: Question, seed: int
) -> list[OverAll]:
    places = [(strategy, classifier) for classifier in classifiers for strategy in strategies[1:]]
    compared = [_Compared.of(known, place) for place in places]
    adjusted = adjust_holm(np.array([one.p_value for one in compared]))
    rope = 0.0 if question.rope == 0 else 1.0
    return [_over_all(one, finite(p), rope, question, seed) for one, p in zip(compared, adjusted.tolist(), strict=True)]


def _over_all(one: _Compared, p_adjusted: float | None, rope: float, question: Question, seed: int) -> OverAll:
    n_blocks, n_datasets = len(one.gains), len(one.summaries)
    codes = Counter(pair.code for s in one.summaries for pair in s.row.pairs if pair.place == one.place)
    worse, same, better = None, None, None
    measures = one.measures() if n_blocks >= LEAST_BLOCKS else None
    if measures is not None:
        worse, same, better = sample_posterior(measures, seed).probabilities(rope)
    gain = float(one.gains.mean()) if n_blocks else None
    raw = np.array([each.differences(one.place).mean() * (each.ropes.get(one.place) or 1.0) for each in one.summaries])
    reason = _FEW if n_blocks < LEAST_BLOCKS else "one split only" if measures is None else None
    return OverAll(
        **named(one.place),
        n_blocks=n_blocks,
        n_datasets=n_datasets,
        difference=float(average_blocks(raw, one.families).mean()) if n_blocks else None,
        gain=gain,
        p_value=finite(one.p_value),
        p_adjusted=p_adjusted,
        probability_better=better,
        probability_equivalent=same,
        probability_worse=worse,
        code=decide(gain, p_adjusted, (worse, same, better), question),
        counts=tuple(codes[code] for code in RANKINGS),
        reason=reason,
    )


def decide(
    gain: float | None,
    p_adjusted: float | None,
    probabilities: tuple[float | None, float | None, float | None],
    question: Question,
) -> str:
    """Answer whether a strategy ranks better than baseline over the data sets.

    It does (or ranks worse) where Wilcoxon's test says so after Holm's adjustment and a gain (a loss) beyond the ROPE
    is the likeliest on the next data set; it is equivalent where a difference within the ROPE is as likely as the
    confidence asks for.
    """
    worse, same, better = probabilities
    if gain is None or p_adjusted is None or worse is None or same is None or better is None:
        return rules.UNTESTED
    is_sure = p_adjusted < question.level
    if is_sure and gain > 0 and better >= max(same, worse):
        return rules.BETTER
    if is_sure and gain < 0 and worse >= max(same, better):
        return rules.WORSE
    return rules.EQUIVALENT if same >= question.confidence else rules.OPEN


def _find_pattern(rows: Sequence[DatasetResult], fact: str) -> Pattern:
    points = [point[1:] for point in list_gains(rows, fact)]
    if len(points) < _LEAST_OF_PATTERN or any(len(set(column)) < 2 for column in zip(*points, strict=True)):
        return Pattern(fact=fact, n=len(points), correlation=None, p_value=None, low=None, high=None)
    facts, gains = map(np.array, zip(*points, strict=True))
    found, is_low = spearmanr(facts, gains), facts <= np.median(facts)
    correlation, p_value = finite(found.statistic), finite(found.pvalue)
    low, high = float(gains[is_low].mean()), None if is_low.all() else float(gains[~is_low].mean())
    return Pattern(fact=fact, n=len(points), correlation=correlation, p_value=p_value, low=low, high=high)


@dataclass(frozen=True, eq=False)
class Ranked:
    """Average ranks of treatments over blocks; rank 1 is the best.

    Parameters
    ----------
    ranks : ndarray of shape (n_treatments,)
    chi2, p_value : float
        Friedman's test, with its correction for ties.
    critical_difference : float
        Nemenyi's: average ranks that are further apart differ at the level.
    """

    ranks: np.ndarray
    chi2: float
    p_value: float
    critical_difference: float


def average_blocks(values: np.ndarray, families: np.ndarray) -> np.ndarray:
    """Average the rows of each family.

    Parameters
    ----------
    values : ndarray of shape (n_datasets, ...)
    families : ndarray of shape (n_datasets,) of int
        0 to n - 1, each there.

    Returns
    -------
    ndarray of shape (n_families, ...)
    """
    return np.stack([values[families == family].mean(axis=0) for family in range(int(families.max()) + 1)])


def rank_treatments(values: np.ndarray, families: np.ndarray, level: float) -> Ranked:
    """Rank treatments on every data set, the highest first, and test whether any of them differ.

    Parameters
    ----------
    values : ndarray of shape (n_datasets, n_treatments)
        Equal values share the mean of their ranks.
    families : ndarray of shape (n_datasets,) of int
        Data sets of one family enter with their mean ranks, as one block.
    level : float
        Of the critical difference.

    Returns
    -------
    Ranked

    References
    ----------
    .. [1] Demšar (2006). Statistical comparisons of classifiers over multiple data sets. Journal of Machine Learning
       Research 7, 1-30.
    """
    blocks = average_blocks(rankdata(-values, axis=1), families)
    n_blocks, k = blocks.shape
    chi2, p_value = 0.0, 1.0
    if k > 2 and np.ptp(blocks, axis=1).any():
        chi2, p_value = friedmanchisquare(*blocks.T)
    elif np.ptp(blocks, axis=1).any():
        chi2, p_value = np.nan, signed_rank_p(blocks[:, 1] - blocks[:, 0])  # Friedman's needs three
    quantile = studentized_range.ppf(1 - level, k, np.inf) / np.sqrt(2)
    difference = quantile * np.sqrt(k * (k + 1) / (6 * n_blocks))
    return Ranked(blocks.mean(axis=0), float(chi2), float(p_value), float(difference))


def find_cliques(ranks: np.ndarray, critical_difference: float) -> list[tuple[int, ...]]:
    """Find the groups of treatments that no test tells apart, the largest only, each in the order of ranks."""
    order, found = np.argsort(ranks, kind="stable"), list[tuple[int, ...]]()
    for start, first in enumerate(order):
        group = tuple(int(i) for i in order[start:] if ranks[i] - ranks[first] <= critical_difference)
        if len(group) > 1 and not any(set(group) <= set(other) for other in found):
            found.append(group)
    return found


def signed_rank_p(differences: np.ndarray) -> float:
    """Return the p-value of Wilcoxon's signed-rank test, two-sided; zeros are dropped, and it is 1 where all are."""
    moved = differences[differences != 0]  # scipy counts zeros where it decides whether to be exact
    return float(wilcoxon(moved).pvalue) if len(moved) else 1.0
