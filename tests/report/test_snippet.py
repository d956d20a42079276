"""The script on the page."""

from __future__ import annotations

from html_page import Page
from report_factories import make_results, make_snippet

from job.report.facts import load_facts
from job.report.render import render_report
from job.report.sections import snippet


def test_the_script_stands_on_the_page_as_it_is() -> None:
    """what a reader copies is the script of the results, to the last blank"""
    code = 'frame = frame["a & b"]\nif 1 < 2:\n    print("</code> &amp; it\'s")\n'
    page = Page(render_report(make_results(snippet=make_snippet("smote", "svc", code=code))))
    (box,) = [element for element in page.all("pre") if element.has_class("whole")]
    assert code == page.inside(box, "code")[0].text


def test_it_says_where_its_numbers_may_differ() -> None:
    """every note of a script stands above it"""
    notes = ["The first thing differs.", "The second thing differs."]
    content = snippet.build(load_facts(make_results(snippet=make_snippet("smote", "svc", notes=notes)))).content
    assert tuple(notes) == content.notes
    assert "what is recommended" in content.reading


def test_without_a_script_there_is_a_sentence() -> None:
    """no script, and results that never had one, are told in words"""
    none = make_snippet("smote", "svc", code=None, reason="No snippet: for a reason.")
    assert ("No snippet: for a reason.",) == snippet.build(load_facts(make_results(snippet=none))).content.notes
    older = {key: value for key, value in make_results().items() if key != "snippet"}
    assert ("These results hold no script.",) == snippet.build(load_facts(older)).content.notes
