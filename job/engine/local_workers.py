"""Worker processes on this machine: for the units of a job, or for one call apart from the job."""

import os
import signal
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import contextmanager
from multiprocessing.resource_tracker import ensure_running
from pathlib import Path
from typing import Any, TypeVar

import loky

from job.engine.work import answer, read, too_long
from job.evaluation.third_party import silence, silenced
from job.text import words_of

T = TypeVar("T")

# Each worker has one processor: libraries that start threads of their own would take the others' time,
# and the number of threads could change the last bits of a sum.
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
_SECONDS_BETWEEN_LOOKS = 1.0


@contextmanager
def local_executor(n_workers: int) -> Iterator[Executor]:
    """Start worker processes; on leaving, whatever they still do is ended.

    Parameters
    ----------
    n_workers : int

    Yields
    ------
    concurrent.futures.Executor
    """
    with silenced():  # what is started here, as bookkeepers of semaphores, may complain when workers are killed
        ensure_running()  # this one unblocks signals when it starts, so it starts before the workers
        executor = _Workers(max_workers=n_workers, env=_ONE_THREAD, initializer=_begin, initargs=(os.getpid(),))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="loky")  # a worker that needs much memory is replaced
        try:
            yield executor
        finally:
            executor.shutdown(wait=True, kill_workers=True)


class _Workers(loky.ProcessPoolExecutor):
    """Workers that leave Ctrl-C, which a terminal sends to all, to the process that has started them."""

    def submit(self, *arguments: Any, **keywords: Any) -> Future[Any]:
        """Submit a call; a process that this starts inherits which signals are blocked now."""
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            future: Future[Any] = super().submit(*arguments, **keywords)
            return future
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin(parent: int) -> None:
    """Silence this worker, and end it soon after its parent has died: killed, the parent can't do it itself."""
    silence()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_SECONDS_BETWEEN_LOOKS)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def run_apart(function: Callable[..., T], *arguments: Any, timeout: float | None = None) -> tuple[T | None, str | None]:
    """Call a function in a process of its own: whatever it raises or kills, the job lives on with a reason.

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
            return None, "its process died (it crashed, was killed, or ran out of memory)"
        except TimeoutError:
            return None, too_long(timeout)
        except Exception as error:  # the arguments cannot be sent
            return None, words_of(error)
