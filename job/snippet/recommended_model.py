"""The recommended strategy and classifier as a script that gives the report's numbers again."""

import builtins
import inspect
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sklearn.datasets import make_classification

from job import names
from job.data.dataset import Dataset
from job.data.generating.classification import PARAMETERS
from job.data.reading.column_types import ERROR_CELL, MISSING_WORDS
from job.data.reading.csv_files import REPEATED_HEADER
from job.evaluation.grid import RunKey, strategies_of
from job.evaluation.metrics.run_metrics import Prediction
from job.results.job_facts import Run
from job.results.record import Pair
from job.results.study_facts import Snippet
from job.snippet.python_source import Code, import_statements, literal, render
from job.spec.file_keys import FileSpec, numbers_among
from job.spec.generators import MixtureSpec
from job.spec.job_spec import JobSpec
from job.spec.strategy_entries import NO_SAMPLERS, AnyStrategy, Entry
from job.spec.tune_spec import REAL_SHARE
from job.strategies.candidates import budget_of, list_candidates
from job.strategies.class_weight import read_weights, weigh_positives, weight_parameter
from job.strategies.inner_folds import DEFAULT_FOLDS
from job.strategies.prevalence import WEIGHTS
from job.strategies.recipes import classifier_of, import_class, recipe_of, settings_for
from job.strategies.resampling import LIMITS

Values = dict[str, Any]
"""What the template is filled with, or parameters of somebody's class: anything that a spec may hold."""

_TEMPLATE = Path(__file__).with_name("script.py.jinja").read_text(encoding="utf-8")
_AFFINITY_SMOTE = "job.samplers.AffinitySMOTE"
_KNOWN = {
    path.rpartition(".")[2]: path
    for path in (*names.CLASSIFIERS.values(), *names.IMBALANCED_LEARN_SAMPLERS.values(), _AFFINITY_SMOTE)
}
_FROM = {
    "collections": "Counter",
    "imblearn": "FunctionSampler",
    "job.data.generating.mixture": "generate_mixture",
    "job.spec.generators": "MixtureSpec",
    "sklearn.compose": "make_column_transformer",
    "sklearn.datasets": "make_classification",
    "sklearn.impute": "SimpleImputer",
    "sklearn.metrics": "average_precision_score brier_score_loss confusion_matrix roc_auc_score",
    "sklearn.model_selection": "StratifiedGroupKFold StratifiedKFold TunedThresholdClassifierCV train_test_split",
    "sklearn.preprocessing": "FunctionTransformer OneHotEncoder OrdinalEncoder RobustScaler StandardScaler",
    "threadpoolctl": "threadpool_limits",
}
_IMPORTS = {
    **{"np": "numpy", "pd": "pandas", "duckdb": "duckdb", "hashlib": "hashlib", "io": "io", "json": "json"},
    **{name: f"{module}.{name}" for module, found in _FROM.items() for name in found.split()},
    **_KNOWN,
}
"""Name in a script -> where it is imported from."""
_TAKEN = {*dir(builtins), *re.findall(r"\w+", _TEMPLATE), *_IMPORTS}
_SCALERS = {"standard": "StandardScaler", "robust": "RobustScaler"}
_PACKAGES = ("scikit-learn", "imbalanced-learn", "pandas", "numpy")


