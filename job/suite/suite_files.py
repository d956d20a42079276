"""The files of a suite: suite.json, suite.csv, summary.md, junit.xml and index.html, the last one last."""

import json
from collections.abc import Iterator
from pathlib import Path

from job.evaluation.third_party import silenced
from job.outputs import JUNIT, SUMMARY, to_csv, write_whole
from job.report.junit import render_suites
from job.report.summary_md import escape_markdown
from job.results.results_file import to_json
from job.suite.suite_results import OK, DatasetResult, SuiteResults
from job.suite.suite_wording import describe_over_all, tell_answer, tell_state
from job.text import counted, number, signed

INDEX, SUITE_JSON, SUITE_CSV = "index.html", "suite.json", "suite.csv"
NAMES = (SUITE_JSON, SUITE_CSV, SUMMARY, JUNIT, INDEX)
COLUMNS = (
    "dataset", "status", "reason", "family", "source", "rows", "minority_rows", "imbalance_ratio", "unsafe_share",
    "n3", "clusters", "answer", "strategy", "classifier", "gain", "lower", "upper", "runs", "failed_runs", "report",
)  # fmt: skip


def write_suite(results: SuiteResults, output: Path) -> Path:
    """Write every file of a suite but the reports, and return the index."""
    with silenced():  # matplotlib tells of a list of fonts
        from job.suite.suite_page import render_index

    text = to_json(results)
    stored = SuiteResults.model_validate(json.loads(text))  # the page is made of what the file holds
    contents = {
        SUITE_JSON: text,
        SUITE_CSV: to_csv(COLUMNS, map(_csv_row, stored.datasets)),
        SUMMARY: "\n".join([*_summary(stored), ""]),
    }
    suites = [(row.dataset, row.gates) for row in stored.datasets]
    if any(gates for _, gates in suites):
        contents[JUNIT] = render_suites(stored.title, suites)
    contents[INDEX] = render_index(stored)
    for name, content in contents.items():
        write_whole(output / name, lambda place, content=content: place.write_bytes(content.encode()))  # type: ignore[misc]
    return output / INDEX


def report_of(row: DatasetResult) -> str:
    """Give the path of a data set's report, relative to the index."""
    return f"datasets/{row.folder}/report.html"


def _csv_row(row: DatasetResult) -> tuple[object, ...]:
    facts, about = row.difficulty, row.about
    return (
        *(row.dataset, row.status, row.reason, row.family, row.source),
        *((facts.n_rows, facts.n_minority, facts.imbalance_ratio) if facts else (None,) * 3),
        *((facts.unsafe, facts.n3, facts.clusters) if facts else (None,) * 3),
        row.code,
        *((about.strategy, about.classifier, about.difference, about.lower, about.upper) if about else (None,) * 5),
        *(row.n_runs, row.n_failed, report_of(row) if row.status == OK else None),
    )


def _summary(results: SuiteResults) -> Iterator[str]:
    yield from (f"# {escape_markdown(results.title)}", "", f"**{escape_markdown(tell_answer(results))}**", "")
    yield from (escape_markdown(tell_state(results)), "")
    yield from (f"- {escape_markdown(describe_over_all(one, results))}" for one in results.over_all)
    yield from ("", "| Data set | Rows | Minority | Answer | Gain |", "| --- | ---: | ---: | --- | ---: |")
    for row in results.datasets[:_MOST_ROWS]:
        facts, name = row.difficulty, escape_markdown(row.dataset, 60)
        if row.status != OK or facts is None:
            yield f"| {name} |  |  | {escape_markdown(row.reason or row.status, 200)} |  |"
            continue
        gain = signed(row.about.difference, 3) if row.about else ""
        link = f"[{name}]({report_of(row)})"
        yield f"| {link} | {number(facts.n_rows)} | {number(facts.n_minority)} | {row.code} | {gain} |"
    if len(results.datasets) > _MOST_ROWS:
        yield from ("", f"and {counted(len(results.datasets) - _MOST_ROWS, 'more data set')}")
    yield from ("", "The whole suite: [index.html](index.html)")


_MOST_ROWS = 150
