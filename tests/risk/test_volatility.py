from __future__ import annotations

import math
import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.risk import (
    log_returns,
    realised_volatility,
    scale_volatility,
)
from tests.risk.strategies import thorough

UP, DOWN = math.log(1.1), math.log(0.9)
CLOSE = [100.0, 110.0, 99.0, 108.9]  # +10 %, -10 %, +10 %


def test_log_returns():
    np.testing.assert_allclose(log_returns(CLOSE), [np.nan, UP, DOWN, UP], rtol=1e-14)
    assert log_returns([]).shape == (0,)
    np.testing.assert_array_equal(log_returns([5.0]), [np.nan])


@pytest.mark.parametrize("useless", [math.nan, math.inf, -math.inf, 0.0, -1.0])
def test_a_useless_price_takes_away_two_returns(useless):
    found = log_returns([100.0, 110.0, useless, 100.0, 110.0])
    np.testing.assert_allclose(found, [np.nan, UP, np.nan, np.nan, UP], rtol=1e-14)


def test_a_ratio_beyond_all_numbers_is_no_return():
    assert np.all(np.isnan(log_returns([1e-300, 1e300, 1e-300])))


def realised(close, window=3, min_periods=2, periods_per_day=24.0):
    return realised_volatility(
        close, window=window, min_periods=min_periods, periods_per_day=periods_per_day
    )


def test_realised_volatility():
    # two returns u and d: deviation |u - d|/sqrt(2); three (u, d, u): mean (2u + d)/3, squares
    # 2*((u - d)/3)^2 + (2(u - d)/3)^2 = 6/9 (u - d)^2, over 2, so |u - d|/sqrt(3);
    # all by sqrt(24) a day
    spread = UP - DOWN
    expected = [np.nan, np.nan, spread / math.sqrt(2.0), spread / math.sqrt(3.0)]
    np.testing.assert_allclose(realised(CLOSE), np.array(expected) * math.sqrt(24.0), rtol=1e-13)


def test_unknown_until_enough_returns_and_only_the_window_counts():
    calm_then_wild = [100.0, 100.0, 100.0, 110.0, 99.0]
    found = realised(calm_then_wild, window=2, min_periods=2)
    assert np.isnan(found[:2]).all()
    assert found[2] == 0.0
    assert found[4] == pytest.approx((UP - DOWN) / math.sqrt(2.0) * math.sqrt(24.0))
    assert np.isnan(realised(calm_then_wild, window=9, min_periods=5)).all()


def test_a_hole_is_left_out_of_its_window():
    close = [100.0, 110.0, 99.0, math.nan, 50.0, 55.0]
    found = realised(close, window=5, min_periods=3)
    assert np.isnan(found[:5]).all()
    assert found[5] == pytest.approx((UP - DOWN) / math.sqrt(3.0) * math.sqrt(24.0))


def test_a_frozen_price_has_no_volatility_at_all_even_after_a_wild_time():
    rng = np.random.default_rng(1)
    wild = 100.0 * np.exp(np.cumsum(rng.normal(0.0, 0.5, 500)))
    found = realised(np.append(wild, np.full(400, wild[-1])), window=288, min_periods=24)
    assert (found[-100:] == 0.0).all()
    assert not (found < 0.0).any()
    assert (realised([7.0] * 50, window=20)[2:] == 0.0).all()


def test_no_cancellation_after_a_bad_tick():
    rng = np.random.default_rng(2)
    close = 100.0 * np.exp(np.cumsum(rng.normal(0.0, 1e-5, 2000)))
    close[500] *= 1e6
    found = realised(close, window=288, min_periods=24, periods_per_day=1.0)
    returns = log_returns(close)
    for last in (790, 1000, 1999):
        expected = statistics.stdev(returns[last - 287 : last + 1].tolist())
        assert found[last] == pytest.approx(expected, rel=1e-6)


@thorough
@given(st.lists(st.floats(1e-3, 1e6), min_size=3, max_size=30), st.integers(2, 12))
def test_it_is_the_sample_deviation_of_each_window(close, window):
    found = realised(close, window=window, min_periods=2, periods_per_day=1.0)
    returns = log_returns(close).tolist()
    for last in range(2, len(close)):
        part = returns[max(1, last - window + 1) : last + 1]
        assert found[last] == pytest.approx(statistics.stdev(part), rel=1e-6, abs=1e-9)


@thorough
@given(st.lists(st.floats(1e-3, 1e6), min_size=5, max_size=30), st.integers(1, 29))
def test_later_candles_change_nothing(close, cut):
    whole, part = (realised(prices, 5, 2) for prices in (close, close[:cut]))
    np.testing.assert_array_equal(whole[: len(part)], part)


@thorough
@given(st.lists(st.floats(0.01, 100.0), min_size=5, max_size=30))
def test_rising_and_falling_markets_mirror_each_other(close):
    mirrored = [1.0 / price for price in close]
    np.testing.assert_allclose(realised(close), realised(mirrored), rtol=1e-6, atol=1e-9)


def test_scaling():
    # 1 % an hour is sqrt(24) % a day and sqrt(24*365) % a year
    daily = scale_volatility(0.01, from_periods_per_day=24.0, to_periods_per_day=1.0)
    assert daily == pytest.approx(0.01 * math.sqrt(24.0))
    yearly = scale_volatility(daily, from_periods_per_day=1.0, to_periods_per_day=1.0 / 365.0)
    assert yearly == pytest.approx(0.01 * math.sqrt(24.0 * 365.0))
    found = scale_volatility(
        np.array([0.0, 0.01, np.nan, np.inf]), from_periods_per_day=1.0, to_periods_per_day=4.0
    )
    np.testing.assert_array_equal(found, [0.0, 0.005, np.nan, np.inf])


@pytest.mark.parametrize("useless", [0.0, -1.0, math.nan, math.inf])
def test_useless_periods_are_errors(useless):
    with pytest.raises(ValueError, match="periods_per_day"):
        realised(CLOSE, periods_per_day=useless)
    with pytest.raises(ValueError, match="from_periods_per_day"):
        scale_volatility(0.01, from_periods_per_day=useless, to_periods_per_day=1.0)
    with pytest.raises(ValueError, match="to_periods_per_day"):
        scale_volatility(0.01, from_periods_per_day=1.0, to_periods_per_day=useless)


@pytest.mark.parametrize(("window", "least"), [(1, 1), (3, 1), (3, 4)])
def test_useless_windows_are_errors(window, least):
    with pytest.raises(ValueError, match="min_periods"):
        realised(CLOSE, window, least)
