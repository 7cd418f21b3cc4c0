from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.risk import FilledTrade, FillStress, fill_stress
from tests.risk.strategies import NOT_FINITE, sides, thorough


def trade(side=1, **changes):
    """10 coins at 100 on 200, 5x; stopped 5 % away, and the candle went 8 % away."""
    keywords = {
        "side": side,
        "entry_price": 100.0,
        "exit_price": 100.0 - 5.0 * side,
        "amount": 10.0,
        "margin_quote": 200.0,
        "liquidation_price": 100.0 - 19.0 * side,
        "close_day": 0,
        "stop_candle_worst_price": 100.0 - 8.0 * side,
    }
    return FilledTrade(**(keywords | changes))


def stressed(trades, slippage=0.01, start=1000.0):
    return fill_stress(trades, start_balance_quote=start, slippage_ratio=slippage)


def test_a_stop_is_filled_at_the_worst_of_its_candle_and_beyond():
    # long: 92*0.99 = 91.08, a loss of 89.2; short: 108*1.01 = 109.08, a loss of 90.8
    assert trade().stressed_exit_price(0.01) == pytest.approx(91.08)
    assert trade(-1).stressed_exit_price(0.01) == pytest.approx(109.08)
    assert stressed([trade()]).worst_trade_quote == pytest.approx(-89.2)
    assert stressed([trade(-1)]).worst_trade_quote == pytest.approx(-90.8)


def test_a_gap_beyond_the_candle_keeps_its_own_price():
    gapped = trade(exit_price=90.0)
    assert gapped.stressed_exit_price(0.0) == 90.0


def test_another_exit_keeps_its_price():
    kept = trade(stop_candle_worst_price=math.nan, exit_price=110.0)
    assert stressed([kept]) == FillStress(0.01, 0, 100.0, 100.0, 1100.0)


def test_fees_and_funding():
    # 100 - 0.001*10*100 - 0.001*10*110 - 3
    kept = trade(
        stop_candle_worst_price=math.nan, exit_price=110.0, taker_fee=0.001, funding_quote=-3.0
    )
    assert stressed([kept]).final_balance_quote == pytest.approx(1000.0 + 100.0 - 1.0 - 1.1 - 3.0)


@pytest.mark.parametrize("side", [1, -1])
def test_beyond_liquidation_the_margin_is_gone(side):
    # a candle 25 % away: the margin of 200 and the entry fee of 1 are lost, and no more
    gone = trade(side, stop_candle_worst_price=100.0 - 25.0 * side, taker_fee=0.001)
    found = stressed([gone])
    assert found.liquidations == 1
    assert found.worst_trade_quote == pytest.approx(-201.0)


def test_liquidation_begins_at_its_price():
    assert trade().is_liquidated_at(81.0)
    assert not trade().is_liquidated_at(81.01)
    assert trade(-1).is_liquidated_at(119.0)
    assert not trade(-1).is_liquidated_at(118.99)
    assert not trade(liquidation_price=0.0).is_liquidated_at(0.0)


def test_without_liquidation_bankruptcy_still_bounds_the_loss():
    gone = trade(liquidation_price=0.0, stop_candle_worst_price=70.0)
    found = stressed([gone])
    assert (found.liquidations, found.worst_trade_quote) == (0, pytest.approx(-200.0))


def test_days_add_up():
    rows = [trade(), trade(), trade(close_day=1, stop_candle_worst_price=85.0)]
    found = stressed(rows, 0.0)
    assert found.worst_trade_quote == pytest.approx(-150.0)
    assert found.worst_day_quote == pytest.approx(-160.0)  # two of 80
    assert found.final_balance_quote == pytest.approx(1000.0 - 310.0)


def test_no_trades():
    assert stressed([]) == FillStress(0.01, 0, 0.0, 0.0, 1000.0)


@pytest.mark.parametrize(
    "name",
    [
        "entry_price",
        "exit_price",
        "amount",
        "margin_quote",
        "liquidation_price",
        "taker_fee",
        "funding_quote",
    ],
)
@pytest.mark.parametrize("useless", NOT_FINITE)
def test_a_closed_trade_is_known(name, useless):
    with pytest.raises(ValueError, match="finite"):
        trade(**{name: useless})


def test_programming_errors():
    for changes in (
        {"entry_price": 0.0},
        {"amount": 0.0},
        {"amount": -1.0},
        {"stop_candle_worst_price": math.inf},
    ):
        with pytest.raises(ValueError, match="finite"):
            trade(**changes)
    with pytest.raises(ValueError, match="side"):
        trade(0)
    for slippage in (1.0, -0.1, math.nan):
        with pytest.raises(ValueError, match="slippage_ratio"):
            stressed([trade()], slippage)


@thorough
@given(sides, st.floats(0.0, 0.5), st.floats(0.0, 0.5), st.floats(0.0, 0.002), st.floats(0.0, 0.2))
def test_worse_fills_never_pay_more_and_never_cost_more_than_the_margin(
    side, adverse, further, fee, slippage
):
    common = {"taker_fee": fee, "exit_price": 100.0 - side * 100.0 * min(adverse, 0.05)}
    near = trade(side, stop_candle_worst_price=100.0 * (1.0 - side * adverse), **common)
    far = trade(side, stop_candle_worst_price=100.0 * (1.0 - side * (adverse + further)), **common)
    milder, harder = stressed([near], slippage), stressed([far], slippage)
    assert harder.final_balance_quote <= milder.final_balance_quote + 1e-9
    assert harder.liquidations >= milder.liquidations
    assert stressed([near], min(0.99, slippage + 0.1)).final_balance_quote <= (
        milder.final_balance_quote + 1e-9
    )
    assert harder.worst_trade_quote >= -200.0 - fee * 1000.0 - 1e-9
