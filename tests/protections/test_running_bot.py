"""The protections of a running bot: trades and locks in its database, restarts between them."""

from datetime import timedelta

import pytest
from freqtrade.persistence import PairLocks, Trade, init_db
from freqtrade.plugins.protectionmanager import ProtectionManager

from tests.factories import NOON, PAIR

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _database(tmp_path):
    init_db(f"sqlite:///{tmp_path / 'bot.sqlite'}")
    PairLocks.timeframe = "5m"


def started(method, **settings):
    config = {"timeframe": "5m", "stake_currency": "USDT"}
    return ProtectionManager(config, [{"method": method, **settings}])


def close(protections, profit_quote, time):
    """Book a trade that has closed, and do what freqtrade does then."""
    trade = Trade(
        pair=PAIR,
        exchange="binance",
        stake_amount=1_000.0,
        amount=100.0,
        leverage=10.0,
        open_rate=100.0,
        open_date=time - HOUR,
        close_date=time,
        close_profit=profit_quote / 1_000.0,
        close_profit_abs=profit_quote,
        fee_open=0.0,
        fee_close=0.0,
        is_open=False,
    )
    Trade.session.add(trade)
    Trade.session.commit()
    protections.global_stop(time, "long", 10_000.0)


def lift():
    for lock in PairLocks.get_all_locks():
        lock.active = False
    Trade.session.commit()


def in_force(time):
    return len(PairLocks.get_pair_locks("*", time))


def test_the_history_before_a_start_counts():
    close(started("EquityDrawdown"), -1_000.0, NOON)
    protections = started("EquityDrawdown")

    close(protections, -1_000.0, NOON + HOUR)

    (lock,) = PairLocks.get_all_locks()
    assert lock.lock_end_time_utc == NOON + HOUR + timedelta(days=7)


def test_a_restart_during_a_halt_makes_no_second_lock():
    close(started("EquityDrawdown"), -2_000.0, NOON)

    close(started("EquityDrawdown"), -100.0, NOON + HOUR)

    assert len(PairLocks.get_all_locks()) == 1


def test_a_halt_that_a_person_lifts_is_over():
    protections = started("EquityDrawdown")
    close(protections, -2_000.0, NOON)
    lift()

    close(protections, -100.0, NOON + HOUR)

    assert in_force(NOON + HOUR) == 0


def test_a_trade_that_is_booked_late_counts_once():
    protections = started("EquityDrawdown")
    close(protections, -1_000.0, NOON)
    close(protections, -500.0, NOON - HOUR)  # found when the bot was on again
    assert in_force(NOON + HOUR) == 0

    close(protections, -200.0, NOON + HOUR)  # 8,300: 17 %
    assert in_force(NOON + HOUR) == 0
    close(protections, -100.0, NOON + 2 * HOUR)  # 8,200: 18 %
    assert in_force(NOON + 2 * HOUR) == 1


def test_the_week_is_read_from_the_database():
    close(started("WeeklyLoss"), -1_000.0, NOON)

    close(started("WeeklyLoss"), -600.0, NOON + HOUR)

    (lock,) = PairLocks.get_all_locks()
    assert lock.lock_end_time_utc == (NOON + timedelta(days=5)).replace(hour=0)


def test_losers_in_a_row_count_however_far_apart_and_over_restarts():
    for number, profit in enumerate((10.0, -1.0, -1.0)):
        close(started("CircuitBreaker"), profit, NOON + number * 13 * HOUR)
    newest = NOON + 3 * 13 * HOUR
    assert in_force(newest) == 0

    close(started("CircuitBreaker"), -1.0, newest)

    assert in_force(newest) == 1
    close(started("CircuitBreaker", per_pair=True, per_side=True), 1.0, newest + 5 * HOUR)
    assert in_force(newest + 5 * HOUR) == 0
