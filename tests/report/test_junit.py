"""junit.xml from results."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from xml.etree import ElementTree as ET

import junitparser
from report_factories import make_results, make_runs

from job.report.junit import render_junit
from job.results.verdict_facts import Gate

ENDS = (("passed", False), ("failed", True), ("undecided", True), ("undecided", False))


def make_gate(rule: str = "metric: recall", **changes: Any) -> Gate:
    numbers = {"value": 0.5, "lower": None, "upper": None, "status": "passed", "reason": None, "fails_job": False}
    return Gate(**{"rule": rule, "strategy": "smote", "classifier": "knn", **numbers, **changes})


def write(gates: Sequence[Gate], title: str = "Fraud") -> str:
    results = make_results(runs=make_runs(n_repeats=1))
    spec = results.spec.model_copy(update={"title": title})
    return render_junit(results.model_copy(update={"gates": tuple(gates), "spec": spec}))


def test_each_end_has_its_element() -> None:
    """Passed has none; failed and undecided fail, with their type; what may pass is skipped."""
    gates = [make_gate(status=status, fails_job=fails, reason="no luck") for status, fails in ENDS]
    (suite,) = junitparser.JUnitXml.fromstring(write(gates).encode())
    results = [case.result for case in suite]

    assert [0, 1, 1, 1] == [len(result) for result in results]
    kinds = [(type(result[0]), result[0].type, result[0].message) for result in results[1:]]
    failure, skipped = junitparser.Failure, junitparser.Skipped
    assert [
        (failure, "failed", "no luck"),
        (failure, "undecided", "no luck"),
        (skipped, "undecided", "no luck"),
    ] == kinds
    assert (4, 2, 1, 0, 0.0) == (suite.tests, suite.failures, suite.skipped, suite.errors, suite.time)


def test_every_case_has_a_name_of_its_own() -> None:
    """A rule is a class, and its classifiers are cases; order and numbers depend on the results alone."""
    gates = [make_gate(rule, classifier=label) for rule in ("a", "b") for label in ("knn", "svc")]
    (suite,) = junitparser.JUnitXml.fromstring(write([*gates, make_gate("c", classifier=None)]).encode())
    names = [(case.classname, case.name) for case in suite]

    assert ("gates.rule_1", "a with knn") == names[0]
    assert ("gates.rule_3", "c") == names[-1]
    assert 5 == len(set(names))


def test_nothing_in_it_breaks_xml_or_tells_when_and_where() -> None:
    """Markup is escaped, what XML 1.0 doesn't allow is written as its number, and there is no time stamp or host."""
    odd = "<&\"'\ufffe\x00\ud800]]>\n"
    text = write([make_gate(odd, status="failed", fails_job=True, reason=odd)], title=odd)
    root = ET.fromstring(text)

    assert "U+FFFEU+0000U+D800]]>" in root.attrib["name"]
    assert "<&\"'" == root.attrib["name"][:4]
    assert not {"timestamp", "hostname"} & {key for element in root.iter() for key in element.attrib}
    assert {"0"} == {element.attrib["time"] for element in root.iter() if "time" in element.attrib}
