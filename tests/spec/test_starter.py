"""The commented spec that `init` writes."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from spec.any_spec import COLUMN
from spec.steering import steering

from job.spec.job_spec import JobSpec
from job.spec.load_spec import load_spec
from job.spec.starter import FileFacts, quoted, write_starter

FACTS = FileFacts(
    target="is fraud",
    columns=(
        ("id", "identifier", "every value differs"),
        ("booked", "date", "ISO dates"),
        ("is fraud", "category", ""),
    ),
    labels={"yes": 12, "no": 3400},
    positive="yes",
    drop=(("id", "every value differs"),),
    likely_time=("booked",),
    likely_groups=("customer",),
    delimiter=";",
    decimal=",",
)


@pytest.fixture
def load(tmp_path):
    def load(text: str) -> JobSpec:
        (tmp_path / "spec.yaml").write_text(text, encoding="utf-8")
        return load_spec(str(tmp_path / "spec.yaml")).spec

    return load


def test_the_starter_on_generated_data_loads(load) -> None:
    """It runs as it is, in a minute."""
    spec = load(write_starter())

    assert spec.data.generate is not None
    assert 1000 == spec.data.generate.n_samples


def test_the_starter_for_a_file_names_what_is_known(load) -> None:
    """Target, likely identifiers, delimiter and decimal sign are set; dates and groups are noted."""
    text = write_starter("data/cards.csv", FACTS)
    file = load(text).data.file

    assert ("data/cards.csv", "is fraud", ("id",), ";", ",") == (
        file.path,
        file.target,
        file.drop,
        file.delimiter,
        file.decimal,
    )
    assert re.search(r'# positive: "yes"', text)
    assert "# time: booked" in text
    assert "# groups: customer" in text
    assert "3,400" in text


@pytest.mark.parametrize(
    ("counts", "method", "n_repeats"),
    [
        ((10, 3400), "kfold", 2),
        ((9, 3400), "holdout", 20),
        ((30, 9), "holdout", 20),
        ((30, 4, 5), "holdout", 20),
        ((30, 4, 6), "kfold", 2),
        ((1, 50), "holdout", 20),
    ],
)
def test_where_ten_folds_would_lack_rows_the_starter_has_holdouts(load, counts, method, n_repeats) -> None:
    """as a spec without split has them there, so that nothing has to be edited; all other labels are one class"""
    labels = {f"label {place}": n for place, n in enumerate(counts)}
    text = write_starter("data.csv", replace(FACTS, labels=labels, positive="label 0"))
    split = load(text).split

    assert (method, n_repeats) == (split.method, split.n_repeats)
    assert {34} == {line.index("#", 4) for line in text[text.index("\nsplit:") :].splitlines()[2:6]}


def test_every_comment_that_shows_a_key_is_right(load) -> None:
    """Whoever removes a # gets a spec that loads; keys that exclude each other are tried one at a time."""
    text = write_starter()
    hidden = [line for line in text.splitlines() if re.match(r"^ +# ([a-z_]+: |- \{)", line) and "file:" not in line]
    hidden = [line for line in hidden if "path:" not in line and "target:" not in line]

    assert len(hidden) > 5
    for line in hidden:
        shown = text.replace(line, line.replace("# ", "", 1))
        if "test_size" in line:
            shown = shown.replace("method: kfold", "method: holdout").replace("  n_splits", "  # n_splits")
        load(shown)


def test_every_key_is_in_the_starter() -> None:
    """It is the documentation that people read."""
    text = write_starter() + write_starter("a.csv", FACTS)
    sections = [JobSpec, *(field.annotation for field in JobSpec.model_fields.values())]
    keys = {key for section in sections if hasattr(section, "model_fields") for key in section.model_fields}

    assert {key for key in keys if f"{key}:" not in text} == set()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(names=st.lists(COLUMN, min_size=3, max_size=5, unique=True), path=COLUMN)
def test_names_of_any_spelling_come_back(load, names, path) -> None:
    """A column called no, 01 or a: b stays what it is."""
    target, *drop = names
    facts = FileFacts(
        target=target,
        columns=tuple((name, "category", "") for name in names),
        labels=dict.fromkeys(names, 3),
        positive=names[0],
        drop=tuple((name, f"why {name}") for name in drop),
        likely_time=(drop[0],),
        likely_groups=(drop[1],),
    )

    file = load(write_starter(path, facts)).data.file

    assert (path, target, tuple(drop)) == (file.path, file.target, file.drop)


@given(text=st.text(max_size=20))
def test_quoted_text_is_one_harmless_line(text) -> None:
    """A column's name cannot steer the terminal or end the comment that it stands in."""
    assert [] == steering(quoted(text.encode("utf-8", "replace").decode()))
