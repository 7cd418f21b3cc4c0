"""The account once per loop, and what its state puts into force, on real strategies and trades."""

import logging
from dataclasses import replace
from datetime import timedelta
from math import inf, isnan, nan

import pandas as pd
import pytest
from freqtrade.data.history import get_datahandler
from freqtrade.enums import CandleType, MarginMode, RunMode
from freqtrade.persistence import LocalTrade, PairLocks, Trade
from freqtrade.persistence.models import PairLock
from sqlalchemy.orm import Session

from freqtrade_riskguard.adapters.bot import trade_stop
from freqtrade_riskguard.adapters.market.snapshots import SnapshotBuilder
from freqtrade_riskguard.adapters.persistence.ladder_state import LadderState
from freqtrade_riskguard.adapters.persistence.state_store import InMemoryStore
from freqtrade_riskguard.engine.reconciliation import AGREED, Mismatch, Reconciled, compare
from freqtrade_riskguard.engine.required_actions import ACCOUNT, NO_EXIT_PRICE
from freqtrade_riskguard.rules.exits.drawdown_ladder import HALTED
from freqtrade_riskguard.snapshot.exchange import (
    NOTHING_TOLD,
    BookedTrade,
    ExchangePosition,
    PositionReport,
)
from tests.adapters.bots import (
    ETH,
    MINUTE,
    adjust_position,
    broken,
    disk_full,
    guarded,
    journal,
    leverage,
    loop,
    only,
    open_database,
    stake,
)
from tests.adapters.trades import (
    booked_trade,
    close_trade,
    closed_trade,
    fill,
    found_again,
    open_trade,
    wait,
    waiting_trade,
)
from tests.factories import NOON, PAIR
from tests.factories import portfolio as portfolio_of

LADDER = only("drawdown_ladder")
DAILY = only("daily_loss", daily_loss={"close_all": True})


def enter(trade_id=1, **kwargs):
    """Open a trade as a backtest does."""
    trade = open_trade(trade_id, **kwargs)
    LocalTrade.add_bt_trade(trade)
    return trade


def down(ratio, trade_id=1):
    """Open a trade that has lost about this share of the account, 10,000, at a price of 100."""
    loss = ratio * 10_000.0
    # Of 10,000 notional at a rate r it loses 10,000 * (r - 100) / r.
    return enter(trade_id, rate=100.0 / (1 - loss / 10_000.0))


def store(data, frame, kind=CandleType.FUTURES, *, pair=PAIR, timeframe="1h"):
    """Write candles, or funding rates, as freqtrade does."""
    handler = get_datahandler(data, "feather")
    handler.ohlcv_store(pair, timeframe, data=frame, candle_type=kind)


def account_of(strategy):
    return strategy._riskguard.account


def refreshed(strategy, time, exchange=AGREED):
    """Value the account as a loop does, with what the exchange says; return it."""
    manager = strategy._riskguard.account_manager
    manager.refresh(strategy, time, exchange)
    return manager.account


def reductions_of(strategy):
    return strategy._riskguard.account_manager.reductions


def level_of(strategy, rule, trade_id=ACCOUNT, *, enforced=True):
    return LadderState(strategy._riskguard.memory).get(rule, trade_id, enforced)


def global_locks(minutes):
    return PairLocks.get_pair_locks("*", NOON + minutes * MINUTE)


@pytest.mark.usefixtures("_backtest")
class TestTheAccount:
    def test_as_freqtrade_has_it(self, data):
        strategy = guarded(data)
        strategy.wallets.free = 7_000.0
        enter(1)
        LocalTrade.add_bt_trade(waiting_trade(2, pair="ETH/USDT:USDT"))

        loop(strategy)
        account = account_of(strategy)

        assert account.time == NOON
        assert account.wallet_quote == 10_000.0
        assert account.free_quote == 7_000.0
        assert account.slots == 4.0
        assert account.open_trades == 2  # an order that waits takes a slot, and is no position yet
        assert [position.trade_id for position in account.positions] == [1]
        assert account.basis == "candle close"
        assert account.candle == timedelta(minutes=5)
        assert account.margin_mode == "isolated"

    @pytest.mark.parametrize(("most", "slots"), [(-1, inf), (0, 0.0), (1, 1.0)])
    def test_without_a_limit_of_trades_there_are_infinitely_many_slots(self, data, most, slots):
        strategy = guarded(data)
        strategy.max_open_trades = most

        loop(strategy)

        assert account_of(strategy).slots == slots

    @pytest.mark.parametrize("short", [False, True])
    def test_open_losses_count_and_open_profits_are_not_yet_money_to_bet(self, data, short):
        strategy = guarded(data)
        loop(strategy)
        trade = enter(short=short)
        # The last close, whatever it is.
        mark = strategy._riskguard.account_manager._view.marks(strategy, [trade], NOON)[0]
        gain = 100.0 * (mark - 100.0) * (-1 if short else 1)

        loop(strategy, 5)
        account = account_of(strategy)

        assert account.equity_quote == pytest.approx(10_000.0 + gain)
        assert account.sizing_equity_quote == pytest.approx(10_000.0 + min(gain, 0.0))
        assert account.day_start_equity_quote == account.peak_equity_quote - max(gain, 0.0)

    def test_a_trade_closed_in_the_last_candle_counts_once(self, data):
        strategy = guarded(data, **only())
        loop(strategy)
        closed_trade(1, profit_ratio=-0.05, date=NOON + MINUTE)

        loop(strategy, 5)

        assert account_of(strategy).equity_quote == pytest.approx(9_500.0)
        (closed,) = strategy._riskguard.account_manager.trade_history.recent
        assert closed.profit_quote == pytest.approx(-500.0)

    def test_a_trade_that_closed_counts_though_the_loop_that_saw_it_first_failed(
        self, data, monkeypatch
    ):
        strategy = guarded(data)
        loop(strategy)
        closed_trade(1, profit_ratio=-0.05, date=NOON + MINUTE).funding_fees = -7.0
        with monkeypatch.context() as patched:
            patched.setattr(SnapshotBuilder, "marks", broken)
            loop(strategy, 5)
        assert account_of(strategy) is None

        loop(strategy, 10)

        assert account_of(strategy).funding_paid_quote == pytest.approx(7.0)

    def test_a_lock_of_somebody_else_is_told_of(self, data):
        strategy = guarded(data, **only())
        loop(strategy)
        PairLocks.lock_pair(PAIR, NOON + timedelta(hours=1), "too hot", now=NOON)

        loop(strategy, 5)

        (lock,) = journal(strategy, "lock")
        assert (lock.pair, lock.time) == (PAIR, NOON)
        assert "too hot" in lock.why

    def test_what_trades_paid_in_funding(self, data):
        strategy = guarded(data)
        trade = enter()
        trade.funding_fees = -12.0

        loop(strategy)

        assert account_of(strategy).funding_paid_quote == pytest.approx(12.0)

    def test_in_cross_margin_all_positions_are_liquidated_together(self, data):
        strategy = guarded(data, **only(), liquidation={"hedge_correlation": 0.4})
        strategy.config["margin_mode"] = MarginMode.CROSS
        one, other = enter(1, stake=5_000.0), enter(2, short=True, stake=2_000.0)

        loop(strategy)

        account = account_of(strategy)
        assert (account.margin_mode, account.hedge_correlation) == ("cross", 0.4)
        # The long alone: 10,025 + 500 * (p - 100) = 0.45 % of 500 * p, at 80.31; the short wins
        # meanwhile, and is liquidated when the market rises.
        prices = [position.account_liquidation_price for position in account.positions]
        assert 60.0 < prices[0] < 80.31
        assert prices[1] > 120.0
        # Stops are told the same price.
        cross = strategy._riskguard.account_manager._cross
        assert [cross.price(one.id, one.amount), cross.price(other.id, other.amount)] == prices
        # An entry is judged with it too.
        assert strategy._riskguard.account_manager.current(strategy, account, NOON) == account

    def test_a_trade_that_the_exchange_does_not_hold_is_no_part_of_it(self, data):
        strategy = guarded(data, **only())
        enter(1, rate=110.0)
        enter(2)
        lost = Mismatch("lost", PAIR, 90.909, 0.0, 110.0, nan, trade_ids=(1,))

        account = refreshed(strategy, NOON, Reconciled((lost,)))

        assert [position.trade_id for position in account.positions] == [2]
        assert account.open_trades == 1
        assert account.equity_quote == 10_000.0

    def test_a_position_that_no_trade_knows_wins_and_loses_for_it(self, data):
        strategy = guarded(data, **only())
        orphan = Mismatch("orphan", ETH, 0.0, 10.0, 100.0, 97.0)

        account = refreshed(strategy, NOON, Reconciled((orphan,)))

        assert account.equity_quote == pytest.approx(9_970.0)
        assert account.positions == ()

    @pytest.mark.parametrize("side", [1, -1])
    def test_a_position_without_a_mark_counts_at_the_last_price(self, data, side):
        strategy = guarded(data, **only())
        # The last candle closed at 100.
        (orphan,) = compare([], [ExchangePosition(PAIR, side, 10.0, 140.0)])

        account = refreshed(strategy, NOON, Reconciled((orphan,)))

        # 10 long have lost 40 each, and 10 short have won that.
        assert account.equity_quote == pytest.approx(10_000.0 - side * 400.0, abs=5.0)

    def test_what_is_missing_without_a_mark_counts_at_the_price_of_its_trade(self, data):
        strategy = guarded(data, **only())
        trade = enter(1, rate=110.0)
        whole = refreshed(strategy, NOON).equity_quote
        booked = BookedTrade(1, PAIR, 1, trade.amount, price=110.0)
        (half,) = compare([booked], [ExchangePosition(PAIR, 1, trade.amount / 2, 110.0)])

        account = refreshed(strategy, NOON + MINUTE, Reconciled((half,)))

        # The base has what half of it has lost, here nothing yet: the other half counts.
        assert whole < 10_000.0
        assert account.equity_quote == pytest.approx((10_000.0 + whole) / 2)

    def test_what_the_exchange_tells_of_a_position_is_that_of_the_loop(self, data):
        strategy = guarded(data, **only())
        enter()
        first, then = (PositionReport(added_margin_quote=quote) for quote in (100.0, 250.0))

        told = [
            refreshed(strategy, NOON + minutes * MINUTE, Reconciled(reports={1: report}))
            for minutes, report in ((0, first), (5, then))
        ]

        assert [account.positions[0].report for account in told] == [first, then]
        # As long as the exchange is not asked nothing is told.
        assert refreshed(strategy, NOON + 10 * MINUTE).positions[0].report == NOTHING_TOLD

    def test_a_guard_that_only_observes_notes_the_stops_of_what_is_held(self, data):
        rules = only("percent_stop", percent_stop={"max_loss": 0.02})
        strategy = guarded(data, mode="observe", **rules)
        trade = enter(leverage=2.0)
        LocalTrade.add_bt_trade(waiting_trade(2, pair=ETH))

        loop(strategy)

        (noted,) = journal(strategy, "stop")
        assert (noted.time, noted.pair, noted.enforced) == (NOON, PAIR, False)
        assert noted.rule == "percent_stop"
        assert noted.answered == pytest.approx(98.0)
        assert trade.stop_loss < 98.0
        # One that enforces is asked where the stop is set, and not before.
        enforcing = guarded(data, **rules)
        loop(enforcing)
        assert journal(enforcing, "stop") == []


