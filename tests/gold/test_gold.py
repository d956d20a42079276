"""The gold report is what the program makes of the gold results, and holds all that they hold.

`make gold` writes report.html again. It cannot hide a loss: all but the first test read the report on the disk, and
compare it with the results beside it and with shape.txt, which nothing writes but a hand.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from html_page import Element, Page
from printed import TABLES, assert_printed

from job.names import METRICS
from job.pipeline import read_spec
from job.report.render import render_report
from job.results.results import Results
from job.results.results_file import read_results
from job.text import sentence
from job.wording.headline import tell_answer
from job.wording.verdict_rows import DECISION_TITLES, RANKING_TITLES, describe_decision

FOLDER = Path(__file__).parent
TEXT = (FOLDER / "report.html").read_text(encoding="utf-8")
SHAPE = (FOLDER / "shape.txt").read_text(encoding="utf-8")
RESULTS: dict[str, Any] = json.loads((FOLDER / "results.json").read_text(encoding="utf-8"))
RECORDS: Results = read_results(FOLDER / "results.json")
STRATEGIES = [entry["label"] for entry in RESULTS["strategies"]]
CLASSIFIERS = [entry["label"] for entry in RESULTS["classifiers"]]
COMPARED = ("recall", "false_alarms_per_1000", "expected_cost_per_1000", "brier", "log_loss")
EXPLORED = ("threshold", "recall", "precision", "false_alarms_per_1000", "expected_cost_per_1000")


class Indexed(Page):
    """A page that knows at once what is inside what: tests here ask for every cell."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.within: dict[Element, list[Element]] = defaultdict(list)
        for element in self.elements:
            for outer in element.ancestors:
                self.within[outer].append(element)

    def inside(self, outer: Element, *tags: str) -> list[Element]:
        return [element for element in self.within[outer] if element.tag in tags]


@pytest.fixture(scope="module")
def page() -> Page:
    return Indexed(TEXT)


def words(text: str) -> str:
    return " ".join(text.split())


def rows_of(page: Page, key: str) -> dict[str, list[Element]]:
    """The cells of each row of a table, by its name."""
    return {row[0].words: row[1:] for row in page.rows(key)[1:]}


def values(page: Page, cell: Element, tag: str) -> list[str]:
    return [element.words for element in page.inside(cell, tag)]


def test_the_results_make_this_report() -> None:
    """byte for byte; where the page is meant to change, `make gold` writes it again"""
    assert render_report(RECORDS) == TEXT, "the report isn't what it was: look at the page, then `make gold`"


def test_the_gold_job_has_runs_of_every_kind() -> None:
    """a gold report without failures would show nothing of them"""
    assert {"ok", "degraded", "failed", "not_applicable"} == {run["status"] for run in RESULTS["runs"]}
    assert set(METRICS) == {row["metric"] for row in RESULTS["summary"]}
    assert all(RESULTS[key] for key in ("comparisons", "calibration", "rescued", "picture", "audit", "leak", "snippet"))
    assert RESULTS["best_possible"]["curves"]
    assert RESULTS["sweeps"]["ratio"]
    assert RESULTS["sweeps"]["imbalance"]


def test_the_results_are_those_of_the_spec_beside_them() -> None:
    """every default filled in as it is today"""
    spec = read_spec(str(FOLDER / "spec.yaml")).spec
    assert spec.model_dump(mode="json", by_alias=True, exclude={"engine"}, exclude_none=True) == RESULTS["spec"]


def outline(page: Page) -> Iterator[str]:
    """Each section with its heading, and each of its charts and tables with the number of rows and all columns."""
    for section in page.all("section"):
        yield f"{section.attributes['id']}: {page.inside(section, 'h3')[0].words}"
        for table in page.inside(section, "table"):
            kind = "chart and table" if any(one.has_class("chart") for one in table.ancestors) else "table"
            head, *rows = page.rows(table.attributes["id"])
            assert all(len(row) == len(head) for row in rows), table
            columns = " | ".join(cell.words for cell in head)
            yield f"    {kind} {table.attributes['id']}, {len(rows)} rows: {columns}"


def test_every_section_chart_table_and_column_is_there(page: Page) -> None:
    """in their order, with as many rows as shape.txt says; nothing but a hand writes that"""
    assert SHAPE.splitlines() == list(outline(page))


