"""The model of a snippet: preparation, sampler and classifier as one pipeline of public calls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from job.data.dataset import Dataset
from job.evidence.python_code import Call, Node, Pair, Raw, imported_by, keywords, layout, literal
from job.evidence.snippet_parts import Part, Winner
from job.evidence.snippet_sampler import (
    LOWERED,
    Sampling,
    alias,
    choose_sampling,
    class_path,
    seed,
)
from job.names import CLASSIFIERS
from job.strategies.classes import accepts, import_class
from job.strategies.inner_folds import DEFAULT_FOLDS

_SCALERS = {"standard": "sklearn.preprocessing.StandardScaler", "robust": "sklearn.preprocessing.RobustScaler"}
_COLUMNS = "sklearn.compose.make_column_transformer"
_FEWER_FOLDS = "inner folds"
_RESAMPLE = {"func": Raw("resample"), "validate": False}


def write_model(winner: Winner) -> Part:
    """Write ``fit_model(train, repeat, fold)``.

    Parameters
    ----------
    winner : Winner

    Returns
    -------
    Part
    """
    sampling = choose_sampling(winner)
    on_codes = sampling is not None and sampling.on_codes
    named = _name_steps(winner, sampling)
    lines = [
        *(_codes_class() if on_codes and _has_rare(winner) else ()),
        "def fit_model(train, repeat, fold):",
        '    """Fit on these rows, with the seeds of this split."""',
        *(_MINORITY if LOWERED in winner.trouble or _FEWER_FOLDS in winner.trouble else ()),
        *_assignments(winner, named),
        "    return model.fit(X.iloc[train], y[train])",
    ]
    imports = [path for node in named.values() for path in imported_by(node)]
    if on_codes and _has_rare(winner):
        imports.append(("sklearn.preprocessing.OrdinalEncoder", ""))
    return Part(tuple(lines), tuple(imports), tuple(_notes(winner, sampling)))


_MINORITY = ("    minority = int(min(y[train].sum(), len(train) - y[train].sum()))",)


def _name_steps(winner: Winner, sampling: Sampling | None) -> Mapping[str, Node]:
    """Give every step of the pipeline a name, then the pipeline itself."""
    on_codes = sampling is not None and sampling.on_codes
    make_pipeline = "sklearn.pipeline.make_pipeline" if sampling is None else "imblearn.pipeline.make_pipeline"
    named = _prepare(winner, on_codes, make_pipeline)
    steps = ["prepare"] if "prepare" in named else list(named)
    named["by_row"] = Call("sklearn.preprocessing.FunctionTransformer", (Raw("np.ascontiguousarray"),))
    steps.append("by_row")
    if sampling is not None:
        named["sampler"] = sampling.sampler
        steps.append("sampler")
        if _snaps(winner):
            named["resampler"] = Call("imblearn.FunctionSampler", (), keywords(_RESAMPLE))
            steps[-1] = "resampler"
        if on_codes:
            named["encode"] = _encode(winner.dataset)
            steps.append("encode")
    named["classifier"] = _classifier(winner)
    pipeline = Call(make_pipeline, tuple(Raw(name) for name in (*steps, "classifier")))
    if winner.strategy.name != "threshold":
        return {**named, "model": pipeline}
    return {**named, "pipeline": pipeline, **_tune(winner)}


def _assignments(winner: Winner, named: Mapping[str, Node]) -> Iterator[str]:
    for name, node in named.items():
        if name == "resampler":
            yield from _resample_function(winner)
        comment = "  # the report's order of sums, for the last digit" if name == "by_row" else ""
        yield f"    {name} = {layout(node, 4, len(name) + 3)}{comment}"


def _prepare(winner: Winner, on_codes: bool, make_pipeline: str) -> dict[str, Node]:
    """Impute and scale numbers, encode categories; numbers first, as the job has it."""
    asked, dataset = winner.spec.preparation, winner.dataset
    named: dict[str, Node] = {}
    if dataset.numeric:
        how: dict[str, Any] = {"strategy": asked.impute, "keep_empty_features": True}
        named["impute"] = Call("sklearn.impute.SimpleImputer", (), keywords(how))
        if asked.scale in _SCALERS:
            named["scale"] = Call(_SCALERS[asked.scale])
    if not dataset.categorical:
        return named
    parts: list[Node] = []
    if dataset.numeric:
        parts.append(Pair((Call(make_pipeline, tuple(map(Raw, named))), Raw("NUMBERS"))))
    most = {"max_categories": asked.max_categories}
    if on_codes:
        path, other = ("", "Codes") if _has_rare(winner) else ("sklearn.preprocessing.OrdinalEncoder", "")
        how = {**most, "handle_unknown": "use_encoded_value", "unknown_value": -1}
    else:
        path, other = "sklearn.preprocessing.OneHotEncoder", ""
        how = {**most, "handle_unknown": "infrequent_if_exist", "sparse_output": False}
    named["categories"] = Call(path, (), keywords(how), other)
    parts.append(Pair((Raw("categories"), Raw("CATEGORIES"))))
    named["prepare"] = Call(_COLUMNS, tuple(parts))
    return named


def _encode(dataset: Dataset) -> Call:
    """Spread codes to one column for each category, after resampling."""
    n_numeric = len(dataset.numeric)
    how = {"handle_unknown": "ignore", "sparse_output": False}
    encoder = Call("sklearn.preprocessing.OneHotEncoder", (), keywords(how))
    numbers = (Pair((Raw('"passthrough"'), Raw(f"slice({n_numeric})"))),) if n_numeric else ()
    return Call(_COLUMNS, (*numbers, Pair((encoder, Raw(f"slice({n_numeric}, None)")))))


def _classifier(winner: Winner) -> Call:
    path = class_path(winner.classifier, CLASSIFIERS)
    params: dict[str, Any] = {**seed(path, "classifier"), **winner.classifier.params}
    if winner.strategy.name == "class_weight":
        weights = winner.strategy.params.get("class_weight", "balanced")
        params["class_weight"] = weights if isinstance(weights, str) else {int(k): float(w) for k, w in weights.items()}
    return Call(path, (), keywords(params), alias(path, "Classifier"))


def _snaps(winner: Winner) -> bool:
    """Tell whether new rows have to be brought to whole numbers in the columns' own units."""
    return winner.strategy.name == "custom" and bool(winner.dataset.integer)


