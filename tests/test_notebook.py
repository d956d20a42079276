"""The job on a data frame: the numbers of `run` on the same rows, nothing left behind, and a report in a notebook."""

from __future__ import annotations

import ast
import inspect
import json
import os
import pickle
import re
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pandas as pd
import pytest
from factories import make_spec
from imblearn.over_sampling import SVMSMOTE
from page_cases import HOSTILE
from ruamel.yaml import YAML
from sklearn.linear_model import LogisticRegression
from snippets import check_pair, run_scripts, run_small_job

import job
from job import compare_strategies, pipeline
from job.data.reading.load_data import load_dataset
from job.errors import DataError, JobError, OutputError, SpecError
from job.notebook import Comparison
from job.outputs import ALWAYS
from job.report.facts import load_facts
from job.report.render import build_section
from job.results.results_file import read_results
from job.spec.file_keys import FileSpec

ROOT = Path(__file__).parents[1]
ASKED: dict[str, Any] = {
    "title": f"A frame {HOSTILE} </iframe>",
    "split": {"n_repeats": 2},
    "strategies": ["smote", {"name": "SVMSMOTE", "params": {"k_neighbors": np.int64(3)}}],
    "classifiers": ["gaussian_nb", "decision_tree"],
}
SMALL: dict[str, Any] = {
    "split": {"n_repeats": 1},
    "strategies": [],
    "classifiers": ["gaussian_nb"],
    "engine": {"workers": 1},
}


def make_frame(n: int = 240, seed: int = 0) -> pd.DataFrame:
    """Columns of every kind that pandas has, with gaps, and with names and texts that are no friends of CSV or HTML."""
    rng = np.random.default_rng(seed)
    positive = rng.random(n) < 0.25
    gaps = rng.random(n) < 0.1
    words = rng.choice(["NA", "a,b", 'say "x"', "two\nlines", " edge ", "é漢", "</iframe>"], n)
    return pd.DataFrame(
        {
            "amount": np.where(gaps, np.nan, rng.normal(size=n) + positive),
            "single": (rng.normal(size=n) + positive).astype(np.float32),
            "count": pd.Series(rng.poisson(4 + positive)).mask(gaps),
            "nullable": pd.array(rng.poisson(4, n), dtype="Int64").copy(),
            "flag": rng.random(n) < 0.5,
            "maybe": pd.Series(rng.random(n) < 0.5, dtype="boolean").mask(gaps),
            "words": words,
            "code": [f"{value:03d}" for value in rng.integers(0, 9, n)],
            "shop": pd.Categorical(rng.choice(["x", "y", "NA", "z"], n)),
            "grade": pd.Categorical.from_codes(np.where(gaps, -1, rng.integers(0, 3, n)), [3, 1, 2]),
            "when": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 9_000, n), "h"),
            HOSTILE: rng.choice([HOSTILE, "safe"], n),
            7: rng.normal(size=n),
            "label": np.where(positive, HOSTILE, "no"),
        },
        index=rng.permutation(n),
    )


FRAME = make_frame()


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    return compare_strategies(FRAME, target="label", drop=[7], **ASKED)


@pytest.mark.long
def test_the_numbers_are_those_of_run_on_the_same_rows(comparison: Comparison, tmp_path: Path) -> None:
    """to the bit, whatever the columns are; only the name of the source differs"""
    FRAME.to_csv(tmp_path / "data.csv", index=False)
    file = {"path": "data.csv", "target": "label", "drop": ["7"], "categorical": ["shop", "grade"]}
    strategies = ["smote", {"name": "SVMSMOTE", "params": {"k_neighbors": 3}}]
    with (tmp_path / "spec.yaml").open("w") as spec:
        YAML().dump({**ASKED, "strategies": strategies, "data": {"file": file}}, spec)
    pipeline.run_job(pipeline.read_spec(str(tmp_path / "spec.yaml")), tmp_path / "output")
    from_file, from_frame = read_results(tmp_path / "output" / "results.json"), comparison.results

    for name in ("metrics.csv", "comparisons.csv"):
        assert (tmp_path / "output" / name).read_bytes() == comparison.files[name]
    assert from_file.provenance.data_digest == from_frame.provenance.data_digest
    assert from_file.verdict == from_frame.verdict
    assert from_file.dataset == from_frame.dataset.model_copy(update={"source": "data.csv"})
    written = json.loads(comparison.files["results.json"])
    assert (None, "a data frame") == (written["spec"]["data"]["file"]["path"], written["dataset"]["source"])
    assert tempfile.gettempdir() not in "".join(map(str, comparison.files.values()))


