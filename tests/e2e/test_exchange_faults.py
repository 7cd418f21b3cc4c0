"""Half an hour without the exchange: nothing new is risked, what is open keeps its stop."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from freqtrade.enums import State

from freqtrade_riskguard.replay.clock import to_ms
from tests.support.bot import AFTER_CLOSE, Bot

pytestmark = pytest.mark.slow

START = datetime(2024, 1, 20, 12, tzinfo=UTC)
BEGIN, END = START + timedelta(minutes=10), START + timedelta(minutes=40)
LATE = ("DOGE/USDT:USDT", "SOL/USDT:USDT")
EVERY = timedelta(minutes=5)
# The market falls by 30 % from here on.
CRASH = datetime(2024, 1, 22, 14, 15, tzinfo=UTC)
FAULTS: dict[str, dict[str, Any]] = {
    "errors": {"status": 500},
    "time-outs": {"hang_seconds": 0.6},
    "empty candles": {"empty": True},
    "stale candles": {"frozen_at_ms": to_ms(BEGIN)},
    "no funding": {"without_funding": True},
}


@pytest.mark.parametrize("fault", FAULTS)
def test_half_an_hour_without_the_exchange(scenario_candles, tmp_path, fault):
    config = {
        "timeframe": "5m",
        # The others are wanted once the candles of before are no news any more, and then always.
        "eager_since": dict.fromkeys(LATE, (BEGIN + timedelta(minutes=10)).isoformat()),
        # Only where the exchange hangs: on a busy machine a healthy answer takes its time too.
        "exchange": {"ccxt_config": {"timeout": 400 if fault == "time-outs" else 10_000}},
    }
    data = scenario_candles("flash_crash", days=23)
    with Bot(tmp_path / "bot", data, "Eager", start=START, stems=("eager",), config=config) as bot:
        for _ in bot.run(BEGIN):
            pass
        before = {trade["pair"]: trade["stop_loss_abs"] for trade in bot.trades}
        assert len(before) == 2
        assert all(stop > 0 for stop in before.values())

        for name, setting in FAULTS[fault].items():
            setattr(bot.exchange.faults, name, setting)
        time = BEGIN + AFTER_CLOSE
        while time < END:
            bot.loop(time)
            assert bot.bot.state == State.RUNNING
            stops = {trade["pair"]: trade["stop_loss_abs"] for trade in bot.trades}
            assert all(stops[pair] >= stop for pair, stop in before.items())
            assert all(stop > 0 for stop in stops.values())
            time += EVERY
        assert bot.exchange.faults.hits
        # Without funding entries are denied only where ``require_data`` says so.
        assert len(stops) == (4 if fault == "no funding" else 2)
        assert all(trade["is_open"] for trade in bot.trades)

        bot.exchange.faults.clear()
        for _ in bot.run(END + timedelta(minutes=15)):
            pass
        assert len(bot.trades) == 4
        assert all(trade["is_open"] for trade in bot.trades)


@pytest.mark.parametrize("fault", ["errors", "empty candles", "stale candles", "no funding"])
def test_a_crash_meanwhile_ends_at_the_stop(scenario_candles, tmp_path, fault):
    """At once where the exchange still tells prices, else as soon as it does again."""
    begin = CRASH - timedelta(minutes=10)
    config = {"timeframe": "5m", "eager_since": dict.fromkeys(LATE, "2030-01-01T00:00Z")}
    data = scenario_candles("flash_crash", days=23)
    with Bot(tmp_path / "bot", data, "Eager", start=begin, stems=("eager",), config=config) as bot:
        for _ in bot.run(CRASH):
            pass
        assert [trade["is_open"] for trade in bot.trades] == [True, True]
        for name, setting in FAULTS[fault].items():
            setattr(bot.exchange.faults, name, setting)
        for minute in range(30):
            bot.loop(CRASH + timedelta(minutes=minute, seconds=1))
            assert bot.bot.state == State.RUNNING
        if fault == "errors":
            assert [trade["is_open"] for trade in bot.trades] == [True, True]
        bot.exchange.faults.clear()
        bot.loop(CRASH + timedelta(minutes=31))

        first = bot.trades[:2]
        assert [trade["exit_reason"] for trade in first] == ["stop_loss", "stop_loss"]
        for trade in first:
            assert trade["liquidation_price"] < trade["close_rate"] <= trade["stop_loss_abs"]
        if fault != "errors":
            # Looked at once a minute, in a market that falls by a percent in that time.
            for trade in first:
                assert trade["close_rate"] > 0.97 * trade["stop_loss_abs"]
