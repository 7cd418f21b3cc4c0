"""``WeeklyLoss``, loaded by name through freqtrade's own manager, on freqtrade's own trades."""

import logging
from datetime import UTC, datetime, timedelta

import pytest
from freqtrade.exceptions import ConfigurationError
from freqtrade.persistence import PairLocks
from freqtrade.plugins.protectionmanager import ProtectionManager

from freqtrade_riskguard.adapters.startup import closed_trades_view
from tests.adapters.trades import closed_trade
from tests.factories import NOON

pytestmark = pytest.mark.usefixtures("_backtest")
CONFIG = {"timeframe": "5m", "stake_currency": "USDT"}
# NOON is Wednesday, 10 January 2024.
MONDAY = datetime(2024, 1, 8, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def manager(**settings):
    return ProtectionManager(CONFIG, [{"method": "WeeklyLoss", **settings}])


def run(protections, time):
    protections.stop_per_pair("BTC/USDT:USDT", time, "long", 10_000.0)
    protections.global_stop(time, "long", 10_000.0)


@pytest.mark.parametrize("short", [False, True])
def test_it_pauses_all_pairs_until_monday(short):
    protections = manager()
    # 1,500 of 10,000 over the days of this week: 15 %.
    closed_trade(1, profit_ratio=-0.10, date=MONDAY, short=short)
    closed_trade(2, profit_ratio=-0.05, date=NOON, short=short)

    run(protections, NOON)

    (lock,) = PairLocks.get_all_locks()
    assert (lock.pair, lock.side) == ("*", "*")
    assert lock.lock_end_time == MONDAY + timedelta(days=7)
    assert lock.reason == (
        "Entries paused until Monday 00:00 UTC: -15.0 % this week (limit 15.0 %, closed trades). "
        "0 trades REMAIN OPEN. Lift: /unlock"
    )


def test_it_forgets_last_week_and_measures_from_what_the_week_began_with():
    protections = manager()
    closed_trade(1, profit_ratio=-0.10, date=MONDAY - SECOND)  # 9,000 on Monday
    closed_trade(2, profit_ratio=-0.134, date=NOON)  # 1,340 are 14.9 % of that
    run(protections, NOON)
    assert PairLocks.get_all_locks() == []

    closed_trade(3, profit_ratio=-0.002, date=NOON + SECOND)  # 1,360 are 15.1 %
    run(protections, NOON + SECOND)
    assert len(PairLocks.get_all_locks()) == 1


def test_a_week_is_looked_at_to_its_last_second():
    protections = manager(weekly_loss_limit=0.05)
    closed_trade(1, profit_ratio=-0.06, date=MONDAY)

    run(protections, MONDAY + timedelta(days=7) - SECOND)

    assert PairLocks.get_all_locks()[0].lock_end_time == MONDAY + timedelta(days=7)


def test_a_mistake_stops_the_bot():
    with pytest.raises(ConfigurationError, match=r"weekly_loss_limit must be < 1, got 15"):
        manager(weekly_loss_limit=15)


def test_without_the_guard_it_says_what_it_does_not_see(caplog):
    closed_trades_view.tell_closed_only.cache_clear()

    with caplog.at_level(logging.WARNING):
        manager(between_closes=True)
        assert "closed trades only" not in caplog.text
        manager()

    assert "WeeklyLoss sees closed trades only" in caplog.text


def test_it_describes_itself():
    (described,) = manager().short_desc()

    assert described["WeeklyLoss"] == (
        "WeeklyLoss - no entries until Monday 00:00 UTC after a loss of 15.0% in a week, "
        "closed trades."
    )