def test_tables_are_those_of_the_files(comparison: Comparison) -> None:
    """the same columns in the same order, and every number to the bit"""
    for table, name in ((comparison.metrics, "metrics.csv"), (comparison.comparisons, "comparisons.csv")):
        lines = comparison.files[name].decode().splitlines()
        assert lines[0].split(",") == list(table.columns)
        assert len(lines) == len(table) + 1
    runs = {(run.strategy, run.classifier, run.repeat): run.metrics for run in comparison.results.runs}
    assert len(comparison.metrics) == sum(map(len, runs.values()))
    for row in comparison.metrics.itertuples():
        value = runs[row.strategy, row.classifier, row.repeat][row.metric]
        assert (value is None) == pd.isna(row.value)
        assert value is None or float(value).hex() == row.value.hex()
    found = comparison.comparisons.set_index(["metric", "classifier", "strategy", "reference"])
    for row in comparison.results.comparisons:
        own = found.loc[(row.metric, row.classifier, row.strategy, row.reference)]
        assert (row.difference is None) == pd.isna(own["difference"])
        assert row.difference is None or float(row.difference).hex() == float(own["difference"]).hex()


def test_the_report_says_how_to_get_the_numbers_again(comparison: Comparison, tmp_path: Path) -> None:
    """its spec reads the frame as a file, and is otherwise the one that was run"""
    content = build_section(load_facts(comparison.results, None), "reproduce").content
    (tmp_path / "spec.yaml").write_text(content.spec)
    again = pipeline.read_spec(str(tmp_path / "spec.yaml")).spec.model_dump(mode="json", by_alias=True)
    written = comparison.results.spec.model_dump(mode="json", by_alias=True, exclude_unset=True)

    assert "frame.csv" == again["data"]["file"].pop("path")
    assert None is written["data"]["file"].pop("path")
    assert {**written, "engine": again["engine"]} == again
    page = comparison.files["report.html"].decode()
    assert "frame.to_csv(&#34;frame.csv&#34;, index=False)" in page
    assert '<p class="question">A data frame: 240 rows, ' in page


def test_a_comparison_is_frozen_text_and_can_be_kept(comparison: Comparison) -> None:
    """it is the verdict in a terminal, and pickle keeps it whole"""
    with pytest.raises(AttributeError):
        comparison.files = {}  # type: ignore[misc]
    assert comparison.verdict is comparison.results.verdict
    assert 80 >= max(map(len, repr(comparison).splitlines()))
    assert "gaussian_nb" in repr(comparison)
    kept = pickle.loads(pickle.dumps(comparison))
    assert (comparison.files, comparison.results) == (kept.files, kept.results)


def test_what_is_saved_is_what_run_writes(comparison: Comparison, tmp_path: Path) -> None:
    """the files and nothing else, also over an earlier report; a folder in the way is refused"""
    for _ in range(2):
        assert tmp_path / "a" / "b" / "report.html" == comparison.save(tmp_path / "a" / "b")
        found = {str(p.relative_to(tmp_path / "a" / "b")) for p in (tmp_path / "a" / "b").rglob("*") if p.is_file()}
        assert set(comparison.files) == found
        assert {*ALWAYS} <= found
    assert pipeline.render_again(tmp_path / "a" / "b" / "results.json").encode() == comparison.files["report.html"]
    (tmp_path / "c" / "report.html").mkdir(parents=True)
    with pytest.raises(OutputError):
        comparison.save(str(tmp_path / "c"))


@pytest.mark.long
def test_what_was_asked_for_is_saved_too(tmp_path: Path) -> None:
    """a model and synthetic rows, in their folders"""
    asked = {**SMALL, "strategies": ["smote"], "report": {"model": True, "synthetic": True, "synthetic_parents": True}}
    compare_strategies(FRAME[["amount", "label"]], target="label", **asked).save(tmp_path)

    assert (tmp_path / "model.skops").is_file()
    assert (tmp_path / "synthetic" / "smote.csv").is_file()
    assert (tmp_path / "synthetic" / "parents" / "smote.csv").is_file()


def run_code(frame: pd.DataFrame, code: str, folder: Path) -> dict[str, Any]:
    """Run the recommended code where a frame called frame is."""
    frame.to_pickle(folder / "frame.pickle")
    before = "import pandas as pd\nframe = pd.read_pickle('frame.pickle')\n"
    found: dict[str, Any] = run_scripts({"code": before + code}, folder)["code"]
    return found


