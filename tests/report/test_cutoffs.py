"""Cut-offs on the page, and the page of a job without costs."""

from __future__ import annotations

import json

import pytest
from alarm_factories import make_alarms, make_cutoffs
from html_page import Page
from report_factories import (
    CLASSIFIERS,
    EVALUATION,
    REQUEST,
    STRATEGIES,
    make_results,
    make_runs,
    render_sections,
    without_numbers,
)

from job.console.ending import write_table
from job.evaluation.cutoff import NO_CUTOFF_KEEPS, Cutoff, Request
from job.evidence.verdict.cutoff_advice import FACTS
from job.report.facts import load_facts
from job.report.render import render_report
from job.report.summary_md import render_summary
from job.results.decision_facts import CostRange, CostRanges, Decisions
from job.results.results import Results
from job.results.verdict_facts import Cutoff as Advice
from job.wording.cutoffs import describe_request, tell_cutoff, tell_menu, tell_own_cutoff, tell_range, tell_ranges

NOTHING = Request()
UNKNOWN = {**EVALUATION, "cost_false_negative": None, "cost_false_positive": None}


def cutoffs_of(request: Request = REQUEST, cutoff: Cutoff | None = None, strategies=STRATEGIES) -> Decisions:
    runs = make_runs(strategies, CLASSIFIERS, 6)
    return make_cutoffs(runs, strategies, CLASSIFIERS, request, cutoff or Cutoff(0.4))


def without_cost() -> Results:
    """The results of a job that asks for nothing, as a job writes them."""
    runs = make_runs(n_repeats=6)
    for run in runs:
        run["metrics"]["expected_cost_per_1000"] = None
        run["undefined"] = {"expected_cost_per_1000": "no cost in the spec"}
    return make_results(
        runs=runs,
        evaluation=UNKNOWN,
        alarms=make_alarms(runs, STRATEGIES, CLASSIFIERS, UNKNOWN),
        decisions=make_cutoffs(runs, STRATEGIES, CLASSIFIERS, NOTHING, Cutoff(None, "nothing_asked")),
    )


@pytest.fixture(scope="module")
def results() -> Results:
    return make_results(runs=make_runs(n_repeats=6))


@pytest.fixture(scope="module")
def costless() -> Page:
    return Page(render_report(without_cost()))


def test_every_number_of_the_advised_cutoff_is_on_the_page(results: Results) -> None:
    """each strategy's threshold, means and intervals, and what no alert and an alert on every row come to"""
    page = Page(render_sections(results, "answer", "cutoffs"))
    for index, classifier in enumerate(CLASSIFIERS):
        shown = {row[0].words: [cell.words for cell in row[1:]] for row in page.rows(f"cutoffs-{index}")[1:]}
        decisions = results.decisions
        rows = {row.strategy: row for row in decisions.rows if row.classifier == classifier}
        for name, row in rows.items():
            assert "0.40" == shown[name][0]
            for fact, text in zip(FACTS, shown[name][1:], strict=True):
                low, high = row.intervals[fact]
                digits = 2 if fact in ("recall", "precision") else 1
                assert f"{getattr(row, fact):,.{digits}f} ({low:,.{digits}f} to {high:,.{digits}f})" == text
        assert f"{decisions.never.expected_cost_per_1000:,.1f}" == shown["no alert at all"][-1]
        assert f"{decisions.always.expected_cost_per_1000:,.1f}" == shown["an alert on every row"][-1]
        menu = [row for row in decisions.menu if row.classifier == classifier]
        assert sum(len(row.points) for row in menu) == len(page.rows(f"cutoffs-menu-{index}")) - 1
        for name, row in zip(STRATEGIES, page.rows(f"cutoffs-costs-{index}")[1:], strict=True):
            assert tell_ranges(decisions, name, classifier) == row[1].words


