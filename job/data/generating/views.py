"""How a column shows the normal behind it: as it is, rounded to whole numbers, or cut into categories."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from job.data.generating.normal_interval import log_interval

INTEGER_SCALE = 3.0
"""Whole numbers are the normal times this, rounded: the majority's have standard deviation 3."""

CATEGORIES = ("a", "b", "c", "d", "e")
CUTS = ndtri([0.4, 0.7, 0.85, 0.95])
"""Where the normal is cut into categories; of the majority 40, 30, 15, 10 and 5 % are a to e."""


@dataclass(frozen=True, eq=False)
class Continuous:
    """A column that shows the normal itself.

    Parameters
    ----------
    values : ndarray of shape (n_rows,), float64
        NaN where missing.
    """

    values: np.ndarray

    def log_likelihood(self, rows: slice, centres: np.ndarray, spreads: np.ndarray) -> np.ndarray:
        """Compute the log density of some rows under each component, without the constant -log(2π)/2.

        Parameters
        ----------
        rows : slice
        centres, spreads : ndarray of shape (n_components,), float64
            Mean and standard deviation of this column in each component.

        Returns
        -------
        ndarray of shape (len(rows), n_components)
            0 where missing.
        """
        values = self.values[rows]
        found = (values[:, None] - centres) / spreads
        found *= found
        found *= -0.5
        found -= np.log(spreads)
        found[np.isnan(values)] = 0.0
        return np.asarray(found)


@dataclass(frozen=True, eq=False)
class Discrete:
    """A column of which only an interval of the normal is seen.

    Parameters
    ----------
    codes : ndarray of shape (n_rows,) of int
        Which interval; -1 where missing.
    low, high : ndarray of shape (n_intervals,), float64
        Its ends.
    """

    codes: np.ndarray
    low: np.ndarray
    high: np.ndarray

    def log_likelihood(self, rows: slice, centres: np.ndarray, spreads: np.ndarray) -> np.ndarray:
        """Compute the log probability of some rows under each component.

        Parameters
        ----------
        rows : slice
        centres, spreads : ndarray of shape (n_components,), float64
            Mean and standard deviation of the normal behind this column in each component.

        Returns
        -------
        ndarray of shape (len(rows), n_components)
            0 where missing.
        """
        table = log_interval((self.low[:, None] - centres) / spreads, (self.high[:, None] - centres) / spreads)
        unseen = np.zeros((1, len(centres)))  # the last row, where -1 points
        return np.asarray(np.concatenate([table, unseen])[self.codes[rows]])


View = Continuous | Discrete


def view_continuous(normal: np.ndarray, missing: np.ndarray) -> Continuous:
    """Show a normal as it is.

    Parameters
    ----------
    normal : ndarray of shape (n_rows,), float64
    missing : ndarray of shape (n_rows,) of bool

    Returns
    -------
    Continuous
    """
    return Continuous(np.where(missing, np.nan, normal))


def view_integer(normal: np.ndarray, missing: np.ndarray) -> tuple[Discrete, np.ndarray]:
    """Show a normal as whole numbers.

    Parameters
    ----------
    normal : ndarray of shape (n_rows,), float64
    missing : ndarray of shape (n_rows,) of bool

    Returns
    -------
    view : Discrete
    values : ndarray of shape (n_rows,), float64
        The whole numbers; NaN where missing.
    """
    values = np.rint(INTEGER_SCALE * normal) + 0.0  # no minus zero
    seen, codes = np.unique(values, return_inverse=True)
    view = Discrete(np.where(missing, -1, codes), (seen - 0.5) / INTEGER_SCALE, (seen + 0.5) / INTEGER_SCALE)
    return view, np.where(missing, np.nan, values)


def view_category(normal: np.ndarray, missing: np.ndarray) -> Discrete:
    """Show a normal as categories.

    Parameters
    ----------
    normal : ndarray of shape (n_rows,), float64
    missing : ndarray of shape (n_rows,) of bool

    Returns
    -------
    Discrete
        Codes are places in ``CATEGORIES``.
    """
    codes = np.searchsorted(CUTS, normal)
    return Discrete(np.where(missing, -1, codes), np.append(-np.inf, CUTS), np.append(CUTS, np.inf))
