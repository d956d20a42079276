"""Classes that a spec names, made into recipes and classifiers: imported by their paths, their parameters checked."""

import importlib
import inspect
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from difflib import get_close_matches
from numbers import Integral
from typing import Any

from sklearn.base import BaseEstimator
from sklearn.utils import _param_validation as validation
from sklearn.utils import get_tags

from job.errors import STOPS, StrategyError
from job.names import CLASSIFIERS, EXTRAS, IMBALANCED_LEARN_SAMPLERS, STRATEGIES
from job.spec.strategy_entries import AnyStrategy, CalibratedEntry, Entry
from job.strategies.candidates import complain_about_space
from job.strategies.recipe import Complaint, Recipe
from job.text import words_of

_ANY_SAMPLER, _WEIGHTED = "job.strategies.resampling.Resample", "job.strategies.weighted.Weighted"
_CALIBRATED = "job.strategies.inner_folds.Calibrated"
_CLASSES: Mapping[str, str] = {
    **IMBALANCED_LEARN_SAMPLERS,
    "smote": "imblearn.over_sampling.SMOTE",
    "custom": "job.samplers.affinity_smote.AffinitySMOTE",
    "under": IMBALANCED_LEARN_SAMPLERS["RandomUnderSampler"],
    "under_bagging": "imblearn.ensemble.BalancedBaggingClassifier",
}
"""Strategy name -> the class that does the work."""
_SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "xgboost": {"n_jobs": 1, "verbosity": 0},
    # Unless told, LightGBM measures which of two layouts is faster, and they add up in different orders.
    "lightgbm": {"n_jobs": 1, "verbosity": -1, "deterministic": True, "force_col_wise": True},
    "catboost": {"thread_count": 1, "verbose": False, "allow_writing_files": False},
}
"""Package -> parameters that aren't the library's defaults."""
_SAME = (
    {"random_state", "random_seed", "seed"},
    {"n_jobs", "nthread", "nthreads", "num_thread", "num_threads", "thread_count"},
    {"verbosity", "verbose", "silent", "logging_level"},
    {"force_col_wise", "force_row_wise"},
)
"""Names for one thing: a library takes one of them."""


def recipe_of(entry: Entry) -> Recipe:
    """Make the recipe that an entry of ``strategies`` names.

    Parameters
    ----------
    entry : Entry
        From the spec, or made of such a one by `job.spec.entries.calibrated`.

    Returns
    -------
    Recipe
    """
    name, path = entry.name or "", entry.class_ or ""
    recipe: Recipe = import_class(STRATEGIES.get(name, _ANY_SAMPLER))(_CLASSES.get(name, path), entry.params)
    if isinstance(entry, AnyStrategy) and entry.weights is not None:
        share = entry.weights.real_share
        recipe = import_class(_WEIGHTED)(recipe, None if isinstance(share, str) else share)
    return import_class(_CALIBRATED)(recipe) if isinstance(entry, CalibratedEntry) else recipe


def import_classes(strategy: Entry, classifiers: Iterable[Entry]) -> None:
    """Import what entries name, so that no run pays for it or gets what a module says when it is imported."""
    paths = (recipe_of(strategy).class_path, *map(_classifier_path, classifiers))
    for path in filter(None, paths):
        import_class(path)


def classifier_of(entry: Entry, random_state: int) -> BaseEstimator:
    """Make the classifier that an entry of ``classifiers`` names.

    Parameters
    ----------
    entry : Entry
        A ``random_state`` among its parameters wins.
    random_state : int
        The split's seed for classifiers.

    Returns
    -------
    estimator
        Not fitted.
    """
    class_ = import_class(_classifier_path(entry))
    return class_(**{**settings_for(class_, entry.params, random_state), **deepcopy(dict(entry.params))})


def settings_for(class_: type, params: Mapping[str, Any], random_state: Any) -> dict[str, Any]:
    """Choose the parameters that the job sets beside those of the spec.

    Parameters
    ----------
    class_ : type
        Of any package.
    params : Mapping[str, Any]
        As the spec has them; what they say is left to them, under whichever of its names.
    random_state : Any

    Returns
    -------
    dict
        The seed, where a class takes one; for gradient boosting of other libraries also what makes it repeatable, quiet
        and use one thread.
    """
    settings = _SETTINGS.get(_package_of(class_))
    if settings is None:
        return {"random_state": random_state} if accepts(class_, "random_state") else {}
    said = set(params).union(*(names for names in _SAME if names & params.keys()))
    return {name: value for name, value in {**settings, "random_state": random_state}.items() if name not in said}


