"""The commands as a user or a CI job meets them: what they print where, and the exit codes."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import dask
import pytest
from small_job import small_spec

from job import __version__, pipeline
from job.cli import main
from job.outputs import ALWAYS

ROOT = Path(__file__).parents[1]
ROWS = "".join(f"{i},{'yes' if i % 7 == 0 else 'no'}\n" for i in range(100))
COMMANDS = ("run", "validate", "init", "generate", "render", "compare", "dask", "schema")


@pytest.fixture
def call(capsys, monkeypatch, tmp_path):
    """Run a command in an empty folder of its own, in this process."""
    monkeypatch.chdir(tmp_path)

    def call(*words: str) -> tuple[int, str, str]:
        code = main(words)
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return call


def start(*words: str, environment: Mapping[str, str] | None = None, **options) -> subprocess.CompletedProcess[bytes]:
    """Run a command in a process of its own."""
    whole = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}", **(environment or {})}
    return subprocess.run([sys.executable, "-m", "job", *words], env=whole, **options)


@pytest.fixture(scope="module")
def ended(tmp_path_factory) -> subprocess.CompletedProcess[bytes]:
    """One job in a log: a strategy that fails, one that is degraded, one that cannot exist with one classifier."""
    folder = tmp_path_factory.mktemp("ended")
    spec = small_spec(data="generate: {n_samples: 300, weights: [0.9], n_classes: 2}").replace(
        "[baseline, smote]",
        "[smote, class_weight, {name: smote, params: {k_neighbors: 200}, label: many}, {class: hostile.Raises}]",
    )
    (folder / "spec.yaml").write_text(spec.replace("[logistic_regression]", "[logistic_regression, knn]"))
    return start("run", "spec.yaml", "--workers", "1", "--allow-package", "hostile", cwd=folder, capture_output=True)


def test_a_log_alone_tells_the_story(ended) -> None:
    """Standard output is a table of strategies for each classifier, then the answer and the path of the report."""
    lines = ended.stdout.decode().splitlines()

    assert "output/report.html" == lines[-1]
    assert ["logistic_regression", "knn"] == lines[0].split()
    rows: dict[str, list[str]] = {}
    for line in filter(None, lines):  # the table stands before the text, in which a line may begin with the same word
        rows.setdefault(line.split()[0], line.split()[1:])
    assert list(rows)[3:9] == ["strategy", "baseline", "smote", "class_weight", "many", "Raises"]
    assert 8 == len(rows["baseline"])
    assert ["–", "–", "–", "–", "n"] == rows["class_weight"][4:]
    assert (["–"] * 4 + ["f"]) * 2 == rows["Raises"]
    assert ["d", "d"] == [word for word in rows["many"] if word.isalpha()]
    assert max(map(len, lines)) <= 80
    said = " ".join(lines)
    assert "This job can't tell whether oversampling helps logistic_regression: too few splits" in said
    assert "Use logistic_regression without resampling (baseline)" in said


def test_runs_that_went_differently_are_told_with_their_reasons(ended) -> None:
    """What failed, what was degraded, and what cannot exist stands in the log, one line for each reason."""
    lines = ended.stderr.decode().splitlines()
    told = [line for line in lines if not re.fullmatch(r"\d+ of 24 runs(, about .* left)?", line)]

    assert 4 == ended.returncode
    assert len(lines) - len(told) <= 10
    assert ["Failed", "Degraded", "Not"] == [re.split(r"[ :]", line)[0] for line in told]
    assert "Raises, 4 of 4 runs" in told[0]
    assert "no luck with 240 rows" in told[0]
    assert "many, 4 of 4 runs" in told[-2]
    assert "class_weight with knn, 2 of 2 runs" in told[-1]


def test_nothing_is_told_twice(ended) -> None:
    """The table's numbers are the report's: means over the splits of results.json."""
    assert b"Traceback" not in ended.stdout + ended.stderr
    assert 1 == ended.stdout.count(b"report.html")


def test_quiet_prints_the_path_of_the_report_only(call, tmp_path) -> None:
    """A script takes standard output for the report."""
    (tmp_path / "spec.yaml").write_text(small_spec(n_repeats=1))

    code, out, err = call("run", "spec.yaml", "-q", "--output", "deep/er", "--workers", "1")

    assert (0, "deep/er/report.html\n", "") == (code, out, err)
    assert (tmp_path / out.strip()).exists()


@pytest.mark.long
def test_verbose_tells_each_run(call, tmp_path) -> None:
    """Who waits for one strategy sees when it ended and how."""
    (tmp_path / "spec.yaml").write_text(small_spec(n_repeats=1))

    code, _, err = call("run", "spec.yaml", "--verbose", "--workers", "1")

    assert 0 == code
    assert ["1 of 3", "2 of 3", "3 of 3"] == [line.partition(":")[0] for line in err.splitlines()]
    assert re.search(r"smote with logistic_regression, repeat 0, fold 0: ok in \d+\.\d\d s", err)
    assert re.search(r"smote with logistic_regression, repeat 0, fold 0, leak: ok in ", err)


@pytest.mark.long
def test_the_image_says_where_reports_go(call, tmp_path, monkeypatch) -> None:
    """In the image --output has another default."""
    (tmp_path / "spec.yaml").write_text(small_spec(n_repeats=1))
    monkeypatch.setenv("MINORITY_REPORT_OUTPUT", "elsewhere")

    assert (0, "elsewhere/report.html\n") == call("run", "spec.yaml", "-q", "--workers", "1")[:2]


@pytest.mark.long
def test_a_spec_from_standard_input_is_run_where_it_is_called(tmp_path) -> None:
    """What `init` writes is run through a pipe; paths in it are relative to the working directory."""
    rows = "".join(f"{i},{'yes' if i % 7 == 0 else 'no'}\n" for i in range(100))
    (tmp_path / "rows.csv").write_text("x,label\n" + rows)
    spec = small_spec(n_repeats=1, data="file: {path: rows.csv, target: label}").encode()

    done = start("run", "-", "-q", "--workers", "1", input=spec, cwd=tmp_path, capture_output=True)

    assert (0, b"output/report.html\n", b"") == (done.returncode, done.stdout, done.stderr)


def test_validate_counts_the_runs_and_makes_none(call, tmp_path) -> None:
    """Nothing is written."""
    (tmp_path / "spec.yaml").write_text(small_spec(n_repeats=1500))

    assert (
        0,
        "spec.yaml: no problem found; 3,005 runs "
        "(1,500 splits × 2 strategies × 1 classifier, and 5 outside this grid)\n",
        "",
    ) == call("validate", "spec.yaml")
    assert ["spec.yaml"] == [path.name for path in tmp_path.iterdir()]


def test_validate_reads_the_header_of_the_data(call, tmp_path) -> None:
    """A column that isn't there is found before anything is run."""
    (tmp_path / "rows.csv").write_text("a,b\n1,2\n")
    (tmp_path / "spec.yaml").write_text(small_spec(data="file: {path: rows.csv, target: label}"))

    code, out, err = call("validate", "spec.yaml")

    assert (3, "", 1) == (code, out, err.count("\n"))
    assert "label" in err


