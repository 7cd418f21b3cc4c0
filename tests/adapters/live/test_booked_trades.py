"""What a trade of the database says about its position."""

from types import SimpleNamespace

import pytest
from freqtrade.persistence import LocalTrade, Trade

from freqtrade_riskguard.adapters.live.booked_trades import (
    booked_trade,
    own_pairs,
    stops_that_are_over,
)
from tests.adapters.trades import booked_trade as stored_trade
from tests.adapters.trades import fill, open_trade, wait
from tests.factories import NOON, PAIR

ETH, SOL = "ETH/USDT:USDT", "SOL/USDT:USDT"


@pytest.mark.parametrize("short", [False, True])
def test_what_has_been_filled_is_held_and_what_waits_may_come(short):
    # 1,000 at 10x and 100: 100 coins, of which 25 have been sold.
    trade = open_trade(short=short, fee=0.0005)
    fill(trade, trade.exit_side, 25.0, 101.0, NOON)
    wait(trade, 10.0, 99.0, filled=4.0)
    wait(trade, 20.0, 102.0, filled=5.0, side=trade.exit_side)
    found = booked_trade(trade)
    assert (found.trade_id, found.pair, found.side) == (1, PAIR, -1 if short else 1)
    # 100 - 25, and of the orders that wait 4 more and 5 less.
    assert found.amount == pytest.approx(74.0)
    assert (found.entering, found.exiting) == (6.0, 15.0)
    assert (found.lot, found.fee_ratio) == (0.001, 0.0005)
    assert found.stop_price == trade.stop_loss
    assert found.stop_ids == frozenset()


def strategy(**config):
    listed = SimpleNamespace(current_whitelist=lambda: [PAIR, ETH])
    return SimpleNamespace(config=config, dp=listed)


@pytest.mark.usefixtures("_backtest")
def test_an_account_of_its_own_is_all_the_bots_affair():
    LocalTrade.add_bt_trade(open_trade(pair=SOL))
    assert own_pairs(strategy()) is None
    # What is held still is its affair, though it is no longer on the list.
    assert sorted(own_pairs(strategy(available_capital=500.0)) or ()) == [PAIR, ETH, SOL]


@pytest.mark.usefixtures("database")
class TestStopsThatAreOver:
    """Stop orders by what the database says of them."""

    def stop(self, trade, number, *, is_open):
        order = wait(trade, trade.amount, 90.0, side="stoploss")
        order.order_id, order.ft_is_open = number, is_open
        Trade.commit()

    def test_one_that_was_cancelled(self):
        trade = stored_trade()
        self.stop(trade, "old", is_open=False)
        self.stop(trade, "new", is_open=True)
        assert stops_that_are_over({"old", "new", "another's"}) == {"old"}
        assert stops_that_are_over(set()) == frozenset()

    def test_one_of_a_trade_that_is_over(self):
        trade = stored_trade()
        self.stop(trade, "left", is_open=True)
        assert stops_that_are_over({"left"}) == frozenset()
        trade.is_open = False
        Trade.commit()
        assert stops_that_are_over({"left"}) == {"left"}

    def test_an_order_that_is_no_stop(self):
        trade = stored_trade()
        assert stops_that_are_over({trade.orders[0].order_id}) == frozenset()
