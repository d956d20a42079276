"""Equal content has one digest, and any change of content another."""

from __future__ import annotations

import hashlib
import struct
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from job.data.dataset import Column, Dataset, Note, digest_dataset


def make_dataset():
    """Make four rows with a number, a category, and all that a split may need."""
    X = pd.DataFrame({"a": [1.0, np.nan, 0.0, -2.5], "b": pd.Categorical(["u", None, "v", "u"])})
    columns = (
        Column("a", "number", "feature", 1, 3, "made"),
        Column("b", "category", "feature", 1, 2, "made"),
        Column("id", "text", "dropped", 0, 4, "made"),
    )
    return Dataset(
        source="made.csv",
        X=X,
        y=np.array([0, 1, 0, 1], dtype=np.int8),
        positive="yes",
        rest=("no", "maybe"),
        label_counts={"maybe": 1, "no": 1, "yes": 2},
        columns=columns,
        groups=np.array([0, 0, 1, 2]),
        time=np.array([1.0, 2.0, 3.0, 4.0]),
        split=np.array([False, False, True, True]),
    )


def with_columns(dataset, **changed):
    """Replace features; the others stay."""
    return replace(dataset, X=dataset.X.assign(**changed))


def as_date(dataset, unit):
    return replace(dataset, time=dataset.time.astype("int64").astype("datetime64[D]").astype(f"datetime64[{unit}]"))


OTHER_NAN = np.frombuffer(b"\x01\x00\x00\x00\x00\x00\xf8\xff", dtype="<f8")[0]

SAME = {
    "its own digest": lambda d: replace(d, digest="x"),
    "source": lambda d: replace(d, source="made.parquet"),
    "notes": lambda d: replace(d, notes=(Note("code", "text"),)),
    "why a column was read so": lambda d: replace(d, columns=(replace(d.columns[0], why="other"), *d.columns[1:])),
    "a dropped column": lambda d: replace(d, columns=d.columns[:2]),
    "another NaN": lambda d: with_columns(d, a=[1.0, OTHER_NAN, 0.0, -2.5]),
    "minus zero": lambda d: with_columns(d, a=[1.0, np.nan, -0.0, -2.5]),
    "unused categories": lambda d: with_columns(d, b=pd.Categorical(["u", None, "v", "u"], categories=["w", "v", "u"])),
    "a wider type of groups": lambda d: replace(d, groups=d.groups.astype(np.int32)),
    "the order of the rest": lambda d: replace(d, rest=("maybe", "no")),
}

OTHER = {
    "a number": lambda d: with_columns(d, a=[1.0, np.nan, 0.0, -2.4]),
    "a missing number": lambda d: with_columns(d, a=[1.0, np.nan, np.nan, -2.5]),
    "a category": lambda d: with_columns(d, b=pd.Categorical(["u", None, "v", "v"])),
    "a category's text": lambda d: with_columns(d, b=pd.Categorical(["u", None, "w", "u"])),
    "a missing category": lambda d: with_columns(d, b=pd.Categorical(["u", "u", "v", "u"])),
    "a name": lambda d: replace(
        d, X=d.X.rename(columns={"a": "z"}), columns=(replace(d.columns[0], name="z"), *d.columns[1:])
    ),
    "a kind": lambda d: replace(d, columns=(replace(d.columns[0], kind="integer"), *d.columns[1:])),
    "the order of columns": lambda d: replace(d, columns=(d.columns[1], d.columns[0])),
    "the order of rows": lambda d: replace(d, X=d.X.iloc[[1, 0, 2, 3]].reset_index(drop=True)),
    "a label": lambda d: replace(d, y=np.array([1, 1, 0, 1], dtype=np.int8)),
    "the positive label": lambda d: replace(d, positive="no", rest=("yes", "maybe")),
    "a group": lambda d: replace(d, groups=np.array([0, 1, 1, 2])),
    "no groups": lambda d: replace(d, groups=None),
    "a time": lambda d: replace(d, time=np.array([1.0, 2.0, 3.0, 5.0])),
    "no time": lambda d: replace(d, time=None),
    "dates": lambda d: as_date(d, "us"),
    "a test row": lambda d: replace(d, split=np.array([False, True, True, True])),
    "no split": lambda d: replace(d, split=None),
    "a known truth": lambda d: replace(d, posterior=np.array([0.1, 0.9, 0.2, 0.8])),
}


@pytest.mark.parametrize("change", SAME.values(), ids=SAME)
def test_what_is_no_content_leaves_the_digest(change):
    """What a result cannot depend on, and how a value is stored, is not in the digest."""
    assert digest_dataset(make_dataset()) == digest_dataset(change(make_dataset()))


@pytest.mark.parametrize("change", OTHER.values(), ids=OTHER)
def test_content_changes_the_digest(change):
    """Whatever a result can depend on is in the digest."""
    assert digest_dataset(make_dataset()) != digest_dataset(change(make_dataset()))


def test_dates_have_one_digest_in_any_unit():
    """CSV and Parquet store one date in different units."""
    assert 1 == len({digest_dataset(as_date(make_dataset(), unit)) for unit in ("s", "ms", "us", "ns")})


def part(what, content):
    return f"{what}:{len(content)}\n".encode() + content


def test_the_digest_stays_what_it_was():
    """A digest written into an old report can still be checked, by anyone who has the content."""
    content = b"".join(
        [
            part("number feature", b"a"),
            part("numbers", struct.pack("<dQdd", 1.0, 0x7FF8000000000000, 0.0, -2.5)),
            part("category feature", b"b"),
            part("categories", b'["u", "v"]'),
            part("codes", struct.pack("<4i", 0, -1, 1, 0)),
            part("labels", b'["yes", ["maybe", "no"]]'),
            part("y", bytes([0, 1, 0, 1])),
            part("groups", struct.pack("<4q", 0, 0, 1, 2)),
            part("time", struct.pack("<4d", 1, 2, 3, 4)),
            part("split", bytes([0, 0, 1, 1])),
        ]
    )

    assert hashlib.sha256(content).hexdigest() == digest_dataset(make_dataset())
    assert digest_dataset(make_dataset()).startswith("a663e1f392875172")
