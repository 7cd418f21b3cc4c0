"""``EquityDrawdown``, loaded by name through freqtrade's own manager, on freqtrade's own trades."""

import logging
from datetime import timedelta

import pytest
from freqtrade.exceptions import ConfigurationError
from freqtrade.persistence import PairLocks
from freqtrade.plugins.protectionmanager import ProtectionManager

from freqtrade_riskguard.adapters.account.closed_trade_equity import ClosedEquity
from freqtrade_riskguard.adapters.startup import closed_trades_view
from tests.adapters.trades import closed_trade
from tests.factories import NOON

pytestmark = pytest.mark.usefixtures("_backtest")
CONFIG = {"timeframe": "5m", "stake_currency": "USDT"}
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def manager(**settings):
    return ProtectionManager(CONFIG, [{"method": "EquityDrawdown", **settings}])


def run(protections, time):
    protections.stop_per_pair("BTC/USDT:USDT", time, "long", 10_000.0)
    protections.global_stop(time, "long", 10_000.0)


def close(protections, number, profit_quote, time):
    """Close a trade of 10,000 notional, and do what freqtrade does then."""
    closed_trade(number, profit_ratio=profit_quote / 10_000, date=time)
    run(protections, time)


def test_it_halts_all_pairs_for_a_week():
    protections = manager()
    close(protections, 1, 2_000.0, NOON)  # 12,000
    close(protections, 2, -2_000.0, NOON + HOUR)  # 16.7 % below
    assert PairLocks.get_all_locks() == []

    close(protections, 3, -200.0, NOON + 2 * HOUR)  # 9,800 is 18.3 % below

    (lock,) = PairLocks.get_all_locks()
    assert (lock.pair, lock.side) == ("*", "*")
    assert lock.lock_end_time == NOON + 2 * HOUR + 7 * DAY
    assert lock.reason == (
        "HALTED until 2024-01-17 14:00 UTC: equity is 18.3 % below its peak of 12000 (limit 18 %, "
        "closed trades). 0 trades REMAIN OPEN. Lift: /unlock"
    )


def test_one_halt_is_one_lock():
    protections = manager()
    close(protections, 1, -2_000.0, NOON)
    close(protections, 2, -500.0, NOON + HOUR)
    close(protections, 3, 100.0, NOON + DAY)

    assert len(PairLocks.get_all_locks()) == 1


def test_it_cannot_deadlock():
    protections = manager(max_drawdown=0.10, stop_duration=60)
    close(protections, 1, -1_000.0, NOON)
    # The halt is over at 13:00: 9,000 is the new peak, and 8,200 8.9 % below it.
    close(protections, 2, -800.0, NOON + HOUR)
    assert len(PairLocks.get_all_locks()) == 1

    close(protections, 3, -200.0, NOON + 2 * HOUR)  # 8,000 is 11.1 % below
    assert [lock.lock_end_time for lock in PairLocks.get_all_locks()] == [
        NOON + HOUR,
        NOON + 3 * HOUR,
    ]


def test_durations_can_be_given_in_candles():
    protections = manager(stop_duration_candles=4)

    close(protections, 1, -2_000.0, NOON)

    assert PairLocks.get_all_locks()[0].lock_end_time == NOON + timedelta(minutes=20)


def test_a_person_who_lifts_it_is_not_overruled():
    protections = manager()
    close(protections, 1, -2_000.0, NOON)
    PairLocks.get_all_locks()[0].active = False

    # 8,000 is the new peak: 7,000 is 12.5 % below it, 6,500 18.75 %.
    close(protections, 2, -1_000.0, NOON + HOUR)
    assert not PairLocks.is_global_lock(NOON + HOUR)

    close(protections, 3, -500.0, NOON + 2 * HOUR)
    assert PairLocks.is_global_lock(NOON + 2 * HOUR)


def test_a_restarted_bot_comes_to_the_same_halt():
    close(manager(), 1, -2_000.0, NOON)
    end = PairLocks.get_all_locks()[0].lock_end_time
    PairLocks.reset_locks()  # a fresh machine, with the trades only

    close(manager(), 2, -100.0, NOON + DAY)

    assert [lock.lock_end_time for lock in PairLocks.get_all_locks()] == [end]


def test_beside_the_guard_it_does_nothing():
    protections = manager(between_closes=True)

    close(protections, 1, -9_000.0, NOON)

    assert PairLocks.get_all_locks() == []


def test_where_it_fails_entries_pause(monkeypatch, caplog):
    def broken(_):
        raise ZeroDivisionError

    closed_trades_view._failed.clear()
    monkeypatch.setattr(ClosedEquity, "take_in", broken)
    protections = manager()

    close(protections, 1, 100.0, NOON)
    close(protections, 2, 100.0, NOON + timedelta(minutes=1))

    assert PairLocks.is_global_lock(NOON + timedelta(minutes=59))
    assert [record.levelname for record in caplog.records] == ["ERROR"]


def test_a_balance_that_is_not_known_pauses_entries():
    closed_trades_view._failed.clear()
    protections = manager()
    closed_trade(1, profit_ratio=0.01, date=NOON)

    protections.global_stop(NOON, "long", float("nan"))

    assert PairLocks.is_global_lock(NOON + timedelta(minutes=59))


def test_an_account_that_began_with_nothing_is_halted():
    protections = manager()
    closed_trade(1, profit_ratio=-0.01, date=NOON)

    protections.global_stop(NOON, "long", 0.0)

    assert PairLocks.is_global_lock(NOON + DAY)


def test_a_mistake_stops_the_bot():
    with pytest.raises(ConfigurationError, match=r"max_drawdown must be < 1, got 18"):
        manager(max_drawdown=18)


def test_without_the_guard_it_says_what_it_does_not_see(caplog):
    closed_trades_view.tell_closed_only.cache_clear()

    with caplog.at_level(logging.WARNING):
        manager(between_closes=True)
        assert "closed trades only" not in caplog.text
        manager()

    assert "EquityDrawdown sees closed trades only" in caplog.text


def test_it_describes_itself():
    (alone,) = manager().short_desc()
    (guarded,) = manager(between_closes=True).short_desc()

    assert alone["EquityDrawdown"] == (
        "EquityDrawdown - no entries for 10080 minutes 18.0% below the peak of equity, "
        "closed trades."
    )
    assert "RiskGuard halts 18.0% below" in guarded["EquityDrawdown"]
