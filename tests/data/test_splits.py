"""Splits against plain scikit-learn, and everything that must hold of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from factories import make_spec
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold, train_test_split

from job.data.dataset import Dataset
from job.data.splits import build_splits, count_splits, note_splits, note_unused, settle_split
from job.errors import DataError
from job.spec.job_spec import SplitSpec


def make_rows(y, **parts):
    """Make a data set of which splits see everything: labels, groups, time and the data's own split."""
    y = np.asarray(y, dtype=np.int8)
    parts = {name: np.asarray(part) for name, part in parts.items()}
    counts = {"no": int((y == 0).sum()), "yes": int(y.sum())}
    X = pd.DataFrame({"x": np.arange(len(y), dtype=float)})
    return Dataset(source="made", X=X, y=y, positive="yes", rest=("no",), label_counts=counts, columns=(), **parts)


def make_labels(n=100, n_positive=20, seed=0):
    """Make labels in random order."""
    y = np.zeros(n, dtype=np.int8)
    y[np.random.default_rng(seed).choice(n, n_positive, replace=False)] = 1
    return y


def spec(method="holdout", **keys):
    return SplitSpec.model_validate({"method": method, **keys})


def rows_of(splits):
    """Turn splits into something that can be compared."""
    return [(split.repeat, split.fold, split.train.tolist(), split.test.tolist()) for split in splits]


def expected_rows(parts):
    """Do the same for scikit-learn's pairs of rows, given with repeat and fold."""
    return [(repeat, fold, sorted(train.tolist()), sorted(test.tolist())) for repeat, fold, train, test in parts]


def test_holdout_is_train_test_split():
    """Repeat r of a holdout is train_test_split, stratified, with seed random_state + r."""
    dataset = make_rows(make_labels(103, 17))
    parts = [
        (r, 0, *train_test_split(np.arange(103), test_size=0.3, stratify=dataset.y, random_state=42 + r))
        for r in range(4)
    ]
    found = build_splits(dataset, spec(test_size=0.3, n_repeats=4, random_state=42))
    assert expected_rows(parts) == rows_of(found)


def test_kfold_is_stratified_kfold():
    """Repeat r of kfold is StratifiedKFold, shuffled, with seed random_state + r."""
    dataset = make_rows(make_labels(103, 17))
    parts = [
        (r, fold, train, test)
        for r in range(3)
        for fold, (train, test) in enumerate(
            StratifiedKFold(4, shuffle=True, random_state=7 + r).split(dataset.y, dataset.y)
        )
    ]
    found = build_splits(dataset, spec("kfold", n_splits=4, n_repeats=3, random_state=7))
    assert expected_rows(parts) == rows_of(found)


def test_grouped_kfold_is_stratified_group_kfold():
    """With groups kfold is StratifiedGroupKFold, shuffled, with seed random_state + r."""
    groups = np.random.default_rng(1).integers(0, 30, 120)
    dataset = make_rows(make_labels(120, 40), groups=groups)
    parts = [
        (r, fold, train, test)
        for r in range(2)
        for fold, (train, test) in enumerate(
            StratifiedGroupKFold(5, shuffle=True, random_state=7 + r).split(dataset.y, dataset.y, groups)
        )
    ]
    found = build_splits(dataset, spec("kfold", n_splits=5, n_repeats=2, random_state=7))
    assert expected_rows(parts) == rows_of(found)


@pytest.mark.parametrize(("test_size", "n_folds"), [(0.2, 5), (0.3, 3), (0.5, 2), (0.25, 4)])
def test_grouped_holdout_is_one_fold(test_size, n_folds):
    """With groups holdout repeat r is fold r of StratifiedGroupKFold with round(1 / test_size) folds, from 0 again."""
    groups = np.random.default_rng(1).integers(0, 30, 120)
    dataset = make_rows(make_labels(120, 40), groups=groups)
    parts = [
        (
            r,
            0,
            *list(StratifiedGroupKFold(n_folds, shuffle=True, random_state=7 + r).split(dataset.y, dataset.y, groups))[
                r % n_folds
            ],
        )
        for r in range(7)
    ]
    found = build_splits(dataset, spec(test_size=test_size, n_repeats=7, random_state=7))
    assert expected_rows(parts) == rows_of(found)


