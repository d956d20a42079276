"""The job on a data frame, from a notebook or a script: the same pipeline as the command `run`."""

import csv
import html
import inspect
import io
import math
import os
import random
import re
import tempfile
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import takewhile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from job import outputs, pipeline
from job.console.ending import write_answer
from job.errors import STOPS, DataError, JobError, OutputError, Problem, SpecError
from job.report.charts.theme import settle_matplotlib
from job.results.results import Results
from job.results.verdict_facts import Verdict
from job.text import listed, one_line, show

_FILE = "frame.csv"
_WIDTH = 80
_KINDS: Mapping[str, type] = {
    **dict.fromkeys(("strategy", "classifier", "metric", "reference", "method"), str),
    **dict.fromkeys(("repeat", "fold", "n_splits"), int),
}
"""Columns of the tables that are no real numbers."""
_HEAD, _BASE = "<head>\n", '<base href="about:srcdoc">\n'
_IN_PYTHON = (
    (r"\bdata\.file\.split\b", "split_column"),
    (r"\bdata\.file\.", ""),
    (r"run with --allow-package (\w+)", r'give allow_packages=["\1"]'),
)
"""What messages call something in a spec or a command, and what it is in a call."""


@dataclass(frozen=True, eq=False, repr=False)
class Comparison:
    """What a comparison of strategies came to; a notebook shows it as the report.

    Parameters
    ----------
    results : Results
        The content of results.json.
    files : Mapping of str to bytes
        Every file that `run` writes, by its name.
    """

    results: Results
    files: Mapping[str, bytes]

    @property
    def metrics(self) -> pd.DataFrame:
        """The table of metrics.csv: every metric of every run."""
        return self._read_table(outputs.METRICS)

    @property
    def comparisons(self) -> pd.DataFrame:
        """The table of comparisons.csv: each strategy's difference from baseline, with its interval and test."""
        return self._read_table(outputs.COMPARISONS)

    @property
    def verdict(self) -> Verdict:
        """The verdict, as results.json has it."""
        return self.results.verdict

    def save(self, folder: str | os.PathLike[str]) -> Path:
        """Write the files that `run` writes.

        Parameters
        ----------
        folder : str or path
            Made where it doesn't exist; the report of an earlier job is replaced.

        Returns
        -------
        Path
            The report.

        Raises
        ------
        OutputError
            Where the folder cannot be written, or another job is at work in it.
        """
        target = Path(folder)
        asked = [name for name in (outputs.MODEL, outputs.JUNIT) if name in self.files]
        asked += {str(path.parent) for path in map(Path, self.files)} & {outputs.SYNTHETIC, outputs.PARENTS}
        with outputs.hold_folder(target, self.results.spec.title), outputs.open_outputs(target, asked) as opened:
            for name, content in self.files.items():
                opened.write_bytes(name, content)
            return opened.publish()

    def __repr__(self) -> str:
        return "\n".join(write_answer(self.results, _WIDTH))

    def _repr_html_(self) -> str:
        """Show the report in a frame that can reach neither the notebook nor the network."""
        page = self.files[outputs.REPORT].decode()
        # without it, a link to a section would load the notebook into the frame
        page = page.replace(_HEAD, _HEAD + _BASE, 1)
        title = html.escape(f"Minority Report: {self.results.spec.title}", quote=True)
        return (
            f'<iframe title="{title}" sandbox="allow-scripts allow-downloads" width="100%" height="800" '
            f'srcdoc="{html.escape(page, quote=True)}"></iframe>'
        )

    def _read_table(self, name: str) -> pd.DataFrame:
        """Read every number to the bit, as Python does and pandas need not."""
        head, _, _ = self.files[name].partition(b"\n")
        converters = {column: _KINDS.get(column, _to_float) for column in head.decode().split(",")}
        return pd.read_csv(io.BytesIO(self.files[name]), converters=converters)


def _to_float(cell: str) -> float:
    return float(cell or "nan")