def parameters_of(class_: type) -> Sequence[str]:
    """List the parameters of a class that takes any, where its library says which it knows; else none."""
    package = _package_of(class_)
    if package not in ("xgboost", "lightgbm"):
        return ()
    known = dict.fromkeys(class_().get_params())
    if package == "lightgbm":
        from lightgbm import basic

        aliases = getattr(basic, "_ConfigAliases", None)  # nothing public lists them
        if aliases is None:
            return ()
        known |= dict.fromkeys(name for names in aliases._get_all_param_aliases().values() for name in names)
    return list(known)


def _package_of(class_: type) -> str:
    return class_.__module__.partition(".")[0]


def check_entry(kind: str, index: int, entry: Entry) -> Iterable[Complaint]:
    """Say what is wrong with one entry's class or parameters.

    Parameters
    ----------
    kind : {"strategies", "classifiers", "ratio_sweep"}
        What the entry is used for.
    index : int
        Position in the list.
    entry : Entry

    Returns
    -------
    iterable of (key path, str)
        Key paths relative to the entry.
    """
    complaints = _complain_about_strategy if kind == "strategies" else _complain_about_classifier
    try:
        if kind == "ratio_sweep":
            why = recipe_of(entry).refuses_ratio() if entry.tune is None else "its parameters are tuned"
            return [] if why is None else [((), f"the ratio of {entry.label} cannot be swept: {why}")]
        return list(complaints(entry)) or list(complain_about_space(entry, complaints))
    except StrategyError as error:
        return [(("class",), str(error))]


def _complain_about_strategy(entry: Entry) -> Iterable[Complaint]:
    return recipe_of(entry).complaints()


def _classifier_path(entry: Entry) -> str:
    return str(entry.class_) if entry.name is None else CLASSIFIERS[entry.name]


def _complain_about_classifier(entry: Entry) -> Iterable[Complaint]:
    path = _classifier_path(entry)
    class_ = import_class(path)
    if missing := [name for name in ("fit", "predict", "get_params") if not callable(getattr(class_, name, None))]:
        yield ("class",), f"{path} isn't a classifier: it has no {' and no '.join(missing)}"
    elif not any(hasattr(class_, name) for name in ("predict_proba", "decision_function")):
        yield ("class",), f"{path} cannot rank rows: it has neither predict_proba nor decision_function"
    else:
        known = parameters_of(class_) if entry.name is not None else ()
        complaints = list(complain_about_parameters(class_, entry.params, known=known))
        yield from complaints or _complain_about_kind(entry, path)


def _complain_about_kind(entry: Entry, path: str) -> Iterable[Complaint]:
    """Ask scikit-learn, which needs an instance, whether this is a classifier: scores of others rank by chance."""
    try:
        instance = classifier_of(entry, random_state=0)
    except (Exception, SystemExit) as error:  # a constructor is the class's own code, which may raise anything
        yield ("params",) if entry.params else ("class",), f"{path} cannot be built: {type(error).__name__}: {error}"
        return
    try:
        kind = get_tags(instance).estimator_type
    except Exception:  # no tags: a class that knows only the scikit-learn of before 1.6, or none
        kind = getattr(instance, "_estimator_type", None)
    if kind != "classifier":
        way = "name a classifier, or let a class of your own inherit sklearn.base.ClassifierMixin, before BaseEstimator"
        found = f"isn't a classifier to sklearn.base.is_classifier (estimator type: {kind or 'none'})"
        yield ("class",), f"{path} {found}; {way}"


def import_class(path: str) -> type:
    """Import a class by its dotted path.

    Parameters
    ----------
    path : str
        ``package.module.Class``; whether the package may be imported at all was decided with the spec.

    Returns
    -------
    type

    Raises
    ------
    StrategyError
        Where the module cannot be imported, or has no such class.
    """
    module_name, _, name = path.rpartition(".")
    try:
        module = importlib.import_module(module_name)
        class_ = getattr(module, name, None)
    except STOPS.get():
        raise
    except BaseException as error:  # importing runs the module's own code, which may raise anything
        raise StrategyError(f"cannot import {module_name}: {words_of(error)}{_advise(error, module_name)}") from error
    if not inspect.isclass(class_):
        classes = [other for other, value in vars(module).items() if inspect.isclass(value) and other[0] != "_"]
        raise StrategyError(f"{module_name} has no class {name} (it has: {', '.join(sorted(classes)[:12]) or 'none'})")
    return class_