@pytest.mark.parametrize("seed", range(5))
def test_grouped_holdouts_test_all_groups_alike(seed):
    """Of few groups, those with the most positive rows are tested as often as others: no group is never tested."""
    groups = np.repeat(np.arange(20), 25)
    shares = np.random.default_rng(seed).beta(0.3, 1.5, 20)
    dataset = make_rows((np.random.default_rng(seed).random(500) < shares[groups]).astype(np.int8), groups=groups)
    tested = [np.unique(groups[split.test]) for split in build_splits(dataset, spec(test_size=0.2, n_repeats=20))]
    times = np.bincount(np.concatenate(tested), minlength=20)
    assert times.min() >= 1
    assert times.max() <= 12


def test_seeds_start_again_at_0():
    """Repeats go on beyond the last seed that scikit-learn takes."""
    dataset = make_rows(make_labels())
    last, first = build_splits(dataset, spec(n_repeats=2, random_state=2**32 - 1))
    expected = [*build_splits(dataset, spec(n_repeats=1, random_state=2**32 - 1))]
    expected += build_splits(dataset, spec(n_repeats=1, random_state=0))
    assert [split.test.tolist() for split in expected] == [last.test.tolist(), first.test.tolist()]


def test_a_split_depends_on_its_own_repeat_only():
    """More repeats leave the earlier ones as they are."""
    dataset = make_rows(make_labels())
    few, many = (build_splits(dataset, spec(n_repeats=n)) for n in (2, 5))
    assert rows_of(few) == rows_of(many[:2])


def test_a_split_never_depends_on_the_strategy():
    """Labels and the spec's split are all that a split reads, so every strategy sees the same splits."""
    dataset = make_rows(make_labels())
    other = replace(dataset, X=pd.DataFrame({"z": np.zeros(100)}), digest="other", source="other")
    assert rows_of(build_splits(dataset, spec())) == rows_of(build_splits(other, spec()))


SPECS = [
    spec(n_repeats=3),
    spec(test_size=0.35, n_repeats=2),
    spec("kfold", n_splits=3, n_repeats=2),
    spec("kfold", n_splits=10),
    spec("time", test_size=0.25),
    spec("predefined"),
]


@pytest.mark.parametrize("split_spec", SPECS, ids=lambda found: f"{found.method}-{found.n_repeats}")
@pytest.mark.parametrize("has_groups", [False, True])
def test_parts_share_no_row_and_leave_none_out(split_spec, has_groups):
    """Train and test are ascending int32 rows that together are all rows."""
    rng = np.random.default_rng(3)
    parts = {"time": rng.normal(size=150), "split": rng.random(150) < 0.3}
    dataset = make_rows(make_labels(150, 50), **parts, **({"groups": rng.integers(0, 60, 150)} if has_groups else {}))
    splits = build_splits(dataset, split_spec)
    assert count_splits(split_spec) == len(splits)
    for split in splits:
        assert np.int32 == split.train.dtype == split.test.dtype
        assert (np.diff(split.train) > 0).all()
        assert (np.diff(split.test) > 0).all()
        assert list(range(150)) == sorted([*split.train, *split.test])


