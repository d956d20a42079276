"""The report made again from results.json: the same bytes, nothing run, and a line where it cannot be."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from small_job import small_spec

from job import __version__, pipeline
from job.cli import main
from job.report.facts import Facts
from job.report.layout import Section
from job.report.sections import data

DATA = {
    "mixture": "generate: {kind: mixture, n_samples: 400, n_categorical: 1, n_integer: 1, missing: 0.05}",
    "file": "file: {path: rows.csv, target: größer}",
}
JOBS = {
    "a file with failures": small_spec(data=DATA["file"])
    .replace("title: A small job", r"title: '</script> ½ 🙂 \\ $x$'")
    .replace(
        "[baseline, smote]",
        "[smote, class_weight, {name: smote, params: {k_neighbors: 99}, label: many}, {class: hostile.Raises}]",
    ),
    "calibrated, swept mixture": small_spec(data=DATA["mixture"])
    + "evaluation: {calibrated: true, ratio_sweep: [smote], imbalance_sweep: [1, 4], cost: {false_negative: 3.7}, "
    "prevalence_in_use: 0.02}\n",
    "with durations": small_spec() + "report: {timings: true}\n",
    "one split": small_spec(n_repeats=1),
}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Run each job once, and give its output folder."""

    @cache
    def run(name: str) -> Path:
        folder = tmp_path_factory.mktemp("render")
        rows = "".join(f"{i % 7},{i % 13 / 7},{'ja' if i % 6 == 0 else 'nein'}\n" for i in range(240))
        (folder / "rows.csv").write_text("i,x,größer\n" + rows)
        (folder / "spec.yaml").write_text(JOBS[name])
        loaded = pipeline.read_spec(str(folder / "spec.yaml"), ("hostile",))
        pipeline.run_job(loaded, folder / "output", workers=1)
        return folder / "output"

    return run


