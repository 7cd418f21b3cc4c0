"""The protections by name in a plain strategy: they lock when they must, and only then."""

from collections import defaultdict

import pytest

from tests.support.freqtrade import WALLET_QUOTE, backtest_one_by_one, strategy_files

pytestmark = pytest.mark.slow

PROTECTIONS = ("CircuitBreaker", "DailyLoss", "FundingBreaker")
# What a market does, when, and the strategies that live through it.
MARKETS = {
    "flash_crash": ("20240121-20240124", "Reckless"),
    "funding_squeeze": ("20240121-20240126", "Reckless"),
    "calm_trend": ("20240118-20240127", "Steady"),
}


@pytest.fixture(scope="module")
def outcome(scenario_candles, tmp_path_factory):
    """Return the outcome of a protection in a market; each market runs once."""
    runs = {}

    def of(market, protection):
        timerange, kind = MARKETS[market]
        if market not in runs:
            runs[market] = backtest_one_by_one(
                tmp_path_factory.mktemp(market) / "bot",
                scenario_candles(market),
                *(f"{kind}{name}" for name in PROTECTIONS),
                args=("--timerange", timerange),
                strategies=strategy_files("protected"),
                riskguard=None,
            ).succeeded()
        return runs[market].outcomes[f"{kind}{protection}"]

    return of


def test_circuit_breaker_pauses_for_an_hour_after_the_newest_loss(outcome):
    crash = outcome("flash_crash", "CircuitBreaker")
    reasons = " ".join(lock["reason"] for lock in crash.locks)
    assert "losing trades in a row (limit 3, closed trades)" in reasons
    assert "within 24 h (limit 2.0 %, closed trades)" in reasons
    losses = {trade["close_date"][:19] for trade in crash.trades if trade["profit_abs"] < 0}
    for lock in crash.locks:
        assert lock["lock_time"] in losses
        assert lock["lock_end_timestamp"] - lock["lock_timestamp"] == 60 * 60 * 1000
    assert_no_entries_while_locked(crash)


def test_daily_loss_pauses_until_midnight_on_the_day_that_lost_too_much(outcome):
    crash = outcome("flash_crash", "DailyLoss")
    assert crash.locks
    for lock in crash.locks:
        assert lock["lock_end_time"].endswith(" 00:00:00")
        assert "today (limit 3.0 %, closed trades)" in lock["reason"]
        before, today = profits(crash, lock["lock_time"])
        # The trade that tripped it closed at the moment of the lock.
        assert today <= -0.03 * (WALLET_QUOTE + before)
    assert_no_entries_while_locked(crash)


def test_funding_breaker_pauses_for_a_third_of_the_day_where_funding_took_too_much(outcome):
    squeeze = outcome("funding_squeeze", "FundingBreaker")
    assert squeeze.locks
    for lock in squeeze.locks:
        assert "funding" in lock["reason"]
        # The windows of 8 hours end at 08:00, 16:00 and 24:00.
        assert lock["lock_end_timestamp"] % (8 * 60 * 60 * 1000) == 0
        assert lock["lock_end_timestamp"] - lock["lock_timestamp"] <= 8 * 60 * 60 * 1000
    assert "paid in funding within 24 h (limit 1.0 % of" in squeeze.locks[0]["reason"]
    assert_no_entries_while_locked(squeeze)


@pytest.mark.parametrize("protection", PROTECTIONS)
def test_a_calm_market_locks_nothing(outcome, protection):
    calm = outcome("calm_trend", protection)
    assert len(calm.trades) > 30
    # What is still open at the end is closed there at a loss, when nothing can be locked any more.
    end = calm.stats["backtest_end"]
    assert not [lock for lock in calm.locks if lock["lock_time"] < end]


def assert_no_entries_while_locked(outcome):
    opened = defaultdict(list)
    for trade in outcome.trades:
        opened[trade["pair"]].append(trade["open_timestamp"])
    for lock in outcome.locks:
        pairs = opened if lock["pair"] == "*" else [lock["pair"]]
        for pair in pairs:
            start, end = lock["lock_timestamp"], lock["lock_end_timestamp"]
            assert not [time for time in opened[pair] if start < time < end], lock


def profits(outcome, time):
    """Return the profit of the days before ``time``, and of its day up to then."""
    before = today = 0.0
    for trade in outcome.trades:
        closed = trade["close_date"][:19]
        if closed[:10] < time[:10]:
            before += trade["profit_abs"]
        elif closed <= time:
            today += trade["profit_abs"]
    return before, today
