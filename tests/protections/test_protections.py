"""The protections, loaded by name through freqtrade's own manager, on freqtrade's own trades."""

import logging
from datetime import timedelta
from pathlib import Path

import pytest
from freqtrade.exceptions import ConfigurationError
from freqtrade.persistence import LocalTrade, PairLocks
from freqtrade.plugins.protectionmanager import ProtectionManager
from freqtrade.resolvers import ProtectionResolver

import freqtrade_riskguard
from freqtrade_riskguard.adapters.startup import closed_trades_view
from freqtrade_riskguard.adapters.startup.protection_resolver import install_protections
from freqtrade_riskguard.rules.pauses.daily_loss import DailyLoss as Rule
from tests.adapters.trades import closed_trade, open_trade
from tests.factories import NOON, PAIR

pytestmark = pytest.mark.usefixtures("_backtest")
CONFIG = {"timeframe": "5m", "stake_currency": "USDT"}
MINUTE = timedelta(minutes=1)


def manager(*definitions):
    return ProtectionManager(CONFIG, list(definitions))


def run(protections, time, pair=PAIR, side="long"):
    """Do what freqtrade does when a trade closes."""
    protections.stop_per_pair(pair, time, side, 10_000.0)
    protections.global_stop(time, side, 10_000.0)


def test_freqtrade_finds_them_by_name_beside_its_own():
    loaded = manager(
        {"method": "CircuitBreaker"},
        {"method": "DailyLoss"},
        {"method": "FundingBreaker"},
        {"method": "CooldownPeriod"},
    )

    assert loaded.name_list == ["CircuitBreaker", "DailyLoss", "FundingBreaker", "CooldownPeriod"]
    described = [next(iter(item.values())) for item in loaded.short_desc()]
    assert all(described)


def test_installing_twice_adds_one_folder():
    install_protections()

    paths = ProtectionResolver.build_search_paths(CONFIG)

    ours = Path(freqtrade_riskguard.__file__).parent / "protections"
    assert paths.count(ours) == 1
    assert paths[-1] == ours


@pytest.mark.parametrize("short", [False, True])
def test_daily_loss_pauses_all_pairs_until_midnight(short):
    protections = manager({"method": "DailyLoss", "daily_loss_limit": 0.03})
    # -300 of 10,000 today: 3 %.
    closed_trade(1, profit_ratio=-0.03, date=NOON, short=short)

    run(protections, NOON)

    (lock,) = PairLocks.get_all_locks()
    midnight = NOON.replace(hour=0) + timedelta(days=1)
    assert (lock.pair, lock.side, lock.lock_end_time) == ("*", "*", midnight)
    assert lock.reason.startswith(
        "Entries paused until 00:00 UTC: -3.0 % today (limit 3.0 %, closed"
    )


def test_daily_loss_forgets_yesterday():
    protections = manager({"method": "DailyLoss", "daily_loss_limit": 0.03})
    closed_trade(1, profit_ratio=-0.025, date=NOON - timedelta(hours=12, seconds=1))
    closed_trade(2, profit_ratio=-0.01, date=NOON - timedelta(hours=12))

    run(protections, NOON)

    # 100 lost today of the 9,750 that the day began with.
    assert PairLocks.get_all_locks() == []


def test_daily_loss_is_measured_from_what_the_day_began_with():
    protections = manager({"method": "DailyLoss", "daily_loss_limit": 0.03})
    closed_trade(1, profit_ratio=0.50, date=NOON - timedelta(days=1))  # 15,000 at midnight
    closed_trade(2, profit_ratio=-0.04, date=NOON)  # -400 is 2.7 % of that

    run(protections, NOON)

    assert PairLocks.get_all_locks() == []


def test_circuit_breaker_pauses_after_three_losers():
    protections = manager({"method": "CircuitBreaker"})
    for number in range(3):
        assert PairLocks.get_all_locks() == []
        closed_trade(number + 1, profit_ratio=-0.001, date=NOON + number * MINUTE)
        run(protections, NOON + number * MINUTE)

    (lock,) = PairLocks.get_all_locks()
    # 60 minutes from the newest loser's close at 12:02, rounded up to the candle of 13:05.
    assert lock.lock_end_time == NOON + 65 * MINUTE
    assert "3 losing trades in a row" in str(lock.reason)


def test_circuit_breaker_counts_in_candles_too():
    protections = manager(
        {"method": "CircuitBreaker", "stop_duration_candles": 4, "losing_trades": 1}
    )
    closed_trade(1, profit_ratio=-0.001, date=NOON)

    run(protections, NOON)

    assert PairLocks.get_all_locks()[0].lock_end_time == NOON + 20 * MINUTE


def test_circuit_breaker_counts_losers_however_far_apart():
    protections = manager({"method": "CircuitBreaker"})
    for number in range(3):
        date = NOON + number * timedelta(hours=12, minutes=6)
        assert PairLocks.get_all_locks() == []
        closed_trade(number + 1, profit_ratio=-0.001, date=date)
        run(protections, date)

    assert len(PairLocks.get_all_locks()) == 1


def test_circuit_breaker_sees_the_win_between_losers_far_apart():
    protections = manager({"method": "CircuitBreaker"})
    for number, profit in enumerate((-0.001, -0.001, 0.001, -0.001)):
        date = NOON + number * timedelta(hours=30)
        closed_trade(number + 1, profit_ratio=profit, date=date)
        run(protections, date)

    assert PairLocks.get_all_locks() == []