def compare_strategies(
    data: pd.DataFrame,
    y: Any = None,
    *,
    target: Any = None,
    positive: Any = None,
    drop: Iterable[Any] = (),
    groups: Any = None,
    time: Any = None,
    split_column: Any = None,
    categorical: Iterable[Any] = (),
    na_values: Iterable[str] | None = None,
    max_rows: int | None = None,
    title: str | None = None,
    seed: int | None = None,
    split: Mapping[str, Any] | None = None,
    preparation: Mapping[str, Any] | None = None,
    strategies: Iterable[Any] | None = None,
    classifiers: Iterable[Any] | None = None,
    evaluation: Mapping[str, Any] | None = None,
    report: Mapping[str, Any] | None = None,
    engine: Mapping[str, Any] | None = None,
    allow_packages: Iterable[str] = (),
) -> Comparison:
    """Find out whether oversampling helps on a data frame: which method, and at what price.

    Every argument is given as the spec's key of that name takes it, and has its default. The frame is read as the text
    that ``data.to_csv(index=False)`` writes, so the metrics are those of ``minority-report run`` on such a file.
    Nothing is left on disk; `Comparison.save` writes the files.

    Parameters
    ----------
    data : DataFrame
        One row for each example; its index is not used. Columns of dtype category are categorical.
    y : Series, array or list, optional
        The labels, in the order of the rows, instead of `target`; their column gets the name of the Series, or
        ``target``.
    target : str, optional
        The column with the labels.
    positive : str, optional
        The label that the job is about. Default: the rarest.
    drop, categorical : list of str
        Columns that are left out; columns that are categories though they look like numbers.
    groups, time, split_column : str, optional
        ``data.file.groups``, ``time`` and ``split``: columns whose equal values stay together, that rows are sorted by
        for split method time, and that says train or test for method predefined.
    na_values : list of str, optional
        Texts that mean a missing value, in addition to what pandas takes for missing.
    max_rows : int, optional
        Maximum number of rows; of more, a stratified sample is used.
    title : str, optional
        Title of the report.
    seed : int, optional
        Seed of everything that is drawn.
    split, preparation, evaluation, report, engine : dict, optional
        The sections of the spec with these names.
    strategies, classifiers : list of str or dict, optional
        Names, or dicts with a name or a class, its parameters and a label.
    allow_packages : list of str
        Packages that classes may come from beside scikit-learn and imbalanced-learn.

    Returns
    -------
    Comparison
        A notebook shows it as the report, a terminal as the verdict.

    Raises
    ------
    JobError
        Where an argument or the data is wrong, with what to do; the class says which kind of error it is.
    """
    frame, target = _join(data, y, target)
    own = {"target": target, "groups": groups, "time": time, "split": split_column, "drop": _list(drop)}
    own["categorical"] = [*_list(categorical), *_find_categories(frame, own, _list(categorical))]
    own |= {"positive": _write_label(positive, frame, target), "na_values": na_values, "max_rows": max_rows}
    given = {"title": title, "seed": seed, "split": split, "preparation": preparation, "strategies": strategies}
    given |= {"classifiers": classifiers, "evaluation": evaluation, "report": report}
    given["engine"] = {"store": False, **engine} if isinstance(engine, Mapping) else engine or {"store": False}
    given["data"] = {"file": {"path": _FILE, **_without_none(own)}}
    with _as_it_was(), _in_words_of_python(), _temporary_folder() as folder:
        return _run(frame, _plain(_without_none(given)), _list(allow_packages), folder)


def _run(frame: pd.DataFrame, spec: Mapping[str, Any], packages: Iterable[str], folder: Path) -> Comparison:
    loaded = pipeline.read_spec(spec, packages)
    assert loaded.spec.data.file is not None  # it was just given
    loaded.spec.data.file.mark_as_frame(folder / _FILE)
    try:
        frame.to_csv(folder / _FILE, index=False)
    except UnicodeEncodeError as error:
        raise DataError(f"data: a text holds half a character, {show(error.object[error.start])}; remove it") from None
    except OSError as error:
        raise OutputError(f"data cannot be written to {folder}: {error.strerror or error}; set TMPDIR") from None
    output = folder / "output"
    results = pipeline.run_job(loaded, output).results
    written = (path for path in sorted(output.rglob("*")) if path.is_file())
    return Comparison(results, {path.relative_to(output).as_posix(): path.read_bytes() for path in written})


def _refusal(argument: str, message: str) -> SpecError:
    return SpecError([Problem(argument, message)])


def _list(given: Any) -> list[Any]:
    """List what is given as one name or as several."""
    if given is None:
        return []
    return list(given) if isinstance(given, Iterable) and not isinstance(given, str) else [given]


def _without_none(given: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in given.items() if value is not None}


def _join(data: Any, y: Any, target: Any) -> tuple[pd.DataFrame, Any]:
    """Give the frame with the labels in it, and the name of their column."""
    if not isinstance(data, pd.DataFrame):
        kind = f"{type(data).__module__}.{type(data).__qualname__}"
        raise _refusal("data", f"got {kind}, must be a pandas DataFrame; give data.to_pandas() or pd.DataFrame(data)")
    if data.columns.nlevels > 1:
        raise _refusal("data", f"has {data.columns.nlevels} levels of column names, must have one; join them")
    names = [str(name).strip() for name in data.columns]
    if twice := [name for name, n in Counter(names).items() if n > 1]:
        raise _refusal("data", f"has several columns called {listed(map(show, twice))}; rename them")
    if y is None:
        if target is None:
            raise _refusal("target", "is missing; name the column with the labels, or give the labels themselves as y")
        return data, target
    if target is not None:
        raise _refusal("y", "is given, and target too; keep one of them")
    try:
        labels = pd.Series(y)
    except (TypeError, ValueError):  # a table
        labels = pd.Series()
    if len(labels) != len(data) or isinstance(y, str):
        raise _refusal("y", f"must be one column with a label for each of the {len(data):,} rows of data")
    name = "target" if labels.name is None else str(labels.name)
    if name.strip().lower() in map(str.lower, names):
        raise _refusal("y", f"is called {show(name)}, and so is a column of data; drop that one, or rename y")
    frame = data.copy(deep=False)
    frame[name] = labels.array
    return frame, name


