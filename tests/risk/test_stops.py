from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from freqtrade_riskguard.risk import (
    atr_stop_price,
    effective_liquidation_price,
    liquidation_price,
    liquidation_stop_price,
    nearest_stop,
    percent_stop_price,
)
from tests.risk.strategies import NOT_FINITE, USELESS, positions, prices, sides, thorough


def test_atr_stop():
    assert atr_stop_price(1, 100.0, 3.0) == 94.0
    assert atr_stop_price(-1, 100.0, 3.0) == 106.0
    assert atr_stop_price(1, 100.0, 3.0, 1.0) == 97.0
    assert atr_stop_price(1, 110.0, 3.0) == 104.0
    assert atr_stop_price(-1, 90.0, 3.0) == 96.0


@pytest.mark.parametrize("useless", USELESS)
@pytest.mark.parametrize("side", [1, -1])
def test_no_atr_no_atr_stop(side, useless):
    assert math.isnan(atr_stop_price(side, 100.0, useless))
    assert math.isnan(atr_stop_price(side, useless, 3.0))


def test_a_stop_below_zero_is_none():
    assert math.isnan(atr_stop_price(1, 100.0, 50.0))
    assert atr_stop_price(-1, 100.0, 50.0) == 200.0


@pytest.mark.parametrize("multiple", [0.0, -1.0, math.nan, math.inf])
def test_a_useless_multiple_is_an_error(multiple):
    with pytest.raises(ValueError, match="multiple"):
        atr_stop_price(1, 100.0, 3.0, multiple)


def test_percent_stop():
    assert percent_stop_price(1, 100.0, 0.25) == 75.0
    assert percent_stop_price(-1, 100.0, 0.25) == 125.0


@pytest.mark.parametrize("useless", USELESS)
@pytest.mark.parametrize("side", [1, -1])
def test_no_entry_no_percent_stop(side, useless):
    assert math.isnan(percent_stop_price(side, useless, 0.1))


@pytest.mark.parametrize("loss", [0.0, 1.0, -0.1, math.nan])
def test_a_loss_is_a_fraction(loss):
    with pytest.raises(ValueError, match="max_loss_ratio"):
        percent_stop_price(1, 100.0, loss)


def liquidation_stop(side=1, price=80.0, rate=0.005, **changes):
    keywords = {"entry_price": 100.0} | changes
    return liquidation_stop_price(
        side=side, liquidation_price=price, maintenance_rate=rate, **keywords
    )


def test_liquidation_stop():
    # long: 80*1.01 + max(1.3*0.005*100 = 0.65, 0.03*80 = 2.4) = 83.2
    assert liquidation_stop() == pytest.approx(83.2)
    # mmr 5 %: 80.8 + max(6.5, 2.4) = 87.3
    assert liquidation_stop(rate=0.05) == pytest.approx(87.3)
    # short: 120*0.99 - max(0.65, 3.6) = 115.2; with mmr 5 % 118.8 - 6.5 = 112.3
    assert liquidation_stop(-1, 120.0) == pytest.approx(115.2)
    assert liquidation_stop(-1, 120.0, 0.05) == pytest.approx(112.3)
    assert liquidation_stop(slippage_ratio=0.0) == pytest.approx(82.4)


@pytest.mark.parametrize("side", [1, -1])
def test_no_liquidation_no_liquidation_stop(side):
    for useless in USELESS:  # 0.0 is none
        assert math.isnan(liquidation_stop(side, useless))
        assert math.isnan(liquidation_stop(side, entry_price=useless))
    assert math.isnan(liquidation_stop(-1, 1.0, 0.9))  # the buffer is larger than the price


def test_useless_settings_are_errors():
    for wrong in (1.0, -0.1, math.nan):
        with pytest.raises(ValueError, match="maintenance_rate"):
            liquidation_stop(rate=wrong)
        with pytest.raises(ValueError, match="slippage_ratio"):
            liquidation_stop(slippage_ratio=wrong)


def test_nearest():
    assert nearest_stop(1, 90.0, 95.0, 80.0) == 95.0
    assert nearest_stop(-1, 110.0, 105.0, 120.0) == 105.0
    assert nearest_stop(1, math.nan, 95.0, math.inf, -5.0, 0.0) == 95.0
    assert nearest_stop(-1, math.nan, 105.0, -math.inf, -5.0, 0.0) == 105.0
    assert math.isnan(nearest_stop(1))
    assert math.isnan(nearest_stop(-1, *USELESS))


def test_tightening():
    assert nearest_stop(1, 90.0, 95.0) == 95.0
    assert nearest_stop(1, 95.0, 90.0) == 95.0
    assert nearest_stop(-1, 110.0, 105.0) == 105.0
    assert nearest_stop(-1, 105.0, 110.0) == 105.0
    for useless in USELESS:
        assert nearest_stop(1, 95.0, useless) == nearest_stop(1, useless, 95.0) == 95.0
        assert math.isnan(nearest_stop(-1, useless, math.nan))


def test_bad_sides_are_errors():
    for call in (
        lambda: atr_stop_price(0, 100.0, 3.0),
        lambda: percent_stop_price(0, 100.0, 0.1),
        lambda: liquidation_stop(0),
        lambda: nearest_stop(0, 90.0),
    ):
        with pytest.raises(ValueError, match="side"):
            call()


@thorough
@given(prices, st.floats(0.001, 0.2), st.floats(0.1, 4.0))
def test_long_and_short_mirror_each_other(entry, atr_ratio, multiple):
    both = [atr_stop_price(side, entry, atr_ratio * entry, multiple) for side in (1, -1)]
    assert sum(both) == pytest.approx(2.0 * entry)
    both = [percent_stop_price(side, entry, atr_ratio) for side in (1, -1)]
    assert sum(both) == pytest.approx(2.0 * entry)


any_price = st.one_of(prices, st.sampled_from(USELESS))


@thorough
@given(sides, st.lists(any_price, min_size=1, max_size=30))
def test_a_stop_never_loosens(side, candidates):
    stop = math.nan
    for candidate in candidates:
        tightened = nearest_stop(side, stop, candidate)
        if not math.isnan(stop):
            assert side * tightened >= side * stop
        stop = tightened
    assert math.isnan(stop) == (not any(0.0 < each < math.inf for each in candidates))


@thorough
@given(positions(), any_price, any_price, any_price)
def test_a_stop_always_lies_before_liquidation(position, atr, previous, moved):
    side = position.side
    price = liquidation_price(**position.keywords())
    assume(price > 1e-290)
    last = liquidation_stop_price(
        side=side,
        entry_price=position.entry_price,
        liquidation_price=price,
        maintenance_rate=position.tiers.tier_at(position.stake_quote).maintenance_rate,
    )
    assume(not math.isnan(last))
    first = nearest_stop(
        side,
        atr_stop_price(side, position.entry_price, atr),
        percent_stop_price(side, position.entry_price, 0.2),
        last,
    )
    stop = nearest_stop(side, nearest_stop(side, first, previous), moved)
    assert side * first >= side * last
    assert side * stop >= side * first
    assert side * last > side * effective_liquidation_price(price, side) > side * price


@pytest.mark.parametrize("side", [1, -1])
@pytest.mark.parametrize("unknown", NOT_FINITE)
def test_an_unknown_liquidation_leaves_the_other_stops(side, unknown):
    found = nearest_stop(
        side, liquidation_stop(side, unknown), percent_stop_price(side, 100.0, 0.1)
    )
    assert found == pytest.approx(100.0 - side * 10.0)
