"""Which minority rows a strategy finds that baseline misses, and where its false alarms are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from job.data.dataset import Dataset
from job.data.geometry import (
    N_NEIGHBORS,
    TYPES,
    count_minority_neighbors,
    draw,
    gather_neighborhood,
    type_minority,
)
from job.data.splits import Split
from job.errors import StrategyError
from job.evaluation.grid import RunKey, seeds_of
from job.evidence.diagnosis import prepare_sample
from job.evidence.predictions import Predictions
from job.spec.job_spec import PreparationSpec

MOST_TEST_ROWS = 2_000

_ROUNDING = 0.5 + 1e-9
_COUNTS = range(N_NEIGHBORS + 1)


@dataclass(frozen=True, eq=False)
class TestRows:
    """The test rows of one split that are looked at, and what kind each is.

    Parameters
    ----------
    minority, majority : ndarray of int
        Places in the test part.
    types : ndarray of int
        Of the minority rows: places in `job.data.geometry.TYPES`.
    neighbors : ndarray of int
        Of the majority rows: how many of the five nearest training rows are minority.
    is_sample : bool
        Whether a sample stands for the training part, or for the test part.
    """

    minority: np.ndarray
    majority: np.ndarray
    types: np.ndarray
    neighbors: np.ndarray
    is_sample: bool


Typed = Mapping[tuple[int, int], TestRows]


def build_rescued(
    dataset: Dataset,
    splits: Sequence[Split],
    predictions: Predictions,
    preparation: PreparationSpec,
    seed: int,
    baseline: str,
) -> dict[str, Any]:
    """Count, over all test parts, which kinds of minority row each strategy finds and where it raises false alarms.

    Each test row is typed by its five nearest rows of the training part, in the columns that a classifier is fitted
    on (prepared as in the runs, by that training part). To bound the time, neighbours are sought among at most 20,000
    training rows (2,000,000 numbers), a stratified sample of a larger part, and for at most 2,000 test rows of either
    class in each split; ``sampled`` says whether that was so.

    Parameters
    ----------
    seed : int
        Of the samples.
    baseline : str
        Label of the strategy that others are compared with.

    Returns
    -------
    dict
        As ``rescued`` in results.json: ``types`` and ``neighborhoods`` count the rows looked at, pooled over the test
        parts (``n_distinct`` counts a row once); ``recall`` has, for each strategy × classifier × type, ``n`` rows,
        those ``found``, and among the ``n_pairs`` rows that baseline decided on too, those ``rescued`` (found, and
        missed by baseline) and ``lost`` (the reverse); ``false_alarms`` has ``n`` majority rows and their ``alarms``
        by ``minority_neighbors``. A share of no rows is null. ``reason`` says why nothing could be typed.
    """
    typed: dict[tuple[int, int], TestRows] = {}
    reason = None
    for split in splits:
        try:
            typed[split.repeat, split.fold] = _type_test_rows(dataset, split, preparation, seed)
        except StrategyError as error:
            reason = str(error)
    seen = [(split, typed[split.repeat, split.fold]) for split in splits if (split.repeat, split.fold) in typed]
    classifiers = dict.fromkeys(key.classifier for key in predictions)
    strategies = dict.fromkeys((key.classifier, key.strategy) for key in predictions)
    cells = [cell for classifier in classifiers for cell in strategies if cell[0] == classifier]
    return {
        "k": N_NEIGHBORS,
        "n_splits": len(typed),
        "reason": reason,
        "sampled": any(rows.is_sample for rows in typed.values()),
        "types": _count_rows("type", TYPES, [(split.test[rows.minority], rows.types) for split, rows in seen]),
        "neighborhoods": _count_rows(
            "minority_neighbors", _COUNTS, [(split.test[r.majority], r.neighbors) for split, r in seen]
        ),
        "recall": [row for cell in cells for row in _recall(cell, typed, predictions, baseline)],
        "false_alarms": [row for cell in cells for row in _false_alarms(cell, typed, predictions)],
    }


def _type_test_rows(dataset: Dataset, split: Split, preparation: PreparationSpec, seed: int) -> TestRows:
    luck = seeds_of(seed, split.repeat, split.fold).sampler
    prepared, known = prepare_sample(dataset, preparation, luck, split.train)
    random = np.random.RandomState(luck)
    y = dataset.y[split.test]
    minority, majority = (draw(np.flatnonzero(y == label), MOST_TEST_ROWS, random) for label in (1, 0))
    neighborhood = gather_neighborhood(prepared.transform(dataset.X.iloc[known]), dataset.y[known])
    asked = prepared.transform(dataset.X.iloc[split.test[np.concatenate([minority, majority])]])
    counts = count_minority_neighbors(neighborhood, asked)
    types = type_minority(counts[: len(minority)])
    neighbors = np.floor(counts[len(minority) :] + _ROUNDING).astype(np.intp)
    is_sample = len(known) < len(split.train) or len(asked) < len(split.test)
    return TestRows(minority, majority, types, neighbors, is_sample)


def _count_rows(name: str, kinds: Sequence[Any], seen: Sequence[tuple[np.ndarray, np.ndarray]]) -> list[dict[str, Any]]:
    """Count test rows of each kind over all splits, given the rows and the places of their kinds."""
    rows = np.concatenate([np.empty(0, np.intp), *(rows for rows, _ in seen)])
    places = np.concatenate([np.empty(0, np.intp), *(places for _, places in seen)])
    counts = _tally(places, kinds)
    return [
        {
            name: kind,
            "n": int(counts[place]),
            "share": _share(counts[place], len(rows)),
            "n_distinct": len(np.unique(rows[places == place])),
        }
        for place, kind in enumerate(kinds)
    ]


def _recall(cell: tuple[str, str], typed: Typed, predictions: Predictions, baseline: str) -> list[dict[str, Any]]:
    classifier, strategy = cell
    n, found, n_pairs, rescued, lost = (np.zeros(len(TYPES), dtype=np.int64) for _ in range(5))
    for (repeat, fold), rows in typed.items():
        prediction = predictions.get(RunKey(strategy, classifier, repeat, fold))
        if prediction is None:
            continue
        hit = prediction.decisions[rows.minority] == 1
        n += _tally(rows.types, TYPES)
        found += _tally(rows.types[hit], TYPES)
        reference = predictions.get(RunKey(baseline, classifier, repeat, fold))
        if reference is not None:
            hit_before = reference.decisions[rows.minority] == 1
            n_pairs += _tally(rows.types, TYPES)
            rescued += _tally(rows.types[hit & ~hit_before], TYPES)
            lost += _tally(rows.types[hit_before & ~hit], TYPES)
    return [
        {
            "strategy": strategy,
            "classifier": classifier,
            "type": name,
            "n": int(n[place]),
            "found": int(found[place]),
            "recall": _share(found[place], n[place]),
            "n_pairs": int(n_pairs[place]),
            "rescued": int(rescued[place]),
            "lost": int(lost[place]),
        }
        for place, name in enumerate(TYPES)
    ]


def _false_alarms(cell: tuple[str, str], typed: Typed, predictions: Predictions) -> list[dict[str, Any]]:
    classifier, strategy = cell
    n, alarms = (np.zeros(len(_COUNTS), dtype=np.int64) for _ in range(2))
    for (repeat, fold), rows in typed.items():
        prediction = predictions.get(RunKey(strategy, classifier, repeat, fold))
        if prediction is not None:
            raised = prediction.decisions[rows.majority] == 1
            n += _tally(rows.neighbors, _COUNTS)
            alarms += _tally(rows.neighbors[raised], _COUNTS)
    return [
        {
            "strategy": strategy,
            "classifier": classifier,
            "minority_neighbors": neighbors,
            "n": int(n[neighbors]),
            "alarms": int(alarms[neighbors]),
            "rate": _share(alarms[neighbors], n[neighbors]),
        }
        for neighbors in _COUNTS
    ]


def _tally(places: np.ndarray, kinds: Sequence[Any]) -> np.ndarray:
    return np.bincount(places, minlength=len(kinds))


def _share(part: int, whole: int) -> float | None:
    return float(part / whole) if whole else None
