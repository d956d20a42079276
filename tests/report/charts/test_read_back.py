"""Charts show the values of the results, where their axes and colours say so: read back from the drawing."""

from __future__ import annotations

import re

import numpy as np
import pytest
from chart_reader import Chart, Word, centre, follow, scale_of, value_of
from evidence_factories import make_picture, make_rescued
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure
from report_factories import make_audit, make_results, make_runs, without_numbers

from job.evaluation.audit import MEASURES
from job.evaluation.metrics.metric_registry import METRICS
from job.report.charts.canvas import Picture
from job.report.charts.svg import drawing, to_svg
from job.report.charts.theme import load_theme, series
from job.report.facts import Facts, load_facts
from job.report.render import build_section, find_pictures
from job.results.results import Results

LIGHT = load_theme().light
PLAIN = ("baseline", "class_weight", "smote", "custom")
HOSTILE = ("baseline", "<b>&'%23\"", "漢字漢字漢字", "_" * 40)
BETTER = {metric.name: metric.better for metric in METRICS}
BASELINE = 3.8  # how far below its middle, and so its tick, the baseline of a label is
STEPS = {"down-2": -2, "down-1": -1, "up-1": 1, "up-2": 2}


def pictures_of(results: Results, name: str) -> dict[str, Picture]:
    section = build_section(load_facts(results), name)
    return {picture.name: picture for picture in find_pictures(section)}


def colour_of(facts: Facts, label: str) -> str:
    return LIGHT[series(facts.strategy(label).look).colour]


def results_of(strategies: tuple[str, ...] = PLAIN, **changes) -> Results:
    return make_results(strategies, ("svc",), make_runs(strategies, ("svc",), 6), **changes)


@given(st.lists(st.tuples(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3)), min_size=2, max_size=12))
def test_a_path_leads_where_it_was_drawn(points: list[tuple[float, float]]) -> None:
    """in steps, rounded to a tenth, no corner is further off by those before it; a marker is around its point"""
    with drawing(load_theme(), 11):
        figure = Figure(figsize=(4, 3))
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set(xlim=(-1100, 1100), ylim=(-1100, 1100))
        (line,) = axes.plot(*zip(*points, strict=True), color="#123456", linewidth=1.7)
        line.get_path().should_simplify = False
        axes.plot(*zip(*points, strict=True), "d", color="#654321", markeredgewidth=0)
        chart = Chart(to_svg(figure))
        expected = axes.transData.transform(points) * 72 / figure.dpi
    expected[:, 1] = 3 * 72 - expected[:, 1]
    boxes = chart.shapes(fill="#654321")
    np.testing.assert_allclose([centre(box) for box in boxes], expected, atol=0.11)
    drawn = chart.shapes(stroke="#123456")
    whole = (*expected.min(axis=0), *expected.max(axis=0))
    np.testing.assert_allclose((*np.min(drawn, axis=0)[:2], *np.max(drawn, axis=0)[2:]), whole, atol=0.11)


def test_circles_are_around_their_points() -> None:
    """two arcs are as wide as the circle they replace"""
    with drawing(load_theme(), 11):
        figure = Figure(figsize=(1, 1))
        figure.add_axes((0, 0, 1, 1)).plot([0.5], [0.5], "o", color="#123456", markersize=9, markeredgewidth=0)
        svg = to_svg(figure)
    (path,) = re.findall(r"d='(M[^']*a[^']*)'", svg)
    (corners,) = follow(path)
    assert pytest.approx(9, abs=0.1) == max(x for x, _ in corners) - min(x for x, _ in corners)
    assert pytest.approx(36, abs=0.1) == np.mean([x for x, _ in corners[:2]])


def test_a_forest_plot_has_every_difference_and_interval() -> None:
    """marker and line of each strategy, the region of no practical difference, and 0"""
    results = results_of()
    facts = load_facts(results)
    chart = Chart(pictures_of(results, "comparisons")["compared-0"].svg)
    slope, offset = chart.scale("x")
    rows = [row for row in results.comparisons if row.metric == "average_precision" and row.reference == "baseline"]
    for row in rows:
        colour = colour_of(facts, row.strategy)
        marks, lines = (chart.shapes(**{how: colour}) for how in ("fill", "stroke"))
        assert pytest.approx(row.difference, abs=2e-3) == slope * centre(marks[0])[0] + offset
        assert pytest.approx([row.lower, row.upper], abs=2e-3) == [slope * lines[0][end] + offset for end in (0, 2)]
    (band,) = chart.shapes(fill=LIGHT["line"])
    assert pytest.approx([-rows[0].rope, rows[0].rope], abs=2e-3) == [slope * band[end] + offset for end in (0, 2)]
    assert {"custom", "against smote", "better →"} <= {word.text for word in chart.words}


