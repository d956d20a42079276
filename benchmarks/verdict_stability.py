"""How far two models' probabilities are apart: trained on 80 % of one data set each, or on two data sets of that size.

The report measures the first; `most_times` (1/√.2 = 2.24) is what the jackknife makes of it for smooth models.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.tree import DecisionTreeClassifier
from threadpoolctl import threadpool_limits
from verdict_prevalence import draw

N_SETS, CLASSES, FRESH = 60, (100, 900), (200, 200)
MODELS: dict[str, Any] = {
    "logistic_regression": LogisticRegression(solver="newton-cholesky"),
    "gaussian_nb": GaussianNB(),
    "decision_tree": DecisionTreeClassifier(),
    "random_forest (50)": RandomForestClassifier(50),
    "hist_gradient_boosting": HistGradientBoostingClassifier(max_iter=30),
}


def main() -> None:
    """Print the mean and the 95th percentile of both differences, and how many times larger the second ones are."""
    X_fresh, _ = draw(np.random.default_rng(0), *FRESH)
    print(f"{'':24}{'one data set':>18}{'two data sets':>18}{'times: mean':>14}{'95th':>7}{'sd':>7}")
    for name, model in MODELS.items():
        told = np.array([predict_twice(model, seed, X_fresh) for seed in range(N_SETS)])
        shared, apart = (told[:, 0] - told[:, 1]).ravel(), (told[1:, 0] - told[:-1, 1]).ravel()
        one, two = summarize(shared), summarize(apart)
        print(f"{name:24}" + "".join(f"{each[0]:10.3f}{each[1]:8.3f}" for each in (one, two)), end="")
        print(f"{two[0] / one[0]:14.2f}{two[1] / one[1]:7.2f}{two[2] / one[2]:7.2f}")


def predict_twice(model: Any, seed: int, X_fresh: np.ndarray) -> list[np.ndarray]:
    """Train on 80 % of a data set, twice; give the probabilities of the same fresh rows."""
    luck = np.random.default_rng(seed)
    X, y = draw(luck, *CLASSES)
    found = []
    with threadpool_limits(limits=1):
        for _ in range(2):
            kept = [
                luck.permutation(np.flatnonzero(y == label))[: 8 * n // 10]
                for label, n in zip((1, 0), CLASSES, strict=True)
            ]
            train = np.concatenate(kept)
            found.append(model.fit(X[train], y[train]).predict_proba(X_fresh)[:, 1])
    return found


def summarize(differences: np.ndarray) -> tuple[float, float, float]:
    """Mean, 95th percentile and root mean square of absolute differences."""
    size = np.abs(differences)
    return float(size.mean()), float(np.quantile(size, 0.95)), float(np.sqrt((size**2).mean()))


if __name__ == "__main__":
    main()