def test_the_recommended_code_starts_from_the_frame(comparison: Comparison, tmp_path: Path) -> None:
    """it gives the metrics of the report again, and names no file"""
    snippet = comparison.results.snippet
    assert "io.StringIO(frame.to_csv(index=False))" in snippet.code
    assert "where the spec is" not in snippet.code

    found = run_code(FRAME, snippet.code, tmp_path)

    own = comparison.metrics.query("strategy == @snippet.strategy and classifier == @snippet.classifier")
    for metric in ("average_precision", "recall", "brier"):
        values = own.loc[own["metric"] == metric, "value"]
        np.testing.assert_allclose([row[metric] for row in found["table"]], values, rtol=1e-12)


@pytest.mark.parametrize(
    ("names", "first"),
    [
        pytest.param({"a": "", "b": "b "}, None, id="without-a-name"),
        pytest.param({"a": "#a"}, "#", id="hash"),
        pytest.param({"a": "\ufeffa"}, None, id="byte-order-mark"),
        pytest.param({}, "a,b", id="header-again"),
    ],
)
def test_the_code_reads_a_frame_as_the_job_does(names: dict[str, str], first: str | None, tmp_path: Path) -> None:
    """whatever the text of the frame begins with, or repeats"""
    rng = np.random.default_rng(1)
    labels = np.where(rng.random(200) < 0.3, "yes", "no")
    frame = pd.DataFrame({"a": rng.normal(size=200), "b": rng.choice(["u", "v"], 200), "label": labels})
    if first == "#":
        frame["a"] = [f"#{value:.0f}" for value in frame["a"]]
        frame.loc[:3, "a"] = "plain"
    elif first:
        frame = pd.concat([frame[:9], pd.DataFrame([dict(zip(frame, frame, strict=True))]), frame[9:]])
    frame = frame.rename(columns=names)
    data = {"file": {"path": "frame.csv", "target": "label"}}
    spec = make_spec(data=data, strategies=["smote"], classifiers=["decision_tree"], split={"n_repeats": 1})
    spec.data.file.mark_as_frame(tmp_path / "frame.csv")
    frame.to_csv(tmp_path / "frame.csv", index=False)
    small = run_small_job(spec, Path())

    check_pair(small, "smote", "decision_tree", run_code(frame, small.snippet("smote", "decision_tree").code, tmp_path))


@pytest.mark.long
def test_labels_can_be_apart(tmp_path: Path) -> None:
    """they are then the column of their name, and the frame stays as it was"""
    X, labels = FRAME[["amount", "single"]], (FRAME["label"] != "no").astype(int)
    asked = {**SMALL, "positive": 1}
    results = [
        compare_strategies(X, labels.reset_index(drop=True).rename("sick"), **asked),
        compare_strategies(X.assign(sick=labels), target="sick", **asked),
    ]

    assert ["sick", "sick"] == [result.results.spec.data.file.target for result in results]
    assert 1 == len({result.files["metrics.csv"] for result in results})
    assert ["amount", "single"] == list(X.columns)
    assert "error" not in run_code(X.assign(sick=labels), results[0].results.snippet.code, tmp_path)


@pytest.mark.parametrize(
    ("labels", "positive", "text"),
    [
        pytest.param([1, 0, 0] * 20, True, "1", id="list"),
        pytest.param(np.array(["a", "b", "b"] * 20), np.str_("a"), "a", id="array"),
        pytest.param(pd.Series([True, False, False] * 20), True, "True", id="bool"),
        pytest.param(pd.Series([1.0, 0.0, 0.0, np.nan] * 15), 1, "1.0", id="gaps"),
        pytest.param(pd.Series([1, 0, 0] * 20, dtype="Int8"), np.int64(1), "1", id="nullable"),
        pytest.param(pd.Series(['a "b"\n', "c", "c"] * 20, dtype="category"), 'a "b"\n', 'a "b"\n', id="text"),
        pytest.param(pd.Series([1, 0, 0] * 20), 5, "5", id="none-such"),
    ],
)
def test_a_label_is_written_as_its_column(labels: Any, positive: Any, text: str, monkeypatch) -> None:
    """as to_csv writes it, so that the job finds it"""
    given: list[str | None] = []

    def stop(loaded: Any, output: Path) -> None:
        given.append(loaded.spec.data.file.positive)
        assert "target" == loaded.spec.data.file.target
        raise DataError("stopped")

    monkeypatch.setattr(pipeline, "run_job", stop)
    with pytest.raises(DataError):
        compare_strategies(pd.DataFrame({"a": range(60)}), labels, positive=positive)
    assert [text] == given


