"""Classes that a spec names: imported by their dotted path, their parameters checked before anything runs."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from numbers import Integral
from typing import Any

from sklearn.utils import _param_validation as validation

from job.errors import Interrupted, StrategyError
from job.strategies.recipe import Complaint
from job.text import words_of


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
    except Interrupted:
        raise
    except BaseException as error:  # importing runs the module's own code, which may raise anything
        where = " (is it installed, or in a folder on PYTHONPATH?)" if isinstance(error, ModuleNotFoundError) else ""
        raise StrategyError(f"cannot import {module_name}: {words_of(error)}{where}") from error
    if not inspect.isclass(class_):
        classes = [other for other, value in vars(module).items() if inspect.isclass(value) and other[0] != "_"]
        raise StrategyError(f"{module_name} has no class {name} (it has: {', '.join(sorted(classes)[:12]) or 'none'})")
    return class_


def accepts(class_: type, parameter: str) -> bool:
    """Tell whether the constructor of a class takes a parameter of this name."""
    return any(taken.name == parameter for taken in signature_of(class_) or ())


def signature_of(class_: type) -> list[inspect.Parameter] | None:
    """List what the constructor of a class takes; None where it doesn't tell, as one written in C need not."""
    try:
        return list(inspect.signature(class_).parameters.values())
    except Interrupted:
        raise
    except BaseException:  # a class may make up its own signature
        return None


_NOT_IN_YAML = (
    validation._Callables,
    validation._InstancesOf,
    validation._SparseMatrices,
    validation.HasMethods,
)


def complain_about_parameters(class_: type, params: Mapping[str, Any], own: Iterable[str] = ()) -> Iterable[Complaint]:
    """Compare parameters with the constructor and constraints that a class declares.

    Parameters
    ----------
    class_ : type
        An estimator or sampler.
    params : Mapping[str, Any]
        Parameters as the spec has them.
    own : iterable of str
        Parameters that the job sets itself and that a spec may not.

    Yields
    ------
    tuple of (key path, str)
        One for each parameter that is unknown or has a value that the class refuses.
    """
    known = _constructor_parameters(class_)
    constraints = getattr(class_, "_parameter_constraints", {})
    for name, value in params.items():
        if name in own:
            yield ("params", name), f"is set by the job; {class_.__name__} takes it from there, so leave it out"
        elif known is not None and name not in known:
            yield ("params", name), _unknown(class_, name, [other for other in known if other not in set(own)])
        elif name in constraints and constraints[name] != "no_validation":
            message = _complain_about_value(constraints[name], value)
            if message:
                yield ("params", name), message


def complain_about_missing(class_: type, params: Mapping[str, Any], own: Iterable[str] = ()) -> Iterable[Complaint]:
    """Name the parameters that a class cannot do without and that nobody gives it.

    Parameters
    ----------
    class_, params, own
        As in `complain_about_parameters`.

    Yields
    ------
    tuple of (key path, str)
        One for all of them.
    """
    given = {*params, *own, "random_state"}  # the split's own, wherever there is such a parameter
    missing = [name for name in _required_parameters(class_) if name not in given]
    if missing:
        yield ("params",), f"{class_.__name__} needs {', '.join(missing)} and has no default for it; give it here"


def _required_parameters(class_: type) -> list[str]:
    """Names that the constructor cannot do without."""
    named = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return [p.name for p in signature_of(class_) or () if p.kind in named and p.default is inspect.Parameter.empty]


def _constructor_parameters(class_: type) -> list[str] | None:
    """Names that the constructor takes, None where it takes any."""
    parameters = signature_of(class_)
    if parameters is None or any(parameter.kind is inspect.Parameter.VAR_KEYWORD for parameter in parameters):
        return None
    return [parameter.name for parameter in parameters]


def _unknown(class_: type, name: str, known: list[str]) -> str:
    near = get_close_matches(name, known, n=1)
    hint = f"; did you mean {near[0]}?" if near else ""
    allowed = ", ".join(known) or "none"
    return f"unknown parameter of {class_.__name__}{hint} (allowed: {allowed})"


def _complain_about_value(constraints: list[Any], value: Any) -> str | None:
    made = [validation.make_constraint(constraint) for constraint in constraints]
    if any(_satisfied(constraint, value) for constraint in made):
        return None
    shown = [_in_words(constraint) for constraint in made if not isinstance(constraint, _NOT_IN_YAML)]
    return f"got {value!r}, must be {' or '.join(dict.fromkeys(shown)) or 'something that YAML cannot write'}"


def _satisfied(constraint: Any, value: Any) -> bool:
    # scikit-learn takes True for the number 1; in a spec that is a slip
    if isinstance(value, bool) and isinstance(constraint, validation.Interval):
        return False
    return bool(constraint.is_satisfied_by(value))


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
    bounds = []
    if interval.left is not None:
        bounds.append(f"{'>=' if interval.closed in ('left', 'both') else '>'} {interval.left}")
    if interval.right is not None:
        bounds.append(f"{'<=' if interval.closed in ('right', 'both') else '<'} {interval.right}")
    return f"{noun} {' and '.join(bounds)}".strip()
