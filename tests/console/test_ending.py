"""The end of a log: runs that did not go as asked, the table, and the answer."""

from __future__ import annotations

import pytest
from evidence_factories import make_diagnosis, make_finding
from outcomes import OUTCOMES
from report_factories import make_dataset, make_results
from rich.cells import cell_len

from job.console.ending import summarize_gates, summarize_trouble, write_answer, write_table
from job.results.job_facts import Run, SplitFacts, StrategyFacts, SummaryRow, WrittenEntry
from job.results.results import Results
from job.results.verdict_facts import Gate
from job.wording.headline import tell_answer

METRICS = ("recall", "precision", "false_alarms_per_1000", "average_precision")


def ended(*runs: tuple[str, str, str, str | None], n_classifiers: int = 2) -> Results:
    """Results with nothing but these runs."""
    keys = ("strategy", "classifier", "status", "reason")
    classifiers = tuple(WrittenEntry(label=str(place)) for place in range(n_classifiers))
    told = tuple(Run.model_construct(**dict(zip(keys, run, strict=True))) for run in runs)
    return Results.model_construct(classifiers=classifiers, runs=told)


def test_equal_reasons_of_a_strategy_share_a_line() -> None:
    """One line for twenty splits, with how many runs it is about and of how many."""
    runs = [("smote", name, "degraded", "k is 3") for name in ("knn", "svc")] * 3 + [("smote", "knn", "ok", None)]

    assert ["Degraded: smote, 6 of 7 runs: k is 3"] == list(summarize_trouble(ended(*runs), quiet=False))


def test_a_reason_of_one_classifier_names_it() -> None:
    """The other classifiers went well, so it isn't the strategy's fault alone."""
    runs = [("smote", "knn", "failed", "died"), ("smote", "svc", "ok", None), ("smote", "knn", "ok", None)]

    assert ["Failed: smote with knn, 1 of 2 runs: died"] == list(summarize_trouble(ended(*runs), quiet=False))


def test_the_worst_comes_first_and_quiet_keeps_only_that() -> None:
    """Failures decide the exit code."""
    runs = [("a", "knn", "not_applicable", "x"), ("b", "knn", "degraded", "y"), ("c", "knn", "failed", "z")]

    loud = list(summarize_trouble(ended(*runs, n_classifiers=1), quiet=False))

    assert ["Failed: c", "Degraded: b", "Not applicable: a"] == [line.partition(",")[0] for line in loud]
    assert loud[:1] == list(summarize_trouble(ended(*runs, n_classifiers=1), quiet=True))


def test_gates_are_counted_and_those_that_fail_have_a_line() -> None:
    """A quiet log keeps the lines, because they decide the exit code; many are cut."""
    place = {"strategy": None, "classifier": None, "value": 1.0, "lower": None, "upper": None, "reason": None}
    ends = (("passed", False), ("undecided", False), ("failed", True))
    gates = tuple(Gate(rule=f"rule {status}", **place, status=status, fails_job=fails) for status, fails in ends)
    results = Results.model_construct(gates=gates)

    assert ["Gates: 1 passed, 1 failed, 1 undecided but allowed", "Gate failed: rule failed"] == list(
        summarize_gates(results, False)
    )
    assert ["Gate failed: rule failed"] == list(summarize_gates(results, True))
    assert [] == list(summarize_gates(Results.model_construct(gates=()), False))
    many = list(summarize_gates(Results.model_construct(gates=gates[2:] * 50), True))
    assert (21, "and 30 more; the report has all gates") == (len(many), many[-1])


def test_many_reasons_are_cut() -> None:
    """The report has them all."""
    runs = [("smote", "knn", "failed", f"reason {number}") for number in range(50)]

    lines = list(summarize_trouble(ended(*runs), quiet=False))

    assert 21 == len(lines)
    assert "and 30 more; the report has all reasons" == lines[-1]


