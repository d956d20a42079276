"""Data whose truth is known: its counts, its columns and its posterior."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from job.data.dataset import digest_dataset
from job.data.generating import classification, mixture
from job.data.generating.mixture import generate_mixture
from job.data.reading.load_data import load_dataset
from job.errors import DataError
from job.spec.file_keys import FileSpec
from job.spec.generators import PRESETS, MixtureSpec


def draw(**parameters):
    return generate_mixture(MixtureSpec.model_validate({"kind": "mixture", **parameters}))


EVERYTHING = {
    "n_samples": 3000,
    "minority_share": 0.1,
    "n_continuous": 3,
    "n_integer": 2,
    "n_categorical": 2,
    "n_noise": 2,
    "clusters": 4,
    "cluster_spread": 0.5,
    "separation": 2.5,
    "outliers": 0.1,
    "label_noise": 0.03,
    "missing": 0.15,
    "random_state": 1,
}


def between(low, high):
    """P(low < Z < high), from the tail in which it loses nothing."""
    low, high = (low, high) if low + high <= 0 else (-high, -low)
    return (math.erfc(-high / math.sqrt(2)) - math.erfc(-low / math.sqrt(2))) / 2


def likelihood(row, centre, spread):
    """The product over the columns of one row, as the documentation has it; noise and missing cells are 1."""
    ends = [-math.inf, *(-0.2533471031357997, 0.5244005127080407, 1.0364333894937898, 1.6448536269514722), math.inf]
    found = 1.0
    for (name, value), middle in zip(row.items(), [*centre, *[0.0] * (len(row) - len(centre))], strict=True):
        if pd.isna(value) or name.startswith("noise"):
            continue
        if name.startswith("continuous"):
            found *= math.exp(-(((value - middle) / spread) ** 2) / 2) / (spread * math.sqrt(2 * math.pi))
            continue
        place = "abcde".index(value) if name.startswith("category") else None
        low, high = ((value - 0.5) / 3, (value + 0.5) / 3) if place is None else ends[place : place + 2]
        found *= between((low - middle) / spread, (high - middle) / spread)
    return found


def brute_force(dataset, shift, *, spread, n_minority, n_outliers, flipped_minority, flipped_majority):
    """Bayes' theorem row by row, from the numbers in the spec and the cells in the frame alone."""
    n = dataset.n_rows
    for row in dataset.X.to_dict("records"):
        majority = (n - n_minority) / n * likelihood(row, [0.0] * len(shift), 1.0)
        cluster = (n_minority - n_outliers) / n * likelihood(row, shift, spread)
        outlier = n_outliers / n * likelihood(row, [0.0] * len(shift), 3.0)
        minority = (cluster + outlier) / (majority + cluster + outlier)
        yield minority * (1 - flipped_minority / n_minority) + (1 - minority) * flipped_majority / (n - n_minority)


@pytest.mark.parametrize("spread", [0.05, 1.0, 4.0])
@pytest.mark.parametrize(
    "parts",
    [
        {"n_continuous": 2, "n_integer": 2, "n_categorical": 2, "n_noise": 1},
        {"n_continuous": 1},
        {"n_continuous": 0, "n_integer": 1},
        {"n_continuous": 0, "n_categorical": 1},
    ],
    ids=["every kind", "a number", "a whole number", "a category"],
)
def test_the_posterior_is_what_a_few_plain_lines_compute(parts, spread) -> None:
    """With noise, gaps, rounding, categories and outliers it agrees to 1e-10 with Bayes' theorem row by row."""
    n_informative = sum(number for key, number in parts.items() if key != "n_noise")
    shift = [0.9, -0.4, 1.7, 0.0, 2.5, -1.0][:n_informative]
    noise = {"outliers": 0.25, "label_noise": 0.04, "missing": 0.2 if n_informative > 1 else 0.1}
    dataset = draw(n_samples=400, minority_share=0.2, shift=shift, cluster_spread=spread, **parts, **noise)
    counts = {"n_minority": 80, "n_outliers": 20, "flipped_minority": 3, "flipped_majority": 13}

    expected = list(brute_force(dataset, shift, spread=spread, **counts))

    np.testing.assert_allclose(dataset.posterior, expected, rtol=0, atol=1e-10)
    assert len(set(np.round(expected, 6))) > 4
    assert 80 - 3 + 13 == dataset.n_positive


