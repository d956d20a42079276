from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from job.report.charts.theme import N_COLOURS, Theme, load_theme, series

FEW = 6
NORMAL = np.eye(3)
# Machado, Oliveira & Fernandes (2009), severity 1.0
PROTANOPIA = np.array(
    [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
)
DEUTERANOPIA = np.array(
    [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]]
)
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def linear(colour: str) -> np.ndarray:
    """Linear RGB of #rrggbb."""
    encoded = np.array([int(colour[start : start + 2], 16) for start in (1, 3, 5)]) / 255
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    """CIE L*a*b* of linear RGB."""
    xyz = TO_XYZ @ np.clip(rgb, 0, 1) / np.array([0.9505, 1, 1.089])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def contrast(one: str, other: str) -> float:
    """WCAG's contrast ratio."""
    low, high = sorted(float(linear(colour) @ TO_XYZ[1]) + 0.05 for colour in (one, other))
    return high / low


@pytest.fixture(params=["light", "dark"])
def colours(request: pytest.FixtureRequest) -> dict[str, str]:
    theme: Theme = load_theme()
    return dict(getattr(theme, request.param))


def test_both_schemes_name_the_same_colours() -> None:
    """every colour of a light screen has its counterpart on a dark one, and names are unique per colour"""
    theme = load_theme()
    assert theme.light.keys() == theme.dark.keys()
    assert len(theme.light) == len(set(theme.light.values()))


def test_text_can_be_read(colours: dict[str, str]) -> None:
    """text has a contrast of at least 4.5 on every ground it stands on"""
    for text in ("ink", "quiet", "accent", "best", "worst"):
        for ground in ("page", "surface", "faint", "warning"):
            assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)


def test_series_can_be_seen(colours: dict[str, str]) -> None:
    """every strategy's colour has a contrast of at least 3 on the ground of charts and tables"""
    for index in range(N_COLOURS):
        assert contrast(colours[series(index).colour], colours["surface"]) >= 3, index


@pytest.mark.parametrize("eyes", [NORMAL, PROTANOPIA, DEUTERANOPIA], ids=["normal", "protanopia", "deuteranopia"])
def test_the_first_colours_stay_apart(colours: dict[str, str], eyes: np.ndarray) -> None:
    """six strategies differ clearly by colour alone, for colour-blind readers too"""
    seen = [lab(eyes @ linear(colours[series(index).colour])) for index in range(FEW)]
    assert min(float(np.linalg.norm(one - other)) for one, other in combinations(seen, 2)) >= 20


def test_no_two_strategies_look_alike() -> None:
    """colour and marker together tell at least forty strategies apart"""
    looks = {(series(index).colour, series(index).marker) for index in range(40)}
    assert 40 == len(looks)