def test_without_a_cost_nothing_is_claimed(costless: Page) -> None:
    """no expected cost but a dash with its reason, no advised cut-off, no words of assumed costs; the menu is there"""
    page = costless
    for key in ("alarm-missed", "alarm-false"):
        assert "" == page.by_id(key).attributes["value"]
    numbers = json.loads(page.by_id("alarm-numbers").text)
    assert len(numbers["rates"]) == len(numbers["blocks"][0]["rows"][0]["recall"])
    assert {"–"} == {row[-1].words for row in page.rows("alarms-0")[1:]}
    heads = {key: [cell.words for cell in page.rows(key)[0]] for key in ("compared-others-0", "cutoffs-menu-0")}
    assert not any("ost" in head for head in (*heads["compared-others-0"], *heads["cutoffs-menu-0"]))
    assert "The spec asks for no cut-off" in page.by_id("cutoffs").words
    assert "Cut-offs to choose from" in page.by_id("cutoffs").words
    whole = " ".join(section.words for section in page.all("section"))
    assert "No value on any split: No cost in the spec." in page.by_id("metrics").words
    for claim in ("costs least", "assumed cost", "imbalance ratio, and a false alert"):
        assert claim not in whole


def test_the_first_screen_has_the_choices_of_the_recommended_pair(costless: Page) -> None:
    """from no alert to an alert on every row, each with what it finds and for which cost ratios it is the cheapest"""
    first, *rest = [[cell.words for cell in row] for row in costless.rows("cutoffs-choices")[1:]]
    assert ["No alert", "–", "0", "0.0"] == first[:4]
    assert ["An alert on every row", "–", "100"] == rest[-1][:3]
    for column in (2, 3):
        values = [float(row[column].replace(",", "")) for row in (first, *rest)]
        assert sorted(values) == values
    pays = [row[4] for row in (first, *rest) if row[4] != "–"]
    assert pays[0].startswith("up to ")
    assert pays[-1].startswith("beyond ")
    assert [each.split()[1] for each in pays[2:]] == [each.split()[-3] for each in pays[1:-1]]


def test_without_a_cost_terminal_and_markdown_have_their_tables() -> None:
    """and no column of costs"""
    results = without_cost()
    summary = render_summary(results)

    assert "Cost" not in summary
    assert "costs least" not in summary
    assert any("smote" in line for line in write_table(results, 200))
    assert load_facts(results).with_values(("recall", "expected_cost_per_1000")) == ("recall",)


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (NOTHING, "asks for no cut-off, so none is advised"),
        (Request(cost=(9.0, 1.0)), "the lowest cost (9 for a missed minority row, 1 for a false alert)"),
        (Request(alerts_per_1000=50.0), "at most 50 alerts per 1,000 rows. The cut-off"),
        (Request(limit=("recall", 0.95)), "a recall of at least 0.95. The cut-off"),
        (Request(limit=("precision", 0.9)), "a precision of at least 0.9"),
        (Request(limit=("false_alarms_per_1000", 10.0)), "at most 10 false alerts per 1,000 rows"),
        (Request(limit=("recall", 0.95)), "may miss them"),
        (Request(prevalence=0.002), "for data with 0.2 % positive rows"),
        (
            Request((2.0, 1.0), 30.0, ("recall", 0.5)),
            "1 for a false alert), a recall of at least 0.5 and at most 30 alerts",
        ),
    ],
)
def test_what_was_asked_is_told(request_: Request, words: str) -> None:
    assert words in describe_request(cutoffs_of(request_))


def test_a_cutoff_that_is_none_has_its_reason() -> None:
    """one sentence for each strategy, and a dash in the table"""
    cutoff = Cutoff(None, NO_CUTOFF_KEEPS)
    runs = make_runs(n_repeats=6)
    runs = [without_numbers(run, "failed", "no luck") if run["strategy"] == "custom" else run for run in runs]
    decisions = make_cutoffs(runs, STRATEGIES, CLASSIFIERS, Request(limit=("precision", 0.9)), cutoff)
    page = Page(render_sections(make_results(runs=runs, decisions=decisions), "answer", "cutoffs"))

    assert "No cut-off for smote: on most splits, no cut-off meets the spec's limits" in page.by_id("cutoffs").words
    assert "No cut-off for custom: no run has scores" in page.by_id("cutoffs").words
    assert "–" == page.rows("cutoffs-0")[1][1].words