@pytest.mark.long
@pytest.mark.parametrize("name", JOBS)
def test_the_same_bytes_again(
    name: str, run: Callable[[str], Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """nothing that the page shows is missing from results.json, and no number loses a digit on the way"""
    ended = run(name)
    page = tmp_path / "again" / "page.html"

    assert 0 == main(["render", str(ended / "results.json"), "--output", str(page)])
    assert (f"{page}\n", "") == tuple(capsys.readouterr())
    assert (ended / "report.html").read_bytes() == page.read_bytes()


@pytest.fixture
def results(tmp_path: Path, small_results: str) -> Path:
    """A results.json of its own."""
    path = tmp_path / "results.json"
    path.write_text(small_results)
    return path


@pytest.fixture(scope="module")
def small_results(run: Callable[[str], Path]) -> str:
    return (run("one split") / "results.json").read_text()


def test_the_gold_results_are_of_todays_shape(small_results: str) -> None:
    """a job that runs today writes the keys that stand in the results of the gold report, in their order"""
    gold = (Path(__file__).parent / "gold" / "results.json").read_text()
    assert list(json.loads(gold)) == list(json.loads(small_results))


def test_the_page_lands_beside_its_results(results: Path) -> None:
    """without --output it is report.html in the same folder, and nothing else is left there"""
    assert 0 == main(["render", str(results)])
    assert {"results.json", "report.html"} == {path.name for path in results.parent.iterdir()}
    assert 0o600 < (results.parent / "report.html").stat().st_mode & 0o777


def test_durations_that_are_gone_are_said_to_be(results: Path) -> None:
    """a report with durations can be made without timings.json, and says that it is not there"""
    changed = json.loads(results.read_text())
    changed["spec"]["report"]["timings"] = True
    results.write_text(json.dumps(changed))

    assert 0 == main(["render", str(results)])
    assert "timings.json is not there" in (results.parent / "report.html").read_text()


BAD = {
    "not JSON": (lambda text: "a,b\n1,2\n", ":1:1: not JSON"),
    "empty": (lambda text: "", ":1:1: not JSON"),
    "cut off": (lambda text: text[: len(text) // 2], "not JSON"),
    "a list": (lambda text: "[]", "must be an object"),
    "NaN": (lambda text: '{"schema_version": NaN}', "NaN is no number"),
    "nested without end": (lambda text: "[" * 100_000, "not valid JSON"),
    "somebody else's": (lambda text: '{"version": 3}', "no schema_version"),
    "a version in words": (lambda text: '{"schema_version": "1"}', "no schema_version"),
    "newer": (
        lambda text: '{"schema_version": 3}',
        "schema_version is 3, must be 2: another version of minority-report wrote it",
    ),
    "older": (
        lambda text: text.replace('"schema_version": 2', '"schema_version": 1'),
        f"schema_version is 1, must be 2: minority-report {__version__} wrote it; render with that version",
    ),
    "without its runs": (
        lambda text: text.replace('"runs"', '"ruins"', 1),
        "no report can be made of it: runs: Field required",
    ),
    "a section of another kind": (
        lambda text: '{"schema_version": 2, "spec": []}',
        "spec: Input should be a valid dict",
    ),
    "damaged inside": (
        lambda text: text.replace('"prevalence"', '"prevalance"'),
        "dataset.prevalence: Field required; run the job again",
    ),
    "words for a number": (
        lambda text: text.replace('"n_rows": 300', '"n_rows": "many"', 1),
        "dataset.n_rows: Input should be a valid integer",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_results_is_told_in_a_line(name: str, results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """exit code 3, one line that names the file and what is wrong, and no page"""
    damage, message = BAD[name]
    results.write_text(damage(results.read_text()))

    code = main(["render", str(results)])
    out, err = capsys.readouterr()

    assert (3, "", 1) == (code, out, err.count("\n"))
    assert f"Error: {results}" in err
    assert message in err
    assert not (results.parent / "report.html").exists()


def test_keys_of_a_later_release_are_ignored(results: Path) -> None:
    """anywhere, so that what is added needs no new schema"""
    assert 0 == main(["render", str(results)])
    page = (results.parent / "report.html").read_bytes()
    later = json.loads(results.read_text())
    for place in (later, later["dataset"], later["runs"][0], later["verdict"]["headline"]):
        place["added"] = {"later": 1}
    results.write_text(json.dumps(later))

    assert 0 == main(["render", str(results)])
    assert page == (results.parent / "report.html").read_bytes()


def test_a_section_that_cannot_be_drawn_is_a_bug(
    results: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """exit code 1 and a log with the traceback: the results are what they were, so nobody is sent to look at them"""

    def fail(facts: Facts) -> Section:
        raise KeyError("of ours")

    monkeypatch.setattr(data, "build_balance", fail)
    assert 1 == main(["render", str(results)])
    told = capsys.readouterr().err
    assert "a bug in minority-report (KeyError: 'of ours')" in told
    assert "balance" not in told
    assert "in fail" in Path(told.rpartition(": ")[2].strip()).read_text()
    assert not (results.parent / "report.html").exists()


@pytest.mark.parametrize("how", ["changed", "without a digest", "half a character"])
def test_a_report_that_cannot_be_drawn_of_changed_results_is_no_bug(
    how: str, results: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """exit code 3: whoever changed the file, or has it from a version that noted no digest, is told which it is"""
    changed = json.loads(results.read_text())
    if how == "without a digest":
        del changed["provenance"]["results_digest"]
    else:
        changed["spec"]["title"] = "another" if how == "changed" else "\ud83d"
    results.write_text(json.dumps(changed))

    def fail(facts: Facts) -> Section:
        raise KeyError("of theirs")

    monkeypatch.setattr(data, "build_balance", fail)
    assert 3 == main(["render", str(results)])
    told = capsys.readouterr().err
    assert told.startswith(f"Error: {results}: no report can be made of it (KeyError: 'of theirs')")
    assert 1 == told.count("\n")


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """a missing file, a folder and other bytes than text are the data's exit code"""
    (tmp_path / "bytes.json").write_bytes(b"\xff\xfe\x00")
    for path in (tmp_path / "nowhere.json", tmp_path, tmp_path / "bytes.json"):
        assert 3 == main(["render", str(path)])
        assert f"Error: {path}: " in capsys.readouterr().err


def test_timings_that_are_none_are_told(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """a report with durations is not made of another's file"""
    changed = json.loads(results.read_text())
    changed["spec"]["report"]["timings"] = True
    results.write_text(json.dumps(changed))
    for content in ("{}", "none"):
        results.with_name("timings.json").write_text(content)
        assert 3 == main(["render", str(results)])
        assert f"Error: {results.with_name('timings.json')}" in capsys.readouterr().err


def test_results_and_folders_are_not_written_over(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--output is a file other than the results, which a page would destroy"""
    before = results.read_bytes()
    (results.parent / "link").symlink_to(results)
    (results.parent / "timings.json").write_text("{}")
    for output, message in (
        (results, "holds the results"),
        ("link", "holds the results"),
        ("timings.json", "holds the timings"),
        (".", "is a folder"),
    ):
        assert 2 == main(["render", str(results), "--output", str(results.parent / output)])
        assert message in capsys.readouterr().err
    assert (before, "{}") == (results.read_bytes(), (results.parent / "timings.json").read_text())


def test_a_link_stays_one(results: Path) -> None:
    """a page is written where a link leads"""
    (results.parent / "kept.html").write_text("old")
    (results.parent / "link.html").symlink_to("kept.html")

    assert 0 == main(["render", str(results), "--output", str(results.parent / "link.html")])
    assert (results.parent / "link.html").is_symlink()
    assert (results.parent / "kept.html").read_text().startswith("<!DOCTYPE html>")