def _find_categories(frame: pd.DataFrame, own: Mapping[str, Any], listed: Iterable[Any]) -> list[str]:
    """Find the columns of dtype category that have no other use."""
    used = {str(name) for given in (*own.values(), listed) for name in _list(given)}
    kinds = zip(map(str, frame.columns), frame.dtypes, strict=True)
    return [name for name, kind in kinds if isinstance(kind, pd.CategoricalDtype) and name not in used]


def _write_label(positive: Any, frame: pd.DataFrame, target: Any) -> str | None:
    """Write a label as `to_csv` writes it in its column: 1 is 1.0 where the column has gaps."""
    if positive is None or isinstance(positive, str):
        return positive
    columns = [name for name in frame.columns if str(name) == str(target)]
    same = [frame.loc[frame[name] == positive, name] for name in columns]
    if not same or same[0].empty:
        return str(positive)
    text = same[0].head(1).to_csv(index=False, header=False)
    return next(csv.reader(io.StringIO(text, newline="")))[0]


def _plain(value: Any, where: str = "") -> Any:
    """Turn a value into what a spec can hold; raises SpecError where that is not possible."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item, f"{where}.{key}".lstrip(".")) for key, item in value.items()}
    if isinstance(value, np.generic):
        return _plain(value.item(), where)
    if hasattr(value, "get_params") or isinstance(value, type):
        raise _refusal(where, _describe_estimator(value))
    if isinstance(value, Iterable) and not isinstance(value, str | bytes):
        return [_plain(item, f"{where}[{index}]") for index, item in enumerate(value)]
    if value is None or isinstance(value, str | int) or (isinstance(value, float) and math.isfinite(value)):
        return value
    raise _refusal(where, f"got {one_line(repr(value), 60)}, must be text, a finite number, a list or a dict")


def _describe_estimator(value: Any) -> str:
    """Say how a spec names the class of an estimator, and its parameters."""
    class_ = value if isinstance(value, type) else type(value)
    parts = [*takewhile(lambda part: part[:1] != "_", class_.__module__.split(".")), class_.__name__]
    if len(parts) == 1:
        advice = f"{{'class': 'my_module.{parts[0]}'}} with allow_packages=['my_module']"
        return f"got {parts[0]}, which workers cannot import from here; write it into my_module.py, and give {advice}"
    entry: dict[str, Any] = {"class": ".".join(parts)}
    if not isinstance(value, type):
        defaults = {name: each.default for name, each in inspect.signature(class_).parameters.items()}
        given = value.get_params(deep=False).items()
        params = {key: item for key, item in given if isinstance(item, str | int | float) and item != defaults.get(key)}
        entry |= {"params": params} if params else {}
    return f"got an object; name its class instead, so that each run creates an object of its own: {entry}"


@contextmanager
def _in_words_of_python() -> Iterator[None]:
    """Name arguments, in errors, where a command would name keys of a spec."""

    def translate(text: str) -> str:
        for in_spec, in_python in _IN_PYTHON:
            text = re.sub(in_spec, in_python, text)
        return text

    try:
        yield
    except SpecError as error:
        raise SpecError([Problem(translate(p.where), translate(p.message)) for p in error.problems]) from None
    except JobError as error:
        raise type(error)(translate(str(error))) from None


@contextmanager
def _temporary_folder() -> Iterator[Path]:
    try:
        folder = tempfile.TemporaryDirectory(prefix="minority-report-", ignore_cleanup_errors=True)
    except OSError as error:
        raise OutputError(f"there is no folder for temporary files ({error.strerror}); set TMPDIR") from None
    with folder as name:
        yield Path(name)


@cache
def _find_folder_of_matplotlib() -> str | None:
    """Let matplotlib choose its folder, once in this process; workers are told of it by the environment."""
    settle_matplotlib()
    return os.environ.get("MPLCONFIGDIR")


@contextmanager
def _as_it_was() -> Iterator[None]:
    """Leave alone what a job sets for its whole process; and let Ctrl-C end it, wherever it is."""
    environment, stops = dict(os.environ), STOPS.set((*STOPS.get(), KeyboardInterrupt))
    numpy_state, state = np.random.get_state(), random.getstate()
    try:
        if folder := _find_folder_of_matplotlib():
            os.environ.setdefault("MPLCONFIGDIR", folder)
        import matplotlib  # only once it has a folder

        with warnings.catch_warnings(), matplotlib.rc_context():
            yield
    finally:
        random.setstate(state)
        np.random.set_state(numpy_state)
        STOPS.reset(stops)
        for name in os.environ.keys() - environment.keys():
            del os.environ[name]
        os.environ.update(environment)
