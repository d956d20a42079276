"""One SHA-256 for the content of a data set, the same whatever file it came from."""

from __future__ import annotations

import hashlib
import json

import numpy as np
import pandas as pd

from job.data.dataset import NUMERIC_KINDS, Dataset

_NAN = np.frombuffer(b"\x00\x00\x00\x00\x00\x00\xf8\x7f", dtype="<f8")[0]


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
    features = [column for column in dataset.columns if column.role == "feature"]
    for column in features:
        _add(sha, f"{column.kind} feature", column.name.encode("utf-8", "surrogatepass"))
        if column.kind in NUMERIC_KINDS:
            _add(sha, "numbers", _number_bytes(dataset.X[column.name].to_numpy()))
        else:
            _add_categories(sha, dataset.X[column.name])
    _add(sha, "labels", json.dumps([dataset.positive, sorted(dataset.rest)]).encode())
    _add(sha, "y", dataset.y.astype("<i1").tobytes())
    if dataset.groups is not None:
        _add(sha, "groups", dataset.groups.astype("<i8").tobytes())
    if dataset.time is not None:
        _add(sha, "time", _time_bytes(dataset.time))
    if dataset.split is not None:
        _add(sha, "split", dataset.split.astype("<i1").tobytes())
    if dataset.posterior is not None:
        _add(sha, "posterior", _number_bytes(dataset.posterior))
    return sha.hexdigest()


def _add(sha: hashlib._Hash, what: str, content: bytes) -> None:
    """Add one part with its length in front: no two lists of parts then share their bytes."""
    sha.update(f"{what}:{len(content)}\n".encode())
    sha.update(content)


def _add_categories(sha: hashlib._Hash, values: pd.Series) -> None:
    """Add the categories that occur, sorted, and each row's place among them (-1: missing)."""
    used = values.cat.remove_unused_categories()
    ordered = used.cat.set_categories(sorted(used.cat.categories))
    _add(sha, "categories", json.dumps([str(category) for category in ordered.cat.categories]).encode())
    _add(sha, "codes", ordered.cat.codes.to_numpy().astype("<i4").tobytes())


def _number_bytes(values: np.ndarray) -> bytes:
    """Write float64 with one pattern for NaN and one for zero."""
    plain = values.astype("<f8") + 0.0
    plain[np.isnan(plain)] = _NAN
    return plain.tobytes()


def _time_bytes(time: np.ndarray) -> bytes:
    """Write a time as microseconds where it is a date, as a number otherwise."""
    if np.issubdtype(time.dtype, np.datetime64):
        return time.astype("<M8[us]").tobytes()
    return _number_bytes(time)
