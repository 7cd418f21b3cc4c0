from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from freqtrade_riskguard.risk import (
    TierTable,
    distance_for_leverage,
    effective_liquidation_price,
    liquidation_distance,
    liquidation_price,
    max_leverage_for_distance,
    max_leverage_for_liquidation_at,
)
from tests.risk.strategies import NOT_FINITE, USELESS, fees, sides, thorough
from tests.risk.tiers import FALLING, FLAT, STEPPED, THREE, tier_tables

FREE = TierTable.flat(0.0)


def leverage_at(side, price, stake=1000.0, tiers=FLAT, fee=0.0):
    return max_leverage_for_liquidation_at(
        side=side,
        entry_price=100.0,
        liquidation_price=price,
        stake_quote=stake,
        tiers=tiers,
        taker_fee=fee,
    )


def test_leverage_for_a_price_in_one_tier():
    # long at 80: 1 - L*(0.2) = L*0.8*0.005, so L = 1/0.204
    assert leverage_at(1, 80.0) == pytest.approx(1.0 / 0.204, rel=1e-14)
    # short at 120: 1 - L*0.2 = L*1.2*0.005, so L = 1/0.206; with 0.1 % fee 1/(0.206 + 0.0012)
    assert leverage_at(-1, 120.0) == pytest.approx(1.0 / 0.206, rel=1e-14)
    assert leverage_at(-1, 120.0, fee=0.001) == pytest.approx(1.0 / 0.2072, rel=1e-14)


def test_leverage_for_a_price_in_the_second_tier():
    # long at 80 on 1000: in tier one n*(0.25 + 0.01) = 1000 gives 3846 > 1000: not in it.
    # In tier two n*(0.25 + 0.02) = 1010, so n = 3740.74 and L = n/(1000*0.8)
    found = leverage_at(1, 80.0, tiers=STEPPED)
    assert found == pytest.approx(1010.0 / 0.27 / 800.0, rel=1e-14)


def test_leverage_for_a_price_in_three_tiers():
    # 1000 stays in tier two: 1010/0.27 = 3741. On 2000 that is 2010/0.27 = 7444, so tier three:
    # n*(0.25 + 0.05) = 2160, n = 7200, L = 7200/1600
    found = leverage_at(1, 80.0, tiers=THREE)
    assert found == pytest.approx(1010.0 / 0.27 / 800.0, rel=1e-14)
    assert leverage_at(1, 80.0, stake=2000.0, tiers=THREE) == pytest.approx(4.5, rel=1e-14)
    # short at 125: (1.25 - 1)/1.25 = 0.2; tier three 2160/0.25 = 8640, over 2000*1.25
    found = leverage_at(-1, 125.0, stake=2000.0, tiers=THREE)
    assert found == pytest.approx(3.456, rel=1e-14)


def test_a_short_at_twice_the_price_needs_less_than_1x():
    # 1 - L*1 = L*2*0.005, so L = 1/1.01
    assert leverage_at(-1, 200.0) == pytest.approx(1.0 / 1.01, rel=1e-14)


def test_any_leverage_will_do_where_the_price_is_beyond_reach():
    # a long liquidated at 101 or below: every one, as its loss there is a gain of 1 %
    assert leverage_at(1, 101.0) == math.inf
    assert leverage_at(-1, 99.0) == math.inf
    assert leverage_at(-1, 0.0) == math.inf
    assert leverage_at(-1, -5.0) == math.inf


def test_bounded_where_a_high_tier_outweighs_the_gain():
    # long at 101: loss rate -0.0099; tier one 0.01 leaves almost nothing, tier two 0.02 binds:
    # n*(0.02 - 1/101) = 1010
    expected = 1010.0 / (0.02 - 1.0 / 101.0) / (1000.0 * 1.01)
    assert leverage_at(1, 101.0, tiers=STEPPED) == pytest.approx(expected, rel=1e-12)