def test_problems_of_spec_and_data_are_told_together(call, tmp_path) -> None:
    """A batch user gets one try per run."""
    (tmp_path / "spec.yaml").write_text(
        "data:\n  file: {path: nowhere.csv, target: label}\nsplit: {n_repeat: 3}\nstrategies: [smoth]\n"
    )

    code, _, err = call("run", "spec.yaml")

    assert 2 == code
    assert ["spec.yaml:2:3", "spec.yaml:3:9", "spec.yaml:4:14"] == [line.split()[0] for line in err.splitlines()]
    assert "nowhere.csv" in err.splitlines()[0]


def test_init_writes_a_spec_that_validates(call, tmp_path) -> None:
    """The starter can be run with nothing edited."""
    code, spec, err = call("init")
    (tmp_path / "spec.yaml").write_text(spec)

    assert (0, "") == (code, err)
    assert 0 == call("validate", "spec.yaml")[0]


def test_init_names_the_file_as_it_was_called(call, tmp_path) -> None:
    """The path in the spec is relative to where init was called."""
    (tmp_path / "sub").mkdir()
    rows = "".join(f"{i},{i % 13},{'ja' if i % 7 == 0 else 'nein'}\n" for i in range(100))
    (tmp_path / "sub" / "rows.csv").write_text("id,x,größer\n" + rows)

    code, spec, err = call("init", "sub/rows.csv", "--target", "größer")
    (tmp_path / "spec.yaml").write_text(spec)

    assert (0, "") == (code, err)
    assert re.search(r"path: \"?sub/rows\.csv", spec)
    assert 0 == call("validate", "spec.yaml")[0]


