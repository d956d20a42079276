"""How long a user waits: for --help, and for the default job beside a plain loop over the same fits in one process."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from imblearn.over_sampling import SMOTE
from sklearn.datasets import make_classification
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import TunedThresholdClassifierCV, train_test_split
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

ROOT = Path(__file__).parents[1]
N_REPEATS = 20


def seconds(action: Callable[[], object]) -> float:
    """Measure one call on the wall clock."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def start_python(*arguments: str) -> None:
    """Run Python in the checkout and wait for its end."""
    subprocess.run([sys.executable, *arguments], cwd=ROOT, check=True, capture_output=True)


def run_default_job() -> None:
    """Run the embedded default, with as many workers as this machine allows."""
    with tempfile.TemporaryDirectory() as output:
        start_python("-m", "job", "run", "--output", output)


def split_default_data() -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Yield the scaled training and test rows and the training labels of each split of the default."""
    X, y = make_classification(
        n_samples=2000, n_features=15, n_informative=6, n_redundant=2, weights=[0.9, 0.1], random_state=42
    )
    for repeat in range(N_REPEATS):
        X_train, X_test, y_train, _ = train_test_split(X, y, test_size=0.2, stratify=y, random_state=42 + repeat)
        scaler = StandardScaler().fit(X_train)
        yield scaler.transform(X_train), scaler.transform(X_test), y_train


@threadpool_limits.wrap(limits=1)
def fit_in_a_plain_loop() -> None:
    """Fit what the default job fits, without its metrics and report; SMOTE stands in for the job's own sampler."""
    for X, X_test, y in split_default_data():
        for classifier in (LogisticRegression(max_iter=1000), HistGradientBoostingClassifier()):
            weighted = type(classifier)(**{**classifier.get_params(), "class_weight": "balanced"})
            tuned = TunedThresholdClassifierCV(classifier)
            resampled = SMOTE(random_state=0).fit_resample(X, y)
            for estimator, rows in (
                (classifier, (X, y)),
                (weighted, (X, y)),
                (tuned, (X, y)),
                (classifier, resampled),
                (classifier, resampled),
            ):
                estimator.fit(*rows).predict_proba(X_test)


def main() -> None:
    """Print one line for each thing measured: its time, and as a multiple of its peer's."""
    help_time = min(seconds(lambda: start_python("-m", "job", "--help")) for _ in range(5))
    click_time = min(seconds(lambda: start_python("-c", "import click")) for _ in range(5))
    print(f"--help            {help_time:6.2f} s   {help_time / click_time:5.2f} x python -c 'import click'")
    job_time = seconds(run_default_job)
    loop_time = seconds(fit_in_a_plain_loop)
    print(f"the default job   {job_time:6.1f} s   {job_time / loop_time:5.2f} x the same fits in a plain loop")


if __name__ == "__main__":
    main()