def build_snippet(
    spec: JobSpec,
    dataset: Dataset,
    runs: Iterable[Run],
    predictions: Mapping[RunKey, Prediction | None],
    recommended: Pair | None,
) -> Snippet:
    """Write the recommended strategy and classifier as a script, and say where its numbers may differ."""
    if recommended is None:
        reason = "No snippet: no strategy has a score with any classifier."
        return Snippet(strategy=None, classifier=None, recommended=False, code=None, notes=(), reason=reason)
    strategy = next(entry for entry in strategies_of(spec) if entry.label == recommended.strategy)
    classifier = next(entry for entry in spec.classifiers if entry.label == recommended.classifier)
    own = [run for run in runs if run.place == recommended.place]
    scored = (predictions.get(RunKey(*run.place, *run.split)) for run in own)
    file, trouble = spec.data.file, "; ".join(run.reason for run in own if run.reason)
    data = _generator_values(spec) if file is None else _file_values(dataset, file)
    model, classes = _model_values(spec, dataset, strategy, classifier, trouble)
    notes = (*(_file_notes(dataset, file) if file is not None else ()), *_model_notes(classes.values(), trouble))
    pipeline = f"{'imblearn' if model['sampler'] and not model['weights'] else 'sklearn'}.pipeline.make_pipeline"
    paths = {**_IMPORTS, "make_pipeline": pipeline, **classes}
    code = render(
        _TEMPLATE,
        **{"spec": spec, "dataset": dataset, "file": file, "notes": list(notes), **data, **model},
        numbers=list(dataset.numeric),
        categories=list(dataset.categorical),
        note_codes={note.code for note in dataset.notes},
        last_training_row=dataset.n_rows - math.ceil(spec.split.test_size * dataset.n_rows) - 1,
        folder=f"Stratified{'' if dataset.groups is None else 'Group'}KFold",
        labels=[strategy.label, classifier.label],
        is_probability=next((found.is_probability for found in scored if found is not None), True),
        one_class=any(run.n_test_positive in (0, run.n_test) for run in own),
        versions=", ".join((*(f"{package} {version(package)}" for package in _PACKAGES), *_versions(classes.values()))),
        imports_of=lambda script: "\n".join(import_statements(script, paths)),
    )
    return Snippet(
        strategy=strategy.label, classifier=classifier.label, recommended=True, code=code, notes=notes, reason=None
    )


def _generator_values(spec: JobSpec) -> Values:
    """Parameters of the job's own generator, or those of ``make_classification`` that aren't its defaults."""
    if isinstance(spec.data.generate, MixtureSpec):
        return {"mixture": spec.data.generate.model_dump(mode="json", by_alias=True, exclude_none=True)}
    given = spec.model_dump(mode="json")["data"]["generate"]
    defaults = {name: p.default for name, p in inspect.signature(make_classification).parameters.items()}
    values = ((name, given.get(name)) for name in PARAMETERS)  # a key without a value isn't written
    changed = {name: value for name, value in values if name == "n_samples" or value != defaults[name]}
    return {"classification": changed, "mixture": None}


def _file_values(dataset: Dataset, file: FileSpec) -> Values:
    """What the template has to know about a file, beside its spec."""
    lower, codes = file.path.lower(), {note.code for note in dataset.notes}
    texts = " ".join(note.text for note in dataset.notes if note.code == "encoding-converted").lower()
    encoding = next((name for name in ("utf-16", "utf-32") if name in texts), "utf-8-sig")
    delimiter = file.delimiter or ("\t" if lower.endswith((".tsv", ".tsv.gz")) else ",")
    arguments: Values = {"sep": delimiter} if delimiter != "," else {}
    if "column-named" in codes and file.query is None:
        arguments |= {"names": [column.name for column in dataset.columns], "header": 0}
    arguments |= {"dtype": Code("str"), "keep_default_na": False, "index_col": False}
    arguments |= {} if file.is_frame else {"encoding": encoding}
    if "comment-lines" in codes:
        arguments["skiprows"] = Code("n_comments")
    form = next((form for form in ("parquet", "jsonl") if lower.endswith(f".{form}")), "csv")
    keys = [name for name in (file.target, file.groups, file.time, file.split) if name is not None]
    whole = form == "parquet" and re.fullmatch(r"-?\d+", dataset.positive)
    return {
        "form": form,
        "encoding": encoding,
        "csv_arguments": arguments,
        "source": Code("io.StringIO(frame.to_csv(index=False))") if file.is_frame else file.path,
        "used_columns": list(dict.fromkeys([*dataset.X.columns, *keys])),
        "repeated_header": REPEATED_HEADER,
        "missing": list(dict.fromkeys(word.strip() for word in file.na_values)),
        "missing_words": "|".join(map(re.escape, MISSING_WORDS)),
        "error_cell": "|" + ERROR_CELL,
        "no_numbers": lambda decimal: [Code("np.inf"), Code("-np.inf"), *numbers_among(file.na_values, decimal)],
        "kept_as_text": list(dict.fromkeys(name for name in keys if name != file.time)),
        # In Parquet a whole number may be stored as a real one.
        "same_number": [dataset.positive, f"{dataset.positive}.0"] if whole else None,
        "booleans": [c.name for c in dataset.columns if c.kind == "boolean" and c.role == "feature"],
        "time_is_number": any(column.name == file.time and column.kind == "number" for column in dataset.columns),
    }


