"""What a result is a function of: the spec, the data, the seed, and the versions of what computed it."""

import hashlib
import json
import os
import platform
from collections.abc import Iterator, Mapping
from importlib.metadata import packages_distributions, version
from typing import Any

from job import __version__
from job.machine import usable_memory
from job.names import CLASSIFIERS
from job.results.job_facts import Provenance

_PACKAGES = ("numpy", "scipy", "pandas", "scikit-learn", "imbalanced-learn", "duckdb", "matplotlib")
_KNOWN_MODULES = ("sklearn", "imblearn", "job")


def describe_provenance(spec: dict[str, Any], data_digest: str) -> Provenance:
    """Say what the results are a function of; nothing in it varies between equal jobs.

    Parameters
    ----------
    spec : dict
        The spec as it stands in the results: defaults filled in, engine left out.
    data_digest : str
        SHA-256 of the data's content.
    """
    text = json.dumps(spec, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return Provenance(
        versions={
            "minority-report": __version__,
            "python": platform.python_version(),
            **{package: version(package) for package in _PACKAGES},
            **_versions_of_classes(spec),
        },
        spec_digest=hashlib.sha256(text.encode()).hexdigest(),
        data_digest=data_digest,
        seed=spec["seed"],
    )


def _versions_of_classes(spec: Mapping[str, Any]) -> dict[str, str]:
    """Versions of the packages that classes named in the spec come from; a module of no package has none."""
    modules = dict.fromkeys(path.partition(".")[0] for path in _class_paths(spec))
    if not set(modules) - set(_KNOWN_MODULES):
        return {}
    packages = packages_distributions()
    named = sorted({package for module in modules for package in packages.get(module, ())})
    return {package: version(package) for package in named if package not in (*_PACKAGES, "minority-report")}


def _class_paths(spec: Mapping[str, Any]) -> Iterator[str]:
    for key in ("strategies", "classifiers"):
        for entry in spec.get(key, ()):
            if isinstance(entry, Mapping) and (path := entry.get("class") or CLASSIFIERS.get(entry.get("name") or "")):
                yield str(path)


def describe_environment(n_workers: int) -> dict[str, Any]:
    """Describe the machine, for timings.json only: durations mean nothing without it."""
    system = {"machine": platform.machine(), "system": platform.platform(), "processors": os.cpu_count()}
    return {**system, "usable_memory": usable_memory(), "n_workers": n_workers}
