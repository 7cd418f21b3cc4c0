from __future__ import annotations

import math

import pytest
from freqtrade.strategy import stoploss_from_absolute
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.risk import stop_price_from_ratio, stop_ratio
from tests.risk.strategies import USELESS, prices, sides, thorough

leverages = st.floats(1.0, 125.0)


def ratio_of(side, rate, stop, leverage=1.0):
    return stop_ratio(side=side, rate=rate, stop_price=stop, leverage=leverage)


def price_of(side, rate, ratio, leverage=1.0):
    return stop_price_from_ratio(side=side, rate=rate, ratio=ratio, leverage=leverage)


def test_by_hand():
    # 5 % below at 4x is a ratio of 20 %
    assert ratio_of(1, 100.0, 95.0, 4.0) == pytest.approx(0.2)
    assert ratio_of(-1, 100.0, 105.0, 4.0) == pytest.approx(0.2)
    assert price_of(1, 100.0, 0.2, 4.0) == pytest.approx(95.0)
    assert price_of(-1, 100.0, 0.2, 4.0) == pytest.approx(105.0)
    assert price_of(1, 100.0, -0.2, 4.0) == pytest.approx(95.0)  # freqtrade drops the sign


def test_a_passed_stop_is_zero():
    assert ratio_of(1, 95.0, 95.0) == ratio_of(1, 90.0, 95.0, 10.0) == 0.0
    assert ratio_of(-1, 105.0, 105.0) == ratio_of(-1, 110.0, 105.0) == 0.0


@pytest.mark.parametrize("side", [1, -1])
def test_useless_numbers_are_no_change(side):
    for useless in USELESS:
        assert math.isnan(ratio_of(side, useless, 95.0))
        assert math.isnan(ratio_of(side, 100.0, useless))
        assert math.isnan(ratio_of(side, 100.0, 95.0, useless))
        assert math.isnan(price_of(side, useless, 0.2))
        assert math.isnan(price_of(side, 100.0, 0.2, useless))
    for useless in (0.0, math.nan, math.inf, -math.inf):
        assert math.isnan(price_of(side, 100.0, useless))
    assert math.isnan(price_of(1, 100.0, 1.0))  # a stop at zero is none


def test_bad_sides_are_errors():
    with pytest.raises(ValueError, match="side"):
        ratio_of(0, 100.0, 95.0)
    with pytest.raises(ValueError, match="side"):
        price_of(0, 100.0, 0.1)


@thorough
@given(sides, prices, st.floats(1e-6, 0.99), leverages)
def test_price_to_ratio_and_back(side, rate, distance, leverage):
    stop = rate * (1.0 - side * distance)
    ratio = ratio_of(side, rate, stop, leverage)
    assert price_of(side, rate, ratio, leverage) == pytest.approx(stop, rel=1e-9)


@thorough
@given(sides, prices, st.floats(1e-6, 0.99), leverages)
def test_ratio_to_price_and_back(side, rate, share, leverage):
    ratio = share * leverage
    stop = price_of(side, rate, ratio, leverage)
    assert ratio_of(side, rate, stop, leverage) == pytest.approx(ratio, rel=1e-6)


@thorough
@given(sides, prices, prices, leverages)
def test_it_is_what_freqtrade_makes_of_an_absolute_stop(side, rate, stop, leverage):
    theirs = stoploss_from_absolute(stop, rate, is_short=side < 0, leverage=leverage)
    assert ratio_of(side, rate, stop, leverage) == pytest.approx(theirs, rel=1e-12)