def test_circuit_breaker_pauses_for_two_candles_at_least(monkeypatch):
    monkeypatch.setattr(PairLocks, "timeframe", "1h")
    config = {**CONFIG, "timeframe": "1h"}
    protections = ProtectionManager(config, [{"method": "CircuitBreaker", "losing_trades": 1}])
    closed_trade(1, profit_ratio=-0.001, date=NOON)

    run(protections, NOON)

    assert PairLocks.get_all_locks()[0].lock_end_time == NOON + timedelta(hours=2)
    assert PairLocks.is_global_lock(NOON + timedelta(minutes=119))
    assert not PairLocks.is_global_lock(NOON + timedelta(minutes=121))


def test_circuit_breaker_by_pair():
    protections = manager({"method": "CircuitBreaker", "per_pair": True, "losing_trades": 2})
    for number in range(2):
        closed_trade(number + 1, profit_ratio=-0.001, date=NOON + number * MINUTE)

    run(protections, NOON + 2 * MINUTE)

    assert PairLocks.is_pair_locked(PAIR, NOON + 2 * MINUTE, "long")
    assert not PairLocks.is_pair_locked("ETH/USDT:USDT", NOON + 2 * MINUTE, "long")


def test_circuit_breaker_does_not_fire_again_for_the_same_losers():
    protections = manager({"method": "CircuitBreaker"})
    for number in range(3):
        closed_trade(number + 1, profit_ratio=-0.001, date=NOON + number * MINUTE)
    run(protections, NOON + 3 * MINUTE)
    closed_trade(9, profit_ratio=0.01, date=NOON + 90 * MINUTE)

    run(protections, NOON + 90 * MINUTE)

    assert len(PairLocks.get_all_locks()) == 1


def drained(funding, date=NOON):
    trade = open_trade(1)
    LocalTrade.add_bt_trade(trade)
    trade.orders[0].funding_fee = funding
    trade.recalc_trade_from_orders()
    trade.close_date = date
    trade.is_open = False
    trade.close_profit_abs = funding
    LocalTrade.close_bt_trade(trade)


def test_funding_breaker_pauses_the_pair_and_side_that_paid():
    protections = manager({"method": "FundingBreaker", "max_paid": 0.5})
    drained(-110.0)  # 11 % of 1,000 margin

    run(protections, NOON + MINUTE)

    (lock,) = PairLocks.get_all_locks()
    assert (lock.pair, lock.side) == (PAIR, "long")
    assert "11.0 % of the margin" in str(lock.reason)
    assert not PairLocks.is_pair_locked(PAIR, NOON + MINUTE, "short")


def test_funding_breaker_pauses_an_account_that_paid_too_much():
    protections = manager({"method": "FundingBreaker", "max_drain": 0.5})
    drained(-110.0)  # 1.1 % of 10,000

    run(protections, NOON + MINUTE)

    assert PairLocks.is_global_lock(NOON + MINUTE, "short")


def test_funding_received_pauses_nothing():
    protections = manager({"method": "FundingBreaker"})
    drained(500.0)

    run(protections, NOON + MINUTE)

    assert PairLocks.get_all_locks() == []


@pytest.mark.parametrize(
    ("definition", "message"),
    [
        (
            {"method": "DailyLoss", "daily_loss_limit": 3},
            r"protections.DailyLoss.daily_loss_limit must be < 1, got 3: did you mean 0.03\?",
        ),
        (
            {"method": "CircuitBreaker", "losing_trade": 3},
            r"protections.CircuitBreaker.losing_trade is not a setting: did you mean 'losing_tr",
        ),
        (
            {"method": "FundingBreaker", "max_drain": "much"},
            r"protections.FundingBreaker.max_drain must be a number, got a text",
        ),
    ],
)
def test_a_mistake_stops_the_bot(definition, message):
    with pytest.raises(ConfigurationError, match=message):
        manager(definition)


def test_a_protection_that_fails_pauses_entries_and_says_so_once(monkeypatch, caplog):
    def broken(*_):
        raise ZeroDivisionError

    closed_trades_view._failed.clear()
    protections = manager({"method": "DailyLoss"})
    closed_trade(1, profit_ratio=0.01, date=NOON)
    monkeypatch.setattr(Rule, "locks", broken)

    run(protections, NOON)
    run(protections, NOON + MINUTE)

    assert PairLocks.is_global_lock(NOON + 59 * MINUTE)
    assert [record.levelname for record in caplog.records] == ["ERROR"]


@pytest.mark.parametrize("name", ["DailyLoss", "FundingBreaker"])
def test_without_the_guard_they_say_what_they_do_not_see(name, caplog):
    closed_trades_view.tell_closed_only.cache_clear()

    with caplog.at_level(logging.WARNING):
        manager({"method": name})
        manager({"method": name})

    told = [r for r in caplog.records if f"{name} sees closed trades only" in r.getMessage()]
    assert len(told) == 1


def test_with_the_guard_they_say_nothing(caplog):
    closed_trades_view.tell_closed_only.cache_clear()

    manager({"method": "DailyLoss", "between_closes": True})

    assert "closed trades only" not in caplog.text
