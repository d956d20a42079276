"""From a dotted path to a class, and what its constructor takes."""

from __future__ import annotations

import importlib
import inspect

from job.errors import Interrupted, StrategyError
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
