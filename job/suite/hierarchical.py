"""The hierarchical Bayesian comparison of two models over many data sets (Corani, Benavoli et al. 2017)."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.special import gammaln, log_ndtr, ndtri_exp, stdtr

N_CHAINS = 40
N_STEPS = 500
N_WARM_UP = 150
_WIDE = 1000.0
"""Standard deviations have a flat prior up to this many times what is measured, as in the paper's program."""
_ALPHA, _BETA = (1.0, 2.0), (0.01, 0.1)
_NU = 1 + np.geomspace(0.02, 1500, 160)
_TINY = 1e-9


@dataclass(frozen=True, eq=False)
class Posterior:
    """What is known of the difference on the next data set.

    Parameters
    ----------
    mean, spread, nu : ndarray of shape (n_draws,)
        Location, scale and degrees of freedom of the t distribution that data sets are drawn from.
    """

    mean: np.ndarray
    spread: np.ndarray
    nu: np.ndarray

    def regions(self, rope: float) -> np.ndarray:
        """Return, for each draw, how likely a data set lies below, within and above the ROPE; shape (n_draws, 3)."""
        below = stdtr(self.nu, (-rope - self.mean) / self.spread)
        above = stdtr(self.nu, (self.mean - rope) / self.spread)
        return np.stack([below, 1 - below - above, above], axis=1)

    def probabilities(self, rope: float) -> tuple[float, float, float]:
        """Return the probabilities that the next data set most likely lies below, within and above the ROPE."""
        likeliest = np.bincount(self.regions(rope).argmax(axis=1), minlength=3) / len(self.mean)
        return float(likeliest[0]), float(likeliest[1]), float(likeliest[2])


@dataclass(frozen=True, eq=False)
class Measures:
    """Differences over the splits of each data set, as far as the model needs them.

    Parameters
    ----------
    mean : ndarray of shape (n_datasets,)
    squares : ndarray of shape (n_datasets,)
        Sums of squares around the mean.
    n : ndarray of shape (n_datasets,)
        Splits, two at least.
    rho : ndarray of shape (n_datasets,)
        Correlation between two splits: the share of the rows that test.
    """

    mean: np.ndarray
    squares: np.ndarray
    n: np.ndarray
    rho: np.ndarray


def sample_posterior(measures: Measures, seed: int) -> Posterior:
    """Sample the posterior of the hierarchical model by Gibbs steps, many chains at once.

    The differences x of data set i are normal around its own mean m with standard deviation s, and equally correlated:
    x ~ N(m, s² [(1 - ρ) I + ρ 1 1ᵀ]). The means of all data sets are drawn from a t distribution with location M,
    scale S and ν degrees of freedom. Priors are those of the authors' program: M flat over what is measured, s and S
    flat, ν - 1 ~ Gamma(α, β) with α ~ U(1, 2) and β ~ U(0.01, 0.1).

    Parameters
    ----------
    measures : Measures
        In units of the ROPE, say: no prior depends on the unit.
    seed : int

    Returns
    -------
    Posterior

    References
    ----------
    .. [1] Corani, Benavoli, Demšar, Mangili & Zaffalon (2017). Statistical comparison of classifiers through Bayesian
       hierarchical modelling. Machine Learning 106, 1817-1837.
    """
    luck, within, among, farthest = np.random.default_rng(seed), *_scales(measures)
    factor = (1 + (measures.n - 1) * measures.rho) / measures.n  # variance of a mean, in units of s²
    spread_squares = np.maximum(measures.squares / (1 - measures.rho), measures.n * within**2 * _TINY)
    shape = (N_CHAINS, len(measures.mean))
    means = measures.mean + np.sqrt(factor) * within * luck.standard_normal(shape)
    location, scale = luck.uniform(-farthest, farthest, (N_CHAINS, 1)) / 2, np.full((N_CHAINS, 1), among)
    weight, draws = np.ones(shape), list[tuple[np.ndarray, np.ndarray, np.ndarray]]()
    for step in range(N_WARM_UP + N_STEPS):
        nu = _draw_nu(luck, weight)
        weight = luck.gamma((nu + 1) / 2, 2 / (nu + ((means - location) / scale) ** 2))
        error = (spread_squares + (means - measures.mean) ** 2 / factor) / luck.chisquare(measures.n - 1, shape)
        variance = np.minimum(error, (_WIDE * within) ** 2) * factor
        prior = scale**2 / weight
        kept = variance * prior / (variance + prior)
        means = kept * (measures.mean / variance + location / prior) + np.sqrt(kept) * luck.standard_normal(shape)
        location = _draw_location(luck, means, weight / scale**2, farthest)
        squares = (weight * (means - location) ** 2).sum(axis=1, keepdims=True)
        degrees = max(shape[1] - 1, 1)
        scale = np.sqrt(np.maximum(squares, _TINY * among**2) / luck.chisquare(degrees, (N_CHAINS, 1)))
        scale = np.clip(scale, _TINY * among, _WIDE * among)
        means, location, scale = _stretch(luck, measures.mean, variance, (means, location, scale), _WIDE * among)
        if step >= N_WARM_UP:
            draws.append((location[:, 0], scale[:, 0], nu[:, 0]))
    return Posterior(*map(np.concatenate, zip(*draws, strict=True)))


