"""What this process may use of the machine: processors and memory, container limits included."""

import math
import os
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

MEMORY_PER_WORKER = 300_000_000
"""Bytes that one worker needs: the libraries (180 MB) and room for a data set of ordinary size."""
COPIES_PER_WORKER = 12
"""What a worker holds at most, in sizes of the data as numbers: SMOTE and its classifier took 11, a plain fit 7."""
COPIES_OF_JOB = 4
"""The same of the process that starts the workers, which has drawn or read the data."""

_ROOT = Path("/")
_MEMORY_LIMITS = ("memory.max", "memory.high", "memory.limit_in_bytes")


def usable_memory(root: Path = _ROOT) -> int:
    """Bytes of memory that this process may use.

    Parameters
    ----------
    root : Path
        Where ``proc`` and ``sys`` are.

    Returns
    -------
    int
        The smallest of the machine's memory and the limits of the control group and every group above it
        (versions 1 and 2).
    """
    limits = [_memory()]
    for group in _control_groups(root):
        limits += [number for name in _MEMORY_LIMITS for number in _numbers(group / name)[:1]]
    return min(limits)


def usable_processors(root: Path = _ROOT) -> int:
    """Processors that this process may use.

    Parameters
    ----------
    root : Path
        Where ``proc`` and ``sys`` are.

    Returns
    -------
    int
        The smallest of those that affinity allows and the quotas of the control group and every group above it,
        rounded up.
    """
    limits = [len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1]
    for group in _control_groups(root):
        for files in (("cpu.max",), ("cpu.cfs_quota_us", "cpu.cfs_period_us")):
            quota = [number for name in files for number in _numbers(group / name)]
            if len(quota) == 2:
                limits.append(math.ceil(quota[0] / quota[1]))
    return min(limits)


def usable_workers(memory: int, table: int) -> int:
    """Worker processes to start when the spec says ``auto``.

    Parameters
    ----------
    memory : int
        Bytes that the job may hold.
    table : int
        Bytes of the data as numbers. Workers share the data; what they make of it is their own.

    Returns
    -------
    int
        One for each usable processor, at most as many as memory holds, at least one.
    """
    held = (memory - COPIES_OF_JOB * table) // (MEMORY_PER_WORKER + COPIES_PER_WORKER * table)
    return max(1, min(usable_processors(), held))


def largest_table(memory: int) -> int:
    """Bytes of data, as numbers, with which a job of one worker may just run; below zero where none would."""
    return (memory - MEMORY_PER_WORKER) // (COPIES_OF_JOB + COPIES_PER_WORKER // 2)


def _memory() -> int:
    """Bytes of memory of the machine."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (OSError, ValueError):  # only some systems know the second name
        import psutil  # takes 20 ms

        return int(psutil.virtual_memory().total)


def _control_groups(root: Path) -> Iterator[Path]:
    """Folders of the groups that limit this process: its own and all above it, as far as they can be seen."""
    own = [line.split(":", 2) for line in _read(root / "proc/self/cgroup").splitlines() if line.count(":") >= 2]
    for top, place, controllers in _mounts(root):
        for path in [path for _, names, path in own if controllers & set(names.split(","))] or [top]:
            inside = PurePosixPath(path)
            # Of groups outside of this mount, in a container say, nothing but the top of the mount can be seen.
            seen = inside.relative_to(top) if inside.is_relative_to(top) and ".." not in inside.parts else ""
            group = place / seen
            yield from (group, *(above for above in group.parents if above.is_relative_to(place)))


def _mounts(root: Path) -> list[tuple[str, Path, set[str]]]:
    """Each hierarchy of control groups: the group at its top, where that is, and what it controls ("": version 2)."""
    found = []
    for line in _read(root / "proc/self/mountinfo").splitlines():
        words, (kind, *_, options) = line.split(" - ")[0].split(), [*line.split(" - ")[-1].split(), "", ""][:3]
        if len(words) > 4 and kind in ("cgroup", "cgroup2"):
            top, place = (re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), word) for word in words[3:5])
            found.append((top, root / place.lstrip("/"), {""} if kind == "cgroup2" else set(options.split(","))))
    usual = root / "sys/fs/cgroup"
    return found or [("/", usual, {""}), ("/", usual / "memory", {"memory"}), ("/", usual / "cpu", {"cpu"})]


def _numbers(path: Path) -> list[int]:
    """Numbers above zero in a file; a limit that is none has "max" or -1, and a folder without limits no such file."""
    return [int(word) for word in _read(path).split() if re.fullmatch(r"0*[1-9][0-9]{0,30}", word)]


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except (OSError, ValueError):  # ValueError: a path with NUL in it
        return ""