def test_panels_beside_each_other_have_axes_of_their_own() -> None:
    """recall and false alarms of each strategy, the one better to the right, the other to the left"""
    results = results_of()
    facts = load_facts(results)
    chart = Chart(pictures_of(results, "comparisons")["compared-others-0"].svg)
    panels = sorted(box for box in chart.shapes(stroke=LIGHT["quiet"], **{"stroke-width": "0.8"}) if box[1] == box[3])
    for panel, metric in zip(panels, ("recall", "false_alarms_per_1000"), strict=True):
        slope, offset = scale_of(
            [(w.x, w) for w in chart.words if panel[0] - 5 < w.x < panel[2] + 5 and value_of(w.text) is not None],
            "x",
            2,
        )
        for row in results.comparisons:
            if row.metric == metric and row.reference == "baseline":
                marks = [centre(box)[0] for box in chart.shapes(fill=colour_of(facts, row.strategy))]
                inside = [x for x in marks if panel[0] - 5 < x < panel[2] + 5]
                assert pytest.approx(row.difference, abs=abs(0.2 * slope)) == slope * inside[0] + offset
    assert {"better →", "← better"} <= {word.text for word in chart.words}


def shown(differences: list[float | None], decimals: int) -> list[str]:
    """With as many decimals as six letters have room for."""
    while True:
        texts = ["–" if each is None else f"{each:+.{decimals}f}" for each in differences]
        texts = [text if value_of(text) else text.lstrip("+-") for text in texts]
        if max(map(len, texts)) <= 6 or not decimals:
            return [text.replace("-", "\u2212") for text in texts]
        decimals -= 1


def test_a_heat_map_has_every_difference_in_the_colour_of_its_interval() -> None:
    """the number in each cell; blue where it is better, orange where worse, strong where the interval excludes 0"""
    results = results_of()
    facts = load_facts(results)
    (classifier,), names = facts.classifiers, facts.strategies[1:]
    tested = {(row.strategy, row.metric): row for row in results.comparisons if row.reference == "baseline"}
    seen = set()
    pictures = pictures_of(results, "metrics")
    assert ["heat-decisions-0", "heat-ranking-0", "heat-probabilities-0"] == list(pictures)
    for picture, metric in ((pictures["heat-decisions-0"], "recall"), (pictures["heat-probabilities-0"], "brier"),
                            (pictures["heat-ranking-0"], "roc_auc"), (pictures["heat-probabilities-0"], "log_loss"),
                            (pictures["heat-probabilities-0"], "mean_predicted")):  # fmt: skip
        chart = Chart(picture.svg)
        label = next(one.label for one in METRICS if one.name == metric)
        (row,) = [word.y for word in chart.words if word.text == label]
        cells = [word for word in chart.words if word.y == row and word.text != label]
        differences = [facts.summary(name, classifier, metric).difference for name in names]
        assert shown(differences, facts.decimals(classifier, metric)) == [cell.text for cell in cells]
        for name, cell, difference in zip(names, cells, differences, strict=True):
            one = tested[name.label, metric]
            wanted = 0 if BETTER[metric] is None else (1 if one.lower <= 0 <= one.upper else 2)
            wanted *= 1 if (difference > 0) == (BETTER[metric] == "higher") else -1
            wanted *= value_of(cell.text.replace("\u2212", "-")) != 0  # what reads 0 has no colour
            assert wanted == step_at(chart, cell)
            seen.add(wanted)
    assert len(seen) >= 3


def step_at(chart: Chart, word: Word) -> int:
    """The colour behind a number."""
    return sum(
        step
        for name, step in STEPS.items()
        for left, y, right, _ in chart.shapes(stroke=LIGHT[name])
        if left < word.x < right and abs(word.y - y) < 8
    )