def _scales(measures: Measures) -> tuple[float, float, float]:
    """Return what is typical within a data set and among them, and the farthest that anything lies from 0."""
    within = float(np.sqrt(measures.squares / measures.n).mean())
    within = within or float(np.abs(measures.mean).mean()) or 1.0
    among = float(measures.mean.std()) or within
    farthest = float((np.abs(measures.mean) + np.sqrt(measures.squares)).max()) or within
    return within, among, farthest


@cache
def _log_prior_nu() -> np.ndarray:
    """Return the log density of ν on its grid, α and β integrated out, times the width of a cell."""
    alpha = np.linspace(*_ALPHA, 60)[:, None, None]
    beta, x = np.linspace(*_BETA, 60)[:, None], _NU - 1
    density = np.exp(alpha * np.log(beta) - gammaln(alpha) + (alpha - 1) * np.log(x) - beta * x).mean(axis=(0, 1))
    found: np.ndarray = np.log(density * np.gradient(x))
    return found


def _draw_nu(luck: np.random.Generator, weight: np.ndarray) -> np.ndarray:
    """Draw ν given the weights of the data sets, which are Gamma(ν/2, ν/2), from its grid."""
    half, n = _NU / 2, weight.shape[1]
    sums = (np.log(weight) - weight).sum(axis=1, keepdims=True)
    log_density = _log_prior_nu() + n * (half * np.log(half) - gammaln(half)) + half * sums
    gumbel = -np.log(-np.log(luck.random(log_density.shape)))
    found: np.ndarray = _NU[(log_density + gumbel).argmax(axis=1)][:, None]
    return found


def _draw_location(luck: np.random.Generator, means: np.ndarray, precision: np.ndarray, most: float) -> np.ndarray:
    total = precision.sum(axis=1, keepdims=True)
    centre = (precision * means).sum(axis=1, keepdims=True) / total
    return _draw_within(luck, centre, 1 / np.sqrt(total), -most, most)


def _stretch(
    luck: np.random.Generator,
    measured: np.ndarray,
    variance: np.ndarray,
    state: tuple[np.ndarray, np.ndarray, np.ndarray],
    most: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw the scale once more, all data sets moving with it: else chains would stay where it is small."""
    means, location, scale = state
    standard = (means - location) / scale
    precision = (standard**2 / variance).sum(axis=1, keepdims=True)
    centre = (standard * (measured - location) / variance).sum(axis=1, keepdims=True) / precision
    scale = _draw_within(luck, centre, 1 / np.sqrt(precision), _TINY * most, most)
    return location + scale * standard, location, scale


def _draw_within(
    luck: np.random.Generator, centre: np.ndarray, spread: np.ndarray, low: float, high: float
) -> np.ndarray:
    """Draw from normal distributions that are cut off at both sides."""
    flip = centre < (low + high) / 2  # work in the lower tail, where logarithms keep their digits
    first = np.where(flip, centre - high, low - centre) / spread
    last = np.where(flip, centre - low, high - centre) / spread
    lower, upper, share = log_ndtr(first), log_ndtr(last), np.log(luck.random(centre.shape))
    with np.errstate(divide="ignore"):  # where both ends are one
        inside = upper + np.log1p(-np.exp(lower - upper))
    drawn = ndtri_exp(np.logaddexp(lower, share + inside))
    found: np.ndarray = np.clip(np.where(flip, centre - drawn * spread, centre + drawn * spread), low, high)
    return found
