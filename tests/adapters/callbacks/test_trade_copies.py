"""What a strategy's callbacks see of a trade that the guard has cut."""

from copy import deepcopy
from datetime import timedelta

import pytest
from freqtrade.enums import RunMode
from freqtrade.persistence import LocalTrade, Trade

from freqtrade_riskguard.adapters.callbacks.trade_copies import hide_guard_orders
from tests.adapters.bots import Reckless, adjust_position, adjust_stop, guarded, loop, only
from tests.adapters.trades import booked_trade, fill, found_again, open_trade
from tests.factories import NOON

CUT = "riskguard_margin_ladder_cut"


class Counting(Reckless):
    """Writes down how many exits it sees, whatever it is asked."""

    use_custom_stoploss = True
    position_adjustment_enable = True

    def __init__(self, config):
        self.seen = {}
        super().__init__(config)

    def _count(self, name, trade):
        assert trade.orders[0].ft_order_side == trade.entry_side
        self.seen[name] = trade.nr_of_successful_exits

    def custom_stoploss(self, pair, trade, **kwargs):
        self._count("custom_stoploss", trade)

    def adjust_trade_position(self, trade, **kwargs):
        self._count("adjust_trade_position", trade)

    def custom_exit(self, pair, trade, **kwargs):
        self._count("custom_exit", trade)

    def confirm_trade_exit(self, pair, trade, **kwargs):
        self._count("confirm_trade_exit", trade)
        return True

    def custom_exit_price(self, pair, trade, proposed_rate, **kwargs):
        self._count("custom_exit_price", trade)
        return proposed_rate


ALL = {
    "custom_stoploss",
    "adjust_trade_position",
    "custom_exit",
    "confirm_trade_exit",
    "custom_exit_price",
}


def ask_all(strategy, trade):
    """Ask all that freqtrade asks about an open trade; return how many exits each has seen."""
    strategy.seen.clear()
    adjust_stop(strategy, trade)
    adjust_position(strategy, trade)
    strategy.should_exit(trade, 100.0, NOON, enter=False, exit_=False)
    given = {"pair": trade.pair, "trade": trade, "current_time": NOON, "current_profit": 0.0}
    strategy.confirm_trade_exit(
        **given, order_type="limit", amount=1.0, rate=100.0, time_in_force="GTC", exit_reason="roi"
    )
    strategy.custom_exit_price(**given, proposed_rate=100.0, exit_tag="roi")
    assert strategy.seen.keys() == ALL
    return set(strategy.seen.values())


def cut_once(strategy, trade, answered=CUT):
    """Have the guard cut a quarter, and freqtrade fill it."""
    strategy._riskguard.account_manager.reductions.order(trade, 0.75, "margin_ladder")
    strategy._riskguard_switch_adjustment()
    _, tag = adjust_position(strategy, trade)
    assert tag == answered
    fill(trade, trade.exit_side, 25.0, 100.0, NOON - timedelta(minutes=5))
    trade.orders[-1].ft_order_tag = tag


@pytest.mark.usefixtures("_backtest")
class TestInABacktest:
    @pytest.mark.parametrize("short", [False, True])
    def test_no_callback_sees_a_cut_and_all_see_an_exit_of_the_strategys_own(self, data, short):
        strategy, trade = guarded(data, Counting, **only()), open_trade(short=short)
        LocalTrade.add_bt_trade(trade)
        loop(strategy)
        assert ask_all(strategy, trade) == {0}

        cut_once(strategy, trade)

        assert ask_all(strategy, trade) == {0}
        fill(trade, trade.exit_side, 25.0, 100.0, NOON)
        trade.orders[-1].ft_order_tag = "mine"
        assert ask_all(strategy, trade) == {1}
        # The trade itself, and what freqtrade books, know of both.
        assert trade.nr_of_successful_exits == 2
        assert trade.amount == pytest.approx(50.0)

    def test_what_the_strategy_takes_out_with_a_cut_is_its_own_exit(self, data):
        class Selling(Counting):
            def adjust_trade_position(self, trade, **kwargs):
                super().adjust_trade_position(trade)
                return None if trade.nr_of_successful_exits else -400.0

        strategy, trade = guarded(data, Selling, **only()), open_trade()
        LocalTrade.add_bt_trade(trade)
        loop(strategy)

        cut_once(strategy, trade, answered="riskguard_margin_ladder_own_cut")

        assert ask_all(strategy, trade) == {1}


class TestWhileRunning:
    def test_nor_does_one_after_a_restart(self, data, database):
        strategy, trade = guarded(data, Counting, runmode=RunMode.DRY_RUN, **only()), booked_trade()
        loop(strategy)
        cut_once(strategy, trade)
        Trade.commit()
        Trade.session.expunge_all()

        again = guarded(data, Counting, runmode=RunMode.DRY_RUN, **only())
        loop(again)
        trade = found_again()

        assert trade.nr_of_successful_exits == 1
        assert ask_all(again, trade) == {0}
        # Nothing of it reaches the database.
        Trade.commit()
        Trade.session.expunge_all()
        assert found_again().nr_of_successful_exits == 1


@pytest.mark.usefixtures("_backtest")
def test_a_copy_is_one_of_its_own():
    trade = open_trade()
    hide_guard_orders(trade)

    copied = deepcopy(trade)
    copied.orders.clear()
    copied.stop_loss = 1.0

    assert len(trade.orders) == 1
    assert trade.stop_loss != 1.0
    # And can be copied, too.
    assert deepcopy(deepcopy(trade)).amount == trade.amount
