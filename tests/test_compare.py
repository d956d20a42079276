"""`compare` and `run --against`: what changed between two jobs, as text, JSON and a section of the report."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from small_job import small_spec

from job import pipeline
from job.cli import main

GATES = "gates: [{metric: recall, strategy: smote, versus: previous, max_loss: 1, on_undecided: pass}]\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Two jobs, of which the later has another seed and was run against the first."""
    made = tmp_path_factory.mktemp("compare")
    for name, seed in (("old", 42), ("new", 7)):
        (made / f"{name}.yaml").write_text(f"{small_spec(n_repeats=5)}seed: {seed}\n{GATES}")
    words = ["--quiet", "--workers", "1", "--output"]
    assert 0 == main(["run", str(made / "old.yaml"), *words, str(made / "old")])
    assert 0 == main(["run", str(made / "new.yaml"), *words, str(made / "new"), "--against", str(made / "old")])
    return made


@pytest.fixture
def call(folder, capsys, monkeypatch):
    """Run a command in that folder."""
    monkeypatch.chdir(folder)
    capsys.readouterr()

    def call(*words: str) -> tuple[int, str, str]:
        code = main(words)
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return call


def test_changed_results_that_cannot_be_compared_are_no_bug(call, folder, tmp_path, monkeypatch) -> None:
    """exit code 3 names the one of the two that was changed, and `run` says so before anything is run"""

    def fail(old, new) -> None:
        raise KeyError("of theirs")

    text = (folder / "old/results.json").read_text()
    (tmp_path / "results.json").write_text(text.replace("A small job", "Another"))
    monkeypatch.setattr(pipeline, "find_changes", fail)

    for words in (("compare", "old", str(tmp_path)), ("run", "old.yaml", "-o", "never", "--against", str(tmp_path))):
        code, out, err = call(*words)
        assert (3, "") == (code, out)
        assert err.startswith(f"Error: {tmp_path}/results.json: no report can be made of it")
    assert not Path("never").exists()
    assert 1 == call("compare", "old", "new")[0]


def test_text_names_the_cause_then_every_difference(call) -> None:
    """Exit code 0 although something differs; a folder is as good as its results.json."""
    code, out, err = call("compare", "old", "new/results.json")
    lines = out.splitlines()

    assert (0, "") == (code, err)
    assert "Nothing but the seed changed, which alone explains every difference in the results." == lines[0]
    assert "spec: seed: 42 → 7" in lines
    assert any(line.startswith("metric: recall of smote with logistic_regression: ") for line in lines)
    assert {"data", "spec", "verdict", "metric"} >= {line.partition(":")[0] for line in lines[1:]}
    assert (0, "The results are the same.\n", "") == call("compare", "old", "old")


def test_json_has_every_metric_with_its_interval(call, folder) -> None:
    """It is what `run --against` keeps in its results."""
    code, out, _ = call("compare", "old", "new", "--json")
    found, results = json.loads(out), json.loads((folder / "new/results.json").read_text())

    assert 0 == code
    assert found["metrics"] == results["against"]["metrics"]
    assert len(results["summary"]) == len(found["metrics"])
    row = next(row for row in found["metrics"] if row["metric"] == "recall" and row["strategy"] == "smote")
    assert row["lower"] < row["difference"] < row["upper"]


@pytest.mark.parametrize("name", ["nothing.json", "old.yaml", ".", "old/metrics.csv"])
@pytest.mark.parametrize("place", [0, 1])
def test_what_cannot_be_read_is_exit_code_3(call, name, place) -> None:
    """One line names the file; `run` says so before anything is run."""
    words = ["old", "old"]
    words[place] = name
    code, out, err = call("compare", *words)

    assert (3, "") == (code, out)
    assert 1 == err.count("\n")
    assert 3 == call("run", "old.yaml", "--output", "never", "--against", name)[0]
    assert not Path("never").exists()


def test_a_number_that_no_job_writes_is_refused(call, folder) -> None:
    """One of 400 digits fits into no column of numbers."""
    results = json.loads((folder / "old/results.json").read_text())
    results["runs"][0]["metrics"]["tn"] = 10**400
    (folder / "huge.json").write_text(json.dumps(results))
    code, _, err = call("compare", "old", "huge.json")

    assert 3 == code
    assert err.startswith("Error: huge.json: ")


def test_a_job_keeps_what_it_was_compared_with(folder) -> None:
    """The file's digest is in the provenance, the section in the page, the sentence in the summary."""
    results = json.loads((folder / "new/results.json").read_text())
    page, summary = ((folder / "new" / name).read_text() for name in ("report.html", "summary.md"))
    cause = "Nothing but the seed changed, which alone explains every difference in the results."

    digest = hashlib.sha256((folder / "old/results.json").read_bytes()).hexdigest()
    assert digest == results["provenance"]["against_digest"]
    assert cause in page.partition('<section id="against"')[2].partition("</section>")[0]
    assert f"Against the earlier results: {cause}" in summary
    old = json.loads((folder / "old/results.json").read_text())
    assert not {"against"} & set(old)
    assert not {"against_digest"} & set(old["provenance"])


def test_a_rule_versus_previous_reads_the_change(folder) -> None:
    """Without earlier results it is undecided; with them it has the difference and its interval."""
    before, after = (json.loads((folder / name / "results.json").read_text()) for name in ("old", "new"))
    (first,), (gate,) = before["gates"], after["gates"]
    row = next(row for row in after["against"]["metrics"] if row["metric"] == "recall" and row["strategy"] == "smote")

    assert ("undecided", "no earlier result; give one with run --against") == (first["status"], first["reason"])
    assert "passed" == gate["status"]
    assert [row[key] for key in ("difference", "lower", "upper")] == [gate[key] for key in ("value", "lower", "upper")]


@pytest.mark.long
def test_the_earlier_file_is_an_input(call, folder) -> None:
    """The same one leaves a job unchanged; one of other bytes, or none, makes it anew."""
    run = ("run", "new.yaml", "--workers", "1", "--output", "new")
    assert "Unchanged" in call(*run, "--against", "old/results.json")[2]
    text = (folder / "old/results.json").read_text()
    (folder / "later.json").write_text(text + "\n")

    assert "Unchanged" not in call(*run, "--against", "later.json")[2]
    assert "Unchanged" not in call(*run)[2]
    assert "against" not in json.loads((folder / "new/results.json").read_text())


@pytest.mark.long
def test_a_job_may_replace_what_it_is_compared_with(call, folder) -> None:
    """One folder for all: the earlier results are read before they are replaced."""
    (folder / "here.yaml").write_text((folder / "old.yaml").read_text())
    run = ("run", "here.yaml", "--workers", "1", "--quiet", "--output", "here")
    call(*run)
    digest = hashlib.sha256((folder / "here/results.json").read_bytes()).hexdigest()

    assert 0 == call(*run, "--against", "here")[0]
    results = json.loads((folder / "here/results.json").read_text())
    assert digest == results["provenance"]["against_digest"]
    assert [] == results["against"]["causes"] == results["against"]["changes"]


@pytest.mark.long
def test_a_page_with_changes_is_rendered_again(call, folder) -> None:
    """From the results alone, to the same bytes; the earlier file isn't read."""
    call("run", "new.yaml", "--workers", "1", "--quiet", "--output", "new", "--against", "old")
    before = (folder / "new/report.html").read_bytes()

    assert b'<section id="against"' in before
    assert 0 == call("render", "new/results.json")[0]
    assert before == (folder / "new/report.html").read_bytes()
