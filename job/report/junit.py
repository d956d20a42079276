"""junit.xml: every gate as a test case, in the form that Jenkins, GitLab and GitHub read."""

import re
from collections.abc import Iterable, Sequence
from xml.etree import ElementTree as ET

from job.results.results import Results
from job.results.verdict_facts import Gate

_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render_junit(results: Results) -> str:
    """Write one test case for each rule and classifier, in the order of the results.

    Returns
    -------
    str
        XML 1.0 without a time stamp, a host or a duration: equal results give equal text. A character that XML doesn't
        allow is written as its code point.
    """
    return render_suites(results.spec.title, [(results.spec.title, results.gates)])


def render_suites(title: str, suites: Sequence[tuple[str, Sequence[Gate]]]) -> str:
    """Write the gates of several jobs, each by its name, as `render_junit` writes those of one."""
    root = ET.Element("testsuites", _attributes(name=title, **_count([gate for _, gates in suites for gate in gates])))
    for name, gates in suites:
        _add_suite(root, name, gates)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _count(gates: Iterable[Gate]) -> dict[str, int]:
    outcomes = list(map(_outcome, gates))
    return {"tests": len(outcomes), "failures": outcomes.count("failure"), "errors": 0, "time": 0}


def _add_suite(root: ET.Element, name: str, gates: Sequence[Gate]) -> None:
    rules = list(dict.fromkeys(gate.rule for gate in gates))
    outcomes = [_outcome(gate) for gate in gates]
    skipped = outcomes.count("skipped")
    suite = ET.SubElement(root, "testsuite", _attributes(name=name, **_count(gates), skipped=skipped))
    for gate, outcome in zip(gates, outcomes, strict=True):
        where = f" with {gate.classifier}" if gate.classifier is not None else ""
        place = {"classname": f"gates.rule_{rules.index(gate.rule) + 1}", "name": f"{gate.rule}{where}"}
        case = ET.SubElement(suite, "testcase", _attributes(**place, time=0))
        if outcome:
            why = gate.reason or gate.status
            ET.SubElement(case, outcome, _attributes(type=gate.status, message=why))


def _outcome(gate: Gate) -> str:
    """Name the element that says how a gate ended; none where it passed."""
    return "failure" if gate.fails_job else "" if gate.status == "passed" else "skipped"


def _attributes(**values: str | int) -> dict[str, str]:
    return {key: _plain(str(value)) for key, value in values.items()}


def _plain(text: str) -> str:
    return _NOT_IN_XML.sub(lambda match: f"U+{ord(match[0]):04X}", text)
