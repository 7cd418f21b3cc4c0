"""freqtrade's trades in the words of the rules, on freqtrade's own trade objects."""

from datetime import timedelta

import pytest
from freqtrade.persistence import LocalTrade, Trade
from hypothesis import given, settings
from hypothesis import strategies as st

from freqtrade_riskguard.adapters.trades import (
    closed_profit_quote,
    closed_since,
    closed_trade,
    open_funding,
    open_profit_quote,
    open_trades,
    return_on_notional,
    side_of,
    trade_side,
)
from freqtrade_riskguard.risk import FundingShares
from tests.adapters.trades import booked_trade, fill, open_trade
from tests.adapters.trades import closed_trade as make_closed
from tests.factories import NOON

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(("short", "side"), [(False, 1), (True, -1)])
def test_a_side_is_a_sign(short, side):
    assert trade_side(open_trade(short=short)) == side
    assert side_of("short" if short else "long") == side


@pytest.mark.usefixtures("_backtest")
class TestInABacktest:
    @pytest.mark.parametrize("short", [False, True])
    def test_a_trade_in_the_words_of_the_rules(self, short):
        # 10,000 notional on 1,000 margin, 3 % against it.
        trade = make_closed(1, profit_ratio=-0.03, date=NOON, short=short)

        summary = closed_trade(trade)

        assert summary.side == (-1 if short else 1)
        assert summary.close_time == NOON
        assert summary.profit_quote == pytest.approx(-300.0)
        assert summary.margin_quote == pytest.approx(1_000.0)
        assert return_on_notional(trade) == pytest.approx(-0.03)

    def test_the_newest_trades_are_found_without_looking_at_all(self):
        for number in range(1, 6):
            make_closed(number, profit_ratio=0.01, date=NOON + number * MINUTE)
        open_now = open_trade(9)
        LocalTrade.add_bt_trade(open_now)

        found = closed_since(NOON + 3 * MINUTE)

        assert [trade.id for trade in found] == [4, 5]
        assert open_trades() == [open_now]
        assert closed_profit_quote() == pytest.approx(500.0)


@pytest.mark.usefixtures("database")
def test_a_running_bot_is_asked_through_its_database():
    lost = booked_trade(1)
    fill(lost, lost.exit_side, lost.amount, 97.0, NOON)
    lost.close_date = NOON.replace(tzinfo=None)  # the database knows no time zones
    lost.close(97.0, show_msg=False)
    booked_trade(2)
    Trade.commit()

    assert [trade.id for trade in open_trades()] == [2]
    assert [trade.id for trade in closed_since(NOON - MINUTE)] == [1]
    assert closed_since(NOON) == []
    # 100 units, 3 lower.
    assert closed_profit_quote() == pytest.approx(-300.0)


@pytest.mark.parametrize(("short", "mark"), [(False, 97.0), (True, 103.0)])
def test_an_open_loss_by_hand(short, mark):
    trade = open_trade(short=short, fee=0.001)
    trade.funding_fees = -7.0

    # 100 units, 3 against it: 300. Fees of 0.1 % on 10,000 and on 100 * mark; 7 of funding.
    expected = -300.0 - 10.0 - 0.1 * mark - 7.0
    assert open_profit_quote(trade, mark) == pytest.approx(expected)


@given(
    short=st.booleans(),
    leverage=st.sampled_from([1.0, 3.0, 10.0, 50.0]),
    fee=st.floats(0, 0.002),
    funding=st.floats(-500, 500),
    mark=st.floats(1, 1_000),
    addition=st.one_of(st.none(), st.floats(50, 150)),
)
def test_open_profit_is_what_freqtrade_calculates_until_something_is_exited(
    short, leverage, fee, funding, mark, addition
):
    trade = open_trade(short=short, leverage=leverage, stake=10_000 / leverage, fee=fee)
    if addition is not None:
        fill(trade, trade.entry_side, 20.0, addition, NOON)
    trade.set_funding_fees(funding)

    theirs = trade.calculate_profit(mark).total_profit

    # freqtrade rounds to eight digits.
    assert open_profit_quote(trade, mark) == pytest.approx(theirs, abs=1e-5)
    assert open_funding(trade).unrealised_quote == open_funding(trade).margin_quote == funding


def cut(trade, share, rate=100.0):
    fill(trade, trade.exit_side, trade.amount * share, rate, NOON)


@pytest.mark.parametrize("short", [False, True])
class TestFundingAfterAPartialExit:
    def test_it_is_counted_once_in_the_equity(self, short):
        # Margin 1,000 at 5x: 50 units at 100. 60 paid while the price stands still.
        trade = open_trade(short=short, leverage=5.0)
        trade.set_funding_fees(-60.0)
        worth = [open_profit_quote(trade, 100.0)]
        cut(trade, 0.5)
        worth.append(open_profit_quote(trade, 100.0))
        trade.set_funding_fees(-4.0)
        worth.append(open_profit_quote(trade, 100.0))
        cut(trade, 0.5)
        worth.append(open_profit_quote(trade, 100.0))

        assert worth == pytest.approx([-60.0, -60.0, -64.0, -64.0])

    def test_it_leaves_the_margin_with_what_is_exited(self, short):
        # 80.5 paid on 1,000, half of it sold: 40.25 on 500, 8.05 %, is gone from what is held.
        trade = open_trade(short=short, leverage=5.0)
        trade.set_funding_fees(-80.5)
        cut(trade, 0.5)

        shares = open_funding(trade)

        assert shares.margin_quote / trade.stake_amount == pytest.approx(-0.0805)
        assert shares.unrealised_quote == 0.0
        trade.set_funding_fees(-5.0)
        assert open_funding(trade) == FundingShares(-5.0, -45.25)


# What happens to a trade: (what, units or quote units, price).
happenings = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.integers(1, 100), st.integers(50, 150)),
        st.tuples(st.just("cut"), st.integers(1, 90), st.integers(50, 150)),
        st.tuples(st.just("funding"), st.integers(-300, 300), st.just(0)),
    ),
    max_size=8,
)


@settings(max_examples=1_000)
@given(
    short=st.booleans(), fee=st.floats(0.0001, 0.002), history=happenings, mark=st.floats(20, 300)
)
def test_a_trade_is_worth_what_a_ledger_of_its_cash_says(short, fee, history, mark):
    side = -1 if short else 1
    trade = open_trade(short=short, leverage=5.0, stake=2_000.0, fee=fee)
    trade.price_precision = 1e-8
    # The ledger: what was paid and taken, order by order; it knows no average price.
    held, cash, paid_since = 100.0, -side * 100.0 * 100.0 - fee * 10_000.0, 0.0
    for what, size, price in history:
        if what == "funding":
            cash, paid_since = cash + size, paid_since + size
            trade.set_funding_fees(paid_since)
            continue
        # A cut leaves at least a tenth; the exchange's step is 0.001.
        units = float(size) if what == "add" else round(held * size / 100, 3)
        change = units if what == "add" else -units
        fill(trade, trade.entry_side if change > 0 else trade.exit_side, units, price, NOON)
        held, paid_since = held + change, 0.0
        cash += -side * change * price - fee * units * price
        worth = cash + side * held * price - fee * held * price
        assert open_profit_quote(trade, price) == pytest.approx(worth, abs=1e-4)

    worth = cash + side * held * mark - fee * held * mark
    assert open_profit_quote(trade, mark) == pytest.approx(worth, abs=1e-4)
