"""Presets of ``kind: mixture``: problems that people have, as the parameters that they stand for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PRESETS: Mapping[str, Mapping[str, Any]] = {
    # Card payments: one in two hundred is fraud, by four schemes of which each has its own look, and some fraud looks
    # like nothing known. One label in 2,000 is wrong; among so many good payments that is one in eleven positive rows.
    "fraud": {
        "n_samples": 20_000,
        "minority_share": 0.005,
        "n_continuous": 10,
        "n_integer": 3,
        "n_categorical": 3,
        "n_noise": 4,
        "clusters": 4,
        "cluster_spread": 0.7,
        "separation": 4.5,
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
        "separation": 2.2,
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
        "separation": 2.5,
        "outliers": 0.0,
        "label_noise": 0.03,
        "missing": 0.02,
    },
    # Parts on a line: three kinds of defect, each with its own narrow trace in the sensors, many sensors without any,
    # and defects that nobody has seen before.
    "defects": {
        "n_samples": 3_000,
        "minority_share": 0.03,
        "n_continuous": 12,
        "n_integer": 2,
        "n_categorical": 1,
        "n_noise": 10,
        "clusters": 3,
        "cluster_spread": 0.6,
        "separation": 4.0,
        "outliers": 0.1,
        "label_noise": 0.002,
        "missing": 0.01,
    },
}
"""Name of each preset and what it stands for; every key given beside ``preset`` wins."""