def test_a_long_without_liquidation():
    assert leverage_at(1, 0.0) == 1.0
    assert leverage_at(1, -5.0) == 1.0
    assert leverage_at(1, 1e-9) == pytest.approx(1.0)


def test_a_jump_in_the_margin_stops_at_the_floor():
    # RISING-like: equity lies within the jump at 1000; long at 80, stake such that n1 >= 1000 > n2
    rising = TierTable.build([(0.0, None, 0.01, 0.0, None), (1000.0, None, 0.05, 0.0, None)])
    # n1 = 270/0.26 = 1038 is not in tier one; n2 = 270/0.30 = 900 not in tier two: 1000 it is
    found = leverage_at(1, 80.0, stake=270.0, tiers=rising)
    assert found == pytest.approx(1000.0 / (270.0 * 0.8), rel=1e-14)
    assert leverage_at(1, 80.0, stake=200.0, tiers=FALLING) == pytest.approx(
        200.0 / 0.26 / 160.0, rel=1e-14
    )


@pytest.mark.parametrize("side", [1, -1])
def test_unknown_allows_nothing(side):
    for useless in USELESS:
        assert leverage_at(side, 80.0, stake=useless) == 0.0
        assert (
            max_leverage_for_liquidation_at(
                side=side,
                entry_price=useless,
                liquidation_price=80.0,
                stake_quote=1.0,
                tiers=FLAT,
            )
            == 0.0
        )
    for useless in NOT_FINITE:
        assert leverage_at(side, useless) == 0.0


def leverage_for(side, distance, stake=1000.0, tiers=FLAT, fee=0.0, slippage=0.0):
    return max_leverage_for_distance(
        side=side,
        stake_quote=stake,
        distance_ratio=distance,
        tiers=tiers,
        taker_fee=fee,
        slippage_ratio=slippage,
    )


def distance_of(side, leverage, stake=1000.0, tiers=FLAT, fee=0.0, slippage=0.0):
    return distance_for_leverage(
        side=side,
        stake_quote=stake,
        leverage=leverage,
        tiers=tiers,
        taker_fee=fee,
        slippage_ratio=slippage,
    )


def test_leverage_for_a_distance():
    # long, 15 %, slippage 1 %: liquidation at x = 0.85/1.01; L = 1/(1 - x + 0.005x)
    x = 0.85 / 1.01
    found = leverage_for(1, 0.15, slippage=0.01)
    assert found == pytest.approx(1.0 / (1.0 - 0.995 * x), rel=1e-12)
    # short: x = 1.15/0.99; L = 1/(x - 1 + 0.005x)
    x = 1.15 / 0.99
    found = leverage_for(-1, 0.15, slippage=0.01)
    assert found == pytest.approx(1.0 / (1.005 * x - 1.0), rel=1e-12)


def test_a_long_at_1x_keeps_every_distance():
    assert leverage_for(1, 1.0) == 1.0
    assert leverage_for(1, 1.2) == 1.0
    # a short has none at 100 %: 1/(2*1.005 - 1)
    assert leverage_for(-1, 1.0) == pytest.approx(1.0 / 1.01, rel=1e-12)


@pytest.mark.parametrize("side", [1, -1])
def test_useless_distances(side):
    for useless in NOT_FINITE:
        assert leverage_for(side, useless) == 0.0
    assert leverage_for(side, -0.5) == leverage_for(side, 0.0)
    assert leverage_for(side, 0.15, stake=0.0) == 0.0


def test_distance_for_a_leverage():
    # 10x long: liquidation at 0.9/0.995 of the entry, effective 1 % above that
    assert distance_of(1, 10.0, slippage=0.01) == pytest.approx(1.0 - 1.01 * 0.9 / 0.995)
    # 10x short: at 1.1/1.005, effective 1 % below
    assert distance_of(-1, 10.0, slippage=0.01) == pytest.approx(0.99 * 1.1 / 1.005 - 1.0)
    assert distance_of(1, 1.0, slippage=0.01) == 1.0
    assert distance_of(1, 300.0) < 0.0  # 1/300 of margin is less than 0.5 % of maintenance


