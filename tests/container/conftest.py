from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def image() -> str:
    """The container image, built from this checkout."""
    return _build("minority-report:test")


@pytest.fixture(scope="session")
def boost_image() -> str:
    """The one with XGBoost, LightGBM and CatBoost."""
    return _build("minority-report:test-boost", "EXTRA=boost")


def _build(name: str, *variables: str) -> str:
    built = subprocess.run(["make", "image", f"IMAGE={name}", *variables], cwd=ROOT, capture_output=True, text=True)
    assert built.returncode == 0, built.stdout[-2000:] + built.stderr[-2000:]
    return name


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder that any user may read; pytest's own is its user's alone."""
    folder = tmp_path / "data"
    folder.mkdir()
    folder.chmod(0o755)
    return folder


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """An output folder that any user may write."""
    folder = tmp_path / "output"
    folder.mkdir()
    folder.chmod(0o777)
    return folder
