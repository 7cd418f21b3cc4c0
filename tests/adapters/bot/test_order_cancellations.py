"""Entry orders that wait are cancelled while entries pause; exits never are."""

import logging
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from freqtrade.enums import RunMode
from freqtrade.persistence import LocalTrade, Order, PairLocks

from freqtrade_riskguard.adapters.bot import order_cancellations as cancellations
from tests.adapters.bots import (
    ETH,
    MINUTE,
    Reckless,
    broken,
    guarded,
    journal,
    loop,
    only,
)
from tests.adapters.trades import closed_trade, open_trade, wait, waiting_trade
from tests.factories import NOON, PAIR

pytestmark = pytest.mark.usefixtures("_backtest")

HOUR = timedelta(hours=1)
EVENT = {"start": "2024-01-10T11:00:00Z", "end": "2024-01-10T14:00:00Z"}


def is_timed_out(strategy, trade, minutes=0, order=-1):
    """Ask as freqtrade does in every loop and candle."""
    return strategy.ft_check_timed_out(trade, trade.orders[order], NOON + minutes * MINUTE)


def bot(data, cls=Reckless, *, markets=(PAIR, ETH), **settings):
    strategy = guarded(data, cls, markets=markets, **settings)
    strategy.config["unfilledtimeout"] = {"entry": 600, "exit": 600, "unit": "minutes"}
    loop(strategy)
    return strategy


def waits(trade_id=1, **kwargs):
    """Return a trade whose first entry waits."""
    trade = waiting_trade(trade_id, **kwargs)
    trade.orders[0].order_date = NOON
    LocalTrade.add_bt_trade(trade)
    return trade


def adds(trade_id=1, **kwargs):
    """Return a trade with an addition of 50 at 95 that waits."""
    trade = open_trade(trade_id, **kwargs)
    wait(trade, 50.0, 95.0)
    LocalTrade.add_bt_trade(trade)
    return trade


@pytest.mark.parametrize("short", [False, True])
@pytest.mark.parametrize("enter", [waits, adds])
def test_a_pause_of_all_cancels_what_waits_and_says_why(data, enter, short):
    strategy = bot(data, **only("daily_loss"))
    trade = enter(short=short)
    assert not is_timed_out(strategy, trade)
    closed_trade(2, pair=ETH, profit_ratio=-0.04, date=NOON + MINUTE)

    loop(strategy, 5)

    for minutes in (5, 6, 10):
        assert is_timed_out(strategy, trade, minutes) is True
    (told,) = journal(strategy, "cancel")
    kind, stake = ("entry", 1_000.0) if enter is waits else ("addition", 475.0)
    side = -1 if short else 1
    assert (told.pair, told.side, told.rule, told.enforced) == (PAIR, side, "daily_loss", True)
    assert (told.asked, told.answered) == (stake, 0.0)
    assert told.why.startswith(f"waiting {kind} of {stake:.0f} USDT cancelled: Entries paused")


@pytest.mark.parametrize(
    ("pair", "side", "cancelled"),
    [
        ("*", "*", {(PAIR, "long"), (PAIR, "short"), (ETH, "long")}),
        (PAIR, "*", {(PAIR, "long"), (PAIR, "short")}),
        ("*", "long", {(PAIR, "long"), (ETH, "long")}),
        (PAIR, "short", {(PAIR, "short")}),
        (ETH, "short", set()),
    ],
)
def test_only_what_a_lock_pauses_is_cancelled(data, pair, side, cancelled):
    # Whoever gave it: this is what protections, strategies and people do.
    strategy = bot(data, **only())
    trades = [waits(1), waits(2, short=True), waits(3, pair=ETH)]
    PairLocks.lock_pair(pair, NOON + HOUR, "3 stoplosses in 60 min", now=NOON, side=side)

    found = {
        (trade.pair, trade.trade_direction) for trade in trades if is_timed_out(strategy, trade)
    }

    assert found == cancelled
    assert {told.rule for told in journal(strategy)} == ({"StoplossGuard"} if cancelled else set())
    assert not any(is_timed_out(strategy, trade, 66) for trade in trades)  # the lock is over


def test_freqtrades_own_lock_after_a_close_pauses_nothing(data):
    strategy = bot(data, **only())
    PairLocks.lock_pair(PAIR, NOON + HOUR, "Auto lock", now=NOON)
    assert not is_timed_out(strategy, waits())


def test_a_margin_level_cancels_what_waits_though_it_is_no_lock(data):
    strategy = bot(data, **only("account_margin", account_margin={"warning": 0.003}))
    trade = adds()  # maintenance 0.4 % of 10,000 of notional, of 10,000 of equity
    assert not is_timed_out(strategy, trade)

    loop(strategy, 5)

    assert is_timed_out(strategy, trade, 5)
    (told,) = journal(strategy, "cancel")
    assert told.rule == "account_margin"
    assert "account margin WARNING" in told.why


@pytest.mark.parametrize(("factor", "cancelled"), [(0.0, True), (0.5, False)])
def test_a_window_without_entries_cancels_what_waits(data, factor, cancelled):
    windows = {"windows": [{"name": "FOMC", "factor": factor, **EVENT}]}
    strategy = bot(data, **only("event_windows", event_windows=windows))

    assert is_timed_out(strategy, waits()) is cancelled
    loop(strategy, 120)
    assert not is_timed_out(strategy, waits(2), 120)