def largest_z(dataset, n_bins=20):
    """Rows sorted by posterior in bins: by how many standard errors positives differ from what was promised."""
    bins = np.array_split(np.argsort(dataset.posterior, kind="stable"), n_bins)
    p = [dataset.posterior[rows] for rows in bins]
    gaps = [dataset.y[rows].sum() - q.sum() for rows, q in zip(bins, p, strict=True)]
    return max(abs(gap) / np.sqrt((q * (1 - q)).sum()) for gap, q in zip(gaps, p, strict=True))


@pytest.mark.parametrize(
    "other",
    [
        {},
        {"separation": 1.0, "cluster_spread": 2.0, "minority_share": 0.5},
        {"label_noise": 0.001, "missing": 0.6},
        {"n_continuous": 0},
        {"n_continuous": 0, "n_integer": 0, "n_categorical": 6},
        {"clusters": 1, "shift": [0.9, 0.5, 0, 0.7, 1, -0.5, 2], "separation": None},
    ],
    ids=str,
)
def test_a_row_is_positive_as_often_as_its_posterior_says(other) -> None:
    """Of 200,000 rows in 20 bins none is off by four standard errors, whatever is switched on."""
    dataset = draw(**{**EVERYTHING, "n_samples": 200_000, **other})

    assert largest_z(dataset) < 4
    assert dataset.posterior.std() > 0.05


def test_a_posterior_of_other_data_is_found_wrong() -> None:
    """The bins tell: with the posterior of unflipped labels they are off by far more than four."""
    noisy, clean = (draw(**{**EVERYTHING, "n_samples": 200_000, "label_noise": share}) for share in (0.03, 0.0))

    assert largest_z(replace(noisy, posterior=clean.posterior.clip(1e-9))) > 10


SPECS = st.fixed_dictionaries(
    {
        "n_samples": st.integers(10, 400),
        "minority_share": st.floats(0.001, 0.5),
        "n_continuous": st.integers(0, 3),
        "n_integer": st.integers(0, 3),
        "n_categorical": st.integers(0, 3),
        "n_noise": st.integers(0, 2),
        "clusters": st.integers(1, 1000),
        "cluster_spread": st.floats(0.001, 100) | st.sampled_from([0.001, 1.0, 100.0]),
        "separation": st.floats(0, 1000) | st.sampled_from([0.0, 1000.0]),
        "outliers": st.floats(0, 1) | st.sampled_from([0.0, 1.0]),
        "label_noise": st.floats(0, 0.5) | st.sampled_from([0.0, 0.5]),
        "missing": st.floats(0, 1, exclude_max=True) | st.sampled_from([0.0, 0.99]),
        "random_state": st.integers(0, 2**32 - 1),
    }
)


def is_allowed(spec):
    n_columns = sum(spec[key] for key in ("n_continuous", "n_integer", "n_categorical", "n_noise"))
    return n_columns > 0 and round(spec["n_samples"] * spec["minority_share"]) > 1


def draw_or_refuse(spec):
    """The data set, and the sentence where there is none."""
    try:
        return draw(**spec), ""
    except DataError as error:
        return None, str(error)