@given(st.integers(2, 8), st.integers(1, 3), st.integers(0, 2**32 - 1), st.booleans())
@settings(max_examples=50)
def test_every_row_is_tested_once_in_each_repeat_of_kfold(n_splits, n_repeats, seed, has_groups):
    """The folds of one repeat part the rows."""
    y = make_labels(80, 20, seed=1)
    groups = {"groups": np.arange(80) // 2} if has_groups else {}
    splits = build_splits(
        make_rows(y, **groups), spec("kfold", n_splits=n_splits, n_repeats=n_repeats, random_state=seed)
    )
    for repeat in range(n_repeats):
        tested = np.concatenate([split.test for split in splits if split.repeat == repeat])
        assert list(range(80)) == sorted(tested)


@st.composite
def grouped_rows(draw):
    """Draw labels and groups: groups of one row, large groups and groups of one class among them."""
    n = draw(st.integers(20, 60))
    y = draw(st.lists(st.integers(0, 1), min_size=n, max_size=n).filter(lambda drawn: 6 <= sum(drawn) <= n - 6))
    return make_rows(y, groups=draw(st.lists(st.integers(0, 25), min_size=n, max_size=n)))


@given(grouped_rows(), st.sampled_from([spec(n_repeats=3), spec("kfold", n_splits=3)]))
def test_a_group_is_never_on_both_sides(dataset, split_spec):
    """Rows of one group train together or test together, or the split is refused."""
    try:
        splits = build_splits(dataset, split_spec)
    except DataError as error:
        assert "groups" in str(error)  # noqa: PT017
        return
    for split in splits:
        assert set() == set(dataset.groups[split.train]) & set(dataset.groups[split.test])
        assert {0, 1} == set(dataset.y[split.train])


@pytest.mark.parametrize("make_time", [np.asarray, lambda time: np.datetime64("2026-01-01", "us") + np.asarray(time)])
def test_time_tests_on_the_latest_rows(make_time):
    """The latest test_size of the rows test, in whatever order the file has them."""
    order = np.random.default_rng(0).permutation(50)
    dataset = make_rows(make_labels(50, 20), time=make_time(order))
    (split,) = build_splits(dataset, spec("time", test_size=0.2))
    assert np.flatnonzero(order >= 40).tolist() == split.test.tolist()


@given(
    st.lists(st.integers(0, 6), min_size=10, max_size=40).filter(lambda time: len(set(time)) > 1),
    st.floats(0.05, 0.95),
)
def test_ties_in_time_stay_in_the_training_part(time, test_size):
    """No test row is as early as a training row, and no row more tests than was asked for."""
    time = np.array(time)
    dataset = make_rows(np.arange(len(time)) % 2, time=time)
    n_asked = int(np.ceil(test_size * len(time)))
    try:
        (split,) = build_splits(dataset, spec("time", test_size=test_size))
    except DataError as error:
        assert "split" in str(error)  # noqa: PT017
        return
    assert time[split.train].max() < time[split.test].min()
    assert len(split.test) <= n_asked
    # One more time would be too many: the rows at the last training time no longer fit into what was asked for.
    assert (time >= time[split.train].max()).sum() > n_asked


def test_predefined_tests_on_the_marked_rows():
    """Where the data says which rows test, those do."""
    marked = np.arange(60) % 4 == 1
    (split,) = build_splits(make_rows(np.arange(60) % 3 == 0, split=marked), spec("predefined"))
    assert np.flatnonzero(marked).tolist() == split.test.tolist()


REFUSED = {
    "fewer minority rows than folds": (
        make_rows(make_labels(50, 3)),
        spec("kfold", n_splits=5),
        ["split.n_splits: 5 folds need 5 rows", "3 labelled yes", "47 others", "lower it to 3"],
    ),
    "two minority rows": (
        make_rows(make_labels(50, 2)),
        spec("kfold", n_splits=5),
        ["2 labelled yes", "lower it to 2"],
    ),
    "one minority row for all folds": (
        make_rows(make_labels(50, 1)),
        spec("kfold", n_splits=5),
        ["1 labelled yes", "no folds can be made"],
    ),
    "a grouped holdout with two minority rows": (
        make_rows(make_labels(60, 2), groups=np.arange(60)),
        spec(test_size=0.2),
        ["5 folds", "2 labelled yes", "raise it to 0.5"],
    ),
    "fewer rows of the rest than folds": (
        make_rows(1 - make_labels(50, 3)),
        spec("kfold", n_splits=5),
        ["47 labelled yes", "3 others", "lower it to 3"],
    ),
    "one minority row": (make_rows(make_labels(50, 1)), spec(), ["1 labelled yes", "49 others"]),
    "a test part for one row": (
        make_rows(make_labels(50, 10)),
        spec(test_size=0.01),
        ["split.test_size: 0.01 of 50 rows", "49 for training and 1 for testing"],
    ),
    "a training part for one row": (
        make_rows(make_labels(50, 10)),
        spec(test_size=0.99),
        ["0.99 of 50 rows", "0 for training and 50 for testing"],
    ),
    "a training part without minority rows": (
        make_rows(make_labels(50, 2)),
        spec(test_size=0.9),
        ["training part of 5 rows has no row labelled yes", "split.test_size"],
    ),
    "fewer groups than folds": (
        make_rows(make_labels(60, 20), groups=np.arange(60) % 4),
        spec("kfold", n_splits=5),
        ["5 groups", "data.file.groups makes 4", "lower it to 4"],
    ),
    "a grouped holdout of one fold": (
        make_rows(make_labels(60, 20), groups=np.arange(60) % 9),
        spec(test_size=0.7),
        ["split.test_size: got 0.7", "0.5 or less"],
    ),
    "a grouped holdout with more folds than minority rows": (
        make_rows(make_labels(60, 20), groups=np.arange(60)),
        spec(test_size=0.04),
        ["split.test_size: 0.04", "25 folds", "20 labelled yes", "raise it to 0.05"],
    ),
    "all minority rows in one group": (
        make_rows(np.arange(60) < 10, groups=np.arange(60) // 10),
        spec("kfold", n_splits=3),
        ["no row labelled yes", "in 1 of its groups"],
    ),
    "no time": (make_rows(make_labels()), spec("time"), ["data.file.time"]),
    "a missing time": (
        make_rows(make_labels(), time=np.where(np.arange(100) < 3, np.nan, 1.0)),
        spec("time"),
        ["3 of 100 rows have none"],
    ),
    "a missing date": (
        make_rows(make_labels(), time=np.array(["NaT", *["2026-01-01"] * 99], dtype="datetime64[us]")),
        spec("time"),
        ["1 of 100 rows have none"],
    ),
    "one time for all rows": (
        make_rows(make_labels(), time=np.zeros(100)),
        spec("time"),
        ["share the last training time"],
    ),
    "no minority row early": (
        make_rows(np.arange(100) >= 90, time=np.arange(100)),
        spec("time"),
        ["training part of 80 rows has no row labelled yes", "10 labelled yes", "split.test_size"],
    ),
    "no minority row late": (
        make_rows(np.arange(100) < 10, time=np.arange(100)),
        spec("time"),
        ["no test part has a row labelled yes", "nothing can be measured"],
    ),
    "nothing left to train on": (
        make_rows(make_labels(), time=np.arange(100)),
        spec("time", test_size=0.999),
        ["none of 100 rows", "test_size"],
    ),
    "no column that says train or test": (make_rows(make_labels()), spec("predefined"), ["data.file.split"]),
    "all rows marked train": (
        make_rows(make_labels(), split=np.zeros(100, dtype=bool)),
        spec("predefined"),
        ["none of 100 rows is left for testing", "data.file.split"],
    ),
    "all rows marked test": (
        make_rows(make_labels(), split=np.ones(100, dtype=bool)),
        spec("predefined"),
        ["training part of 0 rows"],
    ),
    "no rest among the rows marked train": (
        make_rows(np.arange(100) < 10, split=np.arange(100) >= 5),
        spec("predefined"),
        ["training part of 5 rows has no row of another label"],
    ),
}


@pytest.mark.parametrize(("dataset", "split_spec", "words"), REFUSED.values(), ids=REFUSED)
def test_an_impossible_split_is_refused_with_counts_and_a_remedy(dataset, split_spec, words):
    """What cannot be parted is said in one line, with the counts and what to change."""
    with pytest.raises(DataError) as caught:
        build_splits(dataset, split_spec)
    message = str(caught.value)
    assert message.startswith("split.")
    assert "\n" not in message
    assert [] == [word for word in words if word not in message], message


def test_as_many_folds_as_minority_rows_are_possible():
    """The remedy that the message names works."""
    splits = build_splits(make_rows(make_labels(50, 3)), spec("kfold", n_splits=3))
    assert [1, 1, 1] == [int(make_labels(50, 3)[split.test].sum()) for split in splits]


def notes_of(dataset, split_spec):
    """Build the splits and collect their notes."""
    found = note_splits(dataset, split_spec, build_splits(dataset, split_spec))
    return {note.code: note.text for note in found}


def test_ordinary_splits_need_no_note():
    """Nothing is said where everything is as asked for."""
    dataset = make_rows(make_labels(), time=np.arange(100), split=np.arange(100) < 20)
    for split_spec in (spec(), spec("kfold"), spec("time"), spec("predefined")):
        assert {} == notes_of(dataset, split_spec)


def test_test_parts_without_a_class_are_noted():
    """Where metrics will be undefined for want of a class, a note counts the splits."""
    dataset = make_rows(np.r_[np.ones(6), np.zeros(44)], groups=np.r_[0, 0, 0, 1, 1, 1, np.arange(2, 46)])
    found = notes_of(dataset, spec("kfold", n_splits=3))
    assert "In 1 of 3 splits no test row is labelled yes (positive)" in found["test-part-lacks-a-class"]


def test_large_groups_are_noted():
    """Groups cannot be cut, so a test part that is far from the share asked for is noted."""
    dataset = make_rows(make_labels(100, 30), groups=np.r_[np.zeros(60), np.arange(1, 41)].astype(int))
    assert "rows of one group stay together" in notes_of(dataset, spec("kfold", n_splits=5))["test-part-size"]


def test_ties_in_time_are_noted():
    """Ties that make the test part much smaller are noted with both sizes."""
    dataset = make_rows(make_labels(100, 30), time=np.r_[np.arange(70), np.full(25, 80), np.arange(90, 95)])
    found = notes_of(dataset, spec("time", test_size=0.2))["test-part-size"]
    assert "have 5 of 100 rows instead of about 20" in found


@pytest.mark.parametrize("method", ["time", "predefined"])
def test_groups_that_time_parts_are_noted(method):
    """Time and predefined take no account of groups, and say so where a group is on both sides."""
    rows = np.arange(100)
    dataset = make_rows(make_labels(), time=rows, split=rows >= 80, groups=rows // 3)
    assert "1 of 34 groups have rows on both sides" in notes_of(dataset, spec(method))["groups-on-both-sides"]


@pytest.mark.parametrize(
    ("method", "unused"),
    [
        ("holdout", {"time", "split"}),
        ("kfold", {"time", "split"}),
        ("time", {"split"}),
        ("predefined", {"time"}),
    ],
)
def test_a_column_for_another_method_is_noted(method, unused):
    """Rows are not parted by a time or a mark that the method doesn't read, and the note names key and method."""
    dataset = make_rows(make_labels(), time=np.arange(100), split=np.arange(100) < 20)
    found = {note.code: note.text for note in note_unused(dataset, method)}
    assert {f"{role}-unused" for role in unused} == set(found)
    for role in unused:
        assert f"data.file.{role} " in found[f"{role}-unused"]
        assert f"with {method} " in found[f"{role}-unused"]
    assert [] == list(note_unused(make_rows(make_labels()), method))


def test_a_training_part_of_mostly_positive_rows_is_noted():
    """Where the past has more positive rows than others, samplers add the others, which the note says."""
    dataset = make_rows((np.arange(100) < 45) | (np.arange(100) > 96), time=np.arange(100))
    assert "45 of 80 rows are labelled yes (positive)" in notes_of(dataset, spec("time"))["positive-is-common"]
    assert {} == notes_of(make_rows(np.arange(100) < 50), spec(test_size=0.21))


def settle(dataset, **split):
    """Settle the split of a spec; returns its split and the data's notes."""
    settled, noted = settle_split(make_spec(split=split), dataset)
    assert dataset.y is noted.y
    return settled.split, noted.notes


ENOUGH = {"rows": make_rows(make_labels()), "groups": make_rows(make_labels(), groups=np.arange(100) % 10)}
TOO_FEW = {
    "minority rows": make_rows(make_labels(n_positive=9)),
    "majority rows": make_rows(make_labels(n_positive=91)),
    "groups": make_rows(make_labels(), groups=np.arange(100) % 9),
}


@pytest.mark.parametrize("dataset", ENOUGH.values(), ids=ENOUGH)
def test_by_default_ten_folds_are_dealt_twice(dataset):
    """and nothing is noted where there are rows and groups enough"""
    split, notes = settle(dataset)
    assert ("kfold", 10, 2, ()) == (split.method, split.n_splits, split.n_repeats, notes)
    assert 20 == len(build_splits(dataset, split))


@pytest.mark.parametrize("dataset", TOO_FEW.values(), ids=TOO_FEW)
def test_too_few_rows_for_the_default_folds_are_held_out_instead(dataset):
    """which is noted, with the seed that was asked for"""
    split, (note,) = settle(dataset, random_state=7)
    assert ("holdout", 20, 0.2, 7) == (split.method, split.n_repeats, split.test_size, split.random_state)
    assert "fewer-rows-than-folds" == note.code
    assert all(words in note.text for words in ("10 folds", "20 holdouts"))
    assert 20 == len(build_splits(dataset, split))


@pytest.mark.parametrize("dataset", TOO_FEW.values(), ids=TOO_FEW)
@pytest.mark.parametrize(
    "written", [{"method": "kfold", "n_splits": 10}, {"n_splits": 10}, {"method": "holdout"}, {"n_repeats": 3}]
)
def test_a_split_that_is_written_is_never_changed(dataset, written):
    """folds that are asked for and can't be made are refused with their remedy, not replaced"""
    split, notes = settle(dataset, **written)
    assert () == notes
    assert make_spec(split=written).split == split
    if "n_splits" in written:
        with pytest.raises(DataError, match=r"split\.n_splits: 10 folds"):
            build_splits(dataset, split)
