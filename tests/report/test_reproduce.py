from __future__ import annotations

from typing import Any

import pytest
from html_page import Page
from hypothesis import given
from hypothesis import strategies as st
from report_factories import CLASSIFIERS, STRATEGIES, make_results, make_spec
from ruamel.yaml import YAML

from job.report.facts import load_facts
from job.report.render import render_report
from job.report.sections.reproduce import build, write_yaml
from job.results.results import Results, RunTime, Timings

words = st.text(st.characters(codec="utf-8"), max_size=40)
scalars = words | st.booleans() | st.integers(-(10**12), 10**12) | st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4))


def read_back(spec: dict[str, Any]) -> Any:
    return YAML(typ="safe", pure=True).load(write_yaml(spec))


@given(values)
def test_what_is_shown_reads_back_as_the_spec(value: Any) -> None:
    """any text, number, list or mapping of a spec survives being shown and pasted"""
    assert {"title": value} == read_back({"title": value})


@given(words)
def test_what_is_shown_can_be_seen(text: str) -> None:
    """control characters and direction marks are escaped, so that copying the spec copies all of it"""
    assert all(char.isprintable() or char == "\n" for char in write_yaml({"title": text}))


def test_commands_allow_the_packages_of_the_spec() -> None:
    """a class from a package that isn't on the list needs a flag, and one that is on it doesn't"""
    spec = make_spec(STRATEGIES, CLASSIFIERS)
    spec["strategies"] += [{"class": path, "label": path} for path in ("mine.Sampler", "imblearn.over_sampling.SMOTE")]
    section = build(load_facts(make_results(spec=spec)))
    assert all(command.endswith(" --allow-package mine") for command in section.content.commands)


def test_keys_without_a_value_are_left_out() -> None:
    """null means the default and isn't shown, except inside params, where it is a value of its own"""
    spec = {"data": {"file": None}, "strategies": [{"name": "a", "params": {"cv": None}}, {"name": "b", "params": {}}]}
    assert {"data": {}, "strategies": [{"name": "a", "params": {"cv": None}}, {"name": "b"}]} == read_back(spec)


@pytest.mark.parametrize(
    "text", ["no", "1", "null", "~", "1e3", "2026-11-25", "- a", "a: b", "a #b", "&a", "*a", "!a", ""]
)
def test_text_that_looks_like_something_else_stays_text(text: str) -> None:
    """a label called no or 1 comes back as text"""
    assert {"title": text} == read_back({"title": text})


def test_the_whole_spec_of_a_job_reads_back() -> None:
    """what the page shows is the spec that the results hold, empty params aside"""
    spec = make_spec(STRATEGIES, CLASSIFIERS)
    read = YAML(typ="safe", pure=True).load(build(load_facts(make_results(spec=spec))).content.spec)
    assert spec == {
        **read,
        **{key: [{"params": {}, **entry} for entry in read[key]] for key in ("strategies", "classifiers")},
    }


def make_timed_results() -> tuple[Results, Timings]:
    """Results that ask for durations, and the durations."""
    report = {"timings": True, "model": False, "synthetic": False}
    results = make_results(spec=make_spec(STRATEGIES, CLASSIFIERS, report=report))
    keys = {"strategy", "classifier", "repeat", "fold"}
    seconds = {"seconds_resample": 0.25, "seconds_fit": 1.5}
    return results, Timings(
        environment={}, runs=[RunTime(**run.model_dump(include=keys), **seconds) for run in results.runs]
    )


@pytest.mark.long
def test_durations_are_shown_on_request_only() -> None:
    """with report.timings the page has the mean seconds of each strategy; without, it has none"""
    results, timings = make_timed_results()
    page = Page(render_report(results, timings))
    _, *rows = page.rows("durations")
    assert 5 == len(rows)
    assert all(["0.250", "1.500", "1.500"] == [cell.words for cell in row[1:]] for row in rows)
    assert [] == page.problems
    assert "Durations" not in render_report(make_results(), timings)


def test_durations_that_are_not_there_have_a_sentence() -> None:
    """a page that asks for durations and gets none says so"""
    results, _ = make_timed_results()
    assert "timings.json is not there" in render_report(results)
