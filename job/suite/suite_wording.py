"""The answer of a suite in sentences, which the page, the terminal and Markdown share."""

from job.evidence.verdict import recommendation as codes
from job.evidence.verdict import rules
from job.suite.suite_results import OK, UNREADABLE, OverAll, SuiteResults
from job.text import counted, listed, probability, sentence, signed
from job.wording.verdict_rows import METRIC_WORDS

CODE_TITLES = {
    codes.HELPS: "Helps",
    codes.PROBABLY_HELPS: "Probably helps",
    codes.NO_DIFFERENCE: "No practical difference",
    codes.OPEN: "Open",
    codes.PROBABLY_HARMS: "Probably harms",
    codes.HARMS: "Harms",
    codes.CANNOT_TELL: "Can't tell",
    codes.NOT_ASKED: "No oversampling strategy",
}
"""Code of a data set's answer -> what the table calls it."""
FACT_TITLES = {
    "unsafe": "Share of unsafe minority rows",
    "n3": "N3 (error of the nearest neighbour)",
    "clusters": "Clusters of the minority",
    "imbalance_ratio": "Imbalance ratio",
}
_VERBS = {
    rules.BETTER: "ranks better than baseline",
    rules.WORSE: "ranks worse than baseline",
    rules.EQUIVALENT: "makes no practical difference",
    rules.OPEN: "may rank better or worse than baseline",
    rules.UNTESTED: "can't be compared",
}


def tell_answer(results: SuiteResults) -> str:
    """Answer in one sentence: which strategies rank better over all data sets, if any."""
    known = [one for one in results.over_all if one.code != rules.UNTESTED]
    if not known:
        return "This suite can't tell whether a strategy ranks better: fewer than two data sets could be compared."
    over = f"Over {describe_blocks(known[0], results)}, "
    by_code = {code: [one for one in known if one.code == code] for code in _VERBS}
    if better := by_code[rules.BETTER]:
        best = max(better, key=lambda one: (one.gain or 0.0, one.strategy))
        others = [f"{one.strategy} with {one.classifier}" for one in better if one is not best]
        more = f"; so {'does' if len(others) == 1 else 'do'} {listed(others[:4])}" if others else ""
        sure = f"({_sure(best, results)})"
        return f"{over}{best.strategy} with {best.classifier} ranks better than baseline {sure}{more}."
    if worse := by_code[rules.WORSE]:
        names = [f"{one.strategy} with {one.classifier}" for one in worse]
        verb = "ranks" if len(names) == 1 else "rank"
        return f"{over}no strategy ranks better than baseline, and {listed(names[:4])} {verb} worse."
    if len(by_code[rules.EQUIVALENT]) == len(known):
        return f"{over}no strategy makes a practical difference to the ranking."
    return f"{over}no strategy is shown to rank better than baseline."


def tell_state(results: SuiteResults) -> str:
    """Say how many data sets there are and how they ended."""
    rows = results.datasets
    n_ok, n_unreadable = (sum(row.status == status for row in rows) for status in (OK, UNREADABLE))
    n_failed = len(rows) - n_ok - n_unreadable
    n_runs = sum(row.n_failed for row in rows)
    parts = [counted(len(rows), "data set")]
    parts += [f"{n_unreadable:,} could not be read"] if n_unreadable else []
    parts += [f"{n_failed:,} without a report"] if n_failed else []
    parts += [f"{counted(n_runs, 'run')} failed"] if n_runs else []
    return sentence(f"{', '.join(parts)}.")


def describe_blocks(one: OverAll, results: SuiteResults) -> str:
    """Say how many data sets were compared, of how many families."""
    sets = counted(one.n_datasets, "data set")
    return sets if results.n_families is None else f"{sets} of {counted(one.n_blocks, 'family', 'families')}"


def describe_over_all(one: OverAll, results: SuiteResults) -> str:
    """Say how a strategy compares with baseline over all data sets."""
    what = f"{one.strategy} with {one.classifier} {_VERBS[one.code]}"
    return f"{what} ({one.reason})" if one.code == rules.UNTESTED else f"{what} ({_sure(one, results)})"


def _sure(one: OverAll, results: SuiteResults) -> str:
    gain = f"{signed(one.difference, 3)} {METRIC_WORDS[results.primary]} on average"
    shares = {
        "a gain": one.probability_better or 0.0,
        "no practical difference": one.probability_equivalent or 0.0,
        "a loss": one.probability_worse or 0.0,
    }
    likeliest = max(shares, key=lambda words: shares[words])
    p_value = "" if one.p_adjusted is None else f", Holm-adjusted p = {one.p_adjusted:.2g}"
    return f"{gain}{p_value}; {probability(shares[likeliest])} probability of {likeliest} on the next data set"
