"""What `pip install .` gives, in an environment that has nothing else of ours."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from email.parser import HeaderParser
from pathlib import Path

import pytest
from small_job import small_spec

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.xdist_group("install")


def _call(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


def _files(folder: str) -> Iterator[str]:
    for path in (ROOT / folder).rglob("*"):
        if path.is_file() and path.suffix != ".pyc":
            yield str(path.relative_to(ROOT))


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy: setuptools works beside the sources, and packs what an earlier build left."""
    source = tmp_path_factory.mktemp("source")
    for name in ("job", "templates"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "requirements.in", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    _call(sys.executable, "-m", "build", "--wheel", "--no-isolation", cwd=source)
    return next(source.glob("dist/*.whl"))


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin folder of an environment with the locked requirements and the wheel."""
    environment = tmp_path_factory.mktemp("environment")
    _call(sys.executable, "-m", "venv", environment, cwd=environment)
    pip = (environment / "bin" / "python", "-m", "pip", "install", "--quiet", "--no-compile")
    _call(*pip, "--require-hashes", "--requirement", ROOT / "requirements.txt", cwd=environment)
    _call(*pip, "--no-index", "--no-deps", wheel, cwd=environment)
    return environment / "bin"


def test_the_wheel_holds_every_module_template_and_spec(wheel: Path) -> None:
    """Packages are listed by name, so a new folder could be forgotten."""
    packaged = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}

    assert {*_files("job"), *(f"job/{name}" for name in _files("templates"))} == packaged


def test_the_wheel_depends_on_what_the_lock_is_compiled_from(wheel: Path) -> None:
    """One list of dependencies, for the image and for pip alike."""
    name = next(name for name in zipfile.ZipFile(wheel).namelist() if name.endswith(".dist-info/METADATA"))
    metadata = HeaderParser().parsestr(zipfile.ZipFile(wheel).read(name).decode())
    listed = [line for line in (ROOT / "requirements.in").read_text().splitlines() if line and not line.startswith("#")]

    assert sorted(listed) == sorted(metadata.get_all("Requires-Dist", []))


def test_the_installed_command_makes_a_report(installed: Path, tmp_path: Path) -> None:
    """Run in an empty folder, so nothing of the checkout helps."""
    (tmp_path / "spec.yaml").write_text(small_spec())

    _call(installed / "minority-report", "run", "spec.yaml", "--output", "made", cwd=tmp_path)

    assert "</html>" in (tmp_path / "made" / "report.html").read_text()


def test_the_requirements_fit_together(installed: Path, tmp_path: Path) -> None:
    """The lock satisfies what every installed package asks for."""
    assert "No broken requirements" in _call(installed / "python", "-m", "pip", "check", cwd=tmp_path)


def test_the_sampler_is_usable_without_the_job(installed: Path, tmp_path: Path) -> None:
    """AffinitySMOTE is an over-sampler like imbalanced-learn's."""
    program = """
from sklearn.datasets import make_classification
from job.samplers import AffinitySMOTE
X, y = make_classification(weights=[0.9], n_samples=300, random_state=0)
_, y_resampled = AffinitySMOTE(random_state=0).fit_resample(X, y)
print(abs(int(2 * y_resampled.sum()) - len(y_resampled)))
"""

    assert _call(installed / "python", "-c", program, cwd=tmp_path).strip() == "0"
