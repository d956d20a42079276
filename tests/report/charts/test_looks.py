"""Colours and markers: a strategy of this program has the same in every report, and no two share one."""

from __future__ import annotations

from itertools import islice

import pytest
from report_factories import make_results

from job.report.charts.theme import N_COLOURS, assign_looks, find_further_looks, series
from job.report.facts import load_facts
from job.results.job_facts import WrittenEntry


def looks_of(*entries: tuple[str, str]) -> tuple[int, ...]:
    return assign_looks([WrittenEntry(label=label, name=name) for label, name in entries])


def test_own_strategies_look_the_same_in_every_job() -> None:
    """whatever else is listed, and in whichever order"""
    few = looks_of(("baseline", "baseline"), ("threshold", "threshold"), ("custom", "custom"))
    many = looks_of(*((name, name) for name in ("baseline", "ADASYN", "custom", "smote", "threshold")))
    assert (0, 2, 4) == few
    assert (0, 5, 4, 3, 2) == many


def test_a_label_of_ones_own_keeps_the_look_of_its_kind() -> None:
    """the first of a kind has its look, unless another is labelled so; further ones take what is left"""
    assert (0, 3, 5) == looks_of(("as it is", "baseline"), ("near", "smote"), ("far", "smote"))
    assert (0, 5, 3) == looks_of(("baseline", "baseline"), ("near", "smote"), ("smote", "smote"))


def test_nothing_is_given_twice() -> None:
    """thirty others are told apart, none has baseline's colour, and a panel of them has a colour for each"""
    looks = looks_of(("baseline", "baseline"), *((f"s{place}", "ADASYN") for place in range(30)))
    assert 31 == len({(series(look).colour, series(look).marker) for look in looks})
    assert "series-0" not in {series(look).colour for look in looks[1:]}
    for first in range(1, 31 - N_COLOURS):
        assert N_COLOURS - 1 == len({series(look).colour for look in looks[first : first + N_COLOURS - 1]})


@pytest.mark.parametrize("number", [0, 3])
def test_what_stands_beside_strategies_looks_different(number: int) -> None:
    """and each time the same"""
    facts = load_facts(make_results(("baseline", "ADASYN", "smote")))
    taken = {name.look for name in facts.strategies}
    assert tuple(islice(find_further_looks(taken), number)) == facts.further_looks(number)
    assert not taken & set(facts.further_looks(number))
