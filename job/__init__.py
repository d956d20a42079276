"""Minority Report: does oversampling help on this data, which method, and at what price?"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """Import what a notebook needs only when it is asked for: it brings pandas and scikit-learn."""
    if name == "compare_strategies":
        return import_module("job.notebook").compare_strategies
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