@pytest.mark.parametrize("side", [1, -1])
@pytest.mark.parametrize("useless", USELESS)
def test_unknown_leverage_has_no_distance(side, useless):
    assert distance_of(side, useless) == 0.0
    assert distance_of(side, 10.0, stake=useless) == 0.0


def test_programming_errors():
    with pytest.raises(ValueError, match="side"):
        leverage_at(0, 80.0)
    with pytest.raises(ValueError, match="side"):
        leverage_for(0, 0.1)
    with pytest.raises(ValueError, match="side"):
        distance_of(0, 10.0)
    for slippage in (1.0, -0.1, math.nan):
        with pytest.raises(ValueError, match="slippage_ratio"):
            leverage_for(1, 0.1, slippage=slippage)
        with pytest.raises(ValueError, match="slippage_ratio"):
            distance_of(1, 10.0, slippage=slippage)


stakes = st.floats(1.0, 1e6)


@thorough
@given(sides, tier_tables(), stakes, st.floats(0.001, 0.9), fees, st.floats(0.0, 0.05))
def test_leverage_and_distance_are_inverse(side, table, stake, distance, fee, slippage):
    leverage = leverage_for(side, distance, stake, table, fee, slippage)
    assert 0.0 < leverage < math.inf
    back = distance_of(side, leverage, stake, table, fee, slippage)
    if back == 1.0:
        assert leverage == pytest.approx(1.0)  # a long so near 1x that nothing is left to lose
    else:
        assert back == pytest.approx(distance, abs=1e-9)


@thorough
@given(sides, tier_tables(), stakes, st.floats(0.01, 0.9), fees, st.floats(1e-4, 0.5))
def test_no_larger_leverage_would_do(side, table, stake, distance, fee, more):
    best = leverage_for(side, distance, stake, table, fee)
    assert distance_of(side, best * (1.0 - 1e-9), stake, table, fee) >= distance - 1e-9
    assert distance_of(side, best * (1.0 + more), stake, table, fee) < distance


@thorough
@given(sides, tier_tables(), stakes, st.floats(1.0, 10.0), st.floats(0.0, 0.9), st.floats(0, 0.5))
def test_wanting_more_never_gives_more(side, table, stake, times, distance, more):
    leverage = leverage_for(side, distance, stake, table)
    slack = 1.0 + 1e-12
    assert leverage_for(side, distance + more, stake, table) <= leverage * slack
    assert leverage_for(side, distance, stake * times, table) <= leverage * slack
    assert leverage_for(side, distance, stake, table, slippage=0.01) <= leverage * slack
    assert leverage_for(side, distance, stake, table, fee=0.001) <= leverage * slack


@thorough
@given(sides, tier_tables(), stakes, st.floats(1e-3, 1e5), st.floats(0.05, 0.95))
def test_the_price_of_the_answer_is_the_price_asked_for(side, table, stake, entry, ratio):
    price = entry * (1.0 - side * ratio)
    leverage = max_leverage_for_liquidation_at(
        side=side, entry_price=entry, liquidation_price=price, stake_quote=stake, tiers=table
    )
    found = liquidation_price(
        side=side,
        entry_price=entry,
        amount=stake * leverage / entry,
        margin_quote=stake,
        tiers=table,
    )
    assert found == pytest.approx(price, rel=1e-9)
    distance = liquidation_distance(entry, effective_liquidation_price(found, side, 0.0), side)
    assert distance == pytest.approx(ratio, rel=1e-9)


@thorough
@given(stakes, st.floats(0.01, 0.5))
def test_long_and_short_mirror_each_other_without_maintenance(stake, distance):
    # without maintenance and fee the loss at a distance d is L*d on either side: L = 1/d
    both = [leverage_for(side, distance, stake, FREE) for side in (1, -1)]
    assume(all(both))
    assert both == pytest.approx([1.0 / distance] * 2, rel=1e-9)
