"""Presets of ``kind: mixture``: problems that people have, as the parameters that they stand for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PRESETS: Mapping[str, Mapping[str, Any]] = {
    # Card payments: one in two hundred is fraud, by a few schemes that each look alike, and some that look like nothing
    # known. Few labels are wrong, but among so many good payments even few are a tenth of all alarms.
    "fraud": {
        "n_samples": 20_000,
        "minority_share": 0.005,
        "n_continuous": 10,
        "n_integer": 3,
        "n_categorical": 3,
        "n_noise": 4,
        "clusters": 5,
        "cluster_spread": 0.5,
        "separation": 3.0,
        "outliers": 0.1,
        "label_noise": 0.0005,
        "missing": 0.0,
    },
    # Patients: one illness that moves many measurements a little, so that the classes overlap; small data, tests that
    # were not made, and diagnoses that were wrong.
    "diagnosis": {
        "n_samples": 1_500,
        "minority_share": 0.08,
        "n_continuous": 8,
        "n_integer": 3,
        "n_categorical": 2,
        "n_noise": 3,
        "clusters": 1,
        "cluster_spread": 1.2,
        "separation": 1.8,
        "outliers": 0.05,
        "label_noise": 0.02,
        "missing": 0.1,
    },
    # Customers: one in seven leaves, for one of three reasons; counts and contracts rather than measurements, wide
    # overlap, and labels that depend on the day on which one looks.
    "churn": {
        "n_samples": 5_000,
        "minority_share": 0.15,
        "n_continuous": 4,
        "n_integer": 4,
        "n_categorical": 5,
        "n_noise": 3,
        "clusters": 3,
        "cluster_spread": 0.9,
        "separation": 1.8,
        "outliers": 0.0,
        "label_noise": 0.03,
        "missing": 0.02,
    },
    # Parts on a line: four kinds of defect, each with its own narrow trace in the sensors, many sensors without any,
    # and defects that nobody has seen before.
    "defects": {
        "n_samples": 3_000,
        "minority_share": 0.03,
        "n_continuous": 12,
        "n_integer": 2,
        "n_categorical": 1,
        "n_noise": 10,
        "clusters": 4,
        "cluster_spread": 0.4,
        "separation": 3.0,
        "outliers": 0.1,
        "label_noise": 0.002,
        "missing": 0.01,
    },
}
"""Name of each preset and what it stands for; every key given beside ``preset`` wins."""