def test_slopes_go_through_every_recall() -> None:
    """of each strategy and type, with the name of each line at its end, none upon another"""
    rescued = make_rescued(PLAIN, ("svc",))
    results = results_of(rescued=rescued)
    facts = load_facts(results)
    chart = Chart(pictures_of(results, "rescued")["rescued-0"].svg)
    slope, offset = chart.scale("y", 6)
    for strategy in PLAIN:
        marks = sorted(map(centre, chart.shapes(fill=colour_of(facts, strategy))))
        recalls = [row["recall"] for row in rescued["recall"] if row["strategy"] == strategy]
        assert pytest.approx(recalls, abs=6e-3) == [slope * (y + BASELINE) + offset for _, y in marks]
    ends = sorted(word.y for word in chart.words if word.text in PLAIN)
    assert len(PLAIN) == len(ends)
    assert min(np.diff(ends)) > 11
    assert {"249", "272", "180", "139"} <= {word.text for word in chart.words}


def test_dots_of_the_audit_are_beside_the_range_of_real_rows() -> None:
    """each sampler's mean of every measure that isn't 0 everywhere, the real rows' mean, and how far splits differ"""
    audit = make_audit({"smote": [], "custom": []})
    for place, row in enumerate(audit["strategies"]):
        row["synthetic"] = {name: (at + 1 + place) / 20 for at, name in enumerate(MEASURES)} | {"copies": 0.0}
        for part, value in (("held_out", 0.5), ("held_out_low", 0.3), ("held_out_high", 0.8)):
            row[part] = dict.fromkeys(MEASURES, value) | {"copies": 0.0, "detection": None}
    results = results_of(audit=audit)
    facts = load_facts(results)
    picture = pictures_of(results, "audit")["audit"]
    chart = Chart(picture.svg)
    slope, offset = chart.scale("x", 6)
    for label, row in zip(("smote", "custom"), audit["strategies"], strict=True):
        marks = [centre(box) for box in chart.shapes(fill=colour_of(facts, label))]
        dots = sorted(marks, key=lambda mark: mark[1])[: len(MEASURES) - 1]
        values = [value for name, value in row["synthetic"].items() if name != "copies"]
        assert pytest.approx(values, abs=6e-3) == [slope * x + offset for x, _ in dots]
    bands = chart.shapes(fill=LIGHT["line"])
    assert len(MEASURES) - 2 == len(bands)  # without copies, which are 0, and without detection
    for band in bands:
        assert pytest.approx([0.3, 0.8], abs=6e-3) == [slope * band[end] + offset for end in (0, 2)]
    assert "Exact copies" not in {word.text for word in chart.words}
    assert "0 for all: exact copies." in picture.caption


def test_what_is_beyond_the_axis_of_the_audit_is_said() -> None:
    """a distance of seven is drawn at the edge; results without a range have their mean only"""
    audit = make_audit({"smote": []})
    (row,) = audit["strategies"]
    row["synthetic"]["closest"] = 7.0
    del row["held_out_low"], row["held_out_high"]
    results = results_of(audit=audit)
    picture = pictures_of(results, "audit")["audit"]
    assert "What is beyond 2 is drawn at the edge." in picture.caption
    chart = Chart(picture.svg)
    slope, offset = chart.scale("x", 6)
    marks = [slope * centre(box)[0] + offset for box in chart.shapes(fill=colour_of(load_facts(results), "smote"))]
    assert pytest.approx(2.0, abs=0.02) == max(marks)
    assert all(box[0] == box[2] for box in chart.shapes(fill=LIGHT["line"]))


def test_equal_clouds_and_equal_audits_are_drawn_once() -> None:
    """a sampler with weights adds the same rows as without: one chart, and one marker, has both names"""
    strategies = ("baseline", "smote", "custom", "custom (weighted)")
    picture = make_picture(("smote", "custom"))
    audit = make_audit({"smote": [], "custom": []})
    picture["strategies"].append(picture["strategies"][-1] | {"strategy": "custom (weighted)"})
    audit["strategies"].append(audit["strategies"][-1] | {"strategy": "custom (weighted)"})
    results = results_of(strategies, picture=picture, audit=audit)
    made = pictures_of(results, "picture")
    assert ["picture-data", "picture-1", "picture-2"] == list(made)
    assert "custom, custom (weighted)" == made["picture-2"].title
    assert "Rows that custom, custom (weighted) added" in made["picture-2"].alt
    chart = Chart(pictures_of(results, "audit")["audit"].svg)
    assert {"smote", "custom, custom (weighted)"} <= {word.text for word in chart.words}
    assert "custom" not in {word.text for word in chart.words}
    other = picture | {
        "strategies": [
            *picture["strategies"][:-1],
            picture["strategies"][0] | {"strategy": "custom (weighted)", "n": 7},
        ]
    }
    assert 4 == len(pictures_of(results_of(strategies, picture=other), "picture"))