def test_schema_prints_json(call) -> None:
    """An editor can read it."""
    code, out, _ = call("schema")

    assert 0 == code
    assert "Minority Report spec" == json.loads(out)["title"]


def test_version(call) -> None:
    """A bug report starts with it."""
    assert (0, f"minority-report {__version__}\n", "") == call("--version")


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help_mentions_every_command(call, option) -> None:
    """Who asks for help learns what there is, with examples and exit codes."""
    code, out, _ = call(option)

    assert 0 == code
    assert [command for command in COMMANDS if not re.search(rf"^  {command} ", out, re.MULTILINE)] == []
    assert "Examples:" in out
    assert "Exit codes:" in out


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_examples(call, command) -> None:
    """-h answers for each command."""
    code, out, _ = call(command, "-h")

    assert 0 == code
    assert re.search(rf"Examples?:\n  +minority-report {command}", out)


def test_help_keeps_to_eighty_columns(call) -> None:
    """Examples are not wrapped in a narrow terminal."""
    pages = [call("--help")[1], *(call(command, "--help")[1] for command in COMMANDS)]

    assert [line for page in pages for line in page.splitlines() if len(line) > 80] == []


@pytest.mark.parametrize(
    "words",
    [
        ("frob",),
        ("--frob",),
        ("run", "--frob"),
        ("run", "--workers", "0"),
        ("run", "--workers", "many"),
        ("run", "--output", ""),
        ("run", "--allow-package", "my.package"),
        ("run", "-q", "-v"),
        ("run", "one.yaml", "two.yaml"),
        ("validate",),
        ("init", "rows.csv"),
        ("init", "--target", "label"),
        ("schema", "surplus"),
    ],
    ids=" ".join,
)
def test_a_usage_error_is_one_line(call, words) -> None:
    """It says what is wrong and where help is."""
    code, out, err = call(*words)

    assert (2, "") == (code, out)
    assert re.fullmatch(r"Error: .* See: .* --help\n", err)


def test_a_cluster_that_is_not_there_is_said_in_one_line(call) -> None:
    """`--dask` wins over the spec, it is said what is ignored, and nothing is written"""
    Path("spec.yaml").write_text(small_spec() + "engine: {workers: 2}\n")

    with dask.config.set({"distributed.comm.timeouts.connect": "100ms"}):
        code, out, err = call("run", "spec.yaml", "--dask", "tcp://127.0.0.1:9")

    assert (2, "") == (code, out)
    note, line = err.splitlines()
    assert "Note: engine.workers is ignored, because the Dask cluster has workers of its own" == note
    assert line.startswith("Error: no Dask scheduler answers at tcp://127.0.0.1:9: ")
    assert not Path("output").exists()


@pytest.mark.parametrize(
    ("words", "started"),
    [
        ("scheduler --port 0", "scheduler --port 0"),
        ("worker tcp://a:1 --name b", "worker tcp://a:1 --name b --nthreads 1"),
        ("worker tcp://a:1 --nthreads=4", "worker tcp://a:1 --nthreads=4"),
        ("worker --help", "worker --help --nthreads 1"),
    ],
)
def test_dask_takes_the_place_of_the_process(call, monkeypatch, words, started) -> None:
    """Signals reach Dask itself, and a worker does one unit at a time unless somebody says otherwise."""
    called: list[list[str]] = []
    monkeypatch.setattr(os, "execv", lambda path, command: called.append(command) or 1 / 0)

    call("dask", *words.split())

    assert [[sys.executable, "-m", "dask", *started.split()]] == called


def test_without_a_command_help_is_shown(call) -> None:
    """Nothing was asked, so it is a usage error, but a friendly one."""
    code, out, err = call()

    assert (2, "") == (code, err)
    assert out.startswith("Usage: ")


@pytest.mark.parametrize("name", ["nowhere.yaml", ".", "a\nb.yaml", "\x1b[31mred", "\udcff"])
@pytest.mark.parametrize("command", ["run", "validate"])
def test_a_spec_that_cannot_be_read_is_one_line(call, name, command) -> None:
    """Its name cannot steer the terminal, and the message says how to get a spec."""
    code, out, err = call(command, name)

    assert (2, "", 1) == (code, out, err.count("\n"))
    assert "minority-report init > spec.yaml" in err
    assert err.isprintable() or err[:-1].isprintable()


