"""Labels keep the text of the file; a target that is none is refused in one line."""

from __future__ import annotations

import numpy as np
import pytest
from data_files import N, column_of, load, make_csv, make_labels, note_codes, note_text, refusal
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st


def labels(*counts: tuple[str, int]) -> list[str]:
    """Write labels, each so often."""
    return [label for label, n_rows in counts for _ in range(n_rows)]


POSITIVE = {
    "the rarest": (labels(("a", 30), ("b", 10)), "b"),
    "in a tie the last": (labels(("b", 20), ("a", 20)), "b"),
    "in a tie of the rarest the last": (labels(("a", 4), ("b", 4), ("c", 32)), "b"),
    "words": (labels(("yes", 5), ("no", 35)), "yes"),
    "codes": (labels(("01", 5), ("02", 35)), "01"),
    "floats": (labels(("0.0", 35), ("1.0", 5)), "1.0"),
    "booleans": (labels(("False", 35), ("True", 5)), "True"),
    "labels with blanks": (labels(("not  spam", 35), ("spam mail", 5)), "spam mail"),
    "unicode": (labels(("étoile", 5), ("ß", 35)), "étoile"),
    "dates": (labels(("2024-01-01", 5), ("2025-01-01", 35)), "2024-01-01"),
}


@pytest.mark.parametrize(("values", "positive"), POSITIVE.values(), ids=POSITIVE)
def test_the_rarest_label_is_positive_and_keeps_its_text(tmp_path, values, positive):
    """The default is the rarest label, spelled as in the file."""
    dataset = load(tmp_path, make_csv(y=values))

    assert positive == dataset.positive
    assert [value == positive for value in values] == list(dataset.y == 1)
    assert np.int8 == dataset.y.dtype
    assert {value: values.count(value) for value in values} == dataset.label_counts
    assert sorted(set(values) - {positive}) == list(dataset.rest)
    assert "y" not in dataset.X
    assert "target" == column_of(dataset, "y").role


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(["a", "b", "1", "01", "é", "no"]), min_size=20, max_size=60))
def test_counts_and_default_are_those_of_python(tmp_path, values):
    """Counting and choosing agree with three lines of Python."""
    counts = {value: values.count(value) for value in set(values)}
    rarest = max(value for value in counts if counts[value] == min(counts.values()))
    if len(counts) < 2 or counts[rarest] < 2:
        assert "the target 'y'" in refusal(tmp_path, make_csv(y=values))
        return

    dataset = load(tmp_path, make_csv(y=values))
    assert (rarest, counts) == (dataset.positive, dataset.label_counts)


def test_all_other_labels_are_the_rest(tmp_path):
    """More than two labels are read, and the note says what is joined."""
    dataset = load(tmp_path, make_csv(y=labels(("a", 20), ("b", 15), ("c", 5))), positive="b")

    assert ("b", ("a", "c")) == (dataset.positive, dataset.rest)
    assert "'b' is the positive label; 'a', 'c' are combined into one class" in note_text(dataset, "labels-joined")


@pytest.mark.parametrize("positive", ["a", "b"])
def test_either_label_of_a_tie_can_be_positive(tmp_path, positive):
    """A label on half of the rows is no majority."""
    assert positive == load(tmp_path, make_csv(y=labels(("a", 20), ("b", 20))), positive=positive).positive


def test_rows_without_a_label_are_left_out_with_a_note(tmp_path):
    """Up to 5 % of the rows may lack their label; the others keep their order."""
    values = make_labels()
    values[3] = values[10] = ""
    dataset = load(tmp_path, make_csv(x=range(N), y=values))

    assert [row for row in range(N) if row not in (3, 10)] == list(dataset.X["x"])
    assert "2 rows of 40 without a label" in note_text(dataset, "unlabelled-rows")
    assert 0 == column_of(dataset, "y").n_missing


NOTED = {
    "same but for case": (labels(("yes", 30), ("Yes", 10)), {"labels-alike"}),
    "same but for what can't be seen": (labels(("yes", 30), ("yes\u200b", 10)), {"labels-alike"}),
    "same number": (labels(("1", 8), ("0", 25), ("1.0", 7)), {"labels-alike", "labels-joined"}),
    "looks missing": (labels(("nan", 30), ("sick", 10)), {"label-looks-missing"}),
    "three labels": (labels(("a", 20), ("b", 10), ("c", 10)), {"labels-joined"}),
    "two labels": (labels(("a", 20), ("b", 20)), set()),
}


