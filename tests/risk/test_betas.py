from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.risk import beta
from tests.risk.strategies import NOT_FINITE, thorough

MARKET = [0.01, -0.01, 0.02, -0.02]


def test_by_hand():
    # an asset that always moves 1.5 times as far, and one that moves the other way half as far
    market = np.array(MARKET)
    assert beta(1.5 * market + 0.001, market, min_periods=2) == pytest.approx(1.5)
    assert beta(-0.5 * market, market, min_periods=2) == pytest.approx(-0.5)


def test_by_hand_with_noise():
    # r = (0, 2, 1), m = (0, 1, 2): about the means (-1, 1, 0) and (-1, 0, 1): product 1, square 2
    assert beta([0.0, 2.0, 1.0], [0.0, 1.0, 2.0], min_periods=3) == pytest.approx(0.5)


@pytest.mark.parametrize("useless", NOT_FINITE)
def test_holes_are_left_out(useless):
    asset = [0.02, 5.0, -0.02, 0.04]
    market = [0.01, useless, -0.01, 0.02]
    assert beta(asset, market, min_periods=3) == pytest.approx(2.0)
    asset[1], market[1] = useless, 7.0
    assert beta(asset, market, min_periods=3) == pytest.approx(2.0)


def test_unknown_is_one():
    assert beta([], [], min_periods=2) == 1.0
    assert beta([0.1], [0.1], min_periods=2) == 1.0
    assert beta([0.1, -0.1, 0.1], [0.0] * 3, min_periods=2) == 1.0
    # two candles known of three that are needed
    assert beta([0.1, 0.2, math.nan], [0.1, 0.3, 0.2], min_periods=3) == 1.0


def test_programming_errors():
    with pytest.raises(ValueError, match="shape"):
        beta([0.1], MARKET, min_periods=2)
    with pytest.raises(ValueError, match="min_periods"):
        beta(MARKET, MARKET, min_periods=1)


values = st.floats(-0.2, 0.2)


@thorough
@given(st.lists(st.tuples(values, values), min_size=3, max_size=25), st.integers(2, 10))
def test_it_is_the_slope_of_each_window(rows, window):
    asset, market = (np.array(column) for column in zip(*rows, strict=True))
    for last in range(1, len(rows)):
        part = slice(max(0, last - window + 1), last + 1)
        spread = market[part] - market[part].mean()
        square = math.fsum(spread * spread)
        if square > 1e-9:
            slope = math.fsum(spread * (asset[part] - asset[part].mean())) / square
            found = beta(asset[part], market[part], min_periods=2)
            assert found == pytest.approx(slope, rel=1e-6, abs=1e-9)
