"""Entry orders that wait count as if they were filled."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.adapters.account.trades import open_profit_quote
from freqtrade_riskguard.adapters.account.waiting_orders import (
    as_if_filled,
    filled_part,
    filled_position,
    is_entered,
    partial_profit_quote,
    rest_quote,
    waiting_quote,
)
from tests.adapters.trades import fill, open_trade, wait, waiting_trade
from tests.factories import NOON, position

PRICES = st.floats(50.0, 200.0)
LOTS = st.integers(1, 100_000).map(lambda lots: lots / 1_000)
SHARES = st.floats(0.0, 1.0)


def held(trade, rate):
    """Return the position of what is filled of a trade."""
    amount, margin_quote, open_rate = filled_position(trade)
    return position(
        side=-1 if trade.is_short else 1,
        open_rate=open_rate,
        amount=amount,
        margin_quote=margin_quote,
        leverage=trade.leverage,
        rate=rate,
    )


def test_an_addition_that_waits_adds_what_will_be_paid_for_it():
    # 100 units held at 104, bought at 100 with 10x; 50 more wait at 95.
    trade = open_trade()
    wait(trade, 50.0, 95.0)

    whole = as_if_filled(held(trade, 104.0), trade)

    assert whole.amount == 150.0
    # 1,000, and 50 * 95 / 10
    assert whole.margin_quote == pytest.approx(1_475.0)
    # 100 * 104 + 50 * 95: what is bought at 95 is worth 95.
    assert whole.notional_quote == pytest.approx(15_150.0)
    # (100 * 100 + 50 * 95) / 150
    assert whole.open_rate == pytest.approx(98.3333333)
    # Margin and the 400 that the held part has won.
    assert whole.equity_quote == pytest.approx(1_875.0)


def test_nothing_that_waits_is_the_position_itself():
    trade = open_trade()
    fill(trade, trade.exit_side, 20.0, 100.0, NOON)
    held_now = held(trade, 104.0)
    assert as_if_filled(held_now, trade) is held_now
    assert waiting_quote(trade) == 0.0


def test_a_first_entry_that_waits():
    trade = waiting_trade()
    whole = as_if_filled(held(trade, 100.0), trade)
    assert (whole.amount, whole.margin_quote, whole.open_rate) == (100.0, 1_000.0, 100.0)
    # Its margin is bound from the start.
    assert waiting_quote(trade) == 0.0
    assert not is_entered(trade)


def test_between_an_order_and_the_one_that_replaces_it_a_first_entry_still_counts():
    trade = waiting_trade()
    trade.orders.clear()
    whole = as_if_filled(held(trade, 100.0), trade)
    assert (whole.amount, whole.margin_quote) == (100.0, 1_000.0)


def test_an_entry_that_is_filled_in_part_counts_from_the_first_fill_with_its_rest():
    trade = waiting_trade()
    order = trade.orders[0]
    order.filled, order.remaining, order.average = 40.0, 60.0, 99.0

    assert is_entered(trade)
    # 40 bought at 99 and worth 100, 60 at the limit of 100
    whole = as_if_filled(held(trade, 100.0), trade)
    assert (whole.amount, whole.notional_quote) == pytest.approx((100.0, 10_000.0))
    assert whole.margin_quote == pytest.approx(996.0)
    assert filled_position(trade) == pytest.approx((40.0, 396.0, 99.0))
    assert filled_part(trade) == pytest.approx((40.0, 396.0))
    assert rest_quote(trade, order) == pytest.approx(600.0)
    # freqtrade counts nothing yet; of equity it is 40 * (90 - 99).
    assert trade.amount == 0.0
    assert open_profit_quote(trade, 90.0) == pytest.approx(-360.0)


@pytest.mark.parametrize("short", [False, True])
def test_the_profit_of_a_part_pays_fees_as_the_whole_does(short):
    trade = open_trade(fee=0.001, short=short)
    wait(trade, 50.0, 100.0, filled=50.0)
    waits = open_profit_quote(trade, 104.0)
    trade.orders[-1].close_bt_order(NOON, trade)
    trade.recalc_trade_from_orders()
    assert waits == pytest.approx(open_profit_quote(trade, 104.0))
    assert partial_profit_quote(trade, 104.0) == 0.0


@given(rate=PRICES, limit=PRICES, amount=LOTS, share=SHARES, short=st.booleans())
def test_it_is_worth_what_is_filled_and_what_is_paid(rate, limit, amount, share, short):
    trade, side = open_trade(short=short), -1 if short else 1
    wait(trade, amount, limit, filled=share * amount)
    whole = as_if_filled(held(trade, rate), trade)

    filled = 100.0 + share * amount
    assert whole.amount == pytest.approx(100.0 + amount)
    assert whole.notional_quote == pytest.approx(filled * rate + (1 - share) * amount * limit)
    assert whole.margin_quote == pytest.approx(1_000.0 + amount * limit / 10.0)
    profit = whole.equity_quote - whole.margin_quote
    won = 100.0 * (rate - 100.0) + share * amount * (rate - limit)
    assert profit == pytest.approx(side * won, abs=1e-6)
    assert waiting_quote(trade) == pytest.approx(amount * limit / 10.0)