def test_an_addition_to_what_is_cut_is_cancelled(data):
    strategy = bot(data, **only())
    trade, other = adds(1), adds(2)
    strategy._riskguard.account_manager.reductions.order(trade, 0.5, "margin_ladder")

    assert is_timed_out(strategy, trade)
    assert not is_timed_out(strategy, other)
    (told,) = journal(strategy, "cancel")
    assert told.why.endswith("the position is being cut or closed by margin_ladder")


def test_an_exit_is_never_cancelled(data):
    strategy, trade = bot(data, **only()), open_trade()
    order = wait(trade, 50.0, 105.0)
    order.ft_order_side = order.side = trade.exit_side
    PairLocks.lock_pair("*", NOON + HOUR, "HALTED", now=NOON)

    assert is_timed_out(strategy, trade) is False


def test_while_the_account_is_not_known_nothing_waits(data, caplog):
    strategy = bot(data, **only())
    trade = waits()
    strategy._riskguard.account = None

    with caplog.at_level(logging.ERROR):
        assert is_timed_out(strategy, trade) is True
        assert is_timed_out(strategy, trade) is True

    assert len(caplog.records) == 1
    assert "checking a waiting entry; it is cancelled" in caplog.text


def test_what_cannot_be_checked_is_cancelled(data, monkeypatch):
    strategy = bot(data, **only())
    monkeypatch.setattr(cancellations, "blocking_lock_reason", broken)
    assert is_timed_out(strategy, waits()) is True


def answering(answer):
    def check_entry_timeout(*_, order, **__):
        assert isinstance(order, Order)
        if answer is broken:
            broken()
        return answer

    return type("Answering", (Reckless,), {"check_entry_timeout": check_entry_timeout})


@pytest.mark.parametrize(
    ("answer", "cancelled"),
    [
        (True, True),
        (False, False),
        (None, False),
        (np.bool_(False), False),
        # Neither yes nor no, and no answer at all.
        (pd.Series([False]), True),
        (pd.NA, True),
        (broken, True),
    ],
)
def test_the_strategys_own_answer_counts_where_it_is_one(data, answer, cancelled):
    strategy = bot(data, answering(answer), **only())
    assert is_timed_out(strategy, waits()) is cancelled


@pytest.mark.parametrize("answer", [True, False])
def test_a_strategy_that_wants_to_wait_does_not_wait_through_a_pause(data, answer):
    strategy = bot(data, answering(answer), **only())
    PairLocks.lock_pair("*", NOON + HOUR, "by hand", now=NOON)
    assert is_timed_out(strategy, waits()) is True


def test_the_time_that_is_configured_still_ends_an_order(data):
    strategy = bot(data, **only())
    trade = waits()
    assert not is_timed_out(strategy, trade, 599)
    assert is_timed_out(strategy, trade, 600)


class TestObserving:
    def test_nothing_is_cancelled_and_what_would_have_been_is_noted(self, data):
        strategy = bot(data, **only("daily_loss"), mode="observe")
        trade = waits()
        closed_trade(2, pair=ETH, profit_ratio=-0.04, date=NOON + MINUTE)
        loop(strategy, 5)
        loop(strategy, 10)

        assert is_timed_out(strategy, trade, 10) is False
        (told,) = journal(strategy, "cancel")
        assert (told.rule, told.enforced, told.asked) == ("daily_loss", False, 1_000.0)
        assert "waiting entry of 1000 USDT would be cancelled: Entries paused" in told.why

    def test_a_lock_of_others_is_noted_too(self, data):
        strategy = bot(data, **only("daily_loss"), mode="observe")
        trade = waits()
        PairLocks.lock_pair(PAIR, NOON + HOUR, "by hand", now=NOON)

        for minutes in range(3):
            assert is_timed_out(strategy, trade, minutes) is False
        (told,) = journal(strategy, "cancel")
        assert not told.enforced

    def test_a_rule_that_observes_cancels_nothing_beside_one_that_enforces(self, data):
        observed = {"daily_loss": {"mode": "observe"}}
        strategy = bot(data, **{**only("daily_loss", "weekly_loss"), **observed})
        trade = waits()
        closed_trade(2, pair=ETH, profit_ratio=-0.04, date=NOON + MINUTE)
        loop(strategy, 5)
        assert is_timed_out(strategy, trade, 5) is False
        assert [told.enforced for told in journal(strategy, "cancel")] == [False]

        closed_trade(3, pair=ETH, profit_ratio=-0.12, date=NOON + 6 * MINUTE)
        loop(strategy, 10)
        assert is_timed_out(strategy, trade, 10) is True
        told = journal(strategy, "cancel")[-1]
        assert (told.rule, told.enforced) == ("weekly_loss", True)

    @pytest.mark.parametrize("answer", [True, False, None])
    def test_the_strategys_answer_comes_through(self, data, answer):
        strategy = bot(data, answering(answer), mode="observe")
        PairLocks.lock_pair("*", NOON + HOUR, "by hand", now=NOON)
        assert is_timed_out(strategy, waits()) is answer


@pytest.mark.usefixtures("database")
def test_a_running_bot_says_it_in_the_log_once(data, caplog):
    strategy = guarded(data, runmode=RunMode.DRY_RUN, **only())
    loop(strategy)
    trade = waits()
    PairLocks.lock_pair("*", NOON + HOUR, "by hand", now=NOON)
    caplog.clear()

    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            assert is_timed_out(strategy, trade)

    told = [record.getMessage() for record in caplog.records]
    assert told == [f"RiskGuard: {PAIR}: waiting entry of 1000 USDT cancelled: by hand"]