@pytest.mark.usefixtures("_backtest")
class TestNow:
    """An entry is decided on the account of the loop's start, and what others took since."""

    def entry(self, strategy):
        return strategy._riskguard.entry(
            strategy,
            pair="ETH/USDT:USDT",
            side=1,
            rate=100.0,
            time=NOON,
            leverage=1.0,
            stake_quote=100.0,
            enter_tag=None,
        )

    @pytest.fixture
    def strategy(self, data):
        return guarded(data, markets=(PAIR, "ETH/USDT:USDT"))

    def test_an_entry_of_the_same_loop_counts(self, strategy):
        loop(strategy)
        enter()
        strategy.wallets.free = 9_000.0

        account = self.entry(strategy).account

        (position,) = account.positions
        assert (position.trade_id, position.rate, position.margin_quote) == (1, 100.0, 1_000.0)
        assert account.free_quote == 9_000.0
        assert account.equity_quote == 10_000.0  # as of the start of the loop

    def test_a_trade_that_has_grown_in_the_same_loop_counts_in_full(self, strategy):
        trade = enter()
        loop(strategy)
        fill(trade, trade.entry_side, 50.0, 100.0, NOON)

        (position,) = self.entry(strategy).account.positions
        assert position.amount == 150.0

    def test_a_trade_that_has_closed_in_the_same_loop_does_not_count(self, strategy):
        trade = enter()
        loop(strategy)
        close_trade(trade, 100.0, NOON)

        assert self.entry(strategy).account.positions == ()

    def test_an_entry_whose_order_still_waits_counts(self, strategy):
        loop(strategy)
        LocalTrade.add_bt_trade(waiting_trade())

        (position,) = self.entry(strategy).account.positions
        assert (position.trade_id, position.margin_quote) == (1, 1_000.0)
        assert position.amount == pytest.approx(100.0)

    def test_an_entry_that_waits_has_the_stop_that_it_will_start_with(self, data):
        strategy = guarded(data, **only("percent_stop", percent_stop={"max_loss": 0.02}))
        loop(strategy)
        LocalTrade.add_bt_trade(waiting_trade(1, leverage=2.0))
        LocalTrade.add_bt_trade(waiting_trade(2, leverage=2.0, short=True))

        long, short = self.entry(strategy).account.positions
        assert (long.stop_price, short.stop_price) == (pytest.approx(98.0), pytest.approx(102.0))

    @pytest.mark.parametrize("short", [False, True])
    def test_an_addition_that_is_filled_in_part_counts_in_the_margins(self, data, short):
        strategy = guarded(data, **only())
        trade, side = enter(stake=100.0, short=short), -1 if short else 1
        loop(strategy)
        wait(trade, 100.0, 100.0 + 2.0 * side, filled=90.0)

        loop(strategy, 5)

        (position,) = account_of(strategy).positions
        # 10 units at 100 and 90 at 102 (98), at 10x; 0.4 % of what they are worth at 100.
        assert position.amount == pytest.approx(100.0)
        assert position.open_rate == pytest.approx(100.0 + 1.8 * side)
        assert position.margin_quote == pytest.approx(1_000.0 + 18.0 * side)
        assert account_of(strategy).maintenance_quote == pytest.approx(40.0)
        # 1,000 + 18 * side of margin, of which 180 are lost.
        assert position.equity_quote == pytest.approx(820.0 + 18.0 * side)
        # The 10 that wait are added to it once.
        (whole,) = self.entry(strategy).account.positions
        assert whole.amount == pytest.approx(110.0)

    def test_an_entry_that_is_filled_in_part_counts_from_its_first_fill(self, data):
        strategy = guarded(data, **only())
        loop(strategy)
        trade = waiting_trade()
        trade.orders[0].filled, trade.orders[0].remaining = 40.0, 60.0
        trade.orders[0].average = 110.0
        LocalTrade.add_bt_trade(trade)

        loop(strategy, 5)

        # 40 units have lost 10 each, at a close of 100.
        assert account_of(strategy).equity_quote == pytest.approx(9_600.0)
        (position,) = account_of(strategy).positions
        assert (position.amount, position.open_rate) == pytest.approx((40.0, 110.0))
        # 40 * 110 at 10x, and 0.4 % of 40 * 100
        assert position.margin_quote == pytest.approx(440.0)
        assert account_of(strategy).maintenance_quote == pytest.approx(16.0)

    @pytest.mark.parametrize("amount", [0.05, 50.0])
    def test_of_a_position_in_place_the_stop_is_its_own_however_few_units_it_has(
        self, data, amount
    ):
        strategy = guarded(data, **only("percent_stop", percent_stop={"max_loss": 0.02}))
        # 10x at 110; the close is at 100.
        trade = enter(stake=11.0 * amount, rate=110.0)
        trade.stop_loss = 99.0
        loop(strategy)

        (position,) = self.entry(strategy).account.positions
        assert (position.stop_price, position.rate) == (99.0, 100.0)

    def test_a_trade_that_has_grown_is_worth_what_it_was_worth_at_the_loops_start(self, strategy):
        trade = enter(rate=110.0)
        loop(strategy)
        fill(trade, trade.entry_side, 50.0, 105.0, NOON)

        (position,) = self.entry(strategy).account.positions
        assert position.rate == 100.0

    def test_two_additions_that_wait_both_take_of_what_is_free(self, strategy):
        trades = [enter(1), enter(2)]
        loop(strategy)
        for trade in trades:
            wait(trade, 50.0, 100.0)

        assert self.entry(strategy).account.free_quote == 9_000.0  # 50 * 100 at 10x, twice

    def test_a_running_bots_exchange_holds_the_margin_of_orders_and_freqtrades_wallet_does_not(
        self, strategy
    ):
        trade = enter()
        loop(strategy)
        wait(trade, 50.0, 100.0)

        assert self.entry(strategy).account.free_quote == 9_500.0  # 50 * 100 at 10x
        strategy.config["runmode"] = RunMode.LIVE
        assert self.entry(strategy).account.free_quote == 10_000.0

    def test_an_addition_makes_room_for_another(self, strategy):
        trade = enter()
        loop(strategy)
        wait(trade, 50.0, 100.0)

        addition = strategy._riskguard.entry(
            strategy,
            pair=PAIR,
            side=1,
            rate=100.0,
            time=NOON,
            leverage=10.0,
            stake_quote=1_100.0,
            enter_tag=None,
            adds_to=1,
        )
        (position,) = addition.account.positions
        assert position.amount == 100.0
        assert addition.free_quote == 11_000.0

    def test_beside_what_is_added_to_all_others_count(self, strategy):
        trade, other = enter(1), enter(2, stake=500.0)
        loop(strategy)
        for one in (trade, other):
            wait(one, 20.0, 100.0)
        manager, account = strategy._riskguard.account_manager, account_of(strategy)

        added_to = manager.current(strategy, account, NOON, adds_to=1)
        every = manager.current(strategy, account, NOON)

        assert [position.amount for position in added_to.positions] == [100.0, 70.0]
        assert [position.amount for position in every.positions] == [120.0, 70.0]
        # 20 * 100 at 10x each.
        assert (added_to.free_quote, every.free_quote) == (9_800.0, 9_600.0)


