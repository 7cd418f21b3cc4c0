"""The prices that rules name between two loops: of which positions, and what is kept of them."""

from dataclasses import dataclass
from typing import Any, ClassVar

import pytest
from freqtrade.data.history import get_datahandler
from freqtrade.enums import CandleType, RunMode
from freqtrade.persistence import LocalTrade

from freqtrade_riskguard.engine.required_actions import NO_EXIT_PRICE, ExitPrice
from freqtrade_riskguard.rules import Step
from tests.adapters.bots import MINUTE, Reckless, guarded, journal, loop, only, own_candles
from tests.adapters.trades import booked_trade, close_trade, fill, open_trade, waiting_trade
from tests.factories import NOON, PAIR

SHARED = "shared"


@dataclass(frozen=True)
class Shared:
    """A strategy's own rule: 12 may be lost per unit, shared by all positions.

    Nearer by a hundredth for each unit of the position.
    """

    name: ClassVar[str] = SHARED

    def exit_price(self, position, account):
        way = 12.0 / len(account.positions) - position.amount / 100.0
        return position.rate - position.side * way


@dataclass(frozen=True)
class Cut:
    """A strategy's own rule: cuts the open positions to these shares, once."""

    keep_ratios: tuple[float, ...]
    name: ClassVar[str] = "cut"

    def advance_account(self, level, account):
        return Step(1, "because", () if level else self.keep_ratios)


def bot_with(data, *rules, runmode=RunMode.BACKTEST, **settings):
    own = type("WithRules", (Reckless,), {"riskguard_rules": list(rules)})
    return guarded(data, own, runmode=runmode, **{**only(*settings), **settings})


def enter(trade_id=1, **kwargs):
    trade = open_trade(trade_id, **kwargs)
    LocalTrade.add_bt_trade(trade)
    return trade


def manager_of(strategy):
    return strategy._riskguard.account_manager


def price_of(strategy, trade, rate=100.0, minutes=0):
    return manager_of(strategy).exit_price(strategy, trade, rate, NOON + minutes * MINUTE)


def at(price, rule=SHARED):
    nearly: Any = pytest.approx(price)
    return ExitPrice(nearly, rule)


@pytest.mark.usefixtures("_backtest")
class TestOfARule:
    @pytest.mark.parametrize(("short", "side"), [(False, 1), (True, -1)])
    def test_it_names_one_for_each_position_in_view_of_all(self, data, short, side):
        strategy = bot_with(data, Shared())
        one, other = enter(1, short=short), enter(2, stake=500.0, short=short)
        loop(strategy)

        # A half of 12 each; 100 and 50 units bring it nearer by 1 and by 0.5.
        assert price_of(strategy, one) == at(100.0 - side * 5.0)
        assert price_of(strategy, other) == at(100.0 - side * 5.5)

    def test_before_the_first_loop_there_is_none(self, data):
        assert price_of(bot_with(data, Shared()), enter()) == NO_EXIT_PRICE

    def test_less_than_a_unit_has_one_too(self, data):
        strategy = bot_with(data, Shared())
        small, large = enter(1, stake=5.0), enter(2)
        loop(strategy)

        # Half a unit.
        assert price_of(strategy, small) == at(94.005)
        assert price_of(strategy, large) == at(95.0)

    def test_of_what_is_cut_only_what_stays_counts(self, data):
        strategy = bot_with(data, Shared(), Cut((0.4, 1.0)))
        one, other = enter(1), enter(2, stake=500.0)
        loop(strategy)

        # 40 of 100 units stay: nearer by 0.4.
        assert price_of(strategy, one) == at(94.4)
        assert price_of(strategy, other) == at(94.5)

    def test_what_is_closed_needs_none_and_leaves_the_others_more_room(self, data):
        strategy = bot_with(data, Shared(), Cut((0.0, 1.0)))
        closing, other = enter(1), enter(2, stake=500.0)
        loop(strategy)

        assert price_of(strategy, closing) == NO_EXIT_PRICE
        assert price_of(strategy, other) == at(88.5)
        assert manager_of(strategy).is_closing(closing.id)
        assert not manager_of(strategy).is_closing(other.id)

    def test_the_next_loop_names_new_ones(self, data):
        strategy = bot_with(data, Shared())
        one, other = enter(1), enter(2)
        loop(strategy)
        assert price_of(strategy, one) == at(95.0)
        close_trade(other, 100.0, NOON + MINUTE)

        loop(strategy, 5)

        assert price_of(strategy, one, minutes=5) == at(89.0)

    def test_a_trade_of_the_same_loop_has_one_and_brings_all_others_nearer(self, data):
        strategy = bot_with(data, Shared())
        first = enter(1)
        loop(strategy)
        assert price_of(strategy, first) == at(89.0)
        late = enter(2, rate=104.0, stake=520.0)

        # Its own price is what it is valued at until the next loop: 104 - (6 - 0.5).
        assert price_of(strategy, late) == at(98.5)
        assert price_of(strategy, first) == at(95.0)

    def test_a_trade_that_has_grown_in_the_same_loop_has_another(self, data):
        strategy = bot_with(data, Shared())
        trade = enter(1)
        loop(strategy)
        assert price_of(strategy, trade) == at(89.0)
        fill(trade, trade.entry_side, 50.0, 104.0, NOON)
        # As the next entry is decided.
        manager_of(strategy).current(strategy, strategy._riskguard.account, NOON)

        # 150 units, at the mark of the loop's start.
        assert price_of(strategy, trade) == at(89.5)

    def test_it_is_asked_for_once_in_a_loop(self, data):
        asked = []

        class Counting(Shared):
            def exit_price(self, position, account):
                asked.append(position.trade_id)
                return super().exit_price(position, account)

        strategy = bot_with(data, Counting())
        loop(strategy)
        trade = enter(1)

        for _ in range(3):
            assert price_of(strategy, trade) == at(89.0)
        assert asked == [1]


