"""Digests of what results depend on beside spec and data: the program, the packages, and the kind of processor."""

import hashlib
import json
import platform
from collections.abc import Iterable
from functools import lru_cache
from importlib.machinery import all_suffixes
from importlib.metadata import PackageNotFoundError, packages_distributions, version
from importlib.util import find_spec
from pathlib import Path

from threadpoolctl import threadpool_info

import job
from job.names import ALLOWED_PACKAGES, CLASSIFIERS
from job.spec.strategy_entries import Entry

_NUMERICAL = ("numpy", "scipy", "pandas", "scikit-learn", "imbalanced-learn", "joblib", "threadpoolctl")
_OF_REPORTS = ("pydantic", "matplotlib", "jinja2", "duckdb", "skops")
_COMPUTE_RUNS = ("names.py", "text.py", "errors.py", "spec", "data", "samplers", "strategies", "evaluation")
_IN_EVERY_DIGEST = ("sklearn", "imblearn", "job")


@lru_cache(maxsize=1)
def digest_runs_program() -> str:
    """Digest what computes a unit: Python, the numerical packages, the modules of `job` for it, and the processor."""
    folder = Path(job.__file__).parent
    return _digest(_versions(_NUMERICAL), _digest_files(folder / name for name in _COMPUTE_RUNS), _describe_processor())


@lru_cache(maxsize=1)
def digest_whole_program() -> str:
    """Digest what computes the runs and makes a report of them, templates included."""
    folder = Path(job.__file__).parent
    sources = _digest_files((folder, folder / "templates", folder.parent / "templates"))
    return _digest(_versions((*_NUMERICAL, *_OF_REPORTS)), sources, _describe_processor())


def describe_entry(entry: Entry) -> str:
    """Write a strategy or classifier without its label, with a digest of the package that its class comes from."""
    package = (entry.class_ or CLASSIFIERS.get(entry.name or "", "job")).partition(".")[0]
    plain = entry.model_dump(mode="json", exclude={"label"})
    return json.dumps([type(entry).__name__, plain, _digest_package(package)], sort_keys=True)


@lru_cache
def _digest_package(name: str) -> str:
    """Digest a package: its version where the job knows it, the source of every module where a user has allowed it."""
    if name in _IN_EVERY_DIGEST:
        return ""
    if name in ALLOWED_PACKAGES:
        return _digest(_versions(packages_distributions().get(name, ())))
    return digest_source(name) or ""


def digest_source(name: str) -> str | None:
    """Digest every module of a package, compiled ones included; None where there is no such package."""
    found = find_spec(name)
    if found is None:
        return None
    return _digest_files(map(Path, found.submodule_search_locations or [found.origin or ""]), tuple(all_suffixes()))


def _digest_files(places: Iterable[Path], suffixes: tuple[str, ...] = ("",)) -> str:
    """Digest files, and those in folders whose names end so, by their place there and their content."""
    sha = hashlib.sha256()
    for place in places:
        for path in [place] if place.is_file() else sorted(place.rglob("*")):
            if "__pycache__" not in path.parts and path.name.endswith(suffixes) and path.is_file():
                name = path.name if path == place else str(path.relative_to(place))
                sha.update(f"{name}\n".encode("utf-8", "surrogateescape"))
                sha.update(hashlib.sha256(path.read_bytes()).digest())
    return sha.hexdigest()


def _versions(packages: Iterable[str]) -> str:
    return json.dumps([platform.python_implementation(), platform.python_version(), *map(_version, packages)])


def _version(package: str) -> str:
    try:
        return f"{package} {version(package)}"
    except PackageNotFoundError:
        return package


def _describe_processor() -> str:
    """Architecture, and the kernels that linear algebra has chosen for this processor."""
    found = (library for library in threadpool_info() if library["user_api"] == "blas")
    kernels = {f"{one['internal_api']} {one.get('architecture')} {one.get('version')}" for one in found}
    return " ".join([platform.machine(), *sorted(kernels)])


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
