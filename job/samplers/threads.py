"""Work shared out among threads, which numpy lets run side by side."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TypeVar

from threadpoolctl import ThreadpoolController

Item = TypeVar("Item")

CELLS_FOR_A_THREAD = 2_000_000  # fewer take less time than waking the thread


@dataclass(frozen=True)
class Workers:
    """Threads that are there for as long as one table takes: memory that one has used is quicker to use again."""

    n_threads: int = 1
    pool: ThreadPoolExecutor | None = None

    def run(self, task: Callable[[Item], None], items: Sequence[Item]) -> None:
        """Call ``task(item)`` for each item.

        Parameters
        ----------
        task : callable
            What it does must not depend on the other items.
        items : sequence

        Raises
        ------
        Exception
            What a task raised; of several, the first item's.
        """
        for _ in map(task, items) if self.pool is None or len(items) == 1 else self.pool.map(task, items):
            pass

    def split(self, shape: tuple[int, int]) -> list[slice]:
        """Return one span of a table's rows for each thread, fewer for a small table."""
        n_rows, n_columns = shape
        n_spans = max(1, min(self.n_threads, n_rows * n_columns // CELLS_FOR_A_THREAD))
        edges = [n_rows * number // n_spans for number in range(n_spans + 1)]
        return [slice(start, stop) for start, stop in pairwise(edges)]


ALONE = Workers()


@contextmanager
def open_workers(n_threads: int) -> Iterator[Workers]:
    """Start threads, with linear algebra kept to the thread that asks for it, so that they don't start more.

    Parameters
    ----------
    n_threads : int

    Yields
    ------
    Workers
    """
    with _pools().limit(limits=1, user_api="blas"):
        if n_threads <= 1:
            yield ALONE
            return
        with ThreadPoolExecutor(n_threads) as pool:
            yield Workers(n_threads, pool)


def count_threads() -> int:
    """Return how many threads this process's libraries may use, as set by their environment or by threadpoolctl."""
    return max((int(pool["num_threads"]) for pool in _pools().info()), default=1)


@cache
def _pools() -> ThreadpoolController:
    """Return this process's thread pools, whose search takes longer than resampling a small table."""
    return ThreadpoolController()