def test_every_section_has_something_in_it(page: Page) -> None:
    """words of its own, and the contents lead to all of them by their headings"""
    sections = page.all("section")
    (contents,) = page.all("nav")
    links = [(link.attributes["href"][1:], link.words) for link in page.inside(contents, "a")]
    links = [(key, title) for key, title in links if not key.startswith("part-")]
    titles = [(one.attributes["id"], page.inside(one, "h3")[0].words) for one in sections]
    assert [key for key, _ in titles] == [key for key, _ in links]
    assert all(told.startswith(title) for (_, title), (_, told) in zip(titles, links, strict=True))
    assert [] == [one.attributes["id"] for one in sections if len(one.words.split()) < 60]


def test_every_chart_has_its_words_and_numbers(page: Page) -> None:
    """each has alt text with numbers, a caption and a table, follows a dark screen, and draws something"""
    charts = [element for element in page.elements if element.has_class("chart")]
    assert SHAPE.count("    chart and table ") == len(charts)
    figures = page.all("figure")  # several heat maps share the tables below them
    assert len(charts) <= len(figures) == len(page.all("img")) == len(page.all("figcaption"))
    for chart in figures:
        (image,), (caption,) = page.inside(chart, "img"), page.inside(chart, "figcaption")
        svg = unquote(image.attributes["src"].removeprefix("data:image/svg+xml,"))
        drawn = [element.tag.rpartition("}")[2] for element in ElementTree.fromstring(svg).iter()]
        assert "prefers-color-scheme:dark" in svg
        assert drawn.count("path") + drawn.count("use") + drawn.count("image") >= 4
        assert drawn.count("text") > 3
        assert len(re.findall(r"\d", image.attributes["alt"])) >= 4
        assert len(caption.words.split()) >= 4


def test_every_mean_spread_and_difference_is_in_every_table_of_its_metric(page: Page) -> None:
    """each strategy x classifier x metric of the summary, rounded as printed; what is null is a dash with a reason"""
    tables = {(key, index): rows_of(page, f"{key}-{index}") for key in TABLES for index in range(len(CLASSIFIERS))}
    seen = set()
    for row in RESULTS["summary"]:
        index = CLASSIFIERS.index(row["classifier"])
        for key, metrics in TABLES.items():
            if row["metric"] in metrics:
                assert_cell(page, tables[key, index][row["strategy"]][metrics.index(row["metric"])], row)
                seen.add((row["strategy"], row["classifier"], row["metric"]))
    expected = {(one, other, metric) for one in STRATEGIES for other in CLASSIFIERS for metric in METRICS}
    assert expected == seen


def assert_cell(page: Page, cell: Element, row: dict[str, Any]) -> None:
    """Mean, spread and difference are those of the summary."""
    if row["value"] is None:
        assert "no value" in cell.words
        assert page.inside(cell, "sup"), "nothing says why there is no value"
        return
    assert_printed(row["value"], values(page, cell, "b")[0])
    if row["sd"] is not None:
        assert_printed(row["sd"], values(page, cell, "i")[0])
    if row["strategy"] != STRATEGIES[0] and row["difference"] is not None:
        assert_printed(row["difference"], values(page, cell, "small")[0].split()[-1].replace("+", ""))


def test_every_comparison_is_told(page: Page) -> None:
    """difference, interval and p of the primary metric, and those of five others, for each pair of strategies"""
    primary = RESULTS["spec"]["evaluation"]["primary"]
    for index, classifier in enumerate(CLASSIFIERS):
        main, others = rows_of(page, f"compared-{index}"), rows_of(page, f"compared-others-{index}")
        for row in (row for row in RESULTS["comparisons"] if row["classifier"] == classifier):
            name = f"{row['strategy']} against {row['reference']}"
            if row["metric"] == primary:
                assert_difference(main[name][0], row)
                if row["p_value"] is not None:
                    assert_printed(row["p_value"], main[name][2].words)
            if row["metric"] in COMPARED:
                assert_difference(others[name][COMPARED.index(row["metric"])], row)


def assert_difference(cell: Element, row: dict[str, Any]) -> None:
    if row["difference"] is None:
        assert "no value" in cell.words
    else:
        assert_printed(row["difference"], cell.words.split()[0].replace("+", ""))


