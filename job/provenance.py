"""What a result is a function of: the spec, the data, the seed, and the versions of what computed it."""

from __future__ import annotations

import hashlib
import json
import os
import platform
from importlib.metadata import version
from typing import Any

from job import __version__
from job.machine import usable_memory

_PACKAGES = ("numpy", "scipy", "pandas", "scikit-learn", "imbalanced-learn", "duckdb", "matplotlib")


def describe_provenance(spec: dict[str, Any], data_digest: str) -> dict[str, Any]:
    """Say what the results are a function of; nothing in it varies between equal jobs.

    Parameters
    ----------
    spec : dict
        The spec as it stands in the results: defaults filled in, engine left out.
    data_digest : str
        SHA-256 of the data's content.

    Returns
    -------
    dict
        As ``provenance`` in results.json.
    """
    text = json.dumps(spec, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return {
        "versions": {
            "minority-report": __version__,
            "python": platform.python_version(),
            **{package: version(package) for package in _PACKAGES},
        },
        "spec_digest": hashlib.sha256(text.encode()).hexdigest(),
        "data_digest": data_digest,
        "seed": spec["seed"],
    }


def describe_environment(n_workers: int) -> dict[str, Any]:
    """Describe the machine, for timings.json only: durations mean nothing without it."""
    return {
        "machine": platform.machine(),
        "system": platform.platform(),
        "processors": os.cpu_count(),
        "usable_memory": usable_memory(),
        "n_workers": n_workers,
    }