def _resample_function(winner: Winner) -> Iterator[str]:
    """Write the sampler of ``custom`` on data with whole numbers."""
    dataset = winner.dataset
    whole, n_numeric = [dataset.numeric.index(name) for name in dataset.integer], len(dataset.numeric)
    yield ""
    yield "    def resample(rows, labels):"
    yield '        """Add rows whose whole numbers are whole in the columns\' own units."""'
    yield "        made, made_labels = sampler.fit_resample(rows, labels)"
    if winner.spec.preparation.scale not in _SCALERS:
        yield f"        made[len(rows) :, {whole}] = np.round(made[len(rows) :, {whole}])"
    else:
        scaler = 'prepare.named_transformers_["pipeline"][-1]' if dataset.categorical else "scale"
        yield f"        scaler = {scaler}"
        yield f"        numbers = np.round(scaler.inverse_transform(made[len(rows) :, :{n_numeric}]))"
        yield f"        made[len(rows) :, {whole}] = scaler.transform(numbers)[:, {whole}]"
    yield "        return made, made_labels"
    yield ""


def _tune(winner: Winner) -> dict[str, Node]:
    """Tune the threshold of a pipeline on the same inner folds as the job's."""
    params, grouped = winner.strategy.params, winner.dataset.groups is not None
    n_folds = literal(params.get("cv", DEFAULT_FOLDS))
    if _FEWER_FOLDS in winner.trouble:
        n_folds = f"min({n_folds}, minority)"
    how = {"shuffle": True, "random_state": Raw('seed_of(repeat, fold, "inner_folds")')}
    kind = f"sklearn.model_selection.Stratified{'Group' if grouped else ''}KFold"
    cv = "list(folds.split(X.iloc[train], y[train], groups[train]))" if grouped else "folds"
    tuning = {**{name: value for name, value in params.items() if name != "cv"}, "cv": Raw(cv)}
    tuned = Call("sklearn.model_selection.TunedThresholdClassifierCV", (Raw("pipeline"),), keywords(tuning))
    return {"folds": Call(kind, (Raw(n_folds),), keywords(how)), "model": tuned}


def _has_rare(winner: Winner) -> bool:
    """Tell whether some column has more categories than are kept, so that rarer ones become one."""
    X, most = winner.dataset.X, winner.spec.preparation.max_categories
    return any(len(X[name].cat.categories) + bool(X[name].isna().any()) > most for name in winner.dataset.categorical)


def _codes_class() -> tuple[str, ...]:
    return (
        "class Codes(OrdinalEncoder):",
        '    """Codes; a category that is new here counts as an infrequent one, where there are any."""',
        "",
        "    def transform(self, X):",
        "        codes = super().transform(X)",
        "        pairs = zip(self.infrequent_categories_, self.categories_)",
        "        rare = [-1 if few is None else len(known) - len(few) for few, known in pairs]",
        "        return np.where(codes < 0, rare, codes)",
        "",
        "",
    )


def _notes(winner: Winner, sampling: Sampling | None) -> Iterator[str]:
    paths = [class_path(winner.classifier, CLASSIFIERS), *([sampling.sampler.path] if sampling is not None else [])]
    for path in paths:
        ours = path.partition(".")[0] in ("sklearn", "imblearn", "job")
        if not ours and not accepts(import_class(path), "random_state"):
            name = path.rpartition(".")[2]
            yield f"{name} takes no random_state: where it draws at random, its numbers vary from run to run."
    if "not tuned" in winner.trouble:
        yield "On some splits no threshold could be tuned; the report then kept 0.5, and this script may stop there."
    if "one class only and were left out" in winner.trouble:
        yield "The report left out inner folds with one class only; this script doesn't."
