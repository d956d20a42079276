from __future__ import annotations

import csv
import io
import json

import pytest

from job.errors import OutputError
from job.outputs import REPORT, open_outputs, to_csv, to_json


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def _fail_after_writing(folder):
    with open_outputs(folder) as outputs:
        outputs.write_text(REPORT, "new")
        raise ZeroDivisionError


def test_nothing_is_visible_before_publishing(tmp_path):
    """files appear all at once, and the hidden folder is gone"""
    with open_outputs(tmp_path) as outputs:
        outputs.write_text(REPORT, "new")
        outputs.write_text("metrics.csv", "a\n")
        assert not (tmp_path / REPORT).exists()
        assert tmp_path / REPORT == outputs.publish()
    assert ["metrics.csv", REPORT] == names(tmp_path)


def test_a_failed_job_leaves_the_old_report_whole(tmp_path):
    """an exception on the way leaves every earlier file as it was and nothing else"""
    (tmp_path / REPORT).write_text("old")
    with pytest.raises(ZeroDivisionError):
        _fail_after_writing(tmp_path)
    assert ([REPORT], "old") == (names(tmp_path), (tmp_path / REPORT).read_text())


def test_files_of_others_are_never_touched(tmp_path):
    """files and hidden folders that are not ours survive a job"""
    (tmp_path / "thesis.docx").write_text("mine")
    (tmp_path / ".git").mkdir()
    with open_outputs(tmp_path) as outputs:
        outputs.write_text(REPORT, "new")
        outputs.publish()
    assert [".git", REPORT, "thesis.docx"] == names(tmp_path)


def test_what_a_killed_job_left_is_swept(tmp_path):
    """a hidden folder whose job is dead goes away with the next job; a living job's stays"""
    dead = tmp_path / ".minority-report-dead"
    dead.mkdir()
    (dead / "lock").touch()
    with open_outputs(tmp_path) as living:
        assert not dead.exists()
        with open_outputs(tmp_path):
            assert living.scratch.exists()


@pytest.mark.parametrize("output", ["file", "file/below"])
def test_a_file_in_the_way_is_refused(tmp_path, output):
    """an output folder that is a file, or lies below one, ends in a message that names it"""
    (tmp_path / "file").write_text("not a folder")
    with (
        pytest.raises(OutputError, match=rf"output folder .*{output} cannot be written"),
        open_outputs(tmp_path / output),
    ):
        pass


def test_json_holds_no_nan():
    """a number that doesn't exist may not reach a file as NaN"""
    with pytest.raises(ValueError, match="JSON compliant"):
        to_json({"value": float("nan")})
    assert {"é": None} == json.loads(to_json({"é": None}))


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"])
def test_a_formula_is_written_as_text(text):
    """text that a spreadsheet would run gets an apostrophe; a negative number stays a number"""
    (_, row) = csv.reader(io.StringIO(to_csv(("label", "value"), [(text, -1.5)])))
    assert [f"'{text}", "-1.5"] == row


def test_numbers_keep_all_their_digits():
    """a float read back from the table is the same float, and what doesn't exist is an empty cell"""
    (_, row) = csv.reader(io.StringIO(to_csv(("a", "b", "c"), [(0.1 + 0.2, None, 3)])))
    assert (0.1 + 0.2, "", "3") == (float(row[0]), row[1], row[2])
