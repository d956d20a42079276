"""All rows as one training part: what is taken home, where the comparison held rows back."""

from __future__ import annotations

from job.data.dataset import Dataset
from job.evaluation.unit import seeds_of
from job.spec.job_spec import JobSpec
from job.strategies.preparation import Preparation
from job.strategies.recipe import TrainingPart


def take_all_rows(spec: JobSpec, dataset: Dataset) -> TrainingPart:
    """Prepare all rows as a training part, with the seeds of the first split.

    Parameters
    ----------
    spec : JobSpec
    dataset : Dataset

    Returns
    -------
    TrainingPart
    """
    preparation = Preparation(**spec.preparation.model_dump()).fit(dataset.X)
    return TrainingPart(
        X=dataset.X,
        y=dataset.y,
        groups=dataset.groups,
        preparation=preparation,
        codes=preparation.codes(dataset.X),
        integer=dataset.integer,
        seeds=seeds_of(spec.seed, 0, 0),
    )
