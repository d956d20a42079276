"""index.html, summary.md and suite.csv of suites that never ran: large, small and hostile ones."""

from __future__ import annotations

import numpy as np
import pytest
from html_page import Page
from suite_factories import make_suite, make_summary, make_unreadable

from job.report.junit import render_suites
from job.suite.suite_files import _summary
from job.suite.suite_page import render_index

HOSTILE = """"><script>alert(1)</script><img src=x onerror='alert(2)'>{{ 7*7 }}"""
WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"


def make_hostile():
    """Names that are markup, long, or both."""
    luck = np.random.default_rng(6)
    names = ("baseline", HOSTILE, WORD, "_x_")
    more = [
        make_summary(f"{name}{n}", luck, (0.0, 0.03), names, (HOSTILE, WORD), family=f"{HOSTILE}{n % 2}")
        for name in (HOSTILE, WORD)
        for n in range(5)
    ]
    kinds = {"classifiers": ("logistic_regression", "decision_tree"), "title": HOSTILE}
    return make_suite(0, *more, make_unreadable(HOSTILE, HOSTILE), **kinds)


MADE = {
    "plain": make_suite,
    "hostile": make_hostile,
    "one": lambda: make_suite(1),
    "none": lambda: make_suite(0, make_unreadable("x")),
}


@pytest.fixture(scope="module", params=MADE)
def page(request) -> Page:
    return Page(render_index(MADE[request.param]()))


def test_it_is_well_written_and_asks_for_nothing(page) -> None:
    """no element is open, every id is there once, every reference leads somewhere, and no address leads away"""
    assert page.problems == []
    for element in page.elements:
        address = element.attributes.get("src", "") or element.attributes.get("href", "")
        assert address.startswith(("data:", "#", "datasets/")) or not address
        assert not any(name.startswith("on") for name in element.attributes)
    assert [element.tag for element in page.elements].count("script") == 1


def test_every_link_in_the_contents_has_its_section(page) -> None:
    """and every table a name of its own"""
    ids = {element.attributes.get("id") for element in page.elements}
    links = [element.attributes["href"] for element in page.elements if element.tag == "a"]
    assert {link[1:] for link in links if link.startswith("#")} <= ids


@pytest.mark.long
def test_a_hundred_data_sets_stay_below_a_megabyte() -> None:
    """with 12 strategies and two classifiers"""
    names = ("baseline", *(f"strategy_{number}" for number in range(11)))
    text = render_index(make_suite(100, strategies=names))

    assert len(text.encode()) < 1_000_000
    assert text.count('href="datasets/') == 100


def test_equal_results_give_equal_bytes() -> None:
    assert render_index(make_suite(6)) == render_index(make_suite(6))


def test_what_could_not_be_read_has_its_reason_on_the_page() -> None:
    """and no link"""
    page = Page(render_index(make_suite(3, make_unreadable("lost", "no such file <x>"))))
    (row,) = [e for e in page.elements if e.tag == "tr" and e.words.startswith("lost")]

    assert "Unreadableno such file <x>" in row.words
    assert sum(e.attributes.get("href", "").startswith("datasets/") for e in page.elements) == 3


def test_the_summary_is_plain_whatever_the_names() -> None:
    """no markup of a name is markup"""
    text = "\n".join(_summary(make_hostile()))

    assert "<script" not in text
    assert "<img" not in text
    assert text.startswith("# ")


def test_gates_of_jobs_are_named_by_their_data_sets() -> None:
    """also where there is none"""
    text = render_suites("t", [("a", ()), ("b", ())])

    assert text.count("<testsuite ") == 2
    assert 'tests="0"' in text
