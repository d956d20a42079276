"""What share of positive rows a classifier learns from, its own weights included."""

from __future__ import annotations

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.class_weight import compute_class_weight


def prevalence_seen(classifier: BaseEstimator, y: np.ndarray) -> float:
    """Weigh the classes as a classifier does.

    Parameters
    ----------
    classifier : estimator
        Its parameters tell its ``class_weight``, or the ``scale_pos_weight`` of gradient boosting libraries.
    y : ndarray of shape (n_rows,)
        1 for the positive label; the rows that it is fitted on.

    Returns
    -------
    float
        Share of the positive rows' weight in that of all rows: pi_s of the prior correction.
    """
    share = float(np.mean(y))
    params = classifier.get_params(deep=False)
    weights = params.get("class_weight")
    if weights == "balanced_subsample":  # of each tree's sample, in which the shares are those of all rows
        weights = "balanced"
    if weights is None or not 0 < share < 1:
        rest = positive = 1.0
    else:
        rest, positive = map(float, compute_class_weight(weights, classes=np.array([0, 1]), y=y))
    positive *= float(params.get("scale_pos_weight") or 1.0)
    if rest == positive:
        return share
    return share * positive / (share * positive + (1 - share) * rest)