class Local(LogisticRegression):
    """A class that no worker can import."""


Local.__module__ = "__main__"
X = pd.DataFrame({"a": range(40), "b": range(40), "y": [0, 0, 0, 1] * 10})
LABELS = pd.Series([0, 0, 0, 1] * 10)
REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no frame": ({"data": X.to_numpy()}, "data: got numpy.ndarray, must be a pandas DataFrame; "),
    "levels": ({"data": pd.concat({"u": X}, axis=1)}, "data: has 2 levels of column names"),
    "twice": ({"data": X.rename(columns={"b": "a "})}, "data: has several columns called 'a'; rename"),
    "no target": ({}, "target: is missing; name the column with the labels, or give the labels themselves as y"),
    "both": ({"y": LABELS, "target": "y"}, "y: is given, and target too; keep one of them"),
    "clash": ({"y": LABELS.rename("Y")}, "y: is called 'Y', and so is a column of data"),
    "length": ({"y": [0, 1]}, "y: must be one column with a label for each of the 40 rows of data"),
    "table": ({"y": X}, "y: must be one column"),
    "no such target": ({"target": "z"}, "a data frame: target: there is no column 'z'"),
    "no such column": (
        {"target": "y", "split_column": "part"},
        "a data frame: split_column: there is no column 'part'",
    ),
    "two uses": ({"target": "y", "split_column": "y"}, "split_column: column 'y' is already listed under target"),
    "time": ({"target": "y", "split": {"method": "predefined"}}, "split.method: predefined needs split_column, "),
    "bounds": ({"target": "y", "split": {"test_size": 3}}, "split.test_size: got 3, must be a finite number > 0"),
    "name": ({"target": "y", "strategies": ["smoe"]}, "strategies[0]: unknown strategy 'smoe'; did you mean smote?"),
    "one": (
        {"target": "y", "strategies": "smote"},
        "strategies: got 'smote', must be a list of strategies, such as [smote]",
    ),
    "package": (
        {"target": "y", "classifiers": [{"class": "other.C"}]},
        "classifiers[0].class: got other.C, must be a class from one of sklearn, imblearn, job, xgboost, lightgbm, "
        'catboost, smote_variants; if you trust other, give allow_packages=["other"]',
    ),
    "sampler": (
        {"target": "y", "strategies": [{"label": "mine", "name": SVMSMOTE(k_neighbors=3)}]},
        "strategies[0].name: got an object; name its class instead, so that each run creates an object of its own: "
        "{'class': 'imblearn.over_sampling.SVMSMOTE', 'params': {'k_neighbors': 3}}",
    ),
    "classifier": (
        {"target": "y", "classifiers": ["svc", LogisticRegression]},
        "classifiers[1]: got an object; name its class instead, so that each run creates an object of its own: "
        "{'class': 'sklearn.linear_model.LogisticRegression'}",
    ),
    "local": ({"target": "y", "classifiers": [Local()]}, "classifiers[0]: got Local, which workers cannot import"),
    "infinite": ({"target": "y", "evaluation": {"rope": np.inf}}, "evaluation.rope: got inf, must be text, a finite"),
    "object": ({"target": "y", "seed": object}, "seed: got an object"),
    "nul": ({"data": X.assign(c="\0"), "target": "y"}, "a data frame:2: a NUL byte"),
    "half": ({"data": X.assign(c="\ud800"), "target": "y"}, "data: a text holds half a character, '\\ud800'"),
    "one class": ({"target": "y", "data": X.assign(y=1)}, "a data frame: "),
    "no rows": ({"target": "y", "data": X[:0]}, "a data frame: there is only a header and no rows"),
    "odd name": ({"target": "\x7f\u2028"}, "a data frame: target: there is no column "),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_compared_is_refused(case: str, tmp_path: Path, monkeypatch) -> None:
    """by the name of the argument, in words that say what to do; nothing is left behind"""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    given, message = REFUSED[case]
    with pytest.raises(JobError) as refused:
        compare_strategies(**{"data": X, **given})

    assert str(refused.value).startswith(message), str(refused.value)
    assert "data.file" not in str(refused.value)
    assert [] == [*tmp_path.iterdir()]


