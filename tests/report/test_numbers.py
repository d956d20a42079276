"""Every number on the page, read from the HTML and compared with what the runs say."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from statistics import fmean, median, stdev
from typing import Any

import pytest
from html_page import Element, Page
from printed import MEDIANS, TABLES, assert_printed
from report_factories import CLASSIFIERS, STRATEGIES, make_results, make_runs, without_numbers

from job.report.render import render_report
from job.results.results import Results


def make_mixed_runs() -> list[dict[str, Any]]:
    """Runs of which some failed, some cannot exist, and some have metrics that aren't defined."""
    runs = []
    for run in make_runs():
        if (run["strategy"], run["classifier"]) == ("class_weight", "hist_gradient_boosting"):
            run = without_numbers(run, "not_applicable", "it takes no class_weight")
        elif run["strategy"] == "smote" and run["repeat"] < 5:
            run = without_numbers(run, "failed", "ValueError: no luck")
        elif run["strategy"] == "custom" and run["repeat"] % 2:
            undefined = {"precision": "no alert was raised"}
            run = {**run, "metrics": {**run["metrics"], "precision": None}, "undefined": undefined}
        runs.append(run)
    return runs


@pytest.fixture(scope="module")
def results() -> Results:
    return make_results(runs=make_mixed_runs())


@pytest.fixture(scope="module")
def page(results: Results) -> Page:
    return Page(render_report(results))


def values_of(results: Results, strategy: str, classifier: str, metric: str) -> dict[int, float]:
    return {
        run.repeat: value
        for run in results.runs
        if run.place == (strategy, classifier) and (value := run.metrics[metric]) is not None
    }


def part_of(page: Page, cell: Element, tag: str) -> str | None:
    found = [element.words for element in page.inside(cell, tag)]
    return found[0] if found else None


def difference_in(page: Page, cell: Element) -> str | None:
    under = part_of(page, cell, "small") or ""
    return re.sub("best|worst", "", under).strip() or None


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("index", range(len(CLASSIFIERS)))
def test_metric_tables_say_what_the_runs_say(results: Results, page: Page, table: str, index: int) -> None:
    """mean or median, spread and difference from baseline follow from the runs, each metric in its column"""
    classifier = CLASSIFIERS[index]
    head, *rows = page.rows(f"{table}-{index}")
    assert len(TABLES[table]) + 1 == len(head)
    assert list(STRATEGIES) == [row[0].words for row in rows]
    for strategy, (_, *cells) in zip(STRATEGIES, rows, strict=True):
        for metric, cell in zip(TABLES[table], cells, strict=True):
            middle: Callable[[Sequence[float]], float] = median if metric in MEDIANS else fmean
            values = values_of(results, strategy, classifier, metric)
            shown = part_of(page, cell, "b")
            if not values:
                assert (shown, True) == (None, "no value" in cell.words)
                continue
            assert_printed(middle(list(values.values())), str(shown))
            assert_printed(stdev(values.values()), str(part_of(page, cell, "i")))
            baseline = values_of(results, "baseline", classifier, metric)
            paired = [value - baseline[split] for split, value in values.items() if split in baseline]
            difference = difference_in(page, cell)
            assert (strategy == "baseline") == (difference is None)
            if difference is not None:
                assert_printed(middle(paired), difference)


def test_every_missing_or_partial_number_has_its_reason(page: Page) -> None:
    """a dash and a mean over fewer splits lead to a footnote that says how many and why"""
    notes = {element.attributes["id"]: element.words for element in page.all("li") if "id" in element.attributes}
    rows = {row[0].words: row[1:] for row in page.rows("main-1")[1:]}

    def footnotes(strategy: str) -> set[str]:
        links = [link for cell in rows[strategy] for link in page.inside(cell, "a")]
        return {notes[link.attributes["href"][1:]] for link in links}

    assert {"a No value on any split: This combination cannot exist: it takes no class_weight."} == footnotes(
        "class_weight"
    )
    assert {"b From 15 of 20 splits. No value on 5: The run failed: ValueError: no luck."} == footnotes("smote")
    assert {"c From 10 of 20 splits. No value on 10: No alert was raised."} == footnotes("custom")
    assert set() == footnotes("baseline")


def test_the_recall_chart_has_its_numbers_beside_it(results: Results, page: Page) -> None:
    """mean, spread, range and number of splits of every strategy, in the table and in the alt text"""
    for index, classifier in enumerate(CLASSIFIERS):
        table = page.by_id(f"recall-{index}")
        _, *rows = page.rows(f"recall-{index}")
        chart = next(element for element in reversed(table.ancestors) if element.has_class("chart"))
        (image,) = page.inside(chart, "img")
        for strategy, (_, *cells) in zip(STRATEGIES, rows, strict=True):
            values = list(values_of(results, strategy, classifier, "recall").values())
            assert str(len(values)) == cells[-1].words
            if not values:
                assert f" {strategy} " not in image.attributes["alt"].partition("Without a value:")[0]
                continue
            expected = (fmean(values), stdev(values), min(values), max(values))
            alarms = list(values_of(results, strategy, classifier, "false_alarms_per_1000").values())
            price = (fmean(alarms), min(alarms), max(alarms)) if len(cells) > 5 else ()
            for one, cell in zip((*expected, *price), cells[:-1], strict=True):
                assert_printed(one, cell.words)
            said = re.search(rf"\b{strategy} ([\d.]+) \(([\d.]+) to ([\d.]+)\)", image.attributes["alt"])
            assert said
            for one, text in zip((expected[0], *expected[2:]), said.groups(), strict=True):
                assert_printed(one, text)


