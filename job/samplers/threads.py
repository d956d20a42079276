"""Work shared out among threads, which numpy and scikit-learn let run side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from itertools import pairwise
from typing import TypeVar

from threadpoolctl import ThreadpoolController

Item = TypeVar("Item")

CELLS_FOR_A_THREAD = 2_000_000  # fewer take less time than starting the thread


def run_tasks(task: Callable[[Item], None], items: Sequence[Item], n_threads: int) -> None:
    """Call ``task(item)`` for each item; in several threads none of them starts threads of its own.

    Parameters
    ----------
    task : callable
        What it does must not depend on the other items.
    items : sequence
    n_threads : int

    Raises
    ------
    Exception
        What a task raised; of several, the first item's.
    """
    if min(n_threads, len(items)) <= 1:
        for item in items:
            task(item)
        return
    with ThreadPoolExecutor(n_threads, initializer=_keep_to_this_thread) as pool:
        for _ in pool.map(task, items):
            pass


def split_rows(shape: tuple[int, int], n_threads: int) -> list[slice]:
    """Return one span of a table's rows for each thread, fewer for a small table."""
    n_rows, n_columns = shape
    n_spans = max(1, min(n_threads, n_rows * n_columns // CELLS_FOR_A_THREAD))
    edges = [n_rows * number // n_spans for number in range(n_spans + 1)]
    return [slice(start, stop) for start, stop in pairwise(edges)]


def count_threads() -> int:
    """Return how many threads this process's libraries may use, as set by their environment or by threadpoolctl."""
    return max((int(pool["num_threads"]) for pool in _pools().info()), default=1)


@contextmanager
def limited_threads(n_threads: int) -> Iterator[None]:
    """Let searches use so many threads, and linear algebra one: several threads would set its limit at once."""
    with _pools().limit(limits={"openmp": n_threads, "blas": 1}):
        yield


def _keep_to_this_thread() -> None:
    _pools().select(user_api="openmp").limit(limits=1)  # holds for this thread only, and ends with it


@cache
def _pools() -> ThreadpoolController:
    """Return this process's thread pools, whose search takes longer than resampling a small table."""
    return ThreadpoolController()
