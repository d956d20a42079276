"""How often the verdict is right on mixtures whose truth is known: ten seeds of each kind, and of pure noise."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from evidence_jobs import judge_job
from joblib import Parallel, delayed

from job.evidence.verdict.build_verdict import Judged
from job.evidence.verdict.recommendation import HELPS
from job.evidence.verdict.rules import BETTER, MOVED_THRESHOLD, PROBABLY_BETTER, UNTESTED
from job.results.verdict_facts import Verdict

SEEDS = range(10)
MOST_WRONG = 1
MOST_GAINS_ON_NOISE = 1


def main() -> None:
    """Print one line for each kind of data, and fail where a bar doesn't hold."""
    failed = [
        *check_codes(
            "disjuncts",
            make_disjuncts,
            [("custom", "hist_gradient_boosting")],
            ("ranking", BETTER, PROBABLY_BETTER),
        ),
        *check_codes(
            "overlap",
            make_overlap,
            [("smote", "logistic_regression"), ("custom", "logistic_regression")],
            ("decision", MOVED_THRESHOLD),
        ),
        *check_codes(
            "few rows",
            make_few_rows,
            [("smote", "logistic_regression"), ("custom", "logistic_regression")],
            ("ranking", UNTESTED),
        ),
        *check_noise(),
    ]
    if failed:
        raise SystemExit("\n".join(failed))


def make_disjuncts(seed: int) -> Mapping[str, Any]:
    """Make 5,000 rows, 2 % minority in 16 clusters of sd 0.3 on a sphere of radius 2.5 in 15 features."""
    mixture = {"n_samples": 5000, "minority_share": 0.02, "clusters": 16, "cluster_spread": 0.3, "separation": 2.5}
    return _spec(seed, {**mixture, **_columns(15)}, ["baseline", "custom"], ["hist_gradient_boosting"])


def make_overlap(seed: int) -> Mapping[str, Any]:
    """Make 2,500 rows, 8 % minority: six unit normals, four of them shifted by 0.9."""
    mixture = {"n_samples": 2500, "minority_share": 0.08, "clusters": 1, "cluster_spread": 1.0}
    shift = [0.9] * 4 + [0.0] * 2
    strategies = ["baseline", "smote", "custom"]
    return _spec(seed, {**mixture, "shift": shift, **_columns(6)}, strategies, ["logistic_regression"])


def make_few_rows(seed: int) -> Mapping[str, Any]:
    """Make 1,000 rows, 18 of them minority."""
    mixture = {"n_samples": 1000, "minority_share": 0.018, "clusters": 1, "cluster_spread": 1.0, "separation": 2.0}
    return _spec(seed, {**mixture, **_columns(6)}, ["baseline", "smote", "custom"], ["logistic_regression"])


def make_noise(seed: int) -> Mapping[str, Any]:
    """Make 400 rows, a tenth minority, whose features tell nothing."""
    mixture = {"n_samples": 400, "minority_share": 0.1, "clusters": 1, "cluster_spread": 1.0, "shift": [0.0] * 6}
    strategies = ["baseline", "class_weight", "threshold", "smote", "custom"]
    return _spec(seed, {**mixture, **_columns(6)}, strategies, ["decision_tree", "logistic_regression"])


def _columns(n_continuous: int) -> Mapping[str, int]:
    return {"n_continuous": n_continuous, "n_integer": 0, "n_categorical": 0, "n_noise": 0}


def _spec(seed: int, mixture: Mapping[str, Any], strategies: list[str], classifiers: list[str]) -> Mapping[str, Any]:
    plain = {"outliers": 0.0, "label_noise": 0.0, "missing": 0.0}
    return {
        "seed": seed,
        "data": {"generate": {"kind": "mixture", **plain, **mixture}},
        "strategies": strategies,
        "classifiers": classifiers,
    }


def check_codes(
    name: str,
    make: Callable[[int], Mapping[str, Any]],
    combinations: Sequence[tuple[str, str]],
    expected: tuple[str, ...],
) -> Iterable[str]:
    """Count how often each combination gets a code that the truth asks for, in the answer that is named first."""
    answer, *right = expected
    wanted = " or ".join(right)
    judged, seconds = _judge_all(make)
    for place in combinations:
        codes = Counter(getattr(row, answer).code for each in judged for row in each.verdict.rows if row.place == place)
        wrong = len(SEEDS) - sum(codes[code] for code in right)
        found = ", ".join(f"{code} {count}" for code, count in codes.most_common())
        print(f"{name:10}  {place[0]:7} x {place[1]:22}  {answer} {wanted} expected: {found}   ({seconds:.0f} s)")
        if wrong > MOST_WRONG:
            yield f"{name}: {wrong} of {len(SEEDS)} verdicts on {place[0]} x {place[1]} are not {wanted}: {found}"


def check_noise() -> Iterable[str]:
    """Count the jobs on pure noise that claim a gain anywhere."""
    judged, seconds = _judge_all(make_noise)
    claiming = [each for each in judged if _claims_gain(each.verdict)]
    codes = Counter(row.ranking.code for each in judged for row in each.verdict.rows)
    found = ", ".join(f"{code} {count}" for code, count in codes.most_common())
    print(f"noise       a gain is claimed in {len(claiming)} of {len(SEEDS)} jobs; {found}   ({seconds:.0f} s)")
    if len(claiming) > MOST_GAINS_ON_NOISE:
        yield f"noise: {len(claiming)} of {len(SEEDS)} jobs claim a gain, allowed is {MOST_GAINS_ON_NOISE}"


def _judge_all(make: Callable[[int], Mapping[str, Any]]) -> tuple[list[Judged], float]:
    start = time.perf_counter()
    judged = Parallel(n_jobs=2)(delayed(judge_job)(make(seed)) for seed in SEEDS)
    return judged, time.perf_counter() - start


def _claims_gain(verdict: Verdict) -> bool:
    codes = {row.ranking.code for row in verdict.rows}
    return BETTER in codes or verdict.headline.code == HELPS


if __name__ == "__main__":
    main()
