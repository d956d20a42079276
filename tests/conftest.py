"""What a marked test needs of the machine (without it the test is skipped, and with CI=true it fails), how properties
are searched, and which worker runs what."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import hypothesis
import pytest
from checker import CHECKER

# No test asserts a time, and a build that turns red does so because of its own change.
hypothesis.settings.register_profile("project", deadline=None, derandomize=os.environ.get("CI") == "true")
hypothesis.settings.load_profile("project")


@cache
def _docker_answers() -> bool:
    return (
        shutil.which("docker") is not None and subprocess.run(["docker", "info"], capture_output=True).returncode == 0
    )


@cache
def _chromium_exists() -> bool:
    return shutil.which("chromium") is not None


def _checker_exists() -> bool:
    return shutil.which("java") is not None and CHECKER.is_file()


NEEDS: Mapping[str, tuple[Callable[[], bool], str]] = {
    "container": (_docker_answers, "a Docker engine that answers `docker info`"),
    "browser": (_chromium_exists, "Debian's chromium"),
    "checker": (_checker_exists, "Java 17 or newer, and the Nu HTML checker, which `make test` installs where npm is"),
}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give each file to one worker, so that what its tests share is made once, and begin with what takes longest.

    Those are tests with a group of their own, which share an image, a browser or an environment, and then whole jobs,
    which are tested in this folder. What is left to the end is short, so that both workers end at about the same time.
    """
    items.sort(
        key=lambda item: (item.get_closest_marker("xdist_group") is None, item.path.parent != Path(__file__).parent)
    )
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(item.location[0]))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip or fail a marked test before its fixtures are made."""
    for marker, (is_there, what) in NEEDS.items():
        if item.get_closest_marker(marker) and not is_there():
            give_up = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
            give_up(f"needs {what}")
