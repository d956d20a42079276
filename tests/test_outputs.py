from __future__ import annotations

import csv
import errno
import io
import json
import os
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from job.errors import OutputError
from job.outputs import ALWAYS, MODEL, PARENTS, REPORT, SYNTHETIC, open_outputs, to_csv


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
        pytest.raises(OutputError, match=rf"cannot write to output folder .*{output}"),
        open_outputs(tmp_path / output),
    ):
        pass


def _write_job(folder, **optional):
    """Publish a job that wrote these files on request."""
    with open_outputs(folder, (MODEL, SYNTHETIC)) as outputs:
        for name, text in optional.items():
            outputs.path(FILES[name]).write_text(text)
        files = outputs.digests()
        outputs.write_text("timings.json", json.dumps({"files": files}))
        outputs.write_text(REPORT, "new")
        outputs.publish()


FILES = {
    "model": "model.skops",
    "smote": "synthetic/smote.csv",
    "custom": "synthetic/custom.csv",
    "parents": "synthetic/parents/custom.csv",
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
    _write_job(tmp_path, model="old", smote="old", custom="old", parents="old")
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
    (tmp_path / "timings.json").write_text(json.dumps({"files": claimed}))
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
    assert f"cannot write to output folder {tmp_path}: {name} is a folder; move it away" == str(caught.value)


def contents(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_text() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def _no_links(*arguments, **keywords):
    raise PermissionError("there are none")


def _fail_at(monkeypatch, name, number):
    """Let one call of a function of `os` fail; tell how many there were."""
    function, calls = getattr(os, name), []

    def failing(*arguments, **keywords):
        calls.append(arguments)
        if len(calls) == number:
            raise OSError(errno.EIO, "no luck")
        return function(*arguments, **keywords)

    monkeypatch.setattr(os, name, failing)
    return calls


@pytest.mark.parametrize("has_links", [True, False])
def test_a_publication_that_fails_anywhere_leaves_the_old_report_whole(tmp_path, monkeypatch, has_links):
    """whichever rename fails, what was there is there again, what is new is gone, and no hidden folder is left"""
    _write_job(tmp_path, model="old", smote="old", chart="old", image="old")
    (tmp_path / "thesis.docx").write_text("mine")
    before, number, done = contents(tmp_path), 0, False
    while not done:
        number += 1
        with monkeypatch.context() as patch:
            if not has_links:
                patch.setattr(os, "link", _no_links)
            calls = _fail_at(patch, "replace", number)
            with suppress(OutputError):
                _write_job(tmp_path, custom="new", parents="new", chart="new")
            done = len(calls) < number
        if not done:
            assert before == contents(tmp_path)
            assert before.keys() | {"figures", "synthetic"} >= set(names(tmp_path))
    assert number > 10
    assert {"model.skops", FILES["smote"], FILES["image"]} == before.keys() - contents(tmp_path).keys()
    assert {FILES["custom"], FILES["parents"]} == contents(tmp_path).keys() - before.keys()


def test_a_folder_that_came_in_the_meantime_stays(tmp_path):
    """a folder that takes the place of a file while the job runs is not moved away with all that is in it"""
    with open_outputs(tmp_path) as outputs:
        outputs.write_text("metrics.csv", "new")
        outputs.write_text(REPORT, "new")
        (tmp_path / REPORT).mkdir()
        (tmp_path / REPORT / "thesis.docx").write_text("mine")
        with pytest.raises(OutputError, match=r"report\.html is a folder"):
            outputs.publish()
    assert {"report.html/thesis.docx": "mine"} == contents(tmp_path)


def test_what_cannot_be_put_back_is_kept(tmp_path, monkeypatch):
    """where the disk is gone for good, the message says where the earlier report is, and the next job puts it back"""
    _write_job(tmp_path, chart="old")
    before = contents(tmp_path)
    with open_outputs(tmp_path) as outputs:
        for name in before:
            outputs.write_text(name, "new")
        monkeypatch.setattr(os, "link", _no_links)
        replace = os.replace
        lost = tmp_path / "timings.json"
        monkeypatch.setattr(os, "replace", lambda old, new: _no_links() if new == lost else replace(old, new))
        with pytest.raises(OutputError, match=rf"The files of the earlier report are in {tmp_path}/\.minority-report-"):
            outputs.publish()
    assert before["timings.json"] in contents(tmp_path).values()
    monkeypatch.undo()
    with open_outputs(tmp_path):
        assert before.items() <= contents(tmp_path).items()


def test_what_a_killed_job_replaced_is_put_back(tmp_path):
    """a job that was killed while it published leaves the earlier report whole to the next one"""
    dead = tmp_path / ".minority-report-dead"
    for name, text in {"new/report.html": "new", "old/figures/a.svg": "old", "lock": ""}.items():
        (dead / name).parent.mkdir(parents=True, exist_ok=True)
        (dead / name).write_text(text)
    (tmp_path / "figures").mkdir()
    for name, text in {"figures/a.svg": "new", REPORT: "old"}.items():
        (tmp_path / name).write_text(text)
    with open_outputs(tmp_path):
        pass
    assert {"figures/a.svg": "old", REPORT: "old"} == contents(tmp_path)


@pytest.fixture
def elsewhere(tmp_path):
    """A folder of another file system."""
    memory = Path("/dev/shm")
    if not memory.is_dir() or memory.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("there is one file system only")
    with TemporaryDirectory(dir=memory) as folder:
        yield Path(folder)


@pytest.mark.parametrize("name", ["figures", "synthetic", "synthetic/parents"])
def test_another_file_system_is_told_at_once(tmp_path, elsewhere, name):
    """a folder that is a link to where nothing can be renamed to is refused before anything is run"""
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).symlink_to(elsewhere)
    with (
        pytest.raises(
            OutputError, match=f"moved to {tmp_path / name}: it is a mount, or a link to another file system"
        ),
        open_outputs(tmp_path, (SYNTHETIC, PARENTS)),
    ):
        pass
    assert [name.partition("/")[0]] == names(tmp_path)
    assert [] == names(elsewhere)


@pytest.mark.parametrize("name", [*ALWAYS, "figures/old.svg", "model.skops", "synthetic/parents/smote.csv"])
def test_a_file_that_cannot_be_renamed_is_told_at_once(tmp_path, monkeypatch, name):
    """a file that is a mount, or that may not be changed, is refused before anything is run, and stays"""
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_text("mine")
    replace = os.replace

    def stuck(old, new):
        if tmp_path / name in (old, new):
            raise OSError(errno.EBUSY, "busy")
        replace(old, new)

    monkeypatch.setattr(os, "link", _no_links)
    monkeypatch.setattr(os, "replace", stuck)
    with (
        pytest.raises(OutputError, match=f"moved to {tmp_path / name}: it is a mount"),
        open_outputs(tmp_path, (MODEL, SYNTHETIC, PARENTS)),
    ):
        pass
    assert {name: "mine"} == contents(tmp_path)


def test_a_link_to_nowhere_is_told_at_once(tmp_path):
    """no folder can be made in its place"""
    (tmp_path / "figures").symlink_to(tmp_path / "gone")
    with pytest.raises(OutputError, match="figures is a broken link; move it away"), open_outputs(tmp_path):
        pass


def test_a_link_to_a_folder_is_written_through(tmp_path):
    """a folder of the same file system may be anywhere"""
    (tmp_path / "kept").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "figures").symlink_to(tmp_path / "kept")
    _write_job(tmp_path / "out", chart="new")
    assert ["recall-svc.svg"] == names(tmp_path / "kept")