def test_the_verdict_is_told(page: Page) -> None:
    """every part of the answer, first of all whether it helps, and of every oversampler both answers with numbers"""
    verdict = RESULTS["verdict"]
    answer = page.by_id("answer").words
    told = tell_answer(RECORDS)
    use, why = f"{told.action}{told.use}", (told.others, told.why, told.choice)
    assert [words(told.short)] == page.texts("lead")
    texts = (*told.problems, told.short, use, told.found, told.sure, *told.cutoffs, *why)
    assert [] == [text for text in texts if words(text) not in answer]
    ranked, decided, rivals = (
        [row for index in range(len(CLASSIFIERS)) for row in page.rows(f"{key}-{index}")[1:]]
        for key in ("verdicts", "decisions-answer", "rivals")
    )
    told_of_each = (sentence(describe_decision(row)) for row in RECORDS.verdict.rows)
    for row, numbers, decision, said in zip(verdict["rows"], ranked, decided, told_of_each, strict=True):
        for cells, graded in ((numbers, row["ranking"]), (decision, row["decision"])):
            titles = RANKING_TITLES if graded is row["ranking"] else DECISION_TITLES
            shown = [cell.words for cell in cells[:2]]
            untested = graded is row["decision"] and row["means"]["recall"]["strategy"] is None
            assert [words(row["strategy"]), "Untested" if untested else titles[graded["code"]]] == shown
        assert words(said) == decision[2].words
        if row["ranking"]["difference"] is not None:
            assert_printed(row["ranking"]["difference"], numbers[2].words.split()[0].replace("+", ""))
    for row, cells in zip(verdict["custom_against_smote"], rivals, strict=True):
        assert RANKING_TITLES[row["code"]] == cells[1].words
        assert_printed(row["difference"], cells[2].words.split()[0].replace("+", ""))


def test_every_reason_of_a_run_is_told(page: Page) -> None:
    """whatever failed, were degraded or could not be, with its strategy and classifier; and no run goes uncounted"""
    section = page.by_id("runs")
    told = [(item.words, page.inside(item, "bdi")) for item in page.inside(section, "li")]
    for run in RESULTS["runs"]:
        if run["status"] != "ok":
            reason = words(run["reason"])[:100]
            assert [text for text, _ in told if reason in text and run["strategy"] in text], run
    for status in ("ok", "degraded", "failed", "not_applicable"):
        assert str(RESULTS["status"][f"n_{status}"]) in section.words
    assert all(state in page.by_id("answer").words for state in ("failed", "degraded"))


def explorer() -> dict[str, Any]:
    (text,) = re.findall(r'<script type="application/json" id="alarm-numbers">(.*?)</script>', TEXT, re.DOTALL)
    found: dict[str, Any] = json.loads(unescape(text))
    return found


def test_the_explorer_has_every_rate_and_every_strategy(page: Page) -> None:
    """the slider's places are the rates, its numbers those of the results"""
    alarms, embedded = RESULTS["alarms"], explorer()
    slider = page.by_id("alarm-rate").attributes
    assert ("0", str(len(alarms["rates"]) - 1)) == (slider["min"], slider["max"])
    assert alarms["rates"] == embedded["rates"]
    for classifier, block in zip(CLASSIFIERS, embedded["blocks"], strict=True):
        rows = [row for row in alarms["rows"] if row["classifier"] == classifier and row["n"]]
        assert len(rows) == len(block["rows"])
        for row, shown in zip(rows, block["rows"], strict=True):
            for fact in ("threshold", "recall"):
                assert pytest.approx(row[fact], abs=0.006) == shown[fact]
            false_alarms = [rate - found for rate, found in zip(alarms["rates"], shown["found"], strict=True)]
            assert pytest.approx(row["false_alarms_per_1000"], abs=0.01) == false_alarms


def test_ten_rates_stand_there_without_scripts(page: Page) -> None:
    """five facts of every strategy at ten rates, as the results have them, and where each strategy decides itself"""
    alarms = RESULTS["alarms"]
    for index, classifier in enumerate(CLASSIFIERS):
        found = [row for row in alarms["rows"] if row["classifier"] == classifier and row["n"]]
        for place, fact in enumerate(EXPLORED):
            head = [cell.words for cell in page.rows(f"alarms-{index}-{place}")[0][1:]]
            chosen = [alarms["rates"].index(float(rate.replace(",", ""))) for rate in head]
            shown = rows_of(page, f"alarms-{index}-{place}")
            assert 10 == len(chosen)
            for row in found:
                for at, cell in zip(chosen, shown[row["strategy"]], strict=True):
                    if row[fact][at] is not None:
                        assert_printed(row[fact][at], cell.words)
        own = rows_of(page, f"alarms-{index}-own")
        for row in found:
            assert_printed(row["own"]["alarms_per_1000"], own[row["strategy"]][0].words)


def test_probabilities_are_told(page: Page) -> None:
    """the calibration error of every strategy that gives probabilities, as predicted and corrected"""
    for row in RESULTS["calibration"]["rows"]:
        index = CLASSIFIERS.index(row["classifier"])
        assert row["raw"] or row["reason"] in page.by_id("harm").words
        if row["raw"]:
            assert_printed(row["raw"]["ece"], rows_of(page, f"harm-raw-{index}")[row["strategy"]][5].words)
        if row["corrected"] and row["corrected"] != row["raw"]:
            corrected = rows_of(page, f"harm-corrected-{index}")[row["strategy"]]
            assert_printed(row["corrected"]["ece"], corrected[5].words)


