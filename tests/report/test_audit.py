"""The audit on the page."""

from __future__ import annotations

from report_factories import make_audit, make_results

from job.evaluation import audit as measures
from job.report.facts import load_facts
from job.report.sections import audit


def build(**changes):
    return audit.build(load_facts(make_results(**changes))).content


def test_every_measure_has_its_row_and_its_reading() -> None:
    """the table shows what the job measures, in its order, each with a sentence"""
    assert measures.MEASURES == tuple(measure.name for measure in audit.MEASURES)
    table = build().table
    assert [measure.label for measure in audit.MEASURES] == [row.name for row in table.rows]
    assert all(len(row.cells) == len(table.headings) and row.cells[-1].text for row in table.rows)


def test_flags_are_told_with_their_codes() -> None:
    """each flag stands with its sampler, and a sampler without one says so"""
    flags = [{"code": "copies", "text": "they are copies"}]
    content = build(audit=make_audit({"smote": flags, "custom": []}))
    assert (("smote", "copies", "They are copies."),) == content.flags
    assert "flagged: copies." in content.summary[0]
    assert "no flag was raised." in content.summary[1]


def test_without_synthetic_rows_there_is_a_sentence() -> None:
    """a job whose strategies add nothing says so"""
    assert "no rows" == build(audit={"reason": "no rows", "strategies": []}).absent
