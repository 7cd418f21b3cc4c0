"""Where real freqtrade trades are closed within a candle once the day's limit is lost."""

from dataclasses import dataclass
from math import isnan, nan
from typing import ClassVar

import pytest
from freqtrade.data.history import get_datahandler
from freqtrade.enums import CandleType, ExitType, RunMode
from freqtrade.persistence import LocalTrade, PairLocks

from freqtrade_riskguard.engine.required_actions import NO_EXIT_PRICE
from freqtrade_riskguard.rules import Step
from tests.adapters.bots import (
    ETH,
    MINUTE,
    Reckless,
    guarded,
    journal,
    loop,
    only,
    own_candles,
    store_candles,
)
from tests.adapters.trades import booked_trade, close_trade, fill, open_trade
from tests.factories import NOON, PAIR

# 3 % of 10,000: 300 may be lost. Trades are of 10,000 notional at 100.
DAILY = only("daily_loss", daily_loss={"close_all": True})
SIDES = pytest.mark.parametrize(("short", "side"), [(False, 1), (True, -1)])


@pytest.fixture
def wick(tmp_path):
    """Return a folder of candles that all stand at 100 but for the one that opens at noon."""

    def store(**ends):
        folder = store_candles(tmp_path / "candles")
        handler = get_datahandler(folder, "feather")
        for pair, name in ((PAIR, "btc"), (ETH, "eth")):
            frame = own_candles()
            low, high = ends.get(name, (99.9, 100.1))
            frame.loc[frame["date"] == NOON, ["low", "high"]] = low, high
            handler.ohlcv_store(pair, "5m", data=frame, candle_type=CandleType.FUTURES)
        return folder

    return store


def bot(folder, cls=Reckless, **settings):
    return guarded(folder, cls, markets=(PAIR, ETH), **{**DAILY, **settings})


def enter(trade_id=1, **kwargs):
    trade = open_trade(trade_id, **kwargs)
    LocalTrade.add_bt_trade(trade)
    return trade


def price_of(strategy, trade, rate=100.0, time=NOON):
    manager = strategy._riskguard.account_manager
    return manager.exit_price(strategy, trade, rate, time)


def exits(strategy, trade, low, high, rate=100.0, minutes=0):
    found = strategy.should_exit(
        trade, rate, NOON + minutes * MINUTE, enter=False, exit_=False, low=low, high=high
    )
    return [(exit_.exit_type, exit_.exit_reason) for exit_ in found]


def ends(side, loss, gain=0.1):
    """Return low and high of a candle that goes against a side by so much."""
    return (100.0 - loss, 100.0 + gain) if side > 0 else (100.0 - gain, 100.0 + loss)