@pytest.mark.parametrize("kind", ["precision_recall", "roc"])
def test_curves_have_their_numbers_beside_them(results: Results, page: Page, kind: str) -> None:
    """every tenth point of every curve stands in the table, under its place on the x axis, and after them where the
    strategy decides: its mean recall or false-positive rate, and its own curve there"""
    for index, classifier in enumerate(CLASSIFIERS):
        curves = {
            curve.strategy: curve for curve in results.curves if (curve.classifier, curve.kind) == (classifier, kind)
        }
        head, *rows = page.rows(f"{kind}-{index}")
        own = (
            ["Own recall", "Precision there"]
            if kind == "precision_recall"
            else ["Own false-positive rate", "Recall there"]
        )
        assert [*(f"{tenth / 10:.1f}" for tenth in range(11)), *own] == [cell.words for cell in head[1:]]
        assert list(curves) == [row[0].words for row in rows]
        for (strategy, curve), (_, *cells) in zip(curves.items(), rows, strict=True):
            for tenth, cell in enumerate(cells[:11]):
                assert_printed(curve.y[10 * tenth], cell.words)
            recall, specificity = (
                fmean(values_of(results, strategy, classifier, metric).values()) for metric in ("recall", "specificity")
            )
            at = recall if kind == "precision_recall" else 1 - specificity
            below = int(at * 100)
            there = curve.y[below] + (at * 100 - below) * (curve.y[below + 1] - curve.y[below])
            assert_printed(at, cells[11].words)
            assert_printed(there, cells[12].words)


def test_the_price_is_told_in_whole_rows(results: Results, page: Page) -> None:
    """the sentence of each classifier names the strategy that finds most, and the numbers are those of the runs"""
    for index, classifier in enumerate(CLASSIFIERS):
        recall = {}
        for strategy in STRATEGIES:
            if values := values_of(results, strategy, classifier, "recall"):
                recall[strategy] = fmean(values.values())
        best = max(list(recall)[1:], key=lambda strategy: recall[strategy])
        text = [element.words for element in page.all("p") if element.words.startswith("Of every 100")][index]
        said = re.fullmatch(
            r"Of every 100 minority rows baseline finds (\d+), and it raises ([\d.]+) false alerts in 1,000 rows; "
            r"(\w+) finds the most, (\d+), and raises ([\d.]+)\. "
            r"Average precision, which no threshold changes, is ([\d.]+) with baseline and ([\d.]+) with \3\.",
            text,
        )
        assert said, text
        assert best == said[3]
        assert (round(100 * recall["baseline"]), round(100 * recall[best])) == (int(said[1]), int(said[4]))
        for metric, strategy, shown in (
            ("false_alarms_per_1000", "baseline", said[2]),
            ("false_alarms_per_1000", best, said[5]),
            ("average_precision", "baseline", said[6]),
            ("average_precision", best, said[7]),
        ):
            assert_printed(fmean(values_of(results, strategy, classifier, metric).values()), shown)


def test_the_balance_is_that_of_the_data(results: Results, page: Page) -> None:
    """counts and shares of each label, and the training part as each strategy left it"""
    dataset = results.dataset
    labels = {row[0].words: [cell.words for cell in row[1:]] for row in page.rows("labels")[1:]}
    assert {"1": ["209", "10.4 %"], "0": ["1,791", "89.5 %"]} == labels
    assert "209 of 2,000 rows, 10.4 %," in page.by_id("balance").words
    assert dataset.n_rows == 2000
    resampled = {row[0].words: [cell.words for cell in row[1:]] for row in page.rows("resampled")[1:]}
    assert ["1,600", "168", "10.5 %", "0"] == resampled["baseline"]
    assert ["2,864", "1,432", "50.0 %", "1,264"] == resampled["smote"]


def test_runs_are_counted_by_state(results: Results, page: Page) -> None:
    """how many runs went as asked, were degraded, failed or could not exist"""
    assert "200 runs in all: 170 as specified, 0 degraded, 10 failed, 20 not applicable." in page.by_id("runs").words
    where = page.texts("where")
    assert (
        "smote with logistic_regression and hist_gradient_boosting: ten runs, "
        "on repeat 0, repeat 1, repeat 2, repeat 3 and repeat 4" in where
    )
    assert "class_weight with hist_gradient_boosting: 20 runs, on every split" in where