def _file_notes(dataset: Dataset, file: FileSpec) -> Iterator[str]:
    codes, lower = {note.code for note in dataset.notes}, file.path.lower()
    if "comment-lines" in codes and lower.endswith(".gz"):
        yield "Unpack the file first, and write its name without .gz here: there are comments above its header."
    if "json-constants" in codes:
        yield "NaN and Infinity in the file are read as missing."
    if file.query is not None:
        odd = "where it computes what is neither a whole number nor text, they may be sorted in another way than"
        yield f"The rows come out of a query: {odd} the report's, and the splits and numbers then differ."


def _model_values(
    spec: JobSpec, dataset: Dataset, strategy: Entry, classifier: Entry, trouble: str
) -> tuple[Values, dict[str, str]]:
    """Preparation, sampler, classifier and tuning, each call as its name and arguments; and the classes called."""
    asked, X, grouped = spec.preparation, dataset.X, dataset.groups is not None
    lowered, fewer_folds, tuned = "was lowered" in trouble, "inner folds" in trouble, strategy.name == "threshold"
    samples = strategy.name not in NO_SAMPLERS
    on_codes = bool(dataset.categorical) and strategy.name in ("smote", "custom", "SMOTENC", "SMOTEN")
    columns = (X[name] for name in dataset.categorical)
    has_rare = any(len(each.cat.categories) + bool(each.isna().any()) > asked.max_categories for each in columns)
    how: Values = {"handle_unknown": "infrequent_if_exist", "sparse_output": False}
    if on_codes:
        how = {"handle_unknown": "use_encoded_value", "unknown_value": -1}
    encoder = "OneHotEncoder" if not on_codes else "Codes" if has_rare else "OrdinalEncoder"
    whole = [dataset.numeric.index(name) for name in dataset.integer] if strategy.name == "custom" else []
    searched = strategy.tune is not None or classifier.tune is not None
    n_folds = budget_of(strategy, classifier)[1] or strategy.params.get("cv", DEFAULT_FOLDS)
    cv = "list(folds.split(X.iloc[train], y[train], groups[train]))" if grouped else "folds"
    cv = "inner_folds(train, repeat, fold)" if searched else cv
    path = _class_path(classifier, dataset)
    fitted, sampler, bagged = (_alias(path, "Classifier"), _classifier_params(path, strategy, classifier)), None, None
    classes = {fitted[0]: path}
    if strategy.name == "under_bagging":
        path = recipe_of(strategy).class_path
        params = {"estimator": Code("estimator"), **_seed(path, "sampler", {}), **strategy.params}
        bagged, fitted = fitted, (_alias(path, "Bagging"), params)
        classes[fitted[0]] = path
    if samples:
        path = _class_path(strategy, dataset)
        sampler = (_alias(path, "Sampler"), _sampler_params(path, strategy, dataset, lowered))
        classes[sampler[0]] = path
    # An inner fold may have too few minority rows for what a candidate asks.
    limits = [(most, parameter) for most, _, parameter, names in LIMITS if searched and sampler and sampler[0] in names]
    return {
        "counts_minority": lowered or fewer_folds or bool(limits),
        "limits": limits,
        "scaler": _SCALERS.get(asked.scale),
        "encoder": (encoder, {"max_categories": asked.max_categories, **how}),
        "on_codes": on_codes,
        "has_rare": has_rare,
        "sampler": sampler,
        "whole": whole,
        "weights": strategy.weights if isinstance(strategy, AnyStrategy) else None,
        "bagged": bagged,
        "is_single": any(path.startswith("xgboost.") for path in classes.values()),  # its scores have 32 bits
        "classifier": fitted,
        "tuning": {**{k: v for k, v in strategy.params.items() if k != "cv"}, "cv": Code(cv)} if tuned else None,
        "n_inner_folds": Code(f"min({n_folds}, minority)") if fewer_folds else n_folds,
        "inner_folds": {"shuffle": True, "random_state": Code('seed_of(repeat, fold, "inner_folds")')},
        "seeded": tuned or searched or "seed_of(" in literal([sampler, bagged, fitted]),
        "search": _search_values(spec, strategy, classifier) if searched else None,
    }, classes


