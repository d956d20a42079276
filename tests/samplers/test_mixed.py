"""Data frames, categories, whole numbers and missing cells."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from job.samplers.affinity_smote import AffinitySMOTE, affinity_oversample


def make_frame(n_rows=120, n_minority=24, *, missing=False):
    """Return a frame with a column of every kind, and labels."""
    rng = np.random.RandomState(0)
    frame = pd.DataFrame(
        {
            "amount": rng.gamma(2, 50, n_rows),
            "ratio": rng.standard_normal(n_rows).astype(np.float32),
            "items": rng.randint(0, 9, n_rows),
            "small": rng.randint(0, 200, n_rows).astype(np.uint8),
            "branch": pd.Categorical(
                rng.choice(["north", "south", "west"], n_rows), ["west", "south", "north", "none"]
            ),
            "colour": rng.choice(["red", "blue"], n_rows),
            "member": rng.random_sample(n_rows) < 0.4,
            "visits": pd.array(rng.randint(0, 5, n_rows), dtype="Int64"),
            "street": pd.array(rng.choice(["high", "low", "main"], n_rows), dtype="string"),
            "active": pd.array(rng.random_sample(n_rows) < 0.3, dtype="boolean"),
        },
        index=rng.permutation(n_rows) + 1000,
    )
    if missing:
        frame.loc[frame.index[::7], ["amount", "branch", "visits", "colour", "street", "active"]] = None
    return frame, pd.Series(np.where(np.arange(n_rows) < n_minority, "yes", "no"), name="fraud")


@pytest.mark.parametrize("missing", [False, True])
def test_a_frame_keeps_its_columns_and_types(missing):
    """Names, order and dtypes are the input's, categories included, and the label keeps its name."""
    X, y = make_frame(missing=missing)
    X_resampled, y_resampled = affinity_oversample(X, y, random_state=0)
    assert X.dtypes.to_dict() == X_resampled.dtypes.to_dict()
    assert list(X.columns) == list(X_resampled.columns)
    assert ("fraud", 192) == (y_resampled.name, len(X_resampled))
    pd.testing.assert_frame_equal(X.reset_index(drop=True), X_resampled.iloc[:120])


def test_new_cells_are_categories_and_whole_numbers_that_exist():
    """A category is one of the class's own; whole numbers stay in the observed range."""
    X, y = make_frame()
    new = affinity_oversample(X, y, random_state=0)[0].iloc[120:]
    minority = X[(y == "yes").to_numpy()]
    for column in ("branch", "colour", "member", "street", "active"):
        assert set(new[column]) <= set(minority[column])
    for column in ("items", "small", "visits"):
        assert X[column].min() <= new[column].min() <= new[column].max() <= X[column].max()


def test_the_frame_itself_is_not_changed():
    """Input is never mutated."""
    X, y = make_frame(missing=True)
    before = X.copy(deep=True)
    affinity_oversample(X, y, random_state=0)
    pd.testing.assert_frame_equal(before, X)


def test_row_order_changes_nothing_in_a_frame():
    """Shuffled rows of mixed columns give the same new rows."""
    X, y = make_frame(missing=True)
    order = np.random.RandomState(1).permutation(len(X))
    expected = affinity_oversample(X, y, random_state=0)[0].iloc[120:]
    result = affinity_oversample(X.iloc[order], y.iloc[order], random_state=0)[0].iloc[120:]
    pd.testing.assert_frame_equal(expected, result)


@pytest.mark.parametrize("selection", [[2], ["c"], [False, False, True], np.array([-1])])
def test_columns_are_named_by_position_name_or_mask(selection):
    """All ways to name a column mean the same."""
    rng = np.random.RandomState(0)
    X = pd.DataFrame(np.column_stack([rng.standard_normal((90, 2)), rng.randint(0, 3, 90)]), columns=list("abc"))
    y = np.repeat([0, 1], [70, 20])
    expected, _ = affinity_oversample(X, y, categorical_features=[2], random_state=0)
    result, _ = affinity_oversample(X, y, categorical_features=selection, random_state=0)
    pd.testing.assert_frame_equal(expected, result)
    assert set(result["c"]) == {0.0, 1.0, 2.0}