@pytest.mark.parametrize("name", ["comparisons", "metrics", "rescued", "audit"])
def test_names_are_whole_whatever_they_are(name: str) -> None:
    """markup, ideographs and a name without a place to break are words in every chart"""
    results = results_of(HOSTILE, rescued=make_rescued(HOSTILE, ("svc",)), audit=make_audit({HOSTILE[1]: []}))
    facts = load_facts(results)
    for picture in pictures_of(results, name).values():
        text = "".join(word.text for word in Chart(picture.svg).words).replace(" ", "").replace("\u200c", "")
        assert name == "rescued" or facts.strategy(HOSTILE[1]).short in text or picture.name == "minority-types"
        assert picture.svg == pictures_of(results, name)[picture.name].svg


def test_one_strategy_has_nothing_to_compare() -> None:
    """no forest, no heat map; its slope is there"""
    results = results_of(("baseline",), rescued=make_rescued(("baseline",), ("svc",)))
    assert {} == pictures_of(results, "comparisons") == pictures_of(results, "metrics")
    assert "rescued-0" in pictures_of(results, "rescued")


def test_what_failed_has_a_place_and_no_value() -> None:
    """a dash in its column of the heat map, words in its row of the forest; without any number there is no chart"""
    runs = make_runs(PLAIN, ("svc",), 6)
    some = [without_numbers(run, "failed", "no luck") if run["strategy"] == "smote" else run for run in runs]
    results = make_results(PLAIN, ("svc",), some)
    heat = Chart(pictures_of(results, "metrics")["heat-decisions-0"].svg)
    (row,) = [word.y for word in heat.words if word.text == "Recall"]
    assert [False, True, False] == [word.text == "–" for word in heat.words if word.y == row and word.text != "Recall"]
    assert "no value" in {word.text for word in Chart(pictures_of(results, "comparisons")["compared-0"].svg).words}
    nothing = make_results(PLAIN, ("svc",), [without_numbers(run, "failed", "no luck") for run in runs])
    assert {} == pictures_of(nothing, "comparisons") == pictures_of(nothing, "metrics")


def test_ten_strategies_are_parted() -> None:
    """five columns of numbers, eight lines at most, and charts with names of their own"""
    many = ("baseline", *(f"s{place}" for place in range(1, 10)))
    results = results_of(many, rescued=make_rescued(many, ("svc",)))
    heats = pictures_of(results, "metrics")
    assert [f"heat-{kind}-0-part{n}" for n in (1, 2) for kind in ("decisions", "ranking", "probabilities")] == list(
        heats
    )
    told = [
        [label for label in many if label in {word.text for word in Chart(one.svg).words}] for one in heats.values()
    ]
    assert [list(many[1:6])] * 3 + [list(many[6:])] * 3 == told
    slopes = pictures_of(results, "rescued")
    assert ["rescued-0-part1", "rescued-0-part2"] == [name for name in slopes if name.startswith("rescued")]
    assert "1 of 2" == slopes["rescued-0-part1"].title


def test_large_numbers_fit_their_cells() -> None:
    """a cost of a million is written shorter, not wider than its cell"""
    runs = make_runs(PLAIN, ("svc",), 6)
    for run in runs:
        run["metrics"]["expected_cost_per_1000"] = {"smote": 5e6, "custom": 1234.5}.get(run["strategy"], 3.0)
    chart = Chart(pictures_of(make_results(PLAIN, ("svc",), runs), "metrics")["heat-decisions-0"].svg)
    (row,) = [word.y for word in chart.words if word.text == "Cost"]
    cells = [word.text for word in chart.words if word.y == row and word.text != "Cost"]
    assert ["0", "+5e+06", "+1,232"] == cells
