from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.risk import (
    fixed_risk_stake,
    loss_ratio_at_stop,
    planned_loss,
    stake_for_loss,
)
from tests.risk.strategies import NOT_FINITE, USELESS, sides, thorough

UNKNOWN = (*NOT_FINITE, -0.01)
# 0.04 + 2*0.0005 + 0.005 = 0.046
COSTS: dict[str, Any] = {"stop_distance_ratio": 0.04, "taker_fee": 0.0005}


def test_loss_at_the_stop():
    assert loss_ratio_at_stop(0.04, 0.0005) == pytest.approx(0.046)
    assert loss_ratio_at_stop(0.04, 0.0005, 0.0) == pytest.approx(0.041)
    assert loss_ratio_at_stop(0.0, 0.0, 0.0) == 0.0


@pytest.mark.parametrize("useless", UNKNOWN)
def test_an_unknown_loss_is_unlimited(useless):
    assert loss_ratio_at_stop(useless, 0.0005) == math.inf
    assert loss_ratio_at_stop(0.04, useless) == math.inf
    assert loss_ratio_at_stop(0.04, 0.0005, useless) == math.inf


def test_planned_loss():
    # 200 at 5x is a notional of 1000, which loses 4.6 %
    assert planned_loss(stake_quote=200.0, leverage=5.0, **COSTS) == pytest.approx(46.0)
    assert planned_loss(stake_quote=0.0, leverage=5.0, **COSTS) == 0.0


@pytest.mark.parametrize("useless", UNKNOWN)
def test_an_unknown_plan_is_unlimited(useless):
    assert planned_loss(stake_quote=useless, leverage=5.0, **COSTS) == math.inf
    for leverage in (useless, 0.0):
        assert planned_loss(stake_quote=200.0, leverage=leverage, **COSTS) == math.inf
    for name in COSTS:
        costs = COSTS | {name: useless}
        assert planned_loss(stake_quote=200.0, leverage=5.0, **costs) == math.inf


def test_stake_for_a_loss():
    # 46 is 4.6 % of a notional of 1000, 200 at 5x
    assert stake_for_loss(loss_quote=46.0, leverage=5.0, **COSTS) == pytest.approx(200.0)


def fixed(equity=10_000.0, risk=0.01, leverage=5.0, **changes):
    return fixed_risk_stake(
        equity_quote=equity, risk_ratio=risk, leverage=leverage, **(COSTS | changes)
    )


def test_fixed_risk():
    # 1 % of 10,000 is 100; at 5x and 4.6 % that is 100/0.23
    assert fixed() == pytest.approx(100.0 / 0.23)
    assert fixed(slippage_ratio=0.0) == pytest.approx(100.0 / 0.205)
    # at 10x half the margin for the same notional
    assert fixed(leverage=10.0) == pytest.approx(50.0 / 0.23)


@pytest.mark.parametrize("useless", USELESS)
def test_unknown_buys_nothing(useless):
    assert fixed(equity=useless) == fixed(risk=useless) == fixed(leverage=useless) == 0.0
    assert stake_for_loss(loss_quote=useless, leverage=5.0, **COSTS) == 0.0


@pytest.mark.parametrize("useless", UNKNOWN)
def test_unknown_costs_buy_nothing(useless):
    for name in (*COSTS, "slippage_ratio"):
        assert fixed(**{name: useless}) == 0.0


def test_a_stop_that_costs_nothing_says_nothing():
    assert fixed(stop_distance_ratio=0.0, taker_fee=0.0, slippage_ratio=0.0) == 0.0
    # but a stop at the entry still has its costs: 100/(5*0.006)
    assert fixed(stop_distance_ratio=0.0) == pytest.approx(100.0 / 0.03)


def test_two_negatives_are_no_budget():
    assert fixed(equity=-10_000.0, risk=-0.01) == 0.0


equities = st.floats(1.0, 1e7)
ratios = st.floats(1e-4, 0.1)
leverages = st.floats(1.0, 50.0)
distances = st.floats(0.0, 0.9)
fee_ratios = st.floats(0.0, 0.002)


@thorough
@given(equities, ratios, leverages, distances, fee_ratios)
def test_the_loss_at_the_stop_never_passes_the_budget(equity, risk, leverage, distance, fee):
    stake = fixed(equity, risk, leverage, stop_distance_ratio=distance, taker_fee=fee)
    loss = planned_loss(
        stake_quote=stake, leverage=leverage, stop_distance_ratio=distance, taker_fee=fee
    )
    assert loss <= risk * equity * (1.0 + 1e-12)
    assert loss == pytest.approx(risk * equity)


@thorough
@given(sides, st.floats(1e-3, 1e5), equities, ratios, leverages, st.floats(0.001, 0.3))
def test_the_same_counted_trade_by_trade(side, entry, equity, risk, leverage, distance):
    # Buy, be stopped out with slippage, pay the fee on both notionals, and count what is gone.
    fee, slippage = 0.0005, 0.005
    costs = {"stop_distance_ratio": distance, "slippage_ratio": slippage, "side": side}
    stake = fixed(equity, risk, leverage, **costs)
    amount = stake * leverage / entry
    stop = entry * (1.0 - side * distance)
    filled = stop * (1.0 - side * slippage)
    lost = side * amount * (entry - filled) + fee * amount * (entry + filled)
    budget = risk * equity
    assert lost <= budget * (1.0 + 1e-9)
    # A short loses all of its budget; a long's costs are taken of its entry, a little too much.
    spare = amount * entry * ((slippage + fee) * (distance + slippage) if side > 0 else 0.0)
    assert lost >= budget * (1.0 - 1e-9) - spare


def test_a_shorts_costs_are_those_of_its_fill():
    # Sold at 100, stopped at 105, bought back at 105 * 1.005 = 105.525: 5.525 on the price,
    # 0.1 % of 100 and of 105.525 in fees: 5.730525 %. Taken of the entry it would be 5.7 %.
    assert loss_ratio_at_stop(0.05, 0.001, 0.005, side=-1) == pytest.approx(0.05730525)
    # A long's 95 * 0.995 = 94.525 loses 5.475 and 0.194525 in fees, 5.669525 %: less than 5.7 %.
    assert loss_ratio_at_stop(0.05, 0.001, 0.005, side=1) == pytest.approx(0.057)
    short: dict[str, Any] = {**COSTS, "leverage": 5.0, "side": -1}
    stake = stake_for_loss(loss_quote=46.0, **short)
    assert planned_loss(stake_quote=stake, **short) == pytest.approx(46.0)


def test_a_side_is_long_or_short():
    with pytest.raises(ValueError, match="side"):
        loss_ratio_at_stop(0.05, 0.001, side=0)


@thorough
@given(equities, leverages, distances, st.floats(1.0, 5.0))
def test_wider_stops_and_more_leverage_never_get_more(equity, leverage, distance, times):
    stake = fixed(equity, leverage=leverage, stop_distance_ratio=distance)
    assert fixed(equity, leverage=leverage * times, stop_distance_ratio=distance) <= stake
    assert fixed(equity, leverage=leverage, stop_distance_ratio=distance * times) <= stake
    assert fixed(equity / times, leverage=leverage, stop_distance_ratio=distance) <= stake
