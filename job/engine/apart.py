"""One call in a process of its own: whatever it raises or kills, the job lives on with a reason."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor
from pathlib import Path
from typing import Any, TypeVar

from job.engine.execute import too_long
from job.engine.local import local_executor
from job.engine.work import answer, read
from job.text import words_of

T = TypeVar("T")


def run_apart(function: Callable[..., T], *arguments: Any, timeout: float | None = None) -> tuple[T | None, str | None]:
    """Call a function in a worker process.

    Parameters
    ----------
    function : callable
        Of a module, so that it can be sent.
    *arguments
        What it takes.
    timeout : float or None
        Seconds that it may take, once its process is ready.

    Returns
    -------
    value : T or None
    reason : str or None
        Why there is no value, in one line.
    """
    with local_executor(1) as executor:
        try:
            executor.submit(callable, function).result()  # imports what the function needs
            called = executor.submit(answer, Path(os.devnull), function, *arguments)
            return read(called.result(None if timeout is None else min(timeout, threading.TIMEOUT_MAX)))
        except BrokenExecutor:
            return None, "its process died (a crash, a kill, or too little memory)"
        except TimeoutError:
            return None, too_long(timeout)
        except Exception as error:  # the arguments cannot be sent
            return None, words_of(error)
