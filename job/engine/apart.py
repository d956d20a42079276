"""One call in a process of its own: whatever it raises or kills, the job lives on with a reason."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import BrokenExecutor
from typing import Any, TypeVar

from job.engine.local import local_executor
from job.errors import StrategyError

T = TypeVar("T")
_LONGEST = 600


def run_apart(function: Callable[..., T], *arguments: Any) -> tuple[T | None, str | None]:
    """Call a function in a worker process.

    Parameters
    ----------
    function : callable
        Of a module, so that it can be sent.
    *arguments
        What it takes.

    Returns
    -------
    value : T or None
    reason : str or None
        Why there is no value, in one line.
    """
    with local_executor(1) as executor:
        try:
            return executor.submit(function, *arguments).result(), None
        except StrategyError as error:
            return None, _tidy(str(error))
        except BrokenExecutor:
            return None, "its process died (a crash, a kill, or too little memory)"
        except (Exception, SystemExit) as error:  # what is fitted, written or read may raise anything
            return None, _tidy(f"{type(error).__name__}: {error}")


def _tidy(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}… ({len(line)} characters)"