WAITING_CAPS = {
    "exposure_cap": {"max_net": 3.0},
    "heat": {},
    "position_cap": {"max_position": 0.95, "max_total": 0.9},
    "cash_reserve": {},
    "margin_utilisation": {"max_share": 0.9},
    "portfolio_volatility": {},
    "stress_survival": {},
}


@pytest.mark.usefixtures("_backtest")
class TestOrdersThatWait:
    """ETH asks to enter while an order on BTC waits: the same as once it is filled."""

    def stake(self, data, rule, order):
        """Return what ETH gets of 7,000 at 3x beside 2,000 of BTC, and 5,000 by an order."""
        LocalTrade.bt_trades_open = []
        cap = {rule: WAITING_CAPS[rule]}
        strategy = guarded(data, markets=(PAIR, ETH), **{**only(rule), **cap})
        trade = enter(leverage=3.0, stake=2_000.0)
        trade_stop.tighten_trade_stop(trade, 99.0, 100.0)
        loop(strategy)
        strategy.wallets.free = 8_000.0
        order(trade)
        if not trade.has_open_orders:
            strategy.wallets.free -= trade.stake_amount - 2_000.0
        entry = strategy._riskguard.entry(
            strategy,
            pair=ETH,
            side=1,
            rate=100.0,
            time=NOON,
            leverage=3.0,
            stake_quote=7_000.0,
            enter_tag=None,
        )
        # Its pair has no candles.
        market = replace(entry.market, daily_volatility=0.02, atr=1.0)
        portfolio = portfolio_of(2)
        return strategy._riskguard.guard.stake(
            replace(entry, market=market, portfolio=portfolio, stop_price=99.0)
        )

    @pytest.mark.parametrize("rule", WAITING_CAPS)
    def test_every_cap_counts_it_as_filled(self, data, rule):
        amount = 150.0  # 15,000 of notional

        waits = self.stake(data, rule, lambda trade: wait(trade, amount, 100.0))
        filled = self.stake(
            data, rule, lambda trade: fill(trade, trade.entry_side, amount, 100.0, NOON)
        )
        without = self.stake(data, rule, lambda _: None)

        assert waits == pytest.approx(filled, abs=0.01)
        assert waits < without

    def test_the_gross_exposure_stays_within_its_limit_once_all_is_filled(self, data):
        # 6,000 are held and 15,000 wait: 9,000 of the 30,000 are left.
        assert self.stake(data, "exposure_cap", lambda t: wait(t, 150.0, 100.0)) == pytest.approx(
            3_000.0, abs=0.1
        )

    def test_a_first_entry_that_waits_takes_its_side(self, data):
        limit = {"side_limit": {"mode": "enforce", "max_longs": 1}}
        strategy = guarded(data, markets=(PAIR, ETH), **{**only(), **limit})
        loop(strategy)
        asked = {"pair": ETH, "rate": 100.0, "time": NOON, "leverage": 1.0, "stake_quote": 10.0}
        LocalTrade.add_bt_trade(waiting_trade())

        long, short = (
            strategy._riskguard.guard.denial(
                strategy._riskguard.entry(strategy, side=side, enter_tag=None, **asked)
            )
            for side in (1, -1)
        )

        assert long == "side_limit: long trades open: 1 (limit 1)"
        assert short is None


