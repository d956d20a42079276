"""One pass tells each row's hash and each column's range, however the table is stored."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from job.samplers.survey import choose_rows, find_levels, survey_table
from job.samplers.threads import open_workers

cells = st.sampled_from([-2.5, -0.0, 0.0, 1.0, 3.0, 1e-300, 1e300, np.nan])


@st.composite
def tables(draw):
    """Return a small table, repeated until it fills more than one block or not."""
    n_rows, n_columns = draw(st.integers(1, 80)), draw(st.integers(1, 4))
    values = draw(st.lists(cells, min_size=n_rows * n_columns, max_size=n_rows * n_columns))
    return np.array(values).reshape(n_rows, n_columns)


def as_rows(table):
    """Return each row as a key: one for 0.0 and -0.0, one for all NaN."""
    return [tuple("nan" if cell != cell else cell + 0.0 for cell in row) for row in table.tolist()]


@settings(deadline=None)
@given(tables())
def test_rows_have_equal_hashes_where_they_are_equal(table):
    """As many hashes as distinct rows, and each row has its own."""
    keys = as_rows(table)
    hashes = survey_table(table).hashes.tolist()
    assert len(set(keys)) == len(set(hashes)) == len(set(zip(keys, hashes, strict=True)))


@settings(deadline=None)
@given(tables())
def test_a_table_is_surveyed_alike_however_it_is_stored(table):
    """Sparse, in Fortran's order or reversed: the same hashes and ranges, to the bit."""
    expected = survey_table(table)
    for stored in (sparse.csr_matrix(table), sparse.csr_array(table), np.asfortranarray(table)):
        survey = survey_table(stored)
        for name in ("hashes", "lowest", "highest"):
            assert getattr(expected, name).tobytes() == getattr(survey, name).tobytes()
    assert expected.hashes.tolist() == survey_table(table[::-1]).hashes.tolist()[::-1]


@settings(deadline=None)
@given(tables())
def test_ranges_are_those_of_the_values_that_are_there(table):
    """NaN counts for nothing, and a column of nothing else has no range."""
    survey = survey_table(table)
    for column, lowest, highest in zip(table.T, survey.lowest, survey.highest, strict=True):
        present = column[~np.isnan(column)]
        expected = (present.min(), present.max()) if len(present) else (np.nan, np.nan)
        np.testing.assert_array_equal(expected, (lowest, highest))
        assert not (np.signbit(lowest) and lowest == 0)


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64, np.uint8, bool])
def test_blocks_and_threads_change_nothing(dtype):
    """A table of several blocks has the ranges of numpy and the hashes of its rows taken one by one."""
    table = (np.random.RandomState(0).standard_normal((270_000, 15)) * 50).astype(dtype)
    with open_workers(3) as workers:
        alone, together = survey_table(table), survey_table(table, workers)
    for survey in (alone, together):
        assert np.array_equal(survey.lowest, table.min(axis=0))
        assert np.array_equal(survey.highest, table.max(axis=0))
    assert np.array_equal(alone.hashes, together.hashes)
    picked = [0, 17, 100_003, 269_999]
    assert alone.hashes[picked].tolist() == [survey_table(table[[row]]).hashes[0] for row in picked]


def test_distinct_rows_are_chosen_by_their_hashes():
    """those with the lowest, however many are asked for"""
    hashes = np.random.default_rng(0).permutation(np.arange(1, 2**63, 2**54, dtype=np.uint64))

    for n_rows in (1, 7, 400, len(hashes) - 1, len(hashes), len(hashes) + 1):
        assert np.sort(np.argsort(hashes)[:n_rows]).tolist() == choose_rows(hashes, n_rows).tolist()


def test_copies_do_not_fill_all_places():
    """a row that stands there a thousand times is not all that is chosen"""
    hashes = np.concatenate([np.zeros(1000, dtype=np.uint64), np.arange(2**60, 2**63, 2**53, dtype=np.uint64)])

    chosen = choose_rows(hashes, 500)

    assert 500 == len(np.unique(chosen))
    assert 0.3 < np.mean(chosen < 1000) < 0.8  # of which copies are 1,000 of 1,896


@pytest.mark.parametrize(("n_values", "n_rows", "is_discrete"), [(50, 250, True), (51, 255, False), (50, 249, False)])
def test_few_values_often_there_are_levels(n_values, n_rows, is_discrete):
    """at most fifty, each five times on average"""
    column = (np.arange(n_rows) % n_values).astype(float)

    assert is_discrete == (0 in find_levels(column[:, np.newaxis], np.array([0])))