@given(SPECS.filter(is_allowed))
@settings(max_examples=200, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
def test_counts_are_exact_whatever_is_asked(spec) -> None:
    """Every spec that is allowed gives its rows, columns, labels and gaps to the number, or one sentence why not."""
    n, noise = spec["n_samples"], spec["label_noise"]
    n_minority = min(round(n * spec["minority_share"]), n // 2)
    lost = round(noise * n_minority)
    n_positive = min(n_minority - lost + round(noise * (n - n_minority)), n // 2)
    n_gaps = round(spec["missing"] * n)

    dataset, refusal = draw_or_refuse(spec)

    if dataset is None:
        assert refusal.startswith("data.generate: no column has two different values")
        assert n - n_gaps < 2 or spec["n_continuous"] + spec["n_noise"] == 0
        return
    features = [column for column in dataset.columns if column.role != "target"]
    assert (n, n_positive) == (dataset.n_rows, dataset.n_positive)
    assert {"0": n - n_positive, "1": n_positive} == dataset.label_counts
    assert n_minority <= n_positive <= n - n_positive
    assert {n_gaps} == {column.n_missing for column in features}
    assert len(features) == sum(spec[key] for key in ("n_continuous", "n_integer", "n_categorical", "n_noise"))
    assert [column.name for column in features if column.role == "feature"] == list(dataset.X.columns)
    assert [column.name for column in features if column.role == "dropped"] == [note.column for note in dataset.notes]
    assert dataset.posterior.shape == (n,)
    assert ((dataset.posterior >= 0) & (dataset.posterior <= 1)).all()


@pytest.mark.parametrize(
    ("n_samples", "share", "n_minority"),
    [(1000, 0.018, 18), (2500, 0.08, 200), (5000, 0.02, 100), (100, 0.025, 2), (100, 0.035, 4), (11, 0.5, 5)],
)
def test_the_minority_is_the_nearest_number_of_rows(n_samples, share, n_minority) -> None:
    """It is Python's round of n_samples × minority_share, in a tie the even number, and never above half."""
    assert n_minority == draw(n_samples=n_samples, minority_share=share).n_positive


def test_labels_are_flipped_in_both_classes() -> None:
    """Five of every hundred labels are wrong in either class, so a rare minority mostly consists of wrong ones."""
    clean, noisy = (draw(n_samples=10_000, minority_share=0.02, label_noise=noise) for noise in (0.0, 0.05))

    assert (10, 490) == (((clean.y == 1) & (noisy.y == 0)).sum(), ((clean.y == 0) & (noisy.y == 1)).sum())


def test_what_changes_one_thing_leaves_the_others() -> None:
    """Gaps, wrong labels and further columns can be tried on the same rows."""
    plain, gaps, noisy, wider = (
        draw(**{**EVERYTHING, **other})
        for other in (
            {"missing": 0.0, "label_noise": 0.0},
            {"missing": 0.3, "label_noise": 0.0},
            {"missing": 0.0},
            {"missing": 0.0, "n_noise": 5},
        )
    )

    for name in plain.numeric:
        seen = gaps.X[name].notna()
        assert plain.X[name][seen].equals(gaps.X[name][seen])
    assert plain.X.equals(noisy.X)
    assert noisy.X.equals(wider.X[list(noisy.X.columns)])
    assert (noisy.posterior == wider.posterior).all()


def test_columns_go_through_the_job_as_those_of_a_file(tmp_path) -> None:
    """Written to a CSV and read back, kinds, values, gaps and labels have the same digest."""
    made = draw(**EVERYTHING)
    whole = {name: made.X[name].astype("Int64") for name in made.integer}
    made.X.assign(**whole, target=made.y).to_csv(tmp_path / "made.csv", index=False)

    read = load_dataset(FileSpec.model_validate({"path": "made.csv", "target": "target"}), tmp_path)

    assert read.X.dtypes.to_dict() == made.X.dtypes.to_dict()
    assert [column.kind for column in read.columns[:-1]] == [column.kind for column in made.columns[:-1]]
    assert [c.n_distinct for c in read.columns] == [c.n_distinct for c in made.columns]
    assert read.digest == digest_dataset(replace(made, posterior=None)) != made.digest


def test_a_column_without_two_values_is_left_out_with_a_note() -> None:
    """As one of a file is: nothing can be learned from it."""
    dataset = draw(n_samples=10, n_continuous=1, n_integer=1, n_categorical=1, minority_share=0.2, missing=0.9)
    codes = {note.column: note.code for note in dataset.notes}

    assert {"continuous_0": "constant", "integer_0": "constant"} == codes
    assert ["category_0"] == list(dataset.X.columns)


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"n_samples": 10, "minority_share": 0.2, "missing": 0.99}, ["no column has two different values", "missing"]),
        ({"n_samples": 10_000_000, "n_continuous": 10_000}, ["10,000,000 rows of 10,000 columns", "GB", "n_samples"]),
    ],
    ids=["nothing but gaps", "more than memory"],
)
def test_what_cannot_be_drawn_is_a_data_error(parameters, words) -> None:
    """One line says what was asked and what to change."""
    with pytest.raises(DataError) as caught:
        draw(**parameters)
    message = str(caught.value)
    assert message.startswith("data.generate: ")
    assert "\n" not in message
    assert [] == [word for word in words if word not in message], message


def test_memory_is_asked_for_before_anything_is_drawn(monkeypatch) -> None:
    """A spec that asks for too much gets a message, and no dead process."""
    monkeypatch.setattr(classification, "usable_memory", lambda: 1_000_000)
    monkeypatch.setattr(mixture, "build_components", lambda *_: pytest.fail("was drawn"))
    with pytest.raises(DataError, match=r"need about [\d.,]+ GB while they are drawn, and 0\.0 GB may be used"):
        draw(n_samples=100_000)


