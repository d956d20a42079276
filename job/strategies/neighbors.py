"""Shrink what a sampler asks for to what a small minority allows, and say so."""

from __future__ import annotations

from typing import Any

import numpy as np

from job.errors import StrategyError

# Neighbours are looked for inside the minority, the row itself not counted: n - 1 at most.
AMONG_MINORITY = {
    "SMOTE": ("k_neighbors",),
    "SMOTEN": ("k_neighbors",),
    "SMOTENC": ("k_neighbors",),
    "BorderlineSMOTE": ("k_neighbors",),
    "KMeansSMOTE": ("k_neighbors",),
    "SVMSMOTE": ("k_neighbors",),
    "ADASYN": ("n_neighbors",),
}
# Neighbours are looked for among all rows.
AMONG_ALL = {"BorderlineSMOTE": ("m_neighbors",), "SVMSMOTE": ("m_neighbors",)}
# Majority rows look for their neighbours inside the minority, which they are not part of: n at most.
INTO_MINORITY = {"NearMiss": ("n_neighbors",)}
# Stratified inner folds need a minority row each.
FOLDS = {"InstanceHardnessThreshold": ("cv",)}


def shrink_to_minority(sampler: Any, y: np.ndarray) -> tuple[str, ...]:
    """Lower the neighbours and folds that a sampler asks for to what the training part has.

    Parameters
    ----------
    sampler : object
        A sampler of imbalanced-learn; its parameters are changed. Any other class is left alone.
    y : ndarray of shape (n_train,)
        1 for the positive label.

    Returns
    -------
    tuple of str
        One sentence for each parameter that was lowered.

    Raises
    ------
    StrategyError
        Where even the smallest value needs more minority rows.
    """
    name, n_all = type(sampler).__name__, len(y)
    n_minority = int(min(y.sum(), n_all - y.sum()))
    if not type(sampler).__module__.startswith("imblearn."):
        return ()
    limits = (
        (AMONG_MINORITY, n_minority - 1, 1),
        (AMONG_ALL, n_all - 1, 1),
        (INTO_MINORITY, n_minority, 1),
        (FOLDS, n_minority, 2),
    )
    sentences = []
    for parameters, most, least in limits:
        for parameter in parameters.get(name, ()):
            asked = getattr(sampler, parameter)
            if not isinstance(asked, int) or asked <= most:
                continue
            if most < least:
                raise StrategyError(
                    f"{name} needs at least {n_minority + least - most} minority rows in the training part, "
                    f"but there {_are(n_minority)}"
                )
            sampler.set_params(**{parameter: most})
            sentences.append(f"{parameter}={asked} was lowered to {most}: there {_are(n_minority)}")
    return tuple(sentences)


def _are(n_minority: int) -> str:
    return "is 1 minority row" if n_minority == 1 else f"are {n_minority} minority rows"
