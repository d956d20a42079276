"""The Markdown summary of a CI job."""

from __future__ import annotations

import random
import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_factories import CLASSIFIERS, STRATEGIES, make_results, make_run, make_runs, make_spec, without_numbers

from job.report.summary_md import MOST_BYTES, escape_markdown, render_summary
from job.results.job_facts import Run, StrategyFacts, WrittenEntry
from job.results.verdict_facts import Gate
from job.wording.headline import tell_answer

HOSTILE = "a|b`c<img src=x>\n[d](http://e.f) *g* $h$ \\|_i_ @j www.k.l"


def tables(text: str) -> list[list[str]]:
    """Runs of lines that are rows."""
    return [block.splitlines() for block in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE)]


def test_the_answer_comes_first() -> None:
    """title, the page's own answer in bold, what to use, a table for each classifier, and the way to the report"""
    results = make_results()
    answer = tell_answer(results)
    title, bold, *rest = [line for line in render_summary(results).splitlines() if line]

    assert ("# Does oversampling help?", f"**{escape_markdown(answer.short)}**") == (title, bold)
    use, why = f"{answer.action}{answer.use}", (answer.others, answer.why, answer.choice)
    told = [escape_markdown(text) for text in (use, *answer.cutoffs, answer.found, answer.sure, *why) if text]
    assert told == rest[: len(told)]
    assert [2 + len(STRATEGIES)] * len(CLASSIFIERS) == [len(table) for table in tables(render_summary(results))]
    assert "[report.html](report.html)" in render_summary(results).splitlines()[-1]


def test_the_numbers_are_means_and_differences_from_baseline() -> None:
    """a cell has the mean over the runs and, but for baseline, what it is more or less"""
    results = make_results()
    row = tables(render_summary(results))[0][5].split(" | ")
    runs = [run for run in results.runs if run.classifier == CLASSIFIERS[0]]
    recall = {
        label: sum(run.metrics["recall"] or 0.0 for run in runs if run.strategy == label) / 20
        for label in ("baseline", "smote")
    }
    found = re.fullmatch(r"(\d\.\d+) \(([+−]?\d\.\d+)\)", row[2])

    assert "| smote" == row[0]
    assert found
    assert float(found[1]) == pytest.approx(recall["smote"], abs=0.005)
    assert float(found[2].replace("−", "-")) == pytest.approx(recall["smote"] - recall["baseline"], abs=0.005)


def test_what_went_wrong_is_listed() -> None:
    """failed and degraded runs stand there with their reasons"""
    runs = make_runs()
    runs[3] = without_numbers(runs[3], "failed", "no luck | today")
    runs[5] = {**runs[5], "status": "degraded", "reason": "k_neighbors was lowered"}
    text = render_summary(make_results(runs=runs))

    assert re.search(r"Failed:\n\n- .*: No luck &#124; today\.", text)
    assert re.search(r"Degraded:\n\n- .*: K_neighbors was lowered\.|Degraded:\n\n- .*: k_neighbors was lowered\.", text)


def test_a_job_without_a_number_has_its_summary() -> None:
    """every cell is a dash, and the reason stands below"""
    text = render_summary(make_results(runs=[without_numbers(run, "failed", "no luck") for run in make_runs()]))

    assert {"–"} == {cell for table in tables(text) for row in table[2:] for cell in row.strip("| ").split(" | ")[1:]}
    assert "No luck." in text


def test_hostile_labels_are_text() -> None:
    """no label adds a cell, a line, an element, a link or a formula"""
    strategies = ("baseline", HOSTILE, f"- {HOSTILE}")
    spec = make_spec(strategies, (HOSTILE,), title=HOSTILE)
    runs = make_runs(strategies, (HOSTILE,), 6)
    runs[1] = without_numbers(runs[1], "failed", HOSTILE)
    text = render_summary(make_results(strategies, (HOSTILE,), runs, spec=spec)).replace(
        "[report.html](report.html)", ""
    )

    assert {6} == {row.count("|") for table in tables(text) for row in table}
    assert not re.search(r"[<@]|://|www\.|(?<!\\)[\[\]$`]", text)
    assert 2 == len(re.findall(r"(?<!\\)\*\*", text))


PUNCTUATION = "|`<>&@*_[]~$#\\-+=.():/w0aé \n\t\x00\u202e"


@given(st.text(st.one_of(st.sampled_from(PUNCTUATION), st.characters()), max_size=60))
def test_escaped_text_is_read_as_it_was(text: str) -> None:
    """taking the escapes away gives the line, and nothing that is markup stood without one"""
    from job.text import visible_line

    escaped = escape_markdown(text)
    bare = re.sub(r"\\.", "", escaped)

    assert visible_line(text) == unescape(re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", escaped.replace("&#92;", "\\")))
    assert not set("|`<>*[]~$@") & set(bare)
    assert "\n" not in escaped


@pytest.mark.parametrize(
    "letter", ["|", pytest.param("<", marks=pytest.mark.long), pytest.param("🙂", marks=pytest.mark.long)]
)
def test_it_fits_whatever_the_job_is(letter: str) -> None:
    """a job with very many, very long and hostile labels stays below the limit and says what is left out"""
    strategies = ("baseline", *(f"{letter * 30}{number}" for number in range(300)))
    classifiers = tuple(f"{number}{letter * 30}" for number in range(8))
    runs = [
        without_numbers(make_run(strategy, classifier, 0, random.Random(1)), "failed", f"{letter * 3000}{strategy}")
        for classifier in classifiers
        for strategy in strategies
    ]
    results = make_results(strategies[:1], classifiers[:1], runs[:1])
    changes = {
        "runs": tuple(map(Run.model_validate, runs)),
        "strategies": tuple(StrategyFacts(label=label, description="") for label in strategies),
        "classifiers": tuple(WrittenEntry(label=label) for label in classifiers),
        "summary": tuple(
            row.model_copy(update={"strategy": strategy, "classifier": classifier})
            for row in results.summary
            for strategy in strategies
            for classifier in classifiers
        ),
    }
    text = render_summary(results.model_copy(update=changes))

    assert len(text.encode()) < MOST_BYTES
    assert "Left out here, for want of room" in text
    assert "more reasons" in text


def test_gates_stand_before_the_tables_those_that_fail_first() -> None:
    """with count, rule and reason; where there is no room the first of them"""
    common = {"strategy": "smote", "classifier": "knn", "value": 0.5, "lower": None, "upper": None}
    passed = Gate(rule="metric: a_b", **common, status="passed", reason=None, fails_job=False)
    failed = Gate(rule="metric: c", **common, status="failed", reason="0 < 1", fails_job=True)
    results = make_results()
    text = render_summary(results.model_copy(update={"gates": (passed, failed)}))
    told = text.partition("## Gates")[2].partition("## With")[0].split("\n\n")

    assert "Gates: 1 passed, 1 failed." == told[1]
    assert ["- **Gate failed: metric: c with knn: 0 &lt; 1**", "- Gate passed: metric: a_b with knn"] == told[2].split(
        "\n"
    )
    many = render_summary(results.model_copy(update={"gates": (passed, failed) * 2000}))
    assert len(many.encode()) < MOST_BYTES
    assert "more gates" in many
    assert "## Gates" not in render_summary(results)
