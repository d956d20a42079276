"""Predictions for the tests of metrics, and the hypothesis strategies that draw them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hypothesis import strategies as st

from job.evaluation.metrics.run_metrics import MetricContext, Prediction

CONTEXT = MetricContext(cost_false_negative=9.0, cost_false_positive=1.0, alerts_per_1000=150.0)

labels = st.integers(0, 1)
# Few distinct values make ties; the ends and their neighbours make clips bite.
probabilities = st.one_of(
    st.sampled_from([0.0, 1.0, 0.5, 0.25, 1e-320, 1e-16, 1e-7, 1 - 1e-7, 1 - 1e-16]), st.floats(0.0, 1.0)
)
decision_functions = st.one_of(
    st.integers(-3, 3).map(float), st.floats(allow_nan=False, allow_infinity=False), st.sampled_from([0.0, -0.0])
)


def make_prediction(
    y: Sequence[int] | np.ndarray,
    scores: Sequence[float] | np.ndarray,
    decisions: Sequence[int] | np.ndarray | None = None,
    *,
    is_probability: bool = True,
    prevalence_train: float = 0.1,
    prevalence_resampled: float = 0.5,
) -> Prediction:
    """Make a prediction that, unless told otherwise, decides at 0.5."""
    scores = np.asarray(scores, dtype=np.float64)
    return Prediction(
        y=np.asarray(y, dtype=np.int8),
        scores=scores,
        decisions=np.asarray(scores > 0.5 if decisions is None else decisions, dtype=np.int8),
        is_probability=is_probability,
        prevalence_train=prevalence_train,
        prevalence_resampled=prevalence_resampled,
    )


def make_noisy_prediction(n: int, seed: int, *, skill: float = 1.0, noise: float = 1.0, digits: int = 9) -> Prediction:
    """Make probabilities that know something of the labels; few digits make ties."""
    rng = np.random.default_rng(seed)
    y = (rng.random(n) < 0.3).astype(np.int8)
    logits = skill * (2 * y - 1) + noise * rng.normal(size=n)
    return make_prediction(y, np.round(1 / (1 + np.exp(-logits)), digits))


@st.composite
def pairs_of_predictions(draw: st.DrawFn, *, both_classes: bool = False) -> tuple[Prediction, Prediction]:
    """Draw what a strategy and baseline say about the same rows: ties, one class and constant decisions included."""
    n = draw(st.integers(2, 14))
    y = draw(st.lists(labels, min_size=n, max_size=n).filter(lambda drawn: not both_classes or len(set(drawn)) == 2))
    is_probability = draw(st.booleans())
    scores = st.lists(probabilities if is_probability else decision_functions, min_size=n, max_size=n)
    decisions = st.lists(labels, min_size=n, max_size=n)
    prevalences = st.one_of(st.sampled_from([0.1, 0.5]), st.floats(0.001, 0.999))
    strategy, baseline = (
        make_prediction(
            y,
            draw(scores),
            draw(decisions),
            is_probability=is_probability,
            prevalence_train=draw(prevalences),
            prevalence_resampled=draw(prevalences),
        )
        for _ in range(2)
    )
    return strategy, baseline
