"""The data of a job as one frozen value: features, labels, what is known about every column, and a digest of it all."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

NUMERIC_KINDS = ("number", "integer")
CATEGORICAL_KINDS = ("boolean", "category")

LABEL, POSTERIOR = "label", "true_posterior"
"""What a file of generated data calls the label, and the probability that it is 1."""
_ROWS_AT_A_TIME = 20_000
_NAN = np.frombuffer(b"\x00\x00\x00\x00\x00\x00\xf8\x7f", dtype="<f8")[0]


@dataclass(frozen=True)
class Note:
    """Something about the data that a reader of the report has to know.

    Parameters
    ----------
    code : str
        Stable kebab-case word by which a program can find the note.
    text : str
        One or two sentences for people.
    column : str or None
        The column that the note is about.
    """

    code: str
    text: str
    column: str | None = None


@dataclass(frozen=True)
class Column:
    """How one column of the data was read.

    Parameters
    ----------
    name : str
        As the data writes it.
    kind : {"number", "integer", "boolean", "category", "date", "constant", "text"}
        What its values are; a feature is one of the first four.
    role : {"feature", "dropped", "target", "groups", "time", "split"}
        What the job uses it for.
    n_missing, n_distinct : int
        Missing rows, and distinct present values.
    why : str
        One sentence: why it was read so, or left out.
    """

    name: str
    kind: str
    role: str
    n_missing: int
    n_distinct: int
    why: str


@dataclass(frozen=True, eq=False)
class Dataset:
    """Everything that the rest of the job knows about the data.

    Parameters
    ----------
    source : str
        ``make_classification``, ``mixture``, or the file's path as the spec writes it.
    X : pandas.DataFrame of shape (n_rows, n_features)
        Features. Numbers and integers are float64 with NaN for missing; booleans and categories are
        categoricals of text, their categories sorted.
    y : ndarray of shape (n_rows,), int8
        1 for the positive label, 0 for all others.
    positive : str
        The positive label.
    rest : tuple of str
        All other labels.
    label_counts : Mapping[str, int]
        Rows of each label.
    columns : tuple of Column
        Every column of the data, in its order.
    notes : tuple of Note
        Every note, those about columns included.
    groups : ndarray of shape (n_rows,) of int, or None
        Rows with one number stay on one side of a split.
    time : ndarray of shape (n_rows,), or None
        What split method ``time`` sorts by.
    split : ndarray of shape (n_rows,) of bool, or None
        True where the data itself says that a row is for testing.
    posterior : ndarray of shape (n_rows,), float64, or None
        Where the truth is known, the probability that a row with these features carries the positive label.
    row_numbers : ndarray of shape (n_rows,) of int, or None
        Where each row stands in the file, 1 for the first below the header; None where all rows are in their order.
    n_described : int or None
        Rows from which `columns` were read, and whose values they count; None where these are the rows of `X`.
    digest : str
        SHA-256 of the content; equal content has one digest, whatever the file format.
    """

    source: str
    X: pd.DataFrame
    y: np.ndarray
    positive: str
    rest: tuple[str, ...]
    label_counts: Mapping[str, int]
    columns: tuple[Column, ...]
    notes: tuple[Note, ...] = ()
    groups: np.ndarray | None = None
    time: np.ndarray | None = None
    split: np.ndarray | None = None
    posterior: np.ndarray | None = None
    row_numbers: np.ndarray | None = None
    n_described: int | None = None
    digest: str = ""

    @property
    def n_rows(self) -> int:
        """Rows."""
        return len(self.y)

    @property
    def n_positive(self) -> int:
        """Rows that carry the positive label."""
        return int(self.y.sum())

    @property
    def prevalence(self) -> float:
        """Share of rows that carry the positive label."""
        return self.n_positive / self.n_rows

    @property
    def imbalance_ratio(self) -> float:
        """Rows of the rest for each positive row."""
        return (self.n_rows - self.n_positive) / self.n_positive

    @property
    def numeric(self) -> tuple[str, ...]:
        """Names of the features that are numbers, integers included."""
        return self._names(NUMERIC_KINDS)

    @property
    def integer(self) -> tuple[str, ...]:
        """Names of the features that are integers."""
        return self._names(("integer",))

    @property
    def categorical(self) -> tuple[str, ...]:
        """Names of the features that are categories, booleans included."""
        return self._names(CATEGORICAL_KINDS)

    def count_encoded(self, max_categories: int) -> int:
        """Count the columns of prepared rows, at most: one for each number, and for each category that is kept."""
        counts = (len(self.X[name].cat.categories) + 1 for name in self.categorical)
        return len(self.numeric) + sum(min(count, max_categories) for count in counts)

    def _names(self, kinds: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if column.role == "feature" and column.kind in kinds)


def digest_dataset(dataset: Dataset) -> str:
    """Compute the SHA-256 of everything that a result can depend on.

    Hashed are the features (name, kind and values, in their order), the positive label, the label of the rest,
    ``y``, ``groups``, ``time``, ``split`` and ``posterior``. Left out are the source, the notes and columns that are no
    features, so that a CSV and a Parquet file of one content have one digest.

    Parameters
    ----------
    dataset : Dataset
        Its own ``digest`` isn't looked at: ``replace(dataset, digest=digest_dataset(dataset))``.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    sha = hashlib.sha256()

    def add(what: str, content: bytes) -> None:  # with its length in front: no two lists of parts share their bytes
        sha.update(f"{what}:{len(content)}\n".encode())
        sha.update(content)

    for column in (column for column in dataset.columns if column.role == "feature"):
        values = dataset.X[column.name]
        add(f"{column.kind} feature", column.name.encode("utf-8", "surrogatepass"))
        if column.kind in NUMERIC_KINDS:
            add("numbers", _number_bytes(values.to_numpy()))
        else:  # the categories that occur, sorted, and each row's place among them (-1: missing)
            used = values.cat.remove_unused_categories().cat
            ordered = used.set_categories(sorted(used.categories)).cat
            add("categories", json.dumps([str(category) for category in ordered.categories]).encode())
            add("codes", ordered.codes.to_numpy().astype("<i4").tobytes())
    add("labels", json.dumps([dataset.positive, sorted(dataset.rest)]).encode())
    add("y", dataset.y.astype("<i1").tobytes())
    if dataset.groups is not None:
        add("groups", dataset.groups.astype("<i8").tobytes())
    if dataset.time is not None:
        is_date = np.issubdtype(dataset.time.dtype, np.datetime64)
        add("time", dataset.time.astype("<M8[us]").tobytes() if is_date else _number_bytes(dataset.time))
    if dataset.split is not None:
        add("split", dataset.split.astype("<i1").tobytes())
    if dataset.posterior is not None:
        add("posterior", _number_bytes(dataset.posterior))
    return sha.hexdigest()