def test_every_problem_is_told_at_once() -> None:
    """as the command does, in the order of the arguments"""
    with pytest.raises(SpecError) as refused:
        compare_strategies(X, target="y", seed=-1, split={"n_split": 3}, strategies=["smoe"])

    assert ["seed", "split.n_split", "strategies[0]"] == [problem.where for problem in refused.value.problems]


@pytest.mark.parametrize("moment", ["check_entry", "load_data", "build_splits", "build_results", "to_json"])
def test_nothing_is_left_after_an_interrupt(moment: str, tmp_path: Path, monkeypatch) -> None:
    """Ctrl-C ends the job as such, also while a class is checked, where other exceptions are a problem of the class"""

    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(pipeline, moment, interrupt)
    state = np.random.get_state()[1].tolist()
    with pytest.raises(KeyboardInterrupt):
        compare_strategies(X, target="y", **SMALL)

    assert [] == [*tmp_path.iterdir()]
    assert state == np.random.get_state()[1].tolist()
    if moment == "check_entry":
        with pytest.raises(SpecError):
            pipeline.read_spec(None)


FOREVER = """
import signal
import pandas as pd
from job import compare_strategies
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it, and so would this
frame = pd.DataFrame({"a": range(400), "y": [0, 0, 0, 1] * 100})
try:
    compare_strategies(frame, target="y", split={"n_repeats": 5000}, engine={"workers": 2})
except KeyboardInterrupt:
    print("interrupted")
"""


