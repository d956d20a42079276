"""Gates as a CI pipeline meets them: the exit code, junit.xml, the log and the summary."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import junitparser
import pytest
from small_job import small_spec

from job.cli import main

STRICT = """\
gates:
  - {metric: recall, strategy: smote, bound: mean, min: 0}
  - {metric: recall, strategy: smote, bound: mean, min: 1.5}
"""
LENIENT = """\
gates:
  - {metric: recall, strategy: smote, versus: previous, max_loss: 0.5, on_undecided: pass}
  - {max_failed_runs: 0}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """One job whose second rule fails."""
    made = tmp_path_factory.mktemp("gates")
    (made / "spec.yaml").write_text(small_spec() + STRICT)
    main(["run", str(made / "spec.yaml"), "--output", str(made / "output"), "--workers", "1"])
    return made


@pytest.fixture
def run(folder, capsys, monkeypatch):
    """Run the job in this process, into one output folder."""
    monkeypatch.chdir(folder)

    def run(*words: str) -> tuple[int, str]:
        code = main(["run", "spec.yaml", "--workers", "1", *words])
        return code, capsys.readouterr().err

    return run


def test_a_failed_gate_is_exit_code_5_and_in_every_file(run, folder) -> None:
    """Results, summary, page, log and junit.xml say which rule failed and why; the report is written all the same."""
    code, log = run("--fresh")
    output, results = folder / "output", json.loads((folder / "output/results.json").read_text())
    (summary, page, junit) = ((output / name).read_text() for name in ("summary.md", "report.html", "junit.xml"))
    passed, failed = results["gates"]
    reason = f"the mean is {failed['value']:.6g}, and min is 1.5"

    assert 5 == code
    assert [("passed", None, False), ("failed", reason, True)] == [
        (gate["status"], gate["reason"], gate["fails_job"]) for gate in (passed, failed)
    ]
    assert {"rule", "strategy", "classifier", "value", "lower", "upper", "status", "reason", "fails_job"} == set(failed)
    assert "Gates: 1 passed, 1 failed" in log
    assert f"Gate failed: {failed['rule']} with logistic_regression: {reason}" in log
    assert reason in summary.partition("## Gates")[2].partition("## With")[0]
    assert f"T{reason[1:]}." in page.partition('<section id="gates"')[2].partition("</section>")[0]
    assert junit.count("<failure") == 1


def test_an_unchanged_job_fails_again(run, folder) -> None:
    """Nothing is run, and the stored gates decide; a quiet log still says why."""
    before = (folder / "output/junit.xml").read_bytes()
    code, log = run("--quiet")

    assert 5 == code
    assert ["Gate failed"] == [line.partition(":")[0] for line in log.splitlines()]
    assert "Unchanged" in run()[1]
    assert before == (folder / "output/junit.xml").read_bytes()


def test_render_never_fails(folder, monkeypatch) -> None:
    """It makes the page again and decides nothing."""
    monkeypatch.chdir(folder)
    before = (folder / "output/report.html").read_bytes()

    assert 0 == main(["render", "output/results.json"])
    assert before == (folder / "output/report.html").read_bytes()


@pytest.mark.long
def test_gates_that_hold_are_exit_code_0_and_without_gates_nothing_is_left(run, folder) -> None:
    """An undecided rule that may pass is skipped; a spec without rules takes the junit.xml of the last one away."""
    (folder / "spec.yaml").write_text(small_spec() + LENIENT)
    code, log = run()
    cases = [case for suite in junitparser.JUnitXml.fromfile(str(folder / "output/junit.xml")) for case in suite]

    assert 0 == code
    assert "Gates: 1 passed, 1 undecided but allowed" in log
    assert [True, False] == [case.is_skipped for case in cases]
    assert [False, True] == [case.is_passed for case in cases]
    (folder / "spec.yaml").write_text(small_spec())
    assert 0 == run("--quiet")[0]
    assert not (folder / "output/junit.xml").exists()
    assert "gates" not in json.loads((folder / "output/results.json").read_text())["spec"]


@pytest.mark.long
def test_a_failed_gate_wins_over_failed_runs(tmp_path, monkeypatch) -> None:
    """Exit code 5 says that a rule was broken, which failed runs alone (4) don't."""
    monkeypatch.chdir(tmp_path)
    spec = small_spec(n_repeats=1).replace("[baseline, smote]", "[{class: hostile.Raises}]")
    command = ["run", "spec.yaml", "-q", "--workers", "1", "--allow-package", "hostile"]
    codes = []
    for most in (0, 9):
        (tmp_path / "spec.yaml").write_text(f"{spec}gates: [{{max_failed_runs: {most}}}]\n")
        codes.append(main(command))

    assert [5, 4] == codes


def test_a_gate_on_an_unknown_strategy_is_refused_before_anything_is_run(tmp_path, monkeypatch, capsys) -> None:
    """exit code 2, with the line; no folder is made"""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "spec.yaml").write_text(small_spec() + "gates:\n  - {metric: recall, strategy: smoth, min: 0}\n")

    assert 2 == main(["run", "spec.yaml"])
    assert (
        "spec.yaml:7:22 gates[0].strategy: unknown strategy label 'smoth'; did you mean smote?"
        in capsys.readouterr().err
    )
    assert ["spec.yaml"] == [path.name for path in tmp_path.iterdir()]


def test_the_starter_shows_rules_that_are_right(tmp_path, monkeypatch, capsys) -> None:
    """Whoever removes the # has gates."""
    monkeypatch.chdir(tmp_path)
    main(["init"])
    text = capsys.readouterr().out
    start = text.index("# gates:")
    (tmp_path / "spec.yaml").write_text(text[:start] + text[start:].replace("# gates", "gates").replace("\n#", "\n"))

    assert 0 == main(["validate", "spec.yaml"])


def test_junit_xml_is_xml_of_few_elements(folder) -> None:
    """Only what Jenkins' schema for JUnit knows, with its required attributes."""
    allowed = {
        "testsuites": {"name", "time", "tests", "failures", "errors"},
        "testsuite": {"name", "time", "tests", "failures", "errors", "skipped"},
        "testcase": {"name", "time", "classname"},
        "failure": {"type", "message"},
        "skipped": {"type", "message"},
    }
    (folder / "spec.yaml").write_text(small_spec() + STRICT + LENIENT.partition("\n")[2])
    main(["run", str(folder / "spec.yaml"), "--workers", "1", "-q", "--output", str(folder / "output")])
    root = ET.parse(folder / "output/junit.xml").getroot()

    assert "testsuites" == root.tag
    assert all(set(element.attrib) == allowed[element.tag] for element in root.iter())
