"""Values in mapped files: the same values, whose arrays no process holds by itself."""

from __future__ import annotations

import mmap
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from factories import make_dataset

from job.evaluation.mapped import read_mapped, write_mapped


def test_a_data_set_is_read_as_it_was_written(tmp_path):
    """numbers, categories, missing values, empty arrays and arrays of either order"""
    dataset = make_dataset(300, 40, n_categorical=2, missing=0.1)
    value = (dataset, np.zeros((0, 3)), np.asfortranarray(np.arange(12.0).reshape(3, 4)), {"a": None})
    write_mapped(value, tmp_path / "value")
    again, empty, columns, rest = read_mapped(tmp_path / "value")
    pd.testing.assert_frame_equal(dataset.X, again.X)
    assert dataset.y.tobytes() == again.y.tobytes()
    assert ((0, 3), {"a": None}) == (empty.shape, rest)
    np.testing.assert_array_equal(value[2], columns)
    assert columns.flags.f_contiguous
    assert ["value"] == [path.name for path in tmp_path.iterdir()]


def test_what_is_written_to_an_array_stays_in_its_process(tmp_path):
    """a page that changes becomes the reader's own"""
    write_mapped(np.zeros(5), tmp_path / "zeros")
    array = read_mapped(tmp_path / "zeros")
    array[:] = 1
    np.testing.assert_array_equal(np.zeros(5), read_mapped(tmp_path / "zeros"))


def test_a_folder_that_cannot_be_mapped_is_read(tmp_path, monkeypatch):
    """the value is the same where the file system knows no mmap"""

    def refuse(*arguments, **options):
        raise OSError("No such device")

    write_mapped(np.arange(5.0), tmp_path / "value")
    monkeypatch.setattr(mmap, "mmap", refuse)
    np.testing.assert_array_equal(np.arange(5.0), read_mapped(tmp_path / "value"))


READ = """
import sys
from pathlib import Path
from job.evaluation.mapped import read_mapped
import job.data.dataset

def own():
    return next(int(line.split()[1]) for line in open("/proc/self/smaps_rollup") if line.startswith("Anonymous"))

before = own()
dataset = read_mapped(Path(sys.argv[1]))
assert all(dataset.X[name].sum() for name in dataset.X)
print(own() - before)
"""


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="needs Linux")
def test_a_reader_holds_no_copy_of_the_table(tmp_path):
    """a frame's numbers, all of them read, stay pages of the file"""
    write_mapped(make_dataset(100_000, 1_000, n_numeric=20), tmp_path / "dataset")
    arguments = [sys.executable, "-c", READ, str(tmp_path / "dataset")]
    done = subprocess.run(arguments, capture_output=True, text=True, check=True)
    assert int(done.stdout) < 4_000 < 15_000 < (tmp_path / "dataset").stat().st_size / 1024
