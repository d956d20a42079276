"""What `pip install .` gives, in an environment that has nothing else of ours."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from email.parser import HeaderParser
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from page_cases import RESULTS
from small_job import small_spec

from job.results.results_file import to_json

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]
EXTRAS = {"dask": "requirements-dask.in", "boost": "requirements-boost.in"}
UV = (sys.executable, "-m", "uv")


def _call(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


def _install(environment: Path, *what: str | Path) -> None:
    _call(*UV, "pip", "install", "--quiet", "--python", environment, *what, cwd=environment)


def _files(folder: str) -> Iterator[str]:
    for path in (ROOT / folder).rglob("*"):
        if path.is_file() and path.suffix != ".pyc":
            yield str(path.relative_to(ROOT))


@pytest.fixture(scope="session")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what the wheel is made of: setuptools works beside the sources and packs what an earlier build left."""
    folder = tmp_path_factory.mktemp("source")
    for name in ("job", "templates"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "requirements.in", *EXTRAS.values(), "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder)
    return folder


@pytest.fixture(scope="session")
def wheel(source: Path) -> Path:
    """The wheel, built by the setuptools of the development lock."""
    _call(sys.executable, "-m", "build", "--wheel", "--no-isolation", cwd=source)
    return next(source.glob("dist/*.whl"))


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the locked requirements and nothing else; by uv, which needs no ensurepip and is quick."""
    folder = tmp_path_factory.mktemp("environment")
    _call(*UV, "venv", "--quiet", "--clear", "--python", sys.executable, folder, cwd=folder)
    _install(folder, "--require-hashes", "--requirement", ROOT / "requirements.txt")
    return folder


@pytest.fixture
def installed(environment: Path, wheel: Path) -> Path:
    """The bin folder of an environment with the wheel."""
    _install(environment, "--no-index", "--no-deps", "--reinstall", wheel)
    return environment / "bin"


@pytest.fixture
def installed_editable(environment: Path, source: Path) -> Path:
    """The bin folder of an environment that runs the sources where they are."""
    _install(environment, f"setuptools=={version('setuptools')}")
    _install(environment, "--no-index", "--no-deps", "--no-build-isolation", "--editable", source)
    return environment / "bin"


def test_the_wheel_holds_every_module_template_and_spec(wheel: Path) -> None:
    """Packages are listed by name, so a new folder could be forgotten."""
    packaged = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}

    assert {*_files("job"), *(f"job/{name}" for name in _files("templates"))} == packaged


def test_the_wheel_depends_on_what_the_lock_is_compiled_from(wheel: Path) -> None:
    """One list of dependencies, for the image and for pip alike, and one for each extra."""
    name = next(name for name in zipfile.ZipFile(wheel).namelist() if name.endswith(".dist-info/METADATA"))
    metadata = HeaderParser().parsestr(zipfile.ZipFile(wheel).read(name).decode())
    extras = [
        f'{line}{" and" if ";" in line else ";"} extra == "{extra}"'
        for extra, name in EXTRAS.items()
        for line in _listed(name)
    ]

    expected = [Requirement(line) for line in (*_listed("requirements.in"), *extras)]
    assert set(expected) == set(map(Requirement, metadata.get_all("Requires-Dist", [])))


def test_the_wheel_is_described_by_the_readme(wheel: Path) -> None:
    """As Markdown; its pages aren't in the wheel, so it says where they are."""
    name = next(name for name in zipfile.ZipFile(wheel).namelist() if name.endswith(".dist-info/METADATA"))
    metadata = HeaderParser().parsestr(zipfile.ZipFile(wheel).read(name).decode())

    assert (ROOT / "README.md").read_text() == metadata.get_payload()
    assert metadata["Description-Content-Type"].startswith("text/markdown")
    assert "in the folder `docs/` of the source" in metadata.get_payload()


def _listed(name: str) -> list[str]:
    return [line for line in (ROOT / name).read_text().splitlines() if line and not line.startswith("#")]


def test_the_installed_command_makes_a_report(installed: Path, tmp_path: Path) -> None:
    """Run in an empty folder, so nothing of the checkout helps."""
    (tmp_path / "spec.yaml").write_text(small_spec(n_repeats=1))

    _call(installed / "minority-report", "run", "spec.yaml", "--output", "made", "--workers", "1", cwd=tmp_path)

    assert "</html>" in (tmp_path / "made" / "report.html").read_text()


def test_an_editable_install_makes_a_report(installed_editable: Path, tmp_path: Path) -> None:
    """There the templates lie beside the package, as in a checkout, and not inside it."""
    (tmp_path / "results.json").write_text(to_json(RESULTS["one run"]()))

    _call(installed_editable / "minority-report", "render", "results.json", cwd=tmp_path)

    assert "</html>" in (tmp_path / "report.html").read_text()


def test_the_requirements_fit_together(environment: Path, installed: Path) -> None:
    """The lock satisfies what every installed package asks for; uv says otherwise with an exit code."""
    _call(*UV, "pip", "check", "--python", environment, cwd=environment)


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
