"""freqtrade's trades in the words of the rules, on freqtrade's own trade objects."""

from datetime import timedelta

import pytest
from freqtrade.persistence import LocalTrade, Trade
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.adapters.trades import (
    closed_profit_quote,
    closed_since,
    closed_trade,
    open_profit_quote,
    open_trades,
    return_on_notional,
    side_of,
    trade_side,
)
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
    exits=st.lists(st.tuples(st.integers(1, 30), st.floats(50, 150)), max_size=3),
    addition=st.one_of(st.none(), st.floats(50, 150)),
)
def test_open_profit_is_what_freqtrade_calculates(
    short, leverage, fee, funding, mark, exits, addition
):
    trade = open_trade(short=short, leverage=leverage, stake=10_000 / leverage, fee=fee)
    trade.funding_fees = funding
    if addition is not None:
        fill(trade, trade.entry_side, 20.0, addition, NOON)
    for share, rate in exits:
        fill(trade, trade.exit_side, float(share), rate, NOON)
    trade.funding_fees = funding

    theirs = trade.calculate_profit(mark).total_profit

    # freqtrade rounds to eight digits, and keeps prices of partial exits to the tick.
    assert open_profit_quote(trade, mark) == pytest.approx(theirs, abs=1e-5)