def results(
    strategies=("baseline", "smote"), classifiers=("knn",), values=(0.5, None, 1234.56, 0.12345), status="ok"
) -> Results:
    """Results with nothing but what the table shows, the same for all."""
    keys = [(strategy, classifier) for strategy in strategies for classifier in classifiers]
    summary = tuple(
        SummaryRow.model_construct(strategy=strategy, classifier=classifier, metric=metric, value=value)
        for strategy, classifier in keys
        for metric, value in zip(METRICS, values, strict=True)
    )
    return Results.model_construct(
        strategies=tuple(StrategyFacts(label=label, description="") for label in strategies),
        classifiers=tuple(WrittenEntry(label=label) for label in classifiers),
        summary=summary,
        runs=ended(*((*key, status, None) for key in keys)).runs,
        splits=SplitFacts.model_construct(n_splits_total=1),
    )


def test_numbers_have_the_digits_that_a_log_needs() -> None:
    """Three decimals for shares, one for false alerts, a dash where there is no value."""
    rows = [line.split() for line in write_table(results(), 80)]

    assert ["smote", "0.500", "–", "1,234.6", "0.123"] in rows


def test_columns_stand_below_their_headings() -> None:
    """Numbers are aligned to the right, whatever their length."""
    heading, *rows = list(write_table(results(), 80))[3:6]

    ends = [heading.index("recall") + 6, *(row.index("0.500") + 5 for row in rows)]
    assert [ends[0]] * 3 == ends


def test_classifiers_that_do_not_fit_stand_below_each_other() -> None:
    """The table keeps to the width of the terminal; two classifiers fit into 80 columns."""
    classifiers = ("logistic_regression", "hist_gradient_boosting", "knn")
    strategies = ("baseline", "class_weight")
    lines = list(write_table(results(strategies, classifiers), 80))

    assert max(map(len, lines)) <= 80
    headings = [line.split() for line in lines if set(line.split()) <= set(classifiers) and line]
    assert [["logistic_regression", "hist_gradient_boosting"], ["knn"]] == headings
    assert 2 == sum(line.startswith("class_weight") for line in lines)
    assert 8 == len(list(write_table(results(strategies, classifiers), 200)))


def test_a_narrow_terminal_still_gets_one_classifier_at_a_time() -> None:
    """There is no width at which nothing is shown."""
    lines = list(write_table(results(classifiers=("a", "b")), 1))

    assert 2 == sum(line.startswith("smote") for line in lines)


def test_marks_are_explained() -> None:
    """A letter after the numbers says that some runs did not go as asked, and the last line says what it means."""
    lines = list(write_table(results(status="degraded"), 80))

    assert lines[-3].endswith(" d")
    assert "d degraded" in lines[-1]


def test_wide_letters_and_long_labels_keep_the_columns_straight() -> None:
    """An ideograph takes two columns, and a label of 80 characters is cut."""
    lines = list(write_table(results(strategies=("baseline", "過採樣", "x" * 80)), 80))

    rows = [line for line in lines if "0.500" in line]
    assert 3 == len(rows)
    assert 1 == len({line.index("0.500") + line.count("過採樣") * 3 for line in rows})
    assert max(map(len, lines)) <= 80


def test_labels_cannot_steer_a_terminal() -> None:
    """results.json may come from elsewhere."""
    assert not any("\x1b" in line for line in write_table(results(strategies=("\x1b[31mbaseline",)), 80))


@pytest.mark.parametrize("name", OUTCOMES)
def test_the_log_has_the_words_of_the_report(name: str) -> None:
    """the headline's first sentences, whatever the outcome, in lines that fit and steer nothing"""
    results = OUTCOMES[name]()
    lines = list(write_answer(results, 60))
    told = tell_answer(results)
    expected = (told.short, told.found, told.others, f"{told.action}{told.use}", *told.cutoffs, told.sure, told.why)
    assert " ".join(lines) == " ".join(" ".join(expected).split())
    assert all(line.isprintable() and line for line in lines)
    assert all(cell_len(line) <= 60 or " " not in line for line in lines)


def test_problems_with_the_data_come_first() -> None:
    """before the answer, which they may have made"""
    dataset = make_dataset(diagnosis=make_diagnosis(findings=[make_finding("leak", "problem", columns=["x"])]))
    lines = list(write_answer(make_results(("baseline",), ("svc",), dataset=dataset), 80))
    assert "A problem with the data: leak was found (x)." == lines[0]