@pytest.mark.parametrize(("values", "codes"), NOTED.values(), ids=NOTED)
def test_odd_labels_are_noted(tmp_path, values, codes):
    """What may be a slip is named."""
    assert codes == note_codes(load(tmp_path, make_csv(y=values)), "y")


# name: (labels, keys of the spec, parts of the message)
REFUSED = {
    "one class": (labels(("0", 40)), {}, ["only one label", "'0' on all 40 rows"]),
    "one minority row": (labels(("0", 39), ("1", 1)), {}, ["label '1' has 1 row of 40", "'0' on 39"]),
    "one row of the rest": (labels(("0", 39), ("1", 1)), {"positive": "0"}, ["all other labels have 1 row of 40"]),
    "continuous": ([f"{row * 0.37:.3f}" for row in range(N)], {}, ["is continuous", "40 different numbers"]),
    "continuous though named": ([f"{row % 20}.5" for row in range(N)], {"positive": "1.5"}, ["is continuous"]),
    "many integers": ([str(row // 2) for row in range(400)], {}, ["is continuous", "200 different numbers"]),
    "an identifier": ([f"id{row}" for row in range(N)], {}, ["40 different values", "choose a column of labels"]),
    "an identifier though named": (
        [f"id{max(row, 4)}" for row in range(N)],
        {"positive": "id4"},
        ["36 different values", "derive two labels from it, 'id4' and all others, with data.file.query"],
    ),
    "the common label": (
        labels(("ok", 21), ("bad", 19)),
        {"positive": "ok"},
        [
            "label 'ok' (data.file.positive) is on 21 of 40 rows, the majority",
            "Leave data.file.positive out",
            "'bad' on 19",
        ],
    ),
    "the common label of three": (
        labels(("a", 30), ("b", 5), ("c", 5)),
        {"positive": "a"},
        ["label 'a' (data.file.positive) is on 30 of 40 rows, the majority"],
    ),
    "no such label": (make_labels(), {"positive": "2"}, ["no label '2' (data.file.positive)", "'1' on 10, '0' on 30"]),
    "label in another case": (labels(("yes", 5), ("no", 35)), {"positive": "Yes"}, ["Did you mean 'yes'?"]),
    "label as another number": (labels(("1.0", 5), ("0.0", 35)), {"positive": "1"}, ["Did you mean '1.0'?"]),
    "label without its zero": (labels(("01", 5), ("02", 35)), {"positive": "1"}, ["Did you mean '01'?"]),
    "too many without": (
        labels(("", 3), ("1", 10), ("0", 27)),
        {},
        ["3 of 40 rows have no label in column 'y'", "5 %"],
    ),
    "a label in na_values": (labels(("None", 30), ("Mild", 10)), {}, ["if 'None' is a label", "data.file.na_values"]),
    "no label at all": (labels(("", 40)), {}, ["all 40 rows have no label"]),
    "rarest looks missing": (labels(("nan", 5), ("sick", 35)), {}, ["rarest label is 'nan'", "data.file.na_values"]),
    "one class left": (labels(("1", 78), ("NA", 2)), {}, ["only one label", "2 rows of 80 without a label"]),
}


@pytest.mark.parametrize(("values", "keys", "parts"), REFUSED.values(), ids=REFUSED)
def test_a_target_that_is_no_label_is_refused(tmp_path, values, keys, parts):
    """The message is one line with what was found and what to do."""
    message = refusal(tmp_path, make_csv(y=values), **keys)

    assert [] == [part for part in parts if part not in message], message


def test_many_integers_are_labels_where_one_is_named(tmp_path):
    """One against the rest is a question that can be asked of counts, too."""
    dataset = load(tmp_path, make_csv(y=[str(row % 120) for row in range(480)]), positive="7")

    assert ("7", 4) == (dataset.positive, dataset.n_positive)


def test_none_is_a_label_when_na_values_say_so(tmp_path):
    """The way out that the message names works."""
    dataset = load(tmp_path, make_csv(y=labels(("None", 30), ("Mild", 10))), na_values=["", "NA"])

    assert {"None": 30, "Mild": 10} == dataset.label_counts