@pytest.mark.usefixtures("_backtest")
class TestWithinACandle:
    @SIDES
    def test_a_trade_alone_is_closed_where_the_limit_is_lost(self, wick, short, side):
        low, high = ends(side, 7.0)
        strategy, trade = bot(wick(btc=(low, high))), enter(short=short)
        loop(strategy)

        assert exits(strategy, trade, low, high) == [(ExitType.STOP_LOSS, "riskguard_daily_loss")]
        # freqtrade fills a stop at its price: 300 of 10,000.
        assert trade.stop_loss == pytest.approx(100.0 - side * 3.0)
        (decision,) = journal(strategy, "exit")
        assert decision.rule == "daily_loss"
        assert "the price at which the daily limit is reached" in decision.why

    @SIDES
    def test_while_the_candle_does_not_get_there_nothing_is_closed(self, wick, short, side):
        low, high = ends(side, 2.9)
        strategy, trade = bot(wick(btc=(low, high))), enter(short=short)
        loop(strategy)

        assert exits(strategy, trade, low, high) == []
        assert isnan(price_of(strategy, trade).price)

    @SIDES
    def test_a_hedged_book_is_not_closed_however_long_the_wick(self, wick, short, side):
        low, high = ends(side, 31.0)
        strategy = bot(wick(btc=(low, high), eth=(low, high)))
        one, other = enter(short=short), enter(2, pair=ETH, short=not short)
        loop(strategy)

        assert price_of(strategy, one) == price_of(strategy, other) == NO_EXIT_PRICE

    @SIDES
    def test_a_book_is_closed_at_one_moment_what_wins_too(self, wick, short, side):
        # Lost 950 and won 550: 300 of 400, after three quarters of the way.
        against, with_it = ends(side, 9.5), ends(side, 5.5)
        strategy = bot(wick(btc=against, eth=with_it))
        one, other = enter(short=short), enter(2, pair=ETH, short=not short)
        loop(strategy)

        assert exits(strategy, one, *against) == [(ExitType.STOP_LOSS, "riskguard_daily_loss")]
        close_trade(one, one.stop_loss, NOON)
        assert exits(strategy, other, *with_it) == [(ExitType.STOP_LOSS, "riskguard_daily_loss")]
        assert one.stop_loss == pytest.approx(100.0 - side * 7.125, abs=0.01)
        assert other.stop_loss == pytest.approx(100.0 - side * 4.125, abs=0.01)

    def test_once_closed_at_the_limit_the_day_is_locked_although_a_tick_is_left(self, wick):
        strategy, trade = bot(wick(btc=(93.0, 100.1))), enter()
        loop(strategy)
        exits(strategy, trade, 93.0, 100.1)
        close_trade(trade, 97.01, NOON)

        loop(strategy, 5)

        assert PairLocks.is_global_lock(NOON + 5 * MINUTE)
        (lock,) = journal(strategy, "lock")
        assert "today (limit 3.0 %" in lock.why

    def test_entries_of_the_candle_leave_what_cannot_be_closed_any_more_its_loss(self, wick):
        # Each of the two loses 200 at the low, and 300 may be lost.
        strategy = bot(wick(btc=(98.0, 100.1), eth=(98.0, 100.1)))
        loop(strategy)
        first = enter(1)
        assert exits(strategy, first, 98.0, 100.1) == []
        second = enter(2, pair=ETH)

        assert price_of(strategy, second).price == pytest.approx(99.0)

    def test_entries_known_before_they_are_asked_for_are_closed_together(self, wick):
        strategy = bot(wick(btc=(98.0, 100.1), eth=(98.0, 100.1)))
        loop(strategy)
        first, second = enter(1), enter(2, pair=ETH)

        # 300 of 400.
        assert price_of(strategy, first).price == pytest.approx(98.5)
        assert price_of(strategy, second).price == pytest.approx(98.5)

    def test_an_entry_within_the_candle_starts_at_its_fill(self, wick):
        strategy = bot(wick(btc=(90.0, 100.1)))
        loop(strategy)
        trade = enter(rate=95.0)

        # 10,000 at 95: of the way to 90 those 300.
        assert price_of(strategy, trade).price == pytest.approx(95.0 * 0.97, abs=0.01)

    @SIDES
    def test_an_addition_within_the_candle_is_judged_with_what_is_held_now(self, wick, short, side):
        low, high = ends(side, 7.0)
        strategy, trade = bot(wick(btc=(low, high))), enter(short=short, stake=400.0)
        loop(strategy)
        fill(trade, trade.entry_side, 60.0, 100.0, NOON)

        # 4,000 would have lost 280; 10,000 lose 700.
        assert price_of(strategy, trade).price == pytest.approx(100.0 - side * 3.0)

    def test_an_addition_while_it_is_asked_for_changes_the_plan_of_the_others(self, wick):
        strategy = bot(wick(btc=(98.0, 100.1), eth=(98.0, 100.1)))
        first, second = enter(1), enter(2, pair=ETH, stake=400.0)
        loop(strategy)
        # 200 and 80 at the low.
        assert isnan(price_of(strategy, first).price)
        fill(second, "buy", 60.0, 100.0, NOON)

        # 200 go to the first, which has had its turn.
        assert price_of(strategy, second).price == pytest.approx(99.0)

    def test_a_stop_on_the_way_loses_no_more_than_that(self, wick):
        strategy = bot(wick(btc=(93.0, 100.1), eth=(97.5, 100.1)))
        stopped, other = enter(1), enter(2, pair=ETH)
        stopped.adjust_stop_loss(100.0, -0.04)  # 0.4 % of the price at 10x
        loop(strategy)

        # 40 and 250.
        assert isnan(price_of(strategy, stopped).price)
        assert isnan(price_of(strategy, other).price)

    def test_what_is_cut_or_closed_anyway_loses_no_more(self, wick):
        @dataclass(frozen=True)
        class Cut:
            name: ClassVar[str] = "cut"

            def advance_account(self, level, account):
                return Step(1, "because", () if level else (0.0, 0.5))

        own = type("Cutting", (Reckless,), {"riskguard_rules": [Cut()]})
        strategy = bot(wick(btc=(93.0, 100.1), eth=(93.0, 100.1)), own)
        closing, staying = enter(1), enter(2, pair=ETH)
        loop(strategy)

        # 300 of the 5,000 that stay.
        assert price_of(strategy, staying).price == pytest.approx(94.0)
        assert exits(strategy, closing, 93.0, 100.1) == [(ExitType.EMERGENCY_EXIT, "riskguard_cut")]

    def test_the_next_candle_begins_with_what_is_left(self, wick):
        strategy, trade = bot(wick(btc=(98.0, 100.1))), enter()
        loop(strategy, -5)
        assert price_of(strategy, trade, time=NOON - 5 * MINUTE) == NO_EXIT_PRICE
        loop(strategy)
        assert price_of(strategy, trade) == NO_EXIT_PRICE
        enter(2, pair=ETH, rate=102.0)

        # As with a detail timeframe, of which the account is not valued anew: 200 are lost.
        assert price_of(strategy, trade, time=NOON + 5 * MINUTE) == NO_EXIT_PRICE

    def test_a_trade_without_candles_stands_still(self, wick):
        strategy = bot(wick(btc=(98.0, 100.1)))
        trade, unknown = enter(), enter(2, pair="DOGE/USDT:USDT")
        loop(strategy)

        assert price_of(strategy, trade) == price_of(strategy, unknown) == NO_EXIT_PRICE

    def test_a_rule_that_observes_closes_nothing(self, wick):
        observing = {"close_all": True, "mode": "observe"}
        strategy, trade = bot(wick(btc=(93.0, 100.1)), daily_loss=observing), enter()
        loop(strategy)

        assert price_of(strategy, trade) == NO_EXIT_PRICE


