"""The table at the end of a log."""

from __future__ import annotations

from job.console.table import write_table

METRICS = ("recall", "precision", "false_alarms_per_1000", "average_precision")


def results(strategies=("baseline", "smote"), classifiers=("knn",), values=(0.5, None, 1234.56, 0.12345), status="ok"):
    keys = [(strategy, classifier) for strategy in strategies for classifier in classifiers]
    return {
        "strategies": [{"label": label} for label in strategies],
        "classifiers": [{"label": label} for label in classifiers],
        "summary": [
            {"strategy": strategy, "classifier": classifier, "metric": metric, "value": value}
            for strategy, classifier in keys
            for metric, value in zip(METRICS, values, strict=True)
        ],
        "runs": [{"strategy": strategy, "classifier": classifier, "status": status} for strategy, classifier in keys],
        "splits": {"n_splits_total": 1},
    }


def test_numbers_have_the_digits_that_a_log_needs() -> None:
    """Three decimals for shares, one for false alarms, a dash where there is no value."""
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
