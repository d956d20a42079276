"""What a job found out about probabilities and kinds of rows, in the shape of results.json."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from itertools import product
from typing import Any

import numpy as np
from predictions import make_prediction

from job.data.difficulty import TYPES
from job.data.splits import Split
from job.evaluation.grid import RunKey
from job.evaluation.metrics.run_metrics import Prediction
from job.evidence.net_benefit import build_in_use, build_net_benefit
from job.evidence.probabilities import build_stability
from job.evidence.runs import by_place
from job.spec.job_spec import EvaluationSpec


def make_state(luck: random.Random, n_bins: int = 20, **changes: Any) -> dict[str, Any]:
    """The probabilities of one strategy, as they are or corrected."""
    predicted = sorted(luck.random() for _ in range(n_bins))
    positives = [luck.randint(0, 400) for _ in range(n_bins)]
    state = {
        "mean_predicted": luck.uniform(0.05, 0.5),
        "brier": luck.uniform(0.05, 0.2),
        "log_loss": luck.uniform(0.1, 0.9),
        "calibration_slope": luck.uniform(0.5, 1.2),
        "calibration_intercept": luck.uniform(-2.5, 0.5),
        "n_fitted": 20,
        "n_pooled": 400 * n_bins,
        "ece": luck.uniform(0.01, 0.2),
        "ece_perfect": 0.012,
        "ece_perfect_low": 0.008,
        "ece_perfect_high": 0.017,
        "reliability": [
            {"mean_predicted": value, "observed": count / 400, "n": 400, "n_positive": count}
            for value, count in zip(predicted, positives, strict=True)
        ],
    }
    return {**state, **changes}


def make_harm_row(strategy: str, classifier: str, luck: random.Random, **changes: Any) -> dict[str, Any]:
    """One strategy × classifier; baseline needs no correction."""
    raw = make_state(luck)
    row = {
        "strategy": strategy,
        "classifier": classifier,
        "n_splits": 20,
        "prevalence": 0.105,
        "raw": raw,
        "corrected": raw if strategy == "baseline" else make_state(luck),
        "reason": None,
    }
    return {**row, **changes}


def make_harm(strategies: Iterable[str], classifiers: Iterable[str], **changes: Any) -> dict[str, Any]:
    """The ledger of a job whose every run went well."""
    luck = random.Random(3)
    harm = {
        "n_bins": 20,
        "n_draws": 200,
        "n_splits_pooled": 20,
        "rows": [make_harm_row(s, c, luck) for c in classifiers for s in strategies],
    }
    return {**harm, **changes}


def make_decisions(
    strategies: Sequence[str], classifiers: Sequence[str], prevalence_in_use: float | None = None, n_repeats: int = 3
) -> dict[str, Any]:
    """What decisions are worth; the last strategy of several gives no probabilities with the last classifier."""
    rows = np.arange(60)
    splits = [Split(repeat, 0, rows[20:], rows[:20]) for repeat in range(n_repeats)]
    y = np.tile(np.arange(20) < 3, 3).astype(np.int8)
    predictions: dict[RunKey, Prediction | None] = {}
    for place, (classifier, strategy) in enumerate(product(classifiers, strategies)):
        without = len(strategies) > 1 and (strategy, classifier) == (strategies[-1], classifiers[-1])
        for split in splits:
            p = np.random.default_rng(100 * place + split.repeat).beta(1 + y[:20], 3)
            key = RunKey(strategy, classifier, split.repeat, 0)
            predictions[key] = make_prediction(y[:20], p, is_probability=not without, prevalence_train=0.15)
    cells, evaluation = (
        by_place(predictions, strategies, classifiers),
        EvaluationSpec(prevalence_in_use=prevalence_in_use),
    )
    return {
        "net_benefit": build_net_benefit(cells, evaluation, 0.15),
        "in_use": build_in_use(cells, splits, evaluation, y),
        "stability": build_stability(cells, splits, y),
    }


def make_minority_types(**changes: Any) -> dict[str, Any]:
    """The types of 209 minority rows."""
    counts = (66, 63, 48, 32)
    types = [{"type": kind, "n": n, "share": n / 209} for kind, n in zip(TYPES, counts, strict=True)]
    return {"k": 5, "n_rows": 2000, "n_minority": 209, "types": types, "reason": None, **changes}


def make_finding(code: str = "imbalanced", level: str = "note", **changes: Any) -> dict[str, Any]:
    """One thing that a diagnosis found."""
    finding = {"code": code, "level": level, "found": f"{code} was found.", "advice": "Do this.", "columns": []}
    return {**finding, **changes}


def make_diagnosis(**changes: Any) -> dict[str, Any]:
    """The diagnosis of 2,000 rows."""
    diagnosis = {
        "n_rows": 2000,
        "n_minority": 209,
        "imbalance_ratio": 1791 / 209,
        "types": {"safe": 66, "borderline": 63, "rare": 48, "outlier": 32},
        "overlap": {
            "f1": 0.8576,
            "f1_column": "feature_14",
            "n1": 0.1275,
            "n1_minority": 0.5646,
            "n1_rows": 2000,
            "n3": 0.0721,
            "n3_minority": 0.4737,
            "n3_rows": 2000,
        },
        "clusters": {"n": 3, "sizes": [120, 40, 25], "n_alone": 24},
        "reason": None,
        "scores": [{"column": f"feature_{place}", "auc": 0.84 - place / 50} for place in range(15)],
        "equal_columns": [],
        "duplicates": {"n_repeated": 0, "n_conflicting": 0, "n_conflicting_minority": 0},
        "near_duplicates": {"share": 0.0, "n_rows": 1000},
        "findings": [make_finding("mostly-unsafe", "warning"), make_finding()],
    }
    return {**diagnosis, **changes}


def make_rescued(strategies: Iterable[str], classifiers: Iterable[str], **changes: Any) -> dict[str, Any]:
    """Which rows the strategies of a job found, pooled over 20 test parts."""
    luck = random.Random(4)
    sizes = dict(zip(TYPES, (249, 272, 180, 139), strict=True))
    quiet = (6244, 783, 110, 21, 2, 0)
    recall, alarms = [], []
    for classifier in classifiers:
        for strategy in strategies:
            for kind, n in sizes.items():
                found = luck.randint(0, n)
                rescued = 0 if strategy == "baseline" else luck.randint(0, found)
                cell = {"strategy": strategy, "classifier": classifier, "type": kind, "n": n, "found": found}
                recall.append({**cell, "recall": found / n, "n_pairs": n, "rescued": rescued, "lost": 0})
            for neighbors, n in enumerate(quiet):
                raised = luck.randint(0, n)
                cell = {"strategy": strategy, "classifier": classifier, "minority_neighbors": neighbors, "n": n}
                alarms.append({**cell, "alarms": raised, "rate": raised / n if n else None})
    rescued_rows = {
        "k": 5,
        "n_splits": 20,
        "reason": None,
        "sampled": False,
        "types": [{"type": kind, "n": n, "share": n / 840, "n_distinct": n // 3} for kind, n in sizes.items()],
        "neighborhoods": [
            {"minority_neighbors": neighbors, "n": n, "share": n / 7160, "n_distinct": n // 3}
            for neighbors, n in enumerate(quiet)
        ],
        "recall": recall,
        "false_alarms": alarms,
    }
    return {**rescued_rows, **changes}


def make_picture(samplers: Iterable[str], **changes: Any) -> dict[str, Any]:
    """Where some of 1,600 rows lie, and those of samplers that added 1,264."""
    luck = random.Random(5)

    def cloud(n: int, x: float, spread: float) -> list[list[float]]:
        return [[round(luck.gauss(x, spread), 2), round(luck.gauss(0, spread), 2)] for _ in range(n)]

    counts = dict(zip(TYPES, (66, 50, 30, 22), strict=True))
    picture = {
        "reason": None,
        "n_train": 1600,
        "n_columns": 15,
        "n_fitted": 1600,
        "shares": [0.25, 0.125],
        "one_direction": False,
        "majority": {"n": 1432, "points": cloud(400, -1.0, 1.5)},
        "n_minority": 168,
        "minority": [{"type": kind, "points": cloud(n, 1.0, 1.0)} for kind, n in counts.items()],
        "strategies": [
            {"strategy": label, "n": 1264, "points": cloud(200, 1.0, 0.8), "reason": None} for label in samplers
        ],
    }
    return {**picture, **changes}
