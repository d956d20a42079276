"""Rows on which several classifiers are fitted: none of them can change what another one sees, and none is copied."""

from __future__ import annotations

import random
import re
import zlib
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TypeVar

import numpy as np
from sklearn.base import BaseEstimator

from job.evaluation.outcome import Outcome
from job.evaluation.unit import RunKey, Unit
from job.spec.strategy_entries import Entry
from job.text import text_of

T = TypeVar("T")
Give = Callable[[np.ndarray, BaseEstimator], np.ndarray]

# numpy, Cython, pybind11, numba, memoryviews and ctypes each have their own words for it.
_HAD_TO_WRITE = re.compile(r"read-?only|not writ(e?able)|underlying buffer|WRITEABLE", re.IGNORECASE)


def evaluate_in_turn(
    unit: Unit,
    rows: np.ndarray,
    evaluate: Callable[[RunKey, Entry], Outcome],
    evaluate_anew: Callable[[Unit], tuple[Outcome, ...]],
) -> tuple[Outcome, ...]:
    """Evaluate each classifier of a unit on the same rows.

    Parameters
    ----------
    unit : Unit
    rows : ndarray of shape (n_rows, n_encoded)
    evaluate : callable
        Fits one classifier on them, by `fit_apart`.
    evaluate_anew : callable
        Prepares the rows again, to the same values, for the classifiers after one that changed them: compiled code
        can write to what is read-only.
    """
    expected, outcomes = _checksum(rows), list[Outcome]()
    for place, (key, entry) in enumerate(zip(unit.keys, unit.classifiers, strict=True), start=1):
        outcomes.append(evaluate(key, entry))
        left = unit.classifiers[place:]
        if left and _checksum(rows) != expected:
            return (*outcomes, *evaluate_anew(replace(unit, classifiers=left)))
    return tuple(outcomes)


def fit_apart(fit: Callable[[Give], T]) -> T:
    """Fit on read-only rows; where that fails because the classifier has to write to them, fit once more on a copy.

    Parameters
    ----------
    fit : callable
        Makes a classifier that isn't fitted, and takes a function that gives it the rows. Scoring belongs to it too:
        a classifier may keep its rows and write to them only when it predicts.
    """
    numpy_state, state = np.random.get_state(), random.getstate()
    try:
        return fit(_view)
    except Exception as error:
        if not _had_to_write(error):
            raise
    np.random.set_state(numpy_state)
    random.setstate(state)
    return fit(_copy)


def _checksum(rows: np.ndarray) -> int:
    return zlib.crc32(rows.ravel(order="K").data)


def _view(rows: np.ndarray, classifier: BaseEstimator) -> np.ndarray:
    view = rows.view()  # whose shape and dtype are its own
    # scikit-learn's own leave their rows alone unless copy_X is false; some would copy read-only ones for nothing.
    is_tame = type(classifier).__module__.startswith("sklearn.")
    view.flags.writeable = is_tame and classifier.get_params(deep=False).get("copy_X", True) is True
    return view


def _copy(rows: np.ndarray, classifier: BaseEstimator) -> np.ndarray:
    return rows.copy(order="K")


def _had_to_write(error: BaseException) -> bool:
    """Tell by what was raised and its causes, which may be unreadable, or each other's."""
    seen = set[int]()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        if _HAD_TO_WRITE.search(text_of(partial(str, current))):
            return True
        seen.add(id(current))
        current = current.__cause__ or current.__context__
    return False
