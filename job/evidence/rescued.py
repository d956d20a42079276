"""Which minority rows a strategy finds that baseline misses, and where its false alerts are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from job.data import difficulty
from job.data.dataset import Dataset
from job.data.splits import Split
from job.errors import StrategyError
from job.evaluation.grid import RunKey, seeds_of
from job.evaluation.metrics.run_metrics import Prediction
from job.evidence.diagnosis import prepare_sample
from job.evidence.runs import Place, Predictions, named
from job.results.study_facts import NeighborhoodAlarms, Rescued, TestedNeighborhood, TestedRows, TestedType, TypeRecall
from job.spec.job_spec import JobSpec

MOST_TEST_ROWS = 2_000

_ROUNDING = 0.5 + 1e-9


@dataclass(frozen=True, eq=False)
class TestRows:
    """The test rows of one split that are looked at, and what kind each is.

    Parameters
    ----------
    minority, majority : ndarray of int
        Places in the test part.
    types : ndarray of int
        Of the minority rows: places in `job.data.difficulty.TYPES`.
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


def build_rescued(spec: JobSpec, dataset: Dataset, splits: Sequence[Split], predictions: Predictions) -> Rescued:
    """Count, over all test parts, which kinds of minority row each strategy finds and where it raises false alerts.

    Each test row is typed by its five nearest rows of the training part, in the columns that a classifier is fitted
    on (prepared as in the runs, by that training part). To bound the time, neighbours are sought among at most 20,000
    training rows (2,000,000 numbers), a stratified sample of a larger part, and for at most 2,000 test rows of either
    class in each split; ``sampled`` says whether that was so.
    """
    typed: dict[tuple[int, int], TestRows] = {}
    reason = None
    for split in splits:
        try:
            typed[split.repeat, split.fold] = _type_test_rows(spec, dataset, split)
        except StrategyError as error:
            reason = str(error)
    seen = [(split.test, rows) for split in splits if (rows := typed.get((split.repeat, split.fold))) is not None]
    classifiers = dict.fromkeys(key.classifier for key in predictions)
    listed = dict.fromkeys((key.strategy, key.classifier) for key in predictions)
    places = [place for classifier in classifiers for place in listed if place[1] == classifier]
    types = _count_rows(len(difficulty.TYPES), [(test[rows.minority], rows.types) for test, rows in seen])
    neighborhoods = _count_rows(
        difficulty.N_NEIGHBORS + 1, [(test[rows.majority], rows.neighbors) for test, rows in seen]
    )
    return Rescued(
        k=difficulty.N_NEIGHBORS,
        n_splits=len(typed),
        reason=reason,
        sampled=any(rows.is_sample for rows in typed.values()),
        types=tuple(TestedType(type=kind, **vars(rows)) for kind, rows in zip(difficulty.TYPES, types, strict=True)),
        neighborhoods=tuple(TestedNeighborhood(minority_neighbors=n, **vars(r)) for n, r in enumerate(neighborhoods)),
        recall=tuple(row for place in places for row in _recall(place, typed, predictions, spec.baseline.label)),
        false_alarms=tuple(row for place in places for row in _false_alarms(place, typed, predictions)),
    )


def _type_test_rows(spec: JobSpec, dataset: Dataset, split: Split) -> TestRows:
    luck = seeds_of(spec.seed, split.repeat, split.fold).sampler
    prepared, known = prepare_sample(dataset, spec.preparation, luck, split.train)
    random = np.random.RandomState(luck)
    y = dataset.y[split.test]
    minority, majority = (difficulty.draw(np.flatnonzero(y == label), MOST_TEST_ROWS, random) for label in (1, 0))
    neighborhood = difficulty.gather_neighborhood(prepared.transform(dataset.X.iloc[known]), dataset.y[known])
    asked = prepared.transform(dataset.X.iloc[split.test[np.concatenate([minority, majority])]])
    counts = difficulty.count_minority_neighbors(neighborhood, asked)
    types = difficulty.type_minority(counts[: len(minority)])
    neighbors = np.floor(counts[len(minority) :] + _ROUNDING).astype(np.intp)
    is_sample = len(known) < len(split.train) or len(asked) < len(split.test)
    return TestRows(minority, majority, types, neighbors, is_sample)


def _count_rows(n_kinds: int, seen: Sequence[tuple[np.ndarray, np.ndarray]]) -> list[TestedRows]:
    """Count test rows of each kind over all splits, their share, and distinct ones, given the rows and their kinds."""
    rows = np.concatenate([np.empty(0, np.intp), *(rows for rows, _ in seen)])
    kinds = np.concatenate([np.empty(0, np.intp), *(kinds for _, kinds in seen)])
    counts = np.bincount(kinds, minlength=n_kinds).tolist()
    distinct = [len(np.unique(rows[kinds == kind])) for kind in range(n_kinds)]
    return [TestedRows(n=n, share=_share(n, len(rows)), n_distinct=m) for n, m in zip(counts, distinct, strict=True)]


def _predicted(place: Place, typed: Typed, predictions: Predictions) -> dict[tuple[int, int], Prediction]:
    found = ((split, predictions.get(RunKey(*place, *split))) for split in typed)
    return {split: prediction for split, prediction in found if prediction is not None}


def _recall(place: Place, typed: Typed, predictions: Predictions, baseline: str) -> list[TypeRecall]:
    counts = np.zeros((5, len(difficulty.TYPES)), dtype=np.int64)
    references = _predicted((baseline, place[1]), typed, predictions)
    for split, prediction in _predicted(place, typed, predictions).items():
        rows = typed[split]
        hit = prediction.decisions[rows.minority] == 1
        kinds = [rows.types, rows.types[hit]]
        if split in references:
            before = references[split].decisions[rows.minority] == 1
            kinds += [rows.types, rows.types[hit & ~before], rows.types[before & ~hit]]
        counts[: len(kinds)] += [np.bincount(each, minlength=len(difficulty.TYPES)) for each in kinds]
    recalls = []
    for kind, (n, hits, *of_pairs) in zip(difficulty.TYPES, counts.T.tolist(), strict=True):
        compared = dict(zip(("n_pairs", "rescued", "lost"), of_pairs, strict=True))
        recalls.append(TypeRecall(**named(place), type=kind, n=n, found=hits, recall=_share(hits, n), **compared))
    return recalls


def _false_alarms(place: Place, typed: Typed, predictions: Predictions) -> list[NeighborhoodAlarms]:
    counts = np.zeros((2, difficulty.N_NEIGHBORS + 1), dtype=np.int64)
    for split, prediction in _predicted(place, typed, predictions).items():
        rows = typed[split]
        raised = rows.neighbors[prediction.decisions[rows.majority] == 1]
        counts += [np.bincount(each, minlength=difficulty.N_NEIGHBORS + 1) for each in (rows.neighbors, raised)]
    return [
        NeighborhoodAlarms(**named(place), minority_neighbors=neighbors, n=n, alarms=alarms, rate=_share(alarms, n))
        for neighbors, (n, alarms) in enumerate(counts.T.tolist())
    ]


class Gained(NamedTuple):
    """Rows of all types together that a strategy and baseline decided on, and those that only one of them finds."""

    n_pairs: int
    rescued: int
    lost: int

    @property
    def net(self) -> int:
        """How many more the strategy finds."""
        return self.rescued - self.lost


def count_gained(rows: Sequence[TypeRecall]) -> Gained:
    """Add up over the types what one strategy gains and loses against baseline."""
    return Gained(sum(row.n_pairs for row in rows), sum(row.rescued for row in rows), sum(row.lost for row in rows))


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
