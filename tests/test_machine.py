"""What a process may use, in made-up machines: a folder with proc and sys."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from job import machine
from job.machine import usable_memory, usable_processors

GB = 1 << 30
MACHINE = 64 * GB, 16
V2 = "30 23 0:26 {top} /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"
V1 = "".join(
    f"3{number} 23 0:3{number} {{top}} /sys/fs/cgroup/{name} rw - cgroup cgroup rw,{name}\n"
    for number, name in enumerate(("memory", "cpu,cpuacct"))
)
HYBRID = V1 + "39 23 0:39 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n"

CASES = {
    "no limit": (V2, "0::/\n", {}, MACHINE),
    "v2, a container's own namespace": (V2, "0::/\n", {"memory.max": f"{GB}", "cpu.max": "150000 100000"}, (GB, 2)),
    "v2, own group": (V2, "0::/a/b\n", {"a/b/memory.max": f"{2 * GB}", "a/b/cpu.max": "50000 100000"}, (2 * GB, 1)),
    "v2, a slice above it": (
        V2,
        "0::/user.slice/job_7/step\n",
        {
            "user.slice/memory.max": f"{3 * GB}",
            "user.slice/job_7/memory.max": "max",
            "user.slice/job_7/step/memory.max": f"{9 * GB}",
            "user.slice/cpu.max": "max 100000",
            "user.slice/job_7/cpu.max": "300000 100000",
        },
        (3 * GB, 3),
    ),
    "v2, throttled before it is killed": (V2, "0::/a\n", {"a/memory.high": f"{GB}", "a/memory.max": "max"}, (GB, 16)),
    "v2, a neighbour's limit": (V2, "0::/a\n", {"ab/memory.max": "5", "b/memory.max": "5"}, MACHINE),
    "v2, only a part is mounted": (V2, "0::/top/in\n", {"in/memory.max": f"{GB}", "top/in/memory.max": "5"}, (GB, 16)),
    "v2, a group outside of the mount": (V2, "0::/../o\n", {"memory.max": f"{GB}", "../o/memory.max": "5"}, (GB, 16)),
    "v1, SLURM": (
        V1,
        "5:memory:/slurm/uid_1/job_2/step_0\n4:cpu,cpuacct:/slurm\n1:name=systemd:/x\n0::/y\n",
        {
            "memory/slurm/uid_1/job_2/memory.limit_in_bytes": f"{4 * GB}",
            "memory/slurm/uid_1/job_2/step_0/memory.limit_in_bytes": "9223372036854771712",
            "memory/x/memory.limit_in_bytes": "5",
            "cpu,cpuacct/slurm/cpu.cfs_quota_us": "250000",
            "cpu,cpuacct/slurm/cpu.cfs_period_us": "100000",
        },
        (4 * GB, 3),
    ),
    "v1, no quota": (
        V1,
        "4:cpu,cpuacct:/a\n",
        {"cpu,cpuacct/a/cpu.cfs_quota_us": "-1", "cpu,cpuacct/a/cpu.cfs_period_us": "100000"},
        MACHINE,
    ),
    "hybrid": (
        HYBRID,
        "5:memory:/a\n0::/b\n",
        {"memory/a/memory.limit_in_bytes": f"{2 * GB}", "unified/b/memory.max": f"{GB}"},
        (GB, 16),
    ),
    "mounts that cannot be seen": (
        "",
        "5:memory:/a/b\n0::/\n",
        {"memory/a/memory.limit_in_bytes": f"{GB}", "cpu/cpu.cfs_quota_us": "100000", "cpu/cpu.cfs_period_us": "50000"},
        (GB, 2),
    ),
    "nonsense": (
        V2,
        "0::/a\n0::/a\0b\n::\nx\n",
        {"memory.max": "a lot", "a/memory.max": "0", "a/memory.high": "-5", "cpu.max": "1 0", "a/cpu.max": "junk junk"},
        MACHINE,
    ),
}


@pytest.fixture(autouse=True)
def a_large_machine(monkeypatch):
    monkeypatch.setattr(os, "sysconf", {"SC_PAGE_SIZE": 4096, "SC_PHYS_PAGES": MACHINE[0] // 4096}.__getitem__)
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(MACHINE[1])), raising=False)


def build(root, mounts, own, files):
    groups = {f"sys/fs/cgroup/{name}": text for name, text in files.items()}
    for name, text in {"proc/self/mountinfo": mounts, "proc/self/cgroup": own, **groups}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(text if isinstance(text, bytes) else f"{text}\n".encode())


@pytest.mark.parametrize(("mounts", "own", "files", "usable"), CASES.values(), ids=CASES.keys())
def test_the_smallest_limit_of_all_groups_counts(tmp_path, mounts, own, files, usable):
    """limits of the own group and of every one above it are seen, and those of others are not"""
    build(tmp_path, mounts.format(top="/top" if "in/memory.max" in files else "/"), own, files)

    assert usable == (usable_memory(tmp_path), usable_processors(tmp_path))


def test_a_machine_without_control_groups_is_its_own_limit(tmp_path):
    """nothing is mounted, as on other systems"""
    assert MACHINE == (usable_memory(tmp_path), usable_processors(tmp_path))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(st.binary(), st.binary(), st.binary())
def test_nonsense_breaks_nothing(tmp_path, mounts, own, limit):
    """whatever the files hold, there is a number"""
    mounts = V2.format(top="/").encode() + mounts
    build(tmp_path, mounts, b"0::/a\n" + own, {"memory.max": limit, "a/cpu.max": limit})

    assert 0 < usable_memory(tmp_path) <= MACHINE[0]
    assert 0 < usable_processors(tmp_path) <= MACHINE[1]


@pytest.mark.parametrize(
    ("memory", "table", "expected"),
    [(10**9, 0, 3), (10**12, 0, 8), (10**8, 0, 1), (10**10, 10**8, 6), (10**10, 10**9, 1)],
)
def test_workers_follow_quotas_memory_and_data(monkeypatch, memory, table, expected):
    """one for each processor and each 300 MB, fewer where the data is large, at least one"""
    monkeypatch.setattr(machine, "usable_processors", lambda: 8)

    assert expected == machine.usable_workers(memory, table)


@pytest.mark.parametrize("memory", [4 * 10**8, 10**10, 10**12])
def test_the_largest_table_leaves_room_for_one_worker(memory):
    """data that just fits needs less than the memory, and a byte that isn't there fits no data"""
    assert 0 < machine.largest_table(memory) * machine.COPIES_OF_JOB < memory - machine.MEMORY_PER_WORKER
    assert machine.largest_table(machine.MEMORY_PER_WORKER - 1) < 0