def test_an_empty_spec_from_standard_input(tmp_path) -> None:
    """A pipe that brought nothing is told from a spec."""
    done = start("run", "-", stdin=subprocess.DEVNULL, cwd=tmp_path, capture_output=True)

    assert 2 == done.returncode
    assert b"<stdin>:1:1: is empty; write one with: minority-report init > spec.yaml\n" == done.stderr


@pytest.mark.parametrize("output", ["file", "file/below", "/proc/nowhere"])
def test_an_output_folder_that_cannot_be_written(call, tmp_path, output) -> None:
    """One line that says what to do, before anything is computed."""
    (tmp_path / "spec.yaml").write_text(small_spec())
    (tmp_path / "file").write_text("mine")

    code, out, err = call("run", "spec.yaml", "--output", output)

    assert (2, "", 1) == (code, out, err.count("\n"))
    assert "mkdir -p output" in err
    assert "mine" == (tmp_path / "file").read_text()


@pytest.mark.parametrize(
    ("name", "spec", "path"),
    [("spec.yaml", "spec.yaml", "metrics.csv"), ("results.json", "./results.json", "rows.csv")],
)
def test_no_output_replaces_what_the_job_reads(call, tmp_path, name, spec, path) -> None:
    """Data or a spec that has the name of an output and lies where that goes is named, and nothing is run."""
    (tmp_path / path).write_text("x,label\n" + ROWS)
    (tmp_path / name).write_text(small_spec(data=f"file: {{path: {path}, target: label}}"))
    before = [(file.name, file.read_bytes()) for file in sorted(tmp_path.iterdir())]

    code, out, err = call("run", spec, "--output", ".")

    assert (2, "", 1) == (code, out, err.count("\n"))
    assert re.search(r"(metrics\.csv|results\.json) would replace \1, which this job reads", err)
    assert before == [(file.name, file.read_bytes()) for file in sorted(tmp_path.iterdir())]


def test_a_spec_from_standard_input_is_not_replaced(tmp_path) -> None:
    """Also where the shell has opened the file."""
    (tmp_path / "summary.md").write_text(small_spec())

    with (tmp_path / "summary.md").open() as spec:
        done = start("run", "-", "--output", ".", stdin=spec, cwd=tmp_path, capture_output=True)

    assert 2 == done.returncode
    assert b"summary.md would replace /dev/stdin, which this job reads" in done.stderr
    assert ["summary.md"] == [path.name for path in tmp_path.iterdir()]


def test_a_bug_is_one_line_that_names_its_log(call, tmp_path, monkeypatch) -> None:
    """The traceback is kept where it can be sent from, and isn't shown."""

    def broken(*arguments: object) -> None:
        raise ZeroDivisionError("a\nb")

    monkeypatch.setattr(pipeline, "read_spec", broken)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    code, out, err = call("run")

    log = next(tmp_path.glob("minority-report-*.log"))
    assert (1, "", 1) == (code, out, err.count("\n"))
    assert f"ZeroDivisionError: a b); please send us the log: {log}" in err
    assert "Traceback" in log.read_text()
    assert __version__ in log.read_text()


@pytest.mark.long
def test_a_job_without_standard_streams(tmp_path) -> None:
    """Closed, as a daemon has them, they are no reason to fail, and nothing that is printed gets into a file."""
    (tmp_path / "chatty.py").write_text(
        "import os\nfrom imblearn.over_sampling import SMOTE\n"
        "class Chatty(SMOTE):\n"
        "    def _fit_resample(self, X, y):\n"
        "        print('chatter', flush=True), os.write(2, b'chatter')\n"
        "        return super()._fit_resample(X, y)\n"
    )
    (tmp_path / "spec.yaml").write_text(small_spec(n_repeats=1).replace("smote]", "{class: chatty.Chatty}]"))
    job = f"{sys.executable} -m job run spec.yaml --workers 1 --allow-package chatty <&- >&- 2>&-"

    done = subprocess.run(
        ["bash", "-c", job], cwd=tmp_path, env={**os.environ, "PYTHONPATH": f"{ROOT}:{tmp_path}"}, check=False
    )

    assert 0 == done.returncode
    written = [path.read_bytes() for path in (tmp_path / "output").rglob("*") if path.is_file()]
    assert len(written) > len(ALWAYS)
    assert not any(b"chatter" in content for content in written)


