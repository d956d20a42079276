"""Worker processes that the jobs of many tests share, so that not every job imports all libraries again."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import ExitStack, contextmanager
from typing import Any

from job.engine.local_workers import local_executor


class KeptWorkers:
    """Lends workers that are idle after an earlier job, or starts new ones."""

    def __init__(self) -> None:
        self._idle = defaultdict[Any, list[tuple[Executor, ExitStack]]](list)

    @contextmanager
    def lend(self, n_workers: int) -> Iterator[Executor]:
        """Stand in for `local_executor`; workers that died or still work are ended and not lent again."""
        idle = self._idle[n_workers, os.environ.get("PYTHONPATH")]
        while idle and not is_idle(idle[-1][0]):
            idle.pop()[1].close()  # somebody has killed them meanwhile
        executor, ending = idle.pop() if idle else self._start(n_workers)
        try:
            yield executor
        finally:
            if is_idle(executor):
                idle.append((executor, ending))
            else:
                ending.close()

    def close(self) -> None:
        """End all that are idle."""
        for idle in self._idle.values():
            while idle:
                idle.pop()[1].close()

    def _start(self, n_workers: int) -> tuple[Executor, ExitStack]:
        ending = ExitStack()
        return ending.enter_context(local_executor(n_workers)), ending


def is_idle(executor: Any) -> bool:
    """Whether nothing is left to do, and nobody has died."""
    return not (executor._pending_work_items or executor._flags.broken or executor._flags.shutdown)