@pytest.mark.usefixtures("_backtest")
class TestPositionsWithoutATrade:
    """ETH asks to enter beside 21,000 of BTC that no trade knows: the same as beside a trade."""

    def entry(self, data, rule, *, side=1, told=True, booked=False, **settings):
        LocalTrade.bt_trades_open = []
        strategy = guarded(data, markets=(PAIR, ETH), **{**only(rule), **settings})
        if booked:
            trade = enter(leverage=3.0, stake=7_000.0, short=side < 0)
            # It would be closed where it stands now, for nothing but fees and slippage.
            trade_stop.tighten_trade_stop(trade, 100.0 - side * 1e-9, 100.0)
        # Its own margin is 7,000: 3x at a mark of 100.
        orphan = Mismatch("orphan", PAIR, 0.0, side * 210.0, 100.0, 100.0, margin_quote=7_000.0)
        session = strategy._riskguard
        session.account = refreshed(strategy, NOON, Reconciled((orphan,)) if told else AGREED)
        strategy.wallets.free = 3_000.0
        entry = session.entry(
            strategy,
            pair=ETH,
            side=side,
            rate=100.0,
            time=NOON,
            leverage=3.0,
            stake_quote=7_000.0,
            enter_tag=None,
        )
        market = replace(entry.market, daily_volatility=0.02, atr=1.0)
        portfolio = portfolio_of(len(entry.others) + 1)
        stop_price = 100.0 - side
        return session.guard, replace(
            entry, market=market, portfolio=portfolio, stop_price=stop_price
        )

    def stake(self, data, rule, **kwargs):
        guard, entry = self.entry(data, rule, **{rule: WAITING_CAPS[rule]}, **kwargs)
        return guard.stake(entry)

    @pytest.mark.parametrize("side", [1, -1])
    @pytest.mark.parametrize("rule", sorted(WAITING_CAPS.keys() - {"cash_reserve", "heat"}))
    def test_every_cap_counts_it_as_a_trade(self, data, rule, side):
        orphan = self.stake(data, rule, side=side)
        assert orphan == pytest.approx(
            self.stake(data, rule, side=side, told=False, booked=True), rel=0.01
        )
        assert orphan < self.stake(data, rule, side=side, told=False)

    @pytest.mark.parametrize("side", [1, -1])
    def test_without_a_stop_all_that_is_in_it_is_at_risk(self, data, side):
        # 7,000 of a day's limit of 300.
        assert self.stake(data, "heat", side=side) == 0.0
        assert self.stake(data, "heat", side=side, told=False) > 0.0

    def test_it_takes_its_side(self, data):
        limit = {"side_limit": {"mode": "enforce", "max_shorts": 1}}
        guard, entry = self.entry(data, "side_limit", side=-1, **limit)
        assert guard.denial(entry) == "side_limit: short trades open: 1 (limit 1)"
        assert guard.denial(replace(entry, side=1)) is None

    def test_in_cross_margin_the_account_is_liquidated_with_it(self, data):
        _, alone = self.entry(data, "side_limit", told=False)
        _, entry = self.entry(data, "side_limit")
        fall, fall_alone = (
            replace(one.account, margin_mode="cross").joint_liquidation.fall.ratio
            for one in (entry, alone)
        )
        assert fall_alone == inf
        # 10,000 less maintenance stand behind 21,000: a fall by somewhat less than 47.6 %.
        assert 0.45 < fall < 0.476

    def test_no_ladder_cuts_what_no_trade_knows(self, data):
        _, entry = self.entry(data, "drawdown_ladder")
        assert [position.trade_id for position in entry.account.positions] == [-1]
        (held,) = entry.account.positions
        assert (held.margin_quote, held.leverage, held.rate) == (7_000.0, 3.0, 100.0)

    def test_one_of_which_nobody_tells_more_counts_in_full(self, data):
        LocalTrade.bt_trades_open = []
        strategy = guarded(data, markets=(PAIR, ETH), **only())
        unknown = Mismatch("orphan", PAIR, 0.0, 2.0, nan, nan)
        manager = strategy._riskguard.account_manager
        account = refreshed(strategy, NOON, Reconciled((unknown,)))
        assert account.positions == ()
        assert [position.trade_id for position in account.beside] == [-1]
        asked = manager.before_entry(strategy, account, NOON)
        assert asked.beside == ()
        (held,) = asked.positions
        # The last candle tells the price.
        assert held.notional_quote == pytest.approx(200.0, rel=0.1)
        assert (held.margin_quote, held.leverage) == (held.notional_quote, 1.0)


@pytest.mark.usefixtures("_backtest")
class TestLadders:
    def test_a_step_cuts_each_position_once(self, data):
        strategy = guarded(data, **LADDER)
        loop(strategy)
        trade = down(0.06)  # 5 to 8 %: x0.9

        loop(strategy, 5)
        first = reductions_of(strategy).cut_stake(trade, 100.0, 5.0)
        sold = round(-first[0] / trade.stake_amount * trade.amount, 3)
        fill(trade, trade.exit_side, sold, 100.0, NOON)
        loop(strategy, 10)

        # To a thousandth of a unit.
        assert first == (pytest.approx(-100.0, rel=1e-3), "riskguard_drawdown_ladder_cut")
        assert level_of(strategy, "drawdown_ladder") == 1
        assert reductions_of(strategy).cut_stake(trade, 100.0, 5.0) is None
        assert not reductions_of(strategy)
        assert len(journal(strategy, "cut")) == 1

    def test_an_exit_for_funding_that_could_not_be_ordered_is_ordered_at_the_next_loop(
        self, data, monkeypatch
    ):
        # 0.5 % over 8 hours, and again a quarter of an hour after noon: at once.
        times = [NOON + timedelta(hours=hours) for hours in (-7.75, 0.25)]
        store(data, pd.DataFrame({"date": times, "funding_rate": 0.005}), CandleType.FUNDING_RATE)
        strategy = guarded(data, **only("funding_exit"))
        loop(strategy)
        trades = [enter(1), enter(2)]
        with monkeypatch.context() as patched:
            patched.setattr(InMemoryStore, "set_for_trade", broken)
            loop(strategy, 5)

        loop(strategy, 10)

        tags = {reductions_of(strategy).exit_tag(trade.id) for trade in trades}
        assert tags == {"riskguard_funding_exit"}

    def test_what_only_observes_moves_its_ladder_and_reduces_nothing(self, data):
        strategy = guarded(data, **{**LADDER, "drawdown_ladder": {"mode": "observe"}})
        loop(strategy)
        down(0.2)

        for minutes in (5, 10, 15):
            loop(strategy, minutes)

        assert not reductions_of(strategy)
        assert not global_locks(15)
        assert level_of(strategy, "drawdown_ladder") == 0
        assert level_of(strategy, "drawdown_ladder", enforced=False) == HALTED
        made = [decision.question for decision in journal(strategy)]
        assert sorted(made) == ["exit", "lock"]
        assert not any(decision.enforced for decision in journal(strategy))

    def test_a_ladder_moves_last_so_that_an_error_repeats_the_step(self, data, monkeypatch):
        strategy = guarded(data, **LADDER)
        loop(strategy)
        trade = down(0.06)
        with monkeypatch.context() as patched:
            patched.setattr(InMemoryStore, "set_for_trade", broken)
            loop(strategy, 5)
        assert account_of(strategy) is None
        assert level_of(strategy, "drawdown_ladder") == 0

        loop(strategy, 10)

        assert reductions_of(strategy).is_ordered(trade.id)
        assert level_of(strategy, "drawdown_ladder") == 1

    def test_the_stop_on_equity_pauses_and_halves_once_per_peak(self, data):
        strategy = guarded(data, **only("equity_stop"))
        loop(strategy)
        trade = down(0.16)

        loop(strategy, 5)
        first = reductions_of(strategy).cut_stake(trade, 100.0, 5.0)
        fill(trade, trade.exit_side, trade.amount / 2, 100.0, NOON)
        loop(strategy, 10)

        assert first == (pytest.approx(-500.0, rel=1e-3), "riskguard_equity_stop_cut")
        assert not reductions_of(strategy)
        assert PairLocks.is_global_lock(NOON + timedelta(hours=24))
        assert not PairLocks.is_global_lock(NOON + timedelta(hours=24, minutes=5))
        assert len(global_locks(10)) == 1


