from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.risk import (
    effective_liquidation_price,
    liquidation_distance,
    simple_liquidation_price,
)
from tests.risk.strategies import NOT_FINITE, USELESS, prices, sides, thorough


def test_effective_price_is_nearer_to_the_market():
    assert effective_liquidation_price(90.0, 1) == pytest.approx(90.9, rel=1e-15)  # 90*1.01
    assert effective_liquidation_price(110.0, -1) == pytest.approx(108.9, rel=1e-15)  # 110*0.99
    assert effective_liquidation_price(90.0, 1, 0.0) == 90.0


@pytest.mark.parametrize("side", [1, -1])
def test_none_and_unknown_stay_what_they_are(side):
    assert effective_liquidation_price(0.0, side) == 0.0
    assert math.isnan(effective_liquidation_price(math.nan, side))
    assert effective_liquidation_price(math.inf, side) == math.inf


@pytest.mark.parametrize("slippage", [-0.01, 1.0, math.nan])
def test_a_useless_slippage_is_an_error(slippage):
    with pytest.raises(ValueError, match="slippage_ratio"):
        effective_liquidation_price(90.0, 1, slippage)


def test_distance():
    assert liquidation_distance(100.0, 90.0, 1) == pytest.approx(0.1)  # (100 - 90)/100
    assert liquidation_distance(80.0, 90.0, 1) == pytest.approx(-0.125)  # beyond: -10/80
    assert liquidation_distance(100.0, 110.0, -1) == pytest.approx(0.1)
    assert liquidation_distance(125.0, 110.0, -1) == pytest.approx(-0.12)  # beyond: -15/125


@pytest.mark.parametrize("side", [1, -1])
def test_no_liquidation_is_a_whole_price_away(side):
    assert liquidation_distance(100.0, 0.0, side) == 1.0


@pytest.mark.parametrize("side", [1, -1])
def test_unknown_is_no_distance(side):
    for useless in USELESS:
        assert liquidation_distance(useless, 90.0, side) == 0.0
    for useless in (*NOT_FINITE, -1.0):
        assert liquidation_distance(100.0, useless, side) == 0.0


def test_simple_price():
    # 10x, mmr 0.5 %: long 100*(1 - 0.1 + 0.005), short 100*(1 + 0.1 - 0.005)
    assert simple_liquidation_price(1, 100.0, 10.0, 0.005) == pytest.approx(90.5, rel=1e-15)
    assert simple_liquidation_price(-1, 100.0, 10.0, 0.005) == pytest.approx(109.5, rel=1e-15)
    assert simple_liquidation_price(1, 100.0, 1.0, 0.005) == pytest.approx(0.5)
    assert simple_liquidation_price(1, 100.0, 0.5, 0.005) == 0.0  # 100*(1 - 2 + ...) < 0: none


@pytest.mark.parametrize("side", [1, -1])
@pytest.mark.parametrize("useless", USELESS)
def test_simple_price_of_useless_numbers_is_unknown(side, useless):
    assert math.isnan(simple_liquidation_price(side, useless, 10.0, 0.005))
    assert math.isnan(simple_liquidation_price(side, 100.0, useless, 0.005))


def test_programming_errors():
    with pytest.raises(ValueError, match="maintenance_rate"):
        simple_liquidation_price(1, 100.0, 10.0, 1.0)
    for call in (
        lambda: effective_liquidation_price(90.0, 0),
        lambda: liquidation_distance(100.0, 90.0, 0),
        lambda: simple_liquidation_price(0, 100.0, 10.0, 0.005),
    ):
        with pytest.raises(ValueError, match="side"):
            call()


@thorough
@given(prices, prices, sides, st.floats(0.0, 0.5))
def test_slippage_only_takes_distance_away(price, liquidation, side, slippage):
    nearer = effective_liquidation_price(liquidation, side, slippage)
    assert liquidation_distance(price, nearer, side) <= liquidation_distance(
        price, liquidation, side
    )


@thorough
@given(prices, st.floats(0.0, 0.9))
def test_the_same_distance_mirrors(price, ratio):
    below = liquidation_distance(price, price * (1.0 - ratio), 1)
    above = liquidation_distance(price, price * (1.0 + ratio), -1)
    assert below == pytest.approx(above, abs=1e-12)
