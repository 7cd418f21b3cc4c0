from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from freqtrade_riskguard.risk import (
    TierTable,
    liquidation_price,
    liquidation_stop_price,
    max_leverage_for_stop,
)
from tests.risk.strategies import USELESS, fees, sides, thorough
from tests.risk.tiers import FLAT, THREE, tier_tables


def for_stop(side, stop, tiers=FLAT, **changes):
    keywords = {"entry_price": 100.0, "stake_quote": 1000.0} | changes
    return max_leverage_for_stop(side=side, stop_price=stop, tiers=tiers, **keywords)


def test_where_the_share_of_the_price_is_the_larger_buffer():
    # long, stop 90: P*(1.01 + 0.03) = 90 at P = 86.538; 1.3*0.005*100 = 0.65 is less than 2.6.
    # L = 1/(1 - 0.995*0.86538)
    assert for_stop(1, 90.0) == pytest.approx(1.0 / (1.0 - 0.995 * 0.9 / 1.04), rel=1e-12)
    # short, stop 110: P*(0.99 - 0.03) = 110; L = 1/(1.005*1.1/0.96 - 1)
    assert for_stop(-1, 110.0) == pytest.approx(1.0 / (1.005 * 1.1 / 0.96 - 1.0), rel=1e-12)


def test_where_the_maintenance_rate_is_the_larger_buffer():
    # mmr 10 %: 1.3*0.1*100 = 13. Long: P*1.01 + 13 = 90, P = 77/1.01; L = 1/(1 - 0.9*0.77/1.01)
    high = TierTable.flat(0.1)
    assert for_stop(1, 90.0, high) == pytest.approx(1.0 / (1.0 - 0.9 * 0.77 / 1.01), rel=1e-12)
    # short: P*0.99 - 13 = 110, P = 123/0.99; L = 1/(1.1*1.23/0.99 - 1)
    assert for_stop(-1, 110.0, high) == pytest.approx(1.0 / (1.1 * 1.23 / 0.99 - 1.0), rel=1e-12)


STEEP = TierTable.build([(0.0, None, 0.005, 0.0, None), (3000.0, None, 0.2, None, None)])


def test_a_position_stays_below_the_tier_whose_buffer_it_cannot_keep():
    # Tier one alone would allow 7.2x under a stop at 90. Tier two (20 % from 3000) wants a buffer
    # of 1.3*0.2*100 = 26: liquidation at 64/1.01 = 63.4, where 1000 + 585 carry less than 3000.
    # So the notional at liquidation stays below 3000: 1000 + 3000*(1 - 0.005) = L*1000
    found = for_stop(1, 90.0, STEEP)
    assert found == pytest.approx(3.985, rel=1e-9)
    price = liquidation_price(
        side=1, entry_price=100.0, amount=found * 10.0, margin_quote=1000.0, tiers=STEEP
    )
    assert STEEP.tier_at(found * 10.0 * price).maintenance_rate == 0.005
    # short under a stop at 110, on 800: at 136/0.99 tier two carries (800 + 585)/0.472 = 2934,
    # less than 3000: L*800 = 3000*(1 + 0.005) - 800
    found = for_stop(-1, 110.0, STEEP, stake_quote=800.0)
    assert found == pytest.approx(2215.0 / 800.0, rel=1e-9)


def test_the_fee_is_paid_out_of_the_margin():
    # stop 90: x = 0.9/1.04, 1 - L*(1 - x) = L*x*(0.001 + 0.005); short x = 1.1/0.96
    x = 0.9 / 1.04
    found = for_stop(1, 90.0, taker_fee=0.001)
    assert found == pytest.approx(1.0 / (1.0 - x + 0.006 * x), rel=1e-12)
    x = 1.1 / 0.96
    found = for_stop(-1, 110.0, taker_fee=0.001)
    assert found == pytest.approx(1.0 / (x - 1.0 + 0.006 * x), rel=1e-12)
    # at the end of tier one: 1000 + 3000*(1 - 0.001 - 0.005), short 3000*1.006 - 800
    found = for_stop(1, 90.0, STEEP, taker_fee=0.001)
    assert found == pytest.approx(3.982, rel=1e-9)
    found = for_stop(-1, 110.0, STEEP, stake_quote=800.0, taker_fee=0.001)
    assert found == pytest.approx(2218.0 / 800.0, rel=1e-9)