@pytest.mark.usefixtures("_backtest")
class TestAHalt:
    def halted(self, data, **settings):
        strategy = guarded(data, **{**LADDER, "drawdown_ladder": settings})
        loop(strategy)
        trade = down(0.2)
        loop(strategy, 5)
        return strategy, trade

    def test_it_closes_everything_and_is_given_once(self, data):
        strategy, trade = self.halted(data)
        for minutes in (10, 15, 20):
            loop(strategy, minutes)

        (lock,) = global_locks(20)
        assert lock.reason.startswith("HALTED")
        assert lock.lock_end_time > NOON + timedelta(days=3_000)
        assert reductions_of(strategy).exit_tag(trade.id) == "riskguard_drawdown_ladder"
        assert len(journal(strategy, "lock")) == 1
        assert len(journal(strategy, "exit")) == 1

    def test_a_trade_that_is_filled_late_is_closed_too(self, data):
        strategy, trade = self.halted(data)
        close_trade(trade, 100.0, NOON + 6 * MINUTE)
        late = enter(2)

        loop(strategy, 10)

        assert reductions_of(strategy).exit_tag(late.id) == "riskguard_drawdown_ladder"

    def test_lifted_the_drawdown_counts_from_there(self, data, caplog):
        strategy, trade = self.halted(data)
        close_trade(trade, 100.0, NOON + 6 * MINUTE)
        strategy.wallets.total = 8_000.0
        loop(strategy, 10)
        assert account_of(strategy).drawdown_ratio == pytest.approx(0.2)

        PairLocks.unlock_pair("*", NOON + 12 * MINUTE)
        loop(strategy, 15)
        account = account_of(strategy)

        assert account.peak_equity_quote == account.equity_quote == pytest.approx(8_000.0)
        assert account.drawdown_ratio == 0.0
        assert level_of(strategy, "drawdown_ladder") == 0
        assert not PairLocks.is_global_lock(NOON + 15 * MINUTE)
        assert (
            caplog.text.count(
                "The halt has ended: drawdown is now measured from the present equity"
            )
            == 1
        )
        loop(strategy, 20)
        assert (
            caplog.text.count(
                "The halt has ended: drawdown is now measured from the present equity"
            )
            == 1
        )
        # Trades are open again.
        later = enter(2)
        loop(strategy, 25)
        assert not reductions_of(strategy).is_ordered(later.id)

    def test_lifted_while_trades_are_open_they_are_kept(self, data):
        strategy, trade = self.halted(data)
        PairLocks.unlock_pair("*", NOON + 7 * MINUTE)

        loop(strategy, 10)

        # The close was ordered before and is being carried out; nothing new is asked for.
        assert level_of(strategy, "drawdown_ladder") == 0
        assert reductions_of(strategy).exit_tag(trade.id) == "riskguard_drawdown_ladder"
        assert not PairLocks.is_global_lock(NOON + 10 * MINUTE)

    def test_it_comes_again_after_the_next_fall(self, data):
        strategy, trade = self.halted(data)
        close_trade(trade, 100.0, NOON + 6 * MINUTE)
        PairLocks.unlock_pair("*", NOON + 7 * MINUTE)
        loop(strategy, 10)  # from 8,000 on

        again = down(0.2, trade_id=2)  # 2,000 of 8,000
        loop(strategy, 45)

        assert PairLocks.is_global_lock(NOON + 45 * MINUTE)
        assert reductions_of(strategy).exit_tag(again.id) == "riskguard_drawdown_ladder"
        PairLocks.unlock_pair("*", NOON + 46 * MINUTE)
        loop(strategy, 50)
        assert account_of(strategy).drawdown_ratio == 0.0

    def test_it_ends_by_itself_where_that_is_configured(self, data):
        strategy, trade = self.halted(data, resume_after_hours=1.0)
        close_trade(trade, 100.0, NOON + 6 * MINUTE)

        loop(strategy, 60)
        assert PairLocks.is_global_lock(NOON + 60 * MINUTE)
        assert account_of(strategy).drawdown_ratio == pytest.approx(0.2)

        loop(strategy, 65)
        assert not PairLocks.is_global_lock(NOON + 65 * MINUTE)
        assert account_of(strategy).drawdown_ratio == 0.0

    @pytest.mark.parametrize("side", ["long", "short"])
    @pytest.mark.parametrize(
        ("risk", "lots"),
        # A minimum of 4,000 at 1x and a stop of 5 %: 5.5 % of it, 220 (a short 221), is within 3 %
        # of the 8,500 that are left, and not within 1 %.
        [(0.03, 4_000.0), (0.01, 0.0)],
    )
    def test_an_account_below_the_exchanges_minimum_is_not_frozen_for_good(
        self, data, side, risk, lots
    ):
        strategy = guarded(
            data,
            **only("drawdown_ladder", "percent_stop", percent_stop={"max_loss": 0.05}),
            # The hard cap is always on: 1x.
            max_leverage=1.0,
            risk_per_trade=risk,
        )
        loop(strategy)
        closed_trade(1, profit_ratio=-0.15, date=NOON + MINUTE)
        strategy.wallets.total = strategy.wallets.free = 8_500.0
        now = loop(strategy, 5)
        assert account_of(strategy).drawdown_ratio == pytest.approx(0.15)
        given = leverage(strategy, side, now, proposed_leverage=1.0)

        # The caps leave 5,000, the ladder half of it.
        answer = stake(strategy, given, side, now, asked=5_000.0, minimum=4_000.0)

        assert answer == pytest.approx(lots)
        loop(strategy, 10)
        locks = global_locks(10)
        assert len(locks) == (0 if lots else 1)
        if not lots:
            assert locks[0].reason.startswith("HALTED: equity is 15 % below its peak of 10000")
            assert "the exchange's minimum of 4000 would risk 2" in locks[0].reason
            PairLocks.unlock_pair("*", NOON + 12 * MINUTE)
            loop(strategy, 15)
            assert account_of(strategy).drawdown_ratio == 0.0
            assert global_locks(15) == []

    def test_a_halt_that_only_observes_never_ends_nor_rebases(self, data):
        strategy, trade = self.halted(data, mode="observe")
        close_trade(trade, 100.0, NOON + 6 * MINUTE)

        loop(strategy, 10)

        assert account_of(strategy).drawdown_ratio == pytest.approx(0.2)

    @pytest.mark.parametrize("settings", [LADDER, DAILY, only("equity_stop")])
    def test_a_lock_that_could_not_be_given_is_given_at_the_next_loop(
        self, data, monkeypatch, caplog, settings
    ):
        strategy = guarded(data, **settings)
        loop(strategy)
        trade = down(0.2)
        with monkeypatch.context() as patched:
            patched.setattr(PairLocks, "lock_pair", broken)
            loop(strategy, 5)
        # Nothing is entered meanwhile.
        assert account_of(strategy) is None
        assert "entries are blocked until it succeeds" in caplog.text

        loop(strategy, 10)

        assert account_of(strategy) is not None
        assert len(global_locks(10)) == 1
        assert reductions_of(strategy).is_ordered(trade.id)
        assert len(journal(strategy, "lock")) == 1

    def test_a_halt_that_could_not_be_given_can_still_be_lifted(self, data, monkeypatch):
        strategy = guarded(data, **LADDER)
        loop(strategy)
        trade = down(0.2)
        with monkeypatch.context() as patched:
            patched.setattr(PairLocks, "lock_pair", broken)
            loop(strategy, 5)
        loop(strategy, 10)
        close_trade(trade, 100.0, NOON + 11 * MINUTE)
        assert PairLocks.is_global_lock(NOON + 10 * MINUTE)
        assert account_of(strategy).drawdown_ratio == pytest.approx(0.2, abs=0.01)

        PairLocks.unlock_pair("*", NOON + 12 * MINUTE)
        loop(strategy, 15)

        assert account_of(strategy).drawdown_ratio == 0.0
        assert level_of(strategy, "drawdown_ladder") == 0