def test_names_are_no_commands_to_a_runner(call, tmp_path) -> None:
    """A file, a column or a label called like a command of a CI job's log is named in it, and nothing happens."""
    (tmp_path / "rows.csv").write_text("x,##vso[task.complete]\n" + ROWS)
    names = ("::error::a.yaml", "b.yaml")
    for name, target in zip(names, ("##[error]", "##vso[task.complete]"), strict=True):
        (tmp_path / name).write_text(small_spec(data=f"file: {{path: rows.csv, target: '{target}'}}"))

    told = [call("validate", name) for name in (*names, "::error::no.yaml", "##vso[no]")]
    code, spec, err = call("init", "rows.csv", "--target", "##vso[task.complete]")
    (tmp_path / "c.yaml").write_text(spec)

    assert ([3, 0, 2, 2], (0, "")) == ([code for code, _, _ in told], (code, err))
    shown = "".join(out + err for _, out, err in told)
    assert not re.search(r"##(vso)?\[|^::", shown + spec, re.MULTILINE)
    assert "## vso[task.complete]" in shown
    assert ": :error::no.yaml" in shown
    assert "##vso[task.complete]" == pipeline.read_spec("c.yaml").spec.data.file.target


@pytest.mark.parametrize("statement", ["import sys; sys.exit(0)", "raise SystemExit", "x = (", "import nowhere"])
def test_a_module_that_cannot_be_imported_is_a_problem_of_the_spec(call, tmp_path, monkeypatch, statement) -> None:
    """Also where it ends the interpreter, which would look like success."""
    monkeypatch.syspath_prepend(tmp_path)
    module = f"broken_{len(statement)}"
    (tmp_path / f"{module}.py").write_text(statement + "\n")
    (tmp_path / "spec.yaml").write_text(small_spec().replace("smote]", f"{{class: {module}.Any}}]"))

    code, out, err = call("run", "spec.yaml", "--allow-package", module)

    assert (2, "", 1) == (code, out, err.count("\n"))
    assert f"strategies[1].class: cannot import {module}" in err


def test_a_reader_that_goes_away_is_no_error(tmp_path) -> None:
    """`init | head -1` ends quietly."""
    piped = f"{sys.executable} -m job init | head -n 1; echo ${{PIPESTATUS[0]}}"

    done = subprocess.run(["bash", "-c", piped], env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True)

    assert b"" == done.stderr
    assert [b"#", b"0"] == [line[:1] for line in done.stdout.splitlines()]


@pytest.mark.parametrize("words", [("--help",), ("--version",), ("init",), ("schema",)], ids=" ".join)
@pytest.mark.parametrize(("redirection", "code"), [(">&-", 0), ("> /dev/full", 2), ("| true", 0)])
def test_an_output_that_takes_nothing(words, redirection, code) -> None:
    """Closed: nobody listens. Full: what was asked for is not there. No traceback in either case."""
    command = f"{sys.executable} -m job {' '.join(words)} {redirection}; exit ${{PIPESTATUS[0]}}"

    done = subprocess.run(["bash", "-c", command], env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True)

    assert code == done.returncode, done.stderr
    assert (1 if code else 0) == done.stderr.count(b"\n"), done.stderr


@pytest.mark.long
@pytest.mark.parametrize(
    "locale",
    [
        {"LANG": "C"},
        {"LC_ALL": "POSIX"},
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "latin-1:strict"},
    ],
    ids=str,
)
def test_a_terminal_without_unicode(tmp_path, locale) -> None:
    """Names that it cannot show are no reason to stop, and what init writes is UTF-8 all the same."""
    rows = "".join(f"{i},{i % 13},{'já' if i % 7 == 0 else 'não'}\n" for i in range(100))
    (tmp_path / "zeilen.csv").write_text("id,x,größe\n" + rows)
    started = start("init", "zeilen.csv", "--target", "größe", cwd=tmp_path, capture_output=True, environment=locale)
    (tmp_path / "spec.yaml").write_bytes(started.stdout)

    checked = start("validate", "spec.yaml", cwd=tmp_path, capture_output=True, environment=locale)

    assert (0, b"") == (started.returncode, started.stderr)
    assert "größe" in started.stdout.decode()
    assert (0, b"") == (checked.returncode, checked.stderr)
    assert checked.stdout.startswith(b"spec.yaml: no problem found; ")