@pytest.mark.usefixtures("database")
class TestWhileRunning:
    def test_the_equity_moves_with_each_rate_and_closes_at_the_rate(self, data):
        strategy = guarded(data, runmode=RunMode.LIVE, markets=(PAIR, ETH), **DAILY)
        one, hedge, other = booked_trade(1), booked_trade(2, short=True), booked_trade(3, pair=ETH)
        loop(strategy)

        # 400 lost, 400 won; then 200, and 200 more.
        assert isnan(price_of(strategy, hedge, 96.0).price)
        assert isnan(price_of(strategy, one, 96.0).price)
        assert isnan(price_of(strategy, other, 98.0).price)
        assert price_of(strategy, one, 94.0).price == 94.0
        assert price_of(strategy, one, 94.0).rule == "daily_loss"
        # What has recovered is left.
        assert isnan(price_of(strategy, one, 96.0).price)

    def test_a_rate_that_is_unknown_hides_no_loss_of_the_others(self, data):
        strategy = guarded(data, runmode=RunMode.LIVE, markets=(PAIR, ETH), **DAILY)
        one, other = booked_trade(1), booked_trade(2, pair=ETH)
        loop(strategy)

        assert isnan(price_of(strategy, other, nan).price)
        # 600 of 10,000: more than a day may lose.
        assert price_of(strategy, one, 94.0).price == 94.0