@pytest.mark.long
def test_ctrl_c_ends_the_workers(tmp_path: Path) -> None:
    """sent to the whole group, as a terminal and a notebook server do"""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)}
    started = subprocess.Popen(
        [sys.executable, "-c", FOREVER], env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        deadline = time.monotonic() + 120
        while not (children := find_workers(started.pid)) and time.monotonic() < deadline:
            time.sleep(0.1)
        time.sleep(0.5)
        out = interrupt(started)
    finally:
        if started.poll() is None:
            os.killpg(started.pid, signal.SIGKILL)
    assert children
    assert "interrupted\n" == out
    assert [] == [child for child in children if child.is_running() and child.status() != "zombie"]
    assert [] == [*tmp_path.iterdir()]


def interrupt(started: subprocess.Popen[str]) -> str:
    """Press Ctrl-C, and again where Python has dropped it: what a finalizer or a callback raises is ignored."""
    for _ in range(3):
        os.killpg(started.pid, signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            return started.communicate(timeout=120)[0]
    raise AssertionError("three interrupts did not end it")


def find_workers(pid: int) -> list[Any]:
    import psutil

    return [child for child in psutil.Process(pid).children() if "popen_loky" in " ".join(child.cmdline())]


STATE = """
import json, os, random, signal, sys, warnings
import numpy as np, pandas as pd
from job import compare_strategies
import job.notebook

def state():
    matplotlib = sys.modules.get("matplotlib")
    settings = {} if matplotlib is None else {key: repr(value) for key, value in matplotlib.rcParams.items()}
    return {"signals": [str(signal.getsignal(number)) for number in (2, 15, 1)], "settings": settings,
            "warnings": list(map(repr, warnings.filters)), "environment": dict(os.environ), "folder": os.getcwd(),
            "numpy": np.random.get_state()[1].tolist(), "random": str(random.getstate()),
            "streams": [id(sys.stdout), id(sys.stderr)], "home": sorted(os.listdir(os.environ["HOME"])),
            "here": os.listdir(), "tmp": os.listdir(os.environ["TMPDIR"])}

warnings.filterwarnings("error", message="mine")
before = state()
assert not before["settings"]
frame = pd.DataFrame({"a": range(80), "y": [0, 0, 0, 1] * 20})
asked = dict(target="y", split={"n_repeats": 1}, strategies=[], classifiers=["gaussian_nb"], engine={"workers": 2})
compare_strategies(frame, **asked)
after = {**state(), "settings": {}}
fonts = [name for name in after.pop("tmp") if name.startswith("minority-report-fonts-")]
assert "tmp" in before and before.pop("tmp") == [] and len(fonts) == 1
assert before == after, [key for key in before if before[key] != after[key]]
import matplotlib
matplotlib.use("template")
matplotlib.rcParams["lines.linewidth"] = 7.5
before = state()
compare_strategies(frame, **asked)
after = state()
assert before == after, [key for key in before if before[key] != after[key]]
assert matplotlib.get_backend() == "template"
print("the same")
"""


@pytest.mark.long
def test_everything_else_is_as_it_was(tmp_path: Path) -> None:
    """signals, matplotlib, filters, environment, random states, streams and folders, also where fonts are shipped"""
    for name in ("home", "tmp", "here", "fonts"):
        (tmp_path / name).mkdir()
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "HOME": str(tmp_path / "home"),
        "TMPDIR": str(tmp_path / "tmp"),
        "MINORITY_REPORT_FONT_CACHE": str(tmp_path / "fonts"),
    }
    done = subprocess.run(
        [sys.executable, "-c", STATE], env=environment, cwd=tmp_path / "here", capture_output=True, text=True
    )

    assert ("the same\n", "") == (done.stdout, done.stderr)
    assert [] == [*(tmp_path / "tmp").iterdir()]


def test_job_stays_cheap_to_import() -> None:
    """what a notebook needs is imported when it is asked for; other names do not exist"""
    program = "import sys, job; print('pandas' in sys.modules); job.compare_strategies; print('pandas' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT)
    assert "False\nTrue\n" == done.stdout
    with pytest.raises(AttributeError, match="no attribute 'compare_strategy'"):
        job.compare_strategy  # noqa: B018


def test_a_file_that_is_a_frame_hides_its_path(tmp_path: Path) -> None:
    """also in what messages call it"""
    spec = FileSpec.model_validate({"path": "x.csv", "target": "y"})
    assert ("x.csv", False) == (spec.model_dump()["path"], spec.is_frame)
    spec.mark_as_frame(tmp_path / "x.csv")
    assert (None, True) == (spec.model_dump()["path"], spec.is_frame)
    with pytest.raises(DataError, match=r"^a data frame: "):
        load_dataset(spec, Path())


CELLS = (
    "%matplotlib inline\nimport pandas as pd\nfrom job import compare_strategies\n"
    "frame = pd.DataFrame({'a': range(80), 'y': [0, 0, 0, 1] * 20})",
    "result = compare_strategies(frame, target='y', title='From a notebook', split={'n_repeats': 1}, "
    "strategies=['smote'], classifiers=['gaussian_nb'])\nresult",
    "import matplotlib.pyplot as plt\nplt.plot([1, 2]);",
    "result.save('kept'); print(result.metrics.shape[1])",
    "compare_strategies(frame, target='z')",
)


@pytest.mark.long
def test_a_notebook_shows_and_holds_the_report(tmp_path: Path) -> None:
    """run by a real kernel: one frame, the verdict as text, plots as before, files where they are asked for"""
    notebook, path = nbformat.v4.new_notebook(cells=list(map(nbformat.v4.new_code_cell, CELLS))), tmp_path / "n.ipynb"
    nbformat.write(notebook, path)
    command = [sys.executable, "-c", "from nbclient.cli import main; main()", "--inplace", "--allow-errors", str(path)]
    subprocess.run(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, cwd=tmp_path, check=True, capture_output=True)
    notebook = nbformat.read(path, as_version=4)
    first, shown, plot, kept, refused = (cell.outputs for cell in notebook.cells)

    assert [] == first
    assert ["execute_result"] == [output.output_type for output in shown]
    assert shown[0].data["text/html"].startswith('<iframe title="Minority Report: From a notebook" sandbox=')
    assert 2 == shown[0].data["text/html"].count("<"), "one element, opened and closed"
    assert "gaussian_nb" in shown[0].data["text/plain"]
    assert ["image/png"] == [kind for output in plot for kind in output.data if kind.startswith("image/")]
    assert "6\n" == kept[0].text
    assert ["DataError"] == [output.ename for output in refused]
    assert {"kept", "n.ipynb"} == {path.name for path in tmp_path.iterdir()}


def test_the_documentation_is_true() -> None:
    """its table has every argument, and what its code calls exists"""
    text = (ROOT / "docs" / "notebook.md").read_text()
    arguments = inspect.signature(compare_strategies).parameters
    cells = re.findall(r"^\| (`.*?) \|", text, re.MULTILINE)
    assert {*arguments} - {"data", "y"} == {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}
    tree = ast.parse("".join(re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)))
    called = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and "compare" in ast.unparse(node.func)]
    assert {keyword.arg for call in called for keyword in call.keywords} <= {*arguments}
    results = [
        node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and "result" == ast.unparse(node.value)
    ]
    assert {"verdict", "metrics", "comparisons", "save"} == {node.attr for node in results}
    assert all(hasattr(Comparison, node.attr) for node in results)
