"""Who gave a lock, told from the reasons that the real protections give."""

from datetime import timedelta
from typing import Any

import pytest
from freqtrade.persistence import PairLocks
from freqtrade.plugins.protectionmanager import ProtectionManager

from freqtrade_riskguard.config.schema import RULES
from freqtrade_riskguard.engine.lock_origins import (
    OTHER,
    PROTECTIONS,
    is_given_by_others,
    lock_origin,
    rule_label,
)
from freqtrade_riskguard.rules.pauses.daily_loss import DailyLoss
from freqtrade_riskguard.rules.pauses.funding_breaker import FundingBreaker
from tests.adapters.trades import closed_trade
from tests.factories import NOON, PAIR, account

CONFIG = {"timeframe": "5m", "stake_currency": "USDT"}
# Each trips on losers of 10 % of 10,000 each, stopped an hour before noon.
TRIPPED: dict[str, dict[str, Any]] = {
    "CooldownPeriod": {"lookback_period": 240, "stop_duration": 120},
    "StoplossGuard": {"trade_limit": 2, "lookback_period": 240, "stop_duration": 60},
    "MaxDrawdown": {
        "trade_limit": 1,
        "lookback_period": 240,
        "stop_duration": 60,
        "max_allowed_drawdown": 0.01,
    },
    "LowProfitPairs": {"trade_limit": 1, "lookback_period": 240, "stop_duration": 60},
    "CircuitBreaker": {"losing_trades": 2, "stop_duration": 120},
    "DailyLoss": {},
    "WeeklyLoss": {},
    "EquityDrawdown": {},
}


@pytest.mark.usefixtures("_backtest")
@pytest.mark.parametrize("method", TRIPPED)
def test_the_lock_of_each_protection_bears_its_name(method):
    manager = ProtectionManager(CONFIG, [{"method": method, **TRIPPED[method]}])
    for number in (1, 2, 3):
        made = closed_trade(number, profit_ratio=-0.1, date=NOON - timedelta(hours=1))
        made.exit_reason = "stop_loss"
    manager.stop_per_pair(PAIR, NOON, "long", 10_000.0)
    manager.global_stop(NOON, "long", 10_000.0)

    reasons = [lock.reason for lock in PairLocks.get_all_locks()]
    assert reasons
    assert {lock_origin(reason) for reason in reasons} == {method}


@pytest.mark.usefixtures("_backtest")
def test_a_breaker_that_lost_too_much_at_once_and_one_of_funding():
    manager = ProtectionManager(
        CONFIG,
        [{"method": "CircuitBreaker", "losing_trades": 9, "stop_duration": 120}],
    )
    closed_trade(1, profit_ratio=-0.1, date=NOON - timedelta(hours=1))
    manager.global_stop(NOON, "long", 10_000.0)
    (lock,) = PairLocks.get_all_locks()
    assert lock_origin(lock.reason) == "CircuitBreaker"

    rule = FundingBreaker(0.1, 0.01, timedelta(hours=24), timedelta(hours=8))
    for basis, name in (("closed trades", "FundingBreaker"), ("live", "funding_breaker")):
        (found,) = rule.locks(account(funding_paid_quote=500.0, basis=basis), (), ())
        assert lock_origin(found.why) == name


def test_the_guards_own_lock_is_told_by_its_basis():
    rule = DailyLoss(0.03)
    made = account(equity_quote=9_000.0, day_start_equity_quote=10_000.0, basis="candle close")
    (found,) = rule.locks(made, (), ())
    assert lock_origin(found.why) == "daily_loss"


def test_any_other_lock_is_called_that():
    for reason in (
        None,
        "",
        "by hand",
        "Entries paused for 1 h: the protection failed, see the log",
    ):
        assert lock_origin(reason) == OTHER


def test_no_protection_has_the_name_of_a_rule():
    assert not PROTECTIONS & set(RULES)
    assert all(map(is_given_by_others, PROTECTIONS))
    assert not any(map(is_given_by_others, RULES))
    assert rule_label("StoplossGuard") == "StoplossGuard (protection)"
    assert rule_label("daily_loss") == "daily_loss"