def _search_values(spec: JobSpec, strategy: Entry, classifier: Entry) -> Values:
    """Candidates as parameters of the sampler and of the classifier, and of each the share of weights on real rows."""
    pairs = [(dict(c.strategy), dict(c.classifier)) for c in list_candidates(spec.seed, strategy, classifier)]
    weights = strategy.weights if isinstance(strategy, AnyStrategy) else None
    shares = None if weights is None else [own.pop(REAL_SHARE, weights.real_share) for own, _ in pairs]
    if strategy.name == "class_weight":  # its weights take the place of the classifier's own
        pairs = [({}, {**{k: v for k, v in fit.items() if k != "class_weight"}, **own}) for own, fit in pairs]
    elif strategy.name == "threshold":
        pairs = [({}, fit) for _, fit in pairs]
    shares = shares if shares and len(set(shares)) > 1 else None
    how = {"metric": f"{spec.evaluation.primary}_score", "in_time": spec.split.method == "time"}
    return {"candidates": pairs, "shares": shares, **how}


def _sampler_params(path: str, strategy: Entry, dataset: Dataset, lowered: bool) -> Values:
    params, first = {**_seed(path, "sampler", {}), **strategy.params}, len(dataset.numeric)
    if dataset.categorical and (strategy.name == "custom" or (path == _KNOWN["SMOTENC"] and strategy.name is not None)):
        params = {"categorical_features": list(range(first, first + len(dataset.categorical))), **params}
    return {**params, **_lower(path, params)} if lowered else params


def _classifier_params(path: str, strategy: Entry, classifier: Entry) -> Values:
    params: Values = {**_seed(path, "classifier", classifier.params), **classifier.params}
    if strategy.name != "class_weight":
        return params
    name = weight_parameter(classifier_of(classifier, 0))
    weights: Any = read_weights(strategy.params)
    if name != "class_weight":
        weights = weigh_positives(weights, Code("float((y[train] == 0).sum() / y[train].sum())"))
    return {**{key: value for key, value in params.items() if key not in WEIGHTS}, str(name): weights}


def _class_path(entry: Entry, dataset: Dataset) -> str:
    if entry.name == "smote":
        return _KNOWN["SMOTE" if not dataset.categorical else "SMOTENC" if dataset.numeric else "SMOTEN"]
    named = {**names.CLASSIFIERS, **names.IMBALANCED_LEARN_SAMPLERS, "custom": _AFFINITY_SMOTE}
    named["under"] = named["RandomUnderSampler"]
    return str(entry.class_) if entry.name is None else named[entry.name]


def _alias(path: str, role: str) -> str:
    """Name a class in a script: by its role where its own name means something else there."""
    name = path.rpartition(".")[2]
    return role if path not in _KNOWN.values() and name in _TAKEN else name


def _seed(path: str, role: str, params: Values) -> Values:
    """Write the seed of the split, for a class that takes one, and what else the job sets."""
    return settings_for(import_class(path), params, Code(f'seed_of(repeat, fold, "{role}")'))


def _lower(path: str, params: Values) -> Values:
    """Lower for a small minority what the job lowered."""
    name = path.rpartition(".")[2]
    if name in ("SMOTEENN", "SMOTETomek"):
        given: Values = {key: params[key] for key in ("random_state", "sampling_strategy") if key in params}
        inner: Values = {**_lower(_KNOWN["SMOTE"], {}), **given}
        return {"smote": Code(f"SMOTE({', '.join(f'{key}={literal(value)}' for key, value in inner.items())})")}
    changed: Values = {}
    for limit, _, parameter, samplers in LIMITS:
        if name in samplers:
            asked = params.get(parameter, inspect.signature(import_class(path)).parameters[parameter].default)
            if isinstance(asked, int):
                changed[parameter] = Code(f"min({literal(asked)}, {limit})")
    return changed


def _versions(classes: Iterable[str]) -> Iterator[str]:
    """Name the versions of packages whose distribution may have another name."""
    for package in {path.partition(".")[0] for path in classes} & names.EXTRAS.keys():
        yield f"{package} {import_module(package).__version__}"


def _model_notes(classes: Iterable[str], trouble: str) -> Iterator[str]:
    for path in classes:
        package, name = path.partition(".")[0], path.rpartition(".")[2]
        if package not in ("sklearn", "imblearn", "job") and not settings_for(import_class(path), {}, 0):
            yield f"{name} takes no random_state: where it draws at random, its numbers vary from run to run."
    if "not tuned (" in trouble and "parameters are those" in trouble:
        yield "On some splits nothing could be tuned; the report then kept defaults, and this script may stop there."
    if "decision threshold not tuned" in trouble:
        yield "On some splits no threshold could be tuned; the report then kept 0.5, and this script may stop there."
    if "one class only and were left out" in trouble:
        yield "The report left out inner folds with one class only; this script doesn't."
