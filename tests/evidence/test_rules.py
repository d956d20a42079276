"""Each rule of the verdict by itself, and their order."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from job.evidence import rules
from job.evidence.cases import Case, Question

README = (Path(__file__).parents[2] / "README.md").read_text()


def difference(value=0.0, lower=None, upper=None, p=1.0, better=0.3, same=0.4, method="corrected_resampled_t"):
    """One comparison as the rules read it; the interval is a hundredth to each side."""
    lower = value - 0.01 if lower is None and value is not None else lower
    upper = value + 0.01 if upper is None and value is not None else upper
    return {
        "difference": value,
        "lower": lower,
        "upper": upper,
        "p_adjusted": p,
        "probability_better": better,
        "probability_equivalent": same,
        "method": method,
    }


def make_case(**changes) -> Case:
    """A case that no rule but the last holds for."""
    case = Case(
        strategy="smote",
        classifier="c",
        question=Question("average_precision", 0.01, 0.95),
        primary=difference(),
        recall=difference(0.2, p=0.001),
        at_baseline_fpr=difference(),
        rank_gain=difference(upper=0.11),
        n_minority_rows=20,
        n_distinct_scores=10,
        numbers={},
    )
    return replace(case, **changes)


GAIN, LOSS = difference(0.03, p=0.049), difference(-0.03, p=0.049)


def test_every_rule_is_silent_on_a_case_without_anything():
    """the case that the others are made from is undecided"""
    assert "undecided" == rules.decide(make_case()).code


@pytest.mark.parametrize(("method", "holds"), [("none", True), ("corrected_resampled_t", False)])
def test_too_few_splits(method, holds):
    """no test at all: fewer than five pairs, and no bootstrap"""
    assert holds == rules.has_too_few_splits(make_case(primary=difference(None, method=method)))
    assert not rules.has_too_few_splits(make_case(primary=difference(method="paired_bootstrap_one_split")))


@pytest.mark.parametrize(("n_rows", "holds"), [(0, True), (19, True), (20, False)])
def test_too_few_rows(n_rows, holds):
    """fewer than 20 distinct minority rows"""
    assert holds == rules.has_too_few_rows(make_case(n_minority_rows=n_rows))


@pytest.mark.parametrize(
    ("n_scores", "at_baseline", "at_own", "holds"),
    [
        (2, 0.1, -0.1, True),
        (9.5, -0.1, 0.001, True),
        (10, 0.1, -0.1, False),
        (2, 0.1, 0.1, False),
        (2, -0.1, -0.1, False),
        (2, 0.0, -0.1, False),
        (None, 0.1, -0.1, False),
        (2, None, -0.1, False),
    ],
)
def test_decisions_only(n_scores, at_baseline, at_own, holds):
    """fewer than ten distinct scores, and readings of opposite signs"""
    case = make_case(n_distinct_scores=n_scores, at_baseline_fpr=difference(at_baseline), rank_gain=difference(at_own))
    assert holds == rules.only_decides(case)


@pytest.mark.parametrize(
    ("primary", "at_baseline", "at_own", "better", "worse", "cross"),
    [
        (GAIN, 0.0, 0.0, True, False, False),
        (GAIN, -0.01, -0.01, True, False, False),
        (GAIN, -0.011, 0.2, False, False, True),
        (GAIN, 0.2, -0.011, False, False, True),
        (GAIN, None, None, True, False, False),
        (LOSS, 0.0, 0.0, False, True, False),
        (LOSS, 0.01, 0.01, False, True, False),
        (LOSS, 0.011, -0.2, False, False, True),
        (LOSS, -0.2, 0.011, False, False, True),
        (difference(0.03, p=0.05), 0.0, 0.0, False, False, False),
        (difference(0.03, p=None), 0.0, 0.0, False, False, False),
        (difference(0.01, p=0.001), 0.0, 0.0, False, False, False),
        (difference(-0.01, p=0.001), 0.0, 0.0, False, False, False),
        (difference(0.009, p=0.001), -0.2, -0.2, False, False, False),
        (difference(None, p=None), -0.2, -0.2, False, False, False),
    ],
)
def test_better_worse_and_crossing(primary, at_baseline, at_own, better, worse, cross):
    """beyond chance and the ROPE the readings decide which of the three it is; the ROPE itself is within"""
    case = make_case(primary=primary, at_baseline_fpr=difference(at_baseline), rank_gain=difference(at_own))
    assert (better, worse, cross) == (
        rules.ranks_better(case),
        rules.ranks_worse(case),
        rules.has_crossing_curves(case),
    )


def test_the_level_is_one_minus_the_confidence():
    """a spec that asks for less confidence calls more a difference"""
    case = make_case(primary=difference(0.03, p=0.09))
    assert not rules.ranks_better(case)
    assert rules.ranks_better(replace(case, question=Question("roc_auc", 0.01, 0.9)))
    assert not rules.ranks_better(replace(case, question=Question("roc_auc", 0.04, 0.9)))


@pytest.mark.parametrize(
    ("recall", "gain", "holds"),
    [
        (difference(0.2, p=0.049), difference(0.05, upper=0.099), True),
        (difference(0.2, p=0.049), difference(0.05, upper=0.1), False),
        (difference(0.2, p=0.05), difference(0.0, upper=0.01), False),
        (difference(-0.2, p=0.001), difference(-0.5, upper=-0.4), False),
        (difference(0.0, p=0.001), difference(-0.5, upper=-0.4), False),
        (difference(None, p=None), difference(0.0), False),
        (difference(0.2, p=None), difference(0.0), False),
        (difference(0.2, p=0.001), difference(None, method="none"), False),
    ],
)
def test_mostly_threshold(recall, gain, holds):
    """recall gains beyond chance, and the upper limit of the rank gain is below half of that"""
    assert holds == rules.is_mostly_threshold(make_case(recall=recall, rank_gain=gain))


def test_a_ranking_that_never_changes_is_its_own_upper_limit():
    """without any variation in the rank gain there is no interval, and the gain is a moved threshold all the same"""
    same = {**difference(0.0), "lower": None, "upper": None}
    assert rules.is_mostly_threshold(make_case(rank_gain=same))


@pytest.mark.parametrize(
    ("primary", "holds"),
    [
        (difference(same=0.951), True),
        (difference(same=0.95), False),
        (difference(0.0, same=None), True),
        (difference(0.3, same=None), False),
        (difference(None, same=None, method="none"), False),
    ],
)
def test_equivalent(primary, holds):
    """within the ROPE with more than 95 % probability, or the same on every split"""
    assert holds == rules.is_equivalent(make_case(primary=primary))


@pytest.mark.parametrize(("better", "holds"), [(0.049, True), (0.05, False), (None, False)])
def test_no_worthwhile_gain(better, holds):
    """better beyond the ROPE with less than 5 % probability"""
    assert holds == rules.has_no_worthwhile_gain(make_case(primary=difference(better=better)))


HOLDING = {
    "too_few_splits": {"primary": {**GAIN, "method": "none"}},
    "too_few_rows": {"n_minority_rows": 5},
    "decisions_only": {
        "n_distinct_scores": 2,
        "at_baseline_fpr": difference(0.1),
        "rank_gain": difference(-0.1, upper=-0.05),
    },
    "ranks_better": {"primary": {**GAIN, "probability_equivalent": 0.96, "probability_better": 0.01}},
    "mostly_threshold": {"rank_gain": difference(0.0)},
    "equivalent": {"primary": difference(same=0.96, better=0.01)},
    "no_worthwhile_gain": {"primary": difference(better=0.01)},
}


@pytest.mark.parametrize("code", HOLDING)
def test_the_first_rule_that_holds_decides(code):
    """each rule wins over those below it, whose conditions hold as well"""
    codes = [rule.code for rule in rules.RULES]
    later = [changes for other, changes in HOLDING.items() if codes.index(other) >= codes.index(code)]
    merged = {key: value for changes in reversed(later) for key, value in changes.items()}
    assert code == rules.decide(make_case(**merged)).code


def test_the_readme_has_the_rules_in_their_order():
    """the table is what is computed"""
    table = README[README.index("| verdict | holds when |") :].split("\n\n")[0]
    rows = [[cell.strip() for cell in row.strip("|").split("|")] for row in table.splitlines()[2:]]
    plain = [(row[0].strip("`"), row[1].replace("`", "")) for row in rows]
    assert [(rule.code, rule.text) for rule in rules.RULES] == plain