def test_decisions_are_told(page: Page) -> None:
    """net benefit at .5 and the stability of every strategy that gives probabilities; else why there is none"""
    half = RESULTS["net_benefit"]["thresholds"].index(0.5)
    for key, table in (("net_benefit", "net-benefit"), ("stability", "stability")):
        shown = {
            (row[0].words, classifier): row[1:]
            for index, classifier in enumerate(CLASSIFIERS)
            for row in page.rows(f"{table}-{index}")[1:]
        }
        for row in RESULTS[key]["rows"]:
            cells = shown[row["strategy"], row["classifier"]]
            if row["corrected"] is None:
                assert row["reason"] in page.by_id("decisions").words.lower()
            elif key == "net_benefit":
                assert_printed(1000 * row["corrected"][half], cells[-1].words.split()[0])
            else:
                assert_printed(row["corrected"]["minority"]["median"], cells[0].words.split()[0])


def test_data_spec_and_versions_are_told(page: Page) -> None:
    """each column, note and finding, the code to paste, what was asked, and what the numbers are a function of"""
    dataset, provenance = RESULTS["dataset"], RESULTS["provenance"]
    columns = rows_of(page, "columns-table")
    assert [column["name"] for column in dataset["columns"]] == list(columns)
    for column in dataset["columns"]:
        assert str(column["n_missing"]) == columns[column["name"]][2].words
    assert all(words(note["text"]) in page.by_id("columns").words for note in dataset["notes"])
    assert provenance["versions"] == {name: row[0].words for name, row in rows_of(page, "versions").items()}
    reproduce, spec = page.by_id("reproduce").words, RESULTS["spec"]
    assert provenance["spec_digest"] in reproduce
    assert provenance["data_digest"] in reproduce
    assert all(f"{key}:" in reproduce for key in spec)
    assert words(RESULTS["snippet"]["code"]) in page.by_id("snippet").words
    (title,) = page.all("h1")
    assert words(spec["title"]) == title.words
    for section in ("asked", "balance"):
        assert all(label in page.by_id(section).words for label in STRATEGIES), section


def addresses() -> Iterator[str]:
    """Whatever the browser could be sent to, or asked to fetch."""
    yield from re.findall(r'(?:src|href|action|data|poster|srcset)\s*=\s*"([^"]*)"', TEXT)
    for style in re.findall(r"<style>(.*?)</style>", TEXT, re.DOTALL):
        yield from re.findall(r"url\([^)]*\)|@import[^;]*", style)


def test_the_page_is_sealed(page: Page) -> None:
    """one policy that lets in data: images and, by their hashes, our own style and script; no other page is named"""
    (policy,) = [one for one in page.all("meta") if one.attributes.get("http-equiv") == "Content-Security-Policy"]
    (style,), script = page.all("style"), page.all("script")[-1]
    style_hash, script_hash = (
        base64.b64encode(hashlib.sha256(re.findall(pattern, TEXT, re.DOTALL)[-1].encode()).digest()).decode()
        for pattern in (r"<style>(.*?)</style>", r"<script>(.*?)</script>")
    )
    assert (
        f"default-src 'none'; img-src data:; style-src 'sha256-{style_hash}'; script-src 'sha256-{script_hash}'; "
        "base-uri 'none'; form-action 'none'"
    ) == policy.attributes["content"]
    assert page.elements.index(policy) < min(page.elements.index(one) for one in (style, script))
    assert [] == [element.tag for element in page.elements if "style" in element.attributes]
    assert [] == [name for element in page.elements for name in element.attributes if name.startswith("on")]
    assert all(text.startswith(("#", "data:image/svg+xml,")) for text in addresses())
    assert not {"link", "iframe", "object", "embed", "base", "form"} & {element.tag for element in page.elements}
    assert [] == page.problems


def test_the_page_is_whole_for_every_reader(page: Page) -> None:
    """a language, landmarks, a way past the contents, a dark and a printed form, and the explorer's controls"""
    (html,), (main,) = page.all("html"), page.all("main")
    assert "en" == html.attributes["lang"]
    assert "#main" == next(link for link in page.all("a")).attributes["href"]
    assert "main" == main.attributes["id"]
    assert all(page.all(landmark) for landmark in ("header", "nav", "main", "footer"))
    style = page.all("style")[0].text
    assert "@media screen and (prefers-color-scheme: dark)" in style
    assert "@media print" in style
    for control in ("alarm-rate", "alarm-missed", "alarm-false", "show-0", "show-1", "show-all"):
        assert page.by_id(control)