@pytest.mark.usefixtures("_backtest")
class TestAnUnknownEquity:
    def test_is_unknown_for_as_long_as_it_lasts_and_what_it_is_measured_against_stays(self, data):
        strategy = guarded(data, **only("daily_loss"))
        trade = enter()
        loop(strategy)
        known = account_of(strategy)

        trade.funding_fees = nan
        loop(strategy, 5)

        unknown = account_of(strategy)
        assert isnan(unknown.equity_quote)
        assert unknown.peak_equity_quote == known.peak_equity_quote == 10_000.0
        assert unknown.day_start_equity_quote == known.day_start_equity_quote == 10_000.0
        trade.funding_fees = 0.0
        loop(strategy, 10)
        assert account_of(strategy).equity_quote == known.equity_quote

    def test_pauses_entries_by_the_hour_and_closes_nothing(self, data):
        strategy = guarded(data, **DAILY)
        trade = enter()
        loop(strategy)
        assert not global_locks(0)

        trade.funding_fees = nan
        loop(strategy, 5)

        (lock,) = global_locks(5)
        assert "the loss today is unknown" in lock.reason
        # From 12:05 on to the end of the hour.
        assert not PairLocks.is_global_lock(NOON + 61 * MINUTE)
        assert reductions_of(strategy).exit_tag(trade.id) is None

    @pytest.mark.parametrize("rule", ["drawdown_ladder", "position_cap"])
    def test_leaves_nothing_to_stake(self, data, rule):
        strategy = guarded(data, **only(rule))
        trade = enter(stake=500.0)
        loop(strategy)
        assert stake(strategy, 2.0) > 0.0

        trade.funding_fees = nan
        loop(strategy, 5)

        assert stake(strategy, 2.0, time=NOON + 5 * MINUTE) == 0.0


@pytest.mark.usefixtures("_backtest")
class TestLossLimits:
    def test_close_all_closes_every_open_trade(self, data):
        strategy = guarded(data, **DAILY)
        loop(strategy)
        lost, won = down(0.04, 1), enter(2)

        loop(strategy, 5)
        loop(strategy, 10)

        reductions = reductions_of(strategy)
        assert reductions.exit_tag(lost.id) == reductions.exit_tag(won.id) == "riskguard_daily_loss"
        assert len(global_locks(10)) == 1
        closed = journal(strategy, "exit")
        assert [decision.rule for decision in closed] == ["daily_loss"] * 2

    def test_an_entry_that_waits_when_all_is_closed_is_closed_when_it_is_filled(self, data):
        strategy = guarded(data, **DAILY)
        loop(strategy)
        down(0.04, 1)
        waiting = waiting_trade(2)
        LocalTrade.add_bt_trade(waiting)
        loop(strategy, 5)

        waiting.amount = 100.0
        loop(strategy, 10)

        assert reductions_of(strategy).exit_tag(waiting.id) == "riskguard_daily_loss"

    @pytest.mark.parametrize(
        "settings",
        [
            only("daily_loss"),
            only("daily_loss", daily_loss={"mode": "observe", "close_all": True}),
        ],
    )
    def test_without_it_trades_remain(self, data, settings):
        strategy = guarded(data, **settings)
        loop(strategy)
        down(0.04)

        loop(strategy, 5)

        assert not reductions_of(strategy)
        assert len(journal(strategy, "lock")) == 1

    @pytest.mark.parametrize("short", [False, True])
    def test_an_entry_that_waits_is_noted_where_a_lock_only_observes(self, data, short):
        strategy = guarded(data, **only("daily_loss", daily_loss={"mode": "observe"}))
        loop(strategy)
        down(0.04, 1)
        LocalTrade.add_bt_trade(waiting_trade(2, pair=ETH, short=short))

        loop(strategy, 5)

        (lock,) = journal(strategy, "lock")
        (noted,) = journal(strategy, "cancel")
        assert lock.why.startswith("Entries paused")
        assert (noted.rule, noted.enforced) == ("daily_loss", False)
        assert (noted.pair, noted.side) == (ETH, -1 if short else 1)
        assert "would be cancelled" in noted.why

    def test_a_lock_of_one_pair_that_only_observes_would_cancel_nothing_of_another(self, data):
        observed = {"mode": "observe", "per_pair": True, "max_loss": 0.001}
        strategy = guarded(data, **only("circuit_breaker", circuit_breaker=observed))
        loop(strategy)
        for trade_id, pair in ((1, PAIR), (2, ETH)):
            LocalTrade.add_bt_trade(waiting_trade(trade_id, pair=pair))
        closed_trade(3, profit_ratio=-0.05, date=NOON + MINUTE)

        loop(strategy, 5)

        (noted,) = journal(strategy, "cancel")
        assert (noted.pair, noted.time) == (PAIR, NOON + 5 * MINUTE)
        # Noted once for the order, not in each loop.
        loop(strategy, 10)
        assert journal(strategy, "cancel") == [noted]

    def test_a_lock_of_the_day_ends_with_it(self, data):
        strategy = guarded(data, **DAILY)
        loop(strategy)
        down(0.04)
        loop(strategy, 5)

        assert PairLocks.is_global_lock(NOON.replace(hour=23, minute=59))
        assert not PairLocks.is_global_lock(NOON.replace(hour=0) + timedelta(days=1))

    def test_before_the_first_loop_and_without_limits_there_is_none(self, data):
        strategy = guarded(data, **DAILY)
        trade = enter()
        assert (
            strategy._riskguard.account_manager.exit_price(strategy, trade, 100.0, NOON)
            == NO_EXIT_PRICE
        )

        unlimited = guarded(data, **only())
        loop(unlimited)
        assert (
            unlimited._riskguard.account_manager.exit_price(unlimited, trade, 100.0, NOON)
            == NO_EXIT_PRICE
        )


@pytest.mark.usefixtures("_backtest")
def test_what_is_kept_of_trades_that_are_over_is_dropped_in_time(data):
    strategy = guarded(data, **LADDER)
    loop(strategy)
    trade = down(0.06)
    loop(strategy, 5)
    memory = strategy._riskguard.memory
    assert memory.get_for_trade(trade, "target_amount") is not None
    close_trade(trade, 100.0, NOON + 6 * MINUTE)

    loop(strategy, 10)
    assert memory.get_for_trade(trade, "target_amount") is not None
    loop(strategy, 5 * 24 * 60)

    assert memory.get_for_trade(trade, "target_amount") is None