def _number_bytes(values: np.ndarray) -> bytes:
    """Write float64 with one pattern for NaN and one for zero."""
    plain = values.astype("<f8") + 0.0
    plain[np.isnan(plain)] = _NAN
    return plain.tobytes()


def write_frame(frame: pd.DataFrame, path: Path) -> None:
    """Write a table as CSV, an empty cell where a value is missing."""
    frame.to_csv(path, index=False, lineterminator="\n", chunksize=_ROWS_AT_A_TIME)


def write_dataset(dataset: Dataset, path: Path, is_parquet: bool) -> None:
    """Write the features, the label (1 for the positive one, else 0) and, where it is known, the true posterior.

    Parameters
    ----------
    dataset : Dataset
    path : Path
        The file that is written: Parquet, or CSV with an empty cell where a value is missing.
    is_parquet : bool

    Raises
    ------
    OSError
        Where the file cannot be written.
    """
    whole = {column.name: "Int64" for column in dataset.columns if column.kind == "integer"}
    truth = {} if dataset.posterior is None else {POSTERIOR: dataset.posterior}
    frame = dataset.X.astype(whole).assign(**{LABEL: dataset.y, **truth})
    if not is_parquet:
        write_frame(frame, path)
        return
    import duckdb  # which CSV doesn't need

    try:
        with duckdb.connect(config={"threads": 1}) as connection:
            connection.register("generated", frame)
            connection.execute("COPY generated TO $path (FORMAT parquet)", {"path": str(path)})
    except duckdb.IOException as error:
        raise OSError(str(error)) from error