@pytest.mark.parametrize(
    ("selection", "message"),
    [
        ([7], "names column 7, but X has 3 columns"),
        (["z"], "holds names .'z'., but X has none"),
        ([True, False], "mask of 2 values, but X has 3 columns"),
    ],
)
def test_a_column_that_is_not_there_is_an_error_with_the_numbers(table, selection, message):
    """The message says what was named and what there is."""
    X, y = table(60, 3, 20)
    with pytest.raises(ValueError, match=message):
        affinity_oversample(X, y, categorical_features=selection)


def test_an_array_of_objects_may_hold_categories():
    """As SMOTENC takes it: numbers and text in one array, the text's columns named by position."""
    X, y = make_frame()
    columns = ["amount", "colour"]
    expected, _ = affinity_oversample(X[columns], y, random_state=0)
    result, _ = affinity_oversample(X[columns].to_numpy(dtype=object), y, categorical_features=[1], random_state=0)
    assert result.dtype == object
    assert expected.to_numpy(dtype=object).tolist() == result.tolist()


def test_the_vote_is_weighted_by_affinity():
    """A seed whose neighbours are all of another category takes theirs."""
    X = np.column_stack([np.r_[np.linspace(0, 1, 11), np.linspace(20, 30, 40)], np.zeros(51)])
    X[5, 1] = 1
    y = np.r_[np.ones(11), np.zeros(40)].astype(int)
    new = affinity_oversample(X, y, categorical_features=[1], random_state=0)[0][51:]
    assert set(new[:, 1]) == {0.0}


def test_whole_numbers_that_were_scaled_stay_on_their_levels(table):
    """A whole-number column that was standardised takes values that were seen."""
    X, y = table(200, 3, 40)
    X[:, 1] = (np.round(X[:, 1] * 3) - 1.3) / 2.7
    new = affinity_oversample(X, y, integer_features=[1], random_state=0)[0][200:]
    assert set(new[:, 1]) <= set(X[:, 1])
    assert len(set(new[:, 0])) > 0.9 * len(new)


def test_integer_arrays_stay_integers(table):
    """An array of whole numbers comes back as one, within its type."""
    X, y = table(100, 3, 20)
    X = np.clip(X * 60, -128, 127).astype(np.int8)
    result, _ = affinity_oversample(X, y, clip=False, random_state=0)
    assert result.dtype == np.int8


def test_dummy_columns_of_one_category_stay_a_category(table):
    """Clipped, columns of two values take the closer parent's, all of them one parent's."""
    X, y = table(300, 2, 60)
    X = np.column_stack([X, np.eye(4)[np.random.RandomState(0).randint(0, 4, 300)]])
    sampler = AffinitySMOTE(random_state=0)
    new = sampler.fit_resample(X, y)[0][300:]
    closer = np.where(sampler.weights_ <= 0.5, sampler.parents_[:, 0], sampler.parents_[:, 1])
    assert np.array_equal(X[closer, 2:], new[:, 2:])
    assert (new[:, 2:].sum(axis=1) == 1).all()
    assert len(set(new[:, 0])) > 0.9 * len(new)


def test_missing_values_are_shared_out_like_the_others(table):
    """The share of missing cells in new rows is about that of the class's rows."""
    X, y = table(600, 4, 120)
    X[np.random.RandomState(3).random_sample(X.shape) < 0.25] = np.nan
    new = affinity_oversample(X, y, random_state=0)[0][600:]
    assert abs(np.isnan(X[:120]).mean() - np.isnan(new).mean()) < 0.05


def test_dates_are_refused_by_name():
    """A column of dates is named, with what to do."""
    X, y = make_frame()
    X["day"] = pd.Timestamp("2024-01-01")
    with pytest.raises(ValueError, match=r"Column 'day' holds dates .* Name it in categorical_features"):
        affinity_oversample(X, y)