@pytest.mark.usefixtures("_backtest")
@pytest.mark.parametrize(("circuit", "funding"), [(3.0, 6.0), (6.0, 3.0)])
def test_what_was_kept_lasts_a_day_and_twice_what_any_breaker_looks_back_at(data, circuit, funding):
    lookbacks = {
        "circuit_breaker": {"mode": "off", "lookback_hours": circuit},
        "funding_breaker": {"mode": "off", "lookback_hours": funding},
    }
    strategy = guarded(data, **{**LADDER, **lookbacks})
    loop(strategy)
    trade = down(0.06)
    loop(strategy, 5)
    close_trade(trade, 100.0, NOON + 6 * MINUTE)
    # Seen at ten past: kept for 24 and twice 6 hours from there.
    last = 10 + 36 * 60

    for minutes, is_kept in ((10, True), (last, True), (last + 5, False)):
        loop(strategy, minutes)
        kept = strategy._riskguard.memory.get_for_trade(trade, "target_amount")
        assert (kept is not None) == is_kept


class TestOnARunningBot:
    """With a real database, in dry-run, and restarts in between."""

    def started(self, data, *, ladder=LADDER, total=10_000.0):
        strategy = guarded(data, runmode=RunMode.DRY_RUN, **ladder)
        strategy.wallets.total = strategy.wallets.free = total
        return strategy

    @pytest.fixture
    def url(self, database):
        return database

    def unlock(self, minutes):
        for lock in PairLocks.get_pair_locks("*", NOON + minutes * MINUTE):
            lock.active = False
        PairLock.session.commit()

    def test_a_halt_outlives_a_restart_and_is_lifted_after_it(self, data, url, caplog):
        strategy = self.started(data)
        loop(strategy)
        booked_trade(rate=125.0)  # 2,000 down at 100
        loop(strategy, 5)
        assert len(global_locks(5)) == 1

        open_database(url)
        again = self.started(data)
        loop(again, 10)
        assert len(global_locks(10)) == 1
        assert reductions_of(again).exit_tag(1) == "riskguard_drawdown_ladder"
        assert account_of(again).drawdown_ratio == pytest.approx(0.2)
        assert account_of(again).basis == "live"

        self.unlock(12)
        open_database(url)
        lifted = self.started(data)
        loop(lifted, 15)
        assert account_of(lifted).drawdown_ratio == 0.0
        assert level_of(lifted, "drawdown_ladder") == 0
        assert caplog.text.count("The halt has ended") == 1

    @pytest.mark.usefixtures("url")
    def test_money_that_comes_is_an_alert_of_the_equity(self, data):
        strategy = self.started(data)
        loop(strategy)
        strategy.wallets.total = 11_000.0

        for minutes in (1, 2, 3):
            loop(strategy, minutes)

        (alert,) = journal(strategy, "alert")
        assert (alert.rule, alert.time) == ("equity", NOON + 3 * MINUTE)
        assert alert.why.startswith("Account changed by +1000.00 USDT")

    @pytest.mark.usefixtures("url")
    def test_an_atr_that_is_unknown_is_looked_for_in_each_loop(self, data):
        strategy = self.started(data)
        frame = strategy.dp.frames.pop((PAIR, "1h"))
        booked_trade()
        loop(strategy)
        (before,) = account_of(strategy).positions
        assert isnan(before.market.atr)

        strategy.dp.frames[PAIR, "1h"] = frame
        loop(strategy, 5)

        (position,) = account_of(strategy).positions
        assert position.market.atr > 0

    def test_a_halt_soon_after_a_lifted_one_is_a_halt(self, data, url):
        strategy = self.started(data)
        loop(strategy)
        booked_trade(rate=125.0)
        loop(strategy, 5)
        self.unlock(6)
        loop(strategy, 7)
        assert not global_locks(7)

        booked_trade(2, rate=130.0)
        loop(strategy, 8)

        assert len(global_locks(8)) == 1
        assert level_of(strategy, "drawdown_ladder") == HALTED
        loop(strategy, 9)
        assert len(global_locks(9)) == 1

    def test_a_restart_does_not_cut_again(self, data, url):
        strategy = self.started(data)
        loop(strategy)
        trade = booked_trade(rate=100 / 0.94)  # 6 % down
        loop(strategy, 5)
        asked = reductions_of(strategy).cut_stake(trade, 100.0, 5.0)
        sold = round(-asked[0] / trade.stake_amount * trade.amount, 3)
        fill(trade, trade.exit_side, sold, 100.0, NOON.replace(tzinfo=None))
        Trade.commit()

        open_database(url)
        again = self.started(data)
        loop(again, 10)

        assert asked == (pytest.approx(-100.0, rel=1e-3), "riskguard_drawdown_ladder_cut")
        assert found_again().amount == pytest.approx(94.0 * 0.9, abs=1e-3)
        assert reductions_of(again).cut_stake(found_again(), 100.0, 5.0) is None
        assert not reductions_of(again)
        assert level_of(again, "drawdown_ladder") == 1

    @pytest.mark.parametrize(
        ("rule", "settings", "rate"),
        [
            ("daily_loss", {"close_all": True}, 100 / 0.85),
            ("weekly_loss", {"close_all": True}, 100 / 0.84),
            ("drawdown_ladder", {}, 125.0),
            ("equity_stop", {}, 100 / 0.84),
        ],
    )
    def test_what_was_only_observed_is_done_once_its_rule_enforces(
        self, data, url, rule, settings, rate
    ):
        observing = only(rule, **{rule: {"mode": "observe", **settings}})
        strategy = self.started(data, ladder=observing)
        loop(strategy)
        booked_trade(rate=rate)
        loop(strategy, 5)
        assert not global_locks(5)
        assert len(journal(strategy, "lock")) == 1

        open_database(url)
        enforcing = self.started(data, ladder=only(rule, **{rule: settings}))
        loop(enforcing, 10)

        assert len(global_locks(10)) == 1
        target = reductions_of(enforcing).target_amount(1, 100.0)
        assert target < found_again().amount * 0.51

    @pytest.mark.parametrize(
        ("rule", "entry", "low", "locks"),
        [
            # 20,000 of 10,000: at 91 the account is 18 % down, at 103 it has a new peak.
            ("equity_stop", {"stake": 5_000.0, "leverage": 4.0}, 91.0, 1),
            # 10,000 of 10,000: 9 % down, the second step.
            ("drawdown_ladder", {"stake": 2_500.0, "leverage": 4.0}, 91.0, 0),
            # 5,000 on a margin of 1,000: at 85.5 275 of equity are left.
            ("margin_ladder", {"stake": 1_000.0, "leverage": 5.0}, 85.5, 0),
        ],
    )
    def test_a_step_counts_anew_after_a_recovery_that_was_only_observed(
        self, data, url, rule, entry, low, locks
    ):
        def go(mode, minutes, *prices):
            open_database(url)
            strategy = self.started(data, ladder=only(rule, **{rule: {"mode": mode}}))
            for number, price in enumerate(prices):
                strategy.dp._exchange.rates[PAIR] = price
                loop(strategy, minutes + number)
            return strategy

        strategy = go("enforce", 0, 100.0)
        booked_trade(**entry)
        strategy.dp._exchange.rates[PAIR] = low
        loop(strategy, 1)
        assert reductions_of(strategy).is_ordered(1)
        # The order is filled, and the position then added to: it is what it was.
        strategy._riskguard.memory.set_for_trade(found_again(), "target_rule", "none")
        self.unlock(2)

        go("observe", 3, low, 103.0, low)
        again = go("enforce", 60, low)

        assert reductions_of(again).is_ordered(1)
        assert len(global_locks(60)) == locks

    def switched(self, data, url, rule, mode, **settings):
        """Restart with one rule in a mode."""
        open_database(url)
        return self.started(data, ladder=only(rule, **{rule: {"mode": mode, **settings}}))

    def test_a_cut_that_was_ordered_waits_while_its_rule_observes(self, data, url):
        strategy = self.started(data)
        loop(strategy)
        booked_trade(rate=100 / 0.94)  # 6 % down: a tenth is cut
        loop(strategy, 5)
        assert reductions_of(strategy).is_ordered(1)

        observing = self.switched(data, url, "drawdown_ladder", "observe")
        loop(observing, 6)
        assert not reductions_of(observing)
        assert adjust_position(observing, found_again(), time=NOON + 6 * MINUTE)[0] is None

        again = self.switched(data, url, "drawdown_ladder", "enforce")
        loop(again, 7)
        assert reductions_of(again).target_amount(1, 94.0) == pytest.approx(94.0 * 0.9, abs=1e-3)

    def test_a_cut_whose_step_has_recovered_while_its_rule_observes_is_over(self, data, url):
        strategy = self.started(data)
        loop(strategy)
        booked_trade(rate=100 / 0.94)
        loop(strategy, 5)

        observing = self.switched(data, url, "drawdown_ladder", "observe")
        observing.dp._exchange.rates[PAIR] = 107.0  # a new peak
        loop(observing, 6)
        again = self.switched(data, url, "drawdown_ladder", "enforce")
        again.dp._exchange.rates[PAIR] = 107.0
        loop(again, 7)

        assert not reductions_of(again)
        assert level_of(again, "drawdown_ladder") == 0

    def test_a_close_of_a_halt_that_was_lifted_while_its_rule_observes_never_comes_back(
        self, data, url
    ):
        strategy = self.started(data)
        loop(strategy)
        booked_trade(rate=125.0)
        loop(strategy, 5)
        assert reductions_of(strategy).exit_tag(1) == "riskguard_drawdown_ladder"

        self.unlock(6)
        loop(self.switched(data, url, "drawdown_ladder", "observe"), 7)
        again = self.switched(data, url, "drawdown_ladder", "enforce")
        loop(again, 8)

        assert not reductions_of(again)
        assert global_locks(8) == []

    @pytest.mark.parametrize("mode", ["observe", "off"])
    def test_a_close_of_a_rule_that_has_no_steps_is_over_once_it_does_not_enforce(
        self, data, url, mode
    ):
        strategy = self.started(data, ladder=DAILY)
        loop(strategy)
        booked_trade(rate=100 / 0.96)
        loop(strategy, 5)
        assert reductions_of(strategy).exit_tag(1) == "riskguard_daily_loss"

        loop(self.switched(data, url, "daily_loss", mode, close_all=True), 7)
        again = self.switched(data, url, "daily_loss", "enforce", close_all=True)
        loop(again, 24 * 60)

        assert not reductions_of(again)

    def test_a_clock_that_jumps_ahead_and_back_forgets_no_loser(self, data, url):
        strategy = self.started(data, ladder=only("circuit_breaker"))
        loop(strategy)
        for number in range(1, 6):
            trade = booked_trade(number, stake=100.0)
            fill(trade, trade.exit_side, trade.amount, 99.0, NOON)
            trade.close_date = NOON.replace(tzinfo=None)
            trade.close(99.0, show_msg=False)
            trade.funding_fees = -2.0
            Trade.commit()
        loop(strategy, 1)
        manager = strategy._riskguard.account_manager

        def known():
            numbers = [trade.trade_id for trade in manager.trade_history.recent]
            return numbers, account_of(strategy).funding_paid_quote

        before = known()
        assert before == ([1, 2, 3, 4, 5], pytest.approx(10.0))

        loop(strategy, 3 * 24 * 60)
        # A streak of three has no lookback.
        assert known() == ([3, 4, 5], 0.0)
        loop(strategy, 2)
        loop(strategy, 3)
        assert known() == before

    @pytest.mark.parametrize(
        ("settings", "rule", "is_halt"),
        [(LADDER, "drawdown_ladder", True), (DAILY, "daily_loss", False)],
    )
    def test_while_nothing_can_be_written_all_is_in_force_and_is_told_once(
        self, data, url, monkeypatch, caplog, settings, rule, is_halt
    ):
        strategy = self.started(data, ladder=settings)
        loop(strategy)
        booked_trade(rate=125.0)  # 2,000 down at 100
        with monkeypatch.context() as patched:
            patched.setattr(Session, "commit", disk_full)
            for minutes in (5, 6, 7):
                loop(strategy, minutes)
                assert reductions_of(strategy).exit_tag(1) == f"riskguard_{rule}"
                assert account_of(strategy).drawdown_ratio == pytest.approx(0.2)
                assert stake(strategy, 1.0, time=NOON + minutes * MINUTE) == 0.0
        errors = [record for record in caplog.records if record.levelno == logging.ERROR]
        assert [record.getMessage().split(".")[0] for record in errors][:1] == [
            "RiskGuard: the database cannot be written to"
        ]
        assert caplog.text.count("cannot be written to") == 1
        assert global_locks(7) == []

        loop(strategy, 8)
        open_database(url)
        again = self.started(data, ladder=settings)
        loop(again, 9)

        assert len(global_locks(9)) == 1
        assert reductions_of(again).exit_tag(1) == f"riskguard_{rule}"
        assert bool(again._riskguard.memory.get("halt_until")) == is_halt
        assert "can be written to again" in caplog.text

    def test_an_order_waits_for_no_lock_that_could_not_be_written(self, data, url, monkeypatch):
        strategy = self.started(data, ladder=only("equity_stop"))
        loop(strategy)
        trade = booked_trade(rate=100 / 0.84)
        order = wait(trade, 10.0, 99.0)
        Trade.commit()
        with monkeypatch.context() as patched:
            patched.setattr(PairLocks, "lock_pair", disk_full)
            loop(strategy, 5)
        reductions_of(strategy)._targets.clear()

        time = NOON + 5 * MINUTE
        assert strategy.check_entry_timeout(pair=PAIR, trade=trade, order=order, current_time=time)

        strategy._riskguard.account_manager.actions._pending_locks.clear()
        assert not strategy.check_entry_timeout(
            pair=PAIR, trade=trade, order=order, current_time=time
        )

    def test_a_lock_is_told_in_the_log_once(self, data, url, caplog):
        strategy = self.started(data, ladder=DAILY)
        loop(strategy)
        booked_trade(rate=100 / 0.96)
        with caplog.at_level(logging.WARNING):
            for minutes in (5, 10, 15):
                loop(strategy, minutes)

        told = [m for m in caplog.messages if "Entries paused until 00:00 UTC" in m]
        assert len(told) == 1
        assert told[0].startswith("RiskGuard: Entries paused")

    def test_what_only_observes_claims_no_pause(self, data, url, caplog):
        observing = only("daily_loss", daily_loss={"mode": "observe"})
        strategy = self.started(data, ladder=observing)
        loop(strategy)
        booked_trade(rate=100 / 0.85)
        loop(strategy, 5)

        told = [m for m in caplog.messages if "Entries paused until 00:00 UTC" in m]
        (only_observed,) = told
        assert only_observed.startswith(
            "RiskGuard: daily_loss only observes, nothing is locked: Entries paused"
        )
