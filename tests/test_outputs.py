from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from job.errors import OutputError
from job.outputs import ALWAYS, MODEL, REPORT, SYNTHETIC, open_outputs, to_csv, to_json


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


def _write_job(folder, **optional):
    """Publish a job that wrote these files on request."""
    with open_outputs(folder, (MODEL, SYNTHETIC)) as outputs:
        for name, text in optional.items():
            outputs.path(FILES[name]).write_text(text)
        files = outputs.digests()
        outputs.write_text("timings.json", to_json({"files": files}))
        outputs.write_text(REPORT, "new")
        outputs.publish()


FILES = {
    "model": "model.skops",
    "smote": "synthetic/smote.csv",
    "custom": "synthetic/custom.csv",
    "chart": "figures/recall-svc.svg",
    "image": "figures/recall-svc.png",
}


def test_files_in_a_folder_are_published_whole(tmp_path):
    """a file of a subfolder is renamed into place like any other"""
    _write_job(tmp_path, smote="rows", custom="others")
    assert ["custom.csv", "smote.csv"] == names(tmp_path / "synthetic")
    assert "rows" == (tmp_path / FILES["smote"]).read_text()


def test_what_an_earlier_job_wrote_on_request_goes_with_it(tmp_path):
    """no report stands beside the model or synthetic rows of an earlier one"""
    _write_job(tmp_path, model="old", smote="old", custom="old")
    _write_job(tmp_path, smote="new")
    assert ([REPORT, "synthetic", "timings.json"], ["smote.csv"]) == (names(tmp_path), names(tmp_path / "synthetic"))
    _write_job(tmp_path)
    assert [REPORT, "timings.json"] == names(tmp_path)


def test_no_figure_stands_beside_another_jobs_report(tmp_path):
    """charts of an earlier job that this one has not go; what somebody else put there stays"""
    _write_job(tmp_path, chart="old", image="old")
    (tmp_path / "figures" / "logo.svg").write_text("mine")
    _write_job(tmp_path, image="new")
    assert ["logo.svg", "recall-svc.png"] == names(tmp_path / "figures")
    assert "new" == (tmp_path / FILES["image"]).read_text()


def test_a_file_called_figures_is_told_at_once(tmp_path):
    """every job writes figures, so what is in their way is refused before anything is run"""
    (tmp_path / "figures").write_text("mine")
    with pytest.raises(OutputError, match="figures is a file; move it away"), open_outputs(tmp_path):
        pass


def test_what_only_looks_like_ours_stays(tmp_path):
    """a model and rows of somebody else's, or changed since, are not an earlier job's, whatever timings.json says"""
    _write_job(tmp_path, model="old", smote="old")
    (tmp_path / FILES["model"]).write_text("changed by hand")
    (tmp_path / FILES["custom"]).write_text("put here by hand")
    (tmp_path / "thesis.docx").write_text("old")
    digest = json.loads((tmp_path / "timings.json").read_text())["files"][FILES["smote"]]
    claimed = {**dict.fromkeys(("thesis.docx", "../smote.csv", "synthetic/../thesis.csv"), digest)}
    (tmp_path / "timings.json").write_text(to_json({"files": claimed}))
    _write_job(tmp_path)
    assert ["model.skops", REPORT, "synthetic", "thesis.docx", "timings.json"] == names(tmp_path)
    assert ["custom.csv", "smote.csv"] == names(tmp_path / "synthetic")


def test_what_is_in_the_way_of_a_file_on_request_is_told_at_once(tmp_path):
    """a folder called model.skops and a file called synthetic are refused before anything is run, where asked for"""
    (tmp_path / MODEL).mkdir()
    (tmp_path / SYNTHETIC).write_text("mine")
    for asked, message in ((MODEL, "model.skops is a folder"), (SYNTHETIC, "synthetic is a file")):
        with pytest.raises(OutputError, match=message), open_outputs(tmp_path, (asked,)):
            pass
    with open_outputs(tmp_path):
        pass


@pytest.mark.parametrize("name", [*ALWAYS, "figures/recall-svc.svg", "synthetic/smote.csv"])
def test_a_folder_in_the_way_of_any_file_is_told_at_once(tmp_path, name):
    """nothing is run that could not be written; the one thing to do is said, and nothing else"""
    (tmp_path / name).mkdir(parents=True)
    with pytest.raises(OutputError) as caught, open_outputs(tmp_path, (SYNTHETIC,)):
        pass
    assert f"output folder {tmp_path} cannot be written: {name} is a folder; move it away" == str(caught.value)


def test_json_holds_no_nan():
    """a number that doesn't exist may not reach a file as NaN"""
    with pytest.raises(ValueError, match="JSON compliant"):
        to_json({"value": float("nan")})
    assert {"é": None} == json.loads(to_json({"é": None}))


CELLS = json.loads((Path(__file__).parent / "csv_cells.json").read_text(encoding="utf-8"))
"""Text that stays as it is and text that a spreadsheet would run; the page's script is held to the same cases."""


def test_a_formula_is_written_as_text():
    """text that a spreadsheet would run gets an apostrophe; a number stays one, as a label too, and so does the rest"""
    texts = [*CELLS["stay"], *CELLS["guarded"]]
    expected = [*CELLS["stay"], *(f"'{text}" for text in CELLS["guarded"])]
    header, row = csv.reader(io.StringIO(to_csv(("n", *texts), [(-1.5, *texts)]), newline=""), strict=True)
    assert ["n", *expected] == header
    assert ["-1.5", *expected] == row


def test_numbers_keep_all_their_digits():
    """a float read back from the table is the same float, and what doesn't exist is an empty cell"""
    (_, row) = csv.reader(io.StringIO(to_csv(("a", "b", "c"), [(0.1 + 0.2, None, 3)])))
    assert (0.1 + 0.2, "", "3") == (float(row[0]), row[1], row[2])
