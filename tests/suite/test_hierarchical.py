"""The hierarchical comparison beside baycomp's, and beside the same model computed another way."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from job.suite.hierarchical import N_CHAINS, Measures, sample_posterior

THEIRS = json.loads((Path(__file__).parent / "baycomp.json").read_text())
"""By benchmarks/baycomp_fixture.py."""
LEVELS = {"clear": (2.0, 1.0, 1.5), "equivalent": (0.0, 0.2, 0.5), "mixed": (0.6, 1.5, 1.0), "losing": (-1.5, 0.5, 3.0)}


def draw_scores(mean: float, among: float, within: float, seed: int, n_datasets: int = 12) -> np.ndarray:
    """Differences on ten splits of each data set, correlated as those of ten folds."""
    luck = np.random.default_rng(seed)
    means = mean + among * luck.standard_normal((n_datasets, 1))
    shared = np.sqrt(0.1) * luck.standard_normal((n_datasets, 1))
    return means + within * (shared + np.sqrt(0.9) * luck.standard_normal((n_datasets, 10)))


def measure(scores: np.ndarray) -> Measures:
    n = np.full(len(scores), scores.shape[1])
    return Measures(scores.mean(axis=1), scores.var(axis=1) * n, n, np.full(len(scores), 0.1))


def weigh_hyperparameters(scores: np.ndarray, n_draws: int = 15_000) -> tuple[np.ndarray, ...]:
    """The same posterior by importance sampling: hyperparameters from their priors, data sets by quadrature."""
    luck, n, rho = np.random.default_rng(0), scores.shape[1], 0.1
    among = scores.mean(axis=1).std()
    location = luck.uniform(-1, 1, n_draws) * np.abs(scores).max()
    scale = luck.uniform(0, 8 * among, n_draws)
    alpha, beta = luck.uniform(1, 2, n_draws), luck.uniform(0.01, 0.1, n_draws)
    nu = 1 + luck.gamma(alpha, 1 / beta)
    reach = np.abs(scores.mean(axis=1)).max() + 10 * scores.std()
    grid = np.linspace(-reach, reach, 801)
    correlation = np.full((n, n), rho) + (1 - rho) * np.eye(n)
    inverse = np.linalg.inv(correlation)
    residuals = scores[:, None, :] - grid[None, :, None]
    quadratic = np.einsum("dgi,ij,dgj->dg", residuals, inverse, residuals)
    log_likelihood = -(n - 1) / 2 * np.log(quadratic)
    likelihood = np.exp(log_likelihood - log_likelihood.max(axis=1, keepdims=True))
    log_weight = np.zeros(n_draws)
    for part in np.array_split(np.arange(n_draws), 30):
        density = stats.t.pdf(grid[:, None], nu[part], location[part], scale[part])
        density /= np.maximum(density.sum(axis=0), 1 / (grid[1] - grid[0]))
        log_weight[part] = np.log(likelihood @ density + 1e-300).sum(axis=0)
    weight = np.exp(log_weight - log_weight.max())
    return location, scale, nu, weight / weight.sum()


@pytest.mark.parametrize("level", LEVELS)
def test_it_is_the_posterior_of_the_model(level) -> None:
    """means of the location, and of the shares below, within and above the ROPE, within Monte-Carlo error"""
    scores = draw_scores(*LEVELS[level], seed=3)
    location, scale, nu, weight = weigh_hyperparameters(scores)
    size = 1 / (weight**2).sum()  # effective draws
    below = stats.t.cdf(-1, nu, location, scale)
    above = stats.t.sf(1, nu, location, scale)
    regions = np.stack([below, 1 - below - above, above])

    found = sample_posterior(measure(scores), seed=1)

    error = 5 * regions.std(axis=1) / np.sqrt(size) + 0.01
    assert (np.abs(found.regions(1.0).mean(axis=0) - regions @ weight) < error).all()
    assert found.mean.mean() == pytest.approx(weight @ location, abs=0.1 * scores.mean(axis=1).std() + 0.02)
    winners = np.bincount(regions.argmax(axis=0), weights=weight, minlength=3)
    assert found.probabilities(1.0) == pytest.approx(winners, abs=0.06)


def test_it_depends_on_no_unit_and_has_two_sides() -> None:
    """differences and ROPE ten times as large, or the other way round"""
    scores = draw_scores(*LEVELS["mixed"], seed=5)
    one = sample_posterior(measure(scores), seed=2).probabilities(1.0)

    assert sample_posterior(measure(10 * scores), seed=2).probabilities(10.0) == pytest.approx(one, abs=1e-9)
    assert sample_posterior(measure(-scores), seed=2).probabilities(1.0)[::-1] == pytest.approx(one, abs=0.03)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.lists(st.sampled_from([-1.0, 0.0, 0.5, 1.0]), min_size=3, max_size=3), min_size=2, max_size=6),
    st.integers(0, 5),
)
def test_probabilities_are_finite_whatever_the_differences(rows, seed) -> None:
    """also where nothing differs at all, or all data sets are alike"""
    found = sample_posterior(measure(np.array(rows)), seed).probabilities(0.25)

    assert sum(found) == pytest.approx(1)
    assert all(0 <= share <= 1 for share in found)


@pytest.mark.parametrize("table", THEIRS["tables"], ids=lambda table: " and ".join(table["pair"]))
def test_it_is_what_baycomp_says_of_published_tables(table) -> None:
    """the three probabilities, and the mean shares of data sets, within Monte-Carlo error"""
    n = np.full(len(table["mean"]), table["n"])
    measures = Measures(np.array(table["mean"]), np.array(table["squares"]), n, np.full(len(n), THEIRS["rho"]))
    regions = sample_posterior(measures, seed=1).regions(THEIRS["rope"]).reshape(-1, N_CHAINS, 3)

    for kind, draws in (("regions", regions), ("probabilities", np.eye(3)[regions.argmax(axis=2)])):
        chains = draws.mean(axis=0)
        error = np.hypot(chains.std(axis=0) / np.sqrt(N_CHAINS), table[kind]["error"])
        assert (np.abs(chains.mean(axis=0) - table[kind]["mean"]) <= 3.5 * error + 5e-4).all()


def test_it_agrees_with_baycomp_on_means_that_are_known_well() -> None:
    """baycomp's own hierarchical test needs pystan; with hardly any noise its signed-rank test answers the same"""
    baycomp = pytest.importorskip("baycomp")
    for mean, place in ((3.0, 2), (0.0, 1), (-3.0, 0)):
        scores = draw_scores(mean, 0.3, 0.1, seed=8, n_datasets=20)
        expected = baycomp.SignedRankTest.probs(np.zeros(20), scores.mean(axis=1), 1.0, nsamples=2000, random_state=1)

        assert expected[place] > 0.99
        assert sample_posterior(measure(scores), seed=1).probabilities(1.0)[place] > 0.99