@pytest.mark.parametrize("how", ["same", "spelling", "link", "hard link", "link from"])
@pytest.mark.parametrize(
    "name", [*ALWAYS, "model.skops", "figures/x.svg", "synthetic/x.csv", "synthetic/parents/x.csv"]
)
def test_no_output_replaces_an_input(tmp_path, name, how):
    """a file that the job reads is named and left alone, by whatever path it is read"""
    output, own = tmp_path / "out", tmp_path / "own.csv"
    place = output / name
    place.parent.mkdir(parents=True)
    if how.startswith("link") or how == "hard link":
        first, second = (place, own) if how == "link from" else (own, place)
        first.write_text("mine")
        second.hardlink_to(first) if how == "hard link" else second.symlink_to(first)
    else:
        place.write_text("mine")
        own = place if how == "same" else output / ".." / "out" / name
    with (
        pytest.raises(OutputError, match=f"{name} would replace .*, which this job reads"),
        open_outputs(output, (MODEL, SYNTHETIC, PARENTS), [tmp_path / "absent", own]),
    ):
        pass
    assert "mine" == own.read_text() == place.read_text()


def test_an_input_is_never_taken_away(tmp_path):
    """rows that an earlier job wrote stay where a later one reads them, and go where it doesn't"""
    _write_job(tmp_path, smote="rows", custom="rows")
    with open_outputs(tmp_path, inputs=[tmp_path / "synthetic" / ".." / FILES["smote"]]) as outputs:
        outputs.write_text(REPORT, "new")
        outputs.publish()
    assert ["smote.csv"] == names(tmp_path / "synthetic")


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
