"""What results.json holds about the leak and the sweeps, for jobs that never ran."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from job.evidence.sweeps import name_effect, name_worth
from job.results.study_facts import AgainstOwn, ImbalanceSweep

RATIOS = (0.1, 0.158, 0.251, 0.398, 0.631, 1.0)
IMBALANCES = (1.0, 2.0, 5.0, 10.0, 20.0)


def make_check(n_checked: int | None = 4000, n_found: int | None = 0, **changes: Any) -> dict[str, Any]:
    """One line of the proof."""
    return {"n_checked": n_checked, "n_found": n_found, "reason": None, **changes}


def make_proof(**changes: Any) -> dict[str, Any]:
    """Nothing found anywhere, and no groups."""
    proof = {
        "synthetic_in_test": make_check(),
        "rows_in_both": make_check(),
        "parents_outside": make_check(strategies=["custom"], untold=["smote"]),
        "new_rows_in_test": make_check(),
        "groups_in_both": make_check(None, None, reason="no groups were named (data.file.groups)"),
        "identical": {"n_rows": 0, "n_sets": 0, "n_mean": 0.0, "n_most": 0, "n_test_mean": 400.0, "sets": []},
    }
    return {**proof, **changes}


def make_leak(strategy: str = "smote", classifiers: Sequence[str] = ("svc",), **changes: Any) -> dict[str, Any]:
    """A leak that feigns a fifth of average precision on real rows."""
    values = {
        "average_precision": (0.6, 0.98, 0.8),
        "roc_auc": (0.9, 0.99, 0.97),
        "recall": (0.7, 0.99, 0.95),
        "precision": (0.5, 0.97, 0.8),
    }
    leak = {
        "strategy": strategy,
        "is_listed": True,
        "n_splits": 5,
        "n_test": 716.0,
        "n_test_synthetic": 316.0,
        "share_synthetic": 316 / 716,
        "scores": [
            {
                "classifier": classifier,
                "metric": metric,
                "honest": honest,
                "leaked": leaked,
                "leaked_real_rows": real,
                "gain": real - honest,
                "n": 5,
                "reasons": {"honest": [], "leaked": []},
            }
            for classifier in classifiers
            for metric, (honest, leaked, real) in values.items()
        ],
        "proof": make_proof(),
    }
    return {**leak, **changes}


def make_value(value: float | None, reach: float = 0.05) -> dict[str, Any]:
    """A metric over ten splits."""
    if value is None:
        return {"value": None, "lower": None, "upper": None, "n": 0, "values": [None] * 10}
    return {"value": value, "lower": value - reach, "upper": value + reach, "n": 10, "values": [value] * 10}


def make_against(difference: float, lower: float | None, upper: float | None, same: float | None) -> AgainstOwn:
    """A chosen ratio against the data's own, and what that is worth."""
    against = AgainstOwn(difference=difference, lower=lower, upper=upper, probability_equivalent=same, rope=0.01)
    return against.model_copy(update={"code": name_worth(against)})


def make_ratio_sweep(strategies: Sequence[str] = ("smote",), classifiers: Sequence[str] = ("svc",)) -> dict[str, Any]:
    """Recall rises with the ratio, and nothing else gets better."""
    points = [
        {
            "ratio": ratio,
            "metrics": {
                "recall": make_value(0.4 + 0.06 * step),
                "precision": make_value(0.7 - 0.06 * step),
                "average_precision": make_value(0.6 - 0.005 * step),
                "roc_auc": make_value(0.9),
                "brier": make_value(0.06 + 0.01 * step, 0.005),
            },
            "reasons": [],
        }
        for step, ratio in enumerate(RATIOS)
    ]
    chosen = {
        "metric": "average_precision",
        "counts": [5, 0, 2, 1, 1, 1],
        "ratios": [0.1] * 5 + [0.251] * 2 + [0.398, 0.631, 1.0],
        "chosen": 0.597,
        "own": 0.6,
        "full": 0.575,
        "n": 10,
        "against_own": make_against(-0.003, -0.008, 0.002, 0.99),
    }
    return {
        "n_splits": 10,
        "ratios": list(RATIOS),
        "strategies": list(strategies),
        "classifiers": list(classifiers),
        "curves": [
            {"strategy": strategy, "classifier": classifier, "points": points, "chosen": chosen}
            for classifier in classifiers
            for strategy in strategies
        ],
    }


def make_imbalance_sweep(
    strategies: Sequence[str] = ("baseline", "smote", "custom"),
    classifier: str = "svc",
    recall: Sequence[float | None] = (0.81, 0.7, 0.5, 0.4, 0.28),
    ranking: Sequence[float | None] = (0.655, 0.65, 0.64, 0.63, 0.612),
    left_out: Mapping[float, str] | None = None,
    **changes: Any,
) -> dict[str, Any]:
    """Recall falls, average precision hardly."""
    left_out = {} if left_out is None else left_out
    points = [
        {
            "ratio": ratio,
            "metrics": {
                "recall": make_value(found),
                "average_precision": make_value(ranks),
                "roc_auc": make_value(0.9),
                "brier_corrected": make_value(0.06, 0.01),
                "log_loss_corrected": make_value(0.25),
                "mean_predicted_corrected": make_value(0.1),
                "calibration_slope": make_value(0.8),
                "calibration_intercept_corrected": make_value(None),
            },
            "reasons": [],
        }
        for ratio, found, ranks in zip(IMBALANCES, recall, ranking, strict=True)
    ]
    sweep = {
        "n_splits": 10,
        "classifier": classifier,
        "strategies": list(strategies),
        "listed": [True] * len(strategies),
        "least_minority": 5,
        "ratios": list(IMBALANCES),
        "sizes": [
            {
                "ratio": ratio,
                "n_rows": None if ratio in left_out else 334.0,
                "n_minority": None if ratio in left_out else round(334 / (1 + ratio)),
                "reason": left_out.get(ratio),
            }
            for ratio in IMBALANCES
        ],
        "curves": [{"strategy": strategy, "points": points} for strategy in strategies],
        "best_possible": [],
    }
    return {**sweep, "effect": name_effect(ImbalanceSweep.model_validate(sweep)), **changes}


def make_sweeps(ratio: Mapping[str, Any] | None = None, imbalance: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Both sweeps, either of which may not be asked for."""
    return {"ratio": ratio, "imbalance": imbalance}
