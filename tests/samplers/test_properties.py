"""What holds for every table: sought with hypothesis."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from job.samplers.affinity_smote import AffinitySMOTE, affinity_oversample

CELLS = {
    "wide": st.floats(-1e300, 1e300),
    "tiny": st.floats(-1e-300, 1e-300),
    "tied": st.sampled_from([-1.0, -0.0, 0.0, 0.5, 1.0]),
    "holes": st.sampled_from([float("nan"), 0.0, 1.0, 2.5]),
}


@st.composite
def tables(draw, kinds=tuple(CELLS), dtypes=(np.float64,)):
    """Draw X with 2 to 40 rows and 1 to 4 columns, and y with at least two classes."""
    n_rows, n_columns = draw(st.integers(2, 40)), draw(st.integers(1, 4))
    cells = CELLS[draw(st.sampled_from(kinds))]
    X = draw(hnp.arrays(np.float64, (n_rows, n_columns), elements=cells))
    if (dtype := draw(st.sampled_from(dtypes))) == np.float32:
        X = np.clip(X, -1e30, 1e30).astype(dtype)
    y = draw(hnp.arrays(np.int64, n_rows, elements=st.integers(0, 2)).filter(lambda y: len(set(y.tolist())) > 1))
    return X, y


samplers = st.builds(
    AffinitySMOTE,
    k_neighbors=st.integers(1, 12),
    extrapolation=st.floats(0, 1),
    clip=st.booleans(),
    scale=st.booleans(),
    random_state=st.integers(0, 2**32 - 1),
)
widths = (np.float64, np.float32)
quick = settings(max_examples=150, deadline=None)


@quick
@given(tables(), samplers)
def test_original_rows_come_first_untouched_and_input_is_not_mutated(table, sampler):
    """The first rows are the input's bits, counts are those asked for, and X and y stay as they were."""
    X, y = table
    before = X.tobytes(), y.tobytes()
    X_resampled, y_resampled = sampler.fit_resample(X, y)
    assert before == (X.tobytes(), y.tobytes())
    assert before[0] == X_resampled[: len(X)].tobytes()
    assert before[1] == y_resampled[: len(y)].tobytes()
    counts = Counter(y.tolist())
    assert dict.fromkeys(counts, max(counts.values())) == Counter(y_resampled.tolist())


@quick
@given(tables(kinds=("wide", "tied"), dtypes=widths), samplers)
def test_dtypes_are_kept(table, sampler):
    """float32 stays float32; its rows are the float64 result rounded once."""
    X, y = table
    X_resampled, y_resampled = sampler.fit_resample(X, y)
    assert (X.dtype, y.dtype) == (X_resampled.dtype, y_resampled.dtype)
    assert np.isfinite(X_resampled).all()
    double, _ = sampler.fit_resample(X.astype(np.float64), y)
    assert np.array_equal(double.astype(X.dtype), X_resampled)


@quick
@given(tables(), samplers)
def test_parents_are_rows_of_the_class_and_give_the_value_to_the_bit(table, sampler):
    """Without clip a new row is (1 - w) a + w b of the recorded parents, by IEEE arithmetic."""
    X, y = table
    sampler.set_params(clip=False)
    X_resampled, y_resampled = sampler.fit_resample(X, y)
    new, labels = X_resampled[len(X) :], y_resampled[len(X) :]
    parents, w = sampler.parents_, sampler.weights_[:, None]
    assert (len(new), 2) == parents.shape
    assert (parents >= 0).all()
    assert (parents < len(X)).all()
    assert (y[parents] == labels[:, None]).all()
    assert ((w >= -sampler.extrapolation) & (w <= 1)).all()
    a, b = X[parents[:, 0]], X[parents[:, 1]]
    expected = (1 - w) * a + w * b
    present = ~np.isnan(expected)
    assert expected[present].tobytes() == new[present].tobytes()


@quick
@given(tables(kinds=("holes",)), samplers)
def test_missing_cells_come_from_the_closer_parent(table, sampler):
    """A new cell is missing exactly where the closer parent's is."""
    X, y = table
    X_resampled, _ = sampler.fit_resample(X, y)
    closer = np.where(sampler.weights_ <= 0.5, sampler.parents_[:, 0], sampler.parents_[:, 1])
    assert np.isnan(X[closer]).tolist() == np.isnan(X_resampled[len(X) :]).tolist()


@quick
@given(tables(), samplers)
def test_clipped_values_stay_in_the_observed_range(table, sampler):
    """With clip no column leaves its range, and where the parents agree the new row agrees with them."""
    X, y = table
    sampler.set_params(clip=True)
    new = sampler.fit_resample(X, y)[0][len(X) :]
    present = ~np.isnan(new)
    low, high = np.fmin.reduce(X, axis=0), np.fmax.reduce(X, axis=0)
    assert (~present | ((new >= low) & (new <= high))).all()
    a, b = X[sampler.parents_[:, 0]], X[sampler.parents_[:, 1]]
    assert np.array_equal(a[a == b], new[a == b])


@quick
@given(tables(), samplers, st.randoms(use_true_random=False))
def test_row_order_changes_nothing(table, sampler, random):
    """Shuffled rows give the same new rows, bit by bit."""
    X, y = table
    order = list(range(len(X)))
    random.shuffle(order)
    expected, expected_labels = sampler.fit_resample(X, y)
    result, labels = sampler.fit_resample(X[order], y[order])
    assert expected[len(X) :].tobytes() == result[len(X) :].tobytes()
    assert expected_labels[len(X) :].tolist() == labels[len(X) :].tolist()


@quick
@given(tables(kinds=("wide", "tied")), st.integers(0, 2**32 - 2))
def test_the_same_seed_gives_the_same_rows(table, seed):
    """Two samplers with one seed agree, also as a function and with a generator of that seed."""
    X, y = table
    expected, _ = AffinitySMOTE(random_state=seed).fit_resample(X, y)
    as_function, _ = affinity_oversample(X, y, random_state=seed)
    as_generator, _ = affinity_oversample(X, y, random_state=np.random.RandomState(seed))
    assert expected.tobytes() == as_function.tobytes() == as_generator.tobytes()


def test_another_seed_gives_other_rows(table):
    """The seed matters."""
    X, y = table()
    results = {affinity_oversample(X, y, random_state=seed)[0].tobytes() for seed in range(20)}
    assert len(results) == 20


@pytest.mark.parametrize("n_jobs", [1, 2, -1])
def test_n_jobs_changes_nothing(table, n_jobs):
    """Any number of threads gives the same bits."""
    X, y = table(8000, 6, 1500)
    expected, _ = affinity_oversample(X, y, random_state=0)
    result, _ = affinity_oversample(X, y, random_state=0, n_jobs=n_jobs)
    assert expected.tobytes() == result.tobytes()
