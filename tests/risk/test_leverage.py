from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.risk import (
    conviction_cap,
    floor_leverage,
    leverage_for_exposure,
    losing_leverage_cap,
    scaled_target_leverage,
    volatility_target_exposure,
)
from tests.risk.strategies import NOT_FINITE, thorough


def test_volatility_target():
    # a budget of 2 % a day at 4 % a day is half the capital
    assert volatility_target_exposure(0.04) == pytest.approx(0.5)
    assert volatility_target_exposure(0.01, 0.03) == pytest.approx(3.0)
    assert volatility_target_exposure(0.0) == math.inf  # this cap does not bind
    assert volatility_target_exposure(0.04, 0.0) == 0.0


@pytest.mark.parametrize("unknown", [*NOT_FINITE, -0.01])
def test_unknown_volatility_has_no_size(unknown):
    assert volatility_target_exposure(unknown) == 0.0


@pytest.mark.parametrize("budget", [-0.01, 1.0, math.nan])
def test_a_budget_is_a_fraction(budget):
    with pytest.raises(ValueError, match="daily_risk_budget"):
        volatility_target_exposure(0.04, budget)


def test_leverage_for_an_exposure():
    # an exposure of 0.5 with a fifth of the capital is 2.5x, with all of it 0.5x
    assert leverage_for_exposure(0.5, 0.2) == pytest.approx(2.5)
    assert leverage_for_exposure(0.5, 1.0) == 0.5
    assert leverage_for_exposure(math.inf, 0.2) == math.inf
    assert leverage_for_exposure(0.0, 0.2) == 0.0


@pytest.mark.parametrize("useless", [math.nan, -1.0, -math.inf])
def test_unknown_exposure_or_share_gives_no_leverage(useless):
    assert leverage_for_exposure(useless, 0.2) == 0.0
    for share in (useless, 0.0, math.inf):
        assert leverage_for_exposure(0.5, share) == 0.0


def test_scaled_target():
    # 5x at twice the usual volatility is 2.5x, and never above 5x
    assert scaled_target_leverage(5.0, 0.6, 1.2) == pytest.approx(2.5)
    assert scaled_target_leverage(5.0, 0.6, 0.6) == 5.0
    assert scaled_target_leverage(5.0, 0.6, 0.3) == 5.0
    assert scaled_target_leverage(5.0, 0.6, 0.0) == 5.0
    for unknown in (*NOT_FINITE, -0.1):
        assert scaled_target_leverage(5.0, 0.6, unknown) == 1.0
        assert scaled_target_leverage(0.8, 0.6, unknown) == 0.8


@pytest.mark.parametrize("useless", [*NOT_FINITE, 0.0, -1.0])
def test_useless_targets_are_errors(useless):
    with pytest.raises(ValueError, match="target"):
        scaled_target_leverage(useless, 0.6, 0.6)
    with pytest.raises(ValueError, match="target"):
        scaled_target_leverage(5.0, useless, 0.6)


def losing(last=3.0, drawdown=0.0, *, lost=False):
    return losing_leverage_cap(last_leverage=last, drawdown_ratio=drawdown, lost_last_trade=lost)


def test_losing_never_raises():
    assert losing() == math.inf
    assert losing(drawdown=0.05) == math.inf
    assert losing(drawdown=0.0501) == 3.0
    assert losing(lost=True) == 3.0
    assert losing(None, 0.2, lost=True) == math.inf  # never traded there
    assert losing(0.5, lost=True) == 1.0
    assert losing(drawdown=math.nan) == 3.0
    assert losing(drawdown=math.inf) == 3.0
    assert losing(math.nan, lost=True) == losing(math.inf, lost=True) == 1.0


def test_conviction():
    assert conviction_cap(8.0, 0.25) == 2.0
    assert conviction_cap(8.0, 1.0) == conviction_cap(8.0, 7.0) == 8.0
    assert conviction_cap(8.0, 0.0) == conviction_cap(8.0, -1.0) == 0.0
    assert conviction_cap(8.0, math.nan) == conviction_cap(math.nan, 0.5) == 0.0
    assert conviction_cap(8.0, math.inf) == 8.0
    assert conviction_cap(math.inf, 0.5) == math.inf


@pytest.mark.parametrize(
    ("given_leverage", "floored"),
    [
        (2.39, 2.3),
        (2.3, 2.3),
        (math.nextafter(2.3, 0.0), 2.3),
        (0.1 + 0.2 + 2.0, 2.3),
        (2.2999, 2.2),
        (1.0, 1.0),
        (0.99, 1.0),
        (0.0, 1.0),
        (-5.0, 1.0),
        (math.nan, 1.0),
        (math.inf, 1.0),
        (-math.inf, 1.0),
        (125.0, 125.0),
    ],
)
def test_floor(given_leverage, floored):
    assert floor_leverage(given_leverage) == floored


@pytest.mark.parametrize(
    ("given_leverage", "floored"), [(2.9, 2.0), (1.9, 1.0), (3.0, 3.0), (0.4, 1.0), (math.nan, 1.0)]
)
def test_floor_to_whole_numbers(given_leverage, floored):
    assert floor_leverage(given_leverage, steps_per_unit=1) == floored


def test_every_tenth_stays_what_it_is():
    for tenths in range(10, 1251):
        assert floor_leverage(tenths / 10.0) == tenths / 10.0
        assert floor_leverage(tenths * 0.1) == tenths / 10.0


@thorough
@given(st.floats(1.0, 200.0))
def test_flooring_never_raises_and_takes_less_than_a_tenth(leverage):
    floored = floor_leverage(leverage)
    assert floored <= leverage + 1e-9
    assert leverage - floored < 0.1 + 1e-9
    assert floor_leverage(floored) == floored


@thorough
@given(st.floats(1e-4, 1.0), st.floats(1.0, 10.0), st.floats(0.01, 1.0))
def test_a_wilder_market_or_larger_share_never_allows_more(volatility, times, share):
    exposure = volatility_target_exposure(volatility)
    assert volatility_target_exposure(volatility * times) <= exposure
    leverage = leverage_for_exposure(exposure, share)
    assert leverage_for_exposure(exposure, min(1.0, share * times)) <= leverage
    # the day's typical move costs the budget
    assert leverage * share * volatility == pytest.approx(0.02)
