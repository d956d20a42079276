"""The ratio that the training data alone would choose, and what that choice is worth on the test part."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from job.data.splitting.splits import Split
from job.evaluation.grid import INNER_RATIO, RATIO_STEPS, Study
from job.evaluation.studies import ratio_of
from job.evidence.family import question_of
from job.evidence.study_runs import Measurement, StudyRuns
from job.spec.job_spec import JobSpec


def choose_ratio(
    spec: JobSpec,
    runs: StudyRuns,
    splits: Sequence[Split],
    names: tuple[str, str],
    measured: Sequence[Sequence[Measurement]],
) -> dict[str, Any]:
    """Choose in each split the ratio with the best primary metric on an inner split of its training part.

    Parameters
    ----------
    spec : JobSpec
    runs : StudyRuns
    splits : sequence of Split
    names : (str, str)
        Labels of strategy and classifier.
    measured : sequence of sequence of Measurement
        What each step came to on the test part of each split.

    Returns
    -------
    dict
        ``metric``, the primary one; ``counts``, how often each step was chosen; ``ratios``, the one chosen in each
        split, null where no step has a value; the metric on the test parts with the ratio ``chosen`` there, with the
        data's ``own`` ratio, and with ``full`` resampling to 1, each over the ``n`` splits that have all three; and
        ``against_own``, chosen less own as in `StudyRuns.compare`. Of equals the lowest ratio is taken: it makes the
        fewest rows.
    """
    metric = spec.evaluation.primary
    steps = [_best_step(spec, runs, split, names, metric) for split in splits]
    complete = []
    for place, (split, step) in enumerate(zip(splits, steps, strict=True)):
        if step is not None:
            found = (measured[at][place].metrics.get(metric) for at in (step, 0, RATIO_STEPS - 1))
            values = [value for value in found if value is not None]
            if len(values) == 3:
                complete.append((split, values))
    kept = [split for split, _ in complete]
    chosen, own, full = ([values[place] for _, values in complete] for place in range(3))
    return {
        "metric": metric,
        "counts": [steps.count(step) for step in range(RATIO_STEPS)],
        "ratios": [None if step is None else ratio_of(step, runs.dataset) for step in steps],
        **{key: _mean(values) for key, values in (("chosen", chosen), ("own", own), ("full", full))},
        "n": len(complete),
        "against_own": runs.compare(chosen, own, kept, _rope(spec, own)) if complete else None,
    }


def _rope(spec: JobSpec, own: Sequence[float]) -> float:
    return question_of(spec).rope_of(spec.evaluation.primary, sum(own) / len(own))


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _best_step(spec: JobSpec, runs: StudyRuns, split: Split, names: tuple[str, str], metric: str) -> int | None:
    strategy, classifier = names
    best, highest = None, float("-inf")
    for step in range(RATIO_STEPS):
        label = strategy if step else spec.baseline.label
        value = runs.measure(label, classifier, split, Study(INNER_RATIO, step)).metrics.get(metric)
        if value is not None and value > highest:
            best, highest = step, value
    return best