def test_three_tiers():
    # 2000: tier one 2000/0.1656 and tier two 2010/0.1756 pass their ends; tier three wants 6.5:
    # x = 0.835/1.01, n = 2160/((1 - x)/x + 0.05) = 8321, L = n/(2000*x)
    x = 0.835 / 1.01
    found = for_stop(1, 90.0, THREE, stake_quote=2000.0)
    assert found == pytest.approx(2160.0 / ((1.0 - x) / x + 0.05) / (2000.0 * x), rel=1e-12)
    # 500 stays in tier two, which wants 2.6: x = 0.874/1.01, n = 510/((1 - x)/x + 0.02) = 2904
    x = 0.874 / 1.01
    found = for_stop(1, 90.0, THREE, stake_quote=500.0)
    assert found == pytest.approx(510.0 / ((1.0 - x) / x + 0.02) / (500.0 * x), rel=1e-12)


def test_a_large_position_keeps_the_buffer_of_the_second_tier():
    # 10,000 of stake, cum 585: n = 10585/((1 - x)/x + 0.2) = 10585/0.77812 at x = 0.64/1.01
    x = 0.64 / 1.01
    expected = 10_585.0 / ((1.0 - x) / x + 0.2) / (10_000.0 * x)
    found = for_stop(1, 90.0, STEEP, stake_quote=10_000.0)
    assert found == pytest.approx(expected, rel=1e-12)


def test_a_stop_within_the_buffer_of_zero_allows_a_long_without_liquidation():
    high = TierTable.flat(0.5)  # 1.3*0.5*100 = 65
    assert for_stop(1, 60.0, high) == 1.0
    # A stop at 20 is within tier two's 26, but tier one has some room: x = (0.20 - 0.0065)/1.01,
    # L = 1/(1 - 0.995 x), and 2367 is still in it
    x = 0.1935 / 1.01
    found = for_stop(1, 20.0, STEEP, stake_quote=10_000.0)
    assert found == pytest.approx(1.0 / (1.0 - 0.995 * x), rel=1e-12)
    # on 20,000 all of tier one will do, and none of tier two: 20,000 + 3000*0.995 = L*20,000
    found = for_stop(1, 20.0, STEEP, stake_quote=20_000.0)
    assert found == pytest.approx(22_985.0 / 20_000.0, rel=1e-9)


def test_no_bound_for_a_short_whose_stop_is_far_on_the_winning_side():
    assert for_stop(-1, 50.0, TierTable.flat(0.0)) == math.inf


@pytest.mark.parametrize("side", [1, -1])
def test_unknown_allows_nothing(side):
    for useless in USELESS:
        assert for_stop(side, useless) == 0.0
        assert for_stop(side, 90.0, entry_price=useless) == 0.0
        assert for_stop(side, 90.0, stake_quote=useless) == 0.0


def test_programming_errors():
    with pytest.raises(ValueError, match="side"):
        for_stop(0, 90.0)
    with pytest.raises(ValueError, match="slippage_ratio"):
        for_stop(1, 90.0, slippage_ratio=0.98)


def buffered_stop(side, leverage, stake, table, fee):
    price = liquidation_price(
        side=side,
        entry_price=100.0,
        amount=stake * leverage / 100.0,
        margin_quote=stake,
        tiers=table,
        taker_fee=fee,
    )
    return liquidation_stop_price(
        side=side,
        entry_price=100.0,
        liquidation_price=price,
        maintenance_rate=table.tier_at(stake * leverage / 100.0 * price).maintenance_rate,
    )


@thorough
@given(sides, st.floats(0.001, 0.6), st.floats(1.0, 1e6), tier_tables(), fees)
def test_it_is_the_largest_whose_liquidation_stop_is_beyond_the_initial_one(
    side, ratio, stake, table, fee
):
    stop = 100.0 * (1.0 - side * ratio)
    best = for_stop(side, stop, table, stake_quote=stake, taker_fee=fee)
    assume(best > 1e-6)
    inside = buffered_stop(side, best * (1.0 - 1e-9), stake, table, fee)
    outside = buffered_stop(side, best * (1.0 + 1e-6), stake, table, fee)
    assert math.isnan(inside) or side * inside <= side * stop + 1e-6
    assert side * outside > side * stop - 1e-6
