"""Which sampler a strategy stands for, and how it is called in a snippet."""

from __future__ import annotations

import builtins
import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from job.data.dataset import Dataset
from job.evidence.python_code import Call, Raw, keywords, literal
from job.evidence.snippet_parts import Winner
from job.names import CLASSIFIERS, IMBALANCED_LEARN_SAMPLERS
from job.spec.strategy_entries import Entry
from job.strategies.classes import accepts, import_class
from job.strategies.neighbors import AMONG_ALL, AMONG_MINORITY, FOLDS, INTO_MINORITY

WITHOUT_SAMPLER = ("baseline", "class_weight", "threshold")
LOWERED = "was lowered"

_OWN = "job.samplers.AffinitySMOTE"
_SMOTE, _SMOTENC, _SMOTEN = (IMBALANCED_LEARN_SAMPLERS[name] for name in ("SMOTE", "SMOTENC", "SMOTEN"))
_WITH_SMOTE = ("SMOTEENN", "SMOTETomek")
_LIMITS = (
    (AMONG_MINORITY, "minority - 1"),
    (AMONG_ALL, "len(train) - 1"),
    (INTO_MINORITY, "minority"),
    (FOLDS, "minority"),
)
_KNOWN = frozenset((*CLASSIFIERS.values(), *IMBALANCED_LEARN_SAMPLERS.values(), _OWN))
_TAKEN = frozenset(
    (
        *dir(builtins),
        *(
            "CATEGORIES",
            "Codes",
            "ColumnTransformer",
            "FunctionSampler",
            "FunctionTransformer",
            "NUMBERS",
            "OneHotEncoder",
            "OrdinalEncoder",
        ),
        *("RobustScaler", "SimpleImputer", "StandardScaler", "StratifiedGroupKFold", "StratifiedKFold", "X", "alarms"),
        *(
            "TunedThresholdClassifierCV",
            "answer",
            "as_text",
            "average_precision_score",
            "brier_score_loss",
            "categories",
        ),
        *("classifier", "codes", "confusion_matrix", "data", "draw", "duckdb", "encode", "fit_model", "fn", "fold"),
        *("folds", "fp", "groups", "hashlib", "how", "impute", "is_number", "is_test", "is_test_row", "json", "known"),
        *("label", "labels", "line", "lines", "made", "made_labels", "make_classification", "make_column_transformer"),
        *("make_pipeline", "minority", "model", "n_comments", "n_rows", "name", "np", "number", "numbers", "pd"),
        *("pipeline", "prepare", "repeat", "resample", "resampler", "roc_auc_score", "rows", "sampler", "scale"),
        *("scores", "seed_of", "splits", "table", "test", "text", "threadpool_limits", "time", "tn", "tp", "train"),
        *("train_test_split", "y", *(path.rpartition(".")[2] for path in _KNOWN)),
    )
)
"""Names that mean something else in a snippet."""


@dataclass(frozen=True)
class Sampling:
    """How a strategy samples.

    Parameters
    ----------
    sampler : Call
    on_codes : bool
        Whether it is given categories as codes, before they are spread to columns.
    """

    sampler: Call
    on_codes: bool


def choose_sampling(winner: Winner) -> Sampling | None:
    """Say which sampler a strategy stands for on this data.

    Parameters
    ----------
    winner : Winner

    Returns
    -------
    Sampling or None
        None for strategies that resample nothing.
    """
    entry, dataset = winner.strategy, winner.dataset
    if entry.name in WITHOUT_SAMPLER:
        return None
    path, first = sampler_path(entry, dataset), len(dataset.numeric)
    own: dict[str, Any] = {}
    if dataset.categorical and (entry.name == "custom" or (entry.name in ("smote", "SMOTENC") and path == _SMOTENC)):
        own = {"categorical_features": list(range(first, first + len(dataset.categorical)))}
    on_codes = bool(dataset.categorical) and entry.name in ("smote", "custom", "SMOTENC", "SMOTEN")
    params = {**own, **seed(path, "sampler"), **entry.params}
    if LOWERED in winner.trouble:
        params |= _lowered(path, params)
    return Sampling(Call(path, (), keywords(params), alias(path, "Sampler")), on_codes)


def sampler_path(entry: Entry, dataset: Dataset) -> str:
    """Give the dotted path of the sampler's class."""
    if entry.name == "smote":
        return _SMOTE if not dataset.categorical else _SMOTENC if dataset.numeric else _SMOTEN
    return _OWN if entry.name == "custom" else class_path(entry, IMBALANCED_LEARN_SAMPLERS)


def class_path(entry: Entry, known: Mapping[str, str]) -> str:
    """Give the dotted path of an entry's class."""
    return str(entry.class_) if entry.name is None else known[entry.name]


def alias(path: str, role: str) -> str:
    """Give another name to a class whose own one means something else in a snippet."""
    return role if path not in _KNOWN and path.rpartition(".")[2] in _TAKEN else ""


def seed(path: str, role: str) -> dict[str, Any]:
    """Write the seed of the split, for a class that takes one."""
    if not accepts(import_class(path), "random_state"):
        return {}
    return {"random_state": Raw(f'seed_of(repeat, fold, "{role}")')}


def _lowered(path: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """Lower for a small minority what the job lowered."""
    name = path.rpartition(".")[2]
    if name in _WITH_SMOTE:
        own = {key: params[key] for key in ("random_state", "sampling_strategy") if key in params}
        return {"smote": Call(_SMOTE, (), keywords({**_lowered(_SMOTE, {}), **own}))}
    changed: dict[str, Any] = {}
    for parameters, limit in _LIMITS:
        for parameter in parameters.get(name, ()):
            asked = params.get(parameter, inspect.signature(import_class(path)).parameters[parameter].default)
            if isinstance(asked, int):
                changed[parameter] = Raw(f"min({literal(asked)}, {limit})")
    return changed
