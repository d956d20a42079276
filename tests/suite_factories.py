"""Suites that never ran: what their jobs would have left, every part drawn."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from factories import make_spec

from job.suite.build_suite import build_suite
from job.suite.job_summary import JobSummary
from job.suite.suite_results import OK, UNREADABLE, DatasetResult, Difficulty, PairResult, SuiteResults

STRATEGIES = ("baseline", "smote", "custom")
CLASSIFIERS = ("logistic_regression", "hist_gradient_boosting")


def make_summary(
    label: str,
    luck: np.random.Generator,
    effects: Sequence[float] = (0.0, 0.0),
    strategies: Sequence[str] = STRATEGIES,
    classifiers: Sequence[str] = CLASSIFIERS,
    family: str | None = None,
    n_splits: int = 10,
) -> JobSummary:
    """A data set on which each strategy gains as much as its effect says, with luck of 0.02 on every split."""
    values, pairs = {}, []
    for classifier in classifiers:
        baseline = luck.uniform(0.3, 0.7) + 0.05 * luck.standard_normal(n_splits)
        values[strategies[0], classifier] = baseline
        for place, strategy in enumerate(strategies[1:]):
            gains = effects[place % len(effects)] + 0.02 * luck.standard_normal(n_splits)
            values[strategy, classifier] = baseline + gains
            gain = float(gains.mean())
            pairs.append(
                PairResult(strategy=strategy, classifier=classifier, difference=gain, lower=gain - 0.02,
                           upper=gain + 0.02, value=0.5, n_splits=n_splits, code="open")
            )  # fmt: skip
    facts = Difficulty(
        n_rows=int(luck.integers(100, 5000)),
        n_minority=int(luck.integers(10, 100)),
        imbalance_ratio=float(luck.uniform(1.5, 60)),
        unsafe=float(luck.random()),
        n3=float(luck.random() / 2),
        clusters=int(luck.integers(1, 9)),
    )
    row = DatasetResult(
        dataset=label, folder=f"d{len(label)}", family=family, status=OK, reason=None, source="data/x.csv",
        difficulty=facts, code="open", about=pairs[0] if pairs else None, n_runs=60, pairs=tuple(pairs),
    )  # fmt: skip
    ropes = dict.fromkeys(values, 0.01)
    return JobSummary(row, tuple(strategies), values, ropes, 0.1)


def make_unreadable(label: str, reason: str = "x.csv: there is no such file") -> JobSummary:
    """A data set that could not be read."""
    return JobSummary(
        DatasetResult(
            dataset=label, folder="x", family=None, status=UNREADABLE, reason=reason, source="x.csv"
        )
    )  # fmt: skip


def make_suite(
    n_datasets: int = 12, *more: JobSummary, classifiers: Sequence[str] = CLASSIFIERS, title: str = "A suite", **kinds
) -> SuiteResults:
    """The results of a suite in which nothing differs, unless effects are given."""
    luck = np.random.default_rng(4)
    summaries = [make_summary(f"set{number}", luck, classifiers=classifiers, **kinds) for number in range(n_datasets)]
    return build_suite(make_spec(classifiers=list(classifiers)), title, [*summaries, *more])