@pytest.mark.usefixtures("database")
class TestBesideAFloor:
    @pytest.mark.parametrize(("short", "side"), [(False, 1), (True, -1)])
    def test_the_nearer_of_both_closes(self, data, short, side):
        daily = {"daily_loss": {"close_all": True}}
        strategy = bot_with(data, Shared(), runmode=RunMode.LIVE, **daily)
        trade = booked_trade(short=short)
        loop(strategy)

        # 200 of the 300 that a day may lose: the rule alone names a price.
        assert price_of(strategy, trade, 100.0 - side * 2.0) == at(100.0 - side * 11.0)
        reached = 100.0 - side * 3.5
        assert price_of(strategy, trade, reached) == ExitPrice(reached, "daily_loss")


@pytest.mark.usefixtures("_backtest")
def test_the_nearer_of_both_closes_within_a_candle_of_a_backtest(data):
    frame = own_candles()
    frame.loc[frame["date"] == NOON, "low"] = 93.0
    handler = get_datahandler(data, "feather")
    handler.ohlcv_store(PAIR, "5m", data=frame, candle_type=CandleType.FUTURES)
    strategy = bot_with(data, Shared(), daily_loss={"close_all": True})
    trade = enter()
    loop(strategy)

    # 300 of 10,000 are lost at 97, and the rule's own price is 89.
    assert price_of(strategy, trade) == at(97.0, "daily_loss")


@pytest.mark.usefixtures("_backtest")
class TestOnceItIsReached:
    LIMIT = ExitPrice(97.0, "daily_loss")

    def close(self, strategy, trade, minutes=0):
        time = NOON + minutes * MINUTE
        manager_of(strategy).record_exit(strategy, trade, self.LIMIT, time)

    def test_the_next_look_at_the_account_knows_the_rule_and_the_one_after_does_not(self, data):
        strategy = bot_with(data)
        trade = enter()
        loop(strategy)
        self.close(strategy, trade)

        loop(strategy, 5)
        assert strategy._riskguard.account.floors_reached == {"daily_loss"}
        loop(strategy, 10)
        assert strategy._riskguard.account.floors_reached == frozenset()

    @pytest.mark.parametrize("loops", [(False, False), (True, False), (False, True)])
    def test_it_is_recorded_whenever_the_trade_was_entered(self, data, loops):
        before, after = loops
        strategy = bot_with(data)
        if before:
            loop(strategy)
        trade = enter(7, stake=500.0, short=True)
        if after:
            loop(strategy)

        self.close(strategy, trade, minutes=3)

        (decision,) = journal(strategy, "exit")
        assert (decision.time, decision.pair, decision.side) == (NOON + 3 * MINUTE, PAIR, -1)
        assert (decision.rule, decision.asked) == ("daily_loss", 500.0)
        assert decision.why == "closed at 97, the price at which the daily limit is reached"


@pytest.mark.usefixtures("_backtest")
def test_a_trade_that_is_held_has_a_mark(data):
    strategy = bot_with(data)
    enter(1, rate=110.0)
    LocalTrade.add_bt_trade(waiting_trade(2))
    loop(strategy)

    # The last close; what waits is not held.
    assert manager_of(strategy).mark(1) == 100.0
    assert manager_of(strategy).mark(2) is None
    # Nor is it once an entry has been decided beside it.
    manager_of(strategy).current(strategy, strategy._riskguard.account, NOON)
    assert manager_of(strategy).mark(2) is None
