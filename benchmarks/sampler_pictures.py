"""Draw the two pictures of docs/affinity_smote.md: what AffinitySMOTE does in two dimensions and SMOTE doesn't.

python benchmarks/sampler_pictures.py
"""

from __future__ import annotations

import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from imblearn.over_sampling import SMOTE
from matplotlib.axes import Axes

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from job.samplers.affinity_smote import AffinitySMOTE

PICTURES = Path(__file__).resolve().parent.parent / "docs" / "pictures"
MAJORITY, MINORITY, SYNTHETIC = "#c2c7cf", "#d1495b", "#1f6fb2"


def make_strays() -> tuple[np.ndarray, np.ndarray]:
    """Return a minority of one dense group with four rows astray in the majority."""
    table = np.random.RandomState(3)
    majority = table.standard_normal((400, 2)) * [1.6, 1.2]
    strays = np.array([[-1.6, 0.6], [-0.6, -1.1], [0.9, 1.0], [-2.4, -0.7]])
    minority = np.vstack([table.standard_normal((22, 2)) * 0.45 + [3.4, 2.3], strays])
    return np.vstack([majority, minority]), np.repeat([0, 1], [len(majority), len(minority)])


def make_cloud() -> tuple[np.ndarray, np.ndarray]:
    """Return a minority of thirty rows from a round cloud beside the majority."""
    table = np.random.RandomState(8)
    majority = table.standard_normal((400, 2)) - np.array([4.2, 0])
    return np.vstack([majority, table.standard_normal((30, 2))]), np.repeat([0, 1], [400, 30])


def resample(sampler: object, X: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the synthetic rows."""
    return sampler.fit_resample(X, y)[0][len(X) :]  # type: ignore[attr-defined]


def draw_rows(ax: Axes, X: np.ndarray, y: np.ndarray, new: np.ndarray) -> None:
    """Draw majority, synthetic and minority rows above one another."""
    ax.scatter(*X[y == 0].T, s=8, color=MAJORITY, label="majority")
    ax.scatter(*new.T, s=7, color=SYNTHETIC, label="synthetic")
    ax.scatter(*X[y == 1].T, s=24, color=MINORITY, edgecolor="white", linewidth=0.5, label="minority")
    ax.set(xticks=[], yticks=[], aspect="equal")
    ax.spines[:].set_visible(False)


def share_among_majority(X: np.ndarray, y: np.ndarray, new: np.ndarray) -> float:
    """Return the share of synthetic rows whose nearest real row is of the majority."""
    nearest = ((new[:, None, :] - X[None]) ** 2).sum(axis=2).argmin(axis=1)
    return float((y[nearest] == 0).mean())


def draw_picture(name: str, table: tuple[np.ndarray, np.ndarray], ring: bool) -> None:
    """Draw SMOTE at the left, AffinitySMOTE at the right; a ring holds 90 % of the minority's true distribution."""
    X, y = table
    figure, axes = plt.subplots(1, 2, figsize=(9, 4.2), layout="constrained", sharex=True, sharey=True)
    for ax, sampler in zip(axes, (SMOTE(random_state=0), AffinitySMOTE(random_state=0)), strict=True):
        new = resample(sampler, X, y)
        draw_rows(ax, X, y, new)
        if ring:
            radius = np.sqrt(2 * np.log(10))  # of a standard normal cloud in two dimensions
            ax.add_patch(plt.Circle((0, 0), radius, fill=False, linestyle="--", color="#444"))
            inside = ((new**2).sum(axis=1) <= radius**2).mean()
            spread = np.sqrt((new.std(axis=0) ** 2).mean())
            said = f"standard deviation {spread:.2f} (true: 1), {inside:.0%} within the ring (true: 90%)"
        else:
            said = f"{share_among_majority(X, y, new):.0%} of the synthetic rows lie nearest to a majority row"
        ax.set_title(f"{type(sampler).__name__}\n{said}", fontsize=9)
    axes[0].legend(loc="lower left", fontsize=8, framealpha=0.9)
    PICTURES.mkdir(parents=True, exist_ok=True)
    figure.savefig(PICTURES / f"{name}.svg", metadata={"Date": None})
    plt.close(figure)


def main() -> None:
    """Write both pictures, the same bytes each time."""
    plt.switch_backend("svg")
    plt.rcParams |= {"svg.hashsalt": "affinity", "font.family": "DejaVu Sans"}
    draw_picture("strays", make_strays(), ring=False)
    draw_picture("width", make_cloud(), ring=True)


if __name__ == "__main__":
    main()