def _advise(error: BaseException, module_name: str) -> str:
    """Say how to get what is missing."""
    if not isinstance(error, ModuleNotFoundError):
        return ""
    extra = EXTRAS.get(module_name.partition(".")[0])
    if extra is None:
        return " (is it installed, or in a folder on PYTHONPATH?)"
    image = f"an image has it if built with --build-arg EXTRA={extra}"
    return f'; install it: pip install "minority-report[{extra}]"; {image}'


def accepts(class_: type, parameter: str) -> bool:
    """Tell whether the constructor of a class takes a parameter of this name."""
    return any(taken.name == parameter for taken in signature_of(class_) or ())


def signature_of(class_: type) -> list[inspect.Parameter] | None:
    """List what the constructor of a class takes; None where it doesn't tell, as one written in C need not."""
    try:
        return list(inspect.signature(class_).parameters.values())
    except STOPS.get():
        raise
    except BaseException:  # a class may make up its own signature
        return None


_MOST_LISTED = 50
_NOT_IN_YAML = (validation._Callables, validation._InstancesOf, validation._SparseMatrices, validation.HasMethods)


def complain_about_parameters(
    class_: type, params: Mapping[str, Any], own: Sequence[str] = (), known: Sequence[str] = ()
) -> Iterable[Complaint]:
    """Compare parameters with the constructor and constraints that a class declares.

    Parameters
    ----------
    class_ : type
        An estimator or sampler.
    params : Mapping[str, Any]
        Parameters as the spec has them.
    own : sequence of str
        Parameters that the job sets itself and that a spec may not.
    known : sequence of str
        Parameters of a class whose constructor takes any; none: it really takes any.

    Yields
    ------
    tuple of (key path, str)
        One for each parameter that is unknown or has a value that the class refuses, and one for all those together
        that the class cannot do without and that nobody gives it.
    """
    taken, constraints = signature_of(class_), getattr(class_, "_parameter_constraints", {})
    takes_any = not known and (taken is None or any(each.kind is each.VAR_KEYWORD for each in taken))
    known = known or [each.name for each in taken or ()]
    for name, value in params.items():
        if name in own:
            yield ("params", name), "is set by the job; leave it out"
        elif not takes_any and name not in known:
            others = [other for other in known if other not in own]
            near = "".join(f"; did you mean {other}?" for other in get_close_matches(name, others, n=1))
            allowed = ", ".join(others[:_MOST_LISTED]) + " and others" * (len(others) > _MOST_LISTED) or "none"
            yield ("params", name), f"unknown parameter of {class_.__name__}{near} (allowed: {allowed})"
        elif name in constraints and (message := _complain_about_value(constraints[name], value)):
            yield ("params", name), message
    given = {*params, *own, "random_state"}  # the split's own, wherever there is such a parameter
    needed = [each for each in taken or () if each.default is each.empty]
    variadic = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    if missing := [each.name for each in needed if each.kind not in variadic and each.name not in given]:
        yield ("params",), f"{class_.__name__} has no default for {', '.join(missing)}; give a value here"


def _complain_about_value(constraints: Any, value: Any) -> str | None:
    if constraints == "no_validation":
        return None
    made = [validation.make_constraint(constraint) for constraint in constraints]
    # scikit-learn takes True for the number 1; in a spec that is a slip
    fitting = [each for each in made if not (isinstance(value, bool) and isinstance(each, validation.Interval))]
    if any(each.is_satisfied_by(value) for each in fitting):
        return None
    shown = [_in_words(constraint) for constraint in made if not isinstance(constraint, _NOT_IN_YAML)]
    return f"got {value!r}, must be {' or '.join(dict.fromkeys(shown)) or 'left out'}"


def _in_words(constraint: Any) -> str:
    if isinstance(constraint, validation.Interval):
        return _interval_in_words(constraint)
    if isinstance(constraint, validation._RandomStates):
        return "an integer >= 0 or null"
    if isinstance(constraint, validation.Options):
        return "one of " + ", ".join(sorted(str(option) for option in constraint.options))
    return {"None": "null"}.get(str(constraint), str(constraint))


def _interval_in_words(interval: Any) -> str:
    noun = "an integer" if interval.type is Integral else "a number"
    bounds = ((">", "left", interval.left), ("<", "right", interval.right))
    known = ((f"{sign}{'=' if interval.closed in (side, 'both') else ''}", bound) for sign, side, bound in bounds)
    said = [f"{sign} {bound}" for sign, bound in known if bound is not None]
    return f"{noun} {' and '.join(said)}".strip()
