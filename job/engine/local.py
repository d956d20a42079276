"""Worker processes on this machine."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from multiprocessing.resource_tracker import ensure_running
from typing import Any

import loky

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
    ensure_running()  # this bookkeeper of semaphores unblocks signals when it starts, so it starts before the workers
    executor = _Workers(max_workers=n_workers, env=_ONE_THREAD, initializer=_end_with_parent, initargs=(os.getpid(),))
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


def _end_with_parent(parent: int) -> None:
    """End this worker soon after its parent has died: killed, the parent can no longer do it itself."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_SECONDS_BETWEEN_LOOKS)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
