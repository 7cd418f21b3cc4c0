"""The price at which a day's or week's limit is reached, and the figures at its edge."""

from math import inf, isnan, nan

import pytest

from freqtrade_riskguard.rules.pauses.period_loss import (
    Period,
    is_within,
    loss_exit_price,
    loss_lock,
)
from tests.factories import NOON, account, market, position

# 3 % of 10,000: 300 may be lost.
START, LIMIT = 10_000.0, 0.03


def price_of(held, *others, start=START, **changes):
    return loss_exit_price(held, account(positions=(held, *others), **changes), start, LIMIT)


@pytest.mark.parametrize("side", [1, -1])
def test_what_is_left_is_lost_by_the_position_alone(side):
    # 300 of 10,000 are 3 %; 0.1 % of them for the fee.
    assert price_of(position(side=side)) == pytest.approx(100.0 * (1 - side * 0.03))
    costly = position(side=side, market=market(taker_fee=0.001))
    assert price_of(costly) == pytest.approx(100.0 * (1 - side * 0.029))


@pytest.mark.parametrize("side", [1, -1])
def test_positions_of_a_side_lose_together_and_those_of_the_other_stand_still(side):
    held = position(side=side)
    same, other = position(side=side, amount=50.0), position(side=-side, amount=500.0)

    # 300 of 10,000 + 5,000 are 2 %, whatever the 50,000 on the other side.
    assert price_of(held, same, other) == pytest.approx(100.0 * (1 - side * 0.02))
    # 300 of 50,000 are 0.6 %.
    assert price_of(other, held, same) == pytest.approx(100.0 * (1 + side * 0.006))


def test_it_counts_from_the_mark_and_from_what_is_lost_already():
    # 9,900 of 10,000: 200 are left, on 100 units at 98.
    held = position(rate=98.0)

    assert price_of(held, equity_quote=9_900.0) == pytest.approx(98.0 * (1 - 200 / 9_800))


@pytest.mark.parametrize("side", [1, -1])
def test_where_closing_costs_more_than_is_left_it_is_the_mark(side):
    # 0.5 is left of 10,000 notional, 0.05 of a thousandth: less than the fee.
    held = position(side=side, market=market(taker_fee=0.001))

    assert price_of(held, equity_quote=9_700.5) == 100.0


@pytest.mark.parametrize("equity", [9_700.0, 9_000.0])
def test_past_the_limit_there_is_no_price(equity):
    assert isnan(price_of(position(), equity_quote=equity))


def test_a_position_too_small_to_lose_it_has_no_price():
    # 300 of 200 notional; of 300 it is the price of nothing.
    assert isnan(price_of(position(amount=2.0)))
    assert isnan(price_of(position(amount=3.0)))
    assert price_of(position(amount=3.01)) == pytest.approx(100.0 * (1 - 300 / 301))
    assert isnan(price_of(position(amount=0.0)))


@pytest.mark.parametrize("unknown", [nan, inf, -inf])
def test_what_is_unknown_has_no_price(unknown):
    assert isnan(price_of(position(), equity_quote=unknown))
    assert isnan(price_of(position(), start=unknown))
    assert isnan(price_of(position(amount=nan)))


def test_only_what_is_certainly_within_is():
    assert is_within(9_700.01, START, LIMIT)
    assert not is_within(9_700.0, START, LIMIT)
    # A tenth of a unit is an account, too.
    assert is_within(0.1, 0.1, LIMIT)
    assert not is_within(inf, START, LIMIT)
    assert not is_within(nan, START, LIMIT)
    assert not is_within(START, nan, LIMIT)
    assert not is_within(10.0, 0.0, LIMIT)
    assert not is_within(10.0, -5.0, LIMIT)
    assert not is_within(10.0, START, 1.0)


@pytest.mark.parametrize(
    ("start", "equity", "change"), [(0.8, 0.6, "-25.0 %"), (0.0, 0.0, "-100.0 %")]
)
def test_the_lock_tells_what_was_lost_of_however_little(start, equity, change):
    day = Period(start, NOON, "today", "00:00 UTC")

    lock = loss_lock(account(equity_quote=equity), day, LIMIT, close_all=False)

    assert f"until 00:00 UTC: {change} today (limit 3.0 %" in lock.why


def test_there_is_none_while_anything_is_left():
    # 0.5 of the 300 are left.
    day = Period(START, NOON, "today", "00:00 UTC")

    assert loss_lock(account(equity_quote=9_700.5), day, LIMIT, close_all=False) is None