def test_small_disjuncts_are_equal_clusters_on_a_sphere() -> None:
    """16 clusters of sd 0.3, here so far from a standard normal majority that they can be told apart, in 15 columns."""
    spec = {"minority_share": 0.16, "n_continuous": 15, "clusters": 16, "cluster_spread": 0.3, "separation": 25}
    dataset = draw(n_samples=100_000, **spec)
    minority, majority = dataset.X[dataset.y == 1].to_numpy(), dataset.X[dataset.y == 0].to_numpy()

    np.testing.assert_allclose(majority.mean(axis=0), 0, atol=0.02)
    np.testing.assert_allclose(majority.std(axis=0), 1, atol=0.02)
    seeds = [minority[0]]
    while len(seeds) < 16:  # the row that is farthest from all clusters that were found is in another one
        distances = np.min([np.linalg.norm(minority - seed, axis=1) for seed in seeds], axis=0)
        seeds.append(minority[distances.argmax()])
    nearest = np.argmin([np.linalg.norm(minority - seed, axis=1) for seed in seeds], axis=0)
    clusters = [minority[nearest == number] for number in range(16)]
    assert {1000} == {len(rows) for rows in clusters}
    np.testing.assert_allclose([np.linalg.norm(rows.mean(axis=0)) for rows in clusters], 25, atol=0.06)
    np.testing.assert_allclose([rows.std(axis=0).mean() for rows in clusters], 0.3, atol=0.01)


def test_a_shift_moves_each_column_by_its_number() -> None:
    """Unit normals, four of them shifted by 0.9: what the two classes differ by, and nothing else."""
    dataset = draw(n_samples=250_000, minority_share=0.4, n_continuous=6, shift=[0.9, 0.9, 0.9, 0.9, 0, 0])
    means, deviations = (dataset.X.groupby(dataset.y).agg(what).to_numpy() for what in ("mean", "std"))

    np.testing.assert_allclose(means[1] - means[0], [0.9] * 4 + [0, 0], atol=0.015)
    np.testing.assert_allclose(deviations, 1, atol=0.015)


def test_noise_columns_tell_nothing() -> None:
    """Both classes have the same, and with nothing else the posterior is the share of the minority."""
    dataset = draw(n_samples=100_000, minority_share=0.1, n_continuous=0, n_noise=3, label_noise=0.1)

    means = dataset.X.groupby(dataset.y).mean().to_numpy()
    np.testing.assert_allclose(means, 0, atol=0.03)
    np.testing.assert_allclose(dataset.posterior, dataset.prevalence, rtol=1e-12)


def test_the_same_seed_gives_the_same_bytes_on_any_number_of_threads() -> None:
    """Neither the numbers nor the posterior depend on how many threads a library starts."""
    program = (
        "from job.data.generating.mixture import generate_mixture; from job.spec.generators import MixtureSpec\n"
        f"print(generate_mixture(MixtureSpec.model_validate({EVERYTHING})).digest)"
    )
    keys = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")

    digests = [
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, **dict.fromkeys(keys, threads)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for threads in ("1", "2")
    ]

    assert [draw(**EVERYTHING).digest] * 2 == digests
    assert draw(**{**EVERYTHING, "random_state": 2}).digest != digests[0]


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_stands_for_its_parameters(preset) -> None:
    """It draws what its parameters draw, and any key beside it wins."""
    by_name, spelt_out, other = (
        draw(**parameters)
        for parameters in ({"preset": preset}, PRESETS[preset], {"preset": preset, "n_samples": 300, "n_noise": 0})
    )

    assert by_name.digest == spelt_out.digest
    assert 300 == other.n_rows
    assert [] == [name for name in other.X if name.startswith("noise")]
    assert 0.2 < np.corrcoef(by_name.posterior, by_name.y)[0, 1] < 0.98


@pytest.mark.parametrize(
    ("parameters", "n_positive"),
    [
        (
            {"n_samples": 5000, "minority_share": 0.02, "n_continuous": 15}
            | {"clusters": 16, "cluster_spread": 0.3, "separation": 2.5},
            100,
        ),
        ({"n_samples": 2500, "minority_share": 0.08, "n_continuous": 6, "shift": [0.9, 0.9, 0.9, 0.9, 0, 0]}, 200),
        ({"n_samples": 2500, "minority_share": 0.08, "n_continuous": 4, "n_noise": 2, "shift": [0.9] * 4}, 200),
        ({"n_samples": 1000, "minority_share": 0.018, "n_continuous": 6}, 18),
        ({"n_samples": 400, "n_continuous": 0, "n_noise": 8}, 40),
    ],
    ids=["small disjuncts", "overlap", "overlap and noise", "eighteen rows", "pure noise"],
)
def test_the_data_of_known_verdicts_can_be_asked_for(parameters, n_positive) -> None:
    """Each is a spec, with its minority to the row."""
    dataset = draw(**parameters)

    assert (parameters["n_samples"], n_positive) == (dataset.n_rows, dataset.n_positive)
    assert dataset.X.shape[1] == parameters["n_continuous"] + parameters.get("n_noise", 0)
