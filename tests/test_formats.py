from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from job.text import decimals_for, number, percent, plain, ratio, signed


@pytest.mark.parametrize(
    ("spread", "expected"),
    [(0.061, 3), (0.6, 2), (3.4, 1), (35.0, 0), (4200.0, 0), (1e-9, 4), (0.0099, 4), (0.0, 7), (None, 7)],
)
def test_decimals_show_two_digits_of_the_spread(spread: float | None, expected: int) -> None:
    """a number is written no more exactly than its spread supports"""
    assert expected == decimals_for(spread, 7)


@pytest.mark.parametrize(
    ("value", "decimals", "expected"),
    [(0.38095, 3, "0.381"), (-0.5, 1, "−0.5"), (-0.0001, 2, "0.00"), (12345.6, 0, "12,346"), (None, 2, "–")],
)
def test_numbers_are_set_as_in_print(value: float | None, decimals: int, expected: str) -> None:
    """a true minus sign, no negative zero, thousands apart, and a dash for nothing"""
    assert expected == number(value, decimals)


@pytest.mark.parametrize(("value", "expected"), [(0.25, "+0.25"), (-0.25, "−0.25"), (0.001, "0.00"), (None, "–")])
def test_differences_carry_their_sign(value: float | None, expected: str) -> None:
    """gains have a plus sign, and what rounds to nothing has none"""
    assert expected == signed(value, 2)


@pytest.mark.parametrize(
    ("share", "expected"),
    [(0.1045, "10.4 %"), (0.5, "50.0 %"), (0.00172, "0.17 %"), (0.9999, "99.990 %"), (0.0, "0.0 %"), (1.0, "100.0 %")],
)
def test_rare_shares_keep_their_digits(share: float, expected: str) -> None:
    """a share of two in a thousand is not 0 per cent, nor its complement 100"""
    assert expected == percent(share)


@given(st.floats(1e-6, 1 - 1e-6))
def test_no_share_is_rounded_to_none_or_all(share: float) -> None:
    """only an exact 0 or 1 is written as such"""
    assert percent(share) not in ("0.0 %", "100.0 %")
    assert 100 * share == pytest.approx(float(percent(share).removesuffix(" %")), abs=0.06)


def test_settings_are_written_as_short_as_they_can_be() -> None:
    """whole numbers lose their point, others keep four digits"""
    assert ("9", "0.25", "7.333", "−1", "2,000") == tuple(plain(value) for value in (9.0, 0.25, 22 / 3, -1.0, 2000))


def test_ratios_have_one_decimal_until_a_hundred() -> None:
    """8.6 other rows for each, 171 for each"""
    assert ("8.6", "171") == (ratio(8.569), ratio(171.4))
