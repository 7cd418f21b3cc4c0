from __future__ import annotations

import math

import numpy as np
import pytest

from freqtrade_riskguard.risk import atr

HIGH = [11.0, 12.0, 13.0, 18.0]
LOW = [9.0, 9.0, 11.0, 14.0]
CLOSE = [10.0, 11.0, 12.0, 17.0]


def test_by_hand():
    # true ranges: max(3, 2, 1) = 3; max(2, 2, 0) = 2; max(4, 6, 2) = 6.
    # period 2: (3 + 2)/2 = 2.5, then (2.5*1 + 6)/2 = 4.25
    np.testing.assert_allclose(atr(HIGH, LOW, CLOSE, period=2), [np.nan, np.nan, 2.5, 4.25])


def test_period_one_is_the_true_range():
    np.testing.assert_allclose(atr(HIGH, LOW, CLOSE, period=1), [np.nan, 3.0, 2.0, 6.0])


def test_fourteen_candles_against_wilders_recursion():
    rng = np.random.default_rng(3)
    close = 100.0 + np.cumsum(rng.normal(0.0, 1.0, 100))
    high, low = close + rng.uniform(0.0, 2.0, 100), close - rng.uniform(0.0, 2.0, 100)
    ranges = [
        max(high[i], close[i - 1]) - min(low[i], close[i - 1]) for i in range(1, 100)
    ]  # the same true range, written another way
    expected = sum(ranges[:14]) / 14.0
    found = atr(high, low, close)
    assert np.isnan(found[:14]).all()
    for index in range(14, 100):
        if index > 14:
            expected = (expected * 13.0 + ranges[index - 1]) / 14.0
        assert found[index] == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("size", [0, 1, 2, 14])
def test_too_few_candles_are_unknown(size):
    series = np.linspace(1.0, 2.0, size)
    found = atr(series + 0.1, series, series)
    assert found.shape == (size,)
    assert np.isnan(found).all()


@pytest.mark.parametrize("useless", [math.nan, math.inf, 0.0, -1.0])
@pytest.mark.parametrize("column", [0, 1, 2])
def test_a_hole_costs_one_candle_and_not_the_rest(useless, column):
    columns = [HIGH.copy(), LOW.copy(), CLOSE.copy()]
    for values, extra in zip(columns, (50.0, 1.0, 20.0), strict=True):
        values.insert(2, extra)
    columns[column][2] = useless
    found = atr(*columns, period=2)
    np.testing.assert_allclose(found, [np.nan, np.nan, np.nan, 2.5, 4.25])


def test_nothing_but_holes():
    assert np.isnan(atr([math.nan] * 30, [math.nan] * 30, [math.nan] * 30)).all()


def test_a_frozen_market_has_no_range():
    frozen = [5.0] * 20
    assert atr(frozen, frozen, frozen)[-1] == 0.0


def test_programming_errors():
    with pytest.raises(ValueError, match="shape"):
        atr(HIGH, LOW, CLOSE[:-1])
    with pytest.raises(ValueError, match="period"):
        atr(HIGH, LOW, CLOSE, period=0)
