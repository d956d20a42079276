"""What this process may use of the machine: processors and memory, container limits included."""

from __future__ import annotations

import os
from pathlib import Path

MEMORY_PER_WORKER = 300_000_000
"""Bytes that one worker needs: the libraries (180 MB) and room for a data set of ordinary size."""

_CGROUP_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


def usable_memory() -> int:
    """Bytes of memory that this process may use.

    Returns
    -------
    int
        The smallest of the machine's memory and the limits of the control group (versions 1 and 2).
    """
    limits = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    for path in _CGROUP_LIMITS:
        try:
            text = Path(path).read_text().strip()
        except OSError:
            continue  # this version of control groups is not mounted here
        if text.isdigit():  # "max" means no limit
            limits.append(int(text))
    return min(limits)


def usable_workers() -> int:
    """Worker processes to start when the spec says ``auto``.

    Returns
    -------
    int
        One for each processor that affinity and the control group's quota allow, at most one for each
        ``MEMORY_PER_WORKER`` bytes of memory, at least one.
    """
    import loky

    return max(1, min(int(loky.cpu_count()), usable_memory() // MEMORY_PER_WORKER))