def test_a_pairs_own_cutoff_has_its_number() -> None:
    """the mean of what was tuned, and 0.5 only where the classifier is known to take the likelier class"""
    results, classifier = without_cost(), CLASSIFIERS[0]
    tuned = [run.model_copy(update={"threshold": 0.2}) if run.strategy == "threshold" else run for run in results.runs]
    named = results.classifiers[0].model_copy(update={"name": "logistic_regression", "label": classifier})
    with_names = results.model_copy(update={"runs": tuple(tuned), "classifiers": (named,)})
    assert "0.20" == tell_own_cutoff(with_names, "threshold", classifier)
    assert "0.5" == tell_own_cutoff(with_names, "smote", classifier)
    silent = results.calibration.model_copy(
        update={"rows": tuple(row.model_copy(update={"raw": None}) for row in results.calibration.rows)}
    )
    assert "own" == tell_own_cutoff(with_names.model_copy(update={"calibration": silent}), "smote", classifier)
    for unknown in ({"name": "svc"}, {"name": None}):
        entry = named.model_copy(update=unknown)
        assert "own" == tell_own_cutoff(with_names.model_copy(update={"classifiers": (entry,)}), "smote", classifier)


def test_the_menu_in_a_sentence() -> None:
    """each point by its cut-off, what it is, what it finds and how many false alerts it raises"""
    decisions = cutoffs_of(NOTHING, Cutoff(None, "nothing_asked"))
    told = tell_menu(decisions, "baseline", CLASSIFIERS[0])
    points = decisions.menu[0].points

    assert told.startswith(f"The cut-off is yours to choose: {points[0].threshold:.2f} (the model as it is) finds ")
    assert f"{points[2].threshold:.2f} (recall 0.8) finds 80 with " in told
    assert "(as many false alerts as baseline)" in tell_menu(decisions, "smote", CLASSIFIERS[0])


def test_cost_ranges_in_a_sentence() -> None:
    """each range with its choice, the last without end"""
    ranges = [
        {"from": 0.0, "to": 3.02, "choice": "own", "point": None, "threshold": None},
        {"from": 3.02, "to": 20.0, "choice": "cut", "point": "recall_80", "threshold": 0.1204},
        {"from": 20.0, "to": None, "choice": "always", "point": None, "threshold": None},
    ]
    decisions = cutoffs_of()

    def tell(strategy: str, ranges: list[dict[str, object]]) -> str:
        row = CostRanges(strategy=strategy, classifier="c", reason=None, ranges=ranges)
        return tell_ranges(decisions.model_copy(update={"cost_ranges": (row,)}), strategy, "c")

    assert (
        "Up to 3 : 1 the model as it is; from 3 to 20 : 1 the cut-off 0.12; beyond that an alert on every row."
        == tell("baseline", ranges)
    )
    assert tell("smote", ranges).startswith("Up to 3 : 1 its own decision threshold; ")
    narrow = CostRange.model_validate({"from": 1.71, "to": 1.74, "choice": "cut", "point": None, "threshold": 0.27})
    assert "about 1.7 : 1" == tell_range(narrow)
    only = {"from": 0.0, "to": None, "choice": "never", "point": None, "threshold": None}
    assert "At any cost ratio no alert at all." == tell("baseline", [only])
    assert "" == tell("baseline", [])


@pytest.mark.parametrize(
    ("threshold", "told"),
    [
        (0.1204, "0.12"),
        (0.0123, "0.012"),
        (0.00123, "0.0012"),
        (0.9999999999925, "0.9999999999925"),
        (-0.985, "\u22120.98"),
        (0.0, "0.00"),
        (1.0, "1.00"),
        (1e-9, "1.0e-09"),
        (123.4, "123.40"),
    ],
)
def test_a_threshold_has_digits_that_tell_something(threshold: float, told: str) -> None:
    assert told == tell_cutoff(Advice(threshold=threshold, action="cut"))


def test_an_action_is_told_in_words() -> None:
    assert ["–", "no alert", "every row"] == [
        tell_cutoff(None),
        *(tell_cutoff(Advice(threshold=None, action=action)) for action in ("never", "always")),
    ]
