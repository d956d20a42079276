"""The script on the page."""

from __future__ import annotations

from html_page import Page
from report_factories import CLASSIFIERS, STRATEGIES, make_results, make_snippet, make_spec, render_sections

from job.report.facts import load_facts
from job.report.sections import snippet


def test_the_script_stands_on_the_page_as_it_is() -> None:
    """what a reader copies is the script of the results, to the last blank"""
    code = 'frame = frame["a & b"]\nif 1 < 2:\n    print("</code> &amp; it\'s")\n'
    page = Page(render_sections(make_results(snippet=make_snippet("smote", "svc", code=code)), "snippet"))
    (box,) = [element for element in page.all("pre") if element.has_class("whole")]
    assert code == page.inside(box, "code")[0].text


def test_it_says_where_its_numbers_may_differ() -> None:
    """every note of a script stands above it"""
    notes = ["The first thing differs.", "The second thing differs."]
    content = snippet.build(load_facts(make_results(snippet=make_snippet("smote", "svc", notes=notes)))).content
    assert tuple(notes) == content.notes
    assert "the recommended model" in content.reading


def test_files_on_request_have_their_sentences() -> None:
    """a saved model and synthetic rows are named, or why there are none"""
    spec = make_spec(STRATEGIES, CLASSIFIERS, report={"timings": False, "model": True, "synthetic": True})
    saved = {
        "strategy": "smote",
        "classifier": "svc",
        "file": "model.skops",
        "trusted": ["numpy.dtype"],
        "reason": None,
    }
    rows = [
        {
            "strategy": "smote",
            "file": "synthetic/smote.csv",
            "parents": "synthetic/parents/smote.csv",
            "n_rows": 1500,
            "reason": None,
        },
        {"strategy": "custom", "file": None, "n_rows": None, "reason": "no luck"},
    ]
    content = snippet.build(load_facts(make_results(spec=spec, model=saved, synthetic=rows))).content
    assert content.model.startswith("model.skops, beside this page, holds smote with svc")
    assert 'TRUSTED = [\n    "numpy.dtype",\n]' in content.loading
    told = "synthetic/smote.csv holds the 1,500 rows that smote adds to all rows."
    assert f"{told} Their parents are in synthetic/parents/smote.csv." == content.synthetic[0]
    assert "The rows that custom adds could not be written: No luck." == content.synthetic[1]
    assert content.synthetic[-1].startswith("These rows are not anonymous: ")
    alone = make_results(spec=spec, synthetic=[{**rows[0], "parents": None}])
    assert told == snippet.build(load_facts(alone)).content.synthetic[0]
    failed = {**saved, "file": None, "reason": "no luck"}
    content = snippet.build(load_facts(make_results(spec=spec, model=failed))).content
    assert ("", True) == (content.loading, content.model.endswith("there is none: No luck."))
    assert ("Synthetic rows were asked for, but no strategy adds any.",) == content.synthetic


def test_without_a_script_there_is_a_sentence() -> None:
    """why there is none"""
    none = make_snippet("smote", "svc", code=None, reason="No snippet: for a reason.")
    assert ("No snippet: for a reason.",) == snippet.build(load_facts(make_results(snippet=none))).content.notes
