"""Verdicts at defaults beside those after tuning, and what unfair comparisons may make of the headline."""

from __future__ import annotations

from itertools import product
from types import SimpleNamespace
from typing import Any

import pytest
from factories import make_spec

from job.evidence.strategy_kinds import Roles
from job.evidence.verdict import rules
from job.evidence.verdict.build_verdict import _is_unfair, _standing_of, build_survival, is_turned
from job.results.record import Pair
from job.results.verdict_facts import Survival
from job.wording.headline import tell_survival

TUNE = {"n_candidates": 3}
GAINS, LOSSES = (rules.BETTER, rules.PROBABLY_BETTER), (rules.WORSE, rules.PROBABLY_WORSE)
NEITHER = (rules.OPEN, rules.EQUIVALENT)


def make_row(strategy: str, classifier: str, code: str = rules.OPEN, difference: float = 0.01) -> Any:
    ranking = SimpleNamespace(code=code, difference=difference)
    return SimpleNamespace(strategy=strategy, classifier=classifier, place=(strategy, classifier), ranking=ranking)


def survive(strategies: list[Any], classifiers: list[Any], codes: dict[tuple[str, str], str]) -> tuple[Survival, ...]:
    spec = make_spec(strategies=strategies, classifiers=classifiers)
    labels = [e.label for e in spec.strategies if e.name != "baseline"], [e.label for e in spec.classifiers]
    return build_survival(spec, [make_row(*place, codes.get(place, rules.OPEN)) for place in product(*labels)])


SMOTE, KNN = {"name": "smote", "tune": TUNE}, {"name": "knn", "tune": TUNE}


def test_a_pair_is_set_beside_the_same_pair_tuned() -> None:
    """both entries tuned where both are listed"""
    (row,) = survive(["smote", SMOTE], ["knn", KNN], {("smote", "knn"): rules.BETTER})
    assert ("smote", "knn", "smote (tuned)", "knn (tuned)") == (*row.place, *row.tuned.place)
    assert (rules.BETTER, rules.OPEN, True) == (row.code, row.tuned_code, row.turned)


def test_an_untuned_strategy_keeps_to_itself() -> None:
    """where only the classifier is listed tuned"""
    rows = survive(["smote", "custom"], [KNN, "knn"], {})
    assert [("smote", "smote"), ("custom", "custom")] == [(row.strategy, row.tuned.strategy) for row in rows]
    assert {("knn", "knn (tuned)")} == {(row.classifier, row.tuned.classifier) for row in rows}


@pytest.mark.parametrize(
    ("strategies", "classifiers"),
    [
        (["smote", SMOTE], ["knn"]),  # tuned against untuned
        (["smote"], [KNN]),
        (["smote"], ["svc", KNN]),
        (["smote"], [{"name": "knn", "params": {"n_neighbors": 3}}, KNN]),  # another one
    ],
)
def test_without_a_twin_there_is_no_row(strategies: list[Any], classifiers: list[Any]) -> None:
    """a fair comparison needs the same classifier twice"""
    assert () == survive(strategies, classifiers, {})


def test_a_verdict_is_turned_where_its_direction_changes() -> None:
    """a gain, no shown difference, a loss; not how sure it is, and not where one is untested"""
    groups = (GAINS, NEITHER, LOSSES)
    for here, there in product(groups, groups):
        for code, tuned in product(here, there):
            assert (here != there) == is_turned(code, tuned)
    for code in (*GAINS, *NEITHER, *LOSSES):
        assert not is_turned(code, rules.UNTESTED)
        assert not is_turned(rules.UNTESTED, code)


@pytest.mark.parametrize(
    ("strategy", "classifier", "is_unfair"),
    [
        ("smote", "knn", False),
        ("s (tuned)", "knn", True),
        ("s (tuned)", "k (tuned)", False),
        ("smote", "k (tuned)", False),
    ],
)
def test_tuned_against_untuned_is_no_more_than_probable(strategy: str, classifier: str, is_unfair: bool) -> None:
    """for the headline; all other answers count as they are"""
    roles = Roles("baseline", (), (), (), (), {}, frozenset({"s (tuned)"}), frozenset({"k (tuned)"}))
    assert is_unfair == _is_unfair((strategy, classifier), roles)
    for code in (*GAINS, *NEITHER, *LOSSES, rules.UNTESTED):
        row: Any = make_row(strategy, classifier, code)
        row.tuned_against_untuned = is_unfair
        assert (rules.PROBABLY_BETTER if is_unfair and code == rules.BETTER else code) == _standing_of(row)


def tell(about: tuple[str, str] | None, **changes: Any) -> str:
    found: dict[str, Any] = {
        "strategy": "smote",
        "classifier": "knn",
        "tuned": Pair(strategy="smote (tuned)", classifier="knn (tuned)"),
        "code": rules.BETTER,
        "tuned_code": rules.OPEN,
        "difference": 0.03,
        "tuned_difference": 0.0,
        "turned": True,
    }
    headline: Any = SimpleNamespace(about=about and Pair(strategy=about[0], classifier=about[1]))
    return tell_survival(headline, (Survival(**{**found, **changes}),), str)


def test_the_headline_says_what_tuning_turns() -> None:
    """whichever of the pairs it is about, in the same words"""
    expected = (
        "Tuning changes this verdict: smote with knn ranks better than baseline, smote (tuned) with knn (tuned) may "
        "rank better or worse than baseline."
    )
    for place in product(("smote", "smote (tuned)"), ("knn", "knn (tuned)")):
        assert expected == tell(place)


def test_it_says_nothing_where_nothing_turns() -> None:
    """nor of another pair, nor without an oversampler"""
    assert "" == tell(("smote", "knn"), turned=False)
    assert "" == tell(("custom", "knn"))
    assert "" == tell(("smote", "svc"))
    assert "" == tell(None)
