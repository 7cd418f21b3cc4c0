from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from freqtrade_riskguard.risk import (
    Health,
    MarginStop,
    distance_health,
    liquidation_price,
    maintenance_cover,
    margin_left,
    margin_stop,
    position_equity,
)
from tests.risk.strategies import NOT_FINITE, positions, thorough


def equity_of(side, price, **changes):
    keywords = {"entry_price": 100.0, "amount": 2.0, "margin_quote": 20.0} | changes
    return position_equity(side=side, price=price, **keywords)


def test_equity():
    assert equity_of(1, 95.0) == 10.0  # 20 - 2*5
    assert equity_of(-1, 95.0) == 30.0  # 20 + 2*5
    assert equity_of(1, 80.0) == -20.0
    # 20 - 1 + 2*5 - 0.001*2*105
    found = equity_of(1, 105.0, funding_quote=-1.0, taker_fee=0.001)
    assert found == pytest.approx(28.79, rel=1e-14)


@pytest.mark.parametrize(
    "name", ["price", "entry_price", "amount", "margin_quote", "funding_quote"]
)
@pytest.mark.parametrize("useless", NOT_FINITE)
@pytest.mark.parametrize("side", [1, -1])
def test_unknown_equity(side, name, useless):
    assert math.isnan(equity_of(side, **({"price": 95.0} | {name: useless})))


def test_margin_left():
    assert margin_left(20.0, 2.0, 20.0) == 1.0
    assert margin_left(11.0, 2.0, 20.0) == 0.5  # (11 - 2)/(20 - 2)
    assert margin_left(2.0, 2.0, 20.0) == 0.0
    assert margin_left(1.1, 2.0, 20.0) == pytest.approx(-0.05)
    assert margin_left(38.0, 2.0, 20.0) == 2.0


def test_a_margin_that_never_covered_the_maintenance_is_gone():
    assert margin_left(5.0, 2.0, 2.0) == 0.0
    assert margin_left(5.0, 2.0, 1.0) == 0.0
    assert margin_left(1.0, 2.0, 1.0) == -1.0


@pytest.mark.parametrize("useless", NOT_FINITE)
def test_unknown_margin(useless):
    for place in range(3):
        numbers = [20.0, 2.0, 20.0]
        numbers[place] = useless
        assert math.isnan(margin_left(*numbers))


def test_cover():
    assert maintenance_cover(6.0, 4.0) == 1.5
    assert maintenance_cover(-1.0, 4.0) == -0.25
    assert maintenance_cover(1.0, 0.0) == math.inf
    assert maintenance_cover(0.0, 0.0) == maintenance_cover(-1.0, 0.0) == 0.0
    for useless in NOT_FINITE:
        assert math.isnan(maintenance_cover(useless, 4.0))
        assert math.isnan(maintenance_cover(6.0, useless))
    assert math.isnan(maintenance_cover(6.0, -1.0))


@pytest.mark.parametrize(
    ("cover", "stop"),
    [
        (1.5001, MarginStop.NONE),
        (1.5, MarginStop.SOFT),
        (1.3001, MarginStop.SOFT),
        (1.3, MarginStop.HARD),
        (-1.0, MarginStop.HARD),
        (-math.inf, MarginStop.HARD),
        (math.inf, MarginStop.NONE),
        (math.nan, MarginStop.SOFT),
    ],
)
def test_margin_stop(cover, stop):
    assert margin_stop(cover) is stop


@pytest.mark.parametrize(
    ("distance", "health"),
    [
        (0.10, Health.OK),
        (0.0999, Health.WARNING),
        (0.05, Health.WARNING),
        (0.0499, Health.CRITICAL),
        (-0.1, Health.CRITICAL),
        (math.nan, Health.CRITICAL),
        (math.inf, Health.OK),
    ],
)
def test_distance_health(distance, health):
    assert distance_health(distance) is health


def test_limits_out_of_order_are_errors():
    for hard, soft in ((0.9, 1.5), (1.6, 1.5), (math.nan, 1.5), (1.3, math.nan)):
        with pytest.raises(ValueError, match="hard"):
            margin_stop(2.0, hard=hard, soft=soft)
    for critical, warning in ((-0.1, 0.1), (0.2, 0.1), (math.nan, 0.1), (0.1, math.nan)):
        with pytest.raises(ValueError, match="critical"):
            distance_health(0.2, critical=critical, warning=warning)


def test_a_bad_side_is_an_error():
    with pytest.raises(ValueError, match="side"):
        equity_of(0, 95.0)


@thorough
@given(positions())
def test_one_at_entry_and_nothing_at_liquidation(position):
    assume(position.leverage > 1.01)
    price = liquidation_price(**position.keywords(taker_fee=0.0))
    assume(price > 1e-290)
    sound = {
        "side": position.side,
        "entry_price": position.entry_price,
        "amount": position.amount,
        "margin_quote": position.stake_quote,
    }
    maintenance = position.tiers.maintenance_margin(position.amount * position.entry_price)
    assume(maintenance < 0.99 * position.stake_quote)
    at_entry = position_equity(price=position.entry_price, **sound)
    assert margin_left(at_entry, maintenance, position.stake_quote) == pytest.approx(1.0)
    maintenance = position.tiers.maintenance_margin(position.amount * price)
    left = margin_left(position_equity(price=price, **sound), maintenance, position.stake_quote)
    if maintenance < 0.99 * position.stake_quote:
        assert left == pytest.approx(0.0, abs=1e-6)


money = st.floats(-1e6, 1e6)


@thorough
@given(money, st.floats(0.0, 1e6), st.floats(0.0, 1e6), st.floats(0.0, 1e6))
def test_less_equity_never_looks_better(equity, maintenance, initial, loss):
    before = margin_left(equity, maintenance, initial)
    assert margin_left(equity - loss, maintenance, initial) <= before
    order = [MarginStop.NONE, MarginStop.SOFT, MarginStop.HARD]
    stops = [
        order.index(margin_stop(maintenance_cover(each, maintenance)))
        for each in (equity, equity - loss)
    ]
    assert stops == sorted(stops)
