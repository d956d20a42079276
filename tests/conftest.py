"""What a marked test needs of the machine (without it the test is skipped, and with CI=true it fails), how properties
are searched, and what is run first."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path

import hypothesis
import pytest
from checker import CHECKER
from kept_workers import KeptWorkers

from job import pipeline

# No test asserts a time, and a build that turns red does so because of its own change.
hypothesis.settings.register_profile("project", deadline=None, derandomize=os.environ.get("CI") == "true")
hypothesis.settings.load_profile("project")


TESTS = Path(__file__).parent
LONGEST = ("container", "browser", "install", "snippet", "engine", "strategies")


@cache
def _docker_answers() -> bool:
    return (
        shutil.which("docker") is not None and subprocess.run(["docker", "info"], capture_output=True).returncode == 0
    )


@cache
def _chromium_exists() -> bool:
    return shutil.which("chromium") is not None


@cache
def _can_mount() -> bool:
    with tempfile.TemporaryDirectory() as folder:
        mounted = subprocess.run(["mount", "-t", "tmpfs", "tmpfs", folder], capture_output=True).returncode == 0
        return mounted and subprocess.run(["umount", folder]).returncode == 0


def _checker_exists() -> bool:
    return shutil.which("java") is not None and CHECKER.is_file()


NEEDS: Mapping[str, tuple[Callable[[], bool], str]] = {
    "container": (_docker_answers, "a Docker engine that answers `docker info`"),
    "browser": (_chromium_exists, "Debian's chromium"),
    "mount": (_can_mount, "the right to mount a tmpfs, which root has"),
    "checker": (_checker_exists, "Java 17 or newer, and the Nu HTML checker, which `make test` installs where npm is"),
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that what is left to the end is short and all workers end together.

    `make test` gives whole files to workers, in this order: what a file's tests share is made once.
    """
    items.sort(key=lambda item: _place(item.path.relative_to(TESTS).parts))


def _place(parts: tuple[str, ...]) -> int:
    """First the folders with the longest files, then the whole jobs in files of this folder, then the rest."""
    if parts[0] in LONGEST:
        return LONGEST.index(parts[0])
    return len(LONGEST) + (len(parts) > 1)


@pytest.fixture(scope="session", autouse=True)
def _jobs_share_workers() -> Iterator[None]:
    """Jobs that tests run in their own process take workers that an earlier job has left, and that are idle."""
    kept = KeptWorkers()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(pipeline, "local_executor", kept.lend)
        yield
    kept.close()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip or fail a marked test before its fixtures are made."""
    for marker, (is_there, what) in NEEDS.items():
        if item.get_closest_marker(marker) and not is_there():
            give_up = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
            give_up(f"needs {what}")
